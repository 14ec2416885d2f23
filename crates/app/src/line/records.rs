//! The backend's words for events and consultations, and how they are kept here: from one to the other and back.

use crate::names;
use crate::record::{Broadcast, Consultation, Contact, Event, Kind, Made, Status};
use crate::view::Door;
use chrono_tz::Tz;
use kabinet_api::{Conference, ConferenceBody, ConferenceStatus, ConferenceType, EventJson, ProviderRoom};
use kabinet_domain::sensitive::clean_name;
use kabinet_domain::{EventKind, Place, Proof, SpecialistAnswer, Viewers, phone};
use url::Url;
use uuid::Uuid;

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

#[cfg(test)]
pub(crate) mod tests;
