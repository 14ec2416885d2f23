//! What the application remembers: the records of its local store. They are no wire format and no view;
//! each is converted at its own seam ([`crate::line`] and [`crate::present`]).

use crate::view::Door;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A consultation as this computer knows it, with what was typed here and not sent yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    pub id: String,
    pub client: String,
    pub starts_at: DateTime<Utc>,
    pub minutes: u32,
    /// IANA name.
    pub time_zone: String,
    pub provider: String,
    pub link: String,
    pub room: String,
    pub note: String,
    pub status: Status,
    /// For a room that a provider made when asked.
    #[serde(default)]
    pub made: Option<Made>,
    /// How the client is reached.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// Minutes before the start at which the client is reminded.
    #[serde(default)]
    pub reminders: Vec<u32>,
    #[serde(default)]
    pub door: Door,
    /// The client's page, as the backend says; `None` while it has none.
    #[serde(default)]
    pub page_link: Option<String>,
    /// What stands for the client's name at a backend that names are kept from: `K-17`.
    #[serde(default)]
    pub code: Option<String>,
    /// The backend's version, for `If-Match`; `None` until it has accepted the consultation.
    pub version: Option<String>,
}

impl Consultation {
    #[must_use]
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + Duration::minutes(i64::from(self.minutes))
    }
}

/// Names and links stay out of logs.
impl fmt::Debug for Consultation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consultation")
            .field("id", &self.id)
            .field("starts_at", &self.starts_at)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// How a client is reached.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// One of the words of [`kabinet_domain::Channel`].
    pub channel: String,
    /// Digits with the country's code.
    pub phone: Option<String>,
    pub email: Option<String>,
    /// `ru` or `en`.
    pub language: Option<String>,
    /// The same in each consultation of one client; drawn, and says nothing of who it is.
    pub client_key: Option<String>,
    /// They have bound a chat in Telegram, as the backend says.
    pub telegram_bound: bool,
}

/// Phones and addresses stay out of logs.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A room that a provider made when asked: what finds it there again, and what it was made with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The provider's own id.
    pub id: String,
    /// One of the words of [`kabinet_domain::provider::WaitingRoom`].
    pub waiting_room: Option<String>,
    /// E-mail addresses.
    pub cohosts: Vec<String>,
    pub summary: bool,
    pub broadcast: Option<Broadcast>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    pub title: String,
    pub description: String,
    /// Everybody may watch, or the organisation alone.
    pub organisation_only: bool,
    /// The link of those who only watch.
    pub watch_link: Option<String>,
}

/// Addresses and links stay out of logs.
impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("waiting_room", &self.waiting_room).finish_non_exhaustive()
    }
}

impl fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broadcast").field("organisation_only", &self.organisation_only).finish_non_exhaustive()
    }
}

/// What was decided about a consultation; what is seen of it comes from events and the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Planned,
    Finished,
    Cancelled,
    NoShow,
}

/// An event of the feed, as far as it is read here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub cursor: u64,
    pub kind: Kind,
    pub consultation: Option<String>,
    /// As typed at the door, cleaned; empty when unknown.
    pub name: String,
    /// Nothing proves who it is (`proof: none`).
    pub unproven: bool,
    pub source: String,
    /// How many clients were in the room when this was told.
    pub inside: Option<u32>,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// Learned later than it happened.
    pub missed: bool,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("cursor", &self.cursor)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    ConsultationChanged,
    CalendarChanged,
    ClientOpenedLink,
    ClientWaiting {
        lobby: bool,
    },
    ClientLate {
        minutes: u32,
    },
    SessionStarted,
    ClientJoined {
        again: bool,
    },
    ClientNamed,
    ClientLineLost,
    ClientLineBack,
    ClientLeft {
        reason: String,
    },
    SessionEnded {
        together: u32,
    },
    LineUnstable,
    Withdrawn {
        of: String,
    },
    MessageReceived {
        message: String,
    },
    /// A delivery got further, or failed for good.
    Delivery {
        id: String,
        channel: String,
        purpose: String,
        state: String,
        code: Option<String>,
    },
    ClientAnswered {
        can_wait: bool,
    },
    ClientAdmitted {
        /// The planned start of the meeting that they were let into, where the backend tells.
        #[serde(default)]
        to: Option<DateTime<Utc>>,
    },
    SpecialistAnswered {
        /// `coming`, `late` or `cannot`.
        answer: String,
        minutes: Option<u32>,
    },
    Escalated,
    ReachChanged,
    SourceSilent,
    SourceBack,
    /// Of a later version; its place in the order counts, nothing else.
    Other,
}

