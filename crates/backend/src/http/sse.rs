//! One follower's stream of server-sent events: a body that is asked for more, without a task or a buffer of its own.

use super::App;
use super::auth::Caller;
use crate::feed::{Follower, Page};
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use kabinet_domain::Ids;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

pub struct Stream {
    app: App,
    caller: Caller,
    follower: Follower,
    greeted: bool,
    /// The next comment, or the end of the stream, whichever comes first.
    timer: Pin<Box<Sleep>>,
    ends_at: Instant,
    draining: bool,
}

impl Stream {
    pub fn new(app: App, caller: Caller, follower: Follower) -> Self {
        // Streams that began together must not end together.
        let ends_at = Instant::now() + jittered(app.lifetime, &*app.ids);
        let timer = Box::pin(tokio::time::sleep_until(ends_at.min(Instant::now() + app.keep_alive)));
        Self { app, caller, follower, greeted: false, timer, ends_at, draining: false }
    }

    fn still_welcome(&self) -> bool {
        self.caller.is_still_known(&self.app)
    }
}

/// From three quarters to five quarters of a time.
fn jittered(time: Duration, ids: &dyn Ids) -> Duration {
    time.mul_f64(0.75 + 0.5 * random_share(ids))
}

fn random_share(ids: &dyn Ids) -> f64 {
    let mut bytes = [0u8; 2];
    ids.fill(&mut bytes);
    f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX)
}

fn together(page: &Page) -> Bytes {
    if let [frame] = page.frames.as_slice() {
        return frame.sse();
    }
    let mut bytes = BytesMut::with_capacity(page.frames.iter().map(|frame| frame.sse().len()).sum());
    for frame in &page.frames {
        bytes.extend_from_slice(&frame.sse());
    }
    bytes.freeze()
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        if !this.greeted {
            this.greeted = true;
            // The bare id lets a client that has seen no event yet come back to where it began.
            let greeting = format!(": connected\nid: {}\n\n", this.follower.cursor());
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from(greeting)))));
        }
        match this.follower.poll_next(context) {
            // Whoever was removed since is told nothing more.
            Poll::Ready(Ok(_)) if !this.still_welcome() => return Poll::Ready(None),
            Poll::Ready(Ok(page)) => return Poll::Ready(Some(Ok(Frame::data(together(&page))))),
            // It comes back by itself, to a database that answers.
            Poll::Ready(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "cannot read events for a follower");
                return Poll::Ready(None);
            }
            Poll::Pending => {}
        }
        // The connection's task waits for the same token, and asks every body when it comes (`serve::connection`).
        if !this.draining && this.app.draining.is_cancelled() {
            this.draining = true;
            // Not all at once: each comes back somewhere else, or to the next start.
            this.ends_at = Instant::now() + this.app.drain.mul_f64(random_share(&*this.app.ids));
            this.timer.as_mut().reset(this.ends_at);
        }
        ready!(this.timer.as_mut().poll(context));
        if Instant::now() >= this.ends_at || !this.still_welcome() {
            return Poll::Ready(None);
        }
        let next = Instant::now() + this.app.keep_alive;
        this.timer.as_mut().reset(next.min(this.ends_at));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b": still here\n\n")))))
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("follower", &self.follower).finish_non_exhaustive()
    }
}
