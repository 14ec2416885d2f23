//! A waiting client is told of elsewhere when no desktop brings an answer.

use crate::house::TOKEN;
use crate::practice::{CHAT, Practice, button};
use kabinet_api::{Conference, ConferenceBody};
use kabinet_providers::messengers::What;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn without_a_desktop_it_is_told_at_once_in_neutral_words() {
    let practice = Practice::reachable().await;
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(14).await;
    assert_eq!(practice.alerts().await, 0, "a desktop may be on its way");
    practice.house.later(2).await;
    practice.house.later(60).await;
    assert_eq!(practice.alerts().await, 1);
    let [(_, alert)] = &practice.deliveries("alert").await[..] else { panic!("one alert") };
    assert_eq!(alert["to"], CHAT);
    assert_eq!(alert["text"], "A client is in the room and waiting for you. The consultation is at 12:00.");
    let labels: Vec<&Value> = alert["buttons"].as_array().expect("buttons").iter().map(|button| &button["label"]).collect();
    assert_eq!(labels, ["I’m coming", "In 5 minutes", "I can’t"]);
}

#[tokio::test]
async fn a_silent_desktop_has_its_time() {
    let practice = Practice::reachable().await;
    let _desktop = practice.desktop().await;
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(59).await;
    assert_eq!(practice.alerts().await, 0);
    practice.house.later(1).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn an_answer_on_either_of_two_desktops_stops_it_for_a_while() {
    let practice = Practice::reachable().await;
    let _desktops = (practice.desktop().await, practice.desktop().await);
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(59).await;
    let coming = json!({"answer": "coming", "id": "0198f300-0000-7000-8000-000000000001"});
    for _ in 0..2 {
        assert_eq!(practice.answer(&talk, coming.clone()).await, StatusCode::OK);
    }
    assert_eq!(practice.count("specialist_answered").await, 1, "the same answer again is the same");
    practice.house.later(170).await;
    assert_eq!(practice.alerts().await, 0);
    practice.house.later(10).await;
    practice.house.later(600).await;
    assert_eq!(practice.alerts().await, 1, "whoever said they come and did not is told once more");
}

#[tokio::test]
async fn a_button_answers_once_and_the_alert_says_so() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    practice.sent().await;
    for _ in 0..2 {
        assert_eq!(practice.pressed(CHAT, "p1", button("late5", &talk)).await, "You answered: “In 5 min”.");
    }
    assert_eq!(practice.count("specialist_answered").await, 1);
    let events = practice.house.events(TOKEN).await;
    let answered = events.iter().find(|event| event.kind == "specialist_answered").expect("an answer");
    assert_eq!((answered.source.as_str(), answered.minutes), ("telegram", Some(5)));
    assert_eq!(practice.changed().await, "You answered: “In 5 min”. The consultation is at 12:00.");
    practice.house.later(300).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn a_button_of_a_consultation_that_is_over_changes_nothing() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    assert_eq!(practice.pressed("815", "p1", button("coming", &talk)).await, "This button is not for this chat.");
    practice.house.later(3 * 3600).await;
    assert_eq!(practice.pressed(CHAT, "p2", button("coming", &talk)).await, "This consultation is over.");
    assert_eq!(practice.pressed(CHAT, "p3", "something else".to_owned()).await, "");
    assert_eq!(practice.count("specialist_answered").await, 0);
}

#[tokio::test]
async fn a_button_of_another_time_changes_nothing() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    let [(_, alert)] = &practice.deliveries("alert").await[..] else { panic!("one alert") };
    let kept = alert["buttons"][0]["data"].as_str().expect("what the button says").to_owned();
    assert_eq!(kept, button("coming", &talk));
    let moved = async |start_time: &str| {
        let mut body = serde_json::to_value(ConferenceBody::from(talk.clone())).expect("JSON");
        body["start_time"] = start_time.into();
        let path = format!("/api/conferences/{}", talk.id);
        assert_eq!(practice.send(Method::PUT, &path, body).await.status(), StatusCode::OK);
    };
    moved("15:00").await;
    let said = practice.pressed(CHAT, "p1", kept.clone()).await;
    assert!(said.starts_with("This consultation has another time now."), "{said}");
    assert_eq!(practice.count("specialist_answered").await, 0);
    // Moved a little, it is the same meeting, and who waits for it is answered.
    moved("12:10").await;
    assert_eq!(practice.pressed(CHAT, "p2", kept).await, "You answered: “I’m coming”.");
    assert_eq!(practice.count("specialist_answered").await, 1);
}

