//! The history as a file: a table for spreadsheets, or events for a calendar. Pure; the shell writes it.

use crate::command::RoomKind;
use crate::history::{kind_of, known};
use crate::named;
use crate::record::{Consultation, Status};
use crate::state::State;
use crate::view::ConsultationStatus;
use crate::words::Words;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

/// A spreadsheet takes a file without it for one of its old code pages, and Cyrillic for noise.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// RFC 4180, one row for each consultation. While names are hidden the file has none, nor the notes and pasted links, which often hold them.
#[must_use]
pub(crate) fn table<'a>(
    state: &State,
    consultations: impl Iterator<Item = &'a Consultation>,
    words: &Words,
    now: DateTime<Utc>,
) -> Vec<u8> {
    let head = [
        words.say("export-date", &[]),
        words.say("export-start", &[]),
        words.say("export-end", &[]),
        words.say("export-zone", &[]),
        words.say("export-client", &[]),
        words.say("export-provider", &[]),
        words.say("export-link", &[]),
        words.say("export-state", &[]),
        words.say("export-together", &[]),
        words.say("export-note", &[]),
        words.say("export-kind", &[]),
        words.say("export-watch-link", &[]),
    ];
    let hidden = state.settings().hide_names;
    let mut text = BYTE_ORDER_MARK.to_owned();
    put_row(&mut text, &head);
    for consultation in consultations {
        let zone: Tz = consultation.time_zone.parse().unwrap_or(Tz::UTC);
        let local = |at: DateTime<Utc>| at.with_timezone(&zone);
        let known = known(state, consultation, now);
        let together = known.attended.together(now).num_seconds();
        let provider = state.place.providers.iter().find(|provider| provider.id == consultation.provider);
        let private = |text: &str| if hidden { String::new() } else { text.to_owned() };
        put_row(
            &mut text,
            &[
                local(consultation.starts_at).format("%Y-%m-%d").to_string(),
                local(consultation.starts_at).format("%H:%M").to_string(),
                local(consultation.ends_at()).format("%H:%M").to_string(),
                consultation.time_zone.clone(),
                private(&consultation.client),
                provider.map_or_else(|| consultation.provider.clone(), |provider| provider.name.to_owned()),
                link(state, consultation).to_owned(),
                state_word(known.status(now), words),
                if together > 0 { ((together + 30) / 60).to_string() } else { String::new() },
                private(&consultation.note),
                match kind_of(consultation) {
                    RoomKind::Conference => words.say("export-conference", &[]),
                    RoomKind::Broadcast => words.say("export-broadcast", &[]),
                },
                watch_link(consultation).unwrap_or_default().to_owned(),
            ],
        );
    }
    text.into_bytes()
}

/// What was pasted is left out with the names, which it may hold.
fn link<'a>(state: &State, consultation: &'a Consultation) -> &'a str {
    let hidden = state.settings().hide_names && !named::tells_nobody(state, consultation);
    if hidden { "" } else { &consultation.link }
}

fn watch_link(consultation: &Consultation) -> Option<&str> {
    consultation.made.as_ref()?.broadcast.as_ref()?.watch_link.as_deref()
}

fn state_word(status: ConsultationStatus, words: &Words) -> String {
    match status {
        ConsultationStatus::Planned => words.say("export-planned", &[]),
        ConsultationStatus::Running => words.say("export-running", &[]),
        ConsultationStatus::Finished => words.say("export-finished", &[]),
        ConsultationStatus::Cancelled => words.say("export-cancelled", &[]),
        ConsultationStatus::NoShow => words.say("export-no-show", &[]),
    }
}

fn put_row(text: &mut String, cells: &[String]) {
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        put_cell(text, cell);
    }
    text.push_str("\r\n");
}

fn put_cell(text: &mut String, cell: &str) {
    // A spreadsheet computes what begins like a formula, whoever typed it; after an apostrophe it is text.
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = formula || cell.contains(['"', ',', '\r', '\n']);
    if !quoted {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

/// RFC 5545, in UTC, so that no reader needs to know our zones. Reading the file twice changes events instead of doubling them.
#[must_use]
pub(crate) fn calendar<'a>(
    state: &State,
    consultations: impl Iterator<Item = &'a Consultation>,
    words: &Words,
    now: DateTime<Utc>,
) -> Vec<u8> {
    let hidden = state.settings().hide_names;
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Kabinet//Kabinet//EN"));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    for consultation in consultations {
        let summary = if hidden || consultation.client.is_empty() {
            words.say("consultation-name", &[])
        } else {
            words.say("export-summary", &[("client", &consultation.client)])
        };
        let mut event = Event::new();
        event
            .uid(&consultation.id)
            .timestamp(now)
            // The backend counts every change; before it has the consultation there was none.
            .sequence(consultation.version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0))
            .starts(consultation.starts_at)
            .ends(consultation.ends_at())
            .summary(&summary)
            .status(match consultation.status {
                Status::Cancelled => EventStatus::Cancelled,
                Status::Planned | Status::Finished | Status::NoShow => EventStatus::Confirmed,
            });
        let link = link(state, consultation);
        if !link.is_empty() {
            event.location(link).url(link);
        }
        if !hidden && !consultation.note.is_empty() {
            event.description(&consultation.note);
        }
        calendar.push(event.done());
    }
    calendar.to_string().into_bytes()
}

#[cfg(test)]
mod tests;
