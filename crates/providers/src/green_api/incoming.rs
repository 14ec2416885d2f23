//! What a webhook says: <https://green-api.com/en/docs/api/receiving/notifications-format/>.
//!
//! Nothing is an error here: a form that is not known says nothing to us, and must not hold up what comes behind it.

use super::chat::Kind;
use super::sending::{state, told_phone};
use crate::messengers::{Incoming, SendError, What};
use kabinet_domain::{DeliveryState, Timestamp};
use serde_json::Value;

/// What stands in the place of what could not be read: <https://green-api.com/en/docs/api/common-errors/>.
const UNREADABLE: [&str; 3] = ["{{SWE001}}", "{{SWE002}}", "{{SWE003}}"];

/// Reads one. `None`: no webhook at all, or another instance's.
pub fn understand(connection: &str, instance: &str, kind: Kind, body: &[u8], now: Timestamp) -> Option<Incoming> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let of = text_or_number(body.pointer("/instanceData/idInstance")?)?;
    if of != instance {
        return None;
    }
    let hook = body.get("typeWebhook")?.as_str()?;
    let id = text(&body, "/idMessage");
    // A clock that is ahead must not put what was said into the future.
    let said_at = body.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
    let at = Timestamp::from_timestamp(said_at, 0).filter(|at| *at <= now && said_at > 0).unwrap_or(now);
    let what = match hook {
        "incomingMessageReceived" => message(kind, &body),
        "outgoingMessageStatus" => status(id, text(&body, "/status")),
        "stateInstanceChanged" => account(text(&body, "/stateInstance")),
        "quotaExceeded" => Some(What::Account { usable: false, code: Some(SendError::Quota.code()) }),
        _ => None,
    };
    // What has no id of its own is told apart by when it happened.
    let stamp = if id.is_empty() { said_at.to_string() } else { id.to_owned() };
    let state = [text(&body, "/status"), text(&body, "/stateInstance")].concat();
    let key = format!("{connection}|{instance}|{hook}|{stamp}|{state}");
    Some(Incoming { key, at, what: what.unwrap_or(What::Other) })
}

fn message(kind: Kind, body: &Value) -> Option<What> {
    let chat = kind.personal(text(body, "/senderData/chatId"))?;
    let data = body.get("messageData")?;
    let form = text(data, "/typeMessage");
    let (mut said, mut kind_of) = match form {
        "textMessage" | "extendedTextMessage" | "quotedMessage" => (words(data), "text"),
        "editedMessage" => (either(data, "/editedMessageData/textMessage", "/editedMessageData/caption"), "text"),
        "imageMessage" => (caption(data), "image"),
        "videoMessage" => (caption(data), "video"),
        "audioMessage" => (String::new(), "audio"),
        "documentMessage" => (either(data, "/fileMessageData/caption", "/fileMessageData/fileName"), "document"),
        "stickerMessage" => (String::new(), "sticker"),
        "locationMessage" => (place(data), "location"),
        "contactMessage" => (text(data, "/contactMessageData/displayName").to_owned(), "contact"),
        "contactsArrayMessage" => (String::new(), "contact"),
        "deletedMessage" => (String::new(), "deleted"),
        // A nod to something, not something said.
        "reactionMessage" | "pollUpdateMessage" => return None,
        _ => (words(data), "other"),
    };
    if UNREADABLE.contains(&said.trim()) || UNREADABLE.contains(&text(data, "/fileMessageData/downloadUrl")) {
        (said, kind_of) = (String::new(), "unreadable");
    }
    let phone = kind.phone_of(&chat).or_else(|| told_phone(body.pointer("/senderData/senderPhoneNumber")));
    Some(What::Message { chat: chat.into(), phone: phone.map(Into::into), text: said.into(), kind: kind_of })
}

/// A text with a link in it comes in another field than one without.
fn words(data: &Value) -> String {
    either(data, "/textMessageData/textMessage", "/extendedTextMessageData/text")
}

fn caption(data: &Value) -> String {
    text(data, "/fileMessageData/caption").to_owned()
}

fn place(data: &Value) -> String {
    let parts = ["/locationMessageData/nameLocation", "/locationMessageData/address"].map(|part| text(data, part));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn status(id: &str, word: &str) -> Option<What> {
    let (state, code) = match word {
        "sent" => (DeliveryState::Sent, None),
        "delivered" => (DeliveryState::Delivered, None),
        "read" => (DeliveryState::Read, None),
        "failed" | "notInGroup" => (DeliveryState::Failed, Some(SendError::Rejected.code())),
        "noAccount" => (DeliveryState::Failed, Some(SendError::NotRegistered.code())),
        "yellowCard" | "suspended" => (DeliveryState::Failed, Some(SendError::Restricted.code())),
        _ => return None,
    };
    (!id.is_empty()).then(|| What::Status { id: id.to_owned(), state, code })
}

fn account(word: &str) -> Option<What> {
    match state(word) {
        Ok(()) => (word == "authorized").then_some(What::Account { usable: true, code: None }),
        Err(error) => Some(What::Account { usable: false, code: Some(error.code()) }),
    }
}

fn either(value: &Value, first: &str, second: &str) -> String {
    let first = text(value, first);
    if first.is_empty() { text(value, second).to_owned() } else { first.to_owned() }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn text_or_number(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()))
}
