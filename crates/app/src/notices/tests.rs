use super::*;
use crate::record::{Consultation, Event, Kind};
use crate::testing::{at, consultation, event, joined, left, started, state};
use crate::view::{Language, Privacy};
use proptest::prelude::*;
use std::sync::LazyLock;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(Language::En, "en"));

fn now_standing(state: &State, time: &str) -> Vec<Notice> {
    standing(state, &WORDS, at(time))
}

/// The title that stands at `time` for the consultation of 15:00, or nothing.
fn title(state: &State, time: &str) -> String {
    now_standing(state, time).first().map(|notice| notice.notification.title.reveal().clone()).unwrap_or_default()
}

fn at_three(events: &[Event]) -> State {
    state(&[consultation("c1", "15:00", 50)], events)
}

/// What the screen would have remembered after showing everything of `time`.
fn show(state: &mut State, time: &str) {
    for notice in now_standing(state, time) {
        state.handled.entry(notice.consultation).or_default().shown = Some(notice.alert);
    }
}

#[test]
fn a_client_in_the_room_is_told_until_the_client_leaves() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    let notices = now_standing(&state, "14:58");
    let [Notice { notification, .. }] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!(notification.title.reveal(), "A client is in the room");
    assert_eq!(notification.body.reveal(), "Consultation at 15:00");
    assert!(notification.urgent && notification.sound);
    assert_eq!(notification.buttons.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>(), ["Join", "In 5 minutes"]);

    show(&mut state, "14:58");
    state.learn(left(2, "15:20", "Ivan"));
    let notices = now_standing(&state, "15:21");
    assert_eq!(notices[0].notification.title.reveal(), "The client left at 15:20");
    assert!(!notices[0].notification.sound && !notices[0].notification.urgent);
    assert_eq!(title(&state, "15:31"), "");
}

#[test]
fn a_room_that_is_gone_is_said_for_some_minutes_and_gives_way_to_the_reminder() {
    let mut state = at_three(&[]);
    let link = state.consultations["c1"].link.clone();
    let gone = crate::state::GoneRoom { link: link.into(), found_at: at("14:30") };
    state.gone_rooms.insert("c1".into(), gone);
    assert_eq!(title(&state, "14:30"), "The room for 15:00 is gone");
    assert_eq!(title(&state, "14:40"), "");
    assert_eq!(title(&state, "14:50"), "Consultation at 15:00");
    // Put away, it does not come back; another room is not gone.
    let alert = now_standing(&state, "14:30")[0].alert.clone();
    state.handled.entry("c1".into()).or_default().answer(alert);
    assert_eq!(title(&state, "14:31"), "");
    state.handled.clear();
    state.consultations.insert(Consultation { link: "https://rooms.example.org/2".into(), ..state.consultations["c1"].clone() });
    assert_eq!(title(&state, "14:31"), "");
}

#[test]
fn where_the_client_waits_is_said() {
    let waiting = |lobby| at_three(&[event(1, "14:58", Kind::ClientWaiting { lobby }, "")]);
    assert_eq!(title(&waiting(false), "14:58"), "A client waits on the page");
    assert_eq!(title(&waiting(true), "14:58"), "A client waits in the lobby");
    let opened = at_three(&[event(1, "14:45", Kind::ClientOpenedLink, "")]);
    assert_eq!(title(&opened, "14:45"), "");
}

#[test]
fn privacy_has_three_levels_and_hidden_names_win() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    let mut check = |privacy, hidden, expected: &str| {
        state.kept.settings.privacy = privacy;
        state.kept.settings.hide_names = hidden;
        assert_eq!(title(&state, "14:58"), expected);
    };
    check(Privacy::Full, false, "Client c1 is in the room");
    check(Privacy::Full, true, "A client is in the room");
    check(Privacy::NoName, false, "A client is in the room");
    check(Privacy::Discreet, false, "Kabinet");
}

