//! What providers there are, as data, and how a configured one is opened. Nobody else needs to know their names.

use crate::jitsi::token::ModeratorToken;
pub use crate::jitsi::token::{MARGIN, Planned};
use crate::sign_in::{AccountSignIn, Device};
use crate::{http, jitsi, pasted, telemost};
use async_trait::async_trait;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{ProviderInfo, ServerAddress};
use kabinet_domain::{MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Sensitive, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use url::Url;

/// How a provider is opened from its connection's settings.
type Open = fn(&ConnectionSettings, reqwest::Client) -> Result<Box<dyn RoomProvider>, ConnectionError>;

/// How signing in to one is begun, from the same settings.
type OpenSignIn = fn(&ConnectionSettings, Device, reqwest::Client) -> Result<Box<dyn AccountSignIn>, ConnectionError>;

/// What a provider's module gives.
pub(crate) struct Provider {
    pub info: ProviderInfo,
    pub open: Open,
    pub sign_in: Option<OpenSignIn>,
    /// What a link of its own leads to, whatever the connection's settings; `None` for any other.
    pub recognises: fn(&str) -> Option<LinkKind>,
}

/// What a provider's link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Room,
    /// For those who only watch.
    Broadcast,
}

/// A new provider is one line here.
static PROVIDERS: [Provider; 3] = [jitsi::rooms::PROVIDER, telemost::PROVIDER, pasted::PROVIDER];

/// The first is the one to begin with.
static INFOS: [ProviderInfo; PROVIDERS.len()] = {
    let mut infos = [PROVIDERS[0].info; PROVIDERS.len()];
    let mut index = 0;
    while index < PROVIDERS.len() {
        infos[index] = PROVIDERS[index].info;
        index += 1;
    }
    infos
};

#[must_use]
pub fn providers() -> &'static [ProviderInfo] {
    &INFOS
}

/// Whose room a link leads to, where the link alone tells.
#[must_use]
pub fn provider_of_link(link: &str) -> Option<&'static ProviderInfo> {
    known_link(link).map(|(info, _)| info)
}

/// The same, with what the link leads to.
#[must_use]
pub fn known_link(link: &str) -> Option<(&'static ProviderInfo, LinkKind)> {
    INFOS.iter().zip(&PROVIDERS).find_map(|(info, provider)| Some((info, (provider.recognises)(link)?)))
}

/// What stands in a connection's form, by the keys of [`ProviderInfo::fields`]. Blank is the same as absent.
#[derive(Debug, Clone, Default)]
pub struct ConnectionSettings(pub BTreeMap<String, Sensitive<String>>);

