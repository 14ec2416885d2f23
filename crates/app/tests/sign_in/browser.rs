//! The way through the browser, and what may happen on it.

use crate::support::desktop::Works;
use crate::support::fakes::{Fake, leads_to, visit};
use crate::support::{call, refusal, shows};
use crate::{at_work, begin, check, connect, connected, connection, failed, form, grants, on_disk, start, waiting};
use kabinet_app::view::Health;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn an_account_is_connected_in_the_browser_and_its_tokens_are_in_the_keychain_alone() {
    let log = Log::of_everything();
    let (fakes, computer, application) = at_work().await;
    let page = begin(&computer, &application).await;
    assert!(page.starts_with(&format!("{}/authorize?", fakes.at.yandex_url)), "{page}");
    let view = application.view();
    let shown = view.sign_in.as_ref().expect("a sign-in");
    assert!(waiting(&view) && shown.may_paste && shown.message.is_none() && shown.ends_at.is_some());
    assert!(connection(&view).is_none());

    let (status, said) = visit(&page).await;
    assert!(status == 200 && said.contains("You can close this tab and go back to Kabinet."), "{said}");
    let connected = connected(&application).await;
    let account = connected.account.clone().expect("an account");
    assert_eq!((account.name.as_str(), account.login.as_str()), ("Анна", "specialist"));
    assert_eq!((connected.health, connected.secrets_kept), (Health::Works, Vec::new()));
    assert!(connected.abilities.iter().any(|ability| ability.key == "rooms" && ability.allowed));
    assert!(connected.last_success.is_some());
    let granted = grants(&fakes).await;
    assert_eq!(granted.len(), 1);
    assert!(granted[0]["device"].as_str().is_some_and(|id| (6..=50).contains(&id.len())));
    application.shutdown().await;

    // The account outlives the application, and so do its tokens.
    let application = start(&computer).await;
    shows(&application, "the same account", |view| {
        connection(view).is_some_and(|one| one.account.as_ref() == Some(&account) && one.connected)
    })
    .await;
    assert_eq!(check(&application).await, (json!("works"), Value::Null));
    assert_eq!(grants(&fakes).await.len(), 1);
    let seen = serde_json::to_string(&application.view()).expect("JSON");
    application.shutdown().await;

    let log = log.text();
    for secret in [&granted[0]["access"], &granted[0]["refresh"]].map(|secret| secret.as_str().expect("a token")) {
        assert!(!on_disk(&computer.data().join("app"), secret) && !log.contains(secret) && !seen.contains(secret));
    }
    let state = page.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
    let naming: Vec<&str> = log.lines().filter(|line| line.contains("specialist")).collect();
    assert!(naming.is_empty(), "{naming:?}");
    assert!(!log.is_empty(), "something was heard");
    assert!(!log.contains(state), "the state is in the log");
    assert!(!seen.contains(state), "the state is in the view");
    assert!(!on_disk(&computer.data().join("app"), &fakes.at.client_secret));
}

#[tokio::test]
async fn only_the_right_request_ends_the_wait() {
    let (_fakes, computer, application) = at_work().await;
    let page = begin(&computer, &application).await;
    let back = leads_to(&page).await;
    let (address, query) = back.split_once('?').expect("a query");
    let origin = address.trim_end_matches("/signed-in");
    for wrong in [
        format!("{origin}/favicon.ico"),
        address.to_owned(),
        format!("{address}/?{query}"),
        format!("{address}?code=1234567&state=forged"),
        format!("{address}?error=access_denied&state=forged"),
        back.replace("127.0.0.1", "localhost"),
    ] {
        assert_eq!(visit(&wrong).await.0, 404, "{wrong}");
    }
    let http = plain_client();
    let posted = http.post(&back).body("x".repeat(100)).send().await.expect("an answer");
    assert_eq!(posted.status(), 404);
    assert!(waiting(&application.view()));

    let page = http.get(&back).send().await.expect("an answer");
    let said = |name: &str| page.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!((said("cache-control"), said("referrer-policy")), ("no-store".into(), "no-referrer".into()));
    assert!(said("content-security-policy").starts_with("default-src 'none'"));
    connected(&application).await;
    application.shutdown().await;
}

