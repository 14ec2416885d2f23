//! What comes from the bot's chats: somebody opened one by a link, pressed a button, blocked us, let us in again.
//!
//! Each may come more than once, and does the same then. Whoever calls has seen to it that the chat is a person's own, and says with
//! which row it is handled: that row is kept in the commit of what it causes, so that a process that is killed repeats nothing.

use super::alerts::{Pressed, answered, date_and_time, read_press};
use super::binding::{chat_hash, code_hash};
use super::known::consultation_of;
use super::{ChatOwner, Parts};
use crate::client_side::ClientSide;
use crate::deliveries::id_of;
use crate::page;
use crate::planning;
use crate::ports::reach::KeptChat;
use crate::ports::{Audience, Row};
use crate::words::{Words, words};
use crate::writer::{Append, Appended, Plain, WriteError, WriterHandle};
use kabinet_api::Conference;
use kabinet_domain::{
    Channel, ConsultationId, Delivery, EventKind, Purpose, Sensitive, SpecialistAnswer, SpecialistId, Timestamp,
};
use std::sync::Arc;
use uuid::Uuid;

/// An answer that comes later than this answers nothing.
const REPLY_WITHIN: chrono::Duration = chrono::Duration::minutes(5);

/// A consultation that runs over its time is not over.
const RUNS_OVER: chrono::Duration = chrono::Duration::hours(1);

/// Whose a reply is that goes to a chat of nobody's.
const NOBODY: SpecialistId = SpecialistId(Uuid::nil());

/// Longer names are cut.
const LONGEST_NAME: usize = 100;

/// Somebody opened the chat; `code` is what their link carried.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn started(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    name: &Sensitive<String>,
    code: Option<&str>,
    handled: Option<Row>,
) -> Result<(), WriteError> {
    // Groups have negative numbers (Bot API, `Chat`).
    let Some(parts) = clients.reach.parts().filter(|_| !chat.reveal().starts_with('-')) else {
        return keep(writer, None, handled).await.map(drop);
    };
    let words = words(&clients.language);
    let say = |key: &str| reply(parts, None, chat, words.say(key, &[]));
    let answer = match code {
        None => say("bot-explain"),
        Some(code) if code.starts_with("c_") => return client_started(clients, parts, writer, chat, code, handled).await,
        Some(code) => {
            let hash = code_hash(parts, code);
            match parts.book.code(hash, parts.now()).await.map_err(unread)? {
                Some(owner @ ChatOwner::Specialist(specialist)) => {
                    let confirm = reply(parts, Some(specialist), chat, words.say("bot-confirm", &[]));
                    let bound = kept(parts, owner, chat, name);
                    let rows = [Row::UseBindingCode(hash), confirm].into_iter().chain(handled.clone());
                    if clients.reach.bind(writer, bound, rows.collect()).await? {
                        return Ok(());
                    }
                    say("bot-code-old")
                }
                // Said again to whoever presses twice.
                _ if awaits_confirmation(clients, parts, chat) => say("bot-confirm"),
                _ => say("bot-code-old"),
            }
        }
    };
    keep(writer, None, [answer].into_iter().chain(handled)).await.map(drop)
}

/// The client of a consultation wants to be reminded here.
async fn client_started(
    clients: &ClientSide,
    parts: &Parts,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    code: &str,
    handled: Option<Row>,
) -> Result<(), WriteError> {
    let found = match consultation_of(parts, &clients.pages, code) {
        Some(id) => parts.consultations.find(id).await.map_err(unread)?,
        None => None,
    };
    let Some(talk) = found.filter(|talk| is_open(talk, parts.now())) else {
        let over = reply(parts, None, chat, words(&clients.language).say("client-bot-over", &[]));
        return keep(writer, None, [over].into_iter().chain(handled)).await.map(drop);
    };
    let language = talk.contact.as_ref().and_then(|contact| contact.language.as_deref());
    let (date, time) = date_and_time(&talk);
    let said = words(language.unwrap_or(&clients.language)).say("client-bot-bound", &[("date", &date), ("time", &time)]);
    let owner = ChatOwner::Consultation(ConsultationId(talk.id));
    // Clients' names are nobody's business here.
    let bound = KeptChat { confirmed: true, ..kept(parts, owner, chat, &Sensitive::default()) };
    let answer = reply(parts, Some(SpecialistId(talk.owner.id)), chat, said);
    clients.reach.bind_client(writer, (&clients.pages, code), &talk, bound, [answer].into_iter().chain(handled).collect()).await
}

/// Somebody does not want to be written to any more, or has blocked the bot.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn stopped(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    blocked: bool,
    handled: Option<Row>,
) -> Result<(), WriteError> {
    let Some(parts) = clients.reach.parts() else { return keep(writer, None, handled).await.map(drop) };
    let hash = chat_hash(parts, chat.reveal());
    if blocked {
        return clients.reach.set_blocked(writer, hash, true, handled.into_iter().collect()).await;
    }
    let owners = clients.reach.owners_of(hash);
    // Nothing goes to a chat that nobody has confirmed.
    let answer = owners.iter().any(|bound| bound.confirmed).then(|| {
        let said = words(&clients.language).say("bot-stopped", &[]);
        reply(parts, None, chat, said)
    });
    clients.reach.let_go(writer, &owners, answer.into_iter().chain(handled).collect()).await
}

