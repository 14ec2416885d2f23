//! Consultations.

use super::auth::Caller;
use super::body::{self, Asked, Id, Json};
use super::{App, Refusal};
use crate::planning::{self, conference};
use crate::ports::reach::Press;
use crate::ports::{Reader, Selection};
use crate::writer::{Change, Changed, Report};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, TimeZone};
use kabinet_api::{Conference, ConferenceBody, ConferenceStatus, Conferences, ErrorBody, PressedJoin, Received};
use kabinet_domain::{ConsultationId, Signal, SpecialistId};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// From this day on, in the backend's time zone.
    from: Option<NaiveDate>,
    /// Up to and with this day.
    to: Option<NaiveDate>,
}

#[utoipa::path(get, path = "/api/conferences", tag = "conferences", params(ListQuery), security(("token" = [])),
    responses((status = 200, body = Conferences), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn list(State(app): State<App>, caller: Caller, Asked(query): Asked<ListQuery>) -> Result<Response, Refusal> {
    let start_of = |day: NaiveDate| {
        let zone = app.fallbacks.timezone;
        // Where midnight does not exist, the day begins with what follows.
        (0..24).find_map(|hour| zone.from_local_datetime(&day.and_hms_opt(hour, 0, 0)?).earliest()).map(|at| at.to_utc())
    };
    let selection = Selection {
        reader: caller.reader(),
        from: query.from.and_then(start_of),
        to: query.to.and_then(|day| day.succ_opt()).and_then(start_of),
    };
    let found = app.consultations.list(selection).await?;
    let conferences = found.into_iter().map(|conference| as_seen(&app, conference)).collect();
    Ok(axum::Json(Conferences { conferences }).into_response())
}

#[utoipa::path(post, path = "/api/conferences", tag = "conferences", security(("token" = [])),
    description = "Without a `link`, and with a `provider` that makes or names rooms, the backend has the room made with its own account. With `create_calendar_event` it is written to the practice's calendar afterwards. The same `id` again never makes a second room.",
    request_body = ConferenceBody,
    responses((status = 201, body = Conference), (status = 200, body = Conference, description = "It was there already, the same"),
        (status = 400, body = ErrorBody, description = "A field is wrong; `unknown_cohosts` and `unknown_users` say who is unknown"),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody, description = "The token may not; or `account_restricted`, `provider_forbids`: the backend's account at the provider may not"),
        (status = 408, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "Another consultation has this id, or a colleague has the room at this time; `room_may_have_been_made`: an answer was lost, and a person has to look; `plan_too_small`: what is paid for at the provider does not include it"),
        (status = 413, body = ErrorBody), (status = 415, body = ErrorBody),
        (status = 429, body = ErrorBody, description = "Also `provider_busy`"),
        (status = 503, body = ErrorBody, description = "Also `provider_unavailable`, `provider_unexpected`, and `sign_in_again`: the provider does not take the backend's token")))]
pub async fn create(State(app): State<App>, caller: Caller, Json(body): Json<ConferenceBody>) -> Result<Response, Refusal> {
    let owner = caller.specialist()?;
    let id = body.id.unwrap_or_else(|| app.ids.next());
    let body = app.clients.names.checked(without_page(&app, body))?;
    let wanted = conference(body, id, owner, app.now(), app.fallbacks)?;
    refuse_unknown_people(&app, &wanted, None).await?;
    let changed = match app.maker.wanted(&wanted)? {
        None => app.writer.change(Change::Create(wanted)).await?,
        Some(account) => app.maker.create(account, wanted).await?,
    };
    let (status, kept) = match changed {
        Changed::Created(kept) | Changed::Updated(kept) => (StatusCode::CREATED, kept),
        Changed::Same(kept) => (StatusCode::OK, kept),
        Changed::Removed => return Err(Refusal::internal()),
    };
    tell_calendar(&app, kept.create_calendar_event);
    Ok((status, tagged(as_seen(&app, kept))).into_response())
}

