//! What goes out: leased by its senders, and looked at by everybody else.

use super::{Rows, Sqlite, beside, from_millis, to_millis};
use crate::StorageError;
use crate::ports::{KeptDelivery, Lease, Outbox, Tally};
use async_trait::async_trait;
use kabinet_domain::{Channel, ConsultationId, Delivery, DeliveryId, DeliveryState, Purpose, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

macro_rules! columns {
    () => {
        "id, specialist, consultation, channel, purpose, state, code, due_at, expires_at, attempts, sent_as, created_at, updated_at, body"
    };
}

/// One statement is one transaction, so a row is taken by one process alone. Of what goes to the same person, what waits for another
/// attempt comes before what was written later, and one is sent at a time. An alert is about somebody who waits right now.
const LEASE: &str = concat!(
    "UPDATE deliveries SET state = 'sending', owner = ?2, taken_until = ?4, updated_at = ?3 WHERE state = 'waiting' AND id = (",
    "SELECT d.id FROM deliveries d WHERE d.state IN ('waiting', 'sending') AND d.state = 'waiting' AND d.channel = ?1 AND d.due_at <= ?3 ",
    "AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.state IN ('waiting', 'sending') AND e.channel = d.channel AND e.id <> d.id ",
    "AND e.consultation IS d.consultation ",
    "AND iif(e.purpose IN ('alert', 'report', 'reply'), e.purpose, '') = iif(d.purpose IN ('alert', 'report', 'reply'), d.purpose, '') ",
    "AND (e.state = 'sending' OR (e.attempts > 0 AND (e.created_at, e.id) < (d.created_at, d.id)))) ",
    "ORDER BY d.purpose <> 'alert', d.due_at, d.created_at, d.id LIMIT 1) RETURNING ",
    columns!()
);

const TAKE_OVER: &str = concat!(
    "UPDATE deliveries SET owner = ?2, taken_until = ?4 WHERE state = 'sending' AND taken_until <= ?3 AND id = (",
    "SELECT id FROM deliveries WHERE state IN ('waiting', 'sending') AND state = 'sending' AND channel = ?1 AND taken_until <= ?3 ",
    "ORDER BY due_at, id LIMIT 1) RETURNING ",
    columns!()
);

impl Sqlite {
    /// Gives up what a process that is gone was handing over. For the start of the only one that uses this folder: nobody else's
    /// lease is waited for, least of all for an alert.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn release_leases(&self) -> Result<(), StorageError> {
        sqlx::query("UPDATE deliveries SET taken_until = 0 WHERE state = 'sending'").execute(&self.writers).await?;
        Ok(())
    }
}

#[async_trait]
impl Outbox for Sqlite {
    async fn lease(&self, channel: Channel, lease: Lease) -> Result<Option<KeptDelivery>, StorageError> {
        self.take(LEASE, channel, lease).await
    }

    async fn abandoned(&self, channel: Channel, lease: Lease) -> Result<Option<KeptDelivery>, StorageError> {
        self.take(TAKE_OVER, channel, lease).await
    }

    async fn next_due(&self, channel: Channel, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let next: Option<i64> = sqlx::query_scalar(
            "SELECT min(iif(state = 'sending', taken_until, due_at)) FROM deliveries WHERE state IN ('waiting', 'sending') \
             AND channel = ?1 AND iif(state = 'sending', taken_until, due_at) > ?2",
        )
        .bind(channel.name())
        .bind(to_millis(now))
        .fetch_one(&self.readers)
        .await?;
        next.map(from_millis).transpose()
    }

