//! All consultations there are, kept so that ten thousand of them are searched within the time of a key's press.

use crate::record::Consultation;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use kabinet_domain::Sensitive;
use std::collections::BTreeMap;
use std::ops::Deref;

/// Read as the map from id to consultation that it is; changed only here, so that what is searched is never behind.
#[derive(Debug, Clone)]
pub struct Consultations {
    zone: Tz,
    by_id: BTreeMap<String, Consultation>,
    by_time: BTreeMap<(DateTime<Utc>, String), Indexed>,
}

/// What a search looks at, made when a consultation changes and not when somebody types.
#[derive(Debug, Clone)]
pub struct Indexed {
    /// In the specialist's zone.
    pub day: NaiveDate,
    /// The client's name, the note, the title of a broadcast, and the link, which may hold a name.
    named: Sensitive<String>,
    /// The day.
    plain: String,
}

impl Indexed {
    fn new(consultation: &Consultation, zone: Tz) -> Self {
        let local = consultation.starts_at.with_timezone(&zone);
        let Consultation { client, note, link, made, .. } = consultation;
        let title = made.as_ref().and_then(|made| made.broadcast.as_ref()).map_or("", |broadcast| &broadcast.title);
        // No word holds a line break, so none is found across two fields.
        let named = format!("{client}\n{note}\n{title}\n{link}");
        let plain = local.format("%Y-%m-%d\n%d.%m.%Y").to_string();
        Self { day: local.date_naive(), named: folded(&named).into(), plain }
    }

    /// Whether all of these folded words stand in it. What is hidden is not found by either: an answer would tell it.
    #[must_use]
    pub fn holds(&self, words: &[&str], hidden: bool) -> bool {
        words.iter().all(|word| self.plain.contains(word) || (!hidden && self.named.reveal().contains(word)))
    }
}

/// The Russian letter yo, which is mostly written as the letter ye.
const YO: char = '\u{451}';
const YE: &str = "\u{435}";

/// Without case, and without the dots that few people type.
#[must_use]
pub fn folded(text: &str) -> String {
    text.to_lowercase().replace(YO, YE)
}

impl Consultations {
    /// `zone` is the specialist's: a consultation is looked for by the day it has there.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, by_id: BTreeMap::new(), by_time: BTreeMap::new() }
    }

    pub fn insert(&mut self, consultation: Consultation) {
        let id = consultation.id.clone();
        self.remove(&id);
        self.by_time.insert((consultation.starts_at, id.clone()), Indexed::new(&consultation, self.zone));
        self.by_id.insert(id, consultation);
    }

    pub fn remove(&mut self, id: &str) -> Option<Consultation> {
        let removed = self.by_id.remove(id)?;
        self.by_time.remove(&(removed.starts_at, id.to_owned()));
        Some(removed)
    }

    /// Those that begin after one moment and not after another, the earliest first.
    pub fn between(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = &Consultation> {
        let from = self.by_time.range((after, String::new())..);
        let within = from.skip_while(move |((at, _), _)| *at <= after).take_while(move |((at, _), _)| *at <= until);
        within.filter_map(|((_, id), _)| self.by_id.get(id))
    }

    /// The latest first.
    pub fn latest_first(&self) -> impl Iterator<Item = (&str, &Indexed)> {
        self.by_time.iter().rev().map(|((_, id), indexed)| (id.as_str(), indexed))
    }
}

impl Deref for Consultations {
    type Target = BTreeMap<String, Consultation>;

    fn deref(&self) -> &Self::Target {
        &self.by_id
    }
}

impl Extend<Consultation> for Consultations {
    fn extend<T: IntoIterator<Item = Consultation>>(&mut self, consultations: T) {
        consultations.into_iter().for_each(|consultation| self.insert(consultation));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, consultation};

    fn order(consultations: &Consultations) -> Vec<&str> {
        consultations.latest_first().map(|(id, _)| id).collect()
    }

    #[test]
    fn what_is_searched_follows_what_is_known() {
        let mut all = Consultations::new(chrono_tz::UTC);
        all.extend([consultation("a", "10:00", 50), consultation("b", "12:00", 50)]);
        assert_eq!(order(&all), ["b", "a"]);
        all.insert(Consultation { starts_at: at("14:00"), client: "Пётр".into(), ..consultation("a", "10:00", 50) });
        assert_eq!(order(&all), ["a", "b"]);
        let found = |words: &[&str]| all.latest_first().filter(|(_, one)| one.holds(words, false)).count();
        assert_eq!((found(&["петр"]), found(&["client", "a"]), found(&["петр", "23.12.2026"])), (1, 1, 1));
        let hidden = |word: &str| all.latest_first().filter(|(_, one)| one.holds(&[word], true)).count();
        assert_eq!((found(&["meet.example.org"]), hidden("meet.example.org")), (2, 0));
        assert_eq!((hidden("петр"), hidden("23.12.2026")), (0, 2));
        all.remove("a");
        assert_eq!((order(&all), all.len()), (vec!["b"], 1));
    }

    #[test]
    fn those_of_a_while_are_found_by_their_start() {
        let mut all = Consultations::new(chrono_tz::UTC);
        all.extend([("a", "10:00"), ("b", "10:01"), ("c", "10:30"), ("d", "10:31")].map(|(id, time)| consultation(id, time, 50)));
        assert_eq!(all.between(at("10:00"), at("10:30")).map(|one| one.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn nothing_of_a_person_stands_in_a_log() {
        let mut all = Consultations::new(chrono_tz::UTC);
        all.insert(consultation("a", "10:00", 50));
        let told = format!("{all:?}").to_lowercase();
        assert!(!told.contains("client a") && !told.contains("meet.example.org"));
    }
}
