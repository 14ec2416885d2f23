//! The `event_sync` dialect of jitsi-contrib.
//!
//! Times are whole seconds. Requests overtake each other, and nothing identifies a stay but its address and its beginning,
//! so those two make the keys. The farewell of a room repeats everybody who was in it: what was lost on the way comes back then,
//! under the keys of the originals, so that nothing counts twice.

use super::fields::{Fields, parse};
use super::nobody::{is_account, service, service_room};
use super::{DialectError, RoomEvent, Understood};
use kabinet_domain::{Fact, LeaveReason, Occupant, RoomName, Signal, SignalPlace, StayKey, Timestamp, TokenUser, Witness};
use std::sync::{Arc, LazyLock};

/// Nothing in a request tells one server from another.
pub static REPORTER: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("event_sync"));

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
    let place = if fields.maybe_flag(&["is_breakout"])?.unwrap_or(false) {
        SignalPlace::Breakout(fields.maybe_text(&["breakout_room_id"])?.unwrap_or_default().into())
    } else {
        SignalPlace::Room
    };
    let context = Context { room, place, received_at };

    match event {
        RoomEvent::RoomCreated => {
            let created_at = fields.maybe_seconds("created_at")?.ok_or_else(|| DialectError::missing("created_at"))?;
            let shift = Shift::by(created_at, received_at);
            Ok(Understood::of(vec![context.signal("created", &stamp(created_at), created_at, shift, None, Fact::RoomOpened)]))
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
    signals.push(context.signal("destroyed", &stamp(destroyed_at), destroyed_at, shift, None, fact));
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
        self.signal("joined", &stay.key(), stay.joined_at, shift, Some(stay), Fact::Joined(occupant))
    }

    fn left(&self, stay: &Stay, left_at: Timestamp, shift: Shift) -> Signal {
        let fact = Fact::Left { occupant: self.occupant(stay, shift), reason: LeaveReason::Unknown };
        self.signal("left", &format!("{}|{}", stay.key(), stamp(left_at)), left_at, shift, Some(stay), fact)
    }

    fn occupant(&self, stay: &Stay, shift: Shift) -> Occupant {
        // Within one second a page can leave the room, enter a breakout room and return.
        let key = match &self.place {
            SignalPlace::Breakout(name) => format!("{}#breakout{}", stay.key(), suffix(name)),
            _ => stay.key(),
        };
        Occupant { stay: Some(StayKey(key)), joined_at: Some(shift.apply(stay.joined_at)), ..stay.occupant.clone() }
    }

    fn signal(&self, word: &str, what: &str, said_at: Timestamp, shift: Shift, stay: Option<&Stay>, fact: Fact) -> Signal {
        let place = match &self.place {
            SignalPlace::Breakout(name) => format!("breakout{}", suffix(name)),
            _ => "room".to_owned(),
        };
        Signal {
            key: format!("{word}|{place}|{}|{what}", self.room.as_str()),
            room: self.room.clone(),
            place: self.place.clone(),
            reporter: Arc::clone(&REPORTER),
            at: shift.apply(said_at),
            said_at,
            order: 0,
            received_at: self.received_at,
            // Newer versions of the module report guests' names, older ones only those in tokens: each body shows what it can.
            witness: Witness { names: stay.is_some_and(|stay| stay.occupant.name.is_some()), ..Witness::default() },
            fact,
        }
    }
}

fn suffix(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("#{name}") }
}

/// From the sender's clock to ours: a request is sent at once, so that the moment it is about is now.
#[derive(Clone, Copy)]
struct Shift(chrono::Duration);

