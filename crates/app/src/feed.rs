//! Follows the backend's events: as a stream, by long polling where a stream does not hold, and back to the stream when it can.

pub(crate) mod taken;

use crate::application::{Application, Backend};
use crate::line::{self, Line, LineError};
use crate::sse::Parser;
use crate::view::{FeedState, Message};
use kabinet_api::EventJson;
use kabinet_domain::Ids;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The stream says something every 15 s. After a silence well beyond that the connection is dead,
/// and news is still fresh within half a minute.
pub(crate) const SILENT_FOR: Duration = Duration::from_secs(24);

/// A stream that ended sooner did not hold.
const HELD_FOR: Duration = Duration::from_secs(10);

/// After so many streams in a row that did not hold, events are asked for.
const FAILURES_BEFORE_POLLING: u32 = 2;

const POLL_WAIT: Duration = Duration::from_secs(25);

/// How often the stream is tried while polling works.
const STREAM_AGAIN: Duration = Duration::from_secs(60);

/// Shortest and longest pause between attempts: with the time for a connection the longest is under half a minute.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));

pub(crate) async fn run(application: Arc<Application>) {
    let follow = async {
        let mut opened = application.opened.subscribe();
        // Somebody may be typing the keychain's password; clients must be seen all the same.
        let _ = tokio::time::timeout(Duration::from_secs(5), opened.wait_for(|opened| *opened)).await;
        loop {
            tokio::select! {
                () = application.backend_changed.notified() => {}
                () = one_backend(&application) => {}
            }
            application.set_line(None);
        }
    };
    tokio::select! {
        () = application.stop.cancelled() => {}
        () = follow => {}
    }
}

/// Finds the backend and follows it, for ever.
async fn one_backend(application: &Arc<Application>) {
    let mut attempt = 0;
    loop {
        match find(application).await {
            Ok(line) => {
                application.set_line(Some(line.clone()));
                application.outgoing.notify_one();
                follow(application, &line).await;
            }
            Err(message) => {
                application.change(|state| {
                    state.feed.state = FeedState::Offline;
                    state.feed.message = Some(message);
                });
                pause(application, attempt).await;
                attempt += 1;
            }
        }
    }
}

async fn find(application: &Application) -> Result<Line, Message> {
    let (shared, following) = {
        let state = application.look();
        (state.kept.shared_backend.clone(), state.following)
    };
    let address = match (&shared, &application.parts.backend) {
        (Some(url), _) => {
            let token =
                application.secret(crate::keychain::BACKEND_TOKEN).await?.ok_or_else(|| crate::message("backend_refused"))?;
            let url = url.parse().map_err(|_| crate::message("settings_unreadable"))?;
            line::BackendAddress { url, token }
        }
        (None, Backend::Embedded(switch)) => switch.start_embedded().await?,
        (None, Backend::At(address)) => address.clone(),
    };
    application.change(|state| {
        state.feed.embedded = shared.is_none();
        state.feed.address = place(&address.url);
        state.feed.state = FeedState::Connecting;
        state.feed.message = None;
    });
    Line::new(address, following)
}

