//! What is known of everybody's reach, in memory.

use super::following::Following;
use super::watch::Nudge;
use super::{ChatOwner, Parts, clients};
use crate::StorageError;
use crate::client_side::ClientSide;
use crate::feed::{self, Ear};
use crate::page::Pages;
use crate::ports::reach::{Chosen, KeptChat, Press};
use crate::ports::{LoggedEvent, Reader, Row};
use crate::writer::{Append, WriteError, WriterHandle};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveTime, SubsecRound};
use kabinet_domain::escalation::NO_DESKTOP_GRACE;
use kabinet_domain::reach::{Quiet, QuietHours, Reach};
use kabinet_domain::{Channel, ConsultationId, Sensitive, SpecialistId, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock};
use tokio::sync::mpsc;
use uuid::Uuid;

/// A client's code: the consultation's id and so many bytes that only this backend can make of it.
const PROOF: usize = 16;

/// The kinds of events that may begin or end an alert.
const HEARD: [&str; 11] = [
    "client_waiting",
    "client_joined",
    "client_left",
    "withdrawn",
    "session_started",
    "session_ended",
    "specialist_answered",
    "escalated",
    "delivery_changed",
    "delivery_failed",
    "consultation_changed",
];

#[derive(Debug)]
pub struct Reaches {
    after_seconds: u32,
    known: Mutex<Known>,
    following: Mutex<Following>,
    /// Set once: storage is opened after what it is sealed with.
    parts: OnceLock<Parts>,
    /// Set once, where there is somebody to watch.
    bell: OnceLock<mpsc::UnboundedSender<Nudge>>,
    /// The bot's username, once it has told.
    bot: OnceLock<String>,
    /// One change at a time, so that memory and storage agree.
    pub(super) changing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    chosen: HashMap<SpecialistId, Chosen>,
    /// Those that are in use.
    chats: HashMap<ChatOwner, KeptChat>,
    /// Those that wait to be confirmed: nothing goes there but the request for it, and those in use stay so until then.
    pending: HashMap<ChatOwner, KeptChat>,
}

impl Reaches {
    #[must_use]
    pub fn new(after_seconds: u32) -> Self {
        Self {
            after_seconds,
            known: Mutex::default(),
            following: Mutex::default(),
            parts: OnceLock::new(),
            bell: OnceLock::new(),
            bot: OnceLock::new(),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// Reads what is kept.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn open(&self, parts: Parts) -> Result<(), StorageError> {
        let now = parts.clock.now();
        parts.book.forget_clients(now - chrono::Duration::days(30)).await?;
        clients::forget_old(&parts, now).await?;
        let chosen = parts.book.chosen().await?.into_iter().collect();
        let chats = parts.book.chats().await?.into_iter().filter(|chat| chat.channel == Channel::Telegram);
        let (chats, pending) = chats.map(|chat| (chat.owner, chat)).partition(|(_, chat)| chat.confirmed);
        *self.known() = Known { chosen, chats, pending };
        self.following().open(now);
        let _opened_once = self.parts.set(parts);
        Ok(())
    }

    /// What a specialist chose, or what is so when they chose nothing. The chat is there when alerts may go to it.
    #[must_use]
    pub fn of(&self, specialist: SpecialistId) -> Reach {
        let telegram = self.chat_of(ChatOwner::Specialist(specialist));
        match self.known().chosen.get(&specialist) {
            None => Reach { telegram, after_seconds: self.after_seconds, quiet: Quiet::default() },
            Some(chosen) => Reach { telegram, after_seconds: chosen.after_seconds, quiet: quiet(chosen) },
        }
    }

    /// Where somebody can be written to: the confirmed chat of a specialist, the chat that a consultation's client has bound.
    #[must_use]
    pub fn chat_of(&self, owner: ChatOwner) -> Option<Sensitive<String>> {
        let known = self.known();
        let chat = known.chats.get(&owner)?;
        (!chat.blocked).then(|| chat.chat.clone())
    }

    /// Somebody or something is there to be told of a waiting client: a desktop that follows, or a messenger's chat.
    #[must_use]
    pub fn reachable(&self, specialist: SpecialistId) -> bool {
        let desktop = match self.alone_since(specialist) {
            None => true,
            Some(since) => self.parts().is_none_or(|parts| parts.clock.now() < since + NO_DESKTOP_GRACE),
        };
        desktop || self.chat_of(ChatOwner::Specialist(specialist)).is_some()
    }

    /// Where a client can let a bot remind them of a consultation: a deep link, the same as long as their page has the same link.
    #[must_use]
    pub fn client_link(&self, consultation: ConsultationId, generation: i64) -> Option<String> {
        let parts = self.parts()?;
        parts.messengers.of(Channel::Telegram)?.deep_link(&self.named_bot()?, &client_code(parts, consultation, generation))
    }

    /// The bot's username, where there is one that works.
    pub async fn bot(&self, clients: &ClientSide) -> Option<String> {
        if let Some(bot) = self.named_bot() {
            return Some(bot);
        }
        let named = clients.messengers.of(Channel::Telegram)?.check().await.ok().flatten();
        named.map(|name| self.bot.get_or_init(|| name).clone())
    }

    /// The same, as far as it has told already.
    #[must_use]
    pub fn named_bot(&self) -> Option<String> {
        self.bot.get().cloned().or_else(|| self.parts()?.messengers.bot_name())
    }

    /// The specialist has pressed *Join*. It is kept, since no event tells of it and a restart must not forget it.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn pressed_join(&self, writer: &WriterHandle, press: Press) -> Result<(), WriteError> {
        writer.append(Append { rows: vec![Row::PressedJoin(press)], ..Append::default() }).await?;
        self.nudge(Nudge::PressedJoin(press));
        Ok(())
    }

