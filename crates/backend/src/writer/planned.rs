//! Whose a room is and when, in memory.

use crate::planning;
use kabinet_api::Conference;
use kabinet_domain::{ConsultationId, RoomName, Slot};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Planned {
    by_room: HashMap<RoomName, Vec<Slot>>,
    rooms: HashMap<ConsultationId, RoomName>,
}

impl Planned {
    /// Takes a consultation as it now is; the rooms that have to be looked at anew.
    pub fn put(&mut self, conference: &Conference) -> Vec<RoomName> {
        let mut touched: Vec<RoomName> = self.remove(ConsultationId(conference.id)).into_iter().collect();
        if let Some((room, slot)) = slot(conference) {
            self.rooms.insert(slot.consultation, room.clone());
            self.by_room.entry(room.clone()).or_default().push(slot);
            if !touched.contains(&room) {
                touched.push(room);
            }
        }
        touched
    }

    /// Forgets a consultation; the room that it was planned for.
    pub fn remove(&mut self, id: ConsultationId) -> Option<RoomName> {
        let room = self.rooms.remove(&id)?;
        if let Some(planned) = self.by_room.get_mut(&room) {
            planned.retain(|slot| slot.consultation != id);
            if planned.is_empty() {
                self.by_room.remove(&room);
            }
        }
        Some(room)
    }

    /// Everything that is planned for a room.
    #[must_use]
    pub fn of(&self, room: &RoomName) -> &[Slot] {
        self.by_room.get(room).map_or(&[], Vec::as_slice)
    }
}

/// Where and when a consultation has its room, if its room reports at all.
#[must_use]
pub fn slot(conference: &Conference) -> Option<(RoomName, Slot)> {
    let consultation = planning::consultation(conference)?;
    let slot = Slot::of(&consultation);
    Some((consultation.room?, slot))
}
