//! The feed by long poll and as server-sent events: two views of one read.

use super::auth::Caller;
use super::body::Asked;
use super::sse::Stream;
use super::{App, Refusal};
use crate::feed::Page;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kabinet_api::{ErrorBody, EventPage};
use kabinet_domain::Cursor;
use serde::Deserialize;
use std::time::Duration;

/// Proxies cut what is silent for longer.
const LONGEST_WAIT: u64 = 60;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PollQuery {
    /// Everything up to here is known; without it, the present end of the log.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64)]
    after: Option<u64>,
    /// Seconds to wait if there is nothing yet.
    #[serde(default)]
    #[param(minimum = 0, maximum = 60)]
    wait: u64,
}

#[utoipa::path(get, path = "/api/events", tag = "feed", params(PollQuery), security(("token" = [])),
    responses((status = 200, body = EventPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "The cursor is beyond the end: the log was replaced"),
        (status = 410, body = ErrorBody, description = "The events after the cursor are forgotten"),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn poll(State(app): State<App>, caller: Caller, Asked(query): Asked<PollQuery>) -> Result<Response, Refusal> {
    if query.wait > LONGEST_WAIT {
        return Err(Refusal::field("wait", "must be at most 60 seconds"));
    }
    let mut follower = app.feed.follow(caller.reader(), query.after.map(Cursor))?;
    let mut page = follower.now().await?;
    if page.frames.is_empty() && query.wait > 0 {
        tokio::select! {
            next = follower.next() => page = next?,
            () = tokio::time::sleep(Duration::from_secs(query.wait)) => page = follower.now().await?,
            () = app.draining.cancelled() => {}
        }
        if !caller.is_still_known(&app) {
            return Err(Refusal::unauthorized("wrong_token", "this token is not known"));
        }
    }
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], page_json(&page)).into_response())
}

/// Frames are JSON already; the page is put together around them.
fn page_json(page: &Page) -> Vec<u8> {
    let length: usize = page.frames.iter().map(|frame| frame.json().len() + 1).sum();
    let mut json = Vec::with_capacity(length + 48);
    json.extend_from_slice(b"{\"events\":[");
    for (index, frame) in page.frames.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.extend_from_slice(frame.json());
    }
    json.extend_from_slice(format!("],\"cursor\":{}}}", page.cursor).as_bytes());
    json
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// As `Last-Event-ID`, which comes first.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64)]
    after: Option<u64>,
}

#[utoipa::path(get, path = "/api/events/stream", tag = "feed", security(("token" = [])),
    params(StreamQuery, ("Last-Event-ID" = Option<u64>, Header, description = "The cursor of the last event that was seen")),
    responses((status = 200, content_type = "text/event-stream", body = String,
            description = "`id:` is the cursor, `event:` the kind, `data:` the event"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 410, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn stream(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Asked(query): Asked<StreamQuery>,
) -> Result<Response, Refusal> {
    let last_seen = headers.get("last-event-id").filter(|value| !value.is_empty());
    let last_seen = last_seen
        .map(|value| {
            value
                .to_str()
                .ok()
                .and_then(|text| text.trim().parse().ok())
                .ok_or_else(|| Refusal::field("Last-Event-ID", "is not a cursor"))
        })
        .transpose()?;
    let follower = app.feed.follow(caller.reader(), last_seen.or(query.after).map(Cursor))?;
    let mut response = Response::new(Body::new(Stream::new(app, caller, follower)));
    // hyper keeps the map as long as the connection lives, so it has room for these and no more.
    *response.headers_mut() = HeaderMap::with_capacity(3);
    response.headers_mut().extend([
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx would hold events back in its buffer.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ]);
    Ok(response)
}
