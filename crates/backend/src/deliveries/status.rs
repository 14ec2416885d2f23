//! What a channel says later of what it took: delivered, read, or not after all.

use super::Deliveries;
use crate::StorageError;
use crate::ports::{DeliveryStep, KeptDelivery};
use crate::writer::WriteError;
use kabinet_domain::{Channel, DeliveryState};
use std::collections::VecDeque;

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
        // Held to the end: what is said while the sending is recorded is either found or remembered, and in its order.
        let mut early = self.early.lock().await;
        let Some(kept) = self.parts.outbox.find_sent(channel, sent_as).await? else {
            if early.len() >= MOST_EARLY {
                early.pop_front();
            }
            early.push_back(Early { channel, sent_as: sent_as.to_owned(), state, code: code.map(str::to_owned) });
            return Ok(false);
        };
        self.got_to(&kept, state, code).await?;
        Ok(true)
    }

    /// What was said of a message before its sending was recorded.
    pub(super) async fn catch_up(&self, channel: Channel, sent_as: &str) {
        let mut early = self.early.lock().await;
        let (ours, others): (VecDeque<_>, VecDeque<_>) =
            early.drain(..).partition(|one| one.channel == channel && one.sent_as == sent_as);
        *early = others;
        for one in ours {
            if let Err(error) = self.got_early(&one).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot keep a message's status");
            }
        }
    }

    async fn got_early(&self, early: &Early) -> Result<(), StatusError> {
        match self.parts.outbox.find_sent(early.channel, &early.sent_as).await? {
            Some(kept) => self.got_to(&kept, early.state, early.code.as_deref()).await,
            None => Ok(()),
        }
    }

    async fn got_to(&self, kept: &KeptDelivery, state: DeliveryState, code: Option<&str>) -> Result<(), StatusError> {
        if goes_further(kept.state, state) {
            let id = kept.delivery.id;
            let code = code.map(str::to_owned);
            self.keep(kept, DeliveryStep { id, state, code, again_at: None, sent_as: None, attempted: false }).await?;
        }
        Ok(())
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
