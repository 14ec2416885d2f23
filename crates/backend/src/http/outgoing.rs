//! What goes out: invitations, deliveries and how far they got, for specialists and for the operator.

use super::auth::Caller;
use super::body::{Asked, Id, Json};
use super::conferences::find;
use super::{App, Refusal};
use crate::deliveries::{self, again, of_use, shown};
use crate::ports::{DeliveryStep, KeptDelivery, KeptMessage, MessageBody, Reader, Resent, Row};
use crate::writer::Append;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kabinet_api::{Conference, Deliveries, DeliveryJson, ErrorBody, Invitation, OutgoingBody};
use kabinet_domain::{Channel, ConsultationId, Delivery, DeliveryId, DeliveryState, MessageId, Purpose, SpecialistId};
use serde::Deserialize;

/// Telegram's longest message has 4096 characters (<https://core.telegram.org/bots/api#sendmessage>), and others take more.
const LONGEST_TEXT: usize = 4_000;

/// So many are shown to the operator.
const MOST: usize = 200;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/conferences/{id}/invitation", get(invitation))
        .route("/api/conferences/{id}/messages", post(send))
        .route("/api/conferences/{id}/deliveries", get(of_conference))
        .route("/api/deliveries", get(list))
        .route("/api/deliveries/{id}/resend", post(resend))
}

