//! How the web view paints.

use tauri::webview::PlatformWebview;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Without the graphics card: a list of rows needs none, its GL costs 60 MiB and seconds on a busy machine that has only
/// software GL, and some drivers leave the window blank.
pub fn paint_plainly(view: &PlatformWebview) {
    if let Some(settings) = WebViewExt::settings(&view.inner()) {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}
