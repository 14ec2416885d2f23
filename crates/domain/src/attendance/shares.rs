//! From presences to shares: what of them belongs to which consultation.
//!
//! A client's presence belongs to one consultation as a whole, the one that its arrival belongs to.
//! The specialist's serves every consultation of theirs, one session after the other.

use super::owners::{Arrival, Owners};
use super::presences::{Presence, shared_seconds, span};
use super::stays::End;
use crate::consultation::{Known, Slot};
use crate::{ConsultationId, LeaveReason, SpecialistId, Timestamp};
use std::collections::BTreeMap;

/// Presences by the consultation they belong to; `None` is nobody's.
pub(super) type Shares = BTreeMap<Option<ConsultationId>, Vec<Presence>>;

/// Adds one specialist's turn to the shares; gives when a consultation will begin by its plan alone.
pub(super) fn add(
    shares: &mut Shares,
    specialist: Option<SpecialistId>,
    presences: Vec<Presence>,
    owners: &Owners<'_>,
    now: Timestamp,
) -> Option<Timestamp> {
    let mut slots: Vec<Slot> = owners.slots.iter().filter(|slot| Some(slot.specialist) == specialist).copied().collect();
    slots.sort_by_key(|slot| (slot.starts_at, slot.consultation));
    let mut owned: Vec<(Option<ConsultationId>, Presence)> = Vec::with_capacity(presences.len());
    for mut presence in presences {
        let times = [presence.in_room_since, presence.waits_since];
        let arrival = Arrival { keys: &presence.keys, times, from: presence.from, is_over: presence.is_over };
        let owner = owners.of(&slots, &arrival, |slot| known(&owned, &presence, slot));
        let owner = owner.or_else(|| company(&owned, &presence, &slots));
        presence.again = of_one(&owned, owner).any(|earlier| came_back(earlier, &presence));
        owned.push((owner, presence));
    }
    let (specialists, clients): (Vec<_>, Vec<_>) = owned.into_iter().partition(|(_, presence)| presence.is_specialist);
    let mut own: Shares = BTreeMap::new();
    for (owner, presence) in clients {
        own.entry(owner).or_default().push(presence);
    }
    let mut look_again_at: Vec<Timestamp> = Vec::new();
    let mut sessions: Vec<(Option<ConsultationId>, Presence)> = Vec::new();
    for (owner, presence) in specialists {
        let stay = Stay { presence, owner, slots: &slots, clients: &own, owners, now };
        sessions.extend(stay.sessions(&mut look_again_at));
    }
    for (owner, presence) in sessions {
        own.entry(owner).or_default().push(presence);
    }
    for (owner, presences) in own {
        shares.entry(owner).or_default().extend(presences);
    }
    look_again_at.into_iter().filter(|at| *at > now).min()
}

/// Nothing but the word "again" hangs on it.
fn came_back(earlier: &Presence, later: &Presence) -> bool {
    let had_gone = earlier.person == later.person || earlier.end.is_some_and(|end| end.at <= later.from);
    earlier.in_room_since.is_some() && had_gone && earlier.is_of_same(later)
}

fn of_one(owned: &[(Option<ConsultationId>, Presence)], owner: Option<ConsultationId>) -> impl Iterator<Item = &Presence> {
    owned.iter().filter(move |(other, _)| *other == owner).map(|(_, presence)| presence)
}

/// When nothing is planned within reach: a consultation that was moved away keeps those who come to it now, too.
fn company(earlier: &[(Option<ConsultationId>, Presence)], comer: &Presence, slots: &[Slot]) -> Option<ConsultationId> {
    let same = |other: &Presence| other.is_of_same(comer) || other.stands_at(comer.from);
    let planned = |owner: &Option<ConsultationId>| slots.iter().any(|slot| Some(slot.consultation) == *owner);
    earlier.iter().rev().find(|(owner, other)| planned(owner) && same(other)).and_then(|(owner, _)| *owner)
}

fn known(earlier: &[(Option<ConsultationId>, Presence)], comer: &Presence, slot: &Slot) -> Known {
    let inside = |other: &Presence| other.stands_at(comer.from) && other.is_specialist == comer.is_specialist;
    Known {
        was_there: of_one(earlier, Some(slot.consultation)).any(|other| other.is_of_same(comer)),
        is_taken: of_one(earlier, Some(slot.consultation)).any(|other| !other.is_of_same(comer) && inside(other)),
    }
}

/// A presence of the specialist, to be divided into sessions.
struct Stay<'a> {
    presence: Presence,
    owner: Option<ConsultationId>,
    /// The specialist's own, in the order of their beginnings.
    slots: &'a [Slot],
    clients: &'a Shares,
    owners: &'a Owners<'a>,
    now: Timestamp,
}

