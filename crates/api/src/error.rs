//! How a request is refused.

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// Every refusal: `{"error":{"code":"…","message":"…"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// What was wrong: a code for programs, a sentence for operators.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable; `snake_case`.
    pub code: String,
    /// In English, for whoever reads logs; what a person sees is phrased from the code.
    pub message: String,
    /// Which field of the request, where one is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// With `cursor_expired`: the oldest cursor that can still be followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<u64>,
    /// With `cursor_ahead`: the end of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// With `clock_skew`: how many seconds the sender's clock is ahead; negative when it is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_seconds: Option<i64>,
    /// Those of a list that mean nobody, as they were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// Who is unknown must not reach a log.
impl fmt::Debug for ErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ErrorDetail");
        shown.field("code", &self.code).field("message", &self.message).field("field", &self.field);
        shown.field("unknown", &self.unknown.len()).finish_non_exhaustive()
    }
}
