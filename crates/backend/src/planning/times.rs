//! When and where a conference is by its plan.

use chrono::Duration;
use chrono_tz::Tz;
use kabinet_api::{Conference, ConferenceStatus};
use kabinet_domain::Timestamp;

/// When it is over by its plan.
#[must_use]
pub fn ends_at(conference: &Conference) -> Timestamp {
    conference.starts_at + Duration::minutes(conference.duration.into())
}

/// Nobody has finished it or called it off.
#[must_use]
pub fn is_planned(status: ConferenceStatus) -> bool {
    matches!(status, ConferenceStatus::Planned | ConferenceStatus::Running)
}

/// Where its time was chosen; UTC for what nobody knows, which only a damaged file can hold.
#[must_use]
pub fn zone(conference: &Conference) -> Tz {
    conference.timezone.parse().unwrap_or(Tz::UTC)
}
