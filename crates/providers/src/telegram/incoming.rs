//! What an update says: <https://core.telegram.org/bots/api#update>.
//!
//! Private chats alone; whatever is not known says nothing to us.

use crate::messengers::{Incoming, What};
use kabinet_domain::Timestamp;
use kabinet_domain::sensitive::clean_name;
use serde_json::Value;

/// Characters of what a deep link can carry.
const LONGEST_CODE: usize = 64;

/// Reads one. `None`: no update at all.
pub fn understand(bot: &str, body: &[u8], now: Timestamp) -> Option<Incoming> {
    let update: Value = serde_json::from_slice(body).ok()?;
    let id = update.get("update_id")?.as_i64()?;
    let (what, said_at) = if let Some(message) = update.get("message") {
        (message_of(message), message.get("date"))
    } else if let Some(press) = update.get("callback_query") {
        (press_of(press), None)
    } else if let Some(change) = update.get("my_chat_member") {
        (change_of(change), change.get("date"))
    } else {
        (None, None)
    };
    let at = said_at.and_then(Value::as_i64).and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
    // A clock that is ahead must not put what was said into the future.
    let at = at.filter(|at| *at <= now && at.timestamp() > 0).unwrap_or(now);
    Some(Incoming { key: format!("telegram|{bot}|{id}"), at, what: what.unwrap_or(What::Other) })
}

fn message_of(message: &Value) -> Option<What> {
    let chat = private(message.get("chat")?)?;
    let from = message.get("from")?;
    if from.get("is_bot").and_then(Value::as_bool) != Some(false) {
        return None;
    }
    let text = message.get("text").and_then(Value::as_str).unwrap_or_default();
    match command(text) {
        Some(("start", rest)) => {
            return Some(What::Started { chat: chat.into(), name: name(from).into(), code: code(rest) });
        }
        Some(("stop", _)) => return Some(What::Stopped { chat: chat.into(), blocked: false }),
        _ => {}
    }
    let kinds = [
        ("text", "text"),
        ("photo", "image"),
        ("voice", "audio"),
        ("audio", "audio"),
        ("video", "video"),
        ("video_note", "video"),
        ("document", "document"),
        ("sticker", "sticker"),
        // A place with a name comes with its location too.
        ("location", "location"),
        ("contact", "contact"),
    ];
    let kind = kinds.iter().find(|(field, _)| message.get(field).is_some()).map_or("other", |(_, kind)| *kind);
    let caption = message.get("caption").and_then(Value::as_str).unwrap_or_default();
    let text = if text.is_empty() { caption } else { text };
    Some(What::Message { chat: chat.into(), phone: None, text: text.into(), kind })
}

fn press_of(press: &Value) -> Option<What> {
    let message = press.get("message")?;
    Some(What::Pressed {
        chat: private(message.get("chat")?)?.into(),
        message: message.get("message_id")?.as_i64()?.to_string(),
        press: press.get("id")?.as_str()?.to_owned(),
        data: press.get("data")?.as_str()?.to_owned(),
    })
}

fn change_of(change: &Value) -> Option<What> {
    let chat = private(change.get("chat")?)?;
    match change.pointer("/new_chat_member/status")?.as_str()? {
        "kicked" | "left" => Some(What::Stopped { chat: chat.into(), blocked: true }),
        "member" => Some(What::Resumed { chat: chat.into() }),
        _ => None,
    }
}

/// The chat's number, where it is one person's.
fn private(chat: &Value) -> Option<String> {
    (chat.get("type")?.as_str()? == "private").then(|| chat.get("id")?.as_i64()).flatten().map(|id| id.to_string())
}

/// `/start`, `/start code` or `/start@bot code`.
fn command(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('/')?;
    let (name, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some((name.split_once('@').map_or(name, |(name, _)| name), rest.trim()))
}

fn code(rest: &str) -> Option<String> {
    let sound = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (sound && !rest.is_empty() && rest.len() <= LONGEST_CODE).then(|| rest.to_owned())
}

fn name(from: &Value) -> String {
    let part = |key| from.get(key).and_then(Value::as_str).unwrap_or_default();
    clean_name(&format!("{} {}", part("first_name"), part("last_name")))
}
