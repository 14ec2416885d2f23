//! Who answers the specialist's press on *Join*.

use super::people::Groups;
use super::standing::{Standing, expects_grant, strangers_tokens};
use super::stays::Stay;
use super::{ARRIVE_WITHIN, GRANT_WITHIN, Plan};
use crate::{Fact, Proof, Signal, SignalPlace, Timestamp};
use chrono::Duration;

/// Presses count from when we heard of them: the desktop tells at once, and its clock may be off.
pub(super) fn heard(signals: &[Signal]) -> Vec<Timestamp> {
    let mut presses: Vec<Timestamp> =
        signals.iter().filter(|signal| signal.fact == Fact::PressedJoin).map(|signal| signal.received_at).collect();
    presses.sort_unstable();
    presses
}

/// Whoever we hear of within this time of a press may be answering it.
pub(super) fn is_awaited(presses: &[Timestamp], heard_at: Timestamp) -> bool {
    presses.iter().any(|press| (*press..=*press + ARRIVE_WITHIN).contains(&heard_at))
}

/// Whoever comes into the room first after the press is the specialist, unless a better proof says who it was.
///
/// A press proves nothing where a better proof would come by itself, nor for whoever had to wait at the door, nor for somebody
/// who was heard of before it: that may well be the client whose alert made the specialist press.
pub(super) fn answer(plan: &Plan, stays: &[Stay], standings: &mut [Standing], groups: &mut Groups, presses: &[Timestamp]) {
    for press in presses {
        let arrives = |stay: &Stay| {
            // Some reporters cut their times to the second.
            let after = stay.start.is_some_and(|start| start >= *press - Duration::seconds(1));
            after && stay.place != SignalPlace::Lobby && is_awaited(&[*press], stay.heard_at)
        };
        let is_answered = (0..stays.len()).any(|index| {
            let specialist = matches!(standings[index], Standing::Specialist(_));
            specialist && (arrives(&stays[index]) || stays[index].covers(*press))
        });
        let strangers = strangers_tokens(stays, standings, |stay| arrives(stay) || stay.covers(*press));
        let comer = (0..stays.len()).filter(|_| !is_answered).find(|index| {
            let stay = &stays[*index];
            let page = groups.members(*index);
            standings[*index] == Standing::Unproven
                && arrives(stay)
                && page.iter().all(|member| may_answer(plan, &stays[*member], stay))
                && (stay.token.is_none() || strangers == 1)
                && !was_here_before(stays, standings, &page, stay, *press)
        });
        if let Some(comer) = comer {
            for member in groups.members(comer) {
                standings[member] = Standing::Specialist(Proof::PressedJoin);
            }
        }
    }
}

/// Nothing that is known of the comer's page speaks against it.
fn may_answer(plan: &Plan, member: &Stay, comer: &Stay) -> bool {
    let waited = member.place == SignalPlace::Lobby && member.heard_at + GRANT_WITHIN < comer.heard_at;
    !waited && !expects_grant(plan, member)
}

/// The same page was heard of before the press, or a client of the same name was.
fn was_here_before(stays: &[Stay], standings: &[Standing], page: &[usize], comer: &Stay, press: Timestamp) -> bool {
    let names: Vec<String> = comer.folded_names().collect();
    stays.iter().zip(standings).enumerate().any(|(index, (other, standing))| {
        let specialist = matches!(standing, Standing::Specialist(_));
        let same = page.contains(&index) || (!specialist && other.folded_names().any(|name| names.contains(&name)));
        same && other.heard_at < press
    })
}
