//! Whatever both sides did: steps settle it, touch nothing else, lose nothing, and do not depend on order.

use chrono::Duration;
use chrono_tz::Tz;
use kabinet_domain::calendar::{Agreed, AttendeeId, CalendarEvent, Details, EntryId, Invitation, Ours, Side, Step, reconcile};
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Both sides, and what was agreed. `unread` is what the calendar holds outside of what was read.
#[derive(Debug, Clone, Default)]
struct World {
    ours: BTreeMap<ConsultationId, Ours>,
    theirs: BTreeMap<EntryId, CalendarEvent>,
    unread: BTreeMap<EntryId, CalendarEvent>,
    agreed: BTreeMap<ConsultationId, Agreed>,
    made: u32,
    /// The calendar cuts titles and drops people whom it does not know.
    lossy: bool,
    answers: BTreeMap<ConsultationId, CalendarEvent>,
}

fn rooms(link: &str) -> bool {
    link.starts_with("https://meet.example.org/")
}

impl World {
    fn steps(&self) -> Vec<Step> {
        let (ours, theirs, agreed) = self.lists();
        reconcile(&ours, &theirs, &agreed, &rooms)
    }

    fn lists(&self) -> (Vec<Ours>, Vec<CalendarEvent>, Vec<Agreed>) {
        (self.ours.values().cloned().collect(), self.theirs.values().cloned().collect(), self.agreed.values().cloned().collect())
    }

    /// As a careful caller does it.
    fn apply(&mut self, step: Step) {
        match step {
            Step::CreateThere { consultation, details } => {
                let event = self.entry(self.stored(&details), Some(consultation));
                self.agreed.insert(consultation, Agreed::written(consultation, details, &event));
            }
            Step::UpdateThere { consultation, over, details } => {
                let details = self.stored(&details);
                let event = self.theirs.get_mut(&over.id).expect("the entry");
                assert_eq!(*event, over, "nobody writes over what was not seen");
                event.details = details;
                self.answers.insert(consultation, event.clone());
            }
            Step::DeleteDoubleThere { entry, .. } => self.theirs.get_mut(&entry).expect("the entry").deleted = true,
            Step::DeleteThere { consultation, entry } => {
                self.theirs.get_mut(&entry).expect("the entry").deleted = true;
                self.agreed.remove(&consultation);
            }
            Step::AddHere { event, .. } => {
                self.made += 1;
                let consultation = id(10_000 + self.made);
                self.ours.insert(consultation, Ours { consultation, details: event.details.clone(), in_calendar: true });
                self.agreed.insert(consultation, Agreed::written(consultation, event.details.clone(), &event));
            }
            Step::ChangeHere { consultation, details } => self.ours(consultation).details = details,
            Step::CancelHere { consultation } => {
                self.ours(consultation).in_calendar = false;
                self.agreed.remove(&consultation);
            }
            Step::ReviveHere { consultation, details } => {
                *self.ours(consultation) = Ours { consultation, details, in_calendar: true };
            }
            Step::Agree(agreed) => {
                let consultation = agreed.consultation;
                let agreed = match self.answers.remove(&consultation) {
                    Some(answer) => agreed.answered(&answer),
                    None => agreed,
                };
                self.agreed.insert(consultation, agreed);
            }
            Step::Forget { consultation } => {
                self.agreed.remove(&consultation);
            }
            Step::Look { entry, .. } => {
                let event = self.unread.remove(&entry).expect("it was not read");
                self.theirs.insert(entry, event);
            }
            Step::LeaveSeries { .. } | Step::Conflict(_) => {}
        }
    }

    fn stored(&self, details: &Details) -> Details {
        let mut stored = details.clone();
        if self.lossy {
            stored.title = Sensitive::new(stored.title.reveal().chars().take(6).collect());
            stored.attendees.remove(&AttendeeId("3".to_owned()));
        }
        stored
    }

    fn ours(&mut self, consultation: ConsultationId) -> &mut Ours {
        self.ours.get_mut(&consultation).expect("the consultation")
    }

