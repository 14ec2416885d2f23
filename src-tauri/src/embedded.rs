//! The event backend inside this program: the same library that a practice runs as a server, behind the same HTTP and tokens.
//!
//! Its rows are sealed with a key from the keychain. While the keychain does not answer, it works in a folder of its own
//! with a key that ends with it: nothing readable is ever written, and what was made meanwhile the application sends again.

use crate::problems::Problems;
use async_trait::async_trait;
use kabinet_app::view::Message;
use kabinet_app::{BackendAddress, BackendSwitch, Operator};
use kabinet_backend::{Backend, Config, Embedded as Specialist, Error, Overrides, Running};
use kabinet_domain::ports::{SecretError, SecretStore};
use kabinet_domain::{Ids, Sensitive};
use kabinet_seal::StoreKey;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Under which the keychain keeps the token that this application shows to its own backend.
const TOKEN: &str = "embedded-backend-token";
const TOKEN_BYTES: usize = 32;
/// Under which it keeps the key of the backend's database.
const KEY: &str = "embedded-backend-key";
/// Beside the backend's folder, for runs without a keychain.
const TEMPORARY: &str = "backend-without-keychain";
/// Beyond the usual port, so many next ones are tried.
const NEXT_PORTS: u16 = 20;
const PORT_TAKEN: &str = "port_taken";
/// What the operator gives the backend, and it refuses.
const NOT_TAKEN: &str = "practice_not_understood";

#[derive(Debug)]
pub struct EmbeddedBackend {
    pub folder: PathBuf,
    pub secrets: Arc<dyn SecretStore>,
    pub ids: Arc<dyn Ids>,
    pub problems: Problems,
    pub operator: Operator,
    pub state: Mutex<State>,
}

#[derive(Debug, Default)]
pub struct State {
    running: Option<(Running, BackendAddress)>,
    /// Where there is no keychain, the token lives as long as this run.
    token: Option<Sensitive<String>>,
    /// It runs with a key that nobody keeps.
    temporary: bool,
    /// The keychain has answered since: the next start is another one.
    outlived: bool,
}

#[async_trait]
impl BackendSwitch for EmbeddedBackend {
    async fn start_embedded(&self) -> Result<BackendAddress, Message> {
        let mut state = self.state.lock().await;
        if let Some((_, address)) = &state.running
            && !state.outlived
        {
            return Ok(address.clone());
        }
        self.stop(&mut state).await;
        let token = self.token(&mut state).await;
        let key = self.key().await;
        state.temporary = key.is_none();
        let running = self.open(&token, key).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the embedded backend does not start");
            in_words(&error)
        })?;
        let url = running.url().parse().expect("a socket's address makes an address");
        let address = BackendAddress { url, token };
        state.running = Some((running, address.clone()));
        Ok(address)
    }

    async fn stop_embedded(&self) {
        self.stop(&mut *self.state.lock().await).await;
    }

    async fn keychain_answers(&self) -> bool {
        let mut state = self.state.lock().await;
        state.outlived = state.temporary && state.running.is_some();
        state.outlived
    }
}

impl EmbeddedBackend {
    async fn stop(&self, state: &mut State) {
        if let Some((running, _)) = state.running.take() {
            running.shutdown().await;
        }
        if state.temporary {
            self.forget_temporary().await;
        }
        (state.temporary, state.outlived) = (false, false);
        self.problems.clear(PORT_TAKEN);
    }

    /// With the keychain's key in its own folder, else for this run alone. A database whose key was lost is moved aside, never deleted.
    async fn open(&self, token: &Sensitive<String>, key: Option<StoreKey>) -> Result<Running, Error> {
        let Some(key) = key else {
            self.forget_temporary().await;
            return self.start(token, self.temporary(), StoreKey::make(self.ids.as_ref()).0).await;
        };
        match self.start(token, self.folder.clone(), key.clone()).await {
            Err(Error::OtherKey) => {
                let aside = self.folder.with_extension(format!("aside-{}", self.ids.next().simple()));
                tracing::error!(
                    aside = aside.file_name().and_then(|name| name.to_str()),
                    "the backend's database was sealed with another key"
                );
                tokio::fs::rename(&self.folder, &aside)
                    .await
                    .map_err(|cause| Error::Folder { folder: self.folder.clone(), cause })?;
                self.start(token, self.folder.clone(), key).await
            }
            started => started,
        }
    }

