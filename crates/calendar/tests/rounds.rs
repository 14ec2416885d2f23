//! Rounds on good and bad days: nothing is made twice, nothing is lost, and in the end both sides say the same.

mod world;

use chrono::Duration;
use kabinet_calendar::{Failure, Report, RoundError, decide, round};
use kabinet_domain::calendar::{CalendarEvent, ConflictReason, Details, Side};
use kabinet_providers::calendars::CalendarError;
use proptest::prelude::*;
use std::sync::Arc;
use world::{Days, MemoryBook, MemoryCalendar, Trouble, details, id, now, people, which};

struct World {
    days: Arc<Days>,
    calendar: Arc<MemoryCalendar>,
    book: Arc<MemoryBook>,
}

impl World {
    fn new() -> Self {
        let days = Arc::new(Days::default());
        Self::of(MemoryCalendar::new(days.clone()), MemoryBook::new(days.clone()), days)
    }

    fn of(calendar: MemoryCalendar, book: MemoryBook, days: Arc<Days>) -> Self {
        Self { calendar: Arc::new(calendar), book: Arc::new(book), days }
    }

    async fn round(&self) -> Result<Report, RoundError> {
        round(self.calendar.as_ref(), &which(), self.book.as_ref(), now()).await
    }

    async fn decide(&self, side: Side) {
        for conflict in self.book.conflicts() {
            decide(self.calendar.as_ref(), &which(), self.book.as_ref(), &conflict, side).await.expect("decided");
        }
    }

    /// Every agreed entry stands there twice.
    fn double_all(&self) {
        self.book.agreed().iter().filter_map(|agreed| agreed.entry.as_ref()).for_each(|entry| self.calendar.double(entry));
    }

    /// A quiet round, after which nothing is left to do.
    async fn settles(&self) {
        self.days.bad([]);
        for _ in 0..3 {
            self.round().await.expect("a good day");
        }
        let report = self.round().await.expect("a good day");
        assert!(report.failed.is_empty() && report.not_added.is_empty() && report.added == 0, "{report:?}");
    }

    fn in_step(&self) {
        let conflicts: Vec<_> = self.book.conflicts().iter().map(|conflict| conflict.ours.consultation).collect();
        for ours in self.book.all().into_iter().filter(|ours| !conflicts.contains(&ours.consultation)) {
            let agreed = self.book.agreed();
            let entry = agreed.iter().find(|one| one.consultation == ours.consultation).and_then(|one| one.entry.clone());
            let there: Vec<_> = self
                .calendar
                .all()
                .into_iter()
                .filter(|event| Some(&event.id) == entry.as_ref() || event.marked == Some(ours.consultation))
                .collect();
            let said: Vec<&Details> = there.iter().map(|event| &event.details).collect();
            let wanted: Vec<&Details> = ours.in_calendar.then_some(&ours.details).into_iter().collect();
            assert_eq!(said, wanted, "{:?}", ours.consultation);
        }
    }
}

#[tokio::test]
async fn a_consultation_appears_moves_and_goes_on_both_sides() {
    let world = World::new();
    world.book.plan(1, details("Anna", 3));
    world.settles().await;
    let there = world.calendar.of(id(1));
    assert_eq!((there.len(), there[0].details.clone()), (1, details("Anna", 3)));

    world.book.edit(1, |ours| ours.details = Details { title: "Anna".into(), ..details("Anna", 5) });
    world.calendar.edit(&there[0].id, |details| details.title = "Anna and Boris".into());
    world.settles().await;
    world.in_step();
    assert_eq!(world.book.one(1).details, Details { title: "Anna and Boris".into(), ..details("", 5) });

    world.calendar.strike(&there[0].id);
    world.settles().await;
    assert!(!world.book.one(1).in_calendar && world.book.agreed().is_empty());
}

