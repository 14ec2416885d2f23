//! The log's one connection: a batch is one trip to SQLite's thread, whatever it holds.

use super::{Rows, beside, consultations, signal_row, to_millis};
use crate::StorageError;
use crate::ports::{Audience, Batch, Before, ConsultationChange, Entry, EventLog, LoggedEvent, Pruned, Row};
use async_trait::async_trait;
use kabinet_domain::{Cursor, Timestamp};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

/// What [`APPEND`] does, kept by the connection. One statement is one transaction by itself, and one answer from SQLite's thread:
/// each further one would wake the writer for nothing while the senders wait.
/// Rows come as one JSON array each, so that the statement is the same for every size and stays prepared.
const TEACH_APPEND: &str = "CREATE TEMP VIEW batches (signals, events) AS SELECT NULL, NULL WHERE false; \
    CREATE TEMP TRIGGER append INSTEAD OF INSERT ON batches BEGIN \
        INSERT INTO signals (id, received_at, source, body) \
            SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3 FROM json_each(NEW.signals); \
        INSERT INTO events (cursor, specialist, received_at, about, json) \
            SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4 FROM json_each(NEW.events); \
    END";

const APPEND: &str = "INSERT INTO batches (signals, events) VALUES (?, ?)";

macro_rules! change {
    () => {
        "INSERT INTO signals (id, received_at, source, body) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3 FROM json_each(?); \
         INSERT INTO events (cursor, specialist, received_at, about, json) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4 FROM json_each(?); \
         INSERT INTO marks (name, value) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value; \
         DELETE FROM makings WHERE id = ?; \
         DELETE FROM consultations WHERE id = ?; \
         INSERT INTO consultations (id, specialist, starts_at, version, body) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4 FROM json_each(?)"
    };
}

/// The same with what is rare.
/// Parameters have no numbers: in a later statement sqlx counts those it skips, and leaves the last ones unbound.
const APPEND_AND_CHANGE: &str = concat!("BEGIN IMMEDIATE; ", change!(), "; COMMIT");

/// The same inside a transaction that goes on with rows beside the log.
const CHANGE: &str = change!();

/// So many rows are forgotten at once: a few milliseconds in which nobody can append.
const PRUNE_ROWS: i64 = 500;

/// The owner of the log holds this.
#[derive(Debug)]
pub struct SqliteLog {
    options: SqliteConnectOptions,
    connection: SqliteConnection,
    rows: Rows,
    private: Rows,
    /// Reused from batch to batch.
    signals: Vec<u8>,
    events: Vec<u8>,
}

impl SqliteLog {
    pub(super) async fn open(options: SqliteConnectOptions, rows: Rows, private: Rows) -> Result<Self, StorageError> {
        // Checkpoints cost two flushes; a larger log of changes makes them rarer.
        let options = options.pragma("wal_autocheckpoint", "4000").statement_cache_capacity(32);
        let connection = connect(&options).await?;
        Ok(Self { options, connection, rows, private, signals: Vec::new(), events: Vec::new() })
    }

    /// After a failure a transaction may still be open, or the connection be of no use.
    async fn recover(&mut self) {
        if sqlx::query("ROLLBACK").execute(&mut self.connection).await.is_ok() || self.connection.ping().await.is_ok() {
            return;
        }
        match connect(&self.options).await {
            Ok(connection) => self.connection = connection,
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot reopen the database"),
        }
    }
}

async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::raw_sql(TEACH_APPEND).execute(&mut connection).await?;
    Ok(connection)
}

#[async_trait]
impl EventLog for SqliteLog {
    async fn append(&mut self, batch: Batch<'_>) -> Result<(), StorageError> {
        write_entries(batch.entries, &self.rows, &mut self.signals);
        write_events(batch.events, &self.rows, &mut self.events);
        let signals = std::str::from_utf8(&self.signals).expect("JSON is text");
        let events = std::str::from_utf8(&self.events).expect("JSON is text");
        let outcome = if batch.change.is_none() && batch.marks.is_empty() && batch.rows.is_empty() {
            sqlx::query(APPEND)
                .bind(signals)
                .bind(events)
                .execute(&mut self.connection)
                .await
                .map(drop)
                .map_err(StorageError::from)
        } else {
            let (removed, gone, put) = change_rows(batch.change, &self.rows, &self.private);
            let marks = serde_json::to_string(batch.marks).expect("names and numbers");
            let statement = if batch.rows.is_empty() { APPEND_AND_CHANGE } else { CHANGE };
            let change = sqlx::query(statement).bind(signals).bind(events).bind(marks).bind(removed).bind(gone).bind(put);
            if batch.rows.is_empty() {
                change.execute(&mut self.connection).await.map(drop).map_err(StorageError::from)
            } else {
                change_with_rows(&mut self.connection, change, &self.private, batch.rows, batch.now).await
            }
        };
        // One giant batch must not hold its memory for ever.
        self.signals.shrink_to(1 << 20);
        self.events.shrink_to(1 << 20);
        if let Err(error) = outcome {
            self.recover().await;
            return Err(error);
        }
        Ok(())
    }

