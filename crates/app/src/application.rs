//! The running application: what it owns, how it starts and stops. What it does is told in the modules beside it.
//!
//! Long tasks and their owner, all under one [`TaskTracker`] and stopped by one token:
//!
//! | Task | Module | Does |
//! |---|---|---|
//! | opening | `keychain` | key and local store, once |
//! | feed | `feed` | finds the backend and follows its events |
//! | outbox | `outbox` | sends what was changed here |
//! | recheck | `recheck` | looks shortly before a start whether the made room is still there |
//! | screen | `screen` | view, tray and notifications, on every change and every minute |
//! | calendar | `calendar` | keeps the connected calendar in step |
//! | waking | `screen` | notices that the computer has slept |
//! | signing in | `signing_in` | waits for the browser to come back, or for a code to be typed in; while somebody signs in |
//! | making | `commands::consultations` | sees the making of a room through, though whoever asked has gone |
//! | renewing | `accounts` | has an account's tokens renewed and keeps them, though whoever asked has gone |
//! | guarding | `making` | lets nobody into the room of a cancelled consultation unseen |

mod pressed;

use crate::accounts::Turns;
use crate::calendar::connection::Desk;
use crate::command::CommandError;
use crate::desktop::{Desktop, DesktopError};
use crate::line::{BackendAddress, Line};
use crate::operator::Operator;
use crate::outbox::Senders;
use crate::present;
use crate::record::Event;
use crate::settings_file;
use crate::signing_in::{UnderWay, redirect};
use crate::state::{Place, State};
use crate::store::{CURSOR, PRACTICE, REACH, Store, Table, Write};
use crate::view::{AppView, Message};
use crate::words::Words;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kabinet_domain::ports::SecretStore;
use kabinet_domain::{Clock, Ids};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Everything the application needs from whoever composes it.
#[derive(Debug)]
pub struct Parts {
    pub desktop: Arc<dyn Desktop>,
    pub secrets: Arc<dyn SecretStore>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// Exists, belongs to this user, holds nothing but the application's files.
    pub data_dir: PathBuf,
    pub backend: Backend,
    /// What the operator of a practice has put into this computer's configuration.
    pub operator: Operator,
    pub version: String,
}

/// The backend to follow while none is paired.
#[derive(Debug)]
pub enum Backend {
    /// One that runs inside this program, started and stopped as needed.
    Embedded(Arc<dyn BackendSwitch>),
    /// One that somebody else runs.
    At(BackendAddress),
}

/// Starts and stops the backend inside this program. Starting one that runs only tells its address.
#[async_trait]
pub trait BackendSwitch: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// With a code that has its words in `errors.ftl`: `port_taken` (fact `address`), `database_newer`, `backend_failed` …
    async fn start_embedded(&self) -> Result<BackendAddress, Message>;
    /// Returns when it has stopped.
    async fn stop_embedded(&self);
    /// The keychain answers. `true` when a backend runs that had to begin without its key, and so keeps nothing beyond this run:
    /// the next start replaces it.
    async fn keychain_answers(&self) -> bool {
        false
    }
}