#[tokio::test]
async fn what_somebody_plans_there_with_a_known_link_is_planned_here_once() {
    let world = World::new();
    world.calendar.write(details("With us", 20));
    world.calendar.write(Details { location: "room 5".into(), ..details("Lunch", 1) });
    world.settles().await;
    assert_eq!(world.book.all().len(), 1);
    world.in_step();
    // Off here, it goes there too.
    world.book.edit(1001, |ours| ours.in_calendar = false);
    world.settles().await;
    assert_eq!(world.calendar.all().len(), 1);
}

#[tokio::test]
async fn an_entry_put_into_another_calendar_is_followed_and_not_taken_for_deleted() {
    let world = World::new();
    world.book.plan(1, details("Anna", 3));
    world.settles().await;
    let entry = world.calendar.of(id(1))[0].id.clone();
    world.calendar.put_elsewhere(&entry);
    world
        .calendar
        .edit(&entry, |there| *there = Details { starts_at: now(), ends_at: now() + Duration::hours(1), ..there.clone() });
    world.settles().await;
    world.in_step();
    assert_eq!(world.book.one(1).details.starts_at, now());
}

#[tokio::test]
async fn one_that_is_refused_does_not_stop_the_others() {
    let world = World::new();
    world.book.plan(1, details("Anna", 3));
    world.book.plan(2, Details { location: "https://meet.example.org/r2".into(), ..details("Boris", 4) });
    // The reading, then for the first one a trace, a search and the writing.
    world.days.bad([(3, Trouble::Refused)]);
    let report = world.round().await.expect("a round");
    assert_eq!(report.failed.keys().collect::<Vec<_>>(), [&id(1)]);
    assert_eq!((world.calendar.of(id(1)).len(), world.calendar.of(id(2)).len()), (0, 1));
    world.settles().await;
    world.in_step();
}

#[tokio::test]
async fn trouble_of_the_whole_connection_ends_the_round() {
    let world = World::new();
    world.book.plan(1, details("Anna", 3));
    world.book.plan(2, details("Boris", 4));
    world.days.bad([(3, Trouble::Busy)]);
    let error = world.round().await.expect_err("the round ends");
    assert!(matches!(error, RoundError::Calendar(CalendarError::Busy { .. })));
    assert!(world.calendar.all().is_empty());
    world.settles().await;
    world.in_step();
}

#[tokio::test]
async fn a_title_that_is_kept_to_ourselves_leaves_the_one_there_alone() {
    let days = Arc::new(Days::default());
    let mut book = MemoryBook::new(days.clone());
    book.private = true;
    let world = World::of(MemoryCalendar::new(days.clone()), book, days);
    world.book.plan(1, details("Consultation", 3));
    world.settles().await;
    let entry = world.calendar.of(id(1))[0].id.clone();
    world.calendar.edit(&entry, |there| there.title = "Group, first time".into());
    world.settles().await;
    world.book.edit(1, |ours| ours.details.reminder = Some(10));
    world.settles().await;
    let there = world.calendar.of(id(1)).remove(0).details;
    assert_eq!((there.title.reveal().as_str(), there.reminder), ("Group, first time", Some(10)));
    assert_eq!(world.book.one(1).details.title.reveal(), "Consultation");
}

#[tokio::test]
async fn a_calendar_that_cuts_titles_is_not_fought_with() {
    let days = Arc::new(Days::default());
    let mut calendar = MemoryCalendar::new(days.clone());
    calendar.longest_title = 3;
    let world = World::of(calendar, MemoryBook::new(days.clone()), days);
    world.book.plan(1, details("Annabelle", 3));
    world.settles().await;
    let calls = world.days.calls();
    world.round().await.expect("a round");
    assert_eq!(world.days.calls() - calls, 1, "only read");
    assert_eq!(world.book.one(1).details.title.reveal(), "Annabelle");
}

