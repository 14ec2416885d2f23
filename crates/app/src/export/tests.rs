use super::*;
use crate::record::Kind;
use crate::testing::{at, consultation, event, joined, left, started, state};
use crate::view::Language;
use rstest::rstest;

fn written(state: &State, language: Language, write: impl Fn(&State, &Words) -> Vec<u8>) -> String {
    String::from_utf8(write(state, &Words::new(language, "en"))).expect("a text")
}

fn as_table(state: &State, language: Language) -> String {
    written(state, language, |state, words| table(state, state.consultations.values(), words, at("23:00")))
}

fn as_calendar(state: &State) -> String {
    written(state, Language::En, |state, words| calendar(state, state.consultations.values(), words, at("23:00")))
}

#[test]
fn a_row_says_what_was_planned_and_what_became_of_it() {
    let held = Consultation { note: "Сон, \"дневник\"\nи прогулки".into(), ..consultation("c1", "21:30", 50) };
    let ended = event(4, "22:20", Kind::SessionEnded { together: 49 * 60 }, "");
    let events = [joined(1, "21:30", "Ivan"), started(2, "21:31"), left(3, "22:20", "Ivan"), ended];
    let mut state = state(&[held], &events);
    assert_eq!(
        as_table(&state, Language::Ru),
        "\u{feff}Дата,Начало,Конец,Часовой пояс,Клиент,Где,Ссылка,Состояние,Минут вместе,Заметка,Вид,Ссылка для зрителей\r\n\
         2026-12-24,00:30,01:20,Europe/Moscow,Client c1,jitsi,https://meet.example.org/konsultaciya-23dec-c100000000,\
         завершена,49,\"Сон, \"\"дневник\"\"\nи прогулки\",встреча,\r\n"
    );
    state.kept.settings.hide_names = true;
    let hidden = as_table(&state, Language::En);
    assert!(hidden.contains("Europe/Moscow,,jitsi") && hidden.ends_with("finished,49,,conference,\r\n"), "{hidden}");
    assert!(hidden.contains("konsultaciya-23dec-c1"), "what was made names nobody");
}

#[test]
fn a_pasted_link_is_left_out_with_the_names() {
    let link = "https://meet.example.org/ivan".to_owned();
    let pasted = Consultation { link: link.clone(), room: "ivan".into(), ..consultation("c1", "15:00", 50) };
    let mut state = state(&[pasted], &[]);
    let both = |state: &State| [as_table(state, Language::En), unfolded(&as_calendar(state)).join("\n")];
    assert!(both(&state).iter().all(|file| file.contains(&link)));
    state.kept.settings.hide_names = true;
    assert!(both(&state).iter().all(|file| !file.contains("ivan") && !file.contains("LOCATION")));
}

#[test]
fn a_broadcast_has_a_link_of_its_own_for_viewers() {
    let broadcast = Consultation { made: Some(crate::made::tests::made()), ..consultation("c1", "21:30", 50) };
    let row = as_table(&state(&[broadcast], &[]), Language::En);
    assert!(row.ends_with(",planned,,,broadcast,https://rooms.example.org/live/1\r\n"), "{row}");
}

#[rstest]
#[case::formula("=1+1", "\"'=1+1\"")]
#[case::plus("+7 916", "\"'+7 916\"")]
#[case::minus("-2", "\"'-2\"")]
#[case::at_sign("@SUM(A1)", "\"'@SUM(A1)\"")]
#[case::tab("\t=1", "\"'\t=1\"")]
#[case::formula_with_quotes("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"")]
#[case::comma("a,b", "\"a,b\"")]
#[case::plain("a = b", "a = b")]
fn a_cell_is_text_whatever_is_in_it(#[case] cell: &str, #[case] expected: &str) {
    let mut text = String::new();
    put_cell(&mut text, cell);
    assert_eq!(text, expected);
}

/// The lines as a reader unfolds them.
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").lines().map(str::to_owned).collect()
}

#[test]
fn an_event_keeps_its_identity_and_counts_its_changes() {
    let off = Consultation {
        status: Status::Cancelled,
        version: Some("7".into()),
        note: "Сон; дневник,\nпрогулки".into(),
        ..consultation("c1", "15:00", 50)
    };
    let mut state = state(&[off], &[]);
    let lines = unfolded(&as_calendar(&state));
    let link = "https://meet.example.org/konsultaciya-23dec-c100000000";
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "UID:c1",
        "SEQUENCE:7",
        "DTSTAMP:20261223T230000Z",
        "DTSTART:20261223T150000Z",
        "DTEND:20261223T155000Z",
        "STATUS:CANCELLED",
        "SUMMARY:Consultation: Client c1",
        "DESCRIPTION:Сон\\; дневник\\,\\nпрогулки",
        &format!("LOCATION:{link}"),
        &format!("URL:{link}"),
        "END:VCALENDAR",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line} is missing in {lines:#?}");
    }
    state.kept.settings.hide_names = true;
    let hidden = as_calendar(&state);
    assert!(hidden.contains("SUMMARY:Consultation\r\n") && !hidden.contains("DESCRIPTION") && !hidden.contains("Client"));
}

#[test]
fn hostile_names_break_neither_file() {
    let evil = Consultation { client: "x\r\nEND:VEVENT\r\nATTACH:file:///etc/passwd".into(), ..consultation("c1", "15:00", 50) };
    let state = state(&[evil], &[event(1, "15:00", Kind::Other, "")]);
    let lines = unfolded(&as_calendar(&state));
    assert_eq!(lines.iter().filter(|line| *line == "END:VEVENT").count(), 1);
    assert!(!lines.iter().any(|line| line.starts_with("ATTACH")));
    let long = as_calendar(&state);
    assert!(long.split("\r\n").all(|line| line.len() <= 76), "{long}");
}
