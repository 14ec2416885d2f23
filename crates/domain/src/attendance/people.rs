//! From stays to people: which stays are one person, and which person is the specialist.

use super::presences::returns_within;
use super::standing::{self, Standing, expects_grant};
use super::stays::Stay;
use super::{Plan, REOPENS_WITHIN, press};
use crate::{LeaveReason, Proof, SignalPlace, Timestamp};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// One person: the indexes of their stays, in order of beginning, each with what proves whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub stays: Vec<(usize, Proof)>,
    pub is_specialist: bool,
}

pub(super) fn from_stays(plan: &Plan, stays: &[Stay], presses: &[Timestamp]) -> Vec<Person> {
    let mut standings: Vec<Standing> = stays.iter().map(|stay| standing::of(plan, stay)).collect();
    let mut groups = Groups::new(stays.len());
    same_page_or_token(stays, &mut groups);
    // Before the guesses by name and by time: the press says that the specialist comes, also when a client has just gone.
    press::answer(plan, stays, &mut standings, &mut groups, presses);
    same_name(plan, stays, &standings, &mut groups);
    nameless_returns(stays, &standings, &mut groups);
    if plan.first_is_host {
        first_comers(stays, &mut standings, &mut groups);
    }
    specialist_is_one(&standings, &mut groups);
    groups.people(&standings)
}

/// Who came with whom else's page, token or name, before anybody is taken for the specialist: equal for the stays of one person.
pub(super) fn alike(stays: &[Stay]) -> Vec<usize> {
    let standings = vec![Standing::Unproven; stays.len()];
    let mut groups = Groups::new(stays.len());
    same_page_or_token(stays, &mut groups);
    same_name(&Plan::default(), stays, &standings, &mut groups);
    nameless_returns(stays, &standings, &mut groups);
    (0..stays.len()).map(|index| groups.root(index)).collect()
}

/// A connection seen in the room, its lobby or a breakout room, or by two reporters, is one person; so is a page that
/// connected again, and the holder of one token.
fn same_page_or_token(stays: &[Stay], groups: &mut Groups) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, stay) in stays.iter().enumerate() {
        let token = stay.token.as_ref().and_then(|token| token.id.as_deref());
        for mark in [Some(stay.address.bare()), token].into_iter().flatten() {
            let first = *seen.entry(mark).or_insert(index);
            groups.join(first, index);
        }
    }
}

/// Whoever comes under the name of somebody who is inside, or whose line was just lost, is the same person: a page opened anew,
/// a second device. (A client who borrows the specialist's name is seen by the specialist in the room.)
/// After a hang-up a name says nothing.
fn same_name(plan: &Plan, stays: &[Stay], standings: &[Standing], groups: &mut Groups) {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, stay) in stays.iter().enumerate() {
        let names: BTreeSet<String> = stay.folded_names().collect();
        let namesakes: BTreeSet<usize> = names.iter().filter_map(|name| by_name.get(name)).flatten().copied().collect();
        names.into_iter().for_each(|name| by_name.entry(name).or_default().push(index));
        let Some(start) = stay.start.filter(|_| standings[index] == Standing::Unproven && !namesakes.is_empty()) else {
            continue;
        };
        let mut is_proven =
            |index: usize| groups.members(index).iter().any(|member| matches!(standings[*member], Standing::Specialist(_)));
        // A proof goes on with whom it proved; it does not go back to whoever was here before.
        if is_proven(index) {
            continue;
        }
        let regrants = expects_grant(plan, stay);
        let (mut specialist, mut client) = (None, None);
        for other in namesakes {
            let earlier = &stays[other];
            let is_client = matches!(standings[other], Standing::CertainClient(_));
            if is_client || !may_be_one(earlier, stay) || !is_near(earlier, start) {
                continue;
            }
            if !is_proven(other) {
                client = client.or(Some(other));
            } else if earlier.covers(start) || !regrants {
                // The specialist's page opened anew would be granted anew, and need no guess by its name.
                specialist = specialist.or(Some(other));
            }
        }
        if let Some(earlier) = specialist.or(client) {
            groups.join(earlier, index);
        }
    }
}

/// Two tokens tell two people apart, whatever they call themselves.
fn may_be_one(one: &Stay, other: &Stay) -> bool {
    one.token.is_none() || other.token.is_none() || one.token == other.token
}

/// Still inside at this moment, or gone in a way that a page opened anew explains.
fn is_near(stay: &Stay, moment: Timestamp) -> bool {
    let gone = |end: super::stays::End| match end.reason {
        LeaveReason::Lost => stay.losses.last().is_some_and(|loss| moment <= loss.at + REOPENS_WITHIN),
        _ => moment <= end.at + returns_within(stay) && returns_within(stay) > Duration::zero(),
    };
    stay.covers(moment) || stay.end.is_some_and(|end| end.at <= moment && gone(end))
}

