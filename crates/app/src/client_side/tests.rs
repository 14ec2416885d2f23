use super::*;
use crate::record::{Chat, Practice, Reach};
use crate::testing::{at, consultation, event, joined, started, state};

fn with_page(door: Door) -> Consultation {
    Consultation { page_link: Some("https://k.example.org/w/T".into()), door, ..consultation("c1", "15:00", 50) }
}

fn attended(events: &[Event]) -> Attended {
    Attended::from_events(events)
}

fn waits(cursor: u64, time: &str) -> Event {
    Event { source: "page".into(), ..event(cursor, time, Kind::ClientWaiting { lobby: false }, "") }
}

fn answered(cursor: u64, time: &str, answer: &str, minutes: Option<u32>) -> Event {
    event(cursor, time, Kind::SpecialistAnswered { answer: answer.into(), minutes }, "")
}

fn news(cursor: u64, time: &str, id: &str, state: &str, code: Option<&str>) -> Event {
    let kind = Kind::Delivery {
        id: id.into(),
        channel: "whatsapp".into(),
        purpose: "link".into(),
        state: state.into(),
        code: code.map(Into::into),
    };
    event(cursor, time, kind, "")
}

fn wrote(cursor: u64, time: &str, message: &str) -> Event {
    event(cursor, time, Kind::MessageReceived { message: message.into() }, "")
}

fn of_practice(channels: &[&str]) -> Practice {
    Practice { pages: true, channels: channels.iter().map(|one| (*one).to_owned()).collect(), ..Practice::default() }
}

#[test]
fn the_door_opens_by_time_by_hand_or_at_once() {
    let admitted_to = |start: &str| [event(1, "14:50", Kind::ClientAdmitted { to: Some(at(start)) }, "")];
    let admitted = admitted_to("15:00");
    let check = |door, events: &[Event], time: &str, open: bool| {
        assert_eq!(door_open(&with_page(door), &attended(events), at(time)), open, "{door:?} {time}");
    };
    check(Door::AtTime, &[], "14:59", false);
    check(Door::AtTime, &[], "15:00", true);
    check(Door::AtTime, &admitted, "14:51", true);
    check(Door::WhenAdmitted, &[], "15:10", false);
    check(Door::WhenAdmitted, &admitted, "14:51", true);
    check(Door::AtOnce, &[], "10:00", true);
    // Moved a little it is the same meeting; moved away it is another, whose client waits to be let in.
    check(Door::WhenAdmitted, &admitted_to("14:30"), "14:51", true);
    check(Door::WhenAdmitted, &admitted_to("12:00"), "15:10", false);
    check(Door::AtTime, &admitted_to("12:00"), "14:51", false);
    check(Door::WhenAdmitted, &[event(1, "14:50", Kind::ClientAdmitted { to: None }, "")], "14:51", true);
    // The page takes whoever is late a while after the planned end, and whoever comes to somebody inside.
    check(Door::AtOnce, &[], "16:20", true);
    check(Door::AtOnce, &[], "16:21", false);
    check(Door::AtOnce, &[started(1, "15:00")], "16:25", true);
    check(Door::AtOnce, &[joined(1, "15:05", "Ivan")], "16:25", true);
    // Without a page there is no door; a cancelled consultation has none either.
    let plain = consultation("c1", "15:00", 50);
    assert!(!door_open(&plain, &attended(&[]), at("15:10")));
    let cancelled = Consultation { status: Status::Cancelled, ..with_page(Door::AtOnce) };
    assert!(!door_open(&cancelled, &attended(&[]), at("15:10")));
}

#[test]
fn of_each_delivery_the_furthest_receipt_counts_and_another_attempt_begins_anew() {
    let check = |events: &[Event], expected: &[(&str, DeliveryState)]| {
        let state = state(&[], events);
        let seen = deliveries(&state, "c1");
        assert_eq!(seen.iter().map(|one| (one.id.as_str(), one.state)).collect::<Vec<_>>(), expected);
    };
    let (sent, read) = (news(1, "14:00", "d1", "sent", None), news(2, "14:02", "d1", "read", None));
    check(&[sent.clone(), read.clone(), news(3, "14:03", "d1", "delivered", None)], &[("d1", DeliveryState::Read)]);
    check(&[read, sent.clone()], &[("d1", DeliveryState::Read)]);
    let failed = news(2, "14:01", "d1", "failed", Some("not_registered"));
    check(&[sent.clone(), failed.clone()], &[("d1", DeliveryState::Failed)]);
    check(&[failed.clone(), news(3, "14:05", "d1", "waiting", None)], &[("d1", DeliveryState::Waiting)]);
    check(&[sent, news(4, "14:06", "d2", "waiting", None)], &[("d1", DeliveryState::Sent), ("d2", DeliveryState::Waiting)]);
    check(&[news(1, "14:00", "d1", "of_a_later_version", None)], &[]);
    let state = state(&[], &[failed]);
    let message = deliveries(&state, "c1").remove(0).message.expect("a reason");
    assert_eq!(message.code, "delivery_not_registered");
}

