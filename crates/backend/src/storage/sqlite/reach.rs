//! How people are reached: chats, codes that bind them, and what specialists chose.

use super::beside::{read_delivery_body, sealed, state};
use super::{Rows, Sqlite, from_millis, to_millis};
use crate::StorageError;
use crate::ports::reach::{BindingCode, ChatOwner, Chosen, KeptChat, Press, ReachBook, SentAlert};
use async_trait::async_trait;
use kabinet_domain::{Channel, DeliveryId, SpecialistId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

/// Longer ago than a press matters to anybody.
const KEEP_PRESSES: chrono::Duration = chrono::Duration::days(1);

/// What of a chat names a person: sealed.
#[derive(Serialize, Deserialize)]
struct Body {
    chat: String,
    name: String,
    #[serde(default)]
    blocked: bool,
}

pub(super) async fn put_chosen(
    connection: &mut SqliteConnection,
    rows: &Rows,
    specialist: SpecialistId,
    chosen: &Chosen,
) -> Result<(), StorageError> {
    let put = "INSERT INTO reach (specialist, body) VALUES (?1, ?2) ON CONFLICT (specialist) DO UPDATE SET body = excluded.body";
    let body = sealed(rows, ("reach", &specialist), chosen);
    sqlx::query(put).bind(specialist.to_string()).bind(body).execute(connection).await?;
    Ok(())
}

/// A confirmed one in the place of the confirmed one that its owner had in this messenger, one that waits in the place of one that waits.
pub(super) async fn put_chat(
    connection: &mut SqliteConnection,
    rows: &Rows,
    chat: &KeptChat,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM chats WHERE channel = ?1 AND who = ?2 AND (confirmed = ?3 OR chat_hash = ?4)")
        .bind(chat.channel.name())
        .bind(chat.owner.to_string())
        .bind(chat.confirmed)
        .bind(chat.hash.as_slice())
        .execute(&mut *connection)
        .await?;
    let body = Body { chat: chat.chat.reveal().clone(), name: chat.name.reveal().clone(), blocked: chat.blocked };
    sqlx::query("INSERT INTO chats (channel, chat_hash, who, confirmed, updated_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(chat.channel.name())
        .bind(chat.hash.as_slice())
        .bind(chat.owner.to_string())
        .bind(chat.confirmed)
        .bind(to_millis(now))
        .bind(sealed(rows, ("chats", &chat.owner), &body))
        .execute(connection)
        .await?;
    Ok(())
}

/// All that their owner has in this messenger, or the one of this hash.
pub(super) async fn forget_chats(
    connection: &mut SqliteConnection,
    channel: Channel,
    owner: ChatOwner,
    hash: Option<[u8; 32]>,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM chats WHERE channel = ?1 AND who = ?2 AND (?3 IS NULL OR chat_hash = ?3)")
        .bind(channel.name())
        .bind(owner.to_string())
        .bind(hash.as_ref().map(<[u8; 32]>::as_slice))
        .execute(connection)
        .await?;
    Ok(())
}

/// In the place of every code that its owner had; what is too old goes with it.
pub(super) async fn put_code(connection: &mut SqliteConnection, code: &BindingCode, now: Timestamp) -> Result<(), StorageError> {
    let owner = code.owner.to_string();
    let forget = sqlx::query("DELETE FROM binding_codes WHERE who = ?1 OR expires_at <= ?2").bind(&owner).bind(to_millis(now));
    forget.execute(&mut *connection).await?;
    sqlx::query("INSERT INTO binding_codes (code_hash, who, expires_at) VALUES (?1, ?2, ?3)")
        .bind(code.hash.as_slice())
        .bind(owner)
        .bind(to_millis(code.expires_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whoever comes second finds it used, and nothing of their batch is kept.
pub(super) async fn use_code(connection: &mut SqliteConnection, hash: [u8; 32], now: Timestamp) -> Result<(), StorageError> {
    let used = sqlx::query("DELETE FROM binding_codes WHERE code_hash = ?1 AND expires_at > ?2")
        .bind(hash.as_slice())
        .bind(to_millis(now))
        .execute(connection)
        .await?;
    if used.rows_affected() == 0 { Err(StorageError::Repeated) } else { Ok(()) }
}

pub(super) async fn put_press(connection: &mut SqliteConnection, press: &Press, now: Timestamp) -> Result<(), StorageError> {
    let forget = sqlx::query("DELETE FROM presses WHERE at < ?1").bind(to_millis(now - KEEP_PRESSES));
    forget.execute(&mut *connection).await?;
    sqlx::query("INSERT INTO presses (consultation, at, specialist, reports) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        .bind(press.consultation.to_string())
        .bind(to_millis(press.at))
        .bind(press.specialist.to_string())
        .bind(press.reports)
        .execute(connection)
        .await?;
    Ok(())
}

#[async_trait]
impl ReachBook for Sqlite {
    async fn chosen(&self) -> Result<Vec<(SpecialistId, Chosen)>, StorageError> {
        let kept: Vec<(String, String)> = sqlx::query_as("SELECT specialist, body FROM reach").fetch_all(&self.readers).await?;
        let damaged = || StorageError::Damaged { what: "a specialist's reach" };
        let read = |(id, body): &(String, String)| {
            let id: SpecialistId = id.parse().map_err(|_| damaged())?;
            let body = self.private.read(("reach", &id), body)?;
            Ok((id, serde_json::from_str(&body).map_err(|_| damaged())?))
        };
        kept.iter().map(read).collect()
    }

    async fn chats(&self) -> Result<Vec<KeptChat>, StorageError> {
        let kept: Vec<ChatRow> =
            sqlx::query_as("SELECT channel, chat_hash, who, confirmed, body FROM chats").fetch_all(&self.readers).await?;
        kept.iter().map(|row| chat(&self.private, row)).collect()
    }

    async fn code(&self, hash: [u8; 32], now: Timestamp) -> Result<Option<ChatOwner>, StorageError> {
        let who: Option<String> = sqlx::query_scalar("SELECT who FROM binding_codes WHERE code_hash = ?1 AND expires_at > ?2")
            .bind(hash.as_slice())
            .bind(to_millis(now))
            .fetch_optional(&self.readers)
            .await?;
        who.map(|who| who.parse()).transpose()
    }

    async fn presses(&self, from: Timestamp) -> Result<Vec<Press>, StorageError> {
        let kept: Vec<(String, i64, String, bool)> =
            sqlx::query_as("SELECT consultation, at, specialist, reports FROM presses WHERE at >= ?1 ORDER BY at")
                .bind(to_millis(from))
                .fetch_all(&self.readers)
                .await?;
        let damaged = || StorageError::Damaged { what: "a press on Join" };
        let read = |(consultation, at, specialist, reports): &(String, i64, String, bool)| {
            Ok(Press {
                consultation: consultation.parse().map_err(|_| damaged())?,
                at: from_millis(*at)?,
                specialist: specialist.parse().map_err(|_| damaged())?,
                reports: *reports,
            })
        };
        kept.iter().map(read).collect()
    }

    async fn alert(&self, id: DeliveryId) -> Result<Option<SentAlert>, StorageError> {
        let kept: Option<(String, Option<String>, String)> =
            sqlx::query_as("SELECT state, sent_as, body FROM deliveries WHERE id = ?1")
                .bind(id.to_string())
                .fetch_optional(&self.readers)
                .await?;
        let Some((name, sent_as, body)) = kept else { return Ok(None) };
        let (to, _, _) = read_delivery_body(&self.private, &id, &body)?;
        Ok(Some(SentAlert { state: state(&name)?, sent_as, to }))
    }

    async fn forget_clients(&self, before: Timestamp) -> Result<(), StorageError> {
        sqlx::query(
            "DELETE FROM chats WHERE who LIKE 'consultation:%' \
             AND substr(who, 14) NOT IN (SELECT id FROM consultations WHERE starts_at >= ?1)",
        )
        .bind(to_millis(before))
        .execute(&self.writers)
        .await?;
        Ok(())
    }

    async fn forget_chat(&self, owner: ChatOwner) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM chats WHERE who = ?1").bind(owner.to_string()).execute(&self.writers).await?;
        Ok(())
    }
}

/// Its channel, its hash, whose it is, whether that is confirmed, and its body.
type ChatRow = (String, Vec<u8>, String, bool, String);

fn chat(rows: &Rows, (channel, hash, who, confirmed, body): &ChatRow) -> Result<KeptChat, StorageError> {
    let damaged = || StorageError::Damaged { what: "a chat" };
    let body: Body = serde_json::from_str(&rows.read(("chats", &who), body)?).map_err(|_| damaged())?;
    Ok(KeptChat {
        channel: Channel::from_name(channel).ok_or_else(damaged)?,
        owner: who.parse()?,
        hash: hash.as_slice().try_into().map_err(|_| damaged())?,
        chat: body.chat.into(),
        name: body.name.into(),
        confirmed: *confirmed,
        blocked: body.blocked,
    })
}
