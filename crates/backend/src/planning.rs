//! From the wire's words for a consultation to the domain's, and back to what is kept.

mod contact;
mod times;

pub use times::{ends_at, is_planned, zone};

use crate::http::Refusal;
use crate::ports::Person;
use chrono::{Datelike, NaiveTime, TimeZone};
use chrono_tz::Tz;
use kabinet_api::{
    Conference, ConferenceBody, ConferenceStatus, DURATIONS, LONGEST_DESCRIPTION, LONGEST_TEXT, LONGEST_TITLE, LONGEST_WORD,
    MOST_PEOPLE, Owner,
};
use kabinet_domain::{Consultation, ConsultationId, ConsultationStatus, RoomLink, RoomName, Sensitive, SpecialistId, Timestamp};
use uuid::Uuid;

/// What a consultation has when its body says nothing.
#[derive(Debug, Clone, Copy)]
pub struct Fallbacks {
    pub timezone: Tz,
    pub duration: u32,
}

/// Checks a body and completes it. `id`, `version` and the times of keeping are the caller's.
pub fn conference(
    body: ConferenceBody,
    id: Uuid,
    owner: &Person,
    now: Timestamp,
    fallbacks: Fallbacks,
) -> Result<Conference, Refusal> {
    for (field, text, longest) in [
        ("name", Some(&body.name), LONGEST_WORD),
        ("client", Some(&body.client), LONGEST_WORD),
        ("description", Some(&body.description), LONGEST_TEXT),
        ("link", body.link.as_ref(), 2_000),
        ("invite_link", body.invite_link.as_ref(), 2_000),
        ("provider", body.provider.as_ref(), 50),
        ("live_stream_title", body.live_stream_title.as_ref(), LONGEST_TITLE),
        ("live_stream_description", body.live_stream_description.as_ref(), LONGEST_DESCRIPTION),
        ("live_stream_link", body.at_provider.live_stream_link.as_ref(), 2_000),
        ("provider_room", body.at_provider.provider_room.as_ref(), LONGEST_WORD),
        ("waiting_room", body.at_provider.waiting_room.as_ref(), 50),
        ("live_stream_viewers", body.at_provider.live_stream_viewers.as_ref(), 50),
    ] {
        if text.is_some_and(|text| text.chars().count() > longest) {
            return Err(Refusal::field(field, "is too long"));
        }
    }
    for (field, people) in [("cohosts", &body.cohosts), ("invite_users", &body.invite_users)] {
        if people.len() > MOST_PEOPLE || people.iter().any(|person| person.chars().count() > LONGEST_WORD) {
            return Err(Refusal::field(field, "is too long"));
        }
    }
    let zone: Tz = match &body.timezone {
        None => fallbacks.timezone,
        Some(name) => name.parse().map_err(|_| Refusal::field("timezone", "is not an IANA time zone"))?,
    };
    let duration = body.duration.unwrap_or(fallbacks.duration);
    if !DURATIONS.contains(&duration) {
        return Err(Refusal::field("duration", "must be from 1 to 1440 minutes"));
    }
    let time = time_of_day(&body.start_time).ok_or_else(|| Refusal::field("start_time", "is not a time like 15:30"))?;
    if !(1970..=9999).contains(&body.start_date.year()) {
        return Err(Refusal::field("start_date", "is out of range"));
    }
    let starts_at = zone
        .from_local_datetime(&body.start_date.and_time(time))
        .earliest()
        .ok_or_else(|| Refusal::field("start_time", "does not exist on that day: the clocks go forward"))?
        .to_utc();
    let [link, invite_link] =
        [body.link, body.invite_link].map(|link| link.map(|link| link.trim().to_owned()).filter(|link| !link.is_empty()));
    let watch_link = &body.at_provider.live_stream_link;
    for (field, link) in [("link", &link), ("invite_link", &invite_link), ("live_stream_link", watch_link)] {
        if let Some(link) = link {
            web_address(link).map_err(|reason| Refusal::field(field, reason))?;
        }
    }
    let room = match body.room.filter(|room| !room.trim().is_empty()) {
        Some(room) => Some(RoomName::parse(&room).map_err(|_| Refusal::field("room", "is not a room's name"))?),
        None => link
            .as_deref()
            .filter(|_| reports(body.provider.as_deref()))
            .and_then(|link| RoomLink::parse(link).ok())
            .map(|link| link.name),
    };
    Ok(Conference {
        id,
        version: 1,
        name: body.name,
        kind: body.kind,
        description: body.description,
        start_date: body.start_date,
        start_time: time.format("%H:%M").to_string(),
        duration,
        timezone: zone.name().to_owned(),
        starts_at,
        client: body.client,
        room: room.map(|room| room.as_str().to_owned()),
        link,
        provider: body.provider,
        invite_link,
        cohosts: body.cohosts,
        create_calendar_event: body.create_calendar_event,
        invite_users: body.invite_users,
        live_stream_title: body.live_stream_title,
        live_stream_description: body.live_stream_description,
        at_provider: body.at_provider,
        contact: body.contact.map(contact::contact).transpose()?,
        reminders: contact::reminders(body.reminders)?,
        door: body.door,
        sealed: body.sealed,
        owner: Owner { id: owner.id.0, name: owner.name.reveal().clone() },
        status: match body.status {
            None | Some(ConferenceStatus::Running) => ConferenceStatus::Planned,
            Some(status) => status,
        },
        created_at: now,
        updated_at: now,
    })
}

