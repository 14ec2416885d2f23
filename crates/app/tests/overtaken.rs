//! Answers that come late: after something newer, after another backend, or not at all.

mod support;

#[path = "client_side/backend.rs"]
mod backend;

use backend::{Practice, fact};
use kabinet_app::Application;
use kabinet_app::view::{AppView, ConsultationView, FeedState};
use serde_json::{Value, json};
use std::sync::Arc;
use support::secrets::Keychain;
use support::{Computer, call, draft, refusal, settle_in, shows};

async fn connected(computer: &Computer, practice: &Practice) -> Arc<Application> {
    let application = computer.start(&practice.url).await;
    settle_in(&application).await;
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live && view.reach.is_some()).await;
    application
}

/// Connected, with one consultation at 12:30 that the backend has.
async fn with_client(computer: &Computer, practice: &Practice) -> (Arc<Application>, String) {
    let application = connected(computer, practice).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    shows(&application, "it is sent", |view| hero(view).is_some_and(|hero| hero.page_link.is_some() && !hero.unsent)).await;
    (application, id)
}

fn hero(view: &AppView) -> Option<&ConsultationView> {
    view.hero.as_ref()
}

/// The consultation with a note, as a form would send it.
fn noted(id: &str, note: &str) -> Value {
    let mut noted = draft("Ivan", "12:30");
    noted["note"] = json!(note);
    json!({ "id": id, "draft": noted })
}

async fn pair(application: &Arc<Application>, practice: &Practice) {
    call(application, "pair", json!({ "link_or_code": "CODE", "address": practice.url })).await;
}

#[tokio::test]
async fn a_change_that_could_not_be_read_is_read_later() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    practice.refuses("GET conference", 503, "busy");
    practice.changes(&id, |conference| {
        conference["starts_at"] = json!("2026-12-23T12:45:00Z");
        conference["start_time"] = json!("12:45");
    });
    let asked = practice.all("GET conference").len();
    practice.tells(&id, "consultation_changed", json!({}));
    fact("it is asked for", || practice.all("GET conference").len() > asked).await;
    practice.allows("GET conference");
    let moved = |view: &AppView| {
        hero(view).is_some_and(|hero| {
            hero.starts_at == "2026-12-23T12:45:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a time")
        })
    };
    shows(&application, "the new time", |view| moved(view)).await;
    application.shutdown().await;
}

#[tokio::test]
async fn what_was_learned_beside_a_change_that_cannot_be_read_is_kept() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    practice.refuses("GET conference", 503, "busy");
    let streams = practice.all("GET stream").len();
    practice.tells_at_once(&id, &["client_joined", "consultation_changed"]);
    fact("the feed begins anew", || practice.all("GET stream").len() > streams).await;
    practice.tells(&id, "client_left", json!({}));
    shows(&application, "the client gone", |view| hero(view).is_some_and(|hero| hero.steps.len() >= 2)).await;
    application.shutdown().await;
    let application = computer.start("http://127.0.0.1:9").await;
    shows(&application, "all of it again", |view| hero(view).is_some_and(|hero| hero.steps.len() >= 2)).await;
    application.shutdown().await;
}

#[tokio::test]
async fn how_the_specialist_is_reached_is_read_later_when_it_could_not_be_read() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let application = connected(&computer, &practice).await;
    practice.refuses("GET reach", 503, "busy");
    practice.reach(|reach| reach["after_seconds"] = json!(90));
    let asked = practice.all("GET reach").len();
    practice.tells_of_reach();
    fact("it is asked for", || practice.all("GET reach").len() > asked).await;
    practice.allows("GET reach");
    shows(&application, "what was chosen", |view| view.reach.as_ref().is_some_and(|reach| reach.after_seconds == 90)).await;
    application.shutdown().await;
}

