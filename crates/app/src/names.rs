//! What of a consultation stays with the specialist's own computers: where the practice wants it, the client's name and the note;
//! everywhere, what no channel of the backend needs of how the client is reached.
//!
//! The backend keeps it for them as one piece that it cannot read. The key is in the keychain, and is carried from one computer
//! to the next by hand.

use crate::application::Application;
use crate::line::{self, Line};
use crate::record::{Consultation, Contact, Made};
use crate::state::State;
use crate::view::Message;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kabinet_api::{Conference, ConferenceBody};
use kabinet_domain::{Channel, Ids, Sensitive};
use kabinet_seal::StoreKey;
use serde::{Deserialize, Serialize};

/// What a backend that keeps names away makes of the names that rooms report: it tells people apart, and is no name.
const MARK: char = '~';

/// The specialist's own computers' part of a consultation.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Own {
    client: String,
    note: String,
    contact: Option<Contact>,
    cohosts: Vec<String>,
    /// Of a broadcast.
    title: String,
    description: String,
}

/// What is known here of keeping names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// The practice does not take them.
    pub stay_here: bool,
    pub key: Option<StoreKey>,
}

impl Names {
    pub fn known(state: &State) -> Self {
        let stay_here = state.practice.as_ref().is_some_and(|practice| practice.names_stay_here);
        Self { stay_here, key: state.names_key.clone() }
    }

    /// A consultation as the backend may have it: `theirs` with everything in it that is known here replaced.
    pub fn body(&self, mine: &Consultation, theirs: Option<Conference>, name: &str, ids: &dyn Ids) -> ConferenceBody {
        self.kept_back(mine, line::body(mine, theirs, name), ids)
    }

    /// A consultation as it is kept here.
    pub fn consultation(&self, conference: &Conference) -> Consultation {
        self.understood(conference, line::consultation(conference.clone()))
    }

    /// A body as the backend may have it. Without a key the name and the note stay on this computer alone.
    fn kept_back(&self, consultation: &Consultation, body: ConferenceBody, ids: &dyn Ids) -> ConferenceBody {
        let sealed = match &self.key {
            Some(key) => Some(seal(key, consultation, ids)),
            None => body.sealed,
        };
        let body = ConferenceBody { contact: body.contact.map(for_channel), sealed, ..body };
        if !self.stay_here {
            return body;
        }
        // What may name somebody, the backend would refuse; of what other programs have written it gives up the same.
        ConferenceBody {
            client: consultation.code.clone().unwrap_or_default(),
            description: String::new(),
            cohosts: Vec::new(),
            invite_users: Vec::new(),
            create_calendar_event: false,
            live_stream_title: None,
            live_stream_description: None,
            ..body
        }
    }

    /// A consultation as this computer knows it, from what the backend has. What cannot be read is called by its code.
    fn understood(&self, conference: &Conference, mut consultation: Consultation) -> Consultation {
        if is_code(&conference.client) {
            consultation.code = Some(conference.client.clone());
        }
        let Some(own) = self.key.as_ref().and_then(|key| open(key, conference)) else { return consultation };
        if consultation.code.is_some() {
            if let Some(made) = &mut consultation.made {
                fill(made, &own.cohosts, &own.title, &own.description);
            }
            consultation.client = own.client;
            consultation.note = own.note;
        }
        // What another program has said about the channel since counts.
        consultation.contact = match (consultation.contact.take(), own.contact) {
            (Some(theirs), Some(own)) if theirs.channel == own.channel => {
                Some(Contact { phone: theirs.phone.or(own.phone), email: theirs.email.or(own.email), ..theirs })
            }
            (theirs, _) => theirs,
        };
        consultation
    }
}

/// Name of the key in the keychain.
const NAMES_KEY: &str = "names-key";

impl Application {
    /// What is known here of keeping names, at this moment.
    pub(crate) fn names(&self) -> Names {
        Names::known(&self.look())
    }

    /// Reads the key; one is made when there is none, and no other computer's is waited for.
    pub(crate) async fn look_for_names_key(&self) -> Result<(), Message> {
        let kept = self.secret(NAMES_KEY).await?;
        let key = kept.as_ref().and_then(StoreKey::read);
        self.change(|state| state.names_key = key);
        Ok(())
    }

