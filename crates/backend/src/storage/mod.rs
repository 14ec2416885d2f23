//! Adapters of the ports: today one SQLite file.

mod sqlite;

pub use sqlite::{Sqlite, lock_folder};
