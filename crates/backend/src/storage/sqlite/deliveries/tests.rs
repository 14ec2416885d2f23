use super::*;
use crate::ports::{Batch, Before, DeliveryStep, Dropped, EventLog, Resent, Row as Kept};
use chrono::{DateTime, Duration};
use kabinet_domain::SpecialistId;
use std::path::Path;
use uuid::Uuid;

const START: Timestamp = DateTime::UNIX_EPOCH;

fn at(seconds: i64) -> Timestamp {
    START + Duration::seconds(seconds)
}

fn delivery(number: u128, purpose: Purpose, due: i64) -> Delivery {
    Delivery {
        id: DeliveryId(Uuid::from_u128(number)),
        specialist: SpecialistId(Uuid::from_u128(7)),
        consultation: Some(ConsultationId(Uuid::from_u128(8))),
        channel: Channel::WhatsApp,
        purpose,
        to: "79001234567".into(),
        text: "words".into(),
        buttons: Vec::new(),
        due_at: at(due),
        expires_at: at(10_000),
    }
}

fn step(number: u128, state: DeliveryState) -> DeliveryStep {
    DeliveryStep { id: DeliveryId(Uuid::from_u128(number)), state, code: None, again_at: None, sent_as: None, attempted: false }
}

async fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, Rows::default()).await.expect("a database")
}

async fn keep(storage: &Sqlite, now: i64, rows: Vec<Kept>) {
    let mut log = storage.log().await.expect("the log");
    log.append(Batch { rows: &rows, now: at(now), ..Batch::default() }).await.expect("kept");
    Box::new(log).close().await.expect("closed");
}

fn new(delivery: Delivery) -> Kept {
    Kept::Delivery(Box::new(delivery))
}

fn wanted(delivery: Delivery) -> Kept {
    Kept::Wanted(Box::new(delivery))
}

fn lease(owner: u128, now: i64) -> Lease {
    Lease { owner: Uuid::from_u128(owner), now: at(now), until: at(now + 60) }
}

async fn leased(storage: &Sqlite, owner: u128, now: i64) -> Option<u128> {
    let taken = storage.lease(Channel::WhatsApp, lease(owner, now)).await.expect("asked");
    taken.map(|kept| kept.delivery.id.0.as_u128())
}

async fn state(storage: &Sqlite, number: u128) -> Option<DeliveryState> {
    Outbox::find(storage, DeliveryId(Uuid::from_u128(number))).await.expect("read").map(|kept| kept.state)
}

#[tokio::test]
async fn two_processes_on_one_file_never_take_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    // Each to somebody else, so that none waits for another.
    let rows = (1..=40).map(|number| {
        let consultation = Some(ConsultationId(Uuid::from_u128(number)));
        new(Delivery { consultation, ..delivery(number, Purpose::Reminder, 0) })
    });
    keep(&one, 0, rows.collect()).await;
    let take = |storage: Sqlite, owner| async move {
        let mut taken = Vec::new();
        while let Some(number) = leased(&storage, owner, 1).await {
            taken.push(number);
        }
        taken
    };
    let (first, second) = tokio::join!(tokio::spawn(take(one, 1)), tokio::spawn(take(other, 2)));
    let mut all = first.expect("taken");
    all.extend(second.expect("taken"));
    all.sort_unstable();
    assert_eq!(all, (1..=40).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_not_due_waits_and_says_until_when() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(folder.path()).await;
    keep(&storage, 0, vec![new(delivery(1, Purpose::Reminder, 100))]).await;
    assert_eq!(leased(&storage, 1, 99).await, None);
    assert_eq!(storage.next_due(Channel::WhatsApp, at(99)).await.expect("asked"), Some(at(100)));
    assert_eq!(storage.next_due(Channel::Max, at(99)).await.expect("asked"), None);
    assert_eq!(storage.oldest_due(at(99)).await.expect("asked"), None);
    assert_eq!(storage.oldest_due(at(170)).await.expect("asked"), Some(at(100)));
    assert_eq!(leased(&storage, 1, 100).await, Some(1));
    assert_eq!(leased(&storage, 2, 100).await, None);
    assert_eq!(storage.next_due(Channel::WhatsApp, at(100)).await.expect("asked"), Some(at(160)));
}

#[tokio::test]
async fn what_its_sender_left_is_taken_over_when_the_lease_has_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(folder.path()).await;
    keep(&storage, 0, vec![new(delivery(1, Purpose::Link, 0))]).await;
    assert_eq!(leased(&storage, 1, 5).await, Some(1));
    assert!(storage.abandoned(Channel::WhatsApp, lease(2, 64)).await.expect("asked").is_none());
    let left = storage.abandoned(Channel::WhatsApp, lease(2, 65)).await.expect("asked").expect("one");
    assert_eq!((left.state, left.updated_at), (DeliveryState::Sending, at(5)));
    assert_eq!(left.delivery.to.reveal(), "79001234567");
    assert!(storage.abandoned(Channel::WhatsApp, lease(1, 65)).await.expect("asked").is_none());
}

