//! What happens in rooms, as the specialist and the operator are told of it.

mod house;

use house::{ADMIN, House, ROOM, SECRET, TOKEN, event, occupant};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_client_comes_once_however_often_it_is_reported() {
    let mut house = House::open().await;
    house.plan().await;
    for _ in 0..3 {
        house.report("participant_joined", "ivan").await;
    }
    house.restart().await;
    house.report("participant_joined", "ivan").await;
    assert_eq!(house.told(TOKEN).await, ["client_joined"]);
}

#[tokio::test]
async fn a_departure_is_told_when_nobody_came_back_even_over_a_restart() {
    let mut house = House::open().await;
    house.plan().await;
    house.report("participant_joined", "ivan").await;
    house.later(60).await;
    house.report("participant_left", "ivan").await;
    assert_eq!(house.told(TOKEN).await, ["client_joined"], "a reloaded page is no departure");
    house.restart().await;
    house.later(20).await;
    assert_eq!(house.told(TOKEN).await, ["client_joined", "client_left"]);
    house.later(10_000).await;
    house.restart().await;
    house.later(10).await;
    assert_eq!(house.told(TOKEN).await, ["client_joined", "client_left"], "a settled room stays settled");
}

/// Judged signal by signal, the arrival alone would ring; so a follower gets both with one read.
#[tokio::test]
async fn a_visit_that_is_over_when_it_is_reported_is_told_whole() {
    let house = House::open().await;
    house.plan().await;
    let old = house.now() - chrono::Duration::minutes(8);
    let mut came = event(&house, 1, "occupant_joined", json!({"room": ROOM, "occupant": occupant("ivan")}));
    let mut left = event(&house, 2, "occupant_left", json!({"room": ROOM, "occupant": occupant("ivan"), "reason": "hung_up"}));
    came["at"] = old.timestamp_millis().into();
    left["at"] = (old + chrono::Duration::minutes(1)).timestamp_millis().into();
    house.batch("boot", json!([came, left])).await;
    let told = house.events(TOKEN).await.split_off(1);
    assert_eq!(told.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["client_joined", "client_left"]);
    assert_eq!((told[0].received_at, told[0].inside), (told[1].received_at, Some(0)));
}

#[tokio::test]
async fn somebody_in_an_unplanned_room_is_the_operators_to_see_until_it_is_planned() {
    let house = House::open().await;
    house.report("participant_joined", "ivan").await;
    assert_eq!(house.told(TOKEN).await, Vec::<String>::new());
    assert_eq!(house.told(ADMIN).await, ["client_joined"]);
    assert_eq!(health(&house).await["unplanned_rooms"], 1);
    let planned = house.plan().await;
    assert_eq!(house.told(TOKEN).await, ["client_joined"]);
    let joined = house.events(TOKEN).await.pop().expect("an event");
    assert_eq!(joined.consultation, Some(planned.id));
    assert_eq!(health(&house).await["unplanned_rooms"], 0);
}

#[tokio::test]
async fn rooms_that_are_gone_from_the_server_are_empty() {
    let house = House::open().await;
    house.plan().await;
    let came = event(&house, 1, "occupant_joined", json!({"room": ROOM, "occupant": occupant("ivan")}));
    house.batch("before", json!([came])).await;
    assert_eq!(house.told(TOKEN).await, ["client_joined"]);
    house.later(300).await;
    let nothing = event(&house, 2, "server_snapshot", json!({"rooms": []}));
    house.batch("after", json!([event(&house, 1, "started", json!({})), nothing])).await;
    house.later(60).await;
    assert_eq!(house.told(TOKEN).await, ["client_joined", "client_left"]);
}

#[tokio::test]
async fn what_was_missed_is_asked_for() {
    let house = House::open().await;
    let beat = |seq| json!([event(&house, seq, "heartbeat", json!({}))]);
    let asked = |answer: serde_json::Value| answer["snapshot"] == true;
    assert!(asked(house.batch("boot", beat(7)).await), "an unknown load of the module");
    assert!(!asked(house.batch("boot", beat(8)).await));
    assert!(asked(house.batch("boot", beat(11)).await), "two are missing");
    assert!(!asked(house.batch("boot", beat(12)).await));
}