#[test]
fn quiet_while_the_specialist_is_inside_and_after() {
    let mut state = at_three(&[started(1, "14:55"), joined(2, "15:01", "Ivan")]);
    assert_eq!(title(&state, "15:01"), "");
    state.learn(event(3, "15:10", Kind::SessionEnded { together: 540 }, ""));
    assert_eq!(title(&state, "15:10"), "");
    state.learn(left(4, "15:12", "Ivan"));
    assert_eq!(title(&state, "15:12"), "");
    // A new visit is news again.
    state.learn(joined(5, "15:20", "Ivan"));
    assert_eq!(title(&state, "15:20"), "A client is in the room");
}

#[test]
fn quiet_when_join_was_pressed_before_or_after_the_arrival() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    show(&mut state, "14:58");
    let first = now_standing(&state, "14:58")[0].alert.clone();
    state.handled.entry("c1".into()).or_default().pressed_join_at = Some(at("14:59"));
    assert_eq!(title(&state, "15:00"), "");
    // Nobody saw the specialist come in: the client still waits, and is told of with a ring.
    let again = now_standing(&state, "15:00:30");
    assert_ne!(again[0].alert, first);
    let steps = difference(&BTreeMap::new(), &state.handled, again);
    let [Step::Show(notice)] = steps.as_slice() else { panic!("{steps:?}") };
    assert!(notice.notification.sound);
    state.learn(started(2, "15:01"));
    assert_eq!(title(&state, "15:01"), "");

    let mut early = at_three(&[joined(1, "14:58", "Ivan")]);
    early.kept.settings.reminders.clear();
    early.handled.entry("c1".into()).or_default().pressed_join_at = Some(at("14:57"));
    assert_eq!(title(&early, "14:58"), "");
    // The specialist pressed and never came in: then the client waits all the same.
    assert_eq!(title(&early, "15:00"), "A client is in the room");
}

#[test]
fn in_five_minutes_it_rings_again_if_the_client_is_still_there() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    show(&mut state, "14:58");
    let first = now_standing(&state, "14:58")[0].alert.clone();
    state.handled.entry("c1".into()).or_default().snoozed_until = Some(at("15:03"));
    assert_eq!(title(&state, "15:02"), "");
    let again = now_standing(&state, "15:03");
    assert_ne!(again[0].alert, first);
    let steps = difference(&BTreeMap::new(), &state.handled, again);
    assert!(matches!(steps.as_slice(), [Step::Show(_)]));
    state.learn(left(2, "15:04", "Ivan"));
    assert_eq!(title(&state, "15:04"), "The client left at 15:04");
}

#[test]
fn do_not_disturb_of_everything_keeps_the_screen_empty_and_the_icon_true() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    state.kept.do_not_disturb_until = Some(at("15:10"));
    state.kept.do_not_disturb_everything = true;
    assert_eq!(title(&state, "15:00"), "");
    let known = from_today(&state, at("15:00"));
    assert_eq!(crate::present::tray_state(&state, &known, at("15:00")), crate::view::TrayState::ClientThere);
    assert_eq!(title(&state, "15:10"), "A client is in the room");
}

#[test]
fn what_stood_before_the_quiet_stands_again_after_it_without_a_ring() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    show(&mut state, "14:58");
    let there: BTreeMap<_, _> =
        now_standing(&state, "14:58").into_iter().map(|notice| (notice.consultation.clone(), notice)).collect();
    let mut check = |quiet: fn(&mut State), loud: fn(&mut State)| {
        quiet(&mut state);
        let steps = difference(&there, &state.handled, now_standing(&state, "15:00"));
        assert_eq!(steps, [Step::Withdraw { consultation: "c1".into() }]);
        loud(&mut state);
        let steps = difference(&BTreeMap::new(), &state.handled, now_standing(&state, "15:02"));
        let [Step::Show(notice)] = steps.as_slice() else { panic!("{steps:?}") };
        assert_eq!((notice.notification.urgent, notice.notification.sound), (true, false));
    };
    let quiet: fn(&mut State) = |state| {
        state.kept.do_not_disturb_until = Some(at("16:00"));
        state.kept.do_not_disturb_everything = true;
    };
    check(quiet, |state| state.kept.do_not_disturb_until = None);
    check(|state| state.kept.settings.notifications = false, |state| state.kept.settings.notifications = true);
}

