//! What is kept of how people are reached: their messengers' chats, and what specialists chose.

use crate::StorageError;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use kabinet_domain::{Channel, ConsultationId, DeliveryId, DeliveryState, Sensitive, SpecialistId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Whose a messenger's chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChatOwner {
    Specialist(SpecialistId),
    /// The client of one consultation.
    Consultation(ConsultationId),
    /// A specialist's client, in whichever consultation: by a keyed hash, which says nothing of who it is.
    Client {
        specialist: SpecialistId,
        client: [u8; 32],
    },
}

/// As the column `who` has it.
impl fmt::Display for ChatOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Specialist(id) => write!(f, "specialist:{id}"),
            Self::Consultation(id) => write!(f, "consultation:{id}"),
            Self::Client { specialist, client } => write!(f, "client:{specialist}:{}", URL_SAFE_NO_PAD.encode(client)),
        }
    }
}

impl FromStr for ChatOwner {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, StorageError> {
        let damaged = StorageError::Damaged { what: "a chat's owner" };
        let owner = match text.split_once(':') {
            Some(("specialist", id)) => id.parse().ok().map(Self::Specialist),
            Some(("consultation", id)) => id.parse().ok().map(Self::Consultation),
            Some(("client", rest)) => client(rest),
            _ => None,
        };
        owner.ok_or(damaged)
    }
}

fn client(text: &str) -> Option<ChatOwner> {
    let (specialist, client) = text.split_once(':')?;
    let client = URL_SAFE_NO_PAD.decode(client).ok()?.try_into().ok()?;
    Some(ChatOwner::Client { specialist: specialist.parse().ok()?, client })
}

/// A chat that is bound to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptChat {
    pub channel: Channel,
    pub owner: ChatOwner,
    /// Of the chat's id, with the vault's key: it is found by this.
    pub hash: [u8; 32],
    pub chat: Sensitive<String>,
    /// As the person is called there.
    pub name: Sensitive<String>,
    /// Its owner has said in the application that it is theirs.
    pub confirmed: bool,
    pub blocked: bool,
}

impl KeptChat {
    /// In the place of a chat: nothing is bound for its owner any more.
    #[must_use]
    pub fn ended(owner: ChatOwner) -> Self {
        Self {
            channel: Channel::Telegram,
            owner,
            hash: [0; 32],
            chat: Sensitive::default(),
            name: Sensitive::default(),
            // In the place of the one in use.
            confirmed: true,
            blocked: true,
        }
    }

    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.chat.reveal().is_empty()
    }
}

/// What a specialist chose; what the contract's `ReachJson` says, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub after_seconds: u32,
    /// From, to (`22:00`) and the zone's IANA name.
    pub quiet_hours: Option<(String, String, String)>,
    pub quiet_until: Option<DateTime<Utc>>,
    #[serde(default)]
    pub quiet_even_clients: bool,
    #[serde(default)]
    pub quiet_until_even_clients: bool,
}

/// A one-use code that binds a chat.
#[derive(Debug, Clone)]
pub struct BindingCode {
    pub hash: [u8; 32],
    pub owner: ChatOwner,
    pub expires_at: Timestamp,
}

/// The specialist has pressed *Join*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    pub specialist: SpecialistId,
    pub consultation: ConsultationId,
    pub at: Timestamp,
    /// The room will tell when they are in.
    pub reports: bool,
}

/// A delivery, as far as it can be changed where it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAlert {
    pub state: DeliveryState,
    pub sent_as: Option<String>,
    pub to: Sensitive<String>,
}

/// Read here; written with the events that tell of it, through [`super::Row`].
#[async_trait]
pub trait ReachBook: Send + Sync + fmt::Debug {
    async fn chosen(&self) -> Result<Vec<(SpecialistId, Chosen)>, StorageError>;
    async fn chats(&self) -> Result<Vec<KeptChat>, StorageError>;
    /// Whose a code is, while it is good.
    async fn code(&self, hash: [u8; 32], now: Timestamp) -> Result<Option<ChatOwner>, StorageError>;
    /// Oldest first.
    async fn presses(&self, from: Timestamp) -> Result<Vec<Press>, StorageError>;
    async fn alert(&self, id: DeliveryId) -> Result<Option<SentAlert>, StorageError>;
    /// Forgets chats of clients whose consultations are gone, or began before.
    async fn forget_clients(&self, before: Timestamp) -> Result<(), StorageError>;
    /// Forgets somebody's chat that nothing tells of.
    async fn forget_chat(&self, owner: ChatOwner) -> Result<(), StorageError>;
}
