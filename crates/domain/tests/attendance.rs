//! The rules of attendance, scene by scene. Captures of real servers are in `captures.rs`.

mod support;

use kabinet_domain::attendance::Plan;
use kabinet_domain::{Fact, LeaveReason, Occupant, Signal, SignalPlace, Witness};
use support::{Log, Scene, addresses_only, at, module, with_token_ids};

const HUNG_UP: LeaveReason = LeaveReason::HungUp;
const CLOSED: LeaveReason = LeaveReason::Closed;
const LOST: LeaveReason = LeaveReason::Lost;
const UNKNOWN: LeaveReason = LeaveReason::Unknown;

/// A receiver of the older modules knows no other moment than that of the receipt.
fn delay(signal: &mut Signal, received: f64) {
    (signal.received_at, signal.at) = (at(received), at(received));
}

fn with_login() -> Scene {
    Scene::new(module(Some(true)))
}

fn without_login() -> Scene {
    Scene::new(module(Some(false)))
}

#[test]
fn the_specialist_is_known_by_the_grant_and_the_client_alerts() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    scene.joins(0.0, &anna).granted(0.15, &anna).joins(60.0, &ivan).leaves(120.0, &ivan, HUNG_UP).leaves(130.0, &anna, HUNG_UP);
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "joined Иван", "left Иван: hung_up", "ended after 60 s"]);
}

#[test]
fn without_logins_a_grant_proves_nothing() {
    let mut scene = without_login();
    let (ivan, anna) = (scene.person("ivan", "Иван"), scene.person("anna", "Анна"));
    scene.joins(0.0, &ivan).granted(0.1, &ivan).pressed(55.0).joins(60.0, &anna);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "started by pressed_join"]);
}

#[test]
fn where_no_proof_can_follow_an_arrival_is_told_at_once() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan);
    let mut log = Log::new(Plan::default());
    log.receive(scene.signals, at(0.0));
    assert_eq!(log.words(), ["joined Иван"]);
}

#[test]
fn a_grant_that_comes_late_withdraws_the_alert() {
    let mut scene = with_login();
    let anna = scene.person("anna", "Анна");
    scene.joins(0.0, &anna).granted(5.0, &anna);
    assert_eq!(scene.play(&Plan::default()), ["joined Анна", "withdrawn", "started by grant"]);
}

#[test]
fn a_token_tells_who_is_who_whatever_the_focus_grants() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.with_token("a", "Анна", "spec-17"), scene.with_token("i", "Иван", "client-204"));
    scene.joins(0.0, &ivan).granted(0.1, &ivan).joins(10.0, &anna).granted(10.1, &anna);
    assert_eq!(scene.play(&with_token_ids(&["spec-17"])), ["joined Иван", "started by token"]);
}

#[test]
fn a_second_device_of_the_specialist_is_silence() {
    let mut scene = with_login();
    let (desk, phone) = (scene.person("desk", "Анна"), scene.person("phone", "Анна"));
    scene.joins(0.0, &desk).granted(0.1, &desk).joins(60.0, &phone).leaves(90.0, &desk, HUNG_UP).leaves(100.0, &phone, HUNG_UP);
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "ended after 0 s"]);
}

#[test]
fn a_press_on_join_is_not_wasted_on_a_client_who_waits_already() {
    let mut scene = without_login();
    let (ivan, anna) = (scene.person("ivan", "Иван"), scene.person("anna", "Анна"));
    scene.joins(0.0, &ivan).pressed(30.0).joins(45.0, &anna).leaves(50.0, &ivan, HUNG_UP);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "started by pressed_join", "left Иван: hung_up"]);
}

#[test]
fn a_quick_press_after_the_alert_does_not_make_the_client_the_specialist() {
    let mut scene = Scene::new(addresses_only());
    let (ivan, anna) = (scene.person("ivan", ""), scene.person("anna", ""));
    scene.joins(0.2, &ivan).pressed(1.0).joins(20.0, &anna);
    assert_eq!(scene.play(&Plan::default()), ["joined", "started by pressed_join"]);
}

#[test]
fn a_press_without_a_coming_expires() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.pressed(0.0).joins(120.0, &ivan);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
}

