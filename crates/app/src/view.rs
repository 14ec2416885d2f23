//! What a person sees, as data: the seam between the application and its windows.
//!
//! Nothing here is stored; every value is computed from the local store, the settings and the time
//! (see [`crate::present`]). Times are UTC (RFC 3339); the window shows them in its own zone.

mod calendar;
mod client_side;
mod connection;
mod settings;

pub use calendar::{
    CalendarEntryState, CalendarEntryView, CalendarView, ColleagueView, ConflictField, ConflictKind, ConflictView,
};
pub use client_side::{
    AlertAnswerKind, AnswerView, Channel, ContactView, DeliveryPurpose, DeliveryState, DeliveryView, Door, LateView,
    PracticeView, ReachView, TelegramReach,
};
pub use connection::{
    Ability, AccountView, ConnectionView, FieldKind, FieldView, Health, ProviderKind, ProviderView, SignInOffer, SignInState,
    SignInView,
};
pub use settings::{Language, Privacy, Settings, Theme};

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
    /// To the room. Empty while names are hidden, unless it was made by Kabinet or a provider: what people paste names people as often
    /// as not.
    pub link: String,
    /// There is a link, and names are hidden.
    pub link_hidden: bool,
    /// Empty with the link.
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
    /// In the order in which they went out, the latest last; each with the time of what was heard of it last.
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
    /// Where it is known from: `page`, `desktop`, a messenger's channel, or a server by its own name.
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
