//! When a waiting client is told of elsewhere: the rules of `docs/reaching.md`, one table.

use chrono::{Duration, NaiveTime, TimeZone};
use chrono_tz::Europe::Moscow;
use kabinet_domain::escalation::{AlertKind, Case, Escalation, Fate, Happened, Spot, What, escalate};
use kabinet_domain::reach::{Quiet, QuietHours, Reach};
use kabinet_domain::{ConsultationId, Cursor, EventId, SpecialistAnswer, Timestamp};
use std::collections::BTreeMap;
use uuid::Uuid;

const TALK: ConsultationId = ConsultationId(Uuid::from_u128(1));
const NEXT: ConsultationId = ConsultationId(Uuid::from_u128(2));

/// The planned start, 15:00 in Moscow.
fn start() -> Timestamp {
    Moscow.with_ymd_and_hms(2026, 12, 23, 15, 0, 0).single().expect("a moment").to_utc()
}

fn at(seconds: i64) -> Timestamp {
    start() + Duration::seconds(seconds)
}

/// A day as the log has it: seconds from the planned start.
struct Day {
    events: Vec<Happened>,
    starts: BTreeMap<ConsultationId, Timestamp>,
    alone_since: Option<Timestamp>,
    reach: Reach,
}

impl Day {
    fn new(events: impl IntoIterator<Item = (i64, What)>) -> Self {
        let reach = Reach { telegram: Some("1".into()), after_seconds: 60, quiet: Quiet::default() };
        let mut day = Self { events: Vec::new(), starts: [(TALK, start()), (NEXT, at(3600))].into(), alone_since: None, reach };
        events.into_iter().for_each(|(second, what)| day.add(TALK, second, what));
        day
    }

    fn add(&mut self, consultation: ConsultationId, second: i64, what: What) {
        let number = self.events.len() as u64 + 1;
        let (cursor, id) = (Cursor(number), EventId(Uuid::from_u128(number.into())));
        self.events.push(Happened { cursor, id, consultation, what, at: at(second), received_at: at(second) });
    }

    fn look(&self, second: i64) -> Escalation {
        let case = Case { events: &self.events, starts: &self.starts, alone_since: self.alone_since, reach: &self.reach };
        escalate(&case, at(second))
    }

    /// Looks whenever it is asked to, and keeps what is told: seconds and kinds.
    fn live(&mut self, until: i64) -> Vec<(i64, AlertKind)> {
        let mut told = Vec::new();
        let events = std::mem::take(&mut self.events);
        let mut waiting = events.into_iter().peekable();
        let mut now = waiting.peek().map_or(start(), |event| event.received_at);
        loop {
            while let Some(event) = waiting.next_if(|event| event.received_at <= now) {
                self.events.push(event);
            }
            let found = self.look((now - start()).num_seconds());
            for alert in found.tell {
                told.push(((now - start()).num_seconds(), alert.kind));
                let id = EventId(Uuid::from_u128(1000 + told.len() as u128));
                let (what, cursor) = (What::Escalated { cause: alert.cause }, Cursor(1000 + told.len() as u64));
                self.events.push(Happened { cursor, id, consultation: alert.consultation, what, at: now, received_at: now });
            }
            let next = waiting.peek().map(|event| event.received_at).into_iter().chain(found.look_again_at).min();
            match next {
                Some(next) if next <= at(until) => now = next,
                _ => return told,
            }
        }
    }
}

fn waits() -> What {
    What::Came { spot: Spot::Page, who: String::new() }
}

fn joins(who: &str) -> What {
    What::Came { spot: Spot::Room, who: who.to_owned() }
}

fn closes() -> What {
    What::Left { spot: Spot::Page, who: String::new(), inside: 0, moved: false }
}

fn goes_in() -> What {
    What::Left { spot: Spot::Page, who: String::new(), inside: 0, moved: true }
}

fn hangs_up(who: &str) -> What {
    What::Left { spot: Spot::Room, who: who.to_owned(), inside: 0, moved: false }
}

fn says(answer: SpecialistAnswer) -> What {
    What::Answered(answer)
}

#[track_caller]
fn check(events: impl IntoIterator<Item = (i64, What)>, expected: &[(i64, AlertKind)]) {
    assert_eq!(Day::new(events).live(20_000), expected);
}

use AlertKind::{Inside, StillWaits, Waits};
use SpecialistAnswer::{Cannot, Coming, Late};

#[test]
fn nobody_answered() {
    check([(0, waits())], &[(60, Waits)]);
    check([(0, joins("a"))], &[(60, Inside)]);
    check([(0, waits()), (30, goes_in()), (40, joins("a"))], &[(60, Inside)]);
    check([(0, joins("a")), (20, joins("b"))], &[(60, Inside)]);
}

