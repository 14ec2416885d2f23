//! Which consultations are one client's: those of one name, as long as nothing says that two people have it.
//!
//! The backend is told by a key, drawn here, so that what a client has bound at one consultation serves the next.

use crate::application::Application;
use crate::consultations::folded;
use crate::names::is_unread;
use crate::record::{Consultation, Contact};
use crate::state::State;
use kabinet_domain::Ids;
use std::collections::BTreeSet;

/// A client's consultations by their name, the latest first.
pub(crate) fn of_name<'a>(state: &'a State, name: &str) -> Vec<&'a Consultation> {
    let wanted = folded(name.trim());
    let all = state.consultations.latest_first().filter_map(|(id, _)| state.consultations.get(id));
    all.filter(|one| folded(one.client.trim()) == wanted).collect()
}

/// How somebody is reached, as far as it tells two people of one name apart.
pub(crate) fn ways(contact: &Contact) -> (&Option<String>, &Option<String>) {
    (&contact.phone, &contact.email)
}

/// One person, as far as can be seen: something leads to both, or nothing to either.
fn is_one(one: &Contact, other: &Contact) -> bool {
    let shared = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    shared(&one.phone, &other.phone) || shared(&one.email, &other.email) || ways(one) == ways(other)
}

/// Another key than anybody has.
pub(crate) fn draw(ids: &dyn Ids) -> String {
    ids.next().simple().to_string()
}

/// As somebody who is nobody from before, whatever their name is.
pub(crate) fn as_another(consultation: Consultation, ids: &dyn Ids) -> Consultation {
    let contact = consultation.contact.map(|contact| Contact { client_key: Some(draw(ids)), ..contact });
    Consultation { contact, ..consultation }
}

/// Two people have this name, as far as can be seen: two ways lead to them, or where none does, they were told apart before.
pub(crate) fn are_two<'a>(contacts: impl Iterator<Item = &'a Contact> + Clone) -> bool {
    let ways: BTreeSet<_> = contacts.clone().map(ways).collect();
    ways.len() > 1 || (ways.contains(&(&None, &None)) && keys(contacts).len() > 1)
}

fn keys<'a>(contacts: impl Iterator<Item = &'a Contact>) -> BTreeSet<&'a str> {
    contacts.filter_map(|contact| contact.client_key.as_deref()).collect()
}

impl Application {
    /// Gives a consultation that is about to be sent the key of its client.
    pub(crate) fn key_client(&self, id: &str) {
        let drawn = draw(self.parts.ids.as_ref());
        self.change(|state| {
            let Some(keyed) = state.consultations.get(id).and_then(|one| keyed(state, one, drawn)) else { return };
            state.consultations.insert(keyed);
        });
    }
}

