//! Threads with clients.

use super::auth::Caller;
use super::body::Id;
use super::conferences::find;
use super::{App, Refusal};
use crate::ports::inbox::ThreadMessage;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use kabinet_api::{ErrorBody, MessageJson, Messages};
use kabinet_domain::ConsultationId;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new().route("/api/conferences/{id}/messages", get(messages))
}

#[utoipa::path(get, path = "/api/conferences/{id}/messages", tag = "clients", security(("token" = [])),
    description = "What the client wrote and what was written to them, oldest first. A client's message stands at the consultation that was on or next when it came, else at the last one of the week before.",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Messages), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn messages(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Json<Messages>, Refusal> {
    find(&app, &caller, id).await?;
    let thread = app.inbox.thread(ConsultationId(id)).await?;
    Ok(Json(Messages { messages: thread.into_iter().map(shown).collect() }))
}

fn shown(kept: ThreadMessage) -> MessageJson {
    let ThreadMessage { message, state, code } = kept;
    let from = if message.delivery.is_some() { "specialist" } else { "client" };
    MessageJson {
        id: message.id.0,
        at: message.at,
        from: from.to_owned(),
        text: message.body.text,
        what: message.body.what,
        channel: message.body.channel,
        state: state.map(|state| state.name().to_owned()),
        code,
    }
}
