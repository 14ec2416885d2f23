//! One call of a method, and what its refusals mean.
//!
//! Descriptions are meant for people and may change, so codes and parameters decide; the text is looked at only where one code means several things.

use crate::http::{below, retry_after};
use crate::messengers::SendError;
use crate::messengers::wire::{NoAnswer, Wire};
use kabinet_domain::Sensitive;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::time::Duration;
use url::Url;

pub struct Client {
    base: Url,
    /// `bot` and the token, as the path has it.
    bot: Sensitive<String>,
    wire: Wire,
}

/// The token must not reach a log.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Why a method did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    NoAnswer(NoAnswer),
    Refused(Refusal),
}

#[derive(Debug)]
pub struct Refusal {
    pub code: u16,
    /// In lower case; it is only looked at.
    pub said: String,
    pub class: SendError,
}

impl Failure {
    /// Of a call that leaves the same behind however often it is made.
    pub fn of_question(self) -> SendError {
        match self {
            Self::NoAnswer(error) => error.of_question(),
            Self::Refused(refusal) => refusal.class,
        }
    }

    /// Of a call that sends something.
    pub fn of_sending(self) -> SendError {
        match self {
            Self::NoAnswer(error) => error.of_sending(),
            // Something between us and the server did not wait for it.
            Self::Refused(refusal) if refusal.code == 504 => SendError::Unsure,
            Self::Refused(refusal) => refusal.class,
        }
    }
}

impl Client {
    pub fn new(base: Url, token: &str, wire: Wire) -> Self {
        Self { base, bot: format!("bot{token}").into(), wire }
    }

    pub async fn call(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        self.call_for(method, params, Duration::ZERO).await
    }

    /// The same, when the server itself may wait so long.
    pub async fn call_for(&self, method: &str, params: &Value, waits: Duration) -> Result<Value, Failure> {
        let url = below(&self.base, &[self.bot.reveal(), method]);
        let answer = self.wire.ask(Method::POST, url, Some(params), waits).await.map_err(Failure::NoAnswer)?;
        let code = answer.status.as_u16();
        match serde_json::from_slice::<Value>(&answer.body.0) {
            Ok(mut body) if code == 200 && body.get("ok") == Some(&Value::Bool(true)) => Ok(body["result"].take()),
            // Something else than the server has answered.
            Ok(body) if body.get("ok").is_none() => Err(elsewhere(code)),
            Ok(body) => Err(Failure::Refused(refusal(code, &body, &answer.headers))),
            Err(_) if code == 200 => Err(Failure::NoAnswer(NoAnswer::Lost)),
            Err(_) => Err(elsewhere(code)),
        }
    }
}

fn elsewhere(code: u16) -> Failure {
    Failure::Refused(Refusal { code, said: String::new(), class: SendError::Unreachable })
}

fn refusal(code: u16, body: &Value, headers: &HeaderMap) -> Refusal {
    let said = body.get("description").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let class = match code {
        400 => match body.pointer("/parameters/migrate_to_chat_id").and_then(Value::as_i64) {
            Some(chat) => SendError::Moved { to: chat.to_string().into() },
            None if says(&["chat not found", "user not found", "peer_id_invalid"]) => SendError::NotRegistered,
            None => SendError::Rejected,
        },
        401 | 404 => SendError::Unauthorized,
        // Whoever never pressed *Start* has not blocked anybody.
        403 if says(&["initiate conversation"]) => SendError::NotRegistered,
        403 => SendError::Blocked,
        409 => SendError::Later { after: None },
        429 => {
            let seconds = body.pointer("/parameters/retry_after").and_then(Value::as_u64).or_else(|| retry_after(headers));
            SendError::Later { after: Some(Duration::from_secs(seconds.unwrap_or(1).min(3600))) }
        }
        500.. => SendError::Unreachable,
        _ => SendError::Rejected,
    };
    Refusal { code, said, class }
}