#[tokio::test]
async fn a_conflict_waits_for_a_person_and_a_stale_one_is_not_decided() {
    let moved = |hours: i64| {
        move |there: &mut Details| {
            (there.starts_at, there.ends_at) = (now() + Duration::hours(hours), now() + Duration::hours(hours + 1));
        }
    };
    for (side, hours) in [(Side::Ours, 10), (Side::Theirs, 30)] {
        let world = World::new();
        world.book.plan(1, details("Anna", 3));
        world.settles().await;
        let entry = world.calendar.of(id(1))[0].id.clone();
        world.book.edit(1, |ours| moved(10)(&mut ours.details));
        world.calendar.edit(&entry, moved(20));
        world.settles().await;
        assert!(matches!(world.book.conflicts()[0].reason, ConflictReason::BothChanged(_)));

        let shown = world.book.conflicts().remove(0);
        world.calendar.edit(&entry, moved(30));
        let stale = decide(world.calendar.as_ref(), &which(), world.book.as_ref(), &shown, side).await;
        assert!(stale.expect_err("another conflict by now").passes());
        assert_eq!(world.book.conflicts()[0].theirs.details.starts_at, now() + Duration::hours(30));
        world.decide(side).await;
        assert!(world.book.conflicts().is_empty());
        world.settles().await;
        world.in_step();
        assert_eq!(world.book.one(1).details.starts_at, now() + Duration::hours(hours));
    }
}

#[tokio::test]
async fn deleted_there_and_changed_here_is_decided_either_way() {
    for (side, left) in [(Side::Ours, 1), (Side::Theirs, 0)] {
        let world = World::new();
        world.book.plan(1, details("Anna", 3));
        world.settles().await;
        world.calendar.strike(&world.calendar.of(id(1))[0].id);
        world.book.edit(1, |ours| ours.details.title = "Anna P.".into());
        world.settles().await;
        assert_eq!(world.book.conflicts()[0].reason, ConflictReason::DeletedThere);
        world.decide(side).await;
        world.settles().await;
        world.in_step();
        assert_eq!(world.calendar.of(id(1)).len(), left);
    }
}

#[tokio::test]
async fn an_entry_that_became_a_series_is_told_of_and_left_alone() {
    let world = World::new();
    world.book.plan(1, details("Anna", 3));
    world.settles().await;
    let entry = world.calendar.of(id(1))[0].id.clone();
    world.calendar.make_series(&entry, true);
    world.calendar.edit(&entry, |there| there.starts_at = now());
    for in_calendar in [true, false] {
        world.book.edit(1, |ours| (ours.details.title, ours.in_calendar) = ("Anna P.".into(), in_calendar));
        let (ours, theirs) = (world.book.all(), world.calendar.all());
        let report = world.round().await.expect("a round");
        assert!(matches!(report.failed[&id(1)], Failure::Calendar(CalendarError::Series)));
        assert_eq!((world.book.all(), world.calendar.all()), (ours, theirs));
    }
    world.book.edit(1, |ours| ours.in_calendar = true);
    world.calendar.make_series(&entry, false);
    world.settles().await;
    world.in_step();
    assert_eq!(world.book.one(1).details.starts_at, now());
}

#[tokio::test]
async fn an_entry_that_was_written_twice_is_deleted_once() {
    let world = World::new();
    world.book.plan(1, details("Anna", 3));
    world.settles().await;
    let agreed = world.book.agreed();
    world.double_all();
    assert_eq!(world.calendar.of(id(1)).len(), 2);
    world.settles().await;
    world.in_step();
    assert_eq!(world.book.agreed(), agreed);
}

#[tokio::test]
async fn an_invitation_that_was_declined_there_is_asked_about() {
    for (side, left) in [(Side::Ours, 1), (Side::Theirs, 0)] {
        let world = World::new();
        world.book.plan(1, details("Anna", 3));
        world.settles().await;
        world.calendar.decline(&world.calendar.of(id(1))[0].id);
        world.settles().await;
        assert_eq!(world.book.conflicts()[0].reason, ConflictReason::DeletedThere);
        assert!(world.book.one(1).in_calendar);
        world.decide(side).await;
        world.settles().await;
        assert!(world.book.conflicts().is_empty());
        // What was declined is left to whoever it belongs to.
        let (standing, declined): (Vec<_>, Vec<_>) = world.calendar.of(id(1)).into_iter().partition(CalendarEvent::stands);
        assert_eq!((standing.len(), declined.len(), world.book.one(1).in_calendar), (left, 1, left == 1));
    }
}

