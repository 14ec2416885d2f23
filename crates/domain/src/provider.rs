//! How a provider describes itself, as data, so that nobody else needs to know its name.

/// What a provider's rooms can do and which settings its connection wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderInfo {
    /// Stable id: `jitsi`.
    pub id: &'static str,
    pub name: &'static str,
    /// Key of the icon in the window.
    pub icon: &'static str,
    pub capabilities: Capabilities,
    pub fields: &'static [Field],
    /// Keys of the fields that only a host's own link or login is made with. A backend makes rooms and enters none: it has no use for them.
    pub of_host: &'static [&'static str],
    /// Where its servers are when nobody says otherwise. No form asks for them; an operator or a test may set others by their keys.
    pub addresses: &'static [ServerAddress],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    pub rooms: Rooms,
    /// Room events reach the backend.
    pub reports_attendance: bool,
    pub lobby: bool,
    /// The specialist's link can carry a signed identity.
    pub tokens: bool,
    /// Who can be made to wait before they are let in; the first is the one to begin with. Empty where a room has no such setting.
    pub waiting_room: &'static [WaitingRoom],
    /// Others can be named who may lead the room too.
    pub cohosts: bool,
    /// A room can be watched by people who are not in it.
    pub broadcasts: bool,
    /// A summary of what was said can be written by itself.
    pub summary: bool,
    /// What a room was made with can be read and changed later.
    pub changes_rooms: bool,
    /// An account is connected by signing in, instead of or beside the form.
    pub sign_in: Option<SignIn>,
}

impl Capabilities {
    /// A link that is pasted, and nothing else: what others begin from.
    pub const NONE: Self = Self {
        rooms: Rooms::Pasted,
        reports_attendance: false,
        lobby: false,
        tokens: false,
        waiting_room: &[],
        cohosts: false,
        broadcasts: false,
        summary: false,
        changes_rooms: false,
        sign_in: None,
    };

    /// A room can be had here; else a link is pasted.
    #[must_use]
    pub const fn makes_rooms(&self) -> bool {
        !matches!(self.rooms, Rooms::Pasted)
    }

    /// The level of this word, if rooms here have it.
    #[must_use]
    pub fn offered_waiting_room(&self, word: &str) -> Option<WaitingRoom> {
        WaitingRoom::from_word(word).filter(|level| self.waiting_room.contains(level))
    }
}

/// How a room comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rooms {
    /// Its link is computed from a name. Nobody is asked, so a link may be shown before anything is decided.
    ByName,
    /// The provider makes it when asked, and says its link. Asking twice makes two.
    ByRequest,
    /// It is made elsewhere, and its link is pasted.
    Pasted,
}

/// Who waits until somebody who leads the room lets them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitingRoom {
    /// Everybody but those who lead it.
    Everyone,
    /// Whoever is not of the organisation.
    Outsiders,
    Nobody,
}

impl WaitingRoom {
    const ALL: [Self; 3] = [Self::Everyone, Self::Outsiders, Self::Nobody];

    /// The word for it where it is kept or sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Outsiders => "outsiders",
            Self::Nobody => "nobody",
        }
    }

    /// Reads the word of [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

/// How an account is connected by signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// On the provider's page in the browser, which leads back to an address of this computer.
    pub browser: bool,
    /// By a short code that is typed in on the provider's page, on any device.
    pub device_code: bool,
    /// What was granted can be taken back from here.
    pub revocable: bool,
    /// Key of the setting that the connection is opened with: the token that signing in gives.
    pub token: &'static str,
    /// The form has a field of that key, for a token that was got elsewhere.
    pub token_may_be_pasted: bool,
    /// Key of the field with the id of an application of one's own at the provider.
    pub client_id: &'static str,
    /// Key of the field with its secret, which may be absent.
    pub client_secret: &'static str,
}

/// An address that a provider is reached at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerAddress {
    /// Key of the setting that puts another in its place.
    pub key: &'static str,
    pub default: &'static str,
}

/// Key of the field with a host's login, for a server whose page asks for it. Nobody but the person ever types it in.
pub const LOGIN: &str = "login";
/// Key of the field with its password.
pub const PASSWORD: &str = "password";

/// One field of a connection's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    pub kind: FieldKind,
    pub required: bool,
    pub placeholder: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Address,
    Secret,
    Switch,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_kept_by_their_words() {
        for level in WaitingRoom::ALL {
            assert_eq!(WaitingRoom::from_word(level.as_str()), Some(level));
        }
        assert_eq!(WaitingRoom::from_word("ADMINS"), None);
    }

    #[test]
    fn a_pasted_link_is_no_room_made() {
        assert!(!Capabilities::NONE.makes_rooms());
        assert!(Capabilities { rooms: Rooms::ByRequest, ..Capabilities::NONE }.makes_rooms());
    }
}
