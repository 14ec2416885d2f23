//! Several consultations in one room: which of them is told of whom.

mod support;

use chrono::Duration;
use kabinet_domain::attendance::{Agenda, Plan};
use kabinet_domain::consultation::{Known, owner_of};
use kabinet_domain::{ConsultationId, EventKind, LeaveReason, Slot, SpecialistId};
use proptest::prelude::*;
use support::{Log, Scene, at, module, play_in, with_token_ids, words};
use uuid::Uuid;

const HUNG_UP: LeaveReason = LeaveReason::HungUp;
const CLOSED: LeaveReason = LeaveReason::Closed;
const ANNA: u128 = 1;
const BORIS: u128 = 2;

/// A consultation called by a letter, in minutes after noon.
fn slot(name: char, specialist: u128, from: i64, to: i64) -> Slot {
    Slot {
        consultation: ConsultationId(Uuid::from_u128(u128::from(u32::from(name)))),
        specialist: SpecialistId(Uuid::from_u128(specialist)),
        starts_at: at(0.0) + Duration::minutes(from),
        ends_at: at(0.0) + Duration::minutes(to),
        is_open: true,
    }
}

fn closed(slot: Slot) -> Slot {
    Slot { is_open: false, ..slot }
}

fn agenda(slots: &[Slot]) -> Agenda {
    let mut plans: Vec<Plan> = Vec::new();
    for slot in slots {
        let specialist = Some(slot.specialist);
        if plans.iter().all(|plan| plan.specialist != specialist) {
            plans.push(Plan { specialist, ..Plan::default() });
        }
    }
    if plans.is_empty() {
        plans.push(Plan::default());
    }
    Agenda { slots: slots.to_vec(), plans }
}

fn letter(id: Option<ConsultationId>) -> char {
    id.and_then(|id| char::from_u32(u32::try_from(id.0.as_u128()).ok()?)).unwrap_or('-')
}

/// `A: joined Иван`, for every consultation.
fn story(log: &Log) -> Vec<String> {
    log.told.iter().map(|told| format!("{}: {}", letter(told.telling.consultation), words(&told.telling))).collect()
}

fn told_of(log: &Log, name: char) -> Vec<String> {
    story(log).into_iter().filter(|line| line.starts_with(name)).map(|line| line[3..].to_owned()).collect()
}

fn minutes(minutes: f64) -> f64 {
    minutes * 60.0
}

fn with_login() -> Scene {
    Scene::new(module(Some(true)))
}

fn without_login() -> Scene {
    Scene::new(module(Some(false)))
}

/// Anna from noon for 50 minutes, Boris an hour after noon.
fn two_specialists() -> Vec<Slot> {
    vec![slot('A', ANNA, 0, 50), slot('B', BORIS, 60, 110)]
}

/// The same times, both Anna's.
fn one_after_the_other() -> Vec<Slot> {
    vec![slot('A', ANNA, 0, 50), slot('B', ANNA, 60, 110)]
}

#[test]
fn an_arrival_has_one_owner() {
    let (a, b) = (slot('A', ANNA, 0, 50), slot('B', BORIS, 60, 110));
    let nobody = |_: &Slot| Known::default();
    let check = |slots: &[Slot], minute: i64, expected: char| {
        let owner = owner_of(slots, at(0.0) + Duration::minutes(minute), nobody);
        assert_eq!(letter(owner.map(|slot| slot.consultation)), expected, "{minute} of {slots:?}");
    };
    check(&[a, b], 0, 'A');
    check(&[a, b], -20, 'A');
    check(&[a, b], 49, 'A');
    check(&[a, b], 50, 'B');
    check(&[a, b], 53, 'B');
    check(&[a, b], 111, 'B');
    check(&[a], 53, 'A');
    check(&[a, slot('B', ANNA, 90, 140)], 55, 'A');
    check(&[a, slot('B', ANNA, 90, 140)], 65, 'B');
    // A whole day is too far.
    check(&[a], 50 + 13 * 60, '-');
    check(&[], 0, '-');
    // What is not open loses to what is, if that is nearby, and to nothing else.
    check(&[closed(a), b], 45, 'B');
    check(&[closed(a), b], 20, 'A');
    check(&[closed(a), slot('B', ANNA, 540, 590)], 10, 'A');
    check(&[closed(a)], 10, 'A');
    check(&[slot('A', ANNA, -60, -5), closed(b)], 10, 'A');
}

