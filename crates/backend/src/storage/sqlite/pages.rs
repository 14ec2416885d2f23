//! The tokens of clients' pages that were given anew.

use super::Sqlite;
use crate::StorageError;
use crate::ports::{PageToken, PageTokens};
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

#[async_trait]
impl PageTokens for Sqlite {
    async fn all(&self) -> Result<Vec<PageToken>, StorageError> {
        let rows: Vec<(String, Vec<u8>, i64)> =
            sqlx::query_as("SELECT consultation, token_hash, generation FROM pages").fetch_all(&self.readers).await?;
        let damaged = || StorageError::Damaged { what: "a page" };
        rows.into_iter()
            .map(|(consultation, hash, generation)| {
                let consultation = consultation.parse().map_err(|_| damaged())?;
                Ok(PageToken { consultation, generation, hash: hash.try_into().map_err(|_| damaged())? })
            })
            .collect()
    }
}

/// In the place of the one before, which leads nowhere from then on.
pub(super) async fn keep(connection: &mut SqliteConnection, token: &PageToken) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO pages (consultation, token_hash, generation) VALUES (?1, ?2, ?3) \
         ON CONFLICT (consultation) DO UPDATE SET token_hash = excluded.token_hash, generation = excluded.generation",
    )
    .bind(token.consultation.to_string())
    .bind(&token.hash[..])
    .bind(token.generation)
    .execute(connection)
    .await?;
    Ok(())
}
