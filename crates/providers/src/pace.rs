//! How fast a server may be asked: a leaky bucket per place, shared by everybody who asks there.
//!
//! Servers that count requests count them per address, not per client, so one [`Pace`] is made for the process
//! and handed to every connection.

use async_trait::async_trait;
use kabinet_domain::{Clock, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Waits. Passed in, so that a test need not.
#[async_trait]
pub trait Pause: fmt::Debug + Send + Sync {
    async fn pause(&self, how_long: Duration);
}

/// Really waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPause;

#[async_trait]
impl Pause for SystemPause {
    async fn pause(&self, how_long: Duration) {
        tokio::time::sleep(how_long).await;
    }
}

/// What a place allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests that leave the bucket in a second.
    pub per_second: u32,
    /// Requests that fit into it.
    pub at_once: u32,
}

/// Everybody's buckets, by place.
#[derive(Debug)]
pub struct Pace {
    clock: Arc<dyn Clock>,
    pause: Arc<dyn Pause>,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Pace {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, pause: Arc<dyn Pause>) -> Self {
        Self { clock, pause, buckets: Mutex::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits until it is the caller's turn to ask at a place. Turns are given in the order they are asked for.
    pub(crate) async fn turn(&self, place: &str, rate: Rate) {
        let wait = self.bucket(place, |bucket, now| bucket.take(rate, now));
        if !wait.is_zero() {
            self.pause.pause(wait).await;
        }
    }

    /// The place says that it was asked too often: others ask there too, so its bucket is full, whatever we thought.
    pub(crate) fn overflowed(&self, place: &str, rate: Rate) {
        self.bucket(place, |bucket, now| bucket.fill(rate, now));
    }

    pub(crate) async fn pause(&self, how_long: Duration) {
        self.pause.pause(how_long).await;
    }

    fn bucket<T>(&self, place: &str, with: impl FnOnce(&mut Bucket, Timestamp) -> T) -> T {
        let now = self.clock.now();
        // A bucket is whole after every statement, so a panic elsewhere has broken none.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        with(buckets.entry(place.to_owned()).or_insert(Bucket { level: 0, at: now }), now)
    }
}

/// Thousandths of requests, so that whole numbers do.
const REQUEST: i64 = 1000;

#[derive(Debug)]
struct Bucket {
    level: i64,
    at: Timestamp,
}

impl Bucket {
    fn leak(&mut self, rate: Rate, now: Timestamp) {
        // A clock that was put back leaks nothing.
        let passed = (now - self.at).num_milliseconds().max(0);
        self.level = self.level.saturating_sub(passed.saturating_mul(i64::from(rate.per_second))).max(0);
        self.at = now;
    }

    /// Takes the next turn, and says how far off it is.
    fn take(&mut self, rate: Rate, now: Timestamp) -> Duration {
        self.leak(rate, now);
        self.level += REQUEST;
        let over = self.level - i64::from(rate.at_once) * REQUEST;
        let wait = over.max(0).unsigned_abs().div_ceil(u64::from(rate.per_second.max(1)));
        Duration::from_millis(wait)
    }

    fn fill(&mut self, rate: Rate, now: Timestamp) {
        self.leak(rate, now);
        self.level = self.level.max(i64::from(rate.at_once) * REQUEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2, at_once: 3 };

    fn at(millis: i64) -> Timestamp {
        chrono::DateTime::from_timestamp_millis(1_790_000_000_000 + millis).expect("a time")
    }

    fn waits(bucket: &mut Bucket, moments: &[i64]) -> Vec<u128> {
        moments.iter().map(|millis| bucket.take(RATE, at(*millis)).as_millis()).collect()
    }

    #[test]
    fn some_go_at_once_and_the_rest_at_the_rate() {
        let mut bucket = Bucket { level: 0, at: at(0) };
        assert_eq!(waits(&mut bucket, &[0, 0, 0, 0, 0, 0]), [0, 0, 0, 500, 1000, 1500]);
        assert_eq!(waits(&mut bucket, &[1500, 10_000]), [500, 0]);
    }

    #[test]
    fn a_full_bucket_makes_the_next_wait() {
        let mut bucket = Bucket { level: 0, at: at(0) };
        bucket.fill(RATE, at(0));
        assert_eq!(waits(&mut bucket, &[0, 250]), [500, 750]);
    }

    #[test]
    fn a_clock_put_back_neither_panics_nor_gives_turns() {
        let mut bucket = Bucket { level: 0, at: at(0) };
        assert_eq!(waits(&mut bucket, &[0, 0, 0, -60_000]), [0, 0, 0, 500]);
    }
}
