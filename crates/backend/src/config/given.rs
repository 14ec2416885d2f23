//! What an application gives the backend inside it, out of its own operator's file.

use super::{Config, Connections};
use crate::Error;
use kabinet_domain::given::Given;
use serde::Deserialize;
use serde_json::{Map, Value};

impl Config {
    /// With what is given. What is wrong of it is left out, and comes back by its keys.
    #[must_use]
    pub fn given(mut self, given: Given) -> (Self, Vec<String>) {
        let mut refused = Vec::new();
        let before = self.practice.clone();
        let practice = &mut self.practice;
        practice.name = given.practice.name.unwrap_or_else(|| before.name.clone());
        practice.public_url = given.practice.public_url.unwrap_or_else(|| before.public_url.clone());
        practice.language = given.practice.language.unwrap_or_else(|| before.language.clone());
        practice.names_stay_here = given.practice.names_stay_here.unwrap_or(before.names_stay_here);
        practice.escalate_after_seconds = given.practice.escalate_after_seconds.unwrap_or(before.escalate_after_seconds);
        match self.clone().checked() {
            Ok(checked) => self = checked,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "what the practice is was not taken in");
                refused.push(if let Error::Setting { key, .. } = &error { key.to_string() } else { "practice".to_owned() });
                self.practice = before;
            }
        }
        for (id, settings) in given.connections {
            let section = settings.into_iter().map(|(key, value)| (key, Value::String(value.into_inner()))).collect();
            let sections = Map::from_iter([(id.clone(), Value::Object(section))]);
            let read = Connections::deserialize(Value::Object(sections)).map_err(|error| error.to_string());
            match read.and_then(|read| read.with_files().map_err(|error| error.to_string())) {
                Ok(read) => self.connections.take_in(read),
                // It names keys and quotes no value.
                Err(error) => {
                    tracing::error!(error, "a connection was not taken in");
                    refused.push(format!("connections.{id}"));
                }
            }
        }
        (self, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::Sensitive;
    use kabinet_domain::given::GivenPractice;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_wrong_is_named_and_costs_nothing_else() {
        let section = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), Sensitive::from(value))]);
        let given = Given {
            practice: GivenPractice { name: Some("Calm".into()), ..GivenPractice::default() },
            connections: BTreeMap::from([
                ("telemost".to_owned(), section("access_token", "y0_secret")),
                ("smoke".to_owned(), section("signals", "y0_secret")),
            ]),
        };
        let (config, refused) = Config::defaults().given(given);
        assert_eq!((config.practice.name.as_str(), refused.as_slice()), ("Calm", &["connections.smoke".to_owned()][..]));
        assert!(config.connections.of("telemost").is_some());

        let practice = GivenPractice {
            name: Some("Calm".into()),
            public_url: Some("http://example.org".into()),
            ..GivenPractice::default()
        };
        let wrong = Given { practice, ..Given::default() };
        let (config, refused) = Config::defaults().given(wrong);
        assert_eq!((config.practice.name.as_str(), refused.as_slice()), ("", &["practice.public_url".to_owned()][..]));
    }
}