    fn entry(&mut self, details: Details, marked: Option<ConsultationId>) -> CalendarEvent {
        self.made += 1;
        let id = EntryId(format!("e{}", self.made));
        let (invitation, version) = (Invitation::Settled, String::new());
        let event = CalendarEvent { id: id.clone(), details, marked, deleted: false, plannable: true, invitation, version };
        self.theirs.insert(id, event.clone());
        event
    }
}

fn id(number: u32) -> ConsultationId {
    ConsultationId(Uuid::from_u128(number.into()))
}

fn text(prefix: &'static str) -> impl Strategy<Value = Sensitive<String>> {
    (0..3u8).prop_map(move |number| Sensitive::new(format!("{prefix}{number}")))
}

fn details() -> impl Strategy<Value = Details> {
    let start = "2026-10-24T12:00:00Z".parse::<Timestamp>().expect("a time");
    let zone = prop_oneof![Just(Tz::Europe__Moscow), Just(Tz::Europe__Berlin)];
    let location = prop_oneof![text("https://meet.example.org/r"), text("room ")];
    let attendees = prop::collection::btree_set((0..4u8).prop_map(|number| AttendeeId(number.to_string())), 0..4);
    (text("title "), 0..4i64, zone, location, text("about "), attendees, prop::option::of(0..2u32)).prop_map(
        move |(title, hours, zone, location, description, attendees, reminder)| Details {
            title,
            starts_at: start + Duration::hours(hours),
            ends_at: start + Duration::hours(hours) + Duration::minutes(50),
            zone,
            location,
            description,
            attendees,
            reminder,
        },
    )
}

/// Some fields of another.
fn edit(of: &Details, to: &Details, fields: u8) -> Details {
    let mut edited = of.clone();
    if fields & 1 != 0 {
        edited.title = to.title.clone();
    }
    if fields & 2 != 0 {
        (edited.starts_at, edited.ends_at, edited.zone) = (to.starts_at, to.ends_at, to.zone);
    }
    if fields & 4 != 0 {
        edited.location = to.location.clone();
    }
    if fields & 8 != 0 {
        edited.description = to.description.clone();
    }
    if fields & 16 != 0 {
        edited.attendees = to.attendees.clone();
    }
    if fields & 32 != 0 {
        edited.reminder = to.reminder;
    }
    edited
}

