//! "Names stay here": a practice whose backend keeps nobody's name. Desktops send a code for each client, and what rooms report of
//! names is turned into marks that tell people apart and nothing else.

use crate::http::Refusal;
use crate::vault::Vault;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kabinet_api::ConferenceBody;
use kabinet_domain::provider::WaitingRoom;
use kabinet_domain::{Fact, Occupant, Sensitive, Signal, Viewers};
use kabinet_providers::providers;

/// What a mark begins with. Desktops show no name where one stands.
pub const MARK: char = '~';

/// Of a mark's hash: enough to tell a practice's people apart.
const MARK_BYTES: usize = 6;

/// Longest number in a code.
const CODE_DIGITS: usize = 6;

/// What is kept of names.
#[derive(Debug, Clone)]
pub enum Names {
    Kept,
    /// They stay on the desktops.
    StayAway(Vault),
}

impl Names {
    #[must_use]
    pub fn new(stay_here: bool, vault: &Vault) -> Self {
        if stay_here { Self::StayAway(vault.clone()) } else { Self::Kept }
    }

    /// Takes the names out of what a room's reporter said. The same name leaves the same mark, so that a page opened anew is still
    /// known as the same person.
    pub fn take_out(&self, signals: &mut [Signal]) {
        let Self::StayAway(vault) = self else { return };
        for signal in signals {
            match &mut signal.fact {
                Fact::Joined(occupant)
                | Fact::Left { occupant, .. }
                | Fact::Named(occupant)
                | Fact::Granted(occupant)
                | Fact::LineLost(occupant)
                | Fact::LineBack(occupant) => mark(vault, occupant),
                Fact::Snapshot(people) => people.iter_mut().for_each(|occupant| mark(vault, occupant)),
                Fact::RoomOpened | Fact::KeeperCame | Fact::KeeperLeft | Fact::RoomClosed { .. } | Fact::PressedJoin => {}
            }
        }
    }

    /// A consultation's body as it may be kept. The title is the desktop's business too, and is dropped.
    ///
    /// # Errors
    /// Names the field that says more than a code does.
    pub fn checked(&self, body: ConferenceBody) -> Result<ConferenceBody, Refusal> {
        let Self::StayAway(_) = self else { return Ok(body) };
        if !body.client.is_empty() && !is_code(&body.client) {
            return Err(Refusal::field("client", "must be a code like K-17: names are not taken here"));
        }
        if !body.description.is_empty() {
            return Err(Refusal::field("description", "must be empty: what is written about clients is not taken here"));
        }
        if body.contact.as_ref().is_some_and(|contact| contact.email.is_some()) {
            return Err(Refusal::field("contact.email", "must be left out: it is not taken here"));
        }
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        for (field, is_said) in [
            ("live_stream_title", said(&body.live_stream_title)),
            ("live_stream_description", said(&body.live_stream_description)),
            ("cohosts", !body.cohosts.is_empty()),
            ("invite_users", !body.invite_users.is_empty()),
            // What people write into its entry would come back and be kept.
            ("create_calendar_event", body.create_calendar_event),
        ] {
            if is_said {
                return Err(Refusal::field(field, "must be left out: what may name somebody is not taken here"));
            }
        }
        let room = &body.at_provider;
        type IsOne = fn(&str) -> bool;
        let words: [(_, _, IsOne); 5] = [
            ("provider", &body.provider, |id| providers().iter().any(|info| info.id == id)),
            ("provider_room", &room.provider_room, is_id),
            ("waiting_room", &room.waiting_room, |word| WaitingRoom::from_word(word).is_some()),
            ("live_stream_viewers", &room.live_stream_viewers, |word| Viewers::from_word(word).is_some()),
            ("sealed", &body.sealed, |text| STANDARD.decode(text).is_ok()),
        ];
        for (field, text, is_one) in words {
            if text.as_ref().is_some_and(|text| !text.is_empty() && !is_one(text)) {
                return Err(Refusal::field(field, "must be what the document says: other words are not taken here"));
            }
        }
        Ok(ConferenceBody { name: String::new(), ..body })
    }
}

/// Of a room, as machines give them.
fn is_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/'))
}

fn mark(vault: &Vault, occupant: &mut Occupant) {
    if let Some(name) = occupant.name.as_ref().filter(|name| !name.reveal().is_empty()) {
        let hash = vault.hash("name", &name.reveal().to_lowercase());
        let (short, _) = hash.split_at(MARK_BYTES);
        occupant.name = Some(Sensitive::new(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(short).to_lowercase())));
    }
}

