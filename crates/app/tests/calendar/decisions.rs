//! What is a decision and what is none: nothing is deleted, moved or cancelled that nobody decided on.

use crate::practice::{Practice, draft_in, moment};
use crate::support::fakes::{Fake::Bitrix24, Fakes};
use crate::support::{Computer, call, settle_in, shows};
use kabinet_app::view::{ConflictKind, FeedState};
use serde_json::json;

#[tokio::test]
async fn a_backend_that_knows_nothing_of_a_consultation_leaves_its_entry() {
    let (computer, older) = (Computer::new(), Computer::new());
    let (backend, restored) = (computer.backend().await, older.backend().await);
    let mut practice = Practice::at_backend(computer, Fakes::start().await, &backend.url()).await;
    practice.connect(&practice.fakes.at.webhook).await;
    practice.choose(true).await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    practice.sent(&id).await;

    practice.application.shutdown().await;
    practice.application = practice.computer.start(&restored.url()).await;
    shows(&practice.application, "nothing planned", |view| view.feed.state == FeedState::Live && view.hero.is_none()).await;
    practice.syncs().await;
    practice.syncs().await;
    assert_eq!((practice.entries().await.len(), practice.asked("calendar.event.delete").await), (1, 0));
    assert_eq!(practice.consultations().len(), 0, "and nothing is made of it");
    practice.close().await;
}

#[tokio::test]
async fn another_room_leaves_what_others_wrote_around_its_link() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await;
    let written = entry["description"].as_str().expect("a text").replacen('\n', "\nBring the diary.\n", 1);
    practice.edit("change", &entry["id"], json!({ "description": written })).await;
    practice.syncs().await;

    let old = practice.consultation(&id).link;
    let new = "https://meet.example.org/drugaya-k7q2mxw4t9ab";
    let mut draft = draft_in("Ivan", "15:00", "Europe/Moscow");
    draft["link"] = json!(new);
    call(&practice.application, "change_consultation", json!({ "id": id, "draft": draft })).await;
    practice.syncs().await;
    let description = practice.entry().await["description"].clone();
    assert_eq!(description, json!(written.replace(&old, new)));
    practice.close().await;
}

#[tokio::test]
async fn an_entry_that_is_dragged_moves_nothing_that_has_taken_place() {
    let practice = Practice::open().await;
    let over = practice.plan(draft_in("Ivan", "15:10", "Europe/Moscow")).await;
    let missed = practice.plan(draft_in("Olga", "17:00", "Europe/Moscow")).await;
    practice.syncs().await;
    call(&practice.application, "confirm_outcome", json!({ "id": missed, "came": false })).await;
    practice.computer.put_forward(&practice.application, 120);
    let before = [practice.starts(&over).await, practice.starts(&missed).await];
    for entry in practice.entries().await {
        let set = json!({ "from": "2026-12-24 19:00:00", "to": "2026-12-24 19:50:00", "timezone_from": "Europe/Moscow" });
        practice.edit("change", &entry["id"], set).await;
    }
    practice.syncs().await;
    practice.syncs().await;
    assert_eq!([practice.starts(&over).await, practice.starts(&missed).await], before);
    // Neither is the entry dragged back.
    let there: Vec<_> = practice.entries().await.iter().map(|one| one["starts"].as_f64()).collect();
    assert_eq!(there, [Some(moment("2026-12-24T16:00:00Z")); 2]);
    practice.close().await;
}

#[tokio::test]
async fn a_made_room_is_given_up_for_a_link_in_the_calendar_only_by_a_person() {
    for (side, kept) in [("ours", true), ("theirs", false)] {
        let fakes = Fakes::start().await;
        let mut computer = Computer::new();
        computer.operator = fakes.operator(computer.data());
        let practice = Practice::at(computer, fakes).await;
        practice.connect(&practice.fakes.at.webhook).await;
        practice.choose(true).await;
        let form = json!({ "provider": "telemost", "values": {}, "secrets": { "access_token": practice.fakes.at.token } });
        call(&practice.application, "save_connection", form).await;
        let mut draft = draft_in("Ivan", "16:00", "Europe/Moscow");
        draft["provider"] = json!("telemost");
        draft["room"] = json!({ "cohosts": [] });
        let id = practice.plan(draft).await;
        practice.syncs().await;
        let ours = practice.consultation(&id).link;
        let entry = practice.entry().await;

        // A link beside ours is only a link beside ours.
        let theirs = "https://telemost.yandex.ru/j/77777777777777";
        let beside = format!("{theirs} {}", entry["description"].as_str().expect("a text"));
        practice.edit("change", &entry["id"], json!({ "location": "Room 5", "description": beside })).await;
        practice.syncs().await;
        practice.syncs().await;
        let now = practice.consultation(&id);
        assert!(now.link == ours && now.made.is_some() && now.calendar.is_some_and(|entry| entry.conflict.is_none()));

        practice.edit("change", &entry["id"], json!({ "location": theirs, "description": "Elsewhere today" })).await;
        practice.syncs().await;
        practice.syncs().await;
        let asked = practice.consultation(&id);
        assert!(asked.link == ours && asked.made.is_some());
        let conflict = asked.calendar.and_then(|entry| entry.conflict).expect("a conflict");
        let fields: Vec<_> = conflict.fields.iter().map(|one| (one.field.as_str(), one.theirs.as_str())).collect();
        assert_eq!(fields, [("location", theirs)]);

        call(&practice.application, "decide_conflict", json!({ "id": id, "side": side })).await;
        practice.syncs().await;
        let decided = practice.consultation(&id);
        assert_eq!((decided.link == ours, decided.made.is_some()), (kept, kept));
        assert_eq!(practice.entry().await["location"], json!(if kept { ours.as_str() } else { theirs }));
        practice.close().await;
    }
}

