//! Connecting an account by signing in, in nobody's particular words. `registry::sign_in` gives what a provider has of it.
//!
//! Two ways lead to [`Tokens`]. Through the browser: make an [`Attempt`], open [`AccountSignIn::authorization`], wait on the
//! [`LoopbackRedirect`]'s address for the request that [`LoopbackRedirect::read`] takes, and exchange its code.
//! By a code: show what [`AccountSignIn::start_device`] gives, and ask [`AccountSignIn::poll_device`] until somebody has typed it in.
//! Listening, waiting, the clock and the keychain are the caller's.

mod attempt;
mod tokens;

pub use attempt::{Attempt, LoopbackRedirect, RedirectError};
pub use tokens::{Tokens, TokensUnreadable};

use async_trait::async_trait;
use kabinet_domain::ports::PortError;
use kabinet_domain::{Sensitive, Timestamp};
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// An application's standing at a provider's sign-in. Every token that it gives is bound to the device, so that it can be revoked.
#[async_trait]
pub trait AccountSignIn: fmt::Debug + Send + Sync {
    /// The page to open. It holds the attempt's state, so it is not for a log.
    fn authorization(
        &self,
        attempt: &Attempt,
        redirect: &LoopbackRedirect,
        login_hint: Option<&Sensitive<String>>,
    ) -> Sensitive<String>;

    /// The code that came back, for tokens.
    ///
    /// # Errors
    /// See [`SignInError`]. A code works once: after an error the person begins anew.
    async fn exchange(&self, code: &Sensitive<String>, attempt: &Attempt, now: Timestamp) -> Result<Tokens, SignInError>;

    /// A code to be typed in elsewhere.
    ///
    /// # Errors
    /// See [`SignInError`].
    async fn start_device(&self, now: Timestamp) -> Result<DeviceSignIn, SignInError>;

    /// Whether it was typed in. To be asked again after the pause that was given, and not sooner.
    ///
    /// # Errors
    /// See [`SignInError`].
    async fn poll_device(&self, begun: &DeviceSignIn, now: Timestamp) -> Result<DeviceAnswer, SignInError>;

    /// Fresh tokens for old ones. The pair is kept as one; the old is of no use any more.
    ///
    /// # Errors
    /// See [`SignInError`].
    async fn renew(&self, tokens: &Tokens, now: Timestamp) -> Result<Tokens, SignInError>;

    /// Takes back what was granted.
    ///
    /// # Errors
    /// See [`SignInError`]. Tokens that were pasted may not be revocable: [`Refusal::UnsupportedTokenType`].
    async fn revoke(&self, tokens: &Tokens) -> Result<(), SignInError>;

    /// Whose the token is.
    ///
    /// # Errors
    /// See [`SignInError`].
    async fn account(&self, tokens: &Tokens) -> Result<Account, SignInError>;
}

/// What became of [`renewed`].
#[derive(Debug)]
pub enum Renewal {
    /// It is not time yet.
    NotDue,
    /// To be kept in place of the old.
    Renewed(Tokens),
    /// It did not work now, and the old still do: try again later.
    Later(SignInError),
}

/// Renews tokens when it is time.
///
/// # Errors
/// When they have ended, or are refused: the person has to sign in again, or, if the cause passes, to wait.
pub async fn renewed(account: &dyn AccountSignIn, tokens: &Tokens, now: Timestamp) -> Result<Renewal, SignInError> {
    if !tokens.is_due(now) {
        return Ok(Renewal::NotDue);
    }
    match account.renew(tokens, now).await {
        Ok(fresh) => Ok(Renewal::Renewed(fresh)),
        Err(error) if error.passes() && !tokens.has_ended(now) => Ok(Renewal::Later(error)),
        Err(error) => Err(error),
    }
}

/// A sign-in by code, begun.
#[derive(Debug, Clone)]
pub struct DeviceSignIn {
    pub(crate) device_code: Sensitive<String>,
    /// What the person types in.
    pub user_code: Sensitive<String>,
    /// Where.
    pub page: String,
    pub ends_at: Timestamp,
    /// Before each question whether it was done.
    pub pause: Duration,
}

#[derive(Debug)]
pub enum DeviceAnswer {
    Waiting { pause: Duration },
    Granted(Tokens),
}

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Stays the same when login and address change.
    pub id: Sensitive<String>,
    pub login: Sensitive<String>,
    pub name: Option<Sensitive<String>>,
    pub email: Option<Sensitive<String>>,
}

/// Which application asks, and for which computer.
#[derive(Debug, Clone)]
pub struct Application {
    pub client_id: String,
    /// Absent in an application that cannot keep one.
    pub client_secret: Option<Sensitive<String>>,
    pub device: Device,
}

/// The computer that tokens are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    id: String,
    name: Sensitive<String>,
}

impl Device {
    /// `id` stays the same for this computer; `None` unless it has 6 to 50 printable ASCII characters. A long name is cut.
    #[must_use]
    pub fn new(id: &str, name: &str) -> Option<Self> {
        let sound = (6..=50).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self { id: id.to_owned(), name: Sensitive::new(name.trim().chars().take(100).collect()) })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn name(&self) -> &str {
        self.name.reveal()
    }
}

/// What a server of accounts says no with (RFC 6749, 4.1.2.1 and 5.2; RFC 7009, 2.2.1; RFC 8628, 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    AccessDenied,
    BadVerificationCode,
    ExpiredCode,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedTokenType,
    /// A word that is new to us: signing in again is what helps.
    Unknown,
}

impl Refusal {
    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "access_denied" => Self::AccessDenied,
            "bad_verification_code" => Self::BadVerificationCode,
            "expired_token" => Self::ExpiredCode,
            "invalid_client" => Self::InvalidClient,
            "invalid_grant" => Self::InvalidGrant,
            "invalid_request" => Self::InvalidRequest,
            "invalid_scope" => Self::InvalidScope,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_token_type" => Self::UnsupportedTokenType,
            _ => Self::Unknown,
        }
    }

    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::BadVerificationCode => "bad_verification_code",
            Self::ExpiredCode => "expired_code",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::Unknown => "sign_in_again",
        }
    }
}

/// Why signing in, or what it gave, did not work.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("the sign-in was refused: {}", .0.code())]
    Refused(Refusal),
    #[error("the token is not accepted")]
    Unauthorized,
    #[error("asked too often")]
    RateLimited {
        /// Seconds.
        retry_after: Option<u64>,
    },
    #[error("the server of accounts is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("the server of accounts gave an unexpected answer")]
    Unexpected(#[source] Box<dyn Error + Send + Sync>),
}

impl SignInError {
    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Unauthorized => "sign_in_again",
            Self::RateLimited { .. } => "provider_busy",
            Self::Unavailable(_) => "provider_unavailable",
            Self::Unexpected(_) => "provider_unexpected",
        }
    }

    /// The same may work a little later.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable(_) | Self::Unexpected(_))
    }
}

impl From<SignInError> for PortError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused(_) | SignInError::Unauthorized => Self::Unauthorized,
            SignInError::RateLimited { retry_after } => Self::RateLimited { retry_after },
            SignInError::Unavailable(cause) => Self::Unavailable(cause),
            SignInError::Unexpected(cause) => Self::Unexpected(cause),
        }
    }
}
