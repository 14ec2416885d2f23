//! Consultations on the wire, in the words that existing clients of this interface use.

use super::{Contact, Door};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// How the error begins that names a wrong field of [`ProviderRoom`], before the field's name and another backtick.
pub const WRONG_FIELD: &str = "wrong field `";

/// What a client of the interface may set.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConferenceBody {
    /// Chosen by the sender, so that a lost answer creates nothing twice. On an update it must be the path's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: ConferenceType,
    #[serde(default)]
    pub description: String,
    pub start_date: NaiveDate,
    /// `15:30`, in `timezone`.
    #[schema(example = "15:30", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub start_time: String,
    /// Minutes; the backend's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1440)]
    pub duration: Option<u32>,
    /// An IANA name; the backend's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Moscow")]
    pub timezone: Option<String>,
    #[serde(default)]
    pub client: String,
    /// As it stands in the link; taken from the link when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Where people meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Id of the provider that the room is at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What the client is given. Left out, and while the backend has an address that clients reach: their page there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_link: Option<String>,
    #[serde(default)]
    pub cohosts: Vec<String>,
    #[serde(default)]
    pub create_calendar_event: bool,
    #[serde(default)]
    pub invite_users: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1024)]
    pub live_stream_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub live_stream_description: Option<String>,
    /// How the room was made, for a provider that makes rooms when asked.
    #[serde(flatten)]
    pub at_provider: ProviderRoom,
    /// How the client is reached, and in which language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Minutes before the start at which the client is reminded, by the contact's channel.
    #[serde(default)]
    #[schema(example = json!([1440, 60]))]
    pub reminders: Vec<u32>,
    /// When the client's page lets its visitor in.
    #[serde(default)]
    pub door: Door,
    /// What only the specialist's own devices can read: encrypted by them, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConferenceStatus>,
}

/// A consultation as the backend keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conference {
    pub id: Uuid,
    /// Rises with every change; also the `ETag`.
    pub version: u64,
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: ConferenceType,
    #[serde(default)]
    pub description: String,
    pub start_date: NaiveDate,
    pub start_time: String,
    pub duration: u32,
    pub timezone: String,
    /// The same moment in UTC.
    pub starts_at: DateTime<Utc>,
    #[serde(default)]
    pub client: String,
    /// As the server's reports name it; `null` when nothing reports about this link.
    #[serde(default)]
    pub room: Option<String>,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub provider: Option<String>,
    #[serde(default)]
    pub invite_link: Option<String>,
    #[serde(default)]
    pub cohosts: Vec<String>,
    #[serde(default)]
    pub create_calendar_event: bool,
    #[serde(default)]
    pub invite_users: Vec<String>,
    #[serde(default)]
    pub live_stream_title: Option<String>,
    #[serde(default)]
    pub live_stream_description: Option<String>,
    #[serde(flatten)]
    pub at_provider: ProviderRoom,
    /// How the client is reached, and in which language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Minutes before the start at which the client is reminded, by the contact's channel.
    #[serde(default)]
    #[schema(example = json!([1440, 60]))]
    pub reminders: Vec<u32>,
    /// When the client's page lets its visitor in.
    #[serde(default)]
    pub door: Door,
    /// What only the specialist's own devices can read: encrypted by them, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    pub owner: Owner,
    pub status: ConferenceStatus,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a provider that makes rooms when asked was asked for, and what finds the room there again.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderRoom {
    /// The provider's own id of the room.
    #[serde(default, deserialize_with = "named::provider_room", skip_serializing_if = "Option::is_none")]
    pub provider_room: Option<String>,
    /// Who waits until somebody lets them in: `everyone`, `outsiders` of the organisation, `nobody`. The provider's most careful when absent.
    #[serde(default, deserialize_with = "named::waiting_room", skip_serializing_if = "Option::is_none")]
    #[schema(example = "everyone")]
    pub waiting_room: Option<String>,
    /// A summary of what is said is written by itself.
    #[serde(default, deserialize_with = "named::summary", skip_serializing_if = "std::ops::Not::not")]
    pub summary: bool,
    /// The link of those who only watch a broadcast.
    #[serde(default, deserialize_with = "named::live_stream_link", skip_serializing_if = "Option::is_none")]
    pub live_stream_link: Option<String>,
    /// Who may watch it: `everyone` with the link, or the `organisation`.
    #[serde(default, deserialize_with = "named::live_stream_viewers", skip_serializing_if = "Option::is_none")]
    #[schema(example = "everyone")]
    pub live_stream_viewers: Option<String>,
}

/// Fields that are flattened into another type, read so that a wrong one is named: the way to it is lost by then.
mod named {
    use serde::de::{Deserialize, Deserializer, Error};

    fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(field: &str, deserializer: D) -> Result<T, D::Error> {
        // Serde's own words quote the value.
        T::deserialize(deserializer).map_err(|_| D::Error::custom(format!("{}{field}`", super::WRONG_FIELD)))
    }

    macro_rules! fields {
        ($($field:ident: $kind:ty),*) => {$(
            pub fn $field<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                read(stringify!($field), deserializer)
            }
        )*};
    }

    fields!(
        provider_room: Option<String>,
        waiting_room: Option<String>,
        summary: bool,
        live_stream_link: Option<String>,
        live_stream_viewers: Option<String>
    );
}

/// The specialist whose consultation it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Owner {
    pub id: Uuid,
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConferenceType {
    #[default]
    Conference,
    Broadcast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConferenceStatus {
    Planned,
    /// The specialist is in the room. Seen, not set: writing it means `planned`.
    Running,
    Finished,
    Cancelled,
    /// A person has said so.
    NoShow,
}

/// All that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conferences {
    pub conferences: Vec<Conference>,
}

/// The specialist pressed *Join*.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PressedJoin {
    /// When; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

impl From<Conference> for ConferenceBody {
    /// What one would send to keep everything as it is.
    fn from(conference: Conference) -> Self {
        Self {
            id: Some(conference.id),
            name: conference.name,
            kind: conference.kind,
            description: conference.description,
            start_date: conference.start_date,
            start_time: conference.start_time,
            duration: Some(conference.duration),
            timezone: Some(conference.timezone),
            client: conference.client,
            room: conference.room,
            link: conference.link,
            provider: conference.provider,
            invite_link: conference.invite_link,
            cohosts: conference.cohosts,
            create_calendar_event: conference.create_calendar_event,
            invite_users: conference.invite_users,
            live_stream_title: conference.live_stream_title,
            live_stream_description: conference.live_stream_description,
            at_provider: conference.at_provider,
            contact: conference.contact,
            reminders: conference.reminders,
            door: conference.door,
            sealed: conference.sealed,
            status: Some(conference.status),
        }
    }
}

/// Names and links must not reach a log.
impl fmt::Debug for ConferenceBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConferenceBody").field("id", &self.id).field("start_date", &self.start_date).finish_non_exhaustive()
    }
}

impl fmt::Debug for Conference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conference")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("starts_at", &self.starts_at)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ProviderRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderRoom").finish_non_exhaustive()
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").field("id", &self.id).finish_non_exhaustive()
    }
}
