//! Keeps what a calendar's server changed.

use super::{place, secrets, whose};
use crate::application::Application;
use crate::view::Message;
use async_trait::async_trait;
use kabinet_providers::calendars::{CalendarInfo, KeepSettings};
use kabinet_providers::registry::ConnectionSettings;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

/// Keeps what a calendar's server changed: secrets in the keychain, the rest in the settings.
#[derive(Debug)]
pub(super) struct Keeper {
    pub application: Weak<Application>,
    pub info: &'static CalendarInfo,
    pub opening: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("the connection was closed or changed meanwhile")]
struct Outdated;

#[derive(Debug, thiserror::Error)]
#[error("not kept: {0}")]
struct NotKept(String);

impl Keeper {
    fn application(&self) -> Result<Arc<Application>, Outdated> {
        let application = self.application.upgrade().ok_or(Outdated)?;
        let current = application.calendar.opening.load(Ordering::SeqCst) == self.opening;
        if current { Ok(application) } else { Err(Outdated) }
    }
}

#[async_trait]
impl KeepSettings for Keeper {
    async fn begin_renewal(&self) -> Result<Box<dyn Send>, Box<dyn std::error::Error + Send + Sync>> {
        let renewal = self.application()?.calendar.renewal.clone().lock_owned().await;
        // It may have been closed while we waited.
        self.application()?;
        Ok(Box::new(renewal))
    }

    async fn keep(&self, changed: &ConnectionSettings) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let application = self.application()?;
        let is_secret = |key: &str| secrets(self.info).any(|secret| secret == key);
        let (secret, plain): (Vec<_>, Vec<_>) = changed.0.clone().into_iter().partition(|(key, _)| is_secret(key));
        let not_kept = |message: Message| NotKept(message.code);
        application.keep_calendar_secrets(self.info, secret).await.map_err(not_kept)?;
        let mut settings = application.calendar_settings(self.info).await.map_err(not_kept)?;
        settings.0.extend(plain.clone());
        // The same portal under another name is no other account.
        let place = place(self.info, &settings);
        if let Some(opened) = application.calendar.opened.lock().await.as_mut() {
            opened.place.clone_from(&place);
        }
        application.change(|state| {
            let kept = state.kept.connections.entry(self.info.id.into()).or_default();
            for (key, value) in plain {
                kept.insert(key, value.into_inner());
            }
            if let Some(chosen) = state.kept.calendar.as_mut().filter(|chosen| chosen.provider == self.info.id)
                && let Some((_, person)) = chosen.account.rsplit_once('/')
            {
                chosen.account = whose(&place, person);
            }
        });
        application.save_kept().await.map_err(not_kept)?;
        Ok(())
    }
}
