//! Servers of rooms whose clocks are off, and several of one name.

mod house;

use house::{House, ROOM, SECRET, TOKEN, event, occupant};
use kabinet_domain::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A server with our module, known by its id, with a clock that is ahead by so many seconds.
struct Server {
    id: &'static str,
    login: bool,
    ahead: i64,
}

impl Server {
    async fn says(&self, house: &House, seq: u64, kind: &str, more: Value) {
        let its_now = |now: Timestamp| (now + chrono::Duration::seconds(self.ahead)).timestamp_millis();
        let mut event = event(house, seq, kind, more);
        event["id"] = format!("{} {kind} {seq}", self.id).into();
        event["at"] = its_now(house.now()).into();
        let server = json!({"id": self.id, "host": "muc.meet.jitsi", "login": self.login});
        let body = json!({"v": 1, "boot": self.id, "server": server, "sent_at": its_now(house.now()), "events": [event]});
        let answer = house.ask(Method::POST, "/api/webhook/kabinet", SECRET).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

async fn sources(house: &House) -> Vec<Value> {
    let answer = house.ask(Method::GET, "/health", "").send().await.expect("an answer");
    let health: Value = answer.json().await.expect("JSON");
    health["sources"].as_array().expect("sources").clone()
}

#[tokio::test]
async fn a_clock_that_is_hours_off_is_corrected_and_the_operator_sees_it() {
    for ahead in [-13 * 3600, -20, 4, 13 * 3600] {
        let house = House::open().await;
        house.plan().await;
        let server = Server { id: "0f6e4d5a-1", login: true, ahead };
        let (anna, ivan) = (occupant("anna"), occupant("ivan"));
        server.says(&house, 1, "occupant_joined", json!({"room": ROOM, "occupant": anna})).await;
        let grant = json!({"room": ROOM, "occupant": anna, "affiliation": "owner", "previous": "none", "by": "focus"});
        server.says(&house, 2, "affiliation_changed", grant).await;
        server.says(&house, 3, "occupant_joined", json!({"room": ROOM, "occupant": ivan})).await;
        house.later(2).await;
        assert_eq!(house.told(TOKEN).await, ["session_started", "client_joined"], "{ahead}");
        let joined = house.events(TOKEN).await.pop().expect("an event");
        assert_eq!(joined.at, house.now() - chrono::Duration::seconds(2), "{ahead}");
        let seen = &sources(&house).await[0]["clock_ahead_seconds"];
        assert_eq!(seen.as_i64(), Some(ahead).filter(|ahead| ahead.abs() > 10), "{ahead}");
    }
}

#[tokio::test]
async fn two_servers_of_one_name_do_not_empty_each_others_rooms() {
    let mut house = House::open().await;
    house.plan().await;
    let one = Server { id: "aaaaaaaa-1", login: false, ahead: 0 };
    let other = Server { id: "bbbbbbbb-2", login: false, ahead: 0 };
    one.says(&house, 1, "occupant_joined", json!({"room": ROOM, "occupant": occupant("ivan")})).await;
    house.later(5).await;
    other.says(&house, 1, "server_snapshot", json!({"rooms": []})).await;
    house.restart().await;
    other.says(&house, 2, "server_snapshot", json!({"rooms": []})).await;
    house.later(60).await;
    assert_eq!(house.told(TOKEN).await, ["client_joined"]);
    one.says(&house, 2, "server_snapshot", json!({"rooms": []})).await;
    house.later(60).await;
    assert_eq!(house.told(TOKEN).await, ["client_joined", "client_left"]);
    let names: Vec<Value> = sources(&house).await.iter().map(|source| source["source"].clone()).collect();
    assert_eq!(names, ["kabinet:muc.meet.jitsi#aaaaaaaa", "kabinet:muc.meet.jitsi#bbbbbbbb"]);
}

#[tokio::test]
async fn the_older_modules_alert_waits_a_second_where_ours_may_tell_of_a_grant() {
    let house = House::open().await;
    house.plan().await;
    let server = Server { id: "aaaaaaaa-1", login: true, ahead: 0 };
    server.says(&house, 1, "heartbeat", json!({})).await;
    house.report("participant_joined", "anna").await;
    assert_eq!(house.told(TOKEN).await, Vec::<String>::new());
    let anna = occupant("anna");
    server.says(&house, 2, "occupant_joined", json!({"room": ROOM, "occupant": anna})).await;
    let grant = json!({"room": ROOM, "occupant": anna, "affiliation": "owner", "previous": "none", "by": "focus"});
    server.says(&house, 3, "affiliation_changed", grant).await;
    house.later(2).await;
    assert_eq!(house.told(TOKEN).await, ["session_started"]);
}

#[tokio::test]
async fn a_press_counts_from_its_receipt() {
    let house = House::open().await;
    let planned = house.plan().await;
    let path = format!("/api/conferences/{}/pressed-join", planned.id);
    let pressed = json!({"at": house.now() - chrono::Duration::minutes(2)});
    let answer = house.ask(Method::POST, &path, TOKEN).json(&pressed).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    house.later(3).await;
    house.report("participant_joined", "anna").await;
    assert_eq!(house.told(TOKEN).await, ["session_started"]);
}