#[tokio::test]
async fn the_way_back_is_open_only_while_somebody_signs_in() {
    let (_fakes, computer, application) = at_work().await;
    let port = computer.operator.sign_in_port;
    let is_free = || std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    assert!(is_free());
    let first = begin(&computer, &application).await;
    assert!(!is_free());
    // The next attempt takes the first one's place, and its port.
    let second = begin(&computer, &application).await;
    assert!(application.view().sign_in.expect("a sign-in").message.is_none());
    assert_eq!(visit(&first).await.0, 404);
    assert!(waiting(&application.view()));
    call(&application, "cancel_sign_in", json!({})).await;
    assert!(application.view().sign_in.is_none() && is_free());
    assert!(leads_to(&second).await.contains("/signed-in?"));
    assert_eq!(refusal(&application, "open_sign_in_page", json!({})).await.0, "no_sign_in");
    assert_eq!(refusal(&application, "finish_sign_in", json!({ "text": "1" })).await.0, "no_sign_in");

    begin(&computer, &application).await;
    application.shutdown().await;
    assert!(is_free());
}

#[tokio::test]
async fn a_denial_is_told_on_both_sides_and_can_be_tried_again() {
    let (fakes, computer, application) = at_work().await;
    fakes.set(Fake::Yandex, json!({ "consent": "deny" })).await;
    let page = begin(&computer, &application).await;
    let (_, said) = visit(&page).await;
    assert!(said.contains("Access was not given."), "{said}");
    assert_eq!(failed(&application).await, "access_denied");
    assert!(connection(&application.view()).is_none());
    fakes.set(Fake::Yandex, json!({ "consent": "allow" })).await;
    // The code is refused after all; so is the person's second try with it.
    fakes.next(Fake::Yandex, json!({ "method": "token", "do": "refuse:bad_verification_code" })).await;
    visit(&begin(&computer, &application).await).await;
    assert_eq!(failed(&application).await, "bad_verification_code");
    connect(&computer, &application).await;
    application.shutdown().await;
}

#[tokio::test]
async fn where_the_port_is_taken_the_address_is_pasted() {
    let (_fakes, computer, application) = at_work().await;
    let port = computer.operator.sign_in_port;
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port");
    call(&application, "begin_sign_in", form("browser")).await;
    let view = application.view();
    let shown = view.sign_in.as_ref().expect("a sign-in");
    let message = shown.message.as_ref().expect("a note");
    assert_eq!((message.code.as_str(), message.facts["address"].as_str()), ("sign_in_port_taken", &*format!("127.0.0.1:{port}")));
    assert!(waiting(&view) && shown.may_paste && computer.desktop.asked().opened.is_empty());
    call(&application, "open_sign_in_page", json!({})).await;
    let page = computer.desktop.asked().opened.last().cloned().expect("opened");
    let back = leads_to(&page).await;
    for wrong in ["1234567", "", &back.replace("state=", "state=x"), "http://127.0.0.1/elsewhere"] {
        let refused = refusal(&application, "finish_sign_in", json!({ "text": wrong })).await;
        assert_eq!(refused, ("sign_in_not_pasted".into(), Some("text".into())));
    }
    call(&application, "finish_sign_in", json!({ "text": format!(" {back}\n") })).await;
    assert_eq!(connected(&application).await.health, Health::Works);
    application.shutdown().await;
}

#[tokio::test]
async fn a_browser_that_does_not_open_can_be_tried_again() {
    let (_fakes, computer, application) = at_work().await;
    computer.desktop.asked().works = Works { browser: false, ..Works::default() };
    assert_eq!(refusal(&application, "begin_sign_in", form("browser")).await.0, "sign_in_no_browser");
    let view = application.view();
    assert!(waiting(&view) && view.sign_in.expect("a sign-in").message.is_some());
    computer.desktop.asked().works = Works::default();
    call(&application, "open_sign_in_page", json!({})).await;
    assert!(application.view().sign_in.expect("a sign-in").message.is_none());
    let page = computer.desktop.asked().opened.last().cloned().expect("opened");
    visit(&page).await;
    connected(&application).await;
    application.shutdown().await;
}

fn plain_client() -> reqwest::Client {
    use kabinet_providers::http::{HttpSettings, Reach, client};
    client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client")
}

/// Everything that is logged from here on, down to the smallest, also by the tests beside this one: theirs must hold no secret either.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn of_everything() -> Self {
        let log = Self::default();
        let writer = log.clone();
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
        tracing::subscriber::set_global_default(all).expect("nobody else listens");
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics here")).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics here").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
