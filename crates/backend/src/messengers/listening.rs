//! Hearing each messenger in one of two ways: it calls us where a secret for that and an address of ours are set, else it is asked.

use super::wired::Hearing;
use super::{Messengers, Wired, take_in};
use crate::writer::WriterHandle;
use chrono::SubsecRound;
use kabinet_domain::Clock;
use kabinet_providers::messengers::{ListenError, SendError, Settled};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// Waits after a failure, doubled up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Another program that asks too is not fought with.
const SOMEBODY_ELSE: Duration = Duration::from_secs(30);
/// New settings are looked at again while they are not in force yet.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Listens to all that are configured, until it is stopped.
#[derive(Debug, Clone)]
pub struct Listening {
    pub messengers: Messengers,
    pub writer: WriterHandle,
    pub clock: Arc<dyn Clock>,
    /// Where messengers find us; empty while they cannot.
    pub public_url: String,
}

impl Listening {
    /// Watches over each and hears what it sends.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        for wired in self.messengers.wired() {
            tasks.spawn(Arc::clone(wired).watch(stop.clone()));
            let (one, wired, stop) = (self.clone(), Arc::clone(wired), stop.clone());
            tasks.spawn(async move {
                // Dropped in the middle of a question: what was not taken is given again.
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = one.hear(&wired) => {}
                }
            });
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn hear(&self, wired: &Wired) {
        let address = self.address(wired);
        self.settle(wired, address.as_ref()).await;
        if address.is_none() {
            self.ask(wired).await;
        }
    }

    /// Where it is to call us; `None`: it is asked.
    fn address(&self, wired: &Wired) -> Option<Url> {
        if self.public_url.is_empty() || !wired.listener().can_be_called() {
            return None;
        }
        Url::parse(&format!("{}/api/webhook/{}", self.public_url, wired.info().webhook)).ok()
    }

    /// Tries until it is set up.
    async fn settle(&self, wired: &Wired, address: Option<&Url>) {
        let mut wait = FIRST_WAIT;
        loop {
            match wired.listener().call_at(address).await {
                Ok(Settled::Already) => break,
                Ok(Settled::Changed { within }) if within.is_zero() => break,
                Ok(Settled::Changed { within }) => {
                    tracing::info!(messenger = wired.info().id, seconds = within.as_secs(), "new settings are being applied");
                    wired.hears(Hearing::Applying);
                    // Seen in force, or taken to be.
                    let looks = within.as_secs() / LOOK_AGAIN.as_secs();
                    for _ in 0..looks.max(1) {
                        tokio::time::sleep(LOOK_AGAIN).await;
                        if matches!(wired.listener().call_at(address).await, Ok(Settled::Already)) {
                            break;
                        }
                    }
                    break;
                }
                Err(error) => {
                    wired.hears(Hearing::Troubled(error.code()));
                    tokio::time::sleep(pause(&error, wait)).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
        wired.hears(Hearing::Well);
        let way = if address.is_some() { "it calls us" } else { "it is asked" };
        tracing::info!(messenger = wired.info().id, way, "listening to a messenger");
    }

    /// Asks for ever.
    async fn ask(&self, wired: &Wired) {
        let mut wait = FIRST_WAIT;
        loop {
            match self.ask_once(wired).await {
                Ok(()) => {
                    wired.hears(Hearing::Well);
                    wait = FIRST_WAIT;
                }
                Err(error) => {
                    wired.hears(Hearing::Troubled(error.code()));
                    tokio::time::sleep(pause(&error, wait)).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                    if error == ListenError::CallsAnAddress {
                        self.settle(wired, None).await;
                    }
                }
            }
        }
    }

    async fn ask_once(&self, wired: &Wired) -> Result<(), ListenError> {
        for given in wired.listener().receive().await? {
            let now = self.clock.now().trunc_subsecs(3);
            let kept = take_in(&self.messengers, &self.writer, wired, given.body.reveal().as_bytes(), now).await;
            if let Err(error) = kept {
                tracing::warn!(error = &error as &dyn std::error::Error, messenger = wired.info().id, "cannot keep what came in");
                return Err(SendError::Later { after: None }.into());
            }
            wired.listener().take(given.receipt).await?;
        }
        Ok(())
    }
}

fn pause(error: &ListenError, wait: Duration) -> Duration {
    match error {
        ListenError::SomebodyElse => SOMEBODY_ELSE,
        ListenError::Failed(SendError::Later { after: Some(after) }) => (*after).min(LONGEST_WAIT),
        _ => wait,
    }
}
