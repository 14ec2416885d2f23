//! From a room's signals to events in the log.

use super::Plain;
use super::Writer;
use super::rooms::Room;
use crate::feed::Sleepers;
use crate::people::identities;
use crate::ports::{Audience, Entry, EntryBody, LoggedEvent, Row};
use kabinet_api::EventJson;
use kabinet_domain::attendance::{Agenda, Plan, attend};
use kabinet_domain::event::Told;
use kabinet_domain::{ConsultationId, Cursor, Event, EventId, EventKind, RoomName, Slot, SpecialistId, Telling, Timestamp};
use std::sync::Arc;

/// What is to be told of one room, once it is durable.
#[derive(Debug)]
pub struct Verdict {
    pub room: RoomName,
    pub told: Vec<(Audience, Told)>,
    pub look_again_at: Option<Timestamp>,
    pub settled: bool,
}

/// Everything that goes into one commit.
#[derive(Debug, Default)]
pub struct Draft {
    pub entries: Vec<Entry>,
    pub events: Vec<LoggedEvent>,
    /// What the events cause to go out, and what else is kept with them.
    pub rows: Vec<Row>,
    pub verdicts: Vec<Verdict>,
}

/// The system that room reports come from, as events name it.
const ROOMS: &str = "jitsi";
/// What the backend itself has noticed.
const SELF: &str = "kabinet";

impl Writer {
    /// Judges a room as it stands in memory, and drafts what follows.
    pub(super) fn judge(&self, name: &RoomName, now: Timestamp, draft: &mut Draft) {
        let Some(room) = self.rooms.get(name) else { return };
        let agenda = self.agenda(name, room, now);
        let attendance = attend(&agenda, &room.signals, &room.told, now);
        let mut told = Vec::with_capacity(attendance.tellings.len());
        for telling in attendance.tellings {
            let audience = telling.consultation.map_or(Audience::Operator, |id| {
                // What is taken back is taken back from whoever was told, also when the consultation is gone.
                let planned = || agenda.slots.iter().find(|slot| slot.consultation == id);
                let planned = || planned().map(|slot| Audience::Specialist(slot.specialist));
                room.audience(id).or_else(planned).unwrap_or(Audience::Operator)
            });
            let id = EventId(self.parts.ids.next());
            self.draft_telling(name, &telling, id, audience, now, draft);
            told.push((audience, Told { id, telling }));
        }
        if attendance.settled {
            draft.entries.push(Entry {
                id: self.next_entry(draft),
                source: Arc::from(SELF),
                received_at: now,
                body: EntryBody::Settled { room: name.clone(), told_to: self.last_cursor(draft) },
            });
        }
        draft.verdicts.push(Verdict {
            room: name.clone(),
            told,
            look_again_at: attendance.look_again_at,
            settled: attendance.settled,
        });
    }

    /// Whose the room is and when. A removed specialist's consultations claim nothing.
    fn agenda(&self, name: &RoomName, room: &Room, now: Timestamp) -> Agenda {
        let from = room.signals.iter().map(|signal| signal.at).min().unwrap_or(now);
        let concerned = |slot: &&Slot| slot.reaches(from, now) || room.audience(slot.consultation).is_some();
        let known = |slot: &&Slot| self.parts.people.get(slot.specialist).is_some();
        let slots: Vec<Slot> = self.planned.of(name).iter().filter(concerned).filter(known).copied().collect();
        let mut plans: Vec<Plan> = Vec::with_capacity(1);
        for slot in &slots {
            if plans.iter().all(|plan| plan.specialist != Some(slot.specialist)) {
                plans.push(self.plan(Some(slot.specialist)));
            }
        }
        if plans.is_empty() {
            plans.push(self.plan(None));
        }
        Agenda { slots, plans }
    }

