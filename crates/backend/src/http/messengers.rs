//! What messengers send by themselves: verified, kept, and answered at once with nothing.
//!
//! A body in the answer could be taken for a command (Telegram runs what it finds there), and anything but 200 makes the sender repeat
//! itself for a day and hold back all that follows (GREEN-API).

use super::auth::Peer;
use super::{App, Refusal};
use crate::messengers::{Taken, Wired, take_in};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kabinet_api::ErrorBody;
use std::sync::Arc;

/// Pictures come with a small picture of themselves.
const MAX_BODY: usize = 1024 * 1024;

/// Under the base path. A reverse proxy may strip `/api`.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/webhook/green-api", post(green_api))
        .route("/webhook/green-api", post(green_api))
        .route("/api/webhook/telegram", post(telegram))
        .route("/webhook/telegram", post(telegram))
}

#[utoipa::path(post, path = "/api/webhook/green-api", tag = "webhooks",
    description = "Webhooks of GREEN-API, for WhatsApp and MAX. Also as `/webhook/green-api`. They prove themselves by `Authorization: Bearer TOKEN`, or `TOKEN` alone, with the connection's `webhook_token`. Answered with an empty body once it is kept; what is not understood is acknowledged too.",
    request_body(content = serde_json::Value),
    responses((status = 200, description = "Kept, known already, or nothing to us"),
        (status = 401, body = ErrorBody, description = "The token is not the configured one, or none is configured"),
        (status = 408, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn green_api(State(app): State<App>, peer: Peer, request: Request) -> Result<StatusCode, Refusal> {
    receive(&app, peer, request, "green-api").await
}

#[utoipa::path(post, path = "/api/webhook/telegram", tag = "webhooks",
    description = "Updates of Telegram's bot. Also as `/webhook/telegram`. They prove themselves by `X-Telegram-Bot-Api-Secret-Token` with the connection's `webhook_secret`. Answered with an empty body once it is kept; what is not understood is acknowledged too.",
    request_body(content = serde_json::Value),
    responses((status = 200, description = "Kept, known already, or nothing to us"),
        (status = 401, body = ErrorBody, description = "The secret is not the configured one, or none is configured"),
        (status = 408, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn telegram(State(app): State<App>, peer: Peer, request: Request) -> Result<StatusCode, Refusal> {
    receive(&app, peer, request, "telegram").await
}

async fn receive(app: &App, peer: Peer, request: Request, webhook: &str) -> Result<StatusCode, Refusal> {
    let (parts, body) = request.into_parts();
    // Before the body is read: whoever proves nothing does not get to send a megabyte.
    let proven = proven(app, &parts.headers, webhook);
    if proven.is_empty() {
        let refusal = Refusal::unauthorized("wrong_secret", "this is not the connection's secret, or it has none");
        return app.wrong(peer).and(Err(refusal));
    }
    let Some(body) = read(app, body).await? else {
        tracing::warn!(webhook, "something that a messenger sent is too large, and is left out");
        return Ok(StatusCode::OK);
    };
    let mut taken = Taken::Nothing;
    // Two accounts may have the same secret; each knows its own.
    for wired in proven {
        taken = take_in(&app.clients.messengers, &app.writer, &wired, &body, app.now()).await?;
        if taken != Taken::Nothing {
            break;
        }
    }
    if taken == Taken::Nothing {
        app.status.count_ignored();
    }
    Ok(StatusCode::OK)
}

/// The accounts that this may come from.
fn proven(app: &App, headers: &HeaderMap, webhook: &str) -> Vec<Arc<Wired>> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let here = app.clients.messengers.wired().iter().filter(|wired| wired.info().webhook == webhook);
    // All are compared, so that the time does not tell which was nearly right.
    here.filter(|wired| wired.listener().proves(&header)).cloned().collect()
}

/// `None` for what is too large: refused, it would come again and again.
async fn read(app: &App, body: Body) -> Result<Option<bytes::Bytes>, Refusal> {
    match tokio::time::timeout(app.patience, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(Some(body.to_bytes())),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Ok(None),
        Ok(Err(_)) => Err(Refusal::bad_request("broken_body", "the body did not arrive whole")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not arrive in time")),
    }
}
