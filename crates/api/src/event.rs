//! The event as JSON, the same in every feed.

use super::DeliveryNewsJson;
use chrono::{DateTime, Utc};
use kabinet_domain::{
    Channel, DeliveryId, DeliveryNews, DeliveryState, Event, EventKind, LeaveReason, MessageId, Place, Proof, Purpose, Sensitive,
    Side, SpecialistAnswer, Who,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// The client's answers to being made to wait.
const FINE: &str = "fine";
const CANNOT_WAIT: &str = "cannot_wait";

/// An immutable past fact with its position in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventJson {
    /// Position in the log; rises by at least one from event to event.
    pub cursor: u64,
    pub id: Uuid,
    /// What happened: `client_joined`, `session_ended` and so on. Ignore kinds that you do not know.
    #[schema(example = "client_joined")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<Uuid>,
    /// As the server names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<WhoJson>,
    /// The system that the knowledge came from.
    pub source: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the backend learned of it.
    pub received_at: DateTime<Utc>,
    /// `client_joined`: after a real absence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<bool>,
    /// `client_waiting`: `page` or `lobby`.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `client_late`: by how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// `client_left`: `hung_up`, `moved`, `kicked`, `ended`, `lost`, `closed` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `session_ended`: how long both sides were in the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together_seconds: Option<u32>,
    /// `withdrawn`: the id of the event that was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Uuid>,
    /// How many clients were in the room when this was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<u32>,
    /// `specialist_answered`: `coming`, `late` (with `minutes`) or `cannot`; `client_answered`: `fine` or `cannot_wait`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// `delivery_changed`, `delivery_failed`: which, and how far it got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryNewsJson>,
    /// `message_received`: its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Uuid>,
    /// `client_admitted`: the planned start of the meeting that they were let into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
}

/// Whom an event is about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhoJson {
    /// As typed at the door; empty when unknown.
    #[serde(default)]
    pub name: String,
    /// `specialist` or `client`.
    pub side: String,
    /// How sure that is: `token`, `grant`, `address`, `pressed_join`, `first` or `none`.
    pub proof: String,
}

/// A name must not reach a log.
impl fmt::Debug for WhoJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhoJson").field("side", &self.side).field("proof", &self.proof).finish_non_exhaustive()
    }
}

/// A stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    pub events: Vec<EventJson>,
    /// Ask again after this one.
    pub cursor: u64,
}

impl From<&Event> for EventJson {
    fn from(event: &Event) -> Self {
        let mut json = Self {
            cursor: event.cursor.0,
            id: event.id.0,
            kind: event.kind.name().to_owned(),
            consultation: event.consultation.map(|id| id.0),
            room: event.room.as_ref().map(|room| room.as_str().to_owned()),
            who: event.who.as_ref().map(WhoJson::from),
            source: event.source.clone(),
            at: event.at,
            received_at: event.received_at,
            again: None,
            place: None,
            minutes: None,
            reason: None,
            together_seconds: None,
            of: None,
            inside: event.room.as_ref().map(|_| event.inside),
            answer: None,
            delivery: None,
            message: None,
            starts_at: None,
        };
        match &event.kind {
            EventKind::ClientWaiting { place } => json.place = Some(place.name().to_owned()),
            EventKind::ClientLate { minutes } => json.minutes = Some(*minutes),
            EventKind::ClientJoined { again } => json.again = Some(*again),
            EventKind::ClientLeft { reason } => json.reason = Some(reason.name().to_owned()),
            EventKind::SessionEnded { together } => json.together_seconds = Some(*together),
            EventKind::Withdrawn { of } => json.of = Some(of.0),
            EventKind::MessageReceived { message } => json.message = Some(message.0),
            EventKind::DeliveryChanged(news) | EventKind::DeliveryFailed(news) => json.delivery = Some(news.into()),
            EventKind::ClientAdmitted => json.starts_at = event.about.parse().ok(),
            EventKind::ClientAnswered { can_wait } => json.answer = Some(if *can_wait { FINE } else { CANNOT_WAIT }.to_owned()),
            EventKind::SpecialistAnswered { answer } => {
                json.answer = Some(answer.name().to_owned());
                if let SpecialistAnswer::Late { minutes } = answer {
                    json.minutes = Some(*minutes);
                }
            }
            EventKind::ConsultationChanged
            | EventKind::ClientOpenedLink
            | EventKind::SessionStarted
            | EventKind::ClientNamed
            | EventKind::ClientLineLost
            | EventKind::ClientLineBack
            | EventKind::LineUnstable
            | EventKind::Escalated
            | EventKind::ReachChanged
            | EventKind::SourceSilent
            | EventKind::SourceBack
            | EventKind::CalendarChanged => {}
        }
        json
    }
}

