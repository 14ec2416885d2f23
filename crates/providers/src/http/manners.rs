//! How an API is asked: how long, how often again, and how much of an answer is read.
//!
//! A request is repeated only where a second one leaves the same behind as one: never a `POST`.

use super::retry_after;
use kabinet_domain::{Ids, SystemIds};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Request, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// More than any answer of the APIs asked here.
const MAX_BODY_BYTES: usize = 256 * 1024;

#[derive(Debug, Clone)]
pub struct Manners {
    /// How long one attempt may take, its answer's last byte included.
    pub call: Duration,
    /// Attempts in all.
    pub tries: u32,
    /// How long all of them may take.
    pub patience: Duration,
    /// Before the second attempt; doubled before each further one.
    pub first_wait: Duration,
    /// A server that asks to wait longer than this is told of instead.
    pub longest_wait: Duration,
    pub max_body: usize,
    /// Spreads the waits, so that many who failed together do not come back together.
    pub ids: Arc<dyn Ids>,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            call: super::CALL,
            tries: 3,
            patience: Duration::from_secs(20),
            first_wait: Duration::from_millis(400),
            longest_wait: Duration::from_secs(5),
            max_body: MAX_BODY_BYTES,
            ids: Arc::new(SystemIds),
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Body,
}

/// What an answer says. It may name people and hold tokens, so `Debug` shows its length alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(pub Vec<u8>);

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nobody heard it.
    #[error("the request could not be sent")]
    NotSent(#[source] reqwest::Error),
    /// It went out; what became of it is not known.
    #[error("the answer was lost")]
    Lost(#[source] reqwest::Error),
    #[error("the answer is longer than it may be")]
    TooLong,
}

impl CallError {
    fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() { Self::NotSent(error) } else { Self::Lost(error) }
    }
}

/// Asks, and asks again where that is safe and promises something.
///
/// # Errors
/// When the last attempt brought no answer. A refusal is an answer.
pub async fn ask(http: &Client, request: Request, manners: &Manners) -> Result<Answer, CallError> {
    let begun = Instant::now();
    let mut wait = manners.first_wait;
    for _ in 1..manners.tries {
        let Some(again) = repeatable(request.method()).then(|| request.try_clone()).flatten() else { break };
        let outcome = once(http, again, manners, begun).await;
        let Some(asked) = worth_repeating(&outcome) else { return outcome };
        let pause = match asked.map(Duration::from_secs) {
            Some(asked) if asked > manners.longest_wait => return outcome,
            Some(asked) => asked + spread(manners, manners.first_wait),
            None => wait / 2 + spread(manners, wait / 2),
        };
        if begun.elapsed() + pause > manners.patience {
            return outcome;
        }
        sleep(pause).await;
        wait *= 2;
    }
    once(http, request, manners, begun).await
}

fn repeatable(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
}

async fn once(http: &Client, mut request: Request, manners: &Manners, begun: Instant) -> Result<Answer, CallError> {
    *request.timeout_mut() = Some(manners.call.min(manners.patience.saturating_sub(begun.elapsed())));
    let mut answer = http.execute(request).await.map_err(CallError::of)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(CallError::of)? {
        if body.len() + piece.len() > manners.max_body {
            return Err(CallError::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status, headers, body: Body(body) })
}

/// Whether the next attempt may go better, and the seconds that the server asks to wait until then.
fn worth_repeating(outcome: &Result<Answer, CallError>) -> Option<Option<u64>> {
    match outcome {
        Ok(Answer { status, headers, .. }) => {
            matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504).then(|| retry_after(headers))
        }
        // A certificate is the same a moment later.
        Err(CallError::NotSent(error) | CallError::Lost(error)) => (!super::is_tls(error)).then_some(None),
        Err(CallError::TooLong) => None,
    }
}

/// Anything from nothing to the whole.
fn spread(manners: &Manners, whole: Duration) -> Duration {
    let mut drawn = [0; 2];
    manners.ids.fill(&mut drawn);
    whole.mul_f64(f64::from(u16::from_le_bytes(drawn)) / f64::from(u16::MAX))
}
