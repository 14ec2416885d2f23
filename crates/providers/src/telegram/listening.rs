//! What comes in: by calls to us, or by asking. The server does one or the other, never both.

use super::Bot;
use super::client::Failure;
use super::incoming::understand;
use crate::messengers::wire::is_secret;
use crate::messengers::{Given, Incoming, ListenError, Listener, SendError, Settled};
use async_trait::async_trait;
use kabinet_domain::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;
use url::Url;

const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// The longest that the server waits.
const WAIT_SECONDS: u64 = 50;
/// At once, so that what was missed for a day is read soon.
const LIMIT: u32 = 100;
const WANTED: [&str; 3] = ["message", "callback_query", "my_chat_member"];
/// A practice hears little; each call ends at once.
const CALLS_AT_ONCE: u32 = 10;

#[async_trait]
impl Listener for Bot {
    fn can_be_called(&self) -> bool {
        self.webhook_secret.is_some()
    }

    fn proves(&self, header: &dyn Fn(&str) -> Option<String>) -> bool {
        header(SECRET_HEADER).is_some_and(|presented| is_secret(self.webhook_secret.as_ref(), &presented))
    }

    fn understand(&self, body: &[u8], now: Timestamp) -> Option<Incoming> {
        understand(&self.id, body, now)
    }

    async fn call_at(&self, address: Option<&Url>) -> Result<Settled, ListenError> {
        let Some(address) = address else {
            let info = self.client.call("getWebhookInfo", &json!({})).await.map_err(Failure::of_question)?;
            if info.get("url").and_then(Value::as_str).unwrap_or_default().is_empty() {
                return Ok(Settled::Already);
            }
            let kept = json!({"drop_pending_updates": false});
            self.client.call("deleteWebhook", &kept).await.map_err(Failure::of_question)?;
            return Ok(Settled::Changed { within: Duration::ZERO });
        };
        let secret = self.webhook_secret.as_ref().map_or("", |secret| secret.reveal());
        // Set anew at every start: the secret that the server has cannot be read.
        let params =
            json!({"url": address.as_str(), "secret_token": secret, "max_connections": CALLS_AT_ONCE, "allowed_updates": WANTED});
        self.client.call("setWebhook", &params).await.map_err(Failure::of_question)?;
        Ok(Settled::Changed { within: Duration::ZERO })
    }

    async fn receive(&self) -> Result<Vec<Given>, ListenError> {
        let mut params = json!({"limit": LIMIT, "timeout": WAIT_SECONDS, "allowed_updates": WANTED});
        let next = self.next.load(Ordering::Relaxed);
        if next != 0 {
            params["offset"] = next.into();
        }
        let updates = self.client.call_for("getUpdates", &params, Duration::from_secs(WAIT_SECONDS)).await;
        let updates = updates.map_err(|failure| match failure {
            Failure::Refused(refusal) if refusal.code == 409 && refusal.said.contains("webhook") => ListenError::CallsAnAddress,
            Failure::Refused(refusal) if refusal.code == 409 => ListenError::SomebodyElse,
            failure => failure.of_question().into(),
        })?;
        let Value::Array(updates) = updates else { return Err(SendError::Unreachable.into()) };
        let given = updates.into_iter().filter_map(|update| {
            let receipt = update.get("update_id")?.as_i64()?;
            Some(Given { receipt, body: update.to_string().into() })
        });
        Ok(given.collect())
    }

    /// The next question confirms it.
    async fn take(&self, receipt: i64) -> Result<(), ListenError> {
        self.next.fetch_max(receipt.saturating_add(1), Ordering::Relaxed);
        Ok(())
    }
}
