//! The practice's calendar and its people.

use super::setting_error;
use super::standing::Standing;
use crate::Error;
use async_trait::async_trait;
use kabinet_domain::calendar::AttendeeId;
use kabinet_domain::{Clock, Ids, Sensitive, Timestamp};
use kabinet_providers::calendars::{
    self, CalendarError, CalendarId, CalendarInfo, CalendarProvider, KeepSettings, Person, Surroundings,
};
use kabinet_providers::pace::Pace;
use kabinet_providers::posting::PostingClient;
use kabinet_providers::registry::ConnectionSettings;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Mutex;

/// People come and go by the month.
const PEOPLE_ARE_FRESH: chrono::Duration = chrono::Duration::minutes(5);

#[derive(Debug)]
pub struct Portal {
    info: &'static CalendarInfo,
    settings: ConnectionSettings,
    provider: Arc<dyn CalendarProvider>,
    /// The calendar that the operator chose.
    chosen: Option<CalendarId>,
    /// Asked for by one at a time: whoever waits gets the answer to the other's question.
    people: Mutex<Option<Known>>,
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
            people: Mutex::default(),
            found: Mutex::default(),
            clock,
            standing: Standing::default(),
        })
    }

    #[must_use]
    pub fn info(&self) -> &'static CalendarInfo {
        self.info
    }

    /// What the operator set, for whoever verifies what the calendar sends.
    #[must_use]
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
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
    pub fn noted<T>(&self, outcome: Result<T, CalendarError>) -> Result<T, CalendarError> {
        match &outcome {
            Err(error) if is_the_connections(error) => self.standing.fails(error.code()),
            _ => self.standing.works(self.clock.now()),
        }
        outcome
    }

    pub(super) async fn check(&self) {
        if let Err(error) = self.noted(self.provider.who_am_i().await) {
            self.log(&error, "a connection does not work");
        }
    }

    /// For the log: a code and a cause, which hold no address and no name.
    pub fn log(&self, error: &CalendarError, what: &'static str) {
        tracing::warn!(connection = self.info.id, code = error.code(), error = error as &dyn std::error::Error, "{what}");
    }

    /// Everybody who can be invited. Stale beats empty: while the calendar does not answer, those known before are told.
    ///
    /// # Errors
    /// When it does not answer and nobody is known yet.
    pub async fn people(&self) -> Result<Arc<Vec<Person>>, CalendarError> {
        let mut known = self.people.lock().await;
        let now = self.clock.now();
        if let Some(known) = known.as_ref().filter(|known| now - known.at < PEOPLE_ARE_FRESH) {
            return Ok(Arc::clone(&known.people));
        }
        match self.noted(self.provider.colleagues("").await) {
            Ok(people) => {
                let people = Arc::new(people);
                *known = Some(Known { people: Arc::clone(&people), at: now });
                Ok(people)
            }
            Err(error) => match known.as_ref() {
                Some(known) => {
                    self.log(&error, "colleagues are shown as they were");
                    Ok(Arc::clone(&known.people))
                }
                None => Err(error),
            },
        }
    }

    /// Who is meant by ids and e-mail addresses, and which of them mean nobody.
    ///
    /// # Errors
    /// When the people cannot be asked for.
    pub async fn invited(&self, wanted: &[String]) -> Result<(BTreeSet<AttendeeId>, Vec<String>), CalendarError> {
        let (mut found, mut unknown) = (BTreeSet::new(), Vec::new());
        let wanted: Vec<&str> = wanted.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect();
        if wanted.is_empty() {
            return Ok((found, unknown));
        }
        let people = self.people().await?;
        for one in wanted {
            let address = |person: &Person| person.email.as_ref().map(Sensitive::reveal).map(|email| email.to_lowercase());
            let is_meant = |person: &&Person| person.id.0 == one || address(person) == Some(one.to_lowercase());
            match people.iter().find(is_meant) {
                Some(person) => drop(found.insert(person.id.clone())),
                None => unknown.push(one.to_owned()),
            }
        }
        Ok((found, unknown))
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
        tracing::warn!(keys = keys.join(", "), "a calendar has moved: set these anew");
        Ok(())
    }
}
