//! What comes in: by calls to us, or by asking. Either way the order is kept, and what is not acknowledged comes again for a day.
//!
//! <https://green-api.com/en/docs/api/receiving/>

use super::Account;
use super::client::{said, understood};
use super::incoming::understand;
use crate::messengers::wire::{NoAnswer, is_secret};
use crate::messengers::{Given, Incoming, ListenError, Listener, SendError, Settled};
use async_trait::async_trait;
use kabinet_domain::{Sensitive, Timestamp};
use serde_json::{Map, Value, json};
use std::time::Duration;
use url::Url;

/// Settings make the instance start anew: <https://green-api.com/en/docs/api/account/SetSettings/>.
const APPLIED_WITHIN: Duration = Duration::from_secs(300);
/// From 5 to 60 are allowed.
const WAIT_SECONDS: u64 = 30;

/// What has to be told to us, whatever the messenger.
const NEEDED: [&str; 3] = ["incomingWebhook", "outgoingWebhook", "stateWebhook"];
/// What is told where the messenger has it.
const WELCOME: [&str; 2] = ["editedMessageWebhook", "deletedMessageWebhook"];

#[async_trait]
impl Listener for Account {
    fn can_be_called(&self) -> bool {
        self.webhook_token.is_some()
    }

    fn proves(&self, header: &dyn Fn(&str) -> Option<String>) -> bool {
        let Some(presented) = header("authorization") else { return false };
        let presented = presented.trim();
        let bare = match presented.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => presented,
        };
        is_secret(self.webhook_token.as_ref(), bare)
    }

    fn understand(&self, body: &[u8], now: Timestamp) -> Option<Incoming> {
        understand(self.connection, &self.id, self.messenger, body, now)
    }

    async fn call_at(&self, address: Option<&Url>) -> Result<Settled, ListenError> {
        let answer = self.client.call_slowly("getSettings", None, None).await.map_err(NoAnswer::of_question)?;
        let settings = understood(&answer)?;
        let settings = settings.as_object().ok_or(SendError::Later { after: None })?;
        let change = self.lacking(settings, address);
        if change.is_empty() {
            return Ok(Settled::Already);
        }
        let answer = self.client.call_slowly("setSettings", None, Some(&Value::Object(change))).await;
        let answer = understood(&answer.map_err(NoAnswer::of_question)?)?;
        match answer.get("saveSettings").and_then(Value::as_bool) {
            Some(true) => Ok(Settled::Changed { within: APPLIED_WITHIN }),
            _ => Err(SendError::Rejected.into()),
        }
    }

    async fn receive(&self) -> Result<Vec<Given>, ListenError> {
        let answer = self.client.receive(WAIT_SECONDS).await.map_err(NoAnswer::of_question)?;
        if answer.status.as_u16() == 400 && said(&answer.body.0).contains("custom webhook url is set") {
            return Err(ListenError::CallsAnAddress);
        }
        // Nothing came within the time: `null`, and now and then not even that.
        if answer.status.is_success() && answer.body.0.trim_ascii().is_empty() {
            return Ok(Vec::new());
        }
        let answer = understood(&answer)?;
        if answer.is_null() {
            return Ok(Vec::new());
        }
        let receipt = answer.get("receiptId").and_then(Value::as_i64).ok_or(SendError::Unreachable)?;
        // One that is not understood is given too, to be taken: it would hold up all behind it.
        let body = answer.get("body").unwrap_or(&Value::Null).to_string();
        Ok(vec![Given { receipt, body: Sensitive::new(body) }])
    }

    async fn take(&self, receipt: i64) -> Result<(), ListenError> {
        let answer = self.client.delete(receipt).await.map_err(NoAnswer::of_question)?;
        // `result: false` says that it was gone already.
        understood(&answer).map(drop).map_err(ListenError::from)
    }
}

impl Account {
    /// The settings that are not as they have to be. Only those are sent: an unknown one is refused, and any makes the instance start anew.
    fn lacking(&self, settings: &Map<String, Value>, address: Option<&Url>) -> Map<String, Value> {
        let now = |key: &str| settings.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut change = Map::new();
        let url = address.map_or("", Url::as_str);
        if now("webhookUrl") != url {
            change.insert("webhookUrl".to_owned(), json!(url));
        }
        let token = self.webhook_token.as_ref().map_or("", |token| token.reveal());
        if address.is_some() && now("webhookUrlToken") != token {
            change.insert("webhookUrlToken".to_owned(), json!(token));
        }
        let welcome = WELCOME.into_iter().filter(|key| settings.contains_key(*key));
        for key in NEEDED.into_iter().chain(welcome).filter(|key| now(key) != "yes") {
            change.insert(key.to_owned(), json!("yes"));
        }
        change
    }
}