    fn temporary(&self) -> PathBuf {
        self.folder.with_file_name(TEMPORARY)
    }

    /// Also what a run that was killed has left: nobody has its key.
    async fn forget_temporary(&self) {
        if let Err(error) = tokio::fs::remove_dir_all(self.temporary()).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the folder of a run without keychain cannot be removed");
        }
    }

    /// `None` while the keychain does not answer; the application tells the person.
    async fn key(&self) -> Option<StoreKey> {
        let kept = async {
            if let Some(kept) = self.secrets.read(KEY).await?
                && let Some(key) = StoreKey::read(&kept)
            {
                return Ok(key);
            }
            let (key, kept) = StoreKey::make(self.ids.as_ref());
            self.secrets.keep(KEY, &kept).await.map(|()| key)
        };
        kept.await
            .inspect_err(|error: &SecretError| {
                tracing::warn!(error = error as &dyn std::error::Error, "the backend keeps nothing beyond this run");
            })
            .ok()
    }

    /// The usual port, or the next free one: then Prosody's webhooks do not arrive, which the person must know.
    async fn start(&self, token: &Sensitive<String>, folder: PathBuf, key: StoreKey) -> Result<Running, Error> {
        let config = Config::read(None, &Overrides { data: Some(folder), ..Overrides::default() })?;
        let (mut config, refused) = config.given(self.operator.for_backend());
        self.problems.clear(NOT_TAKEN);
        if !refused.is_empty() {
            self.problems.tell(NOT_TAKEN, [("keys".to_owned(), refused.join(", "))].into());
        }
        config.seal = Some(key);
        config.embedded = Some(Specialist {
            name: Sensitive::new("Kabinet".to_owned()),
            token: token.clone(),
            token_ids: Vec::new(),
            account: None,
        });
        let usual = config.listen;
        let mut ports = (usual.port().saturating_add(1)..=usual.port().saturating_add(NEXT_PORTS)).chain([0]);
        loop {
            match Backend::start(config.clone()).await {
                Ok(running) => {
                    if config.listen != usual {
                        let facts = [("address", usual.to_string()), ("used", running.address.to_string())];
                        self.problems.tell(PORT_TAKEN, facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect());
                    }
                    return Ok(running);
                }
                Err(Error::Listen { address, cause }) if cause.kind() == std::io::ErrorKind::AddrInUse => match ports.next() {
                    Some(port) => config.listen.set_port(port),
                    None => return Err(Error::Listen { address, cause }),
                },
                Err(error) => return Err(error),
            }
        }
    }

    async fn token(&self, state: &mut State) -> Sensitive<String> {
        if let Some(token) = &state.token {
            return token.clone();
        }
        let kept = self.secrets.read(TOKEN).await;
        let token = match &kept {
            Ok(Some(token)) => token.clone(),
            Ok(None) | Err(_) => self.new_token(),
        };
        let keeping = match kept {
            Ok(Some(_)) => Ok(()),
            Ok(None) => self.secrets.keep(TOKEN, &token).await,
            // The application tells the person about the keychain; the backend takes a new token with each start.
            Err(error) => Err(error),
        };
        if let Err(error) = keeping {
            tracing::warn!(error = &error as &dyn std::error::Error, "the backend's token is kept for this run only");
        }
        state.token.insert(token).clone()
    }

    fn new_token(&self) -> Sensitive<String> {
        let mut bytes = [0; TOKEN_BYTES];
        self.ids.fill(&mut bytes);
        Sensitive::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn in_words(error: &Error) -> Message {
    let (code, facts) = match error {
        Error::NewerDatabase { .. } => ("database_newer", Vec::new()),
        Error::Listen { address, .. } => ("port_taken", vec![("address", address.to_string())]),
        Error::InUse => ("backend_in_use", Vec::new()),
        Error::Setting { key, .. } => ("backend_setting", vec![("key", key.to_string())]),
        _ => ("backend_failed", Vec::new()),
    };
    let facts: BTreeMap<_, _> = facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect();
    Message { code: code.to_owned(), facts }
}
