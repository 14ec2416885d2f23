//! A real backend on a real file, by a clock that the test moves.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod messenger;

use kabinet_api::{Conference, EventJson, EventPage};
use kabinet_backend::{Backend, Config, Embedded, Running};
use kabinet_domain::{Clock, SystemClock, SystemIds, Timestamp};
use kabinet_providers::http::{HttpSettings, Reach, client};
use kabinet_providers::messengers::What;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

pub const TOKEN: &str = "the-token-of-the-only-device";
pub const SECRET: &str = "a-word-that-webhooks-know";
pub const ADMIN: &str = "a-word-for-the-administrator";
pub const ROOM: &str = "konsultaciya-23dec-a1b2c3";

/// Stands still until it is moved.
#[derive(Debug)]
pub struct MovedClock(Mutex<Timestamp>);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("a time")
    }
}

pub struct House {
    pub folder: TempDir,
    pub clock: Arc<MovedClock>,
    pub http: reqwest::Client,
    pub config: Config,
    running: Option<Running>,
}

impl House {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::defaults();
        config.listen = "127.0.0.1:0".parse().expect("an address");
        config.data = folder.path().join("data");
        config.webhook_secret = SECRET.into();
        config.admin_token = ADMIN.into();
        config.embedded =
            Some(Embedded { name: "Анна".into(), token: TOKEN.into(), token_ids: vec!["anna".into()], account: None });
        change(&mut config);
        let clock = Arc::new(MovedClock(Mutex::new("2026-12-23T12:00:00Z".parse().expect("a time"))));
        let http = client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client");
        let mut house = Self { folder, clock, http, config, running: None };
        house.start().await;
        house
    }

    async fn start(&mut self) {
        let started = Backend::start_with(self.config.clone(), self.clock.clone(), Arc::new(SystemIds)).await;
        self.running = Some(started.expect("it starts"));
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown().await;
        }
    }

    /// Starts it anew where it can be killed.
    pub async fn restart_to_be_killed(&mut self) -> tokio::runtime::Runtime {
        self.stop().await;
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let start = Backend::start_with(self.config.clone(), self.clock.clone(), Arc::new(SystemIds));
        self.running = Some(runtime.spawn(start).await.expect("it does not panic").expect("it starts"));
        runtime
    }

    /// Ends it in the middle of whatever it does, and starts it anew.
    pub async fn kill_and_start(&mut self, runtime: tokio::runtime::Runtime) {
        runtime.shutdown_background();
        self.running = None;
        self.start().await;
    }

    /// Stops it, lets time pass, and starts it.
    pub async fn down_for(&mut self, seconds: i64) {
        self.stop().await;
        *self.clock.0.lock().expect("a time") += chrono::Duration::seconds(seconds);
        self.start().await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.running.as_ref().expect("it runs").url(), self.config.base_path)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves time on, and has the backend notice.
    pub async fn later(&self, seconds: i64) {
        *self.clock.0.lock().expect("a time") += chrono::Duration::seconds(seconds);
        self.running.as_ref().expect("it runs").look_around().await;
    }

    /// Somebody does something in a chat of the bot.
    pub async fn in_chat(&self, what: What) {
        assert!(self.running.as_ref().expect("it runs").did_in_chat(&what).await, "it is kept");
    }

    pub fn ask(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).bearer_auth(token)
    }

    /// As the guide's module sends it.
    pub async fn report(&self, event: &str, who: &str) -> Response {
        let mut body =
            json!({"event": event, "roomName": ROOM, "createdAt": self.now().format("%Y-%m-%dT%H:%M:%SZ").to_string()});
        if event.starts_with("participant") {
            body["participantName"] = format!("{ROOM}@muc.meet.jitsi/{who}").into();
            body["participantId"] = format!("{who}@guest.meet.jitsi/zWYj").into();
        }
        let answer = self.ask(Method::POST, "/api/webhook/jitsi", SECRET).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        answer
    }

    /// One batch of our own module.
    pub async fn batch(&self, boot: &str, events: Value) -> Value {
        let body = json!({"v": 1, "boot": boot, "server": {"host": "muc.meet.jitsi", "login": false}, "queued": 0, "dropped": 0, "events": events});
        let answer = self.ask(Method::POST, "/api/webhook/kabinet", SECRET).json(&body).send().await.expect("an answer");
        let status = answer.status();
        let answer = answer.json().await.expect("JSON");
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    pub async fn plan(&self) -> Conference {
        self.plan_for("Иван").await
    }

    pub async fn plan_for(&self, client: &str) -> Conference {
        let body = json!({"client": client, "start_date": "2026-12-23", "start_time": "12:00", "timezone": "UTC",
            "link": format!("https://meet.example.org/{ROOM}")});
        let answer = self.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.expect("a consultation")
    }

    pub async fn page(&self, token: &str, query: &str) -> EventPage {
        let answer = self.ask(Method::GET, &format!("/api/events?{query}"), token).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.expect("a page")
    }

    /// What was told of rooms and sources, in order.
    pub async fn told(&self, token: &str) -> Vec<String> {
        let page = self.page(token, "after=0").await;
        page.events.iter().filter(|event| event.kind != "consultation_changed").map(|event| event.kind.clone()).collect()
    }

    pub async fn events(&self, token: &str) -> Vec<EventJson> {
        self.page(token, "after=0").await.events
    }
}

/// An event of our own module.
#[expect(clippy::needless_pass_by_value, reason = "the call stays readable")]
pub fn event(house: &House, seq: u64, kind: &str, more: Value) -> Value {
    let mut event =
        json!({"id": format!("{kind}-{seq}"), "seq": seq, "at": house.now().timestamp_millis(), "type": kind, "place": "room"});
    for (name, value) in more.as_object().expect("an object") {
        event[name] = value.clone();
    }
    event
}

pub fn occupant(name: &str) -> Value {
    json!({"stay": format!("stay-of-{name}"), "jid": format!("{name}@guest.meet.jitsi/a"), "resource": name, "name": name,
        "role": "participant", "affiliation": "none", "kind": "person", "account": false, "line": "up"})
}

/// For processes that have their own clock.
pub fn system_now() -> Timestamp {
    SystemClock.now()
}
