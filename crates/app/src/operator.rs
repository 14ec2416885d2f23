//! What the operator of a practice has put into this computer's configuration: an application's id at a service, other addresses.
//!
//! ```toml
//! sign_in_port = 47318
//!
//! [connections.PROVIDER]
//! client_id = "…"
//! client_secret = "…"
//! api_address = "https://…"
//!
//! [practice]
//! public_url = "https://…"
//!
//! [connections.MESSENGER]
//! KEY = "…"
//! ```
//!
//! `[practice]` and the sections of messengers are for the event backend inside the application: their keys are the backend's own.
//!
//! A connection's keys are the fields of its form and its servers' addresses. What is not understood is told and costs nothing else.

use crate::view::Message;
use kabinet_domain::Sensitive;
use kabinet_domain::given::{Given, GivenPractice};
use kabinet_providers::calendars::calendars;
use kabinet_providers::registry::ConnectionSettings;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use toml::{Table, Value};

/// Where the browser is led back to when the operator says nothing. Registered at the services to the letter, so it is fixed.
const SIGN_IN_PORT: u16 = 47_318;

/// Connections that the backend inside makes use of, and nobody else.
const MESSENGERS: [&str; 3] = ["green-api", "green-api-max", "telegram"];

/// Settings of connections that a person need not type in; what a person types goes before them.
#[derive(Debug, Clone)]
pub struct Operator {
    connections: BTreeMap<String, ConnectionSettings>,
    /// For the backend inside.
    practice: GivenPractice,
    messengers: BTreeMap<String, ConnectionSettings>,
    /// The port of this computer that signing in leads back to.
    pub sign_in_port: u16,
    /// What is wrong with the file, by the code of each.
    pub(crate) problems: BTreeMap<&'static str, Message>,
}

impl Default for Operator {
    fn default() -> Self {
        Self {
            connections: BTreeMap::new(),
            practice: GivenPractice::default(),
            messengers: BTreeMap::new(),
            sign_in_port: SIGN_IN_PORT,
            problems: BTreeMap::new(),
        }
    }
}

