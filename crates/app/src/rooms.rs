//! Rooms at providers, by what a provider says of itself; its name means nothing here.

use crate::accounts::NotOpened;
use crate::application::Application;
use crate::command::CommandError;
use crate::commands::{refuse, refuse_field, refuse_with};
use crate::keychain::secret_name;
use crate::line::BackendAddress;
use crate::record::Consultation;
use crate::view::Message;
use chrono::{Duration, NaiveDate};
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{FieldKind, ProviderInfo, Rooms};
use kabinet_domain::room::RoomTemplateError;
use kabinet_domain::{RoomLink, RoomTemplate, Sensitive};
use kabinet_providers::http::{HttpSettings, Reach};
use kabinet_providers::registry::{ConnectionError, ConnectionSettings, Entry, LinkIdentity, MARGIN, Planned, RoomProvider};
use std::sync::Arc;
use url::Url;

/// A link longer than this is not one that a person pastes, and a browser may cut it.
const LONGEST_LINK: usize = 2000;

pub(crate) fn providers() -> &'static [ProviderInfo] {
    kabinet_providers::providers()
}

pub(crate) fn provider(id: &str) -> Result<&'static ProviderInfo, CommandError> {
    providers().iter().find(|provider| provider.id == id).ok_or_else(|| refuse_field("no_such_provider", "provider"))
}

/// A room and its link, as handed to the client.
pub(crate) struct Room {
    pub name: String,
    pub link: String,
}

/// How a specialist gets in, and what there is to know about it.
pub(crate) struct SpecialistDoor {
    pub link: Sensitive<String>,
    pub note: Option<Message>,
}

/// A link as it was pasted.
pub(crate) fn pasted(link: &str) -> Result<Room, CommandError> {
    let link = link.trim();
    let url = Url::parse(link).map_err(|_| refuse_field("bad_link", "link"))?;
    let sound = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    if !sound || link.len() > LONGEST_LINK || link.chars().any(char::is_control) {
        return Err(refuse_field("bad_link", "link"));
    }
    let name = RoomLink::parse(link).map(|link| link.name.as_str().to_owned()).unwrap_or_default();
    Ok(Room { name, link: url.into() })
}

/// An address with a path is more likely a link to a room than a tenant's, and rooms would be made inside that room's name.
pub(crate) fn names_a_room(address: &str) -> bool {
    let with_scheme = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    RoomLink::parse(&with_scheme).is_ok()
}

impl Application {
    /// A path that cannot be a tenant's, which operators write small and name by no template.
    pub(crate) fn is_surely_a_room(&self, address: &str) -> bool {
        let last = address.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        names_a_room(address) && (last.chars().any(char::is_uppercase) || RoomTemplate::default().read_back(last).is_some())
    }

