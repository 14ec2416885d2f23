//! The local store: one SQLite file whose rows are sealed. It is a copy: what it loses the backend still has,
//! except for changes that were not sent yet.

use crate::calendar::record::Row as CalendarRow;
use crate::record::{Consultation, Event, Handled, Practice, Reach, Unsent};
use kabinet_domain::Ids;
use kabinet_seal::StoreKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Raised with every change that an older version could not read.
const VERSION: i64 = 3;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the local store was written by a newer version")]
    Newer,
    #[error("the local store cannot be read")]
    Unreadable(#[source] Option<sqlx::Error>),
    #[error("the local store cannot be written")]
    Failed(#[from] sqlx::Error),
    #[error("the local store cannot be set aside")]
    Aside(#[source] std::io::Error),
}

/// One of the five tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Consultations,
    Events,
    Outbox,
    /// What was handled of each consultation, the cursor, and what the backend said of itself.
    Meta,
    /// Of each consultation, its entry in the connected calendar.
    Calendar,
}

impl Table {
    const ALL: [Self; 5] = [Self::Consultations, Self::Events, Self::Outbox, Self::Meta, Self::Calendar];

    fn name(self) -> &'static str {
        match self {
            Self::Consultations => "consultations",
            Self::Events => "events",
            Self::Outbox => "outbox",
            Self::Meta => "meta",
            Self::Calendar => "calendar",
        }
    }
}

/// One change of the store.
#[derive(Debug, Clone)]
pub struct Write {
    table: Table,
    id: String,
    /// JSON; `None` removes the row.
    row: Option<Vec<u8>>,
}

impl Write {
    #[must_use]
    pub fn put(table: Table, id: &str, row: &impl Serialize) -> Self {
        let row = serde_json::to_vec(row).expect("records are plain data");
        Self { table, id: id.to_owned(), row: Some(row) }
    }

    #[must_use]
    pub fn remove(table: Table, id: &str) -> Self {
        Self { table, id: id.to_owned(), row: None }
    }
}

/// Everything that was kept.
#[derive(Debug, Default)]
pub struct Loaded {
    pub consultations: Vec<Consultation>,
    pub events: Vec<Event>,
    pub unsent: Vec<(String, Unsent)>,
    pub handled: Vec<(String, Handled)>,
    pub cursor: Option<u64>,
    pub calendar: Vec<(String, CalendarRow)>,
    pub practice: Option<Practice>,
    pub reach: Option<Reach>,
}

/// The ids of rows in `meta` that are about no consultation.
pub const CURSOR: &str = "cursor";
pub const PRACTICE: &str = "practice";
pub const REACH: &str = "reach";

/// An open file. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    key: StoreKey,
    ids: Arc<dyn Ids>,
}

