//! Messengers: sending a text to somebody, and understanding what comes back, in words that all of them share.

use async_trait::async_trait;
use kabinet_domain::delivery::Button;
use kabinet_domain::provider::{Field, ServerAddress};
use kabinet_domain::{Channel, Sensitive, Timestamp};
use std::time::Duration;

/// What a messenger's connection wants and gives, as data.
#[derive(Debug, Clone, Copy)]
pub struct MessengerInfo {
    /// Stable id, also of its section in the configuration: `green-api`, `telegram`.
    pub id: &'static str,
    pub name: &'static str,
    pub channel: Channel,
    pub fields: &'static [Field],
    pub addresses: &'static [ServerAddress],
}

/// What is to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// A chat's id, or what stands for one: for WhatsApp and MAX a phone number's digits or a `chatId`, for Telegram a chat's number.
    pub to: Sensitive<String>,
    /// Plain text: whatever it holds is shown as it is.
    pub text: Sensitive<String>,
    pub buttons: Vec<Button>,
    /// Arrives without a sound.
    pub silent: bool,
}

/// The channel has taken it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The channel's own id: its statuses come under this.
    pub id: String,
    /// The chat it went to, where the channel knows it by another id than it was asked for.
    pub chat: Option<Sensitive<String>>,
}

/// Why it was not sent. The cause's text may hold secrets and stays out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The token is wrong, or revoked.
    #[error("not authorised")]
    Unauthorized,
    /// The account is not signed in at the messenger: its QR code has to be scanned again.
    #[error("the account is not signed in")]
    NotSignedIn,
    /// The messenger has limited the account (yellow card, suspended), or what is paid for has ended.
    #[error("the account is restricted")]
    Restricted,
    /// What is paid for is used up.
    #[error("the quota is used up")]
    Quota,
    /// Nobody of this messenger is under this number, or the chat is not there.
    #[error("nobody there")]
    NotRegistered,
    /// The person has blocked the bot.
    #[error("blocked")]
    Blocked,
    /// The chat has another id now.
    #[error("the chat has moved")]
    Moved { to: Sensitive<String> },
    /// Too fast, or the account is starting: again after so long.
    #[error("to be tried later")]
    Later { after: Option<Duration> },
    /// Refused for what it is; trying again is of no use.
    #[error("rejected")]
    Rejected,
    /// It did not reach the messenger.
    #[error("unreachable")]
    Unreachable,
    /// It reached the messenger, and the answer was lost: it may have been sent.
    #[error("may have been sent")]
    Unsure,
}

impl SendError {
    /// The code under which it is told.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "not_authorised",
            Self::NotSignedIn => "not_signed_in",
            Self::Restricted => "restricted",
            Self::Quota => "quota",
            Self::NotRegistered => "not_registered",
            Self::Blocked => "blocked",
            Self::Moved { .. } => "moved",
            Self::Later { .. } => "later",
            Self::Rejected => "rejected",
            Self::Unreachable => "unreachable",
            Self::Unsure => "unsure",
        }
    }
}

/// Something that a messenger told us by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Equal for two deliveries of the same.
    pub key: String,
    pub at: Timestamp,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A person wrote in a chat of their own; groups and channels never come here.
    Message {
        chat: Sensitive<String>,
        /// The phone, where the chat's id is one; never guessed from another id.
        phone: Option<Sensitive<String>>,
        text: Sensitive<String>,
        /// As [`kabinet_api::MessageJson`] has it: `text`, `image`, `audio` …
        kind: &'static str,
    },
    /// A message that we sent got further.
    Status { id: String, state: kabinet_domain::DeliveryState, code: Option<&'static str> },
    /// A button under one of our messages was pressed. It wants an answer, or the messenger shows it as pending.
    Pressed { chat: Sensitive<String>, message: String, press: String, data: String },
    /// Somebody opened the chat by a deep link; `code` is what the link carried.
    Started { chat: Sensitive<String>, name: Sensitive<String>, code: Option<String> },
    /// Somebody does not want to be written to any more, or has blocked us.
    Stopped { chat: Sensitive<String>, blocked: bool },
    /// They have let us write again.
    Resumed { chat: Sensitive<String> },
    /// The account's own state has changed: usable or not, and why not.
    Account { usable: bool, code: Option<&'static str> },
    /// Nothing for us.
    Other,
}

/// A connected messenger.
#[async_trait]
pub trait Messenger: Send + Sync + std::fmt::Debug {
    fn channel(&self) -> Channel;
    /// Sends once; whoever calls decides about trying again.
    ///
    /// # Errors
    /// In few classes.
    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError>;
    /// After an answer was lost: whether this text did go to this chat since then. `None` when nobody can tell.
    async fn was_sent(&self, message: &Outgoing, since: Timestamp) -> Option<Sent>;
    /// Puts other words and buttons in the place of a message that was sent; for channels that cannot, nothing happens.
    ///
    /// # Errors
    /// In few classes; a message that says so already is fine.
    async fn replace(&self, chat: &Sensitive<String>, id: &str, message: &Outgoing) -> Result<(), SendError>;
    /// Answers a press, so that the messenger shows it as done.
    async fn acknowledge(&self, press: &str, text: &str) -> Result<(), SendError>;
    /// Whether it works, and the name it goes by (a bot's username).
    ///
    /// # Errors
    /// In few classes.
    async fn check(&self) -> Result<Option<String>, SendError>;
}
