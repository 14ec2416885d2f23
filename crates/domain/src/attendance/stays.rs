//! From signals to stays: one connection in one place, from its arrival to its departure.

use crate::{Address, Fact, LeaveReason, Occupant, Sensitive, Signal, SignalPlace, StayKey, Timestamp, Witness};
use chrono::Duration;
use std::collections::BTreeMap;

/// One connection in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stay {
    /// The reporter's key of the stay, or the address where it has none.
    pub key: String,
    pub address: Address,
    pub place: SignalPlace,
    /// `None` when the arrival was never reported.
    pub start: Option<Timestamp>,
    pub end: Option<End>,
    /// Names with the time each was given, oldest first.
    pub names: Vec<(Timestamp, Sensitive<String>)>,
    pub token: Option<String>,
    pub account: bool,
    pub granted: bool,
    /// When the line was lost, and when it came back.
    pub losses: Vec<(Timestamp, Option<Timestamp>)>,
    pub witness: Witness,
    /// When the arrival was received: decides between arrivals of the same second.
    pub received_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub at: Timestamp,
    pub reason: LeaveReason,
}

impl Stay {
    /// The earliest moment that is known of it.
    pub fn from(&self) -> Timestamp {
        self.start.or(self.end.map(|end| end.at)).unwrap_or(self.received_at)
    }

    pub fn covers(&self, moment: Timestamp) -> bool {
        self.from() <= moment && self.end.is_none_or(|end| moment < end.at)
    }

    fn new(key: String, place: SignalPlace, occupant: &Occupant, signal: &Signal) -> Self {
        Self {
            key,
            address: occupant.address.clone(),
            place,
            start: None,
            end: None,
            names: Vec::new(),
            token: None,
            account: false,
            granted: false,
            losses: Vec::new(),
            witness: signal.witness,
            received_at: signal.received_at,
        }
    }

    fn learn(&mut self, occupant: &Occupant, at: Timestamp) {
        if let Some(name) = occupant.name.as_ref().filter(|name| !name.reveal().is_empty()) {
            self.names.push((at, name.clone()));
        }
        if let Some(token) = &occupant.token {
            self.token = Some(token.id.clone());
        }
        self.account |= occupant.account;
    }

    fn starts(&mut self, at: Timestamp, received_at: Timestamp) {
        self.start = Some(self.start.map_or(at, |known| known.min(at)));
        self.received_at = self.received_at.min(received_at);
    }

    fn ends(&mut self, at: Timestamp, reason: LeaveReason) {
        if self.end.is_none_or(|end| at < end.at) {
            self.end = Some(End { at, reason });
        }
    }
}

/// All stays that the signals speak of, in the order of their beginnings.
pub(super) fn from_signals(signals: &[Signal]) -> Vec<Stay> {
    let mut sorted: Vec<&Signal> = signals.iter().collect();
    sorted.sort_by(|a, b| (a.at, a.order, &a.key).cmp(&(b.at, b.order, &b.key)));
    sorted.dedup_by(|a, b| a.key == b.key && a.at == b.at);

    let mut stays = keyed(&sorted);
    stays.extend(paired(&sorted));
    for stay in &mut stays {
        stay.names.sort_by_key(|(at, _)| *at);
        stay.names.dedup_by(|later, earlier| later.1 == earlier.1);
    }
    close_with_rooms(&mut stays, &sorted);
    stays.sort_by(|a, b| (a.from(), a.received_at, &a.key).cmp(&(b.from(), b.received_at, &b.key)));
    stays
}

