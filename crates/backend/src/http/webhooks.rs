//! Webhooks: verified, understood, appended, and only then answered.

use super::auth::Peer;
use super::{App, Refusal, body};
use crate::writer::Report;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kabinet_api::{ErrorBody, Received};
use kabinet_domain::Timestamp;
use kabinet_providers::jitsi::webhook_auth::TIMESTAMP_HEADER;
use kabinet_providers::jitsi::{DialectError, RoomEvent, Understood, event_sync, kabinet, muc_webhook};
use std::sync::Arc;

/// The module sends an event in the turn of its loop in which it happens.
const AT_ONCE: chrono::Duration = chrono::Duration::milliseconds(250);

/// The answer that nearly every webhook gets.
const RECEIVED: &str = r#"{"received":true,"success":true}"#;

#[utoipa::path(post, path = "/api/webhook/jitsi", tag = "webhooks", security(("webhook" = [])),
    description = "The guide's module. Also as `/webhook/jitsi`, and with the kind at the end of the path.",
    request_body(content = serde_json::Value, description = "camelCase as sent, snake_case as documented"),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn jitsi(State(app): State<App>, peer: Peer, request: Request) -> Result<Response, Refusal> {
    receive(&app, peer, request, &muc_webhook::REPORTER, |body, now| muc_webhook::understand(body, None, now)).await
}

#[utoipa::path(post, path = "/api/webhook/jitsi/{event}", tag = "webhooks", security(("webhook" = [])),
    params(("event" = WebhookEvent, Path)),
    request_body(content = serde_json::Value),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn jitsi_named(
    State(app): State<App>,
    peer: Peer,
    Path(event): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let route = RoomEvent::from_route(&event).filter(|_| event.contains('-')).ok_or_else(Refusal::not_found)?;
    receive(&app, peer, request, &muc_webhook::REPORTER, |body, now| muc_webhook::understand(body, Some(route), now)).await
}

#[utoipa::path(post, path = "/api/events/{subject}/{event}", tag = "webhooks", security(("webhook" = [])),
    description = "The event_sync component.",
    params(("subject" = SyncSubject, Path), ("event" = SyncEvent, Path)),
    request_body(content = serde_json::Value),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn event_sync(
    State(app): State<App>,
    peer: Peer,
    Path((subject, event)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refusal> {
    let route = RoomEvent::from_route(&format!("{subject}/{event}")).ok_or_else(Refusal::not_found)?;
    receive(&app, peer, request, &event_sync::REPORTER, |body, now| event_sync::understand(body, Some(route), now)).await
}

#[utoipa::path(post, path = "/api/webhook/kabinet", tag = "webhooks", security(("webhook" = [])),
    description = "Our own Prosody module: batches, signed after Standard Webhooks.",
    request_body(content = serde_json::Value),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn own_module(State(app): State<App>, peer: Peer, request: Request) -> Result<Response, Refusal> {
    let stamped_at = stamp(request.headers());
    let unknown: Arc<str> = Arc::from("kabinet:unknown");
    receive(&app, peer, request, &unknown, |body, now| kabinet::understand(body, stamped_at, now)).await
}

/// What a path of the guide's module may end in.
#[derive(Debug, utoipa::ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "stands in the document only")]
pub enum WebhookEvent {
    ParticipantJoined,
    ParticipantLeft,
    RoomCreated,
    RoomDestroyed,
}

#[derive(Debug, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "stands in the document only")]
pub enum SyncSubject {
    Room,
    Occupant,
}

#[derive(Debug, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "stands in the document only")]
pub enum SyncEvent {
    Created,
    Destroyed,
    Joined,
    Left,
}

async fn receive(
    app: &App,
    peer: Peer,
    request: Request<Body>,
    dialect: &Arc<str>,
    understand: impl FnOnce(&[u8], Timestamp) -> Result<Understood, DialectError>,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body: Bytes = body::read(app, body, &parts.headers).await?;
    app.secrets.admit(app, peer, &parts.headers, parts.uri.query(), &body)?;
    let received_at = app.now();
    let mut understood = understand(&body, received_at).map_err(|error| refuse(&parts.headers, error))?;
    app.clients.names.take_out(&mut understood.signals);
    if understood.signals.is_empty() && understood.report.is_none() {
        app.status.count_ignored();
        return Ok(answer(Some(understood.ignored.unwrap_or("nothing of interest")), false));
    }
    let clock_ahead = understood.sent_at.map(|sent_at| sent_at - received_at);
    let late = was_held(&understood);
    let module = understood.report.map(Box::new);
    let source = Arc::clone(module.as_ref().map_or(dialect, |module| &module.reporter));
    let report = Report { source, signals: understood.signals, module, clock_ahead, late, received_at };
    let kept = app.writer.report(report).await?;
    Ok(answer(understood.ignored, kept.snapshot))
}

/// The second in which our module sent this request, by its own clock.
fn stamp(headers: &HeaderMap) -> Option<Timestamp> {
    let seconds = headers.get(TIMESTAMP_HEADER)?.to_str().ok()?.parse().ok()?;
    // A moment before 1970 or after the year 9999 is a broken number, and arithmetic with it could overflow.
    (0..=253_402_300_799).contains(&seconds).then(|| Timestamp::from_timestamp(seconds, 0)).flatten()
}

/// Whether our module sends what happened a while ago, by its own clock: it was without us, and has more.
fn was_held(understood: &Understood) -> bool {
    let newest = understood.signals.iter().map(|signal| signal.said_at).max();
    let sent_at = understood.sent_at.filter(|_| understood.report.is_some());
    newest.zip(sent_at).is_some_and(|(newest, sent_at)| sent_at - newest > AT_ONCE)
}

fn refuse(headers: &HeaderMap, error: DialectError) -> Refusal {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The sender never tries again, so the operator must hear of it. The error holds no values.
    tracing::warn!(%error, from_prosody = agent.starts_with("Prosody"), "a webhook was not understood");
    error.into()
}

pub(super) fn answer(ignored: Option<&str>, snapshot: bool) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    if ignored.is_none() && !snapshot {
        return (json, RECEIVED).into_response();
    }
    let received =
        Received { received: true, success: true, ignored: ignored.map(str::to_owned), snapshot: snapshot.then_some(true) };
    (json, serde_json::to_vec(&received).expect("plain values")).into_response()
}
