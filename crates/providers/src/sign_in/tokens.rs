//! What signing in gives, and how a keychain keeps it.

use kabinet_domain::{Sensitive, Timestamp};
use serde::{Deserialize, Serialize};

/// An access token and what renews it. They came together and are kept together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access: Sensitive<String>,
    pub refresh: Option<Sensitive<String>>,
    /// `None` for a token that was pasted: it ends without notice.
    pub expires_at: Option<Timestamp>,
    /// From here on a fresh pair is asked for, long before the old one ends.
    pub renew_at: Option<Timestamp>,
}

/// What the keychain holds cannot be read; signing in again replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kept tokens cannot be read")]
pub struct TokensUnreadable;

/// The keychain's form. Private, so that nothing else can write tokens down.
#[derive(Serialize, Deserialize)]
struct Kept {
    access: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renew_at: Option<Timestamp>,
}

impl Tokens {
    /// A token that was got elsewhere; it cannot be renewed.
    #[must_use]
    pub fn pasted(access: Sensitive<String>) -> Self {
        Self { access, refresh: None, expires_at: None, renew_at: None }
    }

    /// Whether it is time to renew them.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.refresh.is_some() && self.renew_at.or(self.expires_at).is_some_and(|at| at <= now)
    }

    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// For the keychain, and for nothing else.
    #[must_use]
    pub fn for_keychain(&self) -> Sensitive<String> {
        let reveal = |secret: &Sensitive<String>| secret.reveal().clone();
        let kept = Kept {
            access: reveal(&self.access),
            refresh: self.refresh.as_ref().map(reveal),
            expires_at: self.expires_at,
            renew_at: self.renew_at,
        };
        Sensitive::new(serde_json::to_string(&kept).expect("texts and times are always JSON"))
    }

    /// From the keychain.
    ///
    /// # Errors
    /// When it is not what [`Self::for_keychain`] wrote.
    pub fn from_keychain(kept: &Sensitive<String>) -> Result<Self, TokensUnreadable> {
        // The cause would quote what it found.
        let kept: Kept = serde_json::from_str(kept.reveal()).map_err(|_| TokensUnreadable)?;
        Ok(Self {
            access: kept.access.into(),
            refresh: kept.refresh.map(Sensitive::new),
            expires_at: kept.expires_at,
            renew_at: kept.renew_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn tokens() -> Tokens {
        Tokens {
            access: "y0_secret".into(),
            refresh: Some("1:secret".into()),
            expires_at: Some(at("2027-11-21T12:00:00Z")),
            renew_at: Some(at("2027-02-20T12:00:00Z")),
        }
    }

    #[test]
    fn the_keychain_gives_back_what_it_was_given() {
        for tokens in [tokens(), Tokens::pasted("y0_secret".into())] {
            assert_eq!(Tokens::from_keychain(&tokens.for_keychain()), Ok(tokens));
        }
        assert_eq!(Tokens::from_keychain(&"y0_not_json".into()), Err(TokensUnreadable));
    }

    #[test]
    fn nothing_but_the_keychains_form_shows_them() {
        assert!(!format!("{:?} {:?}", tokens(), tokens().for_keychain()).contains("secret"));
    }

    #[test]
    fn they_are_due_long_before_they_end() {
        assert!(!tokens().is_due(at("2027-02-20T11:59:59Z")));
        assert!(tokens().is_due(at("2027-02-20T12:00:00Z")) && !tokens().has_ended(at("2027-02-20T12:00:00Z")));
        assert!(tokens().has_ended(at("2027-11-21T12:00:00Z")));
        let pasted = Tokens::pasted("y0_secret".into());
        assert!(!pasted.is_due(at("2100-01-01T00:00:00Z")) && !pasted.has_ended(at("2100-01-01T00:00:00Z")));
    }
}
