//! Jitsi Meet.

pub mod dialect;
mod fields;
pub mod muc_webhook;
mod nobody;

pub use dialect::{DialectError, RoomEvent, Understood};