/// What was agreed, and what each side did since.
#[derive(Debug, Clone)]
struct Past {
    base: Details,
    here: (Details, u8),
    there: (Details, u8),
    off_here: bool,
    gone_there: bool,
    unread: bool,
    trace: Trace,
    rounded: bool,
    /// Our own writing arrived twice.
    doubled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Trace {
    Agreed,
    /// The answer was lost; the entry may be there.
    Sending,
    None,
    /// Not in the calendar at all.
    New,
}

fn past() -> impl Strategy<Value = Past> {
    let fields = || prop_oneof![3 => Just(0u8), 2 => (0..6u8).prop_map(|bit| 1 << bit), 1 => 0..64u8];
    let trace = prop_oneof![4 => Just(Trace::Agreed), 1 => Just(Trace::Sending), 1 => Just(Trace::None), 1 => Just(Trace::New)];
    let rare = || prop::bool::weighted(0.2);
    (details(), (details(), fields()), (details(), fields()), rare(), rare(), rare(), trace, (rare(), rare())).prop_map(
        |(base, here, there, off_here, gone_there, unread, trace, (rounded, doubled))| Past {
            base,
            here,
            there,
            off_here,
            gone_there,
            unread,
            trace,
            rounded,
            doubled,
        },
    )
}

fn world(pasts: &[Past], foreign: &[Details]) -> World {
    let mut world = World::default();
    for (number, past) in (1..).zip(pasts) {
        let consultation = id(number);
        let details = edit(&past.base, &past.here.0, past.here.1);
        world.ours.insert(consultation, Ours { consultation, details, in_calendar: !past.off_here });
        if past.trace == Trace::New {
            continue;
        }
        let mut seen = past.base.clone();
        if past.rounded {
            seen.title = Sensitive::new(format!("{}…", seen.title.reveal()));
        }
        let mut event = world.entry(seen.clone(), Some(consultation));
        if past.doubled && past.trace == Trace::Agreed {
            world.entry(seen, Some(consultation));
        }
        match past.trace {
            Trace::Agreed => world.agreed.insert(consultation, Agreed::written(consultation, past.base.clone(), &event)),
            _ if past.trace == Trace::Sending => {
                world.agreed.insert(consultation, Agreed::sending(consultation, past.base.clone()))
            }
            _ => None,
        };
        event.details = edit(&event.details, &past.there.0, past.there.1);
        event.deleted = past.gone_there;
        world.theirs.insert(event.id.clone(), event.clone());
        if past.unread && past.trace == Trace::Agreed {
            world.theirs.remove(&event.id);
            world.unread.insert(event.id.clone(), event);
        }
    }
    for details in foreign {
        world.entry(details.clone(), None);
    }
    world
}

fn worlds() -> impl Strategy<Value = World> {
    (prop::collection::vec(past(), 0..5), prop::collection::vec(details(), 0..3), any::<bool>())
        .prop_map(|(pasts, foreign, lossy)| World { lossy, ..world(&pasts, &foreign) })
}

fn is_conflict(step: &Step) -> bool {
    matches!(step, Step::Conflict(_))
}

/// Reads what is asked for, applies the steps once, and gives what is left.
fn settle(world: &mut World) -> Vec<Step> {
    for step in world.steps() {
        if matches!(step, Step::Look { .. }) {
            world.apply(step);
        }
    }
    for step in world.steps() {
        world.apply(step);
    }
    world.steps()
}

fn subject(step: &Step) -> (Option<ConsultationId>, Option<&EntryId>) {
    match step {
        Step::CreateThere { consultation, .. }
        | Step::ChangeHere { consultation, .. }
        | Step::CancelHere { consultation }
        | Step::ReviveHere { consultation, .. }
        | Step::Forget { consultation } => (Some(*consultation), None),
        Step::UpdateThere { consultation, over, .. } => (Some(*consultation), Some(&over.id)),
        Step::DeleteThere { consultation, entry }
        | Step::DeleteDoubleThere { consultation, entry }
        | Step::LeaveSeries { consultation, entry }
        | Step::Look { consultation, entry } => (Some(*consultation), Some(entry)),
        Step::AddHere { event, .. } => (None, Some(&event.id)),
        Step::Agree(agreed) => (Some(agreed.consultation), agreed.entry.as_ref()),
        Step::Conflict(conflict) => (Some(conflict.ours.consultation), Some(&conflict.theirs.id)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn once_applied_nothing_but_conflicts_is_left_and_those_stay_as_they_are(mut world in worlds()) {
        let left = settle(&mut world);
        prop_assert!(left.iter().all(is_conflict), "{left:?}");
        let before = world.clone();
        for step in left.clone() {
            world.apply(step);
        }
        prop_assert_eq!(&before.ours, &world.ours);
        prop_assert_eq!(&before.theirs, &world.theirs);
        prop_assert_eq!(world.steps(), left);
    }

    #[test]
    fn once_decided_nothing_is_left(mut world in worlds(), sides in prop::collection::vec(any::<bool>(), 8)) {
        let left = settle(&mut world);
        for (step, ours) in left.into_iter().zip(sides.into_iter().cycle()) {
            let Step::Conflict(conflict) = step else { unreachable!("settled") };
            for step in conflict.decide(if ours { Side::Ours } else { Side::Theirs }) {
                world.apply(step);
            }
        }
        // A decision may uncover an entry of somebody else that looked like ours; everything else is settled.
        let left = world.steps();
        prop_assert!(left.iter().all(|step| matches!(step, Step::AddHere { .. })), "{left:?}");
        prop_assert_eq!(settle(&mut world), []);
    }

    #[test]
    fn a_conflict_is_the_only_step_of_its_consultation_and_holds_both_sides(world in worlds()) {
        let steps = world.steps();
        for step in &steps {
            if let Step::Conflict(conflict) = step {
                prop_assert_eq!(&world.ours[&conflict.ours.consultation], &conflict.ours);
                prop_assert_eq!(&world.theirs[&conflict.theirs.id], &conflict.theirs);
                let same = |other: &&Step| {
                    let (consultation, entry) = subject(other);
                    // A double is another entry, and in nobody's way.
                    let is_double = matches!(other, Step::DeleteDoubleThere { .. });
                    !is_double && consultation == Some(conflict.ours.consultation) || entry == Some(&conflict.theirs.id)
                };
                prop_assert_eq!(steps.iter().filter(same).count(), 1);
            }
        }
    }

    #[test]
    fn the_order_of_what_is_given_does_not_matter(world in worlds(), seed in any::<u64>()) {
        let (mut ours, mut theirs, mut agreed) = world.lists();
        let turn = |length: usize| if length == 0 { 0 } else { (seed % length as u64) as usize };
        let (by_ours, by_theirs, by_agreed) = (turn(ours.len()), turn(theirs.len()), turn(agreed.len()));
        ours.rotate_left(by_ours);
        theirs.rotate_left(by_theirs);
        theirs.reverse();
        agreed.rotate_left(by_agreed);
        prop_assert_eq!(reconcile(&ours, &theirs, &agreed, &rooms), world.steps());
    }

    #[test]
    fn what_nobody_changed_is_not_touched(
        bases in prop::collection::vec(details(), 0..5),
        rounded in any::<bool>(),
        changed in past(),
    ) {
        let still = |base: &Details| Past {
            base: base.clone(), here: (base.clone(), 0), there: (base.clone(), 0),
            off_here: false, gone_there: false, unread: false, trace: Trace::Agreed, rounded, doubled: false,
        };
        let mut pasts: Vec<Past> = bases.iter().map(still).collect();
        prop_assert_eq!(world(&pasts, &[]).steps(), []);
        // Nor does somebody else's change touch them.
        pasts.push(changed);
        let last = id(u32::try_from(pasts.len()).expect("few"));
        for step in world(&pasts, &[]).steps() {
            let (consultation, _) = subject(&step);
            prop_assert!(consultation.is_none_or(|one| one == last), "{step:?}");
        }
    }

    /// A change made on one side alone is on both in the end, and whoever was not removed by anybody is still invited.
    #[test]
    fn no_change_and_no_attendee_is_lost(past in past()) {
        let past = Past { off_here: false, gone_there: false, trace: Trace::Agreed, rounded: false, doubled: false, ..past };
        let mut world = world(std::slice::from_ref(&past), &[]);
        let ours = world.ours[&id(1)].details.clone();
        let theirs = world.theirs.values().chain(world.unread.values()).next().expect("an entry").details.clone();
        if !settle(&mut world).is_empty() {
            return Ok(());
        }
        let (here, there) = (&world.ours[&id(1)].details, &world.theirs.values().next().expect("an entry").details);
        prop_assert_eq!(here, there);
        prop_assert!(here.title == ours.title || ours.title == past.base.title);
        prop_assert!(here.title == theirs.title || theirs.title == past.base.title);
        prop_assert!(here.starts_at == ours.starts_at || ours.starts_at == past.base.starts_at);
        prop_assert!(here.starts_at == theirs.starts_at || theirs.starts_at == past.base.starts_at);
        for one in ours.attendees.union(&theirs.attendees) {
            let removed = past.base.attendees.contains(one) && !(ours.attendees.contains(one) && theirs.attendees.contains(one));
            prop_assert!(removed || here.attendees.contains(one), "{one:?}");
        }
    }

    /// Entries of others are never written, and never twice the same is created.
    #[test]
    fn nothing_of_others_is_written_and_nothing_is_created_twice(world in worlds()) {
        let mut after = world.clone();
        settle(&mut after);
        for event in world.theirs.values().filter(|event| event.marked.is_none()) {
            let linked = after.agreed.values().any(|agreed| agreed.entry.as_ref() == Some(&event.id));
            prop_assert!(linked || after.theirs[&event.id] == *event);
        }
        for consultation in world.ours.keys() {
            let alive = after.theirs.values().filter(|event| event.marked == Some(*consultation) && !event.deleted);
            prop_assert!(alive.count() <= 1);
        }
    }
}
