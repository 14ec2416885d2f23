//! The line to the backend: its HTTP interface, as far as the application uses it.

mod client_side;

use crate::names;
use crate::record::{Broadcast, Consultation, Contact, Event, Kind, Made, Status};
use crate::view::{Door, Message};
use chrono::{DateTime, LocalResult, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use kabinet_api::{
    Conference, ConferenceBody, ConferenceStatus, ConferenceType, Conferences, CurrentUser, ErrorBody, EventJson, EventPage,
    Health, PairRequest, Paired, PressedJoin, ProviderRoom,
};
use kabinet_domain::sensitive::clean_name;
use kabinet_domain::{EventKind, Place, Proof, Sensitive, SpecialistAnswer, Viewers, phone};
use kabinet_providers::http::{self, HttpSettings, Purpose, Reach};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use std::time::Duration;
use url::{Host, Url};
use uuid::Uuid;

/// For everything but the feed.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Where a backend is, and what lets us in.
#[derive(Debug, Clone)]
pub struct BackendAddress {
    /// With its base path, as in `https://events.example.org/kabinet`.
    pub url: Url,
    pub token: Sensitive<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum LineError {
    #[error("the backend cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the backend does not accept the token")]
    Refused,
    #[error("the backend does not know it")]
    NotFound,
    #[error("somebody else changed it meanwhile")]
    LostUpdate,
    #[error("the log no longer reaches back so far")]
    CursorExpired { oldest: Option<u64> },
    #[error("the log does not reach so far")]
    CursorAhead,
    #[error("the backend refuses it: {code}")]
    Rejected { code: String, field: Option<String> },
    #[error("the backend is busy")]
    Busy { retry_after: Option<u64> },
    #[error("the backend's answer makes no sense")]
    Unexpected(#[source] Option<reqwest::Error>),
}

impl LineError {
    /// For a person.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Unreachable(_) => crate::message("backend_unreachable"),
            Self::Refused => crate::message("backend_refused"),
            Self::Busy { .. } => crate::message("backend_busy"),
            Self::NotFound
            | Self::LostUpdate
            | Self::CursorExpired { .. }
            | Self::CursorAhead
            | Self::Rejected { .. }
            | Self::Unexpected(_) => crate::message("backend_unexpected"),
        }
    }
}

/// A connection to one backend. Clones share it.
#[derive(Debug, Clone)]
pub struct Line {
    calls: reqwest::Client,
    feed: reqwest::Client,
    address: BackendAddress,
}

impl Line {
    /// # Errors
    /// When the system has no usable TLS.
    pub fn new(address: BackendAddress) -> Result<Self, Message> {
        let calls = client(&address.url, Purpose::Calls)?;
        let feed = client(&address.url, Purpose::Feed { silence: crate::feed::SILENT_FOR })?;
        Ok(Self { calls, feed, address })
    }

    #[must_use]
    pub fn url(&self) -> &Url {
        &self.address.url
    }

    pub(crate) async fn conferences(&self) -> Result<Vec<Conference>, LineError> {
        let answer = self.send(self.request(Method::GET, "api/conferences").timeout(ANSWER_WITHIN * 3)).await?;
        Ok(read::<Conferences>(answer).await?.conferences)
    }

    pub(crate) async fn conference(&self, id: &str) -> Result<Conference, LineError> {
        read(self.send(self.request(Method::GET, &format!("api/conferences/{id}"))).await?).await
    }

    pub(crate) async fn create(&self, body: &ConferenceBody) -> Result<Conference, LineError> {
        read(self.send(self.request(Method::POST, "api/conferences").json(body)).await?).await
    }

    pub(crate) async fn change(&self, id: &str, version: u64, body: &ConferenceBody) -> Result<Conference, LineError> {
        let request = self.request(Method::PUT, &format!("api/conferences/{id}"));
        read(self.send(request.header(header::IF_MATCH, format!("\"{version}\"")).json(body)).await?).await
    }

    pub(crate) async fn pressed_join(&self, id: &str, at: DateTime<Utc>) -> Result<(), LineError> {
        let request = self.request(Method::POST, &format!("api/conferences/{id}/pressed-join"));
        self.send(request.json(&PressedJoin { at: Some(at) })).await.map(drop)
    }

    pub(crate) async fn health(&self) -> Result<Health, LineError> {
        read(self.send(self.request(Method::GET, "health")).await?).await
    }

    pub(crate) async fn current_user(&self) -> Result<CurrentUser, LineError> {
        read(self.send(self.request(Method::GET, "api/current-user")).await?).await
    }

    /// The answer to a request for the stream, as soon as its head is there.
    pub(crate) async fn stream(&self, after: u64) -> Result<Response, LineError> {
        // No time limit of its own: silence is measured by whoever reads.
        let request = self.feed.get(at(&self.address.url, "api/events/stream")).bearer_auth(self.address.token.reveal());
        self.send(request.query(&[("after", after)]).header(header::ACCEPT, "text/event-stream")).await
    }

    pub(crate) async fn events(&self, after: u64, wait: Duration) -> Result<(EventPage, ServerTime), LineError> {
        let request = self
            .bare(Method::GET, "api/events")
            .query(&[("after", after), ("wait", wait.as_secs())])
            .timeout(wait + ANSWER_WITHIN);
        let answer = self.send(request).await?;
        let time = self.time(&answer);
        Ok((read(answer).await?, time))
    }

    /// A backend on this computer has our clock.
    pub(crate) fn time(&self, answer: &Response) -> ServerTime {
        if is_loopback(&self.address.url) { ServerTime::default() } else { ServerTime::of(answer) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).timeout(ANSWER_WITHIN)
    }

    fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.calls.request(method, at(&self.address.url, path)).bearer_auth(self.address.token.reveal())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, LineError> {
        refused(request.send().await.map_err(unreachable)?).await
    }
}

/// Presents a pairing code; the token comes back once.
pub(crate) async fn pair(url: &Url, code: &str, device: &str) -> Result<Paired, Message> {
    let http = client(url, Purpose::Calls)?;
    let paired = present_code(&http, url, code, device).await;
    paired.map_err(|error| match error {
        LineError::Unreachable(_) | LineError::Busy { .. } => error.message(),
        LineError::Refused | LineError::NotFound | LineError::Rejected { .. } => crate::message("pairing_code_wrong"),
        _ => crate::message("pairing_not_a_backend"),
    })
}

async fn present_code(http: &reqwest::Client, url: &Url, code: &str, device: &str) -> Result<Paired, LineError> {
    let request = http
        .post(at(url, "api/devices/pair"))
        .timeout(ANSWER_WITHIN)
        .json(&PairRequest { code: code.into(), device: device.into() });
    read(refused(request.send().await.map_err(unreachable)?).await?).await
}

fn client(url: &Url, purpose: Purpose) -> Result<reqwest::Client, Message> {
    let reach = if is_loopback(url) { Reach::Loopback } else { Reach::Network };
    http::client(&HttpSettings { purpose, reach, ..HttpSettings::default() }).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "there is no HTTP client");
        crate::message("no_tls")
    })
}

