//! Which consultations a room is planned for, in memory.

use crate::planning;
use kabinet_api::Conference;
use kabinet_domain::consultation::consultation_at;
use kabinet_domain::{Consultation, ConsultationId, RoomName, Timestamp};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Planned {
    by_room: HashMap<RoomName, Vec<Consultation>>,
    rooms: HashMap<ConsultationId, RoomName>,
}

impl Planned {
    /// Takes a consultation as it now is; the rooms that have to be looked at anew.
    pub fn put(&mut self, conference: &Conference) -> Vec<RoomName> {
        let mut touched: Vec<RoomName> = self.remove(ConsultationId(conference.id)).into_iter().collect();
        if let Some(consultation) = planning::consultation(conference)
            && let Some(room) = consultation.room.clone()
        {
            self.rooms.insert(consultation.id, room.clone());
            self.by_room.entry(room.clone()).or_default().push(consultation);
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
            planned.retain(|consultation| consultation.id != id);
            if planned.is_empty() {
                self.by_room.remove(&room);
            }
        }
        Some(room)
    }

    /// To which consultation a moment in a room belongs.
    #[must_use]
    pub fn at(&self, room: &RoomName, at: Timestamp) -> Option<&Consultation> {
        self.by_room.get(room).and_then(|planned| consultation_at(planned, at))
    }
}
