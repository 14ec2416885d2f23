//! Who is in a room, as far as a provider can tell.

use crate::{Sensitive, Timestamp};
use std::fmt;

/// The real address of one connection of an occupant: unique while it lasts, new with every page load.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(pub String);

impl Address {
    /// Without the connection's resource: the same page, or the same account.
    #[must_use]
    pub fn bare(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The part before the `@`.
    #[must_use]
    pub fn user(&self) -> &str {
        self.bare().rsplit_once('@').map_or("", |(user, _)| user)
    }

    /// The part after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.bare().rsplit_once('@').map_or(self.bare(), |(_, domain)| domain)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An account's address holds a name.
        f.write_str("<address>")
    }
}

/// One stay of one connection in one place, where the reporter names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StayKey(pub String);

/// The signed identity in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUser {
    /// `None` for a token that lets its holder in without saying who that is.
    pub id: Option<String>,
}

/// An occupant as one report describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupant {
    /// Unique per stay, if the reporter knows one; else stays are paired by address and time.
    pub stay: Option<StayKey>,
    pub address: Address,
    /// What was typed at the door, cleaned; `None` when unknown, which is not the same as unchanged.
    pub name: Option<Sensitive<String>>,
    pub token: Option<TokenUser>,
    /// The address is an account that proved itself.
    pub account: bool,
    /// The focus has made this occupant an owner by now.
    pub granted: bool,
    /// When this stay began, where the report says so.
    pub joined_at: Option<Timestamp>,
    /// The line is lost, but the place is still kept.
    pub line_lost: bool,
}

impl Occupant {
    /// Somebody of whom nothing but the address is known.
    #[must_use]
    pub fn at(address: impl Into<String>) -> Self {
        Self {
            stay: None,
            address: Address(address.into()),
            name: None,
            token: None,
            account: false,
            granted: false,
            joined_at: None,
            line_lost: false,
        }
    }
}
