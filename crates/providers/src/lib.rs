#![doc = include_str!("../README.md")]

pub mod bitrix24;
pub mod calendars;
pub mod green_api;
pub mod http;
pub mod jitsi;
pub mod messengers;
pub mod pace;
pub mod pasted;
pub mod posting;
pub mod registry;
pub mod sign_in;
pub mod telegram;
pub mod telemost;
pub mod yandex;

pub use registry::{RoomProvider, open, provider_of_link, providers, sign_in};
