//! The dialect of our own module, `mod_kabinet`: batches of identified, numbered events. `prosody/README.md` describes the format.

use super::dialect::{ModuleReport, ServerSnapshot};
use super::fields::{Fields, parse};
use super::nobody::{service, service_room};
use super::{DialectError, Understood};
use chrono::Duration;
use kabinet_domain::{Fact, LeaveReason, Occupant, RoomName, Signal, SignalPlace, StayKey, Timestamp, TokenUser, Witness};

/// The version of the format that is understood.
const VERSION: i64 = 1;

/// Understands one batch.
///
/// An event of a kind that is not known here is passed over, so that a newer module can talk to an older backend;
/// so is one in a room whose name no link can carry.
///
/// # Errors
/// Names the field that is missing or wrong.
pub fn understand(body: &[u8], received_at: Timestamp) -> Result<Understood, DialectError> {
    let body = parse(body)?;
    let fields = Fields(&body);
    match fields.maybe_number(&["v"])? {
        Some(VERSION) => {}
        Some(_) => return Err(DialectError::wrong("v", "a version that is understood here")),
        None => return Err(DialectError::missing("v")),
    }
    let server = fields.maybe_object("server")?;
    let in_server = |error: DialectError| error.within("server");
    let about_server = |name: &'static str| -> Result<Option<String>, DialectError> {
        let id = server.map(|server| server.maybe_id(name)).transpose().map_err(in_server)?;
        Ok(id.flatten().map(str::to_owned))
    };
    let login = server.map(|server| server.maybe_flag(&["login"])).transpose().map_err(in_server)?.flatten();
    let report = ModuleReport {
        boot: fields.id("boot")?.to_owned(),
        host: about_server("host")?,
        prosody: about_server("prosody")?,
        module: about_server("module")?,
        login,
        queued: fields.maybe_count("queued")?.unwrap_or(0),
        dropped: fields.maybe_count("dropped")?.unwrap_or(0),
        ..ModuleReport::default()
    };
    let witness = Witness { grants: true, names: true, login, vague_rooms: false };
    let mut batch = Batch { received_at, witness, report, signals: Vec::new(), ignored: None };
    let events = fields.maybe_list("events")?.ok_or_else(|| DialectError::missing("events"))?;
    for (index, event) in events.iter().enumerate() {
        let path = || format!("events[{index}]");
        let event = event.as_object().ok_or_else(|| DialectError::wrong(&path(), "an object"))?;
        batch.read(Fields(event)).map_err(|error| error.within(&path()))?;
    }
    Ok(Understood { signals: batch.signals, ignored: batch.ignored, report: Some(batch.report) })
}

struct Batch {
    received_at: Timestamp,
    witness: Witness,
    report: ModuleReport,
    signals: Vec<Signal>,
    ignored: Option<&'static str>,
}

impl Batch {
    fn read(&mut self, event: Fields<'_>) -> Result<(), DialectError> {
        let id = event.id("id")?;
        let seq = event.maybe_count("seq")?.ok_or_else(|| DialectError::missing("seq"))?;
        let sent_at = event.maybe_millis("at")?.ok_or_else(|| DialectError::missing("at"))?;
        let shift = Shift::of(sent_at, self.received_at);
        let at = sent_at + shift.0;
        self.report.seqs = Some(self.report.seqs.map_or((seq, seq), |(first, last)| (first.min(seq), last.max(seq))));

        let kind = event.text(&["type"])?;
        match kind {
            "heartbeat" => self.report.heartbeat = true,
            "started" => self.report.started = true,
            "stopping" => self.report.stopping = true,
            "server_snapshot" => self.report.server_snapshot = Some(server_snapshot(event, at)?),
            _ => match fact(kind, event, shift)? {
                Meaning::Fact(fact) => {
                    let node = event.text(&["room"])?;
                    if let Some(why) = service_room(node, None) {
                        self.ignored = Some(why);
                    } else if let Ok(room) = RoomName::parse(node) {
                        let (received_at, witness) = (self.received_at, self.witness);
                        let place = place(event)?;
                        self.signals.push(Signal { key: id.to_owned(), room, place, at, order: seq, received_at, witness, fact });
                    } else {
                        self.ignored = Some("a room whose name no link can carry");
                    }
                }
                Meaning::Nothing(why) => self.ignored = Some(why),
            },
        }
        Ok(())
    }
}

