//! A keychain in memory, which can be locked or taken away.

use async_trait::async_trait;
use kabinet_domain::Sensitive;
use kabinet_domain::ports::{SecretError, SecretStore};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct MemorySecrets {
    kept: Mutex<BTreeMap<String, Sensitive<String>>>,
    state: Mutex<Keychain>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keychain {
    #[default]
    Open,
    Locked,
    Absent,
    /// What it has can be read, and nothing be put into it.
    Full,
    /// What it has can be read and added to, and nothing be taken out of it.
    Greedy,
}

impl MemorySecrets {
    pub fn put_into(&self, state: Keychain) {
        *self.state.lock().expect("nobody panics here") = state;
    }

    fn ask(&self) -> Result<std::sync::MutexGuard<'_, BTreeMap<String, Sensitive<String>>>, SecretError> {
        match *self.state.lock().expect("nobody panics here") {
            Keychain::Open | Keychain::Full | Keychain::Greedy => Ok(self.kept.lock().expect("nobody panics here")),
            Keychain::Locked => Err(SecretError::Locked("locked by the test".into())),
            Keychain::Absent => Err(SecretError::Absent("taken away by the test".into())),
        }
    }
}

#[async_trait]
impl SecretStore for MemorySecrets {
    async fn read(&self, name: &str) -> Result<Option<Sensitive<String>>, SecretError> {
        Ok(self.ask()?.get(name).cloned())
    }

    async fn keep(&self, name: &str, secret: &Sensitive<String>) -> Result<(), SecretError> {
        if matches!(*self.state.lock().expect("nobody panics here"), Keychain::Full) {
            return Err(SecretError::Failed("filled by the test".into()));
        }
        self.ask()?.insert(name.to_owned(), secret.clone());
        Ok(())
    }

    async fn forget(&self, name: &str) -> Result<(), SecretError> {
        if matches!(*self.state.lock().expect("nobody panics here"), Keychain::Greedy) {
            return Err(SecretError::Failed("held on to by the test".into()));
        }
        self.ask()?.remove(name);
        Ok(())
    }
}