/// When the specialist's presence begins to count for a consultation.
struct Begun {
    consultation: Option<ConsultationId>,
    at: Timestamp,
    /// While its planned time runs, its client may come back.
    planned_until: Option<Timestamp>,
}

impl Stay<'_> {
    fn sessions(self, look_again_at: &mut Vec<Timestamp>) -> Vec<(Option<ConsultationId>, Presence)> {
        let Some(since) = self.presence.in_room_since else { return vec![(self.owner, self.presence)] };
        let begun = self.begun(since, look_again_at);
        let mut sessions = Vec::with_capacity(begun.len());
        for (index, one) in begun.iter().enumerate() {
            let next = begun.get(index + 1);
            // It ends with the specialist's presence, or when its client has gone and the next one has begun.
            let ends_at = next.and_then(|next| {
                let gone = self.clients_gone(one.consultation)?;
                [Some(one.at), Some(next.at), gone, one.planned_until].into_iter().flatten().max()
            });
            look_again_at.extend(ends_at);
            let ends_at = ends_at.filter(|at| *at <= self.now && self.presence.end.is_none_or(|end| *at < end.at));
            let mut session = Presence { in_room_since: Some(one.at), ..self.presence.clone() };
            if let Some(at) = ends_at {
                session.end = Some(End { at, reason: LeaveReason::Moved, learned_at: at });
                (session.is_over, session.may_return) = (true, false);
            }
            let with: Vec<_> = self.clients_of(one.consultation).filter_map(|client| span(client, self.now)).collect();
            session.together = span(&session, self.now).map_or(0, |own| shared_seconds(own, &with));
            sessions.push((one.consultation, session));
        }
        sessions
    }

    /// The consultations that this presence serves, in order.
    fn begun(&self, since: Timestamp, look_again_at: &mut Vec<Timestamp>) -> Vec<Begun> {
        let until = self.presence.end.map(|end| end.at);
        // What is over and told is not told anew because the plan has changed since.
        let told = self.owners.told_sessions(&self.presence.keys);
        let is_history = self.presence.is_over && !told.is_empty();
        let mut begun: Vec<Begun> = Vec::new();
        for slot in self.slots {
            let id = Some(slot.consultation);
            let at = if id == self.owner {
                Some(since)
            } else {
                let may_begin = slot.is_open && slot.starts_at > since;
                let counts = !is_history || told.contains(&slot.consultation);
                let planned = begun.iter().map(|earlier| self.clients_gone(earlier.consultation)).collect::<Option<Vec<_>>>();
                let by_plan = planned.filter(|_| may_begin && counts);
                let by_plan = by_plan.and_then(|gone| gone.into_iter().flatten().chain([slot.starts_at]).max());
                [self.first_client(id, since), by_plan].into_iter().flatten().min()
            };
            let Some(at) = at.filter(|at| until.is_none_or(|until| *at < until || id == self.owner)) else { continue };
            look_again_at.push(at);
            if at <= self.now {
                let planned_until = slot.is_open.then_some(slot.ends_at);
                begun.push(Begun { consultation: id, at, planned_until });
            }
        }
        let listed = begun.iter().any(|one| one.consultation == self.owner);
        if begun.is_empty() || (!listed && self.owner.is_some()) {
            begun.insert(0, Begun { consultation: self.owner, at: since, planned_until: None });
        }
        begun
    }

    fn clients_of(&self, consultation: Option<ConsultationId>) -> impl Iterator<Item = &Presence> {
        self.clients.get(&consultation).into_iter().flatten().filter(|client| client.in_room_since.is_some())
    }

    /// When the specialist first met a client of the consultation.
    fn first_client(&self, consultation: Option<ConsultationId>, since: Timestamp) -> Option<Timestamp> {
        let clients = self.clients_of(consultation).filter(|client| !client.awaits_proof);
        let here = clients.filter(|client| client.end.is_none_or(|end| end.at > since));
        here.filter_map(|client| client.in_room_since).map(|came| came.max(since)).min()
    }

    /// When its last client left: `None` while somebody is there, `Some(None)` when nobody came.
    #[expect(clippy::option_option, reason = "nobody there and nobody yet are different answers")]
    fn clients_gone(&self, consultation: Option<ConsultationId>) -> Option<Option<Timestamp>> {
        let mut last = None;
        for client in self.clients_of(consultation) {
            let end = client.end.filter(|_| client.is_over)?;
            last = last.max(Some(end.at));
        }
        Some(last)
    }
}
