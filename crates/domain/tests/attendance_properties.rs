//! The same signals in another order, repeated or late, lead to the same state and to no further alert.

mod support;

use chrono::Duration;
use kabinet_domain::attendance::Plan;
use kabinet_domain::event::Told;
use kabinet_domain::{EventKind, Fact, LeaveReason, Occupant, Signal, StayKey, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;
use support::{Log, Scene, addresses_only, module, play};

/// What a reader of the log knows at its end.
#[derive(Debug, PartialEq, Eq)]
struct State {
    clients_inside: u32,
    in_session: bool,
}

fn state(told: &[Told]) -> State {
    let withdrawn = withdrawn(told);
    let mut state = State { clients_inside: told.last().map_or(0, |told| told.telling.inside), in_session: false };
    for told in told.iter().filter(|told| !withdrawn.contains(&told.id)) {
        match told.telling.kind {
            EventKind::SessionStarted => state.in_session = true,
            EventKind::SessionEnded { .. } => state.in_session = false,
            _ => {}
        }
    }
    state
}

fn withdrawn(told: &[Told]) -> BTreeSet<kabinet_domain::EventId> {
    told.iter()
        .filter_map(|told| match told.telling.kind {
            EventKind::Withdrawn { of } => Some(of),
            _ => None,
        })
        .collect()
}

/// Arrivals that were told and stand.
fn alerts(told: &[Told]) -> usize {
    let withdrawn = withdrawn(told);
    told.iter()
        .filter(|told| matches!(told.telling.kind, EventKind::ClientJoined { .. }) && !withdrawn.contains(&told.id))
        .count()
}

/// One visit: who, when it begins, how long it lasts, whether it ends at all, why, and whether the focus grants.
#[derive(Debug, Clone)]
struct Visit {
    who: usize,
    begins: u32,
    lasts: u32,
    ends: bool,
    reason: LeaveReason,
    granted: bool,
}

fn visit() -> impl Strategy<Value = Visit> {
    let reason = prop_oneof![
        Just(LeaveReason::HungUp),
        Just(LeaveReason::Closed),
        Just(LeaveReason::Lost),
        Just(LeaveReason::Unknown),
        Just(LeaveReason::Kicked)
    ];
    (0..4usize, 0..600u32, 2..400u32, prop::bool::weighted(0.8), reason, any::<bool>())
        .prop_map(|(who, begins, lasts, ends, reason, granted)| Visit { who, begins, lasts, ends, reason, granted })
}

/// How far a reporter's clock is ahead, in milliseconds: nearly right, by minutes, by a time zone.
fn skew() -> impl Strategy<Value = i64> {
    prop_oneof![-1_500..1_500i64, -300_000..300_000i64, -50_000_000..50_000_000i64]
}

const NAMES: [&str; 4] = ["Анна", "Иван", "", "Мария"];

/// Signals of visits as our own module reports them, each at its own moment.
fn module_scene(visits: &[Visit], skew: i64) -> Scene {
    let mut scene = Scene::skewed(module(Some(true)), skew);
    for (index, visit) in visits.iter().enumerate() {
        let occupant =
            Occupant { stay: Some(StayKey(format!("stay {index}"))), ..scene.person(&format!("v{index}"), NAMES[visit.who]) };
        let begins = f64::from(visit.begins) + index as f64 / 100.0;
        scene.joins(begins, &occupant);
        // The specialist alone is granted ownership.
        if visit.who == 0 && visit.granted {
            scene.granted(begins + 0.2, &occupant);
        }
        if visit.ends {
            scene.leaves(begins + f64::from(visit.lasts), &occupant, visit.reason);
        }
    }
    scene.signals.sort_by_key(|signal| signal.at);
    scene
}

/// The same by a reporter of addresses alone; a new page load has a new address.
fn address_scene(visits: &[Visit], skew: i64) -> Scene {
    let mut scene = Scene::skewed(addresses_only(), skew);
    for (index, visit) in visits.iter().enumerate() {
        let occupant = scene.person(&format!("v{index}"), "");
        // Distinct seconds: within one second that reporter's order is unknown.
        let begins = f64::from(visit.begins) * 10.0 + index as f64;
        scene.joins(begins, &occupant);
        if visit.ends {
            scene.leaves(begins + f64::from(visit.lasts) * 10.0 + 0.5, &occupant, LeaveReason::Unknown);
        }
    }
    scene
}

fn delayed(signals: &[Signal], delays: &[u32], in_order: bool) -> Vec<Signal> {
    let mut reached = Timestamp::MIN_UTC;
    let mut sorted = signals.to_vec();
    sorted.sort_by_key(|signal| signal.at);
    for (signal, delay) in sorted.iter_mut().zip(delays.iter().cycle()) {
        signal.received_at += Duration::milliseconds(i64::from(*delay));
        if !in_order {
            // The older modules' own times are worth their order only.
            signal.at = signal.received_at;
        }
        if in_order {
            signal.received_at = signal.received_at.max(reached);
            reached = signal.received_at;
        }
    }
    sorted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Our module keeps its order, so that only delay and repetition are left.
    #[test]
    fn delay_and_repetition_change_nothing_for_our_module(
        visits in prop::collection::vec(visit(), 1..8),
        delays in prop::collection::vec(0..40_000u32, 1..12),
        skew in skew(),
    ) {
        let straight = play(&Plan::default(), module_scene(&visits, 0).signals);
        let scene = module_scene(&visits, skew);
        let mut late = delayed(&scene.signals, &delays, true);
        let repeated: Vec<Signal> = late.iter().cloned().map(|signal| Signal { received_at: signal.received_at + Duration::seconds(3), ..signal }).collect();
        late.extend(repeated);
        let late = play(&Plan::default(), late);
        prop_assert_eq!(state(&late.told), state(&straight.told));
        prop_assert!(alerts(&late.told) <= alerts(&straight.told), "{:?} {:?}", late.words(), straight.words());
    }

    /// The old reporters send each request on its own: any may overtake any other.
    #[test]
    fn any_order_changes_nothing_for_reporters_of_addresses(
        visits in prop::collection::vec(visit(), 1..8),
        delays in prop::collection::vec(0..60_000u32, 1..12),
        first_is_host in any::<bool>(),
        skew in skew(),
    ) {
        let plan = Plan { first_is_host, ..Plan::default() };
        let straight = play(&plan, address_scene(&visits, 0).signals);
        let late = play(&plan, delayed(&address_scene(&visits, skew).signals, &delays, false));
        prop_assert_eq!(state(&late.told), state(&straight.told), "{:?} {:?}", late.words(), straight.words());
        prop_assert!(alerts(&late.told) <= alerts(&straight.told), "{:?} {:?}", late.words(), straight.words());
    }

    /// All at once (the backend was away) or one by one: the state is the same.
    #[test]
    fn one_batch_is_as_good_as_many(visits in prop::collection::vec(visit(), 1..8), skew in skew()) {
        let straight = play(&Plan::default(), module_scene(&visits, 0).signals);
        let scene = module_scene(&visits, skew);
        let last = scene.signals.iter().map(|signal| signal.received_at).max().expect("a signal");
        let mut log = Log::new(Plan::default());
        log.receive(scene.signals.into_iter().rev(), last);
        log.wait_until(last + Duration::hours(1));
        prop_assert_eq!(state(&log.told), state(&straight.told), "{:?} {:?}", log.words(), straight.words());
    }

    /// Whatever arrives, in whatever state, nothing panics, nothing is told for ever, and a client inside was told of.
    #[test]
    fn nobody_is_inside_untold(
        visits in prop::collection::vec(visit(), 1..12),
        facts in prop::collection::vec((0..1000u32, 0..4u8), 0..6),
        skew in skew(),
    ) {
        let mut scene = module_scene(&visits, skew);
        for (second, fact) in facts {
            let fact = match fact {
                0 => Fact::RoomOpened,
                1 => Fact::RoomClosed { ended: second % 2 == 0 },
                2 => Fact::PressedJoin,
                _ => Fact::Snapshot(Vec::new()),
            };
            scene.say(f64::from(second), fact);
        }
        let log = play(&Plan::default(), scene.signals);
        let joined = log.told.iter().filter(|told| matches!(told.telling.kind, EventKind::ClientJoined { .. })).count();
        let inside = log.told.last().map_or(0, |told| told.telling.inside as usize);
        prop_assert!(inside <= joined);
    }
}
