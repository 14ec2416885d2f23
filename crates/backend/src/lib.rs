#![doc = include_str!("../README.md")]

mod calendar;
mod client_side;
mod config;
mod connections;
mod deliveries;
mod error;
mod feed;
mod http;
mod making;
mod messengers;
mod names;
mod page;
mod people;
mod planning;
pub mod ports;
mod reach;
mod running;
mod status;
pub mod storage;
mod talk;
#[cfg(test)]
mod testing;
mod vault;
mod words;
mod writer;

pub use config::{Config, DEFAULTS, Embedded, Feed as FeedConfig, LogFormat, Login, Overrides};
pub use error::{Error, StorageError};
pub use http::TrustedProxies;
pub use http::openapi::document as openapi;
pub use people::{CODE_MINUTES, new_code, new_token};
pub use running::{Backend, Running};
pub(crate) use status::Status;
