//! What differs from system to system, behind one surface.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{SessionBus, display, keyring, opener, panel, tray_host, web_view};
#[cfg(target_os = "linux")]
pub use linux::{bus::SessionBus, display, keyring, opener, panel, tray_host, web_view};
