//! GREEN-API, as it is documented and on its bad days, against a server on this computer.

mod replay;

use kabinet_domain::delivery::{Button, Press};
use kabinet_domain::{Channel, DeliveryState, SystemClock, Timestamp};
use kabinet_providers::http::{HttpSettings, Reach};
use kabinet_providers::messengers::{Connected, ListenError, Outgoing, SendError, Settled, Surroundings, What, messengers, open};
use kabinet_providers::registry::{ConnectionError, ConnectionSettings};
use proptest::prelude::*;
use replay::{Fixture, Reply, Server};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const INSTANCE: &str = "1101000001";
const TOKEN: &str = "d75b3a66374942c5b3c019c698abc2067e151558acbd412345";
const WEBHOOK_TOKEN: &str = "5f2b8c0d9e4a47b1";
const TEXT: &str =
    "Здравствуйте! Ваша консультация сегодня в 15:00. Ссылка для входа: https://video.example.org/konsultaciya-21noyabrya-k3f9x2";

fn fixture(name: &str) -> Fixture {
    Fixture::of("green-api", name)
}

fn reply(name: &str) -> Reply {
    fixture(name).reply()
}

fn surroundings() -> Surroundings {
    Surroundings { http: HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }, clock: Arc::new(SystemClock) }
}

fn settings(url: &str) -> ConnectionSettings {
    ConnectionSettings::from_iter([
        ("id_instance", INSTANCE),
        ("api_token_instance", TOKEN),
        ("api_url", url),
        ("webhook_token", WEBHOOK_TOKEN),
    ])
}

fn connect(id: &str, server: &Server) -> Connected {
    open(id, &settings(server.url.as_str()), &surroundings()).expect("it opens")
}

async fn serve(replies: impl IntoIterator<Item = Reply>) -> (Server, Connected) {
    let server = Server::start(replies).await;
    let connected = connect("green-api", &server);
    (server, connected)
}

fn outgoing(to: &str) -> Outgoing {
    Outgoing { to: to.into(), text: TEXT.into(), buttons: Vec::new(), silent: false }
}

fn now() -> Timestamp {
    "2026-12-23T12:00:00Z".parse().expect("a time")
}

#[tokio::test]
async fn a_message_goes_out_as_documented_and_a_number_is_asked_about_once() {
    let (server, connected) =
        serve([reply("check_whatsapp_200_true"), reply("send_message_200"), reply("send_message_200")]).await;
    for to in ["79001234568", "+7 900 123-45-68"] {
        let sent = connected.messenger.send(&outgoing(to)).await.expect("sent");
        assert_eq!(sent.id, "3EB0C767D097B7C7C030");
        assert_eq!(sent.chat.expect("a chat").reveal(), "79001234568@c.us");
    }
    let documented = fixture("send_message_200");
    assert_eq!(server.asked()[1..], [documented.asked(), documented.asked()]);
    assert_eq!(server.heard()[0].json(), fixture("check_whatsapp_200_true").request["body"]);
    assert_eq!(server.heard()[1].json(), documented.request["body"]);
}

#[tokio::test]
async fn a_person_known_by_another_id_is_still_written_to_by_phone_and_the_id_is_handed_on() {
    let (server, connected) = serve([reply("check_whatsapp_200_lid"), reply("send_message_200")]).await;
    let sent = connected.messenger.send(&outgoing("79001234568")).await.expect("sent");
    assert_eq!(sent.chat.expect("a chat").reveal(), "120650379300963@lid");
    assert_eq!(server.heard()[1].json()["chatId"], "79001234568@c.us");
}

#[tokio::test]
async fn nobody_under_a_number_is_told_before_anything_is_sent() {
    let (server, connected) = serve([reply("check_whatsapp_200_false")]).await;
    for _ in 0..2 {
        assert_eq!(connected.messenger.send(&outgoing("79001234568")).await, Err(SendError::NotRegistered));
    }
    for to in ["120363043968066561@g.us", "anna", ""] {
        assert_eq!(connected.messenger.send(&outgoing(to)).await, Err(SendError::NotRegistered));
    }
    assert_eq!(server.asked().len(), 1);
    let (_, connected) = serve([reply("check_whatsapp_400_bad_number")]).await;
    assert_eq!(connected.messenger.send(&outgoing("79001234568")).await, Err(SendError::NotRegistered));
}

