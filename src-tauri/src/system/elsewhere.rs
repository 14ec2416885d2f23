//! Windows and macOS: a tray and a display are always there. Unbuilt so far.

#[derive(Debug, Clone, Default)]
pub struct SessionBus;

pub mod display {
    #[must_use]
    pub fn opens() -> bool {
        true
    }
}

pub mod keyring {
    use super::SessionBus;

    pub async fn is_locked(_bus: &SessionBus) -> bool {
        false
    }
}

pub mod opener {
    #[must_use]
    pub fn has_program(_scheme: &str) -> bool {
        true
    }
}

pub mod panel {
    use super::SessionBus;

    #[must_use]
    pub fn habit() -> Option<bool> {
        None
    }

    pub async fn setting(_bus: &SessionBus) -> Option<bool> {
        None
    }

    #[must_use]
    pub fn theme_is_dark() -> bool {
        false
    }

    #[must_use]
    pub fn scale() -> u32 {
        2
    }
}

pub mod tray_host {
    use super::SessionBus;
    use tokio_util::sync::CancellationToken;

    pub async fn is_there(_bus: &SessionBus) -> bool {
        true
    }

    pub async fn follow(_bus: &SessionBus, _changed: impl Fn() + Send, stop: CancellationToken) {
        stop.cancelled().await;
    }

    #[must_use]
    pub fn library_is_installed() -> bool {
        true
    }
}

pub mod web_view {
    use tauri::webview::PlatformWebview;

    pub fn paint_plainly(_view: &PlatformWebview) {}
}