    /// A new room on a day, named by the person's template.
    pub(crate) async fn new_room(&self, provider_id: &str, day: NaiveDate) -> Result<Room, CommandError> {
        let info = provider(provider_id)?;
        // Also for a preview, so nothing may be made by asking.
        match info.capabilities.rooms {
            Rooms::ByName => {}
            Rooms::ByRequest => return Err(refuse_field("room_made_on_request", "link")),
            Rooms::Pasted => return Err(refuse_field("no_link", "link")),
        }
        let opened = self.open_plainly(provider_id)?;
        let template = {
            let state = self.look();
            let settings = state.settings();
            template(&settings.room_template, settings.code_length)?
        };
        let name = template.make(day, self.parts.ids.as_ref());
        let link = opened.client_link(&name).map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "a room's name makes no link");
            refuse_field("bad_template", "room_template")
        })?;
        Ok(Room { name, link })
    }

    /// The address that the specialist's browser is opened with.
    pub(crate) async fn specialist_link(self: &Arc<Self>, consultation: &Consultation) -> Result<SpecialistDoor, CommandError> {
        let plain = || SpecialistDoor { link: Sensitive::new(consultation.link.clone()), note: None };
        if consultation.link.is_empty() {
            return Err(refuse("no_link"));
        }
        // There is one door for everybody, and whoever leads the room is known there by their account.
        if !provider(&consultation.provider).is_ok_and(|info| info.capabilities.rooms == Rooms::ByName) {
            return Ok(plain());
        }
        // What the keychain withholds must not keep the specialist out: the server asks for the login then.
        let (opened, withheld) = match self.open_provider(&consultation.provider).await {
            Ok(opened) => (opened, None),
            Err(_) => match self.open_plainly(&consultation.provider) {
                Ok(opened) => (opened, self.keychain_trouble().map(|_| crate::message("entered_without_token"))),
                Err(_) => return Ok(plain()),
            },
        };
        // The name as it stands in the link: the specialist must come to the very room that the client was given.
        let room = consultation.link.rsplit('/').next().and_then(|last| last.split(['?', '#']).next()).unwrap_or_default();
        let room = percent_decoded(room);
        // A link to another server or tenant than the connection's is opened as it stands.
        if opened.client_link(&room).ok().as_deref() != Some(consultation.link.as_str()) {
            return Ok(plain());
        }
        let (name, margin) = {
            let state = self.look();
            let settings = state.settings();
            (Sensitive::new(settings.specialist_name.clone()), Duration::minutes(i64::from(settings.token_margin_minutes)))
        };
        let entry = Entry {
            room: &room,
            // A token outlives the end it is given by a margin; the person's own takes its place.
            planned: Planned { starts_at: consultation.starts_at, ends_at: consultation.ends_at() + margin - MARGIN },
            specialist_id: &self.specialist_id().await,
            specialist_name: &name,
            now: self.now(),
        };
        let door = opened.specialist_link(&entry).map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "there is no link for the specialist");
            refuse("no_specialist_link")
        })?;
        let note = match door.identity {
            LinkIdentity::TooEarly { from } => {
                let time = from.with_timezone(&self.look().place.zone).format("%H:%M").to_string();
                Some(Message { code: "entered_too_early".into(), facts: [("time".to_owned(), time)].into() })
            }
            LinkIdentity::None | LinkIdentity::Signed | LinkIdentity::TooLate { .. } => withheld,
        };
        Ok(SpecialistDoor { link: door.link, note })
    }

    /// The connection with no more than it cannot do without: enough for a client's link, whatever the keychain says.
    pub(crate) fn open_plainly(&self, provider_id: &str) -> Result<Box<dyn RoomProvider>, CommandError> {
        let info = provider(provider_id)?;
        let needed = |key: &str| info.fields.iter().any(|field| field.key == key && field.required);
        let values = self.look().kept.connections.get(provider_id).cloned().unwrap_or_default();
        let mut settings = self.parts.operator.of(provider_id);
        settings.0.extend(ConnectionSettings::from_iter(values).0);
        settings.0.retain(|key, _| needed(key));
        open(info, &settings)
    }

    /// The connection as it stands, with the secrets that open it; the password is the person's own business.
    pub(crate) async fn open_provider(self: &Arc<Self>, provider_id: &str) -> Result<Box<dyn RoomProvider>, CommandError> {
        let info = provider(provider_id)?;
        let settings = self.settings_in_force(info).await?;
        self.open_with(info, &settings)
    }

    pub(crate) fn open_with(
        &self,
        info: &'static ProviderInfo,
        settings: &ConnectionSettings,
    ) -> Result<Box<dyn RoomProvider>, CommandError> {
        // A keychain that does not answer keeps it to itself which secrets it has.
        let secret_is_missing = |error: &CommandError| {
            let at_fault = error.field.as_deref();
            info.fields.iter().any(|field| field.kind == FieldKind::Secret && Some(field.key) == at_fault)
        };
        open(info, settings).map_err(|error| match self.keychain_trouble() {
            Some(trouble) if secret_is_missing(&error) => trouble.into(),
            _ => error,
        })
    }

    /// The settings with the token of the account that is connected, if one is.
    pub(crate) async fn settings_in_force(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
    ) -> Result<ConnectionSettings, NotOpened> {
        let mut settings = self.settings_of(info).await?;
        if let Some(sign_in) = info.capabilities.sign_in
            && let Some(access) = self.access_token(info).await?
        {
            settings.0.insert(sign_in.token.to_owned(), access);
        }
        Ok(settings)
    }

    /// What the form, the keychain and, under both, the operator say of a connection.
    pub(crate) async fn settings_of(&self, info: &ProviderInfo) -> Result<ConnectionSettings, Message> {
        let mut settings = self.parts.operator.of(info.id);
        let values = self.look().kept.connections.get(info.id).cloned().unwrap_or_default();
        settings.0.extend(values.into_iter().map(|(key, value)| (key, Sensitive::new(value))));
        for field in info.fields.iter().filter(|field| field.kind == FieldKind::Secret && field.key != crate::PASSWORD) {
            // Before the keychain was looked through nobody knows what it keeps.
            if (self.look().keeps_secret(info.id, field.key) || !*self.opened.borrow())
                && let Some(secret) = self.secret(&secret_name(info.id, field.key)).await?
            {
                settings.0.insert(field.key.to_owned(), secret);
            }
        }
        Ok(settings)
    }
}