#[test]
fn a_missed_arrival_is_told_once_and_marked_and_a_missed_visit_not_at_all() {
    let missed = |event: Event| Event { missed: true, ..event };
    let state = at_three(&[missed(joined(1, "14:58", "Ivan"))]);
    assert_eq!(
        now_standing(&state, "15:05")[0].notification.body.reveal(),
        "Consultation at 15:00. There since 14:58; the news came late"
    );
    let gone = at_three(&[missed(joined(1, "14:58", "Ivan")), missed(left(2, "15:01", "Ivan"))]);
    assert_eq!(title(&gone, "15:05"), "");
}

#[test]
fn an_arrival_that_was_wrong_is_taken_back_without_a_word() {
    let mut state = at_three(&[joined(1, "14:58", "Anna")]);
    let notices = now_standing(&state, "14:58");
    let there: BTreeMap<_, _> = notices.into_iter().map(|notice| (notice.consultation.clone(), notice)).collect();
    show(&mut state, "14:58");
    state.kept.settings.reminders.clear();
    state.learn(event(2, "14:58:01", Kind::Withdrawn { of: "event-1".into() }, ""));
    state.learn(started(3, "14:58:01"));
    let wanted = now_standing(&state, "14:59");
    assert_eq!(difference(&there, &state.handled, wanted), [Step::Withdraw { consultation: "c1".into() }]);
}

#[test]
fn reminders_come_at_their_minutes_and_give_way_to_people() {
    let mut state = at_three(&[]);
    state.kept.settings.reminders = vec![60, 10];
    let alert = |state: &State, time: &str| now_standing(state, time).first().map(|notice| notice.alert.clone());
    assert_eq!(alert(&state, "13:59"), None);
    let (hour, minutes) = (alert(&state, "14:00"), alert(&state, "14:50"));
    assert!(hour.is_some() && minutes.is_some() && hour != minutes);
    assert_eq!(title(&state, "14:50"), "Consultation at 15:00");
    assert_eq!(alert(&state, "15:00"), None);
    state.learn(joined(1, "14:52", "Ivan"));
    assert_eq!(title(&state, "14:52"), "A client is in the room");
}

#[test]
fn five_minutes_before_the_end_it_is_said_to_whoever_is_inside() {
    let state = at_three(&[started(1, "15:00"), joined(2, "15:01", "Ivan")]);
    assert_eq!(title(&state, "15:44"), "");
    assert_eq!(title(&state, "15:45"), "5 minutes left");
    assert_eq!(title(&state, "15:50"), "");
    assert_eq!(title(&at_three(&[]), "15:45"), "");
}

#[test]
fn a_name_that_comes_late_changes_the_text_without_a_second_ring() {
    let mut nameless = consultation("c1", "15:00", 50);
    nameless.client.clear();
    let mut state = state(&[nameless], &[joined(1, "14:58", "")]);
    state.kept.settings.privacy = Privacy::Full;
    let notices = now_standing(&state, "14:58");
    assert_eq!(notices[0].notification.title.reveal(), "A client is in the room");
    let there: BTreeMap<_, _> = notices.into_iter().map(|notice| (notice.consultation.clone(), notice)).collect();
    show(&mut state, "14:58");
    state.learn(event(2, "14:58:02", Kind::ClientNamed, "Ivan"));
    let steps = difference(&there, &state.handled, now_standing(&state, "14:59"));
    let [Step::Show(notice)] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!(notice.notification.title.reveal(), "Ivan is in the room");
    assert!(!notice.notification.sound);
}

