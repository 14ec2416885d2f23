//! The client's page, `/w/…`: what a browser gets, and what the page says of itself.
//!
//! Asking for anything changes nothing, so whatever a messenger, a scanner or a browser fetches beforehand is nobody.
//! A token that opens no page is answered in one way, whatever is wrong with it.

mod manners;

use self::manners::{Wanted, from_elsewhere, takes_gzip};
use super::body::{self, Asked};
use super::{App, Refusal};
use crate::page::{self, Around, Asset, SCRIPT, Wish};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use kabinet_api::{ErrorBody, PageState, PageVisit};
use kabinet_domain::ConsultationId;
use kabinet_domain::waiting::Word;
use serde::Deserialize;
use std::io::Write;
use std::time::Duration;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/w/page.js", get(|request: Request| async move { asset(&SCRIPT, &request) }))
        .route("/w/{token}", get(show).fallback(wrong_method))
        .route("/w/{token}/state", get(state).fallback(wrong_method))
        .route("/w/{token}/here", axum::routing::post(here).fallback(wrong_method))
        .route("/w/{token}/leave", axum::routing::post(leave).fallback(wrong_method))
        .route("/w/{token}/late", axum::routing::post(late).fallback(wrong_method))
        .route("/w/{token}/answer", axum::routing::post(answer).fallback(wrong_method))
        // Whatever else stands under `/w` was once meant to be a link.
        .route("/w", axum::routing::any(nowhere))
        .route("/w/", axum::routing::any(nowhere))
        .route("/w/{token}/", axum::routing::any(nowhere))
        .route("/w/{token}/{*rest}", axum::routing::any(nowhere))
        .layer(from_fn(manners::kept))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
}

/// Proxies cut what is silent for longer, and phones too.
const LONGEST_WAIT: u64 = 55;

/// Ids that pages draw for themselves.
const VISIT: std::ops::RangeInclusive<usize> = 8..=64;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StateQuery {
    /// The `revision` that is known; with `wait`, the answer comes when it is another one.
    after: Option<String>,
    /// Seconds to wait at most.
    #[serde(default)]
    #[param(minimum = 0, maximum = 55)]
    wait: u64,
}

#[utoipa::path(get, path = "/w/{token}", tag = "page",
    description = "The client's page. Asking for it tells nobody anything.",
    params(("token" = String, Path), ("lang" = Option<String>, Query, description = "`ru` or `en`"),
        ("still" = Option<String>, Query, description = "Without scripts, the page is not to reload by itself")),
    responses((status = 200, content_type = "text/html", body = String),
        (status = 404, content_type = "text/html", body = String, description = "The link leads nowhere; why is not told"),
        (status = 429, content_type = "text/html", body = String, description = "The same, too often"),
        (status = 503, body = ErrorBody)))]
pub async fn show(State(app): State<App>, wanted: Wanted) -> Result<Response, Refusal> {
    let Some((id, state)) = open(&app, &wanted).await? else { return Ok(lost(&app, &wanted)) };
    let language = app.clients.pages.read(id, |card| card.plan.language.clone()).flatten();
    Ok(document(&page::page(&state, wanted.reading(&app, language.as_deref())), &wanted))
}

#[utoipa::path(get, path = "/w/{token}/state", tag = "page", params(("token" = String, Path), StateQuery),
    responses((status = 200, body = PageState), (status = 400, body = ErrorBody),
        (status = 404, content_type = "text/html", body = String), (status = 429, content_type = "text/html", body = String),
        (status = 503, body = ErrorBody)))]
pub async fn state(State(app): State<App>, wanted: Wanted, Asked(query): Asked<StateQuery>) -> Result<Response, Refusal> {
    if query.wait > LONGEST_WAIT {
        return Err(Refusal::field("wait", "must be at most 55 seconds"));
    }
    let over = tokio::time::sleep(Duration::from_secs(query.wait));
    tokio::pin!(over);
    loop {
        let Some((id, state)) = open(&app, &wanted).await? else { return Ok(lost(&app, &wanted)) };
        let known = query.wait > 0 && query.after.as_deref() == Some(state.revision.as_str());
        let Some(changes) = app.clients.pages.changes(id).filter(|_| known) else { return Ok(axum::Json(state).into_response()) };
        let changed = changes.notified();
        tokio::pin!(changed);
        // From here on nothing is missed; so it is looked at once more before waiting.
        changed.as_mut().enable();
        if current(&app, id).is_some_and(|now| now.revision == state.revision) {
            tokio::select! {
                () = changed => {}
                () = over.as_mut() => return Ok(axum::Json(state).into_response()),
                () = app.draining.cancelled() => return Ok(axum::Json(state).into_response()),
            }
        }
    }
}

