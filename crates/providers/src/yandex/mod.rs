//! Yandex OAuth and Yandex ID: signing in to whatever else of Yandex is used.
//!
//! What is used, and where it is described:
//!
//! * Authorization code with PKCE (<https://yandex.ru/dev/id/doc/ru/codes/code-url>). The secret is left out where there is none;
//!   that it may be rests on other desktop clients, not on the documentation.
//! * Code typed in elsewhere (<https://yandex.ru/dev/id/doc/ru/codes/screen-code-oauth>): the grant is the literal `device_code`, and the
//!   parameter `code`, which are not RFC 8628's names. Page, pause and end are taken from the answer: those of the documentation differ.
//! * Renewal (<https://yandex.ru/dev/id/doc/ru/tokens/refresh-client>). The page advises one every three months for tokens of a year,
//!   so a pair is due after a quarter of its life.
//! * Revocation (<https://yandex.ru/dev/id/doc/ru/tokens/token-invalidate>): only of tokens bound to a device, so all of ours are.
//! * Whose account it is (<https://yandex.ru/dev/id/doc/ru/user-information>).
//!
//! Limits: at most 30 tokens of an application and a person are bound to devices at a time. A changed password, two factors switched on
//! or off, and changed rights of the application end tokens early: then every call answers 401, and renewing does not help.
//!
//! No request is repeated by itself but the question whose account it is: a code works once, and so may a refresh token.

mod oauth;

pub use crate::sign_in::{Refusal, Renewal, SignInError, Tokens, renewed};
pub(crate) use oauth::authorization;
pub use oauth::{Addresses, Yandex};

use kabinet_domain::provider::ServerAddress;

pub(crate) const OAUTH: ServerAddress = ServerAddress { key: "oauth_address", default: "https://oauth.yandex.ru" };
pub(crate) const LOGIN: ServerAddress = ServerAddress { key: "login_address", default: "https://login.yandex.ru" };
