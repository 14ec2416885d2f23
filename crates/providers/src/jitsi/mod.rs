//! Jitsi Meet.

pub mod dialect;
pub mod event_sync;
mod fields;
pub mod kabinet;
pub mod muc_webhook;
mod nobody;

pub use dialect::{DialectError, ModuleReport, RoomEvent, ServerSnapshot, Understood};