/// The application without a window.
#[derive(Debug)]
pub struct Application {
    pub(crate) parts: Parts,
    state: Mutex<State>,
    words: Mutex<Arc<Words>>,
    /// Held while rows are written, so that the last state of a row is what stays.
    pub(crate) store: tokio::sync::Mutex<Option<Store>>,
    /// Rows that have changed and are not written yet: whoever changed them may be stopped on the way.
    unsaved: Mutex<Vec<Save>>,
    settings_file: tokio::sync::Mutex<()>,
    pub(crate) line: Mutex<Option<Line>>,
    view: watch::Sender<Arc<AppView>>,
    /// Of the last view that was made.
    revision: AtomicU32,
    /// The rooms that are being made, so that two presses make one.
    pub(crate) being_made: Mutex<HashSet<u64>>,
    pub(crate) senders: Senders,
    /// Held while the room of a cancelled consultation is shut, or opened again.
    pub(crate) guarding: tokio::sync::Mutex<()>,
    /// Held while the backend is asked how the specialist is reached, so that an answer from before a change is not kept after it.
    pub(crate) asking_reach: tokio::sync::Mutex<()>,
    /// The same of the practice.
    pub(crate) asking_practice: tokio::sync::Mutex<()>,
    /// Held while the key of names is made, so that there is one.
    pub(crate) making_names_key: tokio::sync::Mutex<()>,
    /// Ends the wait after which the password that was copied last leaves the clipboard.
    pub(crate) password_copied: Mutex<CancellationToken>,
    pub(crate) calendar: Desk,
    /// Whose turn it is with the tokens of each account.
    pub(crate) turns: Turns,
    /// Held while one is begun or ended.
    pub(crate) signing_in: tokio::sync::Mutex<Option<UnderWay>>,
    /// The keychain has been asked, whatever it said.
    pub(crate) opened: watch::Sender<bool>,
    /// Something that is shown may have changed.
    pub(crate) changed: Notify,
    /// Another backend is to be followed.
    pub(crate) backend_changed: Notify,
    /// There is something to send, or the line is back.
    pub(crate) outgoing: Notify,
    /// The computer has slept: counts up.
    pub(crate) woken: watch::Sender<u64>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// A row of the local store that has changed. Rows are named, not passed: what is written is their state at the time of writing.
#[derive(Debug, Clone)]
pub(crate) enum Save {
    Consultation(String),
    Unsent(String),
    Handled(String),
    Calendar(String),
    Event(Box<Event>),
    ForgetEvent(String),
    Cursor,
    Practice,
    Reach,
}

impl Application {
    /// Starts at once; keychain and backend are found while it runs already.
    pub async fn start(parts: Parts) -> Arc<Self> {
        let read = settings_file::read(&parts.data_dir);
        let place = Place {
            version: parts.version.clone(),
            zone: parts.desktop.system_time_zone().parse().unwrap_or(chrono_tz::UTC),
            system_language: parts.desktop.system_language(),
            providers: crate::rooms::providers(),
        };
        let words = Words::new(read.kept.settings.language, &place.system_language);
        let mut state = State::new(place, read.kept);
        if let Some(trouble) = read.trouble {
            state.problems.insert("settings_unreadable", crate::message(trouble));
        }
        state.problems.extend(parts.operator.problems.clone());
        state.given = parts.operator.given();
        state.sign_in_redirect = redirect(parts.operator.sign_in_port).address();
        let view = present::app_view(&state, parts.clock.now());
        let application = Arc::new(Self {
            state: Mutex::new(state),
            words: Mutex::new(Arc::new(words)),
            store: tokio::sync::Mutex::new(None),
            unsaved: Mutex::default(),
            settings_file: tokio::sync::Mutex::new(()),
            line: Mutex::new(None),
            view: watch::Sender::new(Arc::new(view)),
            revision: AtomicU32::new(0),
            being_made: Mutex::default(),
            senders: Senders::default(),
            guarding: tokio::sync::Mutex::default(),
            asking_reach: tokio::sync::Mutex::default(),
            asking_practice: tokio::sync::Mutex::default(),
            making_names_key: tokio::sync::Mutex::default(),
            password_copied: Mutex::default(),
            turns: Turns::default(),
            signing_in: tokio::sync::Mutex::default(),
            calendar: Desk::new(parts.clock.clone()),
            opened: watch::Sender::new(false),
            changed: Notify::new(),
            backend_changed: Notify::new(),
            outgoing: Notify::new(),
            woken: watch::Sender::new(0),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            parts,
        });
        let run = |task| application.tasks.spawn(task);
        run(boxed(crate::keychain::open(application.clone())));
        run(boxed(crate::feed::run(application.clone())));
        run(boxed(crate::outbox::run(application.clone())));
        run(boxed(crate::recheck::run(application.clone())));
        run(boxed(crate::screen::run(application.clone())));
        run(boxed(crate::screen::notice_sleep(application.clone())));
        run(boxed(crate::calendar::run(application.clone())));
        application
    }

    /// Has everything looked at now; for clocks that jump.
    pub fn look_again(&self) {
        self.changed.notify_one();
    }

    /// What a window shows, as of now.
    #[must_use]
    pub fn view(&self) -> AppView {
        self.view_of(&self.look(), self.now())
    }

    /// Numbered while what it shows cannot change: of two views the one with the higher number is the newer, whatever the clock says.
    pub(crate) fn view_of(&self, state: &State, now: DateTime<Utc>) -> AppView {
        AppView { revision: self.revision.fetch_add(1, Ordering::Relaxed) + 1, ..present::app_view(state, now) }
    }

    /// Every new view, whole.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<AppView>> {
        self.view.subscribe()
    }

    pub(crate) fn publish(&self, view: AppView) {
        self.view.send_if_modified(|last| {
            let newer = view.revision > last.revision;
            if newer {
                *last = Arc::new(view);
            }
            newer
        });
    }

    /// Another notification daemon has taken over, which shows nothing of ours.
    pub async fn notifications_lost(&self) {
        self.change(|state| state.gone.extend(state.handled.keys().cloned()));
        self.desktop_changed().await;
    }

    /// A panel, a notification daemon or the like came or went: the desktop is asked what it can do now, and what it could not show is tried again.
    pub async fn desktop_changed(&self) {
        crate::screen::ask_the_desktop(self).await;
        self.changed.notify_one();
    }

