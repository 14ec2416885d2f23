//! A keychain in memory, which can be locked or taken away.

use async_trait::async_trait;
use kabinet_domain::Sensitive;
use kabinet_domain::ports::{SecretError, SecretStore};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tokio::sync::watch;

#[derive(Debug, Default)]
pub struct MemorySecrets {
    kept: Mutex<BTreeMap<String, Sensitive<String>>>,
    state: watch::Sender<Keychain>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keychain {
    #[default]
    Open,
    Locked,
    Absent,
    /// Somebody is typing its password: it answers when it is in another state.
    Asking,
    /// What it has can be read, and nothing be put into it.
    Full,
    /// What it has can be read and added to, and nothing be taken out of it.
    Greedy,
}

impl MemorySecrets {
    pub fn put_into(&self, state: Keychain) {
        self.state.send_replace(state);
    }

    /// Its state, once it answers.
    async fn answers(&self) -> Keychain {
        *self.state.subscribe().wait_for(|state| *state != Keychain::Asking).await.expect("the sender is here")
    }

    fn ask(&self, state: Keychain) -> Result<std::sync::MutexGuard<'_, BTreeMap<String, Sensitive<String>>>, SecretError> {
        match state {
            Keychain::Locked => Err(SecretError::Locked("locked by the test".into())),
            Keychain::Absent => Err(SecretError::Absent("taken away by the test".into())),
            _ => Ok(self.kept.lock().expect("nobody panics here")),
        }
    }
}

#[async_trait]
impl SecretStore for MemorySecrets {
    async fn read(&self, name: &str) -> Result<Option<Sensitive<String>>, SecretError> {
        let state = self.answers().await;
        Ok(self.ask(state)?.get(name).cloned())
    }

    async fn keep(&self, name: &str, secret: &Sensitive<String>) -> Result<(), SecretError> {
        let state = self.answers().await;
        if state == Keychain::Full {
            return Err(SecretError::Failed("filled by the test".into()));
        }
        self.ask(state)?.insert(name.to_owned(), secret.clone());
        Ok(())
    }

    async fn forget(&self, name: &str) -> Result<(), SecretError> {
        let state = self.answers().await;
        if state == Keychain::Greedy {
            return Err(SecretError::Failed("held on to by the test".into()));
        }
        self.ask(state)?.remove(name);
        Ok(())
    }
}
