//! What the running application knows. Plain data: the pure functions read it, [`crate::Application`] changes it.

use crate::attended::Attended;
use crate::calendar::connection::secrets;
use crate::calendar::record::CalendarState;
use crate::consultations::Consultations;
use crate::record::{Consultation, Event, Handled, Practice, Reach, Status, Unsent};
use crate::view::{FeedState, Health, Message, Settings, SignInView};
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use kabinet_domain::Sensitive;
use kabinet_domain::provider::ProviderInfo;
use kabinet_domain::reach::{Disturbance, Quiet, QuietHours};
use kabinet_providers::calendars::{GRANT, calendars};
use kabinet_seal::StoreKey;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use uuid::Uuid;

#[derive(Debug, Clone)]
pub struct State {
    pub consultations: Consultations,
    /// Of the recent days, by consultation.
    pub events: BTreeMap<String, Vec<Event>>,
    /// Ids of the events held, so that one given twice counts once.
    pub known: HashSet<String>,
    pub unsent: BTreeMap<String, Unsent>,
    pub handled: BTreeMap<String, Handled>,
    /// Consultations whose notification something else took off the screen; whoever draws it forgets them.
    pub gone: BTreeSet<String>,
    /// Counts the backends followed one after another: what an earlier one still says is about nothing that is known here.
    pub following: u64,
    /// What events have said to be changed, and could not be read since.
    pub unread: BTreeSet<String>,
    /// The same of how the specialist is reached.
    pub reach_unread: bool,
    /// The consultations that something was heard of while the list of all is on its way.
    pub heard: BTreeSet<String>,
    /// Everything up to here is handled; `None` before the first contact.
    pub cursor: Option<u64>,
    pub kept: Kept,
    pub feed: Feed,
    pub connections: BTreeMap<String, ConnectionState>,
    pub autostart: bool,
    /// Who the backend takes us for; `None` until it was asked.
    pub specialist_id: Option<String>,
    pub problems: BTreeMap<&'static str, Message>,
    /// As the shell reported them last.
    pub desktop_problems: Vec<Message>,
    /// The last file that was written for the person.
    pub exported: Option<PathBuf>,
    pub calendar: CalendarState,
    /// An account being connected, as it is shown.
    pub sign_in: Option<SignInView>,
    /// Where the browser is led back to, to be registered at the services.
    pub sign_in_redirect: String,
    /// What the operator has given already: keys by provider.
    pub given: BTreeMap<String, BTreeSet<String>>,
    /// Consultation → its room, which its provider was asked for and does not have any more.
    pub gone_rooms: BTreeMap<String, GoneRoom>,
    /// Consultation → when its provider last had its room.
    pub seen_rooms: BTreeMap<String, DateTime<Utc>>,
    /// Consultation → the co-hosts that its room could not be given.
    pub without_cohosts: BTreeMap<String, Sensitive<String>>,
    /// What the backend's practice is and has, as it was asked last.
    pub practice: Option<Practice>,
    /// What the specialist's own computers read names with, where the practice does not take them.
    pub names_key: Option<StoreKey>,
    pub reach: Option<Reach>,
    /// A link that binds a chat was opened; until when it is good.
    pub binding_until: Option<DateTime<Utc>>,
    /// Ids of what was sent without an answer, by what it was: sent again, it is the same.
    pub attempted: BTreeMap<u64, Uuid>,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneRoom {
    /// Another link is another room.
    pub link: Sensitive<String>,
    pub found_at: DateTime<Utc>,
}

/// What does not change while the application runs.
#[derive(Debug, Clone)]
pub struct Place {
    pub version: String,
    /// The system's zone: days begin and times are told in it.
    pub zone: Tz,
    /// `ru`, `en` …
    pub system_language: String,
    pub providers: &'static [ProviderInfo],
}

/// What stands in `settings.json`: everything a person chose, and nothing secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    pub settings: Settings,
    pub first_run_done: bool,
    /// Provider → field → value.
    pub connections: BTreeMap<String, BTreeMap<String, String>>,
    /// Address of a practice's backend; the embedded one serves when absent.
    pub shared_backend: Option<String>,
    pub do_not_disturb_until: Option<DateTime<Utc>>,
    /// It keeps waiting clients back too.
    pub do_not_disturb_everything: bool,
    /// The backend has not heard of it yet.
    pub do_not_disturb_untold: bool,
    /// Whose account is connected, by provider: names, no secrets.
    pub accounts: BTreeMap<String, Account>,
    /// The calendar that consultations are written to.
    pub calendar: Option<ChosenCalendar>,
    /// Tokens are bound to it, so that they can be revoked. Drawn once.
    pub device_id: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    pub name: String,
    pub login: String,
}

