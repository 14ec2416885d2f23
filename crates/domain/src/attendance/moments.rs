//! When things happened: each reporter's signals in the order of its own clock, on ours.

use crate::{Signal, Timestamp};
use chrono::Duration;
use std::collections::BTreeMap;

/// Reports of one reporter are delayed unequally: so far by retries and slow answers. What differs more was said by a clock
/// that has been put right meanwhile.
const UNEQUAL_DELAY: Duration = Duration::minutes(2);

/// A signal and its moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub signal: &'a Signal,
    pub at: Timestamp,
}

impl Moment<'_> {
    /// A time that the same report speaks of beside its own.
    pub fn also(&self, at: Timestamp) -> Timestamp {
        at + (self.at - self.signal.at)
    }
}

/// Every signal once, by its moment.
///
/// What one report alone says of its moment is as late as the report was. The reporter's clock may be off by any amount, but it tells
/// how far its own signals lie apart; so the promptest of them dates the others. No moment is later than its report.
pub(super) fn of(signals: &[Signal]) -> Vec<Moment<'_>> {
    let mut by_reporter: BTreeMap<&str, Vec<Moment<'_>>> = BTreeMap::new();
    for signal in signals {
        by_reporter.entry(&signal.reporter).or_default().push(Moment { signal, at: signal.at });
    }
    let mut moments: Vec<Moment<'_>> = Vec::with_capacity(signals.len());
    for mut said in by_reporter.into_values() {
        let lag = |moment: &Moment<'_>| moment.signal.at - moment.signal.said_at;
        said.sort_by_key(lag);
        let mut least = said.first().map_or_else(Duration::zero, lag);
        for moment in &mut said {
            if lag(moment) - least > UNEQUAL_DELAY {
                least = lag(moment);
            }
            moment.at = moment.signal.said_at + least;
        }
        moments.append(&mut said);
    }
    moments.sort_by(|a, b| (a.at, a.signal.order, &a.signal.key).cmp(&(b.at, b.signal.order, &b.signal.key)));
    moments.dedup_by(|a, b| a.signal.key == b.signal.key && a.at == b.at);
    moments
}