/// For people: `127.0.0.1:8787`, `events.example.org`.
fn place(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// How the attempts went so far.
#[derive(Debug, Default)]
struct Attempts {
    /// Streams in a row that did not hold.
    streams: u32,
    /// Attempts of any kind in a row that brought nothing.
    failed: u32,
    stream_again_at: Option<Instant>,
    /// What the backend says of consultations is known.
    in_step: bool,
    /// It was just asked for all that it says of itself.
    new: bool,
}

async fn follow(application: &Arc<Application>, line: &Line) {
    let mut attempts = Attempts::default();
    loop {
        let done = attempt(application, line, &mut attempts).await;
        let error = match done {
            Ok(()) => {
                attempts.failed = 0;
                continue;
            }
            Err(error) => error,
        };
        tracing::info!(error = &error as &dyn std::error::Error, "the feed broke off");
        match &error {
            LineError::CursorExpired { oldest } => {
                // What lies before the oldest is gone; the list of consultations says what matters of it.
                application.hear(line, |state| state.cursor = Some(oldest.map_or(0, |oldest| oldest.saturating_sub(1))));
                attempts.in_step = false;
            }
            LineError::CursorAhead => {
                let rows = application.hear(line, taken::forget_events);
                application.save(&rows).await;
                attempts.in_step = false;
            }
            _ => {}
        }
        // The first break is mended at once, and nobody needs to know.
        if attempts.failed > 0 {
            report_failure(application, &error);
            let wait = match &error {
                LineError::Busy { retry_after: Some(seconds) } => Some(Duration::from_secs(*seconds).min(PAUSE.1)),
                _ => None,
            };
            match wait {
                Some(wait) => drop(application.pause(wait).await),
                None => pause(application, attempts.failed - 1).await,
            }
        }
        attempts.failed += 1;
    }
}

fn report_failure(application: &Application, error: &LineError) {
    application.change(|state| {
        state.feed.state = if matches!(error, LineError::Refused) { FeedState::Refused } else { FeedState::Offline };
        state.feed.message = Some(error.message());
        state.feed.delay_ms = None;
    });
}

/// One attempt: returns `Ok` when it worked for a while and another should follow at once.
async fn attempt(application: &Arc<Application>, line: &Line, attempts: &mut Attempts) -> Result<(), LineError> {
    if !attempts.in_step {
        application.read_consultations(line).await?;
        application.ask_practice(line).await?;
        if let Err(error) = application.settle_names_key().await {
            tracing::warn!(code = error.code, "there is no key to keep names with");
        }
        application.outgoing.notify_one();
        application.ask_reach_soon(line);
        attempts.in_step = true;
        attempts.new = true;
    }
    let poll = attempts.streams >= FAILURES_BEFORE_POLLING && attempts.stream_again_at.is_some_and(|at| Instant::now() < at);
    if poll {
        let recovering = attempts.failed > 0;
        application.poll_once(line).await?;
        if recovering {
            attempts.stream_again_at = Some(Instant::now());
        }
        return Ok(());
    }
    // One that comes back may have been set up otherwise meanwhile.
    if !std::mem::take(&mut attempts.new) {
        application.ask_practice_soon(line);
    }
    let began = Instant::now();
    let mut heard = false;
    let ended = application.read_stream(line, &mut heard).await;
    match &ended {
        Err(LineError::Refused | LineError::CursorExpired { .. } | LineError::CursorAhead) => {}
        _ if heard && began.elapsed() >= HELD_FOR => attempts.streams = 0,
        _ => {
            attempts.streams += 1;
            attempts.stream_again_at = Some(Instant::now() + STREAM_AGAIN);
        }
    }
    if heard {
        attempts.failed = 0;
        // It worked and broke off: mended at once, unless it keeps breaking off.
        if attempts.streams == 0 {
            return Ok(());
        }
    }
    ended
}

impl Application {
    async fn read_stream(self: &Arc<Self>, line: &Line, heard: &mut bool) -> Result<(), LineError> {
        let asked = Instant::now();
        let mut woken = self.woken.subscribe();
        let after = self.look().cursor.unwrap_or(0);
        let answer = tokio::time::timeout(SILENT_FOR, line.stream(after));
        let mut answer = answer.await.map_err(|_| LineError::Unexpected(None))??;
        let time = line.time(&answer);
        let mut parser = Parser::default();
        loop {
            let bytes = tokio::select! {
                bytes = tokio::time::timeout(SILENT_FOR, answer.chunk()) => bytes.map_err(|_| LineError::Unexpected(None))?,
                // Whatever the connection says now, it says of before the sleep.
                _ = woken.changed() => return Ok(()),
            };
            let Some(bytes) = bytes.map_err(line::unreachable)? else { return Ok(()) };
            if !*heard {
                *heard = true;
                self.in_touch(FeedState::Live, Some(asked.elapsed()));
            }
            let data = parser.feed(&bytes).map_err(|error| {
                tracing::warn!(%error, "this is no stream of events");
                LineError::Unexpected(None)
            })?;
            self.touch();
            let events: Vec<EventJson> = data.iter().filter_map(|data| read(data)).collect();
            if !events.is_empty() {
                self.take_events(line, events, None, time.ahead(self.now())).await?;
            }
        }
    }

    async fn poll_once(self: &Arc<Self>, line: &Line) -> Result<(), LineError> {
        let mut woken = self.woken.subscribe();
        let connected = self.look().feed.state == FeedState::Polling;
        // The first question is only whether there is an answer.
        let wait = if connected { POLL_WAIT } else { Duration::ZERO };
        let after = self.look().cursor.unwrap_or(0);
        let asked = Instant::now();
        let (page, time) = tokio::select! {
            page = line.events(after, wait) => page?,
            _ = woken.changed() => return Ok(()),
        };
        self.in_touch(FeedState::Polling, (!connected).then(|| asked.elapsed()));
        self.take_events(line, page.events, Some(page.cursor), time.ahead(self.now())).await
    }

    /// The backend answered.
    fn in_touch(&self, feed: FeedState, delay: Option<Duration>) {
        let now = self.now();
        self.change(|state| {
            state.feed.state = feed;
            state.feed.message = None;
            state.feed.last_contact = Some(now);
            if let Some(delay) = delay {
                state.feed.delay_ms = u32::try_from(delay.as_millis()).ok();
            }
        });
        self.outgoing.notify_one();
    }

    /// A sign of life that changes nothing that is shown while connected.
    fn touch(&self) {
        let now = self.now();
        self.look().feed.last_contact = Some(now);
    }
}

/// One event that cannot be read must not stop the others; it cannot be told either.
fn read(data: &str) -> Option<EventJson> {
    serde_json::from_str(data).inspect_err(|error| tracing::warn!(column = error.column(), "an event cannot be read")).ok()
}

/// Waits before the next attempt; a computer that wakes up tries at once.
async fn pause(application: &Application, failed: u32) {
    let mut woken = application.woken.subscribe();
    let longest = PAUSE.0.saturating_mul(1 << failed.min(10)).min(PAUSE.1);
    tokio::select! {
        () = tokio::time::sleep(jittered(longest, application.parts.ids.as_ref())) => {}
        _ = woken.changed() => {}
    }
}

/// Between half and all of it, so that many applications do not come back in one moment.
pub(crate) fn jittered(longest: Duration, ids: &dyn Ids) -> Duration {
    let mut byte = [0u8; 1];
    ids.fill(&mut byte);
    longest / 2 + longest.mul_f64(f64::from(byte[0]) / 512.0)
}
