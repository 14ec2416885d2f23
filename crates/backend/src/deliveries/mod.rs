//! What goes out to people: why, when, by which channel, and how far it got.
//!
//! A row is made in the commit of its cause ([`Causes`]). Its sender leases it, makes the words, asks whether it is still of use, hands it
//! to the channel and records each step through the log's writer, so that a restart, a second process or a lost answer sends nothing twice.

mod causes;
mod line;
mod link;
mod outgoing;
mod phrases;
mod reminders;
mod report;
mod resend;
mod retry;
mod status;

pub use causes::Causes;
pub use line::told;
pub use resend::{again, of_use};
pub use status::StatusError;

use crate::client_side::ClientSide;
use crate::people::People;
use crate::ports::{Consultations, KeptDelivery, Outbox};
use crate::writer::WriterHandle;
use crate::{Config, StorageError};
use chrono::SubsecRound;
use chrono_tz::Tz;
use kabinet_api::{Conference, DeliveryJson, Invitation};
use kabinet_domain::{Channel, Clock, DeliveryId, Ids, Sensitive, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The section of the configuration whose bot writes to the practice's channel, and the key of that channel.
const BOT: (&str, &str) = ("telegram", "practice_channel");

/// The id of what a cause makes go out: the same cause, the same id, so that it is sent once.
#[must_use]
pub fn id_of(cause: &str) -> DeliveryId {
    let digest = Sha256::digest(cause.as_bytes());
    let (bytes, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
    DeliveryId(uuid::Builder::from_custom_bytes(*bytes).into_uuid())
}

/// The practice's own channel, where there is one.
#[must_use]
pub fn practice_channel(config: &Config) -> Option<Sensitive<String>> {
    config.connections.of(BOT.0).and_then(|settings| settings.0.get(BOT.1)).cloned()
}

/// What a sender works with.
#[derive(Debug)]
pub struct Parts {
    pub outbox: Arc<dyn Outbox>,
    pub consultations: Arc<dyn Consultations>,
    pub people: Arc<People>,
    pub clients: Arc<ClientSide>,
    pub writer: WriterHandle,
    pub clock: Arc<dyn Clock>,
}

/// The sender of everything, and what others ask it.
#[derive(Debug)]
pub struct Deliveries {
    parts: Parts,
    /// Whose leases are ours.
    owner: Uuid,
    /// Of the times that the practice's channel reads.
    zone: Tz,
    name_specialists: bool,
    /// Its id may change while we run.
    channel: Mutex<Option<Sensitive<String>>>,
    /// Attempts since the start, by what came of them.
    attempts: Mutex<BTreeMap<(Channel, &'static str), u64>>,
    /// Statuses of messages whose sending is not recorded yet: the channel may be quicker than our disk.
    early: tokio::sync::Mutex<VecDeque<status::Early>>,
    resending: tokio::sync::Mutex<()>,
}

impl Deliveries {
    #[must_use]
    pub fn new(config: &Config, parts: Parts, ids: &dyn Ids) -> Self {
        Self {
            parts,
            owner: ids.next(),
            zone: config.timezone,
            name_specialists: config.practice.names_specialists(),
            channel: Mutex::new(practice_channel(config)),
            attempts: Mutex::default(),
            early: tokio::sync::Mutex::default(),
            resending: tokio::sync::Mutex::default(),
        }
    }

    /// Sends what is due until told to stop. Each channel has its own line, so that one that is down holds up nobody else's.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let lines = [Channel::WhatsApp, Channel::Max, Channel::Telegram].map(|channel| line::run(&self, channel, &stop));
        let [whatsapp, max, telegram] = lines;
        tokio::join!(whatsapp, max, telegram);
    }

    /// Held by whoever puts something back among what waits. A second one finds it waiting, or may say "waits" after "sent".
    pub async fn one_resends(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.resending.lock().await
    }

    /// Time and link in the client's language; `None` while there is no link.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn invitation(&self, conference: &Conference) -> Result<Option<Invitation>, StorageError> {
        let parts = &self.parts;
        let link = link::of(conference, &parts.clients, &*parts.outbox).await?;
        let phrases = phrases::Phrases::new(conference, &parts.clients, &parts.people);
        Ok(link.map(|link| phrases.invitation(link.address, link.is_page)))
    }

    /// As [`Outbox`] has them.
    #[must_use]
    pub fn outbox(&self) -> &dyn Outbox {
        &*self.parts.outbox
    }

    /// Attempts since the start, by channel and by what came of them.
    #[must_use]
    pub fn attempts(&self) -> BTreeMap<(Channel, &'static str), u64> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, channel: Channel, result: &'static str) {
        *self.attempts.lock().unwrap_or_else(PoisonError::into_inner).entry((channel, result)).or_default() += 1;
    }

    /// To the millisecond, as storage keeps it.
    fn now(&self) -> Timestamp {
        self.parts.clock.now().trunc_subsecs(3)
    }
}

/// As the contract shows it: nothing of its text or of whom it went to.
#[must_use]
pub fn shown(kept: &KeptDelivery) -> DeliveryJson {
    DeliveryJson {
        id: kept.delivery.id.0,
        consultation: kept.delivery.consultation.map(|id| id.0),
        channel: kept.delivery.channel.name().to_owned(),
        purpose: kept.delivery.purpose.name().to_owned(),
        state: kept.state.name().to_owned(),
        code: kept.code.clone(),
        due_at: kept.delivery.due_at,
        updated_at: kept.updated_at,
        attempts: kept.attempts,
    }
}
