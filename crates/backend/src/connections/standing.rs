//! How a connection is: when it last worked, and what is wrong since.

use kabinet_api::ConnectionHealth;
use kabinet_domain::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub struct Standing(Mutex<State>);

#[derive(Debug, Clone, Copy, Default)]
struct State {
    last_success: Option<Timestamp>,
    /// The code of what is wrong.
    trouble: Option<&'static str>,
}

impl Standing {
    pub fn works(&self, now: Timestamp) {
        *self.state() = State { last_success: Some(now), trouble: None };
    }

    pub fn fails(&self, code: &'static str) {
        self.state().trouble = Some(code);
    }

    #[must_use]
    pub fn health(&self, id: &str, now: Timestamp) -> ConnectionHealth {
        let state = *self.state();
        let word = match state {
            State { trouble: Some(_), .. } => "failing",
            State { last_success: Some(_), .. } => "ok",
            State { last_success: None, .. } => "unknown",
        };
        let age = |at: Timestamp| u64::try_from((now - at).num_seconds()).unwrap_or(0);
        ConnectionHealth {
            connection: id.to_owned(),
            state: word.to_owned(),
            code: state.trouble.map(str::to_owned),
            last_success_at: state.last_success,
            age_seconds: state.last_success.map(age),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A state is whole after every statement, so a panic elsewhere has broken none.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