    /// Has waiting clients looked at now; for clocks that jump.
    pub async fn look_around(&self) {
        let (answer, answered) = tokio::sync::oneshot::channel();
        if self.nudge(Nudge::Look(answer)) {
            let _ = answered.await;
        }
    }

    /// What a watch listens to. There is one at most.
    pub(super) fn bell(&self) -> Option<mpsc::UnboundedReceiver<Nudge>> {
        // Without a bound, since the writer waits for nobody; what goes in is small and taken out at once.
        let (sender, receiver) = mpsc::unbounded_channel();
        self.bell.set(sender).is_ok().then_some(receiver)
    }

    pub(super) fn alone_since(&self, specialist: SpecialistId) -> Option<Timestamp> {
        self.following().alone_since(specialist)
    }

    pub(super) fn parts(&self) -> Option<&Parts> {
        self.parts.get()
    }

    /// The confirmed one, whether alerts may go there or not.
    pub(super) fn kept_chat(&self, owner: ChatOwner) -> Option<KeptChat> {
        self.known().chats.get(&owner).cloned()
    }

    /// The one that waits to be confirmed.
    pub(super) fn pending_chat(&self, owner: ChatOwner) -> Option<KeptChat> {
        self.known().pending.get(&owner).cloned()
    }

    /// Everybody whose chat this is, or is said to be.
    pub(super) fn owners_of(&self, hash: [u8; 32]) -> Vec<KeptChat> {
        let known = self.known();
        known.chats.values().chain(known.pending.values()).filter(|chat| chat.hash == hash).cloned().collect()
    }

    pub(super) fn chosen(&self, specialist: SpecialistId) -> Chosen {
        self.known().chosen.get(&specialist).cloned().unwrap_or(Chosen {
            after_seconds: self.after_seconds,
            quiet_hours: None,
            quiet_until: None,
            quiet_even_clients: false,
            quiet_until_even_clients: false,
        })
    }

    pub(super) fn took_choice(&self, specialist: SpecialistId, chosen: Chosen) {
        self.known().chosen.insert(specialist, chosen);
        self.nudge(Nudge::Changed(specialist));
    }

