//! From events and changed consultations to what has to go out because of them. Asked by the writer, so that both are kept together;
//! so it waits for nobody and reads memory alone.

use crate::ports::{Audience, ConsultationChange, Row};
use kabinet_domain::{Event, Timestamp};

#[derive(Debug, Default)]
pub struct Causes {}

impl Causes {
    /// What goes out because of an event.
    #[must_use]
    pub fn of_event(&self, event: &Event, audience: Audience, now: Timestamp) -> Vec<Row> {
        let _ = (event, audience, now);
        Vec::new()
    }

    /// What goes out because a consultation is new, different or gone: its reminders.
    #[must_use]
    pub fn of_change(&self, change: &ConsultationChange, now: Timestamp) -> Vec<Row> {
        let _ = (change, now);
        Vec::new()
    }
}
