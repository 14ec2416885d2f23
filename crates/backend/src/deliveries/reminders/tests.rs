use super::*;
use crate::testing::planned;
use kabinet_api::ConferenceStatus;
use kabinet_api::Contact;

fn reminded() -> Conference {
    let mut conference = planned();
    conference.contact = Some(Contact { channel: "whatsapp".to_owned(), ..Contact::default() });
    conference.reminders = vec![60, 1440];
    conference
}

/// What is wanted, and what else of reminders is dropped.
fn rows(conference: &Conference) -> (Vec<Delivery>, Vec<DeliveryId>, bool) {
    let (mut wanted, mut except, mut drops_links) = (vec![], vec![], false);
    for row in of_change(&ConsultationChange::Put(Box::new(conference.clone()))) {
        match row {
            Row::Wanted(delivery) => wanted.push(*delivery),
            Row::DropDeliveries(dropped) if dropped.purpose == Some(Purpose::Reminder) => except = dropped.except,
            Row::DropDeliveries(dropped) => drops_links = dropped.purpose == Some(Purpose::Link),
            row => panic!("{row:?}"),
        }
    }
    (wanted, except, drops_links)
}

#[test]
fn each_reminder_is_due_so_many_minutes_before_and_of_use_until_the_next_one() {
    let conference = reminded();
    let (wanted, except, drops_links) = rows(&conference);
    let before = |minutes: i64| conference.starts_at - Duration::minutes(minutes);
    let times: Vec<_> = wanted.iter().map(|delivery| (delivery.due_at, delivery.expires_at)).collect();
    assert_eq!(times, [(before(60), conference.starts_at), (before(1440), before(60))]);
    assert_eq!(wanted.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), except);
    assert!(wanted.iter().all(|delivery| delivery.channel == Channel::WhatsApp && delivery.purpose == Purpose::Reminder));
    assert!(!drops_links);
}

#[test]
fn an_edit_that_leaves_the_time_leaves_the_reminders() {
    let mut edited = reminded();
    edited.name = "Другое имя".to_owned();
    edited.duration = 90;
    assert_eq!(rows(&reminded()), rows(&edited));
}

#[test]
fn another_time_makes_other_reminders_and_the_first_time_the_first_ones() {
    let mut moved = reminded();
    moved.starts_at += Duration::hours(1);
    let ids = |conference: &Conference| rows(conference).1;
    assert!(ids(&moved).iter().all(|id| !ids(&reminded()).contains(id)));
    moved.starts_at -= Duration::hours(1);
    assert_eq!(ids(&moved), ids(&reminded()));
}

#[test]
fn who_cannot_be_reminded_or_is_not_expected_is_not() {
    for channel in ["email", "clipboard", "pigeon"] {
        let mut conference = reminded();
        conference.contact = Some(Contact { channel: channel.to_owned(), ..Contact::default() });
        assert_eq!(rows(&conference), (vec![], vec![], false), "{channel}");
    }
    for status in [ConferenceStatus::Cancelled, ConferenceStatus::Finished, ConferenceStatus::NoShow] {
        assert_eq!(rows(&Conference { status, ..reminded() }), (vec![], vec![], true));
    }
    assert_eq!(rows(&Conference { contact: None, ..reminded() }), (vec![], vec![], false));
    assert_eq!(of_change(&ConsultationChange::Remove(ConsultationId(reminded().id))).len(), 2);
}
