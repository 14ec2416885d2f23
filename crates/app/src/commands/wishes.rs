//! How a client is to be reached and let in, as typed: understood, or refused by its field.

use super::refuse_field;
use crate::client_side;
use crate::command::{ClientWishes, CommandError};
use crate::record::{Consultation, Contact};
use crate::view::{Channel, ContactView};
use kabinet_api::{LONGEST_EMAIL, MOST_REMINDERS, REMINDER_MINUTES};
use kabinet_domain::phone;

const LANGUAGES: [&str; 2] = ["ru", "en"];

impl Consultation {
    /// With what was wished; without wishes it stays as it is. `hidden`: the form was shown neither phone nor address.
    pub(crate) fn wished(self, wishes: Option<&ClientWishes>, hidden: bool) -> Result<Self, CommandError> {
        let Some(wishes) = wishes else { return Ok(self) };
        let mut typed = wishes.contact.clone();
        if let (true, Some(typed), Some(kept)) = (hidden, typed.as_mut(), &self.contact) {
            let unseen = |typed: &mut String, kept: &Option<String>| {
                if typed.is_empty() {
                    *typed = kept.clone().unwrap_or_default();
                }
            };
            unseen(&mut typed.phone, &kept.phone);
            unseen(&mut typed.email, &kept.email);
        }
        // What no form shows stays.
        let (client_key, telegram_bound) =
            self.contact.as_ref().map(|kept| (kept.client_key.clone(), kept.telegram_bound)).unwrap_or_default();
        let contact = typed.map(|typed| contact(&typed)).transpose()?;
        Ok(Self {
            contact: contact.map(|typed| Contact { client_key, telegram_bound, ..typed }),
            reminders: reminders(&wishes.reminders)?,
            door: wishes.door,
            ..self
        })
    }
}

/// What is wrong with what was typed.
pub(super) fn check(wishes: Option<&ClientWishes>) -> Result<(), CommandError> {
    let Some(wishes) = wishes else { return Ok(()) };
    wishes.contact.as_ref().map(contact).transpose()?;
    reminders(&wishes.reminders).map(drop)
}

/// What is known of a consultation, as a form would show it.
pub(crate) fn known(consultation: &Consultation) -> ClientWishes {
    ClientWishes {
        contact: consultation.contact.as_ref().map(|contact| client_side::contact_view(contact, false)),
        reminders: consultation.reminders.clone(),
        door: consultation.door,
    }
}

fn contact(typed: &ContactView) -> Result<Contact, CommandError> {
    let phone = phone(&typed.phone)?;
    let email = email(&typed.email)?;
    match typed.channel {
        Channel::Whatsapp | Channel::Max if phone.is_none() => return Err(refuse_field("phone_needed", "phone")),
        Channel::Email if email.is_none() => return Err(refuse_field("email_needed", "email")),
        _ => {}
    }
    let language = match typed.language.trim() {
        "" => None,
        known if LANGUAGES.contains(&known) => Some(known.to_owned()),
        _ => return Err(refuse_field("bad_client_language", "language")),
    };
    Ok(Contact { channel: client_side::channel_name(typed.channel).into(), phone, email, language, ..Contact::default() })
}

/// Digits with the country's code.
fn phone(typed: &str) -> Result<Option<String>, CommandError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    phone::read(typed).map(Some).ok_or_else(|| refuse_field("bad_phone", "phone"))
}

/// Plausible is all that can be seen of an address.
fn email(typed: &str) -> Result<Option<String>, CommandError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let plain = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c))
    };
    let plausible = typed.split_once('@').is_some_and(|(person, host)| {
        plain(person)
            && plain(host)
            && !host.contains('@')
            && host.contains('.')
            && host.split('.').all(|label| !label.is_empty())
    });
    if !plausible || typed.len() > LONGEST_EMAIL {
        return Err(refuse_field("bad_email", "email"));
    }
    Ok(Some(typed.to_owned()))
}

