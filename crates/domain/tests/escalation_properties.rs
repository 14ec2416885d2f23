//! In whatever order and how often it is asked: each cause is told once, and never after an answer.

use chrono::Duration;
use kabinet_domain::escalation::{ARRIVALS_WITHIN, AWAY, Case, Escalation, Happened, MOST_ARRIVALS, Spot, What, escalate};
use kabinet_domain::reach::{Quiet, Reach};
use kabinet_domain::{ConsultationId, Cursor, EventId, SpecialistAnswer, Timestamp};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::seconds(1_000_000 + second)
}

fn what() -> impl Strategy<Value = What> {
    let who = || prop::sample::select(vec!["a".to_owned(), "b".to_owned()]);
    let spot = prop::sample::select(vec![Spot::Page, Spot::Lobby, Spot::Room, Spot::Unreported]);
    let place = prop::sample::select(vec![Spot::Page, Spot::Room]);
    let answer =
        prop::sample::select(vec![SpecialistAnswer::Coming, SpecialistAnswer::Late { minutes: 5 }, SpecialistAnswer::Cannot]);
    prop_oneof![
        4 => (spot, who()).prop_map(|(spot, who)| What::Came { spot, who }),
        3 => (place, who(), 0u32..2, any::<bool>())
            .prop_map(|(spot, who, inside, moved)| What::Left { spot, who, inside, moved }),
        1 => Just(What::SessionStarted),
        1 => Just(What::SessionEnded),
        1 => any::<bool>().prop_map(|reports| What::PressedJoin { reports }),
        1 => answer.prop_map(What::Answered),
        1 => (1u128..20).prop_map(|of| What::Withdrawn { of: EventId(Uuid::from_u128(of)) }),
    ]
}

/// Events of two consultations in the order of the log.
fn day() -> impl Strategy<Value = Vec<Happened>> {
    prop::collection::vec((0i64..120, 1u128..3, what()), 0..20).prop_map(|events| {
        let mut second = 0;
        let happened = events.into_iter().enumerate().map(|(index, (pause, consultation, what))| {
            second += pause;
            let number = index as u64 + 1;
            Happened {
                cursor: Cursor(number),
                id: EventId(Uuid::from_u128(number.into())),
                consultation: ConsultationId(Uuid::from_u128(consultation)),
                what,
                at: at(second),
                received_at: at(second),
            }
        });
        happened.collect()
    })
}

/// One client who comes and goes on the page, never away for long, and stays in the end.
fn restless() -> impl Strategy<Value = Vec<Happened>> {
    prop::collection::vec((1i64..90, 1i64..AWAY.num_seconds()), 0..20).prop_map(|turns| {
        let (mut second, mut day) = (0, Vec::new());
        let mut add = |second: i64, what| {
            let number = day.len() as u64 + 1;
            let (cursor, id) = (Cursor(number), EventId(Uuid::from_u128(number.into())));
            let (consultation, at) = (ConsultationId(Uuid::from_u128(2)), at(second));
            day.push(Happened { cursor, id, consultation, what, at, received_at: at });
        };
        for (stays, is_away) in turns {
            add(second, What::Came { spot: Spot::Page, who: String::new() });
            second += stays;
            add(second, What::Left { spot: Spot::Page, who: String::new(), inside: 0, moved: false });
            second += is_away;
        }
        add(second, What::Came { spot: Spot::Page, who: String::new() });
        day
    })
}

fn look(events: &[Happened], alone_since: Option<i64>, now: Timestamp) -> Escalation {
    let reach = Reach { telegram: Some("1".into()), after_seconds: 60, quiet: Quiet::default() };
    let starts = [(ConsultationId(Uuid::from_u128(1)), at(300))].into();
    escalate(&Case { events, starts: &starts, alone_since: alone_since.map(at), reach: &reach }, now)
}

