//! Telephone numbers, however they are written.

use kabinet_domain::phone::{DIGITS, read, unmistakable, whole};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case("+7 (900) 123-45-67", Some("79001234567"))]
#[case("8 (900) 123-45-67", Some("79001234567"))]
#[case("8\u{a0}900 123\u{2011}45\u{2013}67", Some("79001234567"))]
#[case("900 123 45 67", Some("79001234567"))]
#[case("79001234567", Some("79001234567"))]
#[case("7900 1234567", Some("79001234567"))]
#[case("+44 20 7946 0958", Some("442079460958"))]
#[case("00 49 30 901820", Some("4930901820"))]
#[case("+81 90 1234 5678", Some("819012345678"))]
#[case::of_tokyo("81 3 1234 5678", Some("81312345678"))]
#[case::of_vietnam("+84 912 345 678", Some("84912345678"))]
#[case::with_a_plus_it_has_its_code("+8 900 123 45 67", Some("89001234567"))]
#[case::too_short("+298 123456", None)]
#[case::too_short("123456789", None)]
#[case::too_long("1234567890123456", None)]
#[case::two_pluses("+7+9001234567", None)]
#[case::a_plus_inside("7 +900 123 45 67", None)]
#[case::no_such_code("0900123456", None)]
#[case::no_such_code("+0900123456", None)]
#[case::a_chat("79001234567@c.us", None)]
#[case::an_extension("8 900 123 45 67 доб. 3", None)]
#[case("call me", None)]
#[case("", None)]
fn it_is_read_as_people_write_it(#[case] written: &str, #[case] digits: Option<&str>) {
    assert_eq!(read(written).as_deref(), digits);
}

#[test]
fn what_has_its_countrys_code_is_not_taken_for_what_is_dialled_at_home() {
    for (kept, digits) in [("84912345678", "84912345678"), ("+84912345678", "84912345678"), ("9611234567", "9611234567")] {
        assert_eq!(whole(kept).as_deref(), Some(digits));
        assert_eq!(unmistakable(digits), format!("+{digits}"));
    }
    assert_eq!((whole("79001234567").as_deref(), unmistakable("79001234567").as_str()), (Some("79001234567"), "79001234567"));
    assert_eq!((whole("120650379300963@lid"), whole("0079001234567"), whole("++79001234567")), (None, None, None));
}

/// Digits with the country's code.
fn number() -> impl Strategy<Value = String> {
    "[1-9][0-9]{9,14}"
}

/// The same digits with what people put between them.
fn spaced(digits: &str, between: &[usize]) -> String {
    const BETWEEN: [&str; 8] = ["", " ", "-", " (", ") ", ".", "\u{a0}", "\u{2011}"];
    digits.char_indices().fold(String::new(), |text, (place, digit)| {
        let between = BETWEEN[between.get(place).copied().unwrap_or_default() % BETWEEN.len()];
        text + if place == 0 { "" } else { between } + &digit.to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_read_is_digits_of_some_country(written in "\\PC{0,24}|[+0-9() .-]{0,20}") {
        for read in [read(&written), whole(&written)].into_iter().flatten() {
            prop_assert!(DIGITS.contains(&read.len()) && read.bytes().all(|byte| byte.is_ascii_digit()) && !read.starts_with('0'));
        }
    }

    #[test]
    fn what_was_read_is_read_again_as_the_same(digits in number()) {
        let same = Some(digits.clone());
        prop_assert_eq!(&whole(&digits), &same);
        prop_assert_eq!(&read(&format!("+{digits}")), &same);
        prop_assert_eq!(&read(&unmistakable(&digits)), &same);
        prop_assert_eq!(whole(&unmistakable(&digits)), same);
    }

    #[test]
    fn what_stands_between_digits_changes_nothing(digits in number(), between in proptest::collection::vec(0usize..8, 15)) {
        let written = spaced(&digits, &between);
        prop_assert_eq!(read(&written), read(&digits));
        prop_assert_eq!(read(&format!(" +{written} ")), read(&format!("+{digits}")));
        prop_assert_eq!(whole(&written), whole(&digits));
    }

    #[test]
    fn a_russian_number_is_the_same_however_it_is_dialled(rest in "9[0-9]{9}") {
        let whole = Some(format!("7{rest}"));
        for written in [format!("+7{rest}"), format!("7{rest}"), format!("8{rest}"), rest.clone(), format!("007{rest}")] {
            prop_assert_eq!(read(&written), whole.clone(), "{}", written);
        }
    }

    #[test]
    fn what_holds_anything_else_is_none(digits in number(), place in 0usize..10, other in "[a-zа-я@:;,/_#*+]") {
        let (before, after) = digits.split_at(place + 1);
        prop_assert_eq!(read(&format!("{before}{other}{after}")), None);
    }
}