#[tokio::test]
async fn the_specialists_coming_ends_it() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    practice.sent().await;
    practice.ask(Method::POST, &format!("/api/conferences/{}/pressed-join", talk.id)).await;
    practice.house.report("participant_joined", "anna").await;
    practice.house.later(2).await;
    assert_eq!(practice.count("session_started").await, 1);
    assert_eq!(practice.changed().await, "You are with the client. The consultation is at 12:00.");
    practice.house.later(900).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn a_client_who_left_is_told_of_no_more() {
    let practice = Practice::reachable().await;
    let _desktop = practice.desktop().await;
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(20).await;
    practice.house.report("participant_left", "ivan").await;
    practice.house.later(20).await;
    practice.house.later(60).await;
    assert_eq!(practice.alerts().await, 0, "gone before anybody was told");
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(60).await;
    practice.sent().await;
    practice.house.report("participant_left", "ivan").await;
    practice.house.later(20).await;
    assert_eq!(practice.changed().await, "The client has left. The consultation is at 12:00.");
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn what_waits_to_be_sent_is_not_sent_after_an_answer() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    assert_eq!(practice.answer(&talk, json!({"answer": "cannot"})).await, StatusCode::OK);
    practice.house.later(10).await;
    practice.house.later(10).await;
    let states = practice.deliveries("alert").await;
    assert!(states.iter().all(|(state, _)| state != "waiting"), "dropped, or with its sender before");
    practice.house.later(900).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn a_blocked_bot_is_told_of_and_left_alone() {
    let practice = Practice::reachable().await;
    let before = practice.count("reach_changed").await;
    practice.house.in_chat(What::Stopped { chat: CHAT.into(), blocked: true }).await;
    assert!(practice.reach().await.telegram.expect("a chat").blocked);
    assert_eq!(practice.count("reach_changed").await, before + 1);
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(120).await;
    assert_eq!(practice.alerts().await, 0);
    practice.house.in_chat(What::Resumed { chat: CHAT.into() }).await;
    practice.house.later(1).await;
    assert_eq!(practice.alerts().await, 1, "who still waits is told of");
}

#[tokio::test]
async fn quiet_hours_keep_back_waiting_clients_only_where_it_was_chosen() {
    for (even_clients, alerts) in [(false, 1), (true, 0)] {
        let practice = Practice::reachable().await;
        let chosen = json!({"after_seconds": 30, "quiet_from": "11:00", "quiet_to": "13:00", "timezone": "UTC",
            "quiet_even_clients": even_clients});
        assert_eq!(practice.send(Method::PUT, "/api/reach", chosen).await.status(), StatusCode::OK);
        let _desktop = practice.desktop().await;
        practice.house.plan().await;
        practice.house.report("participant_joined", "ivan").await;
        practice.house.later(30).await;
        assert_eq!(practice.alerts().await, alerts, "{even_clients}");
    }
}

#[tokio::test]
async fn a_restart_between_the_alert_and_its_answer_changes_nothing() {
    let mut practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    practice.sent().await;
    practice.house.restart().await;
    practice.house.later(60).await;
    assert_eq!(practice.alerts().await, 1);
    assert_eq!(practice.pressed(CHAT, "p1", button("coming", &talk)).await, "You answered: “I’m coming”.");
    assert_eq!(practice.changed().await, "You answered: “I’m coming”. The consultation is at 12:00.");
    assert!(practice.reach().await.telegram.expect("a chat").confirmed);
}

/// A consultation at noon whose room reports nobody, and its client's page, which is open.
async fn waits_on_a_page(practice: &Practice, link: &str) -> (Conference, String) {
    let body = json!({"client": "Ivan", "start_date": "2026-12-23", "start_time": "12:00", "timezone": "UTC",
        "provider": "telemost", "link": link});
    let talk: Conference = practice.send(Method::POST, "/api/conferences", body).await.json().await.expect("a consultation");
    let link = talk.invite_link.clone().expect("a page");
    let page = link.strip_prefix("https://events.example.org").expect("ours").to_owned();
    is_here(practice, &page).await;
    (talk, page)
}

async fn is_here(practice: &Practice, page: &str) {
    let said =
        practice.house.http.post(practice.house.url(&format!("{page}/here"))).body(json!({"visit": "visit-one"}).to_string());
    assert_eq!(said.send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_press_on_join_outlives_a_restart() {
    let mut practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(2).await;
    practice.ask(Method::POST, &format!("/api/conferences/{}/pressed-join", talk.id)).await;
    practice.house.restart().await;
    practice.house.later(30).await;
    practice.house.later(30).await;
    assert_eq!(practice.alerts().await, 0, "as before the restart");
    practice.house.later(30).await;
    assert_eq!(practice.alerts().await, 1, "whoever pressed and did not come is told");
}

#[tokio::test]
async fn a_press_on_the_join_of_a_room_that_reports_nobody_outlives_a_restart() {
    let mut practice = Practice::open_with(|config| config.practice.public_url = "https://events.example.org".to_owned()).await;
    practice.started(CHAT, Some(practice.code().await)).await;
    assert_eq!(practice.ask(Method::POST, "/api/reach/telegram/confirm").await.status(), StatusCode::OK);
    let (pressed, its_page) = waits_on_a_page(&practice, "https://telemost.example/j/1234567890").await;
    let (other, other_page) = waits_on_a_page(&practice, "https://telemost.example/j/1234567891").await;
    practice.house.later(2).await;
    practice.ask(Method::POST, &format!("/api/conferences/{}/pressed-join", pressed.id)).await;
    practice.house.restart().await;
    for page in [&its_page, &other_page] {
        is_here(&practice, page).await;
    }
    practice.house.later(30).await;
    let events = practice.house.events(TOKEN).await;
    let told: Vec<_> = events.iter().filter(|event| event.kind == "escalated").map(|event| event.consultation).collect();
    assert_eq!(told, [Some(other.id)]);
}
