//! What is shown of clients who wait on the page, answer, write, and of what was not sent.

use super::*;
use crate::desktop::NotificationAction;
use crate::present::tray_state;
use crate::record::{Consultation, Contact, Event, Kind, Practice, Reach};
use crate::testing::{at, consultation, event, joined, left, state};
use crate::view::{Door, Language, Privacy, TrayState};
use std::sync::LazyLock;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(Language::En, "en"));

fn with_page(events: &[Event]) -> State {
    let one = Consultation {
        page_link: Some("https://k.example.org/w/T".into()),
        contact: Some(Contact { channel: "whatsapp".into(), phone: Some("79001234567".into()), ..Contact::default() }),
        ..consultation("c1", "15:00", 50)
    };
    let mut state = state(&[one], events);
    state.kept.settings.reminders.clear();
    state.practice = Some(Practice { pages: true, channels: vec!["whatsapp".into()], ..Practice::default() });
    state
}

fn standing_at(state: &State, time: &str) -> Option<Notice> {
    let mut all = standing(state, &WORDS, at(time));
    assert!(all.len() < 2);
    all.pop()
}

fn title(state: &State, time: &str) -> String {
    standing_at(state, time).map(|notice| notice.notification.title.reveal().clone()).unwrap_or_default()
}

fn buttons(state: &State, time: &str) -> Vec<String> {
    standing_at(state, time).map(|one| one.notification.buttons.into_iter().map(|(_, label)| label).collect()).unwrap_or_default()
}

fn waits(cursor: u64, time: &str) -> Event {
    Event { source: "page".into(), ..event(cursor, time, Kind::ClientWaiting { lobby: false }, "") }
}

fn answered(cursor: u64, time: &str, answer: &str, minutes: Option<u32>) -> Event {
    event(cursor, time, Kind::SpecialistAnswered { answer: answer.into(), minutes }, "")
}

fn show(state: &mut State, time: &str) {
    let notice = standing_at(state, time).expect("something stands");
    state.handled.entry(notice.consultation).or_default().show(notice.alert);
}

#[test]
fn before_a_closed_door_the_first_button_lets_in_and_behind_an_open_one_it_joins() {
    let mut state = with_page(&[waits(1, "14:50")]);
    assert_eq!(title(&state, "14:50"), "A client waits on the page");
    assert_eq!(buttons(&state, "14:50"), ["Let in", "In 5 minutes", "Message"]);
    let first = standing_at(&state, "14:50").expect("a notice").notification.buttons.remove(0).0;
    assert_eq!(first, NotificationAction::Admit { consultation: "c1".into() });
    let closed = standing_at(&state, "14:59").expect("a notice");
    // The door opens by time: another button, the same alert.
    let open = standing_at(&state, "15:00").expect("a notice");
    assert_eq!(buttons(&state, "15:00"), ["Join", "In 5 minutes", "Message"]);
    assert_eq!(closed.alert, open.alert);
    state.learn(event(2, "14:51", Kind::ClientAdmitted { to: Some(at("15:00")) }, ""));
    assert_eq!(buttons(&state, "14:52"), ["Join", "In 5 minutes", "Message"]);
    // Whoever is in the room is joined, whatever the page's door; where nobody can write, nobody is offered to.
    let mut inside = with_page(&[joined(1, "14:50", "Ivan")]);
    inside.practice = None;
    let one = Consultation { door: Door::WhenAdmitted, ..inside.consultations["c1"].clone() };
    inside.consultations.insert(one);
    assert_eq!(buttons(&inside, "14:50"), ["Join", "In 5 minutes"]);
}

