//! What is to be done so that both sides say the same.

use super::merge::{changed_there, merge};
use super::{Agreed, CalendarEvent, Conflict, ConflictReason, Details, EntryId, Invitation, Ours, Side, Step, room_link};
use crate::{ConsultationId, Sensitive};
use std::collections::{BTreeMap, BTreeSet};

/// Compares both sides: pure, and independent of the order in which they are given.
///
/// `ours` holds what is still to come, and what was agreed on and is off by now. `theirs` may hold a part of the calendar:
/// an entry that is absent is looked for, never taken for deleted. `known_link` tells the rooms that can be opened here.
///
/// Entries of others are left alone; those with a known link are proposed to be added here, where they can be a consultation.
#[must_use]
pub fn reconcile(ours: &[Ours], theirs: &[CalendarEvent], agreed: &[Agreed], known_link: &dyn Fn(&str) -> bool) -> Vec<Step> {
    let mut table = Table::new(theirs, agreed, known_link);
    let ours: BTreeMap<ConsultationId, &Ours> = ours.iter().map(|one| (one.consultation, one)).collect();
    let found: Vec<_> = ours.values().map(|one| (*one, table.agreed(one), table.find(one))).collect();
    let mut steps = Vec::new();
    for (one, agreed, found) in found {
        let doubles = agreed.map(|agreed| table.take_doubles(agreed)).unwrap_or_default();
        let mut of_one = settle(one, agreed, found);
        if matches!(found, Found::Entry(event) if is_agreed_talk(event, agreed)) {
            let consultation = one.consultation;
            let delete = doubles.into_iter().map(|entry| Step::DeleteDoubleThere { consultation, entry: entry.clone() });
            // Once what was agreed is forgotten nobody looks for them.
            let at = if one.in_calendar { of_one.len() } else { 0 };
            of_one.splice(at..at, delete);
        }
        steps.extend(of_one);
    }
    steps.extend(proposals(&table, &ours, &steps));
    steps
}

