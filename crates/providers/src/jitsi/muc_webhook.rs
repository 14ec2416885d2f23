//! The `muc_webhook` dialect: the module of the administration guide.
//!
//! Sent in camelCase, documented in snake_case; both are read. There is no id, no order, no reason, no name of a person, and
//! `isHost` tells nothing (it is true for the focus and false for the specialist), so it is not read at all.

use super::fields::{Fields, parse};
use super::nobody::{FOCUS, first_label, is_account, service, service_room};
use super::{DialectError, RoomEvent, Understood};
use kabinet_domain::sensitive::clean_name;
use kabinet_domain::{Address, Fact, LeaveReason, Occupant, Sensitive, Signal, SignalPlace, Timestamp, Witness};
use std::sync::{Arc, LazyLock};

/// Nothing in a request tells one server from another.
pub static REPORTER: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("muc_webhook"));

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
    let place = who.as_ref().map_or(SignalPlace::Room, Who::place);
    let nobody = who.as_ref().and_then(|who| service(&who.occupant.address, who.resource));
    let keeper = nobody == Some(FOCUS) && place == SignalPlace::Room;
    if let Some(why) = nobody.filter(|_| !keeper) {
        return Ok(Understood::nothing(why));
    }

    let created_at = fields.maybe_text(&["createdAt", "created_at"])?;
    // It is sent at once and never again, so the receipt dates it better than a clock that may be off.
    let said_at = created_at.map(moment).transpose()?.unwrap_or(received_at);
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
    let reporter = Arc::clone(&REPORTER);
    Ok(Understood::of(vec![Signal {
        key,
        room,
        place,
        reporter,
        at: received_at,
        said_at,
        order: 0,
        received_at,
        witness,
        fact,
    }]))
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
    /// The room's name in its component.
    node: &'a str,
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
            node: in_room.map_or("", |(node, ..)| node),
            component: in_room.map(|(_, host, _)| host),
            resource: in_room.map(|(.., resource)| resource),
            occupant: Occupant { name: name.map(Sensitive::new), account, ..Occupant::at(address.0) },
        })
    }

    /// Loaded on every host, as the guide's recipe does, the module reports the lobby's and the breakout rooms' occupants like any other.
    fn place(&self) -> SignalPlace {
        match self.component.map(first_label) {
            Some("lobby") => SignalPlace::Lobby,
            Some("breakout") => SignalPlace::Breakout(self.node.into()),
            _ => SignalPlace::Room,
        }
    }
}

/// `room@muc.example/resource` taken apart; `None` when the text is something else, such as a person's name.
fn in_room_address(label: &str) -> Option<(&str, &str, &str)> {
    let (bare, resource) = label.split_once('/')?;
    let (node, host) = bare.rsplit_once('@')?;
    (!host.is_empty() && !bare.contains(char::is_whitespace)).then_some((node, host, resource))
}

fn place_word(place: &SignalPlace) -> &'static str {
    match place {
        SignalPlace::Room => "room",
        SignalPlace::Lobby => "lobby",
        SignalPlace::Breakout(_) => "breakout",
    }
}

