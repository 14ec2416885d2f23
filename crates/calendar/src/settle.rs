//! Takes the steps of one consultation.

use crate::book::{Book, BookError};
use kabinet_domain::ConsultationId;
use kabinet_domain::calendar::{Agreed, Details, Ours, Step};
use kabinet_providers::calendars::{CalendarError, CalendarId, CalendarProvider};

/// Why a consultation is not in step.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the calendar did not do it")]
    Calendar(#[from] CalendarError),
    #[error("it could not be done here")]
    Book(#[from] BookError),
}

impl Failure {
    /// Trouble that every other consultation would meet too.
    pub(crate) fn ends_the_round(&self) -> bool {
        match self {
            Self::Book(error) => matches!(error, BookError::Failed(_)),
            Self::Calendar(error) => is_of_the_connection(error),
        }
    }

    /// Nothing is wrong: one of the sides was changed while they were compared, or it has yet to be found out what was done.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Book(BookError::ChangedMeanwhile)
                | Self::Calendar(CalendarError::ChangedMeanwhile | CalendarError::NoSuchEntry | CalendarError::MaybeDone)
        )
    }
}

fn is_of_the_connection(error: &CalendarError) -> bool {
    match error {
        CalendarError::SignInAgain
        | CalendarError::SignInBroken
        | CalendarError::UnknownApplication
        | CalendarError::RightMissing
        | CalendarError::NotInPlan
        | CalendarError::Busy { .. }
        | CalendarError::Blocked
        | CalendarError::Gone
        | CalendarError::LeadsElsewhere
        | CalendarError::Unreachable(_)
        | CalendarError::NotThere => true,
        CalendarError::NotAllowed
        | CalendarError::Refused { .. }
        | CalendarError::Unfit { .. }
        | CalendarError::NoSuchEntry
        | CalendarError::ChangedMeanwhile
        | CalendarError::Series
        | CalendarError::MaybeDone
        | CalendarError::OtherTime
        | CalendarError::Unexpected(_) => false,
    }
}

/// Both sides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides<'a> {
    pub calendar: &'a dyn CalendarProvider,
    pub which: &'a CalendarId,
    pub book: &'a dyn Book,
}

impl Sides<'_> {
    /// Takes the steps of one consultation, which was compared as `ours`.
    ///
    /// What is changed here comes first: it is refused when somebody else was faster, and then nothing must have been written there,
    /// lest the next round takes our own writing for somebody's.
    pub(crate) async fn settle(&self, ours: &Ours, mut steps: Vec<Step>) -> Result<(), Failure> {
        let consultation = ours.consultation;
        steps.sort_by_key(|step| !matches!(step, Step::ChangeHere { .. } | Step::ReviveHere { .. }));
        let agreed_then = steps.iter().find_map(|step| match step {
            Step::Agree(agreed) => Some(agreed.clone()),
            _ => None,
        });
        let (mut here, mut answer) = (None, None);
        for step in steps {
            match step {
                Step::ChangeHere { details, .. } => here = Some(self.book.change(ours, &details).await?),
                Step::ReviveHere { details, .. } => here = Some(self.book.revive(ours, &details).await?),
                Step::CreateThere { details, .. } => self.create(consultation, details).await?,
                Step::UpdateThere { over, details, .. } => {
                    if let Some(then) = agreed_then.clone() {
                        let said = here.clone().unwrap_or_else(|| then.details.clone());
                        self.book.intend(Agreed { details: said, ..then }).await?;
                    }
                    answer = Some(self.calendar.update(consultation, &over, &details).await?);
                }
                Step::DeleteThere { entry, .. } => {
                    self.calendar.delete(&entry).await?;
                    self.book.forget(consultation).await?;
                }
                Step::DeleteDoubleThere { entry, .. } => self.calendar.delete(&entry).await?,
                Step::CancelHere { .. } => self.book.cancel(ours).await?,
                Step::Agree(agreed) => {
                    let agreed = match &answer {
                        Some(answer) => agreed.answered(answer),
                        None => agreed,
                    };
                    // Not everything that is said there can be said here; what was left out is no change of ours.
                    let details = here.take().unwrap_or_else(|| agreed.details.clone());
                    self.book.keep_agreement(Agreed { details, ..agreed }).await?;
                }
                Step::Forget { .. } => self.book.forget(consultation).await?,
                Step::Conflict(conflict) => self.book.set_conflict(consultation, Some(&conflict)).await?,
                Step::LeaveSeries { .. } => return Err(CalendarError::Series.into()),
                // Proposals belong to no consultation yet, and what could not be looked at is looked at the next time.
                Step::AddHere { .. } | Step::Look { .. } => {}
            }
        }
        Ok(())
    }

    async fn create(&self, consultation: ConsultationId, details: Details) -> Result<(), Failure> {
        self.book.keep_agreement(Agreed::sending(consultation, details.clone())).await?;
        let entry = self.calendar.add(self.which, consultation, &details).await?;
        // A new entry has the time that was sent, or is none. So this one stood there already, written from elsewhere:
        // it is compared the next time, like one whose answer was lost.
        if (entry.details.starts_at, entry.details.ends_at) != (details.starts_at, details.ends_at) {
            return Err(CalendarError::ChangedMeanwhile.into());
        }
        Ok(self.book.keep_agreement(Agreed::written(consultation, details, &entry)).await?)
    }
}