logged!(Account: );

/// What a person chose about the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChosenCalendar {
    pub provider: String,
    /// Its own id.
    pub calendar: String,
    pub name: String,
    pub on_by_default: bool,
    pub with_names: bool,
    pub reminder: Option<u32>,
    /// Whose it is, to notice when another account is connected.
    pub account: String,
}

#[derive(Debug, Clone)]
pub struct Feed {
    pub state: FeedState,
    pub embedded: bool,
    /// For people: `127.0.0.1:8787`.
    pub address: String,
    pub last_contact: Option<DateTime<Utc>>,
    pub delay_ms: Option<u32>,
    pub message: Option<Message>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            state: FeedState::Connecting,
            embedded: true,
            address: String::new(),
            last_contact: None,
            delay_ms: None,
            message: None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct ConnectionState {
    /// Keys of the secrets in the keychain.
    pub secrets: BTreeSet<String>,
    /// The keychain has tokens that signing in gave.
    pub signed_in: bool,
    pub health: Health,
    pub message: Option<Message>,
    pub last_success: Option<DateTime<Utc>>,
    /// What is known of what the account may do.
    pub abilities: BTreeMap<&'static str, bool>,
}

impl Default for ConnectionState {
    fn default() -> Self {
        Self {
            secrets: BTreeSet::new(),
            signed_in: false,
            health: Health::Unknown,
            message: None,
            last_success: None,
            abilities: BTreeMap::new(),
        }
    }
}

impl State {
    #[must_use]
    pub fn new(place: Place, kept: Kept) -> Self {
        Self {
            consultations: Consultations::new(place.zone),
            events: BTreeMap::new(),
            known: HashSet::new(),
            unsent: BTreeMap::new(),
            handled: BTreeMap::new(),
            gone: BTreeSet::new(),
            following: 0,
            unread: BTreeSet::new(),
            reach_unread: false,
            heard: BTreeSet::new(),
            cursor: None,
            kept,
            feed: Feed::default(),
            connections: BTreeMap::new(),
            autostart: false,
            specialist_id: None,
            problems: BTreeMap::new(),
            desktop_problems: Vec::new(),
            exported: None,
            calendar: CalendarState::default(),
            sign_in: None,
            sign_in_redirect: String::new(),
            given: BTreeMap::new(),
            gone_rooms: BTreeMap::new(),
            seen_rooms: BTreeMap::new(),
            without_cohosts: BTreeMap::new(),
            practice: None,
            names_key: None,
            reach: None,
            binding_until: None,
            attempted: BTreeMap::new(),
            place,
        }
    }

    /// Takes an event in; `false` when it was known already.
    pub fn learn(&mut self, event: Event) -> bool {
        if !self.known.insert(event.id.clone()) {
            return false;
        }
        if let Some(consultation) = &event.consultation {
            self.events.entry(consultation.clone()).or_default().push(event);
        }
        true
    }

    #[must_use]
    pub fn events_of(&self, consultation: &str) -> &[Event] {
        self.events.get(consultation).map_or(&[], Vec::as_slice)
    }

    /// What is known of who was there, also when it is so long ago that its events are gone.
    #[must_use]
    pub(crate) fn attended(&self, consultation: &str, now: DateTime<Utc>) -> Attended {
        let attended = Attended::from_events(self.events_of(consultation));
        let handled = self.handled.get(consultation);
        let attended = match handled.and_then(|handled| handled.seen) {
            Some(seen) => attended.remembering(seen),
            None => attended,
        };
        let Some(planned) = self.consultations.get(consultation) else { return attended };
        attended.where_nothing_reports(handled.and_then(|handled| handled.pressed_join_at), planned.ends_at(), now)
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.kept.settings
    }

