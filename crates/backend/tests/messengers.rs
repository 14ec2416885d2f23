//! Messengers from outside: what they send is kept once, answered with nothing, and found in the thread it belongs to.

mod house;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode as Code;
use axum::response::{IntoResponse, Response as Answer};
use house::{House, TOKEN};
use kabinet_api::{Conference, Messages};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

const API_TOKEN: &str = "d75b3a66374942c5b3c019c698abc2067e151558acbd412345";
const BOT_TOKEN: &str = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
const WEBHOOK_TOKEN: &str = "5f2b8c0d9e4a47b1";
const SECRET: &str = "s3cret_Token-1";
const TEXT: &str = "Добрый день! Я немного опоздаю.";

fn fixture(folder: &str, name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/fixtures/{folder}/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the fixture")).expect("JSON")
}

/// Both services on one port: each method answers what it was told to, then what it says by default.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Said>>);

#[derive(Default)]
struct Said {
    asked: Vec<(String, Value)>,
    next: VecDeque<(&'static str, u16, Value)>,
    /// Somebody waited for an answer and gave up.
    given_up: bool,
}

/// The press that the bot is slow to take the acknowledgement of.
const SLOW: &str = "slow";

/// Says that nobody waits any more, unless the answer was given.
struct Waiting(Option<Fake>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(fake) = self.0.take() {
            fake.0.lock().expect("nobody panicked").given_up = true;
        }
    }
}

impl Fake {
    async fn start() -> (Self, String) {
        let fake = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        (fake, url)
    }

    fn next(&self, method: &'static str, status: u16, body: Value) {
        self.0.lock().expect("nobody panicked").next.push_back((method, status, body));
    }

    fn asked(&self, method: &str) -> Vec<Value> {
        let said = self.0.lock().expect("nobody panicked");
        said.asked.iter().filter(|(asked, _)| asked == method).map(|(_, body)| body.clone()).collect()
    }
}

/// A slow messenger answers when another press has been acknowledged.
async fn slowly(fake: &Fake) {
    let mut waiting = Waiting(Some(fake.clone()));
    for _ in 0..1000 {
        if fake.asked("answerCallbackQuery").iter().any(|asked| asked["callback_query_id"] != SLOW) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    waiting.0 = None;
}

async fn answer(State(fake): State<Fake>, request: Request) -> Answer {
    let path = request.uri().path().to_owned();
    let method = [
        "getMe",
        "getUpdates",
        "setWebhook",
        "getWebhookInfo",
        "deleteWebhook",
        "getStateInstance",
        "getSettings",
        "setSettings",
        "receiveNotification",
        "deleteNotification",
        "sendMessage",
        "answerCallbackQuery",
    ];
    let method = method.into_iter().find(|method| path.contains(method)).unwrap_or("other");
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).unwrap_or(json!(path));
    let is_slow = method == "answerCallbackQuery" && body["callback_query_id"] == SLOW;
    let scripted = {
        let mut said = fake.0.lock().expect("nobody panicked");
        said.asked.push((method.to_owned(), body));
        let place = said.next.iter().position(|(next, ..)| *next == method);
        place.and_then(|place| said.next.remove(place))
    };
    if is_slow {
        slowly(&fake).await;
    }
    let (status, body) = match scripted {
        Some((_, status, body)) => (status, body),
        None => (
            200,
            match method {
                "getMe" => fixture("telegram", "get_me_200")["response"]["body"].clone(),
                "getWebhookInfo" => json!({"ok": true, "result": {"url": ""}}),
                "getUpdates" => {
                    // As the real one, which waits; a loop that asks without a pause would be a fault of its own.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    json!({"ok": true, "result": []})
                }
                "sendMessage" => fixture("telegram", "send_message_200")["response"]["body"].clone(),
                "setWebhook" | "deleteWebhook" | "answerCallbackQuery" => json!({"ok": true, "result": true}),
                "getStateInstance" => json!({"stateInstance": "authorized"}),
                "getSettings" => fixture("green-api", "get_settings_200")["response"]["body"].clone(),
                "setSettings" => json!({"saveSettings": true}),
                "deleteNotification" => json!({"result": true}),
                _ => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Value::Null
                }
            },
        ),
    };
    (Code::from_u16(status).expect("a status"), axum::Json(body)).into_response()
}

