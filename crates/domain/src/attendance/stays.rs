//! From signals to stays: one connection in one place, from its arrival to its departure.

use super::moments::Moment;
use crate::{Address, Fact, LeaveReason, Occupant, Sensitive, Signal, SignalPlace, StayKey, Timestamp, TokenUser, Witness};
use chrono::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One connection in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stay {
    /// The reporter's key of the stay; where it has none, the address with when it came and went by the reporter's clock.
    pub keys: Vec<String>,
    pub address: Address,
    pub place: SignalPlace,
    pub reporter: Arc<str>,
    /// `None` when the arrival was never reported.
    pub start: Option<Timestamp>,
    pub end: Option<End>,
    /// Names with the time each was given, oldest first.
    pub names: Vec<(Timestamp, Sensitive<String>)>,
    pub token: Option<TokenUser>,
    pub account: bool,
    pub granted: bool,
    pub losses: Vec<Loss>,
    pub witness: Witness,
    /// When we first heard of it. It also decides between arrivals of the same second.
    pub heard_at: Timestamp,
    /// When a snapshot last showed it.
    seen_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub at: Timestamp,
    pub reason: LeaveReason,
    /// By our clock: so long is waited from here.
    pub learned_at: Timestamp,
}

/// A lost line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loss {
    pub at: Timestamp,
    pub learned_at: Timestamp,
    pub is_over: bool,
}

impl Stay {
    /// The earliest moment that is known of it.
    pub fn from(&self) -> Timestamp {
        self.start.or(self.end.map(|end| end.at)).unwrap_or(self.heard_at)
    }

    pub fn covers(&self, moment: Timestamp) -> bool {
        self.from() <= moment && self.end.is_none_or(|end| moment < end.at)
    }

    /// The names it had, in one case.
    pub fn folded_names(&self) -> impl Iterator<Item = String> + '_ {
        self.names.iter().map(|(_, name)| name.reveal().to_lowercase())
    }

    /// Nameless ones share none.
    pub fn shares_name(&self, other: &Self) -> bool {
        self.folded_names().any(|name| other.folded_names().any(|its| its == name))
    }

    fn new(key: String, occupant: &Occupant, signal: &Signal) -> Self {
        Self {
            keys: vec![key],
            address: occupant.address.clone(),
            place: signal.place.clone(),
            reporter: Arc::clone(&signal.reporter),
            start: None,
            end: None,
            names: Vec::new(),
            token: None,
            account: false,
            granted: false,
            losses: Vec::new(),
            witness: signal.witness,
            heard_at: signal.received_at,
            seen_at: None,
        }
    }

    fn learn(&mut self, occupant: &Occupant, moment: &Moment<'_>) {
        if let Some(name) = occupant.name.as_ref().filter(|name| !name.reveal().is_empty()) {
            self.names.push((moment.at, name.clone()));
        }
        if let Some(token) = &occupant.token {
            self.token = Some(token.clone());
        }
        self.account |= occupant.account;
        // What was granted once stays a proof of who it is, whatever later reports leave out.
        self.granted |= occupant.granted;
        self.heard_at = self.heard_at.min(moment.signal.received_at);
    }

    fn starts(&mut self, at: Timestamp) {
        self.start = Some(self.start.map_or(at, |known| known.min(at)));
    }

    fn ends(&mut self, at: Timestamp, reason: LeaveReason, learned_at: Timestamp) {
        if self.end.is_none_or(|end| at < end.at) && self.seen_at.is_none_or(|seen| seen <= at) {
            self.end = Some(End { at, reason, learned_at });
        }
    }

    /// Whoever is seen has not left before, whatever was said.
    fn is_seen(&mut self, at: Timestamp) {
        self.seen_at = self.seen_at.max(Some(at));
        self.end = self.end.filter(|end| end.at > at);
    }
}

