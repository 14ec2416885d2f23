//! Values that must not reach a log: names, links, phones.

use std::fmt;

/// A value whose `Debug` says nothing. It has no `Display`: whoever shows it must ask for it by [`Sensitive::reveal`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one who shows or sends it.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl From<&str> for Sensitive<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Sensitive<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

/// A display name as a stranger typed it, made fit to be shown: one line, no control or direction-changing characters, at most 100 characters.
/// Empty when nothing readable is left.
#[must_use]
pub fn clean_name(raw: &str) -> String {
    let mut clean = String::new();
    for word in raw.split(|c: char| c.is_whitespace() || c.is_control()) {
        let visible: String = word.chars().filter(|c| !is_invisible(*c)).collect();
        if visible.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(&visible);
    }
    clean.chars().take(100).collect::<String>().trim_end().to_owned()
}

/// Characters that change direction, join or hide others without being seen (Unicode Bidi_Control, zero widths, tags, BOM).
/// The zero-width joiner stays: emoji families need it. Fillers and the empty Braille cell take room and show nothing.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Sensitive::new("Ivan")), "<redacted>");
    }

    #[test]
    fn names_are_one_readable_line() {
        let check = |raw: &str, clean: &str| assert_eq!(clean_name(raw), clean);
        check("Иван", "Иван");
        check("  Ivan \t\r\n Petrov\u{0} ", "Ivan Petrov");
        check("\u{202E}nosirP\u{202C}", "nosirP");
        check("\u{200B}\u{200F}", "");
        check("\u{3164}\u{115F}\u{2800}", "");
        check("👨\u{200D}👩\u{200D}👧 family", "👨\u{200D}👩\u{200D}👧 family");
        check("<b>Ivan</b>", "<b>Ivan</b>");
        assert_eq!(clean_name(&"я".repeat(10_000)).chars().count(), 100);
    }
}
