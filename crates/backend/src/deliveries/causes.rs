//! From events and changed consultations to what has to go out because of them. Asked by the writer, so that both are kept together;
//! so it waits for nobody and reads memory alone.

use super::{reminders, report};
use crate::ports::{Audience, ConsultationChange, Row};
use kabinet_domain::{Event, Timestamp};
use tokio::sync::watch;

#[derive(Debug)]
pub struct Causes {
    /// The practice has a channel that is told of sessions.
    reports: bool,
    /// Counts commits that held rows.
    kept: watch::Sender<u64>,
}

impl Causes {
    #[must_use]
    pub fn new(reports: bool) -> Self {
        Self { reports, kept: watch::Sender::new(0) }
    }

    /// What goes out because of an event.
    #[must_use]
    pub fn of_event(&self, event: &Event, audience: Audience, now: Timestamp) -> Vec<Row> {
        report::of_event(event, audience, now).filter(|_| self.reports).into_iter().collect()
    }

    /// What goes out because a consultation is new, different or gone: its reminders.
    #[must_use]
    pub fn of_change(&self, change: &ConsultationChange, now: Timestamp) -> Vec<Row> {
        let _ = now;
        reminders::of_change(change)
    }

    /// Rows are on disk now: their senders look again.
    pub fn kept(&self) {
        self.kept.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Hears of every commit that held rows.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.kept.subscribe()
    }
}