#[test]
fn who_was_in_the_earlier_one_comes_back_to_it() {
    let (a, b) = (slot('A', ANNA, 0, 50), slot('B', BORIS, 60, 110));
    let check = |slots: &[Slot], minute: i64, expected: char| {
        let was_in_a = |slot: &Slot| Known { was_there: letter(Some(slot.consultation)) == 'A', is_taken: false };
        let owner = owner_of(slots, at(0.0) + Duration::minutes(minute), was_in_a);
        assert_eq!(letter(owner.map(|slot| slot.consultation)), expected, "{minute}");
    };
    check(&[a, b], 53, 'A');
    check(&[a, b], 61, 'B');
    check(&[closed(a), b], 53, 'B');
    check(&[a, slot('B', ANNA, 50, 100)], 52, 'B');
}

#[test]
fn who_comes_to_a_consultation_that_has_its_client_is_early_for_the_next() {
    let slots = [slot('A', ANNA, 0, 60), slot('B', BORIS, 60, 110)];
    let taken = |slot: &Slot| Known { was_there: false, is_taken: letter(Some(slot.consultation)) == 'A' };
    let owner = |minute: i64| letter(owner_of(&slots, at(0.0) + Duration::minutes(minute), taken).map(|slot| slot.consultation));
    assert_eq!((owner(40), owner(55)), ('A', 'B'));
}

#[test]
fn a_client_who_overruns_is_told_to_the_specialist_who_has_them() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(2.0), &ivan);
    scene.leaves(minutes(56.0), &ivan, HUNG_UP).leaves(minutes(56.5), &anna, HUNG_UP);
    let log = play_in(agenda(&two_specialists()), scene.signals);
    assert_eq!(story(&log), ["A: started by grant", "A: joined Иван", "A: left Иван: hung_up", "A: ended after 3240 s"]);
}

#[test]
fn two_specialists_in_one_room_hear_of_their_own_clients_only() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    let (boris, maria) = (scene.person("boris", "Борис"), scene.person("maria", "Мария"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(2.0), &ivan);
    // Boris and his client are early, Anna and hers are late.
    scene.joins(minutes(55.0), &boris).granted(minutes(55.0) + 0.1, &boris).joins(minutes(57.0), &maria);
    scene.leaves(minutes(58.0), &ivan, HUNG_UP).leaves(minutes(59.0), &anna, HUNG_UP);
    scene.leaves(minutes(110.0), &maria, HUNG_UP).leaves(minutes(111.0), &boris, HUNG_UP);
    let log = play_in(agenda(&two_specialists()), scene.signals);
    assert_eq!(told_of(&log, 'A'), ["started by grant", "joined Иван", "left Иван: hung_up", "ended after 3360 s"]);
    assert_eq!(told_of(&log, 'B'), ["started by grant", "joined Мария", "left Мария: hung_up", "ended after 3180 s"]);
    assert!(log.told.iter().all(|told| told.telling.inside <= 1), "nor are they counted together");
}

#[test]
fn the_next_specialists_client_is_theirs_even_where_one_follows_at_once() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    let maria = scene.person("maria", "Мария");
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(2.0), &ivan).joins(minutes(57.0), &maria);
    let log = play_in(agenda(&[slot('A', ANNA, 0, 60), slot('B', BORIS, 60, 110)]), scene.signals);
    assert_eq!(story(&log), ["A: started by grant", "A: joined Иван", "B: joined Мария"]);
}

#[test]
fn a_page_opened_anew_after_the_planned_end_stays_where_it_was() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    let (desk, page) = (scene.person("desk", "Анна"), scene.person("page", "Иван"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(2.0), &ivan);
    scene.leaves(minutes(52.0), &ivan, CLOSED).joins(minutes(52.1), &page);
    scene.leaves(minutes(53.0), &anna, CLOSED).joins(minutes(53.1), &desk).granted(minutes(53.1) + 0.1, &desk);
    scene.leaves(minutes(54.0), &page, HUNG_UP).leaves(minutes(55.0), &desk, HUNG_UP);
    let log = play_in(agenda(&two_specialists()), scene.signals);
    assert_eq!(story(&log), ["A: started by grant", "A: joined Иван", "A: left Иван: hung_up", "A: ended after 3120 s"]);
}

