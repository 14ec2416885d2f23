#![doc = include_str!("../README.md")]

pub mod bitrix24;
pub mod calendars;
pub mod http;
pub mod jitsi;
pub mod pace;
pub mod pasted;
pub mod posting;
pub mod registry;

pub use registry::{RoomProvider, open, providers};
