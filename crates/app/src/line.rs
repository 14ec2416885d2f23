//! The line to the backend: its HTTP interface, as far as the application uses it.

mod client_side;
mod records;

pub(crate) use client_side::{practice, reach, reach_body, thread_item};
#[cfg(test)]
pub(crate) use records::tests;
pub(crate) use records::{body, consultation, event, merged};

use crate::view::Message;
use chrono::{DateTime, LocalResult, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use kabinet_api::{
    Conference, ConferenceBody, Conferences, CurrentUser, ErrorBody, EventPage, Health, PairRequest, Paired, PressedJoin,
};
use kabinet_domain::Sensitive;
use kabinet_providers::http::{self, HttpSettings, Purpose, Reach};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use std::time::Duration;
use url::{Host, Url};

/// For everything but the feed.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Where a backend is, and what lets us in.
#[derive(Debug, Clone)]
pub struct BackendAddress {
    /// With its base path, as in `https://events.example.org/kabinet`.
    pub url: Url,
    pub token: Sensitive<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum LineError {
    #[error("the backend cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the backend does not accept the token")]
    Refused,
    #[error("the backend does not know it")]
    NotFound,
    #[error("somebody else changed it meanwhile")]
    LostUpdate,
    #[error("the log no longer reaches back so far")]
    CursorExpired { oldest: Option<u64> },
    #[error("the log does not reach so far")]
    CursorAhead,
    #[error("the backend refuses it: {code}")]
    Rejected { code: String, field: Option<String> },
    #[error("the backend is busy")]
    Busy { retry_after: Option<u64> },
    #[error("the backend's answer makes no sense")]
    Unexpected(#[source] Option<reqwest::Error>),
}

impl LineError {
    /// For a person.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Unreachable(_) => crate::message("backend_unreachable"),
            Self::Refused => crate::message("backend_refused"),
            Self::Busy { .. } => crate::message("backend_busy"),
            Self::NotFound
            | Self::LostUpdate
            | Self::CursorExpired { .. }
            | Self::CursorAhead
            | Self::Rejected { .. }
            | Self::Unexpected(_) => crate::message("backend_unexpected"),
        }
    }
}

/// A connection to one backend. Clones share it.
#[derive(Debug, Clone)]
pub struct Line {
    calls: reqwest::Client,
    feed: reqwest::Client,
    address: BackendAddress,
    /// Which of the backends followed one after another it leads to: [`crate::state::State::following`].
    pub(crate) following: u64,
}

impl Line {
    /// # Errors
    /// When the system has no usable TLS.
    pub fn new(address: BackendAddress, following: u64) -> Result<Self, Message> {
        let calls = client(&address.url, Purpose::Calls)?;
        let feed = client(&address.url, Purpose::Feed { silence: crate::feed::SILENT_FOR })?;
        Ok(Self { calls, feed, address, following })
    }

    #[must_use]
    pub fn url(&self) -> &Url {
        &self.address.url
    }

    pub(crate) async fn conferences(&self) -> Result<Vec<Conference>, LineError> {
        let answer = self.send(self.request(Method::GET, "api/conferences").timeout(ANSWER_WITHIN * 3)).await?;
        Ok(read::<Conferences>(answer).await?.conferences)
    }

    pub(crate) async fn conference(&self, id: &str) -> Result<Conference, LineError> {
        read(self.send(self.request(Method::GET, &format!("api/conferences/{id}"))).await?).await
    }

    pub(crate) async fn create(&self, body: &ConferenceBody) -> Result<Conference, LineError> {
        read(self.send(self.request(Method::POST, "api/conferences").json(body)).await?).await
    }

    pub(crate) async fn change(&self, id: &str, version: u64, body: &ConferenceBody) -> Result<Conference, LineError> {
        let request = self.request(Method::PUT, &format!("api/conferences/{id}"));
        read(self.send(request.header(header::IF_MATCH, format!("\"{version}\"")).json(body)).await?).await
    }

    pub(crate) async fn pressed_join(&self, id: &str, at: DateTime<Utc>) -> Result<(), LineError> {
        let request = self.request(Method::POST, &format!("api/conferences/{id}/pressed-join"));
        self.send(request.json(&PressedJoin { at: Some(at) })).await.map(drop)
    }

    pub(crate) async fn health(&self) -> Result<Health, LineError> {
        read(self.send(self.request(Method::GET, "health")).await?).await
    }

    pub(crate) async fn current_user(&self) -> Result<CurrentUser, LineError> {
        read(self.send(self.request(Method::GET, "api/current-user")).await?).await
    }

    /// The answer to a request for the stream, as soon as its head is there.
    pub(crate) async fn stream(&self, after: u64) -> Result<Response, LineError> {
        // No time limit of its own: silence is measured by whoever reads.
        let request = self.feed.get(at(&self.address.url, "api/events/stream")).bearer_auth(self.address.token.reveal());
        self.send(request.query(&[("after", after)]).header(header::ACCEPT, "text/event-stream")).await
    }

    pub(crate) async fn events(&self, after: u64, wait: Duration) -> Result<(EventPage, ServerTime), LineError> {
        let request = self
            .bare(Method::GET, "api/events")
            .query(&[("after", after), ("wait", wait.as_secs())])
            .timeout(wait + ANSWER_WITHIN);
        let answer = self.send(request).await?;
        let time = self.time(&answer);
        Ok((read(answer).await?, time))
    }

    /// A backend on this computer has our clock.
    pub(crate) fn time(&self, answer: &Response) -> ServerTime {
        if is_loopback(&self.address.url) { ServerTime::default() } else { ServerTime::of(answer) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).timeout(ANSWER_WITHIN)
    }

    fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.calls.request(method, at(&self.address.url, path)).bearer_auth(self.address.token.reveal())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, LineError> {
        refused(request.send().await.map_err(unreachable)?).await
    }
}

/// Presents a pairing code; the token comes back once.
pub(crate) async fn pair(url: &Url, code: &str, device: &str) -> Result<Paired, Message> {
    let http = client(url, Purpose::Calls)?;
    let paired = present_code(&http, url, code, device).await;
    paired.map_err(|error| match error {
        LineError::Unreachable(_) | LineError::Busy { .. } => error.message(),
        LineError::Refused | LineError::NotFound | LineError::Rejected { .. } => crate::message("pairing_code_wrong"),
        _ => crate::message("pairing_not_a_backend"),
    })
}

async fn present_code(http: &reqwest::Client, url: &Url, code: &str, device: &str) -> Result<Paired, LineError> {
    let request = http
        .post(at(url, "api/devices/pair"))
        .timeout(ANSWER_WITHIN)
        .json(&PairRequest { code: code.into(), device: device.into() });
    read(refused(request.send().await.map_err(unreachable)?).await?).await
}

fn client(url: &Url, purpose: Purpose) -> Result<reqwest::Client, Message> {
    let reach = if is_loopback(url) { Reach::Loopback } else { Reach::Network };
    http::client(&HttpSettings { purpose, reach, ..HttpSettings::default() }).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "there is no HTTP client");
        crate::message("no_tls")
    })
}

