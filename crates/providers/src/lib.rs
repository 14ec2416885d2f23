#![doc = include_str!("../README.md")]

pub mod bitrix24;
pub mod calendars;
pub mod http;
pub mod jitsi;
pub mod pace;
pub mod pasted;
pub mod posting;
pub mod registry;
pub mod sign_in;
pub mod telemost;
pub mod yandex;

pub use registry::{RoomProvider, open, provider_of_link, providers, sign_in};