#[utoipa::path(post, path = "/w/{token}/here", tag = "page",
    description = "The page is open and visible. This alone says that somebody is there. JSON, also as `text/plain`.",
    params(("token" = String, Path)), request_body = PageVisit,
    responses((status = 200, body = PageState), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, content_type = "text/html", body = String), (status = 408, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 429, content_type = "text/html", body = String), (status = 503, body = ErrorBody)))]
pub async fn here(State(app): State<App>, wanted: Wanted, request: Request) -> Result<Response, Refusal> {
    said(&app, &wanted, request, |visit| Ok(Wish::Say { visit: visit.visit, word: Word::Here })).await
}

#[utoipa::path(post, path = "/w/{token}/leave", tag = "page",
    description = "The page was closed; with `into_room`, its visitor went through the door.",
    params(("token" = String, Path)), request_body = PageVisit,
    responses((status = 200, body = PageState), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, content_type = "text/html", body = String), (status = 408, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 429, content_type = "text/html", body = String), (status = 503, body = ErrorBody)))]
pub async fn leave(State(app): State<App>, wanted: Wanted, request: Request) -> Result<Response, Refusal> {
    let word = |visit: &PageVisit| Word::Leave { into_room: visit.into_room.unwrap_or_default() };
    said(&app, &wanted, request, |visit| Ok(Wish::Say { word: word(&visit), visit: visit.visit })).await
}

#[utoipa::path(post, path = "/w/{token}/late", tag = "page",
    description = "The client will be so many `minutes` late: 5, 10 or 15, from the planned start, or from now once it has passed.",
    params(("token" = String, Path)), request_body = PageVisit,
    responses((status = 200, body = PageState), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, content_type = "text/html", body = String), (status = 408, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 429, content_type = "text/html", body = String), (status = 503, body = ErrorBody)))]
pub async fn late(State(app): State<App>, wanted: Wanted, request: Request) -> Result<Response, Refusal> {
    said(&app, &wanted, request, |visit| match visit.minutes {
        Some(minutes @ (5 | 10 | 15)) => Ok(Wish::Late { minutes }),
        _ => Err(Refusal::field("minutes", "must be 5, 10 or 15")),
    })
    .await
}

#[utoipa::path(post, path = "/w/{token}/answer", tag = "page",
    description = "The client's `answer` to being made to wait: `fine` or `cannot_wait`.",
    params(("token" = String, Path)), request_body = PageVisit,
    responses((status = 200, body = PageState), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, content_type = "text/html", body = String), (status = 408, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 429, content_type = "text/html", body = String), (status = 503, body = ErrorBody)))]
pub async fn answer(State(app): State<App>, wanted: Wanted, request: Request) -> Result<Response, Refusal> {
    said(&app, &wanted, request, |visit| match visit.answer.as_deref() {
        Some("fine") => Ok(Wish::Answer { can_wait: true }),
        Some("cannot_wait") => Ok(Wish::Answer { can_wait: false }),
        _ => Err(Refusal::field("answer", "must be fine or cannot_wait")),
    })
    .await
}

async fn said(
    app: &App,
    wanted: &Wanted,
    request: Request,
    wish: impl FnOnce(PageVisit) -> Result<Wish, Refusal>,
) -> Result<Response, Refusal> {
    let Some((id, _)) = open(app, wanted).await? else { return Ok(lost(app, wanted)) };
    let (parts, body) = request.into_parts();
    if from_elsewhere(&parts.headers, app.clients.pages.origin().as_deref()) {
        return Err(Refusal::forbidden("only the page itself may say this"));
    }
    let visit: PageVisit = body::parse(&body::read(app, body, &parts.headers).await?)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !VISIT.contains(&visit.visit.len()) || !visit.visit.bytes().all(plain) {
        return Err(Refusal::field("visit", "must be 8 to 64 letters, digits, - and _"));
    }
    app.clients.pages.wish(id, wish(visit)?).await?;
    match current(app, id) {
        Some(state) => Ok(axum::Json(state).into_response()),
        None => Ok(lost(app, wanted)),
    }
}