/// Whether something that came from elsewhere is longer than a body could bring it.
#[must_use]
pub fn too_long(conference: &Conference) -> bool {
    let longer = |text: &str, longest: usize| text.chars().count() > longest;
    longer(&conference.name, LONGEST_WORD)
        || longer(&conference.description, LONGEST_TEXT)
        || conference.invite_users.len() > MOST_PEOPLE
}

/// `15:30`, and `15:30:00` as some forms send it.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S")).ok()
}

/// A link is opened by a browser one day: nothing but a web address may be kept as one.
fn web_address(link: &str) -> Result<(), &'static str> {
    let url = url::Url::parse(link).map_err(|_| "is not a web address")?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(()) } else { Err("is not a web address") }
}

/// Whether reports about a provider's rooms can come here at all; a link of an unknown kind may be of any.
fn reports(provider: Option<&str>) -> bool {
    let reports = |id| kabinet_providers::providers().iter().any(|info| info.id == id && info.capabilities.reports_attendance);
    provider.is_none_or(reports)
}

/// What attendance needs to know of a consultation; `None` when what is kept makes no sense, which only a damaged file can.
#[must_use]
pub fn consultation(conference: &Conference) -> Option<Consultation> {
    Some(Consultation {
        id: ConsultationId(conference.id),
        specialist: SpecialistId(conference.owner.id),
        client: Sensitive::new(conference.client.clone()),
        starts_at: conference.starts_at,
        minutes: conference.duration,
        time_zone: conference.timezone.parse().ok()?,
        provider: conference.provider.clone().unwrap_or_default(),
        link: Sensitive::new(conference.link.clone().unwrap_or_default()),
        room: conference.room.as_deref().and_then(|room| RoomName::parse(room).ok()),
        status: match conference.status {
            ConferenceStatus::Planned | ConferenceStatus::Running => ConsultationStatus::Planned,
            ConferenceStatus::Finished => ConsultationStatus::Finished,
            ConferenceStatus::Cancelled => ConsultationStatus::Cancelled,
            ConferenceStatus::NoShow => ConsultationStatus::NoShow,
        },
    })
}

/// Equal but for what the backend itself keeps count of.
#[must_use]
pub fn same_content(one: &Conference, other: &Conference) -> bool {
    content(one) == content(other)
}

/// Without what the backend itself keeps count of.
#[must_use]
pub fn content(conference: &Conference) -> Conference {
    Conference {
        version: 0,
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
        owner: Owner { id: conference.owner.id, name: String::new() },
        ..conference.clone()
    }
}