#[test]
fn after_a_restart_what_waits_stands_again_quietly_and_the_rest_is_not_repeated() {
    let mut state = at_three(&[joined(1, "14:58", "Ivan")]);
    let wanted = || now_standing(&at_three(&[joined(1, "14:58", "Ivan")]), "14:59");
    assert_eq!(difference(&BTreeMap::new(), &state.handled, wanted()).len(), 1);
    show(&mut state, "14:58");
    let steps = difference(&BTreeMap::new(), &state.handled, wanted());
    assert!(matches!(steps.as_slice(), [Step::Show(notice)] if !notice.notification.sound), "{steps:?}");
    let handled = state.handled.entry("c1".into()).or_default();
    let shown = handled.shown.clone().expect("shown");
    handled.answer(shown);
    assert_eq!(title(&state, "14:59"), "");

    let mut reminded = at_three(&[]);
    reminded.kept.settings.reminders = vec![10];
    show(&mut reminded, "14:50");
    assert_eq!(difference(&BTreeMap::new(), &reminded.handled, now_standing(&reminded, "14:51")), []);
}

#[derive(Debug, Clone)]
enum Happens {
    Comes(u8),
    Waits(u8),
    Goes(u8),
    Enters,
    Leaves,
    Withdrawn(usize),
    Presses,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (0..2u8).prop_map(Happens::Comes),
        (0..2u8).prop_map(Happens::Waits),
        (0..2u8).prop_map(Happens::Goes),
        Just(Happens::Enters),
        Just(Happens::Leaves),
        (0..12usize).prop_map(Happens::Withdrawn),
        Just(Happens::Presses),
    ]
}

proptest! {
    /// Whatever happens: at most one notification for a consultation, an arrival only while somebody is there and the
    /// specialist is not, and looking twice without news shows nothing more.
    #[test]
    fn no_alert_is_false_and_none_is_doubled(story in proptest::collection::vec((0..2usize, happens()), 0..24)) {
        let mut state = state(&[consultation("c1", "15:00", 50), consultation("c2", "15:30", 50)], &[]);
        let mut on_screen: BTreeMap<String, Notice> = BTreeMap::new();
        for (minute, (which, happening)) in story.into_iter().enumerate() {
            let id = ["c1", "c2"][which];
            let cursor = minute as u64 + 1;
            let time = format!("15:{minute:02}");
            let name = |who: u8| ["Ivan", "Olga"][usize::from(who)];
            let mut event = match happening {
                Happens::Comes(who) => joined(cursor, &time, name(who)),
                Happens::Waits(who) => event(cursor, &time, Kind::ClientWaiting { lobby: true }, name(who)),
                Happens::Goes(who) => left(cursor, &time, name(who)),
                Happens::Enters => started(cursor, &time),
                Happens::Leaves => event(cursor, &time, Kind::SessionEnded { together: 0 }, ""),
                Happens::Withdrawn(of) => event(cursor, &time, Kind::Withdrawn { of: format!("event-{of}") }, ""),
                Happens::Presses => {
                    state.handled.entry(id.into()).or_default().pressed_join_at = Some(at(&time));
                    continue;
                }
            };
            event.consultation = Some(id.into());
            state.learn(event);

            let wanted = standing(&state, &WORDS, at(&time));
            let known = from_today(&state, at(&time));
            for notice in &wanted {
                let one = known.iter().find(|one| one.consultation.id == notice.consultation).expect("of a known consultation");
                if notice.alert.starts_with("arrival/") {
                    prop_assert!(one.attended.somebody_there() && one.attended.specialist_inside_since.is_none());
                }
                prop_assert_eq!(wanted.iter().filter(|other| other.notification.key == notice.notification.key).count(), 1);
            }
            for step in difference(&on_screen, &state.handled, wanted.clone()) {
                match step {
                    Step::Show(notice) => {
                        state.handled.entry(notice.consultation.clone()).or_default().shown = Some(notice.alert.clone());
                        on_screen.insert(notice.consultation.clone(), notice);
                    }
                    Step::Withdraw { consultation } => drop(on_screen.remove(&consultation)),
                }
            }
            prop_assert_eq!(difference(&on_screen, &state.handled, standing(&state, &WORDS, at(&time))), []);
            for (id, notice) in &on_screen {
                prop_assert!(wanted.iter().any(|other| &other.consultation == id && other.alert == notice.alert));
            }
        }
    }
}