#[tokio::test]
async fn used_up_checks_do_not_keep_a_message_back() {
    let (server, connected) = serve([reply("check_whatsapp_466_quota"), reply("send_message_200")]).await;
    assert!(connected.messenger.send(&outgoing("79001234568")).await.is_ok());
    assert_eq!(server.asked().len(), 2);
}

#[rstest]
#[case("get_state_200_starting", SendError::Later { after: Some(Duration::from_secs(20)) })]
#[case("get_state_200_not_authorized", SendError::NotSignedIn)]
#[case("get_state_200_authorized", SendError::NotSignedIn)]
#[tokio::test]
async fn an_account_that_starts_is_not_taken_for_one_that_is_signed_out(#[case] state: &str, #[case] class: SendError) {
    let either = json!({"message": "instance is starting or not authorized"});
    let (server, connected) = serve([Reply::of(400, either), reply(state)]).await;
    assert_eq!(connected.messenger.send(&outgoing("79001234568")).await, Err(class));
    assert_eq!(server.asked().len(), 2);
}

#[rstest]
#[case("send_message_400_starting", SendError::Later { after: Some(Duration::from_secs(20)) })]
#[case("send_message_400_not_authorized", SendError::NotSignedIn)]
#[case("send_message_400_expired", SendError::Restricted)]
#[case("send_message_400_bad_chat_id", SendError::Rejected)]
#[case("send_message_400_missing_chat_id", SendError::Rejected)]
#[case("send_message_400_too_long", SendError::Rejected)]
#[case("send_message_401_wrong_token", SendError::Unauthorized)]
#[case("send_message_403_wrong_instance", SendError::Unauthorized)]
#[case("get_state_404_wrong_host", SendError::Unauthorized)]
#[case("send_message_429", SendError::Later { after: Some(Duration::from_secs(1)) })]
#[case("send_message_466_correspondents", SendError::Quota)]
#[case("send_message_502", SendError::Unreachable)]
#[tokio::test]
async fn refusals_are_put_in_few_classes_and_hold_no_secret(#[case] answer: &str, #[case] class: SendError) {
    let (_, connected) = serve([reply("check_whatsapp_200_true"), reply(answer)]).await;
    let error = connected.messenger.send(&outgoing("79001234568")).await.expect_err("refused");
    assert_eq!(error, class);
    no_secret(&format!("{error} {error:?} {connected:?}"));
}

#[rstest]
#[case(400, json!({"message": "Your account is suspended"}), SendError::Restricted)]
#[case(403, json!("Your account is suspended"), SendError::Restricted)]
#[case(400, json!("yellowCard: sending is limited"), SendError::Restricted)]
#[case(400, json!("Instance is deleted"), SendError::Restricted)]
#[case(469, json!("User get contact info limit reached"), SendError::Later { after: Some(Duration::from_secs(3600)) })]
#[case(499, json!(""), SendError::Later { after: None })]
#[case(500, json!("Internal Server Error"), SendError::Unreachable)]
#[case(504, json!("Gateway Timeout"), SendError::Unsure)]
#[case(200, json!({}), SendError::Unsure)]
#[tokio::test]
async fn other_refusals_too(#[case] status: u16, #[case] body: Value, #[case] class: SendError) {
    let (_, connected) = serve([reply("check_whatsapp_200_true"), Reply::of(status, body)]).await;
    assert_eq!(connected.messenger.send(&outgoing("79001234568")).await, Err(class));
}

#[rstest]
#[case(Reply::HangUp)]
#[case(Reply::CutShort)]
#[tokio::test]
async fn a_lost_answer_may_have_been_a_sent_message(#[case] lost: Reply) {
    let (_, connected) = serve([reply("check_whatsapp_200_true"), lost]).await;
    assert_eq!(connected.messenger.send(&outgoing("79001234568")).await, Err(SendError::Unsure));
}

#[tokio::test]
async fn whoever_does_not_listen_was_not_reached() {
    let connected = open("green-api", &settings("http://127.0.0.1:1"), &surroundings()).expect("it opens");
    let error = connected.messenger.send(&outgoing("79001234568")).await.expect_err("nobody there");
    assert_eq!(error, SendError::Unreachable);
    assert_eq!(connected.messenger.check().await, Err(SendError::Unreachable));
}

