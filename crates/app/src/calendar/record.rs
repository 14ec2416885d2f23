//! What is remembered about a consultation's entry in a calendar: rows of the local store, and what the running application knows beside them.

use crate::view::{ColleagueView, Message};
use chrono::{DateTime, Utc};
use kabinet_domain::ConsultationId;
use kabinet_domain::calendar::{
    Agreed, AttendeeId, CalendarEvent, Conflict, ConflictReason, Details, EntryId, Field, Invitation, Ours,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What the running application knows of the connected calendar.
#[derive(Debug, Clone, Default)]
pub struct CalendarState {
    /// By consultation.
    pub rows: BTreeMap<String, Row>,
    /// When both sides were last compared.
    pub last_success: Option<DateTime<Utc>>,
    /// Why the last comparison did not work.
    pub message: Option<Message>,
    /// Those who can be invited, as they were read last.
    pub people: BTreeMap<String, ColleagueView>,
    pub people_read_at: Option<DateTime<Utc>>,
}

/// One consultation's entry.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// It is to stand in the calendar.
    pub on: bool,
    pub invited: Vec<ColleagueView>,
    pub agreed: Option<AgreedRow>,
    /// What will be agreed on once what was sent is found there.
    pub intended: Option<AgreedRow>,
    pub conflict: Option<ConflictRow>,
    /// Why it is not in step.
    pub failure: Option<Message>,
}

logged!(Row: on, agreed, intended, conflict);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedRow {
    /// `None` between sending a new entry and its answer.
    pub entry: Option<String>,
    pub details: Said,
    pub seen: Said,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRow {
    pub reason: Reason,
    pub ours: Said,
    pub theirs: Said,
    pub entry: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    BothChanged(Vec<FieldName>),
    DeletedThere,
    CancelledHere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldName {
    Title,
    Time,
    Location,
    Description,
    Reminder,
}

/// What one side says of a consultation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// IANA name.
    pub zone: String,
    pub location: String,
    pub description: String,
    pub attendees: BTreeSet<String>,
    pub reminder: Option<u32>,
}

/// Names and links stay out of logs.
impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said").field("starts_at", &self.starts_at).finish_non_exhaustive()
    }
}

impl From<&Details> for Said {
    fn from(details: &Details) -> Self {
        Self {
            title: details.title.reveal().clone(),
            starts_at: details.starts_at,
            ends_at: details.ends_at,
            zone: details.zone.name().to_owned(),
            location: details.location.reveal().clone(),
            description: details.description.reveal().clone(),
            attendees: details.attendees.iter().map(|one| one.0.clone()).collect(),
            reminder: details.reminder,
        }
    }
}

impl From<&Said> for Details {
    fn from(said: &Said) -> Self {
        Self {
            title: said.title.clone().into(),
            starts_at: said.starts_at,
            ends_at: said.ends_at,
            zone: said.zone.parse().unwrap_or(chrono_tz::UTC),
            location: said.location.clone().into(),
            description: said.description.clone().into(),
            attendees: said.attendees.iter().cloned().map(AttendeeId).collect(),
            reminder: said.reminder,
        }
    }
}

impl From<&Agreed> for AgreedRow {
    fn from(agreed: &Agreed) -> Self {
        let entry = agreed.entry.as_ref().map(|entry| entry.0.clone());
        Self { entry, details: (&agreed.details).into(), seen: (&agreed.seen).into() }
    }
}

impl AgreedRow {
    pub(super) fn of(&self, consultation: ConsultationId) -> Agreed {
        let entry = self.entry.clone().map(EntryId);
        Agreed { consultation, entry, details: (&self.details).into(), seen: (&self.seen).into() }
    }
}

impl AgreedRow {
    /// What is said here counts as said anew, so that the next comparison asks a person instead of following the calendar.
    pub(super) fn doubt(&mut self) {
        self.details.location.clear();
    }

    /// A person has been asked, so what follows now is their word.
    pub(super) fn is_doubted(&self) -> bool {
        self.details.location.is_empty()
    }
}

impl From<&Conflict> for ConflictRow {
    fn from(conflict: &Conflict) -> Self {
        let reason = match &conflict.reason {
            ConflictReason::BothChanged(fields) => Reason::BothChanged(fields.iter().copied().map(FieldName::from).collect()),
            ConflictReason::DeletedThere => Reason::DeletedThere,
            ConflictReason::CancelledHere => Reason::CancelledHere,
        };
        let entry = conflict.theirs.id.0.clone();
        Self { reason, ours: (&conflict.ours.details).into(), theirs: (&conflict.theirs.details).into(), entry }
    }
}

impl ConflictRow {
    /// As it was shown: enough to tell whether it still is the same.
    pub(super) fn shown(&self, consultation: ConsultationId) -> Conflict {
        let in_calendar = self.reason != Reason::CancelledHere;
        let reason = match &self.reason {
            Reason::BothChanged(fields) => ConflictReason::BothChanged(fields.iter().copied().map(Field::from).collect()),
            Reason::DeletedThere => ConflictReason::DeletedThere,
            Reason::CancelledHere => ConflictReason::CancelledHere,
        };
        let theirs = CalendarEvent {
            id: EntryId(self.entry.clone()),
            details: (&self.theirs).into(),
            marked: Some(consultation),
            deleted: self.reason == Reason::DeletedThere,
            plannable: true,
            invitation: Invitation::default(),
            version: String::new(),
        };
        Conflict { ours: Ours { consultation, details: (&self.ours).into(), in_calendar }, theirs, agreed: None, reason }
    }
}

impl From<Field> for FieldName {
    fn from(field: Field) -> Self {
        match field {
            Field::Title => Self::Title,
            Field::Time => Self::Time,
            Field::Location => Self::Location,
            Field::Description => Self::Description,
            Field::Reminder => Self::Reminder,
        }
    }
}

impl From<FieldName> for Field {
    fn from(field: FieldName) -> Self {
        match field {
            FieldName::Title => Self::Title,
            FieldName::Time => Self::Time,
            FieldName::Location => Self::Location,
            FieldName::Description => Self::Description,
            FieldName::Reminder => Self::Reminder,
        }
    }
}

impl Row {
    /// Whatever was agreed with another account means nothing any more, its people too.
    pub(super) fn begin_anew(&mut self) {
        *self = Self { on: self.on, ..Self::default() };
    }

    /// Whether it says nothing that would be missed.
    pub(super) fn is_empty(&self) -> bool {
        !self.on && self.agreed.is_none() && self.conflict.is_none() && self.invited.is_empty()
    }
}
