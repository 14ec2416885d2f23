//! Who is the specialist, and what does not prove it. No client may be taken for the specialist for longer than a proof needs.

mod support;

use kabinet_domain::attendance::{Identities, Plan};
use kabinet_domain::{Address, LeaveReason, Occupant, SignalPlace, StayKey, TokenUser};
use kabinet_domain::{Fact, Signal};
use std::sync::Arc;
use support::{Log, Scene, addresses_only, at, module, with_token_ids};

const HUNG_UP: LeaveReason = LeaveReason::HungUp;

fn with_login() -> Scene {
    Scene::new(module(Some(true)))
}

fn without_login() -> Scene {
    Scene::new(module(Some(false)))
}

fn with_account(who: &Occupant, account: &str) -> Occupant {
    Occupant { address: Address(format!("{account}/x")), account: true, ..who.clone() }
}

fn identities(token_ids: &[&str], accounts: &[&str]) -> Identities {
    let mut known = Identities::default();
    token_ids.iter().for_each(|id| known.add_token_id(id));
    accounts.iter().for_each(|account| known.add_account(account));
    known
}

/// What was told by then.
fn told_by(plan: &Plan, signals: &[Signal], seconds: f64) -> Vec<String> {
    let mut log = Log::new(plan.clone());
    for signal in signals.iter().filter(|signal| signal.received_at <= at(seconds)) {
        log.receive([signal.clone()], signal.received_at);
    }
    log.wait_until(at(seconds));
    log.words()
}

#[test]
fn a_grant_proves_nothing_where_nobody_knows_of_logins() {
    let mut scene = Scene::new(module(None));
    let ivan = scene.person("ivan", "Иван");
    scene.joins(0.0, &ivan).granted(0.1, &ivan);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
    assert_eq!(scene.play(&Plan { login: Some(true), ..Plan::default() }), ["started by grant"], "the operator knows");
}

#[test]
fn a_grant_to_a_token_without_an_id_proves_nothing() {
    let mut scene = with_login();
    let ivan = Occupant { token: Some(TokenUser { id: None }), ..scene.person("ivan", "Иван") };
    scene.joins(0.0, &ivan).granted(0.1, &ivan);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван"]);
}

#[test]
fn a_snapshot_tells_of_the_grant_again_and_does_not_undo_it() {
    let mut scene = with_login();
    let anna = scene.person("anna", "Анна");
    let owner = Occupant { granted: true, joined_at: Some(at(0.0)), ..anna.clone() };
    scene.say(300.0, Fact::Snapshot(vec![owner]));
    assert_eq!(scene.play(&Plan::default()), ["started by grant"], "what came before was lost");
    let mut scene = with_login();
    scene.joins(0.0, &anna).granted(0.1, &anna).say(300.0, Fact::Snapshot(vec![anna]));
    assert_eq!(scene.play(&Plan::default()), ["started by grant"]);
}

#[test]
fn the_specialists_account_is_the_only_one_where_it_is_known() {
    let mut scene = with_login();
    let (vera, ivan) = (scene.person("vera", "Вера"), scene.person("ivan", "Иван"));
    let (vera, ivan) = (with_account(&vera, "Vera@meet.jitsi"), with_account(&ivan, "client@meet.jitsi"));
    scene.joins(0.0, &ivan).granted(0.1, &ivan).joins(10.0, &vera).granted(10.1, &vera);
    for account in ["vera@meet.jitsi", "vera"] {
        let plan = Plan { own: identities(&[], &[account]), ..Plan::default() };
        assert_eq!(scene.play(&plan), ["joined Иван", "started by address"]);
    }
    assert_eq!(scene.play(&Plan::default()), ["started by address"], "with none known any account is the specialist's");
}

#[test]
fn a_colleague_who_looks_in_is_nobody() {
    let everybody = Arc::new(identities(&["anna-1", "boris-1"], &["anna@meet.jitsi", "boris@meet.jitsi"]));
    let plan = Plan { own: identities(&["anna-1"], &["anna@meet.jitsi"]), everybody, ..Plan::default() };
    let mut scene = without_login();
    let by_token = scene.with_token("one", "Борис", "boris-1");
    let by_account = with_account(&scene.person("two", "Борис"), "boris@meet.jitsi");
    scene.joins(0.0, &by_token).leaves(50.0, &by_token, HUNG_UP).joins(60.0, &by_account);
    assert_eq!(scene.play(&plan), Vec::<String>::new());
}