#[test]
fn an_answer_given_elsewhere_silences_and_rings_again_when_it_is_over() {
    let mut state = with_page(&[waits(1, "14:58")]);
    show(&mut state, "14:58");
    let first = standing_at(&state, "14:58").expect("a notice").alert;
    state.learn(answered(2, "14:59", "late", Some(5)));
    assert_eq!(title(&state, "15:03"), "");
    assert_eq!(next_moments(&state, at("15:00")), [at("15:04")]);
    let again = standing_at(&state, "15:04").expect("it rings again");
    assert!(again.alert != first && again.notification.sound);
    let steps = difference(&BTreeMap::new(), &state.handled, vec![again]);
    assert!(matches!(steps.as_slice(), [Step::Show(one)] if one.notification.sound), "{steps:?}");
    // The icon tells the truth all the while.
    let known = from_today(&state, at("15:01"));
    assert_eq!(tray_state(&state, &known, at("15:01")), TrayState::ClientThere);

    state.learn(answered(3, "15:05", "coming", None));
    assert_eq!(title(&state, "15:07:59"), "");
    assert_eq!(title(&state, "15:08"), "A client waits on the page");
    state.learn(answered(4, "15:09", "cannot", None));
    assert_eq!(title(&state, "15:30"), "");
    // What was declined is the visit: another one is news.
    state.learn(Event { source: "page".into(), ..event(5, "15:31", Kind::ClientLeft { reason: "closed".into() }, "") });
    assert_eq!(title(&state, "15:31"), "");
    state.learn(waits(6, "15:40"));
    assert_eq!(title(&state, "15:40"), "A client waits on the page");
}

#[test]
fn an_answer_given_here_silences_before_anybody_else_knows_of_it() {
    let mut state = with_page(&[waits(1, "14:58")]);
    let handled = state.handled.entry("c1".into()).or_default();
    handled.coming_at = Some(at("14:59"));
    assert_eq!((title(&state, "15:01"), title(&state, "15:02").is_empty()), (String::new(), false));
    state.handled.entry("c1".into()).or_default().answer(cannot("event-1"));
    assert_eq!(title(&state, "15:10"), "");
}

#[test]
fn who_went_into_the_room_did_not_leave() {
    let mut state = with_page(&[waits(1, "14:58")]);
    show(&mut state, "14:58");
    state.learn(Event { source: "page".into(), ..event(2, "15:00", Kind::ClientLeft { reason: "moved".into() }, "") });
    assert_eq!(title(&state, "15:00"), "");
    state.learn(joined(3, "15:02", "Ivan"));
    assert_eq!(title(&state, "15:02"), "A client is in the room");
    let steps = difference(&BTreeMap::new(), &state.handled, standing(&state, &WORDS, at("15:02")));
    assert!(matches!(steps.as_slice(), [Step::Show(one)] if !one.notification.sound), "{steps:?}");
}

#[test]
fn in_a_room_that_reports_nothing_the_press_is_answer_for_good() {
    let went_in = Event { source: "page".into(), ..joined(2, "15:00", "") };
    let mut state = with_page(&[waits(1, "14:58"), went_in]);
    assert_eq!(title(&state, "15:00"), "A client is in the room");
    state.handled.entry("c1".into()).or_default().pressed_join_at = Some(at("15:01"));
    assert_eq!(title(&state, "15:10"), "");
    let known = from_today(&state, at("15:10"));
    assert_eq!(tray_state(&state, &known, at("15:10")), TrayState::InSession);
    let known = from_today(&state, at("16:30"));
    assert_eq!(tray_state(&state, &known, at("16:30")), TrayState::Idle);
}

#[test]
fn being_late_is_told_quietly_and_beside_an_arrival() {
    let late = |cursor| event(cursor, "14:50", Kind::ClientLate { minutes: 10 }, "");
    let state = with_page(&[late(1)]);
    let notice = standing_at(&state, "14:51").expect("a notice");
    assert_eq!(notice.notification.title.reveal(), "The client will be 10 minutes late");
    assert!(!notice.notification.sound && !notice.notification.urgent);
    assert_eq!(title(&state, "15:10"), "");
    let on_page = with_page(&[waits(1, "14:49"), late(2)]);
    let notice = standing_at(&on_page, "14:51").expect("a notice");
    assert_eq!(notice.notification.title.reveal(), "A client waits on the page");
    assert_eq!(notice.notification.body.reveal(), "Consultation at 15:00. They say: 10 minutes late");
}