#[tokio::test]
async fn what_the_backend_did_not_take_of_reaching_the_specialist_is_not_shown_as_taken() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let application = connected(&computer, &practice).await;
    practice.refuses("PUT reach", 503, "busy");
    let save = json!({ "after_seconds": 60, "quiet_from": "08:00", "quiet_to": "20:00", "quiet_even_clients": true });
    assert_eq!(refusal(&application, "save_reach", save).await.0, "backend_busy");
    let reach = application.view().reach.expect("known");
    assert_eq!((reach.after_seconds, reach.quiet_from), (120, None));
    application.shutdown().await;
}

#[tokio::test]
async fn what_was_made_while_the_list_was_on_its_way_stays() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    connected(&computer, &practice).await.shutdown().await;
    practice.holds("GET conferences");
    let asked = practice.all("GET conferences").len();
    let application = computer.start(&practice.url).await;
    fact("the list is asked for", || practice.all("GET conferences").len() > asked).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    shows(&application, "it is sent", |view| hero(view).is_some_and(|hero| !hero.unsent)).await;
    practice.releases("GET conferences");
    let view = shows(&application, "a live feed", |view| view.feed.state == FeedState::Live).await;
    assert_eq!(hero(&view).map(|hero| hero.id.as_str()), Some(id.as_str()));
    application.shutdown().await;
}

#[tokio::test]
async fn an_answer_of_the_backend_before_says_nothing_of_the_one_after() {
    let (computer, old, new) = (Computer::new(), Practice::start().await, Practice::start().await);
    let (application, id) = with_client(&computer, &old).await;
    old.holds("PUT conference");
    call(&application, "change_consultation", noted(&id, "brings papers")).await;
    fact("it is being sent", || old.all("PUT conference").len() == 1).await;
    pair(&application, &new).await;
    old.releases("PUT conference");
    fact("it is taken along", || new.all("POST conferences").iter().any(|sent| sent["description"] == "brings papers")).await;
    let there = format!("https://k.example.org/w/{id}-1");
    let sent = |view: &AppView| hero(view).is_some_and(|hero| !hero.unsent && hero.page_link.as_deref() == Some(&there));
    shows(&application, "it is there", |view| sent(view)).await;
    application.shutdown().await;
}

#[tokio::test]
async fn how_one_was_reached_at_the_backend_before_is_not_how_one_is_at_the_one_after() {
    let (computer, old, new) = (Computer::new(), Practice::start().await, Practice::start().await);
    let application = connected(&computer, &old).await;
    old.reach(|reach| reach["after_seconds"] = json!(90));
    old.holds("GET reach");
    let asked = old.all("GET reach").len();
    old.tells_of_reach();
    fact("it is asked for", || old.all("GET reach").len() > asked).await;
    new.refuses("GET reach", 503, "busy");
    pair(&application, &new).await;
    shows(&application, "the other feed", |view| view.feed.state == FeedState::Live && view.practice.is_some()).await;
    old.releases("GET reach");
    fact("the other is asked", || !new.all("GET reach").is_empty()).await;
    assert!(application.view().reach.is_none(), "{:?}", application.view().reach);
    application.shutdown().await;
}

#[tokio::test]
async fn a_practice_that_takes_no_names_is_asked_before_it_is_sent_any() {
    let (computer, old, new) = (Computer::new(), Practice::start().await, Practice::start().await);
    let (application, id) = with_client(&computer, &old).await;
    new.keeps_names_away();
    // Whoever is in a hurry does not wait for what it says of itself.
    new.holds("GET current-user");
    pair(&application, &new).await;
    fact("it is asked", || !new.all("GET current-user").is_empty()).await;
    assert_eq!(refusal(&application, "renew_link", json!({ "id": id })).await.0, "backend_busy");
    new.releases("GET current-user");
    fact("it is taken along", || new.all("POST conferences").iter().any(|sent| sent["id"] == json!(id))).await;
    assert!(new.all("POST conferences").iter().all(|sent| sent["client"] == "K-1"));
    application.shutdown().await;
}

