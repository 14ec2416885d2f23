//! Telegram's Bot API, as it is documented and on its bad days, against a server on this computer.

mod replay;

use kabinet_domain::delivery::{Button, Press};
use kabinet_domain::{SystemClock, Timestamp};
use kabinet_providers::http::{HttpSettings, Reach};
use kabinet_providers::messengers::{Connected, ListenError, Outgoing, SendError, Settled, Surroundings, What, open};
use kabinet_providers::registry::{ConnectionError, ConnectionSettings};
use proptest::prelude::*;
use replay::{Fixture, Reply, Server};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const TOKEN: &str = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
const SECRET: &str = "s3cret_Token-1";
const CHAT: &str = "5500000001";

fn fixture(name: &str) -> Fixture {
    Fixture::of("telegram", name)
}

fn reply(name: &str) -> Reply {
    fixture(name).reply()
}

fn surroundings() -> Surroundings {
    Surroundings { http: HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }, clock: Arc::new(SystemClock) }
}

fn settings(url: &str) -> ConnectionSettings {
    ConnectionSettings::from_iter([("bot_token", TOKEN), ("api_address", url), ("webhook_secret", SECRET)])
}

fn quiet() -> Connected {
    open("telegram", &settings("http://127.0.0.1:1"), &surroundings()).expect("it opens")
}

async fn serve(replies: impl IntoIterator<Item = Reply>) -> (Server, Connected) {
    let server = Server::start(replies).await;
    let connected = open("telegram", &settings(server.url.as_str()), &surroundings()).expect("it opens");
    (server, connected)
}

fn outgoing() -> Outgoing {
    Outgoing {
        to: CHAT.into(), text: "Клиент <ждёт> & *торопится*".into(), buttons: Vec::new(), silent: false
    }
}

fn button(label: &str, press: Press) -> Button {
    Button { label: label.into(), press }
}

fn now() -> Timestamp {
    "2026-12-23T12:00:00Z".parse().expect("a time")
}

#[tokio::test]
async fn a_text_goes_out_as_it_is_with_its_buttons() {
    let (server, connected) = serve([reply("send_message_200")]).await;
    let buttons = vec![
        button("Войти в комнату", Press::Address("https://video.example.org/konsultaciya-21noyabrya-k3f9x2".into())),
        button("Иду", Press::Data("a:coming".into())),
        button("Через 5 минут", Press::Data("a:late:5".into())),
        button("Не могу", Press::Data("a:cannot".into())),
        button("Потом", Press::Data("x".repeat(64))),
    ];
    let sent = connected.messenger.send(&Outgoing { buttons, silent: true, ..outgoing() }).await.expect("sent");
    assert_eq!((sent.id.as_str(), sent.chat.expect("a chat").reveal().as_str()), ("42", CHAT));
    assert_eq!(server.asked(), [fixture("send_message_200").asked()]);
    let data = |label: &str, data: &str| json!({"text": label, "callback_data": data});
    let body = json!({
        "chat_id": 5_500_000_001_i64, "text": "Клиент <ждёт> & *торопится*", "link_preview_options": {"is_disabled": true},
        "disable_notification": true,
        "reply_markup": {"inline_keyboard": [
            [{"text": "Войти в комнату", "url": "https://video.example.org/konsultaciya-21noyabrya-k3f9x2"}],
            [data("Иду", "a:coming"), data("Через 5 минут", "a:late:5"), data("Не могу", "a:cannot")],
            [data("Потом", &"x".repeat(64))],
        ]},
    });
    assert_eq!(server.heard()[0].json(), body);
}

#[rstest]
#[case("http://localhost:8080/room")]
#[case("https://localhost/room")]
#[case("http://video.example.org/room")]
#[case("https://192.0.2.7/room")]
#[tokio::test]
async fn an_address_that_no_button_may_have_stands_in_the_text(#[case] address: &str) {
    let (server, connected) = serve([reply("send_message_200")]).await;
    let buttons = vec![button("Войти", Press::Address(address.into()))];
    connected.messenger.send(&Outgoing { buttons, ..outgoing() }).await.expect("sent");
    let body = server.heard()[0].json();
    assert!(body["text"].as_str().expect("a text").ends_with(&format!("\n\nВойти: {address}")));
    assert!(body.get("reply_markup").is_none());
}

