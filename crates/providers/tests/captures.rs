//! Everything that a real server sent is understood, and this is what it comes to.

use kabinet_domain::{Fact, Signal, Timestamp};
use kabinet_providers::jitsi::{RoomEvent, Understood, event_sync, muc_webhook};
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::PathBuf;

fn captures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/prosody");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the captures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

fn understand(capture: &Value, request: &Value, received_at: Timestamp) -> Understood {
    let body = request["body"].as_str().expect("a body").as_bytes();
    match capture["module"].as_str() {
        Some("event_sync") => {
            let path = request["path"].as_str().expect("a path");
            let route = path.split_once("/events/").and_then(|(_, route)| RoomEvent::from_route(route));
            assert!(route.is_some(), "{path}");
            event_sync::understand(body, route, received_at)
        }
        _ => muc_webhook::understand(body, None, received_at),
    }
    .expect("understood")
}

/// A line for one signal, with people by the beginning of their address.
fn line(signal: &Signal, began: Timestamp) -> String {
    let who = |occupant: &kabinet_domain::Occupant| {
        let address: String = occupant.address.0.chars().take(8).collect();
        let mut text = if occupant.account { format!("{address} account") } else { address };
        if let Some(name) = &occupant.name {
            write!(text, " {:?}", name.reveal()).expect("written");
        }
        if let Some(token) = &occupant.token {
            write!(text, " token {}", token.id.as_deref().unwrap_or("without id")).expect("written");
        }
        text
    };
    let what = match &signal.fact {
        Fact::Joined(occupant) => format!("joined {}", who(occupant)),
        Fact::Left { occupant, reason } => format!("left {} {}", who(occupant), reason.name()),
        other => format!("{other:?}"),
    };
    let seconds = (signal.said_at - began).num_seconds();
    format!("{:?} {} +{seconds}s {what}", signal.place, signal.room.as_str())
}

#[test]
fn every_capture_is_understood() {
    let mut report = String::new();
    let mut files = 0;
    for path in captures() {
        files += 1;
        let capture: Value = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
        writeln!(report, "\n{}", path.file_stem().expect("a name").display()).expect("written");
        let mut began = None;
        let mut keys = HashSet::new();
        for request in capture["requests"].as_array().expect("requests") {
            // The lab's two clocks agreed, and a request took less than a second.
            let sent_at = sent_at(request["body"].as_str().expect("a body"));
            let understood = understand(&capture, request, sent_at + chrono::Duration::seconds(1));
            if let Some(why) = understood.ignored {
                writeln!(report, "  - {why}").expect("written");
            }
            for signal in &understood.signals {
                let began = *began.get_or_insert(signal.said_at);
                let again = if keys.insert(signal.key.clone()) { "" } else { " (again)" };
                writeln!(report, "  {}{again}", line(signal, began)).expect("written");
            }
        }
    }
    assert!(files > 60, "{files} captures");
    insta::assert_snapshot!(report);
}

/// The latest moment in a body.
fn sent_at(body: &str) -> Timestamp {
    let body: Value = serde_json::from_str(body).expect("JSON");
    if let Some(text) = body["createdAt"].as_str() {
        return text.parse().expect("a time");
    }
    let times = [&body["destroyed_at"], &body["occupant"]["left_at"], &body["occupant"]["joined_at"], &body["created_at"]];
    let seconds = times.iter().find_map(|time| time.as_i64()).expect("a time");
    chrono::DateTime::from_timestamp(seconds, 0).expect("a time")
}
