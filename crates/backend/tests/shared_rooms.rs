//! One room, several consultations, by a clock that the test moves and over restarts.

mod house;

use house::{House, ROOM, TOKEN, event, occupant};
use kabinet_api::{Conference, EventJson};
use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

async fn plan(house: &House, time: &str) -> Conference {
    let body = json!({"client": "Иван", "start_date": "2026-12-23", "start_time": time, "duration": 50, "timezone": "UTC",
        "link": format!("https://meet.example.org/{ROOM}")});
    let answer = house.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.expect("a consultation")
}

async fn remove(house: &House, id: Uuid) {
    let answer = house.ask(Method::DELETE, &format!("/api/conferences/{id}"), TOKEN).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

/// What was told of a consultation.
async fn told(house: &House, id: Uuid) -> Vec<String> {
    let events: Vec<EventJson> = house.events(TOKEN).await;
    let own = events.into_iter().filter(|event| event.consultation == Some(id) && event.kind != "consultation_changed");
    own.map(|event| event.kind).collect()
}

async fn comes(house: &House, seq: u64, who: &str) {
    let came = event(house, seq, "occupant_joined", json!({"room": ROOM, "occupant": occupant(who)}));
    house.batch("boot", json!([came])).await;
}

async fn leaves(house: &House, seq: u64, who: &str) {
    let left = event(house, seq, "occupant_left", json!({"room": ROOM, "occupant": occupant(who), "reason": "hung_up"}));
    house.batch("boot", json!([left])).await;
}

#[tokio::test]
async fn who_stays_in_starts_the_second_session_at_its_time_also_after_a_restart() {
    let mut house = House::open().await;
    let (first, second) = (plan(&house, "12:00").await.id, plan(&house, "13:00").await.id);
    let press = format!("/api/conferences/{first}/pressed-join");
    assert_eq!(house.ask(Method::POST, &press, TOKEN).send().await.expect("an answer").status(), StatusCode::OK);
    house.later(5).await;
    comes(&house, 1, "anna").await;
    house.later(60).await;
    comes(&house, 2, "ivan").await;
    house.later(40 * 60).await;
    leaves(&house, 3, "ivan").await;
    assert_eq!(told(&house, first).await, ["session_started", "client_joined", "client_left"]);
    house.later(15 * 60).await;
    house.restart().await;
    assert_eq!(told(&house, second).await, Vec::<String>::new());
    house.later(5 * 60).await;
    assert_eq!(told(&house, second).await, ["session_started"]);
    assert_eq!(told(&house, first).await, ["session_started", "client_joined", "client_left", "session_ended"]);
    house.restart().await;
    house.later(60).await;
    leaves(&house, 4, "anna").await;
    assert_eq!(told(&house, second).await, ["session_started", "session_ended"]);
    assert_eq!(told(&house, first).await.len(), 4);
}

#[tokio::test]
async fn who_is_inside_is_handed_over_when_a_consultation_is_taken_away() {
    let mut house = House::open().await;
    let old = plan(&house, "12:00").await.id;
    comes(&house, 1, "ivan").await;
    remove(&house, old).await;
    assert_eq!(told(&house, old).await, ["client_joined", "withdrawn"]);
    house.restart().await;
    let new = plan(&house, "12:00").await.id;
    assert_eq!(told(&house, new).await, ["client_joined"]);
    house.later(60).await;
    house.restart().await;
    leaves(&house, 2, "ivan").await;
    house.later(20).await;
    assert_eq!(told(&house, new).await, ["client_joined", "client_left"]);
    assert_eq!(told(&house, old).await, ["client_joined", "withdrawn"]);
    remove(&house, new).await;
    plan(&house, "12:30").await;
    assert_eq!(house.told(TOKEN).await.len(), 4, "what is over is history");
}
