//! Whether a launcher's success can be believed.

use super::panel::is_desktop;
use gtk::gio::AppInfo;

/// Whether anything here opens web pages. Only XFCE has to be asked: where nothing does, its launcher shows a dialog of its own
/// and goes on, as if it were the browser.
#[must_use]
pub fn has_browser() -> bool {
    !is_desktop("XFCE") || AppInfo::default_for_uri_scheme("https").is_some()
}