#[test]
fn a_client_who_cannot_wait_is_told_though_the_alert_was_answered() {
    let cannot_wait = event(3, "15:01", Kind::ClientAnswered { can_wait: false }, "");
    let mut state = with_page(&[waits(1, "14:58"), answered(2, "15:00", "late", Some(10)), cannot_wait]);
    assert_eq!(title(&state, "15:02"), "The client cannot wait");
    assert_eq!(buttons(&state, "15:02"), ["Join", "Message"]);
    let one = Consultation { door: Door::WhenAdmitted, ..state.consultations["c1"].clone() };
    let mut shut_out = state.clone();
    shut_out.consultations.insert(one);
    assert_eq!(buttons(&shut_out, "15:02"), ["Let in", "Message"]);
    let fine = event(3, "15:01", Kind::ClientAnswered { can_wait: true }, "");
    assert_eq!(title(&with_page(&[waits(1, "14:58"), answered(2, "15:00", "late", Some(10)), fine]), "15:02"), "");
    state.handled.entry("c1".into()).or_default().pressed_join_at = Some(at("15:02"));
    assert_eq!(title(&state, "15:03"), "");
}

#[test]
fn a_message_is_told_without_a_word_of_it() {
    let mut state = with_page(&[event(1, "13:00", Kind::MessageReceived { message: "m1".into() }, "")]);
    let mut check = |privacy, expected: (&str, &str), button: &str| {
        state.kept.settings.privacy = privacy;
        let notice = standing_at(&state, "13:00").expect("a notice").notification;
        assert_eq!((notice.title.reveal().as_str(), notice.body.reveal().as_str()), expected);
        assert_eq!(buttons(&state, "13:00"), [button]);
    };
    check(Privacy::Discreet, ("Kabinet", "There is news"), "Open");
    check(Privacy::Full, ("Client c1 wrote to you", "Consultation at 15:00. Written at 13:00"), "Message");
    check(Privacy::NoName, ("A client wrote to you", "Consultation at 15:00. Written at 13:00"), "Message");
    show(&mut state, "13:00");
    // Read here it is gone; another one rings.
    state.learn(event(2, "13:05", Kind::MessageReceived { message: "m2".into() }, ""));
    let steps = difference(&BTreeMap::new(), &state.handled, standing(&state, &WORDS, at("13:05")));
    assert!(matches!(steps.as_slice(), [Step::Show(one)] if one.notification.sound && one.alert == "message/m2"), "{steps:?}");
    let handled = state.handled.entry("c1".into()).or_default();
    ["m1", "m2"].into_iter().for_each(|message| handled.has_read(message.into()));
    assert_eq!(title(&state, "13:06"), "");
}

#[test]
fn what_gave_way_to_something_else_does_not_ring_twice() {
    let mut state = with_page(&[event(1, "14:40", Kind::MessageReceived { message: "m1".into() }, "")]);
    show(&mut state, "14:40");
    state.learn(joined(2, "14:50", "Ivan"));
    show(&mut state, "14:50");
    state.learn(left(3, "14:52", "Ivan"));
    assert_eq!(title(&state, "14:52"), "The client left at 14:52");
    show(&mut state, "14:52");
    let back = standing(&state, &WORDS, at("15:03"));
    assert_eq!(back.first().map(|notice| notice.alert.as_str()), Some("message/m1"));
    assert_eq!(difference(&BTreeMap::new(), &state.handled, back), []);
}

#[test]
fn what_was_not_sent_says_why_quietly_and_only_of_what_goes_to_clients() {
    let news = |cursor, purpose: &str, state: &str, code: Option<&str>| {
        let (id, channel, code) = ("d1".to_owned(), "whatsapp".to_owned(), code.map(Into::into));
        event(cursor, "13:00", Kind::Delivery { id, channel, purpose: purpose.into(), state: state.into(), code }, "")
    };
    let check = |events: &[Event], title: &str, body: &str| {
        let seen = standing_at(&with_page(events), "13:01").map(|one| one.notification);
        let said = seen.as_ref().map_or(("", ""), |one| (one.title.reveal().as_str(), one.body.reveal().as_str()));
        assert_eq!(said.0, title);
        assert!(said.1.contains(body), "{}", said.1);
        assert!(!seen.is_some_and(|one| one.sound || one.urgent));
    };
    let failed = || news(1, "reminder", "failed", Some("not_registered"));
    check(&[failed()], "The reminder for 15:00 was not sent", "nobody with this number");
    check(&[news(1, "link", "unsure", None)], "The link for 15:00 was not sent", "may have been sent");
    check(&[failed(), news(2, "reminder", "waiting", None)], "", "");
    check(&[news(1, "alert", "failed", Some("blocked"))], "", "");
    assert_eq!(title(&with_page(&[failed()]), "14:01"), "");
    let escalated = event(1, "13:00", Kind::Escalated, "");
    assert_eq!(title(&with_page(&[escalated]), "13:01"), "");
}