/// Stays of reporters that name each stay.
fn keyed(signals: &[&Signal]) -> Vec<Stay> {
    let mut stays: BTreeMap<&StayKey, Stay> = BTreeMap::new();
    for signal in signals {
        for (occupant, effect) in effects(&signal.fact) {
            let Some(key) = &occupant.stay else { continue };
            let stay = stays.entry(key).or_insert_with(|| Stay::new(key.0.clone(), signal.place, occupant, signal));
            stay.learn(occupant, signal.at);
            if let Some(joined_at) = occupant.joined_at {
                stay.starts(joined_at.min(signal.at), signal.received_at);
            }
            apply(stay, effect, signal);
        }
    }
    let mut stays: Vec<Stay> = stays.into_values().collect();
    close_absent(&mut stays, signals);
    stays
}

/// What a signal does to one occupant's stay.
#[derive(Clone, Copy)]
enum Effect {
    Arrives,
    Leaves(LeaveReason),
    IsNamed,
    IsGranted,
    LosesLine,
    IsBack,
}

fn effects(fact: &Fact) -> Vec<(&Occupant, Effect)> {
    match fact {
        Fact::Joined(occupant) => vec![(occupant, Effect::Arrives)],
        Fact::Left { occupant, reason } => vec![(occupant, Effect::Leaves(*reason))],
        Fact::Named(occupant) => vec![(occupant, Effect::IsNamed)],
        Fact::Granted(occupant) => vec![(occupant, Effect::IsGranted)],
        Fact::LineLost(occupant) => vec![(occupant, Effect::LosesLine)],
        Fact::LineBack(occupant) => vec![(occupant, Effect::IsBack)],
        Fact::Snapshot(occupants) => {
            let effect = |occupant: &Occupant| if occupant.line_lost { Effect::LosesLine } else { Effect::IsBack };
            occupants.iter().flat_map(|occupant| [(occupant, Effect::Arrives), (occupant, effect(occupant))]).collect()
        }
        Fact::RoomOpened | Fact::RoomClosed { .. } | Fact::KeeperCame | Fact::KeeperLeft | Fact::PressedJoin => Vec::new(),
    }
}

fn apply(stay: &mut Stay, effect: Effect, signal: &Signal) {
    let open_loss = stay.losses.last_mut().filter(|loss| loss.1.is_none());
    match effect {
        // A snapshot sees people who came earlier: it proves only that they are here by then.
        Effect::Arrives if stay.start.is_none() || matches!(signal.fact, Fact::Joined(_)) => {
            stay.starts(signal.at, signal.received_at);
        }
        Effect::Arrives | Effect::IsNamed => {}
        Effect::Leaves(reason) => stay.ends(signal.at, reason),
        Effect::IsGranted => stay.granted = true,
        Effect::LosesLine if open_loss.is_none() => stay.losses.push((signal.at, None)),
        Effect::LosesLine => {}
        Effect::IsBack => {
            if let Some(loss) = open_loss {
                loss.1 = Some(signal.at);
            }
        }
    }
}

/// Whoever a snapshot does not show has left by then, only nobody said so.
fn close_absent(stays: &mut [Stay], signals: &[&Signal]) {
    for signal in signals {
        let Fact::Snapshot(occupants) = &signal.fact else { continue };
        for stay in stays.iter_mut() {
            let same_reporter = stay.witness.grants == signal.witness.grants && stay.place == signal.place;
            let shown = occupants.iter().any(|occupant| occupant.stay.as_ref().is_some_and(|key| key.0 == stay.key));
            if same_reporter && !shown && stay.covers(signal.at) && stay.from() < signal.at {
                stay.ends(signal.at, LeaveReason::Unknown);
            }
        }
    }
}

/// Stays of reporters that only give addresses: arrivals and departures of one address are paired by their times.
/// Within one second (the reporters' resolution) they alternate from what was the case before.
fn paired(signals: &[&Signal]) -> Vec<Stay> {
    let mut by_address: BTreeMap<(&Address, u8), Vec<&Signal>> = BTreeMap::new();
    for signal in signals {
        if let Fact::Joined(occupant) | Fact::Left { occupant, .. } = &signal.fact
            && occupant.stay.is_none()
        {
            by_address.entry((&occupant.address, signal.place.rank())).or_default().push(signal);
        }
    }
    by_address.into_values().flat_map(|signals| pair(&signals)).collect()
}

