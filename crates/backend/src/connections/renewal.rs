//! Tokens that are renewed before they end, and when they are refused.

use super::tokens::TokenFile;
use kabinet_domain::{Clock, Sensitive};
use kabinet_providers::sign_in::{AccountSignIn, SignInError, Tokens};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

#[derive(Debug)]
pub struct Renewal {
    pub connection: &'static str,
    pub sign_in: Box<dyn AccountSignIn>,
    /// Key of the setting that the account is opened with.
    pub token: &'static str,
    /// Whoever renews holds them meanwhile, so that a pair is not used up twice.
    pub tokens: Mutex<Tokens>,
    pub file: TokenFile,
    pub clock: Arc<dyn Clock>,
    /// A pair is used up once its renewal is under way, so that goes on until the new one is kept, whoever hangs up or stops.
    pub tasks: TaskTracker,
}

impl Renewal {
    /// The token to ask with. One that was refused is renewed, unless somebody else has done that meanwhile.
    ///
    /// # Errors
    /// When it cannot be renewed, and no other works.
    pub async fn usable(self: &Arc<Self>, refused: Option<&Sensitive<String>>) -> Result<Sensitive<String>, SignInError> {
        let (renewal, refused) = (Arc::clone(self), refused.cloned());
        let renewing = self.tasks.spawn(async move { renewal.renewed(refused.as_ref()).await });
        renewing.await.unwrap_or_else(|panic| Err(SignInError::Unexpected(Box::new(panic))))
    }

    /// Lets a renewal that is under way come to its end.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn renewed(&self, refused: Option<&Sensitive<String>>) -> Result<Sensitive<String>, SignInError> {
        let now = self.clock.now();
        let mut tokens = self.tokens.lock().await;
        let renew = refused == Some(&tokens.access);
        if renew || tokens.is_due(now) {
            match self.sign_in.renew(&tokens, now).await {
                Ok(fresh) => {
                    if let Err(error) = self.file.keep(fresh.clone()).await {
                        // They work as long as this program runs; the operator must know that they would be lost.
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(connection = self.connection, error, "cannot keep renewed tokens");
                    }
                    *tokens = fresh;
                }
                Err(error) if !renew && error.passes() && !tokens.has_ended(now) && !tokens.access.reveal().is_empty() => {
                    tracing::warn!(connection = self.connection, code = error.code(), "tokens cannot be renewed now");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(tokens.access.clone())
    }
}
