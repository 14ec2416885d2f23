//! Desktop notifications: one per key, replaced and withdrawn by it; a pressed button comes back as an action.

#[cfg(target_os = "linux")]
mod daemon;
#[cfg(target_os = "linux")]
mod freedesktop;
#[cfg(not(target_os = "linux"))]
mod plain;

#[cfg(target_os = "linux")]
pub use freedesktop::Notifications;
#[cfg(not(target_os = "linux"))]
pub use plain::Notifications;

use kabinet_app::desktop::NotificationAction;
use tokio::sync::mpsc;

/// What comes back from the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Pressed(NotificationAction),
    /// The person put this key's notification away.
    Dismissed(String),
    /// A daemon came or went: what the last one showed is gone.
    NotificationsLost,
    /// A panel or the like came or went.
    DesktopChanged,
}

pub type Hearing = mpsc::UnboundedSender<Heard>;
