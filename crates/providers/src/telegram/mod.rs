//! Telegram's Bot API: <https://core.telegram.org/bots/api>.
//!
//! What of it is used: `getMe`, `sendMessage`, `editMessageText`, `answerCallbackQuery`, and either `getUpdates` or a webhook.
//! Texts are sent as they are, without any markup, so nothing that a stranger typed has to be escaped.
//! The token stands in the path of every address, so no address ever leaves this module.

mod client;
mod incoming;
mod listening;
mod sending;

use crate::http::HttpSettings;
use crate::messengers::wire::{Wire, checked_secret};
use crate::messengers::{Connected, MessengerInfo, PRACTICE_CHANNEL, Surroundings};
use crate::registry::{ConnectionError, ConnectionSettings};
use client::Client;
use kabinet_domain::provider::{Field, FieldKind, ServerAddress};
use kabinet_domain::{Channel, Sensitive};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use url::Url;

const BOT_TOKEN: &str = "bot_token";
const WEBHOOK_SECRET: &str = "webhook_secret";
const PROXY: &str = "proxy";

/// Where deep links lead.
const LINK_ADDRESS: ServerAddress = ServerAddress { key: "link_address", default: "https://t.me" };
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
    addresses: &[API_ADDRESS, LINK_ADDRESS],
    webhook: "telegram",
};

/// Why a token is none.
#[derive(Debug, thiserror::Error)]
#[error("a bot's token has digits, a colon, and letters, digits, - and _")]
struct NoToken;

pub(crate) fn open(
    _: &MessengerInfo,
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
) -> Result<Connected, ConnectionError> {
    let token = settings.get(BOT_TOKEN).ok_or(ConnectionError::Missing { key: BOT_TOKEN })?;
    let secret_part = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let id = match token.split_once(':') {
        Some((id, secret)) if id.parse::<u64>().is_ok() && !secret.is_empty() && secret_part(secret) => id,
        _ => return Err(ConnectionError::Unusable { key: BOT_TOKEN, cause: Box::new(NoToken) }),
    };
    let proxy = settings.get(PROXY).map(Sensitive::from);
    let key = if proxy.is_some() { PROXY } else { API_ADDRESS.key };
    let http = HttpSettings { proxy: proxy.or_else(|| surroundings.http.proxy.clone()), ..surroundings.http.clone() };
    let bot = Arc::new(Bot {
        id: id.to_owned(),
        client: Client::new(settings.address(&API_ADDRESS)?, token, Wire::new(&http, key)?),
        links: settings.address(&LINK_ADDRESS)?,
        webhook_secret: checked_secret(WEBHOOK_SECRET, settings.get(WEBHOOK_SECRET))?,
        next: AtomicI64::default(),
    });
    Ok(Connected { messenger: bot.clone(), listener: bot })
}

/// One bot.
#[derive(Debug)]
struct Bot {
    /// The part of its token that everybody may know.
    id: String,
    client: Client,
    links: Url,
    /// What calls to us prove themselves with.
    webhook_secret: Option<Sensitive<String>>,
    /// Everything before this update is kept; zero while nothing is known.
    next: AtomicI64,
}
