//! The words of the tray, the notifications and the shell's verbs, in the person's language.

use crate::view::{Language, Message};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::fmt;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The languages there are; the first serves where the system speaks none of them.
const LANGUAGES: [(&str, [&str; 2]); 2] = [
    ("en", [include_str!("../locales/en/shell.ftl"), include_str!("../locales/en/errors.ftl")]),
    ("ru", [include_str!("../locales/ru/shell.ftl"), include_str!("../locales/ru/errors.ftl")]),
];

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
    /// The dictionary of the chosen language, or of the system's.
    #[must_use]
    pub fn new(chosen: Language, system: &str) -> Self {
        let (language, sources) = &LANGUAGES[index(chosen, system)];
        let id: LanguageIdentifier = language.parse().expect("the names of our languages are valid");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Names are clean already, and a notification daemon may show isolation marks as boxes.
        bundle.set_use_isolating(false);
        for source in sources {
            // A broken line in a file costs that line; a test keeps the files whole.
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    #[must_use]
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// The phrase under a key; the key itself when nobody has words for it.
    #[must_use]
    pub fn say(&self, key: &str, facts: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let mut arguments = FluentArgs::new();
        for (name, value) in facts {
            arguments.set(*name, fact(value));
        }
        self.bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// A problem in words, as the window phrases it too.
    #[must_use]
    pub fn tell(&self, message: &Message) -> String {
        let key = format!("error-{}", message.code);
        let facts: Vec<(&str, &str)> = message.facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if self.bundle.has_message(&key) {
            self.say(&key, &facts)
        } else {
            self.say("error-without-words", &[("code", &message.code)])
        }
    }
}

fn index(chosen: Language, system: &str) -> usize {
    let wanted = match chosen {
        Language::Ru => "ru",
        Language::En => "en",
        Language::System => system.split(['-', '_', '.']).next().unwrap_or_default(),
    };
    LANGUAGES.iter().position(|(name, _)| wanted.eq_ignore_ascii_case(name)).unwrap_or(0)
}

/// The same dictionary, made once, for pure functions that speak.
#[must_use]
pub fn spoken(chosen: Language, system: &str) -> &'static Words {
    static SPOKEN: LazyLock<[Words; LANGUAGES.len()]> =
        LazyLock::new(|| LANGUAGES.map(|(name, _)| Words::new(Language::System, name)));
    &SPOKEN[index(chosen, system)]
}

/// Facts travel as text; a number must be one again for plural forms.
fn fact(value: &str) -> FluentValue<'_> {
    let number = (1..=9).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    if number { FluentValue::try_number(value) } else { FluentValue::from(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(sources: &[&str]) -> BTreeSet<String> {
        let key = |line: &str| {
            line.split_once(" =")
                .map(|(key, _)| key.to_owned())
                .filter(|key| key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
        };
        sources.iter().flat_map(|source| source.lines()).filter_map(key).collect()
    }

    #[test]
    fn the_languages_say_the_same_things() {
        let [(_, en), (_, ru)] = LANGUAGES;
        assert_eq!(keys(&en), keys(&ru));
        for source in en.iter().chain(&ru) {
            if let Err((_, errors)) = FluentResource::try_new((*source).to_owned()) {
                panic!("{errors:?}");
            }
        }
    }

    #[test]
    fn the_systems_language_comes_first() {
        let check = |chosen, system, language| assert_eq!(Words::new(chosen, system).language(), language);
        check(Language::System, "ru_RU.UTF-8", "ru");
        check(Language::System, "ru", "ru");
        check(Language::System, "de-DE", "en");
        check(Language::En, "ru", "en");
        check(Language::Ru, "C", "ru");
    }

    /// Every code and key that the sources of this crate name has words.
    #[test]
    fn everything_that_is_said_has_words() {
        let mut said = BTreeSet::new();
        let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        collect(&sources, &mut said);
        let [(_, en), _] = LANGUAGES;
        let known = keys(&en);
        let missing: Vec<_> = said.iter().filter(|key| !known.contains(*key)).collect();
        assert!(missing.is_empty(), "no words for {missing:?}");
    }

    fn collect(folder: &std::path::Path, said: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                collect(&entry, said);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&entry).expect("a source");
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                for (opening, prefix) in
                    [("say(\"", ""), ("message(\"", "error-"), ("refuse(\"", "error-"), ("refuse_field(\"", "error-")]
                {
                    for part in code.split(opening).skip(1) {
                        said.insert(format!("{prefix}{}", part.split('"').next().unwrap_or_default()));
                    }
                }
            }
        }
    }
}