#[tokio::test]
async fn data_that_is_too_long_and_chats_that_are_none_are_not_sent() {
    let (server, connected) = serve([]).await;
    let buttons = vec![button("Иду", Press::Data("x".repeat(65)))];
    assert_eq!(connected.messenger.send(&Outgoing { buttons, ..outgoing() }).await, Err(SendError::Rejected));
    for to in ["", "@", "79001234567 ext 1", "anna"] {
        let message = Outgoing { to: to.into(), ..outgoing() };
        assert_eq!(connected.messenger.send(&message).await, Err(SendError::NotRegistered), "{to}");
    }
    assert!(server.asked().is_empty());
    let (server, connected) = serve([reply("send_message_200")]).await;
    connected.messenger.send(&Outgoing { to: "@practice".into(), ..outgoing() }).await.expect("sent");
    assert_eq!(server.heard()[0].json()["chat_id"], "@practice");
}

#[rstest]
#[case("send_message_400_chat_not_found", SendError::NotRegistered)]
#[case("send_message_400_empty", SendError::Rejected)]
#[case("send_message_400_too_long", SendError::Rejected)]
#[case("send_message_400_button_url", SendError::Rejected)]
#[case("send_message_400_entities", SendError::Rejected)]
#[case("send_message_400_migrated", SendError::Moved { to: "-1001234567890".into() })]
#[case("get_me_401", SendError::Unauthorized)]
#[case("unknown_method_404", SendError::Unauthorized)]
#[case("send_message_403_blocked", SendError::Blocked)]
#[case("send_message_403_deactivated", SendError::Blocked)]
#[case("send_message_403_never_started", SendError::NotRegistered)]
#[case("send_message_429", SendError::Later { after: Some(Duration::from_secs(7)) })]
#[case("send_message_502_html", SendError::Unreachable)]
#[tokio::test]
async fn refusals_are_put_in_few_classes_and_hold_no_secret(#[case] answer: &str, #[case] class: SendError) {
    let (_, connected) = serve([reply(answer)]).await;
    let error = connected.messenger.send(&outgoing()).await.expect_err("refused");
    assert_eq!(error, class);
    no_secret(&format!("{error} {error:?} {connected:?}"));
}

#[rstest]
#[case(Reply::of(429, json!({"ok": false, "error_code": 429})).with("retry-after", "9"), SendError::Later { after: Some(Duration::from_secs(9)) })]
#[case(Reply::html(504), SendError::Unreachable)]
#[case(Reply::html(403), SendError::Unreachable)]
#[case(Reply::of(200, "<html>a portal's page</html>"), SendError::Unsure)]
#[case(Reply::of(200, json!({"ok": true, "result": {}})), SendError::Unsure)]
#[case(Reply::HangUp, SendError::Unsure)]
#[case(Reply::CutShort, SendError::Unsure)]
#[tokio::test]
async fn bad_days_are_told_apart(#[case] answer: Reply, #[case] class: SendError) {
    let html504 = matches!(&answer, Reply::Answer { status: 504, .. });
    let (_, connected) = serve([answer]).await;
    let class = if html504 { SendError::Unsure } else { class };
    assert_eq!(connected.messenger.send(&outgoing()).await, Err(class));
}

#[tokio::test]
async fn whoever_does_not_listen_was_not_reached() {
    let error = quiet().messenger.send(&outgoing()).await.expect_err("nobody there");
    assert_eq!(error, SendError::Unreachable);
    assert_eq!(quiet().messenger.check().await, Err(SendError::Unreachable));
}

