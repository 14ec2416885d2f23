//! Finding consultations by what a person remembers of them. Asked at every key, so it must take less than a frame
//! of the screen among ten thousand: what is compared is written out once, not at each question.

use crate::attended::Attended;
use crate::command::{SearchRequest, SearchResult};
use crate::present::{self, Known};
use crate::record::Consultation;
use crate::state::State;
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use std::cmp::Reverse;
use std::fmt::Write;

const MOST_FOUND: u32 = 10_000;

/// What the words are looked for in, the latest consultation first.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The state that it was made of; see [`Index::follow`].
    revision: Option<u64>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: String,
    starts_at: DateTime<Utc>,
    /// In small letters; the parts are lines, so no word is found across two of them.
    text: String,
}

impl Index {
    /// Makes the index anew if the state has another revision than the one it was made of.
    pub(crate) fn follow(&mut self, state: &State, revision: u64) {
        if self.revision == Some(revision) {
            return;
        }
        let row = |one: &Consultation| Row { id: one.id.clone(), starts_at: one.starts_at, text: text(one, state.place.zone) };
        self.rows = state.consultations.values().map(row).collect();
        self.rows.sort_by(|one, other| Reverse((one.starts_at, &one.id)).cmp(&Reverse((other.starts_at, &other.id))));
        self.revision = Some(revision);
    }

    /// Consultations that hold all the words, the latest first.
    pub(crate) fn found(&self, state: &State, request: &SearchRequest, now: DateTime<Utc>) -> SearchResult {
        let asked = request.text.to_lowercase();
        let words: Vec<&str> = asked.split_whitespace().collect();
        let found: Vec<&Row> = self.rows.iter().filter(|row| words.iter().all(|word| row.text.contains(word))).collect();
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let (skip, take) = (request.offset as usize, request.limit.min(MOST_FOUND) as usize);
        let shown = found.into_iter().skip(skip).take(take).filter_map(|row| state.consultations.get(&row.id));
        let view = |consultation: &Consultation| {
            let attended = Attended::from_events(state.events_of(&consultation.id));
            present::consultation_view(state, &Known { consultation, attended }, now)
        };
        SearchResult { items: shown.map(view).collect(), total }
    }
}

/// Name, note, link and the day as people write it, in both ways.
fn text(consultation: &Consultation, zone: Tz) -> String {
    let day = consultation.starts_at.with_timezone(&zone).date_naive();
    let (year, month, day) = (day.year(), day.month(), day.day());
    let mut text = String::with_capacity(consultation.client.len() + consultation.note.len() + consultation.link.len() + 24);
    for part in [&consultation.client, &consultation.note, &consultation.link] {
        text.push_str(part);
        text.push('\n');
    }
    text = text.to_lowercase();
    write!(text, "{year:04}-{month:02}-{day:02}\n{day:02}.{month:02}.{year:04}").expect("a text takes any text");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, consultation, state};

    fn index(state: &State) -> Index {
        let mut index = Index::default();
        index.follow(state, 1);
        index
    }

    fn ids(state: &State, text: &str) -> Vec<String> {
        let request = SearchRequest { text: text.into(), offset: 0, limit: 10 };
        index(state).found(state, &request, at("12:00")).items.into_iter().map(|item| item.id).collect()
    }

    #[test]
    fn every_word_is_looked_for_in_name_note_link_and_day() {
        let mut one = consultation("c1", "15:00", 50);
        one.client = "Мария К.".into();
        one.note = "Про СЕСТРУ\nи брата".into();
        let two = consultation("c2", "16:00", 50);
        let state = state(&[one, two], &[]);
        assert_eq!(ids(&state, "МАРИЯ сестру"), ["c1"]);
        assert_eq!(ids(&state, "мария client"), [""; 0]);
        assert_eq!(ids(&state, "meet.example.org 23.12.2026"), ["c2", "c1"]);
        assert_eq!(ids(&state, "2026-12-23 c2"), ["c2"]);
        assert_eq!(ids(&state, ""), ["c2", "c1"]);
    }

    #[test]
    fn a_page_of_what_was_found_knows_how_much_there_is() {
        let many: Vec<Consultation> = (10..50).map(|number| consultation(&format!("c{number}"), "15:00", 50)).collect();
        let state = state(&many, &[]);
        let request = SearchRequest { text: "client".into(), offset: 30, limit: 30 };
        let result = index(&state).found(&state, &request, at("12:00"));
        assert_eq!((result.items.len(), result.total), (10, 40));
    }

    #[test]
    fn a_change_is_found_with_the_next_revision() {
        let mut state = state(&[consultation("c1", "15:00", 50)], &[]);
        let mut index = index(&state);
        state.consultations.insert("c2".into(), consultation("c2", "16:00", 50));
        let request = SearchRequest { text: String::new(), offset: 0, limit: 10 };
        index.follow(&state, 1);
        assert_eq!(index.found(&state, &request, at("12:00")).total, 1);
        index.follow(&state, 2);
        assert_eq!(index.found(&state, &request, at("12:00")).total, 2);
    }
}