#[test]
fn a_token_of_nobody_known_is_a_client_unless_the_specialist_pressed_join() {
    let mut scene = with_login();
    let stranger = scene.with_token("anna", "Анна", "anna-in-the-portal");
    scene.joins(5.0, &stranger).granted(5.1, &stranger);
    let own = Plan { own: identities(&["the-id-here"], &[]), ..Plan::default() };
    assert_eq!(scene.play(&own), ["joined Анна"]);
    let log = support::play(&own, scene.signals.clone());
    assert_eq!(log.told[0].telling.who.as_ref().expect("somebody").proof.name(), "none");

    let mut pressed = scene.clone();
    pressed.pressed(0.0);
    assert_eq!(pressed.play(&own), ["started by pressed_join"]);
    assert_eq!(pressed.play(&with_token_ids(&["the-id-here"])), ["joined Анна"], "the operator named all of the specialist's");
    let other = pressed.with_token("ivan", "Иван", "ivan-in-the-portal");
    pressed.joins(8.0, &other);
    assert_eq!(pressed.play(&own), ["started by pressed_join", "withdrawn", "joined Анна", "joined Иван"], "one of two");
}

#[test]
fn a_press_hides_no_client_where_a_grant_would_have_come() {
    let mut scene = with_login();
    let (ivan, anna) = (scene.person("ivan", "Иван"), scene.person("anna", "Анна"));
    scene.pressed(0.0).joins(5.0, &ivan);
    assert_eq!(told_by(&Plan::default(), &scene.signals, 5.9), Vec::<String>::new());
    assert_eq!(told_by(&Plan::default(), &scene.signals, 6.1), ["joined Иван"]);
    scene.joins(20.0, &anna).granted(20.2, &anna);
    assert_eq!(scene.play(&Plan::default()), ["joined Иван", "started by grant"]);
}

#[test]
fn a_proof_of_before_is_not_the_next_comers() {
    let mut scene = with_login();
    let (anna, new) = (scene.person("anna", "Анна"), scene.person("new", "Новый"));
    scene.joins(0.0, &anna).granted(0.1, &anna).leaves(30.0, &anna, HUNG_UP).pressed(40.0).joins(41.0, &new);
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "ended after 0 s", "joined Новый"]);
}

#[test]
fn a_press_is_not_answered_at_the_lobbys_door() {
    for scene in [with_login(), without_login()] {
        let mut scene = scene;
        let ivan = scene.person("ivan", "Иван");
        scene.pressed(0.0).say_in(SignalPlace::Lobby, 0.3, Fact::Joined(ivan.clone()));
        assert_eq!(
            told_by(&Plan::default(), &scene.signals, 1.2),
            Vec::<String>::new(),
            "it may be the specialist, let straight in"
        );
        assert_eq!(told_by(&Plan::default(), &scene.signals, 1.4), ["waits in the lobby Иван"]);
    }
}

#[test]
fn the_client_who_knocked_is_the_client_and_the_specialist_who_entered_the_specialist() {
    let mut scene = without_login();
    let (ivan, anna) = (scene.person("ivan", "Иван"), scene.person("anna", "Анна"));
    let inside = Occupant { stay: Some(StayKey("inside".into())), ..ivan.clone() };
    scene.pressed(0.0).say_in(SignalPlace::Lobby, 0.3, Fact::Joined(ivan.clone())).joins(2.3, &anna);
    scene.say_in(SignalPlace::Lobby, 3.3, Fact::Left { occupant: ivan, reason: LeaveReason::Moved }).joins(3.3, &inside);
    assert_eq!(scene.play(&Plan::default()), ["waits in the lobby Иван", "started by pressed_join", "joined Иван"]);
}

#[test]
fn the_specialist_whom_the_lobby_lets_straight_in_alerts_nobody() {
    let mut scene = without_login();
    let anna = scene.person("anna", "Анна");
    let inside = Occupant { stay: Some(StayKey("inside".into())), ..anna.clone() };
    scene.pressed(0.0).say_in(SignalPlace::Lobby, 3.0, Fact::Joined(anna.clone())).joins(3.5, &inside);
    scene.say_in(SignalPlace::Lobby, 3.6, Fact::Left { occupant: anna, reason: LeaveReason::Moved });
    assert_eq!(scene.play(&Plan::default()), ["started by pressed_join"]);
}

