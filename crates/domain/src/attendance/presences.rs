//! From people's stays to presences: the time somebody was there, across gaps too short to be an absence.

use super::people::Person;
use super::standing::expects_grant;
use super::stays::{End, Loss, Stay};
use super::{GRANT_WITHIN, LINE_LOST_AFTER, Plan, RETURN_WITHIN, press};
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
    /// Every name it had, in one case.
    pub folded_names: Vec<String>,
    pub end: Option<End>,
    /// The end is certain by now.
    pub is_over: bool,
    /// The end is known, and not yet certain: whoever is back soon has not been away.
    pub may_return: bool,
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

    /// Under one name they are one person, as far as anybody can tell by looking back.
    pub fn is_of_same(&self, other: &Self) -> bool {
        let namesakes = || self.folded_names.iter().any(|name| other.folded_names.contains(name));
        self.person == other.person || (!self.is_specialist && !other.is_specialist && namesakes())
    }

    /// Whether something told about a stay is about this presence.
    pub fn holds(&self, about: &str) -> bool {
        self.keys.iter().any(|key| key == about)
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

pub(super) fn of(plan: &Plan, stays: &[Stay], people: &[Person], presses: &[Timestamp], now: Timestamp) -> Vec<Presence> {
    let look = Look { plan, presses, now };
    let mut presences: Vec<Presence> = people
        .iter()
        .enumerate()
        .flat_map(|(index, person)| {
            look.person(stays, person).into_iter().map(move |presence| Presence { person: index, ..presence })
        })
        .collect();
    presences.sort_by(|a, b| (a.from, &a.keys).cmp(&(b.from, &b.keys)));
    presences
}

/// What a look at a room goes by.
struct Look<'a> {
    plan: &'a Plan,
    presses: &'a [Timestamp],
    now: Timestamp,
}

/// Stays of a person that are one presence, each with its own proof.
type Run<'a> = Vec<(&'a Stay, Proof)>;

impl Look<'_> {
    fn person(&self, stays: &[Stay], person: &Person) -> Vec<Presence> {
        let mut own: Run<'_> = person.stays.iter().map(|(index, proof)| (&stays[*index], *proof)).collect();
        own.sort_by_key(|(stay, _)| stay.from());
        let mut runs: Vec<Run<'_>> = Vec::new();
        for stay in own {
            match runs.last_mut() {
                Some(run) if continues(run, stay.0) => run.push(stay),
                _ => runs.push(vec![stay]),
            }
        }
        let mut presences: Vec<Presence> = Vec::with_capacity(runs.len());
        let last = runs.len() - 1;
        for (index, run) in runs.into_iter().enumerate() {
            let mut presence = self.presence(person, &run, index < last);
            if let Some(earlier) = presences.last() {
                // Without a proof of its own it continues one that had it.
                presence.proof = if presence.proof == Proof::None { earlier.proof } else { presence.proof };
            }
            presences.push(presence);
        }
        presences
    }

    fn presence(&self, person: &Person, run: &[(&Stay, Proof)], came_again: bool) -> Presence {
        let now = self.now;
        let stays = || run.iter().map(|(stay, _)| *stay);
        let earliest =
            |lobby: bool| stays().filter(|stay| (stay.place == SignalPlace::Lobby) == lobby).filter_map(|stay| stay.start).min();
        let in_room_since = earliest(false);
        let proof = run.iter().map(|(_, proof)| *proof).max().unwrap_or(Proof::None);
        let end = end_of(run);
        // Everything is waited for from when we learned of it, by our clock. Who came again too late has been away.
        let certain_at = end.map(|(end, stay)| end.learned_at + returns_within(stay));
        let is_over = certain_at.is_some_and(|certain| came_again || now >= certain);
        let lost = lost_since(run).filter(|_| end.is_none());
        let told_lost_at = lost.map(|loss| loss.learned_at + LINE_LOST_AFTER);
        let proof_until = self.proof_may_come_until(run, proof);
        let wishes = [certain_at.filter(|_| !is_over), told_lost_at, proof_until];
        let named = |stay: &Stay| stay.names.last().cloned();
        Presence {
            person: 0,
            is_specialist: person.is_specialist,
            proof,
            keys: stays().flat_map(|stay| stay.keys.iter().cloned()).collect(),
            from: run[0].0.from(),
            waits_since: earliest(true).filter(|waits| in_room_since.is_none_or(|room| *waits < room)),
            in_room_since,
            arrival_known: stays().any(|stay| stay.start.is_some()),
            again: false,
            name: stays().filter_map(named).max_by_key(|(at, _)| *at).map(|(_, name)| name).unwrap_or_default(),
            folded_names: stays().flat_map(Stay::folded_names).collect(),
            end: end.map(|(end, _)| end),
            is_over,
            may_return: end.is_some() && !is_over,
            line_lost_since: lost.filter(|_| told_lost_at.is_some_and(|moment| now >= moment)).map(|loss| loss.at),
            losses: stays().map(|stay| stay.losses.len()).sum::<usize>() + breaks(run),
            awaits_proof: proof_until.is_some_and(|until| until > now) && !is_over,
            look_again_at: wishes.into_iter().flatten().filter(|moment| *moment > now).min(),
            together: 0,
        }
    }

    /// Until when a better proof may still show that an arrival is the specialist's.
    fn proof_may_come_until(&self, run: &[(&Stay, Proof)], proof: Proof) -> Option<Timestamp> {
        if proof > Proof::PressedJoin {
            return None;
        }
        let mut arrivals = run.iter().map(|(stay, _)| *stay).filter(|stay| stay.start.is_some());
        let heard_at = arrivals.clone().map(|stay| stay.heard_at).min()?;
        let may_come = if run.iter().any(|(stay, _)| stay.place == SignalPlace::Lobby) {
            // Only whoever has pressed *Join* may still turn out to be let straight in.
            press::is_awaited(self.presses, heard_at)
        } else if run.iter().any(|(stay, _)| stay.witness.grants) {
            arrivals.any(|stay| expects_grant(self.plan, stay))
        } else {
            // This reporter tells of no grants, but another may do so at any moment.
            self.plan.grants_expected && arrivals.all(|stay| stay.token.is_none())
        };
        may_come.then_some(heard_at + GRANT_WITHIN)
    }
}

