//! What the history is asked for, and what it answers.

use crate::view::ConsultationView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What of the history is wanted; everything where nothing is said.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Sought {
    /// Words of the client's name, the note, a broadcast's title, the link or the day; all of them.
    pub text: String,
    pub state: Option<HistoryState>,
    pub kind: Option<RoomKind>,
    /// The first day, in the specialist's zone: `2026-12-23`.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    Conference,
    /// Others may watch it.
    Broadcast,
}

/// As what a consultation counts in the history; one that goes on is still planned, and so is one nobody has confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryState {
    Planned,
    Finished,
    NoShow,
    Cancelled,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SearchRequest {
    pub sought: Sought,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SearchResult {
    /// The latest first, from the offset on.
    pub items: Vec<ConsultationView>,
    pub total: u32,
    /// How all of them fall into months, the latest first.
    pub months: Vec<MonthCount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MonthCount {
    /// `2026-12`.
    pub month: String,
    pub count: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ExportRequest {
    pub sought: Sought,
    pub format: ExportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// For spreadsheets.
    Csv,
    /// iCalendar, for calendars.
    Calendar,
}

/// A file that was written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Exported {
    /// Its name, without the folder.
    pub file: String,
    pub count: u32,
    /// Names are hidden, so it holds none.
    pub without_names: bool,
}
