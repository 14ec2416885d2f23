//! What a webhook's sender is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The report is kept, or is known to mean nothing; either way it need not be sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    pub received: bool,
    pub success: bool,
    /// Why nothing was done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<String>,
    /// Something was missed: please report who is here now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<bool>,
}
