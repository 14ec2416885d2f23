//! What a person sees, as data: the seam between the application and its windows.
//!
//! Nothing here is stored; every value is computed from the local store, the settings and the time
//! (see [`crate::present`]). Times are UTC (RFC 3339); the window shows them in its own zone.

mod client_side;

pub use client_side::{
    AlertAnswerKind, AnswerView, Channel, ContactView, DeliveryPurpose, DeliveryState, DeliveryView, Door, LateView,
    PracticeView, ReachView, TelegramReach,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A fact a person should read, as a code and what is needed to phrase it; the words live in
/// `locales/LANGUAGE/errors.ftl` under `error-CODE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Message {
    pub code: String,
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

/// Everything the window needs to draw itself; pushed whole whenever any of it changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AppView {
    /// Rises with every view that one run of the application makes: the clock on the wall may go back, this does not.
    pub revision: u32,
    pub version: String,
    /// The first-run questions have not been answered or skipped yet.
    pub first_run: bool,
    pub now: DateTime<Utc>,
    pub settings: Settings,
    pub feed: FeedView,
    pub tray: TrayState,
    /// The consultation to show large: the one running or waiting, else the next one of today.
    pub hero: Option<ConsultationView>,
    /// Everything else from the start of today on, grouped by day.
    pub groups: Vec<DayGroup>,
    pub connections: Vec<ConnectionView>,
    /// What can be connected and which fields each wants.
    pub providers: Vec<ProviderView>,
    /// Troubles of this computer: no keychain, no tray, no notifications, port taken …
    pub problems: Vec<Message>,
    /// An account is being connected, or that just failed.
    pub sign_in: Option<SignInView>,
    /// The calendar that consultations are written to.
    pub calendar: Option<CalendarView>,
    pub do_not_disturb_until: Option<DateTime<Utc>>,
    /// "Do not disturb" keeps waiting clients back too.
    pub do_not_disturb_everything: bool,
    /// What the backend's practice is and has; `null` until it was asked.
    pub practice: Option<PracticeView>,
    /// How the specialist is reached away from this computer; `null` until the backend was asked.
    pub reach: Option<ReachView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FeedView {
    pub state: FeedState,
    /// The embedded backend (`true`) or a practice's shared one.
    pub embedded: bool,
    /// Address of the backend, for people: `127.0.0.1:8787`, `events.example.org`.
    pub address: String,
    pub last_contact: Option<DateTime<Utc>>,
    /// Of the last exchange with the backend.
    pub delay_ms: Option<u32>,
    pub message: Option<Message>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FeedState {
    Connecting,
    /// Events arrive as they happen.
    Live,
    /// Long polling, because the stream did not hold.
    Polling,
    Offline,
    /// The backend refuses the device's token.
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrayState {
    Idle,
    /// A consultation begins within ten minutes.
    Soon,
    ClientThere,
    InSession,
    NotConnected,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DayGroup {
    pub kind: DayGroupKind,
    /// The day in the specialist's zone: `2026-12-23`.
    pub day: String,
    pub items: Vec<ConsultationView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DayGroupKind {
    LaterToday,
    PastToday,
    /// Of an earlier day, and nobody has said yet whether the client came.
    Unanswered,
    Tomorrow,
    Later,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConsultationView {
    pub id: String,
    /// What to call the client here: the name, or `null` while names are hidden.
    pub client: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub minutes: u32,
    /// IANA zone the time was given in.
    pub time_zone: String,
    pub provider: String,
    /// The link handed to the client.
    pub link: String,
    pub room: String,
    /// Empty while names are hidden: it names people as often as not.
    pub note: String,
    /// There is a note, and names are hidden.
    pub note_hidden: bool,
    pub status: ConsultationStatus,
    pub presence: Presence,
    /// Today's way of the client, oldest first.
    pub steps: Vec<Step>,
    /// Seconds both sides were in the room.
    pub together_seconds: u32,
    /// "In 5 minutes" was said; until when.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Made or changed here, not yet accepted by the backend.
    pub unsent: bool,
    /// The connection has a moderator login that can be copied.
    pub has_login: bool,
    /// Nobody came and the time is over: asks for a confirmation.
    pub asks_outcome: bool,
    /// For a room that a provider made when asked.
    pub made: Option<RoomView>,
    /// While a calendar is connected, or the consultation stood in one.
    pub calendar: Option<CalendarEntryView>,
    /// The client's page; `null` while there is none, or the backend does not know the consultation yet.
    pub page_link: Option<String>,
    pub door: Door,
    /// The client can go from the page into the room now.
    pub door_open: bool,
    pub contact: Option<ContactView>,
    /// Minutes before the start at which the client is reminded.
    pub reminders: Vec<u32>,
    /// The latest last.
    pub deliveries: Vec<DeliveryView>,
    /// Messages of the client that nobody has read here.
    pub unread: u32,
    /// There is a thread with the client, or there can be one.
    pub can_message: bool,
    pub late: Option<LateView>,
    pub answer: Option<AnswerView>,
}

logged!(ConsultationView: id, starts_at, minutes, provider, status, presence, unsent);

/// What a made room is like.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomView {
    /// `everyone`, `outsiders` or `nobody` waits; `null` when nobody knows.
    pub waiting_room: Option<String>,
    pub cohosts: Vec<String>,
    pub summary: bool,
    pub broadcast: Option<BroadcastView>,
}

logged!(RoomView: waiting_room, summary, broadcast);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BroadcastView {
    pub title: String,
    pub description: String,
    pub organisation_only: bool,
    /// The link of those who only watch.
    pub watch_link: Option<String>,
}

logged!(BroadcastView: organisation_only);

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

/// An account being connected.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignInView {
    pub provider: String,
    pub way: crate::command::SignInWay,
    pub state: SignInState,
    /// To be typed in on `page`.
    pub user_code: Option<String>,
    /// Where the code is typed in.
    pub page: Option<String>,
    pub ends_at: Option<DateTime<Utc>>,
    /// The service may show a code, or lead to a page that does not open: either is pasted here.
    pub may_paste: bool,
    /// Why it failed.
    pub message: Option<Message>,
}

logged!(SignInView: provider, way, state, ends_at, may_paste, message);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// For the person to finish elsewhere.
    Waiting,
    /// The service is being asked.
    Finishing,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsultationStatus {
    Planned,
    /// Someone is in the room, or the time is now. Who waits on the page or in the lobby is not in the room.
    Running,
    Finished,
    Cancelled,
    /// Confirmed by the specialist.
    NoShow,
}

/// Where the client is now.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Presence {
    pub place: PresencePlace,
    pub since: Option<DateTime<Utc>>,
    /// Names the clients gave at the door; empty while names are hidden.
    pub names: Vec<String>,
    pub specialist_inside: bool,
    pub line_unstable: bool,
    /// No proof tells this occupant from the specialist (`proof: none`).
    pub unproven: bool,
}

logged!(Presence: place, since, specialist_inside, line_unstable, unproven);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PresencePlace {
    Nowhere,
    OpenedLink,
    OnPage,
    Lobby,
    Room,
    LineLost,
    Left,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Step {
    pub at: DateTime<Utc>,
    pub kind: StepKind,
    pub name: Option<String>,
    pub source: String,
    /// Why somebody left: `hung_up`, `lost`, `kicked`, `ended`, `closed`, `unknown`.
    pub reason: Option<String>,
    pub minutes: Option<u32>,
    /// Learned later than it happened (sleep, restart, broken line).
    pub missed: bool,
}

logged!(Step: at, kind, source, reason, minutes, missed);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    OpenedLink,
    OnPage,
    Lobby,
    Late,
    Joined,
    JoinedAgain,
    Named,
    LineLost,
    LineBack,
    LineUnstable,
    Left,
    SessionStarted,
    SessionEnded,
    /// The client went from the page into the room.
    WentIn,
    Admitted,
    /// The client's answer to having to wait.
    CanWait,
    CannotWait,
    /// The specialist's answers.
    Coming,
    SpecialistLate,
    Cannot,
    Escalated,
    Message,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderView {
    pub id: String,
    pub name: String,
    pub icon: String,
    pub fields: Vec<FieldView>,
    pub kind: ProviderKind,
    /// A room can be made here (else only a link can be pasted).
    pub makes_rooms: bool,
    /// A room is made when a person says so, so that its link cannot be shown before.
    pub by_request: bool,
    /// Who can be made to wait, the usual first; empty where there is no such thing.
    pub waiting_room: Vec<String>,
    pub cohosts: bool,
    pub broadcasts: bool,
    pub summary: bool,
    /// What a room was made with can be compared and changed later.
    pub changes_rooms: bool,
    /// An account is connected by signing in, instead of or beside the form.
    pub sign_in: Option<SignInOffer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    Rooms,
    Calendar,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignInOffer {
    pub browser: bool,
    pub device_code: bool,
    /// Fields that signing in needs, such as an application's id.
    pub fields: Vec<String>,
    /// Fields that make it unnecessary, such as a token that was got elsewhere.
    pub instead: Vec<String>,
    /// The address that the browser is led back to, to be registered at the service to the letter.
    pub redirect: String,
}

/// One field of a connection's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldView {
    /// Label key: `field-PROVIDER-KEY` in `ui.ftl`.
    pub key: String,
    pub kind: FieldKind,
    pub required: bool,
    pub placeholder: String,
    /// The operator's configuration has it already.
    pub given: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Address,
    /// Goes to the keychain, never comes back to the window.
    Secret,
    Switch,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    pub provider: String,
    /// It has what it needs to be used: where one signs in, an account, or what makes signing in unnecessary.
    pub connected: bool,
    /// Values of the fields that are not secret.
    pub values: BTreeMap<String, String>,
    /// Keys of the secrets that are kept in the keychain.
    pub secrets_kept: Vec<String>,
    pub health: Health,
    pub message: Option<Message>,
    pub last_success: Option<DateTime<Utc>>,
    /// Whose account is connected, where there is one.
    pub account: Option<AccountView>,
    /// What the account may do, as far as is known.
    pub abilities: Vec<Ability>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountView {
    pub name: String,
    /// Empty when it says no more than the name.
    pub login: String,
}

logged!(AccountView: );

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Ability {
    /// `rooms`, `broadcasts`, `calendar`, `colleagues`; its words are `ability-KEY` in `ui.ftl`.
    pub key: String,
    pub allowed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Unknown,
    Works,
    Check,
    Broken,
}

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
