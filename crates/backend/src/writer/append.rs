//! Events that no room's reporter caused, with the rows they cause.

use super::judge::Draft;
use super::{Append, Appended, WriteError, Writer};
use crate::StorageError;
use crate::ports::Batch;

impl Writer {
    pub(super) async fn append(&mut self, append: Append) -> Result<Appended, WriteError> {
        let now = self.now();
        let mut draft = Draft { rows: append.rows, ..Draft::default() };
        for plain in append.events {
            self.draft_event(plain, now, &mut draft);
        }
        if draft.events.is_empty() && draft.rows.is_empty() {
            return Ok(Appended::Now);
        }
        let batch = Batch { events: &draft.events, rows: &draft.rows, now, ..Batch::default() };
        match self.parts.log.append(batch).await {
            Err(StorageError::Repeated) => Ok(Appended::Before),
            outcome => {
                self.note_outcome(outcome)?;
                append.remember.now();
                self.publish(draft);
                Ok(Appended::Now)
            }
        }
    }
}
