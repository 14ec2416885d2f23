//! The colour of the panel the tray icon stands on. No desktop tells it, so its habits are known here.

use super::bus::SessionBus;
use gtk::prelude::*;

/// What the desktop's name alone tells; `None` where the panel follows the theme or a setting.
#[must_use]
pub fn habit() -> Option<bool> {
    // GNOME's and Unity's bars are dark whatever the theme.
    (is_desktop("GNOME") || is_desktop("UNITY")).then_some(true)
}

/// What the desktop's settings tell.
pub async fn setting(bus: &SessionBus) -> Option<bool> {
    if !is_desktop("XFCE") {
        return None;
    }
    let asked: zbus::Result<bool> = async {
        let connection = bus.connection().await?;
        let answer = connection
            .call_method(
                Some("org.xfce.Xfconf"),
                "/org/xfce/Xfconf",
                Some("org.xfce.Xfconf"),
                "GetProperty",
                &("xfce4-panel", "/panels/dark-mode"),
            )
            .await?;
        let value: zbus::zvariant::OwnedValue = answer.body().deserialize()?;
        Ok(bool::try_from(value)?)
    }
    .await;
    asked.ok()
}

/// Whether this is the desktop of that name, or one that calls itself its kin.
pub(super) fn is_desktop(name: &str) -> bool {
    std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default().split(':').any(|word| word.eq_ignore_ascii_case(name))
}

/// Whether windows are dark here, and panels that follow them. On the main thread, after the display was opened.
#[must_use]
pub fn theme_is_dark() -> bool {
    let Some(settings) = gtk::Settings::default() else { return false };
    let name = settings.gtk_theme_name().map(|name| name.to_lowercase()).unwrap_or_default();
    settings.is_gtk_application_prefer_dark_theme() || name.ends_with("-dark") || name.contains("noir")
}

/// How many pixels of the screen make one of the panel's.
#[must_use]
pub fn scale() -> u32 {
    let monitor = gtk::gdk::Display::default().and_then(|display| display.primary_monitor().or_else(|| display.monitor(0)));
    monitor.map_or(1, |monitor| monitor.scale_factor().max(1).unsigned_abs())
}
