//! Every room in which something may still happen, in memory: what was said of it, and what was told.

use super::bound;
use crate::ports::Audience;
use kabinet_domain::event::Told;
use kabinet_domain::{ConsultationId, Cursor, RoomName, Signal, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// One room's current window: from the first signal after it was last settled.
#[derive(Debug)]
pub struct Room {
    pub signals: Vec<Signal>,
    /// What was told of it, oldest first.
    pub told: Vec<Told>,
    /// Who was told of each consultation.
    audiences: HashMap<ConsultationId, Audience>,
    /// Who reports about it.
    pub sources: Vec<Arc<str>>,
    pub first_entry: i64,
    /// Nothing up to here was told of this window.
    pub told_after: Cursor,
    pub look_again_at: Option<Timestamp>,
    pub touched_at: Timestamp,
    /// The batch that touched it last.
    batch: u64,
}

impl Room {
    /// Who was told of a consultation, if anybody was.
    #[must_use]
    pub fn audience(&self, consultation: ConsultationId) -> Option<Audience> {
        self.audiences.get(&consultation).copied()
    }

    pub fn tell(&mut self, audience: Audience, told: Told) {
        if let Some(consultation) = told.telling.consultation {
            self.audiences.entry(consultation).or_insert(audience);
        }
        self.told.push(told);
    }
}

/// How a room was before a batch, so that a failed commit leaves no trace.
#[derive(Debug)]
pub struct Before {
    pub room: RoomName,
    signals: usize,
    sources: usize,
    touched_at: Timestamp,
    fresh: bool,
}

#[derive(Debug, Default)]
pub struct Rooms {
    rooms: HashMap<RoomName, Room>,
    timers: BTreeSet<(Timestamp, RoomName)>,
    batch: u64,
}

impl Rooms {
    #[must_use]
    pub fn get(&self, name: &RoomName) -> Option<&Room> {
        self.rooms.get(name)
    }

    pub fn get_mut(&mut self, name: &RoomName) -> Option<&mut Room> {
        self.rooms.get_mut(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&RoomName, &Room)> {
        self.rooms.iter()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// From here on, rooms are remembered anew as they were.
    pub fn begin_batch(&mut self) {
        self.batch += 1;
    }

    /// Adds a signal to its room's window; `before` remembers each touched room once a batch.
    pub fn add(&mut self, signal: Signal, source: &Arc<str>, entry: i64, end: Cursor, before: &mut Vec<Before>) {
        let received_at = signal.received_at;
        let name = signal.room.clone();
        let mut fresh = false;
        let room = self.rooms.entry(name.clone()).or_insert_with(|| {
            fresh = true;
            Room {
                signals: Vec::new(),
                told: Vec::new(),
                audiences: HashMap::new(),
                sources: Vec::new(),
                first_entry: entry,
                told_after: end,
                look_again_at: None,
                touched_at: received_at,
                batch: 0,
            }
        });
        if room.batch != self.batch {
            room.batch = self.batch;
            let (signals, sources) = (room.signals.len(), room.sources.len());
            before.push(Before { room: name, signals, sources, touched_at: room.touched_at, fresh });
        }
        if !room.sources.contains(source) {
            room.sources.push(Arc::clone(source));
        }
        room.touched_at = received_at;
        room.signals.push(signal);
    }

    /// Undoes what a batch added.
    pub fn restore(&mut self, before: Vec<Before>) {
        for before in before {
            if before.fresh {
                self.rooms.remove(&before.room);
            } else if let Some(room) = self.rooms.get_mut(&before.room) {
                room.signals.truncate(before.signals);
                room.sources.truncate(before.sources);
                room.touched_at = before.touched_at;
            }
        }
    }

    /// Bounds a window that somebody floods.
    pub fn bound(&mut self, name: &RoomName) {
        if let Some(room) = self.rooms.get_mut(name) {
            bound::thin(&mut room.signals, bound::MOST_SIGNALS);
        }
    }

    /// Looks at a room again at this time, and not at the time it had before.
    pub fn arm(&mut self, name: &RoomName, at: Option<Timestamp>) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        if room.look_again_at == at {
            return;
        }
        if let Some(old) = room.look_again_at.take() {
            self.timers.remove(&(old, name.clone()));
        }
        if let Some(at) = at {
            self.timers.insert((at, name.clone()));
        }
        room.look_again_at = at;
    }

    /// Looks at a room at this time at the latest.
    pub fn arm_by(&mut self, name: &RoomName, at: Timestamp) {
        let Some(room) = self.rooms.get(name) else { return };
        let earlier = room.look_again_at.map_or(at, |known| known.min(at));
        self.arm(name, Some(earlier));
    }

    /// Forgets a room's window.
    pub fn settle(&mut self, name: &RoomName) {
        self.arm(name, None);
        self.rooms.remove(name);
    }

    #[must_use]
    pub fn next_look(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Rooms whose time has come, at most `limit`.
    #[must_use]
    pub fn due(&self, now: Timestamp, limit: usize) -> Vec<RoomName> {
        self.timers.iter().take_while(|(at, _)| *at <= now).take(limit).map(|(_, name)| name.clone()).collect()
    }
}
