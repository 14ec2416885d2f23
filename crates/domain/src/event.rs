//! Events: immutable past facts that a person cares about, with a position in the log.

use crate::delivery::DeliveryNews;
use crate::{ConsultationId, Cursor, EventId, MessageId, RoomName, Sensitive, SpecialistId, Timestamp};
use chrono::Duration;

/// What happened. The names are the contract's (`kind` in the feeds); none is ever removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    ConsultationChanged,
    ClientOpenedLink,
    /// On the client's page or in the room's lobby.
    ClientWaiting {
        place: Place,
    },
    ClientLate {
        minutes: u32,
    },
    /// The specialist is in.
    SessionStarted,
    /// `again` after a real absence.
    ClientJoined {
        again: bool,
    },
    /// A name came late or changed.
    ClientNamed,
    /// The line has been silent for some seconds. Quiet.
    ClientLineLost,
    /// The line that was said to be lost is back. Quiet.
    ClientLineBack,
    ClientLeft {
        reason: LeaveReason,
    },
    /// The specialist has gone. `together` is the time in seconds when both sides were in the room.
    SessionEnded {
        together: u32,
    },
    LineUnstable,
    /// The event `of` has been shown wrong by a later proof.
    Withdrawn {
        of: EventId,
    },
    /// A client has written; what, has to be read where messages are kept.
    MessageReceived {
        message: MessageId,
    },
    /// A delivery got further: sent, delivered, read. Quiet.
    DeliveryChanged(DeliveryNews),
    /// A delivery did not reach whom it was for, and will not be tried again by itself.
    DeliveryFailed(DeliveryNews),
    /// The client's answer to "I will be late", on their page.
    ClientAnswered {
        can_wait: bool,
    },
    /// The specialist has let the client in from the page. Quiet.
    ClientAdmitted,
    /// The specialist has seen the alert and said what follows; every device falls silent.
    SpecialistAnswered {
        answer: SpecialistAnswer,
    },
    /// Nobody had answered an alert, so it went to the specialist another way. Quiet.
    Escalated,
    /// How the specialist can be reached was changed: a messenger's chat, quiet hours. Quiet.
    ReachChanged,
    /// A source that used to report has said nothing for too long.
    SourceSilent,
    SourceBack,
    /// Something was changed in the calendar elsewhere; what it is, has to be read there. Quiet.
    CalendarChanged,
}

impl EventKind {
    /// The name in the feeds.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ConsultationChanged => "consultation_changed",
            Self::ClientOpenedLink => "client_opened_link",
            Self::ClientWaiting { .. } => "client_waiting",
            Self::ClientLate { .. } => "client_late",
            Self::SessionStarted => "session_started",
            Self::ClientJoined { .. } => "client_joined",
            Self::ClientNamed => "client_named",
            Self::ClientLineLost => "client_line_lost",
            Self::ClientLineBack => "client_line_back",
            Self::ClientLeft { .. } => "client_left",
            Self::SessionEnded { .. } => "session_ended",
            Self::LineUnstable => "line_unstable",
            Self::Withdrawn { .. } => "withdrawn",
            Self::MessageReceived { .. } => "message_received",
            Self::DeliveryChanged(_) => "delivery_changed",
            Self::DeliveryFailed(_) => "delivery_failed",
            Self::ClientAnswered { .. } => "client_answered",
            Self::ClientAdmitted => "client_admitted",
            Self::SpecialistAnswered { .. } => "specialist_answered",
            Self::Escalated => "escalated",
            Self::ReachChanged => "reach_changed",
            Self::SourceSilent => "source_silent",
            Self::SourceBack => "source_back",
            Self::CalendarChanged => "calendar_changed",
        }
    }
}

/// What the specialist says to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecialistAnswer {
    /// On the way, in time.
    Coming,
    /// On the way, so many minutes from the answer on.
    Late { minutes: u32 },
    /// It cannot take place now.
    Cannot,
}

impl SpecialistAnswer {
    /// From wherever the telephone was answered to the computer, and then the way from the press on *Join* into the room, which alone
    /// may take [`crate::escalation::JOINS_WITHIN`].
    pub const COMES_WITHIN: Duration = Duration::minutes(3);

