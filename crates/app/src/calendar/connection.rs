//! The connection to a calendar: its settings, where they are kept, and the one opened calendar that everybody here shares.

mod keeper;

use crate::application::Application;
use crate::command::{CheckResult, CommandError};
use crate::commands::{refuse, refuse_field, refuse_with};
use crate::keychain::secret_name;
use crate::state::Account;
use crate::view::{Health, Message};
use kabinet_domain::provider::FieldKind;
use kabinet_domain::{Clock, Sensitive};
use kabinet_providers::calendars::{self, CALL, CalendarError, CalendarInfo, CalendarProvider, GRANT, Person, Surroundings};
use kabinet_providers::http::{HttpSettings, Reach};
use kabinet_providers::pace::{Pace, SystemPause};
use kabinet_providers::posting::PostingClient;
use kabinet_providers::registry::{ConnectionError, ConnectionSettings};
use keeper::Keeper;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::futures::Notified;
use tokio::sync::{Mutex, MutexGuard, Notify};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// A portal that never answers is asked again and again for minutes; a person waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the running application holds for the calendar.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Both sides are compared by one at a time.
    pub(super) turn: Mutex<()>,
    /// Whoever compares is to stop: a round may break off anywhere.
    interrupt: Notify,
    /// The connection is about to be another one: whoever uses it is to stop.
    leaving: Notify,
    /// Somebody wants them compared soon.
    pub(crate) wanted: Notify,
    opened: Mutex<Option<Opened>>,
    /// Held while a grant is renewed: the old one is worth nothing once it was used, so the new one is waited for and kept.
    renewal: Arc<Mutex<()>>,
    /// Counts the openings: what an older one has to keep is of yesterday.
    opening: AtomicU64,
    pace: Arc<Pace>,
}

/// A grant is renewed by whoever holds it, and the old one ends with that: so one holds it.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub provider: &'static str,
    pub calendar: Arc<dyn CalendarProvider>,
    /// Where it is, to tell it from another.
    pub place: String,
    /// It is the account that was chosen.
    pub recognised: Arc<AtomicBool>,
}

impl Desk {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            turn: Mutex::default(),
            interrupt: Notify::new(),
            leaving: Notify::new(),
            wanted: Notify::new(),
            opened: Mutex::default(),
            renewal: Arc::default(),
            opening: AtomicU64::new(0),
            pace: Arc::new(Pace::new(clock, Arc::new(SystemPause))),
        }
    }

    /// The connection is about to be another one: a round that goes on holds the old one, and a slow portal would keep a person waiting.
    pub(super) async fn stop_comparing(&self) -> MutexGuard<'_, ()> {
        self.leaving.notify_waiters();
        self.stop_round().await
    }

    /// The same where the connection stays, so that what else a person asked of it goes on.
    pub(super) async fn stop_round(&self) -> MutexGuard<'_, ()> {
        self.interrupt.notify_waiters();
        self.turn.lock().await
    }

    /// A round is to stop, though not in the middle of renewing a grant; heard from now on, also while it waits for its turn.
    pub(super) fn interrupted(&self) -> impl Future<Output = ()> + '_ {
        self.heard(self.interrupt.notified())
    }

    /// The connection is about to be another one; heard from now on likewise.
    pub(super) fn left(&self) -> impl Future<Output = ()> + '_ {
        self.heard(self.leaving.notified())
    }

    async fn heard(&self, notified: Notified<'_>) {
        notified.await;
        drop(self.renewal.lock().await);
    }
}

/// The calendar of this id.
pub(super) fn calendar(id: &str) -> Result<&'static CalendarInfo, CommandError> {
    calendars::calendars().iter().find(|info| info.id == id).ok_or_else(|| refuse_field("no_such_provider", "provider"))
}

/// Keys of what the keychain keeps for a calendar.
pub(crate) fn secrets(info: &CalendarInfo) -> impl Iterator<Item = &'static str> {
    let typed = info.fields.iter().filter(|field| field.kind == FieldKind::Secret).map(|field| field.key);
    typed.chain([GRANT])
}