/// The page that a token opens.
async fn open(app: &App, wanted: &Wanted) -> Result<Option<(ConsultationId, PageState)>, Refusal> {
    let Some(id) = app.clients.pages.find(&wanted.token) else { return Ok(None) };
    if app.clients.pages.changes(id).is_none() {
        // Long over, or a moment old.
        let Some(conference) = app.consultations.find(id).await? else { return Ok(None) };
        app.clients.pages.remember(&conference);
    }
    Ok(current(app, id).map(|state| (id, state)))
}

fn current(app: &App, id: ConsultationId) -> Option<PageState> {
    let around = Around {
        pages: &app.clients.pages,
        people: &app.people,
        status: &app.status,
        reach: &app.clients.reach,
        practice: &app.clients.practice.name,
        now: app.now(),
    };
    page::state(around, id)
}

/// The answer to every token that opens no page. Whoever guesses is slowed down; right ones pass all the same.
fn lost(app: &App, wanted: &Wanted) -> Response {
    app.status.count_refused();
    let mut response = document(&page::calm(wanted.reading(app, None)), wanted);
    *response.status_mut() = StatusCode::NOT_FOUND;
    if let Err(seconds) = app.page_limiter.wrong(wanted.peer.client, app.now()) {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

async fn nowhere(State(app): State<App>, wanted: Wanted) -> Response {
    lost(&app, &wanted)
}

async fn wrong_method() -> Refusal {
    Refusal::method()
}

/// Packed for whoever takes that, since most of it is the stylesheet. Nothing that a stranger sends stands in it beside what is secret,
/// so its length tells nobody anything (<https://www.breachattack.com>).
fn document(html: &str, wanted: &Wanted) -> Response {
    let packed = if wanted.takes_gzip { packed(html.as_bytes()) } else { None };
    let is_packed = packed.is_some();
    let body = packed.unwrap_or_else(|| html.as_bytes().to_vec());
    let mut response =
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::VARY, "accept-encoding")], body).into_response();
    if is_packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).ok()?;
    packer.finish().ok()
}

/// Kept for ever under its hash; under any other it is asked for anew.
fn asset(asset: &'static Asset, request: &Request) -> Response {
    if asset.plain.is_empty() {
        return Refusal::not_found().into_response();
    }
    let packed = takes_gzip(request.headers());
    let mut response = Response::new(Body::from(if packed { asset.packed } else { asset.plain }));
    let fresh = request.uri().query() == Some(asset.hash.as_str());
    let keep = if fresh { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().extend([
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    if packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static FILE: Asset =
        Asset { kind: "text/javascript", plain: b"plain", packed: b"packed", hash: LazyLock::new(|| "abc".to_owned()) };
    static MISSING: Asset = Asset { kind: "text/javascript", plain: b"", packed: b"x", hash: LazyLock::new(String::new) };

    #[test]
    fn a_file_is_kept_for_ever_under_its_hash_alone() {
        let ask = |uri: &str, encoding: &str| {
            let request = Request::builder().uri(uri).header(header::ACCEPT_ENCODING, encoding).body(Body::empty());
            let response = asset(&FILE, &request.expect("a request"));
            let header = |name| response.headers().get(name).map(|value: &HeaderValue| value.to_str().expect("text").to_owned());
            (header(header::CACHE_CONTROL).expect("said"), header(header::CONTENT_ENCODING))
        };
        assert_eq!(
            ask("/w/page.js?abc", "br, gzip"),
            ("public, max-age=31536000, immutable".to_owned(), Some("gzip".to_owned()))
        );
        assert_eq!(ask("/w/page.js?old", "identity"), ("no-cache".to_owned(), None));
        let request = Request::builder().uri("/w/page.js").body(Body::empty()).expect("a request");
        assert_eq!(asset(&MISSING, &request).status(), StatusCode::NOT_FOUND);
    }
}
