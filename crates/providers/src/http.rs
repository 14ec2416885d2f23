//! The one place that builds an HTTP client, and that reads its errors.
//!
//! Errors lose their address before they leave here: an address may hold a token or a room.

pub mod manners;

use chrono::DateTime;
use kabinet_domain::Sensitive;
use kabinet_domain::ports::PortError;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, StatusCode};
use std::error::Error;
use std::io;
use std::time::Duration;
use url::{Host, Url};

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
    /// Calls of which none is sent on by itself to where a server points, each within so long.
    Posts { within: Duration },
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
    /// Through which every call goes, in the place of the system's. It may hold a password.
    pub proxy: Option<Sensitive<String>>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self { purpose: Purpose::Calls, reach: Reach::Network, extra_authorities: Vec::new(), proxy: None }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("reading the extra certificate authorities")]
    Authorities(#[source] reqwest::Error),
    #[error("the file of extra certificate authorities holds no certificate")]
    NoAuthority,
    /// The cause quotes it, and it may hold a password.
    #[error("the proxy's address cannot be used")]
    Proxy,
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
    let mut builder = Client::builder().user_agent(USER_AGENT).connect_timeout(CONNECT).referer(false);
    builder = match settings.purpose {
        Purpose::Posts { .. } => builder.redirect(Policy::none()),
        Purpose::Calls | Purpose::Feed { .. } => builder.redirect(redirects()),
    };
    builder = match settings.purpose {
        Purpose::Calls => builder.timeout(CALL),
        Purpose::Posts { within } => builder.timeout(within),
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
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(Proxy::all(proxy.reveal()).map_err(|_| HttpError::Proxy)?);
    }
    builder.build().map_err(HttpError::Build)
}

/// A few hops, never from an encrypted address to an unencrypted one, and never with what was sent to another server:
/// these two statuses ask for the body again, and it may hold a secret.
fn redirects() -> Policy {
    Policy::custom(|attempt| {
        let from = attempt.previous().last();
        let was_encrypted = from.is_some_and(|url| url.scheme() == "https");
        let keeps_body = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let carries_over = keeps_body && from.is_some_and(|url| url.origin() != attempt.url().origin());
        if attempt.previous().len() > 5 || (was_encrypted && attempt.url().scheme() != "https") || carries_over {
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

/// Seconds of a `Retry-After` header. Its other form, a date, is measured by the server's own clock.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    asked.parse().ok().or_else(|| {
        let until = DateTime::parse_from_rfc2822(asked).ok()?;
        let now = DateTime::parse_from_rfc2822(text(DATE)?).ok()?;
        u64::try_from((until - now).num_seconds().max(0)).ok()
    })
}

/// An API's address as an operator or a test gives it; unencrypted is only the same computer.
#[must_use]
pub fn server_address(typed: &str) -> Option<Url> {
    let url = Url::parse(typed.trim()).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let sound = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (sound && (url.scheme() == "https" || url.scheme() == "http" && loopback)).then_some(url)
}

/// The same address with more steps behind it; each is one step, whatever is in it.
pub(crate) fn below(base: &Url, steps: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(steps);
    }
    url
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

    #[rstest]
    #[case("Sat, 21 Nov 2026 12:00:09 GMT", Some("Sat, 21 Nov 2026 12:00:00 GMT"), Some(9))]
    #[case("Sat, 21 Nov 2026 11:00:00 GMT", Some("Sat, 21 Nov 2026 12:00:00 GMT"), Some(0))]
    #[case("Sat, 21 Nov 2026 12:00:09 GMT", None, None)]
    #[case("soon", None, None)]
    fn a_date_to_wait_for_is_measured_by_the_servers_clock(
        #[case] until: &'static str,
        #[case] now: Option<&'static str>,
        #[case] seconds: Option<u64>,
    ) {
        let mut headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(until))]);
        headers.extend(now.map(|now| (DATE, HeaderValue::from_static(now))));
        assert_eq!(retry_after(&headers), seconds);
    }

    #[rstest]
    #[case("https://cloud-api.example.org/v1", true)]
    #[case("http://127.0.0.1:8080", true)]
    #[case("http://localhost:8080/telemost/", true)]
    #[case("http://cloud-api.example.org", false)]
    #[case("https://user@cloud-api.example.org", false)]
    #[case("https://cloud-api.example.org/?key=1", false)]
    #[case("file:///tmp", false)]
    #[case("", false)]
    fn an_apis_address_is_encrypted_or_here(#[case] typed: &str, #[case] sound: bool) {
        assert_eq!(server_address(typed).is_some(), sound);
    }

    #[test]
    fn a_step_stays_one_step() {
        let base = Url::parse("https://example.org/v1/api/").expect("an address");
        assert_eq!(below(&base, &["rooms", "a/../b?c"]).as_str(), "https://example.org/v1/api/rooms/a%2F..%2Fb%3Fc");
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
