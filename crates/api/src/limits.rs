//! How much is taken of a conference. Whoever sends one holds to it beforehand, so that nothing is refused that a person cannot see.

use std::ops::RangeInclusive;

/// Characters of a name, a title or an address.
pub const LONGEST_WORD: usize = 500;
/// Characters of a description.
pub const LONGEST_TEXT: usize = 10_000;
/// Characters of a broadcast's title: what the provider that takes the most takes. The document names it too, and the next.
pub const LONGEST_TITLE: usize = 1024;
/// Characters of a broadcast's description.
pub const LONGEST_DESCRIPTION: usize = 2048;
/// Co-hosts, or people who are invited.
pub const MOST_PEOPLE: usize = 200;
/// Minutes that a conference takes.
pub const DURATIONS: RangeInclusive<u32> = 1..=1440;
/// Reminders of a client, and how many minutes before the start each may be: a week.
pub const MOST_REMINDERS: usize = 5;
pub const REMINDER_MINUTES: RangeInclusive<u32> = 1..=10_080;
/// Letters of what tells a specialist's clients apart.
pub const CLIENT_KEY: RangeInclusive<usize> = 16..=64;
/// Bytes of an e-mail address: <https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3>, without its brackets.
pub const LONGEST_EMAIL: usize = 254;
