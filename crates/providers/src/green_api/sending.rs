//! Sending, and what became of it.

use super::Account;
use super::chat::{Kind, To};
use super::client::understood;
use crate::messengers::wire::NoAnswer;
use crate::messengers::{Messenger, Outgoing, SendError, Sent};
use async_trait::async_trait;
use kabinet_domain::delivery::Press;
use kabinet_domain::{Channel, Sensitive, Timestamp, phone};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A number that nobody had an hour ago may be somebody's now.
const ABSENT: chrono::Duration = chrono::Duration::hours(1);
/// So many numbers are remembered; more than a practice has clients.
const REMEMBERED: usize = 10_000;
/// Clocks differ, and what was sent in this very second must be found too.
const EARLIER: chrono::Duration = chrono::Duration::minutes(2);
const STARTING: Duration = Duration::from_secs(20);

/// What is known of numbers: each costs a question, of which a small plan has a hundred a month.
#[derive(Default)]
pub struct Known(Mutex<HashMap<String, Number>>);

/// Phones must not reach a log.
impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known(<redacted>)")
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Number {
    /// Somebody has it; by this chat, where it was told.
    There(Option<String>),
    Absent {
        since: Timestamp,
    },
}

impl Known {
    fn of(&self, phone: &str, now: Timestamp) -> Option<Number> {
        let known = self.numbers().get(phone).cloned()?;
        let stale = matches!(known, Number::Absent { since } if now - since > ABSENT);
        (!stale).then_some(known)
    }

    fn keep(&self, phone: &str, number: Number) {
        let mut numbers = self.numbers();
        if numbers.len() >= REMEMBERED {
            numbers.clear();
        }
        numbers.insert(phone.to_owned(), number);
    }

    // A map is whole after every statement, so a panic elsewhere has broken none.
    fn numbers(&self) -> MutexGuard<'_, HashMap<String, Number>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The chat that something goes to.
struct Found {
    chat: String,
    /// Another id of the same chat, under which its owner's messages may come.
    also: Option<String>,
}

#[async_trait]
impl Messenger for Account {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let found = self.find(&message.to).await?;
        // Without this, the messenger's servers would open a link that only the client may open.
        let body = json!({"chatId": found.chat, "message": words(message), "linkPreview": false});
        let answer = self.client.call("sendMessage", Some(&body)).await.map_err(NoAnswer::of_sending)?;
        if answer.status.as_u16() == 504 {
            return Err(SendError::Unsure);
        }
        let id = match understood(&answer) {
            Ok(answer) => answer.get("idMessage").and_then(Value::as_str).map(str::to_owned),
            // It was taken, and what was said about it is not readable.
            Err(SendError::Unreachable) if answer.status.is_success() => None,
            Err(error) => return Err(error),
        };
        let id = id.ok_or(SendError::Unsure)?;
        Ok(Sent { id, chat: Some(found.also.unwrap_or(found.chat).into()) })
    }

    async fn was_sent(&self, message: &Outgoing, since: Timestamp) -> Option<Sent> {
        let found = self.find(&message.to).await.ok()?;
        let text = words(message);
        let is_it = |chat: &str, said: &str| {
            let here = self.messenger.personal(chat);
            here.is_some_and(|here| here == found.chat || Some(&here) == found.also.as_ref()) && said.trim() == text.trim()
        };
        let sent =
            |id: String| Some(Sent { id, chat: found.also.clone().or_else(|| Some(found.chat.clone())).map(Sensitive::new) });
        // What leaves the queue comes into the journal, so that asked in this order neither can miss it.
        let queue = self.client.call_slowly("showMessagesQueue", None, None).await;
        let waits = rows::<Queued>(queue.ok().as_ref()).into_iter().find(|entry| is_it(&entry.body.chat, &entry.body.message));
        if let Some(entry) = waits {
            return sent(entry.id);
        }
        let minutes = ((self.clock.now() - since + EARLIER).num_minutes() + 1).clamp(1, 24 * 60);
        let journal = self.client.call_slowly("lastOutgoingMessages", Some(("minutes", minutes)), None).await;
        for entry in rows::<Journalled>(journal.ok().as_ref()) {
            let new = entry.timestamp.is_none_or(|at| at >= (since - EARLIER).timestamp());
            let said = entry.text_message.or_else(|| entry.extended.and_then(|extended| extended.text)).unwrap_or_default();
            if new && is_it(&entry.chat, &said) {
                return sent(entry.id);
            }
        }
        None
    }

    async fn replace(&self, _: &Sensitive<String>, _: &str, _: &Outgoing) -> Result<(), SendError> {
        Ok(())
    }

    async fn acknowledge(&self, _: &str, _: &str) -> Result<(), SendError> {
        Ok(())
    }

    async fn check(&self) -> Result<Option<String>, SendError> {
        let answer = self.client.call_slowly("getStateInstance", None, None).await;
        let answer = understood(&answer.map_err(NoAnswer::of_question)?)?;
        // `null` while the instance is being made.
        state(answer.get("stateInstance").and_then(Value::as_str).unwrap_or("starting")).map(|()| None)
    }
}

