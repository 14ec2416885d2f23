//! One call of an instance, and what its refusals mean: <https://green-api.com/en/docs/api/common-errors/>.

use crate::http::below;
use crate::http::manners::Answer;
use crate::messengers::SendError;
use crate::messengers::wire::{NoAnswer, Wire};
use kabinet_domain::Sensitive;
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// Asking for the state, the settings, the queue and the journals is allowed once a second:
/// <https://green-api.com/en/docs/api/ratelimiter/>.
const SLOW: Duration = Duration::from_millis(1050);
/// An instance that starts is usable after some minutes at most; it is asked again sooner.
const STARTING: Duration = Duration::from_secs(20);
/// What is counted by the second is free again in the next.
const NEXT_SECOND: Duration = Duration::from_secs(1);
/// Checks of numbers that were too many are allowed again some day; an hour is soon enough to look.
const CHECKS_USED_UP: Duration = Duration::from_secs(3600);

pub struct Client {
    base: Url,
    instance: String,
    token: Sensitive<String>,
    wire: Wire,
    /// When the next of the slow calls may be made.
    slow: Mutex<Option<Instant>>,
}

/// The token must not reach a log.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// What was answered, or why nothing was.
pub type Outcome = Result<Answer, NoAnswer>;

impl Client {
    pub fn new(base: Url, id: &str, token: &str, wire: Wire) -> Self {
        Self { base, instance: format!("waInstance{id}"), token: token.into(), wire, slow: Mutex::default() }
    }

    /// Calls a method.
    pub async fn call(&self, method: &str, body: Option<&Value>) -> Outcome {
        let verb = if body.is_some() { Method::POST } else { Method::GET };
        self.wire.ask(verb, self.address(method, &[]), body, Duration::ZERO).await
    }

    /// The same for a method that may be called once a second.
    pub async fn call_slowly(&self, method: &str, query: Option<(&str, i64)>, body: Option<&Value>) -> Outcome {
        let mut free_at = self.slow.lock().await;
        if let Some(free_at) = *free_at {
            sleep_until(free_at).await;
        }
        let verb = if body.is_some() { Method::POST } else { Method::GET };
        let mut url = self.address(method, &[]);
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, &value.to_string());
        }
        let outcome = self.wire.ask(verb, url, body, Duration::ZERO).await;
        *free_at = Some(Instant::now() + SLOW);
        outcome
    }

    /// Waits for the next notification.
    pub async fn receive(&self, seconds: u64) -> Outcome {
        let mut url = self.address("receiveNotification", &[]);
        url.query_pairs_mut().append_pair("receiveTimeout", &seconds.to_string());
        self.wire.ask(Method::GET, url, None, Duration::from_secs(seconds)).await
    }

    pub async fn delete(&self, receipt: i64) -> Outcome {
        let url = self.address("deleteNotification", &[&receipt.to_string()]);
        self.wire.ask(Method::DELETE, url, None, Duration::ZERO).await
    }

    fn address(&self, method: &str, more: &[&str]) -> Url {
        let mut steps = vec![self.instance.as_str(), method, self.token.reveal().as_str()];
        steps.extend(more);
        below(&self.base, &steps)
    }
}

/// The answer's JSON, or the refusal in few classes. An answer that is no JSON is a proxy's.
pub fn understood(answer: &Answer) -> Result<Value, SendError> {
    match answer.status.as_u16() {
        200 => serde_json::from_slice(&answer.body.0).map_err(|_| SendError::Unreachable),
        status => Err(refusal(status, &answer.body.0)),
    }
}

/// What a refusal says, in lower case: the JSON's `message`, or the plain text. It may hold the token, so it is only looked at.
pub fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let message = serde_json::from_str::<Value>(&text).ok().and_then(|json| json.get("message")?.as_str().map(str::to_owned));
    message.unwrap_or_else(|| text.into_owned()).to_lowercase()
}

fn refusal(status: u16, body: &[u8]) -> SendError {
    let said = said(body);
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match status {
        400 if says(&["starting process"]) => SendError::Later { after: Some(STARTING) },
        400 if says(&["timeout limit exceeded"]) => SendError::Later { after: None },
        400 if says(&["not authorized", "not authorised"]) => SendError::NotSignedIn,
        400 | 403 if says(&["expired", "is deleted", "suspended", "yellow", "account is blocked"]) => SendError::Restricted,
        400 if says(&["bad phone number"]) => SendError::NotRegistered,
        401 | 403 | 404 => SendError::Unauthorized,
        429 => SendError::Later { after: Some(NEXT_SECOND) },
        466 => SendError::Quota,
        469 => SendError::Later { after: Some(CHECKS_USED_UP) },
        499 => SendError::Later { after: None },
        300..=399 | 500.. => SendError::Unreachable,
        _ => SendError::Rejected,
    }
}