#[test]
fn a_grant_gives_the_press_back_to_the_one_who_pressed() {
    let mut scene = with_login();
    let (ivan, anna) = (scene.person("ivan", "Иван"), scene.person("anna", "Анна"));
    scene.pressed(0.0).joins(5.0, &ivan).joins(20.0, &anna).granted(20.2, &anna);
    assert_eq!(
        scene.play(&Plan::default()),
        ["joined Иван", "started by grant"],
        "where a grant is expected a press proves nothing"
    );
}

#[test]
fn a_reload_is_silence() {
    let mut scene = without_login();
    let (before, after) = (scene.person("one", "Иван"), scene.person("two", "Иван"));
    scene.joins(0.0, &before).leaves(60.0, &before, CLOSED).joins(70.0, &after).leaves(90.0, &after, HUNG_UP);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "left Иван: hung_up"]);
}

#[test]
fn a_page_opened_anew_while_the_old_line_dies_is_silence() {
    let mut scene = without_login();
    let (before, after) = (scene.person("one", "Иван"), scene.person("two", "Иван"));
    scene.joins(0.0, &before).say(30.0, Fact::LineLost(before.clone())).joins(33.0, &after).leaves(90.0, &before, LOST);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
}

#[test]
fn a_real_absence_ends_with_again() {
    let mut scene = without_login();
    let (before, after) = (scene.person("one", "Иван"), scene.person("two", "Иван"));
    scene.joins(0.0, &before).leaves(60.0, &before, CLOSED).joins(300.0, &after);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "left Иван: closed", "joined again Иван"]);
}

#[test]
fn a_hang_up_is_believed_at_once() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).leaves(60.0, &ivan, HUNG_UP);
    let mut log = Log::new(Plan::default());
    for signal in scene.signals {
        let now = signal.received_at;
        log.receive([signal], now);
    }
    assert_eq!(log.words(), ["joined Иван", "left Иван: hung_up"]);
    assert_eq!(log.told[0].telling.inside, 1);
    assert_eq!(log.told[1].telling.inside, 0);
}

#[test]
fn a_blink_is_silence_and_a_long_loss_is_mentioned_once() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).say(10.0, Fact::LineLost(ivan.clone())).say(14.0, Fact::LineBack(ivan.clone()));
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
    scene.say(30.0, Fact::LineLost(ivan.clone())).say(55.0, Fact::LineBack(ivan.clone()));
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "client_line_lost", "client_line_back"]);
}

#[test]
fn ten_flaps_are_one_unstable_line() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan);
    for flap in 1..=10 {
        let start = f64::from(flap) * 10.0;
        scene.say(start, Fact::LineLost(ivan.clone())).say(start + 3.0, Fact::LineBack(ivan.clone()));
    }
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "line_unstable"]);
}

#[test]
fn the_lobby_is_told_and_the_moderator_in_it_is_not() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    let at_the_door = |who: &str, occupant: &Occupant| Occupant {
        stay: Some(kabinet_domain::StayKey(format!("{who} at the door"))),
        ..occupant.clone()
    };
    let (anna_door, ivan_door) = (at_the_door("anna", &anna), at_the_door("ivan", &ivan));
    scene.joins(0.0, &anna).granted(0.1, &anna);
    scene.say_in(SignalPlace::Lobby, 5.0, Fact::Joined(anna_door)).say_in(
        SignalPlace::Lobby,
        60.0,
        Fact::Joined(ivan_door.clone()),
    );
    scene.joins(90.0, &ivan).say_in(SignalPlace::Lobby, 90.01, Fact::Left { occupant: ivan_door, reason: HUNG_UP });
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "waits in the lobby Иван", "joined Иван"]);
}

#[test]
fn whoever_gives_up_at_the_door_has_left() {
    let mut scene = with_login();
    let ivan = scene.person("ivan", "Иван");
    scene.say_in(SignalPlace::Lobby, 0.0, Fact::Joined(ivan.clone())).say_in(
        SignalPlace::Lobby,
        30.0,
        Fact::Left { occupant: ivan, reason: CLOSED },
    );
    assert_eq!(scene.play(&Plan::default()), ["waits in the lobby Иван", "left Иван: closed"]);
}

