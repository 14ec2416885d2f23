//! An account that rooms are made with, and the tokens that it is opened by.

use super::renewal::Renewal;
use super::setting_error;
use super::standing::Standing;
use super::tokens::TokenFile;
use crate::Error;
use crate::config::REFRESH_TOKEN;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{ProviderInfo, SignIn};
use kabinet_domain::{Clock, MadeRoom, MakeRoomError, RoomChange, RoomDraft, Sensitive};
use kabinet_providers::registry::{self, ConnectionSettings, RoomProvider};
use kabinet_providers::sign_in::{Device, SignInError, Tokens};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

/// Names this program where tokens are renewed.
const DEVICE: &str = "kabinet-backend";

#[derive(Debug)]
pub struct Account {
    info: &'static ProviderInfo,
    settings: ConnectionSettings,
    http: reqwest::Client,
    renewal: Option<Arc<Renewal>>,
    clock: Arc<dyn Clock>,
    standing: Standing,
}

/// What an account is asked for.
enum Ask<'a> {
    Make(&'a RoomDraft),
    Change(&'a Sensitive<String>, &'a RoomChange),
    Whether,
}

impl Account {
    pub(super) fn open(
        info: &'static ProviderInfo,
        settings: ConnectionSettings,
        http: reqwest::Client,
        data: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let wrong = |error| setting_error(info.id, &error);
        registry::open(info.id, &settings, http.clone()).map_err(wrong)?;
        let renewal = match info.capabilities.sign_in {
            None => None,
            Some(how) => Self::renewal(info, how, &settings, &http, data, &clock)?.map(Arc::new),
        };
        Ok(Self { info, settings, http, renewal, clock, standing: Standing::default() })
    }

