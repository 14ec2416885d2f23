//! The messengers that are connected: who sends by which channel, and who listens to what comes in.
//!
//! What comes in is verified, kept in the inbox, acknowledged, and only then handled, in the order it came: so a crash loses nothing,
//! and a sender that is answered late never has to wait for what its message causes.

mod handling;
mod intake;
mod listening;
mod wired;

pub use handling::{Handling, Parts};
pub use intake::{Taken, take_in};
pub use listening::Listening;
pub use wired::Wired;

use crate::connections::setting_error;
use crate::{Config, Error};
use kabinet_api::ConnectionHealth;
use kabinet_domain::{Channel, Clock, Timestamp};
use kabinet_providers::http::HttpSettings;
use kabinet_providers::messengers::{self, Messenger, Surroundings};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

#[derive(Debug, Clone, Default)]
pub struct Messengers {
    all: Vec<Arc<dyn Messenger>>,
    wired: Vec<Arc<Wired>>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Something new lies in the inbox.
    arrived: Notify,
    received: AtomicU64,
    strangers: AtomicU64,
    handled: AtomicU64,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Kept, each once.
    pub received: u64,
    /// Messages of people who are nobody's clients; nothing of them is kept.
    pub strangers: u64,
    pub handled: u64,
}

impl Messengers {
    /// Those that a program brings along.
    #[must_use]
    pub fn new(messengers: Vec<Arc<dyn Messenger>>) -> Self {
        Self { all: messengers, ..Self::default() }
    }

    /// Those that a program brings along, and those that are configured. Nobody is asked anything yet.
    ///
    /// # Errors
    /// Names the setting that is missing or not usable.
    pub fn open(config: &Config, clock: &Arc<dyn Clock>) -> Result<Self, Error> {
        let mut opened = Self::new(config.messengers.clone());
        let surroundings = Surroundings { http: HttpSettings::default(), clock: Arc::clone(clock) };
        for info in messengers::messengers() {
            let Some(settings) = config.connections.of(info.id) else { continue };
            // What a program brings along takes the place of what is configured.
            if opened.of(info.channel).is_some() {
                continue;
            }
            let connected = messengers::open(info.id, settings, &surroundings).map_err(|error| setting_error(info.id, &error))?;
            let wired = Arc::new(Wired::new(info, connected, Arc::clone(clock)));
            opened.all.push(Arc::clone(&wired) as Arc<dyn Messenger>);
            opened.wired.push(wired);
        }
        Ok(opened)
    }

    /// Who sends by this channel, if anybody does.
    #[must_use]
    pub fn of(&self, channel: Channel) -> Option<&Arc<dyn Messenger>> {
        self.all.iter().find(|messenger| messenger.channel() == channel)
    }

    /// The channels that are sent by, as the contract names them.
    #[must_use]
    pub fn channels(&self) -> Vec<String> {
        self.all.iter().map(|messenger| messenger.channel().name().to_owned()).collect()
    }

    /// The name of the bot that deep links lead to, once it has said it.
    #[must_use]
    pub fn bot_name(&self) -> Option<String> {
        self.wired.iter().find_map(|wired| wired.name())
    }

    #[must_use]
    pub fn wired(&self) -> &[Arc<Wired>] {
        &self.wired
    }

    /// How each is, for operators.
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Vec<ConnectionHealth> {
        self.wired.iter().map(|wired| wired.health(now)).collect()
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            received: read(&self.shared.received),
            strangers: read(&self.shared.strangers),
            handled: read(&self.shared.handled),
        }
    }

    /// Something new was kept in the inbox.
    pub fn arrived(&self) {
        self.shared.received.fetch_add(1, Ordering::Relaxed);
        self.shared.arrived.notify_one();
    }
}