    fn plan(&self, specialist: Option<SpecialistId>) -> Plan {
        let person = specialist.and_then(|id| self.parts.people.get(id));
        let everybody = person.as_ref().map(|_| self.parts.people.identities()).unwrap_or_default();
        Plan {
            specialist,
            own: person.as_deref().map(identities).unwrap_or_default(),
            token_ids_are_all: person.is_some_and(|person| !person.token_ids.is_empty()),
            everybody,
            first_is_host: self.parts.settings.first_is_host,
            login: self.parts.settings.login,
            grants_expected: self.parts.settings.login != Some(false) && self.reporters.expect_grants(),
        }
    }

    fn draft_telling(
        &self,
        room: &RoomName,
        telling: &Telling,
        id: EventId,
        audience: Audience,
        now: Timestamp,
        draft: &mut Draft,
    ) {
        let event = Event {
            cursor: Cursor(self.last_cursor(draft).0 + 1),
            id,
            kind: telling.kind.clone(),
            specialist: None,
            consultation: telling.consultation,
            room: Some(room.clone()),
            who: telling.who.clone(),
            source: ROOMS.to_owned(),
            at: telling.at,
            received_at: now,
            about: telling.about.clone(),
            inside: telling.inside,
        };
        self.push(event, audience, now, draft);
    }

    /// An event that is about no room.
    pub(super) fn draft_plain(
        &self,
        kind: EventKind,
        audience: Audience,
        consultation: Option<ConsultationId>,
        about: String,
        now: Timestamp,
        draft: &mut Draft,
    ) {
        let plain = Plain { kind, audience, consultation, who: None, source: SELF, at: None, about };
        self.draft_event(plain, now, draft);
    }

    /// The same, said by somebody else or at another time.
    pub(super) fn draft_event(&self, plain: Plain, now: Timestamp, draft: &mut Draft) {
        let event = Event {
            cursor: Cursor(self.last_cursor(draft).0 + 1),
            id: EventId(self.parts.ids.next()),
            kind: plain.kind,
            specialist: None,
            consultation: plain.consultation,
            room: None,
            who: plain.who,
            source: plain.source.to_owned(),
            at: plain.at.unwrap_or(now),
            received_at: now,
            about: plain.about,
            inside: 0,
        };
        self.push(event, plain.audience, now, draft);
    }

    /// An event, and what has to go out because of it.
    fn push(&self, event: Event, audience: Audience, now: Timestamp, draft: &mut Draft) {
        draft.rows.extend(self.parts.causes.of_event(&event, audience, now));
        draft.events.push(logged(event, audience));
    }

    pub(super) fn next_entry(&self, draft: &Draft) -> i64 {
        draft.entries.last().map_or(self.last_entry, |entry| entry.id) + 1
    }

    pub(super) fn last_cursor(&self, draft: &Draft) -> Cursor {
        draft.events.last().map_or(self.end, |event| event.cursor)
    }

    /// What the draft says is durable now: rooms remember what was told, and everybody hears of it.
    pub(super) fn publish(&mut self, draft: Draft) -> Sleepers {
        self.last_entry = draft.entries.last().map_or(self.last_entry, |entry| entry.id);
        self.end = draft.events.last().map_or(self.end, |event| event.cursor);
        if !draft.rows.is_empty() {
            self.parts.causes.kept();
        }
        for verdict in draft.verdicts {
            if let Some(room) = self.rooms.get_mut(&verdict.room) {
                for (audience, told) in verdict.told {
                    self.parts.status.session(&told);
                    room.tell(audience, told);
                }
            }
            if verdict.settled {
                self.rooms.settle(&verdict.room);
            } else {
                self.rooms.arm(&verdict.room, verdict.look_again_at);
                self.rooms.bound(&verdict.room);
            }
        }
        if draft.events.is_empty() {
            return Sleepers::default();
        }
        self.parts.status.count_events(draft.events.len());
        self.parts.feed.publish(draft.events)
    }
}

fn logged(event: Event, audience: Audience) -> LoggedEvent {
    let json = serde_json::to_string(&EventJson::from(&event)).expect("an event is plain");
    LoggedEvent { cursor: event.cursor, audience, received_at: event.received_at, about: event.about, json }
}
