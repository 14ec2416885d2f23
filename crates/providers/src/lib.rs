#![doc = include_str!("../README.md")]

pub mod http;
pub mod jitsi;
pub mod pasted;
pub mod registry;
pub mod sign_in;
pub mod telemost;
pub mod yandex;

pub use registry::{RoomProvider, open, provider_of_link, providers, sign_in};