impl Shift {
    fn by(moment: Timestamp, received_at: Timestamp) -> Self {
        Self(received_at - moment)
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
            token: fields.maybe_foreign_id("id")?.map(|id| TokenUser { id: Some(id) }),
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

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const ROOM: &str = r#""room_name":"room-7","is_breakout":false"#;
    const JOINED: &str = r#"{"event_name":"muc-occupant-joined","room_name":"room-7","is_breakout":false,
        "occupant":{"occupant_jid":"0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/z","joined_at":1795219926}}"#;
    const DESTROYED: &str = r#"{"event_name":"muc-room-destroyed","room_name":"room-7","is_breakout":false,"created_at":1795219920,
        "destroyed_at":1795219990,"all_occupants":[
        {"occupant_jid":"recorder@hidden.meet.jitsi/r","joined_at":1795219925,"left_at":1795219980},
        {"occupant_jid":"0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/z","joined_at":1795219926,"left_at":1795219980},
        {"occupant_jid":"anna@meet.jitsi/a","joined_at":1795219921}]}"#;

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    fn signals(body: &str, received_at: i64) -> Vec<Signal> {
        understand(body.as_bytes(), None, at(received_at)).expect("understood").signals
    }

    #[test]
    fn a_rooms_farewell_repairs_what_was_lost_under_the_originals_keys() {
        let joined = signals(JOINED, 1_795_219_927).remove(0);
        let left = JOINED.replace("joined\"", "left\"").replace("1795219926}", "1795219926,\"left_at\":1795219980}");
        let left = signals(&left, 1_795_219_981).remove(0);
        let farewell = signals(DESTROYED, 1_795_219_990);
        let keys: Vec<&str> = farewell.iter().map(|signal| signal.key.as_str()).collect();
        assert_eq!(
            keys,
            ["joined|room|room-7|anna@meet.jitsi/a#1795219921", &joined.key, &left.key, "destroyed|room|room-7|1795219990",]
        );
        let stay = |signal: &Signal| match &signal.fact {
            Fact::Joined(occupant) | Fact::Left { occupant, .. } => occupant.stay.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!((stay(&farewell[1]), stay(&farewell[2])), (stay(&joined), stay(&left)));
        assert_eq!((farewell[1].said_at, farewell[2].said_at), (joined.said_at, left.said_at));
    }

    #[test]
    fn names_and_token_ids_are_read_and_cleaned() {
        let body = JOINED.replace("\"joined_at\"", r#""name":"\u202eИван\n ","id":204,"email":"x","joined_at""#);
        let signal = signals(&body, 1_795_219_927).remove(0);
        assert!(signal.witness.names && !signal.witness.grants);
        let Fact::Joined(occupant) = signal.fact else { panic!("joined") };
        assert_eq!(occupant.name.expect("a name").reveal(), "Иван");
        assert_eq!(occupant.token, Some(TokenUser { id: Some("204".into()) }));
        assert!(!signals(JOINED, 1_795_219_927).remove(0).witness.names);
    }

    #[test]
    fn a_clock_that_is_off_moves_all_times_alike() {
        let hour = 3600;
        let farewell = signals(DESTROYED, 1_795_219_990 + hour);
        assert_eq!(farewell[3].at, at(1_795_219_990 + hour));
        assert_eq!(farewell[2].at, at(1_795_219_980 + hour));
        let Fact::Left { occupant, .. } = &farewell[2].fact else { panic!("left") };
        assert_eq!(occupant.joined_at, Some(at(1_795_219_926 + hour)));
        let key = "0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/z#1795219926";
        assert_eq!(occupant.stay, Some(StayKey(key.into())), "keys stay as sent");
    }

    #[test]
    fn a_breakout_room_is_a_place_of_its_main_room() {
        let breakout = signals(&JOINED.replace("false", "true"), 1_795_219_927).remove(0);
        assert_eq!((breakout.room.as_str(), &breakout.place), ("room-7", &SignalPlace::Breakout("".into())));
        assert_ne!(breakout.key, signals(JOINED, 1_795_219_927)[0].key);
        let named = JOINED.replace("false", "true,\"breakout_room_id\":\"b1\"");
        assert_eq!(signals(&named, 1_795_219_927)[0].place, SignalPlace::Breakout("b1".into()));
        assert_ne!(signals(&named, 1_795_219_927)[0].key, breakout.key);
    }

    #[test]
    fn the_route_counts_more_than_the_name_of_the_event() {
        let mistaken = DESTROYED.replace("muc-room-destroyed", "muc-room-created");
        let understood = understand(mistaken.as_bytes(), Some(RoomEvent::RoomDestroyed), at(1_795_219_990)).expect("understood");
        assert_eq!(understood.signals.last().expect("a signal").fact, Fact::RoomClosed { ended: false });
    }

    #[rstest]
    #[case(r#"{"event_name":"muc-room-created","room_name":"__jicofo-health-check-1","created_at":1}"#, "a health check")]
    #[case(&JOINED.replace("0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest", "recorder@hidden"), "a recorder")]
    #[case(&JOINED.replace("occupant-joined", "speaker-stats"), "an event of no interest")]
    fn what_concerns_nobody_is_passed_over(#[case] body: &str, #[case] why: &str) {
        let understood = understand(body.as_bytes(), None, at(1_795_219_927)).expect("understood");
        assert_eq!((understood.signals.len(), understood.ignored), (0, Some(why)));
    }

    #[rstest]
    #[case("{}".into(), "event_name")]
    #[case(format!(r#"{{"event_name":"muc-room-created",{ROOM}}}"#), "created_at")]
    #[case(format!(r#"{{"event_name":"muc-room-created",{ROOM},"created_at":1e300}}"#), "created_at")]
    #[case(format!(r#"{{"event_name":"muc-room-created",{ROOM},"created_at":9e14}}"#), "created_at")]
    #[case(format!(r#"{{"event_name":"muc-room-created",{ROOM},"created_at":-1}}"#), "created_at")]
    #[case(r#"{"event_name":"muc-room-created","room_name":7}"#.into(), "room_name")]
    #[case(r#"{"event_name":"muc-room-created","room_name":"a","is_breakout":"no"}"#.into(), "is_breakout")]
    #[case(format!(r#"{{"event_name":"muc-occupant-joined",{ROOM}}}"#), "occupant")]
    #[case(format!(r#"{{"event_name":"muc-occupant-joined",{ROOM},"occupant":[]}}"#), "occupant")]
    #[case(format!(r#"{{"event_name":"muc-occupant-joined",{ROOM},"occupant":{{"occupant_jid":"a@b"}}}}"#), "occupant.joined_at")]
    #[case(JOINED.replace("joined\"", "left\""), "occupant.left_at")]
    #[case(DESTROYED.replace("1795219921", "null"), "all_occupants[2].joined_at")]
    #[case(DESTROYED.replace("\"anna@meet.jitsi/a\"", "{}"), "all_occupants[2].occupant_jid")]
    fn an_error_names_the_field(#[case] body: String, #[case] field: &str) {
        let error = understand(body.as_bytes(), None, at(1_795_219_990)).expect_err("rubbish");
        assert_eq!(error.field(), Some(field), "{error}");
    }
}
