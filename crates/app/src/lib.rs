#![doc = include_str!("../README.md")]

#[macro_use]
mod logged;

mod accounts;
mod application;
mod attended;
pub mod calendar;
pub mod cli;
mod client_side;
pub mod command;
mod commands;
pub mod consultations;
pub mod desktop;
mod export;
mod feed;
mod history;
mod keychain;
mod line;
mod made;
mod making;
mod named;
mod names;
pub mod notices;
pub mod operator;
mod outbox;
pub mod present;
mod recheck;
pub mod record;
mod rooms;
mod same_client;
mod screen;
mod settings_file;
mod signing_in;
mod sse;
pub mod state;
mod store;
#[cfg(test)]
mod testing;
pub mod tray;
pub mod view;
pub mod words;

pub use application::{Application, Backend, BackendSwitch, Parts};
pub use cli::Spoken;
pub use line::BackendAddress;
pub use operator::Operator;

use kabinet_domain::provider::{LOGIN, PASSWORD};
use view::Message;

/// A problem without further facts.
fn message(code: &str) -> Message {
    Message { code: code.into(), facts: std::collections::BTreeMap::new() }
}
