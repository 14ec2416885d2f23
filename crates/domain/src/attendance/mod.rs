//! The truth about who is in a room, and what of it is worth telling.
//!
//! [`attend`] looks at *all* signals of a room at once and works in steps, each a file:
//!
//! 0. [`moments`] puts each reporter's signals in the order of its own clock, on ours;
//! 1. [`stays`] pairs arrivals and departures into stays of connections, whatever the order they came in;
//! 2. [`turns`] keeps the specialists who share a room apart;
//! 3. [`people`] finds which stays are one person, and which person is the specialist, with the help of
//!    [`standing`] (what a stay proves by itself) and [`press`] (who answers the press on *Join*);
//! 4. [`presences`] joins the stays of a person across gaps too short to be an absence;
//! 5. [`shares`] gives each presence to its consultation, by the rule in [`owners`];
//! 6. [`tell`] compares that with what was already told of each consultation, and says the difference.
//!
//! Because each step looks at the set of signals and not at their sequence, order, repetition and delay change nothing
//! but the moment at which something can be known. `docs/attendance.md` explains the rules and where they come from.

mod moments;
mod owners;
mod people;
mod presences;
mod press;
mod shares;
mod standing;
mod stays;
mod tell;
mod turns;

use crate::{ConsultationId, EventId, EventKind, Signal, Slot, SpecialistId, Telling, Timestamp, event::Told};
use chrono::Duration;
use owners::Owners;
use presences::Presence;
use shares::Shares;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use standing::Identities;

/// A departure without a stated reason may be a reload: so long it is not told.
/// A reloaded page takes some seconds, and its door asks for a click.
pub const RETURN_WITHIN: Duration = Duration::seconds(15);

/// Where hosts prove an account, the focus grants ownership a moment *after* the join (150 ms measured).
/// So long an arrival that nothing proves is not told, lest the specialist's own arrival alerts.
pub const GRANT_WITHIN: Duration = Duration::seconds(1);

/// The specialist pressed *Join*: whoever comes first from then on is the specialist.
/// The browser, the name page and perhaps a login lie between.
pub const ARRIVE_WITHIN: Duration = Duration::seconds(90);

/// A lost line is mentioned after so long.
pub const LINE_LOST_AFTER: Duration = Duration::seconds(8);

/// A page opened anew by somebody of the same name continues the one whose line was lost no longer ago than this:
/// the server's own patience.
const REOPENS_WITHIN: Duration = Duration::seconds(60);

/// So many losses and reloads within one presence make the line unstable.
pub const UNSTABLE_AFTER: usize = 3;

/// So long after the last departure the same people coming back are coming *again*.
const REMEMBER_FOR: Duration = Duration::hours(2);

/// What is known of a specialist beside the signals of a room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub specialist: Option<SpecialistId>,
    /// Token user ids and accounts that are the specialist's.
    pub own: Identities,
    /// The operator named the specialist's token ids, so that any other id is certainly somebody else's.
    pub token_ids_are_all: bool,
    /// Those of every specialist. One that is here and not the specialist's own is a colleague's.
    pub everybody: Arc<Identities>,
    /// The operator states that nobody can be in before the host (login on, no lobby).
    pub first_is_host: bool,
    /// Overrides what the reporter believes about logins.
    pub login: Option<bool>,
    /// Some reporter may still tell of a grant, also where another was the first to report an arrival.
    pub grants_expected: bool,
}

/// Whose a room is, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// What is planned for the room, of all specialists; what is out of reach may be missing.
    pub slots: Vec<Slot>,
    /// One for each specialist who has a slot; for a room that nobody planned, one of nobody.
    pub plans: Vec<Plan>,
}

impl From<Plan> for Agenda {
    /// A room that nobody planned.
    fn from(plan: Plan) -> Self {
        Self { slots: Vec::new(), plans: vec![plan] }
    }
}

/// What to say now, and when to look again although nothing new has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    /// In the order to append.
    pub tellings: Vec<Telling>,
    pub look_again_at: Option<Timestamp>,
    /// Everybody has long gone: the signals so far will not matter again.
    pub settled: bool,
}

