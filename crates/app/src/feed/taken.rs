//! What arrived by the feed, taken in: known at once, shown at once, then written down together with the cursor.

use crate::application::{Application, Save};
use crate::line::{self, Line, LineError};
use crate::outbox;
use crate::record::{Event, Kind};
use crate::state::State;
use chrono::{DateTime, TimeDelta, Utc};
use kabinet_api::EventJson;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An event older than this when it is learned was missed.
const NEWS: TimeDelta = TimeDelta::seconds(15);

impl Application {
    /// Handles events: known at once, shown at once, then written down together with the cursor.
    pub(super) async fn take_events(
        self: &Arc<Self>,
        line: &Line,
        events: Vec<EventJson>,
        cursor: Option<u64>,
        ahead: TimeDelta,
    ) -> Result<(), LineError> {
        let now: DateTime<Utc> = self.now() + ahead;
        let mut rows = Vec::new();
        let mut changed = BTreeSet::new();
        let mut reach_changed = false;
        let before = self.look().cursor;
        self.change(|state| {
            for json in events {
                let missed = now - json.received_at > NEWS;
                let event = line::event(json, missed);
                state.cursor = state.cursor.max(Some(event.cursor));
                match (&event.kind, &event.consultation) {
                    (Kind::ConsultationChanged, Some(id)) => drop(changed.insert(id.clone())),
                    // It says no more than that, and nothing of it is kept.
                    (Kind::CalendarChanged, _) => self.calendar.wanted.notify_one(),
                    (Kind::ReachChanged, _) => reach_changed = true,
                    (Kind::Other, _) => {}
                    _ if state.learn(event.clone()) => {
                        rows.extend(answered_there(state, &event));
                        rows.push(Save::Event(Box::new(event)));
                    }
                    _ => {}
                }
            }
            state.cursor = state.cursor.max(cursor);
        });
        if reach_changed {
            self.ask_reach_soon(line);
        }
        if !changed.is_empty() {
            self.reread(line, changed).await?;
            self.tell_unread_names();
        }
        if self.look().cursor != before {
            rows.push(Save::Cursor);
        }
        self.save(&rows).await;
        Ok(())
    }

    /// Reads all consultations. What was typed here and is not sent yet stays as it is.
    pub(crate) async fn read_consultations(&self, line: &Line) -> Result<(), LineError> {
        let theirs = line.conferences().await?;
        let (now, names) = (self.now(), self.names());
        let rows = self.change(|state| {
            let mut rows = Vec::new();
            let mut there = BTreeSet::new();
            for conference in theirs {
                let consultation = names.consultation(&conference);
                there.insert(consultation.id.clone());
                rows.extend(outbox::accept(state, consultation));
            }
            let gone: Vec<String> = state
                .consultations
                .keys()
                .filter(|id| !there.contains(*id) && !state.unsent.contains_key(*id))
                .cloned()
                .collect();
            for id in gone {
                state.consultations.remove(&id);
                rows.push(Save::Consultation(id));
            }
            state.feed.last_contact = Some(now);
            rows
        });
        self.save(&rows).await;
        Ok(())
    }

    /// Reads the consultations that an event says have changed.
    async fn reread(&self, line: &Line, changed: BTreeSet<String>) -> Result<(), LineError> {
        if changed.len() > 20 {
            return self.read_consultations(line).await;
        }
        for id in changed {
            let rows = match line.conference(&id).await {
                Ok(conference) => {
                    let theirs = self.names().consultation(&conference);
                    self.change(|state| outbox::accept(state, theirs))
                }
                Err(LineError::NotFound) => self.change(|state| {
                    let gone = !state.unsent.contains_key(&id) && state.consultations.remove(&id).is_some();
                    if gone { vec![Save::Consultation(id)] } else { Vec::new() }
                }),
                Err(error) => return Err(error),
            };
            self.save(&rows).await;
        }
        Ok(())
    }

    /// Another log: what was read of the last one says nothing any more.
    pub(crate) async fn forget_events(&self) {
        let rows = self.change(|state| {
            state.cursor = None;
            state.known.clear();
            let forgotten = std::mem::take(&mut state.events);
            let mut rows: Vec<Save> = forgotten.into_values().flatten().map(|event| Save::ForgetEvent(event.id)).collect();
            rows.push(Save::Cursor);
            rows
        });
        self.save(&rows).await;
    }
}

/// The answer stands in the log now, and what is said elsewhere later takes its place. One that is still to be told is newer.
fn answered_there(state: &mut State, event: &Event) -> Option<Save> {
    let id = event.consultation.clone().filter(|_| matches!(event.kind, Kind::SpecialistAnswered { .. }))?;
    let handled = state.handled.get_mut(&id).filter(|handled| handled.to_tell.is_none())?;
    (handled.snoozed_until, handled.coming_at) = (None, None);
    Some(Save::Handled(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Answer;
    use crate::testing::{at, event, state};

    #[test]
    fn an_answer_in_the_log_takes_the_place_of_what_was_said_here_unless_that_is_still_to_be_told() {
        let mut state = state(&[], &[]);
        let answered = event(1, "15:00", Kind::SpecialistAnswered { answer: "coming".into(), minutes: None }, "");
        assert!(answered_there(&mut state, &answered).is_none());
        let handled = state.handled.entry("c1".into()).or_default();
        handled.snoozed_until = Some(at("15:10"));
        let answer = Answer { id: String::new(), answer: "late".into(), until: Some(at("15:10")), at: at("15:05") };
        assert_eq!((answer.minutes(at("15:05")), answer.minutes(at("15:08:30"))), (Some(5), Some(2)));
        assert!(answer.matters(at("15:09")) && !answer.matters(at("15:10")));
        handled.to_tell = Some(answer);
        assert!(answered_there(&mut state, &answered).is_none());
        state.handled.entry("c1".into()).or_default().to_tell = None;
        assert!(answered_there(&mut state, &answered).is_some());
        assert_eq!(state.handled["c1"].snoozed_until, None);
        assert!(answered_there(&mut state, &event(2, "15:01", Kind::Escalated, "")).is_none());
    }
}
