//! Whether anything on this desktop shows tray icons.

use super::bus::SessionBus;
use futures_util::StreamExt;
use std::path::Path;
use tokio_util::sync::CancellationToken;
use zbus::fdo::DBusProxy;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

#[zbus::proxy(
    interface = "org.kde.StatusNotifierWatcher",
    default_service = "org.kde.StatusNotifierWatcher",
    default_path = "/StatusNotifierWatcher",
    gen_blocking = false
)]
trait Watcher {
    #[zbus(property(emits_changed_signal = "false"))]
    fn is_status_notifier_host_registered(&self) -> zbus::Result<bool>;
}

/// A panel, or whatever else shows icons, is there now.
pub async fn is_there(bus: &SessionBus) -> bool {
    let answer: zbus::Result<bool> = async {
        let connection = bus.connection().await?;
        if !DBusProxy::new(&connection).await?.name_has_owner(WATCHER.try_into()?).await? {
            return Ok(false);
        }
        WatcherProxy::new(&connection).await?.is_status_notifier_host_registered().await
    }
    .await;
    answer.unwrap_or(false)
}

/// Calls `changed` whenever a host comes or goes, until `stop`.
pub async fn follow(bus: &SessionBus, changed: impl Fn() + Send, stop: CancellationToken) {
    let followed: zbus::Result<()> = async {
        let watcher = DBusProxy::new(&bus.connection().await?).await?;
        let mut owners = watcher.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(_) = owners.next() => changed(),
                else => return Ok(()),
            }
        }
    }
    .await;
    if let Err(error) = followed {
        tracing::warn!(%error, "the tray's host is not followed");
    }
}

/// Whether the library that draws the tray icon is installed. The crate that opens it panics when it is not,
/// so the places where the loader would look are searched first.
#[must_use]
pub fn library_is_installed() -> bool {
    const NAMES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    let from_environment = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    let from_system = std::fs::read_dir("/etc/ld.so.conf.d").into_iter().flatten().flatten();
    let configured: Vec<String> = from_system.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    let folders = from_environment
        .split(':')
        .chain(configured.iter().flat_map(|file| file.lines()))
        .chain(["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"])
        .map(str::trim)
        .filter(|folder| folder.starts_with('/'));
    folders.map(Path::new).any(|folder| NAMES.iter().any(|name| folder.join(name).exists()))
}
