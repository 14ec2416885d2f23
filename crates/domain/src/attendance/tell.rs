//! The difference between what is true and what was told.

use super::UNSTABLE_AFTER;
use super::presences::Presence;
use crate::event::Told;
use crate::{EventId, EventKind, Place, Sensitive, Side, Telling, Timestamp, Who};
use std::collections::BTreeMap;

/// What must be told of one consultation now, in order. `standing` is what was told of it and not withdrawn, oldest first.
pub(super) fn difference(presences: &[Presence], standing: &[&Told], now: Timestamp) -> Vec<Telling> {
    let mut by_key: BTreeMap<&str, Vec<(usize, &Told)>> = BTreeMap::new();
    for (position, told) in standing.iter().enumerate() {
        by_key.entry(&told.telling.about).or_default().push((position, told));
    }
    let mut withdrawals = Vec::new();
    let mut news = Vec::new();
    for presence in presences.iter().filter(|presence| !presence.awaits_proof) {
        let mut teller = Teller { presence, told: claimed(presence, &by_key), withdrawals: Vec::new(), news: Vec::new(), now };
        if presence.is_specialist {
            teller.specialist();
        } else {
            teller.client();
        }
        withdrawals.extend(teller.withdrawals);
        news.extend(teller.news);
    }
    news.sort_by_key(|telling: &Telling| (telling.at, matches!(telling.kind, EventKind::SessionEnded { .. })));
    withdrawals.into_iter().chain(news).collect()
}

/// Takes back what belongs to somebody else: without a word about them.
pub(super) fn withdrawal(told: &Told, now: Timestamp) -> Telling {
    Telling { kind: EventKind::Withdrawn { of: told.id }, at: now, ..told.telling.clone() }
}

/// How many clients are in the room.
pub(super) fn inside(presences: &[Presence]) -> u32 {
    let inside = presences
        .iter()
        .filter(|presence| !presence.is_specialist && presence.stands_in_room() && !presence.awaits_proof)
        .count();
    u32::try_from(inside).unwrap_or(u32::MAX)
}

/// What was told of this presence, oldest first.
fn claimed<'a>(presence: &Presence, by_key: &BTreeMap<&str, Vec<(usize, &'a Told)>>) -> Vec<&'a Told> {
    let told = presence.keys.iter().filter_map(|key| by_key.get(key.as_str())).flatten();
    let mut told: Vec<(usize, &Told)> = told.copied().collect();
    told.sort_by_key(|(position, _)| *position);
    told.dedup_by_key(|(position, _)| *position);
    told.into_iter().map(|(_, told)| told).collect()
}

struct Teller<'a> {
    presence: &'a Presence,
    told: Vec<&'a Told>,
    withdrawals: Vec<Telling>,
    news: Vec<Telling>,
    now: Timestamp,
}

