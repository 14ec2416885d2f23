//! Keeping what a messenger sent, once however often it comes.

use super::{Messengers, Wired};
use crate::ports::{Received, Row};
use crate::writer::{Append, Appended, WriteError, WriterHandle};
use kabinet_domain::Timestamp;
use kabinet_providers::messengers::What;

/// What became of something that a messenger sent. In each case it need not come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Kept,
    /// It was kept before.
    Before,
    /// It is nothing to us, so nothing of it is kept.
    Nothing,
}

/// Keeps it durably.
///
/// # Errors
/// When it could not be kept; then it has to come again.
pub async fn take_in(
    messengers: &Messengers,
    writer: &WriterHandle,
    wired: &Wired,
    body: &[u8],
    now: Timestamp,
) -> Result<Taken, WriteError> {
    let Some(incoming) = wired.listener().understand(body, now) else { return Ok(Taken::Nothing) };
    if incoming.what == What::Other {
        return Ok(Taken::Nothing);
    }
    // What was understood is JSON, and so is text.
    let Ok(body) = std::str::from_utf8(body) else { return Ok(Taken::Nothing) };
    let received = Received { key: incoming.key, messenger: wired.info().id.to_owned(), at: now, body: body.into() };
    let rows = vec![Row::Seen(format!("inbox|{}", received.key)), Row::Inbox(Box::new(received))];
    Ok(match writer.append(Append { rows, ..Append::default() }).await? {
        Appended::Now => {
            messengers.arrived();
            Taken::Kept
        }
        Appended::Before => Taken::Before,
    })
}