/// Where a consultation's entry is.
#[derive(Clone, Copy)]
enum Found<'a> {
    Nowhere,
    /// It has one, but that was not read.
    Unread(&'a EntryId),
    Entry(&'a CalendarEvent),
}

fn is_agreed_talk(event: &CalendarEvent, agreed: Option<&Agreed>) -> bool {
    event.stands() && event.plannable && agreed.is_some_and(|agreed| agreed.entry.as_ref() == Some(&event.id))
}

fn settle(ours: &Ours, agreed: Option<&Agreed>, found: Found<'_>) -> Vec<Step> {
    let consultation = ours.consultation;
    match found {
        Found::Unread(entry) => vec![Step::Look { consultation, entry: entry.clone() }],
        Found::Nowhere if ours.in_calendar => vec![Step::CreateThere { consultation, details: ours.details.clone() }],
        Found::Nowhere => agreed.map(|_| Step::Forget { consultation }).into_iter().collect(),
        // No single talk any more: taking its time would move the consultation, and writing or deleting it would change other days.
        Found::Entry(event) if event.stands() && !event.plannable => {
            vec![Step::LeaveSeries { consultation, entry: event.id.clone() }]
        }
        Found::Entry(event) => match (ours.in_calendar, !event.stands()) {
            (true, true) => gone_there(ours, event, agreed),
            (true, false) => on_both(ours, event, agreed, None),
            (false, true) => vec![Step::Forget { consultation }],
            (false, false) => off_here(ours, event, agreed),
        },
    }
}

fn gone_there(ours: &Ours, event: &CalendarEvent, agreed: Option<&Agreed>) -> Vec<Step> {
    // Whoever declines an invitation may still see the client: that is asked.
    if event.deleted && agreed.is_some_and(|agreed| agreed.details == ours.details) {
        vec![Step::CancelHere { consultation: ours.consultation }]
    } else {
        conflict(ours, event, agreed, ConflictReason::DeletedThere)
    }
}

fn off_here(ours: &Ours, event: &CalendarEvent, agreed: Option<&Agreed>) -> Vec<Step> {
    let changed = agreed.map_or(event.details != ours.details, |agreed| changed_there(agreed, &event.details));
    if changed {
        conflict(ours, event, agreed, ConflictReason::CancelledHere)
    } else {
        vec![Step::DeleteThere { consultation: ours.consultation, entry: event.id.clone() }]
    }
}

/// While one field is in conflict nothing of the entry is written: half a change may be worse than none.
fn on_both(ours: &Ours, event: &CalendarEvent, agreed: Option<&Agreed>, side: Option<Side>) -> Vec<Step> {
    let merged = merge(&ours.details, &event.details, agreed, side);
    if !merged.conflicts.is_empty() {
        return conflict(ours, event, agreed, ConflictReason::BothChanged(merged.conflicts));
    }
    let consultation = ours.consultation;
    let mut steps = Vec::new();
    let updates = merged.there != event.details;
    if updates {
        steps.push(Step::UpdateThere { consultation, over: event.clone(), details: merged.there.clone() });
    }
    if merged.here != ours.details {
        steps.push(Step::ChangeHere { consultation, details: merged.here.clone() });
    }
    let now = Agreed { consultation, entry: Some(event.id.clone()), details: merged.here, seen: merged.there };
    if updates || agreed != Some(&now) {
        steps.push(Step::Agree(now));
    }
    steps
}

fn conflict(ours: &Ours, theirs: &CalendarEvent, agreed: Option<&Agreed>, reason: ConflictReason) -> Vec<Step> {
    vec![Step::Conflict(Box::new(Conflict { ours: ours.clone(), theirs: theirs.clone(), agreed: agreed.cloned(), reason }))]
}

pub(super) fn decide(conflict: &Conflict, side: Side) -> Vec<Step> {
    let Conflict { ours, theirs, agreed, reason } = conflict;
    let consultation = ours.consultation;
    match (reason, side) {
        (ConflictReason::BothChanged(_), side) => on_both(ours, theirs, agreed.as_ref(), Some(side)),
        (ConflictReason::DeletedThere, Side::Ours) => vec![Step::CreateThere { consultation, details: ours.details.clone() }],
        (ConflictReason::DeletedThere, Side::Theirs) => vec![Step::CancelHere { consultation }],
        (ConflictReason::CancelledHere, Side::Ours) => vec![Step::DeleteThere { consultation, entry: theirs.id.clone() }],
        (ConflictReason::CancelledHere, Side::Theirs) => {
            let details = theirs.details.clone();
            let now = Agreed { consultation, entry: Some(theirs.id.clone()), details: details.clone(), seen: details.clone() };
            vec![Step::ReviveHere { consultation, details }, Step::Agree(now)]
        }
    }
}

/// Entries that are nobody's and carry a link that can be opened here: consultations that somebody planned there.
fn proposals(table: &Table<'_>, ours: &BTreeMap<ConsultationId, &Ours>, steps: &[Step]) -> Vec<Step> {
    // What stands here once the steps are done is not proposed again, and neither is what stands in two calendars.
    let talk = |details: &Details| Some((room_link(details, table.known_link)?.to_owned(), details.starts_at));
    let mut here: BTreeMap<ConsultationId, &Details> = ours.iter().map(|(id, one)| (*id, &one.details)).collect();
    here.extend(steps.iter().filter_map(|step| match step {
        Step::ChangeHere { consultation, details } => Some((*consultation, details)),
        _ => None,
    }));
    let mut known: BTreeSet<_> = here.values().filter_map(|details| talk(details)).collect();
    // A marked one is a consultation of another computer that this one has not heard of yet; its copy is one of ours.
    let is_anothers = |event: &CalendarEvent| event.marked.is_some_and(|consultation| !ours.contains_key(&consultation));
    // An invitation that nobody accepted is no plan of the calendar's owner.
    let is_theirs = |event: &CalendarEvent| !event.deleted && event.invitation == Invitation::Settled;
    let free = table.rest().filter(|event| is_theirs(event) && event.plannable && !is_anothers(event));
    free.filter_map(|event| {
        let (link, starts_at) = talk(&event.details)?;
        let is_new = known.insert((link.clone(), starts_at));
        is_new.then(|| Step::AddHere { event: event.clone(), link: Sensitive::new(link) })
    })
    .collect()
}

/// The calendar and the agreements, by what one asks for. An entry belongs to one consultation at most.
struct Table<'a> {
    events: BTreeMap<&'a EntryId, &'a CalendarEvent>,
    agreed: BTreeMap<ConsultationId, &'a Agreed>,
    taken: BTreeSet<&'a EntryId>,
    known_link: &'a dyn Fn(&str) -> bool,
}

