//! A configured provider whose answers are heeded: each use tells how the connection is, so that nobody has to ask.

use crate::application::Application;
use crate::view::{Health, Message};
use async_trait::async_trait;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{ProviderInfo, Rooms};
use kabinet_domain::{MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Sensitive};
use kabinet_providers::registry::{Entry, RoomError, RoomProvider, SpecialistLink};

/// Of what an account may do, as the window calls it.
const ROOMS: &str = "rooms";
const BROADCASTS: &str = "broadcasts";

#[derive(Debug)]
pub(super) struct Heeded<'a> {
    pub opened: Box<dyn RoomProvider>,
    pub application: &'a Application,
    pub info: &'static ProviderInfo,
}

impl Heeded<'_> {
    fn heed<T>(&self, answer: Result<T, MakeRoomError>) -> Result<T, MakeRoomError> {
        match &answer {
            Ok(_) => self.application.connection_works(self.info),
            // The others are about what was asked for, or leave open how the connection is.
            Err(MakeRoomError::Port(
                error @ (PortError::Unauthorized
                | PortError::Restricted
                | PortError::RateLimited { .. }
                | PortError::Unavailable(_)),
            )) => self.application.connection_fails(self.info, error),
            Err(_) => {}
        }
        answer
    }
}

#[async_trait]
impl RoomProvider for Heeded<'_> {
    fn client_link(&self, room: &str) -> Result<String, RoomError> {
        self.opened.client_link(room)
    }

    fn specialist_link(&self, entry: &Entry<'_>) -> Result<SpecialistLink, RoomError> {
        self.opened.specialist_link(entry)
    }

    async fn check(&self) -> Result<(), PortError> {
        let answer = self.opened.check().await;
        match &answer {
            Ok(()) => self.application.connection_works(self.info),
            Err(error) => self.application.connection_fails(self.info, error),
        }
        answer
    }

    async fn make_room(&self, draft: &RoomDraft) -> Result<MadeRoom, MakeRoomError> {
        let answer = self.heed(self.opened.make_room(draft).await);
        if draft.broadcast.is_some() {
            match &answer {
                Ok(_) => self.application.account_may(self.info, BROADCASTS, true),
                Err(MakeRoomError::PaymentRequired) => self.application.account_may(self.info, BROADCASTS, false),
                Err(_) => {}
            }
        }
        answer
    }

    async fn read_room(&self, id: &Sensitive<String>) -> Result<RoomState, MakeRoomError> {
        self.heed(self.opened.read_room(id).await)
    }

    async fn change_room(&self, id: &Sensitive<String>, change: &RoomChange) -> Result<(), MakeRoomError> {
        self.heed(self.opened.change_room(id, change).await)
    }
}

impl Application {
    pub(crate) fn connection_works(&self, info: &'static ProviderInfo) {
        let now = self.now();
        self.change(|state| {
            let connection = state.connections.entry(info.id.into()).or_default();
            (connection.health, connection.message, connection.last_success) = (Health::Works, None, Some(now));
            if info.capabilities.rooms == Rooms::ByRequest {
                connection.abilities.insert(ROOMS, true);
            }
        });
    }

    /// What was known to work stays known: when it last did, and what the account may do.
    pub(crate) fn connection_fails(&self, info: &'static ProviderInfo, error: &PortError) {
        let (health, message) = judged(info, error);
        tracing::info!(error = error as &dyn std::error::Error, "a connection does not work");
        self.change(|state| {
            let connection = state.connections.entry(info.id.into()).or_default();
            (connection.health, connection.message) = (health, Some(message));
            if matches!(error, PortError::Restricted) {
                connection.abilities.insert(ROOMS, false);
            }
        });
    }

    fn account_may(&self, info: &ProviderInfo, what: &'static str, allowed: bool) {
        self.change(|state| state.connections.entry(info.id.into()).or_default().abilities.insert(what, allowed));
    }
}

/// How bad it is, and why, for a person.
pub(crate) fn judged(info: &ProviderInfo, error: &PortError) -> (Health, Message) {
    // What may pass by itself, or is no fault, wants a look; the rest is broken.
    let passing = matches!(error, PortError::Unavailable(_) | PortError::RateLimited { .. } | PortError::Restricted);
    (if passing { Health::Check } else { Health::Broken }, check_message(info, error))
}

fn check_message(info: &ProviderInfo, error: &PortError) -> Message {
    // A service that many use is where it always was.
    let service = info.capabilities.sign_in.is_some();
    crate::message(match error {
        PortError::Unauthorized if service => "sign_in_again",
        PortError::Unauthorized => "provider_refuses",
        PortError::Restricted => "account_restricted",
        PortError::RateLimited { .. } => "provider_busy",
        PortError::Unavailable(_) if service => "provider_unavailable",
        PortError::Unavailable(_) => "provider_unreachable",
        PortError::NotFound | PortError::Rejected { .. } | PortError::Unexpected(_) if service => "provider_unexpected",
        PortError::NotFound | PortError::Rejected { .. } | PortError::Unexpected(_) => "provider_not_there",
    })
}