    pub(super) fn took_chat(&self, chat: KeptChat) {
        let owner = chat.owner;
        {
            let mut known = self.known();
            if chat.confirmed {
                known.pending.retain(|other, waits| *other != owner || waits.hash != chat.hash);
                known.chats.insert(owner, chat);
            } else {
                known.pending.insert(owner, chat);
            }
        }
        // Not by the event, which is heard before memory is as it says.
        if let ChatOwner::Specialist(specialist) = owner {
            self.nudge(Nudge::Changed(specialist));
        }
    }

    pub(super) fn forgot_chat(&self, owner: ChatOwner) {
        let mut known = self.known();
        known.chats.remove(&owner);
        known.pending.remove(&owner);
    }

    pub(super) fn forgot_one_chat(&self, owner: ChatOwner, hash: [u8; 32]) {
        let mut known = self.known();
        let Known { chats, pending, .. } = &mut *known;
        for kept in [chats, pending] {
            kept.retain(|other, chat| *other != owner || chat.hash != hash);
        }
    }

    fn nudge(&self, nudge: Nudge) -> bool {
        self.bell.get().is_some_and(|bell| bell.send(nudge).is_ok())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nobody panics while holding what is known")
    }

    fn following(&self) -> MutexGuard<'_, Following> {
        self.following.lock().expect("nobody panics while counting lines")
    }
}

impl Parts {
    /// To the millisecond, as storage keeps it.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now().trunc_subsecs(3)
    }
}

impl Ear for Reaches {
    fn heard(&self, events: &[LoggedEvent]) {
        let Some(bell) = self.bell.get() else { return };
        for event in events.iter().filter(|event| HEARD.contains(&feed::kind(&event.json))) {
            // Nobody listens any more at the end.
            let _ = bell.send(Nudge::Heard(event.clone()));
        }
    }

    fn followed(&self, reader: Reader, follows: bool) {
        let (Reader::Specialist(specialist), Some(parts)) = (reader, self.parts()) else { return };
        if self.following().note(specialist, follows, parts.now()) {
            self.nudge(Nudge::Changed(specialist));
        }
    }
}

/// In the domain's words. What does not make sense, which only a damaged file can hold, keeps nothing back.
fn quiet(chosen: &Chosen) -> Quiet {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    let hours = chosen
        .quiet_hours
        .as_ref()
        .and_then(|(from, to, zone)| Some(QuietHours { from: time(from)?, to: time(to)?, zone: zone.parse().ok()? }));
    Quiet {
        hours,
        until: chosen.quiet_until,
        even_clients: chosen.quiet_even_clients,
        until_even_clients: chosen.quiet_until_even_clients,
    }
}

/// `c_`, the id, and a proof that this backend made it: at most 64 letters, digits, `_` and `-` (Telegram's deep links).
fn client_code(parts: &Parts, consultation: ConsultationId, generation: i64) -> String {
    let proof = client_proof(parts, consultation, generation);
    let bytes = [consultation.0.as_bytes().as_slice(), &proof[..PROOF]].concat();
    format!("c_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Another one with each new link of the page: whoever was only given the link before can bind nothing any more.
fn client_proof(parts: &Parts, consultation: ConsultationId, generation: i64) -> [u8; 32] {
    parts.vault.hash("client-telegram", &format!("{consultation}/{generation}"))
}

/// The consultation that a client's code is of, if it came with the link that its page has now.
pub(super) fn consultation_of(parts: &Parts, pages: &Pages, code: &str) -> Option<ConsultationId> {
    let bytes = URL_SAFE_NO_PAD.decode(code.strip_prefix("c_")?).ok()?;
    let (id, proof) = bytes.split_first_chunk::<16>()?;
    let consultation = ConsultationId(Uuid::from_bytes(*id));
    let ours = client_proof(parts, consultation, pages.generation(consultation));
    let same: bool = subtle::ConstantTimeEq::ct_eq(proof, &ours[..PROOF]).into();
    same.then_some(consultation)
}
