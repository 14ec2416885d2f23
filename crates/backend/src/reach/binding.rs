//! Binding a specialist's chat, and what they choose about being reached.

use super::{ChatOwner, Parts, Reaches, clients, incoming};
use crate::ports::reach::{BindingCode, Chosen, KeptChat};
use crate::ports::{Audience, Row};
use crate::writer::{Append, Appended, Plain, Remember, WriteError, WriterHandle};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kabinet_api::{BindingLink, BoundChat, ReachJson};
use kabinet_domain::{Channel, EventKind, SpecialistId};
use std::sync::Arc;

/// How long a code is good for.
const CODE_MINUTES: i64 = 15;

impl Reaches {
    /// Keeps what a specialist chose.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn choose(
        self: &Arc<Self>,
        writer: &WriterHandle,
        specialist: SpecialistId,
        chosen: Chosen,
    ) -> Result<(), WriteError> {
        let _one = self.changing.lock().await;
        if self.chosen(specialist) == chosen {
            return Ok(());
        }
        let rows = vec![Row::Reach(specialist, Box::new(chosen.clone()))];
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || reaches.took_choice(specialist, chosen));
        writer.append(Append { events: vec![changed(specialist, "desktop")], rows, remember }).await?;
        Ok(())
    }

    /// A new link that binds whoever presses it first; the ones before are of no use any more.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn link(&self, writer: &WriterHandle, specialist: SpecialistId, bot: &str) -> Result<BindingLink, WriteError> {
        let parts = self.parts().ok_or(WriteError::Stopping)?;
        let mut bytes = [0u8; 16];
        parts.ids.fill(&mut bytes);
        let code = URL_SAFE_NO_PAD.encode(bytes);
        let expires_at = parts.now() + chrono::Duration::minutes(CODE_MINUTES);
        let kept = BindingCode { hash: code_hash(parts, &code), owner: ChatOwner::Specialist(specialist), expires_at };
        writer.append(Append { rows: vec![Row::BindingCode(kept)], ..Append::default() }).await?;
        let messenger = parts.messengers.of(Channel::Telegram);
        let link = messenger.and_then(|messenger| messenger.deep_link(bot, &code)).ok_or(WriteError::Stopping)?;
        Ok(BindingLink { link, expires_at })
    }

    /// The specialist says that the chat that waits is theirs: it takes the place of the one that was in use. `false` when none is bound.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn confirm(
        self: &Arc<Self>,
        writer: &WriterHandle,
        specialist: SpecialistId,
        words: &str,
    ) -> Result<bool, WriteError> {
        let _one = self.changing.lock().await;
        let owner = ChatOwner::Specialist(specialist);
        let Some(chat) = self.pending_chat(owner) else { return Ok(self.kept_chat(owner).is_some()) };
        let Some(parts) = self.parts() else { return Ok(true) };
        let chat = KeptChat { confirmed: true, ..chat };
        let told = incoming::reply(parts, Some(specialist), &chat.chat, words.to_owned());
        let rows = vec![Row::Chat(Box::new(chat.clone())), told];
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || reaches.took_chat(chat));
        writer.append(Append { events: vec![changed(specialist, "desktop")], rows, remember }).await?;
        Ok(true)
    }

    /// The chat that waits is somebody else's, and is let go; the one in use stays.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn refuse(self: &Arc<Self>, writer: &WriterHandle, specialist: SpecialistId) -> Result<(), WriteError> {
        let _one = self.changing.lock().await;
        let owner = ChatOwner::Specialist(specialist);
        let Some(chat) = self.pending_chat(owner) else { return Ok(()) };
        let rows = vec![Row::ForgetOneChat(chat.channel, owner, chat.hash)];
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || reaches.forgot_one_chat(owner, chat.hash));
        writer.append(Append { events: vec![changed(specialist, "desktop")], rows, remember }).await?;
        Ok(())
    }

    /// Lets the bound chat go, and the one that waits, if there are any.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn unbind(self: &Arc<Self>, writer: &WriterHandle, specialist: SpecialistId) -> Result<(), WriteError> {
        let _one = self.changing.lock().await;
        let owner = ChatOwner::Specialist(specialist);
        if self.kept_chat(owner).or_else(|| self.pending_chat(owner)).is_none() {
            return Ok(());
        }
        let rows = vec![Row::ForgetChat(Channel::Telegram, owner)];
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || reaches.forgot_chat(owner));
        writer.append(Append { events: vec![changed(specialist, "desktop")], rows, remember }).await?;
        Ok(())
    }

    /// Notes that this chat takes nothing any more, or does again, whoever's it is, with the rows that go with it.
    pub(super) async fn set_blocked(
        self: &Arc<Self>,
        writer: &WriterHandle,
        hash: [u8; 32],
        blocked: bool,
        mut rows: Vec<Row>,
    ) -> Result<(), WriteError> {
        let _one = self.changing.lock().await;
        let otherwise = self.owners_of(hash).into_iter().filter(|chat| chat.blocked != blocked);
        let chats: Vec<KeptChat> = otherwise.map(|chat| KeptChat { blocked, ..chat }).collect();
        rows.extend(chats.iter().map(|chat| Row::Chat(Box::new(chat.clone()))));
        let events = self.told_of(&chats).await?;
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || chats.into_iter().for_each(|chat| reaches.took_chat(chat)));
        writer.append(Append { events, rows, remember }).await?;
        Ok(())
    }

    /// Binds a chat with the rows that go with it; a specialist's waits to be confirmed, and the one in use stays so until then.
    /// `false` when its code was used up meanwhile.
    pub(super) async fn bind(
        self: &Arc<Self>,
        writer: &WriterHandle,
        chat: KeptChat,
        rows: Vec<Row>,
    ) -> Result<bool, WriteError> {
        let _one = self.changing.lock().await;
        let known = self.kept_chat(chat.owner).is_some_and(|known| known.hash == chat.hash);
        let chat = KeptChat { confirmed: chat.confirmed || known, ..chat };
        // Whoever opens the chat in use means that one, and no other that waits.
        let unmeant = self.pending_chat(chat.owner).filter(|waits| chat.confirmed && waits.hash != chat.hash);
        let let_go = unmeant.as_ref().map(|waits| Row::ForgetOneChat(waits.channel, waits.owner, waits.hash));
        let rows = rows.into_iter().chain(let_go).chain([Row::Chat(Box::new(chat.clone()))]).collect();
        let events = self.told_of(std::slice::from_ref(&chat)).await?;
        let reaches = Arc::clone(self);
        let remember = Remember::new(move || {
            if let Some(unmeant) = unmeant {
                reaches.forgot_one_chat(unmeant.owner, unmeant.hash);
            }
            reaches.took_chat(chat);
        });
        Ok(writer.append(Append { events, rows, remember }).await? == Appended::Now)
    }

    /// Lets these chats go, and no other of their owners', with the rows that go with it.
    pub(super) async fn let_go(
        self: &Arc<Self>,
        writer: &WriterHandle,
        chats: &[KeptChat],
        rows: Vec<Row>,
    ) -> Result<(), WriteError> {
        let _one = self.changing.lock().await;
        let forget = chats.iter().map(|chat| Row::ForgetOneChat(chat.channel, chat.owner, chat.hash));
        let rows = rows.into_iter().chain(forget).collect();
        let events = self.told_of(chats).await?;
        let (reaches, gone) = (Arc::clone(self), chats.iter().map(|chat| (chat.owner, chat.hash)).collect::<Vec<_>>());
        let remember = Remember::new(move || gone.into_iter().for_each(|(owner, hash)| reaches.forgot_one_chat(owner, hash)));
        writer.append(Append { events, rows, remember }).await?;
        Ok(())
    }

    /// What desktops hear when these chats change: specialists of their own, and of their clients' by the consultations that it concerns.
    async fn told_of(&self, chats: &[KeptChat]) -> Result<Vec<Plain>, WriteError> {
        let Some(parts) = self.parts() else { return Ok(Vec::new()) };
        let own = chats.iter().filter_map(|chat| match chat.owner {
            ChatOwner::Specialist(specialist) => Some(changed(specialist, "telegram")),
            ChatOwner::Consultation(_) | ChatOwner::Client { .. } => None,
        });
        let owners: Vec<ChatOwner> = chats.iter().map(|chat| chat.owner).collect();
        let clients = clients::changed_for(parts, &owners).await.map_err(incoming::unread)?;
        Ok(own.chain(clients).collect())
    }
}