/// Consultations in step, whose entries are then all deleted there.
async fn struck(count: u32) -> World {
    let world = World::new();
    for number in 1..=count {
        let location = format!("https://meet.example.org/r{number}").into();
        world.book.plan(number, Details { location, ..details("Talk", number.into()) });
    }
    world.settles().await;
    world.calendar.all().iter().for_each(|event| world.calendar.strike(&event.id));
    world
}

#[tokio::test]
async fn many_that_are_gone_at_once_are_asked_about_and_not_cancelled() {
    for (side, left) in [(Side::Ours, 3), (Side::Theirs, 0)] {
        let world = struck(3).await;
        world.settles().await;
        let conflicts = world.book.conflicts();
        assert!(conflicts.len() == 3 && conflicts.iter().all(|conflict| conflict.reason == ConflictReason::DeletedThere));
        assert!(world.book.all().iter().all(|ours| ours.in_calendar));

        // Also the few that are left after one was decided are not cancelled by themselves.
        let (calendar, book) = (world.calendar.as_ref(), world.book.as_ref());
        decide(calendar, &which(), book, &conflicts[0], side).await.expect("decided");
        world.settles().await;
        assert_eq!(world.book.conflicts(), conflicts[1..]);
        world.decide(side).await;
        world.settles().await;
        world.in_step();
        assert!(world.book.conflicts().is_empty());
        assert_eq!(world.book.all().iter().filter(|ours| ours.in_calendar).count(), left);
    }
}

#[tokio::test]
async fn a_few_that_are_gone_are_cancelled() {
    let world = struck(2).await;
    world.settles().await;
    assert!(world.book.conflicts().is_empty() && world.book.all().iter().all(|ours| !ours.in_calendar));
}

#[tokio::test]
async fn cancelled_here_and_changed_there_is_decided_either_way() {
    for (side, left) in [(Side::Ours, 0), (Side::Theirs, 1)] {
        let world = World::new();
        world.book.plan(1, details("Anna", 3));
        world.settles().await;
        world.calendar.edit(&world.calendar.of(id(1))[0].id, |there| there.title = "Anna and Boris".into());
        world.book.edit(1, |ours| ours.in_calendar = false);
        world.settles().await;
        assert_eq!(world.book.conflicts()[0].reason, ConflictReason::CancelledHere);
        world.decide(side).await;
        world.settles().await;
        world.in_step();
        assert_eq!(world.calendar.of(id(1)).len(), left);
    }
}

/// Every round of a story is broken off at every point and in every way, one at a time.
#[tokio::test]
async fn wherever_a_round_breaks_off_the_next_ones_finish_it() {
    for trouble in [Trouble::Down, Trouble::Lost, Trouble::Busy, Trouble::Refused] {
        for call in 0..24 {
            for chapter in 0..4 {
                let world = World::new();
                let maybe = |number: u32| if number == chapter { vec![(call, trouble)] } else { Vec::new() };
                world.book.plan(1, Details { attendees: people(&[5]), ..details("Anna", 3) });
                world.calendar.write(details("With us", 20));
                world.days.bad(maybe(0));
                let _ = world.round().await;
                world.settles().await;

                let entry = world.calendar.of(id(1))[0].id.clone();
                world.book.edit(1, |ours| ours.details.title = "Anna P.".into());
                world.calendar.edit(&entry, |there| there.attendees = people(&[5, 6]));
                world.days.bad(maybe(1));
                let _ = world.round().await;
                world.settles().await;
                world.in_step();
                assert_eq!(world.book.one(1).details.attendees, people(&[5, 6]));

                world.calendar.edit(&entry, |there| there.title = "Anna, Boris".into());
                world.book.edit(1001, |ours| ours.in_calendar = false);
                world.days.bad(maybe(2));
                let _ = world.round().await;
                world.settles().await;
                world.in_step();
                assert_eq!(world.book.one(1).details.title.reveal(), "Anna, Boris");

                world.calendar.strike(&entry);
                world.days.bad(maybe(3));
                let _ = world.round().await;
                world.settles().await;
                assert!(world.calendar.all().is_empty() && world.book.agreed().is_empty(), "{trouble:?} {call} {chapter}");
                assert!(world.book.conflicts().is_empty() && world.book.all().len() == 2);
            }
        }
    }
}

