//! Accounts that were signed in to: their tokens in the keychain, renewed before they end and taken back when a person disconnects.
//!
//! A pair of tokens is one entry, `PROVIDER/sign-in`, with the application's id that it was given to. Whoever uses it asks [`Application::access_token`], one at a time per provider,
//! since a pair can be renewed once: the new one is kept before it is used.

mod grant;

pub(crate) use grant::Client;

use crate::application::Application;
use crate::command::CommandError;
use crate::commands::refuse;
use crate::keychain::secret_name;
use crate::rooms;
use crate::state::Account;
use crate::view::{Health, Message};
use grant::Grant;
use kabinet_domain::Sensitive;
use kabinet_domain::provider::ProviderInfo;
use kabinet_domain::sensitive::clean_name;
use kabinet_providers::sign_in::{AccountSignIn, Device, Refusal, Renewal, SignInError, Tokens, renewed};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

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
    unkept: Option<Grant>,
}

impl Turns {
    fn of(&self, provider: &'static str) -> Arc<tokio::sync::Mutex<Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(provider).or_default().clone()
    }
}

/// A provider's sign-in, and the application that it is asked by.
#[derive(Debug)]
pub(crate) struct Service {
    pub at: Box<dyn AccountSignIn>,
    pub client: Client,
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
        if let Some(grant) = &turn.unkept {
            self.keep_secret(&sign_in_name(info.id), &grant.for_keychain()).await?;
            turn.unkept = None;
        }
        // Gone or unreadable: somebody else was in the keychain. Signing in again replaces it.
        let kept = self.secret(&sign_in_name(info.id)).await?;
        let Some(grant) = kept.and_then(|kept| Grant::from_keychain(&kept)) else {
            return Err(self.account_trouble(info, Health::Broken, "sign_in_again"));
        };
        self.in_force(info, grant, turn).await.map(Some)
    }

    async fn in_force(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
        grant: Grant,
        turn: OwnedMutexGuard<Turn>,
    ) -> Result<Sensitive<String>, NotOpened> {
        let (now, tokens) = (self.now(), &grant.tokens);
        if !tokens.is_due(now) {
            if tokens.has_ended(now) {
                return Err(self.account_trouble(info, Health::Broken, "sign_in_again"));
            }
            return Ok(grant.tokens.access);
        }
        let asked = match self.may_renew(info, grant.client.as_ref()).await {
            Ok(asked) => asked,
            // The application's id is gone from the form; what was given lasts as long as it lasts.
            Err(_) if !tokens.has_ended(now) => return Ok(grant.tokens.access),
            Err(error) => return Err(error.into()),
        };
        // The old pair is worth nothing once it was used: whoever asked may go away meanwhile, and the new pair is kept all the same.
        let application = self.clone();
        let renewing = self.tasks.spawn(async move { application.renew(info, asked, grant, turn).await });
        renewing.await.unwrap_or_else(|broken| {
            tracing::error!(error = &broken as &dyn std::error::Error, "renewing an account's tokens broke off");
            Err(NotOpened::Settings(refuse("provider_unexpected")))
        })
    }

    /// Asks for a new pair and keeps it; the turn lasts until that is done.
    async fn renew(
        &self,
        info: &'static ProviderInfo,
        asked: Vec<Service>,
        grant: Grant,
        mut turn: OwnedMutexGuard<Turn>,
    ) -> Result<Sensitive<String>, NotOpened> {
        let tokens = grant.tokens;
        let mut client = grant.client;
        let mut outcome = Ok(Renewal::NotDue);
        for service in asked {
            outcome = renewed(service.at.as_ref(), &tokens, self.now()).await;
            client = Some(service.client);
            // What does not know the application leaves the pair as it is.
            if !outcome.as_ref().is_err_and(is_of_another) {
                break;
            }
        }
        match outcome {
            Ok(Renewal::NotDue) => Ok(tokens.access),
            Ok(Renewal::Later(error)) => {
                tracing::info!(error = &error as &dyn std::error::Error, "an account's tokens are renewed later");
                Ok(tokens.access)
            }
            Ok(Renewal::Renewed(tokens)) => {
                let fresh = Grant { tokens, client };
                if let Err(trouble) = self.keep_secret(&sign_in_name(info.id), &fresh.for_keychain()).await {
                    turn.unkept = Some(fresh);
                    return Err(trouble.into());
                }
                Ok(fresh.tokens.access)
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "an account's tokens cannot be renewed");
                Err(match &error {
                    error if error.passes() => self.account_trouble(info, Health::Check, error.code()),
                    error if is_of_another(error) => self.account_trouble(info, Health::Broken, error.code()),
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
    pub(crate) async fn sign_in_at(&self, info: &'static ProviderInfo) -> Result<Service, CommandError> {
        self.sign_in_as(info, None).await
    }

    /// Who is asked for a new pair: the application that the old one was given to, and then, since its secret may be another by now,
    /// the one that the form and the operator give.
    async fn may_renew(&self, info: &'static ProviderInfo, client: Option<&Client>) -> Result<Vec<Service>, CommandError> {
        let given = self.sign_in_at(info).await;
        let Some(client) = client else { return Ok(vec![given?]) };
        let own = self.sign_in_as(info, Some(client)).await?;
        Ok(std::iter::once(own).chain(given.ok().filter(|given| given.client != *client)).collect())
    }

    async fn sign_in_as(&self, info: &'static ProviderInfo, client: Option<&Client>) -> Result<Service, CommandError> {
        let sign_in = info.capabilities.sign_in.ok_or_else(|| refuse("sign_in_not_offered"))?;
        let mut settings = self.settings_of(info).await?;
        if let Some(client) = client {
            client.put_into(&mut settings, &sign_in);
        }
        let device = self.device().await?;
        let http = rooms::http(info, &settings)?;
        let opened = kabinet_providers::sign_in(info.id, &settings, device, http);
        let at = opened.map_err(|error| rooms::in_words(info, error))?.ok_or_else(|| refuse("sign_in_not_offered"))?;
        Ok(Service { at, client: Client::of(&settings, &sign_in) })
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
    /// given back; the same when the person thought better of it by then. Once it is kept, the account is connected; what did not work
    /// after that is a note.
    pub(crate) async fn connect_account(
        &self,
        info: &'static ProviderInfo,
        service: &Service,
        tokens: Tokens,
        thought_better: &CancellationToken,
    ) -> Result<(), Message> {
        let at = service.at.as_ref();
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
        // Whoever disconnects cancels first and takes their turn then, so nothing comes back after that.
        if thought_better.is_cancelled() {
            give_back(at, &tokens).await;
            return Ok(());
        }
        let name = sign_in_name(info.id);
        let before = match self.secret(&name).await {
            Ok(before) => before.and_then(|kept| Grant::from_keychain(&kept)),
            Err(trouble) => {
                give_back(at, &tokens).await;
                return Err(trouble);
            }
        };
        let grant = Grant { tokens, client: Some(service.client.clone()) };
        let tokens = &grant.tokens;
        if let Err(trouble) = self.keep_secret(&name, &grant.for_keychain()).await {
            give_back(at, tokens).await;
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
        if let Some(before) = before.filter(|before| other && before.tokens.access != tokens.access) {
            match self.sign_in_as(info, before.client.as_ref()).await {
                Ok(theirs) => give_back(theirs.at.as_ref(), &before.tokens).await,
                Err(_) => give_back(at, &before.tokens).await,
            }
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
        let kept = self.secret(&name).await?.and_then(|kept| Grant::from_keychain(&kept));
        let note = match &turn.unkept.take().or(kept) {
            Some(grant) => self.revoke(info, grant).await,
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

    async fn revoke(&self, info: &'static ProviderInfo, grant: &Grant) -> Option<Message> {
        let service = match self.sign_in_as(info, grant.client.as_ref()).await {
            Ok(service) => service,
            Err(_) => return Some(crate::message("unsupported_token_type")),
        };
        match tokio::time::timeout(REVOKE_WITHIN, service.at.revoke(&grant.tokens)).await {
            // Ended or withdrawn elsewhere: there is nothing to take back.
            Ok(Ok(()) | Err(SignInError::Unauthorized | SignInError::Refused(Refusal::InvalidGrant))) => None,
            Ok(Err(SignInError::Refused(_))) => Some(crate::message("unsupported_token_type")),
            Ok(Err(_)) | Err(_) => Some(crate::message("sign_in_not_revoked")),
        }
    }
}

/// It is not the person that the service does not know.
fn is_of_another(error: &SignInError) -> bool {
    matches!(error, SignInError::Refused(Refusal::InvalidClient | Refusal::UnauthorizedClient))
}

/// Takes back what nobody will use. Nobody waits for the answer but the one who asked, and nothing depends on it.
pub(crate) async fn give_back(at: &dyn AccountSignIn, tokens: &Tokens) {
    match tokio::time::timeout(REVOKE_WITHIN, at.revoke(tokens)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::info!(error = &error as &dyn std::error::Error, "tokens could not be revoked"),
        Err(_) => tracing::info!("tokens could not be revoked in time"),
    }
}
