//! Jitsi Meet: rooms that exist as soon as their link is opened, on a server of one's own.
//!
//! What is used, and where it is described:
//!
//! * Links, `https://HOST/[TENANT/]ROOM#…`, and what a fragment may set
//!   (<https://jitsi.github.io/handbook/docs/user-guide/user-guide-advanced>, `configWhitelist.ts` of jitsi-meet): `links`.
//! * Tokens, HS256, after `lib-jitsi-meet/doc/tokens.md` of jitsi-meet: `token`.
//! * Room webhooks of the server's Prosody, in three dialects: `muc_webhook` (the module of the administration guide), `event_sync`
//!   (<https://github.com/jitsi-contrib/prosody-plugins>) and `kabinet` (our own module, `prosody/README.md`).
//! * Plain questions to the web server, whether all this is there: `check`.
//!
//! Limits: the two older modules sign nothing, forget what they could not deliver, and do not tell who was made a moderator;
//! `muc_webhook` has no names, and when it is loaded on the lobby too, the lobby's creation and end look like the room's
//! (`Witness::vague_rooms`); only the focus's coming and going then tells of the room.
//! A room's password and lobby cannot be set from outside without modules of Jitsi's own.
//!
//! | Jitsi, XMPP | here |
//! |---|---|
//! | conference, MUC room; its node | room; its name |
//! | occupant, participant | occupant |
//! | full JID of the occupant | address |
//! | `<nick>`, display name | name |
//! | owner affiliation given by the focus | `Fact::Granted` |
//! | `isHost`, role moderator | nothing: it proves nothing |
//! | lobby room, breakout room | a place of the main room |
//! | hibernation of a session | line lost, line back |
//! | focus (Jicofo) | the keeper of the room, nobody otherwise |
//! | JVB, Jibri, Jigasi, health checks | nobody |
//!
//! What the captures in `tests/fixtures` do not show: more than one tenant at a time, and Jicofo
//! itself, which the lab plays.

pub mod check;
pub mod dialect;
pub mod event_sync;
mod fields;
pub mod kabinet;
pub mod links;
pub mod muc_webhook;
mod nobody;
pub(crate) mod rooms;
mod sending;
pub mod token;
pub mod webhook_auth;

pub use dialect::{DialectError, ModuleReport, RoomEvent, ServerSnapshot, Understood};
pub use rooms::INFO;
