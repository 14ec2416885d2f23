//! Accounts that were signed in to: their tokens in the keychain, renewed before they end and taken back when a person disconnects.
//!
//! A pair of tokens is one entry, `PROVIDER/sign-in`. Whoever uses it asks [`Application::access_token`], one at a time per provider,
//! since a pair can be renewed once: the new one is kept before it is used.

use crate::application::Application;
use crate::command::CommandError;
use crate::commands::refuse;
use crate::keychain::secret_name;
use crate::rooms;
use crate::state::Account;
use crate::view::{Health, Message};
use kabinet_domain::Sensitive;
use kabinet_domain::provider::ProviderInfo;
use kabinet_domain::sensitive::clean_name;
use kabinet_providers::sign_in::{AccountSignIn, Device, Refusal, Renewal, SignInError, Tokens, renewed};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// Under which a pair of tokens is kept, beside the secrets of the form.
const SIGN_IN: &str = "sign-in";

/// Whoever disconnects does not wait longer for a service that should hear of it.
const REVOKE_WITHIN: Duration = Duration::from_secs(5);

/// Who has the turn with a provider's tokens, and what of them could not be kept yet.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<BTreeMap<&'static str, Arc<tokio::sync::Mutex<Turn>>>>);

#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// Fresh tokens that the keychain did not take. The old ones are worth nothing any more, so these wait for it.
    unkept: Option<Tokens>,
}

impl Turns {
    fn of(&self, provider: &'static str) -> Arc<tokio::sync::Mutex<Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(provider).or_default().clone()
    }
}

/// Why a connection cannot be used as it stands.
#[derive(Debug)]
pub(crate) enum NotOpened {
    /// The account is the reason; it stands in the connection's health already.
    Account { health: Health, message: Message },
    /// The settings or the keychain are.
    Settings(CommandError),
}

impl From<NotOpened> for CommandError {
    fn from(reason: NotOpened) -> Self {
        match reason {
            NotOpened::Account { message, .. } => message.into(),
            NotOpened::Settings(error) => error,
        }
    }
}

impl From<CommandError> for NotOpened {
    fn from(error: CommandError) -> Self {
        Self::Settings(error)
    }
}

impl From<Message> for NotOpened {
    fn from(message: Message) -> Self {
        Self::Settings(message.into())
    }
}

pub(crate) fn sign_in_name(provider: &str) -> String {
    secret_name(provider, SIGN_IN)
}

impl Application {
    /// The token of the connected account, renewed when it is time; `None` where none is connected.
    pub(crate) async fn access_token(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
    ) -> Result<Option<Sensitive<String>>, NotOpened> {
        if info.capabilities.sign_in.is_none() || !self.look().has_account(info.id) {
            return Ok(None);
        }
        let mut turn = self.turns.of(info.id).lock_owned().await;
        if let Some(tokens) = turn.unkept.clone() {
            self.keep_secret(&sign_in_name(info.id), &tokens.for_keychain()).await?;
            turn.unkept = None;
        }
        // Gone or unreadable: somebody else was in the keychain. Signing in again replaces it.
        let kept = self.secret(&sign_in_name(info.id)).await?;
        let Some(tokens) = kept.and_then(|kept| Tokens::from_keychain(&kept).ok()) else {
            return Err(self.account_trouble(info, Health::Broken, "sign_in_again"));
        };
        self.in_force(info, tokens, turn).await.map(Some)
    }

    async fn in_force(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
        tokens: Tokens,
        turn: OwnedMutexGuard<Turn>,
    ) -> Result<Sensitive<String>, NotOpened> {
        let now = self.now();
        if !tokens.is_due(now) {
            if tokens.has_ended(now) {
                return Err(self.account_trouble(info, Health::Broken, "sign_in_again"));
            }
            return Ok(tokens.access);
        }
        let account = match self.sign_in_at(info).await {
            Ok(account) => account,
            // The application's id is gone from the form; what was given lasts as long as it lasts.
            Err(_) if !tokens.has_ended(now) => return Ok(tokens.access),
            Err(error) => return Err(error.into()),
        };
        // The old pair is worth nothing once it was used: whoever asked may go away meanwhile, and the new pair is kept all the same.
        let application = self.clone();
        let renewing = self.tasks.spawn(async move { application.renew(info, account.as_ref(), tokens, turn).await });
        renewing.await.unwrap_or_else(|broken| {
            tracing::error!(error = &broken as &dyn std::error::Error, "renewing an account's tokens broke off");
            Err(NotOpened::Settings(refuse("provider_unexpected")))
        })
    }