enum Meaning {
    Fact(Fact),
    Nothing(&'static str),
}

fn fact(kind: &str, event: Fields<'_>, shift: Shift) -> Result<Meaning, DialectError> {
    // Every kind but these is about one occupant.
    match kind {
        "room_created" => return Ok(Meaning::Fact(Fact::RoomOpened)),
        "room_destroyed" => {
            let ended = event.maybe_text(&["reason"])? == Some("ended");
            return Ok(Meaning::Fact(Fact::RoomClosed { ended }));
        }
        "room_snapshot" => return Ok(Meaning::Fact(Fact::Snapshot(everybody(event, shift)?))),
        // A role follows from ownership, and at the join it proves nothing.
        "role_changed" => return Ok(Meaning::Nothing("a change of role")),
        // The arrival in the room follows by itself.
        "admitted" => return Ok(Meaning::Nothing("an admission from the lobby")),
        "occupant_joined" | "occupant_left" | "name_changed" | "line_lost" | "line_back" | "affiliation_changed" => {}
        _ => return Ok(Meaning::Nothing("an event of no interest")),
    }
    let described = event.object("occupant")?;
    let occupant = match occupant(described, shift).map_err(|error| error.within("occupant"))? {
        Ok(occupant) => occupant,
        Err(why) => return Ok(Meaning::Nothing(why)),
    };
    Ok(Meaning::Fact(match kind {
        "occupant_joined" => Fact::Joined(occupant),
        "occupant_left" => {
            let reason = event.maybe_text(&["reason"])?.map_or(LeaveReason::Unknown, LeaveReason::from_name);
            Fact::Left { occupant, reason }
        }
        "name_changed" => Fact::Named(occupant),
        "line_lost" => Fact::LineLost(Occupant { line_lost: true, ..occupant }),
        "line_back" => Fact::LineBack(Occupant { line_lost: false, ..occupant }),
        _ => {
            // Only the focus checks accounts. A server's own rule may make everybody an owner, and an owner may share it.
            let granted = event.maybe_text(&["affiliation"])? == Some("owner")
                && event.maybe_text(&["previous"])? != Some("owner")
                && event.maybe_text(&["by"])? == Some("focus");
            return Ok(if granted { Meaning::Fact(Fact::Granted(occupant)) } else { Meaning::Nothing("no grant by the focus") });
        }
    }))
}

fn everybody(event: Fields<'_>, shift: Shift) -> Result<Vec<Occupant>, DialectError> {
    let list = event.maybe_list("occupants")?.ok_or_else(|| DialectError::missing("occupants"))?;
    let mut people = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let path = || format!("occupants[{index}]");
        let object = value.as_object().ok_or_else(|| DialectError::wrong(&path(), "an object"))?;
        if let Ok(person) = occupant(Fields(object), shift).map_err(|error| error.within(&path()))? {
            people.push(person);
        }
    }
    Ok(people)
}

/// A person, or why the occupant is nobody.
fn occupant(fields: Fields<'_>, shift: Shift) -> Result<Result<Occupant, &'static str>, DialectError> {
    let address = fields.address("jid")?;
    if fields.maybe_text(&["kind"])? == Some("service") {
        return Ok(Err("an occupant of the server's own"));
    }
    // A module that meets a part it does not know calls it a person; the names of the known ones still tell.
    if let Some(why) = service(&address, fields.maybe_text(&["resource"])?) {
        return Ok(Err(why));
    }
    let token = fields.maybe_object("token")?;
    let in_token = |error: DialectError| error.within("token");
    let token_id = token.map(|token| token.maybe_foreign_id("id")).transpose().map_err(in_token)?.flatten();
    let token_name = token.map(|token| token.maybe_name("name")).transpose().map_err(in_token)?.flatten();
    Ok(Ok(Occupant {
        stay: fields.maybe_id("stay")?.map(|stay| StayKey(stay.to_owned())),
        // What the others in the room see comes first.
        name: fields.maybe_name("name")?.or(token_name),
        token: token_id.map(|id| TokenUser { id }),
        account: fields.maybe_flag(&["account"])?.unwrap_or(false),
        joined_at: fields.maybe_millis("joined_at")?.map(|at| at + shift.0),
        line_lost: fields.maybe_text(&["line"])? == Some("lost"),
        ..Occupant::at(address.0)
    }))
}

fn place(event: Fields<'_>) -> Result<SignalPlace, DialectError> {
    match event.maybe_text(&["place"])? {
        None | Some("room") => Ok(SignalPlace::Room),
        Some("lobby") => Ok(SignalPlace::Lobby),
        Some("breakout") => Ok(SignalPlace::Breakout),
        Some(_) => Err(DialectError::wrong("place", "a place that is known here")),
    }
}

fn server_snapshot(event: Fields<'_>, at: Timestamp) -> Result<ServerSnapshot, DialectError> {
    let Some(list) = event.maybe_list("rooms")? else { return Ok(ServerSnapshot { at, rooms: None }) };
    let mut rooms = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let node = value.as_str().ok_or_else(|| DialectError::wrong(&format!("rooms[{index}]"), "a text"))?;
        if service_room(node, None).is_none() {
            rooms.extend(RoomName::parse(node).ok());
        }
    }
    Ok(ServerSnapshot { at, rooms: Some(rooms) })
}

/// How far the module's clock is ahead. Old times are true, since events wait in the module's queue; future ones are not.
#[derive(Clone, Copy)]
struct Shift(Duration);

impl Shift {
    fn of(sent_at: Timestamp, received_at: Timestamp) -> Self {
        if sent_at > received_at + Duration::seconds(5) { Self(received_at - sent_at) } else { Self(Duration::zero()) }
    }
}
