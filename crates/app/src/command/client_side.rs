//! What is said and sent to clients, and how the specialist is reached.

use super::ClientWishes;
use crate::view::{AlertAnswerKind, Channel, DeliveryState, Message};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the specialist says to a client who is there.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AlertAnswer {
    pub id: String,
    pub answer: AlertAnswerKind,
    /// With `late`.
    #[serde(default)]
    pub minutes: Option<u32>,
}

/// The client's link is to be sent.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SendLink {
    pub id: String,
    /// Another channel than the client's.
    #[serde(default)]
    pub channel: Option<Channel>,
}

/// How the link went out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LinkSent {
    pub channel: Channel,
    pub how: SentHow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SentHow {
    /// The backend sends it; its state is told.
    Handed,
    /// A program was opened with the words in it; the specialist presses "send" there.
    Opened,
    Copied,
}

/// The words that go out with the link.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Invitation {
    pub subject: String,
    pub text: String,
    pub link: String,
}

logged!(Invitation: );

#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Writing {
    pub id: String,
    pub text: String,
}

logged!(Writing: id);

/// A consultation's messages, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Thread {
    pub items: Vec<ThreadItem>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ThreadItem {
    pub id: String,
    pub at: DateTime<Utc>,
    pub from_client: bool,
    /// Empty for what cannot be shown as text; `what` says what it is.
    pub text: String,
    /// `text`, `image`, `audio`, `video`, `document`, `location`, `contact`, `sticker`, `deleted`, `unreadable`, `other`.
    pub what: String,
    pub channel: Channel,
    /// Of a message to the client.
    pub state: Option<DeliveryState>,
    /// Why it could not be sent.
    pub message: Option<Message>,
}

logged!(ThreadItem: id, at, from_client, what, state);

/// Messages of a client that stood before somebody's eyes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Reading {
    pub id: String,
    pub messages: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ByDelivery {
    pub id: String,
}

/// What a person chose about being reached.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReachDraft {
    /// From 10 to 900.
    pub after_seconds: u32,
    /// `22:00`; both or none.
    pub quiet_from: Option<String>,
    pub quiet_to: Option<String>,
    /// Quiet about waiting clients too, in the quiet hours and whenever "do not disturb" is on.
    pub quiet_even_clients: bool,
}

/// The key that the specialist's own computers read names with, to be carried from one to another by hand.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct NamesKey {
    pub text: String,
}

logged!(NamesKey: );

/// How a client of this name was reached last.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct ClientName {
    pub client: String,
}

logged!(ClientName: );

/// `null` where there was no such client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct KnownClient {
    pub client_side: Option<ClientWishes>,
}
