//! The typed commands: one map from name to arguments and reply, for the window, the shell's verbs
//! and the browser tests alike. TypeScript is generated from it (`ui/src/generated`).

use crate::view::{
    AlertAnswerKind, Channel, ColleagueView, ConsultationView, ContactView, DeliveryState, Door, Health, Message, RoomView,
};
use chrono::{DateTime, Utc};
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

/// What an operator needs to point Prosody at this computer's embedded backend.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WebhookInfo {
    /// `http://127.0.0.1:8787/api/webhook/kabinet`.
    pub url: String,
    /// Lines for Prosody's configuration.
    pub snippet: String,
}

/// What the specialist says to a client who is there.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AlertAnswer {
    pub id: String,
    pub answer: AlertAnswerKind,
    /// With `late`.
    #[serde(default)]
    pub minutes: Option<u32>,
}

/// The client's link is to be sent.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SendLink {
    pub id: String,
    /// Another channel than the client's.
    #[serde(default)]
    pub channel: Option<Channel>,
}

/// How the link went out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LinkSent {
    pub channel: Channel,
    pub how: SentHow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SentHow {
    /// The backend sends it; its state is told.
    Handed,
    /// A program was opened with the words in it; the specialist presses "send" there.
    Opened,
    Copied,
}

/// The words that go out with the link.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Invitation {
    pub subject: String,
    pub text: String,
    pub link: String,
}

logged!(Invitation: );

#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Writing {
    pub id: String,
    pub text: String,
}

logged!(Writing: id);

/// A consultation's messages, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Thread {
    pub items: Vec<ThreadItem>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ThreadItem {
    pub id: String,
    pub at: DateTime<Utc>,
    pub from_client: bool,
    /// Empty for what cannot be shown as text; `what` says what it is.
    pub text: String,
    /// `text`, `image`, `audio`, `video`, `document`, `location`, `contact`, `sticker`, `deleted`, `unreadable`, `other`.
    pub what: String,
    pub channel: Channel,
    /// Of a message to the client.
    pub state: Option<DeliveryState>,
    /// Why it could not be sent.
    pub message: Option<Message>,
}

logged!(ThreadItem: id, at, from_client, what, state);

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ByDelivery {
    pub id: String,
}

/// What a person chose about being reached.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReachDraft {
    /// From 10 to 900.
    pub after_seconds: u32,
    /// `22:00`; both or none.
    pub quiet_from: Option<String>,
    pub quiet_to: Option<String>,
    /// Quiet about waiting clients too, in the quiet hours and whenever "do not disturb" is on.
    pub quiet_even_clients: bool,
}

/// The key that the specialist's own computers read names with, to be carried from one to another by hand.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct NamesKey {
    pub text: String,
}

logged!(NamesKey: );

/// How a client of this name was reached last.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct ClientName {
    pub client: String,
}

logged!(ClientName: );

/// `null` where there was no such client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct KnownClient {
    pub client_side: Option<ClientWishes>,
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
            save_settings: Settings => Nothing,
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
