//! The typed commands: one map from name to arguments and reply, for the window, the shell's verbs
//! and the browser tests alike. TypeScript is generated from it (`ui/src/generated`).

mod client_side;
mod connections;
mod history;

pub use client_side::{
    AlertAnswer, ByDelivery, ClientName, Invitation, KnownClient, LinkSent, NamesKey, ReachDraft, Reading, SendLink, SentHow,
    Thread, ThreadItem, Writing,
};
pub use connections::{
    ByProvider, CalendarChoice, CalendarChoices, CheckResult, ColleagueSearch, Colleagues, ConnectionDraft, OneCalendar, Pairing,
    SignInAnswer, SignInRequest, SignInWay, WebhookInfo,
};
pub use history::{
    ExportFormat, ExportRequest, Exported, HistoryState, MonthCount, RoomKind, SearchRequest, SearchResult, Sought,
};

use crate::view::{ColleagueView, ContactView, Door, Message, RoomView, Settings};
use serde::{Deserialize, Serialize};
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
#[derive(Clone, Serialize, Deserialize, TS)]
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
    /// For a provider that makes rooms when asked; what is not said is as careful as it allows.
    #[serde(default)]
    pub room: Option<RoomWishes>,
    /// Absent leaves it as it is; for a new one as the calendar's settings say.
    #[serde(default)]
    pub calendar: Option<CalendarWishes>,
    /// Absent leaves it as it is.
    #[serde(default)]
    pub client_side: Option<ClientWishes>,
    /// Of a new one: its client is somebody else than whoever had this name before.
    #[serde(default)]
    pub another_client: bool,
}

/// How the client is reached and let in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientWishes {
    pub contact: Option<ContactView>,
    /// Minutes before the start: 1440, 60.
    pub reminders: Vec<u32>,
    pub door: Door,
}

logged!(ConsultationDraft: date, time, minutes, provider, room, calendar);

/// What a room is to be like, for a provider that makes rooms when asked.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RoomWishes {
    /// One of the provider's levels; its first when absent.
    pub waiting_room: Option<String>,
    /// E-mail addresses of those who may lead it too.
    pub cohosts: Vec<String>,
    /// A summary of what is said is written by itself.
    pub summary: bool,
    /// Present for a room that others may watch.
    pub broadcast: Option<BroadcastWishes>,
}

logged!(RoomWishes: waiting_room, summary, broadcast);

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct BroadcastWishes {
    pub title: String,
    pub description: String,
    /// Only the organisation may watch, not whoever has the link.
    pub organisation_only: bool,
}

logged!(BroadcastWishes: organisation_only);

/// Whether a consultation stands in the connected calendar, and who is invited there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CalendarWishes {
    pub on: bool,
    /// Absent leaves them as they are.
    #[serde(default)]
    pub invited: Option<Vec<ColleagueView>>,
}

/// What is to be different of a room that was made; both here and at the provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RoomChanging {
    pub id: String,
    pub wishes: RoomWishes,
}

/// A made room as Kabinet thinks it is, and as the provider says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomComparison {
    pub ours: RoomView,
    /// What the provider does not say is as ours.
    pub theirs: RoomView,
    /// `waiting_room`, `cohosts`, `summary`, `title`, `description`, `viewers`, `watch_link`, `link`; empty when both say the same.
    pub differs: Vec<String>,
}

/// Whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WhichSide {
    Ours,
    Theirs,
}

/// A choice between what is said here and what is said elsewhere about a consultation.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SideChoice {
    pub id: String,
    pub side: WhichSide,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConsultationChange {
    pub id: String,
    pub draft: ConsultationDraft,
    /// What the form was opened with: what is the same in both was not touched, and stays as it is known by now.
    #[serde(default)]
    pub base: Option<ConsultationDraft>,
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

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SettingsChange {
    #[serde(flatten)]
    pub settings: Settings,
    /// What the window knew of: what is the same in both was not touched, and stays as it is known by now.
    #[serde(default)]
    #[ts(optional)]
    pub base: Option<Settings>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoNotDisturb {
    /// `null` ends it.
    pub minutes: Option<u32>,
    /// Waiting clients are kept back too.
    #[serde(default)]
    pub everything: bool,
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
            copy_watch_link: ById => Nothing,
            compare_room: ById => RoomComparison,
            change_room: RoomChanging => RoomComparison,
            take_room: SideChoice => RoomComparison,
            copy_login: ById => Nothing,
            copy_password: ById => Nothing,
            snooze: Snooze => Nothing,
            confirm_outcome: Outcome => Nothing,
            save_settings: SettingsChange => Nothing,
            set_autostart: Switch => Nothing,
            set_hide_names: Switch => Nothing,
            do_not_disturb: DoNotDisturb => Nothing,
            save_connection: ConnectionDraft => CheckResult,
            remove_connection: ByProvider => Nothing,
            check_connection: ByProvider => CheckResult,
            begin_sign_in: SignInRequest => Nothing,
            open_sign_in_page: Nothing => Nothing,
            finish_sign_in: SignInAnswer => Nothing,
            cancel_sign_in: Nothing => Nothing,
            calendar_choices: ByProvider => CalendarChoices,
            choose_calendar: CalendarChoice => Nothing,
            sync_calendar: Nothing => Nothing,
            decide_conflict: SideChoice => Nothing,
            colleagues: ColleagueSearch => Colleagues,
            admit: ById => Nothing,
            answer_alert: AlertAnswer => Nothing,
            send_link: SendLink => LinkSent,
            invitation: ById => Invitation,
            copy_room_link: ById => Nothing,
            renew_link: ById => Nothing,
            resend: ByDelivery => Nothing,
            thread: ById => Thread,
            read_thread: Reading => Nothing,
            write_to_client: Writing => Nothing,
            known_client: ClientName => KnownClient,
            save_reach: ReachDraft => Nothing,
            bind_telegram: Nothing => Nothing,
            confirm_telegram: Switch => Nothing,
            unbind_telegram: Nothing => Nothing,
            names_key: Nothing => NamesKey,
            enter_names_key: NamesKey => Nothing,
            webhook_info: Nothing => WebhookInfo,
            pair: Pairing => Nothing,
            unpair: Nothing => Nothing,
            retry_keychain: Nothing => Nothing,
            hide_window: Nothing => Nothing,
            quit: Nothing => Nothing,
        }
    };
}
