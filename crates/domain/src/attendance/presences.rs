//! From people's stays to presences: the time somebody was there, across gaps too short to be an absence.

use super::people::{Person, has_login};
use super::stays::{End, Stay};
use super::{GRANT_WITHIN, LINE_LOST_AFTER, Plan, RETURN_WITHIN};
use crate::{LeaveReason, Proof, Sensitive, SignalPlace, Timestamp};
use chrono::Duration;

/// A time during which one person was there: at the door, in the room or in a breakout room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Presence {
    /// Whose it is: equal for all presences of one person.
    pub person: usize,
    pub is_specialist: bool,
    pub proof: Proof,
    /// Keys of the stays it is made of, the first one first.
    pub keys: Vec<String>,
    pub from: Timestamp,
    /// When the lobby was entered, if that was before the room.
    pub waits_since: Option<Timestamp>,
    /// When the room was entered; `None` when it never was, or the arrival was never reported.
    pub in_room_since: Option<Timestamp>,
    /// The arrival was reported at all.
    pub arrival_known: bool,
    /// This person was in the consultation before; known once it is known which that is.
    pub again: bool,
    pub name: Sensitive<String>,
    pub end: Option<End>,
    /// The end is certain by now.
    pub is_over: bool,
    /// The line of every connection has been lost for long enough to mention.
    pub line_lost_since: Option<Timestamp>,
    pub losses: usize,
    /// A proof may still come: nothing is told yet.
    pub awaits_proof: bool,
    pub look_again_at: Option<Timestamp>,
    /// Seconds a specialist's presence shared with a client's of the same consultation.
    pub together: u32,
}

impl Presence {
    /// In the room now, or in a gap that may still be none.
    pub fn stands_in_room(&self) -> bool {
        self.in_room_since.is_some() && !self.is_over
    }

    /// Was in the room at this moment.
    pub fn stands_at(&self, moment: Timestamp) -> bool {
        self.in_room_since.is_some_and(|since| since <= moment) && self.end.is_none_or(|end| moment < end.at)
    }

    pub fn holds(&self, about: &str, at: Timestamp) -> bool {
        let slack = Duration::seconds(1);
        self.keys.iter().any(|key| key == about) && at >= self.from - slack && self.end.is_none_or(|end| at <= end.at + slack)
    }
}

/// How long after the end of a stay a new one still continues it.
pub(super) fn returns_within(stay: &Stay) -> Duration {
    match stay.end.map(|end| end.reason) {
        // Whoever is let in from the lobby leaves it first or a moment later.
        Some(LeaveReason::HungUp) if stay.place == SignalPlace::Lobby => Duration::seconds(5),
        Some(LeaveReason::Closed | LeaveReason::Moved | LeaveReason::Unknown) => RETURN_WITHIN,
        // Said by the one who left, by the moderator, or waited for by the server already.
        Some(LeaveReason::HungUp | LeaveReason::Kicked | LeaveReason::Ended | LeaveReason::Lost) | None => Duration::zero(),
    }
}

pub(super) fn of(plan: &Plan, stays: &[Stay], people: &[Person], now: Timestamp) -> Vec<Presence> {
    let mut presences: Vec<Presence> = people
        .iter()
        .enumerate()
        .flat_map(|(index, person)| {
            of_person(plan, stays, person, now).into_iter().map(move |presence| Presence { person: index, ..presence })
        })
        .collect();
    presences.sort_by(|a, b| (a.from, &a.keys).cmp(&(b.from, &b.keys)));
    presences
}

fn of_person(plan: &Plan, stays: &[Stay], person: &Person, now: Timestamp) -> Vec<Presence> {
    let mut own: Vec<&Stay> = person.stays.iter().map(|index| &stays[*index]).collect();
    own.sort_by_key(|stay| stay.from());
    let mut runs: Vec<Vec<&Stay>> = Vec::new();
    for stay in own {
        match runs.last_mut() {
            Some(run) if continues(run, stay) => run.push(stay),
            _ => runs.push(vec![stay]),
        }
    }
    runs.iter().map(|run| presence(plan, person, run, now)).collect()
}

pub(super) fn continues(run: &[&Stay], next: &Stay) -> bool {
    run.iter().any(|stay| stay.end.is_none_or(|end| next.from() <= end.at + returns_within(stay)))
}