#[utoipa::path(get, path = "/api/conferences/{id}/invitation", tag = "messages", security(("token" = [])),
    description = "Time and link in the client's language, to be sent by whatever way.",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Invitation), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody, description = "`no_link`: there is none yet"),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn invitation(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Refusal> {
    let found = find(&app, &caller, id).await?;
    let invitation = app.deliveries.invitation(&found).await?.ok_or_else(|| refusal("no_link"))?;
    Ok(axum::Json(invitation).into_response())
}

#[utoipa::path(post, path = "/api/conferences/{id}/messages", tag = "messages", security(("token" = [])),
    description = "Sends the link or a message to the client. The same `id` again sends nothing twice; with another text it is refused, since that would be lost.",
    params(("id" = uuid::Uuid, Path)), request_body = OutgoingBody,
    responses((status = 201, body = DeliveryJson), (status = 200, body = DeliveryJson, description = "It was there already"),
        (status = 400, body = ErrorBody, description = "A field is wrong; `empty_text`, `text_too_long`"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 408, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`no_channel`, `no_phone`, `not_bound`, `channel_not_connected`, `no_link`: the client cannot be written to like this; `not_planned`, `over`: nobody needs the link any more; `id_taken`: this id is something else's, or another text's"),
        (status = 413, body = ErrorBody), (status = 415, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn send(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Json(body): Json<OutgoingBody>,
) -> Result<Response, Refusal> {
    caller.specialist()?;
    let found = find(&app, &caller, id).await?;
    let (id, purpose) = (DeliveryId(body.id), purpose(&body)?);
    let text = if purpose == Purpose::Message { body.text.clone() } else { String::new() };
    if let Some(known) = app.deliveries.outbox().find(id).await? {
        return same(&known, &found, (purpose, &text), StatusCode::OK);
    }
    let channel = channel(&body, &found)?;
    let now = app.now();
    let expires_at = of_use(purpose, Some(&found), now).map_err(refusal)?;
    app.deliveries.recipient(&found, channel).map_err(refusal)?;
    if purpose == Purpose::Link && app.deliveries.invitation(&found).await?.is_none() {
        return Err(refusal("no_link"));
    }
    let (specialist, consultation) = (SpecialistId(found.owner.id), ConsultationId(found.id));
    let message = (purpose == Purpose::Message).then(|| {
        let body = MessageBody { text: text.clone(), what: "text".to_owned(), channel: channel.name().to_owned() };
        let id = MessageId(id.0);
        Row::Message(Box::new(KeptMessage { id, specialist, consultation, at: now, delivery: Some(DeliveryId(id.0)), body }))
    });
    // Whom it goes to is looked up when it is sent, so that a corrected number counts.
    let delivery = Delivery {
        id,
        specialist,
        consultation: Some(consultation),
        channel,
        purpose,
        to: "".into(),
        text: text.clone().into(),
        buttons: Vec::new(),
        due_at: now,
        expires_at,
    };
    let rows = std::iter::once(Row::Delivery(Box::new(delivery))).chain(message).collect();
    app.writer.append(Append { rows, ..Append::default() }).await?;
    let kept = app.deliveries.outbox().find(id).await?.ok_or_else(Refusal::internal)?;
    same(&kept, &found, (purpose, &text), StatusCode::CREATED)
}

#[utoipa::path(get, path = "/api/conferences/{id}/deliveries", tag = "messages", security(("token" = [])),
    description = "What went out about a consultation, or will, oldest first.",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Deliveries), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn of_conference(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Refusal> {
    find(&app, &caller, id).await?;
    let kept = app.deliveries.outbox().of_consultation(ConsultationId(id)).await?;
    // The practice's channel is the operator's.
    let own = |kept: &&KeptDelivery| kept.delivery.purpose != Purpose::Report || matches!(caller, Caller::Administrator);
    Ok(axum::Json(Deliveries { deliveries: kept.iter().filter(own).map(shown).collect() }).into_response())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ByState {
    /// `waiting`, `sending`, `sent`, `delivered`, `read`, `unsure`, `failed` or `dropped`; all when absent.
    state: Option<String>,
}

#[utoipa::path(get, path = "/api/deliveries", tag = "operators", params(ByState), security(("token" = [])),
    description = "The last 200, latest first.",
    responses((status = 200, body = Deliveries), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn list(State(app): State<App>, caller: Caller, Asked(query): Asked<ByState>) -> Result<Response, Refusal> {
    caller.administrator()?;
    let unknown = || Refusal::field("state", "is not a delivery's state");
    let state = query.state.map(|name| DeliveryState::from_name(&name).ok_or_else(unknown)).transpose()?;
    let kept = app.deliveries.outbox().last(state, MOST).await?;
    Ok(axum::Json(Deliveries { deliveries: kept.iter().map(shown).collect() }).into_response())
}

#[utoipa::path(post, path = "/api/deliveries/{id}/resend", tag = "messages", security(("token" = [])),
    description = "Another attempt at what failed, was dropped, or may have been sent, while it is of use. Its specialist or the administrator.",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = DeliveryJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`not_resendable`: it is on its way or has arrived; `over`, `not_planned`, `no_consultation`: nobody needs it any more"),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub async fn resend(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Refusal> {
    let kept = app.deliveries.outbox().find(DeliveryId(id)).await?.ok_or_else(Refusal::not_found)?;
    // Somebody else's does not exist, and the practice's channel is the operator's.
    let own = match caller.reader() {
        Reader::Administrator => true,
        Reader::Specialist(specialist) => specialist == kept.delivery.specialist && kept.delivery.purpose != Purpose::Report,
    };
    if !own {
        return Err(Refusal::not_found());
    }
    let kept = send_again(&app, kept.delivery.id).await?;
    Ok(axum::Json(shown(&kept)).into_response())
}

/// Puts a delivery back among those that wait.
///
/// # Errors
/// When that is of no use, or could not be kept.
pub(super) async fn send_again(app: &App, id: DeliveryId) -> Result<KeptDelivery, Refusal> {
    let _alone = app.deliveries.one_resends().await;
    let kept = app.deliveries.outbox().find(id).await?.ok_or_else(Refusal::not_found)?;
    let conference = match kept.delivery.consultation {
        Some(id) => app.consultations.find(id).await?,
        None => None,
    };
    let expires_at = again(&kept, conference.as_ref(), app.now()).map_err(refusal)?;
    let step = DeliveryStep { id, state: DeliveryState::Waiting, code: None, again_at: None, sent_as: None, attempted: false };
    let events = deliveries::told(&kept, &step).into_iter().collect();
    app.writer.append(Append { events, rows: vec![Row::Resent(Resent { id, expires_at })], ..Append::default() }).await?;
    app.deliveries.outbox().find(id).await?.ok_or_else(Refusal::internal)
}

fn purpose(body: &OutgoingBody) -> Result<Purpose, Refusal> {
    match body.purpose.as_str() {
        "link" => Ok(Purpose::Link),
        "message" if body.text.trim().is_empty() => Err(Refusal::bad_request("empty_text", "there is nothing to send")),
        "message" if body.text.chars().count() > LONGEST_TEXT => {
            Err(Refusal::bad_request("text_too_long", format!("a message has {LONGEST_TEXT} characters at most")))
        }
        "message" => Ok(Purpose::Message),
        _ => Err(Refusal::field("purpose", "must be link or message")),
    }
}

/// The channel that was asked for, else the client's.
fn channel(body: &OutgoingBody, conference: &Conference) -> Result<Channel, Refusal> {
    let own = || conference.contact.as_ref().map(|contact| contact.channel.as_str());
    let Some(name) = body.channel.as_deref().or_else(own) else { return Err(refusal("no_channel")) };
    let channel = Channel::from_name(name).ok_or_else(|| Refusal::field("channel", "is not a channel"))?;
    if channel.sends_by_itself() { Ok(channel) } else { Err(refusal("no_channel")) }
}

/// What is kept under this id, if it is what was meant.
fn same(
    kept: &KeptDelivery,
    conference: &Conference,
    (purpose, text): (Purpose, &str),
    status: StatusCode,
) -> Result<Response, Refusal> {
    let delivery = &kept.delivery;
    let meant = delivery.purpose == purpose && (purpose != Purpose::Message || delivery.text.reveal() == text);
    if delivery.consultation != Some(ConsultationId(conference.id)) || !meant {
        return Err(refusal("id_taken"));
    }
    Ok((status, axum::Json(shown(kept))).into_response())
}

fn refusal(code: &'static str) -> Refusal {
    let message = match code {
        "no_channel" => "no channel is chosen for this client that is sent by from here",
        "no_phone" => "the client's phone is not known",
        "not_bound" => "the client has not opened a chat with the bot",
        "channel_not_connected" => "this channel is not connected here",
        "no_link" => "there is no link yet",
        "not_planned" => "the consultation is not planned any more",
        "no_consultation" => "the consultation is gone",
        "over" => "its time is over",
        "not_resendable" => "it is on its way, or has arrived",
        "id_taken" => "something else has this id",
        _ => "it cannot be sent",
    };
    Refusal::conflict(code, message)
}
