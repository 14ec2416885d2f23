//! Rows that a batch keeps beside the log: deliveries, messages, what was seen.

use super::{Rows, reach, to_millis};
use crate::StorageError;
use crate::ports::{DeliveryStep, Dropped, Resent, Row};
use kabinet_domain::delivery::{Button, Press};
use kabinet_domain::{Delivery, DeliveryState, Sensitive, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

/// What of a delivery names people: sealed.
#[derive(Serialize, Deserialize)]
struct Body {
    to: String,
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<KeptButton>,
}

#[derive(Serialize, Deserialize)]
struct KeptButton {
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

/// Keeps a row. What was seen before ends the batch with [`StorageError::Repeated`].
pub(super) async fn write(connection: &mut SqliteConnection, rows: &Rows, row: &Row, now: Timestamp) -> Result<(), StorageError> {
    match row {
        Row::Seen(key) => {
            let put =
                sqlx::query("INSERT INTO seen (key, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING").bind(key).bind(to_millis(now));
            if put.execute(connection).await?.rows_affected() == 0 {
                return Err(StorageError::Repeated);
            }
        }
        Row::Delivery(delivery) => put_delivery(connection, rows, delivery, now).await?,
        Row::Wanted(delivery) => put_wanted(connection, rows, delivery, now).await?,
        Row::Resent(resent) => put_back(connection, *resent, now).await?,
        Row::DropDeliveries(dropped) => drop_deliveries(connection, dropped, now).await?,
        Row::DeliveryStep(step) => take_step(connection, step, now).await?,
        Row::Inbox(received) => {
            let kept = super::inbox::Kept { body: received.body.reveal().into() };
            let body = sealed(rows, ("inbox", &received.key), &kept);
            sqlx::query("INSERT INTO inbox (key, messenger, at, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
                .bind(&received.key)
                .bind(&received.messenger)
                .bind(to_millis(received.at))
                .bind(body)
                .execute(connection)
                .await?;
        }
        Row::Handled(key) => {
            sqlx::query("DELETE FROM inbox WHERE key = ?1").bind(key).execute(connection).await?;
        }
        Row::Page(token) => super::pages::keep(connection, token).await?,
        Row::Message(message) => {
            let body = sealed(rows, ("messages", &message.id), &message.body);
            sqlx::query("INSERT INTO messages (id, specialist, consultation, at, delivery, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")
                .bind(message.id.to_string())
                .bind(message.specialist.to_string())
                .bind(message.consultation.to_string())
                .bind(to_millis(message.at))
                .bind(message.delivery.map(|id| id.to_string()))
                .bind(body)
                .execute(connection)
                .await?;
        }
        Row::Reach(specialist, chosen) => reach::put_chosen(connection, rows, *specialist, chosen).await?,
        Row::Chat(chat) => reach::put_chat(connection, rows, chat, now).await?,
        Row::ForgetChat(channel, owner) => reach::forget_chats(connection, *channel, *owner, None).await?,
        Row::ForgetOneChat(channel, owner, hash) => reach::forget_chats(connection, *channel, *owner, Some(*hash)).await?,
        Row::BindingCode(code) => reach::put_code(connection, code, now).await?,
        Row::PressedJoin(press) => reach::put_press(connection, press, now).await?,
        Row::UseBindingCode(hash) => reach::use_code(connection, *hash, now).await?,
    }
    Ok(())
}

async fn put_delivery(
    connection: &mut SqliteConnection,
    rows: &Rows,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO deliveries (id, specialist, consultation, channel, purpose, state, due_at, expires_at, created_at, updated_at, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?8, ?8, ?9) ON CONFLICT DO NOTHING",
    )
    .bind(delivery.id.to_string())
    .bind(delivery.specialist.to_string())
    .bind(delivery.consultation.map(|id| id.to_string()))
    .bind(delivery.channel.name())
    .bind(delivery.purpose.name())
    .bind(to_millis(delivery.due_at))
    .bind(to_millis(delivery.expires_at))
    .bind(to_millis(now))
    .bind(delivery_body(rows, delivery))
    .execute(connection)
    .await?;
    Ok(())
}

/// What an edit had dropped has no code; what was too late, has.
async fn put_wanted(
    connection: &mut SqliteConnection,
    rows: &Rows,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), StorageError> {
    let known = sqlx::query(
        "UPDATE deliveries SET due_at = iif(state = 'waiting' AND channel = ?2, due_at, ?3), channel = ?2, expires_at = ?4, \
         body = ?5, state = 'waiting', updated_at = ?6 \
         WHERE id = ?1 AND (state = 'waiting' OR (state = 'dropped' AND code IS NULL AND ?4 > ?6))",
    )
    .bind(delivery.id.to_string())
    .bind(delivery.channel.name())
    .bind(to_millis(delivery.due_at))
    .bind(to_millis(delivery.expires_at))
    .bind(delivery_body(rows, delivery))
    .bind(to_millis(now))
    .execute(&mut *connection)
    .await?;
    if known.rows_affected() == 0 && delivery.due_at > now {
        put_delivery(connection, rows, delivery, now).await?;
    }
    Ok(())
}

/// What reached somebody meanwhile stays as it is.
async fn put_back(connection: &mut SqliteConnection, resent: Resent, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE deliveries SET state = 'waiting', code = NULL, due_at = ?3, expires_at = ?2, attempts = 0, updated_at = ?3 \
         WHERE id = ?1 AND state IN ('failed', 'unsure', 'dropped')",
    )
    .bind(resent.id.to_string())
    .bind(to_millis(resent.expires_at))
    .bind(to_millis(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// What is being sent is left to its sender.
async fn drop_deliveries(connection: &mut SqliteConnection, dropped: &Dropped, now: Timestamp) -> Result<(), StorageError> {
    let except = serde_json::to_string(&dropped.except.iter().map(ToString::to_string).collect::<Vec<_>>()).expect("texts");
    sqlx::query(
        "UPDATE deliveries SET state = 'dropped', updated_at = ?4 WHERE consultation = ?1 AND state = 'waiting' \
         AND (?2 IS NULL OR purpose = ?2) AND id NOT IN (SELECT value FROM json_each(?3))",
    )
    .bind(dropped.consultation.to_string())
    .bind(dropped.purpose.map(kabinet_domain::Purpose::name))
    .bind(except)
    .bind(to_millis(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Of `sent`, `delivered` and `read` the furthest stands, in whatever order they come.
async fn take_step(connection: &mut SqliteConnection, step: &DeliveryStep, now: Timestamp) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE deliveries SET state = ?2, code = ?3, due_at = coalesce(?4, due_at), sent_as = coalesce(?5, sent_as), \
         attempts = attempts + ?6, owner = NULL, taken_until = NULL, updated_at = ?7 WHERE id = ?1 \
         AND NOT (state = 'read' AND ?2 IN ('sent', 'delivered')) AND NOT (state = 'delivered' AND ?2 = 'sent')",
    )
    .bind(step.id.to_string())
    .bind(step.state.name())
    .bind(step.code.as_deref())
    .bind(step.again_at.map(to_millis))
    .bind(step.sent_as.as_deref())
    .bind(i64::from(step.attempted))
    .bind(to_millis(now))
    .execute(connection)
    .await?;
    Ok(())
}

fn delivery_body(rows: &Rows, delivery: &Delivery) -> String {
    let buttons = delivery.buttons.iter().map(|button| {
        let (address, data) = match &button.press {
            Press::Address(address) => (Some(address.reveal().clone()), None),
            Press::Data(data) => (None, Some(data.clone())),
        };
        KeptButton { label: button.label.clone(), address, data }
    });
    let body = Body { to: delivery.to.reveal().clone(), text: delivery.text.reveal().clone(), buttons: buttons.collect() };
    sealed(rows, ("deliveries", &delivery.id), &body)
}

/// To whom, the words, and the buttons under them.
pub(super) type DeliveryWords = (Sensitive<String>, Sensitive<String>, Vec<Button>);

/// A delivery's words and whom it goes to, as they were kept.
pub(super) fn read_delivery_body(rows: &Rows, id: &dyn std::fmt::Display, body: &str) -> Result<DeliveryWords, StorageError> {
    let damaged = StorageError::Damaged { what: "a delivery" };
    let body: Body = serde_json::from_str(&rows.read(("deliveries", id), body)?).map_err(|_| damaged)?;
    let buttons = body.buttons.into_iter().filter_map(|button| {
        let press = match (button.address, button.data) {
            (Some(address), _) => Press::Address(address.into()),
            (None, Some(data)) => Press::Data(data),
            (None, None) => return None,
        };
        Some(Button { label: button.label, press })
    });
    Ok((body.to.into(), body.text.into(), buttons.collect()))
}

pub(super) fn sealed(rows: &Rows, place: (&str, &dyn std::fmt::Display), value: &impl Serialize) -> String {
    let mut out = Vec::new();
    rows.write(place, &mut out, |out| serde_json::to_writer(out, value).expect("plain values, and a vector takes everything"));
    String::from_utf8(out).expect("JSON is text")
}

/// As the column has it.
pub(super) fn state(name: &str) -> Result<DeliveryState, StorageError> {
    DeliveryState::from_name(name).ok_or(StorageError::Damaged { what: "a delivery's state" })
}