fn pair(signals: &[&Signal]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for same_moment in signals.chunk_by(|a, b| a.at == b.at) {
        let (mut arrivals, mut departures): (Vec<&Signal>, Vec<&Signal>) =
            same_moment.iter().partition(|signal| matches!(signal.fact, Fact::Joined(_)));
        loop {
            let inside = stays.last().is_some_and(|stay| stay.end.is_none());
            let next =
                if inside { departures.pop().or_else(|| arrivals.pop()) } else { arrivals.pop().or_else(|| departures.pop()) };
            match next {
                Some(signal) => step(&mut stays, signal, inside),
                None => break,
            }
        }
    }
    stays
}

fn step(stays: &mut Vec<Stay>, signal: &Signal, inside: bool) {
    match (&signal.fact, stays.last_mut()) {
        // An arrival while inside: the departure between was lost, and the person is here all the same.
        (Fact::Joined(occupant), Some(stay)) if inside => stay.learn(occupant, signal.at),
        (Fact::Joined(occupant), _) => {
            let mut stay = Stay::new(occupant.address.0.clone(), signal.place, occupant, signal);
            stay.learn(occupant, signal.at);
            stay.starts(signal.at, signal.received_at);
            stays.push(stay);
        }
        (Fact::Left { reason, .. }, Some(stay)) if inside => stay.ends(signal.at, *reason),
        // A second departure: the later one is the real one.
        (Fact::Left { reason, .. }, Some(stay)) => stay.end = Some(End { at: signal.at, reason: *reason }),
        (Fact::Left { occupant, reason }, None) => {
            let mut stay = Stay::new(occupant.address.0.clone(), signal.place, occupant, signal);
            stay.learn(occupant, signal.at);
            stay.ends(signal.at, *reason);
            stays.push(stay);
        }
        _ => {}
    }
}

/// A room that closes has nobody in it; a room that opens anew had nobody left (Prosody was killed).
fn close_with_rooms(stays: &mut [Stay], signals: &[&Signal]) {
    let keeper_is_reported = signals.iter().any(|signal| matches!(signal.fact, Fact::KeeperCame | Fact::KeeperLeft));
    for signal in signals {
        let believed = !(signal.witness.vague_rooms && keeper_is_reported);
        let (reason, before) = match &signal.fact {
            Fact::RoomClosed { ended: true } => (LeaveReason::Ended, signal.at),
            Fact::RoomClosed { ended: false } if believed || somebody_left_about(signals, signal.at) => {
                (LeaveReason::Unknown, signal.at)
            }
            // The first occupant's arrival is reported just before the room's creation.
            Fact::RoomOpened if believed => (LeaveReason::Unknown, signal.at - Duration::seconds(1)),
            Fact::KeeperCame => (LeaveReason::Unknown, signal.at - Duration::seconds(1)),
            _ => continue,
        };
        let closes = matches!(signal.fact, Fact::RoomClosed { .. });
        for stay in stays.iter_mut().filter(|stay| stay.place == signal.place && stay.end.is_none()) {
            let same_moment = closes && stay.from() == before && stay.received_at <= signal.received_at;
            if stay.from() < before || same_moment {
                stay.ends(signal.at.max(stay.from()), reason);
            }
        }
    }
}

/// A room only closes when its last occupant has gone, the keeper at the latest; one with breakout rooms, 5 s later.
fn somebody_left_about(signals: &[&Signal], moment: Timestamp) -> bool {
    let leaves =
        |signal: &&&Signal| matches!(signal.fact, Fact::KeeperLeft | Fact::Left { .. }) && signal.place == SignalPlace::Room;
    let about = |at: Timestamp| at >= moment - Duration::seconds(10) && at <= moment + Duration::seconds(2);
    signals.iter().filter(leaves).any(|signal| about(signal.at))
}
