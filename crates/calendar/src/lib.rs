#![doc = include_str!("../README.md")]

mod book;
mod round;
mod settle;

pub use book::{Book, BookError};
pub use round::{AHEAD, BACK, Report, RoundError, decide, round};
pub use settle::Failure;
