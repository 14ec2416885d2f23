//! Consultations, read.

use super::{Rows, Sqlite, beside, to_millis};
use crate::StorageError;
use crate::ports::{Consultations, Reader, Selection};
use async_trait::async_trait;
use kabinet_api::Conference;
use kabinet_domain::ConsultationId;
use serde_json::Value;

/// The field of a consultation that holds how its client is reached.
const CONTACT: &str = "contact";
/// What its sealed rows are named after.
const CONTACTS: &str = "contacts";

#[async_trait]
impl Consultations for Sqlite {
    async fn find(&self, id: ConsultationId) -> Result<Option<Conference>, StorageError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM consultations WHERE id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        body.as_deref().map(|body| conference(&self.rows, &self.private, &id, body)).transpose()
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
        bodies.iter().map(|(id, body)| conference(&self.rows, &self.private, id, body)).collect()
    }
}

fn conference(rows: &Rows, private: &Rows, id: &dyn std::fmt::Display, body: &str) -> Result<Conference, StorageError> {
    let damaged = |_| StorageError::Damaged { what: "a consultation" };
    let text = rows.read(("consultations", id), body)?;
    let mut kept: Value = serde_json::from_str(&text).map_err(damaged)?;
    if let Some(sealed) = kept.get(CONTACT).filter(|contact| contact.is_string()).map(ToString::to_string) {
        kept[CONTACT] = serde_json::from_str(&private.read((CONTACTS, id), &sealed)?).map_err(damaged)?;
    }
    serde_json::from_value(kept).map_err(damaged)
}

/// The row of a consultation. How its client is reached is sealed in it, also where the rest can be read.
pub(super) fn write(conference: &Conference, private: &Rows, out: &mut Vec<u8>) {
    let mut kept = serde_json::to_value(conference).expect("plain values");
    if let Some(contact) = kept.get_mut(CONTACT) {
        let sealed = beside::sealed(private, (CONTACTS, &conference.id), contact);
        *contact = serde_json::from_str(&sealed).expect("JSON that was just written");
    }
    serde_json::to_writer(out, &kept).expect("plain values, and a vector takes everything");
}