#[tokio::test]
async fn a_proxy_is_asked_in_the_place_of_the_server() {
    let proxy = Server::start([reply("get_me_200")]).await;
    let mut settings = settings("http://127.0.0.1:1");
    let mut address = proxy.url.clone();
    address.set_username("anna").and_then(|()| address.set_password(Some("proxy-password"))).expect("an address");
    settings.0.insert("proxy".into(), address.as_str().into());
    let connected = open("telegram", &settings, &surroundings()).expect("it opens");
    assert_eq!(connected.messenger.check().await, Ok(Some("example_consult_bot".into())));
    assert!(proxy.asked()[0].starts_with("POST http://127.0.0.1:1/bot123456:"), "it was asked as a proxy");
    assert!(!format!("{settings:?} {connected:?}").contains("proxy-password"));
}

#[tokio::test]
async fn a_bots_name_comes_from_its_check() {
    let (server, connected) = serve([reply("get_me_200"), reply("get_me_401")]).await;
    assert_eq!(connected.messenger.check().await, Ok(Some("example_consult_bot".into())));
    assert_eq!(connected.messenger.check().await, Err(SendError::Unauthorized));
    assert_eq!(server.asked()[0], fixture("get_me_200").asked());
}

#[tokio::test]
async fn what_was_sent_is_changed_and_says_so_already_is_fine() {
    let (server, connected) = serve([reply("edit_message_text_200"), reply("edit_message_text_400_not_modified")]).await;
    let message = Outgoing { text: "Клиент вошёл".into(), ..outgoing() };
    for _ in 0..2 {
        assert_eq!(connected.messenger.replace(&CHAT.into(), "42", &message).await, Ok(()));
    }
    let mut documented = fixture("edit_message_text_200").request["body"].clone();
    documented["link_preview_options"] = json!({"is_disabled": true});
    assert_eq!(server.heard()[0].json(), documented);
    assert_eq!(connected.messenger.replace(&CHAT.into(), "x", &message).await, Err(SendError::Rejected));
}

#[tokio::test]
async fn a_press_is_answered_and_one_that_is_too_old_is_fine() {
    let old =
        json!({"ok": false, "error_code": 400, "description": "Bad Request: query is too old and response timeout expired"});
    let (server, connected) = serve([Reply::of(200, json!({"ok": true, "result": true})), Reply::of(400, old)]).await;
    assert_eq!(connected.messenger.acknowledge("77", &"я".repeat(300)).await, Ok(()));
    assert_eq!(connected.messenger.acknowledge("77", "").await, Ok(()));
    assert_eq!(server.heard()[0].json(), json!({"callback_query_id": "77", "text": "я".repeat(200)}));
    assert_eq!(server.heard()[1].json(), json!({"callback_query_id": "77"}));
}

#[tokio::test]
async fn updates_are_read_from_where_they_were_taken() {
    let names =
        ["get_updates_200_start_payload", "get_updates_200_empty", "get_updates_409_webhook", "get_updates_409_two_pollers"];
    let (server, connected) = serve(names.map(reply)).await;
    let listener = &connected.listener;
    let given = listener.receive().await.expect("given");
    assert_eq!(given[0].receipt, 870_000_001);
    listener.take(870_000_001).await.expect("taken");
    // An older one does not lead back.
    listener.take(870_000_000).await.expect("taken");
    assert_eq!(listener.receive().await, Ok(Vec::new()));
    assert_eq!(listener.receive().await, Err(ListenError::CallsAnAddress));
    assert_eq!(listener.receive().await, Err(ListenError::SomebodyElse));
    let wanted = json!(["message", "callback_query", "my_chat_member"]);
    assert_eq!(server.heard()[0].json(), json!({"limit": 100, "timeout": 50, "allowed_updates": wanted}));
    assert_eq!(server.heard()[1].json(), json!({"limit": 100, "timeout": 50, "allowed_updates": wanted, "offset": 870_000_002}));
}

