//! A desktop that does nothing but remember what it was asked.

use async_trait::async_trait;
use kabinet_app::desktop::{Desktop, DesktopError, MenuEntry, Notification, NotificationAction, Page, TrayView};
use kabinet_domain::Sensitive;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::Notify;

#[derive(Debug)]
pub struct RecordingDesktop {
    language: String,
    time_zone: String,
    asked: Mutex<Asked>,
    /// The application asked to be ended.
    pub quit: Notify,
}

#[derive(Debug, Default)]
pub struct Asked {
    pub opened: Vec<String>,
    pub clipboard: Option<String>,
    pub saved: Vec<(PathBuf, Vec<u8>)>,
    pub shown_files: Vec<PathBuf>,
    pub standing: BTreeMap<String, Notification>,
    pub log: Vec<Logged>,
    pub tray: Option<TrayView>,
    pub window: Option<Page>,
    pub autostart: bool,
    pub works: Works,
}

/// One thing that happened to a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// `show` or `withdraw`.
    pub what: &'static str,
    pub key: String,
    pub title: String,
    pub body: String,
    pub sound: bool,
}

/// The parts of a desktop that may be missing.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Works {
    pub browser: bool,
    pub clipboard: bool,
    pub files: bool,
    pub notifications: bool,
    pub autostart: bool,
    pub tray: bool,
}

impl Default for Works {
    fn default() -> Self {
        Self { browser: true, clipboard: true, files: true, notifications: true, autostart: true, tray: true }
    }
}

impl RecordingDesktop {
    pub fn new(language: String, time_zone: String) -> Self {
        Self { language, time_zone, asked: Mutex::default(), quit: Notify::new() }
    }

    pub fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().expect("nobody panics here")
    }

    pub fn notifications(&self) -> Value {
        let asked = self.asked();
        let standing: Vec<Value> = asked.standing.values().map(written).collect();
        json!({ "standing": standing, "log": asked.log })
    }

    /// Files as they were written, as text, and those that were shown.
    pub fn files(&self) -> Value {
        let asked = self.asked();
        let saved = asked.saved.iter().map(|(path, bytes)| json!({ "path": path, "text": String::from_utf8_lossy(bytes) }));
        json!({ "saved": saved.collect::<Vec<_>>(), "shown": asked.shown_files })
    }

    pub fn tray(&self) -> Value {
        let asked = self.asked();
        asked.tray.as_ref().map_or(
            Value::Null,
            |tray| json!({ "state": tray.state, "title": tray.title, "menu": tray.menu.iter().map(entry).collect::<Vec<_>>() }),
        )
    }

    /// What a button of a standing notification does; without one it was put away.
    pub fn press(&self, key: &str, button: Option<usize>) -> Option<NotificationAction> {
        let gone = self.asked().standing.remove(key)?;
        gone.buttons.into_iter().nth(button?).map(|(action, _)| action)
    }
}

fn written(notification: &Notification) -> Value {
    json!({
        "key": notification.key,
        "title": notification.title.reveal(),
        "body": notification.body.reveal(),
        "buttons": notification.buttons.iter().map(|(_, label)| label).collect::<Vec<_>>(),
        "urgent": notification.urgent,
        "sound": notification.sound,
    })
}

fn entry(entry: &MenuEntry) -> Value {
    match entry {
        MenuEntry::Label(label) => json!({ "label": label, "enabled": false }),
        MenuEntry::Item { label, enabled, checked, .. } => json!({ "label": label, "enabled": enabled, "checked": checked }),
        MenuEntry::Submenu { label, entries } => {
            json!({ "label": label, "entries": entries.iter().map(self::entry).collect::<Vec<_>>() })
        }
        MenuEntry::Separator => json!("-"),
    }
}

fn missing(code: &'static str) -> DesktopError {
    DesktopError { code, cause: None }
}

#[async_trait]
impl Desktop for RecordingDesktop {
    async fn open_address(&self, address: &Sensitive<String>) -> Result<(), DesktopError> {
        let mut asked = self.asked();
        if !asked.works.browser {
            return Err(missing("no_browser"));
        }
        asked.opened.push(address.reveal().clone());
        Ok(())
    }

    async fn copy(&self, text: &Sensitive<String>) -> Result<(), DesktopError> {
        let mut asked = self.asked();
        if !asked.works.clipboard {
            return Err(missing("no_clipboard"));
        }
        asked.clipboard = Some(text.reveal().clone());
        Ok(())
    }

    async fn clear_copied(&self, text: &Sensitive<String>) {
        let mut asked = self.asked();
        if asked.clipboard.as_ref() == Some(text.reveal()) {
            asked.clipboard = None;
        }
    }

    async fn save_file(&self, suggested_name: &str, bytes: &Sensitive<Vec<u8>>) -> Result<PathBuf, DesktopError> {
        let mut asked = self.asked();
        if !asked.works.files {
            return Err(missing("disk_full"));
        }
        let path = Path::new("/downloads").join(suggested_name);
        asked.saved.push((path.clone(), bytes.reveal().clone()));
        Ok(path)
    }

    async fn show_file(&self, file: &Path) -> Result<(), DesktopError> {
        self.asked().shown_files.push(file.to_owned());
        Ok(())
    }

    async fn notify(&self, notification: Notification) -> Result<(), DesktopError> {
        let mut asked = self.asked();
        if !asked.works.notifications {
            return Err(missing("no_notifications"));
        }
        let logged = Logged {
            what: "show",
            key: notification.key.clone(),
            title: notification.title.reveal().clone(),
            body: notification.body.reveal().clone(),
            sound: notification.sound,
        };
        asked.log.push(logged);
        asked.standing.insert(notification.key.clone(), notification);
        Ok(())
    }

    async fn withdraw(&self, key: &str) {
        let mut asked = self.asked();
        asked.standing.remove(key);
        asked.log.push(Logged { what: "withdraw", key: key.to_owned(), title: String::new(), body: String::new(), sound: false });
    }

    fn draw_tray(&self, tray: TrayView) {
        self.asked().tray = Some(tray);
    }

    async fn autostart(&self) -> Result<bool, DesktopError> {
        Ok(self.asked().autostart)
    }

    async fn set_autostart(&self, on: bool) -> Result<(), DesktopError> {
        let mut asked = self.asked();
        if !asked.works.autostart {
            return Err(missing("no_autostart"));
        }
        asked.autostart = on;
        Ok(())
    }

    fn show_window(&self, page: Page) {
        self.asked().window = Some(page);
    }

    fn hide_window(&self) {
        self.asked().window = None;
    }

    fn quit(&self) {
        self.quit.notify_one();
    }

    fn system_language(&self) -> String {
        self.language.clone()
    }

    fn system_time_zone(&self) -> String {
        self.time_zone.clone()
    }

    fn computer_name(&self) -> Option<String> {
        Some("desk".into())
    }

    async fn problems(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let tray = self.asked().works.tray;
        if tray { Vec::new() } else { vec![("no_tray_host".to_owned(), BTreeMap::new())] }
    }
}
