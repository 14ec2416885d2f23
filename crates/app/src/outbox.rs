//! Sends what was changed here. A change stays in the outbox until the backend has it, over a restart too.
//! What was changed there, and could not be read when it was told, is read here as well.

use crate::application::{Application, Save};
use crate::line::{self, Line, LineError};
use crate::names::{Names, keep_own};
use crate::record::{Consultation, Unsent};
use crate::state::State;
use kabinet_api::Conference;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// So often a change is laid over somebody else's before it waits for another time.
const MERGES: usize = 3;

/// What the backend says to a consultation that is there already, and is not the same.
const ID_TAKEN: &str = "id_taken";

const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Whose turn it is to send a consultation. Whoever comes second finds that it was sent.
#[derive(Debug, Default)]
pub(crate) struct Senders(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Senders {
    async fn turn(&self, id: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Who has a turn or waits for one holds on to it.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(id.to_owned()).or_default().clone()
        };
        turn.lock_owned().await
    }
}

pub(crate) async fn run(application: Arc<Application>) {
    let mut failed = 0u32;
    loop {
        let waits = something_waits(&application.look());
        let pause =
            crate::feed::jittered(PAUSE.0.saturating_mul(1 << failed.min(5)).min(PAUSE.1), application.parts.ids.as_ref());
        tokio::select! {
            () = application.stop.cancelled() => return,
            () = application.outgoing.notified() => {}
            () = tokio::time::sleep(pause), if waits => {}
        }
        let Some(line) = application.line() else { continue };
        let sent = tokio::select! {
            () = application.stop.cancelled() => return,
            sent = async {
                // A client waits for an answer: that goes first.
                let told = application.tell_answers(&line).await;
                let read = application.read_unread(&line).await;
                let sent = application.send_all(&line).await;
                application.tell_quiet(&line).await && told && read && sent
            } => sent,
        };
        failed = if sent { 0 } else { failed + 1 };
    }
}

fn something_waits(state: &State) -> bool {
    state.unsent.values().any(|unsent| !unsent.refused)
        || state.kept.do_not_disturb_untold
        || state.handled.values().any(|handled| handled.to_tell.is_some())
        || !state.unread.is_empty()
        || state.reach_unread
}

/// Remembers that a consultation differs from what the backend has. `before` is what the backend had, as far as known.
pub(crate) fn put_in(state: &mut State, before: Option<Consultation>, now: Consultation) -> Vec<Save> {
    let id = now.id.clone();
    let unsent = state
        .unsent
        .entry(id.clone())
        .or_insert(Unsent { base: before.filter(|before| before.version.is_some()), refused: false });
    unsent.refused = false;
    state.consultations.insert(now);
    vec![Save::Consultation(id.clone()), Save::Unsent(id)]
}

/// Takes what the backend answered about one consultation, unless a newer answer has overtaken it.
pub(crate) fn accept(state: &mut State, theirs: Consultation) -> Vec<Save> {
    state.heard.insert(theirs.id.clone());
    let known = state.consultations.get(&theirs.id);
    if known.is_some_and(|known| number(known) > number(&theirs)) {
        return Vec::new();
    }
    take(state, theirs)
}

/// The backend counts a consultation's changes.
fn number(consultation: &Consultation) -> Option<u64> {
    consultation.version.as_ref()?.parse().ok()
}

/// Takes what the backend has; a change that waits here is laid over it.
pub(crate) fn take(state: &mut State, theirs: Consultation) -> Vec<Save> {
    let id = theirs.id.clone();
    let known = state.consultations.get(&id);
    let theirs = keep_own(known, theirs);
    if let (Some(unsent), Some(mine)) = (state.unsent.get_mut(&id), known) {
        let merged = match &unsent.base {
            Some(base) => line::merged(mine, base, &theirs),
            None => Consultation { version: theirs.version.clone(), page_link: theirs.page_link.clone(), ..mine.clone() },
        };
        unsent.base = Some(theirs);
        state.consultations.insert(merged);
        return vec![Save::Consultation(id.clone()), Save::Unsent(id)];
    }
    if known == Some(&theirs) {
        return Vec::new();
    }
    state.consultations.insert(theirs);
    vec![Save::Consultation(id)]
}