    /// The longest consultation that is usual, a double one, and some more.
    pub const SETTLED_FOR: Duration = Duration::hours(2);

    /// The word on the wire; the minutes stand beside it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Late { .. } => "late",
            Self::Cannot => "cannot",
        }
    }

    /// Until when it is answer enough: so long nothing rings because of the client, on any desktop and in any messenger.
    ///
    /// One rule for both, lest somebody who answered in the one is called by the other: "I'm coming" is [`Self::COMES_WITHIN`],
    /// "in N minutes" is as long as was said, and "I can't" is the visit that it was said of, and [`Self::SETTLED_FOR`] at most.
    #[must_use]
    pub fn holds_until(self, said_at: Timestamp) -> Timestamp {
        said_at
            + match self {
                Self::Coming => Self::COMES_WITHIN,
                Self::Late { minutes } => Duration::minutes(minutes.into()),
                Self::Cannot => Self::SETTLED_FOR,
            }
    }

    /// Reads the word of [`Self::name`]; being late wants its minutes.
    #[must_use]
    pub fn from_name(name: &str, minutes: Option<u32>) -> Option<Self> {
        match name {
            "coming" => Some(Self::Coming),
            "late" => Some(Self::Late { minutes: minutes? }),
            "cannot" => Some(Self::Cannot),
            _ => None,
        }
    }
}

/// Where a client waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Page,
    Lobby,
}

impl Place {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Lobby => "lobby",
        }
    }
}

/// Why somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    HungUp,
    /// Went to a breakout room or came back from one.
    Moved,
    Kicked,
    /// The meeting was ended for all.
    Ended,
    /// The line was lost and did not come back in time.
    Lost,
    /// The tab was closed or reloaded.
    Closed,
    Unknown,
}

impl LeaveReason {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HungUp => "hung_up",
            Self::Moved => "moved",
            Self::Kicked => "kicked",
            Self::Ended => "ended",
            Self::Lost => "lost",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "hung_up" => Self::HungUp,
            "moved" => Self::Moved,
            "kicked" => Self::Kicked,
            "ended" => Self::Ended,
            "lost" => Self::Lost,
            "closed" => Self::Closed,
            _ => Self::Unknown,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Specialist,
    Client,
}

impl Side {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Specialist => "specialist",
            Self::Client => "client",
        }
    }
}

/// How sure it is who an occupant is, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Proof {
    /// None at all: then an occupant is a client.
    None,
    /// First in a room that nobody can enter before the host, as the operator states.
    First,
    /// The specialist pressed *Join* seconds before.
    PressedJoin,
    /// An authenticated address.
    Address,
    /// Ownership granted by the focus to somebody who proved an account.
    Grant,
    /// A token's user id.
    Token,
}

impl Proof {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::First => "first",
            Self::PressedJoin => "pressed_join",
            Self::Address => "address",
            Self::Grant => "grant",
            Self::Token => "token",
        }
    }
}

/// Whom an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// As typed at the door, cleaned for showing; empty when unknown.
    pub name: Sensitive<String>,
    pub side: Side,
    pub proof: Proof,
}

/// What attendance wants said: an event before it has an id and a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    pub kind: EventKind,
    /// Whose news it is; `None` when nothing is planned for the room.
    pub consultation: Option<ConsultationId>,
    pub who: Option<Who>,
    pub at: Timestamp,
    /// Ties the telling to a stay, so that it is recognised when the same signals are looked at again.
    pub about: String,
    /// How many clients are in the room now, as far as is known.
    pub inside: u32,
}

/// A telling that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: EventId,
    pub telling: Telling,
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub cursor: Cursor,
    pub id: EventId,
    pub kind: EventKind,
    /// Whose feed it belongs to; `None` is for the operator alone.
    pub specialist: Option<SpecialistId>,
    pub consultation: Option<ConsultationId>,
    pub room: Option<RoomName>,
    pub who: Option<Who>,
    /// The system that the knowledge came from: `jitsi`, `desktop`, `page`, `kabinet`.
    pub source: String,
    /// When it happened, by the corrected clock of the source.
    pub at: Timestamp,
    /// When the backend learned of it.
    pub received_at: Timestamp,
    pub about: String,
    /// How many clients were in the room when this was told; zero for events that are not about a room.
    pub inside: u32,
}
