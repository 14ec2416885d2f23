//! Entering a room, and what else one does for a client: handing on the link, asking for five minutes.

use super::refuse;
use crate::application::{Application, Save};
use crate::command::{ById, CommandError, Nothing, Snooze};
use crate::keychain::secret_name;
use crate::record::Consultation;
use crate::rooms::SpecialistDoor;
use crate::view::{AlertAnswerKind, Message};
use crate::{LOGIN, PASSWORD};
use kabinet_api::AnswerBody;
use std::sync::{Arc, PoisonError};
use tokio_util::sync::CancellationToken;

/// A password stays in the clipboard for so long.
const PASSWORD_COPIED: std::time::Duration = std::time::Duration::from_secs(30);

/// A note about a room that was opened stands in the window for so long.
const NOTE_SHOWN: std::time::Duration = std::time::Duration::from_secs(60);

/// An answer to *Join* does not wait longer for the backend.
const TOLD_WITHIN: std::time::Duration = std::time::Duration::from_secs(1);

impl Application {
    pub(super) async fn join(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.join_room(&by.id).await.map(|_| Nothing {})
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
        let latest = CancellationToken::new();
        let before = std::mem::replace(&mut *self.password_copied.lock().unwrap_or_else(PoisonError::into_inner), latest.clone());
        before.cancel();
        let application = self.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                // Copied again, it stays its full time from then on.
                () = latest.cancelled() => return,
                _ = application.pause(PASSWORD_COPIED) => {}
            }
            application.parts.desktop.clear_copied(&password).await;
        });
        Ok(Nothing {})
    }

    pub(super) async fn snooze(self: &Arc<Self>, snooze: Snooze) -> Result<Nothing, CommandError> {
        self.snooze_alert(&snooze.id, snooze.minutes).await.map(|()| Nothing {})
    }

    /// Opens the room in the browser; says what is still to be known about it. Alerts are quiet from the press on, but the backend
    /// hears of it only when the browser has opened: whoever comes in after a press that led nowhere is the client.
    /// A client who waits is told that the specialist is coming, and with it every other place that would go on alerting.
    pub(crate) async fn join_room(self: &Arc<Self>, id: &str) -> Result<Option<Message>, CommandError> {
        let consultation = self.known_consultation(id)?;
        let now = self.now();
        let (before, waited_for) = self.change(|state| {
            let attended = state.attended(id, now);
            let waits = attended.visit.as_ref().is_some_and(|visit| visit.ended.is_none() && !visit.met);
            let handled = state.handled.entry(id.to_owned()).or_default();
            handled.snoozed_until = handled.snoozed_until.filter(|until| *until <= now);
            // The press says more than what was said before it.
            (handled.coming_at, handled.to_tell) = (None, None);
            (handled.pressed_join_at.replace(now), waits && attended.specialist_inside_since.is_none())
        });
        let opened = self.open_room(&consultation).await;
        match &opened {
            Ok(note) => {
                let (application, told) = (self.clone(), id.to_owned());
                let telling = self.tasks.spawn(async move { application.tell_pressed_join(&told, now, waited_for).await });
                // It goes on by itself; but whoever is quickly in the room had better not be there before the backend knows.
                let _ = tokio::time::timeout(TOLD_WITHIN, telling).await;
                self.worked(note.clone());
                if let Some(note) = note.clone() {
                    self.forget_note_later(note);
                }
            }
            // The press is taken back, unless there was another since.
            Err(_) => self.change(|state| {
                let handled = state.handled.entry(id.to_owned()).or_default();
                if handled.pressed_join_at == Some(now) {
                    handled.pressed_join_at = before;
                }
            }),
        }
        self.save(&[Save::Handled(id.to_owned())]).await;
        opened
    }

    async fn open_room(self: &Arc<Self>, consultation: &Consultation) -> Result<Option<Message>, CommandError> {
        let SpecialistDoor { link, note } = self.specialist_link(consultation).await?;
        self.parts.desktop.open_address(&link).await?;
        Ok(note)
    }

    /// It has been read by then, or it will not be.
    fn forget_note_later(self: &Arc<Self>, note: Message) {
        let application = self.clone();
        self.tasks.spawn(async move {
            if application.pause(NOTE_SHOWN).await && application.look().problems.get("last_action") == Some(&note) {
                application.worked(None);
            }
        });
    }

    async fn tell_pressed_join(&self, id: &str, at: chrono::DateTime<chrono::Utc>, waited_for: bool) {
        let Some(line) = self.line() else { return };
        let tell = async {
            // A consultation made a moment ago must be known there first.
            self.send_one(&line, id).await?;
            // Before the press, which in a room that reports nobody is the last that is heard of the specialist.
            if waited_for {
                let coming = AnswerBody { answer: "coming".into(), minutes: None, id: Some(self.parts.ids.next()) };
                if let Err(error) = line.answer(id, &coming).await {
                    tracing::info!(error = &error as &dyn std::error::Error, "the backend does not take an answer");
                }
            }
            line.pressed_join(id, at).await
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            told = tell => if let Err(error) = told {
                tracing::warn!(error = &error as &dyn std::error::Error, "the backend does not know of the press on join");
            },
        }
    }

    /// "In 5 minutes": the client's page says so too.
    pub(crate) async fn snooze_alert(&self, id: &str, minutes: u32) -> Result<(), CommandError> {
        self.answer_client(id, AlertAnswerKind::Late, Some(minutes)).await
    }
}
