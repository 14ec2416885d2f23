//! Follows the backend's events: as a stream, by long polling where a stream does not hold, and back to the stream when it can.

use crate::application::{Application, Backend, Save};
use crate::line::{self, Line, LineError};
use crate::outbox;
use crate::record::{Event, Kind};
use crate::sse::Parser;
use crate::state::State;
use crate::view::{FeedState, Message};
use chrono::{DateTime, TimeDelta, Utc};
use kabinet_api::EventJson;
use kabinet_domain::Ids;
use std::collections::BTreeSet;
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

/// An event older than this when it is learned was missed.
const NEWS: TimeDelta = TimeDelta::seconds(15);

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
    let shared = application.look().kept.shared_backend.clone();
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
    Line::new(address)
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
                application.change(|state| state.cursor = Some(oldest.map_or(0, |oldest| oldest.saturating_sub(1))));
                attempts.in_step = false;
            }
            LineError::CursorAhead => {
                application.forget_events().await;
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
        let user = line.current_user().await?;
        application.look().specialist_id = user.id.map(|id| id.to_string());
        application.keep_practice(user.practice).await;
        if let Err(error) = application.settle_names_key().await {
            tracing::warn!(code = error.code, "there is no key to keep names with");
        }
        application.outgoing.notify_one();
        application.ask_reach_soon(line);
        attempts.in_step = true;
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

    /// Handles events: known at once, shown at once, then written down together with the cursor.
    async fn take_events(
        self: &Arc<Self>,
        line: &Line,
        events: Vec<EventJson>,
        cursor: Option<u64>,
        ahead: TimeDelta,
    ) -> Result<(), LineError> {
        let now: DateTime<Utc> = self.now() + ahead;
        let mut rows = Vec::new();
        let mut changed = BTreeSet::new();
        let mut reach_changed = false;
        let before = self.look().cursor;
        self.change(|state| {
            for json in events {
                let missed = now - json.received_at > NEWS;
                let event = line::event(json, missed);
                state.cursor = state.cursor.max(Some(event.cursor));
                match (&event.kind, &event.consultation) {
                    (Kind::ConsultationChanged, Some(id)) => drop(changed.insert(id.clone())),
                    // It says no more than that, and nothing of it is kept.
                    (Kind::CalendarChanged, _) => self.calendar.wanted.notify_one(),
                    (Kind::ReachChanged, _) => reach_changed = true,
                    (Kind::Other, _) => {}
                    _ if state.learn(event.clone()) => {
                        rows.extend(answered_there(state, &event));
                        rows.push(Save::Event(Box::new(event)));
                    }
                    _ => {}
                }
            }
            state.cursor = state.cursor.max(cursor);
        });
        if reach_changed {
            self.ask_reach_soon(line);
        }
        if !changed.is_empty() {
            self.reread(line, changed).await?;
            self.tell_unread_names();
        }
        if self.look().cursor != before {
            rows.push(Save::Cursor);
        }
        self.save(&rows).await;
        Ok(())
    }

    /// Reads all consultations. What was typed here and is not sent yet stays as it is.
    pub(crate) async fn read_consultations(&self, line: &Line) -> Result<(), LineError> {
        let theirs = line.conferences().await?;
        let (now, names) = (self.now(), self.names());
        let rows = self.change(|state| {
            let mut rows = Vec::new();
            let mut there = BTreeSet::new();
            for conference in theirs {
                let consultation = names.consultation(&conference);
                there.insert(consultation.id.clone());
                rows.extend(outbox::accept(state, consultation));
            }
            let gone: Vec<String> = state
                .consultations
                .keys()
                .filter(|id| !there.contains(*id) && !state.unsent.contains_key(*id))
                .cloned()
                .collect();
            for id in gone {
                state.consultations.remove(&id);
                rows.push(Save::Consultation(id));
            }
            state.feed.last_contact = Some(now);
            rows
        });
        self.save(&rows).await;
        Ok(())
    }

    /// Reads the consultations that an event says have changed.
    async fn reread(&self, line: &Line, changed: BTreeSet<String>) -> Result<(), LineError> {
        if changed.len() > 20 {
            return self.read_consultations(line).await;
        }
        for id in changed {
            let rows = match line.conference(&id).await {
                Ok(conference) => {
                    let theirs = self.names().consultation(&conference);
                    self.change(|state| outbox::accept(state, theirs))
                }
                Err(LineError::NotFound) => self.change(|state| {
                    let gone = !state.unsent.contains_key(&id) && state.consultations.remove(&id).is_some();
                    if gone { vec![Save::Consultation(id)] } else { Vec::new() }
                }),
                Err(error) => return Err(error),
            };
            self.save(&rows).await;
        }
        Ok(())
    }

    /// Another log: what was read of the last one says nothing any more.
    pub(crate) async fn forget_events(&self) {
        let rows = self.change(|state| {
            state.cursor = None;
            state.known.clear();
            let forgotten = std::mem::take(&mut state.events);
            let mut rows: Vec<Save> = forgotten.into_values().flatten().map(|event| Save::ForgetEvent(event.id)).collect();
            rows.push(Save::Cursor);
            rows
        });
        self.save(&rows).await;
    }
}

/// The answer stands in the log now, and what is said elsewhere later takes its place. One that is still to be told is newer.
fn answered_there(state: &mut State, event: &Event) -> Option<Save> {
    let id = event.consultation.clone().filter(|_| matches!(event.kind, Kind::SpecialistAnswered { .. }))?;
    let handled = state.handled.get_mut(&id).filter(|handled| handled.to_tell.is_none())?;
    (handled.snoozed_until, handled.coming_at) = (None, None);
    Some(Save::Handled(id))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Answer;
    use crate::testing::{at, event, state};

    #[test]
    fn an_answer_in_the_log_takes_the_place_of_what_was_said_here_unless_that_is_still_to_be_told() {
        let mut state = state(&[], &[]);
        let answered = event(1, "15:00", Kind::SpecialistAnswered { answer: "coming".into(), minutes: None }, "");
        assert!(answered_there(&mut state, &answered).is_none());
        let handled = state.handled.entry("c1".into()).or_default();
        handled.snoozed_until = Some(at("15:10"));
        let answer = Answer { id: String::new(), answer: "late".into(), until: Some(at("15:10")), at: at("15:05") };
        assert_eq!((answer.minutes(at("15:05")), answer.minutes(at("15:08:30"))), (Some(5), Some(2)));
        assert!(answer.matters(at("15:09")) && !answer.matters(at("15:10")));
        handled.to_tell = Some(answer);
        assert!(answered_there(&mut state, &answered).is_none());
        state.handled.entry("c1".into()).or_default().to_tell = None;
        assert!(answered_there(&mut state, &answered).is_some());
        assert_eq!(state.handled["c1"].snoozed_until, None);
        assert!(answered_there(&mut state, &event(2, "15:01", Kind::Escalated, "")).is_none());
    }
}