struct Told {
    house: House,
    fake: Fake,
}

impl Told {
    /// A house with both messengers; `called`: they call it.
    async fn open(called: bool) -> Self {
        let (fake, url) = Fake::start().await;
        Self::open_at(fake, &url, called).await
    }

    async fn open_at(fake: Fake, url: &str, called: bool) -> Self {
        let house = House::open_with(|config| {
            config.limits.wrong_per_minute = 1000;
            if called {
                config.practice.public_url = "https://events.example.org".into();
            }
            let connections = &mut config.connections;
            for (key, value) in [("id_instance", "1101000001"), ("api_token_instance", API_TOKEN), ("api_url", url)] {
                connections.set("green-api", key, value);
            }
            for (key, value) in [("bot_token", BOT_TOKEN), ("api_address", url)] {
                connections.set("telegram", key, value);
            }
            if called {
                connections.set("green-api", "webhook_token", WEBHOOK_TOKEN);
                connections.set("telegram", "webhook_secret", SECRET);
            }
        })
        .await;
        Self { house, fake }
    }

    async fn plan(&self, phone: &str, start_time: &str) -> Conference {
        let body = json!({"client": "Мария", "start_date": "2026-12-23", "start_time": start_time, "timezone": "UTC",
            "link": format!("https://meet.example.org/room-{}", start_time.replace(':', "")),
            "contact": {"channel": "whatsapp", "phone": phone}});
        let answer = self.house.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.expect("a consultation")
    }

    async fn sends(&self, path: &str, header: (&str, &str), body: &Value) -> Response {
        let request = self.house.http.post(self.house.url(path)).header(header.0, header.1).json(body);
        request.send().await.expect("an answer")
    }

    async fn green(&self, name: &str) {
        let body = fixture("green-api", name)["request"]["body"].clone();
        let answer = self.sends("/api/webhook/green-api", ("authorization", &format!("Bearer {WEBHOOK_TOKEN}")), &body).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
        assert_eq!(answer.text().await.expect("a body"), "", "{name}");
    }

    async fn telegram(&self, update: &Value) {
        let answer = self.sends("/api/webhook/telegram", ("x-telegram-bot-api-secret-token", SECRET), update).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }

    async fn thread(&self, conference: &Conference) -> Vec<(String, String)> {
        let path = format!("/api/conferences/{}/messages", conference.id);
        let answer = self.house.ask(Method::GET, &path, TOKEN).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let messages: Messages = answer.json().await.expect("messages");
        messages.messages.into_iter().map(|message| (message.what, message.text)).collect()
    }

    async fn metric(&self, name: &str) -> u64 {
        let text = self.house.ask(Method::GET, "/metrics", "").send().await.expect("an answer").text().await.expect("a text");
        let line = text.lines().find(|line| line.starts_with(name)).expect("the metric");
        line.rsplit(' ').next().expect("a number").parse().expect("a number")
    }

    async fn connection(&self, id: &str) -> (String, Option<String>) {
        let answer = self.house.ask(Method::GET, "/health", "").send().await.expect("an answer");
        let health: Value = answer.json().await.expect("JSON");
        let all = health["connections"].as_array().expect("connections").iter();
        let one = all.into_iter().find(|one| one["connection"] == id).expect("the connection");
        (one["state"].as_str().expect("a word").to_owned(), one["code"].as_str().map(str::to_owned))
    }

    async fn handled(&self, count: u64) {
        until("everything is handled", async || self.metric("kabinet_messengers_handled_total").await >= count).await;
    }
}

