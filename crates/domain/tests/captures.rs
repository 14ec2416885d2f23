//! Every capture of a real server, and what the specialist should have been told: written down from the steps that the
//! people took, then held against what the two old modules sent. Where a module could not have told the truth, the row says so.

mod support;

use chrono::{DateTime, Duration, Utc};
use kabinet_domain::attendance::Plan;
use kabinet_domain::{Fact, RoomName, Signal, SignalPlace, Timestamp, Witness};
use kabinet_providers::jitsi::{RoomEvent, event_sync, muc_webhook};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use support::{Log, play};

#[derive(Deserialize)]
struct Capture {
    steps: Vec<Step>,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Step {
    at_ms: i64,
    step: String,
}

#[derive(Deserialize)]
struct Request {
    path: String,
    body: String,
    at_ms: i64,
    answered: u16,
}

fn capture(name: &str) -> Capture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/prosody").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a capture")
}

/// When the recording began, by the first request's own time.
fn beginning(capture: &Capture) -> Timestamp {
    let Some(request) = capture.requests.first() else { return support::noon() };
    let body: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
    let at: DateTime<Utc> = match (&body["createdAt"], &body["created_at"]) {
        (serde_json::Value::String(text), _) => text.parse().expect("a time"),
        (_, seconds) => DateTime::from_timestamp(seconds.as_i64().expect("seconds"), 0).expect("a time"),
    };
    // The module's second has begun at most one second before.
    at + Duration::milliseconds(999 - request.at_ms)
}

fn signals(capture: &Capture) -> Vec<Signal> {
    let beginning = beginning(capture);
    // What was refused was never appended.
    let accepted = capture.requests.iter().filter(|request| request.answered == 200);
    accepted
        .flat_map(|request| {
            let received_at = beginning + Duration::milliseconds(request.at_ms);
            let (_, route) = request.path.split_once("/events/").unwrap_or(("", ""));
            let body = request.body.as_bytes();
            let understood = match RoomEvent::from_route(route) {
                Some(event) => event_sync::understand(body, Some(event), received_at),
                None => muc_webhook::understand(body, None, received_at),
            };
            understood.expect("understood").signals
        })
        .collect()
}

/// The press on *Join* that comes before each of the specialist's arrivals.
fn presses(capture: &Capture, signals: &[Signal]) -> Vec<Signal> {
    let rooms: BTreeSet<RoomName> = signals.iter().map(|signal| signal.room.clone()).collect();
    let openings = capture.steps.iter().filter(|step| step.step.starts_with("specialist") || step.step.starts_with("guest Анна"));
    openings
        .filter_map(|step| {
            // «… opens ROOM (…)», «… joins ROOM».
            let named = step.step.split_whitespace().filter_map(|word| RoomName::parse(word).ok());
            let tenant = step
                .step
                .split_whitespace()
                .filter_map(|word| word.split_once('/'))
                .filter_map(|(tenant, name)| RoomName::parse(&format!("[{tenant}]{name}")).ok());
            let room = named.chain(tenant).find(|name| rooms.contains(name))?;
            let at = beginning(capture) + Duration::milliseconds(step.at_ms) - Duration::seconds(1);
            let (place, witness) = (SignalPlace::Room, Witness::default());
            Some(Signal {
                key: format!("press {}", step.at_ms),
                room,
                place,
                reporter: Arc::from("desktop"),
                at,
                said_at: at,
                order: 0,
                received_at: at,
                witness,
                fact: Fact::PressedJoin,
            })
        })
        .collect()
}

fn told(signals: Vec<Signal>, plan: &Plan) -> String {
    let mut by_room: BTreeMap<String, Vec<Signal>> = BTreeMap::new();
    for signal in signals {
        by_room.entry(signal.room.as_str().to_owned()).or_default().push(signal);
    }
    let logs: Vec<Log> = by_room.into_values().map(|signals| play(plan, signals)).collect();
    logs.iter().map(|log| log.words().join(", ")).collect::<Vec<_>>().join(" | ")
}

/// Not repeated in the rows is what holds for both old modules: they give no reasons for a departure and no names typed at
/// the door, and a guest who is the specialist is only known by the press on *Join* or by the operator's word.
struct Row {
    capture: &'static str,
    /// When the desktop tells of the press on *Join*.
    told: &'static str,
    /// What these requests cannot tell, beyond that.
    limits: &'static str,
}