/// Without names, whoever comes just after an unexplained departure is taken for the one who left: a reloaded page.
/// No page reloads within the same second.
fn nameless_returns(stays: &[Stay], standings: &[Standing], groups: &mut Groups) {
    let nameless = |index: &usize| standings[*index] == Standing::Unproven && stays[*index].names.is_empty();
    // The press on *Join* proved one stay only: the specialist's page may be opened anew as well.
    let pressed = |index: &usize| standings[*index] == Standing::Specialist(Proof::PressedJoin) && stays[*index].names.is_empty();
    let continues = |candidate: usize, index: usize| {
        let (stay, next) = (&stays[candidate], &stays[index]);
        let gap = next.start.zip(stay.end).map(|(start, end)| start - end.at);
        candidate != index
            && stay.place == next.place
            && stay.start.is_none_or(|earlier| next.start.is_some_and(|start| earlier < start))
            && gap.is_some_and(|gap| gap > Duration::zero() && gap <= returns_within(stay))
    };
    let mut departed: Vec<usize> = (0..stays.len())
        .filter(|index| (nameless(index) || pressed(index)) && stays[*index].end.is_some())
        // Whoever pressed again is back already, and leaves no gap for somebody else.
        .filter(|left| !(pressed(left) && (0..stays.len()).any(|index| pressed(&index) && continues(*left, index))))
        .collect();
    for index in (0..stays.len()).filter(nameless) {
        let returning = |candidate: &usize| continues(*candidate, index);
        if let Some(position) = departed.iter().position(returning) {
            groups.join(departed.remove(position), index);
        }
    }
}

/// The operator states that nobody can be in before the host: whoever enters an empty room is the host.
fn first_comers(stays: &[Stay], standings: &mut [Standing], groups: &mut Groups) {
    for index in 0..stays.len() {
        let stay = &stays[index];
        let Some(start) = stay.start.filter(|_| stay.place == SignalPlace::Room && standings[index] == Standing::Unproven) else {
            continue;
        };
        let own = groups.members(index);
        let others = (0..stays.len()).filter(|other| !own.contains(other) && stays[*other].place != SignalPlace::Lobby);
        let alone = others.clone().filter(|other| *other < index).all(|other| !stays[other].covers(start));
        let proven_meets = others.into_iter().any(|other| {
            let later = &stays[other];
            let specialist = matches!(standings[other], Standing::Specialist(_));
            specialist && (later.covers(start) || later.start.is_some_and(|moment| stay.covers(moment)))
        });
        if alone && !proven_meets && own.iter().all(|member| *member >= index) {
            for member in own {
                standings[member] = Standing::Specialist(Proof::First);
            }
        }
    }
}

/// Every proven stay is the one specialist's.
fn specialist_is_one(standings: &[Standing], groups: &mut Groups) {
    let proven: Vec<usize> = (0..standings.len()).filter(|index| matches!(standings[*index], Standing::Specialist(_))).collect();
    for pair in proven.windows(2) {
        groups.join(pair[0], pair[1]);
    }
}

/// Disjoint sets of stays.
pub(super) struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    fn root(&mut self, index: usize) -> usize {
        let mut root = index;
        while self.parent[root] != root {
            root = self.parent[root];
        }
        self.parent[index] = root;
        root
    }

    /// The smaller index becomes the root, so that the outcome does not depend on the order of joining.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    pub fn members(&mut self, index: usize) -> Vec<usize> {
        let root = self.root(index);
        (0..self.parent.len()).filter(|other| self.root(*other) == root).collect()
    }

    fn people(mut self, standings: &[Standing]) -> Vec<Person> {
        let mut by_root: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.parent.len() {
            by_root.entry(self.root(index)).or_default().push(index);
        }
        by_root.into_values().map(|stays| person(&stays, standings)).collect()
    }
}

fn person(stays: &[usize], standings: &[Standing]) -> Person {
    let is_specialist = stays.iter().any(|index| matches!(standings[*index], Standing::Specialist(_)));
    let proof = |index: &usize| match standings[*index] {
        Standing::Specialist(proof) => proof,
        Standing::CertainClient(proof) if !is_specialist => proof,
        Standing::CertainClient(_) | Standing::Unproven => Proof::None,
    };
    Person { stays: stays.iter().map(|index| (*index, proof(index))).collect(), is_specialist }
}
