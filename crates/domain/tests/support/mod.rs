//! Plays signals to the attendance rules as the backend does: at each arrival, and whenever they asked to look again.

#![allow(dead_code, reason = "each test file uses a part")]

use chrono::{DateTime, Duration, TimeZone, Utc};
use kabinet_domain::attendance::{Agenda, Identities, Plan, attend};
use kabinet_domain::event::Told;
use kabinet_domain::{
    EventId, EventKind, Fact, LeaveReason, Occupant, RoomName, Sensitive, Signal, SignalPlace, StayKey, Telling, Timestamp,
    TokenUser, Witness,
};
use std::sync::Arc;
use uuid::Uuid;

pub fn noon() -> Timestamp {
    Utc.with_ymd_and_hms(2026, 12, 23, 12, 0, 0).single().expect("a moment")
}

/// `seconds` after noon.
pub fn at(seconds: f64) -> Timestamp {
    noon() + Duration::milliseconds((seconds * 1000.0) as i64)
}

/// The log of one room while signals arrive.
pub struct Log {
    pub agenda: Agenda,
    pub signals: Vec<Signal>,
    pub told: Vec<Told>,
    look_again_at: Option<Timestamp>,
}

impl Log {
    pub fn new(plan: impl Into<Agenda>) -> Self {
        Self { agenda: plan.into(), signals: Vec::new(), told: Vec::new(), look_again_at: None }
    }

    /// Signals that arrive together; each is appended once, by its key.
    pub fn receive(&mut self, signals: impl IntoIterator<Item = Signal>, now: Timestamp) {
        self.wait_until(now);
        for signal in signals {
            if !self.signals.iter().any(|known| known.key == signal.key) {
                self.signals.push(signal);
            }
        }
        self.look(now);
    }

    /// Time passes.
    pub fn wait_until(&mut self, now: Timestamp) {
        while let Some(moment) = self.look_again_at.filter(|moment| *moment <= now) {
            self.look_again_at = None;
            self.look(moment);
        }
    }

    /// What is planned has changed, or somebody asks.
    pub fn look(&mut self, now: Timestamp) {
        let attendance = attend(&self.agenda, &self.signals, &self.told, now);
        for telling in attendance.tellings {
            let id = EventId(Uuid::from_u128(self.told.len() as u128 + 1));
            self.told.push(Told { id, telling });
        }
        assert!(attendance.look_again_at.is_none_or(|moment| moment > now), "would look for ever");
        self.look_again_at = attendance.look_again_at;
        let again = attend(&self.agenda, &self.signals, &self.told, now);
        assert_eq!(again.tellings, Vec::new(), "what was told is not told again");
    }

    /// The tellings in short words, oldest first.
    pub fn words(&self) -> Vec<String> {
        self.told.iter().map(|told| words(&told.telling)).collect()
    }
}

/// Plays signals that each arrive at their `received_at`, then lets an hour pass.
pub fn play(plan: &Plan, signals: Vec<Signal>) -> Log {
    play_in(plan.clone().into(), signals)
}

/// The same in a room for which something is planned.
pub fn play_in(agenda: Agenda, mut signals: Vec<Signal>) -> Log {
    signals.sort_by_key(|signal| signal.received_at);
    let last = signals.last().map_or_else(noon, |signal| signal.received_at);
    let mut log = Log::new(agenda);
    for signal in signals {
        let now = signal.received_at;
        log.receive([signal], now);
    }
    log.wait_until(last + Duration::hours(1));
    log
}

/// `joined Ivan`, `started by grant`, `left Ivan: hung_up`.
pub fn words(telling: &Telling) -> String {
    let who = telling.who.as_ref().map(|who| who.name.reveal().clone()).unwrap_or_default();
    let proof = telling.who.as_ref().map_or("none", |who| who.proof.name());
    let text = match &telling.kind {
        EventKind::SessionStarted => format!("started by {proof}"),
        EventKind::SessionEnded { together } => format!("ended after {together} s"),
        EventKind::ClientJoined { again: false } => format!("joined {who}"),
        EventKind::ClientJoined { again: true } => format!("joined again {who}"),
        EventKind::ClientLeft { reason } => format!("left {who}: {}", reason.name()),
        EventKind::ClientWaiting { place } => format!("waits in the {} {who}", place.name()),
        EventKind::ClientNamed => format!("named {who}"),
        EventKind::Withdrawn { .. } => "withdrawn".into(),
        other => other.name().into(),
    };
    text.replace(" :", ":").trim_end().to_owned()
}

