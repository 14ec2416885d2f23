use super::*;
use crate::testing::{at, consultation, joined, state};
use chrono::TimeDelta;
use rstest::rstest;

fn sought(text: &str) -> Sought {
    Sought { text: text.into(), ..Sought::default() }
}

fn ids(state: &State, sought: &Sought, now: &str) -> Vec<String> {
    let wanted = Wanted::read(sought).expect("understood");
    wanted.among(state, at(now)).map(|(_, consultation)| consultation.id.clone()).collect()
}

fn on(id: &str, day: &str, status: Status) -> Consultation {
    let day: NaiveDate = day.parse().expect("a day");
    Consultation { starts_at: day.and_hms_opt(10, 0, 0).expect("a time").and_utc(), status, ..consultation(id, "10:00", 50) }
}

#[rstest]
#[case::everything("", &["c", "b", "a"])]
#[case::part_of_a_name("ПЁТ", &["b"])]
#[case::without_the_dots("петр", &["b"])]
#[case::two_words_of_different_fields("петр дневник", &["b"])]
#[case::one_word_too_many("петр тетрадь", &[])]
#[case::link("23dec-a0", &["a"])]
#[case::day("2026-12-23", &["a"])]
#[case::day_as_written_here("24.12", &["b"])]
#[case::the_end_of_one_field_and_the_beginning_of_another("снаhttps", &[])]
fn words_are_looked_for(#[case] text: &str, #[case] found: &[&str]) {
    let petr = Consultation {
        client: "Пётр".into(), note: "Дневник сна".into(), ..on("b", "2026-12-24", Status::Planned)
    };
    let state = state(&[on("a", "2026-12-23", Status::Planned), petr, on("c", "2027-01-02", Status::Planned)], &[]);
    assert_eq!(ids(&state, &sought(text), "12:00"), found);
}

#[rstest]
#[case::planned(HistoryState::Planned, &["ahead", "asked"])]
#[case::finished(HistoryState::Finished, &["c1", "said"])]
#[case::did_not_come(HistoryState::NoShow, &["missed"])]
#[case::cancelled(HistoryState::Cancelled, &["off"])]
fn states_are_told_apart_as_they_are_shown(#[case] wanted: HistoryState, #[case] found: &[&str]) {
    let all = [
        on("off", "2026-12-20", Status::Cancelled),
        on("missed", "2026-12-20", Status::NoShow),
        on("said", "2026-12-20", Status::Finished),
        on("asked", "2026-12-21", Status::Planned),
        // Nobody decided it; the events say that the client came and went.
        consultation("c1", "10:00", 50),
        on("ahead", "2026-12-25", Status::Planned),
    ];
    let state = state(&all, &[joined(1, "10:01", "Ivan"), crate::testing::left(2, "10:40", "Ivan")]);
    assert_eq!(ids(&state, &Sought { state: Some(wanted), ..Sought::default() }, "12:00"), found);
}

#[test]
fn broadcasts_are_told_apart_and_found_by_their_titles() {
    let broadcast = Consultation { made: Some(made::tests::made()), ..on("b", "2026-12-24", Status::Planned) };
    let room = crate::record::Made { broadcast: None, ..made::tests::made() };
    let all = [
        on("a", "2026-12-23", Status::Planned),
        broadcast,
        Consultation { made: Some(room), ..on("c", "2026-12-25", Status::Planned) },
    ];
    let mut state = state(&all, &[]);
    let of_kind = |kind| Sought { kind: Some(kind), ..Sought::default() };
    assert_eq!(ids(&state, &of_kind(RoomKind::Broadcast), "12:00"), ["b"]);
    assert_eq!(ids(&state, &of_kind(RoomKind::Conference), "12:00"), ["c", "a"]);
    assert_eq!(ids(&state, &sought("sleep"), "12:00"), ["b"]);
    // A title may name whom it is about.
    state.kept.settings.hide_names = true;
    assert!(ids(&state, &sought("sleep"), "12:00").is_empty());
}

#[test]
fn the_first_and_the_last_day_belong_to_the_period() {
    let days = ["2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01"];
    let all: Vec<_> = days.iter().map(|day| on(day, day, Status::Planned)).collect();
    let state = state(&all, &[]);
    let within = |from: &str, to: &str| {
        ids(&state, &Sought { from: Some(from.into()), to: Some(to.into()), ..Sought::default() }, "12:00")
    };
    assert_eq!(within("2026-12-01", "2026-12-31"), ["2026-12-31", "2026-12-01"]);
    assert_eq!(within("2026-12-31", ""), ["2027-01-01", "2026-12-31"]);
    assert!(within("2027-01-01", "2026-12-01").is_empty());
    let refused = Wanted::read(&Sought { from: Some("yesterday".into()), ..Sought::default() }).expect_err("no day");
    assert_eq!((refused.message.code.as_str(), refused.field.as_deref()), ("bad_date", Some("from")));
}