/// Why a calendar does not do what it should, for a person.
pub(crate) fn tell(error: &CalendarError) -> Message {
    let facts = match error {
        CalendarError::Refused { said } => [("said".to_owned(), said.reveal().clone())].into(),
        _ => std::collections::BTreeMap::new(),
    };
    Message { code: error.code().into(), facts }
}

/// What may pass by itself wants a look; the rest is broken.
pub(super) fn health(error: &CalendarError) -> Health {
    match error {
        CalendarError::Busy { .. }
        | CalendarError::Unreachable(_)
        | CalendarError::MaybeDone
        | CalendarError::ChangedMeanwhile
        | CalendarError::Unexpected(_) => Health::Check,
        _ => Health::Broken,
    }
}

pub(super) fn cannot_open(info: &CalendarInfo, error: &ConnectionError) -> CommandError {
    let is_address = |key: &str| info.fields.iter().any(|field| field.key == key && field.kind == FieldKind::Address);
    match error {
        ConnectionError::UnknownProvider => refuse_field("no_such_provider", "provider"),
        ConnectionError::Missing { key } => refuse_with("connection_field_missing", &[("field", key)], Some(key)),
        ConnectionError::Unusable { key, .. } if *key == GRANT => CalendarError::SignInAgain.into(),
        ConnectionError::Unusable { key, .. } if is_address(key) => refuse_field("bad_address", key),
        ConnectionError::Unusable { key, .. } => refuse_with("connection_field_bad", &[("field", key)], Some(key)),
    }
}

impl Application {
    /// Asks a portal for a person, who does not wait for one that never answers.
    pub(crate) async fn answered_soon<T: Send + 'static>(
        &self,
        asked: impl Future<Output = Result<T, CommandError>> + Send + 'static,
    ) -> Result<T, CommandError> {
        within(PATIENCE, &self.tasks, &self.stop, asked).await
    }
}

/// Waits so long for an answer. The asking goes on: a grant that is just being renewed would be lost with it.
async fn within<T: Send + 'static>(
    patience: Duration,
    tasks: &TaskTracker,
    stop: &CancellationToken,
    asked: impl Future<Output = Result<T, CommandError>> + Send + 'static,
) -> Result<T, CommandError> {
    let stop = stop.clone();
    let asking = tasks.spawn(Box::pin(async move {
        let mut asked = Box::pin(asked);
        tokio::select! {
            done = &mut asked => return Some(done),
            () = stop.cancelled() => {}
        }
        tokio::time::timeout(super::GRACE, asked).await.ok()
    }));
    match tokio::time::timeout(patience, asking).await {
        Ok(Ok(Some(done))) => done,
        Ok(Ok(None)) | Err(_) => Err(refuse("calendar_unreachable")),
        Ok(Err(broken)) => {
            tracing::error!(error = &broken as &dyn std::error::Error, "asking the calendar broke off");
            Err(refuse("calendar_unexpected"))
        }
    }
}

impl From<CalendarError> for CommandError {
    fn from(error: CalendarError) -> Self {
        tracing::info!(error = &error as &dyn std::error::Error, "the calendar did not do it");
        tell(&error).into()
    }
}

impl Application {
    /// All that is known of a calendar's connection: what the operator gives, under what a person typed, under the keychain's.
    pub(super) async fn calendar_settings(&self, info: &CalendarInfo) -> Result<ConnectionSettings, Message> {
        let mut settings = self.parts.operator.of(info.id);
        let typed = self.look().kept.connections.get(info.id).cloned().unwrap_or_default();
        settings
            .0
            .extend(typed.into_iter().filter(|(_, value)| !value.trim().is_empty()).map(|(key, value)| (key, value.into())));
        for key in secrets(info) {
            if let Some(secret) = self.secret(&secret_name(info.id, key)).await? {
                settings.0.insert(key.to_owned(), secret);
            }
        }
        Ok(settings)
    }

