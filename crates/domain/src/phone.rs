//! Telephone numbers: as people write them, and as they are kept and sent, digits with the country's code.

use std::ops::RangeInclusive;

/// Digits of a number with its country's code. E.164 has 15 at most; shorter ones are mistyped more often than they are real.
pub const DIGITS: RangeInclusive<usize> = 10..=15;

/// Reads a number as people write it. With a plus, or `00` in its place, it has its country's code; without, `8 900 …` and `900 …` are
/// Russian, as they are dialled there, and everything else has the code all the same. `None` for what is no number.
#[must_use]
pub fn read(written: &str) -> Option<String> {
    let written = written.trim();
    if let Some(with_code) = written.strip_prefix('+') {
        return checked(digits(with_code)?);
    }
    let digits = digits(written)?;
    if let Some(with_code) = digits.strip_prefix("00") {
        return checked(with_code.to_owned());
    }
    checked(match digits.as_bytes() {
        // Codes of Russian regions and networks; countries' codes like 81, 82 and 86 have another digit there.
        [b'8', b'3'..=b'9', rest @ ..] if rest.len() == 9 => format!("7{}", &digits[1..]),
        [b'9', rest @ ..] if rest.len() == 9 => format!("7{digits}"),
        _ => digits,
    })
}

/// Reads a number that is known to have its country's code, with or without a plus: what was kept, or what a messenger tells.
/// `84 912 345 678` is one of Vietnam here, which [`read`] would take for one that is dialled in Russia.
#[must_use]
pub fn whole(kept: &str) -> Option<String> {
    let kept = kept.trim();
    checked(digits(kept.strip_prefix('+').unwrap_or(kept))?)
}

/// Digits with the country's code, as [`read`] takes them for the same: with a plus where it is needed.
#[must_use]
pub fn unmistakable(digits: &str) -> String {
    if read(digits).as_deref() == Some(digits) { digits.to_owned() } else { format!("+{digits}") }
}

/// `None` where anything else stands than digits and what people put between them.
fn digits(text: &str) -> Option<String> {
    let between = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '-' | '.' | '\u{2010}'..='\u{2013}');
    text.chars().all(|c| c.is_ascii_digit() || between(c)).then(|| text.chars().filter(char::is_ascii_digit).collect())
}

/// No country's code begins with a zero.
fn checked(digits: String) -> Option<String> {
    (DIGITS.contains(&digits.len()) && !digits.starts_with('0')).then_some(digits)
}
