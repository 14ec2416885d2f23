//! One round: read, compare, do.

use crate::book::{Book, BookError};
use crate::settle::{Failure, Sides};
use chrono::Duration;
use kabinet_domain::calendar::{Agreed, CalendarEvent, Conflict, ConflictReason, EntryId, Ours, Side, Step, reconcile};
use kabinet_domain::{ConsultationId, Timestamp};
use kabinet_providers::calendars::{CalendarError, CalendarId, CalendarProvider};
use std::collections::{BTreeMap, BTreeSet};

/// So far back consultations are kept in step: what was said about last month may still be put right.
pub const BACK: Duration = Duration::days(30);
/// So far ahead the calendar is read for what somebody planned there.
pub const AHEAD: Duration = Duration::days(180);
/// Consultations beyond are looked at one by one.
const FURTHEST: Duration = Duration::days(400);
/// So many consultations are not cancelled in one round without a person.
const MANY: usize = 3;
/// So many entries are looked at in one request.
const BATCH: usize = 50;

/// What a round left behind.
#[derive(Debug, Default)]
pub struct Report {
    /// Consultations that are not in step, and why.
    pub failed: BTreeMap<ConsultationId, Failure>,
    /// Entries there with a link that can be opened here, of which no consultation could be made.
    pub not_added: BTreeMap<EntryId, BookError>,
    /// Consultations made of entries there.
    pub added: usize,
    /// Consultations that a person has to decide about.
    pub conflicts: usize,
}

impl Report {
    /// Whether another round soon may do what this one did not.
    #[must_use]
    pub fn look_again(&self) -> bool {
        self.failed.values().any(Failure::passes)
    }
}

/// Why a round ended early. What it did by then is done.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    #[error("the calendar cannot be kept in step")]
    Calendar(#[from] CalendarError),
    #[error("what was agreed cannot be kept")]
    Book(#[from] BookError),
}

impl From<Failure> for RoundError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Calendar(error) => Self::Calendar(error),
            Failure::Book(error) => Self::Book(error),
        }
    }
}

/// Brings both sides in step.
///
/// # Errors
/// What is wrong with the whole connection, or that nothing can be kept here.
pub async fn round(
    calendar: &dyn CalendarProvider,
    which: &CalendarId,
    book: &dyn Book,
    now: Timestamp,
) -> Result<Report, RoundError> {
    let since = now - BACK;
    let ours: Vec<Ours> = book.ours(since).await?;
    let (from, until) = period(&ours, since, now);
    let theirs = calendar.events(which, from, until).await?;
    let agreed = book.agreements().await?;
    let sides = Sides { calendar, which, book };
    let mut tables = Tables { ours, theirs, agreed };
    let mut report = Report::default();
    tables.find_lost(&sides, &mut report).await?;
    tables.recall(book).await?;
    tables.look(&sides).await?;
    tables.recall(book).await?;
    let (mut of_consultations, mut proposals): (BTreeMap<ConsultationId, Vec<Step>>, Vec<Step>) = Default::default();
    for step in tables.compare(book) {
        match subject(&step) {
            Some(consultation) => of_consultations.entry(consultation).or_default().push(step),
            None => proposals.push(step),
        }
    }
    tables.ask_before_many_go(&mut of_consultations, &book.asked().await?);
    for one in &tables.ours {
        let steps = of_consultations.remove(&one.consultation).unwrap_or_default();
        // Nothing is known of one that could be neither found nor looked at.
        let unknown = steps.iter().any(|step| matches!(step, Step::Look { .. }));
        if unknown || report.failed.contains_key(&one.consultation) {
            continue;
        }
        let is_conflict = |step: &Step| matches!(step, Step::Conflict(_));
        if steps.iter().any(is_conflict) {
            report.conflicts += 1;
        } else {
            book.set_conflict(one.consultation, None).await?;
        }
        if let Err(failure) = sides.settle(one, steps).await {
            report.fail(one.consultation, failure)?;
        }
    }
    for step in proposals {
        let Step::AddHere { event, link } = step else { continue };
        match book.add(&event, &link).await {
            Ok(()) => report.added += 1,
            Err(error @ BookError::Failed(_)) => return Err(error.into()),
            Err(error) => drop(report.not_added.insert(event.id, error)),
        }
    }
    Ok(report)
}

