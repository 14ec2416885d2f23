//! Handing the client's link over: by a channel of the backend's, by a program of this computer, or by the clipboard.

use super::client_side::refused;
use super::{refuse, refuse_with};
use crate::application::Application;
use crate::client_side;
use crate::command::{ById, CommandError, Invitation, LinkSent, Nothing, SendLink, SentHow};
use crate::line::LineError;
use crate::record::Consultation;
use crate::view::{Channel, Language};
use crate::words::spoken;
use chrono_tz::Tz;
use kabinet_api::OutgoingBody;
use kabinet_domain::Sensitive;
use std::sync::Arc;
use uuid::Uuid;

/// Where Telegram's own applications take a text with a link to be sent on (<https://core.telegram.org/widgets/share>).
const TELEGRAM_SHARE: &str = "https://t.me/share/url";

impl Application {
    pub(super) async fn send_link(self: &Arc<Self>, send: SendLink) -> Result<LinkSent, CommandError> {
        self.hand_link_over(&send.id, send.channel).await
    }

    /// By the channel that was asked for, else the client's, else the clipboard.
    pub(crate) async fn hand_link_over(&self, id: &str, asked: Option<Channel>) -> Result<LinkSent, CommandError> {
        let consultation = self.known_consultation(id)?;
        let contact = consultation.contact.clone().unwrap_or_default();
        let channel = asked.unwrap_or_else(|| client_side::channel(&contact.channel));
        let how = match channel {
            Channel::Whatsapp | Channel::Max => {
                if contact.phone.is_none() {
                    return Err(refuse_with("delivery_no_phone", &[], Some("phone")));
                }
                self.have_link_sent(id, channel).await?;
                SentHow::Handed
            }
            Channel::Telegram => match self.have_link_sent(id, channel).await {
                Ok(()) => SentHow::Handed,
                // The client has not met the bot, or there is none: the specialist's own Telegram can hand it over.
                Err(error) if ["delivery_not_bound", "delivery_channel_not_connected"].contains(&error.message.code.as_str()) => {
                    let invitation = self.invitation_of(&consultation).await?;
                    self.open(&telegram_share(&invitation)).await?;
                    SentHow::Opened
                }
                Err(error) => return Err(error),
            },
            Channel::Email => {
                let email = contact.email.ok_or_else(|| refuse_with("email_needed", &[], Some("email")))?;
                let invitation = self.invitation_of(&consultation).await?;
                self.open(&mail(&email, &invitation)).await?;
                SentHow::Opened
            }
            Channel::Clipboard => {
                let invitation = self.invitation_of(&consultation).await?;
                self.parts.desktop.copy(&Sensitive::new(whole(&invitation))).await?;
                self.trouble("no_clipboard", None);
                SentHow::Copied
            }
        };
        self.worked(None);
        Ok(LinkSent { channel, how })
    }

    async fn have_link_sent(&self, id: &str, channel: Channel) -> Result<(), CommandError> {
        let name = client_side::channel_name(channel);
        let connected = self.look().practice.as_ref().is_some_and(|practice| practice.channels.iter().any(|known| known == name));
        if !connected {
            return Err(refuse("delivery_channel_not_connected"));
        }
        let body = OutgoingBody { id: Uuid::nil(), purpose: "link".into(), channel: Some(name.to_owned()), text: String::new() };
        self.hand_over(id, body).await
    }

    async fn open(&self, address: &str) -> Result<(), CommandError> {
        Ok(self.parts.desktop.open_address(&Sensitive::from(address)).await?)
    }

    pub(super) async fn invitation(self: &Arc<Self>, by: ById) -> Result<Invitation, CommandError> {
        let consultation = self.known_consultation(&by.id)?;
        self.invitation_of(&consultation).await
    }

    /// The practice's words where it can be asked, else our own, as long as the link is known.
    async fn invitation_of(&self, consultation: &Consultation) -> Result<Invitation, CommandError> {
        let asked = match self.line() {
            Some(line) => match self.send_one(&line, &consultation.id).await {
                Ok(()) => Some(line.invitation(&consultation.id).await),
                Err(error) => Some(Err(error)),
            },
            None => None,
        };
        match asked {
            Some(Ok(invitation)) => return Ok(invitation),
            None | Some(Err(LineError::Unreachable(_) | LineError::NotFound | LineError::Busy { .. })) => {}
            Some(Err(error)) => return Err(refused(&error)),
        }
        let link = self.client_link(&consultation.id)?.into_inner();
        Ok(own_invitation(consultation, link, self.words().language()))
    }

    /// The client's link: the page's where there are pages, else the room's own.
    pub(crate) fn client_link(&self, id: &str) -> Result<Sensitive<String>, CommandError> {
        let consultation = self.known_consultation(id)?;
        if let Some(page) = consultation.page_link {
            return Ok(page.into());
        }
        let state = self.look();
        // Whether a practice's backend has pages, it has to say first.
        let unasked = state.kept.shared_backend.is_some();
        let pages = state.practice.as_ref().map_or(unasked, |practice| practice.pages);
        if pages && (consultation.version.is_none() || state.unsent.contains_key(id)) {
            return Err(refuse("link_not_ready"));
        }
        if consultation.link.is_empty() { Err(refuse("no_link")) } else { Ok(consultation.link.into()) }
    }

