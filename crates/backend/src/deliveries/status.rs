//! What a channel says later of what it took: delivered, read, or not after all.

use super::Deliveries;
use crate::StorageError;
use crate::ports::DeliveryStep;
use crate::writer::WriteError;
use kabinet_domain::{Channel, DeliveryState};
use std::sync::PoisonError;

/// So many statuses are remembered for messages that are not known as sent yet.
const MOST_EARLY: usize = 64;

/// A status that came before the sending was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Early {
    channel: Channel,
    sent_as: String,
    state: DeliveryState,
    code: Option<String>,
}

/// Nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    #[error("cannot read deliveries")]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Deliveries {
    /// A channel says how far a message of this id of its own got. `false` when none of ours is known by it (yet).
    /// The furthest stands, in whatever order and however often it is said.
    ///
    /// # Errors
    /// When it could not be kept.
    pub async fn status(
        &self,
        channel: Channel,
        sent_as: &str,
        state: DeliveryState,
        code: Option<&str>,
    ) -> Result<bool, StatusError> {
        let Some(kept) = self.parts.outbox.find_sent(channel, sent_as).await? else {
            let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
            if early.len() >= MOST_EARLY {
                early.pop_front();
            }
            early.push_back(Early { channel, sent_as: sent_as.to_owned(), state, code: code.map(str::to_owned) });
            return Ok(false);
        };
        if goes_further(kept.state, state) {
            let step = DeliveryStep {
                id: kept.delivery.id,
                state,
                code: code.map(str::to_owned),
                again_at: None,
                sent_as: None,
                attempted: false,
            };
            self.keep(&kept, step).await?;
        }
        Ok(true)
    }

    /// What was said of a message before its sending was recorded.
    pub(super) async fn catch_up(&self, channel: Channel, sent_as: &str) {
        let mut said = Vec::new();
        self.early.lock().unwrap_or_else(PoisonError::into_inner).retain(|early| {
            let ours = early.channel == channel && early.sent_as == sent_as;
            if ours {
                said.push(early.clone());
            }
            !ours
        });
        for early in said {
            if let Err(error) = self.status(channel, sent_as, early.state, early.code.as_deref()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot keep a message's status");
            }
        }
    }
}

/// Whether a channel's word changes what is known.
fn goes_further(known: DeliveryState, said: DeliveryState) -> bool {
    let rank = |state| match state {
        DeliveryState::Sent => 1,
        DeliveryState::Delivered => 2,
        DeliveryState::Read => 3,
        _ => 0,
    };
    match said {
        // What has arrived, has.
        DeliveryState::Failed => rank(known) < 2 && known != DeliveryState::Failed,
        DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read => rank(said) > rank(known),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryState::{Delivered, Failed, Read, Sending, Sent, Unsure, Waiting};

    #[test]
    fn the_furthest_stands() {
        for (known, said, changes) in [
            (Sent, Delivered, true),
            (Sent, Read, true),
            (Delivered, Sent, false),
            (Read, Delivered, false),
            (Read, Read, false),
            (Unsure, Sent, true),
            (Unsure, Delivered, true),
            (Sending, Delivered, true),
            (Sent, Failed, true),
            (Delivered, Failed, false),
            (Failed, Failed, false),
            (Failed, Delivered, true),
            (Sent, Waiting, false),
        ] {
            assert_eq!(goes_further(known, said), changes, "{known:?} then {said:?}");
        }
    }
}
