//! Rooms that were asked for at a provider.

use super::{Rows, Sqlite, to_millis};
use crate::StorageError;
use crate::ports::{Making, Makings};
use async_trait::async_trait;
use kabinet_domain::{ConsultationId, Timestamp};

const TABLE: &str = "makings";

#[async_trait]
impl Makings for Sqlite {
    async fn find(&self, id: ConsultationId) -> Result<Option<Making>, StorageError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM makings WHERE id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        body.as_deref().map(|body| making(&self.rows, id, body)).transpose()
    }

    async fn keep(&self, id: ConsultationId, making: &Making, now: Timestamp) -> Result<(), StorageError> {
        let mut body = Vec::new();
        self.rows.write((TABLE, &id), &mut body, |out| serde_json::to_writer(out, making).expect("plain values"));
        sqlx::query(
            "INSERT INTO makings (id, made, asked_at, body) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (id) DO UPDATE SET made = excluded.made, body = excluded.body",
        )
        .bind(id.to_string())
        .bind(making.made.is_some())
        .bind(to_millis(now))
        .bind(String::from_utf8(body).expect("JSON is text"))
        .execute(&self.writers)
        .await?;
        Ok(())
    }

    async fn forget(&self, id: ConsultationId) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM makings WHERE id = ?1").bind(id.to_string()).execute(&self.writers).await?;
        Ok(())
    }

    async fn forget_before(&self, before: Timestamp) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM makings WHERE asked_at < ?1 AND id NOT IN (SELECT id FROM consultations)")
            .bind(to_millis(before))
            .execute(&self.writers)
            .await?;
        Ok(())
    }
}

fn making(rows: &Rows, id: ConsultationId, body: &str) -> Result<Making, StorageError> {
    serde_json::from_str(&rows.read((TABLE, &id), body)?).map_err(|_| StorageError::Damaged { what: "a room that was asked for" })
}
