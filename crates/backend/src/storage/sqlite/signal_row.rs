//! A signal as it stands in the database: JSON with short keys, since there are many.

use super::{from_millis, to_millis};
use crate::StorageError;
use crate::ports::EntryBody;
use kabinet_domain::{
    Address, Cursor, Fact, LeaveReason, Occupant, RoomName, Sensitive, Signal, SignalPlace, StayKey, Timestamp, TokenUser,
    Witness,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct SignalRow<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(borrow)]
    place: PlaceRow<'a>,
    at: i64,
    /// By the reporter's own clock, as the difference to `at`.
    #[serde(default, skip_serializing_if = "is_nothing")]
    ahead: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    order: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    grants: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    names: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<bool>,
    #[serde(default, skip_serializing_if = "is_false")]
    vague_rooms: bool,
    #[serde(borrow)]
    fact: FactRow<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlaceRow<'a> {
    Room,
    Lobby,
    /// As it was written before breakout rooms had names.
    Breakout,
    BreakoutRoom(#[serde(borrow)] Cow<'a, str>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FactRow<'a> {
    RoomOpened,
    RoomClosed {
        ended: bool,
    },
    #[serde(borrow)]
    Joined(OccupantRow<'a>),
    Left {
        #[serde(borrow)]
        occupant: OccupantRow<'a>,
        reason: Cow<'a, str>,
    },
    Named(OccupantRow<'a>),
    Granted(OccupantRow<'a>),
    LineLost(OccupantRow<'a>),
    LineBack(OccupantRow<'a>),
    Snapshot(Vec<OccupantRow<'a>>),
    PressedJoin,
    KeeperCame,
    KeeperLeft,
}

#[derive(Serialize, Deserialize)]
struct OccupantRow<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    stay: Option<Cow<'a, str>>,
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    token: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "is_false")]
    account: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    granted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    joined_at: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    line_lost: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nothing(difference: &i64) -> bool {
    *difference == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Serialize, Deserialize)]
struct SettledRow<'a> {
    #[serde(borrow)]
    settled: Cow<'a, str>,
    told_to: u64,
}

/// Writes a row to the end of `out`.
pub fn write(body: &EntryBody, out: &mut Vec<u8>) {
    match body {
        EntryBody::Signal(signal) => write_signal(signal, out),
        EntryBody::Settled { room, told_to } => {
            let row = SettledRow { settled: Cow::Borrowed(room.as_str()), told_to: told_to.0 };
            serde_json::to_writer(out, &row).expect("rows are plain and a vector takes everything");
        }
    }
}

/// Reads a row back.
pub fn read(body: &str, source: &Arc<str>, received_at: Timestamp) -> Result<EntryBody, StorageError> {
    if !body.starts_with("{\"settled\"") {
        return read_signal(body, source, received_at).map(EntryBody::Signal);
    }
    let damaged = StorageError::Damaged { what: "a settled room" };
    let Ok(row) = serde_json::from_str::<SettledRow<'_>>(body) else { return Err(damaged) };
    let Ok(room) = RoomName::parse(&row.settled) else { return Err(damaged) };
    Ok(EntryBody::Settled { room, told_to: Cursor(row.told_to) })
}

fn write_signal(signal: &Signal, out: &mut Vec<u8>) {
    let row = SignalRow {
        key: Cow::Borrowed(&signal.key),
        room: Cow::Borrowed(signal.room.as_str()),
        place: match &signal.place {
            SignalPlace::Room => PlaceRow::Room,
            SignalPlace::Lobby => PlaceRow::Lobby,
            SignalPlace::Breakout(name) => PlaceRow::BreakoutRoom(Cow::Borrowed(name)),
        },
        at: to_millis(signal.at),
        ahead: to_millis(signal.said_at) - to_millis(signal.at),
        order: signal.order,
        grants: signal.witness.grants,
        names: signal.witness.names,
        login: signal.witness.login,
        vague_rooms: signal.witness.vague_rooms,
        fact: match &signal.fact {
            Fact::RoomOpened => FactRow::RoomOpened,
            Fact::RoomClosed { ended } => FactRow::RoomClosed { ended: *ended },
            Fact::Joined(occupant) => FactRow::Joined(occupant.into()),
            Fact::Left { occupant, reason } => FactRow::Left { occupant: occupant.into(), reason: Cow::Borrowed(reason.name()) },
            Fact::Named(occupant) => FactRow::Named(occupant.into()),
            Fact::Granted(occupant) => FactRow::Granted(occupant.into()),
            Fact::LineLost(occupant) => FactRow::LineLost(occupant.into()),
            Fact::LineBack(occupant) => FactRow::LineBack(occupant.into()),
            Fact::Snapshot(occupants) => FactRow::Snapshot(occupants.iter().map(Into::into).collect()),
            Fact::PressedJoin => FactRow::PressedJoin,
            Fact::KeeperCame => FactRow::KeeperCame,
            Fact::KeeperLeft => FactRow::KeeperLeft,
        },
    };
    serde_json::to_writer(out, &row).expect("rows are plain and a vector takes everything");
}

fn read_signal(body: &str, source: &Arc<str>, received_at: Timestamp) -> Result<Signal, StorageError> {
    let damaged = StorageError::Damaged { what: "a signal" };
    let Ok(row) = serde_json::from_str::<SignalRow<'_>>(body) else { return Err(damaged) };
    let Ok(room) = RoomName::parse(&row.room) else { return Err(damaged) };
    Ok(Signal {
        key: row.key.into_owned(),
        room,
        place: match row.place {
            PlaceRow::Room => SignalPlace::Room,
            PlaceRow::Lobby => SignalPlace::Lobby,
            PlaceRow::Breakout => SignalPlace::Breakout("".into()),
            PlaceRow::BreakoutRoom(name) => SignalPlace::Breakout(name.as_ref().into()),
        },
        reporter: Arc::clone(source),
        at: from_millis(row.at)?,
        said_at: from_millis(row.at.saturating_add(row.ahead))?,
        order: row.order,
        received_at,
        witness: Witness { grants: row.grants, names: row.names, login: row.login, vague_rooms: row.vague_rooms },
        fact: match row.fact {
            FactRow::RoomOpened => Fact::RoomOpened,
            FactRow::RoomClosed { ended } => Fact::RoomClosed { ended },
            FactRow::Joined(occupant) => Fact::Joined(occupant.try_into()?),
            FactRow::Left { occupant, reason } => {
                Fact::Left { occupant: occupant.try_into()?, reason: LeaveReason::from_name(&reason) }
            }
            FactRow::Named(occupant) => Fact::Named(occupant.try_into()?),
            FactRow::Granted(occupant) => Fact::Granted(occupant.try_into()?),
            FactRow::LineLost(occupant) => Fact::LineLost(occupant.try_into()?),
            FactRow::LineBack(occupant) => Fact::LineBack(occupant.try_into()?),
            FactRow::Snapshot(occupants) => {
                Fact::Snapshot(occupants.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?)
            }
            FactRow::PressedJoin => Fact::PressedJoin,
            FactRow::KeeperCame => Fact::KeeperCame,
            FactRow::KeeperLeft => Fact::KeeperLeft,
        },
    })
}

impl<'a> From<&'a Occupant> for OccupantRow<'a> {
    fn from(occupant: &'a Occupant) -> Self {
        Self {
            stay: occupant.stay.as_ref().map(|stay| Cow::Borrowed(stay.0.as_str())),
            address: Cow::Borrowed(&occupant.address.0),
            name: occupant.name.as_ref().map(|name| Cow::Borrowed(name.reveal().as_str())),
            // An id is never empty.
            token: occupant.token.as_ref().map(|token| Cow::Borrowed(token.id.as_deref().unwrap_or_default())),
            account: occupant.account,
            granted: occupant.granted,
            joined_at: occupant.joined_at.map(to_millis),
            line_lost: occupant.line_lost,
        }
    }
}

impl TryFrom<OccupantRow<'_>> for Occupant {
    type Error = StorageError;

    fn try_from(row: OccupantRow<'_>) -> Result<Self, StorageError> {
        Ok(Self {
            stay: row.stay.map(|stay| StayKey(stay.into_owned())),
            address: Address(row.address.into_owned()),
            name: row.name.map(|name| Sensitive::new(name.into_owned())),
            token: row.token.map(|id| TokenUser { id: Some(id.into_owned()).filter(|id| !id.is_empty()) }),
            account: row.account,
            granted: row.granted,
            joined_at: row.joined_at.map(from_millis).transpose()?,
            line_lost: row.line_lost,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_survives_the_database() {
        let now = Timestamp::from_timestamp_millis(1_766_491_084_123).expect("a time");
        let occupant = || Occupant {
            stay: Some(StayKey("s".into())),
            name: Some("Ив\"ан\n".into()),
            token: Some(TokenUser { id: Some("t".into()) }),
            account: true,
            granted: true,
            joined_at: Some(now),
            line_lost: true,
            ..Occupant::at("a@b/c")
        };
        let facts = vec![
            Fact::RoomOpened,
            Fact::RoomClosed { ended: true },
            Fact::Joined(occupant()),
            Fact::Left { occupant: Occupant::at("x"), reason: LeaveReason::Kicked },
            Fact::Named(Occupant { token: Some(TokenUser { id: None }), ..occupant() }),
            Fact::Granted(occupant()),
            Fact::LineLost(occupant()),
            Fact::LineBack(occupant()),
            Fact::Snapshot(vec![occupant(), Occupant::at("y")]),
            Fact::PressedJoin,
            Fact::KeeperCame,
            Fact::KeeperLeft,
        ];
        let places = [SignalPlace::Room, SignalPlace::Lobby, SignalPlace::Breakout("b\"1".into())];
        for ((order, fact), place) in (0..).zip(facts).zip(places.into_iter().cycle()) {
            let signal = Signal {
                key: "k\\".into(),
                room: RoomName::parse("[clinic]комната").expect("a name"),
                place,
                reporter: Arc::from("a source"),
                at: now,
                said_at: now + chrono::Duration::hours(13),
                order,
                received_at: now,
                witness: Witness { grants: true, names: false, login: Some(false), vague_rooms: true },
                fact,
            };
            survives(&EntryBody::Signal(signal), now);
        }
        survives(&EntryBody::Settled { room: RoomName::parse("a").expect("a name"), told_to: Cursor(7) }, now);
    }

    fn survives(body: &EntryBody, now: Timestamp) {
        let mut row = Vec::new();
        write(body, &mut row);
        assert_eq!(&read(std::str::from_utf8(&row).expect("text"), &Arc::from("a source"), now).expect("read"), body);
    }
}
