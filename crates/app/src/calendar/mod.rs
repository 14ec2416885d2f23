//! The connected calendar: consultations stand there, and what is changed there is changed here.
//!
//! The comparing is `kabinet-calendar`'s; this is its place in the application. `connection` opens the calendar, `book` is the local store
//! as a round sees it, `said` turns consultations into entries and back, `record` is what is remembered, `show` what a person sees.

mod book;
pub(crate) mod connecting;
pub(crate) mod connection;
pub(crate) mod people;
pub mod record;
mod said;
pub(crate) mod show;

use crate::application::{Application, Save};
use crate::command::{CalendarWishes, CommandError};
use crate::commands::refuse;
use crate::state::State;
use crate::view::{Health, Message};
use book::LocalBook;
use chrono::{DateTime, Utc};
use connection::{Opened, health, tell, whose};
use kabinet_calendar::{BookError, Failure, Report, RoundError};
use kabinet_domain::ConsultationId;
use kabinet_domain::calendar::{Ours, Side};
use kabinet_providers::calendars::{CalendarError, CalendarId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How often both sides are compared when nothing is known to have changed.
const OFTEN: Duration = Duration::from_secs(5 * 60);
/// Somebody who changes one thing mostly changes another.
const TOGETHER: Duration = Duration::from_secs(1);
/// After something was changed on one side while the sides were compared.
const AGAIN: Duration = Duration::from_secs(10);
/// After the calendar's keepers have shut us out.
const SHUT_OUT: Duration = Duration::from_secs(60 * 60);

/// How long a round may still take when the application ends.
const GRACE: Duration = Duration::from_secs(3);

/// The problem of which there is at most one at a time.
const CONFLICT: &str = "calendar_conflict";

/// Compares both sides now and then, and soon when something has changed here.
pub(crate) async fn run(application: Arc<Application>) {
    let mut keep = std::pin::pin!(keep_in_step(&application));
    tokio::select! {
        () = application.stop.cancelled() => {}
        () = &mut keep => return,
    }
    // A grant that is just being renewed would be lost with the answer, and a person would have to sign in again.
    if application.calendar.turn.try_lock().is_err() {
        let _ = tokio::time::timeout(GRACE, keep).await;
    }
}

async fn keep_in_step(application: &Arc<Application>) {
    let mut opened = application.opened.subscribe();
    let _ = opened.wait_for(|opened| *opened).await;
    let (mut views, mut woken) = (application.subscribe(), application.woken.subscribe());
    let (mut failed, mut tried) = (0u32, BTreeMap::new());
    // Asked to wait: what is changed here waits too.
    let mut patient = false;
    let mut next = Instant::now();
    // Within it, so that many applications do not come at one moment and none comes later than is said.
    let spread = |pause| crate::feed::jittered(pause, application.parts.ids.as_ref());
    loop {
        tokio::select! {
            () = application.calendar.wanted.notified() => tokio::time::sleep(TOGETHER).await,
            _ = woken.changed() => {}
            () = tokio::time::sleep_until(next) => {}
            _ = views.changed(), if !patient => {
                let waiting = waiting(&application.look(), application.now());
                if waiting.is_empty() || waiting == tried {
                    continue;
                }
                tokio::time::sleep(TOGETHER).await;
            }
        }
        tried = waiting(&application.look(), application.now());
        let done = application.compare_calendars().await;
        patient = matches!(done, Some(Err(RoundError::Calendar(CalendarError::Busy { .. } | CalendarError::Blocked))));
        let pause = match done {
            // Nothing to compare is no failure.
            None => spread(OFTEN),
            Some(Ok(report)) => {
                failed = 0;
                spread(if report.look_again() { AGAIN } else { OFTEN })
            }
            Some(Err(error)) => {
                failed += 1;
                match after(&error, failed, application.now()) {
                    After::Asked(pause) => pause,
                    After::Usual(pause) => spread(pause),
                }
            }
        };
        if application.stop.is_cancelled() {
            return;
        }
        next = Instant::now() + pause;
    }
}

/// How long it is waited after a failure.
#[derive(Debug, PartialEq, Eq)]
enum After {
    /// Not shorter: somebody asked for it.
    Asked(Duration),
    /// At most so long.
    Usual(Duration),
}

/// When it is tried again. What does not mend by itself is asked for no more often than usual.
fn after(error: &RoundError, failed: u32, now: DateTime<Utc>) -> After {
    After::Usual(match error {
        RoundError::Calendar(CalendarError::Busy { until: Some(until) }) => {
            return After::Asked((*until - now).to_std().unwrap_or_default().clamp(TOGETHER, SHUT_OUT));
        }
        RoundError::Calendar(CalendarError::Busy { until: None } | CalendarError::Unreachable(_)) => {
            AGAIN.saturating_mul(1 << failed.min(5)).min(OFTEN)
        }
        RoundError::Calendar(CalendarError::Blocked) => return After::Asked(SHUT_OUT),
        RoundError::Calendar(_) | RoundError::Book(_) => OFTEN,
    })
}

/// The consultations that are not in step, as they are here; those in conflict wait for a person instead.
fn waiting(state: &State, now: DateTime<Utc>) -> BTreeMap<String, Ours> {
    let rows = state.calendar.rows.iter().filter(|(_, row)| row.conflict.is_none());
    let rows = rows.filter(|(id, row)| said::ends_after(state, id, row, now - kabinet_calendar::BACK));
    rows.filter(|(id, _)| !said::in_step(state, id)).filter_map(|(id, _)| Some((id.clone(), said::ours(state, id)?))).collect()
}

impl Application {
    /// One round, where there is a calendar to compare with; how it went is kept and shown.
    pub(crate) async fn compare_calendars(self: &Arc<Self>) -> Option<Result<Report, RoundError>> {
        let interrupted = self.calendar.interrupted();
        let _turn = self.calendar.turn.lock().await;
        let chosen = self.look().kept.calendar.clone().filter(|chosen| !chosen.calendar.is_empty())?;
        let round = async {
            let opened = match self.open_calendar(&chosen.provider).await {
                Ok(opened) => opened,
                Err(error) => {
                    let health = if self.keychain_trouble().is_some() { Health::Check } else { Health::Broken };
                    self.calendar_said(&chosen.provider, health, Some(error.message.clone()));
                    self.change(|state| state.calendar.message = Some(error.message));
                    return None;
                }
            };
            match self.is_the_same_account(&opened, &chosen.account).await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(RoundError::from(error))),
            }
            let book = LocalBook::new(self.clone());
            let which = CalendarId(chosen.calendar.clone());
            Some(kabinet_calendar::round(opened.calendar.as_ref(), &which, &book, self.now()).await)
        };
        let done = tokio::select! {
            done = round => done?,
            () = interrupted => return None,
        };
        self.compared(&chosen.provider, &done).await;
        Some(done)
    }

    /// Entries and people of another account have other meanings under the same ids: nothing of what was agreed is true of them.
    async fn is_the_same_account(self: &Arc<Self>, opened: &Opened, known: &str) -> Result<bool, CalendarError> {
        if opened.recognised.load(Ordering::SeqCst) {
            return Ok(true);
        }
        let me = opened.calendar.who_am_i().await?;
        let account = whose(&opened.place, &me.id.0);
        let same = known.is_empty() || known == account;
        if same {
            opened.recognised.store(true, Ordering::SeqCst);
        } else {
            tracing::warn!("the calendar's connection belongs to another account now");
            self.leave_calendar().await;
            self.change(|state| state.calendar.message = Some(crate::message("calendar_choose")));
        }
        Ok(same)
    }

    /// No calendar is written to any more; consultations and entries stay as they are.
    pub(crate) async fn leave_calendar(&self) {
        let rows: Vec<Save> = self.change(|state| {
            state.kept.calendar = None;
            state.calendar.people.clear();
            state.calendar.people_read_at = None;
            state.calendar.last_success = None;
            state.calendar.message = None;
            state.problems.remove(CONFLICT);
            state.calendar.rows.values_mut().for_each(record::Row::begin_anew);
            state.calendar.rows.keys().cloned().map(Save::Calendar).collect()
        });
        self.save(&rows).await;
        // What is not kept is drawn again from what is: nothing is lost by it.
        let _ = self.save_kept().await;
    }

    /// Keeps and shows how a round went.
    async fn compared(self: &Arc<Self>, provider: &str, done: &Result<Report, RoundError>) {
        match done {
            Ok(report) => {
                self.calendar_said(provider, Health::Works, None);
                let now = self.now();
                self.change(|state| {
                    state.calendar.last_success = Some(now);
                    state.calendar.message = None;
                });
                self.remember_failures(report).await;
                self.name_the_invited(provider).await;
            }
            Err(RoundError::Calendar(error)) => {
                tracing::info!(error = error as &dyn std::error::Error, "the calendar could not be compared");
                self.calendar_said(provider, health(error), Some(tell(error)));
                self.change(|state| state.calendar.message = Some(tell(error)));
            }
            Err(RoundError::Book(error)) => {
                tracing::warn!(error = error as &dyn std::error::Error, "the calendar could not be compared");
                self.change(|state| state.calendar.message = Some(crate::message("store_failed")));
            }
        }
        self.tell_conflicts();
    }

    /// Why single consultations are not in step.
    async fn remember_failures(&self, report: &Report) {
        for (consultation, failure) in &report.failed {
            tracing::info!(%consultation, error = failure as &dyn std::error::Error, "a consultation is not in step with the calendar");
        }
        let failure = |id: &str| words_for(report.failed.get(&id.parse::<ConsultationId>().ok()?)?);
        let now = self.now();
        let rows: Vec<Save> = self.change(|state| {
            // Of consultations that are gone nothing is left to do, once their entries are gone or their time is over.
            let done = |(id, row): &(&String, &record::Row)| !said::ends_after(state, id, row, now);
            let gone = state.calendar.rows.iter().filter(|(id, _)| !state.consultations.contains_key(*id));
            let gone: Vec<String> = gone.filter(done).map(|(id, _)| id.clone()).collect();
            for id in &gone {
                state.calendar.rows.remove(id);
            }
            let mut changed: Vec<Save> = gone.into_iter().map(Save::Calendar).collect();
            for (id, row) in &mut state.calendar.rows {
                let failure = failure(id);
                if row.failure != failure {
                    row.failure = failure;
                    changed.push(Save::Calendar(id.clone()));
                }
            }
            changed
        });
        self.save(&rows).await;
    }

    /// A conflict stands among the problems as long as there is one.
    fn tell_conflicts(&self) {
        let count = self.look().calendar.rows.values().filter(|row| row.conflict.is_some()).count();
        let message =
            (count > 0).then(|| Message { code: CONFLICT.into(), facts: [("count".to_owned(), count.to_string())].into() });
        if self.look().problems.get(CONFLICT) != message.as_ref() {
            self.trouble(CONFLICT, message);
        }
    }

    /// What a form says of the calendar; a new consultation goes there by default as the person chose.
    pub(crate) async fn wish_for_calendar(
        &self,
        id: &str,
        wishes: Option<CalendarWishes>,
        base: Option<&CalendarWishes>,
        is_new: bool,
    ) {
        let changed = self.change(|state| {
            let by_default = state.kept.calendar.as_ref().is_some_and(|chosen| chosen.on_by_default);
            let wishes = match wishes {
                Some(wishes) => wishes,
                None if is_new && by_default => CalendarWishes { on: true, invited: None },
                None => return false,
            };
            let known = state.calendar.rows.get(id).cloned().unwrap_or_default();
            let (on, invited) = wishes.laid_over(base, known.on, &known.invited);
            let row = record::Row { on, invited, ..known.clone() };
            let changed = row != known;
            if changed {
                state.calendar.rows.insert(id.to_owned(), row);
            }
            changed
        });
        if changed {
            self.save(&[Save::Calendar(id.to_owned())]).await;
        }
    }

    /// What a person decided about a conflict. Nobody is kept waiting for a whole round: the next one takes up what this one left.
    pub(crate) async fn settle_conflict(self: &Arc<Self>, id: &str, side: Side) -> Result<(), CommandError> {
        let left = self.calendar.left();
        let turn = self.calendar.stop_round().await;
        let decided = tokio::select! {
            decided = self.decide_in_turn(id, side) => decided,
            () = left => Err(CalendarError::MaybeDone.into()),
        };
        drop(turn);
        self.tell_conflicts();
        self.calendar.wanted.notify_one();
        decided
    }

    async fn decide_in_turn(self: &Arc<Self>, id: &str, side: Side) -> Result<(), CommandError> {
        let (chosen, conflict) = {
            let state = self.look();
            let conflict = state.calendar.rows.get(id).and_then(|row| row.conflict.clone());
            (state.kept.calendar.clone(), conflict)
        };
        let (Some(chosen), Some(conflict), Ok(consultation)) = (chosen, conflict, id.parse::<ConsultationId>()) else {
            return Err(refuse("no_conflict"));
        };
        let opened = self.open_calendar(&chosen.provider).await?;
        let book = LocalBook::new(self.clone());
        let (which, shown) = (CalendarId(chosen.calendar), conflict.shown(consultation));
        let decided = kabinet_calendar::decide(opened.calendar.as_ref(), &which, &book, &shown, side).await;
        decided.map_err(|failure| match failure {
            Failure::Book(BookError::Failed(_)) => refuse("store_failed"),
            Failure::Book(BookError::ChangedMeanwhile) => CalendarError::ChangedMeanwhile.into(),
            Failure::Book(BookError::Unfit { code }) => crate::message(code).into(),
            Failure::Calendar(error) => error.into(),
        })
    }
}

