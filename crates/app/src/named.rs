//! Whether a link to a room says whom it is for. People give their rooms such names, in either alphabet.

use crate::record::Consultation;
use crate::rooms;
use crate::state::State;
use kabinet_domain::RoomTemplate;
use url::Url;

/// Fewer letters say nothing: they stand in many a random code.
const SHORTEST: usize = 3;
/// So many are no accident inside a longer word either, as in `mariapetrova`.
const SURE: usize = 5;
/// What a word gets in another case: `ivana`, `olgoy`.
const ENDING: usize = 2;

/// Whether a link may be looked at while names are hidden: a provider has made it, or the person's template, which knows nobody. One
/// that was pasted may name anybody, and by any name.
pub(crate) fn tells_nobody(state: &State, consultation: &Consultation) -> bool {
    let Consultation { link, room, client, made, .. } = consultation;
    let plain = || Url::parse(link).is_ok_and(|url| url.query().is_none() && url.fragment().is_none());
    let rest = || without_made(state, link, room).filter(|rest| !names(rest, client));
    made.is_some() || link.is_empty() || (plain() && rest().is_some())
}

/// Whether a link holds its client's name, but for what the person's template has made of it.
pub(crate) fn names_client(state: &State, link: &str, room: &str, client: &str) -> bool {
    names(without_made(state, link, room).as_deref().unwrap_or(link), client)
}

/// A link without its room's name, where that is one that the person's template makes, or ours did before.
fn without_made(state: &State, link: &str, room: &str) -> Option<String> {
    let settings = state.settings();
    let name = room.rsplit(['/', ']']).next().unwrap_or_default();
    let templates = [rooms::template(&settings.room_template, settings.code_length).ok(), Some(RoomTemplate::default())];
    templates.iter().flatten().any(|template| template.made(name)).then(|| link.replace(name, ""))
}

/// Whether a word of the client's name stands in a link, behind the server's own name.
fn names(link: &str, client: &str) -> bool {
    let Ok(url) = Url::parse(link) else { return false };
    let behind = [url.path(), url.query().unwrap_or_default(), url.fragment().unwrap_or_default()].join("/");
    let said: Vec<String> = words(&rooms::percent_decoded(&behind)).collect();
    words(client).any(|name| {
        let count = name.chars().count();
        let is_it = |word: &String| {
            let rest = word.strip_prefix(&name).map(|rest| rest.chars().count());
            rest == Some(0)
                || (count > SHORTEST && rest.is_some_and(|rest| rest <= ENDING))
                || (count >= SURE && word.contains(&name))
        };
        count >= SHORTEST && said.iter().any(is_it)
    })
}

/// The words of a text as they sound, so that a name is found however it is spelled, in either alphabet: `Yuliya`, `julia`.
fn words(text: &str) -> impl Iterator<Item = String> {
    let text = text.to_lowercase();
    let words: Vec<String> = text.split(|c: char| !c.is_alphabetic()).map(sound).filter(|word| !word.is_empty()).collect();
    words.into_iter()
}

