//! What is kept of a sign-in: the tokens, with the application's id that they were given to. Nothing else renews or revokes them.

use kabinet_domain::Sensitive;
use kabinet_domain::provider::SignIn;
use kabinet_providers::registry::ConnectionSettings;
use kabinet_providers::sign_in::Tokens;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An application's id and secret, as settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Client(BTreeMap<String, Sensitive<String>>);

impl Client {
    pub fn of(settings: &ConnectionSettings, sign_in: &SignIn) -> Self {
        let key_and_value =
            |key: &str| Some((key.to_owned(), settings.0.get(key).filter(|value| !value.reveal().is_empty())?.clone()));
        Self([sign_in.client_id, sign_in.client_secret].into_iter().filter_map(key_and_value).collect())
    }

    /// The settings with this application, and no part of another.
    pub fn put_into(&self, settings: &mut ConnectionSettings, sign_in: &SignIn) {
        for key in [sign_in.client_id, sign_in.client_secret] {
            settings.0.remove(key);
        }
        settings.0.extend(self.0.clone());
    }
}

#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub tokens: Tokens,
    /// `None` of what was kept before this was.
    pub client: Option<Client>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    tokens: serde_json::Map<String, serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<BTreeMap<String, String>>,
}

impl Grant {
    /// One entry, so that neither is ever kept without the other.
    pub fn for_keychain(&self) -> Sensitive<String> {
        let tokens = self.tokens.for_keychain();
        let revealed = |client: &Client| client.0.iter().map(|(key, value)| (key.clone(), value.reveal().clone())).collect();
        let kept = serde_json::from_str(tokens.reveal())
            .and_then(|tokens| serde_json::to_string(&Kept { tokens, client: self.client.as_ref().map(revealed) }));
        kept.map_or(tokens, Sensitive::new)
    }

    pub fn from_keychain(kept: &Sensitive<String>) -> Option<Self> {
        let tokens = Tokens::from_keychain(kept).ok()?;
        let client = serde_json::from_str::<Kept>(kept.reveal()).ok()?.client;
        let client = client.map(|client| Client(client.into_iter().map(|(key, value)| (key, value.into())).collect()));
        Some(Self { tokens, client })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_whose_they_are_are_one_entry() {
        let client = Client([("client_id".to_owned(), "ours".into())].into());
        let grant = Grant { tokens: Tokens::pasted("y0_secret".into()), client: Some(client) };
        let read = Grant::from_keychain(&grant.for_keychain()).expect("it can be read");
        assert!(read.tokens == grant.tokens && read.client == grant.client);
        let older = Grant::from_keychain(&grant.tokens.for_keychain()).expect("it can be read");
        assert!(older.tokens == grant.tokens && older.client.is_none());
        assert!(Grant::from_keychain(&"{}".into()).is_none());
    }
}
