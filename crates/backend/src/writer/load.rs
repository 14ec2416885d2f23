//! What the writer remembers is read from the log at a start.

use super::keys::Keys;
use super::planned::Planned;
use super::reporters::{MARK, Reporters};
use super::rooms::Rooms;
use super::upkeep::Upkeep;
use super::{Parts, Writer};
use crate::StorageError;
use crate::ports::{EntryBody, Reader, Selection};
use kabinet_api::EventJson;
use kabinet_domain::event::Told;
use kabinet_domain::{ConsultationId, Cursor, EventId, RoomName, Telling, Timestamp};

/// So many of the last signals are recognised if they come again after a start.
const RECOGNISED: i64 = 200_000;

/// Rows at a time.
const PAGE: usize = 5_000;

/// Names in the marks of storage.
pub(super) const OPEN_ENTRY: &str = "open_signal";
pub(super) const OPEN_EVENT: &str = "open_event";

/// Consultations of so many days back can still have somebody in their room.
const LOOK_BACK_DAYS: i64 = 2;

impl Writer {
    /// Reads what is still open.
    ///
    /// # Errors
    /// When storage fails, or holds what cannot be understood.
    pub async fn load(parts: Parts) -> Result<Self, StorageError> {
        let now = parts.clock.now();
        let ends = parts.history.ends().await?;
        let mark = |name: &str| ends.marks.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
        let mut writer = Self {
            keys: Keys::default(),
            rooms: Rooms::default(),
            planned: Planned::default(),
            reporters: Reporters::default(),
            last_entry: ends.last_entry,
            end: ends.last_cursor,
            upkeep: Upkeep::new(now),
            parts,
        };
        for (name, value) in &ends.marks {
            if let Some(source) = name.strip_prefix(MARK)
                && let Some(last) = Timestamp::from_timestamp_millis(*value)
                && Reporters::worth_waiting(last, now)
            {
                writer.reporters.restore(source, now);
            }
        }
        let selection =
            Selection { reader: Reader::Administrator, from: Some(now - chrono::Duration::days(LOOK_BACK_DAYS)), to: None };
        for conference in writer.parts.consultations.list(selection).await? {
            writer.planned.put(&conference);
        }
        writer.load_entries(mark(OPEN_ENTRY).unwrap_or(0)).await?;
        writer.load_events(Cursor(mark(OPEN_EVENT).unwrap_or(0).unsigned_abs())).await?;
        let rooms: Vec<RoomName> = writer.rooms.iter().map(|(name, _)| name.clone()).collect();
        for room in rooms {
            writer.rooms.bound(&room);
            // Each is judged when the writer first looks around.
            writer.rooms.arm(&room, Some(now));
        }
        tracing::info!(rooms = writer.rooms.len(), cursor = writer.end.0, "read the log");
        Ok(writer)
    }

    async fn load_entries(&mut self, open_from: i64) -> Result<(), StorageError> {
        let mut next = open_from.min(self.last_entry - RECOGNISED).max(0);
        loop {
            let entries = self.parts.history.entries_from(next, PAGE).await?;
            let Some(last) = entries.last() else { return Ok(()) };
            next = last.id + 1;
            let mut before = Vec::new();
            for entry in entries {
                match entry.body {
                    EntryBody::Signal(signal) => {
                        self.keys.insert(&signal.key);
                        if entry.id >= open_from {
                            self.rooms.add(signal, &entry.source, entry.id, Cursor(0), &mut before);
                        }
                    }
                    EntryBody::Settled { room, told_to } => {
                        self.rooms.settle(&room);
                        self.upkeep.settled_to.insert(room, told_to);
                    }
                }
            }
        }
    }

    async fn load_events(&mut self, open_from: Cursor) -> Result<(), StorageError> {
        let settled_to = std::mem::take(&mut self.upkeep.settled_to);
        for (name, told_to) in &settled_to {
            if let Some(room) = self.rooms.get_mut(name) {
                room.told_after = *told_to;
            }
        }
        let mut next = open_from;
        loop {
            let events = self.parts.history.events_from(next, PAGE).await?;
            let Some(last) = events.last() else { return Ok(()) };
            next = Cursor(last.cursor.0 + 1);
            for event in events {
                let Ok(json) = serde_json::from_str::<EventJson>(&event.json) else {
                    return Err(StorageError::Damaged { what: "an event" });
                };
                let Some(room) = json.room.as_deref().and_then(|room| RoomName::parse(room).ok()) else { continue };
                let Some(kind) = json.understood() else { continue };
                let Some(room) = self.rooms.get_mut(&room) else { continue };
                if event.cursor <= room.told_after {
                    continue;
                }
                let told = Told {
                    id: EventId(json.id),
                    telling: Telling {
                        kind,
                        consultation: json.consultation.map(ConsultationId),
                        who: json.who.as_ref().and_then(kabinet_api::WhoJson::understood),
                        at: json.at,
                        about: event.about,
                        inside: json.inside.unwrap_or_default(),
                    },
                };
                self.parts.status.session(&told);
                room.tell(event.audience, told);
            }
        }
    }
}