#[tokio::test]
async fn one_mode_is_picked_and_the_other_ended() {
    let address = Url::parse("https://events.example.org/hooks/telegram").expect("an address");
    let (server, connected) = serve([
        reply("set_webhook_200"),
        reply("set_webhook_200_already"),
        reply("set_webhook_400_port"),
        reply("set_webhook_429"),
    ])
    .await;
    let listener = &connected.listener;
    for _ in 0..2 {
        assert!(matches!(listener.call_at(Some(&address)).await, Ok(Settled::Changed { .. })));
    }
    assert_eq!(listener.call_at(Some(&address)).await, Err(ListenError::Failed(SendError::Rejected)));
    let later = SendError::Later { after: Some(Duration::from_secs(1)) };
    assert_eq!(listener.call_at(Some(&address)).await, Err(ListenError::Failed(later)));
    let mut documented = fixture("set_webhook_200").request["body"].clone();
    documented["allowed_updates"] = json!(["message", "callback_query", "my_chat_member"]);
    assert_eq!(server.heard()[0].json(), documented);

    let (server, connected) = serve([reply("get_webhook_info_200"), reply("delete_webhook_200")]).await;
    assert!(matches!(connected.listener.call_at(None).await, Ok(Settled::Changed { .. })));
    assert_eq!(server.heard()[1].json(), fixture("delete_webhook_200").request["body"]);
    let (server, connected) = serve([Reply::of(200, json!({"ok": true, "result": {"url": ""}}))]).await;
    assert_eq!(connected.listener.call_at(None).await, Ok(Settled::Already));
    assert_eq!(server.asked().len(), 1);
}

/// What an update comes to, in a line.
fn told(update: &Value) -> String {
    let Some(incoming) = quiet().listener.understand(update.to_string().as_bytes(), now()) else { return "none".to_owned() };
    match incoming.what {
        What::Started { chat, name, code } => format!("started {} {} {}", chat.reveal(), name.reveal(), code.unwrap_or_default()),
        What::Stopped { chat, blocked } => format!("stopped {} {blocked}", chat.reveal()),
        What::Resumed { chat } => format!("resumed {}", chat.reveal()),
        What::Pressed { chat, message, press, data } => format!("pressed {} {message} {press} {data}", chat.reveal()),
        What::Message { chat, phone: None, text, kind } => format!("{kind} {} {}", chat.reveal(), text.reveal()),
        other => format!("{other:?}"),
    }
}

#[test]
fn updates_are_understood() {
    let update = |name: &str, index: usize| fixture(name).response["body"]["result"][index].clone();
    let start = update("get_updates_200_start_payload", 0);
    assert_eq!(told(&start), "started 5500000001 Анна q3J8mZ1xTg6sVb0KcE5yLw");
    assert_eq!(told(&fixture("webhook_start_payload").request["body"]), told(&start));
    assert_eq!(told(&update("get_updates_200_start_bare_and_unknown", 0)), "started 5500000001 Анна ");
    assert_eq!(told(&update("get_updates_200_start_bare_and_unknown", 1)), "Other");
    assert_eq!(told(&update("get_updates_200_start_in_group", 0)), "Other");
    assert_eq!(told(&update("get_updates_200_blocked_by_user", 0)), "stopped 5500000001 true");
    assert_eq!(told(&fixture("webhook_blocked_by_user").request["body"]), "stopped 5500000001 true");
    let mut back = update("get_updates_200_blocked_by_user", 0);
    back["my_chat_member"]["new_chat_member"]["status"] = "member".into();
    assert_eq!(told(&back), "resumed 5500000001");

    let with = |change: Value| {
        let mut changed = start.clone();
        let message = changed["message"].as_object_mut().expect("an object");
        message.remove("text");
        message.extend(change.as_object().expect("an object").clone());
        changed
    };
    for (change, says) in [
        (json!({"text": "/stop"}), "stopped 5500000001 false"),
        (json!({"text": "/start не код"}), "started 5500000001 Анна "),
        (json!({"text": "/start@example_consult_bot abc"}), "started 5500000001 Анна abc"),
        (json!({"text": "Опоздаю"}), "text 5500000001 Опоздаю"),
        (json!({"text": "/startle"}), "text 5500000001 /startle"),
        (json!({"photo": [], "caption": "Экран"}), "image 5500000001 Экран"),
        (json!({"voice": {}}), "audio 5500000001 "),
        (json!({"video_note": {}}), "video 5500000001 "),
        (json!({"venue": {}, "location": {}}), "location 5500000001 "),
        (json!({"dice": {}}), "other 5500000001 "),
        (json!({"text": "x", "from": {"is_bot": true}}), "Other"),
        (json!({"text": "x", "chat": {"id": -1, "type": "supergroup"}}), "Other"),
    ] {
        assert_eq!(told(&with(change)), says);
    }
    let press = json!({"update_id": 7, "callback_query": {"id": "77", "from": {"id": 1, "is_bot": false},
        "message": {"message_id": 42, "chat": {"id": 5_500_000_001_i64, "type": "private"}, "date": 0}, "data": "a:coming"}});
    assert_eq!(told(&press), "pressed 5500000001 42 77 a:coming");
}

