//! Sending, changing what was sent, answering a press.

use super::Bot;
use super::client::Failure;
use crate::messengers::{Messenger, Outgoing, SendError, Sent};
use async_trait::async_trait;
use kabinet_domain::delivery::Press;
use kabinet_domain::{Channel, Sensitive, Timestamp};
use serde_json::{Map, Value, json};
use url::Url;

/// Bytes: <https://core.telegram.org/bots/api#inlinekeyboardbutton>.
const LONGEST_DATA: usize = 64;
/// Characters: <https://core.telegram.org/bots/api#answercallbackquery>.
const LONGEST_ANSWER: usize = 200;
/// More in a row are cut to a letter or two on a phone.
const IN_A_ROW: usize = 3;

#[async_trait]
impl Messenger for Bot {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let mut params = words(message)?;
        params.insert("chat_id".to_owned(), chat(&message.to)?);
        if message.silent {
            params.insert("disable_notification".to_owned(), true.into());
        }
        let sent = self.client.call("sendMessage", &Value::Object(params)).await.map_err(Failure::of_sending)?;
        let id = sent.get("message_id").and_then(Value::as_i64).ok_or(SendError::Unsure)?;
        let chat = sent.pointer("/chat/id").and_then(Value::as_i64);
        Ok(Sent { id: id.to_string(), chat: chat.map(|chat| chat.to_string().into()) })
    }

    /// A bot cannot read what it wrote.
    async fn was_sent(&self, _: &Outgoing, _: Timestamp) -> Option<Sent> {
        None
    }

    async fn replace(&self, to: &Sensitive<String>, id: &str, message: &Outgoing) -> Result<(), SendError> {
        let mut params = words(message)?;
        params.insert("chat_id".to_owned(), chat(to)?);
        params.insert("message_id".to_owned(), id.parse::<i64>().map_err(|_| SendError::Rejected)?.into());
        match self.client.call("editMessageText", &Value::Object(params)).await {
            Err(Failure::Refused(refusal)) if refusal.code == 400 && refusal.said.contains("not modified") => Ok(()),
            outcome => outcome.map(drop).map_err(Failure::of_question),
        }
    }

    async fn acknowledge(&self, press: &str, text: &str) -> Result<(), SendError> {
        let mut params = json!({"callback_query_id": press});
        if !text.is_empty() {
            params["text"] = text.chars().take(LONGEST_ANSWER).collect::<String>().into();
        }
        match self.client.call("answerCallbackQuery", &params).await {
            // Whoever pressed does not wait any more.
            Err(Failure::Refused(refusal)) if refusal.code == 400 => Ok(()),
            outcome => outcome.map(drop).map_err(Failure::of_question),
        }
    }

    fn deep_link(&self, bot: &str, code: &str) -> Option<String> {
        Some(format!("{}/{bot}?start={code}", self.links.as_str().trim_end_matches('/')))
    }

    async fn check(&self) -> Result<Option<String>, SendError> {
        let me = self.client.call("getMe", &json!({})).await.map_err(Failure::of_question)?;
        Ok(me.get("username").and_then(Value::as_str).map(str::to_owned))
    }
}

/// A chat's number, or the name of a public channel.
fn chat(to: &Sensitive<String>) -> Result<Value, SendError> {
    let to = to.reveal().trim();
    match to.parse::<i64>() {
        Ok(number) => Ok(number.into()),
        Err(_) if to.len() > 1 && to.starts_with('@') => Ok(to.into()),
        Err(_) => Err(SendError::NotRegistered),
    }
}

/// Text and buttons, as sending and changing take them.
fn words(message: &Outgoing) -> Result<Map<String, Value>, SendError> {
    let mut text = message.text.reveal().clone();
    let (mut rows, mut row): (Vec<Vec<Value>>, Vec<Value>) = (Vec::new(), Vec::new());
    for button in &message.buttons {
        match &button.press {
            Press::Address(address) if fits_a_button(address.reveal()) => {
                rows.push(vec![json!({"text": button.label, "url": address.reveal()})]);
            }
            Press::Address(address) => {
                if !text.contains(address.reveal().as_str()) {
                    text = format!("{text}\n\n{}: {}", button.label, address.reveal());
                }
            }
            Press::Data(data) if data.is_empty() || data.len() > LONGEST_DATA => return Err(SendError::Rejected),
            Press::Data(data) => {
                row.push(json!({"text": button.label, "callback_data": data}));
                if row.len() == IN_A_ROW {
                    rows.push(std::mem::take(&mut row));
                }
            }
        }
    }
    rows.extend((!row.is_empty()).then_some(row));
    // A preview would make Telegram's servers open a link that only the client may open.
    let params = json!({"text": text, "link_preview_options": {"is_disabled": true}});
    let Value::Object(mut params) = params else { return Err(SendError::Rejected) };
    if !rows.is_empty() {
        params.insert("reply_markup".to_owned(), json!({"inline_keyboard": rows}));
    }
    Ok(params)
}

/// The server refuses the whole message for a button that leads to `localhost` or to anything unencrypted.
fn fits_a_button(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.scheme() == "https" && url.domain().is_some_and(|host| host.contains('.')))
}
