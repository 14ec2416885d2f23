//! What follows when a messenger did not take something. Pure.

use kabinet_domain::Purpose;
use kabinet_providers::messengers::SendError;
use std::time::Duration;

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(600);
/// A client stands before a closed door.
const LONGEST_FOR_ALERTS: Duration = Duration::from_secs(30);
/// Somebody waits to see it go, and has other ways: after some twenty minutes they are told that it did not.
const MOST_ATTEMPTS: u32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Once more after so long.
    Again(Duration),
    /// Not by itself any more, for this reason.
    Never(&'static str),
}

/// What follows the failure of an attempt; `attempts` counts it too. A lost answer is somebody else's question.
#[must_use]
pub fn after(error: &SendError, purpose: Purpose, attempts: u32) -> Next {
    let passes = match error {
        SendError::Later { .. } | SendError::Unreachable | SendError::Unsure => true,
        // A person has to do something about these, and the specialist has another way meanwhile.
        SendError::Unauthorized
        | SendError::NotSignedIn
        | SendError::Restricted
        | SendError::Quota
        | SendError::NotRegistered
        | SendError::Blocked
        | SendError::Moved { .. }
        | SendError::Rejected => false,
    };
    // A reminder goes on until it is of no use; nobody waits to see it go.
    let enough = attempts >= MOST_ATTEMPTS && matches!(purpose, Purpose::Link | Purpose::Message | Purpose::Reply);
    if !passes || enough {
        return Next::Never(error.code());
    }
    let pause = backoff(purpose, attempts);
    Next::Again(match error {
        SendError::Later { after: Some(asked) } => pause.max(*asked),
        _ => pause,
    })
}

/// Twice as long after each attempt.
#[must_use]
pub fn backoff(purpose: Purpose, attempts: u32) -> Duration {
    let longest = if purpose == Purpose::Alert { LONGEST_FOR_ALERTS } else { LONGEST };
    FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(longest)
}

/// For how long nothing at all is sent by a channel that did not take something.
#[must_use]
pub fn pause_of_channel(error: &SendError, failures: u32) -> Option<Duration> {
    match error {
        SendError::Later { after } => Some(after.unwrap_or_else(|| backoff(Purpose::Alert, failures))),
        // It is not there for anybody; asking for each of many would take long and help nobody.
        SendError::Unreachable => Some(backoff(Purpose::Alert, failures)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(next: Next) -> Option<u64> {
        match next {
            Next::Again(pause) => Some(pause.as_secs()),
            Next::Never(_) => None,
        }
    }

    #[test]
    fn pauses_double_up_to_ten_minutes_and_for_alerts_to_half_a_minute() {
        let pauses = |purpose| (0..12).map(|attempts| backoff(purpose, attempts).as_secs()).collect::<Vec<_>>();
        assert_eq!(pauses(Purpose::Reminder), [5, 5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
        assert_eq!(pauses(Purpose::Alert), [5, 5, 10, 20, 30, 30, 30, 30, 30, 30, 30, 30]);
        assert_eq!(backoff(Purpose::Reminder, u32::MAX).as_secs(), 600);
    }

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_told() {
        let check = |error: SendError, expected: Option<u64>| {
            assert_eq!(seconds(after(&error, Purpose::Reminder, 1)), expected, "{error:?}");
        };
        check(SendError::Unreachable, Some(5));
        check(SendError::Later { after: None }, Some(5));
        check(SendError::Later { after: Some(Duration::from_secs(77)) }, Some(77));
        for error in [
            SendError::Unauthorized,
            SendError::NotSignedIn,
            SendError::Restricted,
            SendError::Quota,
            SendError::NotRegistered,
            SendError::Blocked,
            SendError::Rejected,
        ] {
            assert_eq!(after(&error, Purpose::Alert, 1), Next::Never(error.code()));
        }
    }

    #[test]
    fn a_person_who_waits_is_told_after_some_attempts_and_a_reminder_goes_on() {
        assert_eq!(after(&SendError::Unreachable, Purpose::Link, MOST_ATTEMPTS), Next::Never("unreachable"));
        assert_eq!(seconds(after(&SendError::Unreachable, Purpose::Link, MOST_ATTEMPTS - 1)), Some(320));
        assert_eq!(seconds(after(&SendError::Unreachable, Purpose::Reminder, 100)), Some(600));
    }

    #[test]
    fn a_channel_that_asks_for_a_pause_gets_it_whole() {
        let later = SendError::Later { after: Some(Duration::from_secs(35)) };
        assert_eq!(pause_of_channel(&later, 1), Some(Duration::from_secs(35)));
        assert_eq!(pause_of_channel(&SendError::Unreachable, 2), Some(Duration::from_secs(10)));
        assert_eq!(pause_of_channel(&SendError::Blocked, 1), None);
    }
}