pub(super) fn continues(run: &[(&Stay, Proof)], next: &Stay) -> bool {
    run.iter().any(|(stay, _)| stay.end.is_none_or(|end| next.from() <= end.at + returns_within(stay)))
}

/// Two reporters tell of one departure this far apart at most.
const TOLD_TWICE_WITHIN: Duration = Duration::seconds(5);

/// The last departure, when every stay has one. Where two reporters told of it, the one that says most: a departure with
/// its reason needs no waiting for a return.
fn end_of<'a>(run: &[(&'a Stay, Proof)]) -> Option<(End, &'a Stay)> {
    let ends: Option<Vec<(End, &Stay)>> = run.iter().map(|(stay, _)| stay.end.map(|end| (end, *stay))).collect();
    let ends = ends?;
    let (last, of) = *ends.iter().max_by_key(|(end, _)| end.at)?;
    let same = |(end, stay): &&(End, &Stay)| {
        *stay == of
            || (stay.address.bare() == of.address.bare() && stay.reporter != of.reporter && last.at - end.at <= TOLD_TWICE_WITHIN)
    };
    ends.iter().filter(same).min_by_key(|(end, stay)| (returns_within(stay), std::cmp::Reverse(end.at))).copied()
}

/// The loss since which no connection of the person has a line.
fn lost_since(run: &[(&Stay, Proof)]) -> Option<Loss> {
    let open = run.iter().filter(|(stay, _)| stay.end.is_none());
    let losses: Option<Vec<Loss>> = open.map(|(stay, _)| stay.losses.last().filter(|loss| !loss.is_over).copied()).collect();
    losses?.into_iter().max_by_key(|loss| loss.at)
}

/// Departures that the next arrival turned out to undo.
fn breaks(run: &[(&Stay, Proof)]) -> usize {
    let stays: Vec<&Stay> = run.iter().map(|(stay, _)| *stay).collect();
    let same_place = |pair: &&[&Stay]| pair[0].place == pair[1].place && pair[0].end.is_some_and(|end| end.at <= pair[1].from());
    stays.windows(2).filter(same_place).count()
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