impl ConnectionSettings {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.reveal().trim()).filter(|value| !value.is_empty())
    }

    /// The address that is set, or the one that is always there.
    pub(crate) fn address(&self, which: &ServerAddress) -> Result<Url, ConnectionError> {
        let text = self.get(which.key).unwrap_or(which.default);
        http::server_address(text).ok_or_else(|| ConnectionError::Unusable { key: which.key, cause: Box::new(NoServerAddress) })
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ConnectionSettings {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(fields: T) -> Self {
        Self(fields.into_iter().map(|(key, value)| (key.into(), Sensitive::new(value.into()))).collect())
    }
}

/// Why a connection cannot be opened. `key` is the form's field at fault.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error("there is no provider of this name")]
    UnknownProvider,
    #[error("the setting {key} is missing")]
    Missing { key: &'static str },
    #[error("the setting {key} is not usable")]
    Unusable {
        key: &'static str,
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

#[derive(Debug, thiserror::Error)]
#[error("a server's address begins with https, unless the server is this computer")]
struct NoServerAddress;

fn find(provider: &str) -> Result<&'static Provider, ConnectionError> {
    PROVIDERS.iter().find(|known| known.info.id == provider).ok_or(ConnectionError::UnknownProvider)
}

/// Opens a provider by its id.
///
/// # Errors
/// Names the setting that is missing or not usable.
pub fn open(
    provider: &str,
    settings: &ConnectionSettings,
    http: reqwest::Client,
) -> Result<Box<dyn RoomProvider>, ConnectionError> {
    (find(provider)?.open)(settings, http)
}

/// The way to sign in to a provider; `None` where nobody does.
///
/// # Errors
/// Names the setting that is missing or not usable.
pub fn sign_in(
    provider: &str,
    settings: &ConnectionSettings,
    device: Device,
    http: reqwest::Client,
) -> Result<Option<Box<dyn AccountSignIn>>, ConnectionError> {
    find(provider)?.sign_in.map(|open| open(settings, device, http)).transpose()
}

/// A configured provider.
#[async_trait]
pub trait RoomProvider: fmt::Debug + Send + Sync {
    /// The link that a client is given. Where rooms are not made, `room` is the link that was pasted.
    ///
    /// # Errors
    /// When the room's name cannot be a link.
    fn client_link(&self, room: &str) -> Result<String, RoomError>;

    /// The link that the specialist's browser is opened with, made afresh for every entry.
    ///
    /// # Errors
    /// When the room's name cannot be a link.
    fn specialist_link(&self, entry: &Entry<'_>) -> Result<SpecialistLink, RoomError>;

    /// Whether rooms can be had there now.
    ///
    /// # Errors
    /// Says what is wrong; the cause rides along.
    async fn check(&self) -> Result<(), PortError>;

    /// Has a room made. What is done cannot be taken back, so nothing is sent twice.
    ///
    /// # Errors
    /// See [`MakeRoomError`]; above all [`MakeRoomError::MayHaveBeenMade`].
    async fn make_room(&self, _draft: &RoomDraft) -> Result<MadeRoom, MakeRoomError> {
        Err(MakeRoomError::NotOffered)
    }

    /// A room that was made, as it is now.
    ///
    /// # Errors
    /// See [`MakeRoomError`].
    async fn read_room(&self, _id: &Sensitive<String>) -> Result<RoomState, MakeRoomError> {
        Err(MakeRoomError::NotOffered)
    }

    /// Changes a room that was made. After an error a part may be done: its state is to be read again.
    ///
    /// # Errors
    /// See [`MakeRoomError`].
    async fn change_room(&self, _id: &Sensitive<String>, _change: &RoomChange) -> Result<(), MakeRoomError> {
        Err(MakeRoomError::NotOffered)
    }
}

/// A specialist about to enter.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub room: &'a str,
    /// For a room without an appointment it begins now.
    pub planned: Planned,
    pub specialist_id: &'a str,
    pub specialist_name: &'a Sensitive<String>,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialistLink {
    pub link: Sensitive<String>,
    pub identity: LinkIdentity,
}

/// Whether the link makes its holder a moderator by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkIdentity {
    /// The provider or the connection has no such thing.
    None,
    Signed,
    /// Outside the time of the consultation: the specialist has to log in at the provider.
    TooEarly {
        from: Timestamp,
    },
    TooLate {
        until: Timestamp,
    },
}

impl From<&ModeratorToken> for LinkIdentity {
    fn from(token: &ModeratorToken) -> Self {
        match token {
            ModeratorToken::Token(_) => Self::Signed,
            ModeratorToken::TooEarly { from } => Self::TooEarly { from: *from },
            ModeratorToken::TooLate { until } => Self::TooLate { until: *until },
        }
    }
}

/// Why there is no link to a room.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    #[error("the room's name cannot be a link")]
    Name(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the specialist's identity cannot be signed")]
    Identity(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, Reach, client};

    fn http() -> reqwest::Client {
        client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client")
    }

    #[test]
    fn ids_and_fields_are_unique() {
        let ids: std::collections::HashSet<_> = INFOS.iter().map(|info| info.id).collect();
        assert_eq!(ids.len(), INFOS.len());
        for info in &INFOS {
            let keys: std::collections::HashSet<_> = info.fields.iter().map(|field| field.key).collect();
            assert_eq!(keys.len(), info.fields.len(), "{}", info.id);
        }
    }

    #[test]
    fn every_provider_opens_with_its_required_fields_and_names_the_one_it_misses() {
        for info in &INFOS {
            let required: Vec<_> = info.fields.iter().filter(|field| field.required).collect();
            let settings: ConnectionSettings = required.iter().map(|field| (field.key, field.placeholder)).collect();
            assert!(open(info.id, &settings, http()).is_ok(), "{}", info.id);
            for missing in &required {
                let rest = required.iter().filter(|field| field.key != missing.key).map(|field| (field.key, field.placeholder));
                let error = open(info.id, &rest.collect(), http()).expect_err("a field is missing");
                assert!(matches!(error, ConnectionError::Missing { key } if key == missing.key));
            }
        }
    }

    #[test]
    fn a_provider_that_is_signed_in_to_says_so_and_names_fields_that_it_has() {
        for provider in &PROVIDERS {
            let info = provider.info;
            assert_eq!(info.capabilities.sign_in.is_some(), provider.sign_in.is_some(), "{}", info.id);
            let Some(sign_in) = info.capabilities.sign_in else { continue };
            let has = |key| info.fields.iter().any(|field| field.key == key);
            assert!(has(sign_in.client_id) && has(sign_in.client_secret), "{}", info.id);
            assert_eq!(has(sign_in.token), sign_in.token_may_be_pasted, "{}", info.id);
        }
    }

    #[test]
    fn addresses_are_those_that_are_set() {
        for info in &INFOS {
            for address in info.addresses {
                let settings = |typed: &str| ConnectionSettings::from_iter([(address.key, typed)]);
                assert!(settings("").address(address).is_ok_and(|url| url.as_str().starts_with(address.default)));
                assert!(settings("http://127.0.0.1:1/x").address(address).is_ok_and(|url| url.port() == Some(1)));
                let error = settings("http://example.org").address(address).expect_err("not encrypted");
                assert!(matches!(error, ConnectionError::Unusable { key, .. } if key == address.key));
            }
        }
    }

    #[test]
    fn a_link_tells_whose_it_is_or_nobody_does() {
        let whose = |link| provider_of_link(link).map(|info| info.id);
        assert_eq!(whose("https://telemost.360.yandex.ru/j/1234567890"), Some("telemost"));
        assert_eq!(whose("https://meet.example.org/room-7"), None);
        let kind = |link| known_link(link).map(|(_, kind)| kind);
        assert_eq!(kind("https://telemost.yandex.ru/j/1234567890"), Some(LinkKind::Room));
        assert_eq!(kind("https://telemost.yandex.ru/live/0123456789abcdef0123456789abcdef"), Some(LinkKind::Broadcast));
    }

    #[test]
    fn a_link_that_is_pasted_is_the_last_choice() {
        assert_eq!(providers().iter().map(|info| info.id).collect::<Vec<_>>(), ["jitsi", "telemost", "link"]);
    }

    #[tokio::test]
    async fn what_is_not_offered_is_refused() {
        let rooms = open("link", &ConnectionSettings::default(), http()).expect("opened");
        assert!(matches!(rooms.make_room(&RoomDraft::default()).await, Err(MakeRoomError::NotOffered)));
        assert!(matches!(rooms.read_room(&"1".into()).await, Err(MakeRoomError::NotOffered)));
        assert!(matches!(rooms.change_room(&"1".into(), &RoomChange::default()).await, Err(MakeRoomError::NotOffered)));
    }

    #[test]
    fn an_unknown_provider_is_an_error() {
        let error = open("unknown", &ConnectionSettings::default(), http()).expect_err("no such provider");
        assert!(matches!(error, ConnectionError::UnknownProvider));
    }
}
