//! The `event_sync` dialect of jitsi-contrib.
//!
//! Times are whole seconds. Requests overtake each other, and nothing identifies a stay but its address and its beginning,
//! so those two make the keys. The farewell of a room repeats everybody who was in it: what was lost on the way comes back then,
//! under the keys of the originals, so that nothing counts twice.

use super::fields::{Fields, parse};
use super::nobody::{is_account, service, service_room};
use super::{DialectError, RoomEvent, Understood};
use kabinet_domain::signal::corrected;
use kabinet_domain::{Fact, LeaveReason, Occupant, RoomName, Signal, SignalPlace, StayKey, Timestamp, TokenUser, Witness};

/// Understands one request. The route counts more than `event_name`: an early description of the dialect names the wrong event.
///
/// # Errors
/// Names the field that is missing or wrong.
pub fn understand(body: &[u8], route: Option<RoomEvent>, received_at: Timestamp) -> Result<Understood, DialectError> {
    let body = parse(body)?;
    let fields = Fields(&body);
    let named = fields.maybe_text(&["event_name"])?;
    let event = match (route, named) {
        (Some(event), _) => event,
        (None, Some(name)) => match event_named(name) {
            Some(event) => event,
            None => return Ok(Understood::nothing("an event of no interest")),
        },
        (None, None) => return Err(DialectError::missing("event_name")),
    };
    if let Some(why) = service_room(fields.text(&["room_name"])?, None) {
        return Ok(Understood::nothing(why));
    }
    let room = fields.room(&["room_name"])?;
    let place = if fields.maybe_flag(&["is_breakout"])?.unwrap_or(false) { SignalPlace::Breakout } else { SignalPlace::Room };
    let context = Context { room, place, received_at };

    match event {
        RoomEvent::RoomCreated => {
            let created_at = fields.maybe_seconds("created_at")?.ok_or_else(|| DialectError::missing("created_at"))?;
            let shift = Shift::by(created_at, received_at);
            Ok(Understood::of(vec![context.signal("created", &stamp(created_at), shift.apply(created_at), None, Fact::RoomOpened)]))
        }
        RoomEvent::RoomDestroyed => destroyed(fields, &context),
        RoomEvent::OccupantJoined | RoomEvent::OccupantLeft => {
            let stay = Stay::read(fields.object("occupant")?).map_err(|error| error.within("occupant"))?;
            if let Some(why) = service(&stay.occupant.address, None) {
                return Ok(Understood::nothing(why));
            }
            if event == RoomEvent::OccupantJoined {
                let shift = Shift::by(stay.joined_at, received_at);
                return Ok(Understood::of(vec![context.joined(&stay, shift)]));
            }
            let left_at = stay.left_at.ok_or_else(|| DialectError::missing("occupant.left_at"))?;
            let shift = Shift::by(left_at, received_at);
            Ok(Understood::of(vec![context.left(&stay, left_at, shift)]))
        }
    }
}

fn event_named(name: &str) -> Option<RoomEvent> {
    Some(match name {
        "muc-room-created" => RoomEvent::RoomCreated,
        "muc-room-destroyed" => RoomEvent::RoomDestroyed,
        "muc-occupant-joined" => RoomEvent::OccupantJoined,
        "muc-occupant-left" => RoomEvent::OccupantLeft,
        _ => return None,
    })
}

