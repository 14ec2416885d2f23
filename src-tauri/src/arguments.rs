//! What the words on the command line ask for.

/// One start of the program.
#[derive(Debug, PartialEq, Eq)]
pub enum Arguments {
    /// The application itself.
    Application {
        /// In the tray alone, as at the start of the session.
        hidden: bool,
        /// A pairing link that was followed in a browser or a letter.
        link: Option<String>,
    },
    /// A verb for the running instance.
    Verb(Vec<String>),
    Version,
    Help,
}

#[must_use]
pub fn read(words: Vec<String>) -> Arguments {
    match words.first().map(String::as_str) {
        None => Arguments::Application { hidden: false, link: None },
        Some("--hidden") => Arguments::Application { hidden: true, link: None },
        Some("--version" | "-V") => Arguments::Version,
        Some("--help" | "-h" | "help") => Arguments::Help,
        Some(link) if is_link(link) => Arguments::Application { hidden: false, link: words.into_iter().next() },
        Some(_) => Arguments::Verb(words),
    }
}

/// Browsers may write the scheme in capitals.
fn is_link(word: &str) -> bool {
    word.split_once(':').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("kabinet"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood() {
        let check = |line: &str, asked: Arguments| assert_eq!(read(line.split_whitespace().map(str::to_owned).collect()), asked);
        check("", Arguments::Application { hidden: false, link: None });
        check("--hidden", Arguments::Application { hidden: true, link: None });
        let link = "Kabinet://pair?url=x&code=y";
        check(link, Arguments::Application { hidden: false, link: Some(link.to_owned()) });
        check("join next", Arguments::Verb(vec!["join".into(), "next".into()]));
        check("--version", Arguments::Version);
    }
}
