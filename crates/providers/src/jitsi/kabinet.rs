//! The dialect of our own module, `mod_kabinet`: batches of identified, numbered events. `prosody/README.md` describes the format.

use super::dialect::{ModuleReport, ServerSnapshot};
use super::fields::{Fields, parse};
use super::nobody::{service, service_room};
use super::sending::{Sending, Shift};
use super::{DialectError, Understood};
use kabinet_domain::{Fact, LeaveReason, Occupant, RoomName, Signal, SignalPlace, StayKey, Timestamp, TokenUser, Witness};
use std::sync::Arc;

/// The version of the format that is understood.
const VERSION: i64 = 1;

/// Understands one batch. `stamped_at` is the second of sending in the request's headers, for this very attempt.
///
/// An event of a kind that is not known here is passed over, so that a newer module can talk to an older backend;
/// so is one in a room whose name no link can carry, and one that cannot be read among others that can:
/// its number is missing then, and a snapshot repairs what it would have said.
///
/// # Errors
/// Names the field that is missing or wrong, in the batch or in the first of its events when none can be read.
pub fn understand(body: &[u8], stamped_at: Option<Timestamp>, received_at: Timestamp) -> Result<Understood, DialectError> {
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
    let host = about_server("host")?;
    let report = ModuleReport {
        boot: fields.id("boot")?.to_owned(),
        reporter: reporter(host.as_deref(), about_server("id")?.as_deref()),
        host,
        prosody: about_server("prosody")?,
        module: about_server("module")?,
        login,
        queued: fields.maybe_count("queued")?.unwrap_or(0),
        dropped: fields.maybe_count("dropped")?.unwrap_or(0),
        ..ModuleReport::default()
    };
    let events = fields.maybe_list("events")?.ok_or_else(|| DialectError::missing("events"))?;
    let mut unreadable: Option<DialectError> = None;
    let mut objects = Vec::with_capacity(events.len());
    for (index, event) in events.iter().enumerate() {
        let path = format!("events[{index}]");
        let said_at = || -> Result<_, DialectError> {
            let event = Fields(event.as_object().ok_or_else(|| DialectError::wrong(&path, "an object"))?);
            let said_at = event.maybe_millis("at").and_then(|at| at.ok_or_else(|| DialectError::missing("at")));
            Ok((path.clone(), event, said_at.map_err(|error| error.within(&path))?))
        };
        match said_at() {
            Ok(object) => objects.push(object),
            Err(error) => drop(unreadable.get_or_insert(error)),
        }
    }
    let newest = objects.iter().map(|(_, _, said_at)| *said_at).max();
    let sending = Sending::of(stamped_at, fields.maybe_millis("sent_at")?, newest, received_at);
    let witness = Witness { grants: true, names: true, login, vague_rooms: false };
    let shift = sending.shift(received_at);
    let mut batch = Batch { received_at, shift, witness, report, signals: Vec::new(), ignored: None };
    let mut read = 0;
    for (path, event, said_at) in objects {
        match batch.read(event, said_at) {
            Ok(()) => read += 1,
            Err(error) => drop(unreadable.get_or_insert(error.within(&path))),
        }
    }
    if let Some(error) = unreadable {
        if read == 0 {
            return Err(error);
        }
        batch.ignored = Some("an event that cannot be read");
    }
    Ok(Understood { signals: batch.signals, ignored: batch.ignored, report: Some(batch.report), sent_at: sending.said })
}

/// A server is known by the id that its module once made for itself: the host's name is often the same everywhere.
fn reporter(host: Option<&str>, id: Option<&str>) -> Arc<str> {
    let host = host.unwrap_or("unknown");
    match id {
        Some(id) => Arc::from(format!("kabinet:{host}#{}", id.chars().take(8).collect::<String>())),
        None => Arc::from(format!("kabinet:{host}")),
    }
}

struct Batch {
    received_at: Timestamp,
    shift: Shift,
    witness: Witness,
    report: ModuleReport,
    signals: Vec<Signal>,
    ignored: Option<&'static str>,
}

