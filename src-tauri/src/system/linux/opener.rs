//! Whether a launcher's success can be believed.

use super::panel::is_desktop;
use gtk::gio::AppInfo;

/// Whether anything here opens addresses of this scheme. Only XFCE has to be asked: where nothing does, its launcher shows a dialog
/// of its own and goes on, as if it were the program.
#[must_use]
pub fn has_program(scheme: &str) -> bool {
    !is_desktop("XFCE") || AppInfo::default_for_uri_scheme(scheme).is_some()
}
