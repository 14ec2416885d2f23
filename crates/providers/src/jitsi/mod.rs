//! Jitsi Meet.

pub mod dialect;
pub mod event_sync;
mod fields;
pub mod kabinet;
pub mod links;
pub mod muc_webhook;
mod nobody;
pub mod token;
pub mod webhook_auth;

pub use dialect::{DialectError, ModuleReport, RoomEvent, ServerSnapshot, Understood};
