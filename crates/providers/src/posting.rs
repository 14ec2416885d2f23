//! A client that follows no redirection.
//!
//! A redirected `POST` becomes a `GET` without a body in every common client, so that a write is lost and looks answered.
//! Whoever may be redirected looks at the new address, decides whether it is to be trusted, and asks again there.

use crate::http::{self, HttpError, HttpSettings, Purpose};
use reqwest::{Client, RequestBuilder};
use std::time::Duration;
use url::Url;

/// Sends requests and gives back whatever is answered, redirections too.
#[derive(Debug, Clone)]
pub struct PostingClient(Client);

impl PostingClient {
    /// Builds one; `call` is how long a whole call may take.
    ///
    /// # Errors
    /// When the extra authorities are unreadable, or the system has no usable TLS.
    pub fn new(settings: &HttpSettings, call: Duration) -> Result<Self, HttpError> {
        http::client(&HttpSettings { purpose: Purpose::Posts { within: call }, ..settings.clone() }).map(Self)
    }

    pub(crate) fn post(&self, url: Url) -> RequestBuilder {
        self.0.post(url)
    }

    pub(crate) fn get(&self, url: Url) -> RequestBuilder {
        self.0.get(url)
    }
}
