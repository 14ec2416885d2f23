//! The words of the client's page, of messages and of the operator's status page. The page's script reads the same files.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::fmt;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

const SOURCES: [(&str, [&str; 2]); 2] = [
    ("ru", [include_str!("../locales/ru/page.ftl"), include_str!("../locales/ru/messages.ftl")]),
    ("en", [include_str!("../locales/en/page.ftl"), include_str!("../locales/en/messages.ftl")]),
];

static DICTIONARIES: LazyLock<[Words; 2]> = LazyLock::new(|| SOURCES.map(|(language, sources)| Words::new(language, &sources)));

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

/// The dictionary of a language; Russian for one that there is none of.
#[must_use]
pub fn words(language: &str) -> &'static Words {
    DICTIONARIES.iter().find(|words| words.language == language).unwrap_or(&DICTIONARIES[0])
}

impl Words {
    fn new(language: &'static str, sources: &[&str]) -> Self {
        let id: LanguageIdentifier = language.parse().expect("the names of our languages are valid");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Messengers may show isolation marks as boxes.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(sources: &[&str]) -> BTreeSet<String> {
        let key = |line: &str| line.split_once(" =").map(|(key, _)| key.to_owned()).filter(|key| !key.starts_with([' ', '#']));
        sources.iter().flat_map(|source| source.lines()).filter_map(key).collect()
    }

    #[test]
    fn the_languages_say_the_same_things() {
        let [(_, ru), (_, en)] = SOURCES;
        assert_eq!(keys(&ru), keys(&en));
        for source in ru.iter().chain(&en) {
            if let Err((_, errors)) = FluentResource::try_new((*source).to_owned()) {
                panic!("{errors:?}");
            }
        }
    }
}
