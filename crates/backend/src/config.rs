//! What the operator can set: defaults, then a file, then `KABINET_*`.

mod connections;
mod given;

pub use connections::{CALENDAR, Connections, REFRESH_TOKEN};

use crate::Error;
use crate::http::TrustedProxies;
use chrono_tz::Tz;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use kabinet_domain::Sensitive;
use kabinet_providers::jitsi::webhook_auth::{SECRET_PREFIX, SigningKey};
use kabinet_providers::messengers::Messenger;
use kabinet_seal::StoreKey;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The commented defaults; every key stands there.
pub const DEFAULTS: &str = include_str!("../kabinet-backend.toml");

/// Other parts of Kabinet share the prefix, so only these are ours.
const VARIABLES: &[&str] = &[
    "listen",
    "data",
    "base_path",
    "trusted_proxies",
    "timezone",
    "duration",
    "log",
    "log_format",
    "jitsi__first_is_host",
    "jitsi__login",
    "feed__keep_alive_seconds",
    "feed__lifetime_minutes",
    "feed__recent_events",
    "limits__body_bytes",
    "limits__request_seconds",
    "limits__wrong_per_minute",
    "limits__queue",
    "sources__silent_after_seconds",
    "retention__signals_days",
    "retention__events_days",
    "shutdown__drain_seconds",
    "practice__name",
    "practice__public_url",
    "practice__language",
    "practice__names_stay_here",
    "practice__escalate_after_seconds",
    "practice__channel_names_specialists",
];

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub base_path: String,
    pub trusted_proxies: TrustedProxies,
    #[serde(deserialize_with = "sensitive")]
    pub webhook_secret: Sensitive<String>,
    #[serde(deserialize_with = "sensitive")]
    pub admin_token: Sensitive<String>,
    pub timezone: Tz,
    pub duration: u32,
    pub log: String,
    pub log_format: LogFormat,
    pub jitsi: Jitsi,
    pub feed: Feed,
    pub limits: Limits,
    pub sources: Sources,
    pub retention: Retention,
    pub shutdown: Shutdown,
    pub practice: Practice,
    /// What the backend itself makes rooms and writes calendars with.
    #[serde(default)]
    pub connections: Connections,
    /// Messengers beside those that are configured; only a program can say so.
    #[serde(skip)]
    pub messengers: Vec<Arc<dyn Messenger>>,
    /// What rows that name people are sealed with, on a person's own computer; only a program can say so.
    #[serde(skip)]
    pub seal: Option<StoreKey>,
    /// The one specialist of an embedded backend; only a program can say so.
    #[serde(skip)]
    pub embedded: Option<Embedded>,
}

/// The specialist in whose application this backend runs.
#[derive(Debug, Clone)]
pub struct Embedded {
    pub name: Sensitive<String>,
    /// What the application will present.
    pub token: Sensitive<String>,
    /// Ids that the specialist's room tokens carry.
    pub token_ids: Vec<String>,
    pub account: Option<Sensitive<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jitsi {
    pub first_is_host: bool,
    pub login: Login,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Login {
    Auto,
    On,
    Off,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    pub keep_alive_seconds: u64,
    pub lifetime_minutes: u64,
    pub recent_events: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub body_bytes: usize,
    pub request_seconds: u64,
    pub wrong_per_minute: u32,
    pub queue: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    pub silent_after_seconds: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub signals_days: u32,
    pub events_days: u32,
}

/// What clients and specialists read of the practice, and how its clients reach this backend.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    pub name: String,
    /// Where clients' browsers find this backend, with its base path; empty while they cannot.
    pub public_url: String,
    /// `ru` or `en`: of messages to people who chose none.
    pub language: String,
    pub names_stay_here: bool,
    /// An alert that nobody answered goes another way after so many seconds, where the specialist chose nothing.
    pub escalate_after_seconds: u32,
    /// The practice's channel in a messenger is told which specialist started, not only that somebody did. `auto`: where names are taken.
    #[serde(deserialize_with = "or_auto")]
    pub channel_names_specialists: Option<bool>,
}

impl Practice {
    /// Whether the practice's channel is told which specialist started.
    #[must_use]
    pub fn names_specialists(&self) -> bool {
        self.channel_names_specialists.unwrap_or(!self.names_stay_here)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shutdown {
    pub drain_seconds: u64,
}

/// What the command line says; it has the last word.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub listen: Option<String>,
    pub data: Option<PathBuf>,
    pub base_path: Option<String>,
}

impl Config {
    /// Reads defaults, the operator's file and the environment.
    ///
    /// # Errors
    /// Names the key at fault.
    pub fn read(file: Option<&Path>, overrides: &Overrides) -> Result<Self, Error> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        // Two underscores stand for a dot.
        figment = figment.merge(
            Env::prefixed("KABINET_").filter(|key| VARIABLES.contains(&key.as_str().to_ascii_lowercase().as_str())).split("__"),
        );
        // These are taken to the letter: a reader of values would drop quotes and leading zeros.
        for key in ["webhook_secret", "admin_token"] {
            if let Ok(secret) = std::env::var(format!("KABINET_{}", key.to_ascii_uppercase())) {
                figment = figment.merge(Serialized::default(key, secret));
            }
        }
        for (key, value) in connections::of_environment()? {
            figment = figment.merge(Serialized::default(&key, value));
        }
        if let Some(listen) = &overrides.listen {
            figment = figment.merge(Serialized::default("listen", listen));
        }
        if let Some(data) = &overrides.data {
            figment = figment.merge(Serialized::default("data", data));
        }
        if let Some(base_path) = &overrides.base_path {
            figment = figment.merge(Serialized::default("base_path", base_path));
        }
        let mut config: Self = figment.extract().map_err(|error| Error::Config(Box::new(error)))?;
        config.connections = config.connections.with_files()?;
        config.checked()
    }

