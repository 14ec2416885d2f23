//! The cases of keeping a calendar elsewhere in step, one by one.

use chrono::{Duration, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use kabinet_domain::calendar::{
    Agreed, AttendeeId, CalendarEvent, Conflict, ConflictReason, Details, EntryId, Field, Invitation, Ours, Side, Step, reconcile,
};
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use rstest::rstest;
use std::collections::BTreeSet;
use std::slice::from_ref;
use uuid::Uuid;

fn id(number: u128) -> ConsultationId {
    ConsultationId(Uuid::from_u128(number))
}

fn at(zone: &str, local: &str) -> (Timestamp, Tz) {
    let zone: Tz = zone.parse().expect("a zone");
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a time");
    (zone.from_local_datetime(&local).single().expect("one moment").to_utc(), zone)
}

fn details(local: &str) -> Details {
    let (starts_at, zone) = at("Europe/Berlin", local);
    Details {
        title: "Consultation".into(),
        starts_at,
        ends_at: starts_at + Duration::minutes(50),
        zone,
        location: "https://meet.example.org/room-1".into(),
        description: "".into(),
        attendees: people(&["5", "6"]),
        reminder: Some(15),
    }
}

fn people(ids: &[&str]) -> BTreeSet<AttendeeId> {
    ids.iter().map(|id| AttendeeId((*id).to_owned())).collect()
}

fn entry(number: &str, details: &Details) -> CalendarEvent {
    CalendarEvent {
        id: EntryId(number.to_owned()),
        details: details.clone(),
        marked: Some(id(1)),
        deleted: false,
        plannable: true,
        invitation: Invitation::Settled,
        version: "1".to_owned(),
    }
}

/// One consultation, its entry, and what was agreed.
struct Pair {
    ours: Ours,
    theirs: CalendarEvent,
    agreed: Agreed,
}

fn pair() -> Pair {
    let details = details("2026-10-22 15:00");
    let theirs = entry("1246", &details);
    Pair {
        ours: Ours { consultation: id(1), details: details.clone(), in_calendar: true },
        agreed: Agreed::written(id(1), details, &theirs),
        theirs,
    }
}

fn rooms(link: &str) -> bool {
    link.starts_with("https://meet.example.org/") || link.starts_with("https://talks.example.com/j/")
}

impl Pair {
    fn steps(&self) -> Vec<Step> {
        reconcile(from_ref(&self.ours), from_ref(&self.theirs), from_ref(&self.agreed), &rooms)
    }

    fn conflict(&self) -> Conflict {
        match self.steps().as_slice() {
            [Step::Conflict(conflict)] => (**conflict).clone(),
            steps => panic!("{steps:?}"),
        }
    }
}

fn words(steps: &[Step]) -> Vec<&'static str> {
    let word = |step: &Step| match step {
        Step::CreateThere { .. } => "create there",
        Step::UpdateThere { .. } => "update there",
        Step::DeleteThere { .. } => "delete there",
        Step::AddHere { .. } => "add here",
        Step::ChangeHere { .. } => "change here",
        Step::CancelHere { .. } => "cancel here",
        Step::ReviveHere { .. } => "revive here",
        Step::Agree(_) => "agree",
        Step::Forget { .. } => "forget",
        Step::DeleteDoubleThere { .. } => "delete double there",
        Step::LeaveSeries { .. } => "leave series",
        Step::Look { .. } => "look",
        Step::Conflict(_) => "conflict",
    };
    steps.iter().map(word).collect()
}

fn later(details: &mut Details, by: Duration) {
    details.starts_at += by;
    details.ends_at += by;
}

type Change = fn(&mut Pair);