impl Account {
    /// The chat of whoever it goes to; a number is asked about before the first message, since a message to nobody is taken too.
    async fn find(&self, to: &Sensitive<String>) -> Result<Found, SendError> {
        let phone = match self.messenger.recipient(to.reveal()) {
            Some(To::Chat(chat)) => return Ok(Found { chat, also: None }),
            Some(To::Phone(phone)) => phone,
            None => return Err(SendError::NotRegistered),
        };
        let known = match self.known.of(&phone, self.clock.now()) {
            Some(known) => known,
            None => self.look_up(&phone).await?,
        };
        match (known, self.messenger) {
            (Number::Absent { .. }, _) => Err(SendError::NotRegistered),
            (Number::There(also), Kind::WhatsApp) => {
                let chat = format!("{phone}@c.us");
                Ok(Found { also: also.filter(|also| *also != chat), chat })
            }
            (Number::There(chat), Kind::Max) => Ok(Found { chat: chat.ok_or(SendError::Rejected)?, also: None }),
        }
    }

    async fn look_up(&self, phone: &str) -> Result<Number, SendError> {
        let (method, field) = match self.messenger {
            Kind::WhatsApp => ("checkWhatsapp", "existsWhatsapp"),
            Kind::Max => ("checkAccount", "exist"),
        };
        let number: u64 = phone.parse().map_err(|_| SendError::NotRegistered)?;
        let answer = self.client.call(method, Some(&json!({"phoneNumber": number}))).await;
        let answer = match answer.map_err(NoAnswer::of_question).and_then(|answer| understood(&answer)) {
            Ok(answer) => answer,
            // Questions are counted apart from messages: without an answer the message is tried all the same.
            Err(SendError::Quota) if self.messenger == Kind::WhatsApp => return Ok(Number::There(None)),
            Err(SendError::NotSignedIn) => return Err(self.starts_or_is_signed_out().await),
            Err(error) => return Err(error),
        };
        let chat = answer.get("chatId").and_then(Value::as_str).and_then(|chat| self.messenger.personal(chat));
        let found = match answer.get(field).and_then(Value::as_bool) {
            Some(true) => Number::There(chat),
            Some(false) => Number::Absent { since: self.clock.now() },
            // It says `status: false` with a reason, as a rule that the account is not signed in.
            None => return Err(self.starts_or_is_signed_out().await),
        };
        self.known.keep(phone, found.clone());
        Ok(found)
    }

    /// "Instance is starting or not authorized" is said of both; the one passes by itself, as after each change of settings.
    async fn starts_or_is_signed_out(&self) -> SendError {
        match self.check().await {
            Err(passes @ SendError::Later { .. }) => passes,
            _ => SendError::NotSignedIn,
        }
    }
}

/// An account's state: <https://green-api.com/en/docs/api/account/GetStateInstance/>. One that is new to us is taken for a good one.
pub fn state(word: &str) -> Result<(), SendError> {
    match word {
        "notAuthorized" | "pendingCode" => Err(SendError::NotSignedIn),
        "blocked" | "yellowCard" | "suspended" => Err(SendError::Restricted),
        "starting" | "sleepMode" => Err(SendError::Later { after: Some(STARTING) }),
        _ => Ok(()),
    }
}

/// There are no buttons here, so an address that a button would open stands below the text; what would come back to us is left out.
fn words(message: &Outgoing) -> String {
    let mut text = message.text.reveal().clone();
    for button in &message.buttons {
        if let Press::Address(address) = &button.press
            && !text.contains(address.reveal().as_str())
        {
            text = format!("{text}\n\n{}: {}", button.label, address.reveal());
        }
    }
    text
}

#[derive(Deserialize)]
struct Journalled {
    #[serde(rename = "idMessage")]
    id: String,
    #[serde(rename = "chatId")]
    chat: String,
    #[serde(default)]
    timestamp: Option<i64>,
    #[serde(default, rename = "textMessage")]
    text_message: Option<String>,
    #[serde(default, rename = "extendedTextMessage")]
    extended: Option<Extended>,
}

#[derive(Deserialize)]
struct Extended {
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct Queued {
    #[serde(rename = "messageID")]
    id: String,
    body: QueuedBody,
}

#[derive(Deserialize)]
struct QueuedBody {
    #[serde(rename = "chatId")]
    chat: String,
    message: String,
}

/// Those of a list that are of this form: files and polls are not.
fn rows<T: serde::de::DeserializeOwned>(answer: Option<&crate::http::manners::Answer>) -> Vec<T> {
    let Some(Ok(Value::Array(rows))) = answer.map(understood) else { return Vec::new() };
    rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect()
}

/// A phone as another field of a webhook has it: a number or a text; zero where it is hidden.
pub fn told_phone(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Number(number) => phone::whole(&number.to_string()),
        Value::String(text) => phone::whole(text),
        _ => None,
    }
}
