//! What calendars there are, as data, and how a configured one is opened. Nobody else needs to know their names.

mod error;

use crate::bitrix24;
use crate::pace::Pace;
use crate::posting::PostingClient;
use crate::registry::{ConnectionError, ConnectionSettings};
use async_trait::async_trait;
use chrono_tz::Tz;
use kabinet_domain::calendar::{AttendeeId, CalendarEvent, Details, EntryId};
use kabinet_domain::provider::Field;
use kabinet_domain::{ConsultationId, Ids, Sensitive, Timestamp};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use error::CalendarError;

/// Key of the setting that holds what signing in gave. It is no field of the form: nobody types it in.
pub const GRANT: &str = "grant";

/// How long one call may take: clouds cut it after a minute, and whoever gives up earlier does not know what became of it.
pub const CALL: Duration = Duration::from_secs(65);

/// How a calendar describes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarInfo {
    pub id: &'static str,
    pub name: &'static str,
    /// Key of the icon in the window.
    pub icon: &'static str,
    pub fields: &'static [Field],
    /// Keys of the settings that put other servers in the place of its own. No form asks for them.
    pub addresses: &'static [&'static str],
    /// An account can be connected by signing in, instead of by a secret in the form.
    pub sign_in: Option<CalendarSignIn>,
    /// What proves that something sent to a backend comes from this calendar. In no form: only an operator has a backend to name there.
    pub incoming: &'static [Field],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarSignIn {
    /// Keys of the fields that it takes.
    pub fields: &'static [&'static str],
    /// Keys of the fields that make it unnecessary.
    pub instead_of: &'static [&'static str],
}

type Open = fn(&ConnectionSettings, &Surroundings) -> Result<Box<dyn CalendarProvider>, ConnectionError>;
type Understand = fn(&ConnectionSettings, &[u8]) -> Result<Incoming, IncomingError>;
type Begin = fn(&ConnectionSettings, &str) -> Result<Sensitive<String>, ConnectionError>;

/// A calendar that can be opened, and signed in to.
struct Entry {
    info: CalendarInfo,
    open: Open,
    begin: Begin,
    finish: &'static dyn FinishSignIn,
    understand: Understand,
}

/// The second half of signing in, which asks the calendar's server.
#[async_trait]
pub(crate) trait FinishSignIn: Send + Sync {
    async fn finish(
        &self,
        settings: &ConnectionSettings,
        surroundings: &Surroundings,
        answer: &SignInAnswer<'_>,
    ) -> Result<ConnectionSettings, CalendarError>;
}

/// A new calendar is one line here.
static CALENDARS: [Entry; 1] = [Entry {
    info: bitrix24::INFO,
    open: bitrix24::open,
    begin: bitrix24::begin_sign_in,
    finish: &bitrix24::FinishSignIn,
    understand: bitrix24::incoming::of_the_connected,
}];

static INFOS: [CalendarInfo; CALENDARS.len()] = {
    let mut infos = [CALENDARS[0].info; CALENDARS.len()];
    let mut index = 0;
    while index < CALENDARS.len() {
        infos[index] = CALENDARS[index].info;
        index += 1;
    }
    infos
};

#[must_use]
pub fn calendars() -> &'static [CalendarInfo] {
    &INFOS
}

fn entry(calendar: &str) -> Result<&'static Entry, ConnectionError> {
    CALENDARS.iter().find(|entry| entry.info.id == calendar).ok_or(ConnectionError::UnknownProvider)
}

/// What a calendar needs beside its settings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Made with [`CALL`].
    pub http: PostingClient,
    /// One for the whole process.
    pub pace: Arc<Pace>,
    pub ids: Arc<dyn Ids>,
    pub keeper: Arc<dyn KeepSettings>,
}

/// Keeps what a server changed in a connection's settings: a renewed grant, a new address.
#[async_trait]
pub trait KeepSettings: fmt::Debug + Send + Sync {
    /// Puts these values in the place of those with the same keys, all or none. A grant that was renewed is not valid any more
    /// where it was kept, so this must be on disk when it returns.
    ///
    /// # Errors
    /// When they could not be kept; they are offered again later.
    async fn keep(&self, changed: &ConnectionSettings) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

    /// Asked before a grant is renewed, which ends the old one: what is returned is held until the new one was handed on to be kept.
    ///
    /// # Errors
    /// When the connection is another one by now, so that the grant is to be left alone.
    async fn begin_renewal(&self) -> Result<Box<dyn Send>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Box::new(()))
    }
}

/// Opens a calendar by its id. A grant is opened once: two that hold the same would renew it against each other.
///
/// # Errors
/// Names the setting that is missing or not usable.
pub fn open(
    calendar: &str,
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
) -> Result<Box<dyn CalendarProvider>, ConnectionError> {
    (entry(calendar)?.open)(settings, surroundings)
}

/// The page on which a person lets us in. `state` comes back with the answer; it must be unguessable and used once.
///
/// # Errors
/// Names the setting that is missing or not usable.
pub fn begin_sign_in(calendar: &str, settings: &ConnectionSettings, state: &str) -> Result<Sensitive<String>, ConnectionError> {
    (entry(calendar)?.begin)(settings, state)
}