#[test]
fn what_is_heard_of_an_earlier_sending_does_not_make_it_the_later_one() {
    let check = |events: &[Event], expected: [(&str, DeliveryState); 2]| {
        let seen = deliveries(&state(&[], events), "c1");
        assert_eq!(seen.iter().map(|one| (one.id.as_str(), one.state)).collect::<Vec<_>>(), expected);
    };
    let sent = news(1, "14:00", "d9", "sent", None);
    let failed = news(2, "14:10", "d1", "failed", Some("quota"));
    let pair = [("d9", DeliveryState::Delivered), ("d1", DeliveryState::Failed)];
    check(&[sent.clone(), failed.clone(), news(3, "14:12", "d9", "delivered", None)], pair);
    let receipts = [news(3, "14:12", "d9", "read", None), news(4, "14:13", "d9", "delivered", None)];
    let [read, delivered] = receipts;
    check(&[sent.clone(), failed.clone(), read, delivered], [("d9", DeliveryState::Read), pair[1]]);
    // Nor does a refusal that comes late.
    let refused = news(3, "14:12", "d9", "failed", Some("not_registered"));
    let other = news(2, "14:10", "d1", "sent", None);
    check(&[sent.clone(), other, refused], [("d9", DeliveryState::Failed), ("d1", DeliveryState::Sent)]);
    // Another attempt does, and so does a first one that was long in coming.
    let again = [news(3, "14:12", "d9", "waiting", None), news(4, "14:13", "d9", "sent", None)];
    let [waiting, gone] = again;
    let after = [pair[1], ("d9", DeliveryState::Sent)];
    check(&[sent, failed.clone(), waiting, gone.clone()], after);
    check(&[news(1, "14:00", "d9", "waiting", None), failed, gone], after);
}

#[test]
fn what_goes_to_the_specialist_is_no_delivery_to_the_client() {
    let alert =
        Kind::Delivery { id: "d1".into(), channel: "telegram".into(), purpose: "alert".into(), state: "sent".into(), code: None };
    assert_eq!(deliveries(&state(&[], &[event(1, "14:00", alert, "")]), "c1"), []);
}

#[test]
fn a_message_is_unread_until_the_thread_was_seen_here() {
    let mut state = state(&[consultation("c1", "15:00", 50)], &[wrote(1, "14:00", "m1"), wrote(2, "14:01", "m2")]);
    assert_eq!(unread(&state, "c1"), 2);
    state.handled.entry("c1".into()).or_default().has_read("m1".into());
    assert_eq!((unread(&state, "c1"), unread(&state, "c2")), (1, 0));
}

#[test]
fn a_client_can_be_written_to_where_the_practice_sends_or_a_thread_is() {
    let contact = |channel: &str, phone: Option<&str>| Contact {
        channel: channel.into(),
        phone: phone.map(Into::into),
        ..Contact::default()
    };
    let check = |contact: Option<Contact>, channels: &[&str], events: &[Event], expected: bool| {
        let one = Consultation { contact, ..consultation("c1", "15:00", 50) };
        let mut state = state(std::slice::from_ref(&one), events);
        state.practice = Some(of_practice(channels));
        assert_eq!(can_message(&state, &one), expected);
    };
    let whatsapp = || Some(contact("whatsapp", Some("79001234567")));
    check(whatsapp(), &["whatsapp"], &[], true);
    check(whatsapp(), &["telegram"], &[], false);
    check(Some(contact("whatsapp", None)), &["whatsapp"], &[], false);
    check(Some(contact("telegram", None)), &["telegram"], &[], true);
    check(Some(contact("email", None)), &["whatsapp", "telegram"], &[], false);
    check(None, &["whatsapp"], &[], false);
    check(None, &[], &[wrote(1, "14:00", "m1")], true);
}

#[test]
fn being_late_is_said_until_it_is_over_or_the_client_comes() {
    let late = |events: &[Event], time: &str| late(&consultation("c1", "15:00", 50), &attended(events), at(time));
    let said = || event(1, "14:55", Kind::ClientLate { minutes: 10 }, "");
    let seen = late(&[said()], "15:09").expect("late");
    // Later than planned, not than when it was said.
    assert_eq!((seen.minutes, seen.until), (10, at("15:10")));
    assert_eq!(late(&[said()], "15:10"), None);
    // The page is where it is said; the room is where one comes.
    assert!(late(&[waits(2, "14:56"), said()], "15:00").is_some());
    assert_eq!(late(&[said(), joined(2, "14:58", "Ivan")], "15:00"), None);
    let again = event(2, "15:08", Kind::ClientLate { minutes: 5 }, "");
    assert_eq!(late(&[said(), again], "15:11").map(|late| (late.minutes, late.until)), Some((5, at("15:13"))));
}

