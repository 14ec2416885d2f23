//! Notifications where there is no session bus: shown and replaced, without buttons. Unbuilt so far.

use super::Hearing;
use kabinet_app::desktop::{DesktopError, Notification};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Default)]
pub struct Notifications;

impl Notifications {
    #[must_use]
    pub fn new(_bus: crate::system::SessionBus, _icon: Option<std::path::PathBuf>, _runtime: &std::path::Path) -> Self {
        Self
    }

    pub async fn show(&self, notification: Notification) -> Result<(), DesktopError> {
        let shown = tokio::task::spawn_blocking(move || {
            notify_rust::Notification::new()
                .appname("Kabinet")
                .summary(notification.title.reveal())
                .body(notification.body.reveal())
                .show()
                .map(|_| ())
        });
        match shown.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(DesktopError { code: "no_notifications", cause: Some(Box::new(error)) }),
            Err(panicked) => Err(DesktopError { code: "no_notifications", cause: Some(Box::new(panicked)) }),
        }
    }

    /// These systems take notifications back themselves.
    pub async fn withdraw(&self, _key: &str) {}

    pub async fn answered(&self) -> bool {
        true
    }

    pub async fn listen(&self, _hearing: Hearing, stop: CancellationToken) {
        stop.cancelled().await;
    }
}