/// Somebody goes on changing, here or there, while the sides are compared.
#[tokio::test]
async fn a_change_in_the_middle_of_a_round_is_nobody_elses_and_is_not_lost() {
    for call in 0..8 {
        for here in [true, false] {
            let world = World::new();
            world.book.plan(1, details("Anna", 3));
            world.settles().await;
            let entry = world.calendar.of(id(1))[0].id.clone();
            world.calendar.edit(&entry, |there| there.title = "Anna P.".into());
            world.book.edit(1, |ours| ours.details.reminder = Some(10));
            let (book, calendar) = (world.book.clone(), world.calendar.clone());
            world.days.meanwhile(call, move || {
                if here {
                    book.edit(1, |ours| ours.details.reminder = Some(20));
                } else {
                    calendar.edit(&entry, |there| there.description = format!("Bring it\n\nkabinet:{}", id(1)).into());
                }
            });
            let _ = world.round().await;
            let happened = world.days.calls() > call;
            world.days.meanwhile(u32::MAX, || {});
            world.settles().await;
            assert_eq!(world.book.conflicts(), [], "{call}");
            world.in_step();
            let said = world.book.one(1).details;
            let (reminder, description) = if here { (Some(20), "") } else { (Some(10), "Bring it") };
            assert_eq!(said.title.reveal(), "Anna P.");
            assert!(!happened || (said.reminder, said.description.reveal().as_str()) == (reminder, description), "{call} {here}");
        }
    }
}

/// Our own writing is nobody's change, whether or not its answer came, and the last word here counts.
#[tokio::test]
async fn a_lost_answer_to_a_change_is_not_taken_for_somebodys() {
    for trouble in [Trouble::Lost, Trouble::Down, Trouble::Busy, Trouble::Refused] {
        for call in 0..8 {
            for last in [None, Some(10), Some(20)] {
                let world = World::new();
                world.book.plan(1, details("Anna", 3));
                world.settles().await;
                world.book.edit(1, |ours| ours.details.reminder = Some(10));
                world.days.bad([(call, trouble)]);
                let _ = world.round().await;
                world.book.edit(1, |ours| ours.details.reminder = last);
                world.settles().await;
                assert_eq!(world.book.conflicts(), [], "{trouble:?} {call}");
                world.in_step();
                assert_eq!(world.book.one(1).details.reminder, last, "{trouble:?} {call}");
            }
        }
    }
}

