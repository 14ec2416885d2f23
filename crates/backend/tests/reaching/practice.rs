//! A practice with a bot, as its specialists, its clients and its disk see it.

use crate::bot::Bot;
use crate::house::{House, TOKEN};
use kabinet_api::{Conference, ReachJson};
use kabinet_backend::storage::Rows;
use kabinet_domain::SystemIds;
use kabinet_providers::messengers::What;
use kabinet_seal::StoreKey;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::sync::Arc;
use std::time::Duration;

pub const KEY: &str = "0198f1c0-a-client";
pub const OTHER_KEY: &str = "0198f1c0-another-client";

pub fn of_client(time: &str, key: &str) -> Value {
    json!({"client": "Ivan", "start_date": "2026-12-23", "start_time": time, "timezone": "UTC",
        "link": format!("https://meet.example.org/a-room-at-{}", &time[..2]), "contact": {"channel": "telegram", "client_key": key}})
}

pub const CHAT: &str = "4711";

/// A house with a bot, and its database as it lies on the disk.
pub struct Practice {
    pub house: House,
    pub bot: Arc<Bot>,
    pub rows: Rows,
    pub key: StoreKey,
    pub database: SqlitePool,
}

impl Practice {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub async fn open_with(more: impl FnOnce(&mut kabinet_backend::Config)) -> Self {
        let (bot, key) = (Arc::new(Bot::default()), StoreKey::make(&SystemIds).0);
        let house = House::open_with(|config| {
            config.messengers = vec![bot.clone()];
            config.practice.language = "en".to_owned();
            config.seal = Some(key.clone());
            more(config);
        })
        .await;
        let file = SqliteConnectOptions::new().filename(house.config.data.join("kabinet.sqlite3"));
        let database = SqlitePool::connect_with(file.busy_timeout(Duration::from_secs(5))).await.expect("the database");
        Self { house, bot, rows: Rows::new(Some(key.clone()), Arc::new(SystemIds)), key, database }
    }

    /// With a chat that alerts go to.
    pub async fn reachable() -> Self {
        let practice = Self::open().await;
        practice.started(CHAT, Some(practice.code().await)).await;
        assert_eq!(practice.ask(Method::POST, "/api/reach/telegram/confirm").await.status(), StatusCode::OK);
        practice
    }

    pub async fn with_pages() -> Self {
        Self::open_with(|config| config.practice.public_url = "https://events.example.org".to_owned()).await
    }

    /// What the page of a consultation gives its client to bind a chat with.
    pub async fn page_code(&self, talk: &Conference) -> String {
        let link = talk.invite_link.as_deref().expect("a page");
        let path = link.strip_prefix("https://events.example.org").expect("ours");
        for _ in 0..400 {
            let answer = self.house.ask(Method::GET, &format!("{path}/state"), "").send().await.expect("an answer");
            let state: Value = answer.json().await.expect("a state");
            if let Some(link) = state["remind_by_telegram"].as_str() {
                return link.strip_prefix("https://t.me/kabinet_bot?start=").expect("a deep link").to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the bot did not tell its name");
    }

    /// A consultation of the client with this key.
    pub async fn plan_for(&self, time: &str, key: &str) -> Conference {
        let answer = self.send(Method::POST, "/api/conferences", of_client(time, key)).await;
        answer.json().await.expect("a consultation")
    }

    /// Whether desktops are told that its client has bound a chat.
    pub async fn is_bound(&self, talk: &Conference) -> bool {
        let answer = self.ask(Method::GET, &format!("/api/conferences/{}", talk.id)).await;
        answer.json::<Conference>().await.expect("a consultation").contact.expect("a contact").telegram_bound
    }

    pub async fn renewed(&self, talk: &Conference) -> Conference {
        let answer = self.ask(Method::POST, &format!("/api/conferences/{}/new-link", talk.id)).await;
        answer.json().await.expect("a consultation")
    }

    pub async fn ask(&self, method: Method, path: &str) -> Response {
        self.house.ask(method, path, TOKEN).send().await.expect("an answer")
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Response {
        self.house.ask(method, path, TOKEN).json(&body).send().await.expect("an answer")
    }

    pub async fn reach(&self) -> ReachJson {
        self.ask(Method::GET, "/api/reach").await.json().await.expect("how one is reached")
    }

    pub async fn code(&self) -> String {
        let link: Value = self.ask(Method::POST, "/api/reach/telegram").await.json().await.expect("a link");
        let link = link["link"].as_str().expect("a link");
        link.strip_prefix("https://t.me/kabinet_bot?start=").expect("a deep link").to_owned()
    }

    pub async fn started(&self, chat: &str, code: Option<String>) {
        self.house.in_chat(What::Started { chat: chat.into(), name: "Anna in her chat".into(), code }).await;
    }

    pub async fn pressed(&self, chat: &str, press: &str, data: String) -> String {
        let message = "1".to_owned();
        self.house.in_chat(What::Pressed { chat: chat.into(), message, press: press.to_owned(), data }).await;
        let acknowledged = self.bot.acknowledged.lock().expect("answers");
        acknowledged.iter().rev().find(|(known, _)| known == press).expect("every press is acknowledged").1.clone()
    }

    pub async fn answer(&self, talk: &Conference, body: Value) -> StatusCode {
        self.send(Method::POST, &format!("/api/conferences/{}/answer", talk.id), body).await.status()
    }

    /// How often something was told of.
    pub async fn count(&self, kind: &str) -> usize {
        self.house.told(TOKEN).await.iter().filter(|told| *told == kind).count()
    }

    pub async fn alerts(&self) -> usize {
        self.count("escalated").await
    }

    /// The states of what goes out for a purpose, and the bodies.
    pub async fn deliveries(&self, purpose: &str) -> Vec<(String, Value)> {
        let kept: Vec<(String, String, String)> =
            sqlx::query_as("SELECT id, state, body FROM deliveries WHERE purpose = ?1 ORDER BY created_at, updated_at")
                .bind(purpose)
                .fetch_all(&self.database)
                .await
                .expect("deliveries");
        let read = |(id, state, body): (String, String, String)| {
            let body = self.rows.read(("deliveries", &id), &body).expect("sealed with our key").into_owned();
            (state, serde_json::from_str(&body).expect("JSON"))
        };
        kept.into_iter().map(read).collect()
    }

    pub async fn replies(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.deliveries("reply").await.iter().map(|(_, body)| (text(&body["to"]), text(&body["text"]))).collect()
    }

    /// Every alert has gone out, by whoever sends.
    pub async fn sent(&self) {
        for _ in 0..1200 {
            let send = "UPDATE deliveries SET state = 'sent', sent_as = '1' WHERE purpose = 'alert' AND state = 'waiting'";
            sqlx::query(send).execute(&self.database).await.expect("sent");
            if self.deliveries("alert").await.iter().all(|(state, _)| state == "sent") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("an alert was not sent");
    }

    /// What an alert says since it is over.
    pub async fn changed(&self) -> String {
        for _ in 0..400 {
            if let Some(text) = self.bot.replaced.lock().expect("what was changed").last() {
                return text.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nothing was changed");
    }

    /// A desktop that follows as long as this is held.
    pub async fn desktop(&self) -> Response {
        self.ask(Method::GET, "/api/events/stream").await
    }
}

/// What a press on an alert's button carries.
pub fn button(answer: &str, talk: &Conference) -> String {
    format!("a2:{answer}:{}:{}", talk.id.simple(), talk.starts_at.timestamp())
}
