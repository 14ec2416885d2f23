//! What a specialist does about the page: lets the client in, gives the link anew.

use super::auth::Caller;
use super::body::Id;
use super::conferences::{as_seen, find, tagged};
use super::{App, Refusal};
use crate::page::Wish;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kabinet_api::{Conference, ErrorBody, PagePhase, Received};
use kabinet_domain::ConsultationId;
use uuid::Uuid;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new().route("/api/conferences/{id}/admit", post(admit)).route("/api/conferences/{id}/new-link", post(new_link))
}

#[utoipa::path(post, path = "/api/conferences/{id}/admit", tag = "page", security(("token" = [])),
    description = "Opens the door of the client's page for this meeting. Once is enough; a meeting that is moved to another time has its door closed again.",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`no_pages`: clients have none here; `not_open`: it is over or cancelled"),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn admit(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Refusal> {
    let found = with_page(&app, &caller, id).await?;
    let pages = &app.clients.pages;
    let running = app.status.is_running(ConsultationId(id));
    let phase = pages.read(ConsultationId(found.id), |card| card.phase(running, app.now()));
    if !matches!(phase, Some(PagePhase::Waiting | PagePhase::Open)) {
        return Err(Refusal::conflict("not_open", "it is over or cancelled; nobody can be let in"));
    }
    pages.wish(ConsultationId(id), Wish::Admit).await?;
    Ok(axum::Json(Received { received: true, success: true, ..Received::default() }).into_response())
}

#[utoipa::path(post, path = "/api/conferences/{id}/new-link", tag = "page", security(("token" = [])),
    description = "Gives the client's page another link. The one before leads nowhere from then on, also where it is open, and a chat that was bound from there is let go.",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Conference, description = "With the new `invite_link`"), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`no_pages`: clients have none here"), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn new_link(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Refusal> {
    let found = with_page(&app, &caller, id).await?;
    app.clients.pages.wish(ConsultationId(id), Wish::NewLink).await?;
    // Whoever was given the link before by mistake may have bound a chat with it, and reminders carry the new one.
    app.clients.reach.forget_client(&app.writer, &found).await?;
    Ok(tagged(as_seen(&app, found)))
}

/// The caller's consultation, whose page is known from now on.
async fn with_page(app: &App, caller: &Caller, id: Uuid) -> Result<Conference, Refusal> {
    let found = find(app, caller, id).await?;
    if !app.clients.pages.exist() {
        return Err(Refusal::conflict("no_pages", "clients have no pages here: `practice.public_url` is not set"));
    }
    app.clients.pages.remember(&found);
    Ok(found)
}
