//! Whatever a stranger sends is understood or refused, and never breaks anything.

use kabinet_domain::{Fact, Occupant, Timestamp};
use kabinet_providers::jitsi::{DialectError, RoomEvent, Understood, event_sync, kabinet, muc_webhook};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The words of all three dialects, so that rubbish gets past the first question.
const KEYS: &str = "event roomName room_name participantName participant_name participantId createdAt created_at isHost event_name \
    is_breakout occupant occupant_jid joined_at left_at destroyed_at all_occupants name id v boot server login \
    queued dropped events seq at type place room occupants rooms jid stay kind token account line reason affiliation \
    granted_by";

const WORDS: &str = "room_created participant_joined participant_left muc-room-destroyed muc-occupant-left muc-occupant-joined \
    occupant_joined occupant_left affiliation_changed room_snapshot server_snapshot heartbeat owner focus lobby \
    room-7 room-7@lobby.meet.jitsi/x anna@meet.jitsi/x focus@auth.meet.jitsi/focus 2026-11-21T00:12:06Z \
    9999-12-31T23:59:59Z @ / []";

fn word(list: &'static str) -> impl Strategy<Value = &'static str> {
    prop::sample::select(list.split_whitespace().collect::<Vec<_>>())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0i64..3_000_000_000).prop_map(Value::from),
        (0i64..3_000_000_000_000).prop_map(Value::from),
        Just(json!(1)),
        word(WORDS).prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("\u{202e}я\u{0}".repeat(3000))),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word(KEYS), inner), 0..10)
                .prop_map(|fields| Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

/// Something that a dialect nearly understands: a sound body with some fields replaced.
fn damaged(sound: Value) -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<prop::sample::Index>(), value()), 0..4).prop_map(move |damages| {
        let mut body = sound.clone();
        for (place, damage) in damages {
            let count = slots(&mut body).len();
            if count > 0 {
                *slots(&mut body).swap_remove(place.index(count)) = damage;
            }
        }
        body
    })
}

/// Every value inside, however deep.
fn slots(value: &mut Value) -> Vec<&mut Value> {
    fn inside<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|item| inside(item, found)),
            Value::Object(map) => map.values_mut().for_each(|item| inside(item, found)),
            leaf => found.push(leaf),
        }
    }
    let mut found = Vec::new();
    inside(value, &mut found);
    found
}

fn sound() -> Vec<Value> {
    let occupant = json!({"stay": "s", "jid": "anna@meet.jitsi/x", "name": "Anna", "kind": "person", "account": true,
        "token": {"id": "1", "name": "A"}, "joined_at": 1_766_491_084_000_i64, "line": "up", "resource": "x"});
    let event = |kind: &str| {
        json!({"id": "i", "seq": 1, "at": 1_766_491_084_123_i64, "type": kind, "place": "room", "room": "room-7", "occupant": occupant,
            "occupants": [occupant], "rooms": ["room-7"], "affiliation": "owner", "by": "focus", "reason": "ended"})
    };
    let batch =
        |kind: &str| json!({"v": 1, "boot": "b", "server": {"login": true}, "queued": 0, "dropped": 0, "events": [event(kind)]});
    let stay = json!({"occupant_jid": "a@guest.meet.jitsi/x", "joined_at": 1_766_491_084, "left_at": 1_766_491_090, "name": "A", "id": "1"});
    let sync = |name: &str| {
        json!({"event_name": name, "room_name": "room-7", "is_breakout": false, "created_at": 1_766_491_000, "occupant": stay,
            "destroyed_at": 1_766_491_100, "all_occupants": [stay]})
    };
    vec![
        batch("occupant_joined"),
        batch("occupant_left"),
        batch("affiliation_changed"),
        batch("room_snapshot"),
        batch("server_snapshot"),
        sync("muc-occupant-joined"),
        sync("muc-occupant-left"),
        sync("muc-room-destroyed"),
        json!({"event": "participant_joined", "roomName": "room-7", "createdAt": "2026-11-21T00:12:06Z",
            "participantName": "room-7@muc.meet.jitsi/x", "participantId": "a@guest.meet.jitsi/x"}),
    ]
}

fn read_all(body: &[u8]) -> Vec<Result<Understood, DialectError>> {
    let now: Timestamp = "2026-11-21T00:12:06Z".parse().expect("a time");
    let routes = [None, Some(RoomEvent::RoomDestroyed), Some(RoomEvent::OccupantLeft)];
    let mut all = vec![kabinet::understand(body, Some(now), now)];
    all.extend(routes.map(|route| muc_webhook::understand(body, route, now)));
    all.extend(routes.map(|route| event_sync::understand(body, route, now)));
    all
}

fn people(fact: &Fact) -> Vec<&Occupant> {
    match fact {
        Fact::Joined(one) | Fact::Left { occupant: one, .. } | Fact::Named(one) | Fact::Granted(one) => vec![one],
        Fact::LineLost(one) | Fact::LineBack(one) => vec![one],
        Fact::Snapshot(all) => all.iter().collect(),
        _ => vec![],
    }
}

/// What holds of everything that was understood.
fn hold(body: &[u8]) {
    for understood in read_all(body).into_iter().flatten() {
        for signal in &understood.signals {
            assert!(!signal.key.is_empty() && !signal.room.as_str().is_empty());
            assert!(signal.at <= signal.received_at + chrono::Duration::seconds(5), "nothing comes from the future");
            for name in people(&signal.fact).iter().filter_map(|person| person.name.as_ref()) {
                assert!(!name.reveal().is_empty() && name.reveal().chars().count() <= 100);
                assert!(!name.reveal().chars().any(char::is_control));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_answered(body in value()) {
        hold(body.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        hold(&body);
    }

    #[test]
    fn a_damaged_report_is_answered(body in prop::sample::select(sound()).prop_flat_map(damaged)) {
        hold(body.to_string().as_bytes());
    }
}

#[test]
fn sound_reports_are_understood() {
    for body in sound() {
        assert!(read_all(body.to_string().as_bytes()).iter().any(Result::is_ok), "{body}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let body = format!("{}1{}", "[".repeat(60_000), "]".repeat(60_000));
    assert!(read_all(body.as_bytes()).iter().all(Result::is_err));
    assert!(read_all(Value::Object(Map::new()).to_string().as_bytes()).iter().all(Result::is_err));
}

/// An error goes to a log and to the sender; a person's name must not.
#[test]
fn errors_never_quote_what_was_sent() {
    for mut body in sound() {
        let count = slots(&mut body).len();
        for index in 0..count {
            let mut damaged = body.clone();
            *slots(&mut damaged).swap_remove(index) = json!({"secret-name": "secret-name"});
            for error in read_all(damaged.to_string().as_bytes()).into_iter().filter_map(Result::err) {
                assert!(!format!("{error} {error:?}").contains("secret-name"), "{error}");
            }
        }
    }
}