/// Opens a provider with the settings of a form, kept or not.
pub(crate) fn open(info: &ProviderInfo, settings: &ConnectionSettings) -> Result<Box<dyn RoomProvider>, CommandError> {
    let http = http(info, settings)?;
    kabinet_providers::open(info.id, settings, http).map_err(|error| in_words(info, error))
}

/// The client that a provider is asked with.
pub(crate) fn http(info: &ProviderInfo, settings: &ConnectionSettings) -> Result<reqwest::Client, CommandError> {
    // Loading the authorities takes longer than most calls; a server on this computer needs none.
    let reach = if is_on_this_computer(info, settings) { Reach::Loopback } else { Reach::Network };
    kabinet_providers::http::client(&HttpSettings { reach, ..HttpSettings::default() }).map_err(|_| refuse("no_tls"))
}

/// What is wrong with a connection's settings, for a person.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(crate) fn in_words(info: &ProviderInfo, error: ConnectionError) -> CommandError {
    match error {
        ConnectionError::UnknownProvider => refuse_field("no_such_provider", "provider"),
        ConnectionError::Missing { key } if is_address(info, key) => {
            CommandError { message: crate::message(&format!("no_{}_address", info.id)), field: Some("provider".into()) }
        }
        ConnectionError::Missing { key } => refuse_with("connection_field_missing", &[("field", key)], Some(key)),
        ConnectionError::Unusable { key, .. } if is_address(info, key) => refuse_field("bad_address", key),
        ConnectionError::Unusable { key, .. } => refuse_with("connection_field_bad", &[("field", key)], Some(key)),
    }
}

fn is_on_this_computer(info: &ProviderInfo, settings: &ConnectionSettings) -> bool {
    let typed = info.fields.iter().filter(|field| field.kind == FieldKind::Address).map(|field| field.key);
    let mut keys = typed.chain(info.addresses.iter().map(|address| address.key)).peekable();
    let here = |key: &str| {
        let address = settings.0.get(key).and_then(|address| Url::parse(address.reveal()).ok());
        address.is_some_and(|url| crate::line::is_loopback(&url))
    };
    keys.peek().is_some() && keys.all(here)
}

fn is_address(info: &ProviderInfo, key: &str) -> bool {
    info.fields.iter().any(|field| field.key == key && field.kind == FieldKind::Address)
}

/// Why a provider does not answer, for a person.
pub(crate) fn check_message(info: &ProviderInfo, error: &PortError) -> Message {
    // A service that many use is where it always was.
    let service = info.capabilities.sign_in.is_some();
    crate::message(match error {
        PortError::Unauthorized if service => "sign_in_again",
        PortError::Unauthorized => "provider_refuses",
        PortError::Restricted => "account_restricted",
        PortError::RateLimited { .. } => "provider_busy",
        PortError::Unavailable(_) if service => "provider_unavailable",
        PortError::Unavailable(_) => "provider_unreachable",
        PortError::NotFound | PortError::Rejected { .. } | PortError::Unexpected(_) if service => "provider_unexpected",
        PortError::NotFound | PortError::Rejected { .. } | PortError::Unexpected(_) => "provider_not_there",
    })
}

pub(crate) fn template(text: &str, code_length: u32) -> Result<RoomTemplate, CommandError> {
    RoomTemplate::parse(text, usize::try_from(code_length).unwrap_or(usize::MAX)).map_err(|error| match error {
        RoomTemplateError::CodeLength => refuse_field("bad_code_length", "code_length"),
        RoomTemplateError::NoCode => refuse_field("template_without_code", "room_template"),
        RoomTemplateError::DateAfterCode | RoomTemplateError::Characters => refuse_field("bad_template", "room_template"),
    })
}

pub(crate) fn percent_decoded(text: &str) -> String {
    // A form's decoding differs in one sign: there a plus is a space.
    let text = text.replace('+', "%2B");
    url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

impl BackendAddress {
    /// Reads an address as typed by a person: `events.example.org` is meant as `https`.
    #[must_use]
    pub fn read_url(typed: &str) -> Option<Url> {
        let typed = typed.trim();
        let url = Url::parse(typed).ok().filter(|url| url.has_host());
        let url = url.or_else(|| Url::parse(&format!("https://{typed}")).ok())?;
        let encrypted = url.scheme() == "https" || crate::line::is_loopback(&url);
        (encrypted && url.host_str().is_some() && url.username().is_empty() && url.password().is_none()).then_some(url)
    }
}
