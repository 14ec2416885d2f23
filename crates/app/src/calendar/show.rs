//! What a person sees of the calendar: pure functions of the state.

use super::record::{ConflictRow, FieldName, Reason, Row, Said};
use super::said;
use crate::present::field_view;
use crate::record::Consultation;
use crate::state::State;
use crate::view::{
    Ability, AccountView, CalendarEntryState, CalendarEntryView, CalendarView, ColleagueView, ConflictField, ConflictKind,
    ConflictView, ConnectionView, ProviderKind, ProviderView, SignInOffer,
};
use chrono::{DateTime, Utc};
use kabinet_providers::calendars::{CalendarInfo, calendars};

/// The calendar that is connected: it has what opens it, or did when that could be read.
pub(crate) fn connected(state: &State) -> Option<&'static CalendarInfo> {
    calendars().iter().find(|info| state.is_connected(info.id))
}

pub(crate) fn calendar(state: &State) -> Option<CalendarView> {
    let info = connected(state)?;
    let chosen = state.kept.calendar.clone().filter(|chosen| chosen.provider == info.id).unwrap_or_default();
    let in_conflict = state.calendar.rows.iter().filter(|(_, row)| row.conflict.is_some());
    Some(CalendarView {
        provider: info.id.into(),
        calendar: Some(chosen.calendar).filter(|id| !id.is_empty()),
        calendar_name: chosen.name,
        on_by_default: chosen.on_by_default,
        with_names: chosen.with_names,
        reminder: chosen.reminder,
        last_success: state.calendar.last_success,
        message: state.calendar.message.clone(),
        conflicts: in_conflict.map(|(id, _)| id.clone()).collect(),
    })
}

/// A consultation's entry, while a calendar is connected or the consultation stood in one.
pub(crate) fn entry(state: &State, consultation: &Consultation, now: DateTime<Utc>) -> Option<CalendarEntryView> {
    let row = state.calendar.rows.get(&consultation.id);
    if row.is_none_or(Row::is_empty) && connected(state).is_none() {
        return None;
    }
    let empty = Row::default();
    let row = row.unwrap_or(&empty);
    Some(CalendarEntryView {
        on: row.on,
        state: entry_state(state, consultation, row, now),
        message: row.failure.clone().filter(|_| row.conflict.is_none()),
        invited: row.invited.iter().map(|one| named(state, one)).collect(),
        conflict: row.conflict.as_ref().map(|conflict| conflict_view(state, conflict)),
    })
}

fn entry_state(state: &State, consultation: &Consultation, row: &Row, now: DateTime<Utc>) -> CalendarEntryState {
    // What is long over is compared no more, so nothing of it waits.
    let over = consultation.ends_at() <= now - kabinet_calendar::BACK;
    let in_step = over || said::in_step(state, &consultation.id);
    // One whose answer was lost is looked for, so it still waits.
    let failed = row.failure.as_ref().is_some_and(|failure| failure.code != "calendar_maybe_done");
    match () {
        () if row.conflict.is_some() => CalendarEntryState::Conflict,
        () if failed => CalendarEntryState::Failed,
        () if !in_step => CalendarEntryState::Waiting,
        () if row.agreed.is_some() => CalendarEntryState::Written,
        () => CalendarEntryState::Off,
    }
}

fn named(state: &State, one: &ColleagueView) -> ColleagueView {
    state.calendar.people.get(&one.id).filter(|_| one.name.is_empty()).unwrap_or(one).clone()
}

fn conflict_view(state: &State, conflict: &ConflictRow) -> ConflictView {
    let (reason, fields): (_, &[FieldName]) = match &conflict.reason {
        Reason::BothChanged(fields) => (ConflictKind::BothChanged, fields),
        Reason::DeletedThere => (ConflictKind::DeletedThere, &[]),
        Reason::CancelledHere => (ConflictKind::CancelledHere, &[]),
    };
    let field = |field: &FieldName| {
        let (ours, theirs) = (&conflict.ours, &conflict.theirs);
        // The same time in another zone is told apart by the zone.
        let zone = (ours.starts_at, ours.ends_at) == (theirs.starts_at, theirs.ends_at);
        ConflictField {
            field: name(*field).into(),
            ours: text(state, *field, ours, zone),
            theirs: text(state, *field, theirs, zone),
        }
    };
    ConflictView { reason, fields: fields.iter().map(field).collect() }
}

