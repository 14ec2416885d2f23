//! From what is known to what is shown: pure functions of state and time.

mod connections;
mod consultation;

pub(crate) use connections::field_view;
pub use consultation::consultation_view;
pub(crate) use consultation::room_view;

use crate::attended::{Attended, Place};
use crate::calendar::show as calendar;
use crate::client_side;
use crate::record::{Consultation, Status};
use crate::state::State;
use crate::view::{AppView, ConsultationStatus, DayGroup, DayGroupKind, FeedState, FeedView, Message, Settings, TrayState};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use connections::{connections, provider_view};
use kabinet_domain::Sensitive;
use std::collections::BTreeMap;

/// A consultation is soon when it begins within so long.
const SOON: Duration = Duration::minutes(10);

/// So many consultations of later days stand in the list; the search finds the others.
const LATER_SHOWN: usize = 200;

/// How long "Did they come?" is asked.
const ASKED_FOR: Duration = Duration::days(14);

/// A consultation with what its events say: what every pure function here looks at.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    pub consultation: &'a Consultation,
    pub attended: Attended,
}

impl Known<'_> {
    /// Somebody is in the room or waits before it, whoever it is.
    #[must_use]
    pub fn occupied(&self) -> bool {
        self.attended.somebody_there() || self.attended.specialist_inside_since.is_some()
    }

    /// Somebody is in the room itself: its lobby and the client's page are places of their own.
    fn in_the_room(&self) -> bool {
        self.attended.specialist_inside_since.is_some() || self.attended.clients.iter().any(|client| client.place == Place::Room)
    }

    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> ConsultationStatus {
        match self.consultation.status {
            Status::Cancelled => ConsultationStatus::Cancelled,
            Status::NoShow => ConsultationStatus::NoShow,
            _ if self.in_the_room() => ConsultationStatus::Running,
            Status::Finished => ConsultationStatus::Finished,
            _ if self.consultation.ends_at() <= now => {
                // Whoever still waits and was never met is not done with.
                if self.attended.met || (self.attended.came && !self.occupied()) {
                    ConsultationStatus::Finished
                } else {
                    ConsultationStatus::Planned
                }
            }
            _ if self.consultation.starts_at <= now => ConsultationStatus::Running,
            _ => ConsultationStatus::Planned,
        }
    }

    /// Nobody came and the time is over: a person has to say what it was.
    #[must_use]
    pub fn asks_outcome(&self, now: DateTime<Utc>) -> bool {
        let over = self.consultation.status == Status::Planned && self.consultation.ends_at() <= now;
        over && !self.attended.came && !self.occupied()
    }

    /// It still lies ahead or goes on, as planned.
    #[must_use]
    pub fn open(&self, now: DateTime<Utc>) -> bool {
        self.consultation.status == Status::Planned && self.consultation.ends_at() > now
    }
}

/// The consultations from the start of today on, by time. What is over and occupied still counts.
#[must_use]
pub fn from_today(state: &State, now: DateTime<Utc>) -> Vec<Known<'_>> {
    let today = start_of_day(state, now);
    let mut known: Vec<Known<'_>> = state
        .consultations
        .values()
        .filter(|consultation| consultation.ends_at() > today || consultation.starts_at >= today)
        .map(|consultation| Known { consultation, attended: state.attended(&consultation.id, now) })
        .collect();
    known.sort_by(|one, other| {
        (one.consultation.starts_at, &one.consultation.id).cmp(&(other.consultation.starts_at, &other.consultation.id))
    });
    known
}

/// The consultations of the days before today that nobody has said the end of yet, by time.
fn unanswered(state: &State, now: DateTime<Utc>) -> Vec<Known<'_>> {
    let today = start_of_day(state, now);
    let mut known: Vec<Known<'_>> = state
        .consultations
        .values()
        .filter(|consultation| consultation.starts_at < today && consultation.ends_at() <= today)
        .filter(|consultation| consultation.starts_at >= today - ASKED_FOR)
        .map(|consultation| Known { consultation, attended: Attended::from_events(state.events_of(&consultation.id)) })
        .filter(|one| one.asks_outcome(now))
        .collect();
    known.sort_by_key(|one| one.consultation.starts_at);
    known
}

#[must_use]
pub fn local_day(state: &State, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&state.place.zone).date_naive()
}

fn start_of_day(state: &State, now: DateTime<Utc>) -> DateTime<Utc> {
    let midnight = local_day(state, now).and_hms_opt(0, 0, 0).expect("midnight is a time");
    // Where a day begins at one o'clock, it has no midnight.
    midnight
        .and_local_timezone(state.place.zone)
        .earliest()
        .or_else(|| (midnight + Duration::hours(1)).and_local_timezone(state.place.zone).earliest())
        .map_or(now, |start| start.with_timezone(&Utc))
}

/// The consultation to show large: where a client is, else where the specialist is, else the one of now, else the next of today.
#[must_use]
pub fn hero<'a, 'b>(state: &State, known: &'b [Known<'a>], now: DateTime<Utc>) -> Option<&'b Known<'a>> {
    let waited_for = known.iter().filter(|one| one.attended.somebody_there() && one.attended.specialist_inside_since.is_none());
    let today = local_day(state, now);
    waited_for
        .min_by_key(|one| one.attended.foremost().map(|client| (std::cmp::Reverse(client.place), client.since)))
        .or_else(|| known.iter().find(|one| one.occupied()))
        .or_else(|| known.iter().find(|one| one.open(now) && one.consultation.starts_at <= now))
        .or_else(|| known.iter().find(|one| one.open(now) && local_day(state, one.consultation.starts_at) == today))
}

