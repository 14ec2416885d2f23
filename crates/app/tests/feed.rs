//! The feed on its bad days, against a backend that misbehaves on request.

mod support;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use kabinet_app::view::FeedState;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use support::{Computer, shows};

/// What the backend does wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mood {
    Well,
    /// The stream is cut off on the way; everything else works.
    NoStream,
    Refuses,
    Broken,
    /// Only cursors from 40 on are known.
    Forgot,
}

#[derive(Debug, Clone)]
struct Fake {
    mood: Arc<Mutex<Mood>>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug, Deserialize)]
struct After {
    after: u64,
}

impl Fake {
    async fn start(mood: Mood) -> (Self, String) {
        let fake = Self { mood: Arc::new(Mutex::new(mood)), asked: Arc::default() };
        let router = Router::new()
            .route(
                "/api/conferences",
                get(async |State(fake): State<Fake>| fake.answer("conferences", json!({ "conferences": [] }))),
            )
            .route(
                "/api/current-user",
                get(async |State(fake): State<Fake>| {
                    fake.answer("user", json!({ "id": null, "name": "", "administrator": false }))
                }),
            )
            .route("/api/events", get(Self::events))
            .route("/api/events/stream", get(Self::stream))
            .with_state(fake.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (fake, url)
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().expect("nobody panics here") = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().expect("nobody panics here")
    }

    fn times(&self, what: &str) -> usize {
        self.asked.lock().expect("nobody panics here").iter().filter(|asked| *asked == what).count()
    }

    fn answer(&self, what: &str, body: Value) -> Response {
        self.asked.lock().expect("nobody panics here").push(what.to_owned());
        match self.mood() {
            Mood::Refuses => StatusCode::UNAUTHORIZED.into_response(),
            Mood::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            _ => Json(body).into_response(),
        }
    }

    async fn events(State(fake): State<Self>, Query(After { after }): Query<After>) -> Response {
        if after > 0 {
            // Nothing new comes: the answer is as late as a patient asker allows.
            std::future::pending::<()>().await;
        }
        fake.answer("events", json!({ "events": [], "cursor": 7 }))
    }

    async fn stream(State(fake): State<Self>, Query(After { after }): Query<After>) -> Response {
        match fake.mood() {
            Mood::NoStream => {
                fake.answer("stream", Value::Null);
                StatusCode::BAD_GATEWAY.into_response()
            }
            Mood::Forgot if after + 1 < 40 => {
                fake.answer("expired", Value::Null);
                (StatusCode::GONE, Json(json!({ "error": { "code": "cursor_expired", "message": "", "oldest": 40 } })))
                    .into_response()
            }
            Mood::Well | Mood::Forgot => {
                fake.answer("stream", Value::Null);
                let hello = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(": connected\n\n")]);
                let open = futures_util::StreamExt::chain(hello, futures_util::stream::pending());
                ([("content-type", "text/event-stream")], axum::body::Body::from_stream(open)).into_response()
            }
            Mood::Refuses | Mood::Broken => fake.answer("stream", Value::Null),
        }
    }
}

#[tokio::test]
async fn where_no_stream_holds_events_are_asked_for() {
    let (fake, url) = Fake::start(Mood::NoStream).await;
    let computer = Computer::new();
    let application = computer.start(&url).await;
    shows(&application, "polling", |view| view.feed.state == FeedState::Polling).await;
    assert_eq!(fake.times("stream"), 2);
    application.shutdown().await;
}

#[tokio::test]
async fn a_refused_token_is_said_and_a_mended_one_is_noticed() {
    let (fake, url) = Fake::start(Mood::Refuses).await;
    let computer = Computer::new();
    let application = computer.start(&url).await;
    let view = shows(&application, "the refusal", |view| view.feed.state == FeedState::Refused).await;
    assert_eq!(view.feed.message.as_ref().map(|message| message.code.as_str()), Some("backend_refused"));
    fake.becomes(Mood::Well);
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live).await;
    application.shutdown().await;
}

#[tokio::test]
async fn a_broken_backend_is_offline_until_it_answers() {
    let (fake, url) = Fake::start(Mood::Broken).await;
    let computer = Computer::new();
    let application = computer.start(&url).await;
    shows(&application, "no line", |view| view.feed.state == FeedState::Offline).await;
    fake.becomes(Mood::Well);
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live && view.feed.message.is_none()).await;
    application.shutdown().await;
}

#[tokio::test]
async fn an_expired_cursor_leads_to_the_oldest_event_and_a_fresh_list() {
    let (fake, url) = Fake::start(Mood::Forgot).await;
    let computer = Computer::new();
    let application = computer.start(&url).await;
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live).await;
    assert_eq!((fake.times("expired"), fake.times("conferences")), (1, 2));
    application.shutdown().await;
}
