//! A client that follows no redirection.
//!
//! A redirected `POST` becomes a `GET` without a body in every common client, so that a write is lost and looks answered.
//! Whoever may be redirected looks at the new address, decides whether it is to be trusted, and asks again there.

use crate::http::{HttpError, HttpSettings, Reach, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder};
use std::time::Duration;
use url::Url;

const CONNECT: Duration = Duration::from_secs(5);

/// Sends requests and gives back whatever is answered, redirections too.
#[derive(Debug, Clone)]
pub struct PostingClient(Client);

impl PostingClient {
    /// Builds one; `call` is how long a whole call may take.
    ///
    /// # Errors
    /// When the extra authorities are unreadable, or the system has no usable TLS.
    pub fn new(settings: &HttpSettings, call: Duration) -> Result<Self, HttpError> {
        #[expect(clippy::disallowed_methods, reason = "the one client without redirections; all others are built in http")]
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .timeout(call)
            .referer(false)
            .redirect(Policy::none());
        let extra = Certificate::from_pem_bundle(&settings.extra_authorities).map_err(HttpError::Authorities)?;
        if extra.is_empty() && !settings.extra_authorities.is_empty() {
            return Err(HttpError::NoAuthority);
        }
        let builder = match settings.reach {
            Reach::Network => builder.tls_certs_merge(extra),
            Reach::Loopback => builder.no_proxy().tls_certs_only(extra),
        };
        builder.build().map(Self).map_err(HttpError::Build)
    }

    pub(crate) fn post(&self, url: Url) -> RequestBuilder {
        self.0.post(url)
    }

    pub(crate) fn get(&self, url: Url) -> RequestBuilder {
        self.0.get(url)
    }
}