#[tokio::test]
async fn a_module_that_falls_silent_is_told_of_and_so_is_its_return() {
    let mut house = House::open().await;
    house.batch("boot", json!([event(&house, 1, "heartbeat", json!({}))])).await;
    house.later(170).await;
    assert_eq!(house.told(TOKEN).await, Vec::<String>::new());
    house.later(20).await;
    house.later(600).await;
    assert_eq!(house.told(TOKEN).await, ["source_silent"]);
    assert_eq!(health(&house).await["status"], "degraded");
    house.batch("boot", json!([event(&house, 2, "heartbeat", json!({}))])).await;
    assert_eq!(house.told(TOKEN).await, ["source_silent", "source_back"]);
    // It is missed after a restart too, though it has said nothing since.
    house.later(61).await;
    house.restart().await;
    house.later(190).await;
    assert_eq!(house.told(TOKEN).await, ["source_silent", "source_back", "source_silent"]);
}

#[tokio::test]
async fn whoever_presses_join_is_the_specialist() {
    let house = House::open().await;
    let planned = house.plan().await;
    let press = format!("/api/conferences/{}/pressed-join", planned.id);
    let pressed = house.ask(Method::POST, &press, TOKEN).send().await.expect("an answer");
    assert_eq!(pressed.status(), StatusCode::OK);
    house.later(5).await;
    house.report("participant_joined", "anna").await;
    assert_eq!(house.told(TOKEN).await, ["session_started"]);
    let shown = house.ask(Method::GET, &format!("/api/conferences/{}", planned.id), TOKEN).send().await.expect("an answer");
    assert_eq!(shown.json::<serde_json::Value>().await.expect("JSON")["status"], "running");
}

#[tokio::test]
async fn old_events_are_forgotten_and_their_cursor_is_refused() {
    let house = House::open().await;
    house.plan().await;
    house.report("participant_joined", "ivan").await;
    house.later(91 * 24 * 3600).await;
    let refused = house.ask(Method::GET, "/api/events?after=0", TOKEN).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::GONE);
    let error: kabinet_api::ErrorBody = refused.json().await.expect("JSON");
    assert_eq!(error.error.code, "cursor_expired");
    let oldest = error.error.oldest.expect("the oldest");
    house.page(TOKEN, &format!("after={oldest}")).await;
}

#[tokio::test]
async fn without_a_secret_only_this_computer_is_believed() {
    let house = House::open_with(|config| config.webhook_secret = "".into()).await;
    let post = |header: &'static str| {
        let request = house.http.post(house.url("/webhook/jitsi")).body(r#"{"event":"x"}"#);
        if header.is_empty() { request } else { request.header(header, "https://evil.example") }
    };
    for (header, status) in
        [("", StatusCode::OK), ("origin", StatusCode::UNAUTHORIZED), ("x-forwarded-for", StatusCode::UNAUTHORIZED)]
    {
        assert_eq!(post(header).send().await.expect("an answer").status(), status, "{header}");
    }
}

#[tokio::test]
async fn wrong_secrets_are_slowed_down_and_right_ones_are_not() {
    let house = House::open_with(|config| config.limits.wrong_per_minute = 3).await;
    let mut seen = Vec::new();
    for secret in ["wrong", "wrong", "wrong", "wrong", SECRET] {
        let answer =
            house.ask(Method::POST, "/api/webhook/jitsi", secret).body(r#"{"event":"x"}"#).send().await.expect("an answer");
        seen.push((answer.status().as_u16(), answer.headers().contains_key("retry-after")));
    }
    assert_eq!(seen, [(401, false), (401, false), (401, false), (429, true), (200, false)]);
}

async fn health(house: &House) -> serde_json::Value {
    house.http.get(house.url("/health")).send().await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
async fn whoever_guesses_codes_behind_a_proxy_keeps_nobody_else_there_from_pairing() {
    let house = House::open_with(|config| config.limits.wrong_per_minute = 2).await;
    let pair = async |from: &'static str| {
        let body = serde_json::json!({"code": "ABCD-EFGH", "device": "a desktop"});
        let asked = house.http.post(house.url("/api/devices/pair")).header("x-forwarded-for", from).json(&body);
        asked.send().await.expect("an answer").status().as_u16()
    };
    let mut seen = Vec::new();
    for from in ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"] {
        seen.push(pair(from).await);
    }
    assert_eq!(seen, [401, 401, 429, 401]);
}
