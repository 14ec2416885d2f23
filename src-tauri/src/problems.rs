//! Troubles of this computer that the shell found, by code; they last until they are cleared.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

type Facts = BTreeMap<String, String>;

#[derive(Debug, Clone, Default)]
pub struct Problems {
    known: Arc<Mutex<BTreeMap<&'static str, Facts>>>,
    changed: Arc<Notify>,
}

impl Problems {
    pub fn tell(&self, code: &'static str, facts: Facts) {
        tracing::warn!(code, "a problem of this computer");
        self.lock().insert(code, facts);
        self.changed.notify_one();
    }

    pub fn clear(&self, code: &str) {
        if self.lock().remove(code).is_some() {
            self.changed.notify_one();
        }
    }

    /// Returns when one came or went since the last time.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    #[must_use]
    pub fn all(&self) -> Vec<(String, Facts)> {
        self.lock().iter().map(|(code, facts)| ((*code).to_owned(), facts.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Facts>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
