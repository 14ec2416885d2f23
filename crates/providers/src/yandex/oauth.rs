//! The requests.

use crate::http::manners::{Answer, CallError, Manners, ask};
use crate::http::{Status, below, retry_after};
use crate::sign_in::{
    Account, AccountSignIn, Application, Attempt, DeviceAnswer, DeviceSignIn, LoopbackRedirect, Refusal, SignInError, Tokens,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use kabinet_domain::{Sensitive, Timestamp};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Request, StatusCode};
use serde::Deserialize;
use std::time::Duration;
use url::{Url, form_urlencoded};

/// RFC 8628, 3.5: what a pause is where none is given, and what is added when it was too short.
const DEVICE_PAUSE: u64 = 5;

/// Where Yandex's servers of accounts are.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub oauth: Url,
    pub login: Url,
}

/// An application registered at Yandex.
#[derive(Debug, Clone)]
pub struct Yandex {
    addresses: Addresses,
    application: Application,
    http: Client,
    manners: Manners,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
struct DeviceCodeAnswer {
    device_code: String,
    user_code: String,
    verification_url: String,
    expires_in: i64,
    interval: Option<u64>,
}

#[derive(Deserialize)]
struct InfoAnswer {
    id: String,
    login: String,
    display_name: Option<String>,
    real_name: Option<String>,
    default_email: Option<String>,
}

#[derive(Deserialize)]
struct RefusalAnswer {
    error: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the answer is not what the documentation describes")]
struct Unreadable;

impl Yandex {
    #[must_use]
    pub fn new(addresses: Addresses, application: Application, http: Client, manners: Manners) -> Self {
        Self { addresses, application, http, manners }
    }

    async fn post(&self, steps: &[&str], form: &[(&str, &str)]) -> Result<Answer, SignInError> {
        let mut request = Request::new(Method::POST, below(&self.addresses.oauth, steps));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        *request.body_mut() = Some(self.form(form).into());
        ask(&self.http, request, &self.manners).await.map_err(failed)
    }

    /// What is asked, and which application asks.
    fn form(&self, asked: &[(&str, &str)]) -> String {
        let secret = self.application.client_secret.as_ref().map(|secret| ("client_secret", secret.reveal()));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(asked)
            .append_pair("client_id", &self.application.client_id)
            .extend_pairs(secret)
            .finish()
    }

    /// The device that a token will be bound to, at the end of a form.
    fn device(&self) -> [(&'static str, &str); 2] {
        [("device_id", self.application.device.id()), ("device_name", self.application.device.name())]
    }
}

#[async_trait]
impl AccountSignIn for Yandex {
    fn authorization(
        &self,
        attempt: &Attempt,
        redirect: &LoopbackRedirect,
        login_hint: Option<&Sensitive<String>>,
    ) -> Sensitive<String> {
        let mut url = below(&self.addresses.oauth, &["authorize"]);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.application.client_id)
            .append_pair("redirect_uri", &redirect.address())
            .append_pair("state", attempt.state())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(self.device())
            .extend_pairs(login_hint.map(|hint| ("login_hint", hint.reveal())));
        Sensitive::new(url.into())
    }

    async fn exchange(&self, code: &Sensitive<String>, attempt: &Attempt, now: Timestamp) -> Result<Tokens, SignInError> {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code.reveal()), ("code_verifier", attempt.verifier())];
        form.extend(self.device());
        tokens(&self.post(&["token"], &form).await?, now, None)
    }

    async fn start_device(&self, now: Timestamp) -> Result<DeviceSignIn, SignInError> {
        let answer = self.post(&["device", "code"], &self.device()).await?;
        let begun: DeviceCodeAnswer = read(&answer)?;
        // The page is opened by the system, which opens more than pages.
        let page = Url::parse(&begun.verification_url).ok().filter(|page| matches!(page.scheme(), "https" | "http"));
        Ok(DeviceSignIn {
            device_code: begun.device_code.into(),
            user_code: begun.user_code.into(),
            page: page.ok_or_else(unreadable)?.into(),
            ends_at: after(now, begun.expires_in).ok_or_else(unreadable)?,
            pause: Duration::from_secs(begun.interval.unwrap_or(DEVICE_PAUSE).max(1)),
        })
    }

