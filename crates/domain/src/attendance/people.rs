//! From stays to people: which stays are one person, and which person is the specialist.

use super::presences::returns_within;
use super::stays::Stay;
use super::{ARRIVE_WITHIN, Plan};
use crate::{Proof, SignalPlace, Timestamp};
use chrono::Duration;
use std::collections::BTreeMap;

/// One person: the indexes of their stays, in order of beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub stays: Vec<usize>,
    pub is_specialist: bool,
    pub proof: Proof,
}

/// What is known of one stay's side before looking at the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Specialist(Proof),
    /// A token says that this is somebody else.
    CertainClient,
    Unproven,
}

pub(super) fn from_stays(plan: &Plan, stays: &[Stay], presses: &[Timestamp]) -> Vec<Person> {
    let mut standings: Vec<Standing> = stays.iter().map(|stay| standing(plan, stay)).collect();
    let mut groups = Groups::new(stays.len());
    same_page_or_token(stays, &mut groups);
    same_name(stays, &standings, &mut groups);
    // Before the guess about returns: the press says that the specialist comes, also when a client has just gone.
    pressed_join(stays, &mut standings, &mut groups, presses);
    nameless_returns(stays, &standings, &mut groups);
    if plan.first_is_host {
        first_comers(stays, &mut standings, &mut groups);
    }
    specialist_is_one(stays, &standings, &mut groups);
    groups.people(&standings)
}

/// Who came with whom else's page, token or name, before anybody is taken for the specialist: equal for the stays of one person.
pub(super) fn alike(stays: &[Stay]) -> Vec<usize> {
    let standings = vec![Standing::Unproven; stays.len()];
    let mut groups = Groups::new(stays.len());
    same_page_or_token(stays, &mut groups);
    same_name(stays, &standings, &mut groups);
    nameless_returns(stays, &standings, &mut groups);
    (0..stays.len()).map(|index| groups.root(index)).collect()
}

/// The stay proves by itself that it is this specialist's and nobody else's.
pub(super) fn is_certainly(plan: &Plan, stay: &Stay) -> bool {
    standing(plan, stay) == Standing::Specialist(Proof::Token)
}

fn standing(plan: &Plan, stay: &Stay) -> Standing {
    if let Some(id) = &stay.token {
        // Where everybody has a token, the focus makes everybody an owner: then only the id tells who is who.
        let known = !plan.specialist_token_ids.is_empty();
        return match plan.specialist_token_ids.contains(id) {
            true => Standing::Specialist(Proof::Token),
            false if known => Standing::CertainClient,
            false => Standing::Unproven,
        };
    }
    // Without logins the focus makes the first comer an owner, whoever it is.
    if stay.granted && has_login(plan, stay) {
        Standing::Specialist(Proof::Grant)
    } else if stay.account {
        Standing::Specialist(Proof::Address)
    } else {
        Standing::Unproven
    }
}

/// Hosts prove an account on this server, as far as anybody knows.
pub(super) fn has_login(plan: &Plan, stay: &Stay) -> bool {
    plan.login.or(stay.witness.login).unwrap_or(true)
}

/// A connection seen in the room, its lobby or a breakout room, or by two reporters, is one person; so is a page that
/// connected again, and the holder of one token.
fn same_page_or_token(stays: &[Stay], groups: &mut Groups) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, stay) in stays.iter().enumerate() {
        for mark in [Some(stay.address.bare()), stay.token.as_deref()].into_iter().flatten() {
            let first = *seen.entry(mark).or_insert(index);
            groups.join(first, index);
        }
    }
}

/// Clients of one name are one client: a page opened anew, a second device.
fn same_name(stays: &[Stay], standings: &[Standing], groups: &mut Groups) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, stay) in stays.iter().enumerate().filter(|(index, _)| standings[*index] == Standing::Unproven) {
        for name in folded_names(stay) {
            let first = *seen.entry(name).or_insert(index);
            groups.join(first, index);
        }
    }
}

fn folded_names(stay: &Stay) -> impl Iterator<Item = String> + '_ {
    stay.names.iter().map(|(_, name)| name.reveal().to_lowercase())
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

/// Whoever comes first after the specialist pressed *Join* is the specialist, unless a better proof says who it was.
fn pressed_join(stays: &[Stay], standings: &mut [Standing], groups: &mut Groups, presses: &[Timestamp]) {
    for press in presses {
        // Some reporters cut their times to the second. Whoever was heard of before the press did not answer it:
        // it may well be the client whose alert made the specialist press.
        let window = *press - Duration::seconds(1)..=*press + ARRIVE_WITHIN;
        let arrives = |stay: &Stay| stay.start.is_some_and(|start| window.contains(&start)) && stay.received_at >= *press;
        let answered = (0..stays.len()).any(|index| {
            let specialist = matches!(standings[index], Standing::Specialist(_));
            specialist && (arrives(&stays[index]) || stays[index].covers(*press))
        });
        if answered {
            continue;
        }
        let comer = (0..stays.len()).find(|index| {
            // Nor did somebody who was there before, under another address, and came back.
            let newly = groups.members(*index).iter().all(|member| stays[*member].received_at >= *press);
            standings[*index] == Standing::Unproven && arrives(&stays[*index]) && newly
        });
        if let Some(comer) = comer {
            for member in groups.members(comer) {
                standings[member] = Standing::Specialist(Proof::PressedJoin);
            }
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

/// Every proven stay is the one specialist's; and whoever comes under the specialist's name while the specialist is
/// inside is the specialist's second device. (A client who borrows the name is seen by the specialist in the room.)
fn specialist_is_one(stays: &[Stay], standings: &[Standing], groups: &mut Groups) {
    let proven: Vec<usize> = (0..stays.len()).filter(|index| matches!(standings[*index], Standing::Specialist(_))).collect();
    for pair in proven.windows(2) {
        groups.join(pair[0], pair[1]);
    }
    for index in (0..stays.len()).filter(|index| standings[*index] == Standing::Unproven) {
        let Some(start) = stays[index].start else { continue };
        let names: Vec<String> = folded_names(&stays[index]).collect();
        let second_device = proven.iter().find(|other| {
            let inside = stays[**other].covers(start)
                || stays[**other].end.is_some_and(|end| start >= end.at && start - end.at <= returns_within(&stays[**other]));
            inside && folded_names(&stays[**other]).any(|name| names.contains(&name))
        });
        let alone = groups.members(index).iter().all(|member| stays[*member].from() >= start);
        if let Some(other) = second_device.filter(|_| alone) {
            groups.join(*other, index);
        }
    }
}

/// Disjoint sets of stays.
struct Groups {
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

    fn members(&mut self, index: usize) -> Vec<usize> {
        let root = self.root(index);
        (0..self.parent.len()).filter(|other| self.root(*other) == root).collect()
    }

    fn people(mut self, standings: &[Standing]) -> Vec<Person> {
        let mut by_root: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.parent.len() {
            by_root.entry(self.root(index)).or_default().push(index);
        }
        let person = |stays: Vec<usize>| {
            let proofs = stays.iter().filter_map(|index| match standings[*index] {
                Standing::Specialist(proof) => Some(proof),
                Standing::CertainClient | Standing::Unproven => None,
            });
            let specialist = proofs.max();
            let certain = stays.iter().any(|index| standings[*index] == Standing::CertainClient);
            let proof = specialist.unwrap_or(if certain { Proof::Token } else { Proof::None });
            Person { stays, is_specialist: specialist.is_some(), proof }
        };
        by_root.into_values().map(person).collect()
    }
}
