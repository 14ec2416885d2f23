//! Whether there is a screen at all. Asked before Tauri, which panics without one.

/// Opens the display; `false` when there is none. To be called on the main thread.
#[must_use]
pub fn opens() -> bool {
    gtk::init().is_ok()
}
