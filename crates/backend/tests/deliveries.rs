//! What goes out to clients: once, in time, and told when it did not. By a clock that the test moves, over restarts and kills.

mod house;

use house::messenger::{Day, FakeMessenger};
use house::{ADMIN, House, TOKEN};
use kabinet_api::{Deliveries, DeliveryJson, EventJson};
use kabinet_domain::Channel;
use kabinet_providers::messengers::SendError;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PHONE: &str = "79001234567";
const ID: &str = "0198f100-0000-7000-8000-000000000007";

async fn house(messenger: &Arc<FakeMessenger>) -> House {
    let messenger = Arc::clone(messenger);
    House::open_with(|config| config.messengers = vec![messenger]).await
}

/// At 15:00, three hours from now.
fn consultation() -> Value {
    json!({"id": ID, "client": "Иван", "start_date": "2026-12-23", "start_time": "15:00", "timezone": "UTC",
        "link": "https://meet.example.org/a-room", "contact": {"channel": "whatsapp", "phone": "8 900 123-45-67"}})
}

#[expect(clippy::needless_pass_by_value, reason = "the calls stay readable")]
fn with(mut body: Value, more: Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

async fn plan(house: &House, body: &Value) {
    let answer = house.ask(Method::POST, "/api/conferences", TOKEN).json(body).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
}

async fn edit(house: &House, body: &Value) {
    let path = format!("/api/conferences/{ID}");
    let answer = house.ask(Method::PUT, &path, TOKEN).json(body).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
}

/// Asks for something to be sent; the status, and the answer.
async fn send(house: &House, body: Value) -> (StatusCode, Value) {
    let path = format!("/api/conferences/{ID}/messages");
    let answer = house.ask(Method::POST, &path, TOKEN).json(&body).send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn deliveries(house: &House) -> Vec<DeliveryJson> {
    let path = format!("/api/conferences/{ID}/deliveries");
    let answer = house.ask(Method::GET, &path, ADMIN).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json::<Deliveries>().await.expect("deliveries").deliveries
}

fn states(deliveries: &[DeliveryJson]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.state.as_str()).collect()
}

/// Waits until deliveries are as expected; each of their steps is an event, so it is looked again with each event.
async fn until(house: &House, expected: &[&str]) -> Vec<DeliveryJson> {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut after = 0;
    loop {
        let found = deliveries(house).await;
        if states(&found) == expected {
            return found;
        }
        assert!(Instant::now() < deadline, "{:?} and not {expected:?}", states(&found));
        after = house.page(ADMIN, &format!("after={after}&wait=1")).await.cursor;
    }
}

async fn failures(house: &House) -> Vec<(String, Option<String>)> {
    let told = |event: EventJson| event.delivery.filter(|_| event.kind == "delivery_failed");
    house.events(TOKEN).await.into_iter().filter_map(told).map(|news| (news.state, news.code)).collect()
}

#[tokio::test]
async fn a_link_goes_out_once_however_often_it_is_asked_for() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let mut house = house(&messenger).await;
    plan(&house, &consultation()).await;
    let link = json!({"id": Uuid::from_u128(1), "purpose": "link"});
    let (status, sent) = send(&house, link.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{sent}");
    let (status, again) = send(&house, link.clone()).await;
    assert_eq!((status, &again["id"]), (StatusCode::OK, &sent["id"]));
    until(&house, &["sent"]).await;
    house.restart().await;
    assert_eq!(send(&house, link).await.0, StatusCode::OK);
    let (status, taken) = send(&house, json!({"id": Uuid::from_u128(1), "purpose": "message", "text": "Жду вас"})).await;
    assert_eq!((status, taken["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("id_taken")));
    let message = json!({"id": Uuid::from_u128(2), "purpose": "message", "text": "Жду вас"});
    assert_eq!(send(&house, message.clone()).await.0, StatusCode::CREATED);
    until(&house, &["sent", "sent"]).await;
    assert_eq!(send(&house, message.clone()).await.0, StatusCode::OK, "the same is the same");
    let (status, taken) = send(&house, with(message, json!({"text": "Не жду вас"}))).await;
    assert_eq!((status, taken["error"]["code"].as_str()), (StatusCode::CONFLICT, Some("id_taken")), "another text is not");
    let written = messenger.written();
    assert_eq!(written.len(), 2);
    assert!(written.iter().all(|one| one.to == PHONE && !one.text.contains("Иван")));
    assert!(written[0].text.contains("https://meet.example.org/a-room") && written[0].text.contains("15:00 (UTC)"));
    assert_eq!(written[1].text, "Жду вас");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_its_reason() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let telegram = FakeMessenger::new(Channel::Telegram);
    let passed: Vec<Arc<dyn kabinet_providers::messengers::Messenger>> = vec![messenger.clone(), telegram];
    let house = House::open_with(|config| config.messengers = passed).await;
    plan(&house, &with(consultation(), json!({"contact": null}))).await;
    let refused = async |body: Value| {
        let (status, answer) = send(&house, with(body, json!({"id": Uuid::from_u128(3)}))).await;
        (status.as_u16(), answer["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let check = async |body: Value, status: u16, code: &str| assert_eq!(refused(body).await, (status, code.to_owned()));
    check(json!({"purpose": "link"}), 409, "no_channel").await;
    check(json!({"purpose": "link", "channel": "email"}), 409, "no_channel").await;
    check(json!({"purpose": "link", "channel": "whatsapp"}), 409, "no_phone").await;
    check(json!({"purpose": "link", "channel": "max"}), 409, "channel_not_connected").await;
    check(json!({"purpose": "link", "channel": "telegram"}), 409, "not_bound").await;
    check(json!({"purpose": "link", "channel": "pigeon"}), 400, "invalid_field").await;
    check(json!({"purpose": "alert"}), 400, "invalid_field").await;
    check(json!({"purpose": "message", "text": " \n"}), 400, "empty_text").await;
    check(json!({"purpose": "message", "text": "я".repeat(4_001)}), 400, "text_too_long").await;
    edit(&house, &with(consultation(), json!({"status": "cancelled"}))).await;
    check(json!({"purpose": "link"}), 409, "not_planned").await;
    assert!(deliveries(&house).await.is_empty());
    for (wrong, field) in [
        (json!({"contact": {"channel": "pigeon"}}), "contact.channel"),
        (json!({"contact": {"channel": "max", "phone": "12"}}), "contact.phone"),
        (json!({"contact": {"channel": "email", "email": "nobody"}}), "contact.email"),
        (json!({"contact": {"channel": "max", "language": "de"}}), "contact.language"),
        (json!({"reminders": [60, 60]}), "reminders"),
        (json!({"reminders": [0]}), "reminders"),
    ] {
        let body = with(consultation(), with(wrong, json!({"id": Uuid::from_u128(9)})));
        let answer = house.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.json::<Value>().await.expect("JSON")["error"]["field"], field);
    }
}

#[tokio::test]
async fn a_reminder_goes_out_at_its_time_once_over_edits_and_restarts() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let mut house = house(&messenger).await;
    let body = with(consultation(), json!({"reminders": [60]}));
    plan(&house, &body).await;
    // One device renames it, another makes it longer.
    edit(&house, &with(body.clone(), json!({"name": "Первая"}))).await;
    edit(&house, &with(body.clone(), json!({"duration": 90}))).await;
    house.restart().await;
    until(&house, &["waiting"]).await;
    house.later(2 * 3600).await;
    let sent = until(&house, &["sent"]).await;
    assert_eq!((sent[0].purpose.as_str(), sent[0].attempts), ("reminder", 1));
    edit(&house, &with(body.clone(), json!({"name": "Вторая"}))).await;
    house.restart().await;
    edit(&house, &body).await;
    house.later(1800).await;
    let (status, _) = send(&house, json!({"id": Uuid::from_u128(1), "purpose": "message", "text": "скоро начнём"})).await;
    assert_eq!(status, StatusCode::CREATED);
    until(&house, &["sent", "sent"]).await;
    let texts: Vec<String> = messenger.written().into_iter().map(|one| one.text).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("через час") && texts[0].contains("15:00 (UTC)"), "{texts:?}");
}

#[tokio::test]
async fn a_move_takes_its_reminder_along_and_its_undoing_brings_the_first_one_back() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = house(&messenger).await;
    let body = with(consultation(), json!({"reminders": [60]}));
    plan(&house, &body).await;
    edit(&house, &with(body.clone(), json!({"start_time": "17:00"}))).await;
    assert_eq!(states(&deliveries(&house).await), ["dropped", "waiting"]);
    edit(&house, &body).await;
    assert_eq!(states(&deliveries(&house).await), ["waiting", "dropped"]);
    house.later(2 * 3600).await;
    until(&house, &["sent", "dropped"]).await;
    house.later(2 * 3600).await;
    edit(&house, &with(body, json!({"status": "finished"}))).await;
    assert_eq!(states(&deliveries(&house).await), ["sent", "dropped"]);
    assert_eq!(messenger.written().len(), 1);
}

#[tokio::test]
async fn nobody_is_reminded_of_what_is_cancelled_or_gone() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = house(&messenger).await;
    let body = with(consultation(), json!({"reminders": [60, 30]}));
    plan(&house, &body).await;
    edit(&house, &with(body.clone(), json!({"status": "cancelled"}))).await;
    house.later(2 * 3600).await;
    assert_eq!(states(&deliveries(&house).await), ["dropped", "dropped"]);
    edit(&house, &body).await;
    until(&house, &["sent", "waiting"]).await;
    let path = format!("/api/conferences/{ID}");
    let gone = house.ask(Method::DELETE, &path, TOKEN).send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    house.later(1800).await;
    let all = house.ask(Method::GET, "/api/deliveries?state=dropped", ADMIN).send().await.expect("an answer");
    assert_eq!(all.json::<Deliveries>().await.expect("deliveries").deliveries.len(), 1);
    assert_eq!(messenger.written().len(), 1);
}

#[tokio::test]
async fn what_was_due_while_everything_was_down_is_sent_once_if_it_is_still_of_use() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let mut house = house(&messenger).await;
    plan(&house, &with(consultation(), json!({"reminders": [120, 60]}))).await;
    house.down_for(2 * 3600 + 1800).await;
    until(&house, &["dropped", "sent"]).await;
    let written = messenger.wrote(1).await;
    assert_eq!(written.len(), 1, "two reminders at once would be one too many");
    assert!(written[0].text.contains("через 30 минут"), "{}", written[0].text);
    let codes: Vec<_> = deliveries(&house).await.into_iter().map(|delivery| delivery.code).collect();
    assert_eq!(codes, [Some("expired".to_owned()), None]);
}

#[tokio::test]
async fn a_reminder_of_a_session_that_has_begun_is_not_sent() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let mut house = house(&messenger).await;
    plan(&house, &with(consultation(), json!({"reminders": [60]}))).await;
    house.down_for(3 * 3600).await;
    let dropped = until(&house, &["dropped"]).await;
    assert_eq!(dropped[0].code.as_deref(), Some("expired"));
    assert!(messenger.written().is_empty());
    assert!(failures(&house).await.is_empty(), "nobody could have done anything");
}