#[tokio::test]
async fn a_redirection_is_not_followed_with_the_token_in_the_address() {
    let elsewhere = Server::start([reply("send_message_200")]).await;
    let moved = Reply::of(307, "").with("location", elsewhere.url.as_str());
    let (_, connected) = serve([reply("check_whatsapp_200_true"), moved]).await;
    assert_eq!(connected.messenger.send(&outgoing("79001234568")).await, Err(SendError::Unreachable));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_sent_message_is_found_again_in_the_journal_or_the_queue() {
    let journalled = |text: &str, at: i64| {
        json!([{"type": "outgoing", "idMessage": "3EB0A", "timestamp": at, "typeMessage": "extendedTextMessage",
            "chatId": "79001234568@c.us", "extendedTextMessage": {"text": text}},
            {"type": "outgoing", "idMessage": "X", "typeMessage": "imageMessage", "chatId": "79001234568@c.us"}])
    };
    let since = now() - chrono::Duration::minutes(5);
    let sent = |replies: [Reply; 2]| async move {
        let (_, connected) = serve([reply("check_whatsapp_200_true")].into_iter().chain(replies)).await;
        connected.messenger.was_sent(&outgoing("79001234568"), since).await.map(|sent| sent.id)
    };
    let queue = || reply("show_messages_queue_200");
    let empty = || Reply::of(200, json!([]));
    let new = || Reply::of(200, journalled(TEXT, since.timestamp()));
    // What leaves the queue while it is asked about stands in the journal by then, and not the other way round.
    assert_eq!(sent([empty(), new()]).await.as_deref(), Some("3EB0A"));
    assert_eq!(sent([queue(), empty()]).await.as_deref(), Some("3EB0C767D097B7C7C030"));
    let old = Reply::of(200, journalled(TEXT, since.timestamp() - 3600));
    assert_eq!(sent([empty(), old]).await, None);
    let other = Reply::of(200, journalled("Другое", since.timestamp()));
    assert_eq!(sent([empty(), other]).await, None);
    assert_eq!(sent([Reply::of(502, "Bad Gateway"), new()]).await.as_deref(), Some("3EB0A"));
}

#[tokio::test]
async fn an_address_that_a_button_would_open_stands_in_the_text() {
    let (server, connected) = serve([reply("check_whatsapp_200_true"), reply("send_message_200")]).await;
    let button = |label: &str, press| Button { label: label.into(), press };
    let message = Outgoing {
        text: "Вас ждут".into(),
        buttons: vec![
            button("Войти", Press::Address("https://k.example.org/w/x".into())),
            button("Иду", Press::Data("answer".into())),
        ],
        ..outgoing("79001234568")
    };
    connected.messenger.send(&message).await.expect("sent");
    assert_eq!(server.heard()[1].json()["message"], "Вас ждут\n\nВойти: https://k.example.org/w/x");
}

#[rstest]
#[case("get_state_200_authorized", Ok(None))]
#[case("get_state_200_not_authorized", Err(SendError::NotSignedIn))]
#[case("get_state_200_blocked", Err(SendError::Restricted))]
#[case("get_state_200_suspended", Err(SendError::Restricted))]
#[case("get_state_200_yellow_card", Err(SendError::Restricted))]
#[case("get_state_200_starting", Err(SendError::Later { after: Some(Duration::from_secs(20)) }))]
#[case("get_state_200_null", Err(SendError::Later { after: Some(Duration::from_secs(20)) }))]
#[case("get_state_404_wrong_host", Err(SendError::Unauthorized))]
#[tokio::test]
async fn the_state_says_whether_it_works(#[case] answer: &str, #[case] says: Result<Option<String>, SendError>) {
    let (server, connected) = serve([reply(answer)]).await;
    assert_eq!(connected.messenger.check().await, says);
    assert_eq!(server.asked(), [fixture("get_state_200_authorized").asked()]);
}

#[tokio::test]
async fn max_is_written_to_by_its_own_chat_ids() {
    let server = Server::start([
        Reply::of(200, json!({"exist": true, "chatId": "10000000"})),
        reply("send_message_200"),
        reply("send_message_200"),
        Reply::of(200, json!({"exist": false})),
        Reply::of(200, json!({"status": false, "reason": "instance is starting or not authorized"})),
        reply("get_state_200_not_authorized"),
    ])
    .await;
    let max = connect("green-api-max", &server).messenger;
    assert_eq!(max.channel(), Channel::Max);
    for to in ["79001234568", "10000000"] {
        assert_eq!(max.send(&outgoing(to)).await.expect("sent").chat.expect("a chat").reveal(), "10000000");
    }
    assert_eq!(max.send(&outgoing("79001234569")).await, Err(SendError::NotRegistered));
    assert_eq!(max.send(&outgoing("79001234570")).await, Err(SendError::NotSignedIn));
    let heard = server.heard();
    assert!(heard[0].asked.contains("/checkAccount/"));
    assert_eq!((heard[1].json()["chatId"].clone(), heard[2].json()["chatId"].clone()), (json!("10000000"), json!("10000000")));
}

#[tokio::test]
async fn only_settings_that_differ_are_set_and_none_when_all_are_right() {
    let address = Url::parse("https://events.example.org/hooks/green-api").expect("an address");
    let (server, connected) = serve([reply("get_settings_200")]).await;
    assert_eq!(connected.listener.call_at(Some(&address)).await, Ok(Settled::Already));
    assert_eq!(server.asked(), [fixture("get_settings_200").asked()]);

    let mut settings = fixture("get_settings_200").response["body"].clone();
    settings["webhookUrl"] = "".into();
    settings["incomingWebhook"] = "no".into();
    settings["editedMessageWebhook"] = "no".into();
    settings.as_object_mut().expect("an object").remove("deletedMessageWebhook");
    let (server, connected) = serve([Reply::of(200, settings), reply("set_settings_200")]).await;
    assert_eq!(connected.listener.call_at(Some(&address)).await, Ok(Settled::Changed { within: Duration::from_secs(300) }));
    let set = json!({"webhookUrl": address.as_str(), "incomingWebhook": "yes", "editedMessageWebhook": "yes"});
    assert_eq!(server.heard()[1].json(), set);

    let (server, connected) = serve([reply("get_settings_200"), reply("set_settings_200_detach")]).await;
    assert!(matches!(connected.listener.call_at(None).await, Ok(Settled::Changed { .. })));
    assert_eq!(server.heard()[1].json(), json!({"webhookUrl": ""}));

    let (_, connected) = serve([reply("get_settings_200"), reply("set_settings_400_unknown_field")]).await;
    assert_eq!(connected.listener.call_at(None).await, Err(ListenError::Failed(SendError::Rejected)));
}

#[tokio::test]
async fn notifications_are_read_one_by_one_and_deleted() {
    let replies = [
        "receive_notification_200_null",
        "receive_notification_200_text",
        "delete_notification_200_true",
        "delete_notification_200_false",
    ]
    .map(reply);
    let poison = Reply::of(200, json!({"receiptId": 7}));
    let (server, connected) =
        serve(replies.into_iter().chain([Reply::of(200, ""), poison, reply("receive_notification_400_webhook_set")])).await;
    let listener = &connected.listener;
    assert_eq!(listener.receive().await, Ok(Vec::new()));
    let given = listener.receive().await.expect("given");
    assert_eq!(given[0].receipt, 1_234_567);
    let incoming = listener.understand(given[0].body.reveal().as_bytes(), now()).expect("understood");
    assert!(matches!(incoming.what, What::Message { .. }));
    assert_eq!(listener.take(1_234_567).await, Ok(()));
    assert_eq!(listener.take(1_234_567).await, Ok(()));
    assert!(server.asked()[2].starts_with("DELETE ") && server.asked()[2].ends_with("/1234567"));
    assert_eq!(listener.receive().await, Ok(Vec::new()));
    let given = listener.receive().await.expect("given");
    assert_eq!((given[0].receipt, listener.understand(given[0].body.reveal().as_bytes(), now())), (7, None));
    let error = listener.receive().await.expect_err("a webhook is set");
    assert_eq!((error.code(), &error), ("webhook_set", &ListenError::CallsAnAddress));
}

/// What a webhook comes to, in a line.
fn told(name: &str, id: &str) -> String {
    let server = "http://127.0.0.1:1";
    let listener = open(id, &settings(server), &surroundings()).expect("it opens").listener;
    let Some(incoming) = listener.understand(&fixture(name).sent(), now()) else { return "not ours".to_owned() };
    match incoming.what {
        What::Message { chat, phone, text, kind } => {
            let phone = phone.map(kabinet_domain::Sensitive::into_inner).unwrap_or_default();
            format!("{kind} {} [{phone}] {}", chat.reveal(), text.reveal())
        }
        What::Status { id, state, code } => format!("{id} {} {}", state.name(), code.unwrap_or_default()),
        What::Account { usable, code } => format!("account {usable} {}", code.unwrap_or_default()),
        other => format!("{other:?}"),
    }
}

#[rstest]
#[case("webhook_incoming_text", "text 79001234568@c.us [79001234568] Добрый день! Я немного опоздаю.")]
#[case("webhook_incoming_text_minimal_sender", "text 79001234568@c.us [79001234568] Здравствуйте")]
#[case(
    "webhook_incoming_extended_text",
    "text 79001234568@c.us [79001234568] Не могу войти: https://video.example.org/konsultaciya-21noyabrya-k3f9x2"
)]
#[case("webhook_incoming_quoted", "text 79001234568@c.us [79001234568] Да, буду")]
#[case("webhook_incoming_edited", "text 79001234568@c.us [79001234568] Добрый день! Опоздаю на 10 минут.")]
#[case("webhook_incoming_deleted", "deleted 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_image", "image 79001234568@c.us [79001234568] Скриншот ошибки")]
#[case("webhook_incoming_audio", "audio 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_video", "video 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_document", "document 79001234568@c.us [79001234568] Анкета.pdf")]
#[case("webhook_incoming_sticker", "sticker 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_location", "location 79001234568@c.us [79001234568] Кабинет, Пермь, ул. Ленина, 1")]
#[case("webhook_incoming_contact", "contact 79001234568@c.us [79001234568] Иван")]
#[case("webhook_incoming_swe001", "unreadable 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_swe002", "unreadable 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_swe003", "unreadable 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_unknown_type", "other 79001234568@c.us [79001234568] ")]
#[case("webhook_incoming_lid_chat", "text 120650379300963@lid [] Это я, пишу с нового номера")]
#[case("webhook_incoming_group", "Other")]
#[case("webhook_incoming_reaction", "Other")]
#[case("webhook_incoming_call", "Other")]
#[case("webhook_outgoing_api", "Other")]
#[case("webhook_outgoing_phone", "Other")]
#[case("webhook_incoming_text_vendor_sample", "not ours")]
#[case("webhook_status_sent", "3EB0C767D097B7C7C030 sent ")]
#[case("webhook_status_delivered", "3EB0C767D097B7C7C030 delivered ")]
#[case("webhook_status_read", "3EB0C767D097B7C7C030 read ")]
#[case("webhook_status_failed", "3EB0C767D097B7C7C030 failed rejected")]
#[case("webhook_status_no_account", "3EB0608D6A2901063D63 failed not_registered")]
#[case("webhook_state_authorized", "account true ")]
#[case("webhook_state_not_authorized", "account false not_signed_in")]
#[case("webhook_state_blocked", "account false restricted")]
#[case("webhook_state_suspended", "account false restricted")]
#[case("webhook_state_yellow_card", "account false restricted")]
#[case("webhook_state_starting", "account false later")]
#[case("webhook_quota_exceeded", "account false quota")]
fn every_webhook_is_understood(#[case] name: &str, #[case] says: &str) {
    assert_eq!(told(name, "green-api"), says);
}

