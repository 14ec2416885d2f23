//! Reports: many senders, one commit.

use super::judge::Draft;
use super::reporters::without_id;
use super::{Answer, Report, WriteError, Writer};
use crate::ports::{Audience, Batch, Entry, EntryBody};
use kabinet_domain::{EventKind, Fact, RoomName, Signal, SignalPlace, Timestamp, Witness};
use kabinet_providers::jitsi::{ModuleReport, ServerSnapshot};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use tokio::sync::oneshot;

type Waiting = (Report, oneshot::Sender<Result<Answer, WriteError>>);

/// After an outage the module's requests follow each other at once. A visit that is over alerts nobody: its arrival waits so long for
/// its departure in the next request.
const NEXT_REQUEST: chrono::Duration = chrono::Duration::milliseconds(500);

impl Writer {
    /// Keeps what is new of these reports, and answers each.
    pub(super) async fn take_reports(&mut self, reports: Vec<Waiting>) {
        let now = self.now();
        let mut draft = Draft::default();
        let mut before = Vec::new();
        let mut new_keys = 0;
        let mut back: Vec<Arc<str>> = Vec::new();
        let mut answers = Vec::with_capacity(reports.len());
        let mut modules = Vec::new();
        let mut held: Vec<RoomName> = Vec::new();
        self.rooms.begin_batch();
        for (mut report, waiting) in reports {
            if self.reporters.heard(&report.source, report.module.as_deref(), report.received_at) {
                self.draft_plain(EventKind::SourceBack, Audience::Everyone, None, report.source.to_string(), now, &mut draft);
                back.push(Arc::clone(&report.source));
            }
            self.reporters.note_clock(&report.source, report.clock_ahead);
            let mut answer = Answer { snapshot: false };
            if let Some(module) = report.module.take() {
                answer.snapshot = self.reporters.missed(&module) && module.server_snapshot.is_none();
                let absent = module
                    .server_snapshot
                    .as_ref()
                    .map_or_else(Vec::new, |snapshot| self.absent_rooms(&report, &module, snapshot));
                report.signals.extend(absent);
                modules.push(module);
            }
            for signal in report.signals {
                if self.keys.insert(&signal.key).is_none() {
                    continue;
                }
                new_keys += 1;
                if report.late && !held.contains(&signal.room) {
                    held.push(signal.room.clone());
                }
                let id = self.next_entry(&draft);
                self.rooms.add(signal.clone(), &signal.reporter, id, self.end, &mut before);
                draft.entries.push(Entry {
                    id,
                    source: Arc::clone(&signal.reporter),
                    received_at: signal.received_at,
                    body: EntryBody::Signal(signal),
                });
            }
            answers.push((waiting, answer));
        }
        // Only now, when every signal of the batch is in its room: old arrivals and the departures that followed them are judged together.
        for room in before.iter().filter(|room| !held.contains(&room.room)) {
            self.judge(&room.room, now, &mut draft);
        }
        let signals = new_keys;
        match self.commit(&draft).await {
            Ok(()) => {
                for module in &modules {
                    self.reporters.advance(module);
                }
                self.parts.status.count_signals(signals);
                // tokio runs first what was woken last: the followers, for whom it matters more than for the senders.
                let _woken_at_the_end = self.publish(draft);
                for room in &held {
                    self.rooms.arm_by(room, now + NEXT_REQUEST);
                }
                for (waiting, answer) in answers {
                    // A sender that has gone will send again, and be recognised.
                    let _ = waiting.send(Ok(answer));
                }
            }
            Err(error) => {
                self.keys.take_back(new_keys);
                self.rooms.restore(before);
                for source in &back {
                    self.reporters.still_silent(source);
                }
                for (waiting, _) in answers {
                    let _ = waiting.send(Err(error.clone()));
                }
            }
        }
    }

    /// Makes a draft durable. Nothing of it may be shown before.
    pub(super) async fn commit(&mut self, draft: &Draft) -> Result<(), WriteError> {
        if draft.entries.is_empty() && draft.events.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let batch = Batch { entries: &draft.entries, events: &draft.events, rows: &draft.rows, now, ..Batch::default() };
        let outcome = self.parts.log.append(batch).await;
        self.note_outcome(outcome)
    }

    pub(super) fn note_outcome(&self, outcome: Result<(), crate::StorageError>) -> Result<(), WriteError> {
        self.parts.status.set_writable(outcome.is_ok());
        outcome.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot write the log");
            WriteError::Storage(Arc::new(error))
        })
    }

    /// Rooms that this server reported and that are not there any more: there is nobody in them, nor in what belongs to them.
    fn absent_rooms(&self, report: &Report, module: &ModuleReport, snapshot: &ServerSnapshot) -> Vec<Signal> {
        let Some(existing) = &snapshot.rooms else { return Vec::new() };
        let existing: HashSet<&RoomName> = existing.iter().collect();
        // A room of this very batch is known better from there.
        let mentioned: HashSet<&RoomName> = report.signals.iter().map(|signal| &signal.room).collect();
        let witness = Witness { grants: true, names: true, login: module.login, ..Witness::default() };
        let order = module.seqs.map_or(0, |(_, last)| last);
        let nameless = without_id(&report.source);
        let mut absent = Vec::new();
        for (name, room) in self.rooms.iter() {
            let reporters = room.sources.iter().filter(|source| **source == report.source || Some(&***source) == nameless);
            if existing.contains(name) || mentioned.contains(name) || known_empty(&room.signals) {
                continue;
            }
            for reporter in reporters {
                let said = room.signals.iter().filter(|signal| signal.reporter == *reporter);
                let places: BTreeSet<&SignalPlace> = said.map(|signal| &signal.place).collect();
                absent.extend(places.into_iter().enumerate().map(|(index, place)| Signal {
                    key: format!("absent|{}|{order}|{index}|{reporter}|{}", module.boot, name.as_str()),
                    room: name.clone(),
                    place: place.clone(),
                    reporter: Arc::clone(reporter),
                    at: snapshot.at,
                    said_at: snapshot.said_at,
                    order,
                    received_at: report.received_at,
                    witness,
                    fact: Fact::Snapshot(Vec::new()),
                }));
            }
        }
        absent
    }

    /// Sources that have fallen silent are told to everybody once.
    pub(super) fn draft_silences(&self, now: Timestamp, draft: &mut Draft) -> Vec<Arc<str>> {
        let silent = self.reporters.fallen_silent(now, self.parts.settings.silent_after);
        for source in &silent {
            self.draft_plain(EventKind::SourceSilent, Audience::Everyone, None, source.to_string(), now, draft);
        }
        silent
    }
}

/// The last that was heard is that nobody is there; saying it again every few minutes would fill the log for nothing.
fn known_empty(signals: &[Signal]) -> bool {
    signals.iter().max_by_key(|signal| (signal.at, signal.order)).is_none_or(|last| match &last.fact {
        Fact::Snapshot(people) => people.is_empty(),
        Fact::RoomClosed { .. } => true,
        _ => false,
    })
}
