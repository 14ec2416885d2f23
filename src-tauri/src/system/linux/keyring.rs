//! What the keychain's library does not tell: <https://specifications.freedesktop.org/secret-service-spec/latest/>.

use super::bus::SessionBus;

#[zbus::proxy(
    interface = "org.freedesktop.Secret.Collection",
    default_service = "org.freedesktop.secrets",
    default_path = "/org/freedesktop/secrets/aliases/default",
    gen_blocking = false
)]
trait Collection {
    #[zbus(property(emits_changed_signal = "false"))]
    fn locked(&self) -> zbus::Result<bool>;
}

/// Whether the keyring that new secrets go to is locked; one that is not there yet is not.
pub async fn is_locked(bus: &SessionBus) -> bool {
    let answer: zbus::Result<bool> = async { CollectionProxy::new(&bus.connection().await?).await?.locked().await }.await;
    answer.unwrap_or(false)
}
