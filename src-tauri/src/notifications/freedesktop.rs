//! Notifications over the session bus.
//!
//! notify-rust would open a connection and two threads for each notification that waits for its buttons,
//! and some daemons answer only the connection that asked: so all go over one, with one listener.
//!
//! A daemon keeps what a program showed that was killed, and its buttons lead nowhere. So what stands is written down, by number
//! alone, in a file that lives as long as the session, and the next run takes it back.

use super::daemon::{ActionInvoked, DaemonProxy, Manners, NAME, NotificationClosed, meaning, printable};
use super::{Heard, Hearing};
use crate::system::SessionBus;
use futures_util::StreamExt;
use kabinet_app::desktop::{DesktopError, Notification, NotificationAction};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use zbus::fdo::DBusProxy;
use zbus::zvariant::Value;

/// Urgencies of the specification.
const NORMAL: u8 = 1;
const CRITICAL: u8 = 2;
/// The daemon chooses how long; never.
const ITS_OWN_TIME: i32 = -1;
const UNTIL_ANSWERED: i32 = 0;
/// A reason of `NotificationClosed`: the person did it.
const BY_THE_PERSON: u32 = 2;

/// The file in the session's own folder.
const RECORD: &str = "notifications.json";

#[derive(Debug, Clone)]
pub struct Notifications {
    bus: SessionBus,
    icon: Option<PathBuf>,
    record: PathBuf,
    /// Of the run before this one.
    left_behind: Record,
    desk: Arc<Mutex<Desk>>,
}

/// What is shown, by key. Held while a call is under way, so that two
/// notifications of one key cannot overtake each other.
#[derive(Debug, Default)]
struct Desk {
    shown: HashMap<String, (u32, Notification)>,
    /// The daemon that shows them, by its name on the bus, which no other will ever have.
    daemon: Option<String>,
    manners: Option<Manners>,
}

/// What a later run has to know of what stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    daemon: Option<String>,
    ids: Vec<u32>,
}

impl Notifications {
    /// `runtime`: the session's own folder.
    #[must_use]
    pub fn new(bus: SessionBus, icon: Option<PathBuf>, runtime: &Path) -> Self {
        let record = runtime.join(RECORD);
        let left_behind = std::fs::read(&record).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { bus, icon, record, left_behind, desk: Arc::default() }
    }

    pub async fn show(&self, notification: Notification) -> Result<(), DesktopError> {
        let mut desk = self.desk.lock().await;
        match self.send(&mut desk, &notification).await {
            Ok(id) => {
                desk.shown.insert(notification.key.clone(), (id, notification));
                self.write_down(&desk);
                Ok(())
            }
            Err(error) => Err(DesktopError { code: "no_notifications", cause: Some(Box::new(error)) }),
        }
    }

    pub async fn withdraw(&self, key: &str) {
        let mut desk = self.desk.lock().await;
        let Some((id, _)) = desk.shown.remove(key) else { return };
        self.write_down(&desk);
        let closed = async { self.daemon().await?.close_notification(id).await }.await;
        if let Err(error) = closed {
            // Daemons answer so when it is gone already.
            tracing::debug!(%error, "a notification could not be withdrawn");
        }
    }

    /// Whether a daemon runs or would be started.
    pub async fn answered(&self) -> bool {
        let answer: zbus::Result<bool> = async {
            let bus = DBusProxy::new(&self.bus.connection().await?).await?;
            if bus.name_has_owner(NAME.try_into()?).await? {
                return Ok(true);
            }
            Ok(bus.list_activatable_names().await?.iter().any(|name| name.as_str() == NAME))
        }
        .await;
        answer.unwrap_or(false)
    }

