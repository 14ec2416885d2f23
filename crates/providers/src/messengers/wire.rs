//! One call of a messenger's interface: sent once, read to its end, and told without a word of what was asked.
//!
//! Addresses of these interfaces hold a token, and so do many of their error bodies: neither leaves here but as a class.

use super::SendError;
use crate::http::manners::{Answer, CallError, Manners, ask};
use crate::http::{self, HttpSettings, Purpose};
use crate::registry::ConnectionError;
use kabinet_domain::Sensitive;
use reqwest::{Client, Method, Request};
use serde_json::Value;
use std::time::Duration;
use subtle::ConstantTimeEq;
use url::Url;

/// How long a call may take, where nothing is waited for on purpose.
const CALL: Duration = Duration::from_secs(20);
/// A hundred long updates, or a day of sent messages.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody heard it.
    NotSent,
    /// It went out; what became of it is not known.
    Lost,
}

#[derive(Debug, Clone)]
pub struct Wire(Client);

impl Wire {
    /// A client that follows no redirection: the address holds a token, and another server must not see it.
    ///
    /// # Errors
    /// Names `key` when there can be none.
    pub fn new(settings: &HttpSettings, key: &'static str) -> Result<Self, ConnectionError> {
        let settings = HttpSettings { purpose: Purpose::Posts { within: CALL }, ..settings.clone() };
        http::client(&settings).map(Self).map_err(|cause| ConnectionError::Unusable { key, cause: Box::new(cause) })
    }

    /// Asks once; `waits` is how long the server itself may wait before it answers.
    pub async fn ask(&self, method: Method, url: Url, body: Option<&Value>, waits: Duration) -> Result<Answer, NoAnswer> {
        let mut request = Request::new(method, url);
        if let Some(body) = body {
            *request.body_mut() = Some(body.to_string().into());
            let json = reqwest::header::HeaderValue::from_static("application/json");
            request.headers_mut().insert(reqwest::header::CONTENT_TYPE, json);
        }
        let call = CALL + waits;
        let manners = Manners { call, tries: 1, patience: call, max_body: MAX_ANSWER, ..Manners::default() };
        ask(&self.0, request, &manners).await.map_err(|error| match error {
            CallError::NotSent(_) => NoAnswer::NotSent,
            CallError::Lost(_) | CallError::TooLong => NoAnswer::Lost,
        })
    }
}

impl NoAnswer {
    /// Of a call that leaves the same behind however often it is made.
    #[must_use]
    pub fn of_question(self) -> SendError {
        SendError::Unreachable
    }

    /// Of a call that sends something.
    #[must_use]
    pub fn of_sending(self) -> SendError {
        match self {
            Self::NotSent => SendError::Unreachable,
            Self::Lost => SendError::Unsure,
        }
    }
}

/// Whether what was presented is the secret; in the same time, whatever the difference is. An absent or empty secret is nobody's.
#[must_use]
pub fn is_secret(secret: Option<&Sensitive<String>>, presented: &str) -> bool {
    let Some(secret) = secret.map(Sensitive::reveal).filter(|secret| !secret.is_empty()) else { return false };
    // By their hashes, so that not even the length tells.
    hash(secret).ct_eq(&hash(presented)).into()
}

fn hash(text: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).into()
}

/// The shortest secret that nobody guesses in time.
pub const SHORTEST_SECRET: usize = 12;

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("a secret has {SHORTEST_SECRET} to 256 of the characters A-Z a-z 0-9 - _")]
pub struct WeakSecret;

/// A secret as it can stand in a header of every messenger.
///
/// # Errors
/// Names the setting.
pub fn checked_secret(key: &'static str, secret: Option<&str>) -> Result<Option<Sensitive<String>>, ConnectionError> {
    let plain = |secret: &str| secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match secret {
        Some(secret) if !(SHORTEST_SECRET..=256).contains(&secret.len()) || !plain(secret) => {
            Err(ConnectionError::Unusable { key, cause: Box::new(WeakSecret) })
        }
        secret => Ok(secret.map(Sensitive::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_secret_lets_nobody_in() {
        let secret = Sensitive::from("5f2b8c0d9e4a47b1");
        assert!(is_secret(Some(&secret), "5f2b8c0d9e4a47b1"));
        assert!(!is_secret(Some(&secret), "5f2b8c0d9e4a47b"));
        assert!(!is_secret(Some(&Sensitive::from("")), ""));
        assert!(!is_secret(None, ""));
    }

    #[test]
    fn a_weak_secret_is_refused_without_being_told() {
        for weak in ["short", "with a space in it", "с-русскими-буквами"] {
            let error = checked_secret("webhook_secret", Some(weak)).expect_err("refused");
            assert!(!format!("{error:?} {error}").contains(weak));
        }
        assert!(checked_secret("webhook_secret", None).is_ok_and(|secret| secret.is_none()));
    }
}
