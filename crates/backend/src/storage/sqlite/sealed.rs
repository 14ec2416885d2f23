//! Rows that name people, sealed where the database lies on a person's own computer.
//!
//! A row is JSON; a sealed one is a JSON text of base64, so that both kinds can stand in one column.

use super::Sqlite;
use crate::{Error, StorageError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kabinet_domain::Ids;
use kabinet_seal::StoreKey;
use std::borrow::Cow;
use std::sync::Arc;

/// The mark that says whose key opens this database.
const MARK: &str = "sealed_by";

/// How rows are written and read. Without a key they stand as they are.
#[derive(Debug, Clone, Default)]
pub struct Rows(Option<(StoreKey, Arc<dyn Ids>)>);

impl Rows {
    #[must_use]
    pub fn new(key: Option<StoreKey>, ids: Arc<dyn Ids>) -> Self {
        Self(key.map(|key| (key, ids)))
    }

    /// Puts a row's JSON at the end of `out`. `place` names the row: moved elsewhere it does not open.
    pub fn write(&self, place: (&str, &dyn std::fmt::Display), out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let Some((key, ids)) = &self.0 else { return write(out) };
        let mut plain = Vec::new();
        write(&mut plain);
        out.push(b'"');
        out.extend_from_slice(STANDARD.encode(key.seal(&named(place), &plain, ids.as_ref())).as_bytes());
        out.push(b'"');
    }

    /// The row's JSON.
    ///
    /// # Errors
    /// When it was sealed with another key, or stands in another place than it was written to.
    pub fn read<'a>(&self, place: (&str, &dyn std::fmt::Display), row: &'a str) -> Result<Cow<'a, str>, StorageError> {
        let Some(sealed) = row.strip_prefix('"') else { return Ok(Cow::Borrowed(row)) };
        let open = || {
            let (key, _) = self.0.as_ref()?;
            let sealed = STANDARD.decode(sealed.strip_suffix('"')?).ok()?;
            String::from_utf8(key.open(&named(place), &sealed)?).ok()
        };
        open().map(Cow::Owned).ok_or(StorageError::Damaged { what: "a sealed row" })
    }
}

fn named((table, id): (&str, &dyn std::fmt::Display)) -> String {
    format!("{table}/{id}")
}

impl Sqlite {
    /// Compares this run's key with the one that the rows were sealed with, and leaves its mark in a new database.
    ///
    /// # Errors
    /// When it is another one, or there is none.
    pub(super) async fn check_key(&self) -> Result<(), Error> {
        let ours = self.rows.0.as_ref().map(|(key, _)| key.fingerprint());
        let theirs: Option<i64> = sqlx::query_scalar("SELECT value FROM marks WHERE name = ?1")
            .bind(MARK)
            .fetch_optional(&self.writers)
            .await
            .map_err(StorageError::from)?;
        match (theirs, ours) {
            (None, None) => Ok(()),
            (None, Some(mark)) => {
                let put = sqlx::query("INSERT INTO marks (name, value) VALUES (?1, ?2)").bind(MARK).bind(mark);
                put.execute(&self.writers).await.map(drop).map_err(|error| StorageError::from(error).into())
            }
            (theirs, ours) if theirs == ours => Ok(()),
            _ => Err(Error::OtherKey),
        }
    }
}
