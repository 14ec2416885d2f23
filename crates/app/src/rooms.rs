//! Rooms at providers, by what a provider says of itself; its name means nothing here.

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
use kabinet_providers::registry::{ConnectionError, ConnectionSettings, Entry, MARGIN, Planned, RoomProvider};
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

impl Application {
    /// A new room on a day, named by the person's template.
    pub(crate) async fn new_room(&self, provider_id: &str, day: NaiveDate) -> Result<Room, CommandError> {
        let info = provider(provider_id)?;
        // Also for a preview, so nothing may be made by asking.
        if info.capabilities.rooms != Rooms::ByName {
            return Err(refuse_field("no_link", "link"));
        }
        let opened = self.open_provider(provider_id).await?;
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
    pub(crate) async fn specialist_link(&self, consultation: &Consultation) -> Result<Sensitive<String>, CommandError> {
        let plain = || Sensitive::new(consultation.link.clone());
        if consultation.link.is_empty() {
            return Err(refuse("no_link"));
        }
        let Ok(opened) = self.open_provider(&consultation.provider).await else { return Ok(plain()) };
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
        opened.specialist_link(&entry).map(|link| link.link).map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "there is no link for the specialist");
            refuse("no_specialist_link")
        })
    }

    /// The connection as it stands, with its secrets.
    pub(crate) async fn open_provider(&self, provider_id: &str) -> Result<Box<dyn RoomProvider>, CommandError> {
        let info = provider(provider_id)?;
        let values = self.look().kept.connections.get(provider_id).cloned().unwrap_or_default();
        let mut settings: ConnectionSettings = values.into_iter().collect();
        for field in info.fields.iter().filter(|field| field.kind == FieldKind::Secret) {
            if self.look().keeps_secret(provider_id, field.key)
                && let Some(secret) = self.secret(&secret_name(provider_id, field.key)).await?
            {
                settings.0.insert(field.key.to_owned(), secret);
            }
        }
        open(info, &settings)
    }
}

/// Opens a provider with the settings of a form, kept or not.
pub(crate) fn open(info: &ProviderInfo, settings: &ConnectionSettings) -> Result<Box<dyn RoomProvider>, CommandError> {
    // Loading the authorities takes longer than most calls; a server on this computer needs none.
    let reach = if is_on_this_computer(info, settings) { Reach::Loopback } else { Reach::Network };
    let http =
        kabinet_providers::http::client(&HttpSettings { reach, ..HttpSettings::default() }).map_err(|_| refuse("no_tls"))?;
    kabinet_providers::open(info.id, settings, http).map_err(|error| match error {
        ConnectionError::UnknownProvider => refuse_field("no_such_provider", "provider"),
        ConnectionError::Missing { key } if is_address(info, key) => {
            CommandError { message: crate::message(&format!("no_{}_address", info.id)), field: Some("provider".into()) }
        }
        ConnectionError::Missing { key } => refuse_with("connection_field_missing", &[("field", key)], Some(key)),
        ConnectionError::Unusable { key, .. } if is_address(info, key) => refuse_field("bad_address", key),
        ConnectionError::Unusable { key, .. } => refuse_with("connection_field_bad", &[("field", key)], Some(key)),
    })
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
    match error {
        PortError::Unauthorized if info.capabilities.sign_in.is_some() => crate::message("sign_in_again"),
        PortError::Unauthorized => crate::message("provider_refuses"),
        PortError::Restricted => crate::message("account_restricted"),
        PortError::NotFound => crate::message("provider_not_there"),
        PortError::RateLimited { .. } => crate::message("provider_busy"),
        PortError::Rejected { .. } | PortError::Unexpected(_) => crate::message("provider_not_there"),
        PortError::Unavailable(_) => crate::message("provider_unreachable"),
    }
}

pub(crate) fn template(text: &str, code_length: u32) -> Result<RoomTemplate, CommandError> {
    RoomTemplate::parse(text, usize::try_from(code_length).unwrap_or(usize::MAX)).map_err(|error| match error {
        RoomTemplateError::CodeLength => refuse_field("bad_code_length", "code_length"),
        RoomTemplateError::NoCode => refuse_field("template_without_code", "room_template"),
        RoomTemplateError::DateAfterCode | RoomTemplateError::Characters => refuse_field("bad_template", "room_template"),
    })
}

fn percent_decoded(text: &str) -> String {
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