/// Does what a person decided about a conflict that was shown to them. When it is another by now, the new one is handed to the book,
/// and nothing else is done.
///
/// # Errors
/// [`CalendarError::ChangedMeanwhile`] when the conflict is another by now, else why it could not be done.
pub async fn decide(
    calendar: &dyn CalendarProvider,
    which: &CalendarId,
    book: &dyn Book,
    shown: &Conflict,
    side: Side,
) -> Result<(), Failure> {
    let consultation = shown.ours.consultation;
    let ours = book.ours(Timestamp::MIN_UTC).await?;
    let ours = ours.into_iter().find(|one| one.consultation == consultation).ok_or(BookError::ChangedMeanwhile)?;
    let mut agreed = book.agreements().await?;
    agreed.retain(|one| one.consultation == consultation);
    let sides = Sides { calendar, which, book };
    let mut tables = Tables { ours: vec![ours], theirs: Vec::new(), agreed };
    // Also the one without an agreement, which was known by its marker or by its room.
    if !tables.agreed.iter().any(|one| one.entry.is_some()) {
        let read = calendar.look(std::slice::from_ref(&shown.theirs.id)).await?;
        tables.theirs.extend(read.into_iter().filter_map(|(_, event)| event));
    }
    tables.look(&sides).await?;
    tables.recall(book).await?;
    let mut steps = tables.compare(book);
    steps.retain(|step| subject(step) == Some(consultation));
    if shown.reason == ConflictReason::DeletedThere {
        // Asked about is what would otherwise have been done by itself.
        steps = steps.into_iter().map(|step| tables.asked_about(step)).collect();
    }
    let Some(ours) = tables.ours.first() else { return Ok(()) };
    if let Some(now) = steps.iter().find_map(conflict) {
        let same = |one: &Conflict| (one.ours.details.clone(), one.theirs.details.clone(), one.reason.clone());
        if same(now) != same(shown) {
            book.set_conflict(consultation, Some(now)).await?;
            return Err(CalendarError::ChangedMeanwhile.into());
        }
        steps = now.decide(side);
    }
    if steps.iter().any(|step| matches!(step, Step::Look { .. })) {
        return Err(CalendarError::ChangedMeanwhile.into());
    }
    sides.settle(ours, steps).await?;
    Ok(book.set_conflict(consultation, None).await?)
}

fn conflict(step: &Step) -> Option<&Conflict> {
    match step {
        Step::Conflict(conflict) => Some(conflict),
        _ => None,
    }
}

/// What is read: the usual time, and what stands beyond it.
fn period(ours: &[Ours], since: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
    let furthest = ours.iter().map(|one| one.details.ends_at).filter(|ends_at| *ends_at < now + FURTHEST).max();
    let earliest = ours.iter().map(|one| one.details.starts_at).min();
    (earliest.unwrap_or(since).min(since), furthest.unwrap_or(now).max(now + AHEAD))
}

/// What is compared.
struct Tables {
    ours: Vec<Ours>,
    theirs: Vec<CalendarEvent>,
    agreed: Vec<Agreed>,
}

impl Tables {
    fn compare(&self, book: &dyn Book) -> Vec<Step> {
        reconcile(&self.ours, &self.theirs, &self.agreed, &|link| book.knows_link(link))
    }

