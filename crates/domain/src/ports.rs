//! What the rules need from outside, in the rules' words. Adapters implement these.

use crate::Sensitive;
use async_trait::async_trait;

/// Why an outside system did not do what was asked. Few classes; the cause rides along for the log.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    #[error("not authorised")]
    Unauthorized,
    /// The account is in order, but is not of the kind that may do this: a state to be shown, not a fault to be mended.
    #[error("the account may not do this")]
    Restricted,
    #[error("not found")]
    NotFound,
    #[error("asked too often")]
    RateLimited {
        /// Seconds.
        retry_after: Option<u64>,
    },
    #[error("rejected: {reason}")]
    Rejected { reason: String },
    #[error("unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("unexpected answer")]
    Unexpected(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why the keychain did not answer. "Nothing is kept under this name" is `Ok(None)`, not an error.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is none on this system, or it is not running.
    #[error("no keychain answers")]
    Absent(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the keychain is locked")]
    Locked(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the keychain failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The system's keychain. Secrets live there and nowhere else.
#[async_trait]
pub trait SecretStore: Send + Sync + std::fmt::Debug {
    /// Reads a secret; `None` when there is none of this name.
    async fn read(&self, name: &str) -> Result<Option<Sensitive<String>>, SecretError>;
    /// Keeps a secret, replacing what was there.
    async fn keep(&self, name: &str, secret: &Sensitive<String>) -> Result<(), SecretError>;
    /// Forgets a secret; forgetting what is not there is fine.
    async fn forget(&self, name: &str) -> Result<(), SecretError>;
}
