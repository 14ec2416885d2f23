//! The words of the desktop notifications specification, and what daemons make of them:
//! <https://specifications.freedesktop.org/notification-spec/latest/>.

use kabinet_app::desktop::{Notification, NotificationAction};
use std::collections::HashMap;
use zbus::zvariant::Value;

pub const NAME: &str = "org.freedesktop.Notifications";

/// The server's calls and signals.
#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
pub trait Daemon {
    #[expect(clippy::too_many_arguments, reason = "the specification's own")]
    fn notify(
        &self,
        app_name: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        timeout: i32,
    ) -> zbus::Result<u32>;
    fn close_notification(&self, id: u32) -> zbus::Result<()>;
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    fn get_server_information(&self) -> zbus::Result<(String, String, String, String)>;
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action: String) -> zbus::Result<()>;
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// What the daemon that answers now can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manners {
    markup: bool,
    buttons: bool,
    /// Draws the action `default` as one more button instead of taking a click on the text for it.
    draws_default: bool,
}

impl Manners {
    #[must_use]
    pub fn of(capabilities: &[String], server: &str) -> Self {
        let can = |word: &str| capabilities.iter().any(|capability| capability == word);
        Self { markup: can("body-markup"), buttons: can("actions"), draws_default: server == "Xfce Notify Daemon" }
    }

    /// The body as this daemon wants it: text, never markup of somebody's name.
    #[must_use]
    pub fn body(&self, text: &str) -> String {
        let text = printable(text);
        if !self.markup {
            return text;
        }
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    /// Pairs of an action's id and its label. The id of a button is its place in the list.
    #[must_use]
    pub fn actions(&self, notification: &Notification) -> Vec<String> {
        if !self.buttons {
            return Vec::new();
        }
        let mut actions = Vec::new();
        if !self.draws_default {
            // The label is never seen where a click on the text counts.
            actions.extend(["default".to_owned(), "Kabinet".to_owned()]);
        }
        for (place, (_, label)) in notification.buttons.iter().enumerate() {
            actions.extend([place.to_string(), label.clone()]);
        }
        actions
    }
}

/// What a press on `action` of this notification means.
#[must_use]
pub fn meaning(notification: &Notification, action: &str) -> Option<NotificationAction> {
    if action == "default" {
        return Some(NotificationAction::Open);
    }
    let place: usize = action.parse().ok()?;
    notification.buttons.get(place).map(|(action, _)| action.clone())
}

/// Without control characters, which the bus or a daemon may refuse; lines stay.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival() -> Notification {
        let consultation = "c1".to_owned();
        Notification {
            key: "c1".into(),
            title: "A client is there".into(),
            body: "15:00".into(),
            buttons: vec![
                (NotificationAction::Join { consultation: consultation.clone() }, "Join".into()),
                (NotificationAction::Snooze { consultation, minutes: 5 }, "In 5 minutes".into()),
            ],
            urgent: true,
            sound: false,
        }
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn markup_in_a_name_stays_text() {
        let rich = Manners::of(&words(&["body", "body-markup"]), "dunst");
        assert_eq!(rich.body("<b>Ivan</b> & co\u{7}"), "&lt;b&gt;Ivan&lt;/b&gt; &amp; co");
        let plain = Manners::of(&words(&["body"]), "old");
        assert_eq!(plain.body("<b>Ivan</b>\nline"), "<b>Ivan</b>\nline");
    }

    #[test]
    fn a_click_on_the_text_opens_where_it_is_not_drawn_as_a_button() {
        let gnome = Manners::of(&words(&["actions"]), "gnome-shell");
        assert_eq!(gnome.actions(&arrival()), words(&["default", "Kabinet", "0", "Join", "1", "In 5 minutes"]));
        let xfce = Manners::of(&words(&["actions"]), "Xfce Notify Daemon");
        assert_eq!(xfce.actions(&arrival()), words(&["0", "Join", "1", "In 5 minutes"]));
        assert!(Manners::default().actions(&arrival()).is_empty());
    }

    #[test]
    fn a_client_before_a_closed_door_can_be_let_in_and_written_to() {
        let consultation = || "c1".to_owned();
        let waiting = Notification {
            buttons: vec![
                (NotificationAction::Admit { consultation: consultation() }, "Let in".into()),
                (NotificationAction::Snooze { consultation: consultation(), minutes: 5 }, "In 5 minutes".into()),
                (NotificationAction::Message { consultation: consultation() }, "Message".into()),
            ],
            ..arrival()
        };
        let gnome = Manners::of(&words(&["actions"]), "gnome-shell");
        assert_eq!(gnome.actions(&waiting), words(&["default", "Kabinet", "0", "Let in", "1", "In 5 minutes", "2", "Message"]));
        assert_eq!(meaning(&waiting, "0"), Some(NotificationAction::Admit { consultation: consultation() }));
        assert_eq!(meaning(&waiting, "2"), Some(NotificationAction::Message { consultation: consultation() }));
    }

    #[test]
    fn presses_come_back_as_what_they_mean() {
        assert_eq!(meaning(&arrival(), "default"), Some(NotificationAction::Open));
        assert_eq!(meaning(&arrival(), "1"), Some(NotificationAction::Snooze { consultation: "c1".into(), minutes: 5 }));
        assert_eq!(meaning(&arrival(), "7"), None);
        assert_eq!(meaning(&arrival(), "junk"), None);
    }
}