/// The same computer, unencrypted.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    here && url.scheme() == "http"
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

async fn refused(answer: Response) -> Result<Response, LineError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let detail = answer.json::<ErrorBody>().await.map(|body| body.error).unwrap_or_default();
    Err(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => LineError::Refused,
        StatusCode::NOT_FOUND => LineError::NotFound,
        StatusCode::GONE => LineError::CursorExpired { oldest: detail.oldest },
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED if detail.code == "cursor_ahead" => LineError::CursorAhead,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED if detail.code == "lost_update" => LineError::LostUpdate,
        StatusCode::TOO_MANY_REQUESTS => LineError::Busy { retry_after },
        status if status.is_server_error() => LineError::Busy { retry_after },
        _ => LineError::Rejected { code: detail.code, field: detail.field },
    })
}

async fn read<T: serde::de::DeserializeOwned>(answer: Response) -> Result<T, LineError> {
    answer.json().await.map_err(|error| if error.is_decode() { LineError::Unexpected(Some(error)) } else { unreachable(error) })
}

/// An error must not carry an address into the log.
pub(crate) fn unreachable(error: reqwest::Error) -> LineError {
    LineError::Unreachable(error.without_url())
}

/// The backend's clock as its answers tell it; tells what was missed even when one of the clocks is off.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ServerTime(Option<DateTime<Utc>>);

