//! The practice's calendar: what it sends by itself, and its people.

use super::auth::{Caller, Peer};
use super::body::Asked;
use super::webhooks::answer;
use super::{App, Refusal, body};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use kabinet_api::{Colleague, ErrorBody, Received};
use kabinet_domain::Sensitive;
use kabinet_providers::calendars::{Incoming, IncomingError};
use serde::Deserialize;

#[utoipa::path(post, path = "/api/webhook/bitrix24", tag = "webhooks",
    description = "An outgoing webhook of Bitrix24: something was changed in its calendar. Also as `/webhook/bitrix24`. It proves itself by the portal's id and token in its body, and is answered at once: both sides are compared afterwards, and `calendar_changed` is told.",
    request_body(content = PortalEvent, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody, description = "The portal's id or token is not the configured one, or none is configured"),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn bitrix24(State(app): State<App>, peer: Peer, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body = body::read(&app, body, &parts.headers).await?;
    let unproven = || {
        let refusal = Refusal::unauthorized("wrong_token", "the portal's id and token are not the configured ones");
        app.wrong(peer).and(Err(refusal))
    };
    let Some(portal) = app.connections.calendar() else { return unproven() };
    match portal.understand(&body) {
        Ok(Incoming::Changed(_)) => {
            app.news.changed_there();
            Ok(answer(None, false))
        }
        Ok(Incoming::Other) => {
            app.status.count_ignored();
            Ok(answer(Some("it is not about an entry of a calendar"), false))
        }
        Err(IncomingError::Unverified) => unproven(),
        Err(IncomingError::TooLarge) => Err(Refusal::too_large(app.body_bytes)),
        Err(IncomingError::NotAnEvent) => Err(Refusal::bad_request("not_an_event", "the body is not an event of a portal")),
    }
}

/// What a portal sends, of what is read here.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "stands in the document only")]
pub struct PortalEvent {
    #[schema(example = "ONCALENDARENTRYUPDATE")]
    event: String,
    #[schema(rename = "data[id]", example = "1246")]
    entry: String,
    #[schema(rename = "auth[member_id]")]
    member_id: String,
    #[schema(rename = "auth[application_token]")]
    application_token: String,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Only those whose name or e-mail address holds every word of this.
    q: Option<Sensitively>,
}

/// Nobody's name is longer, and each word is looked for in everybody.
const LONGEST_NAME: usize = 200;

/// A name that somebody looks for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(value_type = String)]
#[serde(from = "String")]
pub struct Sensitively(Sensitive<String>);

impl From<String> for Sensitively {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[utoipa::path(get, path = "/api/bitrix/users", tag = "people", params(PeopleQuery), security(("token" = [])),
    responses((status = 200, body = Vec<Colleague>, description = "Those who can be invited, a few minutes old at most while the calendar answers; empty while none is connected"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 503, body = ErrorBody, description = "The calendar does not answer, and nobody is known yet")))]
pub async fn colleagues(State(app): State<App>, _: Caller, Asked(query): Asked<PeopleQuery>) -> Result<Response, Refusal> {
    if query.q.as_ref().is_some_and(|text| text.0.reveal().len() > LONGEST_NAME) {
        return Err(Refusal::field("q", "is too long"));
    }
    let Some(portal) = app.connections.calendar() else { return Ok(axum::Json(Vec::<Colleague>::new()).into_response()) };
    let people = portal.people().await?;
    let wanted = query.q.map(|text| text.0.reveal().to_lowercase()).unwrap_or_default();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let colleagues = people.iter().map(|person| Colleague {
        id: person.id.0.clone(),
        name: person.name.reveal().clone(),
        email: person.email.as_ref().map(|email| email.reveal().clone()),
    });
    let fits = |colleague: &Colleague| {
        let text = format!("{} {}", colleague.name, colleague.email.as_deref().unwrap_or_default()).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    Ok(axum::Json(colleagues.filter(fits).collect::<Vec<_>>()).into_response())
}
