//! The last look before something is sent: is it still of use, to whom does it go, and in which words?

use super::phrases::{self, Phrases};
use super::report::Report;
use super::{Deliveries, link, reminders};
use crate::StorageError;
use crate::planning;
use crate::ports::KeptDelivery;
use kabinet_api::Conference;
use kabinet_domain::{Channel, Purpose, Sensitive, Timestamp, phone};
use kabinet_providers::messengers::Outgoing;

/// Why something is not sent after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Its reason went away.
    Dropped,
    /// It cannot be sent, and somebody has to know.
    Failed(&'static str),
}

impl Deliveries {
    /// What is handed to the channel, in the words that are true at `at`.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn outgoing(&self, kept: &KeptDelivery, at: Timestamp) -> Result<Result<Outgoing, Held>, StorageError> {
        let delivery = &kept.delivery;
        let (to, text) = match delivery.purpose {
            Purpose::Reminder | Purpose::Link | Purpose::Message => match self.to_client(kept, at).await? {
                Ok(found) => found,
                Err(held) => return Ok(Err(held)),
            },
            Purpose::Alert | Purpose::Reply => {
                let own = Some(delivery.to.clone()).filter(|to| !to.reveal().is_empty());
                match own.or_else(|| self.parts.clients.reach.of(delivery.specialist).telegram) {
                    Some(to) => (to, delivery.text.clone()),
                    None => return Ok(Err(Held::Failed("not_bound"))),
                }
            }
            Purpose::Report => match self.to_practice(kept) {
                Ok(found) => found,
                Err(held) => return Ok(Err(held)),
            },
        };
        Ok(Ok(Outgoing { to, text, buttons: delivery.buttons.clone(), silent: false }))
    }

    async fn to_client(&self, kept: &KeptDelivery, at: Timestamp) -> Result<Result<ToSend, Held>, StorageError> {
        let delivery = &kept.delivery;
        let found = match delivery.consultation {
            Some(id) => self.parts.consultations.find(id).await?,
            None => None,
        };
        let Some(conference) = found else { return Ok(Err(Held::Dropped)) };
        if !stands(kept, &conference, at) {
            return Ok(Err(Held::Dropped));
        }
        let to = match self.recipient(&conference, delivery.channel) {
            Ok(to) => to,
            Err(code) => return Ok(Err(Held::Failed(code))),
        };
        let text = match delivery.purpose {
            Purpose::Message => delivery.text.clone(),
            Purpose::Link => match self.invitation(&conference).await? {
                Some(invitation) => invitation.text.into(),
                None => return Ok(Err(Held::Failed("no_link"))),
            },
            _ => {
                let link = link::of(&conference, &self.parts.clients, &*self.parts.outbox).await?;
                let phrases = Phrases::new(&conference, &self.parts.clients, &self.parts.people);
                phrases.reminder(at, link.map(|link| link.address).as_ref()).into()
            }
        };
        Ok(Ok((to, text)))
    }

    fn to_practice(&self, kept: &KeptDelivery) -> Result<ToSend, Held> {
        let report = Report::read(kept.delivery.text.reveal()).ok_or(Held::Dropped)?;
        let to = self.channel().ok_or(Held::Failed("channel_not_connected"))?;
        let person = self.parts.people.get(kept.delivery.specialist).filter(|_| self.name_specialists);
        let name = person.as_ref().map(|person| person.name.reveal().as_str());
        Ok((to, phrases::report(report, &self.parts.clients, name, self.zone).into()))
    }

    /// Where a client is written to by this channel, or the code of why they cannot be.
    pub fn recipient(&self, conference: &Conference, channel: Channel) -> Result<Sensitive<String>, &'static str> {
        if self.parts.clients.messengers.of(channel).is_none() {
            return Err("channel_not_connected");
        }
        match channel {
            Channel::WhatsApp | Channel::Max => {
                let phone = conference.contact.as_ref().and_then(|contact| contact.phone.as_deref());
                phone.and_then(phone::whole).map(Sensitive::new).ok_or("no_phone")
            }
            Channel::Telegram => self.parts.clients.reach.client_chat(conference).ok_or("not_bound"),
            Channel::Email | Channel::Clipboard => Err("no_channel"),
        }
    }
}

type ToSend = (Sensitive<String>, Sensitive<String>);

/// Its consultation is still as it was when this was wanted.
fn stands(kept: &KeptDelivery, conference: &Conference, at: Timestamp) -> bool {
    match kept.delivery.purpose {
        Purpose::Reminder => at < conference.starts_at && reminders::still_wanted(conference, kept.delivery.id),
        Purpose::Link => planning::is_planned(conference.status) && at < planning::ends_at(conference),
        _ => true,
    }
}
