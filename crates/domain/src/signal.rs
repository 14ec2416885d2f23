//! Signals: what a room's reporter said, understood but not yet judged.

use crate::{ConsultationId, LeaveReason, Occupant, RoomName, Timestamp};

/// One statement about one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Equal for two deliveries of the same statement.
    pub key: String,
    pub room: RoomName,
    pub place: SignalPlace,
    /// When it happened, corrected for a source's clock that is off (see [`corrected`]).
    pub at: Timestamp,
    /// Rank among signals of the same moment, where the reporter counts them; else zero.
    pub order: u64,
    pub received_at: Timestamp,
    pub witness: Witness,
    pub fact: Fact,
}

/// What the key of a press begins with.
const PRESSED: &str = "pressed|";

impl Signal {
    /// The specialist pressed *Join* for this consultation. `pressed_at` is what the desktop said, if it did.
    #[must_use]
    pub fn pressed_join(consultation: ConsultationId, room: RoomName, pressed_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            key: format!("{PRESSED}{consultation}|{}", pressed_at.unwrap_or(now).timestamp_millis()),
            room,
            place: SignalPlace::Room,
            at: pressed_at.map_or(now, |at| corrected(at, now)),
            order: 0,
            received_at: now,
            witness: Witness::default(),
            fact: Fact::PressedJoin,
        }
    }

    /// The consultation that *Join* was pressed for.
    #[must_use]
    pub fn pressed_for(&self) -> Option<ConsultationId> {
        self.key.strip_prefix(PRESSED)?.split('|').next()?.parse().ok()
    }
}

/// Where in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignalPlace {
    Room,
    Lobby,
    Breakout,
}

impl SignalPlace {
    /// A fixed number for each place, for sorting.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Room => 0,
            Self::Lobby => 1,
            Self::Breakout => 2,
        }
    }
}

/// What a reporter is able to tell; decides how much its silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Witness {
    /// Reports grants of ownership, so that a proof may follow an arrival within a moment.
    pub grants: bool,
    /// Reports people by name.
    pub names: bool,
    /// The server asks hosts to prove an account. Where it does not, a grant proves nothing: the first comer gets it.
    pub login: Option<bool>,
    /// Its room events may be those of the lobby under the room's name; only the keeper's coming and going tells.
    pub vague_rooms: bool,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    RoomOpened,
    /// The server's own keeper of the room (Jicofo) came: it is always the first.
    KeeperCame,
    /// The keeper left: it is the last, unless it died.
    KeeperLeft,
    /// `ended` when a moderator ended the meeting for all.
    RoomClosed {
        ended: bool,
    },
    Joined(Occupant),
    Left {
        occupant: Occupant,
        reason: LeaveReason,
    },
    /// The name is in the occupant.
    Named(Occupant),
    /// The focus made this occupant an owner.
    Granted(Occupant),
    LineLost(Occupant),
    LineBack(Occupant),
    /// Everybody who is in this place now.
    Snapshot(Vec<Occupant>),
    /// The specialist pressed *Join* on the desktop.
    PressedJoin,
}

/// A source's own time against ours. A time in the future, or older than a webhook can sensibly be without a queue,
/// comes from a clock that is off: then the moment of receipt is the better guess.
#[must_use]
pub fn corrected(at: Timestamp, received_at: Timestamp) -> Timestamp {
    let age = received_at - at;
    if age < -chrono::Duration::seconds(5) || age > chrono::Duration::minutes(10) { received_at } else { at.min(received_at) }
}