fn presence(plan: &Plan, person: &Person, run: &[&Stay], now: Timestamp) -> Presence {
    let earliest =
        |lobby: bool| run.iter().filter(|stay| (stay.place == SignalPlace::Lobby) == lobby).filter_map(|stay| stay.start).min();
    let in_room_since = earliest(false);
    let end = end_of(run);
    let certain_at = end.map(|(end, stay)| end.at + returns_within(stay));
    let line_lost_at = lost_since(run);
    let line_lost_since = line_lost_at.filter(|since| now >= *since + LINE_LOST_AFTER);
    let proof_until = proof_may_come_until(plan, person, run);
    let is_over = certain_at.is_some_and(|certain| now >= certain);
    let wishes = [
        certain_at.filter(|_| !is_over),
        line_lost_at.filter(|_| end.is_none()).map(|since| since + LINE_LOST_AFTER).filter(|at| *at > now),
        proof_until.filter(|until| *until > now),
    ];
    let named = |stay: &&Stay| stay.names.last().cloned();
    Presence {
        person: 0,
        is_specialist: person.is_specialist,
        proof: person.proof,
        keys: run.iter().map(|stay| stay.key.clone()).collect(),
        from: run[0].from(),
        waits_since: earliest(true).filter(|waits| in_room_since.is_none_or(|room| *waits < room)),
        in_room_since,
        arrival_known: run.iter().any(|stay| stay.start.is_some()),
        again: false,
        name: run.iter().filter_map(named).max_by_key(|(at, _)| *at).map(|(_, name)| name).unwrap_or_default(),
        end: end.map(|(end, _)| end),
        is_over,
        line_lost_since: line_lost_since.filter(|_| end.is_none()),
        losses: run.iter().map(|stay| stay.losses.len()).sum::<usize>() + breaks(run),
        awaits_proof: proof_until.is_some_and(|until| until > now) && !is_over,
        look_again_at: wishes.into_iter().flatten().min(),
        together: 0,
    }
}

/// The last departure, when every stay has one.
fn end_of<'a>(run: &[&'a Stay]) -> Option<(End, &'a Stay)> {
    if run.iter().any(|stay| stay.end.is_none()) {
        return None;
    }
    run.iter().filter_map(|stay| stay.end.map(|end| (end, *stay))).max_by_key(|(end, _)| end.at)
}

/// Since when no connection of the person has a line.
fn lost_since(run: &[&Stay]) -> Option<Timestamp> {
    let open = run.iter().filter(|stay| stay.end.is_none());
    let losses: Option<Vec<Timestamp>> =
        open.map(|stay| stay.losses.last().filter(|loss| loss.1.is_none()).map(|loss| loss.0)).collect();
    losses?.into_iter().max()
}

/// Departures that the next arrival turned out to undo.
fn breaks(run: &[&Stay]) -> usize {
    let same_place = |pair: &&[&Stay]| pair[0].place == pair[1].place && pair[0].end.is_some_and(|end| end.at <= pair[1].from());
    run.windows(2).filter(same_place).count()
}

/// Until when a grant may still show that an unproven arrival is the specialist. Whoever has knocked at the lobby is none.
fn proof_may_come_until(plan: &Plan, person: &Person, run: &[&Stay]) -> Option<Timestamp> {
    if person.proof != Proof::None || run.iter().any(|stay| stay.place == SignalPlace::Lobby) {
        return None;
    }
    let awaiting = run.iter().filter(|stay| stay.witness.grants && has_login(plan, stay));
    awaiting.filter_map(|stay| stay.start).min().map(|start| start + GRANT_WITHIN)
}

/// The time in the room.
pub(super) fn span(presence: &Presence, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    presence.in_room_since.map(|since| (since, presence.end.map_or(now, |end| end.at)))
}

pub(super) fn shared_seconds(own: (Timestamp, Timestamp), others: &[(Timestamp, Timestamp)]) -> u32 {
    let mut overlaps: Vec<(Timestamp, Timestamp)> =
        others.iter().map(|other| (own.0.max(other.0), own.1.min(other.1))).filter(|(from, to)| from < to).collect();
    overlaps.sort();
    let mut total = Duration::zero();
    let mut reached = own.0;
    for (from, to) in overlaps {
        total += (to - from.max(reached)).max(Duration::zero());
        reached = reached.max(to);
    }
    u32::try_from(total.num_seconds()).unwrap_or(0)
}