#[test]
fn a_breakout_room_is_still_the_consultation() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    let side = Occupant { stay: Some(kabinet_domain::StayKey("side".into())), ..ivan.clone() };
    let back = Occupant { stay: Some(kabinet_domain::StayKey("back".into())), ..ivan.clone() };
    scene.joins(0.0, &ivan).leaves(60.0, &ivan, LeaveReason::Moved);
    scene.say_in(SignalPlace::Breakout("side".into()), 60.5, Fact::Joined(side.clone())).say_in(
        SignalPlace::Breakout("side".into()),
        600.0,
        Fact::Left { occupant: side, reason: LeaveReason::Moved },
    );
    scene.joins(600.5, &back).leaves(700.0, &back, HUNG_UP);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "left Иван: hung_up"]);
}

#[test]
fn names_that_come_late_or_change_are_told_once() {
    let mut scene = without_login();
    let (nameless, ivan, renamed) = (scene.person("i", ""), scene.person("i", "Иван"), scene.person("i", "Иван С."));
    scene
        .joins(0.0, &nameless)
        .say(5.0, Fact::Named(ivan))
        .say(9.0, Fact::Named(renamed.clone()))
        .say(10.0, Fact::Named(renamed));
    assert_eq!(scene.play(&Plan::default()), ["joined", "named Иван", "named Иван С."]);
}

#[test]
fn a_snapshot_repairs_what_was_lost() {
    let mut scene = without_login();
    let (ivan, maria) = (scene.person("ivan", "Иван"), scene.person("maria", "Мария"));
    let maria = Occupant { joined_at: Some(at(40.0)), ..maria };
    scene.joins(0.0, &ivan).say(60.0, Fact::Snapshot(vec![maria]));
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "joined Мария", "left Иван: unknown"]);
}

#[test]
fn an_empty_snapshot_after_a_crash_ends_everybodys_stay() {
    let mut scene = with_login();
    let (anna, ivan) = (scene.person("anna", "Анна"), scene.person("ivan", "Иван"));
    scene.joins(0.0, &anna).granted(0.1, &anna).joins(10.0, &ivan).say(100.0, Fact::Snapshot(Vec::new()));
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "joined Иван", "left Иван: unknown", "ended after 90 s"]);
}

#[test]
fn the_first_is_the_host_where_the_operator_says_so() {
    let mut scene = Scene::new(addresses_only());
    let (anna, ivan) = (scene.person("anna", ""), scene.person("ivan", ""));
    scene
        .say(0.0, Fact::RoomOpened)
        .joins(0.0, &anna)
        .joins(60.0, &ivan)
        .leaves(90.0, &anna, UNKNOWN)
        .leaves(100.0, &ivan, UNKNOWN);
    let plan = Plan { first_is_host: true, ..Plan::default() };
    assert_eq!(scene.play(&plan), ["started by first", "joined", "ended after 30 s", "left: unknown"]);
    assert_eq!(scene.play(&Plan::default()), ["joined", "joined", "left: unknown", "left: unknown"]);
}

#[test]
fn a_nameless_reload_is_silence() {
    let mut scene = Scene::new(addresses_only());
    let (before, after) = (scene.person("one", ""), scene.person("two", ""));
    scene.joins(0.0, &before).leaves(60.0, &before, UNKNOWN).joins(64.0, &after).leaves(120.0, &after, UNKNOWN);
    assert_eq!(scene.play(&Plan::default()), ["joined", "left: unknown"]);
}

#[test]
fn a_specialist_who_comes_as_the_client_goes_is_not_the_client_returning() {
    let mut scene = Scene::new(addresses_only());
    let (ivan, anna) = (scene.person("ivan", ""), scene.person("anna", ""));
    scene.joins(0.0, &ivan).pressed(55.0).joins(60.2, &anna).leaves(60.7, &ivan, UNKNOWN);
    assert_eq!(scene.play(&Plan::default()), ["joined", "started by pressed_join", "left: unknown"]);
    let mut scene = Scene::new(addresses_only());
    scene.joins(0.0, &ivan).leaves(56.0, &ivan, UNKNOWN).pressed(58.0).joins(64.0, &anna);
    assert_eq!(scene.play(&Plan::default()), ["joined", "started by pressed_join", "left: unknown"]);
}

