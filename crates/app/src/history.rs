//! The history: everything past and to come, the latest first, narrowed by words, state and days.

use crate::command::{CommandError, ConsultationDraft, HistoryState, MonthCount, RoomKind, SearchResult, Sought};
use crate::commands::{refuse_field, wishes};
use crate::consultations::folded;
use crate::line::local_moment;
use crate::made;
use crate::present::{self, Known};
use crate::record::{Consultation, Status};
use crate::state::State;
use crate::view::ConsultationStatus;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use kabinet_domain::Sensitive;

/// What is looked for, understood.
#[derive(Debug)]
pub(crate) struct Wanted {
    text: Sensitive<String>,
    state: Option<HistoryState>,
    kind: Option<RoomKind>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Wanted {
    pub(crate) fn read(sought: &Sought) -> Result<Self, CommandError> {
        let day = |text: &Option<String>, field| match text.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => text.parse().map(Some).map_err(|_| refuse_field("bad_date", field)),
            None => Ok(None),
        };
        Ok(Self {
            text: folded(&sought.text).into(),
            state: sought.state,
            kind: sought.kind,
            from: day(&sought.from, "from")?,
            to: day(&sought.to, "to")?,
        })
    }

    /// The consultations that hold all the words and pass the filters, the latest first, each with its day.
    pub(crate) fn among<'a>(
        &'a self,
        state: &'a State,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = (NaiveDate, &'a Consultation)> {
        let words: Vec<&str> = self.text.reveal().split_whitespace().collect();
        let hidden = state.settings().hide_names;
        let of_days = |day: NaiveDate| self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to);
        state
            .consultations
            .latest_first()
            .filter(move |(_, indexed)| of_days(indexed.day) && indexed.holds(&words, hidden))
            .filter_map(|(id, indexed)| Some((indexed.day, state.consultations.get(id)?)))
            .filter(move |(_, consultation)| self.kind.is_none_or(|wanted| wanted == kind_of(consultation)))
            .filter(move |(_, consultation)| self.state.is_none_or(|wanted| wanted == state_of(state, consultation, now)))
    }
}

/// Whether others may watch it.
pub(crate) fn kind_of(consultation: &Consultation) -> RoomKind {
    let broadcast = consultation.made.as_ref().is_some_and(|made| made.broadcast.is_some());
    if broadcast { RoomKind::Broadcast } else { RoomKind::Conference }
}

/// As what a consultation counts now.
fn state_of(state: &State, consultation: &Consultation, now: DateTime<Utc>) -> HistoryState {
    // What was decided needs no look at the events.
    match consultation.status {
        Status::Cancelled => return HistoryState::Cancelled,
        Status::NoShow => return HistoryState::NoShow,
        Status::Planned | Status::Finished => {}
    }
    match known(state, consultation, now).status(now) {
        ConsultationStatus::Cancelled => HistoryState::Cancelled,
        ConsultationStatus::NoShow => HistoryState::NoShow,
        ConsultationStatus::Finished => HistoryState::Finished,
        ConsultationStatus::Planned | ConsultationStatus::Running => HistoryState::Planned,
    }
}

pub(crate) fn known<'a>(state: &State, consultation: &'a Consultation, now: DateTime<Utc>) -> Known<'a> {
    Known { consultation, attended: state.attended(&consultation.id, now) }
}

/// A window's worth of what is wanted, with how much there is of each month.
pub(crate) fn found(state: &State, wanted: &Wanted, offset: u32, limit: u32, now: DateTime<Utc>) -> SearchResult {
    let (from, to) = (offset as usize, (offset as usize).saturating_add(limit as usize));
    let mut shown = Vec::new();
    let mut months: Vec<MonthCount> = Vec::new();
    let mut last = None;
    let mut total = 0;
    for (day, consultation) in wanted.among(state, now) {
        if (from..to).contains(&total) {
            shown.push(present::consultation_view(state, &known(state, consultation, now), now));
        }
        total += 1;
        let month = Some((day.year(), day.month()));
        match months.last_mut() {
            Some(same) if last == month => same.count += 1,
            _ => months.push(MonthCount { month: day.format("%Y-%m").to_string(), count: 1 }),
        }
        last = month;
    }
    SearchResult { items: shown, total: u32::try_from(total).unwrap_or(u32::MAX), months }
}

/// The same once more: a week later at the same local time, or as many weeks later as it takes to lie ahead.
/// `keeps_link` for a link that was not made here and so cannot be made anew. What a room was made with, the next one is made with.
pub(crate) fn repeated(consultation: &Consultation, keeps_link: bool, now: DateTime<Utc>) -> ConsultationDraft {
    let zone: Tz = consultation.time_zone.parse().unwrap_or(Tz::UTC);
    let local = consultation.starts_at.with_timezone(&zone);
    let (mut day, time) = (local.date_naive(), local.time());
    while let Some(next) = day.checked_add_days(Days::new(7)) {
        day = next;
        // A time that spring skips on that day is still offered: the person sees which, and is told when it is sent.
        if local_moment(day, time, zone).is_none_or(|moment| moment > now) {
            break;
        }
    }
    ConsultationDraft {
        client: consultation.client.clone(),
        date: day.to_string(),
        time: time.format("%H:%M").to_string(),
        minutes: consultation.minutes,
        time_zone: Some(consultation.time_zone.clone()),
        provider: consultation.provider.clone(),
        link: keeps_link.then(|| consultation.link.clone()),
        note: consultation.note.clone(),
        room: consultation.made.as_ref().map(made::wishes),
        calendar: None,
        client_side: Some(wishes::known(consultation)),
        another_client: false,
    }
}

#[cfg(test)]
mod tests;