/// The same computer, unencrypted.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    here && url.scheme() == "http"
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

async fn refused(answer: Response) -> Result<Response, LineError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let detail = answer.json::<ErrorBody>().await.map(|body| body.error).unwrap_or_default();
    Err(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => LineError::Refused,
        StatusCode::NOT_FOUND => LineError::NotFound,
        StatusCode::GONE => LineError::CursorExpired { oldest: detail.oldest },
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED if detail.code == "cursor_ahead" => LineError::CursorAhead,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED if detail.code == "lost_update" => LineError::LostUpdate,
        StatusCode::TOO_MANY_REQUESTS => LineError::Busy { retry_after },
        status if status.is_server_error() => LineError::Busy { retry_after },
        _ => LineError::Rejected { code: detail.code, field: detail.field },
    })
}

async fn read<T: serde::de::DeserializeOwned>(answer: Response) -> Result<T, LineError> {
    answer.json().await.map_err(|error| if error.is_decode() { LineError::Unexpected(Some(error)) } else { unreachable(error) })
}

/// An error must not carry an address into the log.
pub(crate) fn unreachable(error: reqwest::Error) -> LineError {
    LineError::Unreachable(error.without_url())
}

/// The backend's clock as its answers tell it; tells what was missed even when one of the clocks is off.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ServerTime(Option<DateTime<Utc>>);

impl ServerTime {
    fn of(answer: &Response) -> Self {
        let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        Self(date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.with_timezone(&Utc)))
    }

    /// How far the backend's clock is ahead of ours.
    pub(crate) fn ahead(self, now: DateTime<Utc>) -> chrono::Duration {
        // The header counts whole seconds.
        let ahead = self.0.map_or(chrono::Duration::zero(), |date| date - now);
        if ahead.num_seconds().abs() <= 1 { chrono::Duration::zero() } else { ahead }
    }
}

/// A local time in a zone. Twice in autumn it is the first of the two; a time that spring skips is none.
#[must_use]
pub fn local_moment(day: chrono::NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&day.and_time(time)) {
        LocalResult::Single(moment) => Some(moment.with_timezone(&Utc)),
        LocalResult::Ambiguous(first, _) => Some(first.with_timezone(&Utc)),
        LocalResult::None => None,
    }
}
