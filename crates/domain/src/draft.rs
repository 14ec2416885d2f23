//! A room that a provider makes when asked: what is wanted of it, what came of it, and why it did not.

use crate::Sensitive;
use crate::ports::PortError;
use crate::provider::WaitingRoom;
use std::error::Error;

/// A room to be made. What is not said is as careful as the provider allows: everybody waits, nothing is written down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomDraft {
    /// `None` for the first of the provider's levels.
    pub waiting_room: Option<WaitingRoom>,
    /// E-mail addresses of those who may lead it too.
    pub cohosts: Vec<Sensitive<String>>,
    /// Present for a room that others may watch. Only such a room has a title.
    pub broadcast: Option<BroadcastDraft>,
    /// A summary of what is said is written by itself.
    pub summary: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BroadcastDraft {
    pub title: Sensitive<String>,
    pub description: Sensitive<String>,
    pub viewers: Viewers,
}

/// Who may watch a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Viewers {
    /// Whoever has the link.
    #[default]
    Everyone,
    Organisation,
}

impl Viewers {
    const ALL: [Self; 2] = [Self::Everyone, Self::Organisation];

    /// The word for it where it is kept or sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Organisation => "organisation",
        }
    }

    /// Reads the word of [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|viewers| viewers.as_str() == word)
    }

    /// As one answer to one question.
    #[must_use]
    pub const fn organisation_only(only: bool) -> Self {
        if only { Self::Organisation } else { Self::Everyone }
    }
}

/// A room, as it was made. Id and link are kept at once: a provider may have no way to find them again.
#[derive(Debug)]
pub struct MadeRoom {
    pub id: Sensitive<String>,
    /// The link of those who take part, as the provider wrote it.
    pub link: Sensitive<String>,
    /// The link of those who only watch.
    pub watch_link: Option<Sensitive<String>>,
    /// Those who could not be made co-hosts once the room was there, and why.
    pub without: Option<Without>,
}

#[derive(Debug)]
pub struct Without {
    pub cohosts: Vec<Sensitive<String>>,
    pub error: MakeRoomError,
}

/// A room as the provider has it now. `None` stands for what it does not say, or says in a word that is new to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomState {
    pub link: Sensitive<String>,
    pub waiting_room: Option<WaitingRoom>,
    pub cohosts: Vec<Sensitive<String>>,
    pub broadcast: Option<BroadcastState>,
    pub summary: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastState {
    pub watch_link: Option<Sensitive<String>>,
    pub title: Option<Sensitive<String>>,
    pub description: Option<Sensitive<String>>,
    pub viewers: Option<Viewers>,
}

/// What is to be different; the rest stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomChange {
    pub waiting_room: Option<WaitingRoom>,
    /// All that there shall be, not only the new ones.
    pub cohosts: Option<Vec<Sensitive<String>>>,
    pub broadcast: Option<BroadcastChange>,
    pub summary: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BroadcastChange {
    pub title: Option<Sensitive<String>>,
    pub description: Option<Sensitive<String>>,
    pub viewers: Option<Viewers>,
}

/// Why a room was not made, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum MakeRoomError {
    /// The provider has no such thing; its capabilities say so beforehand.
    #[error("the provider does not offer this")]
    NotOffered,
    #[error("the account may not do this with this room")]
    Forbidden,
    /// What the account's organisation pays for does not include it.
    #[error("the account's plan does not include this")]
    PaymentRequired,
    /// Nothing was made or changed.
    #[error("the provider does not know some of the co-hosts")]
    UnknownCohosts { emails: Vec<Sensitive<String>> },
    /// Never sent: the provider would not take it.
    #[error("the field {field} is not usable")]
    Invalid { field: &'static str },
    /// The request went out and no answer came that can be read. Asking again may make a second room: a person decides.
    #[error("the room may have been made")]
    MayHaveBeenMade(#[source] Box<dyn Error + Send + Sync>),
    #[error(transparent)]
    Port(#[from] PortError),
}

impl MakeRoomError {
    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOffered => "room_not_offered",
            Self::Forbidden => "provider_forbids",
            Self::PaymentRequired => "plan_too_small",
            Self::UnknownCohosts { .. } => "unknown_cohosts",
            Self::Invalid { .. } => "room_field_bad",
            Self::MayHaveBeenMade(_) => "room_may_have_been_made",
            Self::Port(PortError::Unauthorized) => "sign_in_again",
            Self::Port(PortError::Restricted) => "account_restricted",
            Self::Port(PortError::NotFound) => "room_gone",
            Self::Port(PortError::RateLimited { .. }) => "provider_busy",
            Self::Port(PortError::Rejected { .. }) => "provider_rejects",
            Self::Port(PortError::Unavailable(_)) => "provider_unavailable",
            Self::Port(PortError::Unexpected(_)) => "provider_unexpected",
        }
    }
}

/// RFC 5321, 4.5.3.1.3, less the brackets.
const LONGEST_EMAIL: usize = 254;

/// Enough to be told from a name and to stand in a list that commas part; whether it exists is the server's to say.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let parting = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '"');
    text.len() <= LONGEST_EMAIL
        && !text.contains(parting)
        && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("anna@org.example", true)]
    #[case("анна@почта.рф", true)]
    #[case("anna", false)]
    #[case("@org.example", false)]
    #[case("anna@", false)]
    #[case("anna@b@c", false)]
    #[case("a@b.example,c@d.example", false)]
    #[case("a@b.example;c@d.example", false)]
    #[case("Anna <anna@org.example>", false)]
    fn what_can_be_no_address_is_not_sent(#[case] text: &str, #[case] sound: bool) {
        assert_eq!(is_email(text), sound);
    }
}
