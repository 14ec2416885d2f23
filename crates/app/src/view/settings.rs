//! What a person chose.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person chose. Secrets are not settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    pub language: Language,
    pub theme: Theme,
    /// Shown to clients in the room.
    pub specialist_name: String,
    pub notifications: bool,
    pub sound: bool,
    pub privacy: Privacy,
    pub hide_names: bool,
    /// Minutes before the start.
    pub reminders: Vec<u32>,
    pub warn_before_end: bool,
    /// The system's real state, read each time.
    pub autostart: bool,
    /// `konsultaciya-{date}-{code}`.
    pub room_template: String,
    pub code_length: u32,
    pub default_minutes: u32,
    /// The link keeps working so long after the planned end, in minutes.
    pub token_margin_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            specialist_name: String::new(),
            notifications: true,
            sound: true,
            privacy: Privacy::NoName,
            hide_names: false,
            reminders: vec![10],
            warn_before_end: true,
            autostart: false,
            room_template: "konsultaciya-{date}-{code}".into(),
            code_length: 12,
            default_minutes: 50,
            token_margin_minutes: 30,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    System,
    Ru,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// How much a notification says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// "Ivan is in the room, 15:00".
    Full,
    /// "A client is there, 15:00".
    NoName,
    /// "Kabinet: something happened".
    Discreet,
}