impl Operator {
    /// Reads a file that somebody named. What is wrong with it stands among the application's problems.
    #[must_use]
    pub fn read(file: &Path) -> Self {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::understand(&text, file),
            Err(error) => {
                tracing::warn!(%error, "the operator's file cannot be read");
                let mut operator = Self::default();
                operator.tell("operator_unreadable", file, &[]);
                operator
            }
        }
    }

    /// Reads the file at its usual place, where most computers have none.
    #[must_use]
    pub fn read_if_there(file: &Path) -> Self {
        match std::fs::metadata(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            _ => Self::read(file),
        }
    }

    /// What is given for a provider or a calendar, by the keys of its fields and addresses.
    #[must_use]
    pub fn of(&self, provider: &str) -> ConnectionSettings {
        self.connections.get(provider).cloned().unwrap_or_default()
    }

    /// What the backend inside is given: what the practice is, and what messages are sent and received with.
    #[must_use]
    pub fn for_backend(&self) -> Given {
        let connections = self.messengers.iter().map(|(id, settings)| (id.clone(), settings.0.clone()));
        Given { practice: self.practice.clone(), connections: connections.collect() }
    }

    /// The keys that are given, by provider or calendar.
    pub(crate) fn given(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.connections.iter().map(|(id, settings)| (id.clone(), settings.0.keys().cloned().collect())).collect()
    }

    fn understand(text: &str, file: &Path) -> Self {
        let mut operator = Self::default();
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => {
                // The error itself quotes the line, which may hold a secret.
                let line =
                    error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1).to_string();
                tracing::warn!(line, "the operator's file is not TOML");
                operator.tell("operator_not_toml", file, &[("line", &line)]);
                return operator;
            }
        };
        let mut strange = Vec::new();
        for (key, value) in table {
            match (key.as_str(), value) {
                ("sign_in_port", Value::Integer(port)) if (1..=i64::from(u16::MAX)).contains(&port) => {
                    operator.sign_in_port = u16::try_from(port).unwrap_or(SIGN_IN_PORT);
                }
                ("connections", Value::Table(connections)) => {
                    for (id, settings) in connections {
                        strange.extend(operator.take(&id, settings));
                    }
                }
                ("practice", Value::Table(practice)) => strange.extend(take_in(&mut operator.practice, practice)),
                _ => strange.push(key),
            }
        }
        if !strange.is_empty() {
            let keys = strange.join(", ");
            tracing::warn!(keys, "the operator's file has keys or values that are not understood");
            operator.tell("operator_not_understood", file, &[("keys", &keys)]);
        }
        operator
    }

    /// Takes one connection's settings in; what nobody understands comes back.
    fn take(&mut self, id: &str, settings: Value) -> Vec<String> {
        if MESSENGERS.contains(&id) {
            return self.take_messenger(id, settings);
        }
        let (Some(known), Value::Table(settings)) = (known_keys(id), settings) else { return vec![format!("connections.{id}")] };
        let mut strange = Vec::new();
        for (key, value) in settings {
            match value {
                Value::String(text) if known.contains(&key.as_str()) => {
                    if !text.trim().is_empty() {
                        self.connections.entry(id.into()).or_default().0.insert(key, Sensitive::new(text));
                    }
                }
                _ => strange.push(format!("connections.{id}.{key}")),
            }
        }
        strange
    }

    /// Which keys there are, the backend knows.
    fn take_messenger(&mut self, id: &str, settings: Value) -> Vec<String> {
        let Value::Table(settings) = settings else { return vec![format!("connections.{id}")] };
        let mut strange = Vec::new();
        for (key, value) in settings {
            match value {
                Value::String(text) => {
                    if !text.trim().is_empty() {
                        self.messengers.entry(id.into()).or_default().0.insert(key, Sensitive::new(text));
                    }
                }
                _ => strange.push(format!("connections.{id}.{key}")),
            }
        }
        strange
    }

    fn tell(&mut self, code: &'static str, file: &Path, facts: &[(&str, &str)]) {
        let file = file.display().to_string();
        let facts = facts.iter().copied().chain([("file", file.as_str())]);
        let facts = facts.map(|(name, fact)| (name.to_owned(), fact.to_owned())).collect();
        self.problems.insert(code, Message { code: code.into(), facts });
    }
}

/// Takes the section in; what nobody understands comes back.
fn take_in(practice: &mut GivenPractice, section: Table) -> Vec<String> {
    let mut strange = Vec::new();
    for (key, value) in section {
        match (key.as_str(), value) {
            ("name", Value::String(text)) => practice.name = Some(text),
            ("public_url", Value::String(text)) => practice.public_url = Some(text),
            ("language", Value::String(text)) => practice.language = Some(text),
            ("names_stay_here", Value::Boolean(on)) => practice.names_stay_here = Some(on),
            ("escalate_after_seconds", Value::Integer(seconds)) if u32::try_from(seconds).is_ok() => {
                practice.escalate_after_seconds = u32::try_from(seconds).ok();
            }
            _ => strange.push(format!("practice.{key}")),
        }
    }
    strange
}

