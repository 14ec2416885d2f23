//! What came in from messengers, and threads.

use super::{Sqlite, beside, from_millis, to_millis};
use crate::StorageError;
use crate::ports::inbox::{Forgotten, Inbox, Owners, ThreadMessage};
use crate::ports::reach::ChatOwner;
use crate::ports::{KeptMessage, Received};
use async_trait::async_trait;
use kabinet_domain::{Channel, ConsultationId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::borrow::Cow;

/// What a messenger sent, as its row has it: a bare text would be taken for a sealed row.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    pub(super) body: Cow<'a, str>,
}

#[async_trait]
impl Inbox for Sqlite {
    async fn waiting(&self, limit: usize) -> Result<Vec<Received>, StorageError> {
        let rows = sqlx::query("SELECT key, messenger, at, body FROM inbox ORDER BY id LIMIT ?1")
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| self.received(row)).collect()
    }

    async fn owners(&self, channel: Channel, chat: [u8; 32]) -> Result<Owners, StorageError> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT who FROM chats WHERE channel = ?1 AND chat_hash = ?2")
            .bind(channel.name())
            .bind(chat.as_slice())
            .fetch_all(&self.readers)
            .await?;
        let mut owners = Owners::default();
        for who in &rows {
            match who.parse() {
                Ok(ChatOwner::Specialist(_)) => owners.specialist = true,
                Ok(client) => owners.clients.push(client),
                // A damaged row is nobody's, and holds up nothing that comes in.
                Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot tell whose a chat is"),
            }
        }
        Ok(owners)
    }

    async fn alias(&self, channel: Channel, chat: [u8; 32]) -> Result<Option<[u8; 32]>, StorageError> {
        let phone: Option<Vec<u8>> = sqlx::query_scalar("SELECT phone_hash FROM aliases WHERE channel = ?1 AND chat_hash = ?2")
            .bind(channel.name())
            .bind(chat.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        phone.map(|phone| phone.try_into().map_err(|_| StorageError::Damaged { what: "a phone's hash" })).transpose()
    }

    async fn keep_alias(&self, channel: Channel, chat: [u8; 32], phone: [u8; 32], now: Timestamp) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO aliases (channel, chat_hash, phone_hash, updated_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (channel, chat_hash) DO UPDATE SET phone_hash = excluded.phone_hash, updated_at = excluded.updated_at",
        )
        .bind(channel.name())
        .bind(chat.as_slice())
        .bind(phone.as_slice())
        .bind(to_millis(now))
        .execute(&self.writers)
        .await?;
        Ok(())
    }

    async fn thread(&self, consultation: ConsultationId) -> Result<Vec<ThreadMessage>, StorageError> {
        let rows = sqlx::query(
            "SELECT messages.id, messages.specialist, messages.at, messages.delivery, messages.body, deliveries.state, deliveries.code \
             FROM messages LEFT JOIN deliveries ON deliveries.id = messages.delivery \
             WHERE messages.consultation = ?1 ORDER BY messages.at, messages.number",
        )
        .bind(consultation.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| self.message(consultation, row)).collect()
    }

    async fn forget(&self, before: Forgotten) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM seen WHERE at < ?1").bind(to_millis(before.seen)).execute(&self.writers).await?;
        sqlx::query("DELETE FROM messages WHERE at < ?1 OR consultation NOT IN (SELECT id FROM consultations)")
            .bind(to_millis(before.messages))
            .execute(&self.writers)
            .await?;
        sqlx::query("DELETE FROM aliases WHERE updated_at < ?1").bind(to_millis(before.messages)).execute(&self.writers).await?;
        Ok(())
    }
}

impl Sqlite {
    /// One that cannot be read any more is as one that says nothing, so that it holds up none behind it.
    fn received(&self, row: &SqliteRow) -> Result<Received, StorageError> {
        let (key, body): (String, String) = (row.try_get("key")?, row.try_get("body")?);
        let read = self.private.read(("inbox", &key), &body).ok().and_then(|body| serde_json::from_str::<Kept>(&body).ok());
        let body = read.map_or_else(
            || {
                tracing::error!("something that came in is damaged, and is given up");
                String::new()
            },
            |kept| kept.body.into_owned(),
        );
        let at = from_millis(row.try_get("at")?)?;
        Ok(Received { key, messenger: row.try_get("messenger")?, at, body: body.into() })
    }

    fn message(&self, consultation: ConsultationId, row: &SqliteRow) -> Result<ThreadMessage, StorageError> {
        let damaged = || StorageError::Damaged { what: "a message" };
        let id: String = row.try_get("id")?;
        let body: String = row.try_get("body")?;
        let body = serde_json::from_str(&self.private.read(("messages", &id), &body)?).map_err(|_| damaged())?;
        let delivery: Option<String> = row.try_get("delivery")?;
        let state: Option<String> = row.try_get("state")?;
        let specialist: String = row.try_get("specialist")?;
        Ok(ThreadMessage {
            message: KeptMessage {
                id: id.parse().map_err(|_| damaged())?,
                specialist: specialist.parse().map_err(|_| damaged())?,
                consultation,
                at: from_millis(row.try_get("at")?)?,
                delivery: delivery.map(|id| id.parse().map_err(|_| damaged())).transpose()?,
                body,
            },
            state: state.as_deref().map(beside::state).transpose()?,
            code: row.try_get("code")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Batch, EventLog, Row};
    use crate::storage::Rows;

    #[tokio::test]
    async fn what_is_damaged_holds_up_nothing_behind_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Sqlite::open(folder.path(), Rows::default()).await.expect("a database");
        let received = |key: &str| Received {
            key: key.to_owned(),
            messenger: "telegram".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            body: "{}".to_owned().into(),
        };
        let rows = ["1", "2"].map(|key| Row::Inbox(Box::new(received(key))));
        let mut log = storage.log().await.expect("the log");
        log.append(Batch { rows: &rows, now: Timestamp::UNIX_EPOCH, ..Batch::default() }).await.expect("kept");
        Box::new(log).close().await.expect("closed");
        sqlx::query("UPDATE inbox SET body = 'x' WHERE key = '1'").execute(&storage.writers).await.expect("damaged");
        let waiting = storage.waiting(10).await.expect("both");
        let bodies: Vec<_> = waiting.iter().map(|received| (received.key.as_str(), received.body.reveal().as_str())).collect();
        assert_eq!(bodies, [("1", ""), ("2", "{}")]);
    }
}