    /// Sees to it that there is a key where one is needed, and says so where it is another computer's that is missing.
    /// None is made before there is a name to be sealed: the specialist's other computer may have made theirs by then.
    pub(crate) async fn settle_names_key(&self) -> Result<(), Message> {
        let _one_at_a_time = self.making_names_key.lock().await;
        self.tell_unread_names();
        let is_needed = {
            let state = self.look();
            let names = !state.consultations.is_empty() && !state.consultations.values().any(is_unread);
            names && state.names_key.is_none() && state.practice.as_ref().is_some_and(|practice| practice.names_stay_here)
        };
        if is_needed {
            let (key, kept) = StoreKey::make(self.parts.ids.as_ref());
            self.keep_secret(NAMES_KEY, &kept).await?;
            self.change(|state| state.names_key = Some(key));
        }
        Ok(())
    }

    /// Whether names that another computer has sealed cannot be read here, as far as is known by now.
    pub(crate) fn tell_unread_names(&self) {
        let missing = self.look().consultations.values().any(is_unread);
        self.trouble("names_key_missing", missing.then(|| crate::message("names_key_missing")));
    }

    /// The same for a consultation that is about to be sent. Without a key its name stays on this computer alone.
    pub(crate) async fn have_names_key(&self) {
        let names = self.names();
        if names.stay_here
            && names.key.is_none()
            && let Err(error) = self.settle_names_key().await
        {
            tracing::warn!(code = error.code, "there is no key to keep names with");
        }
    }

    /// The key in letters, for the specialist's other computer.
    pub(crate) async fn names_key_text(&self) -> Result<Option<Sensitive<String>>, Message> {
        self.secret(NAMES_KEY).await
    }

    /// Takes the key of another computer, and reads everything anew with it; `false` when it is no key, or opens none of what is sealed:
    /// the one that is kept here may be the only one there is.
    pub(crate) async fn take_names_key(&self, text: &Sensitive<String>, line: &Line) -> Result<bool, Message> {
        let Some(key) = StoreKey::read(text) else { return Ok(false) };
        let conferences = line.conferences().await.map_err(|error| error.message())?;
        let is_sealed = conferences.iter().any(|conference| conference.sealed.is_some());
        if is_sealed && !conferences.iter().any(|conference| open(&key, conference).is_some()) {
            return Ok(false);
        }
        self.keep_secret(NAMES_KEY, &Sensitive::new(text.reveal().trim().to_owned())).await?;
        self.change(|state| state.names_key = Some(key));
        self.backend_changed.notify_one();
        Ok(true)
    }

    /// Gives a consultation that is about to be sent the code that stands for its client, where names stay here.
    pub(crate) fn name_by_code(&self, id: &str) {
        if !self.names().stay_here {
            return;
        }
        self.change(|state| {
            let Some(consultation) = state.consultations.get(id).cloned() else { return };
            let others = state.consultations.values().filter(|other| other.id != id);
            let renamed = consultation.code.as_ref().is_some_and(|code| {
                others.clone().any(|other| other.code.as_ref() == Some(code) && other.client != consultation.client)
            });
            if !is_unread(&consultation) && (consultation.code.is_none() || renamed) {
                let code = Some(code_for(&consultation.client, others));
                state.consultations.insert(Consultation { code, ..consultation });
            }
        });
    }
}

/// What this computer knows and the backend did not give back stays: names and addresses that it does not take, and no key opened.
pub(crate) fn keep_own(known: Option<&Consultation>, mut theirs: Consultation) -> Consultation {
    let Some(known) = known else { return theirs };
    if is_unread(&theirs) && known.code == theirs.code {
        theirs.client.clone_from(&known.client);
        theirs.note.clone_from(&known.note);
        if let (Some(ours), Some(made)) = (&known.made, &mut theirs.made)
            && ours.id == made.id
        {
            let (title, description) = texts(Some(ours));
            fill(made, &ours.cohosts, title, description);
        }
    }
    if let (Some(ours), Some(contact)) = (&known.contact, &mut theirs.contact)
        && ours.channel == contact.channel
    {
        contact.phone = contact.phone.take().or_else(|| ours.phone.clone());
        contact.email = contact.email.take().or_else(|| ours.email.clone());
    }
    theirs
}

/// Gives a made room what only the specialist's own computers know of it.
fn fill(made: &mut Made, cohosts: &[String], title: &str, description: &str) {
    if made.cohosts.is_empty() {
        made.cohosts = cohosts.to_vec();
    }
    if let Some(broadcast) = &mut made.broadcast {
        for (text, own) in [(&mut broadcast.title, title), (&mut broadcast.description, description)] {
            if text.is_empty() {
                own.clone_into(text);
            }
        }
    }
}

