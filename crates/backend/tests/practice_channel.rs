//! The practice's own channel: what it is told, and what it never is.

mod house;

use house::messenger::{Day, FakeMessenger};
use house::{ADMIN, House, TOKEN, event, occupant};
use kabinet_backend::Config;
use kabinet_domain::Channel;
use kabinet_providers::messengers::{Messenger, SendError};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::sync::Arc;

async fn with_channel(more: impl FnOnce(&mut Config)) -> (House, Arc<FakeMessenger>) {
    let messenger = FakeMessenger::new(Channel::Telegram);
    let passed: Vec<Arc<dyn Messenger>> = vec![messenger.clone()];
    let house = House::open_with(|config| {
        config.messengers = passed;
        config.connections.set("telegram", "practice_channel", "-100500");
        config.timezone = chrono_tz::Tz::UTC;
        more(config);
    })
    .await;
    (house, messenger)
}

async fn a_session(house: &House, client: &str) {
    let press = format!("/api/conferences/{}/pressed-join", house.plan_for(client).await.id);
    assert_eq!(house.ask(Method::POST, &press, TOKEN).send().await.expect("an answer").status(), StatusCode::OK);
    for (seq, kind, who) in [
        (1, "occupant_joined", "anna"),
        (2, "occupant_joined", "ivan"),
        (3, "occupant_left", "ivan"),
        (4, "occupant_left", "anna"),
    ] {
        house.later(60).await;
        let moved = event(house, seq, kind, json!({"room": house::ROOM, "occupant": occupant(who), "reason": "hung_up"}));
        house.batch("boot", json!([moved])).await;
    }
}

#[tokio::test]
async fn the_channel_is_told_of_a_session_and_never_who_the_client_is() {
    let (house, messenger) = with_channel(|_| {}).await;
    messenger.will(Day::Refused(SendError::Moved { to: "-100700".into() }));
    a_session(&house, "Иван").await;
    let written = messenger.wrote(3).await;
    let texts: Vec<&str> = written.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "12:01 · Специалист вошёл в комнату. — Анна",
            "12:02 · Клиент подключился. — Анна",
            "12:04 · Консультация закончилась. Вместе: 1 минута. — Анна"
        ]
    );
    assert!(written.iter().all(|one| one.to == "-100700"), "it was followed to its new id");
    assert!(house.events(TOKEN).await.iter().all(|event| event.delivery.is_none()), "that is the operator's");
}

#[tokio::test]
async fn where_names_stay_on_the_desktops_the_channel_is_told_no_specialists_name() {
    for (said, whose) in [(None, ""), (Some(true), " — Анна")] {
        let (house, messenger) = with_channel(|config| {
            config.practice.names_stay_here = true;
            config.practice.channel_names_specialists = said;
        })
        .await;
        a_session(&house, "K-17").await;
        assert_eq!(messenger.wrote(3).await[0].text, format!("12:01 · Специалист вошёл в комнату.{whose}"));
    }
}

#[tokio::test]
async fn without_a_channel_nothing_is_told() {
    let messenger = FakeMessenger::new(Channel::Telegram);
    let passed: Vec<Arc<dyn Messenger>> = vec![messenger.clone()];
    let house = House::open_with(|config| config.messengers = passed).await;
    a_session(&house, "Иван").await;
    let all = house.ask(Method::GET, "/api/deliveries", ADMIN).send().await.expect("an answer");
    assert_eq!(all.json::<kabinet_api::Deliveries>().await.expect("deliveries").deliveries.len(), 0);
}
