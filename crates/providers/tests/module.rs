//! What our own module sent from a real server: the signatures fit, and this is what it comes to.

use kabinet_domain::{Fact, Timestamp};
use kabinet_providers::jitsi::kabinet;
use kabinet_providers::jitsi::webhook_auth::{Signed, SigningKey, WebhookAuthError, verify};
use serde_json::Value;

const CAPTURE: &str = include_str!("../../../tests/fixtures/kabinet/consultation.json");

fn requests() -> (SigningKey, Vec<Value>) {
    let capture: Value = serde_json::from_str(CAPTURE).expect("JSON");
    let key = SigningKey::parse(capture["secret"].as_str().expect("a secret")).expect("a key");
    (key, capture["requests"].as_array().expect("requests").clone())
}

fn signed(request: &Value) -> Signed<'_> {
    Signed::gather(|name| request["headers"][name].as_str()).expect("three headers").expect("signed")
}

fn sent_at(request: &Value) -> Timestamp {
    let seconds = signed(request).timestamp.parse().expect("seconds");
    chrono::DateTime::from_timestamp(seconds, 0).expect("a time")
}

fn body(request: &Value) -> &[u8] {
    request["body"].as_str().expect("a body").as_bytes()
}

#[test]
fn the_modules_signatures_fit() {
    let (key, requests) = requests();
    for request in &requests {
        let now = sent_at(request);
        assert_eq!(verify(std::slice::from_ref(&key), signed(request), body(request), now), Ok(()));
        let other = [body(request), b" "].concat();
        assert_eq!(verify(std::slice::from_ref(&key), signed(request), &other, now), Err(WebhookAuthError::Mismatch));
    }
}

#[test]
fn a_consultation_from_first_to_last() {
    let (mut story, mut next) = (Vec::new(), 1);
    for request in &requests().1 {
        let understood = kabinet::understand(body(request), Some(sent_at(request)), sent_at(request)).expect("understood");
        let report = understood.report.expect("a report");
        assert_eq!((report.login, report.dropped, report.host.as_deref()), (Some(true), 0, Some("muc.call.example")));
        let (first, last) = report.seqs.expect("numbers");
        assert_eq!(first, next, "no gap");
        next = last + 1;
        if report.started {
            story.push("started".to_owned());
        }
        if let Some(snapshot) = report.server_snapshot {
            story.push(format!("{:?} rooms", snapshot.rooms.map(|rooms| rooms.len())));
        }
        story.extend(understood.signals.iter().map(|signal| telling(&signal.fact)));
    }
    insta::assert_snapshot!(story.join("\n"), @r"
    started
    Some(0) rooms
    RoomOpened
    joined Анна Петрова
    granted Анна Петрова
    joined Иван
    Some(1) rooms
    here Анна Петрова, Иван
    left Иван hung_up
    left Анна Петрова hung_up
    RoomClosed { ended: false }
    ");
}

fn telling(fact: &Fact) -> String {
    let name = |occupant: &kabinet_domain::Occupant| {
        assert!(occupant.stay.is_some() && occupant.joined_at.is_some());
        occupant.name.as_ref().map_or_else(|| "nameless".to_owned(), |name| name.reveal().clone())
    };
    match fact {
        Fact::Joined(occupant) => format!("joined {}", name(occupant)),
        Fact::Left { occupant, reason } => format!("left {} {}", name(occupant), reason.name()),
        Fact::Granted(occupant) => format!("granted {}", name(occupant)),
        Fact::Snapshot(all) => format!("here {}", all.iter().map(name).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}