/// One spelling for all that are common, and no letter twice.
fn sound(word: &str) -> String {
    let mut spelling: String = word.chars().map(latin).collect();
    for (spelled, sounds) in [("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("x", "ks"), ("w", "v")] {
        spelling = spelling.replace(spelled, sounds);
    }
    let spelling = spelling.replace(['y', 'j'], "i").replace("io", "e");
    let mut sound = String::with_capacity(spelling.len());
    for letter in spelling.chars() {
        if !sound.ends_with(letter) {
            sound.push(letter);
        }
    }
    sound
}

/// The letters from U+0430 to U+044F, the small ones of the Russian alphabet but yo, as they are written in Latin ones.
const CYRILLIC: [&str; 32] = [
    "a", "b", "v", "g", "d", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "h", "c", "ch",
    "sh", "sh", "", "i", "", "e", "iu", "ia",
];

/// A letter in Latin ones; what is common in their spelling is evened out after.
fn latin(letter: char) -> String {
    let place = u32::from(letter).checked_sub(0x430).and_then(|place| usize::try_from(place).ok());
    let known = place.and_then(|place| CYRILLIC.get(place).copied());
    match letter {
        // Yo, and the Ukrainian ye, i, yi and g.
        '\u{451}' | '\u{454}' => "e".to_owned(),
        '\u{456}' | '\u{457}' => "i".to_owned(),
        '\u{491}' => "g".to_owned(),
        other => known.map_or_else(|| other.to_string(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::tests::made;
    use crate::testing;

    #[test]
    fn a_name_is_found_in_a_link_however_it_is_spelled() {
        for (link, client) in [
            ("https://meet.example.org/ivan-petrov", "Иван"),
            ("https://meet.example.org/k-petrovu", "Петров И."),
            ("https://meet.example.org/dlya-ivana", "Иван П."),
            ("https://meet.example.org/%D0%9C%D0%B0%D1%80%D0%B8%D1%8F", "Мария К."),
            ("https://meet.example.org/vstrecha/MariaKotova", "Мария Котова"),
            ("https://meet.example.org/mariya", "Maria"),
            ("https://meet.example.org/julia", "Юлия"),
            ("https://meet.example.org/yuliya-7", "Юлия"),
            ("https://meet.example.org/pyotr", "Пётр"),
            ("https://meet.example.org/schukina", "Щукина А."),
            ("https://meet.example.org/alexandr", "Александр"),
            ("https://meet.example.org/anna", "Анна"),
            ("https://meet.example.org/room?who=olga", "Ольга"),
            ("https://meet.example.org/room#userInfo.displayName=%22Olga%22", "Ольга"),
            ("https://meet.example.org/gruppa-opora", "Группа «Опора»"),
        ] {
            assert!(names(link, client), "{client} in {link}");
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        for (link, client) in [
            ("https://maria.example.org/room-7", "Мария"),
            ("https://meet.example.org/konsultaciya-23dec-a1b2c3d4", "Анна К."),
            ("https://meet.example.org/hannover", "Анна"),
            ("https://meet.example.org/li-7x", "Ли"),
            ("https://meet.example.org/j/8412345", "Иван 841"),
            ("https://meet.example.org/ivanovskaya-ulica", "Иван"),
            ("https://meet.example.org/room", ""),
            ("no link", "link"),
        ] {
            assert!(!names(link, client), "{client} in {link}");
        }
    }

    #[test]
    fn only_what_was_made_is_known_to_tell_nobody() {
        let state = testing::state(&[], &[]);
        let plain = testing::consultation("c1", "15:00", 50);
        let check = |consultation: Consultation, expected: bool| {
            assert_eq!(tells_nobody(&state, &consultation), expected, "{}", consultation.link);
        };
        check(plain.clone(), true);
        let (link, room) = ("https://meet.example.org/masha".to_owned(), "masha".to_owned());
        check(Consultation { link: link.clone(), room: room.clone(), ..plain.clone() }, false);
        check(Consultation { link, room, made: Some(made()), ..plain.clone() }, true);
        check(Consultation { link: format!("{}#who=masha", plain.link), ..plain.clone() }, false);
        let link = plain.link.replace("example.org/", "example.org/masha/");
        check(Consultation { link, client: "Маша".into(), ..plain.clone() }, false);
        check(Consultation { link: String::new(), room: String::new(), ..plain.clone() }, true);
        check(Consultation { client: "Консультация".into(), ..plain }, true);
    }

    #[test]
    fn what_the_template_makes_is_no_clients_name() {
        let state = testing::state(&[], &[]);
        let Consultation { link, room, .. } = testing::consultation("c1", "15:00", 50);
        assert!(!names_client(&state, &link, &room, "Консультация с Олей"));
        assert!(names_client(&state, "https://meet.example.org/konsultaciya-s-olei", "konsultaciya-s-olei", "Консультация"));
        assert!(names_client(&state, &link.replace("example.org/", "example.org/ivan/"), &room, "Иван"));
    }
}