/// What was sent is accepted: nothing waits, unless it was changed again meanwhile.
fn sent(state: &mut State, sent: &Consultation, theirs: Consultation) -> Vec<Save> {
    let id = theirs.id.clone();
    state.heard.insert(id.clone());
    // What was read meanwhile, of this version or a later one, is newer than the answer.
    let read = state.unsent.get(&id).and_then(|unsent| unsent.base.clone());
    let theirs = read.filter(|read| number(read) >= number(&theirs)).unwrap_or(theirs);
    // The feed may have told of it before the answer came: a version is no change, and the page's link is not ours to change.
    let as_sent = |mine: &Consultation| {
        Consultation { version: sent.version.clone(), page_link: sent.page_link.clone(), ..mine.clone() } == *sent
    };
    let changed_again = state.consultations.get(&id).is_some_and(|mine| !as_sent(mine));
    if changed_again {
        if let Some(unsent) = state.unsent.get_mut(&id) {
            unsent.base = Some(sent.clone());
        }
        return accept(state, theirs);
    }
    state.unsent.remove(&id);
    let theirs = keep_own(state.consultations.get(&id), theirs);
    state.consultations.insert(theirs);
    vec![Save::Consultation(id.clone()), Save::Unsent(id)]
}

impl Application {
    /// Sends everything that waits; `false` when something still does and another attempt may help.
    async fn send_all(&self, line: &Line) -> bool {
        let waiting: Vec<String> =
            self.look().unsent.iter().filter(|(_, unsent)| !unsent.refused).map(|(id, _)| id.clone()).collect();
        for id in waiting {
            if let Err(error) = self.send_one(line, &id).await {
                tracing::info!(error = &error as &dyn std::error::Error, "a change stays in the outbox");
                return false;
            }
        }
        true
    }