    /// Asks for a new pair and keeps it; the turn lasts until that is done.
    async fn renew(
        &self,
        info: &'static ProviderInfo,
        account: &dyn AccountSignIn,
        tokens: Tokens,
        mut turn: OwnedMutexGuard<Turn>,
    ) -> Result<Sensitive<String>, NotOpened> {
        match renewed(account, &tokens, self.now()).await {
            Ok(Renewal::NotDue) => Ok(tokens.access),
            Ok(Renewal::Later(error)) => {
                tracing::info!(error = &error as &dyn std::error::Error, "an account's tokens are renewed later");
                Ok(tokens.access)
            }
            Ok(Renewal::Renewed(fresh)) => {
                if let Err(trouble) = self.keep_secret(&sign_in_name(info.id), &fresh.for_keychain()).await {
                    turn.unkept = Some(fresh);
                    return Err(trouble.into());
                }
                Ok(fresh.access)
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "an account's tokens cannot be renewed");
                Err(match &error {
                    error if error.passes() => self.account_trouble(info, Health::Check, error.code()),
                    // It is not the person that the service does not know.
                    SignInError::Refused(Refusal::InvalidClient | Refusal::UnauthorizedClient) => {
                        self.account_trouble(info, Health::Broken, error.code())
                    }
                    _ => self.account_trouble(info, Health::Broken, "sign_in_again"),
                })
            }
        }
    }

    fn account_trouble(&self, info: &ProviderInfo, health: Health, code: &str) -> NotOpened {
        let message = crate::message(code);
        self.change(|state| {
            let connection = state.connections.entry(info.id.into()).or_default();
            connection.health = health;
            connection.message = Some(message.clone());
        });
        NotOpened::Account { health, message }
    }

    /// The provider's sign-in, with the application's id that the form or the operator gives.
    pub(crate) async fn sign_in_at(&self, info: &'static ProviderInfo) -> Result<Box<dyn AccountSignIn>, CommandError> {
        let settings = self.settings_of(info).await?;
        let device = self.device().await?;
        let http = rooms::http(info, &settings)?;
        let opened = kabinet_providers::sign_in(info.id, &settings, device, http);
        opened.map_err(|error| rooms::in_words(info, error))?.ok_or_else(|| refuse("sign_in_not_offered"))
    }

    /// This computer, as tokens are bound to it. Its id is drawn once.
    async fn device(&self) -> Result<Device, CommandError> {
        let name = self.parts.desktop.computer_name().map(|name| clean_name(&name)).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| "Kabinet".to_owned(), |name| format!("Kabinet, {name}"));
        let kept = self.look().kept.device_id.clone();
        if let Some(device) = kept.and_then(|id| Device::new(&id, &name)) {
            return Ok(device);
        }
        let mut drawn = [0; 16];
        self.parts.ids.fill(&mut drawn);
        let id: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
        self.change(|state| state.kept.device_id = Some(id.clone()));
        self.save_kept().await?;
        Ok(Device::new(&id, &name).expect("32 letters and digits are an id"))
    }

    /// Keeps what signing in gave, in place of whatever let us in before. When the keychain does not take it, nothing is kept and all is
    /// given back. Once it is kept, the account is connected; what did not work after that is a note.
    pub(crate) async fn connect_account(
        &self,
        info: &'static ProviderInfo,
        at: &dyn AccountSignIn,
        tokens: Tokens,
    ) -> Result<(), Message> {
        let account = match at.account(&tokens).await {
            Ok(account) => Account {
                name: account.name.as_ref().map(|name| clean_name(name.reveal())).unwrap_or_default(),
                login: clean_name(account.login.reveal()),
            },
            // Whose it is will not be known; what it may do is no worse for that.
            Err(error) if error.passes() => Account::default(),
            Err(error) => {
                give_back(at, &tokens).await;
                return Err(crate::message(error.code()));
            }
        };
        let turn = self.turns.of(info.id);
        let mut turn = turn.lock().await;
        let name = sign_in_name(info.id);
        let before = match self.secret(&name).await {
            Ok(before) => before.and_then(|kept| Tokens::from_keychain(&kept).ok()),
            Err(trouble) => {
                give_back(at, &tokens).await;
                return Err(trouble);
            }
        };
        if let Err(trouble) = self.keep_secret(&name, &tokens.for_keychain()).await {
            give_back(at, &tokens).await;
            return Err(trouble);
        }
        turn.unkept = None;
        let pasted = info.capabilities.sign_in.map(|sign_in| sign_in.token).filter(|key| self.look().keeps_secret(info.id, key));
        let login = account.login.clone();
        let known = self.change(|state| {
            let connection = state.connections.entry(info.id.into()).or_default();
            connection.signed_in = true;
            connection.abilities.clear();
            state.kept.connections.entry(info.id.into()).or_default();
            state.kept.accounts.insert(info.id.into(), account)
        });
        let other = known.is_some_and(|known| known.login != login);
        if let Some(before) = before.filter(|before| other && before.access != tokens.access) {
            give_back(at, &before).await;
        }
        let mut note = self.save_kept().await.err();
        if let Some(key) = pasted {
            // What signing in gave comes before it, so one that stays is of no use, and goes when a person disconnects.
            match self.forget_secret(&secret_name(info.id, key)).await {
                Ok(()) => drop(self.change(|state| state.connections.entry(info.id.into()).or_default().secrets.remove(key))),
                Err(trouble) => note = Some(trouble),
            }
        }
        if note.is_some() {
            self.worked(note);
        }
        Ok(())
    }

    /// Takes back what was granted, as far as the service lets itself be told, and forgets it. What is still to be known comes back.
    pub(crate) async fn disconnect_account(&self, info: &'static ProviderInfo) -> Result<Option<Message>, CommandError> {
        if info.capabilities.sign_in.is_none() {
            return Ok(None);
        }
        let turn = self.turns.of(info.id);
        let mut turn = turn.lock().await;
        let name = sign_in_name(info.id);
        let kept = self.secret(&name).await?.and_then(|kept| Tokens::from_keychain(&kept).ok());
        let tokens = turn.unkept.take().or(kept);
        let note = match &tokens {
            Some(tokens) => self.revoke(info, tokens).await,
            None => None,
        };
        self.forget_secret(&name).await?;
        self.change(|state| {
            state.kept.accounts.remove(info.id);
            let connection = state.connections.entry(info.id.into()).or_default();
            connection.signed_in = false;
            connection.abilities.clear();
        });
        Ok(note)
    }

    async fn revoke(&self, info: &'static ProviderInfo, tokens: &Tokens) -> Option<Message> {
        let at = match self.sign_in_at(info).await {
            Ok(at) => at,
            Err(_) => return Some(crate::message("unsupported_token_type")),
        };
        match tokio::time::timeout(REVOKE_WITHIN, at.revoke(tokens)).await {
            // Ended or withdrawn elsewhere: there is nothing to take back.
            Ok(Ok(()) | Err(SignInError::Unauthorized | SignInError::Refused(Refusal::InvalidGrant))) => None,
            Ok(Err(SignInError::Refused(_))) => Some(crate::message("unsupported_token_type")),
            Ok(Err(_)) | Err(_) => Some(crate::message("sign_in_not_revoked")),
        }
    }
}

/// Takes back what nobody will use. Nobody waits for the answer but the one who asked, and nothing depends on it.
pub(crate) async fn give_back(at: &dyn AccountSignIn, tokens: &Tokens) {
    match tokio::time::timeout(REVOKE_WITHIN, at.revoke(tokens)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::info!(error = &error as &dyn std::error::Error, "tokens could not be revoked"),
        Err(_) => tracing::info!("tokens could not be revoked in time"),
    }
}