/// Title and description of a broadcast; nothing of what is none.
fn texts(made: Option<&Made>) -> (&str, &str) {
    let broadcast = made.and_then(|made| made.broadcast.as_ref());
    broadcast.map(|broadcast| (broadcast.title.as_str(), broadcast.description.as_str())).unwrap_or_default()
}

/// The name was sealed by another computer, and its key is not here.
pub(crate) fn is_unread(consultation: &Consultation) -> bool {
    consultation.code.as_deref() == Some(consultation.client.as_str()) && !consultation.client.is_empty()
}

/// The code of a client: the one that stood for the same name before, else the next free number.
pub(crate) fn code_for<'a>(client: &str, known: impl Iterator<Item = &'a Consultation> + Clone) -> String {
    let same = known.clone().filter(|one| !client.is_empty() && one.client == client).find_map(|one| one.code.clone());
    same.unwrap_or_else(|| {
        let numbers = known.filter_map(|one| one.code.as_deref()?.strip_prefix("K-")?.parse::<u32>().ok());
        format!("K-{}", numbers.max().unwrap_or(0) + 1)
    })
}

/// A name that a room reported, as it may be shown.
pub(crate) fn shown(name: String) -> String {
    if name.starts_with(MARK) { String::new() } else { name }
}

/// A phone goes to the backend for the channels that need one; an address for the mail program never does.
fn for_channel(contact: kabinet_api::Contact) -> kabinet_api::Contact {
    let by_phone = matches!(Channel::from_name(&contact.channel), Some(Channel::WhatsApp | Channel::Max));
    kabinet_api::Contact { phone: contact.phone.filter(|_| by_phone), email: None, ..contact }
}

fn seal(key: &StoreKey, consultation: &Consultation, ids: &dyn Ids) -> String {
    let (title, description) = texts(consultation.made.as_ref());
    let own = Own {
        client: consultation.client.clone(),
        note: consultation.note.clone(),
        contact: consultation.contact.clone(),
        cohosts: consultation.made.as_ref().map(|made| made.cohosts.clone()).unwrap_or_default(),
        title: title.to_owned(),
        description: description.to_owned(),
    };
    let plain = serde_json::to_vec(&own).expect("plain values");
    STANDARD.encode(key.seal(&place(&consultation.id), &plain, ids))
}

fn open(key: &StoreKey, conference: &Conference) -> Option<Own> {
    let sealed = STANDARD.decode(conference.sealed.as_deref()?).ok()?;
    serde_json::from_slice(&key.open(&place(&conference.id.to_string()), &sealed)?).ok()
}

fn place(id: &str) -> String {
    format!("consultation/{id}")
}

