//! The routes; see the table in `main.rs`.

use super::clock::MovableClock;
use super::desktop::{RecordingDesktop, Works};
use super::secrets::{Keychain, MemorySecrets};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::TimeDelta;
use futures_util::Stream;
use kabinet_app::Application;
use kabinet_app::view::AppView;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;
use tower_http::services::{ServeDir, ServeFile};

#[derive(Debug, Clone)]
pub struct Host {
    pub application: Arc<Application>,
    pub desktop: Arc<RecordingDesktop>,
    pub secrets: Arc<MemorySecrets>,
    pub clock: Arc<MovableClock>,
}

pub fn router(host: Host, ui: Option<PathBuf>) -> Router {
    let router = Router::new()
        .route("/command/{name}", post(command))
        .route("/state/stream", get(stream))
        .route("/verb", post(verb))
        .route("/probe/opened", get(async |State(host): State<Host>| Json(host.desktop.asked().opened.clone())))
        .route("/probe/clipboard", get(async |State(host): State<Host>| Json(json!({ "text": host.desktop.asked().clipboard }))))
        .route("/probe/notifications", get(async |State(host): State<Host>| Json(host.desktop.notifications())))
        .route("/probe/notifications/press", post(press))
        .route("/probe/files", get(async |State(host): State<Host>| Json(host.desktop.files())))
        .route("/probe/tray", get(async |State(host): State<Host>| Json(host.desktop.tray())))
        .route("/probe/window", get(async |State(host): State<Host>| Json(json!({ "page": host.desktop.asked().window }))))
        .route(
            "/probe/desktop",
            post(async |State(host): State<Host>, Json(works): Json<Works>| host.desktop.asked().works = works),
        )
        .route(
            "/probe/keychain",
            post(async |State(host): State<Host>, Json(change): Json<ChangeKeychain>| host.secrets.put_into(change.state)),
        )
        .route("/probe/clock", post(advance))
        .with_state(host);
    match ui {
        Some(folder) => router.fallback_service(ServeDir::new(&folder).fallback(ServeFile::new(folder.join("index.html")))),
        None => router,
    }
}

#[derive(Debug, Deserialize)]
struct ChangeKeychain {
    state: Keychain,
}

#[derive(Debug, Deserialize)]
struct Press {
    key: String,
    button: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Advance {
    advance_seconds: i64,
}

async fn command(State(host): State<Host>, Path(name): Path<String>, arguments: Option<Json<Value>>) -> Response {
    let arguments = arguments.map_or(Value::Null, |Json(arguments)| arguments);
    match host.application.call(&name, arguments).await {
        Ok(reply) => Json(reply).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
    }
}

async fn stream(State(host): State<Host>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut views = host.application.subscribe();
    views.mark_changed();
    let next = async |(mut views, application): (watch::Receiver<Arc<AppView>>, Arc<Application>)| {
        tokio::select! {
            changed = views.changed() => changed.ok()?,
            () = application.stopped() => return None,
        }
        let view = views.borrow_and_update().clone();
        let event = Event::default().event("state").json_data(&*view).expect("views are plain data");
        Some((Ok(event), (views, application)))
    };
    // Boxed, since the state of a stream must not move while it is asked.
    Sse::new(Box::pin(futures_util::stream::unfold((views, host.application), next))).keep_alive(KeepAlive::default())
}

async fn verb(State(host): State<Host>, Json(words): Json<Vec<String>>) -> Json<Value> {
    let said = host.application.shell_verb(&words).await;
    Json(json!({ "text": said.text, "status": said.status }))
}

async fn press(State(host): State<Host>, Json(press): Json<Press>) {
    match host.desktop.press(&press.key, press.button) {
        Some(action) => host.application.notification_action(action).await,
        None => host.application.notification_dismissed(&press.key).await,
    }
}

async fn advance(State(host): State<Host>, Json(by): Json<Advance>) {
    host.clock.advance(TimeDelta::seconds(by.advance_seconds));
    host.application.look_again();
}
