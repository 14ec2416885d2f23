//! From what is known to what is shown: pure functions of state and time.

use crate::attended::{Attended, Place, went_in};
use crate::calendar::show as calendar;
use crate::client_side;
use crate::record::{Consultation, Event, Kind, Made, Status};
use crate::state::{State, is_given_whole};
use crate::view::{
    Ability, AccountView, AppView, BroadcastView, ConnectionView, ConsultationStatus, ConsultationView, DayGroup, DayGroupKind,
    FeedState, FeedView, FieldKind, FieldView, Message, Presence, PresencePlace, ProviderKind, ProviderView, RoomView, Settings,
    SignInOffer, Step, StepKind, TrayState,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kabinet_domain::{Sensitive, provider};
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
    /// Somebody is in the room, whoever it is.
    #[must_use]
    pub fn occupied(&self) -> bool {
        self.attended.somebody_there() || self.attended.specialist_inside_since.is_some()
    }

    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> ConsultationStatus {
        match self.consultation.status {
            Status::Cancelled => ConsultationStatus::Cancelled,
            Status::NoShow => ConsultationStatus::NoShow,
            Status::Finished if !self.occupied() => ConsultationStatus::Finished,
            _ if self.occupied() => ConsultationStatus::Running,
            _ if self.consultation.ends_at() <= now => {
                if self.attended.came {
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

#[must_use]
pub fn consultation_view(state: &State, known: &Known<'_>, now: DateTime<Utc>) -> ConsultationView {
    let Known { consultation, attended } = known;
    let hidden = state.settings().hide_names;
    let snoozed_until = client_side::snoozed_until(attended, state.handled.get(&consultation.id), now);
    ConsultationView {
        id: consultation.id.clone(),
        client: (!hidden).then(|| consultation.client.clone()),
        starts_at: consultation.starts_at,
        ends_at: consultation.ends_at(),
        minutes: consultation.minutes,
        time_zone: consultation.time_zone.clone(),
        provider: consultation.provider.clone(),
        link: consultation.link.clone(),
        room: consultation.room.clone(),
        note: consultation.note.clone(),
        status: known.status(now),
        presence: presence(attended, hidden),
        steps: attended.steps.iter().filter_map(|event| step(event, hidden)).collect(),
        together_seconds: u32::try_from(attended.together(now).num_seconds()).unwrap_or(0),
        snoozed_until,
        unsent: state.unsent.contains_key(&consultation.id),
        has_login: state.connection_value(&consultation.provider, crate::LOGIN).is_some(),
        asks_outcome: known.asks_outcome(now),
        made: consultation.made.as_ref().map(|made| room_view(made, hidden)),
        calendar: calendar::entry(state, consultation, now),
        page_link: consultation.page_link.clone(),
        door: consultation.door,
        door_open: client_side::door_open(consultation, attended, now),
        contact: consultation.contact.as_ref().map(|contact| client_side::contact_view(contact, hidden)),
        reminders: consultation.reminders.clone(),
        deliveries: client_side::deliveries(state, &consultation.id),
        unread: client_side::unread(state, &consultation.id),
        can_message: client_side::can_message(state, consultation),
        late: client_side::late(consultation, attended, now),
        answer: client_side::answer(consultation, attended, now),
    }
}

/// A broadcast is told to others in words that may name whom it is about.
pub(crate) fn room_view(made: &Made, hidden: bool) -> RoomView {
    let text = |text: &String| if hidden { String::new() } else { text.clone() };
    RoomView {
        waiting_room: made.waiting_room.clone(),
        cohosts: made.cohosts.clone(),
        summary: made.summary,
        broadcast: made.broadcast.as_ref().map(|broadcast| BroadcastView {
            title: text(&broadcast.title),
            description: text(&broadcast.description),
            organisation_only: broadcast.organisation_only,
            watch_link: broadcast.watch_link.clone(),
        }),
    }
}

fn presence(attended: &Attended, hidden: bool) -> Presence {
    let foremost = attended.foremost();
    let (place, since) = match (foremost, &attended.visit) {
        (Some(client), _) if client.line_lost => (PresencePlace::LineLost, Some(client.since)),
        (Some(client), _) => {
            let place = match client.place {
                Place::Page => PresencePlace::OnPage,
                Place::Lobby => PresencePlace::Lobby,
                Place::Room => PresencePlace::Room,
            };
            (place, Some(client.since))
        }
        (None, Some(visit)) => (PresencePlace::Left, visit.ended),
        (None, None) => match attended.opened_link_at {
            Some(at) => (PresencePlace::OpenedLink, Some(at)),
            None => (PresencePlace::Nowhere, None),
        },
    };
    Presence {
        place,
        since,
        names: if hidden {
            Vec::new()
        } else {
            attended.clients.iter().filter(|client| !client.name.is_empty()).map(|client| client.name.clone()).collect()
        },
        specialist_inside: attended.specialist_inside_since.is_some(),
        line_unstable: attended.line_unstable && attended.somebody_there(),
        // Of who is on the page, or went in from it, the link tells whose it is.
        unproven: foremost.is_some_and(|client| client.unproven && client.place > Place::Page && !client.unreported),
    }
}

fn step(event: &Event, hidden: bool) -> Option<Step> {
    let (mut reason, mut late) = (None, None);
    let kind = match &event.kind {
        Kind::ClientOpenedLink => StepKind::OpenedLink,
        Kind::ClientWaiting { lobby: false } => StepKind::OnPage,
        Kind::ClientWaiting { lobby: true } => StepKind::Lobby,
        Kind::ClientLate { minutes } => {
            late = Some(*minutes);
            StepKind::Late
        }
        Kind::ClientJoined { again: false } => StepKind::Joined,
        Kind::ClientJoined { again: true } => StepKind::JoinedAgain,
        Kind::ClientNamed => StepKind::Named,
        Kind::ClientLineLost => StepKind::LineLost,
        Kind::ClientLineBack => StepKind::LineBack,
        Kind::LineUnstable => StepKind::LineUnstable,
        Kind::ClientLeft { reason: why } if went_in(event, why) => StepKind::WentIn,
        Kind::ClientLeft { reason: why } => {
            reason = Some(why.clone());
            StepKind::Left
        }
        Kind::SessionStarted => StepKind::SessionStarted,
        Kind::SessionEnded { .. } => StepKind::SessionEnded,
        Kind::ClientAnswered { can_wait: true } => StepKind::CanWait,
        Kind::ClientAnswered { can_wait: false } => StepKind::CannotWait,
        Kind::ClientAdmitted { .. } => StepKind::Admitted,
        Kind::SpecialistAnswered { answer, minutes } => {
            late = *minutes;
            match answer.as_str() {
                "late" => StepKind::SpecialistLate,
                "cannot" => StepKind::Cannot,
                _ => StepKind::Coming,
            }
        }
        Kind::Escalated => StepKind::Escalated,
        Kind::MessageReceived { .. } => StepKind::Message,
        Kind::ConsultationChanged
        | Kind::Withdrawn { .. }
        | Kind::SourceSilent
        | Kind::SourceBack
        | Kind::CalendarChanged
        | Kind::ReachChanged
        | Kind::Delivery { .. }
        | Kind::Other => return None,
    };
    Some(Step {
        at: event.at,
        kind,
        name: (!hidden && !event.name.is_empty()).then(|| event.name.clone()),
        source: event.source.clone(),
        reason,
        minutes: late,
        missed: event.missed,
    })
}

fn connections(state: &State) -> Vec<ConnectionView> {
    let of_provider = |provider: &provider::ProviderInfo| {
        let values = state.kept.connections.get(provider.id).cloned().unwrap_or_default();
        let known = state.connections.get(provider.id).cloned().unwrap_or_default();
        let account = state.kept.accounts.get(provider.id);
        let there = !values.is_empty() || !known.secrets.is_empty() || known.signed_in || account.is_some();
        if !there && !is_given_whole(state, provider) {
            return None;
        }
        Some(ConnectionView {
            provider: provider.id.into(),
            connected: state.is_connected(provider.id),
            values,
            secrets_kept: known.secrets.into_iter().collect(),
            health: known.health,
            message: known.message,
            last_success: known.last_success,
            account: account
                .filter(|account| !account.name.is_empty() || !account.login.is_empty())
                .map(|account| AccountView { name: account.name.clone(), login: account.login.clone() }),
            abilities: known.abilities.into_iter().map(|(key, allowed)| Ability { key: key.into(), allowed }).collect(),
        })
    };
    state.place.providers.iter().filter_map(of_provider).collect()
}

/// One field of the form of a provider's connection, or of a calendar's.
pub(crate) fn field_view(state: &State, connection: &str, field: &provider::Field) -> FieldView {
    FieldView {
        key: field.key.into(),
        kind: match field.kind {
            provider::FieldKind::Text => FieldKind::Text,
            provider::FieldKind::Address => FieldKind::Address,
            provider::FieldKind::Secret => FieldKind::Secret,
            provider::FieldKind::Switch => FieldKind::Switch,
        },
        required: field.required,
        placeholder: field.placeholder.into(),
        given: state.is_given(connection, field.key),
    }
}

fn provider_view(state: &State, info: &provider::ProviderInfo) -> ProviderView {
    let capabilities = &info.capabilities;
    ProviderView {
        id: info.id.into(),
        name: info.name.into(),
        icon: info.icon.into(),
        fields: info.fields.iter().map(|field| field_view(state, info.id, field)).collect(),
        kind: ProviderKind::Rooms,
        makes_rooms: capabilities.makes_rooms(),
        by_request: capabilities.rooms == provider::Rooms::ByRequest,
        waiting_room: capabilities.waiting_room.iter().map(|level| level.as_str().to_owned()).collect(),
        cohosts: capabilities.cohosts,
        broadcasts: capabilities.broadcasts,
        summary: capabilities.summary,
        changes_rooms: capabilities.changes_rooms,
        sign_in: capabilities.sign_in.map(|sign_in| SignInOffer {
            browser: sign_in.browser,
            device_code: sign_in.device_code,
            fields: vec![sign_in.client_id.into(), sign_in.client_secret.into()],
            instead: if sign_in.token_may_be_pasted { vec![sign_in.token.into()] } else { Vec::new() },
            redirect: state.sign_in_redirect.clone(),
        }),
    }
}

#[cfg(test)]
mod tests;
