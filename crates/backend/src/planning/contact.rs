//! How a client is reached, checked and made uniform.

use crate::http::Refusal;
use kabinet_api::{CLIENT_KEY, Contact, LONGEST_EMAIL, MOST_REMINDERS, REMINDER_MINUTES};
use kabinet_domain::{Channel, phone};

/// Checks a contact and makes its phone digits alone; what is blank is absent.
///
/// # Errors
/// Names the field.
pub fn contact(contact: Contact) -> Result<Contact, Refusal> {
    let Contact { channel, phone, email, language, client_key, telegram_bound: _ } = contact;
    if Channel::from_name(&channel).is_none() {
        return Err(Refusal::field("contact.channel", "must be whatsapp, max, telegram, email or clipboard"));
    }
    let some = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let phone = match some(phone) {
        None => None,
        Some(phone) => Some(
            phone::read(&phone)
                .ok_or_else(|| Refusal::field("contact.phone", "must have 10 to 15 digits, with the country's code"))?,
        ),
    };
    let email = some(email);
    if email.as_deref().is_some_and(|email| !is_email(email)) {
        return Err(Refusal::field("contact.email", "is not an e-mail address"));
    }
    let language = some(language);
    if !matches!(language.as_deref(), None | Some("ru" | "en")) {
        return Err(Refusal::field("contact.language", "must be ru or en"));
    }
    let client_key = some(client_key);
    let drawn = |key: &str| {
        CLIENT_KEY.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if client_key.as_deref().is_some_and(|key| !drawn(key)) {
        return Err(Refusal::field("contact.client_key", "must be 16 to 64 letters, digits, - and _"));
    }
    Ok(Contact { channel, phone, email, language, client_key, telegram_bound: false })
}

/// Checks reminders and puts the earliest first.
///
/// # Errors
/// When there are too many, or one is too early or stands twice.
pub fn reminders(mut minutes: Vec<u32>) -> Result<Vec<u32>, Refusal> {
    if minutes.len() > MOST_REMINDERS {
        return Err(Refusal::field("reminders", "must be 5 at most"));
    }
    if minutes.iter().any(|minutes| !REMINDER_MINUTES.contains(minutes)) {
        return Err(Refusal::field("reminders", "must be from 1 to 10080 minutes each"));
    }
    minutes.sort_unstable_by(|one, other| other.cmp(one));
    if minutes.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::field("reminders", "has one of them twice"));
    }
    Ok(minutes)
}

/// Plausible: whether it exists, only a message can tell.
fn is_email(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'));
    let parts = text.rsplit_once('@');
    let domain = |domain: &str| domain.split('.').all(|label| !label.is_empty()) && domain.contains('.');
    plain
        && text.len() <= LONGEST_EMAIL
        && parts.is_some_and(|(name, host)| !name.is_empty() && !name.contains('@') && domain(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plausible_or_refused() {
        for email in ["ivan@example.org", "i.v+an@mail.example.org", "иван@пример.рф"] {
            assert!(is_email(email), "{email}");
        }
        for email in [
            "ivan",
            "@example.org",
            "ivan@",
            "ivan@localhost",
            "a b@example.org",
            "a@b@example.org",
            "a@.org",
            "a@example.org,b@c.d",
        ] {
            assert!(!is_email(email), "{email}");
        }
    }

    #[test]
    fn a_contact_is_checked_field_by_field() {
        let whole = Contact {
            channel: "whatsapp".to_owned(),
            phone: Some("8 900 123 45 67".to_owned()),
            email: Some(" ".to_owned()),
            language: Some("en".to_owned()),
            client_key: Some("0198f1c0-key-of-a-client".to_owned()),
            telegram_bound: true,
        };
        let checked = contact(whole.clone()).expect("it is right");
        assert_eq!(checked.phone.as_deref(), Some("79001234567"));
        assert_eq!(checked.email, None);
        assert_eq!((checked.client_key.as_deref(), checked.telegram_bound), (Some("0198f1c0-key-of-a-client"), false));
        let wrong = |change: &dyn Fn(&mut Contact)| {
            let mut wrong = whole.clone();
            change(&mut wrong);
            contact(wrong).is_err()
        };
        assert!(wrong(&|contact| contact.channel = "pigeon".to_owned()));
        assert!(wrong(&|contact| contact.channel = String::new()));
        assert!(wrong(&|contact| contact.phone = Some("12".to_owned())));
        assert!(wrong(&|contact| contact.email = Some("nobody".to_owned())));
        assert!(wrong(&|contact| contact.language = Some("de".to_owned())));
        for key in ["short", "Ivan Petrovich Sidorov", "Иван-Петрович-Сидоров"] {
            assert!(wrong(&|contact| contact.client_key = Some(key.to_owned())), "{key}");
        }
    }

    #[test]
    fn reminders_are_few_different_and_within_a_week() {
        assert_eq!(reminders(vec![60, 1440]).expect("right"), [1440, 60]);
        assert!(reminders(vec![]).is_ok());
        for wrong in [vec![0], vec![10_081], vec![60, 60], vec![1, 2, 3, 4, 5, 6]] {
            assert!(reminders(wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}