    /// How the account's tokens are renewed, if they can be.
    fn renewal(
        info: &'static ProviderInfo,
        how: SignIn,
        settings: &ConnectionSettings,
        http: &reqwest::Client,
        data: &Path,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Renewal>, Error> {
        let set = |key: &str| settings.0.get(key).map(|value| Sensitive::from(value.reveal().trim()));
        let place = |key: &str| format!("connections.{}.{key}", info.id);
        let Some(refresh) = set(REFRESH_TOKEN) else {
            return match set(how.token) {
                Some(_) => Ok(None),
                None => Err(Error::setting(place(how.token), "is missing, and so is a `refresh_token` that could give one")),
            };
        };
        let device = Device::new(DEVICE, DEVICE).expect("a name of plain letters");
        let sign_in =
            registry::sign_in(info.id, settings, device, http.clone()).map_err(|error| setting_error(info.id, &error))?;
        let sign_in = sign_in.ok_or_else(|| Error::setting(place(REFRESH_TOKEN), "has no use here"))?;
        let configured = Tokens {
            access: set(how.token).unwrap_or_default(),
            refresh: Some(refresh),
            expires_at: None,
            // Without a token to begin with, one is asked for before the first request.
            renew_at: set(how.token).is_none().then_some(chrono::DateTime::UNIX_EPOCH),
        };
        let file = TokenFile::new(data, info.id, &configured);
        let tokens = Mutex::new(file.read().unwrap_or(configured));
        Ok(Some(Renewal {
            connection: info.id,
            sign_in,
            token: how.token,
            tokens,
            file,
            clock: Arc::clone(clock),
            tasks: TaskTracker::new(),
        }))
    }

    #[must_use]
    pub fn info(&self) -> &'static ProviderInfo {
        self.info
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The link to a room by its name; `None` when that makes none.
    #[must_use]
    pub fn link_of(&self, name: &str) -> Option<String> {
        let opened = registry::open(self.info.id, &self.settings, self.http.clone()).ok()?;
        opened.client_link(name).ok()
    }

    /// Has a room made.
    ///
    /// # Errors
    /// See [`MakeRoomError`].
    pub async fn make_room(&self, draft: &RoomDraft) -> Result<MadeRoom, MakeRoomError> {
        self.ask(Ask::Make(draft)).await?.ok_or(MakeRoomError::NotOffered)
    }

    /// Changes a room that was made.
    ///
    /// # Errors
    /// See [`MakeRoomError`].
    pub async fn change_room(&self, id: &Sensitive<String>, change: &RoomChange) -> Result<(), MakeRoomError> {
        self.ask(Ask::Change(id, change)).await.map(drop)
    }

    /// Notes whether it works.
    pub(super) async fn check(&self) {
        if let Err(error) = self.ask(Ask::Whether).await {
            self.log(&error, "a connection does not work");
        }
    }

    /// Lets a renewal of its tokens that is under way come to its end.
    pub(super) async fn finish(&self) {
        if let Some(renewal) = &self.renewal {
            renewal.finish().await;
        }
    }

    /// For the log: a code and a cause, which hold no address and no name.
    pub fn log(&self, error: &MakeRoomError, what: &'static str) {
        let cause = error as &dyn std::error::Error;
        tracing::warn!(connection = self.info.id, code = error.code(), error = cause, "{what}");
    }

    async fn ask(&self, what: Ask<'_>) -> Result<Option<MadeRoom>, MakeRoomError> {
        let outcome = match self.token(None).await {
            Err(error) => Err(error),
            Ok(token) => match self.once(&what, token.as_ref()).await {
                // Nothing was done, and a fresh token may be taken: tokens also end before their time.
                Err(MakeRoomError::Port(PortError::Unauthorized)) if token.is_some() => match self.token(token.as_ref()).await {
                    Ok(fresh) => self.once(&what, fresh.as_ref()).await,
                    Err(error) => Err(error),
                },
                outcome => outcome,
            },
        };
        match &outcome {
            Ok(_) => self.standing.works(self.clock.now()),
            Err(error) if matches!(what, Ask::Whether) || is_the_connections(error) => self.standing.fails(error.code()),
            Err(error) if shows_that_it_works(error) => self.standing.works(self.clock.now()),
            Err(_) => {}
        }
        outcome
    }

    async fn once(&self, what: &Ask<'_>, token: Option<&Sensitive<String>>) -> Result<Option<MadeRoom>, MakeRoomError> {
        let opened = self.opened(token)?;
        match what {
            Ask::Make(draft) => opened.make_room(draft).await.map(Some),
            Ask::Change(id, change) => opened.change_room(id, change).await.map(|()| None),
            Ask::Whether => Ok(opened.check().await.map(|()| None)?),
        }
    }

    fn opened(&self, token: Option<&Sensitive<String>>) -> Result<Box<dyn RoomProvider>, MakeRoomError> {
        let mut settings = self.settings.clone();
        if let Some((renewal, token)) = self.renewal.as_ref().zip(token) {
            settings.0.insert(renewal.token.to_owned(), token.clone());
        }
        registry::open(self.info.id, &settings, self.http.clone())
            .map_err(|error| MakeRoomError::Port(PortError::Unexpected(Box::new(error))))
    }

    /// The token to ask with; `None` where there is just the configured one.
    async fn token(&self, refused_one: Option<&Sensitive<String>>) -> Result<Option<Sensitive<String>>, MakeRoomError> {
        let Some(renewal) = &self.renewal else { return Ok(None) };
        renewal.usable(refused_one).await.map(Some).map_err(refused)
    }
}

fn refused(error: SignInError) -> MakeRoomError {
    MakeRoomError::Port(error.into())
}

/// Whether only a provider that knows the account could have said so. Other refusals may come from anybody on the way, or from here.
fn shows_that_it_works(error: &MakeRoomError) -> bool {
    matches!(
        error,
        MakeRoomError::PaymentRequired | MakeRoomError::UnknownCohosts { .. } | MakeRoomError::Port(PortError::NotFound)
    )
}

/// Whether an error is about the connection, and not about what was asked for.
fn is_the_connections(error: &MakeRoomError) -> bool {
    matches!(
        error,
        MakeRoomError::MayHaveBeenMade(_)
            | MakeRoomError::Port(
                PortError::Unauthorized
                    | PortError::Restricted
                    | PortError::RateLimited { .. }
                    | PortError::Unavailable(_)
                    | PortError::Unexpected(_)
            )
    )
}
