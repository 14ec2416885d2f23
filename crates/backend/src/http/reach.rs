//! How a specialist is reached, and what they answer to an alert.

use super::auth::Caller;
use super::body::{Id, Json};
use super::{App, Refusal, conferences};
use crate::ports::Row;
use crate::ports::reach::Chosen;
use crate::reach::{incoming, reach_json};
use crate::words::words;
use crate::writer::Append;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::NaiveTime;
use chrono_tz::Tz;
use kabinet_api::{AnswerBody, BindingLink, ErrorBody, ReachJson, Received};
use kabinet_domain::{Channel, SpecialistAnswer};

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/reach", get(show).put(choose))
        .route("/api/reach/telegram", post(link).delete(unbind))
        .route("/api/reach/telegram/confirm", post(confirm).delete(refuse))
        .route("/api/conferences/{id}/answer", post(answer))
}

#[utoipa::path(get, path = "/api/reach", tag = "reach", security(("token" = [])),
    responses((status = 200, body = ReachJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Refusal> {
    let specialist = caller.specialist()?.id;
    Ok(axum::Json(reach_json(&app.clients.reach, specialist)).into_response())
}

#[utoipa::path(put, path = "/api/reach", tag = "reach", security(("token" = [])),
    description = "What `telegram` and `telegram_next` say is not read: a chat is bound by its link.",
    request_body = ReachJson,
    responses((status = 200, body = ReachJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 415, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn choose(State(app): State<App>, caller: Caller, Json(body): Json<ReachJson>) -> Result<Response, Refusal> {
    let specialist = caller.specialist()?.id;
    let reach = &app.clients.reach;
    reach.choose(&app.writer, specialist, chosen(body)?).await?;
    Ok(axum::Json(reach_json(reach, specialist)).into_response())
}

#[utoipa::path(post, path = "/api/reach/telegram", tag = "reach", security(("token" = [])),
    description = "A link that opens the bot. Whoever presses it first within a quarter of an hour binds their chat; it is used once the specialist has confirmed it, and the one that was confirmed before is used until then.",
    responses((status = 200, body = BindingLink), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`no_bot`: the practice has none"),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody, description = "Also `bot_unavailable`: the messenger does not answer, or does not take the bot's token")))]
pub async fn link(State(app): State<App>, caller: Caller) -> Result<Response, Refusal> {
    let specialist = caller.specialist()?.id;
    if app.clients.messengers.of(Channel::Telegram).is_none() {
        return Err(Refusal::conflict("no_bot", "no bot is connected here"));
    }
    let unavailable = || Refusal::later("bot_unavailable", "the bot does not answer");
    let bot = app.clients.reach.bot(&app.clients).await.ok_or_else(unavailable)?;
    Ok(axum::Json(app.clients.reach.link(&app.writer, specialist, &bot).await?).into_response())
}

#[utoipa::path(post, path = "/api/reach/telegram/confirm", tag = "reach", security(("token" = [])),
    description = "The chat that waits is the specialist's own: alerts go there, and not to the one before any more.",
    responses((status = 200, body = ReachJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`not_bound`: nobody has pressed the link yet"),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn confirm(State(app): State<App>, caller: Caller) -> Result<Response, Refusal> {
    let specialist = caller.specialist()?.id;
    let reach = &app.clients.reach;
    let said = words(&app.clients.language).say("bot-confirmed", &[]);
    if !reach.confirm(&app.writer, specialist, &said).await? {
        return Err(Refusal::conflict("not_bound", "no chat is bound"));
    }
    Ok(axum::Json(reach_json(reach, specialist)).into_response())
}

#[utoipa::path(delete, path = "/api/reach/telegram/confirm", tag = "reach", security(("token" = [])),
    description = "The chat that waits to be confirmed is somebody else's, and is let go. A confirmed one stays.",
    responses((status = 204, description = "Also when none waits"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn refuse(State(app): State<App>, caller: Caller) -> Result<StatusCode, Refusal> {
    app.clients.reach.refuse(&app.writer, caller.specialist()?.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/api/reach/telegram", tag = "reach", security(("token" = [])),
    description = "Lets the bound chat go, and the one that waits to be confirmed.",
    responses((status = 204, description = "Also when none was bound"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn unbind(State(app): State<App>, caller: Caller) -> Result<StatusCode, Refusal> {
    app.clients.reach.unbind(&app.writer, caller.specialist()?.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/api/conferences/{id}/answer", tag = "conferences", security(("token" = [])),
    description = "The specialist has seen the alert and says what follows. Every device falls silent, the client's page shows it, and nothing goes another way.",
    params(("id" = uuid::Uuid, Path)), request_body = AnswerBody,
    responses((status = 200, body = Received), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 408, body = ErrorBody), (status = 413, body = ErrorBody), (status = 415, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn answer(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Json(body): Json<AnswerBody>,
) -> Result<Response, Refusal> {
    caller.specialist()?;
    let found = conferences::find(&app, &caller, id).await?;
    let answer = specialist_answer(&body)?;
    let event = incoming::said(&found, answer, "desktop");
    // Under the specialist's own name: nobody can use up somebody else's ids.
    let seen = body.id.map(|key| Row::Seen(format!("answer/{}/{key}", found.owner.id)));
    app.writer.append(Append { events: vec![event], rows: seen.into_iter().collect(), ..Append::default() }).await?;
    Ok(axum::Json(Received { received: true, success: true, ..Received::default() }).into_response())
}

fn specialist_answer(body: &AnswerBody) -> Result<SpecialistAnswer, Refusal> {
    if body.answer == "late" && !body.minutes.is_some_and(|minutes| (1..=120).contains(&minutes)) {
        return Err(Refusal::field("minutes", "must be from 1 to 120"));
    }
    let wrong = || Refusal::field("answer", "must be `coming`, `late` or `cannot`");
    SpecialistAnswer::from_name(&body.answer, body.minutes).ok_or_else(wrong)
}

/// Checks what is to be kept.
fn chosen(body: ReachJson) -> Result<Chosen, Refusal> {
    if !(10..=900).contains(&body.after_seconds) {
        return Err(Refusal::field("after_seconds", "must be from 10 to 900"));
    }
    let time = |field: &str, text: String| {
        let time = NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| Refusal::field(field, "is not a time like 22:00"))?;
        Ok::<_, Refusal>(time.format("%H:%M").to_string())
    };
    let zone = body.timezone.map(|name| name.parse::<Tz>().map_err(|_| Refusal::field("timezone", "is not an IANA time zone")));
    let zone = zone.transpose()?;
    let quiet_hours = match (body.quiet_from, body.quiet_to) {
        (None, None) => None,
        (Some(from), Some(to)) => {
            let zone = zone.ok_or_else(|| Refusal::field("timezone", "is missing"))?;
            Some((time("quiet_from", from)?, time("quiet_to", to)?, zone.name().to_owned()))
        }
        (None, Some(_)) => return Err(Refusal::field("quiet_from", "is missing")),
        (Some(_), None) => return Err(Refusal::field("quiet_to", "is missing")),
    };
    Ok(Chosen {
        after_seconds: body.after_seconds,
        quiet_hours,
        quiet_until: body.quiet_until,
        quiet_even_clients: body.quiet_even_clients,
        quiet_until_even_clients: body.quiet_until_even_clients,
    })
}
