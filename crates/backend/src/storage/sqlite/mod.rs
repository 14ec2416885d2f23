//! One SQLite file, WAL, `synchronous=FULL`: what is committed survives a power cut.
//!
//! The log is written through one connection that its owner holds; everything else goes through small pools.

mod agreements;
mod beside;
mod consultations;
mod history;
mod log;
mod makings;
mod pages;
mod sealed;
mod signal_row;
mod specialists;

pub use log::SqliteLog;
pub use sealed::Rows;

use crate::{Error, StorageError};
use kabinet_domain::Timestamp;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The name of the file in the backend's folder.
const FILE: &str = "kabinet.sqlite3";

/// Implements the ports that only read, and those of people.
#[derive(Debug, Clone)]
pub struct Sqlite {
    readers: SqlitePool,
    /// Of people and codes: few, and not in a hurry.
    writers: SqlitePool,
    options: SqliteConnectOptions,
    rows: Rows,
    /// Of what names people and is nobody's feed: always sealed.
    private: Rows,
}

impl Sqlite {
    /// Opens or makes the database in `folder` and brings its schema up to date.
    ///
    /// # Errors
    /// When the folder cannot be used, a newer program has written the database, or its rows were sealed with another key.
    pub async fn open(folder: &Path, rows: Rows) -> Result<Self, Error> {
        make_private(folder).map_err(|cause| Error::Folder { folder: folder.to_owned(), cause })?;
        make_private_file(&folder.join(FILE)).map_err(|cause| Error::Folder { folder: folder.to_owned(), cause })?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .disable_statement_logging();
        let writers = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|error| open_error(folder, error))?;
        refuse_newer(&writers).await?;
        MIGRATOR.run(&writers).await.map_err(StorageError::Migration)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.clone().pragma("query_only", "on"))
            .await
            .map_err(StorageError::from)?;
        let storage = Self { readers, writers, options, rows, private: Rows::default() };
        storage.check_key().await?;
        Ok(storage)
    }

    /// The same, with how private rows are sealed.
    #[must_use]
    pub fn with_private(self, private: Rows) -> Self {
        Self { private, ..self }
    }

    /// The log's one connection.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn log(&self) -> Result<SqliteLog, StorageError> {
        SqliteLog::open(self.options.clone(), self.rows.clone(), self.private.clone()).await
    }

    /// Closes the pools, once nobody uses them.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

async fn refuse_newer(pool: &SqlitePool) -> Result<(), Error> {
    let known = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default();
    let table: Option<i64> = sqlx::query_scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
        .fetch_optional(pool)
        .await
        .map_err(StorageError::from)?;
    if table.is_none() {
        return Ok(());
    }
    let found: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(pool).await.map_err(StorageError::from)?;
    match found {
        Some(found) if found > known => Err(Error::NewerDatabase { found, known }),
        _ => Ok(()),
    }
}

/// "Cannot open" is about the folder more often than about the database.
fn open_error(folder: &Path, error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    if code.as_deref() == Some("14") {
        let cause = std::io::Error::new(std::io::ErrorKind::PermissionDenied, error);
        return Error::Folder { folder: folder.to_owned(), cause };
    }
    Error::Storage(error.into())
}

/// Keeps a second backend from writing the same log: two writers would give a cursor twice. The command line needs no lock.
/// The system takes it back when the process ends, however it ends.
///
/// # Errors
/// When another backend has it.
pub fn lock_folder(folder: &Path) -> Result<File, Error> {
    let failed = |cause| Error::Folder { folder: folder.to_owned(), cause };
    make_private(folder).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

/// The folder holds names: nobody else on the computer may read it.
fn make_private(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// SQLite would make it as readable as the folder lets everybody be; its journals take after it.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn to_millis(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

pub(super) fn from_millis(millis: i64) -> Result<Timestamp, StorageError> {
    Timestamp::from_timestamp_millis(millis).ok_or(StorageError::Damaged { what: "a time" })
}
