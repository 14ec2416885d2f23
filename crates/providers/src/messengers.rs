//! Messengers: sending a text to somebody, and understanding what comes back, in words that all of them share.

pub(crate) mod wire;

use crate::http::HttpSettings;
use crate::registry::{ConnectionError, ConnectionSettings};
use crate::{green_api, telegram};
use async_trait::async_trait;
use kabinet_domain::delivery::Button;
use kabinet_domain::provider::{Field, ServerAddress};
use kabinet_domain::{Channel, Clock, Sensitive, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Key of the setting that names the practice's own channel, which is told who started and who came.
pub const PRACTICE_CHANNEL: &str = "practice_channel";

/// What a messenger's connection wants and gives, as data.
#[derive(Debug, Clone, Copy)]
pub struct MessengerInfo {
    /// Stable id, also of its section in the configuration: `green-api`, `telegram`.
    pub id: &'static str,
    pub name: &'static str,
    pub channel: Channel,
    pub fields: &'static [Field],
    pub addresses: &'static [ServerAddress],
    /// Where it sends what comes in, below a backend's `/api/webhook/`. Two accounts of one messenger share one.
    pub webhook: &'static str,
}

/// A messenger's module gives these.
struct Entry {
    info: MessengerInfo,
    open: fn(&MessengerInfo, &ConnectionSettings, &Surroundings) -> Result<Connected, ConnectionError>,
}

/// A new messenger is one line here.
static MESSENGERS: [Entry; 3] = [
    Entry { info: green_api::WHATSAPP, open: green_api::open },
    Entry { info: green_api::MAX, open: green_api::open },
    Entry { info: telegram::INFO, open: telegram::open },
];

static INFOS: [MessengerInfo; MESSENGERS.len()] = {
    let mut infos = [MESSENGERS[0].info; MESSENGERS.len()];
    let mut index = 0;
    while index < MESSENGERS.len() {
        infos[index] = MESSENGERS[index].info;
        index += 1;
    }
    infos
};

#[must_use]
pub fn messengers() -> &'static [MessengerInfo] {
    &INFOS
}

/// What a messenger needs beside its settings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Its purpose and proxy are the messenger's own business.
    pub http: HttpSettings,
    pub clock: Arc<dyn Clock>,
}

/// Both halves of an opened messenger.
#[derive(Debug, Clone)]
pub struct Connected {
    pub messenger: Arc<dyn Messenger>,
    pub listener: Arc<dyn Listener>,
}

/// Opens a messenger by its id. Nobody is asked anything yet.
///
/// # Errors
/// Names the setting that is missing or not usable.
pub fn open(messenger: &str, settings: &ConnectionSettings, surroundings: &Surroundings) -> Result<Connected, ConnectionError> {
    let entry = MESSENGERS.iter().find(|entry| entry.info.id == messenger).ok_or(ConnectionError::UnknownProvider)?;
    (entry.open)(&entry.info, settings, surroundings)
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
    /// Where a chat with a bot of this name is opened, so that it is told this code; `None` for messengers without bots.
    fn deep_link(&self, bot: &str, code: &str) -> Option<String> {
        (self.channel() == Channel::Telegram).then(|| format!("https://t.me/{bot}?start={code}"))
    }
    /// Whether it works, and the name it goes by (a bot's username).
    ///
    /// # Errors
    /// In few classes.
    async fn check(&self) -> Result<Option<String>, SendError>;
}

/// The other half of a connected messenger: what comes in. It either calls an address of ours or is asked, never both.
#[async_trait]
pub trait Listener: Send + Sync + std::fmt::Debug {
    /// A secret is set that its calls prove themselves with; without one it is asked.
    fn can_be_called(&self) -> bool;
    /// Whether a call proves that this messenger made it; never without a secret. `header` finds a value by its lower-case name.
    fn proves(&self, header: &dyn Fn(&str) -> Option<String>) -> bool;
    /// Reads one thing that was sent. `None`: it is not in this messenger's form, or belongs to another account of it.
    fn understand(&self, body: &[u8], now: Timestamp) -> Option<Incoming>;
    /// Has it call this address, or nobody, so that it can be asked. Nothing is changed where that is so already.
    ///
    /// # Errors
    /// In few classes.
    async fn call_at(&self, address: Option<&Url>) -> Result<Settled, ListenError>;
    /// Waits a while for what is new, in the order it happened. Given again until it is taken.
    ///
    /// # Errors
    /// In few classes.
    async fn receive(&self) -> Result<Vec<Given>, ListenError>;
    /// It is kept: the messenger may forget it.
    ///
    /// # Errors
    /// In few classes; then it is given again.
    async fn take(&self, receipt: i64) -> Result<(), ListenError>;
}

/// Something that the messenger gave when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub receipt: i64,
    /// As it would have been sent.
    pub body: Sensitive<String>,
}

/// Where a messenger's calls go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Already,
    /// It was changed, and is so at the latest after this long.
    Changed {
        within: Duration,
    },
}

/// Why nothing is heard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// It calls an address instead, so asking it gives nothing.
    #[error("it calls an address instead of being asked")]
    CallsAnAddress,
    /// Another program asks for the same account; each takes away what the other should get.
    #[error("somebody else listens to the same account")]
    SomebodyElse,
    #[error(transparent)]
    Failed(#[from] SendError),
}

impl ListenError {
    /// The code under which it is told.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CallsAnAddress => "webhook_set",
            Self::SomebodyElse => "second_listener",
            Self::Failed(error) => error.code(),
        }
    }
}