/// All stays that the signals speak of, in the order of their beginnings.
pub(super) fn from_moments(moments: &[Moment<'_>]) -> Vec<Stay> {
    let mut stays = keyed(moments);
    stays.extend(paired(moments));
    for stay in &mut stays {
        stay.names.sort_by_key(|(at, _)| *at);
        stay.names.dedup_by(|later, earlier| later.1 == earlier.1);
    }
    close_with_rooms(&mut stays, moments);
    stays.sort_by(|a, b| (a.from(), a.heard_at, &a.keys).cmp(&(b.from(), b.heard_at, &b.keys)));
    stays
}

/// Stays of reporters that name each stay.
fn keyed(moments: &[Moment<'_>]) -> Vec<Stay> {
    let mut stays: BTreeMap<&StayKey, Stay> = BTreeMap::new();
    for moment in moments {
        for (occupant, effect) in effects(&moment.signal.fact) {
            let Some(key) = &occupant.stay else { continue };
            let stay = stays.entry(key).or_insert_with(|| Stay::new(key.0.clone(), occupant, moment.signal));
            stay.learn(occupant, moment);
            if let Some(joined_at) = occupant.joined_at {
                stay.starts(moment.also(joined_at).min(moment.at));
            }
            apply(stay, effect, moment);
        }
        if let Fact::Snapshot(occupants) = &moment.signal.fact {
            close_absent(&mut stays, occupants, moment);
        }
    }
    stays.into_values().collect()
}

/// What a signal does to one occupant's stay.
#[derive(Clone, Copy)]
enum Effect {
    Arrives,
    Leaves(LeaveReason),
    IsSeen,
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
            let line = |occupant: &Occupant| if occupant.line_lost { Effect::LosesLine } else { Effect::IsBack };
            occupants.iter().flat_map(|occupant| [(occupant, Effect::IsSeen), (occupant, line(occupant))]).collect()
        }
        Fact::RoomOpened | Fact::RoomClosed { .. } | Fact::KeeperCame | Fact::KeeperLeft | Fact::PressedJoin => Vec::new(),
    }
}

fn apply(stay: &mut Stay, effect: Effect, moment: &Moment<'_>) {
    let (at, learned_at) = (moment.at, moment.signal.received_at);
    let open_loss = stay.losses.last_mut().filter(|loss| !loss.is_over);
    match effect {
        Effect::Arrives => stay.starts(at),
        Effect::IsSeen => {
            // A snapshot sees people who came earlier: it proves only that they are here by then.
            if stay.start.is_none() {
                stay.starts(at);
            }
            stay.is_seen(at);
        }
        Effect::IsNamed => {}
        Effect::Leaves(reason) => stay.ends(at, reason, learned_at),
        Effect::IsGranted => stay.granted = true,
        Effect::LosesLine if open_loss.is_none() => stay.losses.push(Loss { at, learned_at, is_over: false }),
        Effect::LosesLine => {}
        Effect::IsBack => {
            if let Some(loss) = open_loss {
                loss.is_over = true;
            }
        }
    }
}

/// Whoever a snapshot of their place does not show has left by then, only nobody said so.
fn close_absent(stays: &mut BTreeMap<&StayKey, Stay>, shown: &[Occupant], moment: &Moment<'_>) {
    let signal = moment.signal;
    for (key, stay) in stays {
        let same_place = stay.reporter == signal.reporter && stay.place == signal.place;
        let is_shown = || shown.iter().any(|occupant| occupant.stay.as_ref() == Some(*key));
        if same_place && stay.covers(moment.at) && stay.from() < moment.at && !is_shown() {
            stay.ends(moment.at, LeaveReason::Unknown, signal.received_at);
        }
    }
}