/// With the key that the client has elsewhere, else with the drawn one; `None` when it stays as it is.
fn keyed(state: &State, consultation: &Consultation, drawn: String) -> Option<Consultation> {
    let contact = consultation.contact.as_ref()?;
    if is_unread(consultation) || consultation.client.trim().is_empty() {
        return None;
    }
    if let Some(key) = &contact.client_key {
        let name = folded(consultation.client.trim());
        let is_anothers = |one: &Consultation| {
            let has_key = one.contact.as_ref().is_some_and(|contact| contact.client_key.as_ref() == Some(key));
            has_key && !is_unread(one) && folded(one.client.trim()) != name
        };
        if !state.consultations.values().any(is_anothers) {
            return None;
        }
    }
    let same = of_name(state, &consultation.client).into_iter().filter(|one| one.id != consultation.id);
    let theirs: Vec<&Contact> = same.filter_map(|one| one.contact.as_ref()).filter(|other| is_one(other, contact)).collect();
    // By a name alone nobody can say which of two it is, and what is meant for one must not go to the other's chat.
    let by_name_alone = ways(contact) == (&None, &None);
    let known = if by_name_alone && are_two(theirs.iter().copied()) {
        None
    } else {
        theirs.iter().find_map(|other| other.client_key.clone())
    };
    let key = known.unwrap_or(drawn);
    Some(Consultation { contact: Some(Contact { client_key: Some(key), ..contact.clone() }), ..consultation.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn of(id: &str, client: &str, phone: Option<&str>, key: Option<&str>) -> Consultation {
        let contact = Contact {
            channel: "telegram".into(),
            phone: phone.map(str::to_owned),
            client_key: key.map(str::to_owned),
            ..Contact::default()
        };
        Consultation { client: client.into(), contact: Some(contact), ..testing::consultation(id, "12:30", 50) }
    }

    /// The key of the one with the id `new`, once it is about to be sent.
    fn key(known: &[Consultation]) -> Option<String> {
        let state = testing::state(known, &[]);
        let new = state.consultations.get("new").expect("it is there");
        let keyed = keyed(&state, new, "drawn".into()).unwrap_or_else(|| new.clone());
        keyed.contact.expect("a contact").client_key
    }

    #[test]
    fn a_client_has_one_key_and_two_people_have_two() {
        let check = |known: Consultation, new: Consultation, expected: Option<&str>| {
            assert_eq!(key(&[known, new]).as_deref(), expected);
        };
        let ivan = || of("a", "Ivan", Some("79001234567"), Some("key"));
        check(ivan(), of("new", " ivan", Some("79001234567"), None), Some("key"));
        check(ivan(), of("new", "Ivan", Some("79009999999"), None), Some("drawn"));
        check(ivan(), of("new", "Ivan", None, None), Some("drawn"));
        check(ivan(), of("new", "Olga", Some("79001234567"), None), Some("drawn"));
        check(ivan(), of("new", "", None, None), None);
        // It was Ivan's, and another name has been typed since; or it was given anew with its link.
        check(ivan(), of("new", "Olga", Some("79001234567"), Some("key")), Some("drawn"));
        check(ivan(), of("new", "Ivan", Some("79001234567"), Some("another")), Some("another"));
    }

    #[test]
    fn of_two_people_with_one_name_neither_is_taken_for_the_other() {
        let one = || of("a", "Maria", None, Some("key"));
        assert_eq!(key(&[one(), of("new", "Maria", None, None)]).as_deref(), Some("key"));
        let other = as_another(of("b", "Maria", None, None), &kabinet_domain::SystemIds);
        let theirs = other.contact.clone().and_then(|contact| contact.client_key).expect("a key of her own");
        assert_ne!(theirs, "key");
        assert_eq!(key(&[one(), Consultation { id: "new".into(), ..other.clone() }]), Some(theirs), "she keeps it");
        assert_eq!(key(&[one(), other.clone(), of("new", "Maria", None, None)]).as_deref(), Some("drawn"));
        let contacts = [one(), other].map(|one| one.contact.expect("a contact"));
        assert!(are_two(contacts.iter()) && !are_two(contacts[..1].iter()));
        // With a phone it is seen who is who, also after a new link brought a new key.
        let phone = Some("79001234567");
        let renewed = [of("a", "Maria", phone, Some("key")), of("b", "Maria", phone, Some("another"))];
        assert!(
            key(&[renewed[0].clone(), renewed[1].clone(), of("new", "Maria", phone, None)]).is_some_and(|key| key != "drawn")
        );
        assert!(!are_two(renewed.map(|one| one.contact.expect("a contact")).iter()));
    }

    #[test]
    fn who_is_known_by_a_code_alone_keeps_the_key_that_came() {
        let unread = Consultation { code: Some("K-17".into()), ..of("new", "K-17", None, Some("key")) };
        assert_eq!(key(&[of("a", "Ivan", None, Some("key")), unread]).as_deref(), Some("key"));
        let unread = Consultation { code: Some("K-17".into()), ..of("b", "K-17", None, Some("key")) };
        assert_eq!(key(&[unread, of("new", "Ivan", None, Some("key"))]).as_deref(), Some("key"));
    }
}
