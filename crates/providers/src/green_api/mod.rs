//! GREEN-API: WhatsApp, and MAX by the same interface.
//!
//! What of it is used: `sendMessage`, `checkWhatsapp` (for MAX `checkAccount`), `getStateInstance`, `getSettings` and `setSettings`,
//! `receiveNotification` and `deleteNotification`, `lastOutgoingMessages` and `showMessagesQueue`, and its webhooks;
//! see <https://green-api.com/en/docs/api/>, and for MAX <https://green-api.com/v3/docs/api/>.
//!
//! The token stands in the path of every address and comes back in many error bodies, so neither ever leaves this module.
//!
//! | GREEN-API | Here |
//! |---|---|
//! | instance | account |
//! | `chatId` | chat |
//! | `idMessage` | the channel's own id of what was sent |
//! | notification | what comes in |

mod chat;
mod client;
mod incoming;
mod listening;
mod sending;

use crate::messengers::wire::{Wire, checked_secret};
use crate::messengers::{Connected, MessengerInfo, Surroundings};
use crate::registry::{ConnectionError, ConnectionSettings};

use chat::Kind;
use client::Client;
use kabinet_domain::provider::{Field, FieldKind, ServerAddress};
use kabinet_domain::{Channel, Clock, Sensitive};
use sending::Known;
use std::sync::Arc;

const ID_INSTANCE: &str = "id_instance";
const API_TOKEN: &str = "api_token_instance";
const WEBHOOK_TOKEN: &str = "webhook_token";

/// Shared by all; an instance's console shows its own, which is faster.
const API_URL: ServerAddress = ServerAddress { key: "api_url", default: "https://api.green-api.com" };

static FIELDS: [Field; 3] = [
    Field { key: ID_INSTANCE, kind: FieldKind::Text, required: true, placeholder: "1101000001" },
    Field {
        key: API_TOKEN,
        kind: FieldKind::Secret,
        required: true,
        placeholder: "d75b3a66374942c5b3c019c698abc2067e151558acbd412345",
    },
    Field { key: WEBHOOK_TOKEN, kind: FieldKind::Secret, required: false, placeholder: "" },
];

pub(crate) const WHATSAPP: MessengerInfo = MessengerInfo {
    id: "green-api",
    name: "GREEN-API: WhatsApp",
    channel: Channel::WhatsApp,
    fields: &FIELDS,
    addresses: &[API_URL],
    webhook: "green-api",
};

pub(crate) const MAX: MessengerInfo =
    MessengerInfo { id: "green-api-max", name: "GREEN-API: MAX", channel: Channel::Max, ..WHATSAPP };

/// Why an instance's number is none.
#[derive(Debug, thiserror::Error)]
#[error("an instance is named by up to 20 digits")]
struct NoInstance;

/// Why a token is none.
#[derive(Debug, thiserror::Error)]
#[error("a token has letters and digits alone")]
struct NoToken;

pub(crate) fn open(
    info: &MessengerInfo,
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
) -> Result<Connected, ConnectionError> {
    let needed = |key| settings.get(key).ok_or(ConnectionError::Missing { key });
    let unusable = |key, cause: Box<dyn std::error::Error + Send + Sync>| ConnectionError::Unusable { key, cause };
    let (id, token) = (needed(ID_INSTANCE)?, needed(API_TOKEN)?);
    if id.len() > 20 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unusable(ID_INSTANCE, Box::new(NoInstance)));
    }
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(unusable(API_TOKEN, Box::new(NoToken)));
    }
    let account = Arc::new(Account {
        connection: info.id,
        channel: info.channel,
        id: id.to_owned(),
        messenger: if info.channel == Channel::Max { Kind::Max } else { Kind::WhatsApp },
        client: Client::new(settings.address(&API_URL)?, id, token, Wire::new(&surroundings.http, API_URL.key)?),
        webhook_token: checked_secret(WEBHOOK_TOKEN, settings.get(WEBHOOK_TOKEN))?,
        clock: Arc::clone(&surroundings.clock),
        known: Known::default(),
    });
    Ok(Connected { messenger: account.clone(), listener: account })
}

/// One instance.
#[derive(Debug)]
struct Account {
    connection: &'static str,
    channel: Channel,
    id: String,
    messenger: Kind,
    client: Client,
    /// What calls to us prove themselves with.
    webhook_token: Option<Sensitive<String>>,
    clock: Arc<dyn Clock>,
    known: Known,
}