/// Stays of reporters that only give addresses: arrivals and departures of one address are paired by their times.
/// Within one second (the reporters' resolution) they alternate from what was the case before.
fn paired(moments: &[Moment<'_>]) -> Vec<Stay> {
    let mut by_address: BTreeMap<(&Address, &SignalPlace, &str), Vec<&Moment<'_>>> = BTreeMap::new();
    for moment in moments {
        let signal = moment.signal;
        if let Fact::Joined(occupant) | Fact::Left { occupant, .. } = &signal.fact
            && occupant.stay.is_none()
        {
            by_address.entry((&occupant.address, &signal.place, &signal.reporter)).or_default().push(moment);
        }
    }
    by_address.into_values().flat_map(|moments| pair(&moments)).collect()
}

fn pair(moments: &[&Moment<'_>]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for same_moment in moments.chunk_by(|a, b| a.at == b.at) {
        let (mut arrivals, mut departures): (Vec<&Moment<'_>>, Vec<&Moment<'_>>) =
            same_moment.iter().partition(|moment| matches!(moment.signal.fact, Fact::Joined(_)));
        loop {
            let inside = stays.last().is_some_and(|stay| stay.end.is_none());
            let next =
                if inside { departures.pop().or_else(|| arrivals.pop()) } else { arrivals.pop().or_else(|| departures.pop()) };
            match next {
                Some(moment) => step(&mut stays, moment, inside),
                None => break,
            }
        }
    }
    stays
}

fn step(stays: &mut Vec<Stay>, moment: &Moment<'_>, inside: bool) {
    let (signal, learned_at) = (moment.signal, moment.signal.received_at);
    let (Fact::Joined(occupant) | Fact::Left { occupant, .. }) = &signal.fact else { return };
    let key = format!("{}#{}", occupant.address.0, signal.said_at.timestamp_millis());
    let fresh = || {
        let mut stay = Stay::new(key.clone(), occupant, signal);
        stay.learn(occupant, moment);
        stay
    };
    match (&signal.fact, stays.last_mut()) {
        // An arrival while inside: the departure between was lost, and the person is here all the same.
        (Fact::Joined(_), Some(stay)) if inside => stay.learn(occupant, moment),
        (Fact::Joined(_), _) => {
            let mut stay = fresh();
            stay.starts(moment.at);
            stays.push(stay);
        }
        (Fact::Left { reason, .. }, Some(stay)) if inside => {
            stay.keys.push(key);
            stay.ends(moment.at, *reason, learned_at);
        }
        // A second departure: the later one is the real one.
        (Fact::Left { reason, .. }, Some(stay)) => {
            stay.keys.push(key);
            stay.end = Some(End { at: moment.at, reason: *reason, learned_at });
        }
        (Fact::Left { reason, .. }, None) => {
            let mut stay = fresh();
            stay.ends(moment.at, *reason, learned_at);
            stays.push(stay);
        }
        _ => {}
    }
}

/// A room that closes has nobody in it; a room that opens anew had nobody left (Prosody was killed).
fn close_with_rooms(stays: &mut [Stay], moments: &[Moment<'_>]) {
    let keeper_is_reported = moments.iter().any(|moment| matches!(moment.signal.fact, Fact::KeeperCame | Fact::KeeperLeft));
    for moment in moments {
        let (signal, at) = (moment.signal, moment.at);
        let believed = !(signal.witness.vague_rooms && keeper_is_reported);
        let (reason, before) = match &signal.fact {
            Fact::RoomClosed { ended: true } => (LeaveReason::Ended, at),
            Fact::RoomClosed { ended: false } if believed || somebody_left_about(moments, at) => (LeaveReason::Unknown, at),
            // The first occupant's arrival is reported just before the room's creation.
            Fact::RoomOpened if believed => (LeaveReason::Unknown, at - Duration::seconds(1)),
            Fact::KeeperCame => (LeaveReason::Unknown, at - Duration::seconds(1)),
            _ => continue,
        };
        let closes = matches!(signal.fact, Fact::RoomClosed { .. });
        for stay in stays.iter_mut().filter(|stay| stay.place == signal.place && stay.end.is_none()) {
            let same_moment = closes && stay.from() == before && stay.heard_at <= signal.received_at;
            if stay.from() < before || same_moment {
                stay.ends(before.max(stay.from()), reason, signal.received_at);
            }
        }
    }
}

/// A room only closes when its last occupant has gone, the keeper at the latest; one with breakout rooms, 5 s later.
fn somebody_left_about(moments: &[Moment<'_>], closed_at: Timestamp) -> bool {
    let leaves = |moment: &&Moment<'_>| {
        matches!(moment.signal.fact, Fact::KeeperLeft | Fact::Left { .. }) && moment.signal.place == SignalPlace::Room
    };
    let about = |at: Timestamp| at >= closed_at - Duration::seconds(10) && at <= closed_at + Duration::seconds(2);
    moments.iter().filter(leaves).any(|moment| about(moment.at))
}
