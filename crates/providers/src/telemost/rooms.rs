//! An account at Telemost as a provider of rooms.

use super::api::Telemost;
use super::links;
use crate::http::manners::Manners;
use crate::registry::{
    ConnectionError, ConnectionSettings, Entry, LinkIdentity, Provider, RoomError, RoomProvider, SpecialistLink,
};
use crate::sign_in::{AccountSignIn, Application, Device};
use crate::yandex::{self, Yandex};
use async_trait::async_trait;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{Capabilities, Field, FieldKind, ProviderInfo, Rooms, ServerAddress, SignIn, WaitingRoom};
use kabinet_domain::{MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Sensitive};

const CLIENT_ID: &str = "client_id";
const CLIENT_SECRET: &str = "client_secret";
const ACCESS_TOKEN: &str = "access_token";
const API: ServerAddress = ServerAddress { key: "api_address", default: "https://cloud-api.yandex.net/v1/telemost-api" };

pub const INFO: ProviderInfo = ProviderInfo {
    id: "telemost",
    name: "Yandex Telemost",
    icon: "telemost",
    capabilities: Capabilities {
        rooms: Rooms::ByRequest,
        waiting_room: &[WaitingRoom::Everyone, WaitingRoom::Outsiders, WaitingRoom::Nobody],
        cohosts: true,
        broadcasts: true,
        summary: true,
        changes_rooms: true,
        sign_in: Some(SignIn {
            browser: true,
            device_code: true,
            revocable: true,
            token: ACCESS_TOKEN,
            token_may_be_pasted: true,
            client_id: CLIENT_ID,
            client_secret: CLIENT_SECRET,
        }),
        ..Capabilities::NONE
    },
    fields: &[
        Field { key: CLIENT_ID, kind: FieldKind::Text, required: false, placeholder: "" },
        Field { key: CLIENT_SECRET, kind: FieldKind::Secret, required: false, placeholder: "" },
        Field { key: ACCESS_TOKEN, kind: FieldKind::Secret, required: false, placeholder: "y0_…" },
    ],
    of_host: &[],
    addresses: &[API, yandex::OAUTH, yandex::LOGIN],
};

pub(crate) const PROVIDER: Provider = Provider { info: INFO, open, sign_in: Some(sign_in), recognises: links::kind };

#[derive(Debug)]
struct TelemostRooms(Telemost);

/// Opens without a token too: a link can be handed on by somebody who has not signed in.
fn open(settings: &ConnectionSettings, http: reqwest::Client) -> Result<Box<dyn RoomProvider>, ConnectionError> {
    let token = settings.get(ACCESS_TOKEN).map(Sensitive::from);
    if token.as_ref().is_some_and(|token| yandex::authorization(token).is_none()) {
        return Err(ConnectionError::Unusable { key: ACCESS_TOKEN, cause: Box::new(NoToken) });
    }
    let api = settings.address(&API)?;
    Ok(Box::new(TelemostRooms(Telemost::new(api, token.as_ref(), http, Manners::default()))))
}

fn sign_in(
    settings: &ConnectionSettings,
    device: Device,
    http: reqwest::Client,
) -> Result<Box<dyn AccountSignIn>, ConnectionError> {
    let client_id = settings.get(CLIENT_ID).ok_or(ConnectionError::Missing { key: CLIENT_ID })?.to_owned();
    let client_secret = settings.get(CLIENT_SECRET).map(Sensitive::from);
    let addresses = yandex::Addresses { oauth: settings.address(&yandex::OAUTH)?, login: settings.address(&yandex::LOGIN)? };
    let application = Application { client_id, client_secret, device };
    Ok(Box::new(Yandex::new(addresses, application, http, Manners::default())))
}

#[derive(Debug, thiserror::Error)]
#[error("a token has neither spaces nor letters beyond ASCII")]
struct NoToken;

#[derive(Debug, thiserror::Error)]
#[error("neither a conference's number nor a link to one")]
struct NoConference;

#[async_trait]
impl RoomProvider for TelemostRooms {
    fn client_link(&self, room: &str) -> Result<String, RoomError> {
        let room = room.trim();
        let pasted = links::kind(room).map(|_| room.to_owned());
        pasted.or_else(|| links::of_id(room)).ok_or_else(|| RoomError::Name(Box::new(NoConference)))
    }

    fn specialist_link(&self, entry: &Entry<'_>) -> Result<SpecialistLink, RoomError> {
        let link = Sensitive::new(self.client_link(entry.room)?);
        Ok(SpecialistLink { link, identity: LinkIdentity::None })
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(self.0.probe().await?)
    }

    async fn make_room(&self, draft: &RoomDraft) -> Result<MadeRoom, MakeRoomError> {
        Ok(self.0.create(draft).await?)
    }

    async fn read_room(&self, id: &Sensitive<String>) -> Result<RoomState, MakeRoomError> {
        Ok(self.0.read(id.reveal()).await?)
    }

    async fn change_room(&self, id: &Sensitive<String>, change: &RoomChange) -> Result<(), MakeRoomError> {
        Ok(self.0.change(id.reveal(), change).await?)
    }
}