    async fn find(&self, id: DeliveryId) -> Result<Option<KeptDelivery>, StorageError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM deliveries WHERE id = ?1"))
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| kept(&self.private, &row)).transpose()
    }

    async fn find_sent(&self, channel: Channel, sent_as: &str) -> Result<Option<KeptDelivery>, StorageError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM deliveries WHERE channel = ?1 AND sent_as = ?2"))
            .bind(channel.name())
            .bind(sent_as)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| kept(&self.private, &row)).transpose()
    }

    async fn of_consultation(&self, id: ConsultationId) -> Result<Vec<KeptDelivery>, StorageError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM deliveries WHERE consultation = ?1 ORDER BY created_at, due_at, id"
        ))
        .bind(id.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| kept(&self.private, row)).collect()
    }

    async fn last(&self, state: Option<DeliveryState>, limit: usize) -> Result<Vec<KeptDelivery>, StorageError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM deliveries WHERE ?1 IS NULL OR state = ?1 ORDER BY updated_at DESC, id LIMIT ?2"
        ))
        .bind(state.map(DeliveryState::name))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| kept(&self.private, row)).collect()
    }

    async fn tallies(&self) -> Result<Vec<Tally>, StorageError> {
        let rows = sqlx::query(
            "SELECT channel, purpose, state, count(*) FROM deliveries GROUP BY channel, purpose, state ORDER BY channel, purpose, state",
        )
        .fetch_all(&self.readers)
        .await?;
        let tally = |row: &SqliteRow| {
            let count: i64 = row.try_get(3)?;
            Ok(Tally {
                channel: channel(row.try_get(0)?)?,
                purpose: purpose(row.try_get(1)?)?,
                state: beside::state(row.try_get(2)?)?,
                count: count.unsigned_abs(),
            })
        };
        rows.iter().map(tally).collect()
    }

    async fn oldest_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let oldest: Option<i64> =
            sqlx::query_scalar("SELECT min(due_at) FROM deliveries WHERE state IN ('waiting', 'sending') AND due_at <= ?1")
                .bind(to_millis(now))
                .fetch_one(&self.readers)
                .await?;
        oldest.map(from_millis).transpose()
    }

    async fn page_generation(&self, id: ConsultationId) -> Result<Option<i64>, StorageError> {
        Ok(sqlx::query_scalar("SELECT generation FROM pages WHERE consultation = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?)
    }
}

impl Sqlite {
    async fn take(&self, statement: &'static str, channel: Channel, lease: Lease) -> Result<Option<KeptDelivery>, StorageError> {
        let row = sqlx::query(statement)
            .bind(channel.name())
            .bind(lease.owner.to_string())
            .bind(to_millis(lease.now))
            .bind(to_millis(lease.until))
            .fetch_optional(&self.writers)
            .await?;
        row.map(|row| kept(&self.private, &row)).transpose()
    }
}

fn kept(private: &Rows, row: &SqliteRow) -> Result<KeptDelivery, StorageError> {
    let damaged = || StorageError::Damaged { what: "a delivery" };
    let id: DeliveryId = row.try_get::<&str, _>(0)?.parse().map_err(|_| damaged())?;
    let consultation = row.try_get::<Option<&str>, _>(2)?.map(str::parse::<ConsultationId>).transpose().map_err(|_| damaged())?;
    let (to, text, buttons) = beside::read_delivery_body(private, &id, row.try_get(13)?)?;
    Ok(KeptDelivery {
        delivery: Delivery {
            id,
            specialist: row.try_get::<&str, _>(1)?.parse().map_err(|_| damaged())?,
            consultation,
            channel: channel(row.try_get(3)?)?,
            purpose: purpose(row.try_get(4)?)?,
            to,
            text,
            buttons,
            due_at: from_millis(row.try_get(7)?)?,
            expires_at: from_millis(row.try_get(8)?)?,
        },
        state: beside::state(row.try_get(5)?)?,
        code: row.try_get(6)?,
        attempts: row.try_get(9)?,
        sent_as: row.try_get(10)?,
        created_at: from_millis(row.try_get(11)?)?,
        updated_at: from_millis(row.try_get(12)?)?,
    })
}

fn channel(name: &str) -> Result<Channel, StorageError> {
    Channel::from_name(name).ok_or(StorageError::Damaged { what: "a delivery's channel" })
}

fn purpose(name: &str) -> Result<Purpose, StorageError> {
    Purpose::from_name(name).ok_or(StorageError::Damaged { what: "a delivery's purpose" })
}

#[cfg(test)]
mod tests;
