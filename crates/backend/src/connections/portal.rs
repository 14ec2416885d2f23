//! The practice's calendar and its people.

use super::setting_error;
use super::standing::Standing;
use crate::Error;
use crate::calendar::meant;
use async_trait::async_trait;
use kabinet_domain::{Clock, Ids, Timestamp};
use kabinet_providers::calendars::{
    self, CalendarError, CalendarId, CalendarInfo, CalendarProvider, Incoming, IncomingError, KeepSettings, Person, Surroundings,
};
use kabinet_providers::pace::Pace;
use kabinet_providers::posting::PostingClient;
use kabinet_providers::registry::ConnectionSettings;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// People come and go by the month.
const PEOPLE_ARE_FRESH: chrono::Duration = chrono::Duration::minutes(5);

/// Nobody who plans a conference waits longer for them.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Debug)]
pub struct Portal {
    info: &'static CalendarInfo,
    settings: ConnectionSettings,
    provider: Arc<dyn CalendarProvider>,
    /// The calendar that the operator chose.
    chosen: Option<CalendarId>,
    people: std::sync::Mutex<Option<Known>>,
    /// Held while they are asked for.
    asking: Mutex<()>,
    /// The calendar to write to, once it is known.
    found: Mutex<Option<CalendarId>>,
    clock: Arc<dyn Clock>,
    standing: Standing,
}

#[derive(Debug)]
struct Known {
    people: Arc<Vec<Person>>,
    at: Timestamp,
}

impl Portal {
    pub(super) fn open(
        info: &'static CalendarInfo,
        settings: &ConnectionSettings,
        chosen: Option<CalendarId>,
        http: PostingClient,
        pace: Arc<Pace>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, Error> {
        let surroundings = Surroundings { http, pace, ids, keeper: Arc::new(KeptByTheOperator) };
        let provider = calendars::open(info.id, settings, &surroundings).map_err(|error| setting_error(info.id, &error))?;
        Ok(Self {
            info,
            settings: settings.clone(),
            provider: provider.into(),
            chosen,
            people: std::sync::Mutex::default(),
            asking: Mutex::default(),
            found: Mutex::default(),
            clock,
            standing: Standing::default(),
        })
    }

    #[must_use]
    pub fn info(&self) -> &'static CalendarInfo {
        self.info
    }

    /// What the calendar sent by itself, verified by what the operator set.
    ///
    /// # Errors
    /// Says why it is not to be believed.
    pub fn understand(&self, body: &[u8]) -> Result<Incoming, IncomingError> {
        calendars::understand(self.info.id, &self.settings, body)
    }