impl Batch {
    fn read(&mut self, event: Fields<'_>, said_at: Timestamp) -> Result<(), DialectError> {
        let id = event.id("id")?;
        let seq = event.maybe_count("seq")?.ok_or_else(|| DialectError::missing("seq"))?;
        let at = (said_at + self.shift.0).min(self.received_at);
        let kind = event.text(&["type"])?;
        match kind {
            "heartbeat" => self.report.heartbeat = true,
            "started" => self.report.started = true,
            "stopping" => self.report.stopping = true,
            "server_snapshot" => self.report.server_snapshot = Some(server_snapshot(event, at, said_at)?),
            _ => match fact(kind, event, self.shift)? {
                Meaning::Fact(fact) => {
                    let node = event.text(&["room"])?;
                    if let Some(why) = service_room(node, None) {
                        self.ignored = Some(why);
                    } else if let Ok(room) = RoomName::parse(node) {
                        self.signals.push(Signal {
                            key: id.to_owned(),
                            room,
                            place: place(event)?,
                            reporter: Arc::clone(&self.report.reporter),
                            at,
                            said_at,
                            order: seq,
                            received_at: self.received_at,
                            witness: self.witness,
                            fact,
                        });
                    } else {
                        self.ignored = Some("a room whose name no link can carry");
                    }
                }
                Meaning::Nothing(why) => self.ignored = Some(why),
            },
        }
        self.report.seqs = Some(self.report.seqs.map_or((seq, seq), |(first, last)| (first.min(seq), last.max(seq))));
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
        // Whoever is missing from a cut list may be there all the same.
        "room_snapshot" if event.maybe_flag(&["truncated"])? == Some(true) => {
            return Ok(Meaning::Nothing("a snapshot too large to be whole"));
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
    let occupant = match person(described, shift).map_err(|error| error.within("occupant"))? {
        Ok(occupant) => occupant,
        Err(why) => return Ok(Meaning::Nothing(why)),
    };
    let fact = match kind {
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
            if !granted {
                return Ok(Meaning::Nothing("no grant by the focus"));
            }
            Fact::Granted(occupant)
        }
    };
    Ok(Meaning::Fact(fact))
}

fn everybody(event: Fields<'_>, shift: Shift) -> Result<Vec<Occupant>, DialectError> {
    let list = event.maybe_list("occupants")?.ok_or_else(|| DialectError::missing("occupants"))?;
    let mut people = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let path = || format!("occupants[{index}]");
        let object = value.as_object().ok_or_else(|| DialectError::wrong(&path(), "an object"))?;
        if let Ok(person) = person(Fields(object), shift).map_err(|error| error.within(&path()))? {
            people.push(person);
        }
    }
    Ok(people)
}

