//! What came in from messengers, and the threads that it becomes.

use super::reach::ChatOwner;
use super::{KeptMessage, Received};
use crate::StorageError;
use async_trait::async_trait;
use kabinet_domain::{Channel, ConsultationId, DeliveryState, Timestamp};

/// Whose chat it is, as far as that is known beside the phone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    pub clients: Vec<ChatOwner>,
    /// It is a specialist's own.
    pub specialist: bool,
}

/// A message of a thread, with how far it got where it went out.
#[derive(Debug, Clone)]
pub struct ThreadMessage {
    pub message: KeptMessage,
    pub state: Option<DeliveryState>,
    pub code: Option<String>,
}

/// What is older than this is forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Forgotten {
    /// Keys of what came in: senders repeat themselves for a day or two.
    pub seen: Timestamp,
    /// Messages, and other ids of chats.
    pub messages: Timestamp,
}

/// Read here; new messages and what is handled are written with the events that tell of them, through [`super::Row`].
#[async_trait]
pub trait Inbox: Send + Sync + std::fmt::Debug {
    /// What is not handled yet, in the order it came.
    async fn waiting(&self, limit: usize) -> Result<Vec<Received>, StorageError>;
    /// Whose a chat is, by its hash.
    async fn owners(&self, channel: Channel, chat: [u8; 32]) -> Result<Owners, StorageError>;
    /// The hash of the phone whose chat also has this id.
    async fn alias(&self, channel: Channel, chat: [u8; 32]) -> Result<Option<[u8; 32]>, StorageError>;
    /// A chat of this phone's has another id too.
    async fn keep_alias(&self, channel: Channel, chat: [u8; 32], phone: [u8; 32], now: Timestamp) -> Result<(), StorageError>;
    /// A consultation's thread, oldest first.
    async fn thread(&self, consultation: ConsultationId) -> Result<Vec<ThreadMessage>, StorageError>;
    /// Forgets what is old, and messages whose consultation is gone.
    async fn forget(&self, before: Forgotten) -> Result<(), StorageError>;
}
