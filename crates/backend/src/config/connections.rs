//! `[connections.…]`: what the backend itself is connected to, by the keys that providers, calendars and messengers ask for.

use super::Error;
use kabinet_domain::Sensitive;
use kabinet_domain::provider::{FieldKind, ProviderInfo};
use kabinet_providers::calendars::{CalendarInfo, calendars};
use kabinet_providers::messengers::{MessengerInfo, messengers};
use kabinet_providers::{providers, registry::ConnectionSettings};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Key of what renews a token, for a provider that one signs in to.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// Key of the calendar to write to, where an account has several.
pub const CALENDAR: &str = "calendar";
/// A secret may stand in a file of its own, whose path is under its key with this at the end.
const FILE: &str = "_file";
/// What begins the variables that these settings can come from.
const VARIABLES: &str = "KABINET_CONNECTIONS__";
/// A file far larger than any secret is another file.
const LONGEST_SECRET: u64 = 64 * 1024;

/// By the connection's id; what is blank is absent.
#[derive(Debug, Clone, Default)]
pub struct Connections(BTreeMap<String, ConnectionSettings>);

impl Connections {
    /// What is set for a provider or a calendar.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&ConnectionSettings> {
        self.0.get(id)
    }

    /// Takes the place of what was set before for the same connections.
    pub(super) fn take_in(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// For a program that sets what it wants. Nobody checks whether the key is known.
    pub fn set(&mut self, id: &str, key: &str, value: &str) {
        self.0.entry(id.to_owned()).or_default().0.insert(key.to_owned(), value.into());
    }

    /// Reads the secrets that stand in files.
    ///
    /// # Errors
    /// Names the key whose file cannot be used.
    pub(super) fn with_files(mut self) -> Result<Self, Error> {
        for (id, settings) in &mut self.0 {
            let files: Vec<_> = settings.0.keys().filter_map(|key| key.strip_suffix(FILE)).map(str::to_owned).collect();
            for key in files {
                let named = format!("connections.{id}.{key}{FILE}");
                let Some(path) = settings.0.remove(&format!("{key}{FILE}")) else { continue };
                if settings.0.contains_key(&key) {
                    return Err(Error::setting(named, "cannot stand beside the secret itself: set one of the two"));
                }
                settings.0.insert(key, read_secret(Path::new(path.reveal()), named)?);
            }
        }
        Ok(self)
    }
}

/// What the environment says, to the letter: a reader of values would drop quotes and leading zeros.
///
/// # Errors
/// Names the variable that is no text.
pub(super) fn of_environment() -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(VARIABLES)) else { continue };
        let value = value.into_string().map_err(|_| Error::setting(format!("{VARIABLES}{rest}"), "is not a text"))?;
        found.push((place_of(rest), value));
    }
    // In the environment they stand in no order.
    found.sort();
    Ok(found)
}

/// Where the rest of a variable's name points. A shell's names have no hyphens, so `GREEN_API` is `green-api`.
fn place_of(rest: &str) -> String {
    let rest = rest.to_ascii_lowercase();
    match rest.split_once("__") {
        Some((id, key)) => format!("connections.{}.{key}", id.replace('_', "-")),
        None => format!("connections.{rest}"),
    }
}

/// The line that ends a file is not part of the secret.
fn read_secret(path: &Path, named: String) -> Result<Sensitive<String>, Error> {
    let length = std::fs::metadata(path).map(|file| file.len());
    match length.and_then(|length| if length > LONGEST_SECRET { Ok(None) } else { std::fs::read_to_string(path).map(Some) }) {
        Ok(Some(text)) => match text.trim() {
            "" => Err(Error::setting(named, "names a file that is empty")),
            secret => Ok(secret.into()),
        },
        Ok(None) => Err(Error::setting(named, "names a file that is too large to be a secret")),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::setting(named, "names a file that is not there"))
        }
        Err(_) => Err(Error::setting(named, "names a file that cannot be read")),
    }
}

