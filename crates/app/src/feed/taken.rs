//! What arrived by the feed, taken in: known at once, shown at once, then written down together with the cursor.

use crate::application::{Application, Save};
use crate::line::{self, Line, LineError};
use crate::outbox;
use crate::record::{Event, Kind};
use crate::state::State;
use chrono::{DateTime, TimeDelta, Utc};
use kabinet_api::EventJson;
use std::sync::Arc;

/// An event older than this when it is learned was missed.
const NEWS: TimeDelta = TimeDelta::seconds(15);

/// When more of them have changed at once, all are read in one go.
const ONE_BY_ONE: usize = 20;

impl Application {
    /// Handles events: known at once, shown at once, then written down together with the cursor. What they say to be changed is read.
    pub(super) async fn take_events(
        self: &Arc<Self>,
        line: &Line,
        events: Vec<EventJson>,
        cursor: Option<u64>,
        ahead: TimeDelta,
    ) -> Result<(), LineError> {
        let now: DateTime<Utc> = self.now() + ahead;
        let mut rows = Vec::new();
        let (mut changed, mut reach_changed) = (false, false);
        let before = self.look().cursor;
        self.hear(line, |state| {
            for json in events {
                let missed = now - json.received_at > NEWS;
                let event = line::event(json, missed);
                state.cursor = state.cursor.max(Some(event.cursor));
                match (&event.kind, &event.consultation) {
                    (Kind::ConsultationChanged, Some(id)) => {
                        state.unread.insert(id.clone());
                        changed = true;
                    }
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
        if self.look().cursor != before {
            rows.push(Save::Cursor);
        }
        // Whatever the backend answers to what is asked now, it will not tell of these again.
        self.save(&rows).await;
        if reach_changed {
            self.ask_reach_soon(line);
        }
        if !changed {
            return Ok(());
        }
        let many = self.look().unread.len() > ONE_BY_ONE;
        let read = if many { self.read_consultations(line).await } else { self.reread(line).await };
        // It stays noted, for the sender to read.
        read.inspect_err(|_| self.outgoing.notify_one())
    }

    /// Reads all consultations. What was typed here and is not sent yet stays as it is, and so does what was heard of meanwhile.
    pub(crate) async fn read_consultations(&self, line: &Line) -> Result<(), LineError> {
        let unread = self.hear(line, |state| {
            state.heard.clear();
            std::mem::take(&mut state.unread)
        });
        let theirs = match line.conferences().await {
            Ok(theirs) => theirs,
            Err(error) => {
                self.hear(line, |state| state.unread.extend(unread));
                return Err(error);
            }
        };
        let (now, names) = (self.now(), self.names());
        let rows = self.hear(line, |state| {
            let mut rows = Vec::new();
            let mut there = std::mem::take(&mut state.heard);
            for conference in theirs {
                let consultation = names.consultation(&conference);
                if there.insert(consultation.id.clone()) {
                    rows.extend(outbox::take(state, consultation));
                }
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

    /// Reads the consultations that events say have changed. What cannot be read stays noted.
    pub(crate) async fn reread(&self, line: &Line) -> Result<(), LineError> {
        let changed: Vec<String> = self.look().unread.iter().cloned().collect();
        for id in changed {
            // Noted anew while it is read, it is read anew.
            self.hear(line, |state| state.unread.remove(&id));
            let rows = match line.conference(&id).await {
                Ok(conference) => {
                    let theirs = self.names().consultation(&conference);
                    self.hear(line, |state| outbox::accept(state, theirs))
                }
                Err(LineError::NotFound) => self.hear(line, |state| {
                    let gone = !state.unsent.contains_key(&id) && state.consultations.remove(&id).is_some();
                    if gone { vec![Save::Consultation(id)] } else { Vec::new() }
                }),
                Err(error) => {
                    self.hear(line, |state| state.unread.insert(id));
                    return Err(error);
                }
            };
            self.save(&rows).await;
            self.tell_unread_names();
        }
        Ok(())
    }
}

/// Another log: what was read of the last one says nothing any more.
pub(crate) fn forget_events(state: &mut State) -> Vec<Save> {
    state.cursor = None;
    state.known.clear();
    let forgotten = std::mem::take(&mut state.events);
    let mut rows: Vec<Save> = forgotten.into_values().flatten().map(|event| Save::ForgetEvent(event.id)).collect();
    rows.push(Save::Cursor);
    rows
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