/// The icon's state. A broken line comes first: without it nothing said about clients can be trusted.
#[must_use]
pub fn tray_state(state: &State, known: &[Known<'_>], now: DateTime<Utc>) -> TrayState {
    if matches!(state.feed.state, FeedState::Offline | FeedState::Refused) {
        return TrayState::NotConnected;
    }
    if known.iter().any(|one| at_the_door(one)) {
        return TrayState::ClientThere;
    }
    if known.iter().any(|one| one.attended.specialist_inside_since.is_some()) {
        return TrayState::InSession;
    }
    let soon =
        known.iter().any(|one| one.open(now) && one.consultation.starts_at > now && one.consultation.starts_at - now <= SOON);
    if soon { TrayState::Soon } else { TrayState::Idle }
}

/// A client is there and the specialist is not.
#[must_use]
pub fn at_the_door(known: &Known<'_>) -> bool {
    known.attended.somebody_there() && known.attended.specialist_inside_since.is_none()
}

#[must_use]
pub fn app_view(state: &State, now: DateTime<Utc>) -> AppView {
    let known = from_today(state, now);
    let hero = hero(state, &known, now);
    let hero_id = hero.map(|hero| hero.consultation.id.as_str());
    AppView {
        revision: 0,
        version: state.place.version.clone(),
        first_run: !state.kept.first_run_done,
        now,
        settings: Settings { autostart: state.autostart, ..state.settings().clone() },
        feed: feed_view(state),
        tray: tray_state(state, &known, now),
        hero: hero.map(|hero| consultation_view(state, hero, now)),
        groups: groups(
            state,
            known.iter().filter(|one| Some(one.consultation.id.as_str()) != hero_id).chain(&unanswered(state, now)),
            now,
        ),
        connections: connections(state).into_iter().chain(calendar::connections(state)).collect(),
        providers: state
            .place
            .providers
            .iter()
            .map(|info| provider_view(state, info))
            .chain(calendar::providers(state))
            .collect(),
        problems: state.problems.values().chain(&state.desktop_problems).cloned().chain(of_rooms(state, now)).collect(),
        sign_in: state.sign_in.clone(),
        calendar: calendar::calendar(state),
        do_not_disturb_until: state.kept.do_not_disturb_until.filter(|until| *until > now),
        do_not_disturb_everything: state.kept.do_not_disturb_everything
            && state.kept.do_not_disturb_until.is_some_and(|until| until > now),
        practice: client_side::practice(state),
        reach: client_side::reach(state, now),
    }
}

/// What a person should know of rooms that are still to be used: some are not there any more, some lack co-hosts.
fn of_rooms(state: &State, now: DateTime<Utc>) -> Vec<Message> {
    let gone = state.gone_rooms.keys().filter_map(|id| state.consultations.get(id));
    let gone = gone.filter(|consultation| state.room_gone(consultation, now).is_some());
    let told = |consultation: &Consultation| {
        let time = consultation.starts_at.with_timezone(&state.place.zone).format("%H:%M").to_string();
        let facts = [("time".to_owned(), time), ("consultation".to_owned(), consultation.id.clone())];
        Message { code: "room_gone_before".into(), facts: facts.into() }
    };
    let lacking = state
        .without_cohosts
        .iter()
        .filter(|(id, _)| state.consultations.get(*id).is_some_and(|one| one.status == Status::Planned && one.ends_at() > now));
    let lacks = |(id, emails): (&String, &Sensitive<String>)| {
        let facts = [("emails".to_owned(), emails.reveal().clone()), ("consultation".to_owned(), id.clone())];
        Message { code: "room_without_cohosts".into(), facts: facts.into() }
    };
    gone.map(told).chain(lacking.map(lacks)).collect()
}

fn feed_view(state: &State) -> FeedView {
    let feed = &state.feed;
    FeedView {
        state: feed.state,
        embedded: feed.embedded,
        address: feed.address.clone(),
        last_contact: feed.last_contact,
        delay_ms: feed.delay_ms,
        message: feed.message.clone(),
    }
}

fn groups<'a, 'b: 'a>(state: &State, known: impl Iterator<Item = &'a Known<'b>>, now: DateTime<Utc>) -> Vec<DayGroup> {
    let today = local_day(state, now);
    let mut groups: BTreeMap<(u8, NaiveDate), DayGroup> = BTreeMap::new();
    let mut later = 0;
    for one in known {
        let day = local_day(state, one.consultation.starts_at);
        let over = one.consultation.ends_at() <= now && !one.occupied();
        let (rank, kind) = match day {
            day if over && day < today && one.asks_outcome(now) => (2, DayGroupKind::Unanswered),
            _ if over => (1, DayGroupKind::PastToday),
            day if day <= today => (0, DayGroupKind::LaterToday),
            day if day.pred_opt() == Some(today) => (3, DayGroupKind::Tomorrow),
            _ => (4, DayGroupKind::Later),
        };
        if rank == 4 {
            later += 1;
            if later > LATER_SHOWN {
                continue;
            }
        }
        let day = if rank < 2 { today } else { day };
        groups
            .entry((rank, day))
            .or_insert_with(|| DayGroup { kind, day: day.to_string(), items: Vec::new() })
            .items
            .push(consultation_view(state, one, now));
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests;
