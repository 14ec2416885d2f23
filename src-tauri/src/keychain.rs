//! The system's keychain behind [`SecretStore`].

use crate::system::{SessionBus, keyring};
use async_trait::async_trait;
use kabinet_domain::Sensitive;
use kabinet_domain::ports::{SecretError, SecretStore};
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use std::sync::{Arc, Mutex};

/// What the entries of this application are filed under: `secret-tool lookup service kabinet username NAME`.
const SERVICE: &str = "kabinet";

type Store = Arc<dyn CredentialStoreApi + Send + Sync>;

/// The keychain, opened at the first use and again after it was lost: a keychain that is started or
/// unlocked later is found without a restart.
#[derive(Debug, Clone)]
pub struct Keychain {
    open: Arc<Mutex<Option<Store>>>,
    bus: SessionBus,
}

impl Keychain {
    #[must_use]
    pub fn new(bus: SessionBus) -> Self {
        Self { open: Arc::default(), bus }
    }

    /// A keychain that is locked does not tell what it has: what was not found there may be there all the same.
    async fn really<T>(&self, not_found: T) -> Result<T, SecretError> {
        if keyring::is_locked(&self.bus).await {
            Err(SecretError::Locked("nothing is found while it is locked".into()))
        } else {
            Ok(not_found)
        }
    }

    /// Runs `work` off the async threads: a keychain may wait for its owner's password.
    async fn with_entry<T: Send + 'static>(
        &self,
        name: &str,
        work: impl Fn(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, SecretError> {
        let (keychain, name) = (self.clone(), name.to_owned());
        tokio::task::spawn_blocking(move || keychain.try_twice(&name, work))
            .await
            .map_err(|panicked| SecretError::Failed(Box::new(panicked)))?
    }

    /// A keychain that was restarted since has forgotten our session with it: once more with a new one.
    fn try_twice<T>(&self, name: &str, work: impl Fn(&Entry) -> Result<T, Error>) -> Result<T, SecretError> {
        let was_open = self.lock().is_some();
        match self.open_entry(name).and_then(|entry| work(&entry).map_err(of_entry)) {
            Err(SecretError::Failed(_)) if was_open => {
                *self.lock() = None;
                self.open_entry(name).and_then(|entry| work(&entry).map_err(of_entry))
            }
            other => other,
        }
    }

    fn open_entry(&self, name: &str) -> Result<Entry, SecretError> {
        let mut open = self.lock();
        let store = match &*open {
            Some(store) => Arc::clone(store),
            None => Arc::clone(open.insert(system_store().map_err(|error| SecretError::Absent(Box::new(error)))?)),
        };
        store.build(SERVICE, name, None).map_err(of_entry)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Store>> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(target_os = "linux")]
fn system_store() -> Result<Store, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Store, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn system_store() -> Result<Store, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

fn of_entry(error: Error) -> SecretError {
    match error {
        Error::NoStorageAccess(_) => SecretError::Locked(Box::new(error)),
        Error::NoDefaultStore => SecretError::Absent(Box::new(error)),
        _ => SecretError::Failed(Box::new(error)),
    }
}

#[async_trait]
impl SecretStore for Keychain {
    async fn read(&self, name: &str) -> Result<Option<Sensitive<String>>, SecretError> {
        let found = self.with_entry(name, |entry| match entry.get_password() {
            Ok(secret) => Ok(Some(Sensitive::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        match found.await? {
            None => self.really(None).await,
            found => Ok(found),
        }
    }

    async fn keep(&self, name: &str, secret: &Sensitive<String>) -> Result<(), SecretError> {
        let secret = secret.clone();
        self.with_entry(name, move |entry| entry.set_password(secret.reveal())).await
    }

    async fn forget(&self, name: &str) -> Result<(), SecretError> {
        let forgotten = self.with_entry(name, |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        });
        if forgotten.await? { Ok(()) } else { self.really(()).await }
    }
}