    /// Sends one change; what the backend refuses for good is marked and told.
    pub(crate) async fn send_one(&self, line: &Line, id: &str) -> Result<(), LineError> {
        let _turn = self.senders.turn(id).await;
        for _ in 0..MERGES {
            self.have_names_key().await;
            self.name_by_code(id);
            self.key_client(id);
            let ids = self.parts.ids.as_ref();
            let (mine, unsent, names) = {
                let state = self.look();
                match (state.consultations.get(id), state.unsent.get(id)) {
                    // Whether it may have names, a backend says for itself, and not for the one after.
                    (Some(_), Some(_)) if state.practice.is_none() || state.following != line.following => {
                        return Err(LineError::Busy { retry_after: None });
                    }
                    (Some(mine), Some(unsent)) if !unsent.refused => (mine.clone(), unsent.clone(), Names::known(&state)),
                    _ => return Ok(()),
                }
            };
            let name = self.words().say("consultation-name", &[]);
            let answer = match &unsent.base {
                None => line.create(&names.body(&mine, None, &name, ids)).await.map(|made| (mine, made)),
                Some(_) => self.send_change(line, id, &names).await,
            };
            match answer {
                Ok((mine, conference)) => {
                    let rows = self.hear(line, |state| sent(state, &mine, names.consultation(&conference)));
                    self.save(&rows).await;
                    self.trouble("change_refused", None);
                    self.link_is_ready();
                    return Ok(());
                }
                // Somebody else was faster, or it was made there before: look, lay ours over it, try again.
                Err(LineError::LostUpdate) => {}
                // Made by another attempt, whose answer was lost or is still to come: what is sealed anew is never the same twice.
                Err(LineError::Rejected { code, .. }) if unsent.base.is_none() && code == ID_TAKEN => {
                    match line.conference(id).await {
                        Ok(theirs) => {
                            let theirs = names.consultation(&theirs);
                            let rows = self.hear(line, |state| accept(state, theirs));
                            self.save(&rows).await;
                        }
                        Err(LineError::NotFound) => {
                            self.refused(line, id, &code).await;
                            return Ok(());
                        }
                        Err(error) => return Err(error),
                    }
                }
                // Deleted there while it was changed here: what was typed last counts.
                Err(LineError::NotFound) if unsent.base.is_some() => {
                    self.hear(line, |state| {
                        if let Some(unsent) = state.unsent.get_mut(id) {
                            unsent.base = None;
                        }
                        // Made anew, its changes are counted anew.
                        if let Some(mine) = state.consultations.get(id).cloned() {
                            state.consultations.insert(Consultation { version: None, ..mine });
                        }
                    });
                }
                Err(LineError::Rejected { code, .. }) => {
                    // It may take no names any more.
                    self.ask_practice(line).await?;
                    if self.names().stay_here != names.stay_here {
                        continue;
                    }
                    tracing::warn!(code, "the backend refuses a change");
                    self.refused(line, id, &code).await;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Err(LineError::LostUpdate)
    }

    /// Reads theirs first: it holds words that are not kept here, and somebody else's changes.
    /// Gives what was sent, and what the backend made of it.
    async fn send_change(&self, line: &Line, id: &str, names: &Names) -> Result<(Consultation, Conference), LineError> {
        let conference = line.conference(id).await?;
        let theirs = names.consultation(&conference);
        let rows = self.hear(line, |state| accept(state, theirs));
        self.save(&rows).await;
        let merged = self.look().consultations.get(id).cloned().ok_or(LineError::NotFound)?;
        let version = conference.version;
        let accepted = line.change(id, version, &names.body(&merged, Some(conference), "", self.parts.ids.as_ref())).await?;
        Ok((merged, accepted))
    }

    async fn refused(&self, line: &Line, id: &str, code: &str) {
        let rows = self.hear(line, |state| {
            let Some(unsent) = state.unsent.get_mut(id) else { return Vec::new() };
            unsent.refused = true;
            state.problems.insert("change_refused", crate::message(words_for(code)));
            vec![Save::Unsent(id.to_owned())]
        });
        self.save(&rows).await;
    }
}

/// What a person can do something about is told by its own words.
fn words_for(code: &str) -> &'static str {
    match code {
        "room_taken" => "room_taken",
        _ => "change_refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_change_that_the_feed_told_of_first_waits_no_longer_once_it_is_answered() {
        let mine = testing::consultation("one", "14:00", 50);
        let mut state = testing::state(&[], &[]);
        put_in(&mut state, None, mine.clone());
        let theirs = Consultation { version: Some("1".into()), ..mine.clone() };
        accept(&mut state, theirs.clone());
        sent(&mut state, &mine, theirs.clone());
        assert!(state.unsent.is_empty());
        assert_eq!(state.consultations.get("one"), Some(&theirs));
    }

    fn at_version(version: &str, time: &str) -> Consultation {
        Consultation { version: Some(version.into()), ..testing::consultation("one", time, 50) }
    }

    #[test]
    fn an_answer_that_a_newer_one_has_overtaken_changes_nothing() {
        let mut state = testing::state(&[at_version("10", "15:00")], &[]);
        assert!(accept(&mut state, at_version("9", "14:00")).is_empty());
        assert_eq!(state.consultations["one"], at_version("10", "15:00"));
        // The list of a log that was set back says what there is.
        take(&mut state, at_version("9", "14:00"));
        assert_eq!(state.consultations["one"], at_version("9", "14:00"));
    }

    #[test]
    fn what_another_computer_changed_before_the_answer_came_stays() {
        let (before, mine) = (at_version("2", "14:00"), at_version("2", "15:00"));
        let mut state = testing::state(std::slice::from_ref(&before), &[]);
        put_in(&mut state, Some(before), mine.clone());
        // Changed there once more, and told before the answer to the first change is here.
        accept(&mut state, at_version("4", "16:00"));
        sent(&mut state, &mine, at_version("3", "15:00"));
        assert!(state.unsent.is_empty());
        assert_eq!(state.consultations["one"], at_version("4", "16:00"));
    }
}
