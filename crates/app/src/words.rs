//! The words of the tray, the notifications and the shell's verbs, in the person's language.

use crate::view::{Language, Message};
use std::ops::Deref;
use std::sync::LazyLock;

/// The languages there are; the first serves where the system speaks none of them.
const LANGUAGES: [(&str, [&str; 2]); 2] = [
    ("en", [include_str!("../locales/en/shell.ftl"), include_str!("../locales/en/errors.ftl")]),
    ("ru", [include_str!("../locales/ru/shell.ftl"), include_str!("../locales/ru/errors.ftl")]),
];

/// A dictionary in one language.
#[derive(Debug)]
pub struct Words(kabinet_words::Words);

impl Deref for Words {
    type Target = kabinet_words::Words;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Words {
    /// The dictionary of the chosen language, or of the system's.
    #[must_use]
    pub fn new(chosen: Language, system: &str) -> Self {
        let (language, sources) = &LANGUAGES[index(chosen, system)];
        Self(kabinet_words::Words::new(language, sources))
    }

    /// A problem in words, as the window phrases it too.
    #[must_use]
    pub fn tell(&self, message: &Message) -> String {
        let key = format!("error-{}", message.code);
        let facts: Vec<(&str, &str)> = message.facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if self.has(&key) { self.say(&key, &facts) } else { self.say("error-without-words", &[("code", &message.code)]) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_words::keys;
    use std::collections::BTreeSet;

    #[test]
    fn the_languages_say_the_same_things() {
        let [(_, en), (_, ru)] = LANGUAGES;
        assert_eq!(keys(&en).expect("whole"), keys(&ru).expect("whole"));
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
        let known = keys(&en).expect("whole");
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
