//! Connecting accounts, calendars and the backend.

use crate::view::{ColleagueView, Health, Message};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Values of a connection's form. A secret that is absent keeps what the keychain has; an empty one forgets it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConnectionDraft {
    pub provider: String,
    pub values: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ByProvider {
    pub provider: String,
}

/// How an account is to be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInWay {
    /// On the service's page in the browser, which leads back to this computer.
    Browser,
    /// By a short code, typed in on the service's page on any device.
    DeviceCode,
}

/// Begins to connect an account. What the form says is kept first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SignInRequest {
    pub form: ConnectionDraft,
    pub way: SignInWay,
}

/// What the service's page showed instead of leading back: a code, or the whole address that the browser was led to.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SignInAnswer {
    pub text: String,
}

logged!(SignInAnswer: );

/// What a calendar's owner chose about it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CalendarChoice {
    pub provider: String,
    /// Id of the calendar that consultations are written to.
    pub calendar: String,
    /// New consultations go there unless their form says otherwise.
    pub on_by_default: bool,
    /// Entries carry the client's name, which colleagues may be able to read there.
    pub with_names: bool,
    /// Minutes before the start; none when absent.
    pub reminder: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CalendarChoices {
    pub calendars: Vec<OneCalendar>,
}

/// One calendar of the connected account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OneCalendar {
    pub id: String,
    pub name: String,
    /// `#rrggbb`, or empty.
    pub colour: String,
    /// Entries can be added and changed.
    pub writable: bool,
}

/// Part of a name or of an address; all colleagues when blank.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ColleagueSearch {
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Colleagues {
    pub items: Vec<ColleagueView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CheckResult {
    pub health: Health,
    pub message: Option<Message>,
}

/// A pairing link `kabinet://pair?…`, or a code with the backend's address.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Pairing {
    pub link_or_code: String,
    #[serde(default)]
    pub address: Option<String>,
}

/// What an operator needs to point Prosody at this computer's embedded backend.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WebhookInfo {
    /// `http://127.0.0.1:8787/api/webhook/kabinet`.
    pub url: String,
    /// Lines for Prosody's configuration.
    pub snippet: String,
}