    /// The defaults alone, for a program that sets what it wants.
    #[must_use]
    pub fn defaults() -> Self {
        Figment::from(Toml::string(DEFAULTS)).extract().expect("a test reads the defaults")
    }

    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// Names the key at fault.
    pub fn checked(mut self) -> Result<Self, Error> {
        let wrong = |key: &'static str, reason: &'static str| Err(Error::setting(key, reason));
        self.base_path = self.base_path.trim_end_matches('/').to_owned();
        // Other characters mean something to the router or to an address.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
        if !self.base_path.is_empty() && (!self.base_path.starts_with('/') || !self.base_path.chars().all(plain)) {
            return wrong("base_path", "must be a path of letters, digits and - _ . ~ that starts with a slash");
        }
        let secrets: Vec<&str> = self.webhook_secret.reveal().split_whitespace().collect();
        if secrets.iter().any(|secret| secret.len() < 16) {
            return wrong("webhook_secret", "must have 16 characters or more");
        }
        if secrets.iter().any(|secret| secret.starts_with(SECRET_PREFIX) && SigningKey::parse(secret).is_err()) {
            return wrong("webhook_secret", "begins with whsec_ but goes on with no base64 of 24 to 64 bytes");
        }
        if secrets.is_empty() && !self.listen.ip().is_loopback() {
            return wrong(
                "webhook_secret",
                "must be set when `listen` is not a loopback address, or anybody could send webhooks (KABINET_WEBHOOK_SECRET)",
            );
        }
        if !self.admin_token.reveal().is_empty() && self.admin_token.reveal().len() < 16 {
            return wrong("admin_token", "must have 16 characters or more");
        }
        if !kabinet_api::DURATIONS.contains(&self.duration) {
            return wrong("duration", "must be from 1 to 1440 minutes");
        }
        if self.feed.keep_alive_seconds == 0 {
            return wrong("feed.keep_alive_seconds", "must be at least 1");
        }
        if self.limits.queue == 0 {
            return wrong("limits.queue", "must be at least 1");
        }
        if self.retention.events_days == 0 || self.retention.signals_days == 0 {
            return wrong("retention", "must be at least 1 day");
        }
        self.practice.public_url = self.practice.public_url.trim().trim_end_matches('/').to_owned();
        let url = &self.practice.public_url;
        let on_loopback = |url: &url::Url| {
            url.host_str()
                .is_some_and(|host| host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()))
        };
        if !url.is_empty()
            && !url::Url::parse(url).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && on_loopback(&url)))
        {
            return wrong("practice.public_url", "must be an address that begins with https://");
        }
        if !matches!(self.practice.language.as_str(), "ru" | "en") {
            return wrong("practice.language", "must be ru or en");
        }
        if !(10..=900).contains(&self.practice.escalate_after_seconds) {
            return wrong("practice.escalate_after_seconds", "must be from 10 to 900");
        }
        Ok(self)
    }
}

/// `auto` is nothing.
fn or_auto<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Chosen(bool),
        Word(String),
    }
    match Said::deserialize(deserializer)? {
        Said::Chosen(chosen) => Ok(Some(chosen)),
        Said::Word(word) if word == "auto" => Ok(None),
        Said::Word(_) => Err(serde::de::Error::custom("must be true, false or \"auto\"")),
    }
}