/// `K-17`: letters of no meaning, and a number.
fn is_code(text: &str) -> bool {
    text.split_once('-').is_some_and(|(letter, number)| {
        letter == "K" && (1..=CODE_DIGITS).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_api::ProviderRoom;
    use kabinet_domain::{RoomName, SignalPlace, SystemIds, Timestamp, Witness};
    use std::sync::Arc;

    fn signal(fact: Fact) -> Signal {
        Signal {
            key: "joined|1".into(),
            room: RoomName::parse("room").expect("a name"),
            place: SignalPlace::Room,
            reporter: Arc::from("jitsi"),
            at: Timestamp::UNIX_EPOCH,
            said_at: Timestamp::UNIX_EPOCH,
            order: 0,
            received_at: Timestamp::UNIX_EPOCH,
            witness: Witness::default(),
            fact,
        }
    }

    fn named(name: &str) -> Occupant {
        Occupant { name: Some(name.into()), ..Occupant::at("1234@guest.example.org/a") }
    }

    fn away() -> Names {
        let folder = tempfile::tempdir().expect("a folder");
        Names::new(true, &Vault::open(folder.path(), None, Arc::new(SystemIds)).expect("a key"))
    }

    fn marks(signals: &[Signal]) -> Vec<String> {
        let mark = |occupant: &Occupant| occupant.name.as_ref().map(|name| name.reveal().clone()).unwrap_or_default();
        signals
            .iter()
            .flat_map(|signal| match &signal.fact {
                Fact::Joined(occupant) => vec![mark(occupant)],
                Fact::Snapshot(people) => people.iter().map(mark).collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    #[test]
    fn the_same_name_leaves_the_same_mark_and_no_letter_of_itself() {
        let mut signals = [
            signal(Fact::Joined(named("Ivan"))),
            signal(Fact::Snapshot(vec![named("IVAN"), named("Olga"), Occupant::at("x@guest.example.org")])),
        ];
        Names::Kept.take_out(&mut signals);
        assert_eq!(marks(&signals), ["Ivan", "IVAN", "Olga", ""]);
        away().take_out(&mut signals);
        let marks = marks(&signals);
        assert_eq!((&marks[0], marks[3].as_str()), (&marks[1], ""));
        assert_ne!(marks[0], marks[2]);
        assert!(marks[0].starts_with(MARK) && !marks[0].to_lowercase().contains("ivan"));
    }

    #[test]
    fn a_code_is_taken_and_a_name_is_not() {
        let body =
            |client: &str| ConferenceBody { client: client.into(), name: "About Ivan".into(), ..ConferenceBody::default() };
        let away = away();
        for code in ["", "K-1", "K-000017"] {
            assert_eq!(away.checked(body(code)).map(|body| body.name).ok().as_deref(), Some(""));
        }
        for name in ["Ivan", "K-", "K-1234567", "K-1 Ivan", "Anna-17", "k-1"] {
            assert!(away.checked(body(name)).is_err(), "{name}");
        }
        assert!(away.checked(ConferenceBody { description: "sleep".into(), ..body("K-1") }).is_err());
        let room = ProviderRoom {
            provider_room: Some("0198-f1:c0".into()),
            waiting_room: Some("everyone".into()),
            live_stream_viewers: Some("organisation".into()),
            ..ProviderRoom::default()
        };
        let broadcast = || ConferenceBody {
            provider: Some("link".into()),
            at_provider: room.clone(),
            sealed: Some("b3BhcXVl".into()),
            ..body("K-1")
        };
        assert!(away.checked(broadcast()).is_ok());
        type Change = fn(&mut ConferenceBody);
        let wrong: [(&str, Change); 10] = [
            ("live_stream_title", |body| body.live_stream_title = Some("With Ivan".into())),
            ("live_stream_description", |body| body.live_stream_description = Some("About Ivan".into())),
            ("cohosts", |body| body.cohosts = vec!["ivan@example.org".into()]),
            ("invite_users", |body| body.invite_users = vec!["Ivan".into()]),
            ("create_calendar_event", |body| body.create_calendar_event = true),
            ("provider", |body| body.provider = Some("Ivan".into())),
            ("provider_room", |body| body.at_provider.provider_room = Some("room of Ivan".into())),
            ("waiting_room", |body| body.at_provider.waiting_room = Some("Ivan".into())),
            ("live_stream_viewers", |body| body.at_provider.live_stream_viewers = Some("Ivan".into())),
            ("sealed", |body| body.sealed = Some("Ivan, sealed".into())),
        ];
        for (field, change) in wrong {
            let mut named = broadcast();
            change(&mut named);
            assert!(away.checked(named.clone()).is_err(), "{field}");
            assert!(Names::Kept.checked(named).is_ok(), "{field}");
        }
        assert_eq!(Names::Kept.checked(body("Ivan")).map(|body| body.client).ok().as_deref(), Some("Ivan"));
    }
}