#[test]
fn every_webhook_that_was_gathered_is_looked_at() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/green-api");
    let listener = open("green-api", &settings("http://127.0.0.1:1"), &surroundings()).expect("it opens").listener;
    let names = std::fs::read_dir(folder).expect("the fixtures").map(|entry| entry.expect("an entry").file_name());
    for name in names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.starts_with("webhook_")) {
        let sent = fixture(name.trim_end_matches(".json")).sent();
        if let Some(incoming) = listener.understand(&sent, now()) {
            assert!(incoming.at <= now());
            // Keys are kept as they are, so they must name nobody.
            assert!(!incoming.key.contains("79001234568"), "{name}");
            assert!(!format!("{incoming:?}").contains("79001234568"), "{name}");
        }
    }
}

#[test]
fn the_same_twice_has_the_same_key_and_each_state_its_own() {
    let listener = open("green-api", &settings("http://127.0.0.1:1"), &surroundings()).expect("it opens").listener;
    let key = |name: &str, now| listener.understand(&fixture(name).sent(), now).expect("understood").key;
    let keys = [
        "webhook_status_sent",
        "webhook_status_delivered",
        "webhook_status_read",
        "webhook_incoming_text",
        "webhook_state_blocked",
        "webhook_state_starting",
    ];
    let all: std::collections::HashSet<_> = keys.iter().map(|name| key(name, now())).collect();
    assert_eq!(all.len(), keys.len());
    for name in keys {
        // Also where its sender's clock is ahead of ours.
        let early = Timestamp::from_timestamp(1, 0).expect("a time");
        assert_eq!(key(name, now()), key(name, early));
    }
}

