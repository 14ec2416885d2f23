//! What was agreed with the practice's calendar.

use super::{Rows, Sqlite};
use crate::StorageError;
use crate::ports::Agreements;
use async_trait::async_trait;
use kabinet_domain::calendar::{Agreed, AttendeeId, Details, EntryId};
use kabinet_domain::{ConsultationId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where the two bodies of a row stand.
const AGREED: &str = "agreements";
const INTENDED: &str = "agreements/intended";

/// The row's form.
#[derive(Serialize, Deserialize)]
struct Kept {
    entry: Option<String>,
    details: KeptDetails,
    seen: KeptDetails,
}

#[derive(Serialize, Deserialize)]
struct KeptDetails {
    title: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    zone: String,
    location: String,
    description: String,
    attendees: Vec<String>,
    reminder: Option<u32>,
}

#[async_trait]
impl Agreements for Sqlite {
    async fn all(&self) -> Result<Vec<Agreed>, StorageError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT id, body FROM agreements").fetch_all(&self.readers).await?;
        rows.iter().map(|(id, body)| read(&self.rows, AGREED, id, body)).collect()
    }

    async fn keep(&self, agreed: &Agreed) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO agreements (id, body) VALUES (?1, ?2) \
             ON CONFLICT (id) DO UPDATE SET body = excluded.body, intended = NULL",
        )
        .bind(agreed.consultation.to_string())
        .bind(written(&self.rows, AGREED, agreed))
        .execute(&self.writers)
        .await?;
        Ok(())
    }

    async fn intended(&self) -> Result<Vec<Agreed>, StorageError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, intended FROM agreements WHERE intended IS NOT NULL").fetch_all(&self.readers).await?;
        rows.iter().map(|(id, body)| read(&self.rows, INTENDED, id, body)).collect()
    }

    async fn intend(&self, agreed: &Agreed) -> Result<(), StorageError> {
        sqlx::query("UPDATE agreements SET intended = ?2 WHERE id = ?1")
            .bind(agreed.consultation.to_string())
            .bind(written(&self.rows, INTENDED, agreed))
            .execute(&self.writers)
            .await?;
        Ok(())
    }

    async fn forget(&self, id: ConsultationId) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM agreements WHERE id = ?1").bind(id.to_string()).execute(&self.writers).await?;
        Ok(())
    }
}

fn written(rows: &Rows, place: &str, agreed: &Agreed) -> String {
    let kept = Kept {
        entry: agreed.entry.as_ref().map(|entry| entry.0.clone()),
        details: KeptDetails::from(&agreed.details),
        seen: KeptDetails::from(&agreed.seen),
    };
    let mut body = Vec::new();
    rows.write((place, &agreed.consultation), &mut body, |out| serde_json::to_writer(out, &kept).expect("plain values"));
    String::from_utf8(body).expect("JSON is text")
}

fn read(rows: &Rows, place: &str, id: &str, body: &str) -> Result<Agreed, StorageError> {
    let damaged = || StorageError::Damaged { what: "an agreement" };
    let kept: Kept = serde_json::from_str(&rows.read((place, &id), body)?).map_err(|_| damaged())?;
    Ok(Agreed {
        consultation: id.parse().map_err(|_| damaged())?,
        entry: kept.entry.map(EntryId),
        details: kept.details.read().ok_or_else(damaged)?,
        seen: kept.seen.read().ok_or_else(damaged)?,
    })
}

impl From<&Details> for KeptDetails {
    fn from(details: &Details) -> Self {
        Self {
            title: details.title.reveal().clone(),
            starts_at: details.starts_at,
            ends_at: details.ends_at,
            zone: details.zone.name().to_owned(),
            location: details.location.reveal().clone(),
            description: details.description.reveal().clone(),
            attendees: details.attendees.iter().map(|one| one.0.clone()).collect(),
            reminder: details.reminder,
        }
    }
}

impl KeptDetails {
    fn read(self) -> Option<Details> {
        Some(Details {
            title: self.title.into(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            zone: self.zone.parse().ok()?,
            location: self.location.into(),
            description: self.description.into(),
            attendees: self.attendees.into_iter().map(AttendeeId).collect(),
            reminder: self.reminder,
        })
    }
}
