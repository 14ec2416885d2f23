//! Counters, and which consultations are running: what answers need without asking the writer.

use kabinet_domain::event::Told;
use kabinet_domain::{ConsultationId, EventId, EventKind};
use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[derive(Debug)]
pub struct Status {
    writable: AtomicBool,
    queue: AtomicU64,
    signals: AtomicU64,
    events: AtomicU64,
    ignored: AtomicU64,
    refused: AtomicU64,
    rooms_made: AtomicU64,
    rooms_refused: AtomicU64,
    rooms_unsure: AtomicU64,
    calendar_rounds: AtomicU64,
    calendar_failures: AtomicU64,
    conflicts: AtomicU64,
    /// By the event that told of the session's start.
    running: RwLock<HashMap<ConsultationId, EventId>>,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub signals: u64,
    pub events: u64,
    pub ignored: u64,
    pub refused: u64,
    pub queue: u64,
    pub rooms_made: u64,
    pub rooms_refused: u64,
    pub rooms_unsure: u64,
    pub calendar_rounds: u64,
    pub calendar_failures: u64,
    pub calendar_conflicts: u64,
}

/// What became of a room that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomOutcome {
    Made,
    Refused,
    /// Nobody knows.
    Unsure,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            writable: AtomicBool::new(true),
            queue: AtomicU64::default(),
            signals: AtomicU64::default(),
            events: AtomicU64::default(),
            ignored: AtomicU64::default(),
            refused: AtomicU64::default(),
            rooms_made: AtomicU64::default(),
            rooms_refused: AtomicU64::default(),
            rooms_unsure: AtomicU64::default(),
            calendar_rounds: AtomicU64::default(),
            calendar_failures: AtomicU64::default(),
            conflicts: AtomicU64::default(),
            running: RwLock::default(),
        }
    }
}

impl Status {
    pub fn set_writable(&self, writable: bool) {
        self.writable.store(writable, Ordering::Relaxed);
    }

    #[must_use]
    pub fn writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
    }

    pub fn set_queue(&self, waiting: usize) {
        self.queue.store(waiting as u64, Ordering::Relaxed);
    }

    pub fn count_signals(&self, count: usize) {
        self.signals.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub fn count_events(&self, count: usize) {
        self.events.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub fn count_ignored(&self) {
        self.ignored.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_room(&self, outcome: RoomOutcome) {
        let counter = match outcome {
            RoomOutcome::Made => &self.rooms_made,
            RoomOutcome::Refused => &self.rooms_refused,
            RoomOutcome::Unsure => &self.rooms_unsure,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// A comparison with the calendar, come to its end or not.
    pub fn count_round(&self, failed: bool) {
        self.calendar_rounds.fetch_add(1, Ordering::Relaxed);
        if failed {
            self.calendar_failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn set_conflicts(&self, conflicts: usize) {
        self.conflicts.store(conflicts as u64, Ordering::Relaxed);
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            signals: read(&self.signals),
            events: read(&self.events),
            ignored: read(&self.ignored),
            refused: read(&self.refused),
            queue: read(&self.queue),
            rooms_made: read(&self.rooms_made),
            rooms_refused: read(&self.rooms_refused),
            rooms_unsure: read(&self.rooms_unsure),
            calendar_rounds: read(&self.calendar_rounds),
            calendar_failures: read(&self.calendar_failures),
            calendar_conflicts: read(&self.conflicts),
        }
    }

    /// Notes what was told of a consultation's session.
    pub fn session(&self, told: &Told) {
        let Some(consultation) = told.telling.consultation else { return };
        let change = |change: &dyn Fn(&mut HashMap<ConsultationId, EventId>)| {
            change(&mut self.running.write().expect("nobody panics while holding this"));
        };
        match &told.telling.kind {
            EventKind::SessionStarted => change(&|running| {
                running.insert(consultation, told.id);
            }),
            EventKind::SessionEnded { .. } => change(&|running| {
                running.remove(&consultation);
            }),
            EventKind::Withdrawn { of } => change(&|running| running.retain(|_, started| started != of)),
            _ => {}
        }
    }

    /// The specialist is in the room now.
    #[must_use]
    pub fn is_running(&self, consultation: ConsultationId) -> bool {
        self.running.read().expect("nobody panics while holding this").contains_key(&consultation)
    }
}