#[rstest]
#[case("webhook_incoming_text", true)]
#[case("webhook_incoming_wrong_token", false)]
#[case("webhook_incoming_no_token", false)]
fn a_call_proves_itself_by_its_token(#[case] name: &str, #[case] proven: bool) {
    let listener = open("green-api", &settings("http://127.0.0.1:1"), &surroundings()).expect("it opens").listener;
    let headers = fixture(name).request["headers"].clone();
    assert_eq!(listener.proves(&|name| headers[name].as_str().map(str::to_owned)), proven);
}

#[test]
fn a_bare_token_will_do_and_no_token_lets_nobody_in() {
    let with = |settings: &ConnectionSettings, value: &str| {
        let listener = open("green-api", settings, &surroundings()).expect("it opens").listener;
        let value = value.to_owned();
        listener.proves(&move |name| (name == "authorization").then(|| value.clone()))
    };
    let connected = settings("http://127.0.0.1:1");
    assert!(with(&connected, WEBHOOK_TOKEN) && with(&connected, &format!("bearer {WEBHOOK_TOKEN}")));
    assert!(!with(&connected, "") && !with(&connected, "Bearer ") && !with(&connected, "Basic x"));
    let mut without = settings("http://127.0.0.1:1");
    without.0.remove("webhook_token");
    for presented in ["", "Bearer", "Bearer ", "Bearer undefined", "undefined"] {
        assert!(!with(&without, presented), "{presented}");
    }
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let broken = |key: &str, value: &str| {
        let mut settings = settings("http://127.0.0.1:1");
        settings.0.insert(key.to_owned(), value.into());
        let error = open("green-api", &settings, &surroundings()).expect_err("refused");
        match &error {
            ConnectionError::Missing { key } | ConnectionError::Unusable { key, .. } => (*key).to_owned(),
            ConnectionError::UnknownProvider => String::new(),
        }
    };
    for (key, value) in [
        ("id_instance", ""),
        ("id_instance", "../x"),
        ("api_token_instance", ""),
        ("api_token_instance", "a/b"),
        ("api_url", "http://example.org"),
        ("webhook_token", "short"),
    ] {
        assert_eq!(broken(key, value), key);
    }
    let infos: Vec<_> = messengers().iter().map(|info| (info.id, info.channel)).collect();
    assert_eq!(infos, [("green-api", Channel::WhatsApp), ("green-api-max", Channel::Max), ("telegram", Channel::Telegram)]);
}