impl ServerTime {
    fn of(answer: &Response) -> Self {
        let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        Self(date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.with_timezone(&Utc)))
    }

    /// How far the backend's clock is ahead of ours.
    pub(crate) fn ahead(self, now: DateTime<Utc>) -> chrono::Duration {
        // The header counts whole seconds.
        let ahead = self.0.map_or(chrono::Duration::zero(), |date| date - now);
        if ahead.num_seconds().abs() <= 1 { chrono::Duration::zero() } else { ahead }
    }
}

/// An event as it is kept here. `None` is one about the specialist's side that is told otherwise.
pub(crate) fn event(json: EventJson, missed: bool) -> Event {
    let kind = match json.understood() {
        Some(EventKind::ConsultationChanged) => Kind::ConsultationChanged,
        Some(EventKind::ClientOpenedLink) => Kind::ClientOpenedLink,
        Some(EventKind::ClientWaiting { place }) => Kind::ClientWaiting { lobby: place == Place::Lobby },
        Some(EventKind::ClientLate { minutes }) => Kind::ClientLate { minutes },
        Some(EventKind::SessionStarted) => Kind::SessionStarted,
        Some(EventKind::ClientJoined { again }) => Kind::ClientJoined { again },
        Some(EventKind::ClientNamed) => Kind::ClientNamed,
        Some(EventKind::ClientLineLost) => Kind::ClientLineLost,
        Some(EventKind::ClientLineBack) => Kind::ClientLineBack,
        Some(EventKind::ClientLeft { reason }) => Kind::ClientLeft { reason: reason.name().into() },
        Some(EventKind::SessionEnded { together }) => Kind::SessionEnded { together },
        Some(EventKind::LineUnstable) => Kind::LineUnstable,
        Some(EventKind::Withdrawn { of }) => Kind::Withdrawn { of: of.to_string() },
        Some(EventKind::SourceSilent) => Kind::SourceSilent,
        Some(EventKind::SourceBack) => Kind::SourceBack,
        Some(EventKind::CalendarChanged) => Kind::CalendarChanged,
        Some(EventKind::MessageReceived { message }) => Kind::MessageReceived { message: message.to_string() },
        Some(EventKind::DeliveryChanged(news) | EventKind::DeliveryFailed(news)) => Kind::Delivery {
            id: news.id.to_string(),
            channel: news.channel.name().into(),
            purpose: news.purpose.name().into(),
            state: news.state.name().into(),
            code: news.code,
        },
        Some(EventKind::ClientAnswered { can_wait }) => Kind::ClientAnswered { can_wait },
        Some(EventKind::ClientAdmitted) => Kind::ClientAdmitted { to: json.starts_at },
        Some(EventKind::SpecialistAnswered { answer }) => Kind::SpecialistAnswered {
            answer: answer.name().into(),
            minutes: match answer {
                SpecialistAnswer::Late { minutes } => Some(minutes),
                SpecialistAnswer::Coming | SpecialistAnswer::Cannot => None,
            },
        },
        Some(EventKind::Escalated) => Kind::Escalated,
        Some(EventKind::ReachChanged) => Kind::ReachChanged,
        None => Kind::Other,
    };
    let who = json.who.as_ref().and_then(|who| who.understood());
    Event {
        id: json.id.to_string(),
        cursor: json.cursor,
        kind,
        consultation: json.consultation.map(|id| id.to_string()),
        name: names::shown(who.as_ref().map(|who| clean_name(who.name.reveal())).unwrap_or_default()),
        unproven: who.is_some_and(|who| who.proof == Proof::None),
        source: json.source,
        inside: json.inside,
        at: json.at,
        received_at: json.received_at,
        missed,
    }
}