#[test]
fn an_answer_is_shown_as_long_as_it_is_answer_enough() {
    let check = |events: &[Event], time: &str, expected: Option<(AlertAnswerKind, Option<DateTime<Utc>>, Option<bool>)>| {
        let seen = answer(&consultation("c1", "15:00", 50), &attended(events), at(time));
        assert_eq!(seen.map(|seen| (seen.answer, seen.until, seen.client_can_wait)), expected, "{time}");
    };
    let (there, late) = (waits(1, "14:55"), answered(2, "15:00", "late", Some(5)));
    check(std::slice::from_ref(&there), "15:00", None);
    check(&[there.clone(), late.clone()], "15:04", Some((AlertAnswerKind::Late, Some(at("15:05")), None)));
    check(&[there.clone(), late.clone()], "15:05", None);
    let cannot_wait = event(3, "15:01", Kind::ClientAnswered { can_wait: false }, "");
    check(
        &[there.clone(), late.clone(), cannot_wait.clone()],
        "15:02",
        Some((AlertAnswerKind::Late, Some(at("15:05")), Some(false))),
    );
    // What the client said to an earlier answer is not said to this one.
    let coming = answered(4, "15:02", "coming", None);
    check(&[there.clone(), late.clone(), cannot_wait, coming.clone()], "15:03", Some((AlertAnswerKind::Coming, None, None)));
    check(&[there.clone(), coming], "15:05", None);
    check(&[there.clone(), late.clone(), started(3, "15:03")], "15:04", None);
    check(&[there.clone(), answered(2, "15:00", "cannot", None)], "15:30", Some((AlertAnswerKind::Cannot, None, None)));
    // What was said of another day is not said of this one.
    check(&[answered(1, "02:59", "cannot", None)], "15:00", None);
    check(&[answered(1, "03:00", "cannot", None)], "15:00", Some((AlertAnswerKind::Cannot, None, None)));
    let left = event(3, "15:01", Kind::ClientLeft { reason: "closed".into() }, "");
    check(&[there, late, left], "15:02", None);
}

#[test]
fn late_said_elsewhere_is_snoozed_here_until_join_is_pressed() {
    let there = attended(&[waits(1, "14:55"), answered(2, "15:00", "late", Some(5))]);
    assert_eq!(snoozed_until(&there, None, at("15:01")), Some(at("15:05")));
    assert_eq!(snoozed_until(&there, None, at("15:05")), None);
    let pressed = Handled { pressed_join_at: Some(at("15:01")), ..Handled::default() };
    assert_eq!(snoozed_until(&there, Some(&pressed), at("15:02")), None);
}

#[test]
fn how_the_specialist_is_reached_is_said_in_one_word() {
    let chat = |confirmed, blocked| Some(Chat { name: "Anna".into(), confirmed, blocked });
    let check = |telegram: Option<Chat>, channels: &[&str], expected: TelegramReach| {
        let mut state = state(&[], &[]);
        assert_eq!(reach(&state, at("12:00")), None);
        state.practice = Some(of_practice(channels));
        state.reach = Some(Reach { telegram, after_seconds: 60, ..Reach::default() });
        state.binding_until = Some(at("12:10"));
        let seen = reach(&state, at("12:00")).expect("a view");
        assert_eq!((seen.telegram, seen.after_seconds), (expected, 60));
        assert_eq!(seen.binding_until.is_some(), state.reach.as_ref().is_some_and(|reach| reach.telegram.is_none()));
        assert_eq!(reach(&state, at("12:11")).expect("a view").binding_until, None);
        let practice = practice(&state).expect("a practice");
        assert!(practice.pages && practice.channels.len() == channels.len());
    };
    check(None, &[], TelegramReach::Unavailable);
    check(None, &["telegram"], TelegramReach::Unbound);
    check(chat(false, false), &["telegram"], TelegramReach::Unconfirmed);
    check(chat(true, false), &["telegram"], TelegramReach::Bound);
    check(chat(true, true), &["telegram"], TelegramReach::Blocked);
    let mut waits = state(&[], &[]);
    waits.practice = Some(of_practice(&["telegram"]));
    waits.reach = Some(Reach { telegram: chat(true, false), telegram_next: chat(false, false), ..Reach::default() });
    let seen = reach(&waits, at("12:00")).expect("a view");
    assert_eq!((seen.telegram, seen.telegram_next_name.as_deref()), (TelegramReach::Bound, Some("Anna")));
}

#[test]
fn channels_are_called_on_the_wire_as_they_are_read() {
    for known in [Channel::Whatsapp, Channel::Max, Channel::Telegram, Channel::Email, Channel::Clipboard] {
        assert_eq!(channel(channel_name(known)), known);
    }
    assert_eq!(channel("of_a_later_version"), Channel::Clipboard);
}
