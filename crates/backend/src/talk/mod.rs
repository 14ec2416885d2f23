//! Threads: what clients wrote and what was written to them.
//!
//! A client is known by their phone alone, or by a chat that is bound to their consultation; whoever is nobody's client leaves no trace.

mod nearest;
#[cfg(test)]
mod tests;

use crate::StorageError;
use crate::deliveries::id_of;
use crate::ports::inbox::{Inbox, Owners};
use crate::ports::{Audience, Consultations, KeptMessage, MessageBody, Reader, Row, Selection};
use crate::reach::clients_of;
use crate::vault::Vault;
use crate::writer::{Append, Plain};
use kabinet_api::Conference;
use kabinet_domain::{Channel, ConsultationId, EventKind, MessageId, Sensitive, SpecialistId, Timestamp, phone};
use nearest::{LOOK_BACK, nearest};

/// Longer texts are cut: no messenger sends longer ones.
const LONGEST_TEXT: usize = 20_000;

/// What somebody wrote.
#[derive(Debug)]
pub struct Said<'a> {
    /// Equal for two deliveries of the same.
    pub key: &'a str,
    pub at: Timestamp,
    pub channel: Channel,
    pub chat: Sensitive<String>,
    pub phone: Option<Sensitive<String>>,
    pub text: Sensitive<String>,
    pub kind: &'static str,
}

/// Where it belongs.
#[derive(Debug)]
pub enum Filed {
    /// To a consultation's thread; its specialist is told.
    Kept(Box<Append>),
    /// A specialist wrote to the practice's own bot.
    OfSpecialist,
    /// To nobody: nothing of it is kept.
    Stranger,
}

/// A chat's id, as it is searched for.
#[must_use]
pub fn chat_hash(vault: &Vault, channel: Channel, chat: &str) -> [u8; 32] {
    vault.hash("chat", &format!("{}:{chat}", channel.name()))
}

/// A phone with its country's code, as it is searched for. `None` for what is none.
#[must_use]
pub fn phone_hash(vault: &Vault, kept: &str) -> Option<[u8; 32]> {
    phone::whole(kept).map(|digits| vault.hash("phone", &digits))
}

/// Finds the thread that something belongs to.
///
/// # Errors
/// When storage fails.
pub async fn file(
    inbox: &dyn Inbox,
    consultations: &dyn Consultations,
    vault: &Vault,
    said: Said<'_>,
    source: &'static str,
    now: Timestamp,
) -> Result<Filed, StorageError> {
    let chat = chat_hash(vault, said.channel, said.chat.reveal());
    let owners = inbox.owners(said.channel, chat).await?;
    let phone = match &said.phone {
        Some(phone) => phone_hash(vault, phone.reveal()),
        None => inbox.alias(said.channel, chat).await?,
    };
    if phone.is_none() && owners.clients.is_empty() {
        return Ok(if owners.specialist { Filed::OfSpecialist } else { Filed::Stranger });
    }
    let theirs = of_client(consultations, vault, phone, &owners, now).await?;
    let Some(conference) = nearest(theirs, now) else {
        return Ok(if owners.specialist { Filed::OfSpecialist } else { Filed::Stranger });
    };
    Ok(Filed::Kept(Box::new(append(&conference, &said, source))))
}

/// The consultations of whoever has this phone or this chat, as far as they can be near.
async fn of_client(
    consultations: &dyn Consultations,
    vault: &Vault,
    phone: Option<[u8; 32]>,
    owners: &Owners,
    now: Timestamp,
) -> Result<Vec<Conference>, StorageError> {
    let from = Some(now - LOOK_BACK - chrono::Duration::days(1));
    let all = consultations.list(Selection { reader: Reader::Administrator, from, to: None }).await?;
    let has_phone = |conference: &Conference| {
        let theirs = conference.contact.as_ref().and_then(|contact| contact.phone.as_deref());
        phone.is_some() && theirs.and_then(|typed| phone_hash(vault, typed)) == phone
    };
    let has_chat = |conference: &Conference| clients_of(vault, conference).any(|client| owners.clients.contains(&client));
    Ok(all.into_iter().filter(|conference| has_phone(conference) || has_chat(conference)).collect())
}

fn append(conference: &Conference, said: &Said<'_>, source: &'static str) -> Append {
    let id = MessageId(id_of(&format!("message/{}", said.key)).0);
    let (specialist, consultation) = (SpecialistId(conference.owner.id), ConsultationId(conference.id));
    let text = said.text.reveal().chars().take(LONGEST_TEXT).collect();
    let body = MessageBody { text, what: said.kind.to_owned(), channel: said.channel.name().to_owned() };
    let event = Plain {
        kind: EventKind::MessageReceived { message: id },
        audience: Audience::Specialist(specialist),
        consultation: Some(consultation),
        who: None,
        source,
        at: Some(said.at),
        about: format!("message/{id}"),
    };
    let message = KeptMessage { id, specialist, consultation, at: said.at, delivery: None, body };
    Append { events: vec![event], rows: vec![Row::Message(Box::new(message))], ..Append::default() }
}
