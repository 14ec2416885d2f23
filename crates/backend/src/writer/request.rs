//! What the writer can be asked for.

use crate::StorageError;
use crate::ports::{Audience, Row};
use kabinet_api::{Conference, SourceHealth};
use kabinet_domain::{ConsultationId, EventKind, Signal, Timestamp, Who};
use kabinet_providers::jitsi::ModuleReport;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// One understood webhook.
#[derive(Debug)]
pub struct Report {
    /// The dialect, and where from, if it says so.
    pub source: Arc<str>,
    pub signals: Vec<Signal>,
    pub module: Option<Box<ModuleReport>>,
    /// How far the sender's clock is ahead of ours, if the report tells.
    pub clock_ahead: Option<chrono::Duration>,
    /// Its sender had to hold it: what happened since then is probably right behind it.
    pub late: bool,
    pub received_at: Timestamp,
}

/// The report is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Something was missed: who is there now?
    pub snapshot: bool,
}

/// What happens to a consultation.
#[derive(Debug)]
pub enum Change {
    /// A new one; the same again is the same.
    Create(Conference),
    Update {
        conference: Conference,
        /// The version that the sender saw, if it said.
        seen: Option<u64>,
    },
    Remove {
        id: ConsultationId,
        seen: Option<u64>,
    },
}

#[derive(Debug)]
pub enum Changed {
    Created(Conference),
    /// It was there already.
    Same(Conference),
    Updated(Conference),
    Removed,
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no such consultation")]
    Unknown,
    #[error("another consultation has this id")]
    Taken,
    #[error("another specialist has the room at this time")]
    RoomTaken,
    #[error("somebody else has changed it meanwhile")]
    Lost,
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Something that is to stand in the log with the rows it causes: all of it or nothing.
#[derive(Debug, Default)]
pub struct Append {
    pub events: Vec<Plain>,
    /// After the events, in this order. A [`Row::Seen`] that is there already makes nothing of the whole.
    pub rows: Vec<Row>,
    pub remember: Remember,
}

/// What memory has to know of an [`Append`]. Done when it is durable, and not if it was there before; and before anybody hears of its
/// events, since whoever hears asks at once what has changed.
#[derive(Default)]
pub struct Remember(Option<Box<dyn FnOnce() + Send>>);

impl Remember {
    #[must_use]
    pub fn new(remember: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(remember)))
    }

    pub(super) fn now(self) {
        if let Some(remember) = self.0 {
            remember();
        }
    }
}

impl fmt::Debug for Remember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Remember(..)" } else { "Remember(nothing)" })
    }
}

/// An event that no room's reporter caused.
#[derive(Debug)]
pub struct Plain {
    pub kind: EventKind,
    pub audience: Audience,
    pub consultation: Option<ConsultationId>,
    pub who: Option<Who>,
    /// Where the knowledge came from: `page`, `desktop`, `telegram`, `green-api`, `kabinet`.
    pub source: &'static str,
    /// When it happened; now if absent.
    pub at: Option<Timestamp>,
    /// Ties it to what it is about, where that is looked at again.
    pub about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    Now,
    /// It was there before: a [`Row::Seen`] said so.
    Before,
}

/// Nothing was kept. Cloned, since one failed commit fails many.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    #[error("cannot be kept at the moment")]
    Storage(#[source] Arc<StorageError>),
    #[error("too much is waiting to be written")]
    Overloaded,
    #[error("the backend is going down")]
    Stopping,
}

#[derive(Debug)]
pub enum Request {
    Report(Report, oneshot::Sender<Result<Answer, WriteError>>),
    Change(Box<Change>, oneshot::Sender<Result<Changed, ChangeError>>),
    Append(Box<Append>, oneshot::Sender<Result<Appended, WriteError>>),
    /// An event for everybody that is about no consultation.
    Tell(EventKind, oneshot::Sender<Result<(), WriteError>>),
    /// Look whether a time has come; for clocks that jump.
    LookAround(oneshot::Sender<()>),
    /// How are things?
    Inspect(oneshot::Sender<Inspection>),
}

/// What only the writer knows of the state of things.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    pub sources: Vec<SourceHealth>,
    pub unplanned_rooms: usize,
}

/// How everybody else reaches the writer.
#[derive(Debug, Clone)]
pub struct WriterHandle(mpsc::Sender<Request>);

/// A sender waits so long for room in the queue before it is told to come back.
const QUEUE_PATIENCE: Duration = Duration::from_secs(5);
/// A monitor asks every few seconds.
const INSPECTION_PATIENCE: Duration = Duration::from_secs(2);

impl WriterHandle {
    #[must_use]
    pub fn new(capacity: usize) -> (Self, mpsc::Receiver<Request>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self(sender), receiver)
    }

    /// Comes back when the report is durable.
    ///
    /// # Errors
    /// When it is not.
    pub async fn report(&self, report: Report) -> Result<Answer, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Report(report, answer)).await?;
        answered.await.map_err(|_| WriteError::Stopping)?
    }

    /// Comes back when the change is durable.
    ///
    /// # Errors
    /// When it is not, or cannot be.
    pub async fn change(&self, change: Change) -> Result<Changed, ChangeError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Change(Box::new(change), answer)).await?;
        answered.await.map_err(|_| WriteError::Stopping)?
    }

    /// Comes back when all of it is durable.
    ///
    /// # Errors
    /// When it is not.
    pub async fn append(&self, append: Append) -> Result<Appended, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Append(Box::new(append), answer)).await?;
        answered.await.map_err(|_| WriteError::Stopping)?
    }

    /// Tells everybody something that is about no consultation; comes back when it is in the log.
    ///
    /// # Errors
    /// When it is not.
    pub async fn tell(&self, kind: EventKind) -> Result<(), WriteError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Tell(kind, answer)).await?;
        answered.await.map_err(|_| WriteError::Stopping)?
    }

    /// Has the writer look whether a time has come.
    pub async fn look_around(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Request::LookAround(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }

    /// `None` when the writer does not answer soon.
    pub async fn inspect(&self) -> Option<Inspection> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Request::Inspect(answer)).ok()?;
        tokio::time::timeout(INSPECTION_PATIENCE, answered).await.ok()?.ok()
    }

    async fn send(&self, request: Request) -> Result<(), WriteError> {
        let request = match self.0.try_send(request) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(WriteError::Stopping),
            Err(mpsc::error::TrySendError::Full(request)) => request,
        };
        match tokio::time::timeout(QUEUE_PATIENCE, self.0.send(request)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(WriteError::Stopping),
            Err(_) => Err(WriteError::Overloaded),
        }
    }
}