/// What the browser brought back.
#[derive(Clone, Copy)]
pub struct SignInAnswer<'a> {
    /// The query of the address that it was led back to.
    pub query: &'a str,
    /// What [`begin_sign_in`] was given.
    pub state: &'a str,
}

impl fmt::Debug for SignInAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInAnswer(<redacted>)")
    }
}

/// Turns the answer into settings to be kept, [`GRANT`] among them.
///
/// # Errors
/// When the answer is not to our question, or the calendar's server refuses.
pub async fn finish_sign_in(
    calendar: &str,
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
    answer: &SignInAnswer<'_>,
) -> Result<ConnectionSettings, CalendarError> {
    let entry = entry(calendar).map_err(|error| CalendarError::Unexpected(Box::new(error)))?;
    entry.finish.finish(settings, surroundings, answer).await
}

/// A calendar's server says that an entry was added, changed or deleted; what it says now has to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarChanged {
    pub event_id: EntryId,
    /// The server's own id, which stays when its address changes.
    pub portal: String,
}

/// What a calendar sent by itself comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    Changed(CalendarChanged),
    /// Verified, and nothing to us.
    Other,
}

/// Why something that was sent is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IncomingError {
    #[error("the request is too large")]
    TooLarge,
    #[error("the request is not an event")]
    NotAnEvent,
    /// It does not come from the calendar that is connected.
    #[error("nothing proves the event")]
    Unverified,
}

/// Takes what a calendar sent by itself apart, and verifies it by the settings that [`CalendarInfo::incoming`] names.
///
/// # Errors
/// Says why it is not to be believed.
pub fn understand(calendar: &str, settings: &ConnectionSettings, body: &[u8]) -> Result<Incoming, IncomingError> {
    (entry(calendar).map_err(|_| IncomingError::Unverified)?.understand)(settings, body)
}

/// Somebody with an account at the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: AttendeeId,
    pub name: Sensitive<String>,
    pub email: Option<Sensitive<String>>,
    pub position: Sensitive<String>,
    /// `None` when the account takes its computer's.
    pub zone: Option<Tz>,
}

/// A calendar's own id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CalendarId(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub id: CalendarId,
    pub name: Sensitive<String>,
    /// `#rrggbb`, or empty.
    pub colour: String,
    /// Entries can be added and changed.
    pub writable: bool,
}

/// A configured calendar.
#[async_trait]
pub trait CalendarProvider: fmt::Debug + Send + Sync {
    /// Whose account this is.
    async fn who_am_i(&self) -> Result<Person, CalendarError>;

    /// Those who can be invited, all or those whose name fits.
    async fn colleagues(&self, name: &str) -> Result<Vec<Person>, CalendarError>;

    async fn calendars(&self) -> Result<Vec<Calendar>, CalendarError>;

    /// What stands in a calendar between two moments.
    async fn events(&self, calendar: &CalendarId, from: Timestamp, until: Timestamp)
    -> Result<Vec<CalendarEvent>, CalendarError>;

    /// Single entries, by the ids asked for; `None` for one that is known to be gone. One that could not be told is left out.
    /// Where a copy was asked for, the entry has the id of the one that counts.
    async fn look(&self, entries: &[EntryId]) -> Result<Vec<(EntryId, Option<CalendarEvent>)>, CalendarError>;

    /// An entry that carries the consultation's marker, around the time it was planned for.
    async fn find_marked(
        &self,
        calendar: &CalendarId,
        consultation: ConsultationId,
        details: &Details,
    ) -> Result<Option<CalendarEvent>, CalendarError>;

    /// Writes a new entry, unless one with the marker is there already.
    /// [`CalendarError::MaybeDone`] means that asking again is safe and needed.
    async fn add(
        &self,
        calendar: &CalendarId,
        consultation: ConsultationId,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError>;

    /// Writes all fields over an entry, if it still is as it was read.
    async fn update(
        &self,
        consultation: ConsultationId,
        over: &CalendarEvent,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError>;

    /// Deletes an entry; one that is gone already is fine.
    async fn delete(&self, entry: &EntryId) -> Result<(), CalendarError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_fields_are_unique_and_signing_in_names_fields_that_exist() {
        let ids: std::collections::HashSet<_> = calendars().iter().map(|info| info.id).collect();
        assert_eq!(ids.len(), calendars().len());
        for info in calendars() {
            let keys: std::collections::HashSet<_> = info.fields.iter().map(|field| field.key).collect();
            assert_eq!(keys.len(), info.fields.len(), "{}", info.id);
            assert!(!keys.contains(GRANT), "{}", info.id);
            for key in info.sign_in.iter().flat_map(|sign_in| sign_in.fields.iter().chain(sign_in.instead_of)) {
                assert!(keys.contains(key), "{} {key}", info.id);
            }
        }
    }

    #[test]
    fn an_unknown_calendar_is_an_error() {
        let error = begin_sign_in("unknown", &ConnectionSettings::default(), "state").expect_err("no such calendar");
        assert!(matches!(error, ConnectionError::UnknownProvider));
    }
}