    /// Stops every task and closes the store. What was typed is kept; what was shown stays on the screen no longer.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        // What its task was told to stop before it was written.
        self.save(&[]).await;
        if let Some(store) = self.store.lock().await.take() {
            store.close().await;
        }
        if let Backend::Embedded(switch) = &self.parts.backend {
            switch.stop_embedded().await;
        }
    }

    /// Returns when the application has been told to stop.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    pub(crate) fn look(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves plain data behind, whole in itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known, and has it shown.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.look());
        self.changed.notify_one();
        result
    }

    /// Takes in what a backend said; nothing of it once another one is followed.
    pub(crate) fn hear<T: Default>(&self, line: &Line, hear: impl FnOnce(&mut State) -> T) -> T {
        self.change(|state| if state.following == line.following { hear(state) } else { T::default() })
    }

    pub(crate) fn words(&self) -> Arc<Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn speak(&self, words: Words) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(words);
    }

    pub(crate) fn line(&self) -> Option<Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_line(&self, line: Option<Line>) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }

    /// A trouble of this computer that lasts until it is cleared.
    pub(crate) fn trouble(&self, code: &'static str, message: Option<Message>) {
        self.change(|state| match message {
            Some(message) => drop(state.problems.insert(code, message)),
            None => drop(state.problems.remove(code)),
        });
    }

    /// Something asked for outside the window failed: the window shows it as a trouble until the next thing works.
    fn report(&self, done: Result<(), CommandError>) {
        if let Err(error) = done {
            self.trouble("last_action", Some(error.message));
        }
    }

    /// What a person asked for worked, from wherever; with what is still to be known about it.
    pub(crate) fn worked(&self, note: Option<Message>) {
        self.trouble("last_action", note);
    }

    pub(crate) async fn save(&self, rows: &[Save]) {
        self.try_save(rows).await;
    }

    /// `false` when the store did not take it, which the next that is written tries again; without a store everything lives as long as
    /// the application.
    pub(crate) async fn try_save(&self, rows: &[Save]) -> bool {
        self.unsaved().extend_from_slice(rows);
        let store = self.store.lock().await;
        let Some(store) = store.as_ref() else {
            self.unsaved().clear();
            return true;
        };
        let rows = self.unsaved().clone();
        let writes: Vec<Write> = {
            let state = self.look();
            rows.iter().map(|row| write(&state, row)).collect()
        };
        match store.write(&writes).await {
            Ok(()) => {
                self.unsaved().drain(..rows.len());
                if self.look().problems.contains_key("store_failed") {
                    self.trouble("store_failed", None);
                }
                true
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the local store cannot be written");
                self.trouble("store_failed", Some(crate::message("store_failed")));
                false
            }
        }
    }

    fn unsaved(&self) -> MutexGuard<'_, Vec<Save>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what a person chose.
    pub(crate) async fn save_kept(&self) -> Result<(), Message> {
        let _in_turn = self.settings_file.lock().await;
        let kept = self.look().kept.clone();
        let folder = self.parts.data_dir.clone();
        let written = tokio::task::spawn_blocking(move || settings_file::write(&folder, &kept)).await;
        written.map_err(std::io::Error::other).flatten().map_err(|error| {
            tracing::error!(%error, "the settings cannot be written");
            crate::message("settings_not_saved")
        })
    }

    /// Waits, but not longer than the application runs; `false` when it stops.
    pub(crate) async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}

fn write(state: &State, row: &Save) -> Write {
    fn put<T: serde::Serialize>(table: Table, id: &str, row: Option<&T>) -> Write {
        row.map_or_else(|| Write::remove(table, id), |row| Write::put(table, id, row))
    }
    match row {
        Save::Consultation(id) => put(Table::Consultations, id, state.consultations.get(id)),
        Save::Unsent(id) => put(Table::Outbox, id, state.unsent.get(id)),
        Save::Handled(id) => put(Table::Meta, id, state.handled.get(id)),
        Save::Calendar(id) => put(Table::Calendar, id, state.calendar.rows.get(id)),
        Save::Event(event) => put(Table::Events, &event.id, Some(event.as_ref()).filter(|event| state.known.contains(&event.id))),
        Save::ForgetEvent(id) => Write::remove(Table::Events, id),
        Save::Cursor => put(Table::Meta, CURSOR, state.cursor.as_ref()),
        Save::Practice => put(Table::Meta, PRACTICE, state.practice.as_ref()),
        Save::Reach => put(Table::Meta, REACH, state.reach.as_ref()),
    }
}

fn boxed(task: impl Future<Output = ()> + Send + 'static) -> futures_util::future::BoxFuture<'static, ()> {
    Box::pin(task)
}

impl From<DesktopError> for Message {
    fn from(error: DesktopError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "the desktop refused");
        crate::message(error.code)
    }
}