impl<'a> Table<'a> {
    fn new(theirs: &'a [CalendarEvent], agreed: &'a [Agreed], known_link: &'a dyn Fn(&str) -> bool) -> Self {
        let mut events: BTreeMap<&EntryId, &CalendarEvent> = BTreeMap::new();
        for event in theirs {
            // The same entry may be told more than once, as a series is; its first day stands for it.
            let first =
                |known: &&CalendarEvent| (known.deleted, known.details.starts_at) <= (event.deleted, event.details.starts_at);
            if !events.get(&event.id).is_some_and(first) {
                events.insert(&event.id, event);
            }
        }
        let taken = agreed.iter().filter_map(|one| one.entry.as_ref()).collect();
        Self { events, agreed: agreed.iter().map(|one| (one.consultation, one)).collect(), taken, known_link }
    }

    fn agreed(&self, ours: &Ours) -> Option<&'a Agreed> {
        self.agreed.get(&ours.consultation).copied()
    }

    /// By the entry agreed on; else, or if that is gone, by the marker; else one with the same room at the same time,
    /// which somebody wrote by hand.
    fn find(&mut self, ours: &Ours) -> Found<'a> {
        let entry = self.agreed(ours).and_then(|agreed| agreed.entry.as_ref());
        if let Some(entry) = entry {
            match self.events.get(entry) {
                None => return Found::Unread(entry),
                Some(event) if event.stands() => return Found::Entry(event),
                Some(_) => {}
            }
        }
        let by_marker = |event: &CalendarEvent| event.marked == Some(ours.consultation);
        let link = room_link(&ours.details, self.known_link).filter(|_| ours.in_calendar);
        let by_room = |event: &CalendarEvent| {
            link.is_some()
                && event.marked.is_none()
                && event.plannable
                && event.details.starts_at == ours.details.starts_at
                && room_link(&event.details, self.known_link) == link
        };
        if let Some(event) = self.free(ours, by_marker).or_else(|| self.free(ours, by_room)) {
            self.taken.insert(&event.id);
            return Found::Entry(event);
        }
        entry.and_then(|entry| self.events.get(entry)).map_or(Found::Nowhere, |gone| Found::Entry(gone))
    }

    /// Entries beside the agreed one that carry its marker and say what was agreed: a writing that arrived after it had been
    /// given up and repeated. One that differs in anything is somebody's.
    fn take_doubles(&mut self, agreed: &Agreed) -> Vec<&'a EntryId> {
        if agreed.entry.is_none() {
            return Vec::new();
        }
        let says = |of: &Details| Details { reminder: None, ..of.clone() };
        let seen = says(&agreed.seen);
        let is_double = |event: &CalendarEvent| {
            event.marked == Some(agreed.consultation) && event.stands() && event.plannable && says(&event.details) == seen
        };
        let doubles: Vec<_> = self.rest().filter(|event| is_double(event)).map(|event| &event.id).collect();
        self.taken.extend(&doubles);
        doubles
    }

    /// An entry that belongs to nobody yet; rather one that says what we say.
    fn free(&self, ours: &Ours, fits: impl Fn(&CalendarEvent) -> bool) -> Option<&'a CalendarEvent> {
        let free = self.rest().filter(|event| event.stands() && fits(event));
        free.min_by_key(|event| event.details != ours.details)
    }

    fn rest(&self) -> impl Iterator<Item = &'a CalendarEvent> {
        self.events.values().copied().filter(|event| !self.taken.contains(&event.id))
    }
}