#[tokio::test]
async fn one_person_reads_in_the_order_it_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(folder.path()).await;
    keep(&storage, 0, vec![new(delivery(9, Purpose::Message, 0)), new(delivery(3, Purpose::Reminder, 500))]).await;
    keep(&storage, 1, vec![new(delivery(2, Purpose::Message, 1)), new(delivery(4, Purpose::Alert, 1))]).await;
    // An alert is for somebody else, and comes first.
    assert_eq!(leased(&storage, 1, 2).await, Some(4));
    assert_eq!(leased(&storage, 1, 2).await, Some(9));
    assert_eq!(leased(&storage, 1, 2).await, None, "the one before it is not through yet");
    let again = DeliveryStep { again_at: Some(at(50)), attempted: true, ..step(9, DeliveryState::Waiting) };
    keep(&storage, 3, vec![Kept::DeliveryStep(again)]).await;
    assert_eq!(leased(&storage, 1, 4).await, None, "the one before it will be tried again");
    assert_eq!(leased(&storage, 1, 50).await, Some(9));
    keep(&storage, 51, vec![Kept::DeliveryStep(step(9, DeliveryState::Sent))]).await;
    assert_eq!(leased(&storage, 1, 51).await, Some(2));
}

#[tokio::test]
async fn what_an_edit_drops_comes_back_with_its_undoing_and_is_sent_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(folder.path()).await;
    let reminder = || delivery(1, Purpose::Reminder, 100);
    let consultation = ConsultationId(Uuid::from_u128(8));
    let drop_all = || Kept::DropDeliveries(Dropped { consultation, purpose: Some(Purpose::Reminder), except: vec![] });
    keep(&storage, 0, vec![wanted(reminder())]).await;
    keep(&storage, 1, vec![drop_all()]).await;
    assert_eq!(state(&storage, 1).await, Some(DeliveryState::Dropped));
    keep(&storage, 2, vec![wanted(Delivery { channel: Channel::Max, ..reminder() })]).await;
    assert_eq!(state(&storage, 1).await, Some(DeliveryState::Waiting));
    assert_eq!(leased(&storage, 1, 100).await, None);
    keep(&storage, 2, vec![wanted(reminder())]).await;
    assert_eq!(leased(&storage, 1, 100).await, Some(1));
    keep(&storage, 101, vec![Kept::DeliveryStep(step(1, DeliveryState::Sent))]).await;
    keep(&storage, 102, vec![drop_all(), wanted(reminder())]).await;
    assert_eq!(state(&storage, 1).await, Some(DeliveryState::Sent));
    keep(&storage, 200, vec![wanted(delivery(2, Purpose::Reminder, 100))]).await;
    assert_eq!(state(&storage, 2).await, None, "its time was over before anybody wanted it");
    keep(&storage, 0, vec![wanted(delivery(3, Purpose::Reminder, 100))]).await;
    let late = DeliveryStep { code: Some("expired".to_owned()), ..step(3, DeliveryState::Dropped) };
    keep(&storage, 200, vec![Kept::DeliveryStep(late), wanted(delivery(3, Purpose::Reminder, 100))]).await;
    assert_eq!(state(&storage, 3).await, Some(DeliveryState::Dropped), "what was too late stays so");
}

#[tokio::test]
async fn the_furthest_step_stands_and_a_failed_one_can_be_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(folder.path()).await;
    keep(&storage, 0, vec![new(delivery(1, Purpose::Link, 0)), new(delivery(2, Purpose::Link, 0))]).await;
    let sent = DeliveryStep { sent_as: Some("A1".to_owned()), attempted: true, ..step(1, DeliveryState::Read) };
    keep(&storage, 1, vec![Kept::DeliveryStep(sent), Kept::DeliveryStep(step(1, DeliveryState::Delivered))]).await;
    assert_eq!(state(&storage, 1).await, Some(DeliveryState::Read));
    let found = storage.find_sent(Channel::WhatsApp, "A1").await.expect("asked").expect("found");
    assert_eq!((found.delivery.id.0.as_u128(), found.attempts), (1, 1));
    let resent = |number| Kept::Resent(Resent { id: DeliveryId(Uuid::from_u128(number)), expires_at: at(20_000) });
    let failed = DeliveryStep { code: Some("blocked".to_owned()), attempted: true, ..step(2, DeliveryState::Failed) };
    keep(&storage, 2, vec![Kept::DeliveryStep(failed)]).await;
    assert_eq!(storage.last(Some(DeliveryState::Failed), 10).await.expect("read").len(), 1);
    keep(&storage, 3, vec![resent(1), resent(2)]).await;
    assert_eq!(state(&storage, 1).await, Some(DeliveryState::Read));
    let again = Outbox::find(&storage, DeliveryId(Uuid::from_u128(2))).await.expect("read").expect("kept");
    assert_eq!((again.state, again.code, again.delivery.expires_at), (DeliveryState::Waiting, None, at(20_000)));
    let tallies = storage.tallies().await.expect("read");
    assert_eq!(
        tallies.iter().map(|tally| (tally.state, tally.count)).collect::<Vec<_>>(),
        [(DeliveryState::Read, 1), (DeliveryState::Waiting, 1)]
    );
    assert_eq!(storage.of_consultation(ConsultationId(Uuid::from_u128(8))).await.expect("read").len(), 2);
}

#[tokio::test]
async fn what_is_over_is_forgotten_with_age_and_what_waits_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(folder.path()).await;
    keep(&storage, 0, vec![new(delivery(1, Purpose::Reminder, 9_000)), new(delivery(2, Purpose::Link, 0))]).await;
    keep(&storage, 1, vec![Kept::DeliveryStep(step(2, DeliveryState::Sent))]).await;
    let mut log = storage.log().await.expect("the log");
    let before = |seconds| Before { signals: at(seconds), events: at(seconds), makings: at(seconds) };
    log.prune(before(1)).await.expect("pruned");
    assert_eq!(state(&storage, 2).await, Some(DeliveryState::Sent));
    log.prune(before(2)).await.expect("pruned");
    assert_eq!((state(&storage, 1).await, state(&storage, 2).await), (Some(DeliveryState::Waiting), None));
}
