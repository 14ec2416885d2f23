//! Consultations, read.

use super::{Rows, Sqlite, to_millis};
use crate::StorageError;
use crate::ports::{Consultations, Reader, Selection};
use async_trait::async_trait;
use kabinet_api::Conference;
use kabinet_domain::ConsultationId;

#[async_trait]
impl Consultations for Sqlite {
    async fn find(&self, id: ConsultationId) -> Result<Option<Conference>, StorageError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM consultations WHERE id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        body.as_deref().map(|body| conference(&self.rows, &id, body)).transpose()
    }

    async fn list(&self, selection: Selection) -> Result<Vec<Conference>, StorageError> {
        let specialist = match selection.reader {
            Reader::Administrator => None,
            Reader::Specialist(id) => Some(id.to_string()),
        };
        let from = selection.from.map_or(i64::MIN, to_millis);
        let to = selection.to.map_or(i64::MAX, to_millis);
        let bodies: Vec<(String, String)> = match specialist {
            None => {
                sqlx::query_as("SELECT id, body FROM consultations WHERE starts_at >= ?1 AND starts_at < ?2 ORDER BY starts_at, id")
                    .bind(from)
                    .bind(to)
                    .fetch_all(&self.readers)
                    .await?
            }
            Some(specialist) => {
                sqlx::query_as(
                    "SELECT id, body FROM consultations WHERE specialist = ?3 AND starts_at >= ?1 AND starts_at < ?2 ORDER BY starts_at, id",
                )
                .bind(from)
                .bind(to)
                .bind(specialist)
                .fetch_all(&self.readers)
                .await?
            }
        };
        bodies.iter().map(|(id, body)| conference(&self.rows, id, body)).collect()
    }
}

fn conference(rows: &Rows, id: &dyn std::fmt::Display, body: &str) -> Result<Conference, StorageError> {
    serde_json::from_str(&rows.read(("consultations", id), body)?).map_err(|_| StorageError::Damaged { what: "a consultation" })
}