#[test]
fn a_token_is_its_specialists_at_any_time() {
    let mut scene = with_login();
    let (anna, boris) = (scene.with_token("anna", "Анна", "a"), scene.with_token("boris", "Борис", "b"));
    scene.joins(0.0, &anna).joins(minutes(30.0), &boris);
    let mut agenda = agenda(&two_specialists());
    for (plan, id) in agenda.plans.iter_mut().zip(["a", "b"]) {
        let known = with_token_ids(&[id]);
        (plan.own, plan.token_ids_are_all) = (known.own, true);
    }
    let log = play_in(agenda, scene.signals);
    assert_eq!(story(&log), ["A: started by token", "B: started by token"]);
}

#[test]
fn a_press_makes_nobody_elses_client_the_specialist() {
    let mut scene = without_login();
    let (anna, maria) = (scene.person("anna", "Анна"), scene.person("maria", "Мария"));
    // Anna presses at the very end of her time, and somebody comes for Boris.
    scene.joins(minutes(0.5), &anna).pressed(minutes(49.9)).joins(minutes(50.5), &maria);
    let log = play_in(agenda(&two_specialists()), scene.signals);
    assert_eq!(told_of(&log, 'B'), ["joined Мария"]);
}

#[test]
fn a_client_who_is_early_is_told_of_the_next_when_the_first_is_finished() {
    let mut scene = without_login();
    let maria = scene.person("maria", "Мария");
    scene.joins(minutes(53.0), &maria);
    for first in [slot('A', ANNA, 0, 50), closed(slot('A', ANNA, 0, 50))] {
        let log = play_in(agenda(&[first, slot('B', ANNA, 60, 110)]), scene.signals.clone());
        assert_eq!(story(&log), ["B: joined Мария"]);
    }
}

#[test]
fn a_client_at_a_cancelled_time_is_told_of_the_cancelled_one() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(minutes(1.0), &ivan);
    let log = play_in(agenda(&[closed(slot('A', ANNA, 0, 50)), slot('B', ANNA, 540, 590)]), scene.signals);
    assert_eq!(story(&log), ["A: joined Иван"]);
}

#[test]
fn a_specialist_who_stays_in_starts_the_second_session_when_its_client_comes() {
    let mut scene = with_login();
    let (anna, ivan, maria) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"), scene.person("maria", "Мария"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(1.0), &ivan).joins(minutes(57.0), &maria);
    scene.leaves(minutes(58.0), &ivan, HUNG_UP);
    scene.leaves(minutes(110.0), &maria, HUNG_UP).leaves(minutes(111.0), &anna, HUNG_UP);
    let log = play_in(agenda(&one_after_the_other()), scene.signals);
    assert_eq!(told_of(&log, 'A'), ["started by grant", "joined Иван", "left Иван: hung_up", "ended after 3420 s"]);
    assert_eq!(told_of(&log, 'B'), ["joined Мария", "started by grant", "left Мария: hung_up", "ended after 3180 s"]);
}

#[test]
fn a_specialist_who_stays_in_starts_the_second_session_at_its_time() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(1.0), &ivan).leaves(minutes(49.0), &ivan, HUNG_UP);
    let mut log = Log::new(agenda(&one_after_the_other()));
    for signal in scene.signals {
        let now = signal.received_at;
        log.receive([signal], now);
    }
    log.wait_until(at(minutes(59.0)));
    assert_eq!(story(&log), ["A: started by grant", "A: joined Иван", "A: left Иван: hung_up"]);
    log.wait_until(at(minutes(61.0)));
    assert_eq!(story(&log)[3..], ["A: ended after 2880 s", "B: started by grant"]);
    assert_eq!(log.told[4].telling.at, at(minutes(60.0)));
}

#[test]
fn while_the_first_client_stays_the_second_session_waits() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(minutes(1.0), &ivan).leaves(minutes(64.0), &ivan, HUNG_UP);
    let log = play_in(agenda(&one_after_the_other()), scene.signals);
    assert_eq!(
        story(&log),
        ["A: started by grant", "A: joined Иван", "A: left Иван: hung_up", "A: ended after 3780 s", "B: started by grant"]
    );
    assert_eq!(log.told[4].telling.at, at(minutes(64.0)));
}

