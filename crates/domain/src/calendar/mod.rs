//! Consultations in a calendar elsewhere: the words, and what is to be done so that both sides say the same.
//!
//! [`reconcile`] looks at three things at once: what is planned here, what stands in the calendar there, and what both sides
//! last agreed on. Only the third tells a change made here from one made there, so nothing is guessed:
//! what was changed on one side follows on the other, and what was changed on both is a [`Conflict`] that a person decides.
//!
//! Three files: [`marker`] knows our own entries again, [`merge`] compares one entry field by field, [`reconcile`] says the steps.

pub mod marker;
mod merge;
mod reconcile;

use crate::{ConsultationId, Sensitive, Timestamp};
use chrono_tz::Tz;
use std::collections::BTreeSet;

pub use marker::{marked, room_link, unmarked};
pub use reconcile::reconcile;

/// An entry of a calendar, by the calendar's own id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub String);

/// Somebody who is invited, by the calendar's own id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttendeeId(pub String);

/// What both sides say of a consultation, and keep the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    pub title: Sensitive<String>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The zone the time was given in.
    pub zone: Tz,
    /// Where it is: for our consultations the room's link.
    pub location: Sensitive<String>,
    /// Without the line that marks an entry as ours.
    pub description: Sensitive<String>,
    /// Who is invited beside the calendar's owner.
    pub attendees: BTreeSet<AttendeeId>,
    /// Minutes before the start.
    pub reminder: Option<u32>,
}

/// A field that can be changed on both sides at once. Attendees are none: they are a set, and sets are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Title,
    /// Start, end and zone are one: a talk is moved as a whole.
    Time,
    Location,
    Description,
    Reminder,
}

/// An entry as it stands in the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    pub id: EntryId,
    pub details: Details,
    /// The consultation that the entry's marker names.
    pub marked: Option<ConsultationId>,
    /// Known to be gone; an entry that merely was not read is absent instead.
    pub deleted: bool,
    /// One talk with a time, neither a series nor a whole day.
    pub plannable: bool,
    pub invitation: Invitation,
    /// Changes with the entry, where the calendar has such a thing; else empty.
    pub version: String,
}

impl CalendarEvent {
    /// Whether it takes place, as far as the calendar's owner is concerned.
    #[must_use]
    pub fn stands(&self) -> bool {
        !self.deleted && self.invitation != Invitation::Declined
    }
}

/// What the calendar's owner said to whoever invited them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Invitation {
    /// It is their own, or they accepted it.
    #[default]
    Settled,
    /// They have not answered yet.
    Open,
    Declined,
}

/// A consultation as it should stand in the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    pub consultation: ConsultationId,
    pub details: Details,
    /// Off when it was cancelled, deleted or taken out of the calendar.
    pub in_calendar: bool,
}

/// What both sides last had in common. One per consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    pub consultation: ConsultationId,
    /// `None` between sending a new entry and its answer, which may be lost.
    pub entry: Option<EntryId>,
    /// As it is said here.
    pub details: Details,
    /// As the calendar gave it back: it may round, trim or drop what it was sent, and that is no change.
    pub seen: Details,
}

impl Agreed {
    /// To be kept before a new entry is sent, so that a lost answer leaves a trace.
    #[must_use]
    pub fn sending(consultation: ConsultationId, details: Details) -> Self {
        Self { consultation, entry: None, seen: details.clone(), details }
    }

    /// To be kept after a new entry was written: what is said here, and what the calendar made of it.
    #[must_use]
    pub fn written(consultation: ConsultationId, details: Details, answer: &CalendarEvent) -> Self {
        Self { consultation, entry: Some(answer.id.clone()), details, seen: answer.details.clone() }
    }

    /// The same after an entry was written over, with what the calendar made of it.
    #[must_use]
    pub fn answered(self, answer: &CalendarEvent) -> Self {
        Self { entry: Some(answer.id.clone()), seen: answer.details.clone(), ..self }
    }

    /// The entry of an agreement that is known to be missing in the calendar, as it was last seen. `None` while it has none.
    #[must_use]
    pub fn gone(&self) -> Option<CalendarEvent> {
        let id = self.entry.clone()?;
        let details = self.seen.clone();
        let marked = Some(self.consultation);
        Some(CalendarEvent {
            id,
            details,
            marked,
            deleted: true,
            plannable: false,
            invitation: Invitation::default(),
            version: String::new(),
        })
    }

    /// Whether an entry says nothing but what is known: our own writing comes back as somebody's change.
    #[must_use]
    pub fn knows(&self, event: &CalendarEvent) -> bool {
        event.stands() && self.entry.as_ref() == Some(&event.id) && !merge::changed_there(self, &event.details)
    }
}

/// What is to be done. Each names what is kept afterwards; a step that fails is found again the next time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Keep [`Agreed::sending`], write the entry with its marker, keep [`Agreed::written`].
    CreateThere { consultation: ConsultationId, details: Details },
    /// Write all fields over what stands there. A [`Step::Agree`] follows, which takes the answer by [`Agreed::answered`].
    UpdateThere { consultation: ConsultationId, over: CalendarEvent, details: Details },
    /// Delete the entry, and forget what was agreed.
    DeleteThere { consultation: ConsultationId, entry: EntryId },
    /// Somebody wrote an entry with a link that we can open: plan a consultation from it, in the calendar and agreed as it is.
    AddHere { event: CalendarEvent, link: Sensitive<String> },
    /// Change the consultation.
    ChangeHere { consultation: ConsultationId, details: Details },
    /// Cancel the consultation, and forget what was agreed.
    CancelHere { consultation: ConsultationId },
    /// The consultation takes place after all, and as said here.
    ReviveHere { consultation: ConsultationId, details: Details },
    /// Nothing to write: keep what both sides have in common now.
    Agree(Agreed),
    /// Both sides are done with it: forget what was agreed.
    Forget { consultation: ConsultationId },
    /// The entry was not among those read. Ask for it alone: only then is it known to be gone.
    Look { consultation: ConsultationId, entry: EntryId },
    /// A second entry that our own writing left behind: delete it. What was agreed stays.
    DeleteDoubleThere { consultation: ConsultationId, entry: EntryId },
    /// The entry has become a series or a whole day. Neither side takes anything from the other, and a person is told.
    LeaveSeries { consultation: ConsultationId, entry: EntryId },
    /// Nothing is done until a person has chosen.
    Conflict(Box<Conflict>),
}

/// Changed on both sides. It holds both in full, so that neither is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub ours: Ours,
    pub theirs: CalendarEvent,
    pub agreed: Option<Agreed>,
    pub reason: ConflictReason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictReason {
    /// These fields say one thing here and another there.
    BothChanged(BTreeSet<Field>),
    /// Deleted there, which is not followed by itself: it was changed here, was only declined there, or is one of many.
    DeletedThere,
    /// Cancelled here, changed there.
    CancelledHere,
}

/// Whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ours,
    Theirs,
}

impl Conflict {
    /// What a person's choice comes to. Fields that only one side changed follow as ever.
    #[must_use]
    pub fn decide(&self, side: Side) -> Vec<Step> {
        reconcile::decide(self, side)
    }
}