/// Judges a room: pure, and independent of the order in which the signals are given.
///
/// `told` is what was already said of these signals, oldest first; it is only ever added to.
#[must_use]
pub fn attend(agenda: &Agenda, signals: &[Signal], told: &[Told], now: Timestamp) -> Attendance {
    let moments = moments::of(signals);
    let stays = stays::from_moments(&moments);
    let valid = not_withdrawn(told);
    let owners = Owners::new(&agenda.slots, &valid);

    let mut shares = Shares::new();
    let mut looks: Vec<Timestamp> = Vec::new();
    let mut last: Option<Timestamp> = None;
    for mut turn in turns::of(agenda, &owners, stays, signals) {
        standing::leave_out_colleagues(turn.plan, &mut turn.stays);
        let people = people::from_stays(turn.plan, &turn.stays, &turn.presses);
        let presences = presences::of(turn.plan, &turn.stays, &people, &turn.presses, now);
        looks.extend(presences.iter().filter_map(|presence| presence.look_again_at));
        let ends = presences.iter().map(|presence| presence.end.map_or(now, |end| end.learned_at));
        last = ends.chain(turn.presses).chain(last).max();
        looks.extend(shares::add(&mut shares, turn.plan.specialist, presences, &owners, now));
    }

    let tellings = tellings(&shares, &valid, now);
    let forget_at = last.map(|last| last + REMEMBER_FOR);
    let settled = forget_at.is_none_or(|moment| moment <= now);
    let look_again_at = looks.into_iter().min().or(forget_at).filter(|_| !settled);
    Attendance { tellings, look_again_at, settled }
}

/// What was told and not withdrawn, oldest first.
fn not_withdrawn(told: &[Told]) -> Vec<&Told> {
    let withdrawn: BTreeSet<EventId> = told
        .iter()
        .filter_map(|told| match told.telling.kind {
            EventKind::Withdrawn { of } => Some(of),
            _ => None,
        })
        .collect();
    told.iter().filter(|told| !withdrawn.contains(&told.id)).collect()
}

/// The news of every consultation: first what is taken back, so that nobody is in two at once.
fn tellings(shares: &Shares, valid: &[&Told], now: Timestamp) -> Vec<Telling> {
    let mut told_of: BTreeMap<Option<ConsultationId>, Vec<&Told>> = BTreeMap::new();
    for told in valid {
        told_of.entry(told.telling.consultation).or_default().push(told);
    }
    let mut by_key = ByKey::new();
    for (consultation, presence) in shares.iter().flat_map(|(id, presences)| presences.iter().map(move |one| (*id, one))) {
        for key in &presence.keys {
            by_key.entry(key).or_default().push((consultation, presence));
        }
    }
    let concerned: BTreeSet<Option<ConsultationId>> = shares.keys().chain(told_of.keys()).copied().collect();
    let mut tellings = Vec::new();
    for consultation in concerned {
        let presences = shares.get(&consultation).map_or(&[][..], Vec::as_slice);
        let told = told_of.get(&consultation).map_or(&[][..], Vec::as_slice);
        let inside = tell::inside(presences);
        let strayed = told.iter().filter(|told| strayed(told, &by_key)).map(|told| tell::withdrawal(told, now));
        let news = strayed.chain(tell::difference(presences, told, now));
        tellings.extend(news.map(|telling| Telling { consultation, inside, ..telling }));
    }
    tellings.sort_by_key(|telling: &Telling| !matches!(telling.kind, EventKind::Withdrawn { .. }));
    tellings
}

/// Presences, each with its consultation, by the keys of their stays.
type ByKey<'a> = BTreeMap<&'a str, Vec<(Option<ConsultationId>, &'a Presence)>>;

/// Told of a presence that belongs to another consultation: the plan has changed, or more has become known.
fn strayed(told: &Told, by_key: &ByKey<'_>) -> bool {
    let Telling { about, kind, consultation, .. } = &told.telling;
    let known = by_key.get(about.as_str()).map_or(&[][..], Vec::as_slice);
    let mut holders = known.iter().filter(|(_, presence)| presence.holds(about)).peekable();
    let is_known = holders.peek().is_some();
    is_known && !matches!(kind, EventKind::Withdrawn { .. }) && holders.all(|(owner, _)| owner != consultation)
}