fn reminders(typed: &[u32]) -> Result<Vec<u32>, CommandError> {
    if typed.len() > MOST_REMINDERS || typed.iter().any(|minutes| !REMINDER_MINUTES.contains(minutes)) {
        return Err(refuse_field("bad_client_reminder", "reminders"));
    }
    let mut reminders = typed.to_vec();
    reminders.sort_unstable_by(|one, other| other.cmp(one));
    reminders.dedup();
    Ok(reminders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::consultation;
    use crate::view::Door;

    fn typed(channel: Channel, phone: &str, email: &str) -> ContactView {
        ContactView { channel, phone: phone.into(), email: email.into(), language: "ru".into() }
    }

    #[test]
    fn a_phone_becomes_digits_with_the_countrys_code() {
        let check = |typed: &str, expected: Option<&str>| assert_eq!(phone(typed).expect("a phone").as_deref(), expected);
        check("", None);
        check("8 (900) 123-45-67", Some("79001234567"));
        for wrong in ["abc", "12"] {
            let error = phone(wrong).expect_err(wrong);
            assert_eq!((error.message.code.as_str(), error.field.as_deref()), ("bad_phone", Some("phone")));
        }
    }

    #[test]
    fn a_channel_needs_its_address() {
        let check = |typed: &ContactView, expected: (&str, &str)| {
            let error = contact(typed).expect_err("a refusal");
            assert_eq!((error.message.code.as_str(), error.field.as_deref()), (expected.0, Some(expected.1)));
        };
        check(&typed(Channel::Whatsapp, "", "a@example.org"), ("phone_needed", "phone"));
        check(&typed(Channel::Max, " ", ""), ("phone_needed", "phone"));
        check(&typed(Channel::Email, "89001234567", ""), ("email_needed", "email"));
        for wrong in [
            "anna",
            "anna@",
            "@example.org",
            "anna@example",
            "anna@example..org",
            "an na@example.org",
            "a@b.c,d@e.f",
            "anna@example.org?bcc=x@y.z&",
        ] {
            // A question mark is allowed in a mailbox's name, and harmless: it is escaped wherever it goes.
            if !wrong.contains('?') {
                check(&typed(Channel::Clipboard, "", wrong), ("bad_email", "email"));
            }
        }
        check(&ContactView { language: "de".into(), ..typed(Channel::Telegram, "", "") }, ("bad_client_language", "language"));
        let kept = contact(&typed(Channel::Whatsapp, "8 900 1234567", " a@example.org ")).expect("a contact");
        assert_eq!((kept.phone.as_deref(), kept.email.as_deref()), (Some("79001234567"), Some("a@example.org")));
        assert_eq!((kept.channel.as_str(), kept.language.as_deref()), ("whatsapp", Some("ru")));
    }

    #[test]
    fn reminders_are_minutes_of_at_most_a_week() {
        assert_eq!(reminders(&[60, 1440, 60]).expect("reminders"), [1440, 60]);
        for wrong in [&[0][..], &[10_081], &[1, 2, 3, 4, 5, 6]] {
            assert_eq!(reminders(wrong).expect_err("a refusal").field.as_deref(), Some("reminders"));
        }
    }

    #[test]
    fn what_a_form_was_not_shown_stays_and_no_wishes_change_nothing() {
        let wishes = ClientWishes {
            contact: Some(typed(Channel::Whatsapp, "89001234567", "")),
            reminders: vec![60],
            door: Door::WhenAdmitted,
        };
        let kept = consultation("c1", "15:00", 50).wished(Some(&wishes), false).expect("wished");
        assert_eq!((kept.door, kept.reminders.as_slice()), (Door::WhenAdmitted, &[60][..]));
        assert_eq!(kept.clone().wished(None, false).expect("the same"), kept);
        let unseen = ClientWishes { contact: Some(typed(Channel::Whatsapp, "", "")), ..wishes.clone() };
        let hidden = kept.clone().wished(Some(&unseen), true).expect("wished");
        assert_eq!(hidden.contact, kept.contact);
        assert!(kept.clone().wished(Some(&unseen), false).is_err());
        let none = ClientWishes { contact: None, ..wishes };
        assert_eq!(kept.wished(Some(&none), true).expect("wished").contact, None);
        assert_eq!(known(&hidden).contact.map(|contact| contact.phone).as_deref(), Some("79001234567"));
    }
}
