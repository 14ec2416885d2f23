//! Which consultation an arrival belongs to: what was told of it, or else its time.

use crate::consultation::{Known, Slot, owner_of};
use crate::event::Told;
use crate::{ConsultationId, EventKind, Timestamp};
use chrono::Duration;
use std::collections::BTreeMap;

/// What is planned, and which arrivals were told of what.
pub(super) struct Owners<'a> {
    pub slots: &'a [Slot],
    arrivals: BTreeMap<&'a str, Vec<&'a Told>>,
}

/// An arrival of which nothing else needs to be known here.
pub(super) struct Arrival<'a> {
    pub keys: &'a [String],
    /// When the room and when its lobby was entered.
    pub times: [Option<Timestamp>; 2],
    pub from: Timestamp,
    /// Whoever came has gone.
    pub is_over: bool,
}

impl<'a> Owners<'a> {
    /// `standing` is what was told and not withdrawn, oldest first.
    pub fn new(slots: &'a [Slot], standing: &[&'a Told]) -> Self {
        let mut arrivals: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
        for told in standing.iter().filter(|told| is_arrival(&told.telling.kind)) {
            arrivals.entry(&told.telling.about).or_default().push(told);
        }
        Self { slots, arrivals }
    }

    /// The consultation among `slots` that an arrival belongs to.
    ///
    /// It stays with the one it was told of when that is closed or moved to another time: the person is in its room all the same.
    /// While that is open and near, only the rule decides: more may have become known of who came, or when.
    pub fn of(&self, slots: &[Slot], arrival: &Arrival<'_>, known: impl Fn(&Slot) -> Known) -> Option<ConsultationId> {
        let by_time = owner_of(slots, arrival.from, known).map(|slot| slot.consultation);
        let same =
            |told: &&&Told| arrival.times.iter().flatten().any(|time| (*time - told.telling.at).abs() <= Duration::seconds(1));
        let told = arrival.keys.iter().filter_map(|key| self.arrivals.get(key.as_str())).flatten().filter(same);
        let told: Vec<ConsultationId> = told.filter_map(|told| told.telling.consultation).collect();
        if told.iter().any(|id| Some(*id) == by_time) {
            return by_time;
        }
        let keeps = |id: &ConsultationId| match self.slots.iter().find(|slot| slot.consultation == *id) {
            Some(slot) => slots.contains(slot) && !(slot.is_open && slot.is_near(arrival.from)),
            // It is planned no more: the visits that are over are its history.
            None => arrival.is_over,
        };
        told.into_iter().find(keeps).or(by_time)
    }

    /// The sessions that were told of this presence of the specialist.
    pub fn told_sessions(&self, keys: &[String]) -> Vec<ConsultationId> {
        let told = keys.iter().filter_map(|key| self.arrivals.get(key.as_str())).flatten();
        let started = told.filter(|told| told.telling.kind == EventKind::SessionStarted);
        started.filter_map(|told| told.telling.consultation).collect()
    }
}

fn is_arrival(kind: &EventKind) -> bool {
    matches!(kind, EventKind::ClientJoined { .. } | EventKind::ClientWaiting { .. } | EventKind::SessionStarted)
}
