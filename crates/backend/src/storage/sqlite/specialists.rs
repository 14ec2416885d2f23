//! Specialists, their devices and pairing codes. The command line writes here too, while a backend is running.

use super::{Sqlite, from_millis, to_millis};
use crate::StorageError;
use crate::ports::reach::ChatOwner;
use crate::ports::{Device, NewDevice, Person, Roster, Specialists};
use async_trait::async_trait;
use kabinet_domain::{DeviceId, Sensitive, SpecialistId, Timestamp};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

#[async_trait]
impl Specialists for Sqlite {
    async fn version(&self) -> Result<i64, StorageError> {
        let version: Option<i64> =
            sqlx::query_scalar("SELECT value FROM marks WHERE name = 'people'").fetch_optional(&self.readers).await?;
        Ok(version.unwrap_or_default())
    }

    async fn roster(&self) -> Result<Roster, StorageError> {
        // The version first: a change in between is then read again.
        let version = self.version().await?;
        let people =
            sqlx::query("SELECT id, name, email, token_ids, account, created_at FROM specialists ORDER BY created_at, id")
                .fetch_all(&self.readers)
                .await?;
        let devices =
            sqlx::query("SELECT id, specialist, name, token_hash, created_at FROM devices").fetch_all(&self.readers).await?;
        Ok(Roster {
            version,
            people: people.iter().map(person).collect::<Result<_, _>>()?,
            devices: devices.iter().map(device).collect::<Result<_, _>>()?,
        })
    }

    async fn keep(&self, person: &Person) -> Result<i64, StorageError> {
        let mut transaction = self.writers.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO specialists (id, name, email, token_ids, account, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, token_ids = excluded.token_ids, \
             account = excluded.account",
        )
        .bind(person.id.to_string())
        .bind(person.name.reveal())
        .bind(person.email.as_ref().map(Sensitive::reveal))
        .bind(serde_json::to_string(&person.token_ids).expect("a list of texts"))
        .bind(person.account.as_ref().map(Sensitive::reveal))
        .bind(to_millis(person.created_at))
        .execute(&mut *transaction)
        .await?;
        let version = people_changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(version)
    }

    async fn remove(&self, id: SpecialistId, now: Timestamp) -> Result<bool, StorageError> {
        let mut transaction = self.writers.begin_with("BEGIN IMMEDIATE").await?;
        let gone = sqlx::query("DELETE FROM specialists WHERE id = ?1").bind(id.to_string()).execute(&mut *transaction).await?;
        // Nobody would hold them. What is over stays as history; it claims no room without its specialist.
        sqlx::query("DELETE FROM consultations WHERE specialist = ?1 AND starts_at + 60000 * (body ->> 'duration') > ?2")
            .bind(id.to_string())
            .bind(to_millis(now))
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM makings WHERE specialist = ?1").bind(id.to_string()).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM reach WHERE specialist = ?1").bind(id.to_string()).execute(&mut *transaction).await?;
        for table in ["DELETE FROM chats WHERE who = ?1", "DELETE FROM binding_codes WHERE who = ?1"] {
            sqlx::query(table).bind(ChatOwner::Specialist(id).to_string()).execute(&mut *transaction).await?;
        }
        let of_clients = sqlx::query("DELETE FROM chats WHERE who LIKE 'client:' || ?1 || ':%'").bind(id.to_string());
        of_clients.execute(&mut *transaction).await?;
        people_changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected() > 0)
    }

    async fn keep_device(&self, device: &Device) -> Result<(), StorageError> {
        let mut transaction = self.writers.begin_with("BEGIN IMMEDIATE").await?;
        insert_device(&mut transaction, device).await?;
        people_changed(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn keep_code(&self, code_hash: [u8; 32], specialist: SpecialistId, expires_at: Timestamp) -> Result<(), StorageError> {
        sqlx::query("INSERT INTO pairing_codes (code_hash, specialist, expires_at) VALUES (?1, ?2, ?3)")
            .bind(code_hash.as_slice())
            .bind(specialist.to_string())
            .bind(to_millis(expires_at))
            .execute(&self.writers)
            .await?;
        Ok(())
    }

    async fn redeem(
        &self,
        code_hash: [u8; 32],
        device: NewDevice,
        now: Timestamp,
    ) -> Result<Option<(SpecialistId, i64)>, StorageError> {
        let mut transaction = self.writers.begin_with("BEGIN IMMEDIATE").await?;
        let specialist: Option<String> =
            sqlx::query_scalar("DELETE FROM pairing_codes WHERE code_hash = ?1 AND expires_at > ?2 RETURNING specialist")
                .bind(code_hash.as_slice())
                .bind(to_millis(now))
                .fetch_optional(&mut *transaction)
                .await?;
        sqlx::query("DELETE FROM pairing_codes WHERE expires_at <= ?1").bind(to_millis(now)).execute(&mut *transaction).await?;
        let specialist =
            specialist.map(|id| id.parse().map_err(|_| StorageError::Damaged { what: "a code's specialist" })).transpose()?;
        let mut redeemed = None;
        if let Some(specialist) = specialist {
            let device =
                Device { id: DeviceId(device.id), specialist, name: device.name, token_hash: device.token_hash, created_at: now };
            insert_device(&mut transaction, &device).await?;
            redeemed = Some((specialist, people_changed(&mut transaction).await?));
        }
        transaction.commit().await?;
        Ok(redeemed)
    }
}

async fn insert_device(connection: &mut SqliteConnection, device: &Device) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO devices (id, specialist, name, token_hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (token_hash) DO NOTHING",
    )
    .bind(device.id.to_string())
    .bind(device.specialist.to_string())
    .bind(device.name.reveal())
    .bind(device.token_hash.as_slice())
    .bind(to_millis(device.created_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// Tells a running backend, in whatever process, to read people anew; the version from now on.
async fn people_changed(connection: &mut SqliteConnection) -> Result<i64, StorageError> {
    let raise = "INSERT INTO marks (name, value) VALUES ('people', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 \
         RETURNING value";
    Ok(sqlx::query_scalar(raise).fetch_one(connection).await?)
}

fn person(row: &SqliteRow) -> Result<Person, StorageError> {
    let token_ids: &str = row.try_get(3)?;
    Ok(Person {
        id: row.try_get::<&str, _>(0)?.parse().map_err(|_| StorageError::Damaged { what: "a specialist's id" })?,
        name: row.try_get::<String, _>(1)?.into(),
        email: row.try_get::<Option<String>, _>(2)?.map(Into::into),
        token_ids: serde_json::from_str(token_ids).map_err(|_| StorageError::Damaged { what: "a specialist's token ids" })?,
        account: row.try_get::<Option<String>, _>(4)?.map(Into::into),
        created_at: from_millis(row.try_get(5)?)?,
    })
}

fn device(row: &SqliteRow) -> Result<Device, StorageError> {
    let damaged = |_| StorageError::Damaged { what: "a device's id" };
    Ok(Device {
        id: row.try_get::<&str, _>(0)?.parse().map_err(damaged)?,
        specialist: row.try_get::<&str, _>(1)?.parse().map_err(damaged)?,
        name: row.try_get::<String, _>(2)?.into(),
        token_hash: row
            .try_get::<&[u8], _>(3)?
            .try_into()
            .map_err(|_| StorageError::Damaged { what: "a device's token hash" })?,
        created_at: from_millis(row.try_get(4)?)?,
    })
}
