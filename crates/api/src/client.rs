//! The client's side of a consultation: how they are reached, how they are let in, and what goes to and fro.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// When the client's page lets its visitor into the room; see [`kabinet_domain::Door`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    #[default]
    AtTime,
    WhenAdmitted,
    AtOnce,
}

/// How the client is reached. It never leaves the backend but to the channel that needs it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// `whatsapp`, `max`, `telegram`, `email` or `clipboard`.
    #[schema(example = "whatsapp")]
    pub channel: String,
    /// Digits with the country's code, for `whatsapp` and `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "79001234567")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the client reads: `ru` or `en`; the practice's language when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The same in each consultation of one client with this specialist, drawn at random, and no name: 16 to 64 letters, digits, `-` and `_`.
    /// A chat that the client bound at one of them serves the others. After `new-link` it binds nothing any more; draw another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 16, max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    pub client_key: Option<String>,
    /// The client has bound a chat in Telegram. Read only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub telegram_bound: bool,
}

/// What the specialist says to an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerBody {
    /// `coming`, `late` or `cannot`.
    pub answer: String,
    /// With `late`: from 1 to 120.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Chosen by the sender, so that a repetition answers once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

/// Something to be sent to the client.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutgoingBody {
    /// Chosen by the sender, so that a repetition is sent once.
    pub id: Uuid,
    /// `link`: the words of the template with time and link; `message`: `text`.
    pub purpose: String,
    /// Another channel than the contact's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The template with time and link, in the client's language, for channels that the specialist sends by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    pub subject: String,
    pub text: String,
    pub link: String,
}

/// A delivery and how far it got.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryJson {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<Uuid>,
    /// `whatsapp`, `max` or `telegram`.
    pub channel: String,
    /// `link`, `reminder`, `message`, `alert`, `report` or `reply`.
    pub purpose: String,
    /// `waiting`, `sending`, `sent`, `delivered`, `read`, `unsure`, `failed` or `dropped`.
    pub state: String,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub due_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub attempts: u32,
}

/// What an event of a delivery carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryNewsJson {
    pub id: Uuid,
    pub channel: String,
    pub purpose: String,
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deliveries {
    pub deliveries: Vec<DeliveryJson>,
}

/// One message of a thread.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageJson {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// `client` or `specialist`.
    pub from: String,
    /// Empty for what cannot be shown as text; `what` says what it is.
    pub text: String,
    /// `text`, `image`, `audio`, `video`, `document`, `location`, `contact`, `sticker`, `deleted`, `unreadable` or `other`.
    pub what: String,
    pub channel: String,
    /// Of a message to the client: as a delivery's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A consultation's thread, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Messages {
    pub messages: Vec<MessageJson>,
}

/// How a specialist can be reached away from the desktop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReachJson {
    /// The chat in Telegram; absent while none is bound. Read only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telegram: Option<BoundChat>,
    /// Another one, which takes the place of a confirmed one as soon as it is confirmed too. Read only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telegram_next: Option<BoundChat>,
    /// An alert that nobody answered goes there after so many seconds; from 10 to 900.
    pub after_seconds: u32,
    /// `22:00`; both or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_to: Option<String>,
    /// IANA name, of the quiet hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// "Do not disturb".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<DateTime<Utc>>,
    /// Quiet about waiting clients too, in the quiet hours and whenever "do not disturb" is on.
    #[serde(default)]
    pub quiet_even_clients: bool,
    /// The same only for the "do not disturb" that is on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet_until_even_clients: bool,
}

/// Whose chat is bound.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoundChat {
    /// As the person is called there.
    pub name: String,
    /// The specialist has said that it is theirs; nothing goes there before.
    pub confirmed: bool,
    /// The person has blocked the bot.
    #[serde(default)]
    pub blocked: bool,
}

/// One click binds a chat.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BindingLink {
    /// `https://t.me/BOT?start=CODE`.
    pub link: String,
    pub expires_at: DateTime<Utc>,
}

/// What the practice is and what it has, for its specialists' desktops.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Practice {
    /// As clients read it; may be empty.
    pub name: String,
    /// Clients' names must not be sent here: a code stands for each.
    pub names_stay_here: bool,
    /// Clients have pages: there is an address that reaches them from outside.
    pub pages: bool,
    /// Channels that the backend sends by itself.
    pub channels: Vec<String>,
    /// The bot, where there is one: `kabinet_bot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telegram_bot: Option<String>,
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        /// Phones, words and links must not reach a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), " <redacted>"))
            }
        }
    )*};
}

redacted!(Contact, OutgoingBody, Invitation, MessageJson, BoundChat, BindingLink);

impl fmt::Debug for DeliveryJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryJson").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl From<kabinet_domain::Door> for Door {
    fn from(door: kabinet_domain::Door) -> Self {
        match door {
            kabinet_domain::Door::AtTime => Self::AtTime,
            kabinet_domain::Door::WhenAdmitted => Self::WhenAdmitted,
            kabinet_domain::Door::AtOnce => Self::AtOnce,
        }
    }
}

impl From<Door> for kabinet_domain::Door {
    fn from(door: Door) -> Self {
        match door {
            Door::AtTime => Self::AtTime,
            Door::WhenAdmitted => Self::WhenAdmitted,
            Door::AtOnce => Self::AtOnce,
        }
    }
}