    pub(crate) async fn copy_client_link(&self, id: &str) -> Result<(), CommandError> {
        let link = self.client_link(id)?;
        self.copy_a_link(&link).await
    }

    pub(super) async fn copy_room_link(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        let link = self.known_consultation(&by.id)?.link;
        if link.is_empty() {
            return Err(refuse("no_link"));
        }
        self.copy_a_link(&link.into()).await?;
        Ok(Nothing {})
    }

    /// Whoever made a consultation was told that its link comes later; it is there now.
    pub(crate) fn link_is_ready(&self) {
        let told =
            |state: &crate::state::State| state.problems.get("no_clipboard").is_some_and(|one| one.code == "link_not_ready");
        if told(&self.look()) {
            self.trouble("no_clipboard", None);
        }
    }

    async fn copy_a_link(&self, link: &Sensitive<String>) -> Result<(), CommandError> {
        self.parts.desktop.copy(link).await?;
        self.trouble("no_clipboard", None);
        self.worked(None);
        Ok(())
    }
}

/// In the client's language, in the zone that the time was given in.
fn own_invitation(consultation: &Consultation, link: String, language: &str) -> Invitation {
    let chosen = consultation.contact.as_ref().and_then(|contact| contact.language.as_deref());
    let words = spoken(Language::System, chosen.unwrap_or(language));
    let zone: Tz = consultation.time_zone.parse().unwrap_or(Tz::UTC);
    let starts = consultation.starts_at.with_timezone(&zone);
    let (day, time) = (starts.format("%d.%m.%Y").to_string(), starts.format("%H:%M").to_string());
    let facts = [("day", day.as_str()), ("time", time.as_str()), ("zone", zone.name()), ("link", link.as_str())];
    Invitation { subject: words.say("invitation-subject", &facts), text: words.say("invitation-text", &facts), link }
}

/// A text to be handed over in which the link stands for certain.
fn whole(invitation: &Invitation) -> String {
    if invitation.text.contains(&invitation.link) {
        invitation.text.clone()
    } else {
        format!("{}\n{}", invitation.text, invitation.link)
    }
}

/// A letter for the system's mail program (RFC 6068).
fn mail(email: &str, invitation: &Invitation) -> String {
    let body = whole(invitation).replace("\r\n", "\n").replace('\n', "\r\n");
    // The one sign that must stay is the one before the host.
    let address = escaped(email).replace("%40", "@");
    format!("mailto:{address}?subject={}&body={}", escaped(&invitation.subject), escaped(&body))
}

fn telegram_share(invitation: &Invitation) -> String {
    // Telegram puts the link before the text; a line that only led to it would lead nowhere.
    let others: Vec<&str> = invitation.text.lines().filter(|line| !line.contains(&invitation.link)).collect();
    let text = if others.is_empty() { invitation.text.replace(&invitation.link, "") } else { others.join("\n") };
    format!("{TELEGRAM_SHARE}?url={}&text={}", escaped(&invitation.link), escaped(text.trim()))
}

/// A form's way of writing a blank is a plus, which mail programs take for a plus.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::consultation;

    fn invitation(text: &str) -> Invitation {
        Invitation { subject: "Встреча & чай".into(), text: text.into(), link: "https://k.example.org/w/T".into() }
    }

    #[test]
    fn a_letter_survives_the_way_to_the_mail_program() {
        let letter = mail("a+b@example.org", &invitation("Здравствуйте\nhttps://k.example.org/w/T"));
        let read = url::Url::parse(&letter).expect("an address");
        assert_eq!((read.scheme(), read.path()), ("mailto", "a%2Bb@example.org"));
        let pairs: Vec<_> = read.query_pairs().into_owned().collect();
        assert_eq!(pairs[0], ("subject".into(), "Встреча & чай".into()));
        assert_eq!(pairs[1], ("body".into(), "Здравствуйте\r\nhttps://k.example.org/w/T".into()));
        assert!(!letter.contains('+') && !letter.contains(' '));
        assert!(!mail("x?bcc=y@example.org", &invitation("a")).contains("?bcc"));
    }

    #[test]
    fn telegram_gets_the_link_once() {
        let shared = telegram_share(&invitation("Come in: https://k.example.org/w/T"));
        let read = url::Url::parse(&shared).expect("an address");
        let pairs: Vec<_> = read.query_pairs().into_owned().collect();
        assert_eq!(pairs, [("url".into(), "https://k.example.org/w/T".into()), ("text".into(), "Come in:".to_owned())]);
        let shared = telegram_share(&invitation("Monday, 14:00.\nYour link: https://k.example.org/w/T\nOpen it early."));
        assert!(shared.ends_with(&escaped("Monday, 14:00.\nOpen it early.")), "{shared}");
    }

    #[test]
    fn our_own_words_are_the_clients_language_and_hold_time_and_link() {
        let mut one = consultation("c1", "15:00", 50);
        one.contact = Some(crate::record::Contact { language: Some("ru".into()), ..Default::default() });
        let said = own_invitation(&one, "https://k.example.org/w/T".into(), "en");
        assert!(
            said.text.contains("18:00") && said.text.contains("https://k.example.org/w/T") && said.text.contains("Консультация"),
            "{}",
            said.text
        );
        one.contact = None;
        assert!(own_invitation(&one, "x".into(), "en").text.contains("consultation"));
    }
}
