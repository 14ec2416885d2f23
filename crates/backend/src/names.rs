//! "Names stay here": a practice whose backend keeps nobody's name. Desktops send a code for each client, and what rooms report of
//! names is turned into marks that tell people apart and nothing else.

use crate::http::Refusal;
use crate::vault::Vault;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kabinet_api::ConferenceBody;
use kabinet_domain::{Fact, Occupant, Sensitive, Signal};

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
        Ok(ConferenceBody { name: String::new(), ..body })
    }
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
        assert_eq!(Names::Kept.checked(body("Ivan")).map(|body| body.client).ok().as_deref(), Some("Ivan"));
    }
}
