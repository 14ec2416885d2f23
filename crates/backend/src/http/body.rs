//! Bodies: whole, bounded, in time, and as JSON whose faults are named.

use super::{App, Refusal};
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kabinet_api::WRONG_FIELD;
use serde::de::DeserializeOwned;

/// Reads a body to its end.
pub async fn read(app: &App, body: Body, headers: &HeaderMap) -> Result<Bytes, Refusal> {
    // Refused before it is sent, where it says its length.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > app.body_bytes) {
        return Err(Refusal::too_large(app.body_bytes));
    }
    let collected = tokio::time::timeout(app.patience, Limited::new(body, app.body_bytes).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Refusal::too_large(app.body_bytes)),
        Ok(Err(_)) => Err(Refusal::bad_request("broken_body", "the body did not arrive whole")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not arrive in time")),
    }
}

/// A JSON body of a known shape.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "send `Content-Type: application/json`"));
        }
        parse(&read(app, body, &parts.headers).await?).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// An empty body is an empty object.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    // Serde would read a list as an object's values in order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Refusal::bad_request("not_an_object", "the body is not a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.inner();
        if cause.is_data() {
            // Serde's own words quote the value, which may be a name.
            let missing =
                cause.to_string().strip_prefix("missing field `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
            let wrong = cause.to_string().strip_prefix(WRONG_FIELD).and_then(|rest| rest.split('`').next()).map(str::to_owned);
            return match missing {
                Some(field) if path == "." => Refusal::field(&field, "is missing"),
                Some(field) => Refusal::field(&format!("{path}.{field}"), "is missing"),
                None if wrong.is_some() => Refusal::field(&wrong.unwrap_or_default(), "is not of the right kind"),
                None if path == "." => Refusal::bad_request("not_an_object", "the body is not a JSON object"),
                None => Refusal::field(&path, "is not of the right kind"),
            };
        }
        Refusal::bad_request("not_json", format!("the body is not JSON (line {}, column {})", cause.line(), cause.column()))
    })?;
    deserializer.end().map_err(|_| Refusal::bad_request("not_json", "something follows the JSON"))?;
    Ok(value)
}

/// The query, with faults named.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(asked)| Self(asked)).map_err(|error| Refusal::bad_request("invalid_query", error.body_text()))
    }
}

/// An id in the path. One that is none names nothing.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub uuid::Uuid);

impl FromRequestParts<App> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let path = Path::<uuid::Uuid>::from_request_parts(parts, app).await;
        path.map(|Path(id)| Self(id)).map_err(|_| Refusal::field("id", "is not a UUID"))
    }
}
