//! What the backend itself is connected to: accounts that make rooms, and a calendar, opened from the operator's configuration.
//!
//! Nothing here asks for a provider's name: a connection is found by its id, and what it can do stands in its capabilities.

mod account;
mod portal;
mod renewal;
mod standing;
mod tokens;

pub use account::Account;
pub use portal::Portal;
pub use standing::Standing;

use crate::config::CALENDAR;
use crate::{Config, Error};
use kabinet_api::ConnectionHealth;
use kabinet_domain::provider::ProviderInfo;
use kabinet_domain::{Clock, Ids, Timestamp};
use kabinet_providers::calendars::{self, CalendarId, calendars as known_calendars};
use kabinet_providers::http::{self, HttpSettings};
use kabinet_providers::pace::{Pace, SystemPause};
use kabinet_providers::posting::PostingClient;
use kabinet_providers::{providers, registry::ConnectionError};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// So often each connection is asked whether it still works.
const CHECK_EVERY: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Default)]
pub struct Connections {
    accounts: Vec<Arc<Account>>,
    calendar: Option<Arc<Portal>>,
}

impl Connections {
    /// Opens what is configured. Nobody is asked anything yet.
    ///
    /// # Errors
    /// Names the setting that is missing or not usable.
    pub fn open(config: &Config, clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> Result<Self, Error> {
        let mut accounts = Vec::new();
        for info in providers() {
            let Some(settings) = config.connections.of(info.id) else { continue };
            let client = http::client(&HttpSettings::default()).map_err(|error| no_client(info.id, &error))?;
            accounts.push(Arc::new(Account::open(info, settings.clone(), client, &config.data, Arc::clone(clock))?));
        }
        let mut calendar = None;
        for info in known_calendars() {
            let Some(settings) = config.connections.of(info.id) else { continue };
            if calendar.is_some() {
                return Err(Error::setting(
                    format!("connections.{}", info.id),
                    "is a second calendar, and one is all there can be",
                ));
            }
            let client =
                PostingClient::new(&HttpSettings::default(), calendars::CALL).map_err(|error| no_client(info.id, &error))?;
            let pace = Arc::new(Pace::new(Arc::clone(clock), Arc::new(SystemPause)));
            let chosen = settings.0.get(CALENDAR).map(|id| CalendarId(id.reveal().trim().to_owned()));
            calendar = Some(Arc::new(Portal::open(info, settings, chosen, client, pace, Arc::clone(clock), Arc::clone(ids))?));
        }
        Ok(Self { accounts, calendar })
    }

    /// The account that rooms of this provider are made with.
    #[must_use]
    pub fn account(&self, provider: &ProviderInfo) -> Option<&Arc<Account>> {
        self.accounts.iter().find(|account| account.info().id == provider.id)
    }

    #[must_use]
    pub fn calendar(&self) -> Option<&Arc<Portal>> {
        self.calendar.as_ref()
    }

    /// How each is, for operators.
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Vec<ConnectionHealth> {
        let accounts = self.accounts.iter().map(|account| account.standing().health(account.info().id, now));
        accounts.chain(self.calendar.iter().map(|portal| portal.standing().health(portal.info().id, now))).collect()
    }

    /// Lets renewals of tokens that are under way come to their end: the old ones are used up by then.
    pub async fn finish(&self) {
        for account in &self.accounts {
            account.finish().await;
        }
    }

    /// Asks each from time to time, so that a token that was revoked is known before a room is wanted.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        if self.accounts.is_empty() && self.calendar.is_none() {
            return;
        }
        loop {
            let look = async {
                for account in &self.accounts {
                    account.check().await;
                }
                if let Some(calendar) = &self.calendar {
                    calendar.check().await;
                }
                tokio::time::sleep(CHECK_EVERY).await;
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = look => {}
            }
        }
    }
}

fn no_client(id: &str, error: &(dyn std::error::Error + 'static)) -> Error {
    tracing::error!(error, "cannot build an HTTP client");
    Error::setting(format!("connections.{id}"), "cannot be used: this system has no usable TLS")
}

/// A setting at fault, by its place in the file.
pub fn setting_error(id: &str, error: &ConnectionError) -> Error {
    match error {
        ConnectionError::UnknownProvider => {
            Error::setting(format!("connections.{id}"), "is nothing that this program connects to")
        }
        ConnectionError::Missing { key } => Error::setting(format!("connections.{id}.{key}"), "is missing"),
        ConnectionError::Unusable { key, cause } => {
            Error::setting(format!("connections.{id}.{key}"), format!("is not usable: {cause}"))
        }
    }
}
