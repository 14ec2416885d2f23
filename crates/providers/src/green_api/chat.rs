//! Whom a `chatId` means: <https://green-api.com/en/docs/api/chat-id/>.
//!
//! WhatsApp: `79001234567@c.us` is a phone; `120650379300963@lid` is a person whose phone is not told, and must never be read as one;
//! `…@g.us` is a group. MAX: digits alone are a person, with a minus before them a group.

use kabinet_domain::phone;
use std::fmt;

/// What an instance is signed in at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    WhatsApp,
    Max,
}

/// Whom something goes to.
#[derive(Clone, PartialEq, Eq)]
pub enum To {
    /// Digits with the country's code.
    Phone(String),
    Chat(String),
}

/// A phone must not reach a log.
impl fmt::Debug for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("To(<redacted>)")
    }
}

impl Kind {
    /// Reads a phone with its country's code, or a `chatId`. `None` for what is neither.
    pub fn recipient(self, kept: &str) -> Option<To> {
        let kept = kept.trim();
        if let Some((id, domain)) = kept.split_once('@') {
            let id = without_device(id);
            return match (self, domain) {
                (Self::WhatsApp, "c.us") => phone::whole(id).map(To::Phone),
                (Self::WhatsApp, "lid") if is_digits(id) => Some(To::Chat(format!("{id}@lid"))),
                _ => None,
            };
        }
        match self {
            Self::WhatsApp => phone::whole(kept).map(To::Phone),
            // Its own ids are digits too; numbers are those of the two countries that it serves.
            Self::Max => match phone::whole(kept) {
                Some(phone) if kept.starts_with('+') || is_served(&phone) => Some(To::Phone(phone)),
                _ if is_digits(kept) => Some(To::Chat(kept.to_owned())),
                _ => None,
            },
        }
    }

    /// The chat of one person, without what names a device; `None` for groups, channels and statuses.
    pub fn personal(self, chat: &str) -> Option<String> {
        match (self, chat.split_once('@')) {
            (Self::WhatsApp, Some((id, domain @ ("c.us" | "lid")))) => {
                let id = without_device(id);
                is_digits(id).then(|| format!("{id}@{domain}"))
            }
            (Self::Max, None) => is_digits(chat).then(|| chat.to_owned()),
            _ => None,
        }
    }

    /// The phone that a person's chat is named by, where it is.
    pub fn phone_of(self, chat: &str) -> Option<String> {
        let id = chat.strip_suffix("@c.us").filter(|_| self == Self::WhatsApp)?;
        is_digits(id).then(|| id.to_owned())
    }
}

/// `79001234567:3` is a device of `79001234567`.
fn without_device(id: &str) -> &str {
    id.split_once(':').map_or(id, |(id, _)| id)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_served(phone: &str) -> bool {
    phone.len() == 11 && phone.starts_with('7') || phone.len() == 12 && phone.starts_with("375")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Kind::WhatsApp, "79001234567", Some(To::Phone("79001234567".into())))]
    #[case(Kind::WhatsApp, "+7 (900) 123-45-67", Some(To::Phone("79001234567".into())))]
    #[case(Kind::WhatsApp, "84912345678", Some(To::Phone("84912345678".into())))]
    #[case(Kind::WhatsApp, "84912345678@c.us", Some(To::Phone("84912345678".into())))]
    #[case(Kind::WhatsApp, "79001234567:3@c.us", Some(To::Phone("79001234567".into())))]
    #[case(Kind::WhatsApp, "120650379300963@lid", Some(To::Chat("120650379300963@lid".into())))]
    #[case(Kind::WhatsApp, "120363043968066561@g.us", None)]
    #[case(Kind::WhatsApp, "anna", None)]
    #[case(Kind::WhatsApp, "", None)]
    #[case(Kind::Max, "79001234567", Some(To::Phone("79001234567".into())))]
    #[case(Kind::Max, "375291234567", Some(To::Phone("375291234567".into())))]
    #[case(Kind::Max, "10000000", Some(To::Chat("10000000".into())))]
    #[case(Kind::Max, "-10000000", None)]
    fn recipients(#[case] kind: Kind, #[case] typed: &str, #[case] read: Option<To>) {
        assert_eq!(kind.recipient(typed), read);
    }

    #[rstest]
    #[case(Kind::WhatsApp, "79001234568@c.us", Some("79001234568@c.us"), Some("79001234568"))]
    #[case(Kind::WhatsApp, "79001234568:3@c.us", Some("79001234568@c.us"), Some("79001234568"))]
    #[case(Kind::WhatsApp, "120650379300963@lid", Some("120650379300963@lid"), None)]
    #[case(Kind::WhatsApp, "120363043968066561@g.us", None, None)]
    #[case(Kind::WhatsApp, "79876543210-1581234048@g.us", None, None)]
    #[case(Kind::WhatsApp, "status@broadcast", None, None)]
    #[case(Kind::Max, "10000000", Some("10000000"), None)]
    #[case(Kind::Max, "-70000000000000", None, None)]
    fn a_phone_is_read_from_a_phones_chat_alone(
        #[case] kind: Kind,
        #[case] chat: &str,
        #[case] personal: Option<&str>,
        #[case] phone: Option<&str>,
    ) {
        assert_eq!(kind.personal(chat).as_deref(), personal);
        assert_eq!(kind.personal(chat).and_then(|chat| kind.phone_of(&chat)).as_deref(), phone);
    }
}