fn sensitive<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Sensitive<String>, D::Error> {
    String::deserialize(deserializer).map(Sensitive::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete() {
        let config = Config::defaults().checked().expect("the defaults");
        assert_eq!(config.listen.port(), 8787);
        assert_eq!(config.jitsi.login, Login::Auto);
        assert!(config.practice.names_specialists());
        let said =
            |channel_names_specialists| Practice { names_stay_here: true, channel_names_specialists, ..config.practice.clone() };
        assert!(!said(None).names_specialists() && said(Some(true)).names_specialists());
    }

    #[test]
    fn an_open_door_without_a_secret_is_refused() {
        let mut config = Config::defaults();
        config.listen = "0.0.0.0:8787".parse().expect("an address");
        let error = config.checked().expect_err("refused").to_string();
        assert!(error.contains("webhook_secret") && error.contains("loopback"), "{error}");
    }

    #[test]
    fn errors_name_the_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kabinet.toml");
        let check = |content: &str, key: &str| {
            std::fs::write(&file, content).expect("written");
            let error = Config::read(Some(&file), &Overrides::default()).expect_err("refused").to_string();
            assert!(error.contains(key), "{error}");
        };
        check("lisen = '127.0.0.1:1'", "lisen");
        check("listen = 'nowhere'", "listen");
        check("[jitsi]\nlogin = 'perhaps'", "jitsi.login");
        check("base_path = 'worker'", "base_path");
        check("webhook_secret = 'short'", "webhook_secret");
        check("webhook_secret = 'whsec_this is not base64'", "webhook_secret");
        check("base_path = '/a/*x'", "base_path");
        check("base_path = '/:a'", "base_path");
        check("trusted_proxies = 'localhost'", "trusted_proxies");
        check("[practice]\nchannel_names_specialists = 'perhaps'", "channel_names_specialists");
    }

    #[test]
    fn a_connection_takes_the_keys_of_its_fields_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, secret) = (folder.path().join("kabinet.toml"), folder.path().join("token"));
        let read = |content: &str| {
            std::fs::write(&file, content).expect("written");
            Config::read(Some(&file), &Overrides::default())
        };
        let check = |content: &str, said: &str| {
            let error = read(content).expect_err("refused").to_string();
            assert!(error.contains(said) && !error.contains("y0_secret"), "{error}");
        };
        check("[connections.unknown]\ntoken = 'y0_secret'", "connections.unknown");
        check("[connections.telemost]\ntoken = 'y0_secret'", "connections.telemost.token");
        check("[connections.telemost]\naccess_token = 7", "connections.telemost.access_token");
        check("[connections]\ntelemost = 'y0_secret'", "connections.telemost");
        check("connections = 'y0_secret'", "connections");
        check("[connections.bitrix24]\nclient_secret = 'y0_secret'", "connections.bitrix24.client_secret");
        check("[connections.telemost]\nclient_id_file = '/x'", "connections.telemost.client_id_file");
        check("[connections.telemost]\naccess_token_file = '/nowhere'", "connections.telemost.access_token_file");
        let from_file = format!("[connections.telemost]\naccess_token_file = '{}'\n", secret.display());
        std::fs::write(&secret, " \n").expect("written");
        check(&from_file, "connections.telemost.access_token_file");
        std::fs::write(&secret, "y0_secret\n").expect("written");
        check(&format!("{from_file}access_token = 'y0_secret'"), "connections.telemost.access_token_file");
        let config = read(&from_file).expect("read");
        let settings = config.connections.of("telemost").expect("connected");
        assert_eq!(settings.0["access_token"].reveal(), "y0_secret");
        assert!(!format!("{config:?}").contains("y0_secret"));
        assert!(read("[connections.telemost]\naccess_token = ''").expect("read").connections.of("telemost").is_none());
    }

    #[test]
    fn messengers_are_connected_by_their_own_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, secret) = (folder.path().join("kabinet.toml"), folder.path().join("token"));
        std::fs::write(&secret, "d75b3a66\n").expect("written");
        let sections = format!(
            "[connections.green-api]\nid_instance = '1101000001'\napi_token_instance_file = '{0}'\napi_url = 'https://4100.api.green-api.com'\n\
             webhook_token = '5f2b8c0d9e4a47b1'\n[connections.green-api-max]\nid_instance = '3100000001'\napi_token_instance_file = '{0}'\n\
             [connections.telegram]\nbot_token_file = '{0}'\nwebhook_secret = 's3cret_Token-1'\npractice_channel = '@practice'\nproxy = 'http://127.0.0.1:1'\n",
            secret.display()
        );
        std::fs::write(&file, sections).expect("written");
        let config = Config::read(Some(&file), &Overrides::default()).expect("read");
        for (id, key) in [("green-api", "api_token_instance"), ("green-api-max", "api_token_instance"), ("telegram", "bot_token")]
        {
            assert_eq!(config.connections.of(id).expect("connected").0[key].reveal(), "d75b3a66", "{id}");
        }
        assert!(!format!("{config:?}").contains("d75b3a66"));
    }
}
