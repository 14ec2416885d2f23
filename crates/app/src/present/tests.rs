use super::*;
use crate::record::{Event, Kind};
use crate::testing::{at, consultation, event, joined, left, started, state};
use crate::tray::tray_view;
use crate::view::{Language, PresencePlace};
use crate::words::Words;
use rstest::rstest;

fn three() -> Vec<Consultation> {
    vec![consultation("a", "10:00", 50), consultation("b", "15:00", 50), consultation("c", "17:00", 90)]
}

#[rstest]
#[case::before_everything("08:00", Some("a"))]
#[case::during_the_first("10:20", Some("a"))]
#[case::between("12:00", Some("b"))]
#[case::after_everything("20:00", None)]
fn the_large_one_is_the_next_of_today(#[case] now: &str, #[case] expected: Option<&str>) {
    let state = state(&three(), &[]);
    let view = app_view(&state, at(now));
    assert_eq!(view.hero.map(|hero| hero.id).as_deref(), expected);
}

#[test]
fn a_room_that_is_gone_is_a_trouble_until_there_is_another_or_it_is_over() {
    let mut state = state(&three(), &[]);
    let gone = crate::state::GoneRoom { link: state.consultations["b"].link.clone().into(), found_at: at("14:30") };
    state.gone_rooms.insert("b".into(), gone);
    let told = |state: &State, now: &str| app_view(state, at(now)).problems;
    let [problem] = told(&state, "14:30").try_into().expect("one trouble");
    assert_eq!((problem.code.as_str(), problem.facts["time"].as_str()), ("room_gone_before", "15:00"));
    assert_eq!(problem.facts["consultation"], "b");
    assert_eq!((told(&state, "15:49").len(), told(&state, "15:50").len()), (1, 0));
    let before = state.consultations["b"].clone();
    state.consultations.insert(Consultation { status: Status::Cancelled, ..before.clone() });
    assert!(told(&state, "14:30").is_empty());
    state.consultations.insert(Consultation { link: "https://rooms.example.org/2".into(), ..before });
    assert!(told(&state, "14:30").is_empty());
}

#[test]
fn a_waiting_client_comes_before_the_clock() {
    let mut joined = joined(1, "12:00", "Ivan");
    joined.consultation = Some("c".into());
    let state = state(&three(), &[joined]);
    let view = app_view(&state, at("12:01"));
    let hero = view.hero.expect("a large one");
    assert_eq!((hero.id.as_str(), hero.presence.place, hero.status), ("c", PresencePlace::Room, ConsultationStatus::Running));
    let groups: Vec<_> = view.groups.iter().map(|group| (group.kind, group.items.len())).collect();
    assert_eq!(groups, [(DayGroupKind::LaterToday, 1), (DayGroupKind::PastToday, 1)]);
}

#[rstest]
#[case::in_the_room(joined(1, "14:58", ""), "jitsi", true)]
#[case::on_the_page(event(1, "14:58", Kind::ClientWaiting { lobby: false }, ""), "page", false)]
#[case::gone_in_from_it(joined(1, "14:58", ""), "page", false)]
fn who_it_is_is_doubted_where_a_room_cannot_tell(#[case] came: Event, #[case] source: &str, #[case] expected: bool) {
    let came = Event { unproven: true, source: source.into(), ..came };
    let view = app_view(&state(&[consultation("c1", "15:00", 50)], &[came]), at("14:59"));
    assert_eq!(view.hero.map(|hero| hero.presence.unproven), Some(expected));
}

#[rstest]
#[case::by_its_service("green-api", "whatsapp")]
#[case::of_two_by_the_same("green-api-max", "max")]
#[case::by_itself("telegram", "telegram")]
#[case::none("page", "page")]
fn a_messenger_is_known_by_its_channel(#[case] source: &str, #[case] expected: &str) {
    let came = Event { source: source.into(), ..joined(1, "14:58", "") };
    let view = app_view(&state(&[consultation("c1", "15:00", 50)], &[came]), at("14:59"));
    assert_eq!(view.hero.map(|hero| hero.steps[0].source.clone()).as_deref(), Some(expected));
}

#[rstest]
#[case::nothing("12:00", &[], TrayState::Idle)]
#[case::ten_minutes_before("14:50", &[], TrayState::Soon)]
#[case::eleven_minutes_before("14:49", &[], TrayState::Idle)]
#[case::client("14:58", &[("14:57", "joined")], TrayState::ClientThere)]
#[case::both("15:05", &[("14:57", "joined"), ("15:00", "started")], TrayState::InSession)]
#[case::client_gone("14:30", &[("14:10", "joined"), ("14:20", "left")], TrayState::Idle)]
fn the_icon_has_its_states(#[case] now: &str, #[case] events: &[(&str, &str)], #[case] expected: TrayState) {
    let made = events.iter().zip(1..).map(|((time, kind), cursor)| match *kind {
        "joined" => joined(cursor, time, ""),
        "left" => left(cursor, time, ""),
        _ => started(cursor, time),
    });
    let mut state = state(&[consultation("c1", "15:00", 50)], &made.collect::<Vec<_>>());
    assert_eq!(app_view(&state, at(now)).tray, expected);
    state.feed.state = FeedState::Offline;
    assert_eq!(app_view(&state, at(now)).tray, TrayState::NotConnected);
}

