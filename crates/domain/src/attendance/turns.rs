//! From stays to turns: where several specialists use one room, whose is which stay?
//!
//! A turn is judged as if the other specialists' people had never been there, so that nobody is told of them.

use super::owners::{Arrival, Owners};
use super::presences::continues;
use super::stays::Stay;
use super::{Agenda, Plan, people, press, standing};
use crate::consultation::{Known, owner_of};
use crate::{ConsultationId, Fact, Proof, Signal, SpecialistId, Timestamp};

/// One specialist's part of what happened in a room.
pub(super) struct Turn<'a> {
    pub plan: &'a Plan,
    pub stays: Vec<Stay>,
    /// When this specialist pressed *Join*.
    pub presses: Vec<Timestamp>,
}

pub(super) fn of<'a>(agenda: &'a Agenda, owners: &Owners<'_>, stays: Vec<Stay>, signals: &[Signal]) -> Vec<Turn<'a>> {
    let presses = signals.iter().filter(|signal| signal.fact == Fact::PressedJoin);
    if let [plan] = agenda.plans.as_slice() {
        return vec![Turn { plan, stays, presses: press::heard(signals) }];
    }
    let mut turns: Vec<Turn<'a>> =
        agenda.plans.iter().map(|plan| Turn { plan, stays: Vec::new(), presses: Vec::new() }).collect();
    // What is nobody's is looked at together with the first one's.
    let turn_of = |specialist: Option<SpecialistId>| {
        agenda.plans.iter().position(|plan| specialist.is_some() && plan.specialist == specialist).unwrap_or(0)
    };
    for press in presses {
        let named = press.pressed_for().and_then(|id| owners.slots.iter().find(|slot| slot.consultation == id));
        let slot = named.or_else(|| owner_of(owners.slots, press.received_at, |_| Known::default()));
        turns[turn_of(slot.map(|slot| slot.specialist))].presses.push(press.received_at);
    }
    let specialists = specialists(agenda, owners, &stays);
    for (stay, specialist) in stays.into_iter().zip(specialists) {
        turns[turn_of(specialist)].stays.push(stay);
    }
    turns
}

/// Whose turn each stay belongs to. Stays are in the order of their beginnings.
fn specialists(agenda: &Agenda, owners: &Owners<'_>, stays: &[Stay]) -> Vec<Option<SpecialistId>> {
    let alike = people::alike(stays);
    let mut found: Vec<(Option<ConsultationId>, Option<SpecialistId>)> = Vec::with_capacity(stays.len());
    for (index, stay) in stays.iter().enumerate() {
        let own = (0..index).filter(|earlier| alike[*earlier] == alike[index] || stays[*earlier].shares_name(stay));
        let reopened = own.clone().find(|earlier| continues(&[(&stays[*earlier], Proof::None)], stay));
        let certain = agenda.plans.iter().find(|plan| standing::is_certainly(plan, stay));
        found.push(match (certain, reopened) {
            (Some(plan), _) => (None, plan.specialist),
            (None, Some(earlier)) => found[earlier],
            (None, None) => {
                let inside = |id: ConsultationId| {
                    (0..index).filter(|other| found[*other].0 == Some(id) && stays[*other].covers(stay.from())).count()
                };
                let arrival =
                    Arrival { keys: &stay.keys, times: [stay.start, None], from: stay.from(), is_over: stay.end.is_some() };
                let owner = owners.of(owners.slots, &arrival, |slot| Known {
                    was_there: own.clone().any(|earlier| found[earlier].0 == Some(slot.consultation)),
                    // A specialist and a client: who is which is not known yet.
                    is_taken: inside(slot.consultation) >= 2,
                });
                let slot = owner.and_then(|id| owners.slots.iter().find(|slot| slot.consultation == id));
                (owner, slot.map(|slot| slot.specialist))
            }
        });
    }
    found.into_iter().map(|(_, specialist)| specialist).collect()
}
