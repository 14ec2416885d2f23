//! Those who can be invited. A practice has hundreds, and an office asks for them with every letter typed: so they are kept for some minutes.

use super::connection::{Opened, tell};
use crate::application::{Application, Save};
use crate::command::CommandError;
use crate::consultations::folded;
use crate::view::ColleagueView;
use chrono::Duration;
use kabinet_providers::calendars::{CalendarError, Person};
use std::sync::Arc;

const FRESH: Duration = Duration::minutes(10);

impl Application {
    /// Those whose name, address or position holds every word of the text.
    pub(crate) async fn find_colleagues(self: &Arc<Self>, text: &str) -> Result<Vec<ColleagueView>, CommandError> {
        self.know_colleagues().await?;
        let text = folded(text);
        let words: Vec<&str> = text.split_whitespace().collect();
        let state = self.look();
        let fits = |one: &&ColleagueView| {
            let all = folded(&format!("{}\n{}\n{}", one.name, one.email.as_deref().unwrap_or_default(), one.position));
            words.iter().all(|word| all.contains(word))
        };
        let mut found: Vec<ColleagueView> = state.calendar.people.values().filter(fits).cloned().collect();
        drop(state);
        found.sort_by_cached_key(|one| (one.name.is_empty(), folded(&one.name)));
        Ok(found)
    }

    /// Reads them unless that was done just now. Those of before serve on when they cannot be read.
    async fn know_colleagues(self: &Arc<Self>) -> Result<(), CommandError> {
        let provider = {
            let state = self.look();
            if state.calendar.people_read_at.is_some_and(|at| (at..at + FRESH).contains(&self.now())) {
                return Ok(());
            }
            super::show::connected(&state).ok_or_else(|| crate::commands::refuse("no_calendar"))?.id
        };
        let opened = self.open_calendar(provider).await?;
        match self.read_colleagues(&opened).await {
            Err(error) if self.look().calendar.people.is_empty() => Err(tell(&error).into()),
            _ => Ok(()),
        }
    }

    async fn read_colleagues(&self, opened: &Opened) -> Result<(), CalendarError> {
        let people = opened.calendar.colleagues("").await.inspect_err(|error| {
            tracing::info!(error = error as &dyn std::error::Error, "the colleagues cannot be read");
        })?;
        let now = self.now();
        self.change(|state| {
            state.calendar.people = people.into_iter().map(|one| (one.id.0.clone(), colleague(one))).collect();
            state.calendar.people_read_at = Some(now);
        });
        Ok(())
    }

    /// Whoever was invited there is only an id until the colleagues are known.
    pub(super) async fn name_the_invited(self: &Arc<Self>, provider: &str) {
        let nameless = |state: &crate::state::State| {
            let invited = state.calendar.rows.values().flat_map(|row| &row.invited);
            invited
                .filter(|one| one.name.is_empty())
                .any(|one| state.calendar.people.get(&one.id).is_none_or(|known| known != one))
        };
        let (some, unread) = {
            let state = self.look();
            (nameless(&state), state.calendar.people_read_at.is_none())
        };
        if !some {
            return;
        }
        if unread {
            let Ok(opened) = self.open_calendar(provider).await else { return };
            if self.read_colleagues(&opened).await.is_err() {
                // Asked once, whatever the answer: names are a comfort, and the rights to them may be missing.
                let now = self.now();
                self.change(|state| state.calendar.people_read_at = Some(now));
            }
        }
        let rows = self.change(|state| {
            let people = &state.calendar.people;
            let mut changed = Vec::new();
            for (id, row) in &mut state.calendar.rows {
                for one in row.invited.iter_mut().filter(|one| one.name.is_empty()) {
                    if let Some(known) = people.get(&one.id).filter(|known| *known != one) {
                        one.clone_from(known);
                        changed.push(Save::Calendar(id.clone()));
                    }
                }
            }
            changed
        });
        self.save(&rows).await;
    }
}

fn colleague(person: Person) -> ColleagueView {
    ColleagueView {
        id: person.id.0,
        name: person.name.into_inner(),
        email: person.email.map(kabinet_domain::Sensitive::into_inner),
        position: person.position.into_inner(),
    }
}