#[rstest]
#[case::nothing_changed(|_: &mut Pair| {}, &[])]
#[case::moved_there(|pair: &mut Pair| later(&mut pair.theirs.details, Duration::hours(1)), &["change here", "agree"])]
#[case::renamed_here(|pair: &mut Pair| pair.ours.details.title = "Supervision".into(), &["update there", "agree"])]
#[case::each_changed_another_field(
    |pair: &mut Pair| {
        later(&mut pair.theirs.details, Duration::hours(1));
        pair.ours.details.title = "Supervision".into();
    },
    &["update there", "change here", "agree"]
)]
#[case::both_moved_alike(
    |pair: &mut Pair| {
        later(&mut pair.theirs.details, Duration::hours(1));
        later(&mut pair.ours.details, Duration::hours(1));
    },
    &["agree"]
)]
#[case::deleted_there(|pair: &mut Pair| pair.theirs.deleted = true, &["cancel here"])]
#[case::cancelled_here(|pair: &mut Pair| pair.ours.in_calendar = false, &["delete there"])]
#[case::gone_on_both(|pair: &mut Pair| { pair.ours.in_calendar = false; pair.theirs.deleted = true; }, &["forget"])]
#[case::made_a_series_there(|pair: &mut Pair| pair.theirs.plannable = false, &["leave series"])]
#[case::made_a_whole_day_there_and_renamed_here(
    |pair: &mut Pair| {
        pair.theirs.plannable = false;
        pair.theirs.details.ends_at += Duration::hours(10);
        pair.ours.details.title = "Supervision".into();
    },
    &["leave series"]
)]
#[case::made_a_series_there_and_cancelled_here(
    |pair: &mut Pair| {
        pair.theirs.plannable = false;
        pair.ours.in_calendar = false;
    },
    &["leave series"]
)]
#[case::a_series_that_is_deleted_there(
    |pair: &mut Pair| {
        pair.theirs.plannable = false;
        pair.theirs.deleted = true;
    },
    &["cancel here"]
)]
#[case::declined_there_and_cancelled_here(
    |pair: &mut Pair| {
        pair.theirs.invitation = Invitation::Declined;
        pair.ours.in_calendar = false;
    },
    &["forget"]
)]
#[case::moved_by_the_host_and_not_answered_again(
    |pair: &mut Pair| {
        pair.theirs.invitation = Invitation::Open;
        later(&mut pair.theirs.details, Duration::hours(1));
    },
    &["change here", "agree"]
)]
#[case::only_the_version_is_new(|pair: &mut Pair| pair.theirs.version = "9".to_owned(), &[])]
#[case::the_marker_was_deleted_by_hand(|pair: &mut Pair| pair.theirs.marked = None, &[])]
#[case::the_calendar_rounds_what_it_is_sent(
    |pair: &mut Pair| {
        pair.theirs.details.title = "Consultat…".into();
        pair.agreed = Agreed::written(id(1), pair.ours.details.clone(), &pair.theirs);
    },
    &[]
)]
#[case::own_writing_comes_back_before_it_was_read_back(
    |pair: &mut Pair| {
        pair.ours.details.title = "Supervision".into();
        pair.theirs.details.title = "Supervision".into();
        pair.agreed.details.title = "Supervision".into();
    },
    &["agree"]
)]
fn one_entry(#[case] change: Change, #[case] steps: &[&str]) {
    let mut pair = pair();
    change(&mut pair);
    assert_eq!(words(&pair.steps()), steps);
}

#[rstest]
#[case::both_moved(
    |pair: &mut Pair| {
        later(&mut pair.theirs.details, Duration::hours(1));
        later(&mut pair.ours.details, Duration::hours(2));
    },
    ConflictReason::BothChanged([Field::Time].into())
)]
#[case::both_renamed_and_one_moved(
    |pair: &mut Pair| {
        later(&mut pair.theirs.details, Duration::hours(1));
        pair.theirs.details.title = "Intake".into();
        pair.ours.details.title = "Supervision".into();
    },
    ConflictReason::BothChanged([Field::Title].into())
)]
#[case::deleted_there_and_changed_here(
    |pair: &mut Pair| {
        pair.theirs.deleted = true;
        pair.ours.details.title = "Supervision".into();
    },
    ConflictReason::DeletedThere
)]
#[case::declined_there(|pair: &mut Pair| pair.theirs.invitation = Invitation::Declined, ConflictReason::DeletedThere)]
#[case::cancelled_here_and_moved_there(
    |pair: &mut Pair| {
        pair.ours.in_calendar = false;
        later(&mut pair.theirs.details, Duration::hours(1));
    },
    ConflictReason::CancelledHere
)]
#[case::cancelled_here_while_somebody_invited_there(
    |pair: &mut Pair| {
        pair.ours.in_calendar = false;
        pair.theirs.details.attendees = people(&["5", "6", "7"]);
    },
    ConflictReason::CancelledHere
)]
fn a_person_decides(#[case] change: Change, #[case] reason: ConflictReason) {
    let mut pair = pair();
    change(&mut pair);
    let conflict = pair.conflict();
    assert_eq!(conflict.reason, reason);
    assert_eq!((&conflict.ours, &conflict.theirs), (&pair.ours, &pair.theirs));
}

