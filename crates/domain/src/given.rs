//! What an operator says of a practice beforehand: read by an application, and meant for the event backend inside it.

use crate::Sensitive;
use std::collections::BTreeMap;

/// What clients and specialists read of the practice, and how its clients reach the backend. What is absent stays as it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenPractice {
    pub name: Option<String>,
    pub public_url: Option<String>,
    pub language: Option<String>,
    pub names_stay_here: Option<bool>,
    pub escalate_after_seconds: Option<u32>,
}

/// All that the backend is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    pub practice: GivenPractice,
    /// By the connection's id and the keys of its section.
    pub connections: BTreeMap<String, BTreeMap<String, Sensitive<String>>>,
}
