//! Which specialists have a desktop that follows.

use kabinet_domain::{SpecialistId, Timestamp};
use std::collections::HashMap;

/// Desktops find their way back to a backend that has just started.
const BACK_WITHIN: chrono::Duration = chrono::Duration::seconds(10);

#[derive(Debug, Default)]
pub struct Following {
    by_specialist: HashMap<SpecialistId, Lines>,
    opened_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Default)]
struct Lines {
    open: u32,
    /// Since when there is none.
    none_since: Timestamp,
}

impl Following {
    pub fn open(&mut self, now: Timestamp) {
        self.opened_at = now + BACK_WITHIN;
    }

    /// Notes a line that began or ended; whether the specialist has the first one now, or none any more.
    pub fn note(&mut self, specialist: SpecialistId, follows: bool, now: Timestamp) -> bool {
        let lines = self.by_specialist.entry(specialist).or_default();
        let before = lines.open;
        lines.open = if follows { before + 1 } else { before.saturating_sub(1) };
        if lines.open == 0 {
            lines.none_since = now;
        }
        (before == 0) != (lines.open == 0)
    }

    /// `None` while a desktop follows.
    pub fn alone_since(&self, specialist: SpecialistId) -> Option<Timestamp> {
        match self.by_specialist.get(&specialist) {
            Some(lines) if lines.open > 0 => None,
            Some(lines) => Some(lines.none_since),
            None => Some(self.opened_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn two_desktops_are_gone_when_both_are() {
        let (anna, start) = (SpecialistId(Uuid::from_u128(1)), Timestamp::UNIX_EPOCH);
        let at = |second| start + chrono::Duration::seconds(second);
        let mut following = Following::default();
        following.open(start);
        assert_eq!(following.alone_since(anna), Some(start + BACK_WITHIN));
        assert!(following.note(anna, true, at(1)));
        assert!(!following.note(anna, true, at(2)));
        assert!(!following.note(anna, false, at(3)));
        assert_eq!(following.alone_since(anna), None);
        assert!(following.note(anna, false, at(4)));
        assert_eq!(following.alone_since(anna), Some(at(4)));
    }
}
