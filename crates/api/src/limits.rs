//! How much is taken of a conference. Whoever sends one holds to it beforehand, so that nothing is refused that a person cannot see.

use std::ops::RangeInclusive;

/// Characters of a name, a title or an address.
pub const LONGEST_WORD: usize = 500;
/// Characters of a description.
pub const LONGEST_TEXT: usize = 10_000;
/// Co-hosts, or people who are invited.
pub const MOST_PEOPLE: usize = 200;
/// Minutes that a conference takes.
pub const DURATIONS: RangeInclusive<u32> = 1..=1440;
