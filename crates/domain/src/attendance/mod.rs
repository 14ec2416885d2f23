//! The truth about who is in a room, and what of it is worth telling.
//!
//! [`attend`] looks at *all* signals of a room at once and works in steps, each a file:
//!
//! 0. [`moments`] puts each reporter's signals in the order of its own clock, on ours;
//! 1. [`stays`] pairs arrivals and departures into stays of connections, whatever the order they came in;
//! 2. [`people`] finds which stays are one person, and which person is the specialist, with the help of
//!    [`standing`] (what a stay proves by itself) and [`press`] (who answers the press on *Join*);
//! 3. [`presences`] joins the stays of a person across gaps too short to be an absence;
//! 4. [`tell`] compares that with what was already told, and says the difference.
//!
//! Because each step looks at the set of signals and not at their sequence, order, repetition and delay change nothing
//! but the moment at which something can be known. `docs/attendance.md` explains the rules and where they come from.

mod moments;
mod people;
mod presences;
mod press;
mod standing;
mod stays;
mod tell;

use crate::{Signal, SpecialistId, Telling, Timestamp, event::Told};
use chrono::Duration;
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

/// What is known of a room beside its signals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// For whom the plan was made; kept for the caller.
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
pub fn attend(plan: &Plan, signals: &[Signal], told: &[Told], now: Timestamp) -> Attendance {
    let moments = moments::of(signals);
    let mut stays = stays::from_moments(&moments);
    standing::leave_out_colleagues(plan, &mut stays);
    let presses = press::heard(signals);
    let people = people::from_stays(plan, &stays, &presses);
    let presences = presences::of(plan, &stays, &people, &presses, now);
    let tellings = tell::difference(&presences, told, now);

    let last = presences.iter().map(|presence| presence.end.map_or(now, |end| end.learned_at)).chain(presses).max();
    let forget_at = last.map(|last| last + REMEMBER_FOR);
    let settled = forget_at.is_none_or(|moment| moment <= now);
    let look_again_at = presences.iter().filter_map(|presence| presence.look_again_at).min().or(forget_at).filter(|_| !settled);
    Attendance { tellings, look_again_at, settled }
}