#[test]
fn the_same_update_has_the_same_key_and_names_nobody() {
    let sent = fixture("webhook_start_payload").sent();
    let incoming = quiet().listener.understand(&sent, now()).expect("understood");
    assert_eq!(incoming.key, "telegram|123456|870000001");
    let shown = format!("{incoming:?}");
    assert!(!shown.contains("Анна") && !shown.contains(CHAT), "{shown}");
}

#[rstest]
#[case("webhook_start_payload", true)]
#[case("webhook_start_payload_wrong_secret", false)]
fn a_call_proves_itself_by_its_secret(#[case] name: &str, #[case] proven: bool) {
    let headers = fixture(name).request["headers"].clone();
    let header = |name: &str| headers[name].as_str().map(str::to_owned);
    assert_eq!(quiet().listener.proves(&header), proven);
    let mut without = settings("http://127.0.0.1:1");
    without.0.remove("webhook_secret");
    let listener = open("telegram", &without, &surroundings()).expect("it opens").listener;
    assert!(!listener.proves(&header) && !listener.proves(&|_| Some(String::new())) && !listener.can_be_called());
}

#[test]
fn settings_that_cannot_be_used_are_named_and_not_quoted() {
    for (key, value) in [
        ("bot_token", ""),
        ("bot_token", "not-a-token"),
        ("bot_token", "123456:with/slash"),
        ("webhook_secret", "с пробелом и буквами"),
        ("api_address", "http://example.org"),
        ("proxy", "no proxy at all"),
    ] {
        let mut settings = settings("http://127.0.0.1:1");
        settings.0.insert(key.to_owned(), value.into());
        let error = open("telegram", &settings, &surroundings()).expect_err("refused");
        assert!(matches!(&error, ConnectionError::Missing { key: at } | ConnectionError::Unusable { key: at, .. } if *at == key));
        assert!(value.is_empty() || !replay::shown(&error).contains(value), "{key}");
    }
}

fn no_secret(shown: &str) {
    for secret in [TOKEN, "ABC-DEF1234ghIkl", SECRET, CHAT, "1001234567890"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

proptest! {
    #[test]
    fn whatever_is_sent_breaks_nothing(bytes in any::<Vec<u8>>(), number in any::<i64>(), text in "\\PC{0,40}", place in any::<prop::sample::Index>()) {
        let listener = quiet().listener;
        let _ = listener.understand(&bytes, now());
        let pointers = ["/update_id", "/message", "/message/chat", "/message/chat/id", "/message/chat/type", "/message/from", "/message/text", "/message/date"];
        for damage in [Value::Null, json!(number), json!(text), json!([text]), json!({"id": number, "type": "private"})] {
            let mut update: Value = serde_json::from_slice(&fixture("webhook_start_payload").sent()).expect("JSON");
            if let Some(slot) = update.pointer_mut(pointers[place.index(pointers.len())]) {
                *slot = damage;
            }
            if let Some(incoming) = listener.understand(update.to_string().as_bytes(), now()) {
                prop_assert!(incoming.at <= now());
            }
        }
    }
}