#[test]
fn after_a_hang_up_the_specialists_name_proves_nothing() {
    let mut scene = without_login();
    let (anna, other) = (scene.person("anna", "Анна"), scene.person("other", "Анна"));
    scene.pressed(0.0).joins(1.0, &anna).leaves(30.0, &anna, HUNG_UP).joins(50.0, &other);
    assert_eq!(scene.play(&Plan::default()), ["started by pressed_join", "ended after 0 s", "joined Анна"]);
}

#[test]
fn where_the_specialists_reload_is_granted_anew_its_name_proves_nothing() {
    let mut scene = with_login();
    let (anna, again, client) = (scene.person("anna", "Анна"), scene.person("again", "Анна"), scene.person("client", "Анна"));
    scene.joins(0.0, &anna).granted(0.1, &anna).leaves(30.0, &anna, LeaveReason::Closed);
    scene.joins(33.0, &again).granted(33.2, &again).leaves(60.0, &again, LeaveReason::Closed).joins(65.0, &client);
    assert_eq!(scene.play(&Plan::default()), ["started by grant", "joined Анна", "ended after 0 s"]);
}

#[test]
fn a_page_opened_anew_after_a_lost_line_is_still_the_specialists() {
    let mut scene = without_login();
    let (anna, again, late) = (scene.person("anna", "Анна"), scene.person("again", "Анна"), scene.person("late", "Анна"));
    scene.pressed(0.0).joins(1.0, &anna).say(100.0, Fact::LineLost(anna.clone())).leaves(120.0, &anna, LeaveReason::Lost);
    scene.joins(130.0, &again).say(200.0, Fact::LineLost(again.clone())).leaves(220.0, &again, LeaveReason::Lost);
    scene.joins(270.0, &late);
    let told = scene.play(&Plan::default());
    let session = ["started by pressed_join", "ended after 0 s"];
    assert_eq!(
        told,
        [&session[..], &session[..], &["joined Анна"]].concat(),
        "a minute after the cut the server's patience is over"
    );
}

#[test]
fn a_name_does_not_carry_a_proof_back_to_who_was_here_before() {
    let mut scene = with_login();
    let (client, anna) = (scene.person("client", "Анна"), scene.person("anna", "Анна"));
    scene.joins(0.0, &client).joins(10.0, &anna).granted(10.1, &anna);
    assert_eq!(scene.play(&Plan::default()), ["joined Анна", "started by grant"]);
}

#[test]
fn whichever_reporter_is_first_the_grant_is_waited_for() {
    let mut scene = Scene::new(addresses_only());
    let seen = scene.person("anna", "");
    scene.joins(10.0, &seen).by("module", module(Some(true)));
    let anna = Occupant { address: seen.address.clone(), ..scene.person("anna", "Анна") };
    scene.joins(10.01, &anna).granted(10.15, &anna);
    let plan = Plan { grants_expected: true, ..Plan::default() };
    assert_eq!(scene.play(&plan), ["started by grant"]);
    let mut alone = Scene::new(addresses_only());
    alone.joins(10.0, &seen);
    assert_eq!(told_by(&plan, &alone.signals, 11.0), ["joined"], "a second, no longer");
    assert_eq!(told_by(&Plan::default(), &alone.signals, 10.0), ["joined"]);
}

/// The one that says why is believed, whichever of the two was heard last.
#[test]
fn a_departure_that_two_report_needs_no_waiting_when_one_says_why() {
    for later in [1.2, -1.2] {
        let mut scene = Scene::new(addresses_only());
        let seen = scene.person("ivan", "");
        let named = scene.person("ivan", "Иван");
        let named = Occupant { address: seen.address.clone(), ..named };
        scene.joins(10.0, &seen).leaves(100.0 + later, &seen, LeaveReason::Unknown);
        scene.by("module", module(Some(false))).joins(10.0, &named).leaves(100.0, &named, LeaveReason::HungUp);
        let mut signals = scene.signals;
        signals.sort_by_key(|signal| signal.received_at);
        let told = told_by(&Plan::default(), &signals, 103.0);
        assert!(told.last().is_some_and(|last| last.starts_with("left") && last.ends_with("hung_up")), "{later}: {told:?}");
    }
}