/// A person, or why the occupant is nobody.
fn person(fields: Fields<'_>, shift: Shift) -> Result<Result<Occupant, &'static str>, DialectError> {
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
    // Ownership alone proves nothing: a server's own rule may have given it. What the focus gave is told again with each report,
    // since the event that said so may be lost, and someone who comes back under the same account is not granted anew.
    let granted = fields.maybe_text(&["affiliation"])? == Some("owner") && fields.maybe_text(&["granted_by"])? == Some("focus");
    Ok(Ok(Occupant {
        stay: fields.maybe_id("stay")?.map(|stay| StayKey(stay.to_owned())),
        // What the others in the room see comes first.
        name: fields.maybe_name("name")?.or(token_name),
        token: token.map(|_| TokenUser { id: token_id }),
        account: fields.maybe_flag(&["account"])?.unwrap_or(false),
        joined_at: fields.maybe_millis("joined_at")?.map(|at| at + shift.0),
        line_lost: fields.maybe_text(&["line"])? == Some("lost"),
        granted,
        ..Occupant::at(address.0)
    }))
}

fn place(event: Fields<'_>) -> Result<SignalPlace, DialectError> {
    match event.maybe_text(&["place"])? {
        None | Some("room") => Ok(SignalPlace::Room),
        Some("lobby") => Ok(SignalPlace::Lobby),
        Some("breakout") => Ok(SignalPlace::Breakout(event.maybe_text(&["breakout"])?.unwrap_or_default().into())),
        Some(_) => Err(DialectError::wrong("place", "a place that is known here")),
    }
}

fn server_snapshot(event: Fields<'_>, at: Timestamp, said_at: Timestamp) -> Result<ServerSnapshot, DialectError> {
    let Some(list) = event.maybe_list("rooms")? else { return Ok(ServerSnapshot { at, said_at, rooms: None }) };
    let mut rooms = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let node = value.as_str().ok_or_else(|| DialectError::wrong(&format!("rooms[{index}]"), "a text"))?;
        if service_room(node, None).is_none() {
            rooms.extend(RoomName::parse(node).ok());
        }
    }
    Ok(ServerSnapshot { at, said_at, rooms: Some(rooms) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    const SENT_AT: i64 = 1_766_491_084_123;

    fn at(millis: i64) -> Timestamp {
        chrono::DateTime::from_timestamp_millis(millis).expect("a time")
    }

    fn client() -> Value {
        json!({"stay": "0d9c", "jid": "0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/z", "resource": "0cd3116b", "name": "Иван",
            "role": "participant", "affiliation": "none", "kind": "person", "account": false, "token": null,
            "joined_at": SENT_AT - 1000, "line": "up"})
    }

    fn focus() -> Value {
        json!({"stay": "ffff", "jid": "focus@auth.meet.jitsi/focus", "resource": "focus", "kind": "service", "joined_at": SENT_AT})
    }

    /// One event in a batch, with `fields` over what every event has.
    fn batch(fields: &Value) -> Value {
        let mut event =
            json!({"id": "e-1", "seq": 12, "at": SENT_AT, "place": "room", "room": "room-7", "meeting": null, "breakout": null});
        for (key, value) in fields.as_object().expect("fields") {
            event[key] = value.clone();
        }
        json!({"v": 1, "boot": "b-1", "server": {"host": "muc.meet.jitsi", "prosody": "0.12.3", "module": "0.1.0", "login": true},
            "queued": 3, "dropped": 1, "events": [event]})
    }

    fn understood(fields: &Value) -> Understood {
        understand(batch(fields).to_string().as_bytes(), None, at(SENT_AT + 60)).expect("understood")
    }

    fn fact_of(fields: &Value) -> Fact {
        let [signal] = understood(fields).signals.try_into().expect("one signal");
        signal.fact
    }

    fn ivan() -> Occupant {
        Occupant {
            stay: Some(StayKey("0d9c".into())),
            name: Some("Иван".into()),
            joined_at: Some(at(SENT_AT - 1000)),
            ..Occupant::at("0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/z")
        }
    }

    #[test]
    fn an_arrival_is_a_signal_with_the_modules_own_id_and_number() {
        let understood = understood(&json!({"type": "occupant_joined", "occupant": client()}));
        let [signal] = understood.signals.try_into().expect("one signal");
        assert_eq!((signal.key.as_str(), signal.order, signal.at), ("e-1", 12, at(SENT_AT)));
        assert_eq!((signal.room.as_str(), signal.place), ("room-7", SignalPlace::Room));
        assert_eq!(signal.witness, Witness { grants: true, names: true, login: Some(true), vague_rooms: false });
        assert_eq!(signal.fact, Fact::Joined(ivan()));
        let report = understood.report.expect("a report");
        assert_eq!((report.boot.as_str(), report.seqs, report.queued, report.dropped), ("b-1", Some((12, 12)), 3, 1));
        assert_eq!((report.login, report.module.as_deref(), report.heartbeat), (Some(true), Some("0.1.0"), false));
    }

    #[rstest]
    #[case("room_created", json!({}), Fact::RoomOpened)]
    #[case("room_destroyed", json!({"reason": "ended"}), Fact::RoomClosed { ended: true })]
    #[case("room_destroyed", json!({"reason": null}), Fact::RoomClosed { ended: false })]
    #[case("occupant_left", json!({"occupant": client(), "reason": "lost"}), Fact::Left { occupant: ivan(), reason: LeaveReason::Lost })]
    #[case("occupant_left", json!({"occupant": client(), "reason": "new"}), Fact::Left { occupant: ivan(), reason: LeaveReason::Unknown })]
    #[case("name_changed", json!({"occupant": client()}), Fact::Named(ivan()))]
    #[case("line_lost", json!({"occupant": client()}), Fact::LineLost(Occupant { line_lost: true, ..ivan() }))]
    #[case("line_back", json!({"occupant": client()}), Fact::LineBack(ivan()))]
    #[case("affiliation_changed", json!({"occupant": client(), "affiliation": "owner", "previous": "none", "by": "focus"}), Fact::Granted(ivan()))]
    #[case("room_snapshot", json!({"occupants": [focus(), client()]}), Fact::Snapshot(vec![ivan()]))]
    #[case("room_snapshot", json!({"occupants": {}}), Fact::Snapshot(vec![]))]
    fn every_kind_of_fact_is_understood(#[case] kind: &str, #[case] mut fields: Value, #[case] fact: Fact) {
        fields["type"] = kind.into();
        assert_eq!(fact_of(&fields), fact);
    }

    #[rstest]
    #[case("occupant_joined", json!({"occupant": focus()}), "an occupant of the server's own")]
    #[case::unknown_to_an_old_module("occupant_joined", json!({"occupant": {"jid": "recorder@hidden.meet.jitsi/x", "kind": "person"}}), "a recorder")]
    #[case("role_changed", json!({"occupant": client(), "role": "moderator"}), "a change of role")]
    #[case("admitted", json!({"occupant": {"jid": "a@guest.meet.jitsi"}}), "an admission from the lobby")]
    #[case("dominant_speaker", json!({}), "an event of no interest")]
    #[case("room_created", json!({"room": "__jicofo-health-check-1"}), "a health check")]
    #[case("room_created", json!({"room": ":"}), "a room whose name no link can carry")]
    #[case::by_the_server("affiliation_changed", json!({"occupant": client(), "affiliation": "owner", "previous": "none", "by": "server"}), "no grant by the focus")]
    #[case::by_an_owner("affiliation_changed", json!({"occupant": client(), "affiliation": "owner", "previous": "none", "by": "occupant"}), "no grant by the focus")]
    #[case::nothing_new("affiliation_changed", json!({"occupant": client(), "affiliation": "owner", "previous": "owner", "by": "focus"}), "no grant by the focus")]
    #[case::taken_away("affiliation_changed", json!({"occupant": client(), "affiliation": "none", "previous": "owner", "by": "focus"}), "no grant by the focus")]
    fn what_says_nothing_of_people_is_counted_and_passed_over(#[case] kind: &str, #[case] mut fields: Value, #[case] why: &str) {
        fields["type"] = kind.into();
        let understood = understood(&fields);
        assert!(understood.signals.is_empty());
        assert_eq!(understood.ignored, Some(why));
        assert_eq!(understood.report.expect("a report").seqs, Some((12, 12)), "its number is not a gap");
    }

    #[rstest]
    #[case("lobby", SignalPlace::Lobby)]
    #[case("breakout", SignalPlace::Breakout("b1".into()))]
    fn places_are_told_apart(#[case] word: &str, #[case] place: SignalPlace) {
        let understood = understood(&json!({"type": "occupant_joined", "place": word, "breakout": "b1", "occupant": client()}));
        assert_eq!(understood.signals[0].place, place);
    }

    #[rstest]
    #[case("occupant_joined", json!("owner"), json!("focus"), true)]
    #[case("room_snapshot", json!("owner"), json!("focus"), true)]
    #[case::by_a_rule_of_the_server("occupant_joined", json!("owner"), json!("server"), false)]
    #[case::owner_by_itself("occupant_joined", json!("owner"), Value::Null, false)]
    #[case::no_longer("room_snapshot", json!("none"), json!("focus"), false)]
    fn a_grant_of_before_is_told_again_with_each_report(
        #[case] kind: &str,
        #[case] affiliation: Value,
        #[case] by: Value,
        #[case] granted: bool,
    ) {
        let mut anna = client();
        anna["affiliation"] = affiliation;
        anna["granted_by"] = by;
        let fact = fact_of(&json!({"type": kind, "occupant": anna, "occupants": [focus(), anna]}));
        let told = match fact {
            Fact::Joined(occupant) => vec![occupant],
            Fact::Snapshot(occupants) => occupants,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, [Occupant { granted, ..ivan() }]);
    }

    #[test]
    fn a_token_tells_its_id_and_its_name_where_none_was_typed() {
        let mut occupant = client();
        occupant["name"] = Value::Null;
        occupant["token"] = json!({"id": "spec-17", "name": "Анна", "moderator": true});
        let Fact::Joined(occupant) = fact_of(&json!({"type": "occupant_joined", "occupant": occupant})) else { panic!("joined") };
        assert_eq!(occupant.token, Some(TokenUser { id: Some("spec-17".into()) }));
        assert_eq!(occupant.name.expect("a name").reveal(), "Анна");
    }

    #[test]
    fn a_token_without_an_id_is_a_token_all_the_same() {
        let mut occupant = client();
        occupant["token"] = json!({"id": null, "name": "Иван", "moderator": false});
        let Fact::Joined(occupant) = fact_of(&json!({"type": "occupant_joined", "occupant": occupant})) else { panic!("joined") };
        assert_eq!(occupant.token, Some(TokenUser { id: None }));
    }

    /// When it was written and stamped (milliseconds after the event) and received, and the moment that comes of it.
    #[rstest]
    #[case::at_once(Some(0), Some(0), 60, 0)]
    #[case::after_an_hour_in_the_queue(Some(3_600_000), Some(3_600_000), 3_600_100, 0)]
    #[case::a_clock_behind(Some(100), Some(100), 20_100, 20_000)]
    #[case::a_clock_ahead(Some(100), Some(100), -3_900, -4_000)]
    #[case::by_half_a_day(Some(100), None, 46_800_100, 46_800_000)]
    #[case::sent_again(Some(0), Some(4_000), 4_050, 0)]
    #[case::sent_again_by_a_clock_behind(Some(0), Some(4_000), 24_377, 20_000)]
    #[case::to_the_second(None, Some(0), 700, 0)]
    #[case::to_the_second_and_behind(None, Some(0), 20_377, 20_000)]
    #[case::without_a_word_it_may_have_waited(None, None, 500_000, 0)]
    #[case::but_not_for_hours(None, None, 46_800_000, 46_800_000)]
    #[case::nor_does_the_future_wait(None, None, -46_800_000, -46_800_000)]
    fn events_are_told_by_our_clock(
        #[case] written: Option<i64>,
        #[case] stamped: Option<i64>,
        #[case] received: i64,
        #[case] moved: i64,
    ) {
        let mut body = batch(&json!({"type": "occupant_joined", "occupant": client()}));
        body["sent_at"] = written.map(|written| SENT_AT + written).into();
        let stamped_at = stamped.map(|stamped| at((SENT_AT + stamped) / 1000 * 1000));
        let understood = understand(body.to_string().as_bytes(), stamped_at, at(SENT_AT + received)).expect("understood");
        let signal = &understood.signals[0];
        assert_eq!((signal.at, signal.said_at), (at(SENT_AT + moved), at(SENT_AT)));
        let Fact::Joined(occupant) = &signal.fact else { panic!("joined") };
        assert_eq!(occupant.joined_at, Some(at(SENT_AT + moved - 1000)));
    }

    #[test]
    fn servers_are_told_apart_by_their_ids() {
        let mut body = batch(&json!({"type": "room_created"}));
        let reporter = |body: &Value| {
            let understood = understand(body.to_string().as_bytes(), None, at(SENT_AT)).expect("understood");
            let reporter = understood.report.expect("a report").reporter;
            assert_eq!(understood.signals[0].reporter, reporter);
            reporter
        };
        assert_eq!(&*reporter(&body), "kabinet:muc.meet.jitsi");
        body["server"]["id"] = "0f6e4d5a-91c2-4a6e-8f2f-0c3b5c7f1d2e".into();
        assert_eq!(&*reporter(&body), "kabinet:muc.meet.jitsi#0f6e4d5a");
    }

    #[test]
    fn the_module_reports_of_itself() {
        let mut body = batch(&json!({"type": "heartbeat"}));
        let more =
            |kind: &str, seq: u64, rooms: Value| json!({"id": kind, "seq": seq, "at": SENT_AT, "type": kind, "rooms": rooms});
        let events = body["events"].as_array_mut().expect("events");
        events.push(more("started", 13, Value::Null));
        events.push(more("server_snapshot", 14, json!(["Room-7", "__jicofo-health-check-9", ":"])));
        let report = understand(body.to_string().as_bytes(), None, at(SENT_AT)).expect("understood").report.expect("a report");
        assert!(report.heartbeat && report.started && !report.stopping);
        assert_eq!(report.seqs, Some((12, 14)));
        let rooms = vec![RoomName::parse("room-7").expect("a name")];
        assert_eq!(report.server_snapshot, Some(ServerSnapshot { at: at(SENT_AT), said_at: at(SENT_AT), rooms: Some(rooms) }));
    }

    #[rstest]
    #[case::no_object(json!("rubbish"))]
    #[case::no_time(json!({"id": "e-0", "seq": 11, "type": "room_created", "room": "room-7"}))]
    #[case::no_occupant(json!({"id": "e-0", "seq": 11, "at": SENT_AT, "type": "occupant_joined", "room": "room-7"}))]
    fn one_event_that_cannot_be_read_costs_no_other(#[case] rubbish: Value) {
        let mut body = batch(&json!({"type": "occupant_joined", "occupant": client()}));
        body["events"].as_array_mut().expect("events").insert(0, rubbish);
        let understood = understand(body.to_string().as_bytes(), None, at(SENT_AT)).expect("understood");
        assert_eq!(understood.signals.len(), 1);
        assert_eq!(understood.ignored, Some("an event that cannot be read"));
        assert_eq!(understood.report.expect("a report").seqs, Some((12, 12)), "its number is missing");
    }

    #[test]
    fn too_many_rooms_are_not_the_same_as_none() {
        let snapshot = |rooms: Value| {
            understood(&json!({"type": "server_snapshot", "rooms": rooms})).report.expect("a report").server_snapshot
        };
        assert_eq!(snapshot(Value::Null).expect("a snapshot").rooms, None);
        assert_eq!(snapshot(json!([])).expect("a snapshot").rooms, Some(vec![]));
    }

    #[test]
    fn numbers_as_lua_may_write_them_are_whole() {
        let body = batch(&json!({"type": "room_created"}))
            .to_string()
            .replace("1766491084123", "1.766491084123e+12")
            .replace(":12,", ":12.0,");
        let signal = understand(body.as_bytes(), None, at(SENT_AT)).expect("understood").signals.remove(0);
        assert_eq!((signal.at, signal.order), (at(SENT_AT), 12));
    }

    #[rstest]
    #[case(json!({"v": 2}), "v")]
    #[case(json!({"v": 1}), "boot")]
    #[case(json!({"v": 1, "boot": 7}), "boot")]
    #[case(json!({"v": 1, "boot": "b"}), "events")]
    #[case(json!({"v": 1, "boot": "b", "queued": -1, "events": []}), "queued")]
    #[case(json!({"v": 1, "boot": "b", "server": {"login": "yes"}, "events": []}), "server.login")]
    #[case(json!({"v": 1, "boot": "b", "events": ["x"]}), "events[0]")]
    #[case(batch(&json!({"id": null})), "events[0].id")]
    #[case(batch(&json!({"id": "a".repeat(201)})), "events[0].id")]
    #[case(batch(&json!({"seq": 1.5})), "events[0].seq")]
    #[case(batch(&json!({"at": "now"})), "events[0].at")]
    #[case(batch(&json!({})), "events[0].type")]
    #[case(batch(&json!({"type": "room_created", "room": null})), "events[0].room")]
    #[case(batch(&json!({"type": "room_created", "place": "kitchen"})), "events[0].place")]
    #[case(batch(&json!({"type": "occupant_joined"})), "events[0].occupant")]
    #[case(batch(&json!({"type": "occupant_joined", "occupant": {"jid": "nobody"}})), "events[0].occupant.jid")]
    #[case(batch(&json!({"type": "occupant_joined", "occupant": {"jid": "a@b", "token": "x"}})), "events[0].occupant.token")]
    #[case(batch(&json!({"type": "occupant_joined", "occupant": {"jid": "a@b", "token": {"id": []}}})), "events[0].occupant.token.id")]
    #[case(batch(&json!({"type": "room_snapshot", "occupants": [{"jid": "a@b", "joined_at": -5}]})), "events[0].occupants[0].joined_at")]
    #[case(batch(&json!({"type": "server_snapshot", "rooms": [7]})), "events[0].rooms[0]")]
    fn an_error_names_the_field(#[case] body: Value, #[case] field: &str) {
        let error = understand(body.to_string().as_bytes(), None, at(SENT_AT)).expect_err("rubbish");
        assert_eq!(error.field(), Some(field), "{error}");
    }
}
