//! Adapters of the ports: today one SQLite file.

mod sqlite;

pub use sqlite::{Rows, Sqlite, lock_folder};