    #[must_use]
    pub fn provider(&self) -> &Arc<dyn CalendarProvider> {
        &self.provider
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Notes how an answer speaks for the connection, and hands it on.
    ///
    /// # Errors
    /// The same as it was given.
    fn noted<T>(&self, outcome: Result<T, CalendarError>) -> Result<T, CalendarError> {
        match &outcome {
            Err(error) => self.fails(error),
            Ok(_) => self.works(),
        }
        outcome
    }

    pub fn works(&self) {
        self.standing.works(self.clock.now());
    }

    /// Notes what is wrong, if it is the connection. What was never sent says nothing of it.
    pub fn fails(&self, error: &CalendarError) {
        match error {
            CalendarError::Unfit { .. } => {}
            error if is_the_connections(error) => self.standing.fails(error.code()),
            _ => self.works(),
        }
    }

    pub(super) async fn check(&self) {
        if let Err(error) = self.noted(self.provider.who_am_i().await) {
            // Who cannot say whose account it is does not work, whatever was the matter.
            self.standing.fails(error.code());
            self.log(&error, "a connection does not work");
        } else if let Err(error) = self.ask_for_people().await {
            self.log(&error, "colleagues cannot be asked for");
        }
    }

    /// For the log: a code and a cause, which hold no address and no name.
    pub fn log(&self, error: &CalendarError, what: &'static str) {
        tracing::warn!(connection = self.info.id, code = error.code(), error = error as &dyn std::error::Error, "{what}");
    }

    /// Everybody who can be invited. Stale beats empty, and soon beats fresh: while the calendar does not answer, those known before
    /// are told.
    ///
    /// # Errors
    /// When it does not answer and nobody is known yet.
    pub async fn people(&self) -> Result<Arc<Vec<Person>>, CalendarError> {
        let asked = tokio::time::timeout(PATIENCE, self.ask_for_people()).await;
        match asked.unwrap_or_else(|late| Err(CalendarError::Unreachable(Box::new(late)))) {
            Ok(people) => Ok(people),
            Err(error) => match self.known(None) {
                Some(people) => {
                    self.log(&error, "colleagues are told as they were");
                    Ok(people)
                }
                None => Err(error),
            },
        }
    }

    async fn ask_for_people(&self) -> Result<Arc<Vec<Person>>, CalendarError> {
        let is_fresh = || self.known(Some(self.clock.now() - PEOPLE_ARE_FRESH));
        if let Some(people) = is_fresh() {
            return Ok(people);
        }
        let _turn = self.asking.lock().await;
        // Whoever had to wait gets the answer to the other's question.
        if let Some(people) = is_fresh() {
            return Ok(people);
        }
        let people = Arc::new(self.noted(self.provider.colleagues("").await)?);
        *self.state() = Some(Known { people: Arc::clone(&people), at: self.clock.now() });
        Ok(people)
    }

    /// Those who were told last, if that was after a moment.
    fn known(&self, after: Option<Timestamp>) -> Option<Arc<Vec<Person>>> {
        let known = self.state();
        known.as_ref().filter(|known| after.is_none_or(|after| known.at > after)).map(|known| Arc::clone(&known.people))
    }

    fn state(&self) -> MutexGuard<'_, Option<Known>> {
        // It is whole after every statement, so a panic elsewhere has broken nothing.
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which of these ids and e-mail addresses mean nobody there. Nobody is unknown while the calendar cannot be asked.
    pub async fn unknown(&self, wanted: &[String]) -> Vec<String> {
        let wanted = || wanted.iter().filter(|one| !one.trim().is_empty());
        if wanted().next().is_none() {
            return Vec::new();
        }
        match self.people().await {
            Ok(people) => wanted().filter(|one| meant(one, &people).is_none()).cloned().collect(),
            Err(error) => {
                self.log(&error, "who is invited cannot be looked up now");
                Vec::new()
            }
        }
    }

    /// The calendar to write to: the chosen one, else the first that can be written to.
    ///
    /// # Errors
    /// When it cannot be asked, or there is none.
    pub async fn calendar(&self) -> Result<CalendarId, CalendarError> {
        if let Some(chosen) = &self.chosen {
            return Ok(chosen.clone());
        }
        let mut found = self.found.lock().await;
        if let Some(found) = &*found {
            return Ok(found.clone());
        }
        let all = self.noted(self.provider.calendars().await)?;
        let first = all.into_iter().find(|calendar| calendar.writable).ok_or(CalendarError::NotAllowed)?.id;
        *found = Some(first.clone());
        Ok(first)
    }
}

/// Whether an error is about the connection, and not about one entry.
fn is_the_connections(error: &CalendarError) -> bool {
    !matches!(
        error,
        CalendarError::Refused { .. }
            | CalendarError::Unfit { .. }
            | CalendarError::NoSuchEntry
            | CalendarError::ChangedMeanwhile
            | CalendarError::Series
            | CalendarError::OtherTime
    )
}

/// What the operator has configured is the operator's to change: a new address of the calendar is found again at the next start.
#[derive(Debug)]
struct KeptByTheOperator;

#[async_trait]
impl KeepSettings for KeptByTheOperator {
    async fn keep(&self, changed: &ConnectionSettings) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let keys: Vec<&str> = changed.0.keys().map(String::as_str).collect();
        tracing::warn!(setting = keys.join(", "), "a calendar has moved and is followed; set it anew");
        Ok(())
    }
}
