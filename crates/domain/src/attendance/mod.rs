//! The truth about who is in a room, and what of it is worth telling.

use crate::{Signal, Telling, Timestamp, event::Told};
use crate::SpecialistId;

/// What is known of a room beside its signals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Token user ids that are the specialist's.
    pub specialist_token_ids: Vec<String>,
    /// Account names (before the `@`) that are the specialist's; empty: any proven account is.
    pub specialist_accounts: Vec<String>,
    /// The operator states that nobody can be in before the host.
    pub first_is_host: bool,
    /// Overrides what the reporter believes about logins.
    pub login: Option<bool>,
    /// For whom the plan was made; kept for the caller.
    pub specialist: Option<SpecialistId>,
}

/// What to say now, and when to look again although nothing new has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    /// In the order to append.
    pub tellings: Vec<Telling>,
    pub look_again_at: Option<Timestamp>,
    /// Nobody is left and nothing is pending: the signals so far will never matter again.
    pub settled: bool,
}

/// Judges a room: pure, and independent of the order in which the signals are given.
///
/// `told` is what was already said of these signals, oldest first; it is only ever added to.
#[must_use]
pub fn attend(plan: &Plan, signals: &[Signal], told: &[Told], now: Timestamp) -> Attendance {
    let _ = (plan, signals, told, now);
    Attendance::default()
}
