//! A configured Jitsi server as a provider of rooms.

use super::check::check;
use super::links::{BaseUrl, client_link, specialist_link};
use super::token::{Moderator, ModeratorToken, TokenSettings, moderator_token};
use crate::registry::{
    ConnectionError, ConnectionSettings, Entry, LinkIdentity, Provider, RoomError, RoomProvider, SpecialistLink,
};
use async_trait::async_trait;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{Capabilities, Field, FieldKind, LOGIN, PASSWORD, ProviderInfo, Rooms};
use kabinet_domain::{RoomName, Sensitive};

const BASE_URL: &str = "base_url";
const APP_ID: &str = "app_id";
const APP_SECRET: &str = "app_secret";
const AUDIENCE: &str = "audience";
const SUBJECT: &str = "subject";

pub const INFO: ProviderInfo = ProviderInfo {
    id: "jitsi",
    name: "Jitsi Meet",
    icon: "jitsi",
    capabilities: Capabilities {
        rooms: Rooms::ByName,
        reports_attendance: true,
        lobby: true,
        tokens: true,
        ..Capabilities::NONE
    },
    fields: &[
        Field { key: BASE_URL, kind: FieldKind::Address, required: true, placeholder: "https://meet.example.org" },
        Field { key: LOGIN, kind: FieldKind::Text, required: false, placeholder: "" },
        Field { key: PASSWORD, kind: FieldKind::Secret, required: false, placeholder: "" },
        Field { key: APP_ID, kind: FieldKind::Text, required: false, placeholder: "kabinet" },
        Field { key: APP_SECRET, kind: FieldKind::Secret, required: false, placeholder: "" },
        Field { key: AUDIENCE, kind: FieldKind::Text, required: false, placeholder: "jitsi" },
        Field { key: SUBJECT, kind: FieldKind::Text, required: false, placeholder: "*" },
    ],
    of_host: &[LOGIN, PASSWORD, APP_ID, APP_SECRET, AUDIENCE, SUBJECT],
    addresses: &[],
};

/// Which servers are Jitsi's no link tells by itself.
pub(crate) const PROVIDER: Provider = Provider { info: INFO, open, sign_in: None, recognises: |_| None };

/// A server, and how it wants specialists' tokens, if it does.
#[derive(Debug)]
struct JitsiRooms {
    base: BaseUrl,
    tokens: Option<TokenSettings>,
    http: reqwest::Client,
}

fn open(settings: &ConnectionSettings, http: reqwest::Client) -> Result<Box<dyn RoomProvider>, ConnectionError> {
    let typed = settings.get(BASE_URL).ok_or(ConnectionError::Missing { key: BASE_URL })?;
    let base = BaseUrl::parse(typed).map_err(|cause| ConnectionError::Unusable { key: BASE_URL, cause: Box::new(cause) })?;
    let tokens = match (settings.get(APP_ID), settings.get(APP_SECRET)) {
        (None, None) => None,
        (Some(_), None) => return Err(ConnectionError::Missing { key: APP_SECRET }),
        (None, Some(_)) => return Err(ConnectionError::Missing { key: APP_ID }),
        (Some(app_id), Some(secret)) => {
            let mut tokens = TokenSettings::new(app_id, secret.into());
            if let Some(audience) = settings.get(AUDIENCE) {
                tokens.audience = audience.to_owned();
            }
            if let Some(subject) = settings.get(SUBJECT) {
                tokens.subject = subject.to_owned();
            }
            Some(tokens)
        }
    };
    Ok(Box::new(JitsiRooms { base, tokens, http }))
}

#[async_trait]
impl RoomProvider for JitsiRooms {
    fn client_link(&self, room: &str) -> Result<String, RoomError> {
        client_link(&self.base, room).map_err(|error| RoomError::Name(Box::new(error)))
    }

    fn specialist_link(&self, entry: &Entry<'_>) -> Result<SpecialistLink, RoomError> {
        let token = self.tokens.as_ref().map(|settings| token(settings, entry)).transpose()?;
        let carried = token.as_ref().and_then(ModeratorToken::token);
        let link = specialist_link(&self.base, entry.room, Some(entry.specialist_name), carried)
            .map_err(|error| RoomError::Name(Box::new(error)))?;
        Ok(SpecialistLink { link, identity: token.as_ref().map_or(LinkIdentity::None, LinkIdentity::from) })
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(check(&self.http, &self.base).await?)
    }
}

fn token(settings: &TokenSettings, entry: &Entry<'_>) -> Result<ModeratorToken, RoomError> {
    // Without the tenant: Prosody compares the claim with the end of the room's address.
    let room = RoomName::parse(entry.room).map_err(|error| RoomError::Name(Box::new(error)))?;
    let name = Sensitive::new(entry.specialist_name.reveal().clone());
    let moderator = Moderator { id: entry.specialist_id.to_owned(), name };
    moderator_token(settings, &room, &moderator, entry.planned, entry.now).map_err(|error| RoomError::Identity(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, Reach, client};
    use crate::jitsi::token::Planned;

    fn opened<const N: usize>(fields: [(&str, &str); N]) -> Result<Box<dyn RoomProvider>, ConnectionError> {
        let http = client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client");
        open(&fields.into_iter().collect(), http)
    }

    fn entered(rooms: &dyn RoomProvider, now: &str) -> SpecialistLink {
        let at = |text: &str| text.parse().expect("a time");
        let planned = Planned { starts_at: at("2026-12-23T12:00:00Z"), ends_at: at("2026-12-23T12:50:00Z") };
        let name = "Анна".into();
        let entry = Entry { room: "room-7", planned, specialist_id: "spec-17", specialist_name: &name, now: at(now) };
        rooms.specialist_link(&entry).expect("a link")
    }

    #[test]
    fn with_a_secret_the_specialists_link_is_signed_and_the_clients_is_not() {
        let rooms = opened([("base_url", "meet.example.org"), ("app_id", "kabinet"), ("app_secret", "hush")]).expect("opened");
        let entered = entered(rooms.as_ref(), "2026-12-23T11:56:00Z");
        assert_eq!(entered.identity, LinkIdentity::Signed);
        assert!(entered.link.reveal().contains("&jwt=eyJ"));
        assert_eq!(rooms.client_link("room-7").expect("a link"), "https://meet.example.org/room-7");
        assert!(!format!("{rooms:?}").contains("hush"));
    }

    #[test]
    fn too_early_the_room_still_opens_and_says_why_it_is_not_signed() {
        let rooms = opened([("base_url", "meet.example.org"), ("app_id", "kabinet"), ("app_secret", "hush")]).expect("opened");
        let entered = entered(rooms.as_ref(), "2026-12-23T11:00:00Z");
        assert_eq!(entered.identity, LinkIdentity::TooEarly { from: "2026-12-23T11:55:00Z".parse().expect("a time") });
        assert!(!entered.link.reveal().contains("jwt="));
    }

    #[test]
    fn without_a_secret_nothing_is_signed() {
        let rooms = opened([("base_url", "meet.example.org"), ("app_secret", " ")]).expect("opened");
        assert_eq!(entered(rooms.as_ref(), "2026-12-23T12:00:00Z").identity, LinkIdentity::None);
    }

    #[test]
    fn half_a_pair_is_refused() {
        let error = opened([("base_url", "meet.example.org"), ("app_id", "kabinet")]).expect_err("no secret");
        assert!(matches!(error, ConnectionError::Missing { key: "app_secret" }));
        let error = opened([("base_url", "http://meet.example.org")]).expect_err("not encrypted");
        assert!(matches!(error, ConnectionError::Unusable { key: "base_url", .. }));
    }
}