#[test]
fn somebody_came_in_time() {
    check([(0, waits()), (59, What::SessionStarted)], &[]);
    check([(-10, What::SessionStarted), (0, joins("a")), (600, What::SessionEnded)], &[]);
    check([(0, joins("a")), (50, What::SessionStarted), (3000, What::SessionEnded), (4000, hangs_up("a"))], &[]);
}

#[test]
fn the_client_left() {
    check([(0, waits()), (59, closes())], &[]);
    check([(0, waits()), (50, closes()), (90, waits())], &[(150, Waits)]);
    check([(0, waits()), (40, goes_in())], &[(60, Waits)]);
    check([(0, waits()), (20, goes_in())], &[]);
    check([(0, joins("a")), (30, hangs_up("known by another name"))], &[]);
}

#[test]
fn who_is_back_at_once_was_not_away() {
    // The first to come is told at the time that is theirs, and once.
    check([(0, waits()), (3, closes()), (6, waits()), (30, closes()), (39, waits())], &[(60, Waits)]);
    check([(0, waits()), (58, closes()), (65, waits()), (70, closes()), (79, waits())], &[(65, Waits)]);
    check([(0, waits()), (58, closes()), (68, waits())], &[(68 + 60, Waits)]);
    check([(0, waits()), (30, closes()), (35, joins("a"))], &[(60, Inside)]);
    // Who left longer ago than is known was away.
    let mut late = Day::new([(0, waits()), (58, closes()), (61, waits())]);
    late.events[1].at = at(48);
    assert_eq!(late.live(20_000), [(121, Waits)]);
    // What was said meanwhile counts.
    check([(0, waits()), (30, closes()), (32, says(Cannot)), (35, waits())], &[]);
    check([(0, waits()), (30, closes()), (32, What::PressedJoin { reports: true }), (35, waits())], &[(122, Waits)]);
    check([(0, waits()), (30, closes()), (32, What::SessionStarted), (34, What::SessionEnded), (35, waits())], &[(95, Waits)]);
}

#[test]
fn who_comes_and_goes_is_told_of_three_times_in_ten_minutes() {
    let told = |events: &mut dyn Iterator<Item = (i64, What)>| {
        let mut day = Day::new(events);
        day.alone_since = Some(at(-600));
        day.live(20_000).into_iter().map(|(second, _)| second).collect::<Vec<_>>()
    };
    // Every half minute, and in the end they stay.
    let comes_and_goes = || (0..10).flat_map(|turn| [(turn * 30, waits()), (turn * 30 + 15, closes())]);
    assert_eq!(told(&mut comes_and_goes()), [5, 35, 65]);
    assert_eq!(told(&mut comes_and_goes().chain([(300, waits())])), [5, 35, 65, 605]);
    // After a real absence it is told as the first time.
    assert_eq!(told(&mut comes_and_goes().chain([(285 + 180, waits())])), [5, 35, 65, 470]);
}

#[test]
fn an_answer_is_believed_for_a_while() {
    check([(0, waits()), (59, says(Coming)), (200, What::SessionStarted)], &[]);
    check([(0, waits()), (59, says(Coming))], &[(59 + 180, StillWaits)]);
    check([(0, waits()), (70, says(Coming))], &[(60, Waits), (70 + 180, StillWaits)]);
    check([(0, waits()), (30, says(Late { minutes: 5 }))], &[(30 + 360, StillWaits)]);
    check([(-60, says(Late { minutes: 5 })), (0, waits())], &[(300, StillWaits)]);
    check([(0, waits()), (30, says(Late { minutes: 5 })), (300, closes())], &[]);
    check([(0, waits()), (30, says(Cannot)), (40, joins("a"))], &[]);
    check([(0, waits()), (30, says(Coming)), (100, says(Cannot))], &[]);
}

#[test]
fn what_cannot_be_met_is_the_visit_and_not_the_next() {
    check([(0, waits()), (30, says(Cannot)), (100, closes()), (130, waits())], &[]);
    check([(0, waits()), (30, says(Cannot)), (100, closes()), (131, waits())], &[(191, Waits)]);
    check([(-60, says(Cannot)), (0, waits())], &[(60, Waits)]);
    check([(0, waits()), (30, says(Cannot)), (7231, joins("a"))], &[(7291, Inside)]);
}

#[test]
fn an_answer_that_was_taken_back_was_never_given() {
    // The withdrawal is heard of first, and names the answer by its number.
    let withdrawn = What::Withdrawn { of: EventId(Uuid::from_u128(3)) };
    check([(0, waits()), (0, withdrawn), (0, says(Coming))], &[(60, Waits)]);
}

