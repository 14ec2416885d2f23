//! Who may come in: devices by their token, the administrator by another, webhooks by their secret.

use super::{App, Refusal};
use crate::Config;
use crate::people;
use crate::ports::{Person, Reader};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use kabinet_providers::jitsi::webhook_auth::{Signed, SigningKey, WebhookAuthError, verify};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The other end of the connection: a client, or a proxy that brings its request.
#[derive(Debug, Clone, Copy)]
pub struct Connected(pub SocketAddr);

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The other end of the connection.
    pub near: IpAddr,
    /// The client that a trusted proxy speaks for; the other end itself when it is none.
    pub client: IpAddr,
}

impl FromRequestParts<App> for Peer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Connected(near) = parts.extensions.get::<Connected>().copied().ok_or_else(Refusal::internal)?;
        Ok(Self { near: near.ip(), client: app.proxies.client(near.ip(), &parts.headers) })
    }
}

/// Somebody with a valid token.
#[derive(Debug, Clone)]
pub enum Caller {
    Administrator,
    Specialist(Arc<Person>),
}

impl Caller {
    #[must_use]
    pub fn reader(&self) -> Reader {
        match self {
            Self::Administrator => Reader::Administrator,
            Self::Specialist(person) => Reader::Specialist(person.id),
        }
    }

    /// # Errors
    /// For the administrator, who has no consultations.
    pub fn specialist(&self) -> Result<&Person, Refusal> {
        match self {
            Self::Specialist(person) => Ok(person),
            Self::Administrator => Err(Refusal::forbidden("this needs a specialist's token")),
        }
    }

    /// # Errors
    /// For anybody but the administrator.
    pub fn administrator(&self) -> Result<(), Refusal> {
        match self {
            Self::Administrator => Ok(()),
            Self::Specialist(_) => Err(Refusal::forbidden("this needs the administrator's token")),
        }
    }

    /// Whether the person is still there, however long ago the token was looked at.
    #[must_use]
    pub fn is_still_known(&self, app: &App) -> bool {
        match self {
            Self::Administrator => true,
            Self::Specialist(person) => app.people.get(person.id).is_some(),
        }
    }

    fn by_token(app: &App, token: &str) -> Option<Self> {
        if app.admin.is(token) {
            return Some(Self::Administrator);
        }
        app.people.by_token(token).map(Self::Specialist)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Some(token) = bearer(&parts.headers) else {
            return Err(Refusal::unauthorized("no_token", "send `Authorization: Bearer TOKEN`"));
        };
        if let Some(caller) = Self::by_token(app, token) {
            return Ok(caller);
        }
        // The command line may have added a device beside us.
        app.people.refresh().await?;
        if let Some(caller) = Self::by_token(app, token) {
            return Ok(caller);
        }
        app.wrong(Peer::from_request_parts(parts, app).await?)?;
        Err(Refusal::unauthorized("wrong_token", "this token is not known"))
    }
}

impl App {
    /// Notes a wrong secret, token or code.
    ///
    /// # Errors
    /// When there were too many from this address.
    pub(super) fn wrong(&self, peer: Peer) -> Result<(), Refusal> {
        self.status.count_refused();
        self.limiter.wrong(peer.client, self.now()).map_err(Refusal::too_often)
    }
}

impl App {
    /// Lets somebody try a code, which is short enough to be guessed by a patient machine.
    ///
    /// # Errors
    /// When there were too many wrong ones from this address; then even a right one is not looked at.
    pub(super) fn may_try(&self, peer: Peer) -> Result<(), Refusal> {
        self.limiter.may_try(peer.client, self.now()).map_err(Refusal::too_often)
    }
}

/// The value of `Authorization: Bearer`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(axum::http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// The administrator's token, by its hash.
#[derive(Debug)]
pub struct AdminToken(Option<[u8; 32]>);

impl AdminToken {
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self((!token.is_empty()).then(|| people::hash(token)))
    }

    /// In constant time.
    pub(super) fn is(&self, token: &str) -> bool {
        self.0.is_some_and(|hash| people::same(&hash, &people::hash(token)))
    }
}

/// What webhooks prove themselves with.
#[derive(Debug)]
pub struct WebhookSecrets {
    words: Vec<[u8; 32]>,
    keys: Vec<SigningKey>,
    /// Nobody but this computer can reach us.
    loopback: bool,
}

impl WebhookSecrets {
    #[must_use]
    pub fn read(config: &Config) -> Self {
        let secrets: Vec<&str> = config.webhook_secret.reveal().split_whitespace().collect();
        Self {
            words: secrets.iter().map(|secret| people::hash(secret)).collect(),
            keys: secrets.iter().filter_map(|secret| SigningKey::parse(secret).ok()).collect(),
            loopback: config.listen.ip().is_loopback(),
        }
    }

    /// Lets a webhook in by a bearer word, a `?key=`, or a signature over the raw body.
    ///
    /// # Errors
    /// When it proves nothing, or proves it at the wrong time.
    pub fn admit(&self, app: &App, peer: Peer, headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Result<(), Refusal> {
        if self.words.is_empty() {
            return self.admit_neighbour(peer, headers);
        }
        let wrong = |refusal: Refusal| app.wrong(peer).and(Err(refusal));
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match Signed::gather(header) {
            Ok(Some(signed)) if !self.keys.is_empty() => {
                return match verify(&self.keys, signed, body, app.now()) {
                    Ok(()) => Ok(()),
                    Err(WebhookAuthError::ClockSkew { seconds }) => Err(Refusal::clock_skew(seconds)),
                    Err(error) => wrong(Refusal::unauthorized("wrong_signature", &error.to_string())),
                };
            }
            Ok(_) | Err(_) => {}
        }
        let key = query.and_then(|query| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "key").map(|(_, value)| value.into_owned())
        });
        let given = bearer(headers).map(str::to_owned).or(key);
        match given {
            Some(secret) if self.knows(&secret) => Ok(()),
            Some(_) => wrong(Refusal::unauthorized("wrong_secret", "this secret is not the configured one")),
            None => Err(Refusal::unauthorized("no_secret", "send the secret as bearer, as `?key=`, or sign the request")),
        }
    }

    fn knows(&self, secret: &str) -> bool {
        let hash = people::hash(secret);
        // All are compared, so that the time does not tell which was nearly right.
        self.words.iter().fold(false, |known, word| known | people::same(word, &hash))
    }

    /// Without a secret, only programs on this computer are believed: no proxy's clients, and no page in a browser here.
    fn admit_neighbour(&self, peer: Peer, headers: &HeaderMap) -> Result<(), Refusal> {
        let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
        let browser = ["origin", "sec-fetch-site", "referer"];
        if self.loopback && peer.near.is_loopback() && !forwarded.iter().chain(&browser).any(|name| headers.contains_key(*name)) {
            return Ok(());
        }
        Err(Refusal::unauthorized(
            "no_secret",
            "without a configured `webhook_secret`, webhooks are taken from programs on this computer only",
        ))
    }
}
