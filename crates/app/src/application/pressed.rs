//! What a press outside the window does: on a notification's button, or on an entry of the tray's menu.

use super::{Application, Save};
use crate::desktop::{MenuAction, NotificationAction};
use std::sync::Arc;

impl Application {
    /// A button of a notification was pressed, which takes it off the screen.
    pub async fn notification_action(self: &Arc<Self>, action: NotificationAction) {
        let done = match action {
            NotificationAction::Join { consultation } => {
                self.look().gone.insert(consultation.clone());
                self.join_room(&consultation).await.map(drop)
            }
            NotificationAction::Snooze { consultation, minutes } => self.snooze_alert(&consultation, minutes).await,
            NotificationAction::Admit { consultation } => {
                // Whoever was let in is still to be joined.
                self.look().gone.insert(consultation.clone());
                let admitted = self.admit_client(&consultation).await;
                self.changed.notify_one();
                admitted
            }
            NotificationAction::Message { consultation } | NotificationAction::Show { consultation } => {
                self.parts.desktop.show_window(format!("consultation/{consultation}"));
                Ok(())
            }
            NotificationAction::Open => {
                self.parts.desktop.show_window("today".into());
                Ok(())
            }
        };
        self.report(done);
    }

    /// A notification was put away by the person, not by time.
    pub async fn notification_dismissed(&self, key: &str) {
        let Some(consultation) = key.strip_prefix("consultation/").map(str::to_owned) else { return };
        self.change(|state| {
            let handled = state.handled.entry(consultation.clone()).or_default();
            if let Some(shown) = handled.shown.clone() {
                handled.answer(shown);
            }
        });
        self.save(&[Save::Handled(consultation)]).await;
    }

    /// An entry of the tray's menu was chosen.
    pub async fn menu_action(self: &Arc<Self>, action: MenuAction) {
        let desktop = &self.parts.desktop;
        let done = match action {
            MenuAction::Join { consultation } => self.join_room(&consultation).await.map(drop),
            MenuAction::Admit { consultation } => self.admit_client(&consultation).await,
            MenuAction::CopyLink { consultation } => self.copy_client_link(&consultation).await,
            MenuAction::DoNotDisturb { minutes } => self.be_quiet(minutes, false).await,
            MenuAction::HideNames(on) => self.hide_names(on).await,
            MenuAction::OpenConsultation { consultation } => {
                desktop.show_window(format!("consultation/{consultation}"));
                Ok(())
            }
            MenuAction::NewRoom => {
                desktop.show_window("new".into());
                Ok(())
            }
            MenuAction::Open => {
                desktop.show_window("today".into());
                Ok(())
            }
            MenuAction::Settings => {
                desktop.show_window("settings".into());
                Ok(())
            }
            MenuAction::Connections => {
                desktop.show_window("connections".into());
                Ok(())
            }
            MenuAction::Quit => {
                desktop.quit();
                Ok(())
            }
        };
        self.report(done);
    }
}