#[test]
fn a_client_who_comes_for_a_second_consultation_does_not_come_again() {
    let mut scene = without_login();
    let (first, second, third) = (scene.person("one", "Иван"), scene.person("two", "Иван"), scene.person("three", "Иван"));
    scene.joins(0.0, &first).leaves(minutes(40.0), &first, HUNG_UP).joins(minutes(45.0), &second);
    scene.leaves(minutes(46.0), &second, HUNG_UP).joins(minutes(61.0), &third);
    let log = play_in(agenda(&one_after_the_other()), scene.signals);
    assert_eq!(
        story(&log),
        ["A: joined Иван", "A: left Иван: hung_up", "A: joined again Иван", "A: left Иван: hung_up", "B: joined Иван"]
    );
}

#[test]
fn a_consultation_that_is_moved_keeps_who_is_there() {
    let mut scene = with_login();
    let (anna, ivan, again) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"), scene.person("again", "Иван"));
    scene.joins(0.0, &ivan).joins(30.0, &anna).granted(30.1, &anna).leaves(60.0, &ivan, HUNG_UP).leaves(70.0, &anna, HUNG_UP);
    scene.joins(90.0, &again);
    let mut log = Log::new(agenda(&[slot('A', ANNA, 0, 50)]));
    log.receive([scene.signals[0].clone()], at(0.0));
    log.wait_until(at(10.0));
    log.agenda = agenda(&[slot('A', ANNA, 24 * 60, 24 * 60 + 50)]);
    log.look(at(20.0));
    for signal in scene.signals {
        let now = signal.received_at.max(at(20.0));
        log.receive([signal], now);
    }
    log.wait_until(at(100.0));
    assert_eq!(
        story(&log),
        ["A: joined Иван", "A: started by grant", "A: left Иван: hung_up", "A: ended after 30 s", "A: joined again Иван"]
    );
}

#[test]
fn a_consultation_that_is_finished_keeps_who_is_there() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(minutes(-2.0), &ivan).leaves(minutes(28.0), &ivan, HUNG_UP);
    let (first, second) = (slot('A', ANNA, 0, 25), slot('B', ANNA, 25, 50));
    let mut log = Log::new(agenda(&[first, second]));
    log.receive([scene.signals[0].clone()], at(minutes(-2.0)));
    log.agenda = agenda(&[closed(first), second]);
    log.look(at(minutes(26.0)));
    log.receive([scene.signals[1].clone()], at(minutes(28.0)));
    assert_eq!(story(&log), ["A: joined Иван", "A: left Иван: hung_up"]);
}

#[test]
fn a_name_that_comes_late_is_not_told_to_another_specialist() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    let nameless = scene.person("page", "");
    let named = scene.person("page", "Иван");
    scene.joins(0.0, &ivan).leaves(minutes(49.0), &ivan, HUNG_UP);
    scene.joins(minutes(53.0), &nameless).say(minutes(53.1), kabinet_domain::Fact::Named(named));
    let log = play_in(agenda(&two_specialists()), scene.signals);
    assert_eq!(told_of(&log, 'A'), ["joined Иван", "left Иван: hung_up", "joined again Иван"]);
    assert_eq!(told_of(&log, 'B'), ["joined", "withdrawn"]);
}

#[test]
fn a_consultation_that_is_taken_away_hands_over_who_is_there() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(10.0, &ivan);
    let mut log = Log::new(agenda(&[slot('A', ANNA, 0, 50)]));
    log.receive(scene.signals, at(20.0));
    log.agenda = agenda(&[]);
    log.look(at(30.0));
    assert_eq!(story(&log)[2..], ["A: withdrawn", "A: withdrawn", "-: started by grant", "-: joined Иван"]);
    log.agenda = agenda(&[slot('B', ANNA, 0, 50)]);
    log.look(at(40.0));
    assert_eq!(story(&log)[6..], ["-: withdrawn", "-: withdrawn", "B: started by grant", "B: joined Иван"]);
}