/// The keys that a provider or a calendar knows; `None` when there is no such thing.
fn known_keys(id: &str) -> Option<Vec<&'static str>> {
    let provider = crate::rooms::providers().iter().find(|info| info.id == id);
    let of_provider = provider.map(|info| {
        let addresses = info.addresses.iter().map(|address| address.key);
        info.fields.iter().map(|field| field.key).chain(addresses).collect()
    });
    let calendar = calendars().iter().find(|info| info.id == id);
    of_provider.or_else(|| {
        calendar.map(|info| info.fields.iter().map(|field| field.key).chain(info.addresses.iter().copied()).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understand(text: &str) -> Operator {
        Operator::understand(text, Path::new("/etc/kabinet/operator.toml"))
    }

    fn given(operator: &Operator, provider: &str, key: &str) -> Option<String> {
        operator.of(provider).0.get(key).map(|value| value.reveal().clone())
    }

    #[test]
    fn what_the_operator_gives_is_known_by_its_keys() {
        let operator = understand(
            "sign_in_port = 50123\n[connections.telemost]\nclient_id = \"ours\"\nclient_secret = \"hush\"\n\
             api_address = \"http://127.0.0.1:9\"\n[connections.bitrix24]\noauth_server = \"http://127.0.0.1:8/\"\n",
        );
        assert_eq!(operator.problems, BTreeMap::new());
        assert_eq!(operator.sign_in_port, 50_123);
        assert_eq!(given(&operator, "telemost", "client_id").as_deref(), Some("ours"));
        assert_eq!(given(&operator, "bitrix24", "oauth_server").as_deref(), Some("http://127.0.0.1:8/"));
        assert_eq!(given(&operator, "jitsi", "base_url"), None);
        assert!(!format!("{operator:?}").contains("hush"));
    }

    #[test]
    fn the_backend_inside_is_given_its_practice_and_its_messengers() {
        let operator = understand(
            "[practice]\nname = \"Calm\"\npublic_url = \"https://k.example.org\"\nlanguage = \"en\"\nnames_stay_here = true\n\
             escalate_after_seconds = 30\nlogo = \"x\"\n[connections.telegram]\ntoken = \"hush\"\nchat = 7\n\
             [connections.green-api]\nid_instance = \"1101\"\n",
        );
        assert_eq!(operator.problems["operator_not_understood"].facts["keys"], "connections.telegram.chat, practice.logo");
        let expected = GivenPractice {
            name: Some("Calm".into()),
            public_url: Some("https://k.example.org".into()),
            language: Some("en".into()),
            names_stay_here: Some(true),
            escalate_after_seconds: Some(30),
        };
        let given = operator.for_backend();
        assert_eq!(given.practice, expected);
        assert_eq!(given.connections.keys().collect::<Vec<_>>(), ["green-api", "telegram"]);
        assert_eq!(given.connections["telegram"]["token"].reveal(), "hush");
        assert!(operator.given().is_empty() && !format!("{operator:?}").contains("hush"));
    }

    #[test]
    fn the_example_is_understood() {
        let operator = understand(include_str!("../../../deploy/operator.toml"));
        assert_eq!(operator.problems, BTreeMap::new());
        assert_eq!(operator.sign_in_port, SIGN_IN_PORT);
    }

    #[test]
    fn what_is_not_understood_is_named_and_costs_nothing_else() {
        let check = |text: &str, keys: &str| {
            let operator = understand(&format!("{text}\n[connections.jitsi]\nbase_url = \"https://meet.example.org\""));
            let problem = &operator.problems["operator_not_understood"];
            assert_eq!(problem.facts["keys"], keys);
            assert_eq!(given(&operator, "jitsi", "base_url").as_deref(), Some("https://meet.example.org"));
            assert_eq!(operator.sign_in_port, SIGN_IN_PORT);
        };
        check("port = 1", "port");
        check("sign_in_port = 0", "sign_in_port");
        check("sign_in_port = 65536", "sign_in_port");
        check("sign_in_port = \"1\"", "sign_in_port");
        check("[connections.smoke]\nsignals = \"yes\"", "connections.smoke");
        check(
            "[connections.telemost]\nclientid = \"x\"\nclient_id = 7",
            "connections.telemost.client_id, connections.telemost.clientid",
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_by_its_line_alone() {
        let operator = understand("[connections.telemost]\nclient_secret = hush-hush\n");
        let problem = format!("{:?}", operator.problems["operator_not_toml"]);
        assert!(problem.contains("\"line\": \"2\"") && !problem.contains("hush"), "{problem}");
    }

    #[test]
    fn only_a_file_that_was_named_is_missed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("operator.toml");
        assert!(Operator::read_if_there(&file).problems.is_empty());
        assert!(Operator::read(&file).problems.contains_key("operator_unreadable"));
        std::fs::write(&file, b"\xff\xfe").expect("written");
        assert!(Operator::read_if_there(&file).problems.contains_key("operator_unreadable"));
    }
}