    /// Whether a person may be disturbed now: "do not disturb" is this computer's, the hours are the person's.
    #[must_use]
    pub fn may_disturb(&self, what: Disturbance, now: DateTime<Utc>) -> bool {
        let until = self.kept.do_not_disturb_until;
        let even_clients = self.reach.as_ref().is_some_and(|reach| reach.quiet_even_clients);
        let until_even_clients = self.kept.do_not_disturb_everything;
        Quiet { hours: self.quiet_hours(), until, even_clients, until_even_clients }.allows(what, now)
    }

    fn quiet_hours(&self) -> Option<QuietHours> {
        let reach = self.reach.as_ref()?;
        let time = |text: &Option<String>| NaiveTime::parse_from_str(text.as_deref()?, "%H:%M").ok();
        let zone = reach.time_zone.as_deref().and_then(|zone| zone.parse().ok()).unwrap_or(self.place.zone);
        Some(QuietHours { from: time(&reach.quiet_from)?, to: time(&reach.quiet_to)?, zone })
    }

    /// The operator gives this, so nobody has to type it in.
    #[must_use]
    pub fn is_given(&self, provider: &str, key: &str) -> bool {
        self.given.get(provider).is_some_and(|keys| keys.contains(key))
    }

    #[must_use]
    pub fn connection_value(&self, provider: &str, key: &str) -> Option<&str> {
        self.kept.connections.get(provider)?.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What the connection needs to be used is there, as far as is known: an account that was signed in to, what makes that unnecessary,
    /// typed in or given by the operator; or, where nobody signs in, whatever was typed or given.
    #[must_use]
    pub fn is_connected(&self, provider: &str) -> bool {
        let has = |key: &str| self.keeps_secret(provider, key) || self.is_given(provider, key);
        if let Some(info) = self.place.providers.iter().find(|info| info.id == provider) {
            return match info.capabilities.sign_in {
                Some(sign_in) => self.has_account(provider) || has(sign_in.token),
                None => {
                    self.kept.connections.get(provider).is_some_and(|values| !values.is_empty()) || is_given_whole(self, info)
                }
            };
        }
        let Some(info) = calendars().iter().find(|info| info.id == provider) else { return self.has_account(provider) };
        let instead = info.sign_in.map_or(&[] as &[&str], |sign_in| sign_in.instead_of);
        let opens = |key: &&str| *key == GRANT || instead.contains(key) || info.sign_in.is_none();
        secrets(info).filter(opens).any(has) || self.has_account(provider)
    }

    /// Somebody signed in there.
    pub(crate) fn has_account(&self, provider: &str) -> bool {
        self.kept.accounts.contains_key(provider) || self.connections.get(provider).is_some_and(|one| one.signed_in)
    }

    /// A room that is still to be used, and is not there any more; since when that is known.
    #[must_use]
    pub fn room_gone(&self, consultation: &Consultation, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let gone = self.gone_rooms.get(&consultation.id).filter(|gone| *gone.link.reveal() == consultation.link)?;
        (consultation.status == Status::Planned && consultation.ends_at() > now).then_some(gone.found_at)
    }

    /// Forgets what is known of the rooms of consultations that are not there any more, or are over.
    pub fn forget_rooms(&mut self, now: DateTime<Utc>) {
        let consultations = &self.consultations;
        let over = |id: &String| consultations.get(id).is_none_or(|one| one.ends_at() <= now);
        self.gone_rooms.retain(|id, _| !over(id));
        self.seen_rooms.retain(|id, _| !over(id));
        self.without_cohosts.retain(|id, _| !over(id));
    }

    #[must_use]
    pub fn keeps_secret(&self, provider: &str, key: &str) -> bool {
        self.connections.get(provider).is_some_and(|connection| connection.secrets.contains(key))
    }
}

/// The operator gives all that the connection wants, so that it is there without anybody's doing.
pub(crate) fn is_given_whole(state: &State, info: &ProviderInfo) -> bool {
    if let Some(sign_in) = info.capabilities.sign_in {
        return state.is_given(info.id, sign_in.token);
    }
    let mut required = info.fields.iter().filter(|field| field.required).peekable();
    required.peek().is_some() && required.all(|field| state.is_given(info.id, field.key))
}
