//! The words of the client's page, of messages and of the operator's status page. The page's script reads the same files.

pub use kabinet_words::Words;
use std::sync::LazyLock;

const SOURCES: [(&str, [&str; 2]); 2] = [
    ("ru", [include_str!("../locales/ru/page.ftl"), include_str!("../locales/ru/messages.ftl")]),
    ("en", [include_str!("../locales/en/page.ftl"), include_str!("../locales/en/messages.ftl")]),
];

static DICTIONARIES: LazyLock<[Words; 2]> = LazyLock::new(|| SOURCES.map(|(language, sources)| Words::new(language, &sources)));

/// The dictionary of a language; Russian for one that there is none of.
#[must_use]
pub fn words(language: &str) -> &'static Words {
    DICTIONARIES.iter().find(|words| words.language() == language).unwrap_or(&DICTIONARIES[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_words::keys;

    #[test]
    fn the_languages_say_the_same_things() {
        let [(_, ru), (_, en)] = SOURCES;
        assert_eq!(keys(&ru).expect("whole"), keys(&en).expect("whole"));
    }
}
