//! Telegram's Bot API.

use crate::messengers::{Connected, MessengerInfo, PRACTICE_CHANNEL, Surroundings};
use crate::registry::{ConnectionError, ConnectionSettings};
use kabinet_domain::Channel;
use kabinet_domain::provider::{Field, FieldKind, ServerAddress};

const BOT_TOKEN: &str = "bot_token";
const WEBHOOK_SECRET: &str = "webhook_secret";
const PROXY: &str = "proxy";

const API_ADDRESS: ServerAddress = ServerAddress { key: "api_address", default: "https://api.telegram.org" };

pub(crate) const INFO: MessengerInfo = MessengerInfo {
    id: "telegram",
    name: "Telegram",
    channel: Channel::Telegram,
    fields: &[
        Field {
            key: BOT_TOKEN,
            kind: FieldKind::Secret,
            required: true,
            placeholder: "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
        },
        Field { key: WEBHOOK_SECRET, kind: FieldKind::Secret, required: false, placeholder: "" },
        Field { key: PRACTICE_CHANNEL, kind: FieldKind::Text, required: false, placeholder: "@practice" },
        // It may hold a password.
        Field { key: PROXY, kind: FieldKind::Secret, required: false, placeholder: "http://proxy.example.org:3128" },
    ],
    addresses: &[API_ADDRESS],
    webhook: "telegram",
};

pub(crate) fn open(
    info: &MessengerInfo,
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
) -> Result<Connected, ConnectionError> {
    let _ = (info, settings, surroundings);
    Err(ConnectionError::UnknownProvider)
}