#[rstest]
#[case::before("14:00", &[], ConsultationStatus::Planned, false)]
#[case::its_time("15:10", &[], ConsultationStatus::Running, false)]
#[case::over_and_nobody_came("16:00", &[], ConsultationStatus::Planned, true)]
#[case::over_and_they_met("16:00", &["joined", "started", "left", "ended"], ConsultationStatus::Finished, false)]
fn what_becomes_of_a_consultation(
    #[case] now: &str,
    #[case] events: &[&str],
    #[case] status: ConsultationStatus,
    #[case] asks: bool,
) {
    let made = events.iter().zip(1..).map(|(kind, cursor)| match *kind {
        "joined" => joined(cursor, "15:00", ""),
        "started" => started(cursor, "15:01"),
        "left" => left(cursor, "15:40", ""),
        _ => event(cursor, "15:41", Kind::SessionEnded { together: 2340 }, ""),
    });
    let state = state(&[consultation("c1", "15:00", 50)], &made.collect::<Vec<_>>());
    let view = app_view(&state, at(now));
    let one = view.hero.iter().chain(view.groups.iter().flat_map(|group| &group.items)).next().expect("one");
    assert_eq!((one.status, one.asks_outcome), (status, asks));
}

#[rstest]
#[case::on_the_page("14:50", &["page"], Status::Planned, ConsultationStatus::Planned)]
#[case::in_the_lobby("14:50", &["lobby"], Status::Planned, ConsultationStatus::Planned)]
#[case::in_the_room("14:50", &["page", "joined"], Status::Planned, ConsultationStatus::Running)]
#[case::line_lost("14:50", &["joined", "lost"], Status::Planned, ConsultationStatus::Running)]
#[case::the_specialist_alone("14:50", &["started"], Status::Planned, ConsultationStatus::Running)]
#[case::on_the_page_at_its_time("15:00", &["page"], Status::Planned, ConsultationStatus::Running)]
#[case::on_the_page_after_it("15:51", &["page"], Status::Planned, ConsultationStatus::Planned)]
#[case::back_on_the_page_after_it("15:51", &["joined", "started", "left", "ended", "page"], Status::Planned, ConsultationStatus::Finished)]
#[case::on_the_page_of_one_that_is_done("14:50", &["page"], Status::Finished, ConsultationStatus::Finished)]
#[case::in_the_room_of_one_that_is_done("14:50", &["joined"], Status::Finished, ConsultationStatus::Running)]
fn a_consultation_runs_by_its_time_or_while_somebody_is_in_the_room(
    #[case] now: &str,
    #[case] events: &[&str],
    #[case] said: Status,
    #[case] status: ConsultationStatus,
) {
    let made = events.iter().zip(1..).map(|(kind, cursor)| {
        let kind = match *kind {
            "page" => Kind::ClientWaiting { lobby: false },
            "lobby" => Kind::ClientWaiting { lobby: true },
            "joined" => Kind::ClientJoined { again: false },
            "lost" => Kind::ClientLineLost,
            "started" => Kind::SessionStarted,
            "left" => Kind::ClientLeft { reason: "hung_up".into() },
            _ => Kind::SessionEnded { together: 300 },
        };
        event(cursor, "14:45", kind, "")
    });
    let one = Consultation { status: said, ..consultation("c1", "15:00", 50) };
    let view = app_view(&state(&[one], &made.collect::<Vec<_>>()), at(now));
    let one = view.hero.iter().chain(view.groups.iter().flat_map(|group| &group.items)).next().expect("one");
    assert_eq!(one.status, status);
}

#[test]
fn hidden_names_are_nowhere() {
    let noted = Consultation { note: "Ivan's sister".into(), ..consultation("c1", "15:00", 50) };
    let events = [joined(1, "14:58", "Ivan"), event(2, "14:59", Kind::ClientNamed, "Ivan P.")];
    let mut state = state(&[noted, consultation("c2", "17:00", 50)], &events);
    let shown = app_view(&state, at("15:00")).hero.expect("a consultation");
    assert_eq!((shown.note.as_str(), shown.note_hidden), ("Ivan's sister", false));
    state.kept.settings.hide_names = true;
    let view = app_view(&state, at("15:00"));
    assert_eq!(view.hero.as_ref().and_then(|hero| hero.client.as_deref()), None);
    assert_eq!(view.hero.as_ref().map(|hero| hero.note_hidden), Some(true));
    assert!(!view.groups[0].items[0].note_hidden, "there is none");
    let json = serde_json::to_string(&view).expect("JSON");
    assert!(!json.contains("Ivan") && !json.contains("Client c1"), "{json}");
}

