//! The real desktop behind the application's port: each operation goes to the module that knows it.

use crate::clipboard::SharedClipboard;
use crate::notifications::Notifications;
use crate::problems::Problems;
use crate::system::{SessionBus, tray_host};
use crate::tray::Tray;
use crate::windows::Windows;
use crate::{autostart, downloads, opener};
use async_trait::async_trait;
use kabinet_app::desktop::{Desktop, DesktopError, Notification, Page, TrayView};
use kabinet_domain::Sensitive;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tauri::AppHandle;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone)]
pub struct Shell {
    pub app: AppHandle,
    pub bus: SessionBus,
    pub notifications: Notifications,
    pub clipboard: SharedClipboard,
    pub windows: Windows,
    /// `None` when the library that draws it is not installed.
    pub tray: Option<Tray>,
    pub problems: Problems,
    pub quit: CancellationToken,
}

#[async_trait]
impl Desktop for Shell {
    async fn open_address(&self, address: &Sensitive<String>) -> Result<(), DesktopError> {
        opener::open(address).await
    }

    async fn copy(&self, text: &Sensitive<String>) -> Result<(), DesktopError> {
        self.clipboard.put(text).await
    }

    async fn clear_copied(&self, text: &Sensitive<String>) {
        self.clipboard.clear_if_still(text).await;
    }

    async fn save_file(&self, suggested_name: &str, bytes: &Sensitive<Vec<u8>>) -> Result<PathBuf, DesktopError> {
        downloads::save(suggested_name.to_owned(), bytes.reveal().clone()).await
    }

    async fn show_file(&self, file: &Path) -> Result<(), DesktopError> {
        downloads::show(file).await
    }

    async fn notify(&self, notification: Notification) -> Result<(), DesktopError> {
        self.notifications.show(notification).await
    }

    async fn withdraw(&self, key: &str) {
        self.notifications.withdraw(key).await;
    }

    fn draw_tray(&self, tray: TrayView) {
        if let Some(drawn) = &self.tray {
            drawn.draw(tray);
        }
    }

    async fn autostart(&self) -> Result<bool, DesktopError> {
        autostart::is_on(&self.app).await
    }

    async fn set_autostart(&self, on: bool) -> Result<(), DesktopError> {
        autostart::switch(&self.app, on).await
    }

    fn show_window(&self, page: Page) {
        self.windows.show(page);
    }

    fn hide_window(&self) {
        self.windows.hide();
    }

    fn quit(&self) {
        self.quit.cancel();
    }

    fn system_language(&self) -> String {
        system_language()
    }

    fn system_time_zone(&self) -> String {
        let named = chosen("TZ").filter(|zone| zone.contains('/') && !zone.starts_with([':', '/']));
        named.or_else(|| iana_time_zone::get_timezone().ok()).unwrap_or_else(|| "UTC".to_owned())
    }

    fn computer_name(&self) -> Option<String> {
        gethostname::gethostname().into_string().ok()
    }

    async fn problems(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let mut problems = self.problems.all();
        let (host, notifications) = tokio::join!(tray_host::is_there(&self.bus), self.notifications.answered());
        if self.tray.is_none() {
            problems.push(("no_tray_library".to_owned(), BTreeMap::new()));
        } else if !host {
            problems.push(("no_tray_host".to_owned(), BTreeMap::new()));
        }
        if !notifications {
            problems.push(("no_notifications".to_owned(), BTreeMap::new()));
        }
        problems
    }
}

/// `KABINET_LANG` comes before what the system says.
#[must_use]
pub fn system_language() -> String {
    chosen("KABINET_LANG").or_else(sys_locale::get_locale).unwrap_or_else(|| "en".to_owned())
}

fn chosen(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
