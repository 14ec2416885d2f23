//! Specialists and their devices.

use super::auth::{Caller, Peer};
use super::body::{Id, Json};
use super::{App, Refusal};
use crate::people::{CODE_MINUTES, code_hash, new_code, new_token};
use crate::ports::{NewDevice, Person};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kabinet_api::{CurrentUser, ErrorBody, NewSpecialist, Owner, PairRequest, Paired, Specialist};
use kabinet_domain::{Sensitive, SpecialistId};

#[utoipa::path(get, path = "/api/current-user", tag = "people", security(("token" = [])),
    responses((status = 200, body = CurrentUser), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn current_user(State(app): State<App>, caller: Caller) -> Response {
    let mut practice = app.clients.practice();
    practice.telegram_bot = practice.telegram_bot.or_else(|| app.clients.reach.named_bot());
    let user = match caller {
        Caller::Administrator => CurrentUser { id: None, name: String::new(), email: None, administrator: true, practice },
        Caller::Specialist(person) => CurrentUser {
            id: Some(person.id.0),
            name: person.name.reveal().clone(),
            email: person.email.as_ref().map(|email| email.reveal().clone()),
            administrator: false,
            practice,
        },
    };
    axum::Json(user).into_response()
}

#[utoipa::path(post, path = "/api/specialists", tag = "people", security(("token" = [])),
    request_body = NewSpecialist,
    responses((status = 201, body = Specialist, description = "With a code for pairing the first device"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 408, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 415, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn add(State(app): State<App>, caller: Caller, Json(new): Json<NewSpecialist>) -> Result<Response, Refusal> {
    caller.administrator()?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Refusal::field("name", "must have 1 to 200 characters"));
    }
    if new.token_ids.len() > 50 || new.token_ids.iter().any(|id| id.len() > 500) {
        return Err(Refusal::field("token_ids", "is too long"));
    }
    let now = app.now();
    let person = Person {
        id: SpecialistId(app.ids.next()),
        name: name.into(),
        email: new.email.map(Sensitive::new),
        token_ids: new.token_ids,
        account: new.account.map(Sensitive::new),
        created_at: now,
    };
    let (code, code_hash) = new_code(&*app.ids);
    app.people.add(person.clone(), code_hash, now + chrono::Duration::minutes(CODE_MINUTES)).await?;
    let specialist = Specialist {
        id: person.id.0,
        name: person.name.into_inner(),
        email: person.email.map(Sensitive::into_inner),
        token_ids: person.token_ids,
        account: person.account.map(Sensitive::into_inner),
        created_at: now,
        pairing_code: Some(code.into_inner()),
    };
    Ok((StatusCode::CREATED, axum::Json(specialist)).into_response())
}

#[utoipa::path(delete, path = "/api/specialists/{id}", tag = "people", security(("token" = [])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn remove(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<StatusCode, Refusal> {
    caller.administrator()?;
    if app.people.remove(SpecialistId(id), app.now()).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::not_found()) }
}

#[utoipa::path(post, path = "/api/devices/pair", tag = "people",
    request_body = PairRequest,
    responses((status = 200, body = Paired), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody, description = "The code is wrong, used up or too old"), (status = 408, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 415, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn pair(State(app): State<App>, peer: Peer, Json(request): Json<PairRequest>) -> Result<Response, Refusal> {
    if request.device.chars().count() > 200 {
        return Err(Refusal::field("device", "is too long"));
    }
    app.may_try(peer)?;
    let (token, token_hash) = new_token(&*app.ids);
    let device = NewDevice { id: app.ids.next(), name: request.device.into(), token_hash };
    let Some(id) = app.people.pair(code_hash(&request.code), device, app.now()).await? else {
        app.wrong(peer)?;
        return Err(Refusal::unauthorized("wrong_code", "the code is wrong, used up or too old"));
    };
    let name = app.people.get(id).map(|person| person.name.reveal().clone()).unwrap_or_default();
    Ok(axum::Json(Paired { token: token.into_inner(), specialist: Owner { id: id.0, name } }).into_response())
}