#[test]
fn ten_thousand_are_given_out_in_pieces_and_counted_by_month() {
    let all: Vec<_> = (0..10_000)
        .map(|number| Consultation {
            starts_at: at("10:00") - TimeDelta::hours(number),
            ..consultation(&format!("{number:05}"), "10:00", 50)
        })
        .collect();
    let mut state = state(&all, &[]);
    let wanted = Wanted::read(&Sought::default()).expect("understood");
    let last = found(&state, &wanted, 9_990, 60, at("12:00"));
    assert_eq!((last.total, last.items.len(), last.items[9].id.as_str()), (10_000, 10, "09999"));
    assert_eq!(last.months.iter().map(|month| month.count).sum::<u32>(), 10_000);
    assert_eq!(
        last.months[..2],
        [MonthCount { month: "2026-12".into(), count: 22 * 24 + 11 }, MonthCount { month: "2026-11".into(), count: 30 * 24 },]
    );
    assert!(found(&state, &wanted, 10_000, 60, at("12:00")).items.is_empty());
    state.consultations.insert(Consultation { made: Some(made::tests::made()), ..all[5_000].clone() });
    let sought = Sought { kind: Some(RoomKind::Broadcast), text: "sleep".into(), ..Sought::default() };
    assert_eq!(ids(&state, &sought, "12:00"), ["05000"]);
}

fn in_zone(zone: &str, local: &str) -> Consultation {
    let zone: Tz = zone.parse().expect("a zone");
    let local = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a time");
    let starts_at = local_moment(local.date(), local.time(), zone).expect("a time there");
    Consultation { starts_at, time_zone: zone.name().into(), ..consultation("a", "10:00", 50) }
}

#[rstest]
#[case::next_week("Europe/Moscow", "2026-12-23 15:30", "2026-12-23T13:00:00Z", "2026-12-30", "15:30")]
#[case::into_summer_time("Europe/Berlin", "2027-03-23 09:00", "2027-03-23T09:00:00Z", "2027-03-30", "09:00")]
#[case::into_winter_time("Europe/Berlin", "2026-10-21 23:30", "2026-10-21T22:00:00Z", "2026-10-28", "23:30")]
#[case::over_new_year("Asia/Tokyo", "2026-12-28 00:10", "2026-12-28T00:00:00Z", "2027-01-04", "00:10")]
#[case::long_ago("Europe/Moscow", "2026-06-03 10:00", "2026-12-23T06:59:00Z", "2026-12-23", "10:00")]
#[case::long_ago_and_too_late_today("Europe/Moscow", "2026-06-03 10:00", "2026-12-23T07:00:00Z", "2026-12-30", "10:00")]
#[case::still_far_ahead("Europe/Moscow", "2027-06-02 10:00", "2026-12-23T07:00:00Z", "2027-06-09", "10:00")]
#[case::a_time_that_spring_skips("Europe/Berlin", "2027-03-21 02:30", "2027-03-20T12:00:00Z", "2027-03-28", "02:30")]
fn the_same_again_is_at_the_same_local_time(
    #[case] zone: &str,
    #[case] was: &str,
    #[case] now: &str,
    #[case] day: &str,
    #[case] time: &str,
) {
    let draft = repeated(&in_zone(zone, was), false, now.parse().expect("a time"));
    assert_eq!((draft.date.as_str(), draft.time.as_str(), draft.time_zone.as_deref()), (day, time, Some(zone)));
}

#[test]
fn the_same_again_has_a_new_room_unless_the_link_is_all_there_is() {
    let before = Consultation { note: "Дневник".into(), ..consultation("a", "10:00", 90) };
    let made = repeated(&before, false, at("12:00"));
    assert_eq!((made.client.as_str(), made.minutes, made.note.as_str(), made.link), ("Client a", 90, "Дневник", None));
    assert_eq!((made.room, repeated(&before, true, at("12:00")).link), (None, Some(before.link.clone())));
    let before = Consultation { made: Some(made::tests::made()), ..before };
    let again = repeated(&before, false, at("12:00"));
    let room = again.room.expect("wishes");
    assert_eq!((again.link, room.cohosts), (None, vec!["anna@org.example".to_owned()]));
    assert_eq!(room.broadcast.expect("a broadcast").title, "Sleep");
}
