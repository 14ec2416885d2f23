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

use crate::messengers::{Connected, MessengerInfo, Surroundings};
use crate::registry::{ConnectionError, ConnectionSettings};
use kabinet_domain::Channel;
use kabinet_domain::provider::{Field, FieldKind, ServerAddress};

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

pub(crate) fn open(
    info: &MessengerInfo,
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
) -> Result<Connected, ConnectionError> {
    let _ = (info, settings, surroundings);
    Err(ConnectionError::UnknownProvider)
}
