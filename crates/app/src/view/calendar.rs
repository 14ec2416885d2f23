//! The connected calendar as a person sees it: how it goes, a consultation's entry in it, and where the two sides differ.

use super::Message;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Somebody of the practice, as the connected calendar knows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ColleagueView {
    pub id: String,
    /// Empty when only the id is known.
    pub name: String,
    pub email: Option<String>,
    pub position: String,
}

logged!(ColleagueView: id);

/// A consultation's entry in the connected calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CalendarEntryView {
    pub on: bool,
    pub state: CalendarEntryState,
    /// Why it could not be written.
    pub message: Option<Message>,
    pub invited: Vec<ColleagueView>,
    pub conflict: Option<ConflictView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CalendarEntryState {
    Off,
    /// To be written, changed or removed there.
    Waiting,
    Written,
    /// Changed on both sides: a person decides.
    Conflict,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictView {
    pub reason: ConflictKind,
    /// What says one thing here and another there; empty unless both sides changed it.
    pub fields: Vec<ConflictField>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    BothChanged,
    /// Deleted in the calendar, changed here.
    DeletedThere,
    /// Cancelled here, changed in the calendar.
    CancelledHere,
}

/// Texts, already for people: times in the specialist's zone and language.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictField {
    /// `title`, `time`, `location`, `description`, `reminder`.
    pub field: String,
    pub ours: String,
    pub theirs: String,
}

logged!(ConflictField: field);

/// The connected calendar, and how it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CalendarView {
    pub provider: String,
    /// Which of the account's calendars is written to; `null` until a person chose.
    pub calendar: Option<String>,
    pub calendar_name: String,
    pub on_by_default: bool,
    pub with_names: bool,
    pub reminder: Option<u32>,
    /// When both sides were last compared.
    pub last_success: Option<DateTime<Utc>>,
    /// Why the last comparison did not work.
    pub message: Option<Message>,
    /// Consultations that a person has to decide about.
    pub conflicts: Vec<String>,
}
