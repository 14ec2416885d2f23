//! A bot without a network: it remembers what it was asked for.

use async_trait::async_trait;
use kabinet_domain::{Channel, Sensitive, Timestamp};
use kabinet_providers::messengers::{Messenger, Outgoing, SendError, Sent};
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct Bot {
    pub sent: Mutex<Vec<Outgoing>>,
    /// What a message says since it was changed.
    pub replaced: Mutex<Vec<String>>,
    pub acknowledged: Mutex<Vec<(String, String)>>,
}

impl Bot {
    /// The chat that a text went to, once it did.
    pub async fn sent_to(&self, text: &str) -> String {
        for _ in 0..400 {
            let to =
                self.sent.lock().expect("what was sent").iter().find(|one| one.text.reveal() == text).map(|one| one.to.clone());
            if let Some(to) = to {
                return to.into_inner();
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("it was not sent");
    }
}

#[async_trait]
impl Messenger for Bot {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let mut sent = self.sent.lock().expect("what was sent");
        sent.push(message.clone());
        Ok(Sent { id: sent.len().to_string(), chat: None })
    }

    async fn was_sent(&self, _: &Outgoing, _: Timestamp) -> Option<Sent> {
        None
    }

    async fn replace(&self, _: &Sensitive<String>, _: &str, message: &Outgoing) -> Result<(), SendError> {
        assert!(message.buttons.is_empty(), "what is over has no buttons");
        self.replaced.lock().expect("what was changed").push(message.text.reveal().clone());
        Ok(())
    }

    async fn acknowledge(&self, press: &str, text: &str) -> Result<(), SendError> {
        self.acknowledged.lock().expect("what was acknowledged").push((press.to_owned(), text.to_owned()));
        Ok(())
    }

    async fn check(&self) -> Result<Option<String>, SendError> {
        Ok(Some("kabinet_bot".to_owned()))
    }
}