    async fn prune(&mut self, before: Before) -> Result<Pruned, StorageError> {
        // Both tables grow in time's order, so the oldest rows are the first ones.
        let signals = sqlx::query(
            "DELETE FROM signals WHERE id IN (SELECT id FROM signals ORDER BY id LIMIT ?2) AND received_at < ?1 \
             AND id < coalesce((SELECT value FROM marks WHERE name = 'open_signal'), id + 1)",
        )
        .bind(to_millis(before.signals))
        .bind(PRUNE_ROWS)
        .execute(&mut self.connection)
        .await?
        .rows_affected();
        let makings = sqlx::query(
            "DELETE FROM makings WHERE id IN (SELECT id FROM makings \
             WHERE asked_at < ?1 AND id NOT IN (SELECT id FROM consultations) LIMIT ?2)",
        )
        .bind(to_millis(before.makings))
        .bind(PRUNE_ROWS)
        .execute(&mut self.connection)
        .await?
        .rows_affected();
        // A reminder may wait for longer than anything is remembered.
        let deliveries = sqlx::query(
            "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries \
             WHERE updated_at < ?1 AND state NOT IN ('waiting', 'sending') ORDER BY updated_at LIMIT ?2)",
        )
        .bind(to_millis(before.events))
        .bind(PRUNE_ROWS)
        .execute(&mut self.connection)
        .await?
        .rows_affected();
        let mut transaction = self.connection.begin().await?;
        let last: Option<i64> = sqlx::query_scalar(
            "SELECT max(cursor) FROM (SELECT cursor, received_at FROM events ORDER BY cursor LIMIT ?2) WHERE received_at < ?1",
        )
        .bind(to_millis(before.events))
        .bind(PRUNE_ROWS)
        .fetch_one(&mut *transaction)
        .await?;
        let mut events = 0;
        if let Some(last) = last {
            events =
                sqlx::query("DELETE FROM events WHERE cursor <= ?1").bind(last).execute(&mut *transaction).await?.rows_affected();
            sqlx::query("INSERT INTO marks (name, value) VALUES ('pruned_to', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                .bind(last)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        let full = u64::try_from(PRUNE_ROWS).unwrap_or_default();
        Ok(Pruned {
            more: signals == full || events == full || makings == full || deliveries == full,
            up_to: last.map(|last| Cursor(last.unsigned_abs())),
        })
    }

    async fn close(self: Box<Self>) -> Result<(), StorageError> {
        Ok(self.connection.close().await?)
    }
}

/// The rows in the transaction that the change began.
async fn change_with_rows(
    connection: &mut SqliteConnection,
    change: Query<'_, Sqlite, SqliteArguments>,
    private: &Rows,
    rows: &[Row],
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    change.execute(&mut *connection).await?;
    for row in rows {
        beside::write(connection, private, row, now).await?;
    }
    sqlx::query("COMMIT").execute(connection).await?;
    Ok(())
}

fn write_entries(entries: &[Entry], rows: &Rows, out: &mut Vec<u8>) {
    write_rows(entries, out, |row, out| {
        write_json(&(row.id, to_millis(row.received_at), &*row.source), out);
        // The tuple's bracket is opened again for the row, which is JSON itself.
        out.pop();
        out.push(b',');
        rows.write(("signals", &row.id), out, |out| signal_row::write(&row.body, out));
        out.push(b']');
    });
}

fn write_events(events: &[LoggedEvent], rows: &Rows, out: &mut Vec<u8>) {
    write_rows(events, out, |event, out| {
        write_json(&(event.cursor.0, audience_text(event.audience), to_millis(event.received_at), &event.about), out);
        out.pop();
        out.push(b',');
        rows.write(("events", &event.cursor.0), out, |out| out.extend_from_slice(event.json.as_bytes()));
        out.push(b']');
    });
}

fn write_rows<T>(rows: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.clear();
    out.push(b'[');
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(row, out);
    }
    out.push(b']');
}

fn write_json(value: &impl serde::Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("plain values, and a vector takes everything");
}

/// What is removed with all that belongs to it, whose row goes, and the rows that come.
fn change_rows(change: Option<&ConsultationChange>, rows: &Rows, private: &Rows) -> (String, String, String) {
    match change {
        None => (String::new(), String::new(), "[]".to_owned()),
        Some(ConsultationChange::Remove(id)) => (id.to_string(), id.to_string(), "[]".to_owned()),
        Some(ConsultationChange::Put(conference)) => {
            let mut row = Vec::new();
            write_rows(std::slice::from_ref(&**conference), &mut row, |conference, out| {
                write_json(&(conference.id, conference.owner.id, to_millis(conference.starts_at), conference.version), out);
                out.pop();
                out.push(b',');
                rows.write(("consultations", &conference.id), out, |out| consultations::write(conference, private, out));
                out.push(b']');
            });
            (String::new(), conference.id.to_string(), String::from_utf8(row).expect("JSON is text"))
        }
    }
}

/// As the column `specialist` has it.
pub(super) fn audience_text(audience: Audience) -> String {
    match audience {
        Audience::Operator => String::new(),
        Audience::Everyone => "*".to_owned(),
        Audience::Specialist(id) => id.to_string(),
    }
}