fn no_secret(shown: &str) {
    for secret in [TOKEN, WEBHOOK_TOKEN, "79001234568", "konsultaciya"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn rubbish() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,30}".prop_map(Value::from),
        prop::sample::select(vec!["7:3@c.us", "@lid", "1@g.us", ":@c.us", "{{SWE001}}", "sent"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}

proptest! {
    #[test]
    fn whatever_is_sent_breaks_nothing(bytes in any::<Vec<u8>>(), damage in rubbish(), place in any::<prop::sample::Index>(), which in any::<prop::sample::Index>()) {
        let listener = open("green-api", &settings("http://127.0.0.1:1"), &surroundings()).expect("it opens").listener;
        let _ = listener.understand(&bytes, now());
        let names = ["webhook_incoming_text", "webhook_status_sent", "webhook_state_blocked", "webhook_incoming_document", "webhook_incoming_location"];
        let mut body: Value = serde_json::from_slice(&fixture(names[which.index(names.len())]).sent()).expect("JSON");
        let pointers = ["/typeWebhook", "/instanceData", "/timestamp", "/idMessage", "/senderData", "/senderData/chatId", "/messageData", "/messageData/typeMessage", "/status", "/stateInstance"];
        if let Some(slot) = body.pointer_mut(pointers[place.index(pointers.len())]) {
            *slot = damage;
        }
        if let Some(incoming) = listener.understand(body.to_string().as_bytes(), now()) {
            let shown = format!("{incoming:?}");
            prop_assert!(!shown.contains("79001234568"), "{}", shown);
            if let What::Message { phone: Some(phone), .. } = &incoming.what {
                prop_assert!(phone.reveal().bytes().all(|byte| byte.is_ascii_digit()));
            }
            if let What::Status { state, .. } = incoming.what {
                prop_assert!(state != DeliveryState::Waiting);
            }
        }
    }
}
