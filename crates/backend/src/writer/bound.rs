//! What may be forgotten of a room that somebody floods: never who is there, nor what proves who it is.

use kabinet_domain::{Fact, Occupant, Signal};
use std::collections::HashMap;

/// A consultation has tens of signals; beyond this somebody plays, and judging all of them each time would cost too much.
pub const MOST_SIGNALS: usize = 4096;

/// So many of the last names and lost lines of one stay are remembered.
const OF_A_STAY: usize = 8;

/// So many of the last lists of everybody.
const SNAPSHOTS: usize = 64;

/// Thins out a window that has more than `most` signals to less than that.
pub fn thin(signals: &mut Vec<Signal>, most: usize) {
    if signals.len() <= most {
        return;
    }
    let enough = most * 3 / 4;
    drop_superseded(signals);
    drop_first(signals, enough, departed);
    // Thousands are there at once. Without the proofs, the rest would be told wrongly.
    drop_first(signals, enough, |signals| {
        signals.iter().map(|signal| !matches!(signal.fact, Fact::Granted(_) | Fact::PressedJoin)).collect()
    });
}

/// What was said of a stay again and again since.
fn drop_superseded(signals: &mut Vec<Signal>) {
    let mut counts: HashMap<(u8, String), usize> = HashMap::new();
    let mut keep: Vec<bool> = Vec::with_capacity(signals.len());
    for signal in signals.iter().rev() {
        let (kind, stay, most) = match &signal.fact {
            Fact::Named(occupant) => (0, identity(occupant), OF_A_STAY),
            Fact::LineLost(occupant) | Fact::LineBack(occupant) => (1, identity(occupant), OF_A_STAY),
            Fact::Snapshot(_) => (2, "", SNAPSHOTS),
            _ => {
                keep.push(true);
                continue;
            }
        };
        let count = counts.entry((kind, stay.to_owned())).or_default();
        *count += 1;
        keep.push(*count <= most);
    }
    let mut keep = keep.into_iter().rev();
    signals.retain(|_| keep.next().unwrap_or(true));
}

/// Marks everything about stays that are over.
fn departed(signals: &[Signal]) -> Vec<bool> {
    let mut last: HashMap<&str, &Signal> = HashMap::new();
    for signal in signals {
        if let Fact::Joined(occupant) | Fact::Left { occupant, .. } = &signal.fact {
            let known = last.entry(identity(occupant)).or_insert(signal);
            if (known.at, known.order) <= (signal.at, signal.order) {
                *known = signal;
            }
        }
    }
    let is_over = |occupant: &Occupant| last.get(identity(occupant)).is_some_and(|last| matches!(last.fact, Fact::Left { .. }));
    signals.iter().map(|signal| about(&signal.fact).is_some_and(is_over)).collect()
}

/// Drops the first of the marked ones until there are few enough.
fn drop_first(signals: &mut Vec<Signal>, enough: usize, mark: impl Fn(&[Signal]) -> Vec<bool>) {
    let mut surplus = signals.len().saturating_sub(enough);
    if surplus == 0 {
        return;
    }
    let mut marked = mark(signals).into_iter();
    signals.retain(|_| {
        let goes = surplus > 0 && marked.next().unwrap_or(false);
        surplus -= usize::from(goes);
        !goes
    });
}

fn about(fact: &Fact) -> Option<&Occupant> {
    match fact {
        Fact::Joined(occupant)
        | Fact::Left { occupant, .. }
        | Fact::Named(occupant)
        | Fact::Granted(occupant)
        | Fact::LineLost(occupant)
        | Fact::LineBack(occupant) => Some(occupant),
        Fact::RoomOpened
        | Fact::KeeperCame
        | Fact::KeeperLeft
        | Fact::RoomClosed { .. }
        | Fact::Snapshot(_)
        | Fact::PressedJoin => None,
    }
}

/// The stay, or the address where stays have no key.
fn identity(occupant: &Occupant) -> &str {
    occupant.stay.as_ref().map_or(occupant.address.0.as_str(), |stay| &stay.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::{LeaveReason, RoomName, Sensitive, SignalPlace, StayKey, Timestamp, Witness};
    use std::sync::Arc;

    fn signal(second: i64, fact: Fact) -> Signal {
        let at = Timestamp::from_timestamp(second, 0).expect("a moment");
        let room = RoomName::parse("a-room").expect("a name");
        let (place, witness) = (SignalPlace::Room, Witness::default());
        let reporter = Arc::from("module");
        Signal { key: second.to_string(), room, place, reporter, at, said_at: at, order: 0, received_at: at, witness, fact }
    }

    fn person(stay: &str) -> Occupant {
        Occupant { stay: Some(StayKey(stay.to_owned())), ..Occupant::at(format!("{stay}@guest/a")) }
    }

    #[test]
    fn ten_thousand_names_leave_everybody_where_they_are() {
        let (anna, ivan) = (person("anna"), person("ivan"));
        let mut signals =
            vec![signal(0, Fact::Joined(anna.clone())), signal(1, Fact::Granted(anna)), signal(2, Fact::Joined(ivan.clone()))];
        for second in 3..10_000 {
            let name = Some(Sensitive::new(format!("name {second}")));
            signals.push(signal(second, Fact::Named(Occupant { name, ..ivan.clone() })));
        }
        let last = signals.last().cloned();
        thin(&mut signals, MOST_SIGNALS);
        assert_eq!(signals.len(), 3 + OF_A_STAY);
        assert_eq!(signals.last().cloned(), last, "the last name is the name");
        assert_eq!(signals[..3].iter().map(|signal| signal.key.as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
    }

    #[test]
    fn those_who_came_and_went_are_forgotten_before_those_who_are_there() {
        let anna = person("anna");
        let mut signals = vec![signal(0, Fact::Joined(anna.clone())), signal(1, Fact::Granted(anna))];
        for second in 2..3000 {
            let guest = person(&format!("guest {second}"));
            signals.push(signal(second, Fact::Joined(guest.clone())));
            signals.push(signal(second, Fact::Left { occupant: guest, reason: LeaveReason::HungUp }));
        }
        thin(&mut signals, MOST_SIGNALS);
        assert_eq!(signals.len(), MOST_SIGNALS * 3 / 4);
        assert_eq!(signals[..2].iter().map(|signal| signal.key.as_str()).collect::<Vec<_>>(), ["0", "1"]);
    }
}
