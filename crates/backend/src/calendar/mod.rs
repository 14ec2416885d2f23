//! The practice's calendar: conferences that asked for it are written there, and what is changed there follows here.
//!
//! Nothing waits for it: a conference is kept first, and a worker compares both sides when something was changed here, when the calendar
//! says that something was changed there, and from time to time in any case. What is agreed is on disk, so a restart goes on where it was.

mod book;
mod details;

pub use details::meant;

use crate::connections::Portal;
use crate::ports::{Agreements, Consultations};
use crate::status::Status;
use crate::writer::WriterHandle;
use book::PracticeBook;
use kabinet_calendar::{BACK, RoundError, round};
use kabinet_domain::{Clock, EventKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Both sides are compared this often in any case: what the calendar sends by itself may be lost.
const REGULARLY: Duration = Duration::from_secs(5 * 60);
/// Several changes at once, and one that is told twice, make one round.
const GATHER: Duration = Duration::from_millis(300);
/// The first wait after a round that did not do everything; doubled up to the regular one.
const SOON: Duration = Duration::from_secs(2);

/// How everybody else reaches the worker.
#[derive(Debug, Default)]
pub struct News {
    wake: Notify,
    from_there: AtomicBool,
}

impl News {
    /// A conference that stands in the calendar, or should, was changed.
    pub fn changed_here(&self) {
        self.wake.notify_one();
    }

    /// The calendar says that something was changed there.
    pub fn changed_there(&self) {
        self.from_there.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

/// What the worker works with.
#[derive(Debug)]
pub struct Parts {
    pub portal: Arc<Portal>,
    pub consultations: Arc<dyn Consultations>,
    pub agreements: Arc<dyn Agreements>,
    pub writer: WriterHandle,
    pub status: Arc<Status>,
    pub clock: Arc<dyn Clock>,
    pub news: Arc<News>,
}

#[derive(Debug)]
pub struct Rounds {
    book: PracticeBook,
    portal: Arc<Portal>,
    status: Arc<Status>,
    clock: Arc<dyn Clock>,
    news: Arc<News>,
}

impl Rounds {
    pub fn new(parts: Parts) -> Self {
        let book = PracticeBook::new(Arc::clone(&parts.portal), parts.consultations, parts.agreements, parts.writer);
        Self { book, portal: parts.portal, status: parts.status, clock: parts.clock, news: parts.news }
    }

    /// Compares until told to stop. A round that is broken off is taken up by the next.
    pub async fn run(self, stop: CancellationToken) {
        let mut wait = SOON;
        loop {
            let once = async {
                let done = self.once().await;
                let pause = if done { REGULARLY } else { wait };
                wait = if done { SOON } else { (wait * 2).min(REGULARLY) };
                let _ = tokio::time::timeout(pause, self.news.wake.notified()).await;
                tokio::time::sleep(GATHER).await;
                self.tell_everybody().await;
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = once => {}
            }
        }
    }

    /// Desktops that show the same calendar compare at once.
    async fn tell_everybody(&self) {
        if self.news.from_there.swap(false, Ordering::AcqRel)
            && let Err(error) = self.book.writer.tell(EventKind::CalendarChanged).await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot tell that the calendar was changed");
        }
    }

    /// Whether everything was done that could be.
    async fn once(&self) -> bool {
        let outcome = self.compared().await;
        self.status.count_round(outcome.is_err());
        self.status.set_conflicts(self.book.conflicts());
        match outcome {
            Ok(done) => done,
            Err(RoundError::Calendar(error)) => {
                self.portal.log(&error, "the calendar cannot be kept in step now");
                false
            }
            Err(RoundError::Book(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "what was agreed with the calendar cannot be kept");
                false
            }
        }
    }

    async fn compared(&self) -> Result<bool, RoundError> {
        let now = self.clock.now();
        let nothing = self.book.is_empty(now - BACK).await;
        if nothing.map_err(|error| kabinet_calendar::BookError::Failed(Box::new(error)))? {
            return Ok(true);
        }
        let which = self.portal.calendar().await?;
        let outcome = round(self.portal.provider().as_ref(), &which, &self.book, now).await;
        let report = match outcome {
            Ok(report) => {
                self.portal.works();
                report
            }
            Err(error) => {
                if let RoundError::Calendar(error) = &error {
                    self.portal.fails(error);
                }
                return Err(error);
            }
        };
        for (consultation, failure) in &report.failed {
            if !failure.passes() {
                tracing::warn!(%consultation, error = failure as &dyn std::error::Error, "a conference is not in step with its entry");
            }
        }
        Ok(!report.look_again())
    }
}