/// They have let the bot write again.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn resumed(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    handled: Option<Row>,
) -> Result<(), WriteError> {
    let Some(parts) = clients.reach.parts() else { return keep(writer, None, handled).await.map(drop) };
    let hash = chat_hash(parts, chat.reveal());
    clients.reach.set_blocked(writer, hash, false, handled.into_iter().collect()).await
}

/// A button under an alert was pressed. The words to acknowledge `press` with, which is left to the caller.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn pressed(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    press: &str,
    data: &str,
    handled: Option<Row>,
) -> Result<String, WriteError> {
    let words = words(&clients.language);
    let (said, event) = match (clients.reach.parts(), read_press(data)) {
        (Some(parts), Some(pressed)) => answer_by_button(clients, parts, chat, pressed, words).await?,
        _ => (String::new(), None),
    };
    let seen = event.is_some().then(|| Row::Seen(format!("pressed/{press}")));
    let kept = keep(writer, event, seen.into_iter().chain(handled.clone())).await?;
    if kept == Appended::Before {
        keep(writer, None, handled).await?;
    }
    Ok(said)
}

/// Tells the messenger that a press has arrived, in these words.
pub async fn acknowledge(clients: &ClientSide, press: &str, said: &str) {
    if let Some(messenger) = clients.messengers.of(Channel::Telegram)
        && let Err(error) = messenger.acknowledge(press, said).await
    {
        // The person sees a button that spins for a while; what they said is kept.
        tracing::debug!(error = &error as &dyn std::error::Error, "cannot acknowledge a press");
    }
}

/// The words to acknowledge it with, and what it says, if it says anything.
async fn answer_by_button(
    clients: &ClientSide,
    parts: &Parts,
    chat: &Sensitive<String>,
    Pressed { answer, consultation, starts_at }: Pressed,
    words: &Words,
) -> Result<(String, Option<Plain>), WriteError> {
    let talk = parts.consultations.find(consultation).await.map_err(unread)?;
    let hash = chat_hash(parts, chat.reveal());
    let mine = |owner: SpecialistId| {
        let chat = clients.reach.kept_chat(ChatOwner::Specialist(owner));
        chat.is_some_and(|chat| chat.hash == hash && chat.confirmed)
    };
    let nothing = |key: &str| Ok((words.say(key, &[]), None));
    let Some(talk) = talk else { return nothing("bot-over") };
    let specialist = SpecialistId(talk.owner.id);
    if !mine(specialist) {
        return nothing("bot-not-yours");
    }
    if !is_open(&talk, parts.now()) {
        return nothing("bot-over");
    }
    if !page::same_meeting(talk.starts_at, starts_at) {
        return nothing("bot-moved");
    }
    if parts.status.is_running(consultation) {
        return nothing("bot-running");
    }
    Ok((answered(words, answer), Some(said(&talk, answer, "telegram"))))
}

/// The specialist's answer as an event. It is about the meeting as it is planned now, and of no other time.
#[must_use]
pub fn said(talk: &Conference, answer: SpecialistAnswer, source: &'static str) -> Plain {
    Plain {
        kind: EventKind::SpecialistAnswered { answer },
        audience: Audience::Specialist(SpecialistId(talk.owner.id)),
        consultation: Some(ConsultationId(talk.id)),
        who: None,
        source,
        at: None,
        about: page::meeting(talk.starts_at),
    }
}

/// Still to happen, or happening.
pub(super) fn is_open(talk: &Conference, now: Timestamp) -> bool {
    planning::is_planned(talk.status) && now < planning::ends_at(talk) + RUNS_OVER
}

fn awaits_confirmation(clients: &ClientSide, parts: &Parts, chat: &Sensitive<String>) -> bool {
    let bound = clients.reach.owners_of(chat_hash(parts, chat.reveal()));
    bound.iter().any(|bound| matches!(bound.owner, ChatOwner::Specialist(_)) && !bound.confirmed)
}

fn kept(parts: &Parts, owner: ChatOwner, chat: &Sensitive<String>, name: &Sensitive<String>) -> KeptChat {
    let name: String = kabinet_domain::sensitive::clean_name(name.reveal()).chars().take(LONGEST_NAME).collect();
    KeptChat {
        channel: Channel::Telegram,
        owner,
        hash: chat_hash(parts, chat.reveal()),
        chat: chat.clone(),
        name: name.into(),
        confirmed: false,
        blocked: false,
    }
}

/// An answer of the bot, to be sent at once or not at all.
pub(super) fn reply(parts: &Parts, specialist: Option<SpecialistId>, chat: &Sensitive<String>, text: String) -> Row {
    let now = parts.now();
    Row::Delivery(Box::new(Delivery {
        id: id_of(&format!("reply/{}", parts.ids.next())),
        specialist: specialist.unwrap_or(NOBODY),
        consultation: None,
        channel: Channel::Telegram,
        purpose: Purpose::Reply,
        to: chat.clone(),
        text: text.into(),
        buttons: Vec::new(),
        due_at: now,
        expires_at: now + REPLY_WITHIN,
    }))
}

/// Keeps all of it, or nothing.
async fn keep(writer: &WriterHandle, event: Option<Plain>, rows: impl IntoIterator<Item = Row>) -> Result<Appended, WriteError> {
    writer.append(Append { events: event.into_iter().collect(), rows: rows.into_iter().collect(), ..Append::default() }).await
}

pub(super) fn unread(error: crate::StorageError) -> WriteError {
    WriteError::Storage(Arc::new(error))
}
