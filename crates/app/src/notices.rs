//! Which notifications should stand on the screen now, as a pure function of state and time, and the difference to those that do.
//!
//! The rules:
//! - One notification for a consultation, under its own key: an arrival takes the place of everything else, whatever else there is
//!   stands in the order of how soon somebody must know it.
//! - An arrival stands while the client is there, the specialist is not, and nobody has answered it. It is quiet for the whole
//!   visit once the specialist has been inside.
//! - An answer silences it for a time, wherever it was given: here, on another desktop, in a messenger. It rings again when "in 5
//!   minutes" is over, or when the specialist who is coming has not been seen inside within the time that the way there takes.
//!   "I can't" silences it for the visit. How long each holds is the domain's rule, which messengers keep to as well
//!   (`SpecialistAnswer::holds_until`).
//! - A client who waits on the page before a closed door is let in by its first button, a client who can come in is joined by it.
//! - A client who left while the arrival stood is told quietly in its place, unless they went from the page into the room; an arrival
//!   that was wrong is taken back without a word.
//! - "Do not disturb" and the quiet hours keep back what can wait: reminders, messages, failures. A client who waits is shown all the
//!   same, unless "do not disturb" was said of everything: then the tray's icon alone tells of it. What still stands when it ends is
//!   shown then.
//! - A message is told without a word of it, whatever the privacy. At the lowest level every notice reads the same and has the same
//!   button, which shows the consultation in the window.
//! - An alert rings once. An arrival that something else took off the screen (another notification daemon, the end of this program,
//!   "do not disturb") stands there again as soon as it can, without a sound; whatever waits for no answer is shown once.

mod arrival;
mod news;
mod writer;

pub use arrival::cannot;
pub use news::reminders_passed;

use crate::desktop::Notification;
use crate::present::{Known, from_today};
use crate::record::Handled;
use crate::state::State;
use crate::words::Words;
use arrival::{arrival, cannot_wait, departure};
use chrono::{DateTime, Duration, Utc};
use kabinet_domain::escalation::JOINS_WITHIN;
use kabinet_domain::reach::Disturbance;
use news::{client_late, end_warning, gone_room, not_sent, reminder, wrote};
use std::collections::BTreeMap;
use writer::Writer;

/// "In 5 minutes".
pub const SNOOZE_MINUTES: u32 = 5;

/// Between the press on *Join* and the arrival in the room lie the browser, the name page and perhaps a login.
/// The backend looks for the specialist's arrival as long, and tells nobody elsewhere.
pub(crate) const ARRIVING: Duration = JOINS_WITHIN;

/// A notification that should stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub consultation: String,
    /// What it is about: a new one rings, the same one only changes its text.
    pub alert: String,
    pub notification: Notification,
}

/// What to do on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Show(Notice),
    Withdraw { consultation: String },
}

#[must_use]
pub fn key(consultation: &str) -> String {
    format!("consultation/{consultation}")
}

/// Everything that should stand now.
#[must_use]
pub fn standing(state: &State, words: &Words, now: DateTime<Utc>) -> Vec<Notice> {
    if !state.settings().notifications {
        return Vec::new();
    }
    let about_clients = state.may_disturb(Disturbance::ClientWaits, now);
    let whatever_else = state.may_disturb(Disturbance::CanWait, now);
    let nobody = Handled::default();
    from_today(state, now)
        .iter()
        .filter_map(|known| {
            let handled = state.handled.get(&known.consultation.id).unwrap_or(&nobody);
            let notice = Writer { state, words, known };
            let urgent = || {
                arrival(&notice, handled, now)
                    .or_else(|| cannot_wait(&notice, handled, now))
                    .or_else(|| departure(&notice, handled, now))
            };
            let can_wait = || {
                end_warning(&notice, handled, now)
                    .or_else(|| wrote(&notice, handled))
                    .or_else(|| client_late(&notice, handled, now))
                    .or_else(|| gone_room(&notice, handled, now))
                    .or_else(|| not_sent(&notice, handled, now))
                    .or_else(|| reminder(&notice, handled, now))
            };
            about_clients.then(urgent).flatten().or_else(|| whatever_else.then(can_wait).flatten())
        })
        .collect()
}

/// The next moments at which an answer that was given elsewhere is over.
#[must_use]
pub fn next_moments(state: &State, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let nobody = Handled::default();
    let of = |known: &Known<'_>| {
        arrival::answered_until(&known.attended, state.handled.get(&known.consultation.id).unwrap_or(&nobody))
    };
    from_today(state, now).iter().filter_map(of).filter(|until| *until > now).collect()
}

/// What to show and what to take back, given what stands: consultation → its notification.
#[must_use]
pub fn difference(standing: &BTreeMap<String, Notice>, handled: &BTreeMap<String, Handled>, wanted: Vec<Notice>) -> Vec<Step> {
    let mut steps: Vec<Step> = standing
        .keys()
        .filter(|consultation| !wanted.iter().any(|notice| &notice.consultation == *consultation))
        .map(|consultation| Step::Withdraw { consultation: consultation.clone() })
        .collect();
    for mut notice in wanted {
        match standing.get(&notice.consultation) {
            Some(there) if there.alert == notice.alert => {
                // Only the text changed: no second ring. The sound does not count as a change.
                notice.notification.sound = there.notification.sound;
                if there.notification != notice.notification {
                    notice.notification.sound = false;
                    steps.push(Step::Show(notice));
                }
            }
            _ => {
                let rang = handled.get(&notice.consultation).is_some_and(|handled| handled.was_shown(&notice.alert));
                if !rang || notice.notification.urgent {
                    notice.notification.sound &= !rang;
                    steps.push(Step::Show(notice));
                } else if standing.contains_key(&notice.consultation) {
                    steps.push(Step::Withdraw { consultation: notice.consultation });
                }
            }
        }
    }
    steps
}

#[cfg(test)]
mod client_side_tests;
#[cfg(test)]
mod tests;
