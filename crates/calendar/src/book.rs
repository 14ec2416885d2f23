//! What is planned here: the port of whoever keeps consultations.

use async_trait::async_trait;
use kabinet_domain::calendar::{Agreed, CalendarEvent, Conflict, Details, Ours};
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use std::collections::BTreeSet;
use std::fmt;

/// Consultations with what was agreed about them. What a method has done is kept when it returns.
#[async_trait]
pub trait Book: fmt::Debug + Send + Sync {
    /// The consultations that end after this moment and should stand in the calendar, or do by what was agreed.
    async fn ours(&self, since: Timestamp) -> Result<Vec<Ours>, BookError>;

    async fn agreements(&self) -> Result<Vec<Agreed>, BookError>;

    /// Whether a link leads to a room that can be opened here.
    fn knows_link(&self, link: &str) -> bool;

    /// In the place of what was agreed about the same consultation before.
    async fn keep_agreement(&self, agreed: Agreed) -> Result<(), BookError>;

    /// Remembers beside what was agreed what will be, once an entry is written over. The next agreement takes its place.
    /// Without it a person would be asked about our own writing when its answer was lost.
    async fn intend(&self, agreed: Agreed) -> Result<(), BookError>;

    /// What was intended since the last agreements.
    async fn intentions(&self) -> Result<Vec<Agreed>, BookError>;

    /// Nothing is agreed any more.
    async fn forget(&self, consultation: ConsultationId) -> Result<(), BookError>;

    /// Changes a consultation, if it still is as in `before`, as far as that makes sense here; says what it is now.
    async fn change(&self, before: &Ours, details: &Details) -> Result<Details, BookError>;

    /// Cancels a consultation, if it still is as in `before`, and forgets what was agreed.
    async fn cancel(&self, before: &Ours) -> Result<(), BookError>;

    /// The consultation takes place after all, if it still is as in `before`, and like this; says what it is now.
    async fn revive(&self, before: &Ours, details: &Details) -> Result<Details, BookError>;

    /// Plans a consultation from an entry: it stands in the calendar, and is agreed on as both sides have it, all at once.
    async fn add(&self, event: &CalendarEvent, link: &Sensitive<String>) -> Result<(), BookError>;

    /// What a person has to decide about a consultation; `None` when there is nothing.
    async fn set_conflict(&self, consultation: ConsultationId, conflict: Option<&Conflict>) -> Result<(), BookError>;

    /// The consultations that a person has yet to decide about.
    async fn asked(&self) -> Result<BTreeSet<ConsultationId>, BookError>;
}

#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// Nothing was done: the consultation is not as it was compared any more. The next round looks again.
    #[error("the consultation was changed meanwhile")]
    ChangedMeanwhile,
    /// No consultation can be as the calendar has it.
    #[error("this cannot be planned: {code}")]
    Unfit {
        /// For the seam to a person: the words are chosen there.
        code: &'static str,
    },
    /// Nothing can be kept.
    #[error("the consultations cannot be kept")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