/// A consultation as it is kept here.
pub(crate) fn consultation(mut conference: Conference) -> Consultation {
    let made = made(&mut conference);
    Consultation {
        id: conference.id.to_string(),
        client: clean_name(&conference.client),
        starts_at: conference.starts_at,
        minutes: conference.duration,
        time_zone: conference.timezone,
        provider: conference.provider.unwrap_or_default(),
        link: conference.link.unwrap_or_default(),
        room: conference.room.unwrap_or_default(),
        note: conference.description,
        status: match conference.status {
            ConferenceStatus::Planned | ConferenceStatus::Running => Status::Planned,
            ConferenceStatus::Finished => Status::Finished,
            ConferenceStatus::Cancelled => Status::Cancelled,
            ConferenceStatus::NoShow => Status::NoShow,
        },
        made,
        contact: conference.contact.map(contact),
        reminders: conference.reminders,
        door: door(conference.door),
        page_link: conference.invite_link,
        code: None,
        version: Some(conference.version.to_string()),
    }
}

fn contact(contact: kabinet_api::Contact) -> Contact {
    let kabinet_api::Contact { channel, phone, email, language, client_key, telegram_bound } = contact;
    Contact { channel, phone, email, language, client_key, telegram_bound }
}

fn contact_body(contact: Contact) -> kabinet_api::Contact {
    let Contact { channel, phone, email, language, client_key, .. } = contact;
    let phone = phone.as_deref().map(phone::unmistakable);
    kabinet_api::Contact { channel, phone, email, language, client_key, telegram_bound: false }
}

fn door(door: kabinet_api::Door) -> Door {
    match door {
        kabinet_api::Door::AtTime => Door::AtTime,
        kabinet_api::Door::WhenAdmitted => Door::WhenAdmitted,
        kabinet_api::Door::AtOnce => Door::AtOnce,
    }
}

fn door_body(door: Door) -> kabinet_api::Door {
    match door {
        Door::AtTime => kabinet_api::Door::AtTime,
        Door::WhenAdmitted => kabinet_api::Door::WhenAdmitted,
        Door::AtOnce => kabinet_api::Door::AtOnce,
    }
}

fn made(conference: &mut Conference) -> Option<Made> {
    let at_provider = std::mem::take(&mut conference.at_provider);
    let broadcast = (conference.kind == ConferenceType::Broadcast).then(|| Broadcast {
        title: conference.live_stream_title.take().unwrap_or_default(),
        description: conference.live_stream_description.take().unwrap_or_default(),
        organisation_only: at_provider.live_stream_viewers.as_deref().and_then(Viewers::from_word) == Some(Viewers::Organisation),
        watch_link: at_provider.live_stream_link,
    });
    Some(Made {
        id: at_provider.provider_room?,
        waiting_room: at_provider.waiting_room,
        cohosts: std::mem::take(&mut conference.cohosts),
        summary: at_provider.summary,
        broadcast,
    })
}

/// Lays what is kept here of a made room over a body. A body without one keeps what others may have written, unless that was
/// about a made room which has been left.
fn with_made(body: ConferenceBody, made: Option<&Made>) -> ConferenceBody {
    let Some(made) = made else {
        if body.at_provider.provider_room.is_none() {
            return body;
        }
        return ConferenceBody {
            kind: ConferenceType::Conference,
            cohosts: Vec::new(),
            live_stream_title: None,
            live_stream_description: None,
            at_provider: ProviderRoom::default(),
            ..body
        };
    };
    let broadcast = made.broadcast.as_ref();
    ConferenceBody {
        kind: if broadcast.is_some() { ConferenceType::Broadcast } else { ConferenceType::Conference },
        cohosts: made.cohosts.clone(),
        live_stream_title: broadcast.map(|broadcast| broadcast.title.clone()),
        live_stream_description: broadcast.map(|broadcast| broadcast.description.clone()),
        at_provider: ProviderRoom {
            provider_room: Some(made.id.clone()),
            waiting_room: made.waiting_room.clone(),
            summary: made.summary,
            live_stream_link: broadcast.and_then(|broadcast| broadcast.watch_link.clone()),
            live_stream_viewers: broadcast
                .map(|broadcast| Viewers::organisation_only(broadcast.organisation_only).as_str().to_owned()),
        },
        ..body
    }
}