/// A link that has gone out when everything is killed before that is written down.
async fn killed_while_sending(messenger: &Arc<FakeMessenger>) -> House {
    let mut house = house(messenger).await;
    plan(&house, &consultation()).await;
    let runtime = house.restart_to_be_killed().await;
    messenger.will(Day::NoAnswer);
    assert_eq!(send(&house, json!({"id": Uuid::from_u128(1), "purpose": "link"})).await.0, StatusCode::CREATED);
    messenger.wrote(1).await;
    assert_eq!(states(&deliveries(&house).await), ["sending"]);
    house.kill_and_start(runtime).await;
    house
}

#[tokio::test]
async fn after_a_kill_a_messenger_that_remembers_is_believed() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = killed_while_sending(&messenger).await;
    until(&house, &["sent"]).await;
    assert_eq!(messenger.written().len(), 1);
    assert!(failures(&house).await.is_empty());
}

#[tokio::test]
async fn after_a_kill_what_nobody_can_tell_is_told_as_unsure_and_not_sent_again() {
    let messenger = FakeMessenger::forgetful(Channel::WhatsApp);
    let house = killed_while_sending(&messenger).await;
    until(&house, &["unsure"]).await;
    assert_eq!(messenger.written().len(), 1);
    assert_eq!(failures(&house).await, [("unsure".to_owned(), Some("unsure".to_owned()))]);
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_at_once() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = house(&messenger).await;
    plan(&house, &consultation()).await;
    messenger.will(Day::AnswerLost);
    send(&house, json!({"id": Uuid::from_u128(1), "purpose": "link"})).await;
    until(&house, &["sent"]).await;
    assert_eq!(messenger.written().len(), 1);
}

