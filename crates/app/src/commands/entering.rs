//! Entering a room, and what else one does for a client: handing on the link, asking for five minutes.

use super::{refuse, refuse_field};
use crate::application::{Application, Save};
use crate::command::{ById, CommandError, Nothing, Snooze};
use crate::keychain::secret_name;
use crate::{LOGIN, PASSWORD};
use chrono::Duration;
use kabinet_domain::Sensitive;
use std::sync::Arc;

/// A password stays in the clipboard for so long.
const PASSWORD_COPIED: std::time::Duration = std::time::Duration::from_secs(30);

const LONGEST_SNOOZE: u32 = 120;

impl Application {
    pub(super) async fn join(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.join_room(&by.id).await.map(|()| Nothing {})
    }

    pub(super) async fn copy_link(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.copy_client_link(&by.id).await.map(|()| Nothing {})
    }

    pub(super) async fn copy_login(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        let provider = self.known_consultation(&by.id)?.provider;
        let login = self.look().connection_value(&provider, LOGIN).map(str::to_owned).ok_or_else(|| refuse("no_login"))?;
        self.parts.desktop.copy(&login.into()).await?;
        Ok(Nothing {})
    }

    pub(super) async fn copy_password(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        let provider = self.known_consultation(&by.id)?.provider;
        let password = self.secret(&secret_name(&provider, PASSWORD)).await?.ok_or_else(|| refuse("no_password"))?;
        self.parts.desktop.copy(&password).await?;
        let application = self.clone();
        self.tasks.spawn(async move {
            application.pause(PASSWORD_COPIED).await;
            application.parts.desktop.clear_copied(&password).await;
        });
        Ok(Nothing {})
    }

    pub(super) async fn snooze(self: &Arc<Self>, snooze: Snooze) -> Result<Nothing, CommandError> {
        self.snooze_alert(&snooze.id, snooze.minutes).await.map(|()| Nothing {})
    }

    /// Opens the room in the browser. The backend is told first, since the arrival that follows is the specialist's.
    pub(crate) async fn join_room(self: &Arc<Self>, id: &str) -> Result<(), CommandError> {
        let consultation = self.known_consultation(id)?;
        let now = self.now();
        self.change(|state| {
            let handled = state.handled.entry(id.to_owned()).or_default();
            handled.pressed_join_at = Some(now);
            handled.snoozed_until = None;
        });
        let (application, told) = (self.clone(), id.to_owned());
        self.tasks.spawn(async move { application.tell_pressed_join(&told, now).await });
        self.save(&[Save::Handled(id.to_owned())]).await;
        let link = self.specialist_link(&consultation).await?;
        self.parts.desktop.open_address(&link).await?;
        Ok(())
    }

    async fn tell_pressed_join(&self, id: &str, at: chrono::DateTime<chrono::Utc>) {
        let Some(line) = self.line() else { return };
        let tell = async {
            // A consultation made a moment ago must be known there first.
            self.send_one(&line, id).await?;
            line.pressed_join(id, at).await
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            told = tell => if let Err(error) = told {
                tracing::warn!(error = &error as &dyn std::error::Error, "the backend does not know of the press on join");
            },
        }
    }

    pub(crate) async fn copy_client_link(&self, id: &str) -> Result<(), CommandError> {
        let link = self.known_consultation(id)?.link;
        if link.is_empty() {
            return Err(refuse("no_link"));
        }
        self.parts.desktop.copy(&Sensitive::new(link)).await?;
        self.trouble("no_clipboard", None);
        Ok(())
    }

    pub(crate) async fn snooze_alert(&self, id: &str, minutes: u32) -> Result<(), CommandError> {
        self.known_consultation(id)?;
        if !(1..=LONGEST_SNOOZE).contains(&minutes) {
            return Err(refuse_field("bad_minutes", "minutes"));
        }
        let until = self.now() + Duration::minutes(i64::from(minutes));
        self.change(|state| state.handled.entry(id.to_owned()).or_default().snoozed_until = Some(until));
        self.save(&[Save::Handled(id.to_owned())]).await;
        Ok(())
    }
}
