//! Specialists and their devices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who the token belongs to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrentUser {
    /// `null` for the administrator.
    pub id: Option<Uuid>,
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    pub administrator: bool,
    #[serde(default)]
    pub practice: super::Practice,
}

/// Somebody of the practice's directory.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colleague {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewSpecialist {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Ids that the specialist's room tokens carry.
    #[serde(default)]
    pub token_ids: Vec<String>,
    /// The specialist's account at the room server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Specialist {
    pub id: Uuid,
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub token_ids: Vec<String>,
    #[serde(default)]
    pub account: Option<String>,
    pub created_at: DateTime<Utc>,
    /// For pairing the first device; given once, when the specialist is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing_code: Option<String>,
}

/// A device presents the code that its owner was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PairRequest {
    #[schema(example = "ABCD-EFGH")]
    pub code: String,
    /// What the specialist calls it.
    pub device: String,
}

/// The only time that the token is seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paired {
    pub token: String,
    pub specialist: super::Owner,
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        /// Names and secrets must not reach a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), " <redacted>"))
            }
        }
    )*};
}

redacted!(CurrentUser, Colleague, NewSpecialist, Specialist, PairRequest, Paired);