fn name(field: FieldName) -> &'static str {
    match field {
        FieldName::Title => "title",
        FieldName::Time => "time",
        FieldName::Location => "location",
        FieldName::Description => "description",
        FieldName::Reminder => "reminder",
    }
}

/// One side's word on a field, for people.
fn text(state: &State, field: FieldName, said: &Said, with_zone: bool) -> String {
    let words = said::spoken(state);
    match field {
        // What people write about a consultation may name anybody, and a link may hold a name.
        FieldName::Title | FieldName::Location | FieldName::Description if state.settings().hide_names => {
            words.say("calendar-hidden", &[])
        }
        FieldName::Title => said.title.clone(),
        FieldName::Time => {
            let local = |at: DateTime<Utc>| at.with_timezone(&state.place.zone);
            let (start, end) = (local(said.starts_at), local(said.ends_at));
            let day = start.format(&words.say("calendar-day-format", &[])).to_string();
            let (from, until) = (start.format("%H:%M").to_string(), end.format("%H:%M").to_string());
            let time = words.say("calendar-time", &[("day", &day), ("from", &from), ("until", &until)]);
            if with_zone { format!("{time} ({})", said.zone) } else { time }
        }
        FieldName::Location => said.location.clone(),
        FieldName::Description => said.description.clone(),
        FieldName::Reminder => match said.reminder {
            Some(minutes) => words.say("calendar-reminder-before", &[("minutes", &minutes.to_string())]),
            None => words.say("calendar-no-reminder", &[]),
        },
    }
}

/// What calendars can be connected.
pub(crate) fn providers(state: &State) -> impl Iterator<Item = ProviderView> {
    calendars().iter().map(|info| {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        ProviderView {
            id: info.id.into(),
            name: info.name.into(),
            icon: info.icon.into(),
            fields: info.fields.iter().map(|field| field_view(state, info.id, field)).collect(),
            kind: ProviderKind::Calendar,
            makes_rooms: false,
            by_request: false,
            waiting_room: Vec::new(),
            cohosts: false,
            broadcasts: false,
            summary: false,
            changes_rooms: false,
            sign_in: info.sign_in.map(|sign_in| SignInOffer {
                browser: true,
                device_code: false,
                fields: owned(sign_in.fields),
                instead: owned(sign_in.instead_of),
                redirect: state.sign_in_redirect.clone(),
            }),
        }
    })
}

/// The connections to calendars, also those that lack something yet.
pub(crate) fn connections(state: &State) -> impl Iterator<Item = ConnectionView> {
    calendars().iter().filter_map(|info| {
        let values = state.kept.connections.get(info.id).cloned().unwrap_or_default();
        let known = state.connections.get(info.id).cloned().unwrap_or_default();
        let account = state.kept.accounts.get(info.id);
        let typed = |key: &String| info.fields.iter().any(|field| field.key == key);
        (!values.is_empty() || !known.secrets.is_empty() || state.is_connected(info.id)).then(|| ConnectionView {
            provider: info.id.into(),
            connected: state.is_connected(info.id),
            values,
            secrets_kept: known.secrets.into_iter().filter(typed).collect(),
            health: known.health,
            message: known.message,
            last_success: known.last_success,
            account: account.map(|account| AccountView { name: account.name.clone(), login: account.login.clone() }),
            abilities: known.abilities.into_iter().map(|(key, allowed)| Ability { key: key.into(), allowed }).collect(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, state};

    #[test]
    fn nothing_that_people_wrote_is_told_while_names_are_hidden() {
        let said = |name: &str| Said {
            title: format!("{name} P."),
            starts_at: at("15:00"),
            ends_at: at("15:50"),
            zone: "Europe/Moscow".into(),
            location: format!("At {name}'s"),
            description: format!("Ask {name}"),
            attendees: std::collections::BTreeSet::new(),
            reminder: Some(15),
        };
        let fields = [FieldName::Title, FieldName::Time, FieldName::Location, FieldName::Description, FieldName::Reminder];
        let (ours, theirs) = (said("Zephyrina"), said("Zephyrina"));
        let conflict = ConflictRow { reason: Reason::BothChanged(fields.into()), ours, theirs, entry: "1".into() };
        let mut state = state(&[], &[]);
        let shown = |state: &State| serde_json::to_string(&conflict_view(state, &conflict)).expect("JSON");
        assert_eq!(shown(&state).matches("Zephyrina").count(), 6);
        state.kept.settings.hide_names = true;
        assert!(!shown(&state).contains("Zephyrina"), "{}", shown(&state));
    }
}