#[test]
fn a_nameless_reload_of_the_specialist_who_pressed_join_is_silence() {
    let mut scene = Scene::new(addresses_only());
    let (anna, again, once_more) = (scene.person("anna", ""), scene.person("again", ""), scene.person("more", ""));
    scene.pressed(0.0).joins(5.0, &anna).leaves(20.0, &anna, UNKNOWN).joins(23.0, &again);
    scene.leaves(30.0, &again, UNKNOWN).joins(33.0, &once_more).leaves(40.0, &once_more, UNKNOWN);
    assert_eq!(scene.play(&Plan::default()), ["started by pressed_join", "ended after 0 s"]);
}

#[test]
fn a_departure_that_overtakes_its_arrival_alerts_nobody() {
    let mut scene = Scene::new(addresses_only());
    let ivan = scene.person("ivan", "");
    scene.joins(0.0, &ivan).leaves(30.0, &ivan, UNKNOWN);
    delay(&mut scene.signals[0], 32.0);
    assert_eq!(scene.play(&Plan::default()), ["joined", "left: unknown"]);
    delay(&mut scene.signals[0], 60.0);
    assert_eq!(scene.play(&Plan::default()), ["left: unknown"]);
}

#[test]
fn two_meetings_in_one_room_are_kept_apart() {
    let mut scene = Scene::new(addresses_only());
    let (ivan, maria) = (scene.person("ivan", ""), scene.person("maria", ""));
    scene.say(0.0, Fact::RoomOpened).joins(0.0, &ivan).say(50.0, Fact::RoomClosed { ended: true });
    scene.say(300.0, Fact::RoomOpened).joins(300.0, &maria);
    assert_eq!(scene.play(&Plan::default()), ["joined", "left: ended", "joined"]);
}

#[test]
fn a_couple_is_two_clients() {
    let mut scene = without_login();
    let (ivan, maria) = (scene.person("ivan", "Иван"), scene.person("maria", "Мария"));
    scene.joins(0.0, &ivan).joins(1.0, &maria).leaves(60.0, &ivan, HUNG_UP);
    let log = support::play(&Plan::default(), scene.signals);
    assert_eq!(log.words(), ["joined Иван", "joined Мария", "left Иван: hung_up"]);
    assert_eq!(log.told.iter().map(|told| told.telling.inside).collect::<Vec<_>>(), [1, 2, 1]);
}

#[test]
fn old_news_come_as_history() {
    let mut scene = without_login();
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).leaves(60.0, &ivan, HUNG_UP);
    let mut log = Log::new(Plan::default());
    log.receive(scene.signals, at(1800.0));
    assert_eq!(log.words(), ["joined Иван", "left Иван: hung_up"]);
    assert!(log.told.iter().all(|told| told.telling.inside == 0), "nobody is there when it is told");
}

#[test]
fn a_lobby_that_opens_under_the_rooms_name_sends_nobody_away() {
    let mut scene = Scene::new(Witness { vague_rooms: true, ..addresses_only() });
    let ivan = scene.person("ivan", "");
    scene.say(0.0, Fact::KeeperCame).say(0.0, Fact::RoomOpened).joins(1.0, &ivan);
    scene.say(100.0, Fact::RoomOpened).say(200.0, Fact::RoomClosed { ended: false });
    assert_eq!(scene.play(&Plan::default()), ["joined"]);
    scene.say(900.0, Fact::KeeperLeft).say(900.0, Fact::RoomClosed { ended: false });
    assert_eq!(scene.play(&Plan::default()), ["joined", "left: unknown"]);
}

#[test]
fn a_room_that_is_kept_anew_had_nobody_left() {
    let mut scene = Scene::new(Witness { vague_rooms: true, ..addresses_only() });
    let (ivan, maria) = (scene.person("ivan", ""), scene.person("maria", ""));
    scene.say(0.0, Fact::KeeperCame).joins(1.0, &ivan).say(400.0, Fact::KeeperCame).joins(430.0, &maria);
    assert_eq!(scene.play(&Plan::default()), ["joined", "left: unknown", "joined"]);
}