    async fn poll_device(&self, begun: &DeviceSignIn, now: Timestamp) -> Result<DeviceAnswer, SignInError> {
        if now >= begun.ends_at {
            return Err(SignInError::Refused(Refusal::ExpiredCode));
        }
        let answer = self.post(&["token"], &[("grant_type", "device_code"), ("code", begun.device_code.reveal())]).await?;
        match word(&answer).as_deref() {
            Some("authorization_pending") => Ok(DeviceAnswer::Waiting { pause: begun.pause }),
            Some("slow_down") => {
                Ok(DeviceAnswer::Waiting { pause: begun.pause.saturating_add(Duration::from_secs(DEVICE_PAUSE)) })
            }
            _ => tokens(&answer, now, None).map(DeviceAnswer::Granted),
        }
    }

    async fn renew(&self, old: &Tokens, now: Timestamp) -> Result<Tokens, SignInError> {
        let refresh = old.refresh.as_ref().ok_or(SignInError::Unauthorized)?;
        let answer = self.post(&["token"], &[("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())]).await?;
        tokens(&answer, now, Some(refresh))
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), SignInError> {
        let answer = self.post(&["revoke_token"], &[("access_token", tokens.access.reveal())]).await?;
        refused(&answer).map_or(Ok(()), Err)
    }

    async fn account(&self, tokens: &Tokens) -> Result<Account, SignInError> {
        let mut url = below(&self.addresses.login, &["info"]);
        url.set_query(Some("format=json"));
        let mut request = Request::new(Method::GET, url);
        request.headers_mut().insert(AUTHORIZATION, authorization(&tokens.access).ok_or(SignInError::Unauthorized)?);
        let answer = ask(&self.http, request, &self.manners).await.map_err(failed)?;
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(SignInError::Unauthorized);
        }
        let info: InfoAnswer = read(&answer)?;
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty()).map(Sensitive::new);
        Ok(Account {
            id: info.id.into(),
            login: info.login.into(),
            name: said(info.display_name).or_else(|| said(info.real_name)),
            email: said(info.default_email),
        })
    }
}

/// A token as a header; `None` when it cannot be one.
pub(crate) fn authorization(token: &Sensitive<String>) -> Option<HeaderValue> {
    let sound = !token.reveal().is_empty() && token.reveal().bytes().all(|byte| byte.is_ascii_graphic());
    // The word is Yandex's own, not `Bearer`.
    let mut value = sound.then(|| HeaderValue::from_str(&format!("OAuth {}", token.reveal())).ok()).flatten()?;
    value.set_sensitive(true);
    Some(value)
}

fn tokens(answer: &Answer, now: Timestamp, old_refresh: Option<&Sensitive<String>>) -> Result<Tokens, SignInError> {
    let said: TokenAnswer = read(answer)?;
    let access = Sensitive::new(said.access_token);
    authorization(&access).ok_or_else(unreadable)?;
    Ok(Tokens {
        access,
        // RFC 6749, 6: where no new one comes, the old one stays.
        refresh: said.refresh_token.filter(|token| !token.is_empty()).map(Sensitive::new).or_else(|| old_refresh.cloned()),
        expires_at: said.expires_in.and_then(|seconds| after(now, seconds)),
        renew_at: said.expires_in.and_then(|seconds| after(now, seconds / 4)),
    })
}

fn after(now: Timestamp, seconds: i64) -> Option<Timestamp> {
    now.checked_add_signed(TimeDelta::try_seconds(seconds.max(0))?)
}

fn read<T: for<'a> Deserialize<'a>>(answer: &Answer) -> Result<T, SignInError> {
    if let Some(error) = refused(answer) {
        return Err(error);
    }
    // The cause would quote what it found.
    serde_json::from_slice(&answer.body.0).map_err(|_| unreadable())
}

/// The word of a refusal.
fn word(answer: &Answer) -> Option<String> {
    if !answer.status.is_client_error() {
        return None;
    }
    serde_json::from_slice::<RefusalAnswer>(&answer.body.0).ok().map(|refusal| refusal.error)
}

fn refused(answer: &Answer) -> Option<SignInError> {
    let status = answer.status;
    if status.is_success() {
        return None;
    }
    Some(match (status, word(answer)) {
        (StatusCode::TOO_MANY_REQUESTS, _) => SignInError::RateLimited { retry_after: retry_after(&answer.headers) },
        (_, Some(word)) => SignInError::Refused(Refusal::from_word(&word)),
        _ if status.is_server_error() => SignInError::Unavailable(Box::new(Status(status))),
        _ => SignInError::Unexpected(Box::new(Status(status))),
    })
}

fn failed(error: CallError) -> SignInError {
    match error {
        CallError::TooLong => SignInError::Unexpected(Box::new(error)),
        CallError::NotSent(_) | CallError::Lost(_) => SignInError::Unavailable(Box::new(error)),
    }
}

fn unreadable() -> SignInError {
    SignInError::Unexpected(Box::new(Unreadable))
}
