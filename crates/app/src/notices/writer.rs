//! Puts a notice about one consultation into words, as openly as the person chose.

use super::{Notice, SNOOZE_MINUTES, key};
use crate::client_side;
use crate::desktop::{Notification, NotificationAction};
use crate::present::Known;
use crate::state::State;
use crate::view::Privacy;
use crate::words::Words;
use chrono::{DateTime, Utc};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Loudness {
    /// Stays until answered.
    Urgent,
    Normal,
    Quiet,
}

/// Puts a notice about one consultation into words, as openly as the person chose.
pub(super) struct Writer<'a> {
    pub state: &'a State,
    pub words: &'a Words,
    pub known: &'a Known<'a>,
}

impl Writer<'_> {
    /// A title with the client's name and one without it.
    pub fn write(
        &self,
        alert: String,
        (named, plain): (String, String),
        body: String,
        buttons: Vec<(NotificationAction, String)>,
        loudness: Loudness,
    ) -> Notice {
        let settings = self.state.settings();
        let privacy = if settings.hide_names && settings.privacy == Privacy::Full { Privacy::NoName } else { settings.privacy };
        let (title, body, buttons) = match privacy {
            Privacy::Full if !self.name().is_empty() => (named, body, buttons),
            Privacy::Full | Privacy::NoName => (plain, body, buttons),
            Privacy::Discreet => {
                let (title, body) = (self.words.say("app-name", &[]), self.words.say("notice-discreet", &[]));
                // What can be done about it, or that nothing can, would tell what it is.
                (title, body, vec![self.show()])
            }
        };
        let id = self.known.consultation.id.clone();
        let notification = Notification {
            key: key(&id),
            title: title.into(),
            body: body.into(),
            buttons,
            urgent: loudness == Loudness::Urgent,
            sound: settings.sound && loudness != Loudness::Quiet,
        };
        Notice { consultation: id, alert, notification }
    }

    /// As the specialist wrote it down; else as typed at the door.
    pub fn name(&self) -> String {
        let planned = &self.known.consultation.client;
        let at_the_door = self.known.attended.foremost().map(|client| client.name.as_str());
        if planned.is_empty() { at_the_door.unwrap_or_default().to_owned() } else { planned.clone() }
    }

    pub fn named(&self, key: &str) -> String {
        self.words.say(key, &[("name", &self.name())])
    }

    pub fn planned_for(&self) -> String {
        self.words.say("notice-planned-for", &[("time", &self.time(self.known.consultation.starts_at))])
    }

    pub fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.state.place.zone).format("%H:%M").to_string()
    }

    /// A button's action and its label.
    pub fn join(&self) -> (NotificationAction, String) {
        let consultation = self.known.consultation.id.clone();
        (NotificationAction::Join { consultation }, self.words.say("button-join", &[]))
    }

    fn show(&self) -> (NotificationAction, String) {
        let consultation = self.known.consultation.id.clone();
        (NotificationAction::Show { consultation }, self.words.say("button-open", &[]))
    }

    pub fn admit(&self) -> (NotificationAction, String) {
        let consultation = self.known.consultation.id.clone();
        (NotificationAction::Admit { consultation }, self.words.say("button-admit", &[]))
    }

    pub fn snooze(&self) -> (NotificationAction, String) {
        let consultation = self.known.consultation.id.clone();
        let label = self.words.say("button-snooze", &[("minutes", &SNOOZE_MINUTES.to_string())]);
        (NotificationAction::Snooze { consultation, minutes: SNOOZE_MINUTES }, label)
    }

    /// Where there is a way to write to this client.
    pub fn message(&self) -> Option<(NotificationAction, String)> {
        let consultation = self.known.consultation.id.clone();
        let label = self.words.say("button-message", &[]);
        client_side::can_message(self.state, self.known.consultation)
            .then_some((NotificationAction::Message { consultation }, label))
    }
}
