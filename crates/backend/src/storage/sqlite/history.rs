//! The log as its readers see it.

use super::{Rows, Sqlite, from_millis, signal_row};
use crate::StorageError;
use crate::ports::{Audience, Ends, Entry, History, LoggedEvent, Reader};
use async_trait::async_trait;
use kabinet_domain::Cursor;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::sync::Arc;

#[async_trait]
impl History for Sqlite {
    async fn read(&self, reader: Reader, after: Cursor, up_to: Cursor, limit: usize) -> Result<Vec<LoggedEvent>, StorageError> {
        let rows = match reader {
            Reader::Administrator => {
                sqlx::query(
                    "SELECT cursor, specialist, received_at, about, json FROM events \
                     WHERE cursor > ?1 AND cursor <= ?2 ORDER BY cursor LIMIT ?3",
                )
                .bind(number(after.0))
                .bind(number(up_to.0))
                .bind(number(limit as u64))
                .fetch_all(&self.readers)
                .await?
            }
            // Two runs of the index, merged: neither passes over anybody else's events.
            Reader::Specialist(id) => {
                sqlx::query(
                    "SELECT cursor, specialist, received_at, about, json FROM events \
                     WHERE specialist = ?4 AND cursor > ?1 AND cursor <= ?2 \
                     UNION ALL SELECT cursor, specialist, received_at, about, json FROM events \
                     WHERE specialist = '*' AND cursor > ?1 AND cursor <= ?2 ORDER BY cursor LIMIT ?3",
                )
                .bind(number(after.0))
                .bind(number(up_to.0))
                .bind(number(limit as u64))
                .bind(id.to_string())
                .fetch_all(&self.readers)
                .await?
            }
        };
        rows.iter().map(|row| event(&self.rows, row)).collect()
    }

    async fn last(&self, limit: usize) -> Result<Vec<LoggedEvent>, StorageError> {
        let rows = sqlx::query("SELECT cursor, specialist, received_at, about, json FROM events ORDER BY cursor DESC LIMIT ?1")
            .bind(number(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().rev().map(|row| event(&self.rows, row)).collect()
    }

    async fn ends(&self) -> Result<Ends, StorageError> {
        let last_entry: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM signals").fetch_one(&self.readers).await?;
        // Not the last row's: that may be pruned, and its cursor must not be given again.
        let last_cursor: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetch_optional(&self.readers).await?;
        let marks = sqlx::query_as("SELECT name, value FROM marks").fetch_all(&self.readers).await?;
        Ok(Ends {
            last_entry: last_entry.unwrap_or_default(),
            last_cursor: Cursor(last_cursor.unwrap_or_default().unsigned_abs()),
            marks,
        })
    }

    async fn entries_from(&self, id: i64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        let rows = sqlx::query("SELECT id, received_at, source, body FROM signals WHERE id >= ?1 ORDER BY id LIMIT ?2")
            .bind(id)
            .bind(number(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let received_at = from_millis(row.try_get(1)?)?;
                let id: i64 = row.try_get(0)?;
                let source: Arc<str> = Arc::from(row.try_get::<&str, _>(2)?);
                let body = signal_row::read(&self.rows.read(("signals", &id), row.try_get(3)?)?, &source, received_at)?;
                Ok(Entry { id, source, received_at, body })
            })
            .collect()
    }

    async fn events_from(&self, cursor: Cursor, limit: usize) -> Result<Vec<LoggedEvent>, StorageError> {
        let rows = sqlx::query(
            "SELECT cursor, specialist, received_at, about, json FROM events WHERE cursor >= ?1 ORDER BY cursor LIMIT ?2",
        )
        .bind(number(cursor.0))
        .bind(number(limit as u64))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| event(&self.rows, row)).collect()
    }
}

fn event(rows: &Rows, row: &SqliteRow) -> Result<LoggedEvent, StorageError> {
    let cursor: i64 = row.try_get(0)?;
    let audience = match row.try_get(1)? {
        "" => Audience::Operator,
        "*" => Audience::Everyone,
        id => Audience::Specialist(id.parse().map_err(|_| StorageError::Damaged { what: "an event's specialist" })?),
    };
    Ok(LoggedEvent {
        cursor: Cursor(cursor.unsigned_abs()),
        audience,
        received_at: from_millis(row.try_get(2)?)?,
        about: row.try_get(3)?,
        json: rows.read(("events", &cursor.unsigned_abs()), row.try_get(4)?)?.into_owned(),
    })
}

/// SQLite's integers have a sign; a cursor beyond them is beyond the end of any log.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