    /// What a calendar needs beside its settings; what it keeps goes where these came from.
    pub(super) fn surroundings(
        self: &Arc<Self>,
        info: &'static CalendarInfo,
        settings: &ConnectionSettings,
    ) -> Result<Surroundings, CommandError> {
        // Loading the authorities takes longer than most calls; a server on this computer needs none.
        let reach = if are_here(settings) { Reach::Loopback } else { Reach::Network };
        let http = PostingClient::new(&HttpSettings { reach, ..HttpSettings::default() }, CALL);
        let opening = self.calendar.opening.load(Ordering::SeqCst);
        Ok(Surroundings {
            http: http.map_err(|_| refuse("no_tls"))?,
            pace: self.calendar.pace.clone(),
            ids: self.parts.ids.clone(),
            keeper: Arc::new(Keeper { application: Arc::downgrade(self), info, opening }),
        })
    }

    /// The connected calendar, opened once for all that ask.
    pub(super) async fn open_calendar(self: &Arc<Self>, provider: &str) -> Result<Opened, CommandError> {
        let info = calendar(provider)?;
        let mut opened = self.calendar.opened.lock().await;
        if let Some(opened) = opened.as_ref().filter(|opened| opened.provider == info.id) {
            return Ok(opened.clone());
        }
        let settings = self.calendar_settings(info).await?;
        let surroundings = self.surroundings(info, &settings)?;
        let calendar = calendars::open(info.id, &settings, &surroundings).map_err(|error| cannot_open(info, &error))?;
        let new = Opened {
            provider: info.id,
            calendar: Arc::from(calendar),
            place: place(info, &settings),
            recognised: Arc::default(),
        };
        *opened = Some(new.clone());
        Ok(new)
    }

    /// The next one who asks opens it anew, with what is kept by then.
    pub(super) async fn close_calendar(&self) {
        let _renewed = self.calendar.renewal.lock().await;
        let mut opened = self.calendar.opened.lock().await;
        self.calendar.opening.fetch_add(1, Ordering::SeqCst);
        *opened = None;
    }

    /// Puts secrets into the keychain and takes out those that are empty.
    pub(super) async fn keep_calendar_secrets(
        &self,
        info: &CalendarInfo,
        changed: impl IntoIterator<Item = (String, Sensitive<String>)>,
    ) -> Result<(), Message> {
        for (key, secret) in changed {
            let name = secret_name(info.id, &key);
            let empty = secret.reveal().is_empty();
            if empty {
                self.forget_secret(&name).await?;
            } else {
                self.keep_secret(&name, &secret).await?;
            }
            self.change(|state| {
                let kept = &mut state.connections.entry(info.id.into()).or_default().secrets;
                if empty { kept.remove(&key) } else { kept.insert(key) }
            });
        }
        Ok(())
    }

    /// Which secrets of calendars the keychain has.
    pub(crate) async fn look_for_calendar_secrets(&self) -> Result<(), Message> {
        for info in calendars::calendars() {
            for key in secrets(info) {
                let kept = self.secret(&secret_name(info.id, key)).await?.is_some();
                self.change(|state| {
                    let secrets = &mut state.connections.entry(info.id.into()).or_default().secrets;
                    if kept { secrets.insert(key.into()) } else { secrets.remove(key) }
                });
            }
        }
        Ok(())
    }

    /// Asks whose account it is and what it may do.
    pub(super) async fn ask_calendar(self: &Arc<Self>, info: &'static CalendarInfo) -> Result<CheckResult, CommandError> {
        let opened = self.open_calendar(info.id).await?;
        let asked = self.ask_abilities(info, opened.calendar.as_ref()).await;
        let (health, message) = match &asked {
            Ok(true) => (Health::Works, None),
            Ok(false) => (Health::Check, Some(tell(&CalendarError::RightMissing))),
            Err(error) => {
                tracing::info!(error = error as &dyn std::error::Error, "the calendar's connection does not work");
                (health(error), Some(tell(error)))
            }
        };
        self.calendar_said(info.id, health, message.clone());
        self.save_kept().await?;
        Ok(CheckResult { health, message })
    }

