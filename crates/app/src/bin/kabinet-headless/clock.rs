//! A clock that begins when a test wants it to and can be put forward.

use chrono::{DateTime, TimeDelta, Utc};
use kabinet_domain::{Clock, SystemClock};
use std::sync::Mutex;

#[derive(Debug)]
pub struct MovableClock {
    ahead: Mutex<TimeDelta>,
}

impl MovableClock {
    pub fn starting_at(now: Option<DateTime<Utc>>) -> Self {
        Self { ahead: Mutex::new(now.map_or(TimeDelta::zero(), |now| now - SystemClock.now())) }
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.ahead.lock().expect("nobody panics here") += by;
    }
}

impl Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + *self.ahead.lock().expect("nobody panics here")
    }
}