/// What happens between two rounds.
#[derive(Debug, Clone)]
enum Deed {
    Plan(u32, i64),
    MoveHere(u32, i64),
    RenameHere(u32, u8),
    InviteHere(u32, u8),
    Off(u32),
    MoveThere(usize, i64),
    RenameThere(usize, u8),
    InviteThere(usize, u8),
    Strike(usize),
    Write(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let (which, there) = (1..4u32, 0..6usize);
    prop_oneof![
        3 => (which.clone(), 1..40i64).prop_map(|(one, hours)| Deed::Plan(one, hours)),
        2 => (which.clone(), 1..40i64).prop_map(|(one, hours)| Deed::MoveHere(one, hours)),
        1 => (which.clone(), 0..3u8).prop_map(|(one, title)| Deed::RenameHere(one, title)),
        1 => (which.clone(), 0..4u8).prop_map(|(one, who)| Deed::InviteHere(one, who)),
        1 => which.prop_map(Deed::Off),
        2 => (there.clone(), 1..40i64).prop_map(|(one, hours)| Deed::MoveThere(one, hours)),
        1 => (there.clone(), 0..3u8).prop_map(|(one, title)| Deed::RenameThere(one, title)),
        1 => (there.clone(), 0..4u8).prop_map(|(one, who)| Deed::InviteThere(one, who)),
        1 => there.prop_map(Deed::Strike),
        1 => (1..40i64).prop_map(Deed::Write),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![Just(Trouble::Down), Just(Trouble::Lost), Just(Trouble::Busy), Just(Trouble::Refused)]
}

impl World {
    fn does(&self, deed: &Deed) {
        let link = |number: u32| format!("https://meet.example.org/r{number}").into();
        let moved = |there: &mut Details, hours: i64| {
            (there.starts_at, there.ends_at) = (now() + Duration::hours(hours), now() + Duration::hours(hours + 1));
        };
        let entry = |index: &usize| self.calendar.all().get(*index).map(|event| event.id.clone());
        match deed {
            Deed::Plan(one, hours) if self.book.all().iter().all(|ours| ours.consultation != id(*one)) => {
                self.book.plan(*one, Details { location: link(*one), ..details("Talk", *hours) });
            }
            Deed::Plan(..) => {}
            Deed::MoveHere(one, hours) => self.book.edit(*one, |ours| moved(&mut ours.details, *hours)),
            Deed::RenameHere(one, title) => self.book.edit(*one, |ours| ours.details.title = format!("Talk {title}").into()),
            Deed::InviteHere(one, who) => self.book.edit(*one, |ours| ours.details.attendees.extend(people(&[*who]))),
            Deed::Off(one) => self.book.edit(*one, |ours| ours.in_calendar = false),
            Deed::Write(hours) => drop(self.calendar.write(Details { location: link(77), ..details("Theirs", *hours) })),
            Deed::MoveThere(..) | Deed::RenameThere(..) | Deed::InviteThere(..) | Deed::Strike(_) => {
                let (Deed::MoveThere(index, _) | Deed::RenameThere(index, _) | Deed::InviteThere(index, _) | Deed::Strike(index)) =
                    deed
                else {
                    return;
                };
                let Some(entry) = entry(index) else { return };
                match deed {
                    Deed::MoveThere(_, hours) => self.calendar.edit(&entry, |there| moved(there, *hours)),
                    Deed::RenameThere(_, title) => {
                        self.calendar.edit(&entry, |there| there.title = format!("Talk {title}").into());
                    }
                    Deed::InviteThere(_, who) => self.calendar.edit(&entry, |there| there.attendees.extend(people(&[*who]))),
                    _ => self.calendar.strike(&entry),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_made_twice_and_in_the_end_both_sides_say_the_same(
        story in prop::collection::vec((prop::collection::vec(deed(), 0..4), prop::collection::vec((0..20u32, trouble()), 0..3)), 1..6),
        ours in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let invited: std::cell::RefCell<Vec<_>> = std::cell::RefCell::default();
        runtime.block_on(async {
            let world = World::new();
            for (deeds, bad) in &story {
                deeds.iter().for_each(|deed| world.does(deed));
                world.days.bad(bad.iter().copied());
                let _ = world.round().await;
                for ours in world.book.all() {
                    assert!(world.calendar.of(ours.consultation).len() <= 1, "made twice");
                }
                invited.borrow_mut().extend(world.book.all().into_iter().map(|ours| (ours.consultation, ours.details.attendees)));
            }
            world.settles().await;
            world.in_step();
            world.decide(if ours { Side::Ours } else { Side::Theirs }).await;
            world.settles().await;
            assert!(world.book.conflicts().is_empty());
            world.in_step();
            world.double_all();
            for _ in 0..2 {
                world.round().await.expect("a good day");
            }
            world.in_step();
            // Nobody was taken off any list, so nobody is missing.
            for (consultation, before) in invited.take() {
                let now = world.book.all().into_iter().find(|ours| ours.consultation == consultation).expect("still planned");
                assert!(before.is_subset(&now.details.attendees), "somebody was lost");
            }
            // Of what is not read nothing is known.
            let before = world.book.all();
            world.calendar.goes_blind();
            world.round().await.expect("it answers");
            assert_eq!(world.book.all(), before);
            assert!(world.book.conflicts().is_empty());
        });
    }
}