fn moment(text: &str) -> Result<Timestamp, DialectError> {
    let read = chrono::DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.ok().filter(|at| at.timestamp() >= 0).ok_or_else(|| DialectError::wrong("createdAt", "a time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn now() -> Timestamp {
        "2026-11-21T00:12:06.400Z".parse().expect("a time")
    }

    fn understood(body: &str, route: Option<RoomEvent>) -> Understood {
        understand(body.as_bytes(), route, now()).expect("understood")
    }

    fn only(understood: Understood) -> Signal {
        let [signal] = understood.signals.try_into().expect("one signal");
        signal
    }

    const JOINED: &str = r#"{"event":"participant_joined","roomName":"Room-7","createdAt":"2026-11-21T00:12:06Z","isHost":true,
        "participantName":"room-7@muc.meet.jitsi/b268aa90","participantId":"b268aa90-09ba-45cc-824b-30c91cb11b73@guest.meet.jitsi/1Xc7"}"#;

    #[test]
    fn an_arrival_as_sent() {
        let signal = only(understood(JOINED, None));
        assert_eq!(
            signal.key,
            "joined|room|room-7|b268aa90-09ba-45cc-824b-30c91cb11b73@guest.meet.jitsi/1Xc7|2026-11-21T00:12:06Z"
        );
        assert_eq!((signal.room.as_str(), signal.place, signal.order), ("room-7", SignalPlace::Room, 0));
        assert_eq!(
            (signal.said_at.to_rfc3339(), signal.at, signal.received_at),
            ("2026-11-21T00:12:06+00:00".to_owned(), now(), now())
        );
        assert_eq!(signal.witness, Witness { vague_rooms: true, ..Witness::default() });
        assert_eq!(signal.fact, Fact::Joined(Occupant::at("b268aa90-09ba-45cc-824b-30c91cb11b73@guest.meet.jitsi/1Xc7")));
    }

    #[test]
    fn a_repetition_has_the_same_key_and_spelling_does_not_change_it() {
        let snake = JOINED
            .replace("roomName", "room_name")
            .replace("participantId", "participant_id")
            .replace("createdAt", "created_at")
            .replace("participantName", "participant_name")
            .replace("isHost", "is_host")
            .replace("Room-7", "room-7");
        assert_eq!(only(understood(&snake, None)), only(understood(JOINED, None)));
    }

    #[test]
    fn as_documented_the_name_is_a_persons_and_there_is_no_address() {
        let body = r#"{"room_name":"room-7","participant_name":"  Иван\nanna@example.org ","is_host":false}"#;
        let signal = only(understood(body, Some(RoomEvent::OccupantJoined)));
        let Fact::Joined(occupant) = &signal.fact else { panic!("{:?}", signal.fact) };
        assert_eq!(occupant.name.as_ref().expect("a name").reveal(), "Иван anna@example.org");
        assert!(!occupant.account, "what is typed proves nothing");
        assert!(signal.witness.names);
        assert_eq!(signal.at, now());
    }

    #[rstest]
    #[case("room-7@lobby.meet.jitsi/07a691cc", SignalPlace::Lobby)]
    #[case("9d0a@breakout.meet.jitsi/07a691cc", SignalPlace::Breakout("9d0a".into()))]
    #[case("room-7@conference.example.org/07a691cc", SignalPlace::Room)]
    fn the_component_tells_the_place(#[case] in_room: &str, #[case] place: SignalPlace) {
        let signal = only(understood(&JOINED.replace("room-7@muc.meet.jitsi/b268aa90", in_room), None));
        assert!(signal.key.starts_with(&format!("joined|{}|", place_word(&place))), "{}", signal.key);
        assert_eq!(signal.place, place);
    }

    #[rstest]
    #[case::behind("2026-11-20T23:00:00Z")]
    #[case::ahead("2026-11-21T03:00:00+02:00")]
    fn a_clock_that_is_off_is_not_believed(#[case] created_at: &str) {
        let understood = understood(&JOINED.replace("2026-11-21T00:12:06Z", created_at), None);
        assert_eq!(understood.sent_at, Some(moment(created_at).expect("a time")));
        assert_eq!(only(understood).at, now());
    }

    #[rstest]
    #[case(&JOINED.replace("participant_joined", "participant_waved"), "an event of no interest")]
    #[case(&JOINED.replace("Room-7", "__jicofo-health-check-1"), "a health check")]
    #[case(&JOINED.replace("@muc.", "@internal-muc."), "a room of the server's own parts")]
    #[case(&JOINED.replace("b268aa90-09ba-45cc-824b-30c91cb11b73@guest", "jigasi@auth"), "a telephone line")]
    #[case(r#"{"event":"room_created","roomName":"jvbbrewery"}"#, "a room of the server's own parts")]
    fn what_concerns_nobody_is_passed_over(#[case] body: &str, #[case] why: &str) {
        let understood = understood(body, None);
        assert_eq!((understood.signals.len(), understood.ignored), (0, Some(why)));
    }

    #[rstest]
    #[case("", None)]
    #[case("[1]", None)]
    #[case("{}", Some("event"))]
    #[case(r#"{"event":7}"#, Some("event"))]
    #[case(r#"{"event":"room_created"}"#, Some("roomName"))]
    #[case(r#"{"event":"room_created","roomName":"  "}"#, Some("roomName"))]
    #[case(r#"{"event":"room_created","roomName":["a"]}"#, Some("roomName"))]
    #[case(r#"{"event":"room_created","roomName":"a","createdAt":"soon"}"#, Some("createdAt"))]
    #[case(r#"{"event":"participant_left","roomName":"a"}"#, Some("participantId"))]
    #[case(r#"{"event":"participant_left","roomName":"a","participantId":"nobody"}"#, Some("participantId"))]
    #[case(r#"{"event":"participant_left","roomName":"a","participantId":"a\u0000@b"}"#, Some("participantId"))]
    #[case(r#"{"event":"participant_left","roomName":"a","participantName":{}}"#, Some("participantName"))]
    fn an_error_names_the_field(#[case] body: &str, #[case] field: Option<&str>) {
        let error = understand(body.as_bytes(), None, now()).expect_err("rubbish");
        assert_eq!(error.field(), field, "{error}");
    }

    #[test]
    fn a_name_of_ten_thousand_letters_is_cut() {
        let body = format!(r#"{{"room_name":"a","participant_name":"{}"}}"#, "я".repeat(10_000));
        let signal = only(understood(&body, Some(RoomEvent::OccupantLeft)));
        let Fact::Left { occupant, .. } = signal.fact else { panic!("left") };
        assert_eq!(occupant.name.expect("a name").reveal().chars().count(), 100);
    }
}
