//! A backend that speaks the contract of the client's side, and remembers what it was asked.

#![allow(dead_code, reason = "each test file uses its part")]

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use kabinet_domain::{Ids, SystemIds};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{broadcast, watch};

/// The computer's clock stands at noon of that day.
const NOW: &str = "2026-12-23T12:00:00Z";

#[derive(Clone)]
pub struct Practice {
    pub url: String,
    known: Arc<Mutex<Known>>,
    events: broadcast::Sender<String>,
    /// Requests whose answers are still on their way.
    held: watch::Sender<BTreeSet<String>>,
}

#[derive(Default)]
struct Known {
    asked: Vec<(String, Value)>,
    refuses: BTreeMap<String, (u16, String)>,
    conferences: BTreeMap<String, Value>,
    messages: Vec<Value>,
    reach: Value,
    cursor: u64,
    links: u32,
    loses_one: bool,
    names_stay_here: bool,
}

impl Practice {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let known = Known { reach: json!({ "after_seconds": 120 }), links: 1, ..Known::default() };
        let practice = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            known: Arc::new(Mutex::new(known)),
            events: broadcast::Sender::new(64),
            held: watch::Sender::default(),
        };
        let router = Router::new().fallback(any(answer)).with_state(practice.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        practice
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nobody panics here")
    }

    /// The bodies of these requests, in their order: `POST answer`.
    pub fn all(&self, what: &str) -> Vec<Value> {
        self.known().asked.iter().filter(|(asked, _)| asked == what).map(|(_, body)| body.clone()).collect()
    }

    pub fn last(&self, what: &str) -> Value {
        self.all(what).pop().unwrap_or_default()
    }

    pub fn conference(&self, id: &str) -> Value {
        self.known().conferences[id].clone()
    }

    pub fn refuses(&self, what: &str, status: u16, code: &str) {
        self.known().refuses.insert(what.to_owned(), (status, code.to_owned()));
    }

    /// Does at once what it is asked, and answers when it is released.
    pub fn holds(&self, what: &str) {
        self.held.send_if_modified(|held| held.insert(what.to_owned()));
    }

    pub fn releases(&self, what: &str) {
        self.held.send_if_modified(|held| held.remove(what));
    }

    /// Another computer changes a consultation; nobody is told.
    pub fn changes(&self, id: &str, change: impl FnOnce(&mut Value)) {
        let mut known = self.known();
        let conference = known.conferences.get_mut(id).expect("known");
        change(conference);
        conference["version"] = json!(conference["version"].as_u64().unwrap_or(0) + 1);
    }

    /// The next consultation is made, and nobody is told so.
    pub fn loses_one(&self) {
        self.known().loses_one = true;
    }

    /// Takes nobody's name from now on.
    pub fn keeps_names_away(&self) {
        self.known().names_stay_here = true;
    }

    /// Refuses no more; says how often it was asked until then.
    pub fn allows(&self, what: &str) -> usize {
        let mut known = self.known();
        known.refuses.remove(what);
        known.asked.iter().filter(|(asked, _)| asked == what).count()
    }

    /// An event of a consultation, with what its kind carries.
    #[expect(clippy::needless_pass_by_value, reason = "a call reads better with what it tells in it")]
    pub fn tells(&self, consultation: &str, kind: &str, with: Value) {
        let mut event = self.event(kind);
        event["consultation"] = json!(consultation);
        for (key, value) in with.as_object().expect("an object") {
            event[key] = value.clone();
        }
        self.events.send(event.to_string()).expect("somebody listens");
    }

    /// Events of one consultation that arrive in one piece.
    pub fn tells_at_once(&self, consultation: &str, kinds: &[&str]) {
        let event = |kind: &&str| {
            let mut event = self.event(kind);
            event["consultation"] = json!(consultation);
            event.to_string()
        };
        let piece: Vec<String> = kinds.iter().map(event).collect();
        self.events.send(piece.join("\n\ndata: ")).expect("somebody listens");
    }

    /// The client has pressed what their page offers, and let the bot write to them.
    pub fn binds(&self, consultation: &str) {
        let bound = |known: &mut Known| {
            known.conferences.get_mut(consultation).map(|known| known["contact"]["telegram_bound"] = json!(true))
        };
        bound(&mut self.known()).expect("known");
        self.tells(consultation, "consultation_changed", json!({}));
    }

    /// The stream ends, as one does from time to time.
    pub fn lets_followers_go(&self) {
        self.events.send(String::new()).expect("somebody listens");
    }

    pub fn tells_of_reach(&self) {
        self.events.send(self.event("reach_changed").to_string()).expect("somebody listens");
    }

    fn event(&self, kind: &str) -> Value {
        let mut known = self.known();
        known.cursor += 1;
        json!({ "cursor": known.cursor, "id": SystemIds.next(), "kind": kind, "source": "page", "at": NOW, "received_at": NOW })
    }

    pub fn wrote(&self, text: &str) -> Value {
        let id = json!(SystemIds.next());
        let message = json!({ "id": id, "at": NOW, "from": "client", "text": text, "what": "text", "channel": "whatsapp" });
        self.known().messages.push(message);
        id
    }

    pub fn reach(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.known().reach);
    }

    fn stream(&self) -> Response {
        let hello = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(": connected\n\n".to_owned())]);
        let news = futures_util::stream::unfold(self.events.subscribe(), |mut events| async {
            let event = events.recv().await.ok().filter(|event| !event.is_empty())?;
            Some((Ok(format!("data: {event}\n\n")), events))
        });
        ([("content-type", "text/event-stream")], Body::from_stream(futures_util::StreamExt::chain(hello, news))).into_response()
    }
}

