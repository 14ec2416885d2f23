//! What the client's page is told. Nothing of anybody: no name of the client, no link to the room before the door is open.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;
use utoipa::ToSchema;

/// The page as it should look now.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PageState {
    /// Changes whenever anything else does: `?after=` waits for the next.
    pub revision: String,
    /// By the backend's clock: countdowns go by it, whatever the phone's clock says.
    pub now: DateTime<Utc>,
    /// The practice, or where it has no name the specialist.
    pub practice: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The practice's zone, an IANA name.
    pub time_zone: String,
    pub phase: PagePhase,
    /// Somebody who waits here is told to the specialist: there is somebody to tell.
    pub specialist_told: bool,
    /// When this consultation's page was first told as waiting; absent while nobody waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<DateTime<Utc>>,
    /// The specialist's answer, as long as it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialist: Option<PageSpecialist>,
    /// What the client said about being late: minutes from the planned start, or from then once it has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<PageLate>,
    /// The room; only while the door is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// A bot can remind this client: its deep link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_by_telegram: Option<String>,
}

/// Links must not reach a log.
impl fmt::Debug for PageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageState").field("phase", &self.phase).finish_non_exhaustive()
    }
}

/// Where in its life the consultation is, for its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum PagePhase {
    /// Before its time, or its time is here and the door is not open yet.
    Waiting,
    /// The room's link is here.
    Open,
    /// Over, by the clock or by the specialist's word.
    Over,
    Cancelled,
}

/// What the specialist has said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PageSpecialist {
    /// `coming`, `late` or `cannot`.
    pub answer: String,
    /// When they will be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The client's answer to being made to wait: `fine` or `cannot_wait`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PageLate {
    pub minutes: u32,
    pub until: DateTime<Utc>,
}

/// What a page says of itself. `visit` is drawn anew by each opened page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PageVisit {
    /// 8 to 64 letters, digits, `-` and `_`.
    pub visit: String,
    /// With `late`: 5, 10 or 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// With `leave`: `true` when the visitor went into the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into_room: Option<bool>,
    /// With `answer`: `fine` or `cannot_wait`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}
