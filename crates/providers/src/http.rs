//! The one place that builds an HTTP client, and that reads its errors.
//!
//! Errors lose their address before they leave here: an address may hold a token or a room.

use kabinet_domain::ports::PortError;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use std::error::Error;
use std::io;
use std::time::Duration;

pub const USER_AGENT: &str = concat!("Kabinet/", env!("CARGO_PKG_VERSION"));

/// How long a server may take to be reached.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole call may take. Shorter than a person's patience, longer than a slow mobile line's handshake.
const CALL: Duration = Duration::from_secs(15);

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Questions with short answers.
    Calls,
    /// A stream, or an answer that is waited for: it has no end, but the line may not be silent for longer than this.
    Feed { silence: Duration },
}

/// Where a client's servers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere, through the system's proxy, trusting the system's authorities.
    Network,
    /// On this computer, unencrypted: no proxy is asked, and no certificates are loaded, which takes longer than the call.
    Loopback,
}

#[derive(Debug, Clone)]
pub struct HttpSettings {
    pub purpose: Purpose,
    pub reach: Reach,
    /// Authorities to trust beside the system's, as PEM; empty for none.
    pub extra_authorities: Vec<u8>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self { purpose: Purpose::Calls, reach: Reach::Network, extra_authorities: Vec::new() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("reading the extra certificate authorities")]
    Authorities(#[source] reqwest::Error),
    #[error("the file of extra certificate authorities holds no certificate")]
    NoAuthority,
    #[error("building the HTTP client")]
    Build(#[source] reqwest::Error),
}

/// Builds a client.
///
/// # Errors
/// When the extra authorities are unreadable, or the system has no usable TLS.
pub fn client(settings: &HttpSettings) -> Result<Client, HttpError> {
    // Refused when a client was built before: then it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "the one place that builds a client")]
    let mut builder = Client::builder().user_agent(USER_AGENT).connect_timeout(CONNECT).referer(false).redirect(redirects());
    builder = match settings.purpose {
        Purpose::Calls => builder.timeout(CALL),
        Purpose::Feed { silence } => builder.read_timeout(silence),
    };
    let extra = if settings.extra_authorities.is_empty() {
        Vec::new()
    } else {
        let found = Certificate::from_pem_bundle(&settings.extra_authorities).map_err(HttpError::Authorities)?;
        if found.is_empty() { return Err(HttpError::NoAuthority) } else { found }
    };
    builder = match settings.reach {
        Reach::Network => builder.tls_certs_merge(extra),
        Reach::Loopback => builder.no_proxy().tls_certs_only(extra),
    };
    builder.build().map_err(HttpError::Build)
}

/// A few hops, and never from an encrypted address to an unencrypted one.
fn redirects() -> Policy {
    Policy::custom(|attempt| {
        let was_encrypted = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
        if attempt.previous().len() > 5 || (was_encrypted && attempt.url().scheme() != "https") {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

/// A failed call in the ports' words.
#[must_use]
pub fn port_error(error: reqwest::Error) -> PortError {
    let error = error.without_url();
    if error.is_decode() || error.is_body() && !error.is_timeout() {
        PortError::Unexpected(Box::new(error))
    } else {
        PortError::Unavailable(Box::new(error))
    }
}

/// An answer's status in the ports' words; `None` for success.
#[must_use]
pub fn refusal(status: StatusCode, headers: &HeaderMap) -> Option<PortError> {
    if status.is_success() {
        return None;
    }
    Some(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => PortError::Unauthorized,
        StatusCode::NOT_FOUND | StatusCode::GONE => PortError::NotFound,
        StatusCode::TOO_MANY_REQUESTS => PortError::RateLimited { retry_after: retry_after(headers) },
        status if status.is_server_error() => PortError::Unavailable(Box::new(Status(status))),
        status if status.is_client_error() => PortError::Rejected { reason: status.to_string() },
        status => PortError::Unexpected(Box::new(Status(status))),
    })
}

/// Seconds of a `Retry-After` header; its other form, a date, is left to the caller's own patience.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// An answer that says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server answered {0}")]
pub struct Status(pub StatusCode);

/// Whether a call failed because the server's certificate was not to be trusted, or because it does not speak TLS.
#[must_use]
pub fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if current.is::<rustls::Error>() {
            return true;
        }
        // An input/output error hides what it wraps from the chain.
        if let Some(wrapped) = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            let wrapped: &(dyn Error + 'static) = wrapped;
            if is_tls(wrapped) {
                return true;
            }
        }
        cause = current.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;
    use rstest::rstest;

    #[rstest]
    #[case(204, "none")]
    #[case(401, "not authorised")]
    #[case(403, "not authorised")]
    #[case(404, "not found")]
    #[case(429, "asked too often")]
    #[case(409, "rejected: 409 Conflict")]
    #[case(502, "unavailable")]
    #[case(304, "unexpected answer")]
    fn statuses_are_put_in_the_ports_words(#[case] status: u16, #[case] words: &str) {
        let status = StatusCode::from_u16(status).expect("a status");
        let said = refusal(status, &HeaderMap::new()).map_or_else(|| "none".to_owned(), |error| error.to_string());
        assert_eq!(said, words);
    }

    #[test]
    fn the_servers_wish_to_wait_is_kept() {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("7"))]);
        let error = refusal(StatusCode::TOO_MANY_REQUESTS, &headers);
        assert!(matches!(error, Some(PortError::RateLimited { retry_after: Some(7) })));
    }

    #[test]
    fn rubbish_for_authorities_is_refused() {
        let settings = HttpSettings { extra_authorities: b"rubbish".to_vec(), ..HttpSettings::default() };
        assert!(client(&settings).is_err());
    }

    #[tokio::test]
    async fn a_failed_calls_error_does_not_show_its_address() {
        let settings = HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() };
        let call = client(&settings).expect("a client").get("http://127.0.0.1:1/secret-room?jwt=token").send();
        let error = port_error(call.await.expect_err("nothing listens there"));
        let mut shown = format!("{error:?}");
        let mut cause: Option<&dyn Error> = Some(&error);
        while let Some(current) = cause {
            shown.push_str(&current.to_string());
            cause = current.source();
        }
        assert!(matches!(error, PortError::Unavailable(_)));
        assert!(!shown.contains("secret-room") && !shown.contains("token"), "{shown}");
    }
}