    /// Hears presses, closings and new daemons until `stop`.
    pub async fn listen(&self, hearing: Hearing, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            ended = self.hear(&hearing) => if let Err(error) = ended {
                tracing::warn!(%error, "notification buttons are not heard");
            }
        }
    }

    /// What a run that was killed has left on the screen.
    async fn take_back(&self, daemon: &DaemonProxy<'_>, bus: &DBusProxy<'_>) -> zbus::Result<()> {
        let Record { daemon: shower, ids } = &self.left_behind;
        if ids.is_empty() || !bus.name_has_owner(NAME.try_into()?).await? {
            return Ok(());
        }
        if Some(self.owner().await?) == *shower {
            for id in ids {
                // Daemons answer with an error when it is gone already.
                let _ = daemon.close_notification(*id).await;
            }
        }
        Ok(())
    }

    fn write_down(&self, desk: &Desk) {
        let record = Record { daemon: desk.daemon.clone(), ids: desk.shown.values().map(|(id, _)| *id).collect() };
        let text = serde_json::to_vec(&record).expect("numbers are plain data");
        if let Err(error) = std::fs::write(&self.record, text) {
            tracing::warn!(%error, "what stands on the screen is not written down");
        }
    }

    async fn hear(&self, hearing: &Hearing) -> zbus::Result<()> {
        let connection = self.bus.connection().await?;
        let daemon = DaemonProxy::new(&connection).await?;
        let bus = DBusProxy::new(&connection).await?;
        if let Err(error) = self.take_back(&daemon, &bus).await {
            tracing::warn!(%error, "what an earlier run showed could not be taken back");
        }
        // One stream for presses and closings: a daemon closes what was pressed, and were the two heard out of order,
        // the press would look like a notification put away.
        let mut signals = daemon.inner().receive_all_signals().await?;
        let mut owners = bus.receive_name_owner_changed_with_args(&[(0, NAME)]).await?;
        loop {
            let heard = tokio::select! {
                Some(signal) = signals.next() => {
                    if let Some(press) = ActionInvoked::from_message(signal.clone()) {
                        let press = press.args()?;
                        let mut desk = self.desk.lock().await;
                        let meant = desk.press(press.id, &press.action);
                        self.write_down(&desk);
                        meant.map(Heard::Pressed)
                    } else if let Some(closing) = NotificationClosed::from_message(signal) {
                        let closing = closing.args()?;
                        let mut desk = self.desk.lock().await;
                        let closed = desk.close(closing.id);
                        self.write_down(&desk);
                        closed.filter(|_| closing.reason == BY_THE_PERSON).map(Heard::Dismissed)
                    } else {
                        None
                    }
                }
                Some(change) = owners.next() => {
                    let now = change.args()?.new_owner.as_ref().map(ToString::to_string);
                    let mut desk = self.desk.lock().await;
                    if now.is_some() && desk.daemon == now {
                        // Showing something has started it, and it has shown it.
                        Some(Heard::DesktopChanged)
                    } else {
                        // Another daemon knows nothing of what the last one showed, and may have other manners.
                        *desk = Desk::default();
                        self.write_down(&desk);
                        Some(Heard::NotificationsLost)
                    }
                }
                else => return Ok(()),
            };
            if let Some(heard) = heard {
                let _ = hearing.send(heard);
            }
        }
    }

    async fn send(&self, desk: &mut Desk, notification: &Notification) -> zbus::Result<u32> {
        let daemon = self.daemon().await?;
        let manners = match &desk.manners {
            Some(manners) => manners.clone(),
            None => {
                let server = daemon.get_server_information().await?.0;
                desk.manners.insert(Manners::of(&daemon.get_capabilities().await?, &server)).clone()
            }
        };
        let mut hints = HashMap::from([
            ("urgency", Value::U8(if notification.urgent { CRITICAL } else { NORMAL })),
            ("desktop-entry", Value::from("kabinet")),
        ]);
        if notification.sound {
            hints.insert("sound-name", Value::from("message-new-instant"));
        } else {
            hints.insert("suppress-sound", Value::Bool(true));
        }
        let icon = self.icon.as_deref().and_then(|path| path.to_str()).unwrap_or("kabinet");
        let actions = manners.actions(notification);
        let id = daemon
            .notify(
                "Kabinet",
                desk.shown.get(&notification.key).map_or(0, |(id, _)| *id),
                icon,
                &printable(notification.title.reveal()),
                &manners.body(notification.body.reveal()),
                &actions.iter().map(String::as_str).collect::<Vec<_>>(),
                hints,
                if notification.urgent { UNTIL_ANSWERED } else { ITS_OWN_TIME },
            )
            .await?;
        if desk.daemon.is_none() {
            desk.daemon = self.owner().await.ok();
        }
        Ok(id)
    }

    /// The daemon's own name on the bus.
    async fn owner(&self) -> zbus::Result<String> {
        let bus = DBusProxy::new(&self.bus.connection().await?).await?;
        Ok(bus.get_name_owner(NAME.try_into()?).await?.to_string())
    }

    async fn daemon(&self) -> zbus::Result<DaemonProxy<'static>> {
        DaemonProxy::new(&self.bus.connection().await?).await
    }
}

impl Desk {
    /// A pressed notification is closed by its daemon, which is no dismissal.
    fn press(&mut self, id: u32, action: &str) -> Option<NotificationAction> {
        let key = self.key_of(id)?;
        let (_, notification) = self.shown.remove(&key)?;
        meaning(&notification, action)
    }

    fn close(&mut self, id: u32) -> Option<String> {
        let key = self.key_of(id)?;
        self.shown.remove(&key);
        Some(key)
    }

    fn key_of(&self, id: u32) -> Option<String> {
        self.shown.iter().find(|(_, (shown, _))| *shown == id).map(|(key, _)| key.clone())
    }
}