/// Our own module on a server with logins, unless said otherwise.
pub fn module(login: Option<bool>) -> Witness {
    Witness { grants: true, names: true, login, vague_rooms: false }
}

/// A reporter of addresses alone, with a resolution of one second.
pub fn addresses_only() -> Witness {
    Witness::default()
}

/// A plan with the specialist's token ids, as the operator named them.
pub fn with_token_ids(ids: &[&str]) -> Plan {
    let mut own = Identities::default();
    ids.iter().for_each(|id| own.add_token_id(id));
    Plan { own, token_ids_are_all: true, ..Plan::default() }
}

#[derive(Clone)]
pub struct Scene {
    witness: Witness,
    reporter: &'static str,
    /// How far the reporter's clock is ahead.
    skew: Duration,
    next: u64,
    pub signals: Vec<Signal>,
}

impl Scene {
    pub fn new(witness: Witness) -> Self {
        Self::skewed(witness, 0)
    }

    /// With a reporter whose clock is so many milliseconds ahead.
    pub fn skewed(witness: Witness, skew: i64) -> Self {
        let reporter = if witness.grants { "module" } else { "addresses" };
        Self { witness, reporter, skew: Duration::milliseconds(skew), next: 0, signals: Vec::new() }
    }

    /// From here on another reports.
    pub fn by(&mut self, reporter: &'static str, witness: Witness) -> &mut Self {
        (self.reporter, self.witness) = (reporter, witness);
        self
    }

    pub fn person(&self, who: &str, name: &str) -> Occupant {
        let mut occupant = Occupant::at(format!("{who}-0000@guest.meet.jitsi/{who}"));
        if self.witness.grants {
            occupant.stay = Some(StayKey(who.to_owned()));
        }
        if self.witness.names && !name.is_empty() {
            occupant.name = Some(Sensitive::from(name));
        }
        occupant
    }

    pub fn with_token(&self, who: &str, name: &str, id: &str) -> Occupant {
        Occupant { token: Some(TokenUser { id: Some(id.to_owned()) }), ..self.person(who, name) }
    }

    pub fn say(&mut self, seconds: f64, fact: Fact) -> &mut Self {
        self.say_in(SignalPlace::Room, seconds, fact)
    }

    pub fn say_in(&mut self, place: SignalPlace, seconds: f64, fact: Fact) -> &mut Self {
        self.next += 1;
        let moment: DateTime<Utc> = at(seconds);
        // Our module tells the millisecond, the others cut their times to the second; a receiver knows when it received.
        let cut = if self.witness.grants { 0 } else { moment.timestamp_subsec_millis().into() };
        self.signals.push(Signal {
            key: format!("{}", self.next),
            room: RoomName::parse("konsultaciya-23dec-a1b2c3").expect("a name"),
            place,
            reporter: Arc::from(self.reporter),
            at: moment,
            said_at: moment - Duration::milliseconds(cut) + self.skew,
            order: if self.witness.grants { self.next } else { 0 },
            received_at: moment,
            witness: self.witness,
            fact,
        });
        self
    }

    pub fn joins(&mut self, seconds: f64, occupant: &Occupant) -> &mut Self {
        self.say(seconds, Fact::Joined(occupant.clone()))
    }

    pub fn leaves(&mut self, seconds: f64, occupant: &Occupant, reason: LeaveReason) -> &mut Self {
        // The name is gone at the departure.
        let occupant = Occupant { name: None, ..occupant.clone() };
        self.say(seconds, Fact::Left { occupant, reason })
    }

    pub fn granted(&mut self, seconds: f64, occupant: &Occupant) -> &mut Self {
        self.say(seconds, Fact::Granted(occupant.clone()))
    }

    pub fn pressed(&mut self, seconds: f64) -> &mut Self {
        self.say(seconds, Fact::PressedJoin);
        let press = self.signals.last_mut().expect("a press");
        press.reporter = Arc::from("desktop");
        self
    }

    pub fn play(&self, plan: &Plan) -> Vec<String> {
        play(plan, self.signals.clone()).words()
    }
}