/// A change that the backend has not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The consultation as the backend last had it; `None` when it has never had it.
    pub base: Option<Consultation>,
    /// The backend said no; not tried again until the person changes something.
    #[serde(default)]
    pub refused: bool,
}

/// What the specialist did about a consultation, and what was already shown of it. Kept, so that a restart repeats nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The last press on *Join*.
    pub pressed_join_at: Option<DateTime<Utc>>,
    /// "In 5 minutes": quiet until then.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// The alerts that were answered or put away, by their identity.
    pub answered: Vec<String>,
    /// The alert that stands on the screen or stood there last, by its identity.
    pub shown: Option<String>,
    /// What stood there before it: whatever waits for no answer is shown once.
    #[serde(default)]
    pub rang: Vec<String>,
    /// "I am coming" was said, without a press on *Join*.
    #[serde(default)]
    pub coming_at: Option<DateTime<Utc>>,
    /// An answer that the backend has not heard yet.
    #[serde(default)]
    pub to_tell: Option<Answer>,
    /// The messages of its thread that were read, by their ids.
    #[serde(default)]
    pub read: Vec<String>,
    /// What its events said, when they are forgotten.
    #[serde(default)]
    pub seen: Option<Seen>,
}

/// What stays known of a consultation whose events are forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub came: bool,
    /// Seconds both sides were in the room.
    pub together: u32,
}

/// What the specialist said to a waiting client, until the backend has heard it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Chosen here, so that a repetition answers once.
    pub id: String,
    /// `coming`, `late` or `cannot`.
    pub answer: String,
    /// Of `late`: when they will be there.
    pub until: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
}

impl Answer {
    /// "Coming" is of no use to a client for longer than this, nor "I cannot" for longer than the other.
    const COMING: Duration = Duration::minutes(5);
    const CANNOT: Duration = Duration::hours(1);

    /// It is still worth telling.
    #[must_use]
    pub fn matters(&self, now: DateTime<Utc>) -> bool {
        match (self.answer.as_str(), self.until) {
            (_, Some(until)) => until > now,
            ("cannot", _) => self.at + Self::CANNOT > now,
            _ => self.at + Self::COMING > now,
        }
    }

    /// As many whole minutes as are left of "late".
    #[must_use]
    pub fn minutes(&self, now: DateTime<Utc>) -> Option<u32> {
        let seconds = (self.until? - now).num_seconds().max(1);
        u32::try_from((seconds + 59) / 60).ok()
    }
}

impl Handled {
    /// So many alerts are remembered: a consultation has a handful of them.
    const REMEMBERED: usize = 20;
    /// Of messages there may be more.
    const READ_REMEMBERED: usize = 1000;

    /// Remembers that an alert was answered.
    pub fn answer(&mut self, alert: String) {
        remember(&mut self.answered, alert, Self::REMEMBERED);
    }

    /// Remembers that an alert stands on the screen.
    pub fn show(&mut self, alert: String) {
        if let Some(before) = self.shown.replace(alert)
            && self.shown.as_ref() != Some(&before)
        {
            remember(&mut self.rang, before, Self::REMEMBERED);
        }
    }

    /// It stands on the screen or has stood there.
    #[must_use]
    pub fn was_shown(&self, alert: &str) -> bool {
        self.alerts_shown().any(|shown| shown == alert)
    }

    /// The alerts that stand on the screen or have stood there.
    pub fn alerts_shown(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().chain(&self.rang).map(String::as_str)
    }

    /// Remembers that a message was read.
    pub fn has_read(&mut self, message: String) {
        remember(&mut self.read, message, Self::READ_REMEMBERED);
    }
}

fn remember(known: &mut Vec<String>, new: String, most: usize) {
    if !known.contains(&new) {
        known.push(new);
        let excess = known.len().saturating_sub(most);
        known.drain(..excess);
    }
}

/// What the backend's practice is and has, as it was asked last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Practice {
    pub name: String,
    pub names_stay_here: bool,
    /// Clients have pages.
    pub pages: bool,
    /// Channels that the backend sends by itself.
    pub channels: Vec<String>,
    pub telegram_bot: Option<String>,
}

/// How the specialist is reached away from the desktop, as the backend was asked last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    pub telegram: Option<Chat>,
    /// Another one, which waits to be confirmed while that one is used.
    pub telegram_next: Option<Chat>,
    pub after_seconds: u32,
    /// `22:00`; both or none.
    pub quiet_from: Option<String>,
    pub quiet_to: Option<String>,
    pub quiet_even_clients: bool,
    /// IANA name; the system's zone when absent.
    pub time_zone: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chat {
    pub name: String,
    pub confirmed: bool,
    pub blocked: bool,
}

logged!(Chat: confirmed, blocked);
