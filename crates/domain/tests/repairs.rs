//! Clocks that are off, snapshots that mend, places that are several.

mod support;

use kabinet_domain::attendance::Plan;
use kabinet_domain::{Fact, LeaveReason, Occupant, SignalPlace, StayKey};
use support::{Log, Scene, addresses_only, at, module, play};

const CLOSED: LeaveReason = LeaveReason::Closed;
const UNKNOWN: LeaveReason = LeaveReason::Unknown;

/// Milliseconds that a reporter's clock may be ahead.
const SKEWS: [i64; 6] = [-46_800_000, -20_000, -800, 0, 4_000, 46_800_000];

#[test]
fn a_grant_is_waited_for_by_our_clock() {
    for skew in SKEWS {
        let mut scene = Scene::skewed(module(Some(true)), skew);
        let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
        scene.joins(0.0, &anna).granted(0.2, &anna).joins(10.0, &ivan);
        assert_eq!(scene.play(&Plan::default()), ["started by grant", "joined Иван"], "{skew}");
        let log = play(&Plan::default(), scene.signals);
        assert_eq!(log.told[1].telling.at, at(10.0), "{skew}");
    }
}

/// A dialect may know the sending to the second only, and be wrong by half of one; the order is the reporter's all the same.
#[test]
fn a_correction_to_the_second_changes_no_order() {
    let mut scene = Scene::skewed(module(Some(false)), -20_000);
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).say(5.9, Fact::LineLost(ivan.clone())).say(6.1, Fact::LineBack(ivan.clone()));
    scene.say(20.9, Fact::Snapshot(vec![ivan.clone()])).leaves(21.1, &ivan, LeaveReason::HungUp);
    for (index, off) in [(1, 500), (2, -500), (3, 500), (4, -500)] {
        scene.signals[index].at += chrono::Duration::milliseconds(off);
    }
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "left Иван: hung_up"]);
}

#[test]
fn a_reload_is_silence_whatever_the_clock() {
    for skew in SKEWS {
        let mut scene = Scene::skewed(module(Some(false)), skew);
        let (before, after) = (scene.person("one", "Иван"), scene.person("two", "Иван"));
        scene.joins(0.0, &before).leaves(60.0, &before, CLOSED).joins(62.0, &after);
        assert_eq!(scene.play(&Plan::default()), ["joined Иван"], "{skew}");
        let mut scene = Scene::skewed(addresses_only(), skew);
        let (before, after) = (scene.person("one", ""), scene.person("two", ""));
        scene.joins(0.0, &before).leaves(60.0, &before, UNKNOWN).joins(62.0, &after);
        assert_eq!(scene.play(&Plan::default()), ["joined"], "{skew}");
    }
}

#[test]
fn a_blink_is_silence_whatever_the_clock() {
    for skew in SKEWS {
        let mut scene = Scene::skewed(module(Some(false)), skew);
        let ivan = scene.person("ivan", "Иван");
        scene.joins(0.0, &ivan).say(10.0, Fact::LineLost(ivan.clone())).say(10.3, Fact::LineBack(ivan));
        assert_eq!(scene.play(&Plan::default()), ["joined Иван"], "{skew}");
    }
}

#[test]
fn a_press_is_answered_whatever_the_clocks() {
    for skew in SKEWS {
        let mut scene = Scene::skewed(module(Some(false)), skew);
        let anna = scene.person("anna", "Анна");
        scene.pressed(0.0).joins(3.0, &anna);
        scene.signals[0].said_at -= chrono::Duration::seconds(120);
        assert_eq!(scene.play(&Plan::default()), ["started by pressed_join"], "{skew}");
    }
}

#[test]
fn a_clock_that_is_put_right_meanwhile_moves_nobody_by_hours() {
    for skew in SKEWS {
        let mut scene = Scene::skewed(addresses_only(), skew);
        let (ivan, maria) = (scene.person("ivan", ""), scene.person("maria", ""));
        scene.joins(0.0, &ivan).joins(300.0, &maria).leaves(600.0, &maria, UNKNOWN);
        scene.signals[1].said_at = at(300.0);
        scene.signals[2].said_at = at(600.0);
        let log = play(&Plan::default(), scene.signals);
        assert_eq!(log.words(), ["joined", "joined", "left: unknown"], "{skew}");
        assert!(log.told.iter().all(|told| told.telling.at > at(-60.0)), "{skew}");
    }
}

/// An outage ends: the arrival and the departure of an hour ago come, and nobody knows yet whether that was a reload.
#[test]
fn whoever_may_have_gone_an_hour_ago_alerts_nobody() {
    let mut scene = Scene::new(module(Some(false)));
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).leaves(60.0, &ivan, CLOSED);
    scene.signals.iter_mut().for_each(|signal| signal.received_at = at(3600.0));
    let mut log = Log::new(Plan::default());
    log.receive(scene.signals, at(3600.0));
    assert_eq!(log.words(), Vec::<String>::new());
    log.wait_until(at(3615.0));
    assert_eq!(log.words(), ["joined Иван", "left Иван: closed"]);
    assert!(log.told.iter().all(|told| told.telling.inside == 0));
}

#[test]
fn a_snapshot_that_shows_somebody_mends_a_wrong_end() {
    let mut scene = Scene::new(module(Some(false)));
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).say(60.0, Fact::Snapshot(Vec::new())).say(61.0, Fact::Snapshot(vec![ivan.clone()]));
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
    let mut scene = Scene::new(module(Some(false)));
    scene.joins(0.0, &ivan).say(60.0, Fact::Snapshot(Vec::new()));
    scene.say(360.0, Fact::Snapshot(vec![ivan.clone()])).say(660.0, Fact::Snapshot(vec![ivan.clone()]));
    scene.leaves(700.0, &ivan, LeaveReason::HungUp);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "left Иван: unknown", "withdrawn", "left Иван: hung_up"]);
}

#[test]
fn breakout_rooms_do_not_touch_each_other() {
    let mut scene = Scene::new(module(Some(true)));
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    let side =
        |who: &Occupant| Occupant { stay: who.stay.as_ref().map(|key| StayKey(format!("{} aside", key.0))), ..who.clone() };
    let place = |name: &str| SignalPlace::Breakout(name.into());
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(5.0, &ivan).leaves(10.0, &ivan, LeaveReason::Moved);
    scene.say_in(place("b1"), 10.1, Fact::Joined(side(&ivan))).leaves(20.0, &anna, LeaveReason::Moved);
    scene.say_in(place("b2"), 20.1, Fact::Joined(side(&anna))).say_in(place("b2"), 20.5, Fact::RoomOpened);
    scene.say_in(place("b1"), 60.0, Fact::Snapshot(vec![side(&ivan)]));
    scene.say_in(place("b2"), 60.0, Fact::Snapshot(vec![side(&anna)]));
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "joined Иван"]);
    scene.say_in(place("b2"), 90.0, Fact::RoomClosed { ended: false });
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "joined Иван", "ended after 85 s"]);
}

#[test]
fn a_snapshot_of_one_server_says_nothing_of_another() {
    let mut scene = Scene::new(module(Some(false)));
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).by("another module", module(Some(false))).say(60.0, Fact::Snapshot(Vec::new()));
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
}

#[test]
fn a_lost_line_that_ends_is_not_back() {
    let mut scene = Scene::new(module(Some(false)));
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).say(10.0, Fact::LineLost(ivan.clone())).leaves(20.0, &ivan, UNKNOWN);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "client_line_lost", "left Иван: unknown"]);
}
