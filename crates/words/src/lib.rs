#![doc = include_str!("../README.md")]

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::BTreeSet;
use std::fmt;
use unic_langid::LanguageIdentifier;

/// A dictionary in one language.
pub struct Words {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Words {
    /// Of a language's files. Its name is one of ours, so it is a valid one.
    #[must_use]
    pub fn new(language: &'static str, sources: &[&str]) -> Self {
        let id: LanguageIdentifier = language.parse().expect("the names of our languages are valid");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Names are clean already, and messengers and notification daemons may show isolation marks as boxes.
        bundle.set_use_isolating(false);
        for source in sources {
            // A broken line in a file costs that line; a test keeps the files whole.
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// `ru` or `en`.
    #[must_use]
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// Whether there are words under a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The phrase under a key; the key itself when nobody has words for it. A fact that is a number is counted by.
    #[must_use]
    pub fn say(&self, key: &str, facts: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let mut arguments = FluentArgs::new();
        for (name, value) in facts {
            arguments.set(*name, fact(value));
        }
        self.bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }
}

/// Facts travel as text; a number must be one again for plural forms.
fn fact(value: &str) -> FluentValue<'_> {
    let number = (1..=9).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    if number { FluentValue::try_number(value) } else { FluentValue::from(value) }
}

/// The keys of a language's files, for tests that hold languages to each other.
///
/// # Errors
/// Says what is broken.
pub fn keys(sources: &[&str]) -> Result<BTreeSet<String>, String> {
    let key = |line: &str| line.split_once(" =").map(|(key, _)| key.to_owned());
    let plain = |key: &String| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    for source in sources {
        FluentResource::try_new((*source).to_owned()).map_err(|(_, errors)| format!("{errors:?}"))?;
    }
    Ok(sources.iter().flat_map(|source| source.lines()).filter_map(key).filter(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "one = One\nminutes = { $minutes ->\n    [one] one minute\n   *[other] { $minutes } minutes\n }\n";

    #[test]
    fn what_has_words_is_said_and_counted_and_what_has_none_is_its_key() {
        let words = Words::new("en", &[SOURCE, "one = Another\n"]);
        assert_eq!(words.say("minutes", &[("minutes", "1")]), "one minute");
        assert_eq!(words.say("minutes", &[("minutes", "05")]), "5 minutes");
        assert_eq!(words.say("minutes", &[("minutes", "many")]), "many minutes");
        assert_eq!((words.say("one", &[]), words.say("two", &[]), words.has("two")), ("Another".into(), "two".into(), false));
    }

    #[test]
    fn a_broken_file_costs_its_line_and_is_told() {
        let broken = "good = Good\n} bad\n";
        assert_eq!(Words::new("en", &[broken]).say("good", &[]), "Good");
        assert!(keys(&[broken]).is_err());
        assert_eq!(keys(&[SOURCE]), Ok(BTreeSet::from(["minutes".to_owned(), "one".to_owned()])));
    }
}
