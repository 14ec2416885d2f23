//! Rooms that were asked for at a provider.

use super::{Rows, Sqlite, to_millis};
use crate::StorageError;
use crate::ports::{KeptRoom, Making, Makings};
use async_trait::async_trait;
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

const TABLE: &str = "makings";

/// The room's form. Private, so that nothing else can write it down.
#[derive(Serialize, Deserialize)]
struct Kept {
    provider: String,
    id: String,
    link: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watch_link: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<usize>,
}

#[async_trait]
impl Makings for Sqlite {
    async fn find(&self, id: ConsultationId) -> Result<Option<Making>, StorageError> {
        let row = sqlx::query("SELECT specialist, asked, room FROM makings WHERE id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| making(&self.rows, id, &row)).transpose()
    }

    async fn keep(&self, id: ConsultationId, making: &Making, now: Timestamp) -> Result<(), StorageError> {
        let room = making.room.as_ref().map(|room| {
            let mut out = Vec::new();
            let kept = Kept::from(room);
            self.rows.write((TABLE, &id), &mut out, |out| serde_json::to_writer(out, &kept).expect("plain values"));
            String::from_utf8(out).expect("JSON is text")
        });
        sqlx::query(
            "INSERT INTO makings (id, specialist, asked, asked_at, room) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (id) DO UPDATE SET specialist = excluded.specialist, asked = excluded.asked, room = excluded.room",
        )
        .bind(id.to_string())
        .bind(making.specialist.to_string())
        .bind(making.asked.as_slice())
        .bind(to_millis(now))
        .bind(room)
        .execute(&self.writers)
        .await?;
        Ok(())
    }

    async fn forget(&self, id: ConsultationId) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM makings WHERE id = ?1").bind(id.to_string()).execute(&self.writers).await?;
        Ok(())
    }
}

fn making(rows: &Rows, id: ConsultationId, row: &SqliteRow) -> Result<Making, StorageError> {
    let damaged = || StorageError::Damaged { what: "a room that was asked for" };
    let room: Option<&str> = row.try_get(2)?;
    let read = |room: &str| serde_json::from_str::<Kept>(&rows.read((TABLE, &id), room)?).map_err(|_| damaged());
    Ok(Making {
        specialist: row.try_get::<&str, _>(0)?.parse().map_err(|_| damaged())?,
        asked: row.try_get::<&[u8], _>(1)?.try_into().map_err(|_| damaged())?,
        room: room.map(read).transpose()?.map(KeptRoom::from),
    })
}

impl From<&KeptRoom> for Kept {
    fn from(room: &KeptRoom) -> Self {
        Self {
            provider: room.provider.clone(),
            id: room.id.reveal().clone(),
            link: room.link.reveal().clone(),
            watch_link: room.watch_link.as_ref().map(|link| link.reveal().clone()),
            without: room.without.clone(),
        }
    }
}

impl From<Kept> for KeptRoom {
    fn from(kept: Kept) -> Self {
        Self {
            provider: kept.provider,
            id: kept.id.into(),
            link: kept.link.into(),
            watch_link: kept.watch_link.map(Sensitive::new),
            without: kept.without,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Before, EventLog};
    use chrono::{DateTime, Duration};
    use kabinet_domain::SpecialistId;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_room_is_kept_until_it_is_old_and_has_no_consultation() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Sqlite::open(folder.path(), Rows::default()).await.expect("a database");
        let room = KeptRoom {
            provider: "rooms".to_owned(),
            id: "1".into(),
            link: "https://rooms.example.org/1".into(),
            watch_link: Some("https://rooms.example.org/watch/1".into()),
            without: vec![0, 2],
        };
        let making = |room| Making { specialist: SpecialistId(Uuid::from_u128(7)), asked: [7; 32], room };
        let id = |number| ConsultationId(Uuid::from_u128(number));
        let start: Timestamp = DateTime::UNIX_EPOCH;
        let later = start + Duration::days(1);
        storage.keep(id(1), &making(None), start).await.expect("kept");
        storage.keep(id(1), &making(Some(room.clone())), later).await.expect("kept over it");
        storage.keep(id(2), &making(None), later).await.expect("kept");
        assert_eq!(Makings::find(&storage, id(1)).await.expect("read"), Some(making(Some(room))));

        let mut log = storage.log().await.expect("the log");
        let before = |makings| Before { signals: start, events: start, makings };
        for (at, left) in [(start, [true, true]), (later, [false, true]), (later + Duration::days(1), [false, false])] {
            log.prune(before(at)).await.expect("forgotten");
            for (number, left) in (1..).zip(left) {
                assert_eq!(Makings::find(&storage, id(number)).await.expect("read").is_some(), left, "{number} at {at}");
            }
        }
    }
}
