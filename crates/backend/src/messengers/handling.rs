//! The one task that takes what came in out of the inbox, in order, and does what it means.

use super::{Messengers, Wired};
use crate::StorageError;
use crate::client_side::ClientSide;
use crate::deliveries::{Deliveries, StatusError};
use crate::ports::inbox::{Forgotten, Inbox};
use crate::ports::{Consultations, Received, Row};
use crate::reach;
use crate::talk::{self, Said};
use crate::writer::{Append, WriteError, WriterHandle};
use chrono::SubsecRound;
use kabinet_domain::{Clock, Timestamp};
use kabinet_providers::messengers::{Incoming, SendError, What};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// At a time.
const PAGE: usize = 50;
/// With nothing to do, it looks around this often.
const IDLE: Duration = Duration::from_secs(30);
/// After a failure; whatever is behind waits too, since the order is kept.
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// What cannot be handled after so many attempts is given up, lest it hold up all behind it.
const MOST_ATTEMPTS: u32 = 30;
/// Senders repeat themselves for a day.
const SEEN_DAYS: i64 = 7;
/// A press that is acknowledged later than this is shown as not arrived by then.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(10);
/// The same when we are stopped.
const ACKNOWLEDGE_AT_THE_END: Duration = Duration::from_secs(2);
/// More at once are not acknowledged: somebody plays with buttons, or the messenger is down.
const MOST_ACKNOWLEDGING: usize = 64;
const CLEAN_EVERY: chrono::Duration = chrono::Duration::hours(6);

/// Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Unkept {
    #[error("cannot read what is kept")]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<StatusError> for Unkept {
    fn from(error: StatusError) -> Self {
        match error {
            StatusError::Storage(error) => Self::Storage(error),
            StatusError::Write(error) => Self::Write(error),
        }
    }
}

/// What handling works with.
#[derive(Debug)]
pub struct Parts {
    pub clients: Arc<ClientSide>,
    pub inbox: Arc<dyn Inbox>,
    pub consultations: Arc<dyn Consultations>,
    /// What a channel says of something that we sent goes there.
    pub deliveries: Arc<Deliveries>,
    pub writer: WriterHandle,
    pub clock: Arc<dyn Clock>,
    /// Messages are kept as long as events.
    pub keep: chrono::Duration,
}

#[derive(Debug)]
pub struct Handling {
    parts: Parts,
    /// Presses that are being acknowledged, apart from what comes behind them: a slow messenger must not hold up anybody's answer.
    acknowledging: JoinSet<()>,
    cleaned_at: Option<Timestamp>,
    /// Of the one at the head: its key, and how often it was tried.
    stuck: Option<(String, u32)>,
}