#[tokio::test]
async fn a_pairing_that_cannot_be_written_down_loses_no_consultation() {
    let (computer, old, new) = (Computer::new(), Practice::start().await, Practice::start().await);
    let (application, id) = with_client(&computer, &old).await;
    let settings = computer.data().join("app/settings.json");
    std::fs::remove_file(&settings).expect("written before");
    std::fs::create_dir_all(settings.join("in the way")).expect("a folder");
    let pairing = json!({ "link_or_code": "CODE", "address": new.url });
    assert_eq!(refusal(&application, "pair", pairing).await.0, "settings_not_saved");
    call(&application, "retry_keychain", json!({})).await;
    fact("it is taken along", || new.all("POST conferences").iter().any(|sent| sent["id"] == json!(id))).await;
    application.shutdown().await;
}

#[tokio::test]
async fn do_not_disturb_is_told_to_another_backend_too() {
    let (computer, old, new) = (Computer::new(), Practice::start().await, Practice::start().await);
    let application = connected(&computer, &old).await;
    call(&application, "do_not_disturb", json!({ "minutes": 30, "everything": false })).await;
    fact("it is told", || !old.last("PUT reach")["quiet_until"].is_null()).await;
    pair(&application, &new).await;
    fact("it is told again", || !new.last("PUT reach")["quiet_until"].is_null()).await;
    application.shutdown().await;
}

#[tokio::test]
async fn names_that_were_heard_before_the_keychain_answered_are_read_once_it_has() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    practice.keeps_names_away();
    let (application, _) = with_client(&computer, &practice).await;
    application.shutdown().await;

    computer.secrets.put_into(Keychain::Asking);
    let application = computer.start(&practice.url).await;
    let called = |view: &AppView, name: &str| hero(view).is_some_and(|hero| hero.client.as_deref() == Some(name));
    shows(&application, "what the backend calls the client", |view| called(view, "K-1")).await;
    computer.secrets.put_into(Keychain::Open);
    let missing = |view: &AppView| view.problems.iter().any(|problem| problem.code == "names_key_missing");
    shows(&application, "the name", |view| called(view, "Ivan") && !missing(view)).await;
    application.shutdown().await;
}

#[tokio::test]
async fn what_was_answered_in_the_last_moment_is_written_down_before_the_end() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let application = connected(&computer, &practice).await;
    practice.holds("POST conferences");
    call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(computer.data().join("app/store.sqlite"));
    let store = sqlx::SqlitePool::connect_with(file).await.expect("the store");
    let busy = store.begin_with("BEGIN IMMEDIATE").await.expect("the store");
    practice.releases("POST conferences");
    shows(&application, "it is sent", |view| hero(view).is_some_and(|hero| !hero.unsent)).await;
    let (_, freed) = tokio::join!(application.shutdown(), busy.rollback());
    freed.expect("the store");

    let application = computer.start("http://127.0.0.1:9").await;
    let view = shows(&application, "no line", |view| view.feed.state == FeedState::Offline && view.hero.is_some()).await;
    assert_eq!(hero(&view).map(|hero| hero.unsent), Some(false));
    application.shutdown().await;
}

#[tokio::test]
async fn a_practice_that_takes_no_names_from_now_on_is_sent_a_code_after_all() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let application = connected(&computer, &practice).await;
    practice.keeps_names_away();
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let view = shows(&application, "it is sent", |view| hero(view).is_some_and(|hero| !hero.unsent)).await;
    assert_eq!(practice.conference(made["id"].as_str().expect("an id"))["client"], "K-1");
    assert!(view.problems.iter().all(|problem| problem.code != "change_refused"), "{:?}", view.problems);
    application.shutdown().await;
}

#[tokio::test]
async fn what_a_practice_is_like_by_now_is_asked_with_each_stream() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let application = connected(&computer, &practice).await;
    practice.keeps_names_away();
    practice.lets_followers_go();
    let stays = |view: &AppView| view.practice.as_ref().is_some_and(|practice| practice.names_stay_here);
    shows(&application, "what is so now", |view| stays(view)).await;
    application.shutdown().await;
}
