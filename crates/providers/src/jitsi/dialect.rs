//! What the three dialects have in common: what understanding a webhook yields, and how it fails.

use kabinet_domain::{RoomName, Signal, Timestamp};
use std::sync::Arc;

/// A webhook, understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Understood {
    /// To be appended, in this order.
    pub signals: Vec<Signal>,
    /// Why nothing, or less than what was sent, came of it. For the sender's answer and the counters, never a secret.
    pub ignored: Option<&'static str>,
    /// What the reporter says of itself; only our own module does.
    pub report: Option<ModuleReport>,
    /// When it was sent, by the sender's clock.
    pub sent_at: Option<Timestamp>,
}

impl Understood {
    pub(crate) fn nothing(why: &'static str) -> Self {
        Self { ignored: Some(why), ..Self::default() }
    }

    pub(crate) fn of(signals: Vec<Signal>) -> Self {
        Self { sent_at: signals.last().map(|signal| signal.said_at), signals, ..Self::default() }
    }
}

/// The sender and its queue, as one batch of our own module describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleReport {
    /// Names one load of the module; sequence numbers begin anew with each.
    pub boot: String,
    /// What its signals name as their reporter.
    pub reporter: Arc<str>,
    /// First and last sequence number in the batch, whatever became of the events; `None` for an empty batch.
    pub seqs: Option<(u64, u64)>,
    pub host: Option<String>,
    pub prosody: Option<String>,
    pub module: Option<String>,
    /// Whether the server asks hosts to prove an account; `None` when the module cannot tell.
    pub login: Option<bool>,
    /// Events that still wait behind this batch.
    pub queued: u64,
    /// Events lost so far: the queue was full, or a batch was refused.
    pub dropped: u64,
    pub heartbeat: bool,
    pub started: bool,
    pub stopping: bool,
    pub server_snapshot: Option<ServerSnapshot>,
}

impl Default for ModuleReport {
    fn default() -> Self {
        Self {
            boot: String::new(),
            reporter: Arc::from(""),
            seqs: None,
            host: None,
            prosody: None,
            module: None,
            login: None,
            queued: 0,
            dropped: 0,
            heartbeat: false,
            started: false,
            stopping: false,
            server_snapshot: None,
        }
    }
}

/// Which rooms exist on the server: what is not among them is closed, whatever was heard of it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSnapshot {
    pub at: Timestamp,
    /// By the module's own clock.
    pub said_at: Timestamp,
    /// `None` when there are too many to list.
    pub rooms: Option<Vec<RoomName>>,
}

/// What a request is about, where the route says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomEvent {
    RoomCreated,
    RoomDestroyed,
    OccupantJoined,
    OccupantLeft,
}

impl RoomEvent {
    /// By the last words of a route: `participant-joined`, `occupant/joined`.
    #[must_use]
    pub fn from_route(route: &str) -> Option<Self> {
        Some(match route {
            "room-created" | "room/created" => Self::RoomCreated,
            "room-destroyed" | "room/destroyed" => Self::RoomDestroyed,
            "participant-joined" | "occupant/joined" => Self::OccupantJoined,
            "participant-left" | "occupant/left" => Self::OccupantLeft,
            _ => return None,
        })
    }

    /// The word in keys: the same for every spelling of a dialect.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::RoomCreated => "created",
            Self::RoomDestroyed => "destroyed",
            Self::OccupantJoined => "joined",
            Self::OccupantLeft => "left",
        }
    }
}

/// Why a webhook was not understood. Names the field, never its value: that may hold a person's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson { line: usize, column: usize },
    #[error("the body is not a JSON object")]
    NotAnObject,
    #[error("the field `{field}` is missing")]
    Missing { field: String },
    #[error("the field `{field}` is not {expected}")]
    Wrong { field: String, expected: &'static str },
}

impl DialectError {
    pub(crate) fn missing(field: &str) -> Self {
        Self::Missing { field: field.to_owned() }
    }

    pub(crate) fn wrong(field: &str, expected: &'static str) -> Self {
        Self::Wrong { field: field.to_owned(), expected }
    }

    /// The same, seen from outside the object that holds the field.
    pub(crate) fn within(self, outer: &str) -> Self {
        match self {
            Self::Missing { field } => Self::Missing { field: format!("{outer}.{field}") },
            Self::Wrong { field, expected } => Self::Wrong { field: format!("{outer}.{field}"), expected },
            other => other,
        }
    }

    /// The field at fault.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Missing { field } | Self::Wrong { field, .. } => Some(field),
            Self::NotJson { .. } | Self::NotAnObject => None,
        }
    }
}
