//! Yandex Telemost: rooms and broadcasts that its API makes for a signed-in account.
//!
//! What is used, and where it is described:
//!
//! * Making, reading and changing conferences (<https://yandex.com/dev/telemost/doc/ru/conferences/conference-create>, `conference-read`,
//!   `conference-update`) and their co-hosts (<https://yandex.com/dev/telemost/doc/ru/cohosts/cohosts-read> and its neighbours): `api`.
//! * The errors' codes, from the same pages and the OpenAPI document that <https://yandex.ru/dev/telemost/doc/ru/> links: `error`.
//! * Signing in, by `crate::yandex`, with the rights `telemost-api:conferences.create`, `.read` and `.update`.
//!
//! Limits: a conference is a link and little more. It has no time, no guests and, unless it is a broadcast, no title; it can neither be
//! listed nor found again, nor deleted; nobody tells who is in it. How long a link lives is not stated, so it is read again before use.
//! Nothing marks a repeated request as the same, so a second one makes a second conference: none is sent without a person's word.
//! Who may call the API is told in two ways by the documentation; an account that may not is a state of the account, and a link
//! can be pasted all the same.
//!
//! | Telemost | here |
//! |---|---|
//! | conference | room |
//! | `join_url` | link |
//! | `live_stream`, `watch_url` | broadcast, watch link |
//! | `waiting_room_level` `ADMINS`, `ORGANIZATION`, `PUBLIC` | `WaitingRoom::Everyone`, `Outsiders`, `Nobody` wait |
//! | `access_level` of a broadcast `PUBLIC`, `ORGANIZATION` | `Viewers::Everyone`, `Organisation` |
//! | `access_level` of a conference | nothing: `waiting_room_level` took its place |
//! | `cohosts` | co-hosts, by e-mail address |
//! | `is_auto_summarization_enabled` | summary; always sent, since an organisation's own default may be on |
//!
//! What the fixtures in `tests/fixtures/telemost` do not show: 402, 429, 5xx and a broadcast were never recorded, and are as documented.

mod api;
mod error;
pub mod links;
mod rooms;
mod wire;

pub use api::Telemost;
pub use error::{Answered, TelemostError};
pub use rooms::INFO;
pub(crate) use rooms::PROVIDER;
