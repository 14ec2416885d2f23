//! The log as its followers read it: long poll and SSE are two views of [`Feed::read`] and [`Follower::poll_next`],
//! which give the same events in the same order, from memory where they can.
//!
//! A page is bounded by the end of the log at the moment it is read, so history and what comes live neither overlap nor leave a gap.

mod follower;
mod frame;
mod recent;

pub use follower::Follower;
pub use frame::Frame;

use crate::StorageError;
use crate::ports::{History, LoggedEvent, Reader};
use kabinet_domain::Cursor;
use recent::{Recent, Slot};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

/// So many events at most in one page.
pub const PAGE: usize = 500;

/// A stretch of the log for one reader.
#[derive(Debug, Clone)]
pub struct Page {
    pub frames: Vec<Arc<Frame>>,
    /// Everything up to here is in this page or is not for this reader.
    pub cursor: Cursor,
}

/// Followers for whom there is something new. They can have it already, and are woken when this goes:
/// outside the feed's lock, since they will want it, and after whatever else should come first.
#[derive(Debug, Default)]
pub struct Sleepers(Vec<Waker>);

impl Drop for Sleepers {
    fn drop(&mut self) {
        for waker in self.0.drain(..) {
            waker.wake();
        }
    }
}

/// Why a cursor cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("the events after this cursor are forgotten")]
    Expired { oldest: Cursor },
    #[error("the cursor is beyond the end of the log")]
    Ahead { end: Cursor },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What was last appended, and who waits for more.
#[derive(Debug)]
pub struct Feed {
    recent: Mutex<Recent>,
    history: Arc<dyn History>,
    /// The last cursor that is forgotten.
    pruned_to: AtomicU64,
    followers: AtomicU64,
}

impl Feed {
    /// A feed that begins with `recent`, the last events of the log.
    #[must_use]
    pub fn new(history: Arc<dyn History>, recent: Vec<LoggedEvent>, end: Cursor, pruned_to: Cursor, capacity: usize) -> Self {
        Self {
            recent: Mutex::new(Recent::new(recent, end, capacity)),
            history,
            pruned_to: AtomicU64::new(pruned_to.0),
            followers: AtomicU64::new(0),
        }
    }

    /// Shows committed events to whoever may see them; who waits for them is woken by what is returned.
    pub fn publish(&self, events: Vec<LoggedEvent>) -> Sleepers {
        let frames: Vec<_> = events.into_iter().map(|event| (event.audience, Arc::new(Frame::from(event)))).collect();
        Sleepers(self.lock().publish(frames))
    }

    /// The last position in the log.
    #[must_use]
    pub fn end(&self) -> Cursor {
        self.lock().end()
    }

    /// How many follow now.
    #[must_use]
    pub fn followers(&self) -> u64 {
        self.followers.load(Ordering::Relaxed)
    }

    pub fn forget_up_to(&self, cursor: Cursor) {
        self.pruned_to.fetch_max(cursor.0, Ordering::Relaxed);
    }

    /// A place in the feed; without a cursor, at its present end.
    ///
    /// # Errors
    /// When the cursor is not one that can be followed.
    pub fn follow(self: &Arc<Self>, reader: Reader, after: Option<Cursor>) -> Result<Follower, FollowError> {
        let end = self.end();
        let after = after.unwrap_or(end);
        if after > end {
            return Err(FollowError::Ahead { end });
        }
        let oldest = Cursor(self.pruned_to.load(Ordering::Relaxed));
        if after < oldest {
            return Err(FollowError::Expired { oldest });
        }
        self.followers.fetch_add(1, Ordering::Relaxed);
        Ok(Follower::new(Arc::clone(self), reader, after, true))
    }

    /// A place for a part of the backend itself, from a position it has just read: it is not counted among those who follow.
    #[must_use]
    pub fn watch(self: &Arc<Self>, reader: Reader, after: Cursor) -> Follower {
        Follower::new(Arc::clone(self), reader, after, false)
    }

    /// What comes after a cursor now, possibly nothing: the one read that everything else is made of.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn read(&self, reader: Reader, after: Cursor) -> Result<Page, StorageError> {
        let end = {
            let recent = self.lock();
            if let Some(page) = recent.read(reader, after) {
                return Ok(page);
            }
            recent.end()
        };
        let events = self.history.read(reader, after, end, PAGE).await?;
        let cursor = if events.len() == PAGE { events.last().map_or(end, |event| event.cursor) } else { end };
        Ok(Page { frames: events.into_iter().map(|event| Arc::new(Frame::from(event))).collect(), cursor })
    }

    /// The same from memory alone: `Ready(None)` when storage has to be asked. Whoever finds nothing is woken when there is something.
    fn poll_recent(&self, reader: Reader, after: Cursor, slot: &mut Slot, context: &Context<'_>) -> Poll<Option<Page>> {
        let mut recent = self.lock();
        match recent.read(reader, after) {
            None => Poll::Ready(None),
            Some(page) if page.frames.is_empty() => {
                recent.wait(reader, slot, context.waker());
                Poll::Pending
            }
            Some(page) => Poll::Ready(Some(page)),
        }
    }

    fn leave(&self, reader: Reader, slot: Slot, counted: bool) {
        self.followers.fetch_sub(u64::from(counted), Ordering::Relaxed);
        self.lock().leave(reader, slot);
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().expect("nobody panics while holding the recent events")
    }
}