const fn row(capture: &'static str, told: &'static str, limits: &'static str) -> Row {
    Row { capture, told, limits }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("happy-path.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 3 s", ""),
    row("happy-path.event_sync", "started by pressed_join, joined, left: unknown, ended after 3 s", ""),
    row("host-direct-login.muc_webhook", "started by address, joined, left: unknown, ended after 2 s", ""),
    row("host-direct-login.event_sync", "started by address, joined, left: unknown, ended after 2 s", ""),
    // Away for two seconds: silence.
    row("host-comes-back.muc_webhook", "started by address, joined, left: unknown, ended after 4 s", ""),
    row("host-comes-back.event_sync", "started by address, joined, left: unknown, ended after 4 s", ""),
    row("host-leaves-first.muc_webhook", "started by pressed_join, joined, ended after 1 s, left: unknown", ""),
    row("host-leaves-first.event_sync", "started by pressed_join, joined, ended after 1 s, left: unknown", ""),
    row("client-too-early.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 1 s", "the client waiting at the closed door"),
    row("client-too-early.event_sync", "started by pressed_join, joined, left: unknown, ended after 1 s", "the client waiting at the closed door"),
    row("two-clients.muc_webhook", "started by pressed_join, joined, joined, left: unknown, left: unknown, ended after 3 s", ""),
    row("two-clients.event_sync", "started by pressed_join, joined, joined, left: unknown, left: unknown, ended after 3 s", ""),
    row("client-without-name.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 1 s", ""),
    row("client-without-name.event_sync", "started by pressed_join, joined, left: unknown, ended after 1 s", ""),
    row("name-changes.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 4 s", "the new names"),
    row("name-changes.event_sync", "started by pressed_join, joined, left: unknown, ended after 4 s", "the new names"),
    // The client departs twice, under two resources of one address: the second departure is the real one.
    row("resource-change-plain-prosody.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("client-blinks.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 8 s", "the lost line"),
    row("client-blinks.event_sync", "started by pressed_join, joined, left: unknown, ended after 8 s", "the lost line"),
    row("client-lost.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 62 s", "that the line was lost for the last minute"),
    row("client-lost.event_sync", "started by pressed_join, joined, left: unknown, ended after 62 s", "that the line was lost for the last minute"),
    row("client-reloads-after-loss.muc_webhook", "started by pressed_join, joined, joined, left: unknown, left: unknown, ended after 66 s", "that the second arrival is the same person: it looks like a couple"),
    row("client-reloads-after-loss.event_sync", "started by pressed_join, joined, joined, left: unknown, left: unknown, ended after 66 s", "that the second arrival is the same person: it looks like a couple"),
    row("client-closes-tab-and-returns.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 4 s", ""),
    row("client-closes-tab-and-returns.event_sync", "started by pressed_join, joined, left: unknown, ended after 4 s", ""),
    row("recorder.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("recorder.event_sync", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("client-kicked.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("client-kicked.event_sync", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("end-for-all.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("end-for-all.event_sync", "started by pressed_join, joined, left: unknown, ended after 2 s", ""),
    row("lobby-admitted.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 1 s", "the knock at the lobby"),
    row("lobby-admitted.event_sync", "started by pressed_join, joined, left: unknown, ended after 1 s", "the knock at the lobby"),
    // The moderator in the lobby is not a client, and the lobby's own creation and end are not the room's.
    row("lobby-module-loaded-everywhere.muc_webhook", "started by pressed_join, waits in the lobby, joined, left: unknown, ended after 1 s", ""),
    row("lobby-module-loaded-everywhere.event_sync", "started by pressed_join, joined, left: unknown, ended after 1 s", "the knock at the lobby"),
    row("lobby-denied.muc_webhook", "started by pressed_join, ended after 0 s", "the knock at the lobby"),
    row("lobby-denied.event_sync", "started by pressed_join, ended after 0 s", "the knock at the lobby"),
    row("health-check.muc_webhook", "", ""),
    row("health-check.event_sync", "", ""),
    row("breakout-room.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 5 s", "longer than 15 s, a stay in a breakout room looks like an absence"),
    row("breakout-room.event_sync", "started by pressed_join, joined, left: unknown, ended after 5 s", ""),
    row("jwt.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 1 s", "the tokens' identities"),
    row("jwt.event_sync", "started by token, joined Иван Сидоров, left Иван Сидоров: unknown, ended after 1 s", ""),
    row("jwt-token-affiliation.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 2 s", "the tokens' identities"),
    row("jwt-token-affiliation.event_sync", "started by token, joined Иван Сидоров, left Иван Сидоров: unknown, ended after 2 s", ""),
    row("focus-lost.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 18 s", ""),
    row("focus-lost.event_sync", "started by pressed_join, joined, left: unknown, ended after 18 s", ""),
    // Everybody is back within seconds: silence.
    row("prosody-restart.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 5 s", ""),
    row("prosody-restart.event_sync", "started by pressed_join, joined, left: unknown, ended after 5 s", ""),
    // The client does not come back, and was gone before the room was opened anew: a second less than the reopening alone would say.
    row("prosody-killed.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 1 s", "when the client was last there"),
    row("prosody-killed.event_sync", "started by pressed_join, joined, left: unknown, ended after 1 s", "when the client was last there"),
    row("receiver-down.muc_webhook", "started by pressed_join, left: unknown, ended after 0 s", "the arrival: a missed alert"),
    row("receiver-down.event_sync", "started by pressed_join, joined, left: unknown, ended after 5 s", ""),
    row("receiver-down-long.muc_webhook", "started by pressed_join, left: unknown, ended after 0 s", "the arrival: a missed alert"),
    row("receiver-down-long.event_sync", "started by pressed_join, joined, left: unknown, ended after 12 s", "the arrival before the departure, which names it"),
    row("receiver-fails.muc_webhook", "started by pressed_join, left: unknown, ended after 0 s", "the arrival: a missed alert"),
    // The departure overtakes the arrival: a visit that is over alerts nobody, and is told as history.
    row("receiver-fails.event_sync", "started by pressed_join, joined, left: unknown, ended after 0 s", ""),
    row("receiver-rejects.muc_webhook", "", "anything: a wrong secret loses all"),
    row("receiver-rejects.event_sync", "", "anything: a wrong secret loses all"),
    row("receiver-slow.muc_webhook", "started by pressed_join, joined, left: unknown, ended after 27 s", ""),
    row("receiver-slow.event_sync", "started by pressed_join, joined, left: unknown, ended after 27 s", ""),
    row("no-auth-client-first.muc_webhook", "joined, started by pressed_join, left: unknown, ended after 1 s", ""),
    row("no-auth-client-first.event_sync", "joined, started by pressed_join, left: unknown, ended after 1 s", ""),
    row("host-two-devices.muc_webhook", "started by address, joined, left: unknown, ended after 2 s", ""),
    row("host-two-devices.event_sync", "started by address, joined, left: unknown, ended after 2 s", ""),
    row("odd-room-names.muc_webhook", "started by pressed_join, ended after 0 s | started by pressed_join, ended after 0 s", ""),
    row("odd-room-names.event_sync", "started by pressed_join, ended after 0 s | started by pressed_join, ended after 0 s", ""),
    // The specialist hangs up; the client's sleeping laptop stays until the server ends.
    row("client-sleeps.muc_webhook", "started by pressed_join, joined, ended after 61 s, left: unknown", "that nobody sits at the laptop"),
    row("client-sleeps.event_sync", "started by pressed_join, joined, ended after 61 s, left: unknown", "that nobody sits at the laptop"),
];

fn plan() -> Plan {
    support::with_token_ids(&["spec-17"])
}

#[test]
fn the_specialist_is_told_the_truth_of_every_capture() {
    for row in ROWS {
        let capture = capture(row.capture);
        let signals = signals(&capture);
        let presses = presses(&capture, &signals);
        let told = told(signals.into_iter().chain(presses).collect(), &plan());
        assert_eq!(told, row.told, "{} (beyond telling: {})", row.capture, row.limits);
    }
}

/// The same without a desktop, where the operator states that nobody can be in before the host.
#[test]
fn the_operators_word_is_as_good_as_the_press() {
    let login_is_off_or_lobby_first = ["no-auth-client-first"];
    for row in ROWS.iter().filter(|row| !login_is_off_or_lobby_first.iter().any(|name| row.capture.starts_with(name))) {
        let signals = signals(&capture(row.capture));
        let told = told(signals, &Plan { first_is_host: true, ..plan() });
        assert_eq!(told, row.told.replace("pressed_join", "first"), "{}", row.capture);
    }
}

/// With nothing to go by, an unproven occupant is a client: never a session that was none.
#[test]
fn without_any_proof_everybody_is_a_client() {
    for row in ROWS.iter().filter(|row| row.told.contains("pressed_join")) {
        let told = told(signals(&capture(row.capture)), &plan());
        assert!(!told.contains("started") && !told.contains("ended"), "{}: {told}", row.capture);
        assert!(told.contains("joined"), "{}: {told}", row.capture);
    }
}

#[test]
fn every_capture_has_a_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/prosody");
    let files = std::fs::read_dir(folder).expect("the captures").filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: BTreeSet<String> = files.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.capture.to_owned()).collect();
    assert_eq!(names, rows);
}