impl Store {
    /// Opens the file, or makes it, and reads all of it.
    ///
    /// # Errors
    /// When the file is of a newer version, is no database, or was sealed with another key.
    pub async fn open(path: &Path, key: StoreKey, ids: Arc<dyn Ids>) -> Result<(Self, Loaded), StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was typed here while the line was down is nowhere else.
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(unreadable)?;
        let store = Self { pool, key, ids };
        let read = async {
            store.migrate().await?;
            store.load().await
        };
        match read.await {
            Ok(loaded) => Ok((store, loaded)),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&self.pool).await.map_err(unreadable)?;
        if version > VERSION {
            return Err(StoreError::Newer);
        }
        if version == 0 {
            sqlx::raw_sql(
                "CREATE TABLE consultations (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
                 CREATE TABLE events (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
                 CREATE TABLE outbox (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
                 CREATE TABLE meta (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
                 PRAGMA user_version = 1;",
            )
            .execute(&self.pool)
            .await
            .map_err(unreadable)?;
        }
        if version < 2 {
            sqlx::raw_sql(
                "CREATE TABLE calendar (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
                 PRAGMA user_version = 2;",
            )
            .execute(&self.pool)
            .await
            .map_err(unreadable)?;
        }
        if version < 3 {
            // Rows of another kind in `meta`, which an older version would take for what was handled.
            sqlx::raw_sql("PRAGMA user_version = 3;").execute(&self.pool).await.map_err(unreadable)?;
        }
        Ok(())
    }

    async fn load(&self) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded::default();
        for table in Table::ALL {
            let select = match table {
                Table::Consultations => "SELECT id, sealed FROM consultations",
                Table::Events => "SELECT id, sealed FROM events",
                Table::Outbox => "SELECT id, sealed FROM outbox",
                Table::Meta => "SELECT id, sealed FROM meta",
                Table::Calendar => "SELECT id, sealed FROM calendar",
            };
            for row in sqlx::query(select).fetch_all(&self.pool).await.map_err(unreadable)? {
                let (id, sealed): (String, Vec<u8>) = (row.try_get(0).map_err(unreadable)?, row.try_get(1).map_err(unreadable)?);
                let plain = self.key.open(&place(table, &id), &sealed).ok_or(StoreError::Unreadable(None))?;
                match table {
                    Table::Consultations => loaded.consultations.push(record(&plain)?),
                    Table::Events => loaded.events.push(record(&plain)?),
                    Table::Outbox => loaded.unsent.push((id, record(&plain)?)),
                    Table::Meta if id == CURSOR => loaded.cursor = Some(record(&plain)?),
                    Table::Meta if id == PRACTICE => loaded.practice = Some(record(&plain)?),
                    Table::Meta if id == REACH => loaded.reach = Some(record(&plain)?),
                    Table::Meta => loaded.handled.push((id, record(&plain)?)),
                    Table::Calendar => loaded.calendar.push((id, record(&plain)?)),
                }
            }
        }
        Ok(loaded)
    }

    /// Writes all of it or nothing.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub async fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        for write in writes {
            self.write_one(&mut transaction, write).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn write_one(&self, connection: &mut SqliteConnection, write: &Write) -> Result<(), sqlx::Error> {
        let Some(row) = &write.row else {
            let delete = match write.table {
                Table::Consultations => "DELETE FROM consultations WHERE id = ?",
                Table::Events => "DELETE FROM events WHERE id = ?",
                Table::Outbox => "DELETE FROM outbox WHERE id = ?",
                Table::Meta => "DELETE FROM meta WHERE id = ?",
                Table::Calendar => "DELETE FROM calendar WHERE id = ?",
            };
            return sqlx::query(delete).bind(&write.id).execute(connection).await.map(drop);
        };
        let put = match write.table {
            Table::Consultations => "INSERT OR REPLACE INTO consultations (id, sealed) VALUES (?, ?)",
            Table::Events => "INSERT OR REPLACE INTO events (id, sealed) VALUES (?, ?)",
            Table::Outbox => "INSERT OR REPLACE INTO outbox (id, sealed) VALUES (?, ?)",
            Table::Meta => "INSERT OR REPLACE INTO meta (id, sealed) VALUES (?, ?)",
            Table::Calendar => "INSERT OR REPLACE INTO calendar (id, sealed) VALUES (?, ?)",
        };
        let sealed = self.key.seal(&place(write.table, &write.id), row, self.ids.as_ref());
        sqlx::query(put).bind(&write.id).bind(sealed).execute(connection).await.map(drop)
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Moves a file that cannot be used out of the way, with its journal. It is never deleted.
///
/// # Errors
/// When the folder does not allow it.
pub fn set_aside(path: &Path, mark: &str) -> Result<PathBuf, StoreError> {
    let with = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let aside = with(&format!(".{mark}"));
    std::fs::rename(path, &aside).map_err(StoreError::Aside)?;
    for journal in ["-wal", "-shm"] {
        if with(journal).exists() {
            std::fs::rename(with(journal), with(&format!(".{mark}{journal}"))).map_err(StoreError::Aside)?;
        }
    }
    Ok(aside)
}

fn place(table: Table, id: &str) -> String {
    format!("{}/{id}", table.name())
}

fn record<T: DeserializeOwned>(plain: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(plain).map_err(|_| StoreError::Unreadable(None))
}

fn unreadable(error: sqlx::Error) -> StoreError {
    StoreError::Unreadable(Some(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::consultation;
    use kabinet_domain::SystemIds;

    fn ids() -> Arc<dyn Ids> {
        Arc::new(SystemIds)
    }

    #[tokio::test]
    async fn what_is_written_is_read_by_the_same_key_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.sqlite");
        let (key, _) = StoreKey::make(&SystemIds);
        let (store, loaded) = Store::open(&path, key.clone(), ids()).await.expect("opens");
        assert!(loaded.consultations.is_empty() && loaded.cursor.is_none());
        let one = consultation("c1", "15:00", 50);
        store
            .write(&[Write::put(Table::Consultations, "c1", &one), Write::put(Table::Meta, CURSOR, &7u64)])
            .await
            .expect("written");
        store.close().await;

        let (again, loaded) = Store::open(&path, key, ids()).await.expect("opens");
        assert_eq!((loaded.consultations, loaded.cursor), (vec![one], Some(7)));
        again.close().await;
        let other = Store::open(&path, StoreKey::make(&SystemIds).0, ids()).await;
        assert!(matches!(other, Err(StoreError::Unreadable(_))));
        let bytes = std::fs::read(&path).expect("the file");
        assert!(!String::from_utf8_lossy(&bytes).contains("Client c1"));
    }

    #[tokio::test]
    async fn what_the_backend_said_of_itself_is_nothing_that_was_handled() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.sqlite");
        let (key, _) = StoreKey::make(&SystemIds);
        let (store, _) = Store::open(&path, key.clone(), ids()).await.expect("opens");
        let practice = Practice { pages: true, channels: vec!["telegram".into()], ..Practice::default() };
        let reach = Reach { after_seconds: 60, ..Reach::default() };
        let writes = [Write::put(Table::Meta, PRACTICE, &practice), Write::put(Table::Meta, REACH, &reach)];
        store.write(&writes).await.expect("written");
        store.close().await;
        let (store, loaded) = Store::open(&path, key, ids()).await.expect("opens");
        assert_eq!((loaded.practice, loaded.reach, loaded.handled), (Some(practice), Some(reach), Vec::new()));
        store.close().await;
    }

    #[tokio::test]
    async fn what_an_older_version_wrote_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.sqlite");
        let (key, _) = StoreKey::make(&SystemIds);
        let (store, _) = Store::open(&path, key.clone(), ids()).await.expect("opens");
        let one = consultation("c1", "15:00", 50);
        store.write(&[Write::put(Table::Consultations, "c1", &one)]).await.expect("written");
        sqlx::raw_sql("DROP TABLE calendar; PRAGMA user_version = 1").execute(&store.pool).await.expect("as it was");
        store.close().await;

        let (store, loaded) = Store::open(&path, key.clone(), ids()).await.expect("opens");
        assert_eq!(loaded.consultations, [one]);
        let row = CalendarRow { on: true, ..CalendarRow::default() };
        store.write(&[Write::put(Table::Calendar, "c1", &row)]).await.expect("written");
        store.close().await;
        let (store, loaded) = Store::open(&path, key, ids()).await.expect("opens");
        assert_eq!(loaded.calendar, [("c1".to_owned(), row)]);
        store.close().await;
    }

    #[tokio::test]
    async fn a_newer_or_broken_file_is_set_aside_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.sqlite");
        std::fs::write(&path, b"this is no database, and long enough to be looked at as one").expect("written");
        let opened = Store::open(&path, StoreKey::make(&SystemIds).0, ids()).await;
        assert!(matches!(opened, Err(StoreError::Unreadable(_))), "{opened:?}");
        let aside = set_aside(&path, "aside-1").expect("moved");
        assert!(aside.exists() && !path.exists());

        let (store, _) = Store::open(&path, StoreKey::make(&SystemIds).0, ids()).await.expect("a new one");
        sqlx::raw_sql("PRAGMA user_version = 99").execute(&store.pool).await.expect("set");
        store.close().await;
        let opened = Store::open(&path, StoreKey::make(&SystemIds).0, ids()).await;
        assert!(matches!(opened, Err(StoreError::Newer)));
    }
}
