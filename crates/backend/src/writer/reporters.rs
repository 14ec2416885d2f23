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
    /// Tells of grants, on a server that asks hosts to log in.
    grants: bool,
    /// Set while its clock is off by more than what a slow request explains.
    clock_ahead: Option<chrono::Duration>,
}

impl Reporter {
    fn new(now: Timestamp) -> Self {
        Self {
            last_report_at: now,
            regular: false,
            silent: false,
            queued: None,
            dropped: None,
            noted_at: None,
            grants: false,
            clock_ahead: None,
        }
    }
}

#[derive(Debug, Default)]
pub struct Reporters {
    sources: BTreeMap<Arc<str>, Reporter>,
    /// The last sequence number of each load of a module.
    boots: HashMap<String, u64>,
    boot_order: VecDeque<String>,
}

/// A request that was slow or sent again looks like a clock that is so far behind.
const CLOCK_MAY_DIFFER: chrono::Duration = chrono::Duration::seconds(10);

/// What a source is called as long as its module has no id.
pub fn without_id(source: &str) -> Option<&str> {
    source.split_once('#').map(|(nameless, _)| nameless)
}

/// Names in the marks of storage.
pub const MARK: &str = "source:";

impl Reporters {
    /// Takes up a source that reported regularly before this start. Its silence is counted from now.
    pub fn restore(&mut self, source: &str, now: Timestamp) {
        let reporter = Reporter { regular: true, noted_at: Some(now), ..Reporter::new(now) };
        self.sources.insert(Arc::from(source), reporter);
    }

    /// Notes a report. `true` when its source was called silent and is back.
    pub fn heard(&mut self, source: &Arc<str>, module: Option<&ModuleReport>, now: Timestamp) -> bool {
        if let Some(nameless) = without_id(source) {
            // The same server, before its module made an id: it has not fallen silent.
            self.sources.remove(nameless);
        }
        let reporter = self.sources.entry(Arc::clone(source)).or_insert_with(|| Reporter::new(now));
        reporter.last_report_at = now;
        if let Some(module) = module {
            reporter.regular |= module.heartbeat || module.started;
            reporter.queued = Some(module.queued);
            reporter.dropped = Some(module.dropped);
            reporter.grants = module.login == Some(true);
        }
        std::mem::take(&mut reporter.silent)
    }

    /// Notes how far a source's clock is off. Its times are corrected; that they have to be is the operator's to know.
    pub fn note_clock(&mut self, source: &Arc<str>, ahead: Option<chrono::Duration>) {
        let (Some(ahead), Some(reporter)) = (ahead, self.sources.get_mut(source)) else { return };
        let off = Some(ahead).filter(|ahead| ahead.abs() > CLOCK_MAY_DIFFER);
        match (off, reporter.clock_ahead) {
            (Some(off), None) => {
                tracing::warn!(
                    source = &**source,
                    ahead_seconds = off.num_seconds(),
                    "a source's clock is off; its times are corrected"
                );
            }
            (None, Some(_)) => tracing::info!(source = &**source, "a source's clock is right again"),
            _ => {}
        }
        reporter.clock_ahead = off;
    }

    /// Whether somebody may tell of a grant, in whatever room.
    #[must_use]
    pub fn expect_grants(&self) -> bool {
        self.sources.values().any(|reporter| reporter.grants && !reporter.silent)
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
            clock_ahead_seconds: reporter.clock_ahead.map(|ahead| ahead.num_seconds()),
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

    #[test]
    fn two_servers_of_one_name_fall_silent_each_by_itself() {
        let mut reporters = Reporters::default();
        let start = chrono::DateTime::UNIX_EPOCH;
        let after = chrono::Duration::seconds(180);
        let (old, one, other): (Arc<str>, Arc<str>, Arc<str>) =
            (Arc::from("kabinet:muc"), Arc::from("kabinet:muc#1"), Arc::from("kabinet:muc#2"));
        reporters.heard(&old, Some(&report("a", (1, 1))), start);
        reporters.heard(&one, Some(&report("b", (1, 1))), start);
        let later = start + chrono::Duration::seconds(181);
        reporters.heard(&other, Some(&report("c", (1, 1))), later);
        assert_eq!(reporters.fallen_silent(later, after), vec![one], "the one without an id has got one");
    }

    #[test]
    fn a_clock_that_is_off_is_kept_in_sight() {
        let mut reporters = Reporters::default();
        let (now, module): (Timestamp, Arc<str>) = (chrono::DateTime::UNIX_EPOCH, Arc::from("module"));
        reporters.heard(&module, None, now);
        let mut off = |seconds: i64| {
            reporters.note_clock(&module, Some(chrono::Duration::seconds(seconds)));
            reporters.health(now)[0].clock_ahead_seconds
        };
        assert_eq!((off(-3), off(-46_800), off(13), off(0)), (None, Some(-46_800), Some(13), None));
    }
}