/// What is kept of a code.
pub(super) fn code_hash(parts: &Parts, code: &str) -> [u8; 32] {
    parts.vault.hash("binding", code)
}

/// What is searched for of a chat.
pub(super) fn chat_hash(parts: &Parts, chat: &str) -> [u8; 32] {
    parts.vault.hash("chat", &format!("{}:{chat}", Channel::Telegram.name()))
}

fn changed(specialist: SpecialistId, source: &'static str) -> Plain {
    Plain {
        kind: EventKind::ReachChanged,
        audience: Audience::Specialist(specialist),
        consultation: None,
        who: None,
        source,
        at: None,
        about: String::new(),
    }
}

/// As the contract has it.
#[must_use]
pub fn reach_json(reaches: &Reaches, specialist: SpecialistId) -> ReachJson {
    let chosen = reaches.chosen(specialist);
    let owner = ChatOwner::Specialist(specialist);
    let (bound, waits) = (reaches.kept_chat(owner), reaches.pending_chat(owner));
    let shown = |chat: KeptChat| BoundChat { name: chat.name.into_inner(), confirmed: chat.confirmed, blocked: chat.blocked };
    let (telegram, telegram_next) = if bound.is_some() { (bound, waits) } else { (waits, None) };
    let hours = chosen.quiet_hours;
    ReachJson {
        telegram: telegram.map(shown),
        telegram_next: telegram_next.map(shown),
        after_seconds: chosen.after_seconds,
        quiet_from: hours.as_ref().map(|(from, ..)| from.clone()),
        quiet_to: hours.as_ref().map(|(_, to, _)| to.clone()),
        timezone: hours.map(|(.., zone)| zone),
        quiet_until: chosen.quiet_until,
        quiet_even_clients: chosen.quiet_even_clients,
        quiet_until_even_clients: chosen.quiet_until_even_clients,
    }
}
