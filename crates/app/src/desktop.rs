//! The computer as the application sees it: everything outside that the shell must do for it.
//! `src-tauri` implements it with the real desktop; the browser tests with one that writes down what it was asked.

use async_trait::async_trait;
use kabinet_domain::Sensitive;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::view::TrayState;

/// Why the desktop did not do what was asked; `code` has its words in `errors.ftl`.
#[derive(Debug, thiserror::Error)]
#[error("the desktop could not: {code}")]
pub struct DesktopError {
    /// `no_browser`, `no_clipboard`, `no_notifications`, `no_autostart`, `disk_full` …
    pub code: &'static str,
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A desktop notification, already in words. One per `key`: showing another with the same key replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub key: String,
    pub title: Sensitive<String>,
    pub body: Sensitive<String>,
    /// Buttons: what to do and its label. The pressed one comes back through [`crate::Application::notification_action`].
    pub buttons: Vec<(NotificationAction, String)>,
    /// Stays until answered, as a client's arrival does.
    pub urgent: bool,
    pub sound: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationAction {
    Join {
        consultation: String,
    },
    Snooze {
        consultation: String,
        minutes: u32,
    },
    /// Lets the client in from their page.
    Admit {
        consultation: String,
    },
    /// Opens the thread with the client.
    Message {
        consultation: String,
    },
    /// Shows the consultation in the window.
    Show {
        consultation: String,
    },
    Open,
}

/// The tray as it should look now. A pure function of state and time makes it; the shell only draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayView {
    pub state: TrayState,
    /// One line for the tooltip and for panels that show a title; holds no name.
    pub title: String,
    pub menu: Vec<MenuEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuEntry {
    /// A line that cannot be pressed.
    Label(String),
    Item {
        action: MenuAction,
        label: String,
        enabled: bool,
        checked: Option<bool>,
    },
    Submenu {
        label: String,
        entries: Vec<MenuEntry>,
    },
    Separator,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MenuAction {
    Join { consultation: String },
    Admit { consultation: String },
    CopyLink { consultation: String },
    OpenConsultation { consultation: String },
    NewRoom,
    DoNotDisturb { minutes: Option<u32> },
    HideNames(bool),
    Open,
    Settings,
    Connections,
    Quit,
}

/// Which page a window should show when it is opened: `today`, `new`, `settings`, `connections`, `consultation/ID`.
pub type Page = String;

#[async_trait]
pub trait Desktop: Send + Sync + std::fmt::Debug {
    /// Opens a web address in the system's browser.
    async fn open_address(&self, address: &Sensitive<String>) -> Result<(), DesktopError>;
    /// Puts text into the clipboard.
    async fn copy(&self, text: &Sensitive<String>) -> Result<(), DesktopError>;
    /// Empties the clipboard if it still holds `text`.
    async fn clear_copied(&self, text: &Sensitive<String>);
    /// Writes a file where this person's downloads go, under this name or a free one like it, and says where.
    async fn save_file(&self, suggested_name: &str, bytes: &Sensitive<Vec<u8>>) -> Result<PathBuf, DesktopError>;
    /// Shows a file where it lies, in the system's file manager.
    async fn show_file(&self, file: &Path) -> Result<(), DesktopError>;
    async fn notify(&self, notification: Notification) -> Result<(), DesktopError>;
    /// Takes a notification back; one that is gone already is fine.
    async fn withdraw(&self, key: &str);
    fn draw_tray(&self, tray: TrayView);
    /// Whether the application starts with the session: the system's real state.
    async fn autostart(&self) -> Result<bool, DesktopError>;
    async fn set_autostart(&self, on: bool) -> Result<(), DesktopError>;
    fn show_window(&self, page: Page);
    fn hide_window(&self);
    fn quit(&self);
    /// `ru`, `en` …, as the system says.
    fn system_language(&self) -> String;
    /// IANA name of the system's zone.
    fn system_time_zone(&self) -> String;
    /// What people call this computer, where it says so.
    fn computer_name(&self) -> Option<String> {
        None
    }
    /// Facts for `doctor` and the problems list: code → facts (no tray host, no notification daemon …).
    async fn problems(&self) -> Vec<(String, BTreeMap<String, String>)>;
}
