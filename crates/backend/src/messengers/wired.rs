//! One configured messenger, and how it is.

use crate::connections::Standing;
use async_trait::async_trait;
use kabinet_api::ConnectionHealth;
use kabinet_domain::{Channel, Clock, Sensitive, Timestamp};
use kabinet_providers::messengers::{Connected, Listener, Messenger, MessengerInfo, Outgoing, SendError, Sent};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// So often it is asked whether it still works.
const CHECK_EVERY: Duration = Duration::from_secs(15 * 60);
/// So often while it does not.
const CHECK_AGAIN: Duration = Duration::from_secs(60);
/// Many failures at once are one trouble.
const SETTLE: Duration = Duration::from_secs(2);
/// More than are sent between two looks.
const MOST_LEARNED: usize = 1000;

/// A chat of a phone's that has another id too.
#[derive(Debug, Clone)]
pub struct Learned {
    pub chat: Sensitive<String>,
    /// As it was given to be sent to.
    pub phone: Sensitive<String>,
}

#[derive(Debug)]
pub struct Wired {
    info: &'static MessengerInfo,
    messenger: Arc<dyn Messenger>,
    listener: Arc<dyn Listener>,
    clock: Arc<dyn Clock>,
    standing: Standing,
    state: Mutex<State>,
    /// A sending failed in a way that concerns the whole account.
    trouble: Notify,
}

#[derive(Debug, Default)]
struct State {
    name: Option<String>,
    hearing: Hearing,
    /// What was said last in the log, so that a long trouble is one line.
    logged: Option<&'static str>,
    learned: Vec<Learned>,
}

/// How it is heard; sending may work all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hearing {
    #[default]
    Well,
    /// Settings that were set just now come into force: nothing to do but to wait.
    Applying,
    /// The code of what is wrong.
    Troubled(&'static str),
}

/// Told while new settings are not in force yet.
const APPLYING: &str = "applying_settings";
/// What it answers meanwhile, since it starts anew for them.
const STARTING: &str = "later";

impl Wired {
    pub(super) fn new(info: &'static MessengerInfo, connected: Connected, clock: Arc<dyn Clock>) -> Self {
        let Connected { messenger, listener } = connected;
        let (standing, state, trouble) = (Standing::default(), Mutex::default(), Notify::new());
        Self { info, messenger, listener, clock, standing, state, trouble }
    }

    #[must_use]
    pub fn info(&self) -> &'static MessengerInfo {
        self.info
    }

    #[must_use]
    pub fn listener(&self) -> &Arc<dyn Listener> {
        &self.listener
    }

    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.state().name.clone()
    }

    #[must_use]
    pub fn health(&self, now: Timestamp) -> ConnectionHealth {
        let mut health = self.standing.health(self.info.id, now);
        let starts = health.code.as_deref() == Some(STARTING);
        let (state, code) = match self.state().hearing {
            Hearing::Applying if health.state != "failing" || starts => ("applying", APPLYING),
            Hearing::Troubled(code) if health.state != "failing" => ("failing", code),
            _ => return health,
        };
        state.clone_into(&mut health.state);
        health.code = Some(code.to_owned());
        health
    }

    /// What it says of its own account.
    pub fn says_of_itself(&self, usable: bool, code: Option<&'static str>) {
        match code {
            Some(code) if !usable => {
                self.fails(code);
                // Asked about what is used up, its state would say that all is well.
                if code != SendError::Quota.code() {
                    self.look_again();
                }
            }
            _ => self.works(),
        }
    }

    /// Something was said that concerns the whole account: how it is, is asked soon.
    pub fn look_again(&self) {
        self.trouble.notify_one();
    }

    pub fn hears(&self, hearing: Hearing) {
        let before = std::mem::replace(&mut self.state().hearing, hearing);
        match hearing {
            Hearing::Troubled(code) if before != hearing => {
                tracing::warn!(messenger = self.info.id, code, "a messenger is not heard");
            }
            _ => {}
        }
    }

    /// Other ids of chats, since this was asked last.
    pub fn learned(&self) -> Vec<Learned> {
        std::mem::take(&mut self.state().learned)
    }

    /// Asks from time to time, and soon after a failure, so that trouble is known and its end too.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let look = async {
                let pause = if self.check().await.is_ok() { CHECK_EVERY } else { CHECK_AGAIN };
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = self.trouble.notified() => tokio::time::sleep(SETTLE).await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = look => {}
            }
        }
    }

    fn works(&self) {
        self.standing.works(self.clock.now());
        let before = self.state().logged.take();
        if before.is_some() {
            tracing::info!(messenger = self.info.id, "a messenger works again");
        }
    }

    /// It has taken a message. A limited account takes them too, and lets none of them out, so its own word alone ends that.
    fn takes(&self) {
        let limited = [SendError::Restricted, SendError::NotSignedIn].map(|error| error.code());
        if self.state().logged.is_some_and(|code| limited.contains(&code)) {
            self.look_again();
        } else {
            self.works();
        }
    }

    fn fails(&self, code: &'static str) {
        self.standing.fails(code);
        let before = self.state().logged.replace(code);
        if before != Some(code) {
            tracing::warn!(messenger = self.info.id, code, "a messenger does not work");
        }
    }

    fn note(&self, error: &SendError) {
        match error {
            SendError::Unauthorized | SendError::NotSignedIn | SendError::Restricted | SendError::Unreachable => {
                self.fails(error.code());
                self.look_again();
            }
            // Its state would say that all is well.
            SendError::Quota => self.fails(error.code()),
            _ => {}
        }
    }

    // A state is whole after every statement, so a panic elsewhere has broken none.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends, and notes how it went.
#[async_trait]
impl Messenger for Wired {
    fn channel(&self) -> Channel {
        self.info.channel
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let outcome = self.messenger.send(message).await;
        match &outcome {
            Ok(sent) => {
                self.takes();
                let other = sent.chat.clone().filter(|chat| *chat != message.to);
                let mut state = self.state();
                if let Some(chat) = other.filter(|_| state.learned.len() < MOST_LEARNED) {
                    state.learned.push(Learned { chat, phone: message.to.clone() });
                }
            }
            Err(error) => self.note(error),
        }
        outcome
    }

    async fn was_sent(&self, message: &Outgoing, since: Timestamp) -> Option<Sent> {
        self.messenger.was_sent(message, since).await
    }

    async fn replace(&self, chat: &Sensitive<String>, id: &str, message: &Outgoing) -> Result<(), SendError> {
        let outcome = self.messenger.replace(chat, id, message).await;
        outcome.inspect_err(|error| self.note(error))
    }

    fn deep_link(&self, bot: &str, code: &str) -> Option<String> {
        self.messenger.deep_link(bot, code)
    }

    async fn acknowledge(&self, press: &str, text: &str) -> Result<(), SendError> {
        self.messenger.acknowledge(press, text).await
    }

    async fn check(&self) -> Result<Option<String>, SendError> {
        let outcome = self.messenger.check().await;
        match &outcome {
            Ok(name) => {
                if name.is_some() {
                    self.state().name.clone_from(name);
                }
                self.works();
            }
            Err(error) => self.fails(error.code()),
        }
        outcome
    }
}
