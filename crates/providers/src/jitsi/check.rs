//! Is there a Jitsi server at this address, and can a page in a browser reach its rooms?
//!
//! `about/health` is not asked: docker-jitsi-meet's nginx takes it for a room and answers with the start page.

use super::links::BaseUrl;
use crate::http::{Status, is_tls};
use kabinet_domain::ports::PortError;
use reqwest::{Client, StatusCode};

/// More than any server's `config.js`; what answers longer is something else.
const MAX_CONFIG_BYTES: usize = 512 * 1024;

/// Why the server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("the server does not answer")]
    Unreachable(#[source] reqwest::Error),
    #[error("the server's certificate is not trusted")]
    Tls(#[source] reqwest::Error),
    /// Something answers, but not a Jitsi Meet.
    #[error("there is no Jitsi Meet at this address")]
    NotJitsi,
    /// The pages are there, but the way to the rooms is not: Prosody is down, or nginx does not lead to it.
    #[error("the rooms of the server do not answer")]
    RoomsDown(#[source] Status),
}

impl CheckError {
    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "server_unreachable",
            Self::Tls(_) => "certificate_not_trusted",
            Self::NotJitsi => "not_jitsi",
            Self::RoomsDown(_) => "rooms_down",
        }
    }

    fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if is_tls(&error) { Self::Tls(error) } else { Self::Unreachable(error) }
    }
}

impl From<CheckError> for PortError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::NotJitsi => Self::Rejected { reason: error.code().to_owned() },
            error => Self::Unavailable(Box::new(error)),
        }
    }
}

/// Asks the server for its settings and for the way to its rooms.
///
/// # Errors
/// Says what is wrong, see [`CheckError`].
pub async fn check(http: &Client, base: &BaseUrl) -> Result<(), CheckError> {
    let answer = http.get(base.at_root("/config.js")).send().await.map_err(CheckError::of)?;
    if answer.status().is_server_error() {
        return Err(CheckError::RoomsDown(Status(answer.status())));
    }
    if !answer.status().is_success() || !is_config(answer).await? {
        return Err(CheckError::NotJitsi);
    }
    let rooms = http.get(base.at_root("/http-bind")).send().await.map_err(CheckError::of)?;
    match rooms.status() {
        StatusCode::OK => Ok(()),
        status => Err(CheckError::RoomsDown(Status(status))),
    }
}

/// A web server that answers everything with its start page is no Jitsi: the settings name the rooms' component.
async fn is_config(mut answer: reqwest::Response) -> Result<bool, CheckError> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(CheckError::of)? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_CONFIG_BYTES {
            return Ok(false);
        }
    }
    let text = String::from_utf8_lossy(&body);
    Ok(text.contains("var config") && text.contains("hosts") && text.contains("muc"))
}
