//! Short hands for this crate's tests: times of one day, records with little said.

use crate::record::{Consultation, Event, Kind, Status};
use crate::state::{Kept, Place, State};
use crate::view::FeedState;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// `15:30` on the day of the tests, 2026-12-23, in UTC.
pub(crate) fn at(time: &str) -> DateTime<Utc> {
    let format = if time.len() == 5 { "%H:%M" } else { "%H:%M:%S" };
    let time = NaiveTime::parse_from_str(time, format).expect("a time");
    NaiveDate::from_ymd_opt(2026, 12, 23).expect("a day").and_time(time).and_utc()
}

pub(crate) fn event(cursor: u64, time: &str, kind: Kind, name: &str) -> Event {
    Event {
        id: format!("event-{cursor}"),
        cursor,
        kind,
        consultation: Some("c1".into()),
        name: name.into(),
        unproven: false,
        source: "jitsi".into(),
        inside: None,
        at: at(time),
        received_at: at(time),
        missed: false,
    }
}

pub(crate) fn consultation(id: &str, time: &str, minutes: u32) -> Consultation {
    Consultation {
        id: id.into(),
        client: format!("Client {id}"),
        starts_at: at(time),
        minutes,
        time_zone: "Europe/Moscow".into(),
        provider: "jitsi".into(),
        link: format!("https://meet.example.org/konsultaciya-23dec-{id}00000000"),
        room: format!("konsultaciya-23dec-{id}00000000"),
        note: String::new(),
        status: Status::Planned,
        made: None,
        contact: None,
        reminders: Vec::new(),
        door: crate::view::Door::default(),
        page_link: None,
        code: None,
        version: Some("1".into()),
    }
}

/// Consultations and events as a running application knows them, connected, in UTC and in English.
pub(crate) fn state(consultations: &[Consultation], events: &[Event]) -> State {
    let place = Place { version: "0".into(), zone: chrono_tz::UTC, system_language: "en".into(), providers: &[] };
    let mut state = State::new(place, Kept { first_run_done: true, ..Kept::default() });
    state.feed.state = FeedState::Live;
    state.consultations.extend(consultations.iter().cloned());
    for event in events {
        state.learn(event.clone());
    }
    state
}

pub(crate) fn joined(cursor: u64, time: &str, name: &str) -> Event {
    event(cursor, time, Kind::ClientJoined { again: false }, name)
}

pub(crate) fn left(cursor: u64, time: &str, name: &str) -> Event {
    event(cursor, time, Kind::ClientLeft { reason: "hung_up".into() }, name)
}

pub(crate) fn started(cursor: u64, time: &str) -> Event {
    event(cursor, time, Kind::SessionStarted, "")
}
