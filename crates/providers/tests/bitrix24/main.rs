//! Bitrix24 against a portal of our own making that replays the documented answers, and some odd ones.

mod calls;
mod entries;
mod incoming;
mod portal;
mod sign_in;

/// Every code has its words in both languages.
#[test]
fn every_error_has_words() {
    let source = include_str!("../../src/calendars/error.rs");
    let codes: Vec<&str> = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(codes.len() > 15 && codes.iter().all(|code| code.starts_with("calendar_")), "{codes:?}");
    for words in [include_str!("../../../app/locales/ru/errors.ftl"), include_str!("../../../app/locales/en/errors.ftl")] {
        for code in &codes {
            assert!(words.contains(&format!("error-{code} =")), "{code}");
        }
    }
}