impl EventJson {
    /// The kind in the domain's words; `None` for one that this version does not know.
    #[must_use]
    pub fn understood(&self) -> Option<EventKind> {
        Some(match self.kind.as_str() {
            "consultation_changed" => EventKind::ConsultationChanged,
            "client_opened_link" => EventKind::ClientOpenedLink,
            "client_waiting" => EventKind::ClientWaiting {
                place: match self.place.as_deref() {
                    Some("page") => Place::Page,
                    Some("lobby") => Place::Lobby,
                    _ => return None,
                },
            },
            "client_late" => EventKind::ClientLate { minutes: self.minutes? },
            "session_started" => EventKind::SessionStarted,
            "client_joined" => EventKind::ClientJoined { again: self.again.unwrap_or_default() },
            "client_named" => EventKind::ClientNamed,
            "client_line_lost" => EventKind::ClientLineLost,
            "client_line_back" => EventKind::ClientLineBack,
            "client_left" => EventKind::ClientLeft { reason: LeaveReason::from_name(self.reason.as_deref().unwrap_or_default()) },
            "session_ended" => EventKind::SessionEnded { together: self.together_seconds.unwrap_or_default() },
            "line_unstable" => EventKind::LineUnstable,
            "withdrawn" => EventKind::Withdrawn { of: kabinet_domain::EventId(self.of?) },
            "message_received" => EventKind::MessageReceived { message: MessageId(self.message?) },
            "delivery_changed" => EventKind::DeliveryChanged(self.delivery.as_ref()?.understood()?),
            "delivery_failed" => EventKind::DeliveryFailed(self.delivery.as_ref()?.understood()?),
            "client_answered" => EventKind::ClientAnswered {
                can_wait: match self.answer.as_deref() {
                    Some(FINE) => true,
                    Some(CANNOT_WAIT) => false,
                    _ => return None,
                },
            },
            "client_admitted" => EventKind::ClientAdmitted,
            "specialist_answered" => {
                EventKind::SpecialistAnswered { answer: SpecialistAnswer::from_name(self.answer.as_deref()?, self.minutes)? }
            }
            "escalated" => EventKind::Escalated,
            "reach_changed" => EventKind::ReachChanged,
            "source_silent" => EventKind::SourceSilent,
            "source_back" => EventKind::SourceBack,
            "calendar_changed" => EventKind::CalendarChanged,
            _ => return None,
        })
    }
}

impl From<&DeliveryNews> for DeliveryNewsJson {
    fn from(news: &DeliveryNews) -> Self {
        Self {
            id: news.id.0,
            channel: news.channel.name().to_owned(),
            purpose: news.purpose.name().to_owned(),
            state: news.state.name().to_owned(),
            code: news.code.clone(),
        }
    }
}

impl DeliveryNewsJson {
    /// In the domain's words; `None` when a word is one that this version does not know.
    #[must_use]
    pub fn understood(&self) -> Option<DeliveryNews> {
        Some(DeliveryNews {
            id: DeliveryId(self.id),
            channel: Channel::from_name(&self.channel)?,
            purpose: Purpose::from_name(&self.purpose)?,
            state: DeliveryState::from_name(&self.state)?,
            code: self.code.clone(),
        })
    }
}

impl From<&Who> for WhoJson {
    fn from(who: &Who) -> Self {
        Self { name: who.name.reveal().clone(), side: who.side.name().to_owned(), proof: who.proof.name().to_owned() }
    }
}

impl WhoJson {
    /// In the domain's words; `None` when the side is one that this version does not know. An unknown proof proves nothing.
    #[must_use]
    pub fn understood(&self) -> Option<Who> {
        let side = match self.side.as_str() {
            "specialist" => Side::Specialist,
            "client" => Side::Client,
            _ => return None,
        };
        let proof = [Proof::First, Proof::PressedJoin, Proof::Address, Proof::Grant, Proof::Token]
            .into_iter()
            .find(|proof| proof.name() == self.proof)
            .unwrap_or(Proof::None);
        Some(Who { name: Sensitive::new(self.name.clone()), side, proof })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_backend_says_is_still_read() {
        let json = r#"{"cursor":7,"id":"0198f300-0000-7000-8000-000000000001","kind":"client_sneezed","how":{"loud":true},
            "source":"x","at":"2026-12-23T11:58:04Z","received_at":"2026-12-23T11:58:04.211Z"}"#;
        let event: EventJson = serde_json::from_str(json).expect("an event");
        assert_eq!((event.cursor, event.understood()), (7, None));
    }

    #[test]
    fn debug_shows_no_name() {
        let who = WhoJson { name: "Ivan".into(), side: "client".into(), proof: "none".into() };
        assert!(!format!("{who:?}").contains("Ivan"));
    }

    #[test]
    fn the_design_page_example_reads_and_writes_the_same() {
        let json = r#"{"cursor":128,"id":"0198f300-0000-7000-8000-000000000001","kind":"client_joined","consultation":"0198f100-0000-7000-8000-000000000001","room":"konsultaciya-23dec-a1b2c3","who":{"name":"Иван","side":"client","proof":"none"},"source":"x","at":"2026-12-23T11:58:04Z","received_at":"2026-12-23T11:58:04.211Z","again":false}"#;
        let event: EventJson = serde_json::from_str(json).expect("an event");
        assert_eq!(serde_json::to_string(&event).expect("JSON"), json);
        assert_eq!(event.understood(), Some(EventKind::ClientJoined { again: false }));
        assert_eq!(event.who.as_ref().and_then(WhoJson::understood).expect("who").side, Side::Client);
    }
}
