//! What is done when a time has come, and not because somebody asked.

use super::Writer;
use super::judge::Draft;
use super::load::{OPEN_ENTRY, OPEN_EVENT};
use crate::ports::{Batch, Before, Entry, EntryBody};
use kabinet_domain::{Cursor, RoomName, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// So many rooms are judged in one commit.
const ROOMS_AT_ONCE: usize = 256;

/// How often the marks are written, at most.
const MARKS_EVERY: chrono::Duration = chrono::Duration::seconds(60);

/// How often old rows are looked for, when there were none.
const PRUNE_EVERY: chrono::Duration = chrono::Duration::hours(1);

/// While there is more to forget, so long a pause lets senders in between.
const PRUNE_PAUSE: chrono::Duration = chrono::Duration::milliseconds(200);

/// A repetition of a request for a room that comes later than this is no repetition.
const FORGET_MAKING: chrono::Duration = chrono::Duration::days(30);

/// A room of which nothing is heard for so long is settled, whatever may be missing: its departures were lost.
const FORGET_ROOM: chrono::Duration = chrono::Duration::hours(24);

/// After a failed write.
const TRY_AGAIN: chrono::Duration = chrono::Duration::seconds(2);

/// The command line may remove somebody beside us; so long their token goes on working.
const PEOPLE_EVERY: chrono::Duration = chrono::Duration::seconds(5);

#[derive(Debug)]
pub struct Upkeep {
    people_at: Timestamp,
    marks_at: Timestamp,
    prune_at: Timestamp,
    marked_entry: i64,
    /// Used while loading.
    pub settled_to: HashMap<RoomName, Cursor>,
}

impl Upkeep {
    pub fn new(now: Timestamp) -> Self {
        Self {
            people_at: now + PEOPLE_EVERY,
            marks_at: now + MARKS_EVERY,
            prune_at: now + chrono::Duration::minutes(1),
            marked_entry: 0,
            settled_to: HashMap::new(),
        }
    }

    /// When something is to be done next.
    pub fn next(&self) -> Timestamp {
        self.prune_at.min(self.marks_at).min(self.people_at)
    }
}

impl Writer {
    /// Judges rooms whose time has come, notices silence, keeps house.
    pub(super) async fn look_around(&mut self) {
        let now = self.now();
        self.upkeep.people_at = now + PEOPLE_EVERY;
        if let Err(error) = self.parts.people.refresh().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot read specialists anew");
        }
        loop {
            let due = self.rooms.due(now, ROOMS_AT_ONCE);
            let mut draft = Draft::default();
            for room in &due {
                self.judge(room, now, &mut draft);
            }
            let silent = self.draft_silences(now, &mut draft);
            if self.commit(&draft).await.is_err() {
                for room in &due {
                    self.rooms.arm(room, Some(now + TRY_AGAIN));
                }
                break;
            }
            for source in &silent {
                tracing::warn!(source = &**source, "a source has fallen silent");
                self.reporters.still_silent(source);
            }
            // A room that wants to be looked at in the past would hold everything up.
            for verdict in &mut draft.verdicts {
                verdict.look_again_at = verdict.look_again_at.map(|at| at.max(now + chrono::Duration::milliseconds(10)));
            }
            self.publish(draft);
            if due.len() < ROOMS_AT_ONCE {
                break;
            }
        }
        if now >= self.upkeep.marks_at {
            self.upkeep.marks_at = now + MARKS_EVERY;
            self.forget_rooms(now).await;
            self.write_marks(now).await;
        }
        if now >= self.upkeep.prune_at {
            self.prune(now).await;
        }
    }

    async fn forget_rooms(&mut self, now: Timestamp) {
        let forgotten: Vec<RoomName> =
            self.rooms.iter().filter(|(_, room)| now - room.touched_at > FORGET_ROOM).map(|(name, _)| name.clone()).collect();
        if forgotten.is_empty() {
            return;
        }
        let mut draft = Draft::default();
        for room in &forgotten {
            draft.entries.push(Entry {
                id: self.next_entry(&draft),
                source: Arc::from("kabinet"),
                received_at: now,
                body: EntryBody::Settled { room: room.clone(), told_to: self.end },
            });
        }
        if self.commit(&draft).await.is_ok() {
            self.publish(draft);
            for room in &forgotten {
                self.rooms.settle(room);
            }
        }
    }

    /// From where on the next start has to read.
    async fn write_marks(&mut self, now: Timestamp) {
        let open_entry = self.rooms.iter().map(|(_, room)| room.first_entry).min().unwrap_or(self.last_entry + 1);
        let open_event = self.rooms.iter().map(|(_, room)| room.told_after).min().unwrap_or(self.end);
        let mut marks = self.reporters.notes_due(now);
        if open_entry != self.upkeep.marked_entry {
            marks.push((OPEN_ENTRY.to_owned(), open_entry));
            marks.push((OPEN_EVENT.to_owned(), i64::try_from(open_event.0).unwrap_or(i64::MAX)));
        }
        if marks.is_empty() {
            return;
        }
        let outcome = self.parts.log.append(Batch { marks: &marks, ..Batch::default() }).await;
        if self.note_outcome(outcome).is_ok() {
            self.upkeep.marked_entry = open_entry;
        }
    }

    async fn prune(&mut self, now: Timestamp) {
        let settings = &self.parts.settings;
        let before =
            Before { signals: now - settings.keep_signals, events: now - settings.keep_events, makings: now - FORGET_MAKING };
        self.upkeep.prune_at = now + PRUNE_EVERY;
        match self.parts.log.prune(before).await {
            Ok(pruned) => {
                if let Some(cursor) = pruned.up_to {
                    self.parts.feed.forget_up_to(cursor);
                }
                if pruned.more {
                    self.upkeep.prune_at = now + PRUNE_PAUSE;
                }
            }
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot forget old events"),
        }
    }

    /// The last thing that is done.
    pub(super) async fn finish(mut self) {
        let now = self.now();
        self.write_marks(now).await;
        if let Err(error) = self.parts.log.close().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot close the database in good order");
        }
    }
}
