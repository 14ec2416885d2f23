//! Connecting a calendar by signing in, over the fakes.

mod support;

use kabinet_app::Application;
use kabinet_app::view::{AppView, ConnectionView, SignInState};
use serde_json::{Value, json};
use std::sync::Arc;
use support::fakes::{Fake, Fakes, visit};
use support::{Computer, PATIENCE, call, refusal, shows};

const CALENDAR: &str = "bitrix24";

async fn at_work() -> (Fakes, Computer, Arc<Application>) {
    let fakes = Fakes::start_with(&["--colleagues", "12"]).await;
    let mut computer = Computer::new();
    computer.operator = fakes.operator(computer.data());
    fakes.set(Fake::Bitrix24, json!({ "consent": "allow" })).await;
    let application = computer.start("http://127.0.0.1:9").await;
    (fakes, computer, application)
}

fn form() -> Value {
    json!({ "form": { "provider": CALENDAR, "values": {}, "secrets": {} }, "way": "browser" })
}

fn connection(view: &AppView) -> Option<&ConnectionView> {
    view.connections.iter().find(|one| one.provider == CALENDAR)
}

async fn connected(application: &Application) {
    shows(application, "a connected calendar", |view| {
        view.sign_in.is_none() && connection(view).is_some_and(|one| one.account.is_some())
    })
    .await;
}

/// The code that the page shows to whoever goes there.
async fn code_of(computer: &Computer) -> String {
    let page = computer.desktop.asked().opened.last().cloned().expect("the browser was opened");
    let (_, shown) = visit(&page).await;
    shown.split(|sign: char| !sign.is_ascii_hexdigit()).find(|word| word.len() == 32).expect("a code").to_owned()
}

#[tokio::test]
async fn a_calendar_is_connected_in_the_browser() {
    let (fakes, computer, application) = at_work().await;
    let back = format!("http://127.0.0.1:{}/signed-in", computer.operator.sign_in_port);
    fakes.set(Fake::Bitrix24, json!({ "redirect_uri": back })).await;
    let offer = application.view().providers.iter().find(|one| one.id == CALENDAR).and_then(|one| one.sign_in.clone());
    assert_eq!(offer.expect("an offer").redirect, back);
    call(&application, "begin_sign_in", form()).await;
    let page = computer.desktop.asked().opened.last().cloned().expect("the browser was opened");
    assert_eq!(visit(&format!("{back}?code=1&state=forged")).await.0, 404);
    let (status, said) = visit(&page).await;
    assert!(status == 200 && said.contains("You can close this tab"), "{said}");
    connected(&application).await;
    application.shutdown().await;
}

#[tokio::test]
async fn a_calendar_is_connected_by_the_code_that_its_page_shows() {
    let (_fakes, computer, application) = at_work().await;
    call(&application, "begin_sign_in", form()).await;
    assert!(application.view().sign_in.expect("a sign-in").may_paste);
    let code = code_of(&computer).await;
    let refused = refusal(&application, "finish_sign_in", json!({ "text": "https://portal.example.org/?code=1&state=x" })).await;
    assert_eq!(refused, ("sign_in_not_pasted".into(), Some("text".into())));
    call(&application, "finish_sign_in", json!({ "text": code })).await;
    connected(&application).await;

    // A code works once.
    call(&application, "begin_sign_in", form()).await;
    call(&application, "finish_sign_in", json!({ "text": code })).await;
    let view = shows(&application, "a failed sign-in", |view| {
        view.sign_in.as_ref().is_some_and(|one| one.state == SignInState::Failed && one.message.is_some())
    })
    .await;
    assert!(connection(&view).is_some_and(|one| one.account.is_some()));
    application.shutdown().await;
}

#[tokio::test]
async fn a_webhook_in_the_portals_field_is_refused_and_kept_nowhere() {
    let (fakes, computer, application) = at_work().await;
    let refused = |error: (String, Option<String>)| assert_eq!(error, ("webhook_as_address".into(), Some("portal".into())));
    let form = json!({ "provider": CALENDAR, "values": { "portal": fakes.at.webhook }, "secrets": {} });
    refused(refusal(&application, "save_connection", form.clone()).await);
    refused(refusal(&application, "begin_sign_in", json!({ "form": form, "way": "browser" })).await);
    let page = format!("{}/company/personal/", fakes.at.bitrix24_url);
    let form = json!({ "provider": CALENDAR, "values": { "portal": page }, "secrets": {} });
    call(&application, "begin_sign_in", json!({ "form": form, "way": "browser" })).await;
    application.shutdown().await;
    let settings = std::fs::read_to_string(computer.data().join("app/settings.json")).expect("settings");
    assert!(settings.contains(&fakes.at.bitrix24_url) && !settings.contains("company") && !settings.contains("examplesecret"));
}

#[tokio::test]
async fn a_calendar_that_was_disconnected_while_it_is_finished_does_not_come_back() {
    let (fakes, computer, application) = at_work().await;
    call(&application, "begin_sign_in", form()).await;
    let code = code_of(&computer).await;
    fakes.next(Fake::Bitrix24, json!({ "method": "oauth.token", "do": "delay:4" })).await;
    call(&application, "finish_sign_in", json!({ "text": code })).await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while fakes.asked(Fake::Bitrix24, "oauth.token").await == 0 {
        assert!(tokio::time::Instant::now() < deadline, "nobody asked for a grant");
    }
    call(&application, "remove_connection", json!({ "provider": CALENDAR })).await;
    assert!(connection(&application.view()).is_none());
    // By the time the next attempt has come through, the first one's answer is long here.
    call(&application, "begin_sign_in", form()).await;
    let code = code_of(&computer).await;
    fakes.next(Fake::Bitrix24, json!({ "method": "oauth.token", "do": "delay:4" })).await;
    call(&application, "finish_sign_in", json!({ "text": code })).await;
    connected(&application).await;
    let of_both = fakes.asked(Fake::Bitrix24, "user.current").await;
    call(&application, "remove_connection", json!({ "provider": CALENDAR })).await;
    call(&application, "begin_sign_in", form()).await;
    let code = code_of(&computer).await;
    call(&application, "finish_sign_in", json!({ "text": code })).await;
    connected(&application).await;
    let of_one = fakes.asked(Fake::Bitrix24, "user.current").await - of_both;
    assert_eq!(of_both, of_one, "the attempt that was given up was gone on with");
    application.shutdown().await;
}

#[tokio::test]
async fn an_attempt_at_another_portal_leaves_the_calendar_as_it_was() {
    let (fakes, _computer, application) = at_work().await;
    let webhook = json!({ "provider": CALENDAR, "values": {}, "secrets": { "webhook_url": fakes.at.webhook } });
    call(&application, "save_connection", webhook).await;
    let before = connection(&application.view()).cloned().expect("a calendar");
    let mut other = form();
    other["form"]["values"] = json!({ "portal": "http://127.0.0.1:9", "client_id": "another" });
    other["form"]["secrets"] = json!({ "client_secret": "wrong" });
    call(&application, "begin_sign_in", other).await;
    call(&application, "cancel_sign_in", json!({})).await;
    let after = connection(&application.view()).cloned().expect("a calendar");
    assert_eq!((&after.values, &after.secrets_kept), (&before.values, &before.secrets_kept));
    application.shutdown().await;
}