fn is_code(text: &str) -> bool {
    text.strip_prefix("K-").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line;
    use crate::made::tests::made;
    use crate::testing;
    use kabinet_domain::SystemIds;

    const ID: &str = "0198f1c0-0000-7000-8000-000000000001";

    fn ours() -> Consultation {
        Consultation {
            id: ID.into(),
            client: "Ivan".into(),
            note: "sleep".into(),
            contact: Some(Contact {
                channel: "email".into(),
                phone: Some("79161234567".into()),
                email: Some("ivan@example.org".into()),
                ..Contact::default()
            }),
            code: Some("K-17".into()),
            ..testing::consultation("a", "12:30", 50)
        }
    }

    fn names(stay_here: bool) -> Names {
        Names { stay_here, key: Some(StoreKey::make(&SystemIds).0) }
    }

    fn sent(names: &Names, consultation: &Consultation) -> ConferenceBody {
        names.kept_back(consultation, line::body(consultation, None, "Consultation"), &SystemIds)
    }

    fn back(names: &Names, body: ConferenceBody) -> Consultation {
        let conference = line::tests::stored(body);
        names.understood(&conference, line::consultation(conference.clone()))
    }

    #[test]
    fn the_backend_has_a_code_and_the_devices_have_the_rest() {
        let names = names(true);
        let body = sent(&names, &ours());
        let wire = serde_json::to_string(&body).expect("JSON");
        for word in ["Ivan", "sleep", "ivan@example.org", "79161234567"] {
            assert!(!wire.contains(word), "{word}");
        }
        assert_eq!(body.client, "K-17");
        let theirs = back(&names, body.clone());
        assert_eq!((theirs.client.as_str(), theirs.note.as_str(), &theirs.contact), ("Ivan", "sleep", &ours().contact));
        let without = back(&Names { key: None, ..names }, body.clone());
        assert_eq!((without.client.as_str(), is_unread(&without), is_unread(&theirs)), ("K-17", true, false));
        assert!(is_unread(&back(&Names { key: Some(StoreKey::make(&SystemIds).0), ..names }, body)));
    }

    #[test]
    fn who_cannot_read_what_is_sealed_does_not_lose_it() {
        let names = names(true);
        let body = sent(&names, &ours());
        let conference = line::tests::stored(body.clone());
        let reader = Names { key: None, stay_here: true };
        let unread = reader.understood(&conference, line::consultation(conference.clone()));
        let moved = Consultation { minutes: 30, ..unread };
        let again = reader.kept_back(&moved, line::body(&moved, Some(conference), ""), &SystemIds);
        assert_eq!((again.sealed, again.client.as_str(), again.duration), (body.sealed, "K-17", Some(30)));
    }

    #[test]
    fn where_names_are_taken_only_what_no_channel_needs_stays() {
        let names = names(false);
        let body = sent(&names, &Consultation { code: None, ..ours() });
        assert_eq!((body.client.as_str(), body.description.as_str()), ("Ivan", "sleep"));
        let contact = body.contact.clone().expect("a contact");
        assert_eq!((contact.phone, contact.email), (None, None));
        assert_eq!(back(&names, body).contact, ours().contact);
        let by_phone = Contact { channel: "whatsapp".into(), ..ours().contact.expect("a contact") };
        let body = sent(&names, &Consultation { code: None, contact: Some(by_phone), ..ours() });
        assert_eq!(body.contact.and_then(|contact| contact.phone).as_deref(), Some("79161234567"));
    }

    #[test]
    fn what_only_this_computer_knows_outlives_the_backends_answer() {
        let names = Names { stay_here: true, key: None };
        let theirs = back(&names, sent(&names, &ours()));
        assert!(is_unread(&theirs) && theirs.contact.as_ref().is_some_and(|contact| contact.email.is_none()));
        let kept = keep_own(Some(&ours()), theirs.clone());
        assert_eq!((kept.client, kept.note, kept.contact), (ours().client, ours().note, ours().contact));
        assert_eq!(keep_own(None, theirs.clone()), theirs);
        let another = Consultation { code: Some("K-18".into()), ..ours() };
        assert_eq!(keep_own(Some(&another), theirs).client, "K-17");
    }

    #[test]
    fn what_a_made_room_says_of_people_stays_with_the_devices() {
        let names = names(true);
        let ours = Consultation { made: Some(made()), ..ours() };
        let body = ConferenceBody { invite_users: vec!["Olga".into()], create_calendar_event: true, ..sent(&names, &ours) };
        let theirs = line::tests::stored(body);
        let again = names.body(&ours, Some(theirs), "", &SystemIds);
        assert_eq!((again.invite_users.len(), again.create_calendar_event), (0, false));
        let wire = serde_json::to_string(&again).expect("JSON");
        let broadcast = made().broadcast.expect("a broadcast");
        for word in [&broadcast.title, &broadcast.description, &made().cohosts[0]] {
            assert!(!word.is_empty() && !wire.contains(word.as_str()), "{word}");
        }
        assert_eq!(back(&names, again.clone()).made, ours.made);
        let unread = back(&Names { key: None, ..names }, again);
        assert_eq!(unread.made.as_ref().map(|made| made.cohosts.len()), Some(0));
        assert_eq!(keep_own(Some(&ours), unread.clone()).made, ours.made);
        let another = Made { id: "another".into(), ..made() };
        assert_eq!(keep_own(Some(&Consultation { made: Some(another), ..ours }), unread.clone()).made, unread.made);
    }

    #[test]
    fn one_client_has_one_code() {
        let known = [ours(), Consultation { client: "Olga".into(), code: Some("K-4".into()), ..ours() }];
        assert_eq!(code_for("Ivan", known.iter()), "K-17");
        assert_eq!(code_for("Anna", known.iter()), "K-18");
        assert_eq!(code_for("", known.iter()), "K-18");
        assert_eq!(code_for("Anna", [].iter()), "K-1");
        assert_eq!((shown("~a1b2".into()), shown("Ivan".into())), (String::new(), "Ivan".into()));
    }
}