async fn answer(State(practice): State<Practice>, method: Method, uri: Uri, body: Bytes) -> Response {
    let path = uri.path().trim_start_matches("/api/").to_owned();
    if path == "events/stream" {
        let stream = practice.stream();
        practice.known().asked.push(("GET stream".to_owned(), Value::Null));
        return stream;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let (id, what) = match parts.as_slice() {
        ["conferences", id, what] => (*id, *what),
        ["conferences", id] => (*id, "conference"),
        ["deliveries", id, "resend"] => (*id, "resend"),
        _ => ("", path.as_str()),
    };
    let asked = format!("{method} {what}");
    let reply = reply(&practice, &method, &asked, id, body);
    let _ = practice.held.subscribe().wait_for(|held| !held.contains(&asked)).await;
    reply
}

fn reply(practice: &Practice, method: &Method, asked: &str, id: &str, body: Value) -> Response {
    let mut known = practice.known();
    known.asked.push((asked.to_owned(), body.clone()));
    if let Some((status, code)) = known.refuses.get(asked) {
        let status = StatusCode::from_u16(*status).expect("a status");
        return (status, Json(json!({ "error": { "code": code, "message": "" } }))).into_response();
    }
    let reply = match asked {
        "POST devices/pair" => json!({ "token": "another", "specialist": { "id": "0198f1c0-0000-7000-8000-000000000001" } }),
        "GET current-user" => json!({ "id": "0198f1c0-0000-7000-8000-000000000001", "name": "Anna", "administrator": false,
            "practice": { "name": "Calm", "names_stay_here": known.names_stay_here, "pages": true, "channels": ["whatsapp", "telegram"],
                "telegram_bot": "kabinet_bot" } }),
        "GET conferences" => json!({ "conferences": known.conferences.values().collect::<Vec<_>>() }),
        "POST conferences" | "PUT conference" => {
            let id = body["id"].as_str().expect("an id").to_owned();
            if known.names_stay_here && !body["client"].as_str().is_some_and(|client| client.starts_with("K-")) {
                return (StatusCode::BAD_REQUEST, Json(json!({ "error": { "code": "invalid", "message": "" } }))).into_response();
            }
            if *method == Method::POST && known.conferences.contains_key(&id) {
                // What is sealed is never the same twice.
                return (StatusCode::CONFLICT, Json(json!({ "error": { "code": "id_taken", "message": "" } }))).into_response();
            }
            let version = known.conferences.get(&id).map_or(1, |before| before["version"].as_u64().unwrap_or(0) + 1);
            let kept = kept(body, version, known.links);
            known.conferences.insert(id, kept.clone());
            if std::mem::take(&mut known.loses_one) {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            kept
        }
        "GET conference" => match known.conferences.get(id) {
            Some(conference) => conference.clone(),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
        "POST new-link" => {
            known.links += 1;
            let link = format!("https://k.example.org/w/{id}-{}", known.links);
            let conference = known.conferences.get_mut(id).expect("known");
            conference["invite_link"] = json!(link);
            conference["version"] = json!(conference["version"].as_u64().unwrap_or(0) + 1);
            conference.clone()
        }
        "GET invitation" => {
            let link = known.conferences[id]["invite_link"].clone();
            json!({ "subject": "Встреча в 12:30", "text": format!("Ждём вас: {}", link.as_str().unwrap_or_default()), "link": link })
        }
        "GET messages" => json!({ "messages": known.messages }),
        "POST messages" | "POST resend" => json!({ "id": SystemIds.next(), "channel": "whatsapp", "purpose": "link",
            "state": "waiting", "due_at": NOW, "updated_at": NOW, "attempts": 0 }),
        "GET reach" => known.reach.clone(),
        "PUT reach" => {
            let chat = known.reach["telegram"].clone();
            known.reach = body;
            if !chat.is_null() {
                known.reach["telegram"] = chat;
            }
            known.reach.clone()
        }
        "POST reach/telegram" => json!({ "link": "https://t.me/kabinet_bot?start=CODE", "expires_at": "2026-12-23T12:10:00Z" }),
        "POST reach/telegram/confirm" => {
            known.reach["telegram"]["confirmed"] = json!(true);
            json!({})
        }
        "DELETE reach/telegram/confirm" => {
            known.reach["telegram_next"] = Value::Null;
            json!({})
        }
        "DELETE reach/telegram" => {
            known.reach["telegram"] = Value::Null;
            json!({})
        }
        "POST admit" | "POST answer" | "POST pressed-join" => json!({}),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    Json(reply).into_response()
}

/// What the backend makes of a body: with a page's link where the sender gave none of its own.
fn kept(mut body: Value, version: u64, links: u32) -> Value {
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let starts_at =
        format!("{}T{}:00Z", body["start_date"].as_str().unwrap_or_default(), body["start_time"].as_str().unwrap_or_default());
    if body["invite_link"].is_null() {
        body["invite_link"] = json!(format!("https://k.example.org/w/{id}-{links}"));
    }
    let more = json!({ "version": version, "starts_at": starts_at, "owner": { "id": "0198f1c0-0000-7000-8000-000000000001" },
        "created_at": NOW, "updated_at": NOW });
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    body
}

/// Waits until it is so.
pub async fn fact(what: &str, mut fact: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + super::support::PATIENCE;
    while !fact() {
        assert!(tokio::time::Instant::now() < deadline, "never so: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
