//! Who reports, whether they still do, and whether something of theirs was missed.

use kabinet_api::SourceHealth;
use kabinet_domain::Timestamp;
use kabinet_providers::jitsi::ModuleReport;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// Loads of a module that are remembered; a server has one at a time.
const REMEMBERED_BOOTS: usize = 64;

/// A source that has been silent for so long is not coming back: it was removed.
const FORGET_AFTER_DAYS: i64 = 7;

/// The database is told of a source's life so often; every report would be a write more.
const NOTE_EVERY_SECONDS: i64 = 60;

#[derive(Debug, Clone)]
struct Reporter {
    last_report_at: Timestamp,
    /// Reports by itself every minute, so that silence means something.
    regular: bool,
    silent: bool,
    queued: Option<u64>,
    dropped: Option<u64>,
    noted_at: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub struct Reporters {
    sources: BTreeMap<Arc<str>, Reporter>,
    /// The last sequence number of each load of a module.
    boots: HashMap<String, u64>,
    boot_order: VecDeque<String>,
}

/// Names in the marks of storage.
pub const MARK: &str = "source:";

impl Reporters {
    /// Takes up a source that reported regularly before this start. Its silence is counted from now.
    pub fn restore(&mut self, source: &str, now: Timestamp) {
        let reporter =
            Reporter { last_report_at: now, regular: true, silent: false, queued: None, dropped: None, noted_at: Some(now) };
        self.sources.insert(Arc::from(source), reporter);
    }

    /// Notes a report. `true` when its source was called silent and is back.
    pub fn heard(&mut self, source: &Arc<str>, module: Option<&ModuleReport>, now: Timestamp) -> bool {
        let reporter = self.sources.entry(Arc::clone(source)).or_insert_with(|| Reporter {
            last_report_at: now,
            regular: false,
            silent: false,
            queued: None,
            dropped: None,
            noted_at: None,
        });
        reporter.last_report_at = now;
        if let Some(module) = module {
            reporter.regular |= module.heartbeat || module.started;
            reporter.queued = Some(module.queued);
            reporter.dropped = Some(module.dropped);
        }
        std::mem::take(&mut reporter.silent)
    }

    /// Takes back that a source is back: it could not be told.
    pub fn still_silent(&mut self, source: &Arc<str>) {
        if let Some(reporter) = self.sources.get_mut(source) {
            reporter.silent = true;
        }
    }

    /// Whether something was missed: an unknown load of the module, or a hole in its numbers.
    #[must_use]
    pub fn missed(&self, module: &ModuleReport) -> bool {
        match (self.boots.get(&module.boot), module.seqs) {
            (None, _) => true,
            (Some(last), Some((first, _))) => first > last + 1,
            (Some(_), None) => false,
        }
    }

    /// Remembers how far a load of the module has come.
    pub fn advance(&mut self, module: &ModuleReport) {
        let reached = module.seqs.map_or(0, |(_, last)| last);
        if let Some(last) = self.boots.get_mut(&module.boot) {
            *last = reached.max(*last);
            return;
        }
        self.boots.insert(module.boot.clone(), reached);
        self.boot_order.push_back(module.boot.clone());
        if self.boot_order.len() > REMEMBERED_BOOTS
            && let Some(oldest) = self.boot_order.pop_front()
        {
            self.boots.remove(&oldest);
        }
    }

    /// Sources that have just become silent.
    #[must_use]
    pub fn fallen_silent(&self, now: Timestamp, after: chrono::Duration) -> Vec<Arc<str>> {
        let silent = |reporter: &Reporter| reporter.regular && !reporter.silent && now - reporter.last_report_at > after;
        self.sources.iter().filter(|(_, reporter)| silent(reporter)).map(|(source, _)| Arc::clone(source)).collect()
    }

    /// When the next could fall silent.
    #[must_use]
    pub fn next_silence(&self, after: chrono::Duration) -> Option<Timestamp> {
        let awaited = self.sources.values().filter(|reporter| reporter.regular && !reporter.silent);
        awaited.map(|reporter| reporter.last_report_at + after).min()
    }

    /// Regular sources that the database should hear of again, as marks.
    pub fn notes_due(&mut self, now: Timestamp) -> Vec<(String, i64)> {
        let mut marks = Vec::new();
        for (source, reporter) in &mut self.sources {
            let due = reporter.noted_at.is_none_or(|at| (reporter.last_report_at - at).num_seconds() >= NOTE_EVERY_SECONDS);
            if reporter.regular && due {
                reporter.noted_at = Some(now);
                marks.push((format!("{MARK}{source}"), reporter.last_report_at.timestamp_millis()));
            }
        }
        marks
    }

    /// Whether a source that was last heard then is still worth waiting for.
    #[must_use]
    pub fn worth_waiting(last_report_at: Timestamp, now: Timestamp) -> bool {
        (now - last_report_at).num_days() < FORGET_AFTER_DAYS
    }

    #[must_use]
    pub fn health(&self, now: Timestamp) -> Vec<SourceHealth> {
        let health = |(source, reporter): (&Arc<str>, &Reporter)| SourceHealth {
            source: source.to_string(),
            last_report_at: reporter.last_report_at,
            age_seconds: u64::try_from((now - reporter.last_report_at).num_seconds()).unwrap_or(0),
            silent: reporter.silent,
            queued: reporter.queued,
            dropped: reporter.dropped,
        };
        self.sources.iter().map(health).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(boot: &str, seqs: (u64, u64)) -> ModuleReport {
        ModuleReport { boot: boot.into(), seqs: Some(seqs), heartbeat: true, ..ModuleReport::default() }
    }

    #[test]
    fn a_hole_in_the_numbers_is_noticed_and_a_repetition_is_not() {
        let mut reporters = Reporters::default();
        let mut check = |boot: &str, seqs, missed| {
            let report = report(boot, seqs);
            assert_eq!(reporters.missed(&report), missed, "{boot} {seqs:?}");
            reporters.advance(&report);
        };
        check("a", (5, 7), true);
        check("a", (8, 8), false);
        check("a", (5, 7), false);
        check("a", (10, 11), true);
        check("a", (12, 12), false);
        check("b", (1, 1), true);
    }

    #[test]
    fn only_regular_sources_fall_silent_and_only_once() {
        let mut reporters = Reporters::default();
        let start = chrono::DateTime::UNIX_EPOCH;
        let after = chrono::Duration::seconds(180);
        reporters.heard(&Arc::from("plain"), None, start);
        let module = Arc::from("module");
        reporters.heard(&module, Some(&report("a", (1, 1))), start);
        assert_eq!(reporters.next_silence(after), Some(start + after));
        let later = start + chrono::Duration::seconds(181);
        assert_eq!(reporters.fallen_silent(later, after), vec![Arc::clone(&module)]);
        reporters.still_silent(&module);
        assert_eq!(reporters.fallen_silent(later, after), Vec::<Arc<str>>::new());
        assert!(reporters.heard(&module, None, later));
        assert!(!reporters.heard(&module, None, later));
    }
}
