//! The `muc_webhook` dialect: the module of the administration guide.
//!
//! Sent in camelCase, documented in snake_case; both are read. There is no id, no order, no reason, no name of a person, and
//! `isHost` tells nothing (it is true for the focus and false for the specialist), so it is not read at all.

use super::fields::{Fields, parse};
use super::nobody::{FOCUS, first_label, is_account, service, service_room};
use super::{DialectError, RoomEvent, Understood};
use kabinet_domain::sensitive::clean_name;
use kabinet_domain::signal::corrected;
use kabinet_domain::{Address, Fact, LeaveReason, Occupant, Sensitive, Signal, SignalPlace, Timestamp, Witness};

/// Understands one request. `route` is what its path says, for senders whose body does not name the event.
///
/// # Errors
/// Names the field that is missing or wrong.
pub fn understand(body: &[u8], route: Option<RoomEvent>, received_at: Timestamp) -> Result<Understood, DialectError> {
    let body = parse(body)?;
    let fields = Fields(&body);
    let event = match (fields.maybe_text(&["event"])?, route) {
        (Some(name), _) => match event_named(name) {
            Some(event) => event,
            None => return Ok(Understood::nothing("an event of no interest")),
        },
        (None, Some(event)) => event,
        (None, None) => return Err(DialectError::missing("event")),
    };
    let names = ["roomName", "room_name"];
    let room = fields.room(&names)?;
    let who = match event {
        RoomEvent::RoomCreated | RoomEvent::RoomDestroyed => None,
        RoomEvent::OccupantJoined | RoomEvent::OccupantLeft => Some(Who::read(fields)?),
    };
    let component = who.as_ref().and_then(|who| who.component);
    if let Some(why) = service_room(fields.text(&names)?, component) {
        return Ok(Understood::nothing(why));
    }
    let place = component.map_or(SignalPlace::Room, place);
    let nobody = who.as_ref().and_then(|who| service(&who.occupant.address, who.resource));
    let keeper = nobody == Some(FOCUS) && place == SignalPlace::Room;
    if let Some(why) = nobody.filter(|_| !keeper) {
        return Ok(Understood::nothing(why));
    }

    let created_at = fields.maybe_text(&["createdAt", "created_at"])?;
    let at = created_at.map(moment).transpose()?.map_or(received_at, |at| corrected(at, received_at));
    // Without a time of its own a repetition cannot be told from a second event.
    let stamp = created_at.map_or_else(|| received_at.to_rfc3339(), str::to_owned);
    let address = who.as_ref().map_or("", |who| &who.occupant.address.0);
    let key = format!("{}|{}|{}|{address}|{stamp}", event.word(), place_word(&place), room.as_str());
    // Only the documented dialect has names, and no module that sends it is known.
    let names = who.as_ref().is_some_and(|who| who.occupant.name.is_some());
    // Loaded on every host, the module reports the lobby's creation and end under the room's name.
    let witness = Witness { names, vague_rooms: true, ..Witness::default() };
    let fact = match (event, who) {
        (RoomEvent::OccupantJoined, Some(_)) if keeper => Fact::KeeperCame,
        (RoomEvent::OccupantLeft, Some(_)) if keeper => Fact::KeeperLeft,
        (RoomEvent::RoomCreated, _) => Fact::RoomOpened,
        (RoomEvent::OccupantJoined, Some(who)) => Fact::Joined(who.occupant),
        (RoomEvent::OccupantLeft, Some(who)) => Fact::Left { occupant: who.occupant, reason: LeaveReason::Unknown },
        _ => Fact::RoomClosed { ended: false },
    };
    Ok(Understood::of(vec![Signal { key, room, place, at, order: 0, received_at, witness, fact }]))
}

fn event_named(name: &str) -> Option<RoomEvent> {
    Some(match name {
        "room_created" => RoomEvent::RoomCreated,
        "room_destroyed" => RoomEvent::RoomDestroyed,
        "participant_joined" => RoomEvent::OccupantJoined,
        "participant_left" => RoomEvent::OccupantLeft,
        _ => return None,
    })
}

/// One occupant, and where in the server the report places it.
struct Who<'a> {
    occupant: Occupant,
    /// The host of the room's component: `muc.…`, `lobby.…`.
    component: Option<&'a str>,
    /// The name in the room.
    resource: Option<&'a str>,
}

impl<'a> Who<'a> {
    fn read(fields: Fields<'a>) -> Result<Self, DialectError> {
        let label = fields.maybe_text(&["participantName", "participant_name"])?;
        let in_room = label.and_then(in_room_address);
        let address = fields.maybe_address(&["participantId", "participant_id"])?;
        let name = label.filter(|_| in_room.is_none()).map(clean_name).filter(|name| !name.is_empty());
        // Never from what was typed: a person may call themselves `anna@example.org`.
        let account = address.as_ref().is_some_and(is_account);
        let address = match (address, label, &name) {
            (Some(address), _, _) => address,
            // As documented there is no address: then the name in the room, or the person's name, has to tell people apart.
            (None, Some(label), _) if in_room.is_some() => Address(label.to_owned()),
            (None, _, Some(name)) => Address(name.clone()),
            _ => return Err(DialectError::missing("participantId")),
        };
        Ok(Self {
            component: in_room.map(|(host, _)| host),
            resource: in_room.map(|(_, resource)| resource),
            occupant: Occupant { name: name.map(Sensitive::new), account, ..Occupant::at(address.0) },
        })
    }
}

/// `room@muc.example/resource` taken apart; `None` when the text is something else, such as a person's name.
fn in_room_address(label: &str) -> Option<(&str, &str)> {
    let (bare, resource) = label.split_once('/')?;
    let (_, host) = bare.rsplit_once('@')?;
    (!host.is_empty() && !bare.contains(char::is_whitespace)).then_some((host, resource))
}

/// Loaded on every host, as the guide's recipe does, the module reports the lobby's and the breakout rooms' occupants like any other.
fn place(component: &str) -> SignalPlace {
    match first_label(component) {
        "lobby" => SignalPlace::Lobby,
        "breakout" => SignalPlace::Breakout,
        _ => SignalPlace::Room,
    }
}

fn place_word(place: &SignalPlace) -> &'static str {
    match place {
        SignalPlace::Room => "room",
        SignalPlace::Lobby => "lobby",
        SignalPlace::Breakout => "breakout",
    }
}

fn moment(text: &str) -> Result<Timestamp, DialectError> {
    let read = chrono::DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.ok().filter(|at| at.timestamp() >= 0).ok_or_else(|| DialectError::wrong("createdAt", "a time"))
}
