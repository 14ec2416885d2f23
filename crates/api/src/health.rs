//! How the backend is, for operators and their monitors. No names, no rooms.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, or `degraded` when a source is silent, a connection fails or the log cannot be written.
    pub status: String,
    pub version: String,
    pub uptime_seconds: u64,
    /// The log accepts events.
    pub writable: bool,
    /// The last position in the log.
    pub cursor: u64,
    /// Reports that wait to be written.
    pub queue: u64,
    /// Followers of the feed.
    pub followers: u64,
    /// Rooms in use that nobody planned.
    pub unplanned_rooms: u64,
    pub sources: Vec<SourceHealth>,
    /// What the backend itself makes rooms and writes calendars with.
    #[serde(default)]
    pub connections: Vec<ConnectionHealth>,
}

/// One system that reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceHealth {
    /// Which dialect, and from where if the reports say so.
    pub source: String,
    pub last_report_at: DateTime<Utc>,
    pub age_seconds: u64,
    /// It used to report regularly and has stopped.
    pub silent: bool,
    /// How far its clock is ahead of this machine's; absent while nothing is amiss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_seconds: Option<i64>,
    /// Waiting on its side, as it says.
    #[serde(default)]
    pub queued: Option<u64>,
    /// Given up on its side, as it says.
    #[serde(default)]
    pub dropped: Option<u64>,
}

/// One system that the backend itself is connected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConnectionHealth {
    /// Which provider or calendar.
    pub connection: String,
    /// `ok`, `failing`, `unknown` while it was not asked yet, or `applying` while settings that were set just now come into force.
    pub state: String,
    /// What is wrong: `sign_in_again`, `provider_unavailable` and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<DateTime<Utc>>,
    /// Since it last worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_seconds: Option<u64>,
}