#[test]
fn a_press_on_join_is_believed_for_a_while() {
    check([(0, waits()), (30, What::PressedJoin { reports: true })], &[(120, Waits)]);
    check([(0, waits()), (30, What::PressedJoin { reports: true }), (60, What::SessionStarted)], &[]);
    check([(0, waits()), (30, What::PressedJoin { reports: false })], &[]);
}

#[test]
fn a_page_that_is_opened_long_before_is_tried_out() {
    check([(-7200, waits())], &[(-3600, Waits)]);
    check([(-7200, waits()), (-7100, closes())], &[]);
    check([(-7200, waits()), (-5400, joins("a"))], &[(-5400, Inside)]);
}

#[test]
fn without_a_desktop_it_is_told_at_once() {
    let told = |since: i64| {
        let mut day = Day::new([(0, waits())]);
        day.alone_since = Some(at(since));
        day.live(20_000)
    };
    assert_eq!(told(-600), [(5, Waits)]);
    assert_eq!(told(20), [(25, Waits)]);
    assert_eq!(told(58), [(60, Waits)]);
}

#[test]
fn a_session_is_not_interrupted_by_the_next_client() {
    let mut day = Day::new([(0, What::SessionStarted)]);
    day.add(NEXT, 3000, waits());
    assert_eq!(day.live(20_000), [(3600, Waits)]);
}

#[test]
fn quiet_keeps_back_what_it_is_told_to() {
    let told = |quiet: Quiet| {
        let mut day = Day::new([(0, waits())]);
        day.reach.quiet = quiet;
        day.live(20_000)
    };
    let until = Quiet { until: Some(at(300)), ..Quiet::default() };
    assert_eq!(told(until), [(60, Waits)], "a waiting client is another matter than a reminder");
    assert_eq!(told(Quiet { even_clients: true, ..until }), [(300, Waits)]);
    assert_eq!(told(Quiet { even_clients: true, until: Some(at(3000)), ..until }), []);
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
    let hours = QuietHours { from: time(14, 0), to: time(15, 4), zone: Moscow };
    assert_eq!(told(Quiet { even_clients: true, hours: Some(hours), ..Quiet::default() }), [(240, Waits)]);
}

#[test]
fn without_a_chat_nothing_is_told() {
    let mut day = Day::new([(0, waits())]);
    day.reach.telegram = None;
    assert_eq!(day.live(20_000), []);
}

#[test]
fn what_is_old_wakes_nobody() {
    let day = Day::new([(0, waits())]);
    assert_eq!(day.look(60 + 599).tell.len(), 1, "after a short outage");
    assert_eq!(day.look(60 + 600).tell, [], "after a long one");
    let mut late = Day::new([(601, waits())]);
    late.events[0].at = at(0);
    assert_eq!(late.live(20_000), []);
}

#[test]
fn what_was_told_is_taken_back_by_its_fate() {
    let fates = |events: &[(i64, What)]| {
        let mut day = Day::new([(0, waits())].into_iter().chain(events.iter().cloned()));
        day.live(20_000);
        day.look(100).over.iter().map(|over| over.fate).collect::<Vec<_>>()
    };
    assert_eq!(fates(&[]), []);
    assert_eq!(fates(&[(70, says(Coming))]), [Fate::Answered(Coming)]);
    assert_eq!(fates(&[(70, says(Late { minutes: 5 })), (80, closes())]), [Fate::Answered(Late { minutes: 5 })]);
    assert_eq!(fates(&[(70, closes())]), [Fate::Left]);
    assert_eq!(fates(&[(95, closes())]), [], "they may be back");
    assert_eq!(fates(&[(70, closes()), (75, waits())]), []);
    assert_eq!(fates(&[(70, closes()), (75, says(Coming))]), [Fate::Answered(Coming)]);
    assert_eq!(fates(&[(70, What::SessionStarted)]), [Fate::Met]);
    assert_eq!(fates(&[(70, What::Withdrawn { of: EventId(Uuid::from_u128(1)) })]), [Fate::Withdrawn]);
}

#[test]
fn what_is_over_is_settled() {
    assert_eq!(Day::new([(0, waits())]).look(10).settled, []);
    assert_eq!(Day::new([(0, waits()), (5, closes())]).look(14).settled, [], "they may be back");
    assert_eq!(Day::new([(0, waits()), (5, closes())]).look(15).settled, [TALK]);
    assert_eq!(Day::new([(0, What::SessionStarted), (5, closes())]).look(10).settled, []);
    assert_eq!(Day::new([(0, says(Cannot))]).look(10).settled, []);
}
