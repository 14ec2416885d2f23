//! The operator's page: how everything is, what did not arrive, and a button to send it again. No script, no names, no words of messages.

mod door;
mod render;

use super::auth::Peer;
use super::outgoing::send_again;
use super::{App, Refusal, body, health};
use crate::words::{Words, words};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kabinet_domain::{DeliveryId, DeliveryState};
use render::Facts;

/// What cannot be asked for from elsewhere, shown in a frame, or made to run anything.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// So many failures are shown.
const MOST: usize = 50;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new().route("/status", get(status)).route("/status/style.css", get(style)).route("/status/resend", post(resend))
}

#[utoipa::path(get, path = "/status", tag = "operators", security(("operator" = [])),
    description = "A page for people: connections, sources, followers, deliveries and what did not arrive. The administrator's token is the password.",
    responses((status = 200, content_type = "text/html", body = String), (status = 401, content_type = "text/html", body = String),
        (status = 429), (status = 503)))]
pub async fn status(State(app): State<App>, peer: Peer, request: Request) -> Result<Response, Refusal> {
    let (headers, words) = (request.headers(), in_language(&app, request.headers()));
    if let Err(refused) = door::admit(&app, peer, headers, words)? {
        return Ok(refused);
    }
    let query = request.uri().query().unwrap_or_default();
    let said = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "said").map(|(_, said)| said.into_owned());
    let outbox = app.deliveries.outbox();
    let mut failures = outbox.last(Some(DeliveryState::Failed), MOST).await?;
    failures.extend(outbox.last(Some(DeliveryState::Unsure), MOST).await?);
    failures.sort_by_key(|kept| std::cmp::Reverse(kept.updated_at));
    failures.truncate(MOST);
    let now = app.now();
    let facts = Facts {
        health: health::look(&app).await,
        tallies: outbox.tallies().await?,
        oldest_due: outbox.oldest_due(now).await?,
        failures,
        said: said.as_deref().and_then(|said| ["resent", "not-resent"].into_iter().find(|known| *known == said)),
        now,
    };
    Ok(page(StatusCode::OK, words, &render::status(words, &facts)))
}

/// Needs no password: it says nothing.
async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("status_page/style.css")).into_response()
}

/// The form of the page. Whoever was let in by a browser is let in again by it, so another site's form must do nothing.
async fn resend(State(app): State<App>, peer: Peer, request: Request) -> Result<Response, Refusal> {
    let (parts, content) = request.into_parts();
    let words = in_language(&app, &parts.headers);
    if let Err(refused) = door::admit(&app, peer, &parts.headers, words)? {
        return Ok(refused);
    }
    if !door::is_own_form(&parts.headers, &app.clients.public_url) {
        return Ok(page(StatusCode::FORBIDDEN, words, &render::note(words, "status-refused")));
    }
    let content = body::read(&app, content, &parts.headers).await?;
    let id = url::form_urlencoded::parse(&content).find(|(name, _)| name == "id").and_then(|(_, id)| id.parse().ok());
    let kept = match id {
        Some(id) => app.deliveries.outbox().find(DeliveryId(id)).await?,
        None => None,
    };
    let Some(kept) = kept else { return Err(Refusal::not_found()) };
    let said = if send_again(&app, kept.delivery.id).await.is_ok() { "resent" } else { "not-resent" };
    // A proxy may have put another path before ours; relative to this one it is right.
    let back = HeaderValue::from_str(&format!("../status?said={said}")).map_err(|_| Refusal::internal())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

fn page(status: StatusCode, words: &Words, html: &str) -> Response {
    let mut response = (status, html.to_owned()).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        // With `no-referrer` a browser would hide even from us where its form came from.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Accept-Language"),
        (header::CONTENT_LANGUAGE, words.language()),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The first of ours that the browser names, else the practice's.
fn in_language(app: &App, headers: &HeaderMap) -> &'static Words {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = |entry: &str| {
        let tag = entry.split(';').next().unwrap_or_default().trim();
        let language = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        ["ru", "en"].into_iter().find(|known| *known == language)
    };
    words(asked.split(',').find_map(known).unwrap_or(&app.clients.language))
}