/// What can be connected.
enum Kind {
    Rooms(&'static ProviderInfo),
    Calendar(&'static CalendarInfo),
    Messenger(&'static MessengerInfo),
}

impl Kind {
    fn of(id: &str) -> Option<Self> {
        let rooms = providers().iter().find(|info| info.id == id && info.capabilities.makes_rooms()).map(Self::Rooms);
        let calendar = || calendars().iter().find(|info| info.id == id).map(Self::Calendar);
        let messenger = || messengers().iter().find(|info| info.id == id).map(Self::Messenger);
        rooms.or_else(calendar).or_else(messenger)
    }

    /// Every key, and whether it is a secret.
    fn keys(&self) -> Vec<(&'static str, bool)> {
        match self {
            Self::Rooms(info) => {
                let fields = info.fields.iter().filter(|field| !info.of_host.contains(&field.key));
                let fields = fields.map(|field| (field.key, field.kind == FieldKind::Secret));
                let renewal = info.capabilities.sign_in.map(|_| (REFRESH_TOKEN, true));
                fields.chain(info.addresses.iter().map(|address| (address.key, false))).chain(renewal).collect()
            }
            Self::Calendar(info) => {
                // Nobody is there to sign in by a page.
                let by_page = info.sign_in.map_or(&[][..], |sign_in| sign_in.fields);
                let fields = info.fields.iter().filter(|field| !by_page.contains(&field.key)).chain(info.incoming);
                fields.map(|field| (field.key, field.kind == FieldKind::Secret)).chain([(CALENDAR, false)]).collect()
            }
            Self::Messenger(info) => {
                let fields = info.fields.iter().map(|field| (field.key, field.kind == FieldKind::Secret));
                fields.chain(info.addresses.iter().map(|address| (address.key, false))).collect()
            }
        }
    }
}

/// By hand, since serde's own errors quote the value, which may be a secret.
impl<'de> Deserialize<'de> for Connections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |key: &str, reason: &str| D::Error::custom(format!("the setting `{key}` {reason}"));
        let Value::Object(tables) = Value::deserialize(deserializer)? else {
            return Err(wrong("connections", "must be a table"));
        };
        let mut read = BTreeMap::new();
        for (id, table) in tables {
            let place = format!("connections.{id}");
            let kind = Kind::of(&id).ok_or_else(|| wrong(&place, "is nothing that this program connects to"))?;
            let Value::Object(table) = table else { return Err(wrong(&place, "must be a table")) };
            let keys = kind.keys();
            let mut settings = ConnectionSettings::default();
            for (key, value) in table {
                let place = format!("{place}.{key}");
                let known = keys.iter().any(|(known, secret)| key == *known || *secret && key.strip_suffix(FILE) == Some(known));
                if !known {
                    let known: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
                    return Err(wrong(&place, &format!("is unknown; there are {}", known.join(", "))));
                }
                let Value::String(value) = value else { return Err(wrong(&place, "must be a text in quotes")) };
                if !value.trim().is_empty() {
                    settings.0.insert(key, Sensitive::new(value));
                }
            }
            if !settings.0.is_empty() {
                read.insert(id, settings);
            }
        }
        Ok(Self(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DEFAULTS;

    #[test]
    fn a_variable_names_a_connection_and_its_key() {
        assert_eq!(place_of("TELEMOST__ACCESS_TOKEN_FILE"), "connections.telemost.access_token_file");
        assert_eq!(place_of("GREEN_API_MAX__ID_INSTANCE"), "connections.green-api-max.id_instance");
        assert_eq!(place_of("TELEMOST"), "connections.telemost");
    }

    #[test]
    fn every_key_stands_in_the_commented_defaults() {
        let ids = providers().iter().map(|info| info.id).chain(calendars().iter().map(|info| info.id));
        for id in ids.chain(messengers().iter().map(|info| info.id)) {
            let Some(kind) = Kind::of(id) else { continue };
            let (_, section) =
                DEFAULTS.split_once(&format!("# [connections.{id}]\n")).unwrap_or_else(|| panic!("{id} is missing"));
            let section = section.split("# [connections.").next().unwrap_or_default();
            for (key, _) in kind.keys() {
                assert!(section.contains(&format!("# {key} = ")), "{id}.{key} is missing");
            }
        }
    }
}