fn destroyed(fields: Fields<'_>, context: &Context) -> Result<Understood, DialectError> {
    let destroyed_at = fields.maybe_seconds("destroyed_at")?.ok_or_else(|| DialectError::missing("destroyed_at"))?;
    let shift = Shift::by(destroyed_at, context.received_at);
    let mut stays = Vec::new();
    for (index, value) in fields.maybe_list("all_occupants")?.unwrap_or_default().iter().enumerate() {
        let path = || format!("all_occupants[{index}]");
        let object = value.as_object().ok_or_else(|| DialectError::wrong(&path(), "an object"))?;
        let stay = Stay::read(Fields(object)).map_err(|error| error.within(&path()))?;
        if service(&stay.occupant.address, None).is_none() {
            stays.push(stay);
        }
    }
    stays.sort_by(|one, other| (one.joined_at, &one.occupant.address).cmp(&(other.joined_at, &other.occupant.address)));

    let mut signals = Vec::with_capacity(stays.len() * 2 + 1);
    for stay in &stays {
        signals.push(context.joined(stay, shift));
        // The last one's departure may be missing here and come by itself; the room's end says as much.
        if let Some(left_at) = stay.left_at {
            signals.push(context.left(stay, left_at, shift));
        }
    }
    let fact = Fact::RoomClosed { ended: false };
    signals.push(context.signal("destroyed", &stamp(destroyed_at), shift.apply(destroyed_at), None, fact));
    Ok(Understood::of(signals))
}

/// What all signals of one request share.
struct Context {
    room: RoomName,
    place: SignalPlace,
    received_at: Timestamp,
}

impl Context {
    fn joined(&self, stay: &Stay, shift: Shift) -> Signal {
        let occupant = self.occupant(stay, shift);
        self.signal("joined", &stay.key(), shift.apply(stay.joined_at), Some(stay), Fact::Joined(occupant))
    }

    fn left(&self, stay: &Stay, left_at: Timestamp, shift: Shift) -> Signal {
        let fact = Fact::Left { occupant: self.occupant(stay, shift), reason: LeaveReason::Unknown };
        self.signal("left", &format!("{}|{}", stay.key(), stamp(left_at)), shift.apply(left_at), Some(stay), fact)
    }

    fn occupant(&self, stay: &Stay, shift: Shift) -> Occupant {
        // Within one second a page can leave the room, enter a breakout room and return.
        let key = if self.place == SignalPlace::Breakout { format!("{}#breakout", stay.key()) } else { stay.key() };
        Occupant { stay: Some(StayKey(key)), joined_at: Some(shift.apply(stay.joined_at)), ..stay.occupant.clone() }
    }

    fn signal(&self, word: &str, what: &str, at: Timestamp, stay: Option<&Stay>, fact: Fact) -> Signal {
        let place = if self.place == SignalPlace::Breakout { "breakout" } else { "room" };
        Signal {
            key: format!("{word}|{place}|{}|{what}", self.room.as_str()),
            room: self.room.clone(),
            place: self.place.clone(),
            at,
            order: 0,
            received_at: self.received_at,
            // Newer versions of the module report guests' names, older ones only those in tokens: each body shows what it can.
            witness: Witness { names: stay.is_some_and(|stay| stay.occupant.name.is_some()), ..Witness::default() },
            fact,
        }
    }
}

/// How far the sender's clock is off, judged by the moment that the request itself is about.
#[derive(Clone, Copy)]
struct Shift(chrono::Duration);

impl Shift {
    fn by(moment: Timestamp, received_at: Timestamp) -> Self {
        Self(corrected(moment, received_at) - moment)
    }

    fn apply(self, moment: Timestamp) -> Timestamp {
        moment + self.0
    }
}

/// One entry of the dialect: an address with a beginning and perhaps an end, as sent.
struct Stay {
    occupant: Occupant,
    joined_at: Timestamp,
    left_at: Option<Timestamp>,
}

impl Stay {
    fn read(fields: Fields<'_>) -> Result<Self, DialectError> {
        let address = fields.address("occupant_jid")?;
        let occupant = Occupant {
            account: is_account(&address),
            name: fields.maybe_name("name")?,
            token: fields.maybe_foreign_id("id")?.map(|id| TokenUser { id }),
            ..Occupant::at(address.0)
        };
        let joined_at = fields.maybe_seconds("joined_at")?.ok_or_else(|| DialectError::missing("joined_at"))?;
        Ok(Self { occupant, joined_at, left_at: fields.maybe_seconds("left_at")? })
    }

    fn key(&self) -> String {
        format!("{}#{}", self.occupant.address.0, stamp(self.joined_at))
    }
}

fn stamp(moment: Timestamp) -> String {
    moment.timestamp().to_string()
}