/// What a person should know of a failure; nothing of one that the next round looks into.
fn words_for(failure: &Failure) -> Option<Message> {
    match failure {
        Failure::Calendar(CalendarError::MaybeDone) => Some(tell(&CalendarError::MaybeDone)),
        failure if failure.passes() => None,
        Failure::Calendar(error) => Some(tell(error)),
        Failure::Book(BookError::Unfit { code }) => Some(crate::message(code)),
        Failure::Book(_) => Some(crate::message("store_failed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn nobody_comes_back_before_they_are_asked_to() {
        let after = |error: CalendarError, failed| after(&RoundError::Calendar(error), failed, at("12:00"));
        let busy = |until: &str| CalendarError::Busy { until: Some(at(until)) };
        let minutes = |count: u64| Duration::from_secs(count * 60);
        assert_eq!(after(busy("12:20"), 1), After::Asked(minutes(20)));
        assert_eq!(after(busy("11:00"), 1), After::Asked(TOGETHER));
        assert_eq!(after(CalendarError::Blocked, 1), After::Asked(SHUT_OUT));
        let waits = [1, 9].map(|failed| after(CalendarError::Busy { until: None }, failed));
        assert_eq!(waits, [After::Usual(AGAIN * 2), After::Usual(OFTEN)]);
    }
}
