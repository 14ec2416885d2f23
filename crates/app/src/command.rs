//! The typed commands: one map from name to arguments and reply, for the window, the shell's verbs
//! and the browser tests alike. TypeScript is generated from it (`ui/src/generated`).

use crate::view::{ConsultationView, Health, Message};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A refused command: a code for the words, the facts for the phrase, and the field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CommandError {
    #[serde(flatten)]
    pub message: Message,
    pub field: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ById {
    pub id: String,
}

/// A consultation as typed: times are local to `time_zone`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConsultationDraft {
    pub client: String,
    /// `2026-12-23`.
    pub date: String,
    /// `15:30`.
    pub time: String,
    pub minutes: u32,
    /// IANA name; the system's zone when absent.
    #[serde(default)]
    pub time_zone: Option<String>,
    pub provider: String,
    /// A pasted link, for a provider that makes no rooms or by choice.
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConsultationChange {
    pub id: String,
    pub draft: ConsultationDraft,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RoomPreviewRequest {
    pub provider: String,
    pub date: String,
}

/// A link as it will look; asking again with the same draft gives another code.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RoomPreview {
    pub link: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Snooze {
    pub id: String,
    pub minutes: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Outcome {
    pub id: String,
    pub came: bool,
}

/// What of the history is wanted; everything where nothing is said.
/// A kind of room is to stand here too as soon as consultations have one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Sought {
    /// Words of the client's name, the note, the link or the day; all of them.
    pub text: String,
    pub state: Option<HistoryState>,
    /// The first day, in the specialist's zone: `2026-12-23`.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
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

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoNotDisturb {
    /// `null` ends it.
    pub minutes: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Switch {
    pub on: bool,
}

/// Answers of the first start; each may be left out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FirstRun {
    #[serde(default)]
    pub language: Option<crate::view::Language>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub jitsi_address: Option<String>,
}

/// What an operator needs to point Prosody at this computer's embedded backend.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WebhookInfo {
    /// `http://127.0.0.1:8787/api/webhook/kabinet`.
    pub url: String,
    /// Lines for Prosody's configuration.
    pub snippet: String,
}

/// The map: `name: arguments => reply`. Everything else is derived from it.
#[macro_export]
macro_rules! commands {
    ($with:ident) => {
        $with! {
            state: Nothing => AppView,
            finish_first_run: FirstRun => Nothing,
            preview_room: RoomPreviewRequest => RoomPreview,
            create_consultation: ConsultationDraft => ConsultationView,
            change_consultation: ConsultationChange => ConsultationView,
            cancel_consultation: ById => Nothing,
            restore_consultation: ById => Nothing,
            consultation: ById => ConsultationView,
            search: SearchRequest => SearchResult,
            export: ExportRequest => Exported,
            show_exported: Nothing => Nothing,
            repeat: ById => ConsultationDraft,
            join: ById => Nothing,
            copy_link: ById => Nothing,
            copy_login: ById => Nothing,
            copy_password: ById => Nothing,
            snooze: Snooze => Nothing,
            confirm_outcome: Outcome => Nothing,
            save_settings: Settings => Nothing,
            set_autostart: Switch => Nothing,
            set_hide_names: Switch => Nothing,
            do_not_disturb: DoNotDisturb => Nothing,
            save_connection: ConnectionDraft => CheckResult,
            remove_connection: ByProvider => Nothing,
            check_connection: ByProvider => CheckResult,
            webhook_info: Nothing => WebhookInfo,
            pair: Pairing => Nothing,
            unpair: Nothing => Nothing,
            retry_keychain: Nothing => Nothing,
            hide_window: Nothing => Nothing,
            quit: Nothing => Nothing,
        }
    };
}
