use super::*;
use crate::testing::{at, event, joined, left};

#[test]
fn a_client_comes_and_goes() {
    let attended = Attended::from_events(&[joined(1, "11:58", "Ivan"), left(2, "12:03", "Ivan")]);
    assert!(!attended.somebody_there());
    let visit = attended.visit.expect("a visit");
    assert_eq!((visit.began, visit.ended), (at("11:58"), Some(at("12:03"))));
}

#[test]
fn events_given_twice_or_out_of_order_change_nothing() {
    let events = [joined(1, "11:58", ""), left(2, "12:03", ""), joined(3, "12:10", "")];
    let straight = Attended::from_events(&events);
    let shuffled = Attended::from_events([&events[2], &events[0], &events[1], &events[0]]);
    assert_eq!(straight, shuffled);
    assert_eq!(straight.clients.len(), 1);
}

#[test]
fn one_of_two_clients_leaves_and_the_visit_goes_on() {
    let attended = Attended::from_events(&[joined(1, "11:58", "Olga"), joined(2, "11:59", "Pyotr"), left(3, "12:01", "Olga")]);
    assert_eq!(attended.clients.iter().map(|client| client.name.as_str()).collect::<Vec<_>>(), ["Pyotr"]);
    assert_eq!(attended.visit.and_then(|visit| visit.ended), None);
}

#[test]
fn a_withdrawn_arrival_never_was() {
    let attended =
        Attended::from_events(&[joined(1, "11:58", "Anna"), event(2, "11:59", Kind::Withdrawn { of: "event-1".into() }, "")]);
    assert_eq!(attended, Attended::default());
}

#[test]
fn from_the_page_through_the_lobby_into_the_room_is_one_visit() {
    let attended = Attended::from_events(&[
        event(1, "11:50", Kind::ClientWaiting { lobby: false }, ""),
        event(2, "11:55", Kind::ClientLeft { reason: "closed".into() }, ""),
        event(3, "11:55", Kind::ClientWaiting { lobby: true }, "Ivan"),
        joined(4, "11:58", "Ivan"),
    ]);
    assert_eq!(attended.clients.len(), 1);
    assert_eq!(attended.foremost().map(|client| client.place), Some(Place::Room));
    assert_eq!(attended.visit.map(|visit| visit.id), Some("event-1".into()));
}

#[test]
fn time_together_counts_while_both_are_in_the_room() {
    let mut events = vec![joined(1, "12:00", "Ivan"), event(2, "12:02", Kind::SessionStarted, "")];
    assert_eq!(Attended::from_events(&events).together(at("12:12")), Duration::minutes(10));
    events.push(left(3, "12:22", "Ivan"));
    assert_eq!(Attended::from_events(&events).together(at("12:30")), Duration::minutes(20));
    events.push(event(4, "12:30", Kind::SessionEnded { together: 1201 }, ""));
    let attended = Attended::from_events(&events);
    assert_eq!(attended.together(at("13:00")), Duration::seconds(1201));
    assert!(attended.met && attended.visit.is_some_and(|visit| visit.met));
}

#[test]
fn a_lost_line_is_not_a_departure() {
    let mut events = vec![joined(1, "12:00", "Ivan"), event(2, "12:05", Kind::ClientLineLost, "Ivan")];
    assert!(Attended::from_events(&events).clients[0].line_lost);
    events.push(event(3, "12:06", Kind::ClientLineBack, "Ivan"));
    assert!(!Attended::from_events(&events).clients[0].line_lost);
}

fn from_page(cursor: u64, time: &str, kind: Kind) -> Event {
    Event { source: "page".into(), ..event(cursor, time, kind, "") }
}

#[test]
fn whoever_comes_by_the_clients_link_is_the_client() {
    let unproven = |one: Event| Event { unproven: true, ..one };
    let by_link = [unproven(waits(1, "11:50"))];
    assert!(!Attended::from_events(&by_link).clients[0].unproven);
    let inside = [by_link[0].clone(), moved(2, "11:58"), unproven(joined(3, "11:58", ""))];
    assert!(Attended::from_events(&inside).clients[0].unproven, "the room's server has not said who that is");
}

fn moved(cursor: u64, time: &str) -> Event {
    from_page(cursor, time, Kind::ClientLeft { reason: "moved".into() })
}

fn waits(cursor: u64, time: &str) -> Event {
    from_page(cursor, time, Kind::ClientWaiting { lobby: false })
}

#[test]
fn who_went_from_the_page_into_the_room_may_take_their_time_at_its_door() {
    let gone = Attended::from_events(&[waits(1, "14:55"), moved(2, "15:00")]);
    assert!(!gone.somebody_there() && gone.visit.as_ref().is_some_and(|visit| visit.moved && visit.ended.is_some()));
    let inside = Attended::from_events(&[waits(1, "14:55"), moved(2, "15:00"), joined(3, "15:03", "Ivan")]);
    let visit = inside.visit.expect("a visit");
    assert_eq!((visit.id.as_str(), visit.ended, visit.moved), ("event-1", None, false));
    // Who closed the page and comes much later comes anew.
    let closed = from_page(2, "15:00", Kind::ClientLeft { reason: "closed".into() });
    let again = Attended::from_events(&[waits(1, "14:55"), closed, joined(3, "15:03", "Ivan")]);
    assert_eq!(again.visit.map(|visit| visit.id), Some("event-3".into()));
}

#[test]
fn whoever_is_in_the_room_already_has_not_left_it_with_the_page() {
    // The room told first, or the page did for a room that reports nothing.
    for came in [joined(2, "15:00", "Ivan"), from_page(2, "15:00", Kind::ClientJoined { again: false })] {
        let attended = Attended::from_events(&[waits(1, "14:55"), came, moved(3, "15:00:01")]);
        assert_eq!(attended.foremost().map(|client| client.place), Some(Place::Room));
        assert_eq!(attended.visit.and_then(|visit| visit.ended), None);
    }
}

#[test]
fn where_nothing_reports_the_press_is_the_specialists_coming_and_the_planned_end_is_the_end() {
    let events = [waits(1, "14:55"), moved(2, "15:00"), from_page(3, "15:00", Kind::ClientJoined { again: false })];
    let at_time = |pressed: Option<&str>, now: &str| {
        Attended::from_events(&events).where_nothing_reports(pressed.map(at), at("15:50"), at(now))
    };
    assert_eq!(at_time(None, "15:10").specialist_inside_since, None);
    let both = at_time(Some("14:58"), "15:10");
    assert!(both.met && both.specialist_inside_since.is_some() && both.visit.as_ref().is_some_and(|visit| visit.met));
    assert_eq!(both.together(at("15:10")), Duration::minutes(10));
    // A press of the morning is another matter.
    assert_eq!(at_time(Some("10:00"), "15:10").specialist_inside_since, None);
    let over = at_time(Some("14:58"), "16:10");
    assert!(!over.somebody_there() && over.came && over.specialist_inside_since.is_none());
    assert_eq!(over.together(at("16:10")), Duration::minutes(50));
    assert_eq!(over.visit.and_then(|visit| visit.ended), Some(at("16:05")));
    // A room that reports is not guessed about.
    let reported = Attended::from_events(&[joined(1, "15:00", "Ivan")]);
    assert_eq!(reported.clone().where_nothing_reports(Some(at("15:00")), at("15:50"), at("17:00")), reported);
}
