//! A practice whose clients' names stay on the desktops: its backend's files hold none, nor a phone.

mod house;

use house::{House, TOKEN, event, occupant};
use kabinet_api::Conference;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const NAME: &str = "Пётр Вяземский";
const PHONE: &str = "79161234567";

fn planned(client: &str) -> Value {
    json!({"client": client, "name": "О ком-то", "start_date": "2026-12-23", "start_time": "12:00", "timezone": "UTC",
        "link": format!("https://meet.example.org/{}", house::ROOM), "sealed": "b3BhcXVl",
        "contact": {"channel": "whatsapp", "phone": PHONE, "language": "ru"}})
}

async fn plan(house: &House, body: Value) -> (StatusCode, Value) {
    let answer = house.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn enters(house: &House, boot: &str, seq: u64) {
    let mut who = occupant("guest");
    who["name"] = NAME.into();
    house.batch(boot, json!([event(house, seq, "occupant_joined", json!({"room": house::ROOM, "occupant": who}))])).await;
}

fn on_disk(house: &House) -> Vec<u8> {
    let files = std::fs::read_dir(&house.config.data).expect("the folder");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|part| part == word.as_bytes())
}

async fn house_without_names() -> House {
    House::open_with(|config| config.practice.names_stay_here = true).await
}

#[tokio::test]
async fn a_code_is_taken_a_name_is_refused_and_what_is_sealed_comes_back() {
    let house = house_without_names().await;
    let (status, refusal) = plan(&house, planned(NAME)).await;
    assert_eq!((status, refusal["error"]["field"].as_str()), (StatusCode::BAD_REQUEST, Some("client")));
    let mut noted = planned("K-17");
    noted["description"] = "сон".into();
    assert_eq!(plan(&house, noted).await.1["error"]["field"], "description");
    let (status, kept) = plan(&house, planned("K-17")).await;
    let kept: Conference = serde_json::from_value(kept).expect("a consultation");
    assert_eq!((status, kept.client.as_str(), kept.name.as_str()), (StatusCode::CREATED, "K-17", ""));
    let answer = house.ask(Method::GET, &format!("/api/conferences/{}", kept.id), TOKEN).send().await.expect("an answer");
    let again: Conference = answer.json().await.expect("a consultation");
    assert_eq!(again, kept);
    assert_eq!(again.sealed.as_deref(), Some("b3BhcXVl"));
    assert_eq!(again.contact.and_then(|contact| contact.phone).as_deref(), Some(PHONE));
}

#[tokio::test]
async fn nothing_that_may_name_people_is_taken_when_a_consultation_is_made_or_changed() {
    let mut house = house_without_names().await;
    let (_, kept) = plan(&house, planned("K-17")).await;
    let route = format!("/api/conferences/{}", kept["id"].as_str().expect("an id"));
    for (field, value) in [
        ("client", json!(NAME)),
        ("description", json!(NAME)),
        ("live_stream_title", json!(NAME)),
        ("live_stream_description", json!(NAME)),
        ("cohosts", json!([NAME])),
        ("invite_users", json!([NAME])),
        ("create_calendar_event", json!(true)),
        ("provider", json!(NAME)),
        ("provider_room", json!(NAME)),
        ("waiting_room", json!(NAME)),
        ("live_stream_viewers", json!(NAME)),
        ("sealed", json!(NAME)),
    ] {
        let mut body = planned("K-17");
        body["type"] = "broadcast".into();
        body[field] = value;
        let (status, refusal) = plan(&house, body.clone()).await;
        assert_eq!((status, refusal["error"]["field"].as_str()), (StatusCode::BAD_REQUEST, Some(field)));
        assert_eq!(refusal["error"]["code"], "invalid_field", "{field}");
        let changed = house.ask(Method::PUT, &route, TOKEN).json(&body).send().await.expect("an answer");
        assert_eq!(changed.status(), StatusCode::BAD_REQUEST, "{field}");
    }
    house.stop().await;
    assert!(!holds(&on_disk(&house), NAME));
}

#[tokio::test]
async fn what_rooms_report_of_names_is_a_mark_before_and_after_a_restart() {
    let mut house = house_without_names().await;
    plan(&house, planned("K-17")).await;
    enters(&house, "boot", 1).await;
    let name = |events: &[kabinet_api::EventJson]| {
        let joined = events.iter().find(|event| event.kind == "client_joined").expect("told");
        joined.who.as_ref().expect("somebody").name.clone()
    };
    let before = house.events(TOKEN).await;
    assert!(name(&before).starts_with('~'), "{}", name(&before));
    house.restart().await;
    // The same person, still there: nothing is told anew of a mark that did not change.
    enters(&house, "boot", 2).await;
    assert_eq!(house.events(TOKEN).await, before);
    house.stop().await;
    let bytes = on_disk(&house);
    for word in [NAME, &NAME.to_lowercase(), PHONE, "О ком-то"] {
        assert!(!holds(&bytes, word), "{word} is on the disk");
    }
}

#[tokio::test]
async fn a_phone_is_sealed_also_where_names_are_kept() {
    let mut house = House::open().await;
    let (status, _) = plan(&house, planned(NAME)).await;
    assert_eq!(status, StatusCode::CREATED);
    house.stop().await;
    let bytes = on_disk(&house);
    assert!(holds(&bytes, NAME) && !holds(&bytes, PHONE));
}
