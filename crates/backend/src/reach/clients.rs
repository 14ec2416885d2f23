//! Clients' chats: bound from the page of one consultation, and good for the others of the same client with the same specialist.
//!
//! Whose client somebody is, the desktops say, by a key that they draw; only a keyed hash of it is kept.

use super::incoming::{is_open, unread};
use super::known::consultation_of;
use super::{ChatOwner, Parts, Reaches};
use crate::StorageError;
use crate::page::Pages;
use crate::ports::reach::KeptChat;
use crate::ports::{Audience, Reader, Row, Selection};
use crate::vault::Vault;
use crate::writer::{Append, Plain, Remember, WriteError, WriterHandle};
use chrono::Duration;
use kabinet_api::Conference;
use kabinet_domain::{Channel, ConsultationId, EventKind, Sensitive, SpecialistId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What began longer ago is over, however long it was planned.
const LONGEST: Duration = Duration::days(2);

/// Who has not come for so long binds their chat anew.
const REMEMBERED: Duration = Duration::days(183);

/// As whom a consultation's client may have bound a chat: of this consultation, and where their key is known, of all.
pub fn clients_of(vault: &Vault, conference: &Conference) -> impl Iterator<Item = ChatOwner> {
    [Some(ChatOwner::Consultation(ConsultationId(conference.id))), shared(vault, conference)].into_iter().flatten()
}

fn shared(vault: &Vault, conference: &Conference) -> Option<ChatOwner> {
    let key = conference.contact.as_ref()?.client_key.as_deref()?;
    let client = vault.hash("client", &format!("{}/{key}", conference.owner.id));
    Some(ChatOwner::Client { specialist: SpecialistId(conference.owner.id), client })
}

/// Forgets the chats of those who have not come for long.
///
/// # Errors
/// When storage fails.
pub(super) async fn forget_old(parts: &Parts, now: Timestamp) -> Result<(), StorageError> {
    let is_shared = |chat: &KeptChat| matches!(chat.owner, ChatOwner::Client { .. });
    let kept: Vec<KeptChat> = parts.book.chats().await?.into_iter().filter(is_shared).collect();
    if kept.is_empty() {
        return Ok(());
    }
    let since = Selection { reader: Reader::Administrator, from: Some(now - REMEMBERED), to: None };
    let recent = parts.consultations.list(since).await?;
    let recent: BTreeSet<String> =
        recent.iter().filter_map(|conference| shared(&parts.vault, conference)).map(|owner| owner.to_string()).collect();
    for chat in kept.iter().filter(|chat| !recent.contains(&chat.owner.to_string())) {
        parts.book.forget_chat(chat.owner).await?;
    }
    Ok(())
}

/// What desktops are told when clients' chats change: of each consultation that is still to happen, or happening, and is reached by one.
///
/// # Errors
/// When storage fails.
pub(super) async fn changed_for(parts: &Parts, owners: &[ChatOwner]) -> Result<Vec<Plain>, StorageError> {
    let now = parts.clock.now();
    let mut concerned: BTreeMap<uuid::Uuid, Conference> = BTreeMap::new();
    for owner in owners {
        let found = match *owner {
            ChatOwner::Specialist(_) => Vec::new(),
            ChatOwner::Consultation(id) => parts.consultations.find(id).await?.into_iter().collect(),
            ChatOwner::Client { specialist, .. } => {
                let coming = Selection { reader: Reader::Specialist(specialist), from: Some(now - LONGEST), to: None };
                let mut coming = parts.consultations.list(coming).await?;
                coming.retain(|conference| shared(&parts.vault, conference) == Some(*owner));
                coming
            }
        };
        let open = found.into_iter().filter(|conference| is_open(conference, now));
        concerned.extend(open.map(|conference| (conference.id, conference)));
    }
    Ok(concerned.values().map(changed).collect())
}

impl Reaches {
    /// Where a consultation's client can be written to, if they have bound a chat.
    #[must_use]
    pub fn client_chat(&self, conference: &Conference) -> Option<Sensitive<String>> {
        clients_of(&self.parts()?.vault, conference).find_map(|owner| self.chat_of(owner))
    }

    /// Binds the chat that came with a code of the consultation's page, with the rows that go with it. Nothing, if the page has another
    /// link by now: then it is to be handled again, as one that leads nowhere.
    pub(super) async fn bind_client(
        self: &Arc<Self>,
        writer: &WriterHandle,
        (pages, code): (&Pages, &str),
        talk: &Conference,
        chat: KeptChat,
        rows: Vec<Row>,
    ) -> Result<(), WriteError> {
        let Some(parts) = self.parts() else { return Ok(()) };
        let _one = self.changing.lock().await;
        if consultation_of(parts, pages, code).is_none() {
            return Ok(());
        }
        let ended = |owner: &ChatOwner| self.kept_chat(*owner).is_some_and(|kept| kept.is_ended());
        let owners: Vec<ChatOwner> = clients_of(&parts.vault, talk).filter(|owner| !ended(owner)).collect();
        let events = changed_for(parts, &owners).await.map_err(unread)?;
        let chats: Vec<KeptChat> = owners.into_iter().map(|owner| KeptChat { owner, ..chat.clone() }).collect();
        let rows = rows.into_iter().chain(chats.iter().map(|chat| Row::Chat(Box::new(chat.clone())))).collect();
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || chats.into_iter().for_each(|chat| reaches.took_chat(chat)));
        writer.append(Append { events, rows, remember }).await?;
        Ok(())
    }

    /// Lets the chats go that a consultation's client has bound: they were opened with a link that leads nowhere now. Whoever was given
    /// that link may have one of another consultation too, so nothing is bound for all of this client's any more under the same key.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn forget_client(self: &Arc<Self>, writer: &WriterHandle, conference: &Conference) -> Result<(), WriteError> {
        let Some(parts) = self.parts() else { return Ok(()) };
        let _one = self.changing.lock().await;
        let (mut rows, mut lost) = (Vec::new(), vec![ChatOwner::Consultation(ConsultationId(conference.id))]);
        for owner in clients_of(&parts.vault, conference) {
            match (owner, self.kept_chat(owner)) {
                (ChatOwner::Client { .. }, known) if known.as_ref().is_none_or(|known| !known.is_ended()) => {
                    lost.extend(known.map(|_| owner));
                    rows.push(Row::Chat(Box::new(KeptChat::ended(owner))));
                }
                (ChatOwner::Consultation(_), Some(_)) => rows.push(Row::ForgetChat(Channel::Telegram, owner)),
                _ => {}
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let events = changed_for(parts, &lost).await.map_err(unread)?;
        let (reaches, kept) = (Arc::clone(self), rows.clone());
        let remember = Remember::new(move || {
            for row in kept {
                match row {
                    Row::Chat(ended) => reaches.took_chat(*ended),
                    Row::ForgetChat(_, owner) => reaches.forgot_chat(owner),
                    _ => {}
                }
            }
        });
        writer.append(Append { events, rows, remember }).await?;
        Ok(())
    }
}

/// Desktops read it anew: how its client can be written to has changed.
fn changed(conference: &Conference) -> Plain {
    Plain {
        kind: EventKind::ConsultationChanged,
        audience: Audience::Specialist(SpecialistId(conference.owner.id)),
        consultation: Some(ConsultationId(conference.id)),
        who: None,
        source: "telegram",
        at: None,
        about: String::new(),
    }
}
