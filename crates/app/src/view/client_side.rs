//! The client's side as a person sees it: the practice, how people are reached, what went out, who answered what.

use super::Message;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the practice is and what it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PracticeView {
    /// As clients read it; may be empty.
    pub name: String,
    /// Clients have pages.
    pub pages: bool,
    /// Channels that the backend sends by itself.
    pub channels: Vec<Channel>,
    pub telegram_bot: Option<String>,
    /// Clients' names are kept from the backend; the specialist's own devices know them by a key.
    pub names_stay_here: bool,
    /// The key of names is on this computer, so that names of consultations made elsewhere can be read.
    pub names_key_kept: bool,
}

/// The way that a message takes to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Whatsapp,
    Max,
    Telegram,
    /// By the system's mail program.
    Email,
    Clipboard,
}

/// When the client's page lets its visitor in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// At the planned time, or when admitted before.
    #[default]
    AtTime,
    WhenAdmitted,
    AtOnce,
}

/// How a client is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactView {
    pub channel: Channel,
    /// Digits with the country's code; empty when there is none.
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub email: String,
    /// `ru` or `en`: what the client reads.
    pub language: String,
}

logged!(ContactView: channel, language);

/// Something that went out, or will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryView {
    pub id: String,
    pub channel: Channel,
    pub purpose: DeliveryPurpose,
    pub state: DeliveryState,
    /// Why it could not be sent: its words are `error-delivery_CODE`.
    pub message: Option<Message>,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryPurpose {
    Link,
    Reminder,
    Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Sending,
    Sent,
    Delivered,
    Read,
    /// It may have been sent: the answer was lost.
    Unsure,
    Failed,
    Dropped,
}

/// The client said that they will be late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LateView {
    pub minutes: u32,
    pub until: DateTime<Utc>,
}

/// What the specialist has answered to the client who waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerView {
    pub answer: AlertAnswerKind,
    /// When they will be there, where they said so.
    pub until: Option<DateTime<Utc>>,
    /// What the client said to it.
    pub client_can_wait: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AlertAnswerKind {
    Coming,
    Late,
    Cannot,
}

/// How the specialist is reached away from this computer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReachView {
    pub telegram: TelegramReach,
    /// As the person is called there.
    pub telegram_name: String,
    /// Another chat has answered and waits to be confirmed; until then the one before is used.
    pub telegram_next_name: Option<String>,
    /// An alert that nobody answered goes there after so many seconds.
    pub after_seconds: u32,
    /// `22:00`; both or none.
    pub quiet_from: Option<String>,
    pub quiet_to: Option<String>,
    /// Quiet about waiting clients too, in the quiet hours and whenever "do not disturb" is on.
    pub quiet_even_clients: bool,
    /// A link that binds a chat was opened; until when it is good.
    pub binding_until: Option<DateTime<Utc>>,
}

logged!(ReachView: telegram, after_seconds, quiet_from, quiet_to, quiet_even_clients);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TelegramReach {
    /// The practice has no bot.
    Unavailable,
    Unbound,
    /// Somebody pressed the link: is it the specialist?
    Unconfirmed,
    Bound,
    /// The person has blocked the bot.
    Blocked,
}
