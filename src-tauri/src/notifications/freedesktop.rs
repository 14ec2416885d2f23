//! Notifications over the session bus.
//!
//! notify-rust would open a connection and two threads for each notification that waits for its buttons,
//! and some daemons answer only the connection that asked: so all go over one, with one listener.

use super::daemon::{ActionInvoked, DaemonProxy, Manners, NAME, NotificationClosed, meaning, printable};
use super::{Heard, Hearing};
use crate::system::SessionBus;
use futures_util::StreamExt;
use kabinet_app::desktop::{DesktopError, Notification, NotificationAction};
use std::collections::HashMap;
use std::path::PathBuf;
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

#[derive(Debug, Clone)]
pub struct Notifications {
    bus: SessionBus,
    icon: Option<PathBuf>,
    desk: Arc<Mutex<Desk>>,
}

/// What is shown, by key. Held while a call is under way, so that two
/// notifications of one key cannot overtake each other.
#[derive(Debug, Default)]
struct Desk {
    shown: HashMap<String, (u32, Notification)>,
    manners: Option<Manners>,
}

impl Notifications {
    #[must_use]
    pub fn new(bus: SessionBus, icon: Option<PathBuf>) -> Self {
        Self { bus, icon, desk: Arc::default() }
    }

    pub async fn show(&self, notification: Notification) -> Result<(), DesktopError> {
        let mut desk = self.desk.lock().await;
        match self.send(&mut desk, &notification).await {
            Ok(id) => {
                desk.shown.insert(notification.key.clone(), (id, notification));
                Ok(())
            }
            Err(error) => Err(DesktopError { code: "no_notifications", cause: Some(Box::new(error)) }),
        }
    }

    pub async fn withdraw(&self, key: &str) {
        let mut desk = self.desk.lock().await;
        let Some((id, _)) = desk.shown.remove(key) else { return };
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

    async fn hear(&self, hearing: &Hearing) -> zbus::Result<()> {
        let connection = self.bus.connection().await?;
        let daemon = DaemonProxy::new(&connection).await?;
        let bus = DBusProxy::new(&connection).await?;
        // One stream for presses and closings: a daemon closes what was pressed, and were the two heard out of order,
        // the press would look like a notification put away.
        let mut signals = daemon.inner().receive_all_signals().await?;
        let mut owners = bus.receive_name_owner_changed_with_args(&[(0, NAME)]).await?;
        loop {
            let heard = tokio::select! {
                Some(signal) = signals.next() => {
                    if let Some(press) = ActionInvoked::from_message(signal.clone()) {
                        let press = press.args()?;
                        self.desk.lock().await.press(press.id, &press.action).map(Heard::Pressed)
                    } else if let Some(closing) = NotificationClosed::from_message(signal) {
                        let closing = closing.args()?;
                        self.desk.lock().await.close(closing.id).filter(|_| closing.reason == BY_THE_PERSON).map(Heard::Dismissed)
                    } else {
                        None
                    }
                }
                Some(_) = owners.next() => {
                    // Another daemon knows nothing of what the last one showed, and may have other manners.
                    *self.desk.lock().await = Desk::default();
                    Some(Heard::DesktopChanged)
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
        daemon
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
            .await
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