/// Waits for a fact.
async fn until(fact: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(30), async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("it did not come to be: {fact}"));
}

fn on_disk(house: &House) -> Vec<u8> {
    let files = std::fs::read_dir(&house.config.data).expect("the folder");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|part| part == word.as_bytes())
}

#[tokio::test]
async fn the_same_webhook_ten_times_is_one_message_in_the_nearest_thread_also_after_a_restart() {
    let mut told = Told::open(true).await;
    let now = told.plan("79001234568", "12:10").await;
    let later = told.plan("+7 900 123-45-68", "18:00").await;
    let somebody = told.plan("79001112233", "12:00").await;
    for _ in 0..10 {
        told.green("webhook_incoming_text").await;
    }
    told.handled(1).await;
    let text = ("text".to_owned(), TEXT.to_owned());
    assert_eq!(told.thread(&now).await, std::slice::from_ref(&text));
    assert!(told.thread(&later).await.is_empty() && told.thread(&somebody).await.is_empty());
    let events = told.house.events(TOKEN).await;
    let received: Vec<_> = events.iter().filter(|event| event.kind == "message_received").collect();
    assert_eq!((received.len(), received[0].consultation, &*received[0].source), (1, Some(now.id), "green-api"));
    assert!(!format!("{:?}", serde_json::to_string(&events)).contains("опоздаю"));

    told.house.restart().await;
    told.green("webhook_incoming_text").await;
    told.green("webhook_incoming_extended_text").await;
    told.handled(1).await;
    assert_eq!(told.thread(&now).await.len(), 2);
    assert_eq!(told.thread(&now).await[0], text);
    told.house.stop().await;
    let bytes = on_disk(&told.house);
    assert!(!holds(&bytes, "опоздаю") && !holds(&bytes, "Не могу войти"), "a client's words are readable on disk");
}