impl Teller<'_> {
    fn client(&mut self) {
        self.withdraw_where(|kind| matches!(kind, EventKind::SessionStarted | EventKind::SessionEnded { .. }));
        self.withdraw_repeated();
        let presence = self.presence;
        if !presence.is_over {
            // Somebody said to have left stands here: the arrival that shows it came late.
            self.withdraw_where(|kind| matches!(kind, EventKind::ClientLeft { .. }));
        }
        let left = self.has(|kind| matches!(kind, EventKind::ClientLeft { .. }));
        let joined = self.has(|kind| matches!(kind, EventKind::ClientJoined { .. }));
        let waiting = self.has(|kind| matches!(kind, EventKind::ClientWaiting { .. }));
        if presence.may_return && !joined && !waiting {
            // Nobody is there as far as is known: an alert would be false.
            return;
        }
        if let Some(since) = presence.waits_since.filter(|_| !waiting && !joined && !left) {
            self.tell(EventKind::ClientWaiting { place: Place::Lobby }, since);
        }
        if let Some(since) = presence.in_room_since.filter(|_| !joined && !left) {
            self.tell(EventKind::ClientJoined { again: presence.again }, since);
        }
        if !presence.is_over {
            self.name();
            if presence.end.is_none() {
                self.line();
            }
        }
        if let Some(end) = presence.end.filter(|_| presence.is_over && !left) {
            self.tell(EventKind::ClientLeft { reason: end.reason }, end.at);
        }
    }

    fn specialist(&mut self) {
        self.withdraw_where(|kind| {
            matches!(
                kind,
                EventKind::ClientJoined { .. }
                    | EventKind::ClientWaiting { .. }
                    | EventKind::ClientLeft { .. }
                    | EventKind::LineUnstable
            )
        });
        self.withdraw_repeated();
        let presence = self.presence;
        if !presence.is_over {
            self.withdraw_where(|kind| matches!(kind, EventKind::SessionEnded { .. }));
        }
        let ended = self.has(|kind| matches!(kind, EventKind::SessionEnded { .. }));
        if presence.may_return && !self.has(|kind| *kind == EventKind::SessionStarted) {
            return;
        }
        if let Some(since) = presence.in_room_since.filter(|_| !ended && !self.has(|kind| *kind == EventKind::SessionStarted)) {
            self.tell(EventKind::SessionStarted, since);
        }
        // A specialist who only waited at the door had no session.
        let had_session = presence.in_room_since.is_some() || !presence.arrival_known;
        if let Some(end) = presence.end.filter(|_| presence.is_over && !ended && had_session) {
            self.tell(EventKind::SessionEnded { together: presence.together }, end.at);
        }
    }

    fn name(&mut self) {
        let name = &self.presence.name;
        if !name.reveal().is_empty() && self.last_name().is_some_and(|known| known != *name) {
            self.tell(EventKind::ClientNamed, self.now);
        }
    }

    /// The name that was last told; `None` when nothing was told yet, or is being told now with the present name.
    fn last_name(&self) -> Option<Sensitive<String>> {
        let naming = |kind: &EventKind| {
            matches!(kind, EventKind::ClientWaiting { .. } | EventKind::ClientJoined { .. } | EventKind::ClientNamed)
        };
        if !self.news.is_empty() {
            return None;
        }
        let told = self.told.iter().rev().find(|told| naming(&told.telling.kind))?;
        told.telling.who.as_ref().map(|who| who.name.clone())
    }

    fn line(&mut self) {
        let said_lost = self
            .told
            .iter()
            .rev()
            .find_map(|told| match told.telling.kind {
                EventKind::ClientLineLost => Some(true),
                EventKind::ClientLineBack => Some(false),
                _ => None,
            })
            .unwrap_or(false);
        match self.presence.line_lost_since {
            Some(since) if !said_lost => self.tell(EventKind::ClientLineLost, since),
            None if said_lost => self.tell(EventKind::ClientLineBack, self.now),
            _ => {}
        }
        if self.presence.losses >= UNSTABLE_AFTER && !self.has(|kind| *kind == EventKind::LineUnstable) {
            self.tell(EventKind::LineUnstable, self.now);
        }
    }

    fn has(&self, matches: impl Fn(&EventKind) -> bool) -> bool {
        self.told.iter().any(|told| matches(&told.telling.kind) && !self.is_withdrawn(told.id))
    }

    fn withdraw_where(&mut self, matches: impl Fn(&EventKind) -> bool) {
        let wrong: Vec<&Told> = self.told.iter().filter(|told| matches(&told.telling.kind)).copied().collect();
        wrong.into_iter().for_each(|told| self.withdraw(told));
    }

    /// What looked like two people or two visits turned out to be one: the first arrival and the last departure stand.
    fn withdraw_repeated(&mut self) {
        let arrival = |told: &&Told| matches!(told.telling.kind, EventKind::ClientJoined { .. } | EventKind::SessionStarted);
        let departure = |told: &&Told| matches!(told.telling.kind, EventKind::ClientLeft { .. } | EventKind::SessionEnded { .. });
        let standing = || self.told.iter().copied().filter(|told| !self.is_withdrawn(told.id));
        let arrivals = standing().filter(arrival).skip(1);
        let departures = standing().rev().filter(departure).skip(1);
        let repeated: Vec<&Told> = arrivals.chain(departures).collect();
        repeated.into_iter().for_each(|told| self.withdraw(told));
    }

    fn withdraw(&mut self, told: &Told) {
        if !self.is_withdrawn(told.id) {
            let (kind, about) = (EventKind::Withdrawn { of: told.id }, told.telling.about.clone());
            self.withdrawals.push(Telling { kind, consultation: None, who: Some(self.who()), at: self.now, about, inside: 0 });
        }
    }

    fn is_withdrawn(&self, id: EventId) -> bool {
        self.withdrawals.iter().any(|telling| telling.kind == EventKind::Withdrawn { of: id })
    }

    fn tell(&mut self, kind: EventKind, at: Timestamp) {
        let about = self.presence.keys[0].clone();
        self.news.push(Telling { kind, consultation: None, who: Some(self.who()), at, about, inside: 0 });
    }

    fn who(&self) -> Who {
        let side = if self.presence.is_specialist { Side::Specialist } else { Side::Client };
        Who { name: self.presence.name.clone(), side, proof: self.presence.proof }
    }
}