#[test]
fn a_choice_takes_the_field_in_conflict_from_one_side_and_keeps_the_other_changes() {
    let mut pair = pair();
    later(&mut pair.theirs.details, Duration::hours(1));
    pair.theirs.details.title = "Intake".into();
    pair.ours.details.title = "Supervision".into();
    let conflict = pair.conflict();

    let ours = Details { title: "Supervision".into(), ..pair.theirs.details.clone() };
    let steps = conflict.decide(Side::Ours);
    assert_eq!(words(&steps), ["update there", "change here", "agree"]);
    assert!(matches!(&steps[0], Step::UpdateThere { details, .. } if *details == ours));
    assert!(matches!(&steps[1], Step::ChangeHere { details, .. } if *details == ours));

    let steps = conflict.decide(Side::Theirs);
    assert_eq!(words(&steps), ["change here", "agree"]);
    assert!(matches!(&steps[0], Step::ChangeHere { details, .. } if *details == pair.theirs.details));
}

#[rstest]
#[case(ConflictReason::DeletedThere, Side::Ours, &["create there"])]
#[case(ConflictReason::DeletedThere, Side::Theirs, &["cancel here"])]
#[case(ConflictReason::CancelledHere, Side::Ours, &["delete there"])]
#[case(ConflictReason::CancelledHere, Side::Theirs, &["revive here", "agree"])]
fn what_is_gone_on_one_side_is_kept_or_let_go(#[case] reason: ConflictReason, #[case] side: Side, #[case] steps: &[&str]) {
    let pair = pair();
    let conflict = Conflict { ours: pair.ours, theirs: pair.theirs, agreed: Some(pair.agreed), reason };
    assert_eq!(words(&conflict.decide(side)), steps);
}

#[rstest]
#[case::an_edit_here_keeps_whom_the_other_side_invited(&["5", "6"], &["5", "6", "7"], &["5", "6", "7"])]
#[case::invited_on_both_sides(&["5", "6", "8"], &["5", "6", "7"], &["5", "6", "7", "8"])]
#[case::removed_here(&["5"], &["5", "6"], &["5"])]
#[case::removed_there(&["5", "6"], &["6"], &["6"])]
#[case::removed_here_and_invited_there(&["5"], &["5", "6", "7"], &["5", "7"])]
fn the_full_list_of_attendees_is_always_sent(#[case] here: &[&str], #[case] there: &[&str], #[case] together: &[&str]) {
    let mut pair = pair();
    pair.ours.details.title = "Supervision".into();
    pair.ours.details.attendees = people(here);
    pair.theirs.details.attendees = people(there);
    let steps = pair.steps();
    let sent = steps.iter().find_map(|step| match step {
        Step::UpdateThere { details, .. } => Some(details.attendees.clone()),
        _ => None,
    });
    assert_eq!(sent, Some(people(together)));
}

#[test]
fn an_attendee_that_the_calendar_does_not_know_is_not_taken_for_removed() {
    let mut pair = pair();
    pair.theirs.details.attendees = people(&["5"]);
    pair.agreed = Agreed::written(id(1), pair.ours.details.clone(), &pair.theirs);
    assert!(pair.steps().is_empty());
}

#[test]
fn what_was_not_read_is_looked_for_and_not_cancelled() {
    let pair = pair();
    let steps = reconcile(&[pair.ours], &[], &[pair.agreed], &rooms);
    assert_eq!(steps, [Step::Look { consultation: id(1), entry: EntryId("1246".to_owned()) }]);
}

#[test]
fn after_a_lost_answer_the_entry_is_found_by_its_marker() {
    let pair = pair();
    let sending = Agreed::sending(id(1), pair.ours.details.clone());
    let steps = reconcile(from_ref(&pair.ours), from_ref(&pair.theirs), &[sending], &rooms);
    assert_eq!(steps, [Step::Agree(pair.agreed.clone())]);

    // Meanwhile it was moved there and renamed here: what was sent is what both had in common.
    let (mut ours, mut theirs) = (pair.ours.clone(), pair.theirs.clone());
    later(&mut theirs.details, Duration::days(1));
    ours.details.title = "Supervision".into();
    let sending = Agreed::sending(id(1), pair.ours.details.clone());
    assert_eq!(words(&reconcile(&[ours], &[theirs], &[sending], &rooms)), ["update there", "change here", "agree"]);

    // Nothing arrived: it is sent again.
    let sending = Agreed::sending(id(1), pair.ours.details.clone());
    assert_eq!(words(&reconcile(&[pair.ours], &[], &[sending], &rooms)), ["create there"]);
}