#[tokio::test]
async fn strangers_groups_and_rubbish_are_acknowledged_and_leave_nothing() {
    let mut told = Told::open(true).await;
    told.plan("79001112233", "12:10").await;
    for name in ["webhook_incoming_text", "webhook_incoming_lid_chat"] {
        told.green(name).await;
    }
    told.handled(2).await;
    assert_eq!(told.metric("kabinet_messages_of_strangers_total").await, 2);
    for name in
        ["webhook_incoming_group", "webhook_incoming_reaction", "webhook_outgoing_phone", "webhook_incoming_text_vendor_sample"]
    {
        told.green(name).await;
    }
    let bearer = ("authorization", WEBHOOK_TOKEN);
    for body in [json!(null), json!([]), json!({"typeWebhook": 7}), json!("x".repeat(2 << 20))] {
        let answer = told.sends("/webhook/green-api", bearer, &body).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(told.metric("kabinet_messengers_received_total").await, 2);
    assert!(!told.house.told(TOKEN).await.contains(&"message_received".to_owned()));
    told.house.stop().await;
    assert!(!holds(&on_disk(&told.house), "79001234568"));
}

/// What somebody does in their chat with the bot.
fn update(number: u64, body: &Value) -> Value {
    let mut update = json!({"update_id": number});
    update.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
    update
}

fn says(text: &str) -> Value {
    json!({"message": {"message_id": 1, "date": 1, "chat": {"id": 4711, "type": "private"},
        "from": {"id": 4711, "is_bot": false, "first_name": "Anna"}, "text": text}})
}

/// What is killed between its effects and the note that it is handled would do them again: they are one commit.
#[tokio::test]
async fn what_could_not_be_taken_out_of_the_inbox_was_not_answered() {
    let log = log();
    let told = Told::open(true).await;
    let file = SqliteConnectOptions::new().filename(told.house.config.data.join("kabinet.sqlite3"));
    let database = SqlitePool::connect_with(file.busy_timeout(Duration::from_secs(5))).await.expect("the database");
    let query = async |sql: &'static str| sqlx::query(sql).execute(&database).await.map(drop).expect("it is done");
    let replies = async || {
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM deliveries WHERE purpose = 'reply'");
        count.fetch_one(&database).await.expect("deliveries")
    };
    query("CREATE TRIGGER held BEFORE DELETE ON inbox BEGIN SELECT RAISE(ABORT, 'held back by a test'); END").await;
    told.telegram(&update(1, &says("/start"))).await;
    until("it was tried", async || holds(&log.lock().expect("a log"), "cannot handle what came in")).await;
    assert_eq!(replies().await, 0, "all of it or nothing");
    query("DROP TRIGGER held").await;
    told.handled(1).await;
    assert_eq!(replies().await, 1);
    // The same for whoever stops what was never begun: nothing is said, and it is handled.
    told.telegram(&update(2, &says("/stop"))).await;
    told.handled(2).await;
    assert_eq!(replies().await, 1);
}

#[tokio::test]
async fn a_slow_acknowledgement_holds_up_nobody_elses_press() {
    let told = Told::open(true).await;
    let press = |id: &str| {
        json!({"callback_query": {"id": id, "from": {"id": 4711, "is_bot": false, "first_name": "Anna"}, "chat_instance": "1",
            "data": "something else", "message": {"message_id": 1, "date": 1, "chat": {"id": 4711, "type": "private"}}}})
    };
    told.telegram(&update(1, &press(SLOW))).await;
    until("the first is being acknowledged", async || !told.fake.asked("answerCallbackQuery").is_empty()).await;
    told.telegram(&update(2, &press("quick"))).await;
    told.handled(2).await;
    until("both are acknowledged", async || told.fake.asked("answerCallbackQuery").len() == 2).await;
    assert!(
        !told.fake.0.lock().expect("nobody panicked").given_up,
        "the second did not have to wait until the first was given up"
    );
}

#[tokio::test]
async fn whoever_proves_nothing_is_refused() {
    let told = Told::open(true).await;
    let body = fixture("green-api", "webhook_incoming_text")["request"]["body"].clone();
    for (path, header) in [
        ("/api/webhook/green-api", ("authorization", "Bearer wrong")),
        ("/webhook/green-api", ("x-nothing", "")),
        ("/api/webhook/green-api", ("x-telegram-bot-api-secret-token", SECRET)),
        ("/api/webhook/telegram", ("authorization", WEBHOOK_TOKEN)),
        ("/webhook/telegram", ("x-telegram-bot-api-secret-token", "wrong")),
    ] {
        assert_eq!(told.sends(path, header, &body).await.status(), StatusCode::UNAUTHORIZED, "{path} {header:?}");
    }
    // Without a configured secret nobody is let in, whatever they present.
    let told = Told::open(false).await;
    for header in [("authorization", "Bearer undefined"), ("authorization", "Bearer "), ("x-nothing", "")] {
        assert_eq!(told.sends("/webhook/green-api", header, &body).await.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn messengers_that_call_are_told_where() {
    let told = Told::open(true).await;
    until("both are told", async || !told.fake.asked("setSettings").is_empty() && !told.fake.asked("setWebhook").is_empty())
        .await;
    let set = json!({"webhookUrl": "https://events.example.org/api/webhook/green-api"});
    assert_eq!(told.fake.asked("setSettings"), [set]);
    let set = &told.fake.asked("setWebhook")[0];
    assert_eq!((&set["url"], &set["secret_token"]), (&json!("https://events.example.org/api/webhook/telegram"), &json!(SECRET)));
    assert!(told.fake.asked("getUpdates").is_empty() && told.fake.asked("receiveNotification").is_empty());
    let applying = ("applying".to_owned(), Some("applying_settings".to_owned()));
    until("the settings are seen to be applied", async || told.connection("green-api").await == applying).await;
    until("the bot is known", async || told.connection("telegram").await.0 == "ok").await;
    let answer = told.house.ask(Method::GET, "/api/current-user", TOKEN).send().await.expect("an answer");
    let user: Value = answer.json().await.expect("JSON");
    assert_eq!(user["practice"]["telegram_bot"], "example_consult_bot");
    assert_eq!(user["practice"]["channels"], json!(["whatsapp", "telegram"]));
}

#[tokio::test]
async fn messengers_that_are_asked_are_read_in_order_and_poison_holds_nothing_up() {
    let (fake, url) = Fake::start().await;
    fake.next("getWebhookInfo", 200, fixture("telegram", "get_webhook_info_200")["response"]["body"].clone());
    let mut unset = fixture("green-api", "get_settings_200")["response"]["body"].clone();
    unset["webhookUrl"] = "".into();
    fake.next("getSettings", 200, unset);
    fake.next("receiveNotification", 200, json!({"receiptId": 1, "body": {"poison": true}}));
    for receipt in [2, 3] {
        let body = fixture("green-api", "webhook_incoming_text")["request"]["body"].clone();
        fake.next("receiveNotification", 200, json!({"receiptId": receipt, "body": body}));
    }
    fake.next("getUpdates", 200, fixture("telegram", "get_updates_200_start_payload")["response"]["body"].clone());
    let told = Told::open_at(fake, &url, false).await;
    told.handled(2).await;
    until("all is taken", async || told.fake.asked("deleteNotification").len() == 3).await;
    assert_eq!(told.fake.asked("deleteWebhook").len(), 1);
    until("the update is confirmed", async || told.fake.asked("getUpdates").iter().any(|asked| asked["offset"] == 870_000_002))
        .await;
    assert_eq!(told.metric("kabinet_messengers_received_total").await, 2);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_its_code_and_no_secret_reaches_a_log() {
    let log = log();
    let (fake, url) = Fake::start().await;
    for _ in 0..3 {
        fake.next("getStateInstance", 200, json!({"stateInstance": "notAuthorized"}));
        fake.next("getMe", 401, json!({"ok": false, "error_code": 401, "description": "Unauthorized"}));
        fake.next("getUpdates", 409, fixture("telegram", "get_updates_409_two_pollers")["response"]["body"].clone());
        let echoed = json!({"statusCode": 400, "path": format!("/waInstance1101000001/getSettings/{API_TOKEN}"), "message": "Validation failed"});
        fake.next("getSettings", 400, echoed);
    }
    let told = Told::open_at(fake, &url, false).await;
    let code = async |id: &str| told.connection(id).await.1;
    until("the account is not signed in", async || code("green-api").await.as_deref() == Some("not_signed_in")).await;
    until("the token is wrong", async || code("telegram").await.as_deref() == Some("not_authorised")).await;
    until("it was asked", async || told.fake.asked("getUpdates").len() == 1 && !told.fake.asked("getSettings").is_empty()).await;
    until("it is in the log", async || holds(&log.lock().expect("a log"), "a messenger is not heard")).await;
    let written = log.lock().expect("a log").clone();
    assert!(holds(&written, "not_signed_in"));
    for secret in [API_TOKEN, BOT_TOKEN, "ABC-DEF1234ghIkl", WEBHOOK_TOKEN, SECRET, "79001234568", "опоздаю", "Мария"]
    {
        assert!(!holds(&written, secret), "{secret}");
    }
}

/// Everything that this process logs, every level of it.
fn log() -> Arc<Mutex<Vec<u8>>> {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    let made = LOG.get_or_init(|| {
        let log = Arc::<Mutex<Vec<u8>>>::default();
        let written = Arc::clone(&log);
        let subscriber =
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || Kept(Arc::clone(&written)));
        let _ = tracing::subscriber::set_global_default(subscriber.finish());
        log
    });
    Arc::clone(made)
}

struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
