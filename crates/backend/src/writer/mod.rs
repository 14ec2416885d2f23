//! The one task that writes the log.
//!
//! It takes what has queued up, recognises repetitions, has every touched room judged by `domain::attendance`, makes all of it durable
//! in one commit, and only then answers the senders and wakes the followers. So the order of commits is the order of cursors,
//! nothing is answered that could be lost, and a thousand waiting senders cost one flush of the disk.

mod append;
mod batch;
mod bound;
mod changes;
mod judge;
mod keys;
mod load;
mod planned;
mod reporters;
mod request;
mod rooms;
mod upkeep;

pub use request::{
    Answer, Append, Appended, Change, ChangeError, Changed, Inspection, Plain, Remember, Report, Request, WriteError,
    WriterHandle,
};

use crate::Status;
use crate::deliveries::Causes;
use crate::feed::Feed;
use crate::people::People;
use crate::ports::{Consultations, EventLog, History};
use chrono::SubsecRound;
use kabinet_domain::{Clock, Cursor, Ids, RoomName, Timestamp};
use keys::Keys;
use planned::Planned;
use reporters::Reporters;
use rooms::Rooms;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// So many requests at most share a commit: beyond it, the first would wait for the last for nothing.
const BATCH: usize = 1024;

/// With nothing to do, the writer looks around this often.
const IDLE: Duration = Duration::from_secs(30);

/// After a failed write.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// What the writer is told at its birth.
#[derive(Debug, Clone)]
pub struct Settings {
    pub first_is_host: bool,
    pub login: Option<bool>,
    pub silent_after: chrono::Duration,
    pub keep_signals: chrono::Duration,
    pub keep_events: chrono::Duration,
}

/// What the writer works with.
#[derive(Debug)]
pub struct Parts {
    pub log: Box<dyn EventLog>,
    pub history: Arc<dyn History>,
    pub consultations: Arc<dyn Consultations>,
    pub people: Arc<People>,
    pub feed: Arc<Feed>,
    pub status: Arc<Status>,
    /// What goes out because of an event or a change.
    pub causes: Arc<Causes>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub settings: Settings,
}

#[derive(Debug)]
pub struct Writer {
    parts: Parts,
    keys: Keys,
    rooms: Rooms,
    planned: Planned,
    reporters: Reporters,
    last_entry: i64,
    end: Cursor,
    upkeep: upkeep::Upkeep,
}

impl Writer {
    /// Runs until told to stop; what is queued by then is still written and answered.
    pub async fn run(mut self, mut requests: mpsc::Receiver<Request>, stop: CancellationToken) {
        let mut inbox = Vec::with_capacity(64);
        let mut open = true;
        self.look_around().await;
        loop {
            let pause = self.pause();
            tokio::select! {
                biased;
                () = stop.cancelled(), if open => {
                    requests.close();
                    open = false;
                }
                received = requests.recv_many(&mut inbox, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    self.parts.status.set_queue(requests.len());
                    self.handle(&mut inbox).await;
                }
                () = tokio::time::sleep(pause) => self.look_around().await,
            }
        }
        self.finish().await;
    }

    async fn handle(&mut self, inbox: &mut Vec<Request>) {
        let mut reports = Vec::with_capacity(inbox.len());
        let mut others = Vec::new();
        for request in inbox.drain(..) {
            match request {
                Request::Report(report, answer) => reports.push((report, answer)),
                other => others.push(other),
            }
        }
        if !reports.is_empty() {
            self.take_reports(reports).await;
        }
        for request in others {
            match request {
                Request::Change(change, answer) => {
                    let outcome = self.change(*change).await;
                    // Whoever asked may have gone; the change stands all the same.
                    let _ = answer.send(outcome);
                }
                Request::Append(append, answer) => {
                    let _ = answer.send(self.append(*append).await);
                }
                Request::Tell(kind, answer) => {
                    let _ = answer.send(self.tell(kind).await);
                }
                Request::LookAround(answer) => {
                    self.look_around().await;
                    let _ = answer.send(());
                }
                Request::Inspect(answer) => {
                    let _ = answer.send(self.inspection());
                }
                Request::Report(..) => {}
            }
        }
        // A busy log must not keep rooms from being looked at again.
        if self.pause() <= Duration::from_millis(1) {
            self.look_around().await;
        }
    }

    /// How long nothing has to be done, if nobody sends anything.
    fn pause(&self) -> Duration {
        let now = self.now();
        let next =
            [self.rooms.next_look(), self.reporters.next_silence(self.parts.settings.silent_after), Some(self.upkeep.next())];
        let next = next.into_iter().flatten().min();
        let pause =
            next.map_or(IDLE, |at| (at - now).to_std().unwrap_or(Duration::ZERO).saturating_add(Duration::from_millis(1)));
        // What cannot be written now cannot be written a moment later either.
        let least = if self.parts.status.writable() { Duration::ZERO } else { TRY_AGAIN };
        pause.min(IDLE).max(least)
    }

    fn inspection(&self) -> Inspection {
        let now = self.now();
        let planned = |name: &RoomName, at| self.planned.of(name).iter().any(|slot| slot.reaches(at, at));
        let unplanned = |(name, room): &(&RoomName, &rooms::Room)| !planned(name, room.touched_at);
        Inspection { sources: self.reporters.health(now), unplanned_rooms: self.rooms.iter().filter(unplanned).count() }
    }

    /// To the millisecond, as storage keeps it: what is judged before a restart and after it must be the same.
    fn now(&self) -> Timestamp {
        self.parts.clock.now().trunc_subsecs(3)
    }
}