#[test]
fn quiet_knows_what_can_wait_from_who_waits() {
    let quiet_hours =
        |from: &str, to: &str| Some(Reach { quiet_from: Some(from.into()), quiet_to: Some(to.into()), ..Reach::default() });
    let wrote = || event(1, "14:30", Kind::MessageReceived { message: "m1".into() }, "");
    let mut state = with_page(&[wrote()]);
    assert_eq!(title(&state, "14:31"), "A client wrote to you");
    state.reach = quiet_hours("14:00", "16:00");
    assert_eq!(title(&state, "14:31"), "");
    state.learn(waits(2, "14:40"));
    assert_eq!(title(&state, "14:40"), "A client waits on the page");
    // "Do not disturb" that is over says nothing of the hours.
    state.kept.do_not_disturb_until = Some(at("14:35"));
    state.kept.do_not_disturb_everything = true;
    assert_eq!(title(&state, "14:40"), "A client waits on the page");
    state.kept.do_not_disturb_until = Some(at("15:00"));
    assert_eq!(title(&state, "14:40"), "");
    state.kept.do_not_disturb_everything = false;
    assert_eq!(title(&state, "14:40"), "A client waits on the page");
    // Chosen for good, it holds for both.
    state.reach = state.reach.map(|reach| Reach { quiet_even_clients: true, ..reach });
    assert_eq!(title(&state, "14:40"), "");
    state.kept.do_not_disturb_until = None;
    assert_eq!(title(&state, "14:40"), "");
    state.reach = quiet_hours("16:00", "17:00");
    assert_eq!(title(&state, "14:40"), "A client waits on the page");
    // Reminders are held back and come when it is over.
    let mut reminded = with_page(&[]);
    reminded.kept.settings.reminders = vec![10];
    reminded.kept.do_not_disturb_until = Some(at("14:55"));
    assert_eq!((title(&reminded, "14:51"), title(&reminded, "14:55")), (String::new(), "Consultation at 15:00".into()));
}

#[test]
fn at_the_lowest_level_no_notice_tells_by_its_buttons_what_it_is() {
    let delivery = Kind::Delivery {
        id: "d1".into(),
        channel: "whatsapp".into(),
        purpose: "link".into(),
        state: "failed".into(),
        code: Some("quota".into()),
    };
    let check = |events: &[Event], time: &str, usual: &[&str]| {
        let mut state = with_page(events);
        state.kept.settings.reminders = vec![10];
        assert_eq!(buttons(&state, time), usual);
        state.kept.settings.privacy = Privacy::Discreet;
        let notice = standing_at(&state, time).expect("a notice").notification;
        assert_eq!((notice.title.reveal().as_str(), notice.body.reveal().as_str()), ("Kabinet", "There is news"));
        let show = NotificationAction::Show { consultation: "c1".into() };
        assert_eq!(notice.buttons, [(show, "Open".to_owned())]);
    };
    check(&[waits(1, "14:50")], "14:50", &["Let in", "In 5 minutes", "Message"]);
    check(&[joined(1, "14:50", "Ivan")], "14:50", &["Join", "In 5 minutes", "Message"]);
    check(&[event(1, "13:00", Kind::MessageReceived { message: "m1".into() }, "")], "13:00", &["Message"]);
    check(&[event(1, "14:40", Kind::ClientLate { minutes: 10 }, "")], "14:41", &[]);
    check(&[event(1, "13:00", delivery, "")], "13:00", &[]);
    check(&[], "14:50", &["Join"]);
}
