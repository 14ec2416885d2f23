//! The operator's page: what it says, what it never does, and whom it lets in.

mod house;

use house::messenger::{Day, FakeMessenger};
use house::{ADMIN, House, SECRET, TOKEN};
use kabinet_domain::Channel;
use kabinet_providers::messengers::{Messenger, SendError};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PHONE: &str = "79001234567";

/// A backend with a link that did not arrive.
async fn with_a_failure(messenger: &Arc<FakeMessenger>) -> House {
    let passed: Vec<Arc<dyn Messenger>> = vec![messenger.clone()];
    let house = House::open_with(|config| config.messengers = passed).await;
    messenger.will(Day::Refused(SendError::NotRegistered));
    let body = json!({"client": "Иван", "start_date": "2026-12-23", "start_time": "15:00", "timezone": "UTC",
        "link": "https://meet.example.org/a-room", "contact": {"channel": "whatsapp", "phone": PHONE}});
    let planned = house.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
    let id = planned.json::<kabinet_api::Conference>().await.expect("a consultation").id;
    let link = json!({"id": Uuid::from_u128(1), "purpose": "link"});
    let path = format!("/api/conferences/{id}/messages");
    let sent = house.ask(Method::POST, &path, TOKEN).json(&link).send().await.expect("an answer");
    assert_eq!(sent.status(), StatusCode::CREATED);
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut after = 0;
    while !house.events(TOKEN).await.iter().any(|event| event.kind == "delivery_failed") {
        assert!(Instant::now() < deadline);
        after = house.page(TOKEN, &format!("after={after}&wait=1")).await.cursor;
    }
    house
}

async fn look(house: &House, language: &str) -> Response {
    let page = house.http.get(house.url("/status")).basic_auth("anybody", Some(ADMIN)).header("Accept-Language", language);
    page.send().await.expect("an answer")
}

#[tokio::test]
async fn the_operators_page_shows_what_did_not_arrive_and_nobodys_name() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = with_a_failure(&messenger).await;
    let page = look(&house, "en-GB,ru;q=0.5").await;
    assert_eq!(page.status(), StatusCode::OK);
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let english = page.text().await.expect("a page");
    for said in ["<html lang=\"en\">", "What did not arrive", "nobody is there under this number", "Send again", "WhatsApp"] {
        assert!(english.contains(said), "{said}: {english}");
    }
    for secret in ["Иван", PHONE, "meet.example.org", "a-room", ADMIN, TOKEN, SECRET, "<script"] {
        assert!(!english.contains(secret), "{secret}");
    }
    let russian = look(&house, "ru").await.text().await.expect("a page");
    assert!(russian.contains("<html lang=\"ru\">") && russian.contains("Что не дошло"));
    let style = house.http.get(house.url("/status/style.css")).send().await.expect("an answer");
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");

    let metrics = house.http.get(house.url("/metrics")).send().await.expect("an answer").text().await.expect("text");
    for line in [
        "kabinet_deliveries{channel=\"whatsapp\",purpose=\"link\",state=\"failed\"} 1",
        "kabinet_delivery_oldest_seconds 0",
        "kabinet_delivery_attempts_total{channel=\"whatsapp\",result=\"not_registered\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[tokio::test]
async fn the_operators_page_wants_the_password_and_does_nothing_for_other_sites() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = with_a_failure(&messenger).await;
    let stranger = house.http.get(house.url("/status")).send().await.expect("an answer");
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    assert!(stranger.headers()["www-authenticate"].to_str().expect("text").starts_with("Basic "));
    let specialist = house.http.get(house.url("/status")).basic_auth("", Some(TOKEN)).send().await.expect("an answer");
    assert_eq!(specialist.status(), StatusCode::UNAUTHORIZED);

    let press = async |name: &'static str, value: &str| {
        let form = house.http.post(house.url("/status/resend")).basic_auth("", Some(ADMIN)).header(name, value);
        let form = form.header("content-type", "application/x-www-form-urlencoded").body(format!("id={}", Uuid::from_u128(1)));
        form.send().await.expect("an answer")
    };
    assert_eq!(press("Sec-Fetch-Site", "cross-site").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(press("Origin", "https://evil.example").await.status(), StatusCode::FORBIDDEN);
    assert!(messenger.written().is_empty());
    let pressed = press("Sec-Fetch-Site", "same-origin").await;
    assert!(pressed.status() == StatusCode::SEE_OTHER || pressed.url().query() == Some("said=resent"), "{pressed:?}");
    messenger.wrote(1).await;
    assert_eq!(messenger.written().len(), 1);
    for _ in 0..house.config.limits.wrong_per_minute {
        house.http.get(house.url("/status")).basic_auth("", Some("wrong")).send().await.expect("an answer");
    }
    let tired = house.http.get(house.url("/status")).basic_auth("", Some("wrong")).send().await.expect("an answer");
    assert_eq!(tired.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(look(&house, "ru").await.status(), StatusCode::OK, "who knows the password is not locked out");
}