#[utoipa::path(get, path = "/api/conferences/{id}", tag = "conferences", security(("token" = [])), params(("id" = Uuid, Path)),
    responses((status = 200, body = Conference, headers(("ETag" = String))), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn show(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Refusal> {
    let found = find(&app, &caller, id).await?;
    Ok(tagged(as_seen(&app, found)))
}

#[utoipa::path(put, path = "/api/conferences/{id}", tag = "conferences", security(("token" = [])),
    description = "What concerns a room that the backend had made (co-hosts, waiting room, summary, a broadcast's texts) is changed at the provider first; the room stays when `link` is left out.",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen")),
    request_body = ConferenceBody,
    responses((status = 200, body = Conference), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 408, body = ErrorBody), (status = 409, body = ErrorBody, description = "A lost update, or a colleague has the room at this time; `room_gone`, `plan_too_small`: the provider says so"),
        (status = 413, body = ErrorBody), (status = 415, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
    Json(body): Json<ConferenceBody>,
) -> Result<Response, Refusal> {
    let owner = caller.specialist()?;
    let seen = seen_version(&headers)?;
    if body.id.is_some_and(|other| other != id) {
        return Err(Refusal::field("id", "is not the one in the address"));
    }
    let known = find(&app, &caller, id).await?;
    let body = app.clients.names.checked(without_page(&app, body))?;
    let mut wanted = conference(body, id, owner, app.now(), app.fallbacks)?;
    wanted.owner.id = known.owner.id;
    refuse_unknown_people(&app, &wanted, Some(&known)).await?;
    let was_in_calendar = known.create_calendar_event;
    match app.maker.update(known, wanted, seen).await? {
        Changed::Created(kept) | Changed::Updated(kept) | Changed::Same(kept) => {
            tell_calendar(&app, was_in_calendar || kept.create_calendar_event);
            Ok(tagged(as_seen(&app, kept)))
        }
        Changed::Removed => Err(Refusal::internal()),
    }
}

#[utoipa::path(delete, path = "/api/conferences/{id}", tag = "conferences", security(("token" = [])),
    description = "The provider is not asked: a room that was made there stays, since it cannot be deleted, and its link goes on working. An entry in the practice's calendar goes.",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen")),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn remove(State(app): State<App>, caller: Caller, Id(id): Id, headers: HeaderMap) -> Result<StatusCode, Refusal> {
    let seen = seen_version(&headers)?;
    let known = find(&app, &caller, id).await?;
    app.writer.change(Change::Remove { id: ConsultationId(id), seen }).await?;
    tell_calendar(&app, known.create_calendar_event);
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/api/conferences/{id}/pressed-join", tag = "conferences", security(("token" = [])),
    description = "The specialist is on the way: whoever enters next is the specialist.",
    params(("id" = Uuid, Path)), request_body(content = Option<PressedJoin>, description = "May be empty"),
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn pressed_join(State(app): State<App>, caller: Caller, Id(id): Id, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let pressed: PressedJoin = body::parse(&body::read(&app, body, &parts.headers).await?)?;
    let found = find(&app, &caller, id).await?;
    let mut received = Received { received: true, success: true, ..Received::default() };
    let now = app.now();
    let press = |reports| Press { specialist: SpecialistId(found.owner.id), consultation: ConsultationId(id), at: now, reports };
    let Some(room) = planning::consultation(&found).and_then(|consultation| consultation.room) else {
        app.clients.reach.pressed_join(&app.writer, press(false)).await?;
        received.ignored = Some("nothing reports about this room".to_owned());
        return Ok(axum::Json(received).into_response());
    };
    let signal = Signal::pressed_join(ConsultationId(id), room, pressed.at, now);
    let source = Arc::clone(&signal.reporter);
    app.writer
        .report(Report { source, signals: vec![signal], module: None, clock_ahead: None, late: false, received_at: now })
        .await?;
    app.clients.reach.pressed_join(&app.writer, press(true)).await?;
    Ok(axum::Json(received).into_response())
}

/// Whom nobody knows cannot be invited. Those who were invited before stay, also when they have left since.
async fn refuse_unknown_people(app: &App, wanted: &Conference, known: Option<&Conference>) -> Result<(), Refusal> {
    let Some(portal) = app.connections.calendar().filter(|_| wanted.create_calendar_event) else { return Ok(()) };
    let is_new = |one: &&String| known.is_none_or(|known| !known.invite_users.contains(one));
    let new: Vec<String> = wanted.invite_users.iter().filter(is_new).cloned().collect();
    match portal.unknown(&new).await {
        unknown if unknown.is_empty() => Ok(()),
        unknown => Err(Refusal::unknown_people("unknown_users", "invite_users", unknown)),
    }
}

/// The calendar's worker does the rest; nobody waits for it.
fn tell_calendar(app: &App, concerned: bool) {
    if concerned {
        app.news.changed_here();
    }
}

/// The caller's consultation. Somebody else's does not exist.
pub(super) async fn find(app: &App, caller: &Caller, id: Uuid) -> Result<Conference, Refusal> {
    let found = app.consultations.find(ConsultationId(id)).await?.ok_or_else(Refusal::not_found)?;
    match caller.reader() {
        Reader::Specialist(specialist) if specialist != SpecialistId(found.owner.id) => Err(Refusal::not_found()),
        _ => Ok(found),
    }
}

/// As the reader is shown it: with the owner's present name, running while it does, and with the link of the client's page.
pub(super) fn as_seen(app: &App, mut conference: Conference) -> Conference {
    if let Some(owner) = app.people.get(SpecialistId(conference.owner.id)) {
        owner.name.reveal().clone_into(&mut conference.owner.name);
    }
    if conference.status == ConferenceStatus::Planned && app.status.is_running(ConsultationId(conference.id)) {
        conference.status = ConferenceStatus::Running;
    }
    if conference.invite_link.is_none() {
        conference.invite_link = app.clients.pages.link(ConsultationId(conference.id));
    }
    let telegram_bound = app.clients.reach.client_chat(&conference).is_some();
    if let Some(contact) = &mut conference.contact {
        contact.telegram_bound = telegram_bound;
    }
    conference
}

pub(super) fn tagged(conference: Conference) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", conference.version)).expect("a number in quotes");
    let mut response = axum::Json(conference).into_response();
    response.headers_mut().insert(header::ETAG, tag);
    response
}

/// A page's own link that is sent back is not one that the caller has set: it would outlive its page.
fn without_page(app: &App, mut body: ConferenceBody) -> ConferenceBody {
    body.invite_link = body.invite_link.filter(|link| !app.clients.pages.is_own(link));
    body
}

/// The version in `If-Match`; `*` is any.
fn seen_version(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" || text.is_empty() {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    tag.parse().map(Some).map_err(|_| Refusal::field("If-Match", "is not a version"))
}
