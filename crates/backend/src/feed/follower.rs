//! One reader's place in the feed.

use super::recent::Slot;
use super::{Feed, Page};
use crate::StorageError;
use crate::ports::Reader;
use kabinet_domain::Cursor;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

type Reading = Pin<Box<dyn Future<Output = Result<Page, StorageError>> + Send>>;

/// Moves through the log page by page. Small while it waits: no task, no buffer.
pub struct Follower {
    feed: Arc<Feed>,
    reader: Reader,
    after: Cursor,
    slot: Slot,
    counted: bool,
    /// Only while storage is asked.
    reading: Option<Reading>,
}

impl Follower {
    pub(super) fn new(feed: Arc<Feed>, reader: Reader, after: Cursor, counted: bool) -> Self {
        Self { feed, reader, after, slot: Slot::default(), counted, reading: None }
    }

    /// Everything up to here has been given.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.after
    }

    /// The next page that holds something.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Page, StorageError>> {
        loop {
            if let Some(reading) = &mut self.reading {
                let outcome = std::task::ready!(reading.as_mut().poll(context));
                self.reading = None;
                let page = outcome?;
                self.after = page.cursor;
                if page.frames.is_empty() {
                    continue;
                }
                return Poll::Ready(Ok(page));
            }
            match std::task::ready!(self.feed.poll_recent(self.reader, self.after, &mut self.slot, context)) {
                Some(page) => {
                    self.after = page.cursor;
                    return Poll::Ready(Ok(page));
                }
                None => {
                    let (feed, reader, after) = (Arc::clone(&self.feed), self.reader, self.after);
                    self.reading = Some(Box::pin(async move { feed.read(reader, after).await }));
                }
            }
        }
    }

    /// The next page that holds something, for those who wait in one place.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn next(&mut self) -> Result<Page, StorageError> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    /// What there is now, possibly nothing.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn now(&mut self) -> Result<Page, StorageError> {
        let page = self.feed.read(self.reader, self.after).await?;
        self.after = page.cursor;
        Ok(page)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.feed.leave(self.reader, std::mem::take(&mut self.slot), self.counted);
    }
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("after", &self.after).finish_non_exhaustive()
    }
}