/// What the backend is sent: `theirs` with everything in it that is kept here replaced.
pub(crate) fn body(consultation: &Consultation, theirs: Option<Conference>, name: &str) -> ConferenceBody {
    let zone: Tz = consultation.time_zone.parse().unwrap_or(Tz::UTC);
    let local = consultation.starts_at.with_timezone(&zone);
    let theirs =
        theirs.map(ConferenceBody::from).unwrap_or_else(|| ConferenceBody { name: name.to_owned(), ..ConferenceBody::default() });
    // Their room is what their link says; another link says another.
    let room = theirs.room.filter(|_| theirs.link.as_deref() == Some(&consultation.link));
    let body = ConferenceBody {
        id: Uuid::parse_str(&consultation.id).ok(),
        description: consultation.note.clone(),
        start_date: local.date_naive(),
        start_time: local.format("%H:%M").to_string(),
        duration: Some(consultation.minutes),
        timezone: Some(consultation.time_zone.clone()),
        client: consultation.client.clone(),
        room,
        link: Some(consultation.link.clone()).filter(|link| !link.is_empty()),
        provider: Some(consultation.provider.clone()).filter(|provider| !provider.is_empty()),
        contact: consultation.contact.clone().map(contact_body),
        reminders: consultation.reminders.clone(),
        door: door_body(consultation.door),
        // The page's link is the backend's own to give: sent back, it would outlive its renewal.
        invite_link: theirs.invite_link.clone().filter(|link| !is_page(link)),
        status: Some(match consultation.status {
            Status::Planned => ConferenceStatus::Planned,
            Status::Finished => ConferenceStatus::Finished,
            Status::Cancelled => ConferenceStatus::Cancelled,
            Status::NoShow => ConferenceStatus::NoShow,
        }),
        ..theirs
    };
    with_made(body, consultation.made.as_ref())
}

/// A link of the backend's own pages, `…/w/TOKEN`.
fn is_page(link: &str) -> bool {
    let Ok(link) = Url::parse(link) else { return false };
    let parts: Vec<&str> = link.path_segments().into_iter().flatten().collect();
    matches!(parts.as_slice(), [.., "w", token] if !token.is_empty())
}

/// What was typed here since `base`, laid over what the backend has now: only the fields that changed here.
pub(crate) fn merged(mine: &Consultation, base: &Consultation, theirs: &Consultation) -> Consultation {
    fn pick<T: PartialEq + Clone>(mine: &T, base: &T, theirs: &T) -> T {
        if mine == base { theirs.clone() } else { mine.clone() }
    }
    Consultation {
        id: mine.id.clone(),
        client: pick(&mine.client, &base.client, &theirs.client),
        starts_at: pick(&mine.starts_at, &base.starts_at, &theirs.starts_at),
        minutes: pick(&mine.minutes, &base.minutes, &theirs.minutes),
        time_zone: pick(&mine.time_zone, &base.time_zone, &theirs.time_zone),
        provider: pick(&mine.provider, &base.provider, &theirs.provider),
        link: pick(&mine.link, &base.link, &theirs.link),
        room: pick(&mine.room, &base.room, &theirs.room),
        note: pick(&mine.note, &base.note, &theirs.note),
        status: pick(&mine.status, &base.status, &theirs.status),
        made: match () {
            // A made room goes with its link: whoever changed that says what room it is.
            () if mine.link != base.link => mine.made.clone(),
            () if theirs.link != base.link => theirs.made.clone(),
            () => pick(&mine.made, &base.made, &theirs.made),
        },
        contact: pick(&mine.contact, &base.contact, &theirs.contact),
        reminders: pick(&mine.reminders, &base.reminders, &theirs.reminders),
        door: pick(&mine.door, &base.door, &theirs.door),
        page_link: theirs.page_link.clone(),
        code: pick(&mine.code, &base.code, &theirs.code),
        version: theirs.version.clone(),
    }
}

/// A local time in a zone. Twice in autumn it is the first of the two; a time that spring skips is none.
#[must_use]
pub fn local_moment(day: chrono::NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&day.and_time(time)) {
        LocalResult::Single(moment) => Some(moment.with_timezone(&Utc)),
        LocalResult::Ambiguous(first, _) => Some(first.with_timezone(&Utc)),
        LocalResult::None => None,
    }
}

pub(crate) use client_side::{practice, reach, reach_body, thread_item};

#[cfg(test)]
pub(crate) mod tests;