/// What is told until some time after the last event, and when, by somebody who looks every so many seconds, or only when asked to.
fn live(day: &[Happened], alone_since: Option<i64>, every: Option<i64>) -> BTreeMap<EventId, Timestamp> {
    let mut log: Vec<Happened> = Vec::new();
    let mut told = BTreeMap::new();
    let mut waiting = day.iter().peekable();
    let mut now = at(0);
    while now < at(20_000) {
        while let Some(event) = waiting.next_if(|event| event.received_at <= now) {
            log.push(event.clone());
        }
        let found = look(&log, alone_since, now);
        for alert in found.tell {
            assert!(told.insert(alert.cause, now).is_none(), "told twice");
            let id = EventId(Uuid::from_u128(10_000 + told.len() as u128));
            let (cursor, what) = (Cursor(10_000), What::Escalated { cause: alert.cause });
            log.push(Happened { cursor, id, consultation: alert.consultation, what, at: now, received_at: now });
        }
        let next = waiting.peek().map(|event| event.received_at);
        let mut looks = vec![next, every.map(|every| now + Duration::seconds(every))];
        looks.push(found.look_again_at);
        now = looks.into_iter().flatten().min().unwrap_or(at(20_000)).max(now + Duration::milliseconds(1));
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repetition_change_nothing(day in day(), now in 0i64..4000, seed in any::<u64>()) {
        let expected = look(&day, None, at(now));
        let mut other: Vec<Happened> = day.iter().chain(day.iter().take(7)).cloned().collect();
        let length = other.len().max(1) as u64;
        for index in 0..other.len() {
            let with = usize::try_from(seed.wrapping_mul(index as u64 + 1) % length).unwrap_or_default();
            other.swap(index, with);
        }
        prop_assert_eq!(look(&other, None, at(now)), expected);
    }

    #[test]
    fn each_cause_is_told_once_however_often_somebody_looks(day in day(), alone in prop::option::of(0i64..2000)) {
        let asked = live(&day, alone, None);
        let often = live(&day, alone, Some(37));
        let causes = |told: &BTreeMap<EventId, Timestamp>| told.keys().copied().collect::<BTreeSet<_>>();
        prop_assert_eq!(causes(&asked), causes(&often), "who looks when asked to misses nothing");
        for (cause, at) in &asked {
            prop_assert!(often[cause] >= *at, "and misses no moment");
        }
    }

    #[test]
    fn who_comes_and_goes_is_not_told_of_all_the_time(day in restless(), alone in prop::bool::ANY) {
        let mut told: Vec<Timestamp> = live(&day, alone.then_some(-60), None).into_values().collect();
        told.sort_unstable();
        for some in told.windows(MOST_ARRIVALS + 1) {
            prop_assert!(some[MOST_ARRIVALS] >= some[0] + ARRIVALS_WITHIN, "{told:?}");
        }
    }

    #[test]
    fn who_stays_is_told_of_however_often_they_came_before(day in restless(), alone in prop::bool::ANY) {
        let mut log = day.clone();
        for (cause, at) in live(&day, alone.then_some(-60), None) {
            let (cursor, id) = (Cursor(10_000), EventId(Uuid::from_u128(100_000 + cause.0.as_u128())));
            let (consultation, what) = (ConsultationId(Uuid::from_u128(2)), What::Escalated { cause });
            log.push(Happened { cursor, id, consultation, what, at, received_at: at });
        }
        let told = log.len() - day.len();
        let over = look(&log, alone.then_some(-60), at(20_000)).over.len();
        prop_assert_eq!(told - over, 1, "one alert stands, and the others are over");
        let came = day[0].received_at;
        let first = log[day.len()..].iter().map(|alert| alert.at).min();
        // Five seconds without a desktop, a minute with one that is silent: nobody has to wait longer who is there all the while.
        let stayed = day.get(1).is_none_or(|left| left.received_at > came + Duration::seconds(60));
        prop_assert!(!stayed || first <= Some(came + Duration::seconds(60)));
    }

    #[test]
    fn nothing_is_told_after_an_answer(day in day(), alone in prop::option::of(0i64..2000)) {
        let told = live(&day, alone, None);
        let consultation = |cause: &EventId| day.iter().find(|event| event.id == *cause).map(|event| event.consultation);
        for answer in day.iter().filter(|event| matches!(event.what, What::Answered(_))) {
            let believed = answer.received_at..answer.received_at + SpecialistAnswer::COMES_WITHIN;
            let later = |event: &&Happened| event.cursor > answer.cursor && event.consultation == answer.consultation;
            // An answer that was taken back was never given, in whatever order the two are heard of.
            if day.iter().any(|event| matches!(event.what, What::Withdrawn { of } if of == answer.id)) {
                continue;
            }
            // A session in between, or the answer's being given in one, begins another story.
            let another_story = |event: &Happened| matches!(event.what, What::SessionStarted | What::SessionEnded);
            if day.iter().any(|event| event.consultation == answer.consultation && another_story(event))
                || day.iter().filter(later).any(|event| matches!(event.what, What::PressedJoin { .. } | What::Withdrawn { .. }))
            {
                continue;
            }
            // "I can't" is said of a visit: whoever comes again has come anew.
            let comes = |event: &Happened| matches!(event.what, What::Came { .. });
            if answer.what == What::Answered(SpecialistAnswer::Cannot) && day.iter().filter(later).any(comes) {
                continue;
            }
            for (cause, at) in &told {
                prop_assert!(consultation(cause) != Some(answer.consultation) || !believed.contains(at), "told at {at}");
            }
        }
    }
}