#[test]
fn even_without_any_trace_of_the_sending_nothing_is_created_twice() {
    let mut pair = pair();
    let both = |pair: &Pair| words(&reconcile(from_ref(&pair.ours), from_ref(&pair.theirs), &[], &rooms));
    assert_eq!(both(&pair), ["agree"]);
    pair.theirs.marked = None;
    assert_eq!(both(&pair), ["agree"], "the room and the time are enough");
    pair.theirs.marked = Some(id(1));
    pair.theirs.details.title = "Intake".into();
    assert_eq!(both(&pair), ["conflict"], "nobody knows who renamed it");
    pair.ours.in_calendar = false;
    pair.theirs.details = pair.ours.details.clone();
    assert_eq!(both(&pair), ["delete there"], "cancelled while the answer was lost");
}

#[rstest]
#[case::with_its_marker(Some(id(1)))]
#[case::by_hand(None)]
fn an_entry_deleted_and_made_again_is_still_ours(#[case] marked: Option<ConsultationId>) {
    let mut pair = pair();
    let again = CalendarEvent { marked, ..entry("1300", &pair.theirs.details) };
    pair.theirs.deleted = true;
    let steps = reconcile(&[pair.ours], &[pair.theirs, again.clone()], from_ref(&pair.agreed), &rooms);
    assert_eq!(steps, [Step::Agree(Agreed { entry: Some(again.id), ..pair.agreed })]);
}

#[test]
fn an_entry_with_the_room_at_the_time_that_ours_moves_to_is_not_proposed() {
    let mut pair = pair();
    later(&mut pair.theirs.details, Duration::hours(1));
    let same = CalendarEvent { marked: None, ..entry("1300", &pair.theirs.details) };
    let steps = reconcile(&[pair.ours], &[pair.theirs, same], &[pair.agreed], &rooms);
    assert_eq!(words(&steps), ["change here", "agree"]);
}

/// Our own writing that arrived after it had been given up and repeated.
#[test]
fn a_doubled_entry_is_deleted_and_what_was_agreed_stays() {
    let mut pair = pair();
    let double = entry("1300", &pair.theirs.details);
    let steps = |pair: &Pair, double: &CalendarEvent| {
        reconcile(from_ref(&pair.ours), &[pair.theirs.clone(), double.clone()], from_ref(&pair.agreed), &rooms)
    };
    let delete = Step::DeleteDoubleThere { consultation: id(1), entry: double.id.clone() };
    assert_eq!(steps(&pair, &double), [delete]);
    // Also when the agreed one was moved since, and then the other one is no new consultation.
    later(&mut pair.theirs.details, Duration::hours(1));
    assert_eq!(words(&steps(&pair, &double)), ["change here", "agree", "delete double there"]);
    pair.theirs = entry("1246", &double.details);
    pair.ours.in_calendar = false;
    assert_eq!(words(&steps(&pair, &double)), ["delete double there", "delete there"]);
    // It is all that is left.
    pair.ours.in_calendar = true;
    pair.theirs.deleted = true;
    assert_eq!(words(&steps(&pair, &double)), ["agree"]);
}

#[rstest]
#[case::retitled(|event: &mut CalendarEvent| event.details.title = "Intake".into())]
#[case::with_a_note(|event: &mut CalendarEvent| event.details.description = "Bring the diary".into())]
#[case::longer(|event: &mut CalendarEvent| event.details.ends_at += Duration::minutes(10))]
#[case::with_somebody_else(|event: &mut CalendarEvent| event.details.attendees = people(&["5", "9"]))]
#[case::a_series(|event: &mut CalendarEvent| event.plannable = false)]
#[case::without_the_marker(|event: &mut CalendarEvent| event.marked = None)]
#[case::of_another_consultation(|event: &mut CalendarEvent| event.marked = Some(id(2)))]
fn a_copy_that_differs_is_somebodys_and_stays(#[case] change: fn(&mut CalendarEvent)) {
    let pair = pair();
    let mut copy = entry("1300", &pair.theirs.details);
    change(&mut copy);
    assert_eq!(reconcile(&[pair.ours], &[pair.theirs, copy], &[pair.agreed], &rooms), []);
}

fn foreign(location: &str, description: &str) -> CalendarEvent {
    let details = Details {
        title: "Written there".into(),
        location: location.into(),
        description: description.into(),
        ..details("2026-10-23 11:00")
    };
    CalendarEvent { marked: None, ..entry("2000", &details) }
}