#[tokio::test]
async fn a_running_consultation_whose_entry_is_deleted_is_asked_about() {
    for (side, status, entries) in [("ours", "Running", 1), ("theirs", "Cancelled", 0)] {
        let practice = Practice::open().await;
        let id = practice.plan(draft_in("Ivan", "15:10", "Europe/Moscow")).await;
        practice.syncs().await;
        practice.computer.put_forward(&practice.application, 20);
        let entry = practice.entry().await["id"].clone();
        practice.edit("delete", &entry, json!({})).await;
        practice.syncs().await;
        practice.syncs().await;
        let shown = practice.consultation(&id);
        let conflict = shown.calendar.and_then(|entry| entry.conflict).expect("a conflict");
        assert_eq!(conflict.reason, ConflictKind::DeletedThere);
        assert_eq!(practice.status(&id), "Running");

        call(&practice.application, "decide_conflict", json!({ "id": id, "side": side })).await;
        practice.syncs().await;
        assert_eq!((practice.status(&id), practice.entries().await.len()), (status.to_owned(), entries));
        practice.close().await;
    }
}

#[tokio::test]
async fn two_computers_of_one_specialist_plan_an_entry_once() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let mut practice = Practice::at_backend(computer, Fakes::start().await, &backend.url()).await;
    practice.connect(&practice.fakes.at.webhook).await;
    practice.choose(true).await;
    let location = "https://telemost.yandex.ru/j/12345678901234";
    let entry = json!({ "name": "Olga", "from": "2026-12-23 20:00:00", "to": "2026-12-23 20:50:00", "timezone_from": "Europe/Moscow",
        "section": 4, "location": location });
    practice.add(entry).await;
    practice.syncs().await;
    let id = practice.consultations()[0].id.clone();
    practice.sent(&id).await;

    // The other one has not heard of it when it reads the calendar.
    let first = (practice.computer, practice.application);
    practice.computer = Computer::new();
    practice.application = practice.computer.start("http://127.0.0.1:9").await;
    settle_in(&practice.application).await;
    practice.connect(&practice.fakes.at.webhook).await;
    practice.choose(true).await;
    practice.syncs().await;
    assert_eq!(practice.consultations().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [id.as_str()]);
    practice.application.shutdown().await;
    practice.application = practice.computer.start(&backend.url()).await;
    practice.sent(&id).await;
    assert_eq!(practice.consultations().len(), 1);
    practice.application.shutdown().await;

    // A third one heard of it first; the entry was moved, so its time tells nothing.
    practice
        .edit("change", &practice.entry().await["id"], json!({ "from": "2026-12-23 21:00:00", "to": "2026-12-23 21:50:00" }))
        .await;
    practice.computer = Computer::new();
    practice.application = practice.computer.start(&backend.url()).await;
    settle_in(&practice.application).await;
    practice.sent(&id).await;
    practice.connect(&practice.fakes.at.webhook).await;
    practice.choose(true).await;
    practice.syncs().await;
    assert_eq!(practice.consultations().len(), 1);
    practice.close().await;
    first.1.shutdown().await;
}

#[tokio::test]
async fn a_begun_renewal_is_seen_through_before_the_connection_is_saved() {
    let practice = Practice::signed_in().await;
    let first = practice.secret("bitrix24/grant").await.expect("a grant");
    practice.fakes.put_forward(Bitrix24, 2 * 3600).await;
    practice.next(json!({ "method": "oauth.token.refresh_token", "do": "delay:1" })).await;
    let application = practice.application.clone();
    let round = tokio::spawn(async move { application.call("sync_calendar", json!({})).await.is_ok() });
    practice.is_asked("oauth.token.refresh_token", 0).await;
    let saved =
        call(&practice.application, "save_connection", json!({ "provider": "bitrix24", "values": {}, "secrets": {} })).await;
    assert_eq!(saved["health"], json!("works"), "{saved}");
    assert_ne!(practice.secret("bitrix24/grant").await.expect("a grant"), first);
    round.await.expect("it ends");
    practice.syncs().await;
    practice.close().await;
}