#[test]
fn what_is_over_is_not_told_anew_of_another_consultation() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).leaves(minutes(30.0), &ivan, HUNG_UP);
    let mut log = Log::new(agenda(&one_after_the_other()));
    log.receive(scene.signals, at(minutes(31.0)));
    for slots in [vec![slot('B', ANNA, 60, 110)], one_after_the_other(), vec![slot('A', ANNA, 300, 350), slot('B', ANNA, 0, 50)]]
    {
        log.agenda = agenda(&slots);
        log.look(at(minutes(32.0)));
    }
    assert_eq!(story(&log), ["A: joined Иван", "A: left Иван: hung_up"]);
}

#[test]
fn an_arrival_that_comes_late_is_taken_from_the_wrong_one_and_told_to_the_right_one() {
    let mut scene = Scene::new(support::addresses_only());
    let ivan = scene.person("ivan", "");
    scene.joins(minutes(10.0), &ivan).leaves(minutes(61.0), &ivan, HUNG_UP);
    let (came, left) = (scene.signals[0].clone(), scene.signals[1].clone());
    let mut log = Log::new(agenda(&two_specialists()));
    log.receive([left], at(minutes(61.5)));
    log.receive([came], at(minutes(62.0)));
    assert_eq!(told_of(&log, 'A'), ["joined", "left: hung_up"]);
    let b = told_of(&log, 'B');
    assert!(b.is_empty() || b == ["left: hung_up", "withdrawn"], "{b:?}");
}

/// Who comes, in which minute, for how many, and why they go.
fn visits() -> impl Strategy<Value = Vec<(usize, u32, u32, LeaveReason)>> {
    let reason = prop_oneof![Just(HUNG_UP), Just(CLOSED), Just(LeaveReason::Lost), Just(LeaveReason::Unknown)];
    prop::collection::vec((0..4usize, 0..120u32, 1..70u32, reason), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Delay changes neither who is inside of which consultation at the end, nor how often its arrivals stand.
    #[test]
    fn delay_gives_nobody_to_another_consultation(
        visits in visits(),
        delays in prop::collection::vec(0..60i64, 1..12),
        two in any::<bool>(),
        gap in prop_oneof![Just(0i64), Just(10i64)],
    ) {
        let mut scene = with_login();
        for (index, (who, begins, lasts, reason)) in visits.iter().enumerate() {
            let occupant = scene.person(&format!("v{index}"), ["Анна", "Иван", "Мария", "Пётр"][*who]);
            let begins = minutes(f64::from(*begins)) + index as f64;
            scene.joins(begins, &occupant);
            if *who == 0 {
                scene.granted(begins + 0.2, &occupant);
            }
            scene.leaves(begins + minutes(f64::from(*lasts)), &occupant, *reason);
        }
        scene.signals.sort_by_key(|signal| signal.at);
        let second = if two { BORIS } else { ANNA };
        let agenda = agenda(&[slot('A', ANNA, 0, 50), slot('B', second, 50 + gap, 100 + gap)]);
        let straight = play_in(agenda.clone(), scene.signals.clone());
        let mut reached = at(-60.0);
        for (signal, delay) in scene.signals.iter_mut().zip(delays.iter().cycle()) {
            signal.received_at = reached.max(signal.received_at + Duration::seconds(*delay));
            reached = signal.received_at;
        }
        let late = play_in(agenda, scene.signals);
        for name in ['A', 'B'] {
            prop_assert_eq!(state(&late, name), state(&straight, name), "{:#?} {:#?}", story(&late), story(&straight));
        }
    }
}

/// How many clients are inside at the end, and whether the specialist is.
fn state(log: &Log, name: char) -> (i64, i64) {
    let withdrawn: Vec<_> = log
        .told
        .iter()
        .filter_map(|told| match told.telling.kind {
            EventKind::Withdrawn { of } => Some(of),
            _ => None,
        })
        .collect();
    let mut state = (0, 0);
    for told in log.told.iter().filter(|told| letter(told.telling.consultation) == name && !withdrawn.contains(&told.id)) {
        match told.telling.kind {
            EventKind::ClientJoined { .. } => state.0 += 1,
            EventKind::ClientLeft { .. } => state.0 -= 1,
            EventKind::SessionStarted => state.1 += 1,
            EventKind::SessionEnded { .. } => state.1 -= 1,
            _ => {}
        }
    }
    state
}
