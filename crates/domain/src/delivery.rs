//! Deliveries: what goes out to people by a messenger, and how far each got.

use crate::{ConsultationId, DeliveryId, Sensitive, SpecialistId, Timestamp};

/// The way that a message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    WhatsApp,
    Max,
    Telegram,
    /// By the specialist's own mail program: nothing is sent by Kabinet itself.
    Email,
    /// Handed over by the specialist, from the clipboard.
    Clipboard,
}

impl Channel {
    pub const ALL: [Self; 5] = [Self::WhatsApp, Self::Max, Self::Telegram, Self::Email, Self::Clipboard];

    /// The word on the wire and in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Max => "max",
            Self::Telegram => "telegram",
            Self::Email => "email",
            Self::Clipboard => "clipboard",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Kabinet sends by itself, so that a reminder can go out while nobody looks.
    #[must_use]
    pub const fn sends_by_itself(self) -> bool {
        matches!(self, Self::WhatsApp | Self::Max | Self::Telegram)
    }
}

/// What a delivery is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The client's link, on the specialist's press.
    Link,
    /// Some time before the start.
    Reminder,
    /// What the specialist writes to the client.
    Message,
    /// To the specialist: a client is there and nobody has answered.
    Alert,
    /// To the practice's own channel: who started, who came, what ended.
    Report,
    /// An answer of the bot to somebody who pressed or wrote something.
    Reply,
}

impl Purpose {
    pub const ALL: [Self; 6] = [Self::Link, Self::Reminder, Self::Message, Self::Alert, Self::Report, Self::Reply];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Reminder => "reminder",
            Self::Message => "message",
            Self::Alert => "alert",
            Self::Report => "report",
            Self::Reply => "reply",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// How far a delivery got. Later ones of `Sent`, `Delivered`, `Read` take the place of earlier ones, never the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeliveryState {
    /// Its time has not come, or it will be tried again.
    Waiting,
    /// Being handed to the channel right now; after a crash nobody knows whether it was.
    Sending,
    /// The channel has it.
    Sent,
    Delivered,
    Read,
    /// The channel may have it: its answer was lost, and a second message would be worse than none.
    Unsure,
    /// It will not be tried again by itself.
    Failed,
    /// Its reason went away before it was sent: cancelled, moved, answered, or too late to be of use.
    Dropped,
}

impl DeliveryState {
    pub const ALL: [Self; 8] =
        [Self::Waiting, Self::Sending, Self::Sent, Self::Delivered, Self::Read, Self::Unsure, Self::Failed, Self::Dropped];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Unsure => "unsure",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One outgoing thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Our own idempotency key: the same cause always makes the same id, so that it is sent once.
    pub id: DeliveryId,
    pub specialist: SpecialistId,
    pub consultation: Option<ConsultationId>,
    pub channel: Channel,
    pub purpose: Purpose,
    /// Whom it goes to, as the channel names them: a phone number, a chat's id. Empty where it is looked up when it is sent.
    pub to: Sensitive<String>,
    /// The words. Empty where they are made when it is sent, from what is true by then.
    pub text: Sensitive<String>,
    pub buttons: Vec<Button>,
    /// Not to be sent before.
    pub due_at: Timestamp,
    /// Of no use after this.
    pub expires_at: Timestamp,
}

/// A button under a message. A press comes back with its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    pub press: Press,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Opens an address.
    Address(Sensitive<String>),
    /// Comes back to us; 64 bytes at most (Telegram's `callback_data`).
    Data(String),
}

/// What the feeds tell about a delivery: nothing of its text or of whom it went to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryNews {
    pub id: DeliveryId,
    pub channel: Channel,
    pub purpose: Purpose,
    pub state: DeliveryState,
    /// Why not, where it failed: `not_registered`, `blocked`, `quota`, `not_authorised`, `restricted`, `expired` …
    pub code: Option<String>,
}
