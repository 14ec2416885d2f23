use super::*;
use crate::record::{Event, Kind};
use crate::testing::{at, consultation, event, state};
use crate::view::{Door, Language};

/// The label of each entry that lets somebody in, with the consultation it is for and the submenu it stands in.
fn admits(menu: &[MenuEntry], within: &str) -> Vec<(String, String, String)> {
    let of = |entry: &MenuEntry| match entry {
        MenuEntry::Item { action: MenuAction::Admit { consultation }, label, .. } => {
            vec![(within.to_owned(), label.clone(), consultation.clone())]
        }
        MenuEntry::Submenu { label, entries } => admits(entries, label),
        _ => Vec::new(),
    };
    menu.iter().flat_map(of).collect()
}

fn with_page(id: &str, time: &str) -> Consultation {
    let page_link = Some(format!("https://k.example.org/w/{id}"));
    Consultation { page_link, door: Door::WhenAdmitted, ..consultation(id, time, 50) }
}

fn waits(cursor: u64, id: &str, time: &str) -> Event {
    let waiting = event(cursor, time, Kind::ClientWaiting { lobby: false }, "Ivan");
    Event { source: "page".into(), consultation: Some(id.into()), ..waiting }
}

#[test]
fn who_waits_to_be_let_in_is_let_in_from_the_menu_without_a_name() {
    let mut state = state(&[with_page("c1", "15:00"), with_page("c2", "17:00")], &[]);
    let check = |state: &State, language, time: &str, expected: &[(&str, &str, &str)]| {
        let menu = tray_view(state, &Words::new(language, "en"), at(time)).menu;
        let seen = admits(&menu, "");
        let seen: Vec<_> = seen.iter().map(|(within, label, id)| (within.as_str(), label.as_str(), id.as_str())).collect();
        assert_eq!(seen, expected);
        assert!(!format!("{menu:?}").contains("Ivan") && !format!("{menu:?}").contains("Client c"));
    };
    check(&state, Language::En, "14:50", &[]);
    state.learn(waits(1, "c1", "14:50"));
    state.learn(waits(2, "c2", "14:51"));
    let first = ("", "Let in 15:00 · c10000", "c1");
    check(&state, Language::En, "14:52", &[first, ("17:00 · c20000", "Let in", "c2")]);
    check(&state, Language::Ru, "14:52", &[("", "Впустить: 15:00 · c10000", "c1"), ("17:00 · c20000", "Впустить", "c2")]);
    // The one let in can be joined, the other still waits.
    let admitted = event(3, "14:53", Kind::ClientAdmitted { to: Some(at("17:00")) }, "");
    state.learn(Event { consultation: Some("c2".into()), ..admitted });
    check(&state, Language::En, "14:54", &[first]);
    // Who is let in by the clock need not be let in by hand.
    state.consultations.insert(Consultation { door: Door::AtTime, ..with_page("c1", "15:00") });
    check(&state, Language::En, "15:00", &[]);
}