#[rstest]
#[case::own_server("https://meet.example.org/room-9", "", Some("https://meet.example.org/room-9"))]
#[case::another_provider("https://talks.example.com/j/12345678901234", "", Some("https://talks.example.com/j/12345678901234"))]
#[case::in_the_description("Room 5", "Please come: https://talks.example.com/j/1.", Some("https://talks.example.com/j/1"))]
#[case::an_unknown_link("https://zoom.example/j/1", "", None)]
#[case::no_link("Room 5", "Dentist", None)]
fn only_entries_with_a_known_link_are_proposed(#[case] location: &str, #[case] description: &str, #[case] link: Option<&str>) {
    let event = foreign(location, description);
    let steps = reconcile(&[], from_ref(&event), &[], &rooms);
    let expected = link.map(|link| Step::AddHere { event, link: Sensitive::from(link) });
    assert_eq!(steps, Vec::from_iter(expected));
}

#[test]
fn a_talk_that_stands_in_two_calendars_is_proposed_once() {
    let event = foreign("https://meet.example.org/room-9", "");
    let copy = CalendarEvent { id: EntryId("2001".to_owned()), ..event.clone() };
    let steps = reconcile(&[], &[copy, event.clone()], &[], &rooms);
    assert_eq!(steps, [Step::AddHere { event, link: "https://meet.example.org/room-9".into() }]);
}

#[rstest]
#[case::a_series(|event: &mut CalendarEvent| event.plannable = false)]
#[case::deleted(|event: &mut CalendarEvent| event.deleted = true)]
#[case::an_invitation_without_an_answer(|event: &mut CalendarEvent| event.invitation = Invitation::Open)]
#[case::a_declined_invitation(|event: &mut CalendarEvent| event.invitation = Invitation::Declined)]
#[case::another_computers(|event: &mut CalendarEvent| event.marked = Some(id(77)))]
fn some_entries_with_a_known_link_are_left_alone(#[case] change: fn(&mut CalendarEvent)) {
    let mut event = foreign("https://meet.example.org/room-9", "");
    change(&mut event);
    assert!(reconcile(&[], &[event], &[], &rooms).is_empty());
}

#[test]
fn an_entry_of_a_consultation_that_stays_out_of_the_calendar_is_neither_added_nor_deleted() {
    let event = foreign("https://meet.example.org/room-9", "");
    let ours = Ours { consultation: id(1), details: event.details.clone(), in_calendar: false };
    assert!(reconcile(&[ours], &[event], &[], &rooms).is_empty());
}

#[test]
fn a_copy_of_our_entry_at_another_time_is_a_new_consultation() {
    let pair = pair();
    let mut copy = entry("1300", &pair.theirs.details);
    later(&mut copy.details, Duration::days(7));
    let steps = reconcile(&[pair.ours], &[pair.theirs, copy.clone()], &[pair.agreed], &rooms);
    assert_eq!(steps, [Step::AddHere { event: copy, link: "https://meet.example.org/room-1".into() }]);
}

/// Berlin puts its clocks back on 25 October: the same time of day is another moment.
#[test]
fn a_move_over_the_change_of_clocks_keeps_the_time_of_day() {
    let mut pair = pair();
    let (starts_at, _) = at("Europe/Berlin", "2026-10-29 15:00");
    assert_eq!(starts_at - pair.theirs.details.starts_at, Duration::days(7) + Duration::hours(1));
    pair.theirs.details = details("2026-10-29 15:00");
    let steps = pair.steps();
    let Some(Step::ChangeHere { details, .. }) = steps.first() else { panic!("{steps:?}") };
    assert_eq!(details.starts_at.with_timezone(&details.zone).format("%d %H:%M").to_string(), "29 15:00");
}

#[test]
fn another_zone_with_the_same_moment_is_a_change_since_it_moves_differently_later() {
    let mut pair = pair();
    pair.theirs.details.zone = Tz::Europe__Lisbon;
    assert_eq!(words(&pair.steps()), ["change here", "agree"]);
}

#[test]
fn our_own_writing_is_known_when_it_comes_back() {
    let pair = pair();
    assert!(pair.agreed.knows(&pair.theirs));
    let mut moved = pair.theirs.clone();
    later(&mut moved.details, Duration::hours(1));
    assert!(!pair.agreed.knows(&moved));
    let gone = pair.agreed.gone().expect("it has an entry");
    assert!(!pair.agreed.knows(&gone));
    assert_eq!(words(&reconcile(&[pair.ours], &[gone], &[pair.agreed], &rooms)), ["cancel here"]);
}
