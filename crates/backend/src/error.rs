//! Why the backend does not start or cannot go on.

use std::borrow::Cow;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the configuration: {0}")]
    Config(#[source] Box<figment::Error>),
    #[error("the setting `{key}` {reason}")]
    Setting { key: Cow<'static, str>, reason: Cow<'static, str> },
    #[error("cannot use the folder {folder}", folder = .folder.display())]
    Folder {
        folder: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error(
        "the database was written by a newer version of Kabinet (its schema is {found}, this program knows {known}); update this program"
    )]
    NewerDatabase { found: i64, known: i64 },
    #[error("cannot listen on {address}")]
    Listen {
        address: std::net::SocketAddr,
        #[source]
        cause: std::io::Error,
    },
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the database was sealed with a key that is not at hand")]
    OtherKey,
    #[error("another backend uses this folder")]
    InUse,
}

impl Error {
    /// The setting at fault, and what is wrong with it; never its value.
    pub(crate) fn setting(key: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Setting { key: key.into(), reason: reason.into() }
    }
}

/// What storage could not do, in the few classes that callers tell apart.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Nothing was kept. Trying again later may help.
    #[error("the disk is full")]
    Full(#[source] sqlx::Error),
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    #[error("the database failed")]
    Failed(#[source] sqlx::Error),
    #[error("cannot prepare the database")]
    Migration(#[source] sqlx::migrate::MigrateError),
    #[error("the database holds what cannot be understood: {what}")]
    Damaged { what: &'static str },
    /// It was kept before; nothing of this batch was.
    #[error("this was seen before")]
    Repeated,
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        // Primary result codes, https://www.sqlite.org/rescode.html; extended ones hold them in the low byte.
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<i32>().ok())
            .map(|code| code & 0xff);
        match code {
            Some(13) => Self::Full(error),
            Some(5 | 6) => Self::Busy(error),
            _ => Self::Failed(error),
        }
    }
}