    /// When many are gone at once, something is wrong there rather than with each of them: a person decides,
    /// and what they were asked about is not cancelled without them later on.
    fn ask_before_many_go(&self, steps: &mut BTreeMap<ConsultationId, Vec<Step>>, asked: &BTreeSet<ConsultationId>) {
        let goes = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::CancelHere { .. }));
        let many = steps.values().filter(|steps| goes(steps)).count() >= MANY;
        for (consultation, steps) in steps {
            if many || asked.contains(consultation) {
                *steps = std::mem::take(steps).into_iter().map(|step| self.asked_about(step)).collect();
            }
        }
    }

    /// A question in the place of a cancellation.
    fn asked_about(&self, step: Step) -> Step {
        let Step::CancelHere { consultation } = step else { return step };
        let ours = self.ours.iter().find(|one| one.consultation == consultation);
        let agreed = self.agreed.iter().find(|one| one.consultation == consultation);
        match (ours, agreed.and_then(Agreed::gone)) {
            (Some(ours), Some(theirs)) => {
                let reason = ConflictReason::DeletedThere;
                Step::Conflict(Box::new(Conflict { ours: ours.clone(), theirs, agreed: agreed.cloned(), reason }))
            }
            _ => step,
        }
    }

    /// Entries whose answer was lost may stand elsewhere than where we read, if they stand at all.
    async fn find_lost(&mut self, sides: &Sides<'_>, report: &mut Report) -> Result<(), RoundError> {
        let read: BTreeSet<ConsultationId> =
            self.theirs.iter().filter(|event| event.stands()).filter_map(|event| event.marked).collect();
        let here: BTreeSet<ConsultationId> = self.ours.iter().map(|one| one.consultation).collect();
        let lost = |one: &&Agreed| one.entry.is_none() && here.contains(&one.consultation) && !read.contains(&one.consultation);
        for trace in self.agreed.iter().filter(lost) {
            match sides.calendar.find_marked(sides.which, trace.consultation, &trace.details).await {
                Ok(found) => self.theirs.extend(found),
                Err(error) => report.fail(trace.consultation, error.into())?,
            }
        }
        Ok(())
    }

    /// Writing whose answer was lost is agreed on when it is found as it was sent: it is nobody's change.
    async fn recall(&mut self, book: &dyn Book) -> Result<(), BookError> {
        for intended in book.intentions().await? {
            let as_sent = |event: &CalendarEvent| {
                !event.deleted && Some(&event.id) == intended.entry.as_ref() && event.details == intended.seen
            };
            let known = self.agreed.iter_mut().find(|one| one.consultation == intended.consultation);
            if let Some(known) = known.filter(|_| self.theirs.iter().any(as_sent)) {
                known.clone_from(&intended);
                book.keep_agreement(intended).await?;
            }
        }
        Ok(())
    }

    /// Asks for the entries that were not read, one by one: only then they are known to be gone.
    async fn look(&mut self, sides: &Sides<'_>) -> Result<(), Failure> {
        let unread: Vec<EntryId> = self
            .compare(sides.book)
            .into_iter()
            .filter_map(|step| match step {
                Step::Look { entry, .. } => Some(entry),
                _ => None,
            })
            .collect();
        for entries in unread.chunks(BATCH) {
            for (asked, found) in sides.calendar.look(entries).await? {
                let Some(agreed) = self.agreed.iter_mut().find(|one| one.entry.as_ref() == Some(&asked)) else { continue };
                match found {
                    None => self.theirs.extend(agreed.gone()),
                    Some(event) => {
                        // A copy was agreed on; what counts is another.
                        if event.id != asked {
                            agreed.entry = Some(event.id.clone());
                            sides.book.keep_agreement(agreed.clone()).await?;
                        }
                        self.theirs.push(event);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Report {
    /// Remembers the failure, unless it is everybody's.
    fn fail(&mut self, consultation: ConsultationId, failure: Failure) -> Result<(), RoundError> {
        if failure.ends_the_round() {
            return Err(failure.into());
        }
        self.failed.insert(consultation, failure);
        Ok(())
    }
}

fn subject(step: &Step) -> Option<ConsultationId> {
    match step {
        Step::CreateThere { consultation, .. }
        | Step::UpdateThere { consultation, .. }
        | Step::DeleteThere { consultation, .. }
        | Step::ChangeHere { consultation, .. }
        | Step::CancelHere { consultation }
        | Step::ReviveHere { consultation, .. }
        | Step::Forget { consultation }
        | Step::DeleteDoubleThere { consultation, .. }
        | Step::LeaveSeries { consultation, .. }
        | Step::Look { consultation, .. } => Some(*consultation),
        Step::Agree(agreed) => Some(agreed.consultation),
        Step::Conflict(conflict) => Some(conflict.ours.consultation),
        Step::AddHere { .. } => None,
    }
}