#[tokio::test]
async fn what_passes_is_tried_again_in_order() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = house(&messenger).await;
    plan(&house, &consultation()).await;
    messenger.will(Day::Refused(SendError::Unreachable));
    messenger.will(Day::Refused(SendError::Later { after: Some(Duration::from_secs(60)) }));
    send(&house, json!({"id": Uuid::from_u128(1), "purpose": "message", "text": "первое"})).await;
    until(&house, &["waiting"]).await;
    house.later(1).await;
    send(&house, json!({"id": Uuid::from_u128(2), "purpose": "message", "text": "второе"})).await;
    for attempts in [1, 2] {
        let deadline = Instant::now() + Duration::from_secs(30);
        while deliveries(&house).await[0].attempts < attempts {
            assert!(Instant::now() < deadline);
            house.later(1).await;
        }
    }
    assert!(messenger.written().is_empty());
    house.later(60).await;
    until(&house, &["sent", "sent"]).await;
    let texts: Vec<String> = messenger.written().into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["первое", "второе"]);
    assert!(failures(&house).await.is_empty());
}

#[tokio::test]
async fn what_does_not_pass_is_told_and_can_be_sent_again() {
    let messenger = FakeMessenger::new(Channel::WhatsApp);
    let house = house(&messenger).await;
    plan(&house, &consultation()).await;
    messenger.will(Day::Refused(SendError::NotRegistered));
    send(&house, json!({"id": Uuid::from_u128(1), "purpose": "link"})).await;
    until(&house, &["failed"]).await;
    assert_eq!(failures(&house).await, [("failed".to_owned(), Some("not_registered".to_owned()))]);
    let again = async |token: &str, id: Uuid| {
        let path = format!("/api/deliveries/{id}/resend");
        house.ask(Method::POST, &path, token).send().await.expect("an answer")
    };
    let (one, other) = tokio::join!(again(TOKEN, Uuid::from_u128(1)), again(ADMIN, Uuid::from_u128(1)));
    let mut statuses = [one.status(), other.status()];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT], "of two presses at once one sends");
    until(&house, &["sent"]).await;
    let refused = again(ADMIN, Uuid::from_u128(1)).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(refused.json::<Value>().await.expect("JSON")["error"]["code"], "not_resendable");
    assert_eq!(again(TOKEN, Uuid::from_u128(5)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(messenger.written().len(), 1);
}