    /// Whether it may do all that is wanted of it.
    async fn ask_abilities(&self, info: &CalendarInfo, calendar: &dyn CalendarProvider) -> Result<bool, CalendarError> {
        let me: Person = calendar.who_am_i().await?;
        let may = |answer: Result<(), CalendarError>| match answer {
            Ok(()) => Ok(true),
            Err(CalendarError::RightMissing | CalendarError::NotAllowed) => Ok(false),
            Err(error) => Err(error),
        };
        let calendar_may = may(calendar.calendars().await.map(drop))?;
        let colleagues_may = may(calendar.colleagues(me.name.reveal()).await.map(drop))?;
        self.change(|state| {
            let login = me.email.as_ref().map(|email| email.reveal().clone()).unwrap_or_default();
            state.kept.accounts.insert(info.id.into(), Account { name: me.name.reveal().clone(), login });
            let abilities = &mut state.connections.entry(info.id.into()).or_default().abilities;
            abilities.insert("calendar", calendar_may);
            abilities.insert("colleagues", colleagues_may);
        });
        Ok(calendar_may && colleagues_may)
    }

    /// How the connection is, as of now.
    pub(super) fn calendar_said(&self, provider: &str, health: Health, message: Option<Message>) {
        let now = self.now();
        self.change(|state| {
            let connection = state.connections.entry(provider.into()).or_default();
            connection.health = health;
            connection.message = message;
            if health == Health::Works {
                connection.last_success = Some(now);
            }
        });
    }
}

impl Application {
    /// Whose account is connected, to tell it from another.
    pub(super) async fn calendar_account(self: &Arc<Self>, opened: &Opened) -> Result<String, CommandError> {
        let info = calendar(opened.provider)?;
        let me = opened.calendar.who_am_i().await?;
        Ok(whose(&place(info, &self.calendar_settings(info).await?), &me.id.0))
    }
}

/// Tells one account from another.
pub(super) fn whose(place: &str, person: &str) -> String {
    format!("{place}/{person}")
}

/// The server that a connection leads to.
fn place(info: &CalendarInfo, settings: &ConnectionSettings) -> String {
    let signed_in = settings.0.contains_key(GRANT);
    let instead = info.sign_in.map_or(&[] as &[&str], |sign_in| sign_in.instead_of);
    let fields = info.fields.iter().filter(|field| !(signed_in && instead.contains(&field.key)));
    let mut addresses = fields.filter_map(|field| {
        let text = settings.0.get(field.key)?.reveal().trim();
        let with_scheme = match field.kind {
            FieldKind::Address if !text.contains("://") => format!("https://{text}"),
            _ => text.to_owned(),
        };
        let url = Url::parse(&with_scheme).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let host = url.host_str()?.to_owned();
        Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    });
    addresses.next().unwrap_or_default()
}

fn are_here(settings: &ConnectionSettings) -> bool {
    let addresses = settings.0.values().filter_map(|value| Url::parse(value.reveal().trim()).ok());
    let mut addresses = addresses.filter(|url| matches!(url.scheme(), "http" | "https")).peekable();
    addresses.peek().is_some() && addresses.all(|url| crate::line::is_loopback(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_a_portal_that_never_answers_and_its_answer_is_kept_all_the_same() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (portal, kept) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (answer, keeps) = (portal.clone(), kept.clone());
        let asked = async move {
            answer.notified().await;
            keeps.store(true, Ordering::SeqCst);
            Ok(())
        };
        let refused = within(Duration::ZERO, &tasks, &stop, asked).await.expect_err("no answer");
        assert_eq!(refused.message.code, "calendar_unreachable");
        portal.notify_one();
        tasks.close();
        tasks.wait().await;
        assert!(kept.load(Ordering::SeqCst));
    }
}
