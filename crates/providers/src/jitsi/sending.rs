//! When our module sent a batch, by its own clock; and with that, when its events happened by ours.

use chrono::Duration;
use kabinet_domain::Timestamp;

/// What differs by less may as well be the way that the request took.
const PRECISE: Duration = Duration::milliseconds(500);
/// Headers carry whole seconds.
const TO_THE_SECOND: Duration = Duration::seconds(1);
/// Without a word of when it was sent, news may have waited for so long in a queue.
const QUEUED_FOR: Duration = Duration::minutes(10);

/// When a request was sent, by the sender's clock.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    at: Timestamp,
    /// How well that is known.
    to: Duration,
    /// As the sender said it.
    pub(super) said: Option<Timestamp>,
}

impl Sending {
    pub(super) fn of(
        stamped_at: Option<Timestamp>,
        written_at: Option<Timestamp>,
        newest: Option<Timestamp>,
        received_at: Timestamp,
    ) -> Self {
        match (stamped_at, written_at) {
            // A batch is never written anew: when it is sent again, the headers alone tell of this attempt.
            (Some(stamped), Some(written)) if (written - stamped).abs() > TO_THE_SECOND => Self::in_second(stamped),
            (_, Some(written)) => Self { at: written, to: PRECISE, said: Some(written) },
            (Some(stamped), None) => Self::in_second(stamped),
            (None, None) => {
                let off = newest.filter(|at| *at > received_at || received_at - *at > QUEUED_FOR);
                Self { at: off.unwrap_or(received_at), to: PRECISE, said: off }
            }
        }
    }

    fn in_second(stamped_at: Timestamp) -> Self {
        Self { at: stamped_at + TO_THE_SECOND / 2, to: TO_THE_SECOND, said: Some(stamped_at) }
    }

    /// From the sender's clock to ours.
    pub(super) fn shift(self, received_at: Timestamp) -> Shift {
        let difference = received_at - self.at;
        Shift(if difference.abs() > self.to { difference } else { Duration::zero() })
    }
}

/// What is to be added to the times in a batch.
#[derive(Clone, Copy)]
pub(super) struct Shift(pub(super) Duration);