#[test]
fn a_pasted_link_is_hidden_with_the_names_and_a_made_one_is_not() {
    let pasted = Consultation {
        link: "https://meet.example.org/dlya-ivana".into(),
        room: "dlya-ivana".into(),
        page_link: Some("https://k.example.org/w/abc".into()),
        ..consultation("c1", "15:00", 50)
    };
    let mut state = state(&[pasted.clone(), consultation("c2", "17:00", 50)], &[]);
    let shown = app_view(&state, at("15:00")).hero.expect("a consultation");
    assert_eq!((shown.link, shown.room, shown.link_hidden), (pasted.link, pasted.room, false));
    state.kept.settings.hide_names = true;
    let view = app_view(&state, at("15:00"));
    let json = serde_json::to_string(&view).expect("JSON");
    assert!(!json.contains("ivan"), "{json}");
    let hero = view.hero.expect("a consultation");
    assert_eq!((hero.link_hidden, hero.page_link.as_deref()), (true, Some("https://k.example.org/w/abc")));
    let made = &view.groups[0].items[0];
    assert!(!made.link_hidden && made.link.ends_with(&made.room) && !made.room.is_empty());
}

#[test]
fn days_are_grouped_in_the_specialists_zone() {
    let mut late = consultation("late", "22:30", 50);
    late.starts_at = at("22:30");
    let mut state = state(&[late, consultation("c1", "15:00", 50)], &[]);
    state.place.zone = chrono_tz::Europe::Moscow;
    // 22:30 UTC is half past one of the next day in Moscow.
    let groups: Vec<_> = app_view(&state, at("10:00")).groups.into_iter().map(|group| (group.kind, group.day)).collect();
    assert_eq!(groups, [(DayGroupKind::Tomorrow, "2026-12-24".to_owned())]);
}

#[test]
fn whether_the_client_came_is_asked_until_it_is_answered_for_two_weeks() {
    let on = |id: &str, days: i64, status: Status| {
        let mut one = consultation(id, "15:00", 50);
        one.starts_at -= Duration::days(days);
        Consultation { status, ..one }
    };
    let planned = [on("old", 15, Status::Planned), on("before", 2, Status::Planned), on("c1", 1, Status::Planned)];
    let answered = [on("gone", 1, Status::NoShow), on("cancelled", 3, Status::Cancelled), on("came", 1, Status::Planned)];
    let mut came = joined(1, "10:00", "Ivan");
    came.consultation = Some("came".into());
    let state = state(&[&planned[..], &answered[..]].concat(), &[came]);
    let groups = app_view(&state, at("10:00")).groups;
    let shown: Vec<_> = groups.iter().map(|group| (group.kind, group.day.as_str(), group.items[0].id.as_str())).collect();
    assert_eq!(shown, [(DayGroupKind::Unanswered, "2026-12-21", "before"), (DayGroupKind::Unanswered, "2026-12-22", "c1")]);
    assert!(groups.iter().all(|group| group.items[0].asks_outcome));
}

#[test]
fn the_menu_tells_rooms_apart_by_a_code_that_was_made_here_alone() {
    let check = |room: &str, label: &str| {
        let mut one = consultation("c1", "15:00", 50);
        one.room = room.into();
        let tray = tray_view(&state(&[one], &[]), &Words::new(Language::En, "en"), at("12:00"));
        let item = tray.menu.iter().find_map(|entry| match entry {
            crate::desktop::MenuEntry::Item { label, .. } => Some(label.clone()),
            _ => None,
        });
        assert_eq!(item.as_deref(), Some(label));
    };
    check("konsultaciya-23dec-k7q2mx000000", "Join 15:00 · k7q2mx");
    check("[clinic]konsultaciya-23dec-k7q2mx000000", "Join 15:00 · k7q2mx");
    check("session-with-ivanov", "Join 15:00");
    check("konsultaciya-23dec-ivanov", "Join 15:00");
}

#[test]
fn the_menu_holds_everything_and_no_name() {
    let mut state = state(&three(), &[]);
    state.kept.do_not_disturb_until = Some(at("13:00"));
    let tray = tray_view(&state, &Words::new(Language::En, "en"), at("12:00"));
    assert!(!format!("{tray:?}").contains("Client"));
    insta::assert_debug_snapshot!(tray);
}

#[test]
fn a_broken_line_says_since_when() {
    let mut state = state(&three(), &[]);
    state.feed.state = FeedState::Offline;
    state.feed.last_contact = Some(at("11:42"));
    let tray = tray_view(&state, &Words::new(Language::En, "en"), at("12:00"));
    assert_eq!((tray.state, tray.title.as_str()), (TrayState::NotConnected, "Not connected; last contact at 11:42"));
}