impl Handling {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts, acknowledging: JoinSet::new(), cleaned_at: None, stuck: None }
    }

    /// Runs until it is stopped; what is not handled by then is found in the inbox at the next start.
    pub async fn run(mut self, stop: CancellationToken) {
        // Without messengers nothing arrives, and only what is old has to go.
        let idle = if self.messengers().wired().is_empty() { CLEAN_EVERY.to_std().unwrap_or(IDLE) } else { IDLE };
        loop {
            let pause = match self.handle_all(&stop).await {
                Ok(()) => idle,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "cannot handle what came in");
                    TRY_AGAIN
                }
            };
            let arrived = async {
                if pause == idle { self.messengers().shared.arrived.notified().await } else { std::future::pending().await }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = arrived => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        let acknowledged = async { while self.acknowledging.join_next().await.is_some() {} };
        if tokio::time::timeout(ACKNOWLEDGE_AT_THE_END, acknowledged).await.is_err() {
            self.acknowledging.shutdown().await;
        }
        if let Err(error) = self.keep_learned().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot keep other ids of chats");
        }
    }

    async fn handle_all(&mut self, stop: &CancellationToken) -> Result<(), Unkept> {
        self.clean().await?;
        loop {
            let waiting = self.parts.inbox.waiting(PAGE).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for received in waiting {
                if stop.is_cancelled() {
                    return Ok(());
                }
                self.handle(&received).await?;
            }
        }
    }

    /// Does what one means, and takes it out of the inbox.
    async fn handle(&mut self, received: &Received) -> Result<(), Unkept> {
        let outcome = self.effects(received).await;
        if let Err(error) = outcome {
            let tried = self.stuck.take().filter(|(key, _)| *key == received.key).map_or(1, |(_, tried)| tried + 1);
            if tried < MOST_ATTEMPTS {
                self.stuck = Some((received.key.clone(), tried));
                return Err(error);
            }
            tracing::error!(
                error = &error as &dyn std::error::Error,
                messenger = received.messenger,
                "something that came in is given up"
            );
            self.done(received).await?;
        }
        self.stuck = None;
        self.messengers().shared.handled.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn effects(&mut self, received: &Received) -> Result<(), Unkept> {
        let wired = self.messengers().wired().iter().find(|wired| wired.info().id == received.messenger);
        // Its connection may have been taken out of the configuration meanwhile.
        let Some(wired) = wired else { return self.done(received).await };
        let understood = wired.listener().understand(received.body.reveal().as_bytes(), received.at);
        let Some(Incoming { key, at, what }) = understood else { return self.done(received).await };
        let (clients, writer) = (&*self.parts.clients, &self.parts.writer);
        let handled = Some(Row::Handled(received.key.clone()));
        match what {
            What::Message { chat, phone, text, kind } => {
                self.keep_learned().await?;
                let channel = wired.info().channel;
                return self.message(wired, received, Said { key: &key, at, channel, chat, phone, text, kind }).await;
            }
            // The same status again is no step.
            What::Status { id, state, code } => {
                if code == Some(SendError::Restricted.code()) {
                    wired.look_again();
                }
                self.parts.deliveries.status(wired.info().channel, &id, state, code).await.map(drop)?;
            }
            What::Started { chat, name, code } => {
                return Ok(reach::incoming::started(clients, writer, &chat, &name, code.as_deref(), handled).await?);
            }
            What::Pressed { chat, press, data, .. } => {
                let said = reach::incoming::pressed(clients, writer, &chat, &press, &data, handled).await?;
                self.acknowledge(press, said);
                return Ok(());
            }
            What::Stopped { chat, blocked } => {
                return Ok(reach::incoming::stopped(clients, writer, &chat, blocked, handled).await?);
            }
            What::Resumed { chat } => return Ok(reach::incoming::resumed(clients, writer, &chat, handled).await?),
            What::Account { usable, code } => wired.says_of_itself(usable, code),
            What::Other => {}
        }
        self.done(received).await
    }

    /// What was said by the press is kept already; without this the person sees a button that spins for a while.
    fn acknowledge(&mut self, press: String, said: String) {
        while self.acknowledging.try_join_next().is_some() {}
        if self.acknowledging.len() >= MOST_ACKNOWLEDGING {
            return;
        }
        let clients = Arc::clone(&self.parts.clients);
        self.acknowledging.spawn(async move {
            let acknowledged = reach::incoming::acknowledge(&clients, &press, &said);
            // Whoever gives up loses nothing but a word on somebody's telephone.
            let _ = tokio::time::timeout(ACKNOWLEDGE_WITHIN, acknowledged).await;
        });
    }

    /// A client's message goes to its thread, and out of the inbox in the same commit.
    async fn message(&self, wired: &Wired, received: &Received, said: Said<'_>) -> Result<(), Unkept> {
        let now = self.now();
        let kept = talk::file(
            &*self.parts.inbox,
            &*self.parts.consultations,
            &self.parts.clients.vault,
            said,
            wired.info().webhook,
            now,
        );
        let mut append = match kept.await? {
            talk::Filed::Kept(append) => *append,
            talk::Filed::Stranger => {
                self.messengers().shared.strangers.fetch_add(1, Ordering::Relaxed);
                Append::default()
            }
            talk::Filed::OfSpecialist => Append::default(),
        };
        append.rows.push(Row::Handled(received.key.clone()));
        self.parts.writer.append(append).await?;
        Ok(())
    }

    async fn done(&self, received: &Received) -> Result<(), Unkept> {
        let rows = vec![Row::Handled(received.key.clone())];
        self.parts.writer.append(Append { rows, ..Append::default() }).await?;
        Ok(())
    }

    async fn keep_learned(&self) -> Result<(), Unkept> {
        for wired in self.messengers().wired() {
            for learned in wired.learned() {
                let hash = |text: &str| talk::chat_hash(&self.parts.clients.vault, wired.info().channel, text);
                let Some(phone) = talk::phone_hash(&self.parts.clients.vault, learned.phone.reveal()) else { continue };
                let chat = hash(learned.chat.reveal());
                self.parts.inbox.keep_alias(wired.info().channel, chat, phone, self.now()).await?;
            }
        }
        Ok(())
    }

    async fn clean(&mut self) -> Result<(), Unkept> {
        self.keep_learned().await?;
        let now = self.now();
        if self.cleaned_at.is_none_or(|at| now - at >= CLEAN_EVERY) {
            let seen = now - chrono::Duration::days(SEEN_DAYS);
            self.parts.inbox.forget(Forgotten { seen, messages: now - self.parts.keep }).await?;
            self.cleaned_at = Some(now);
        }
        Ok(())
    }

    fn messengers(&self) -> &Messengers {
        &self.parts.clients.messengers
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now().trunc_subsecs(3)
    }
}
