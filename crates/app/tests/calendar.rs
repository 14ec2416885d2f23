//! Consultations in a connected calendar, over the fake of a portal.

mod support;

#[path = "calendar/practice.rs"]
mod practice;

#[path = "calendar/decisions.rs"]
mod decisions;

use kabinet_app::view::{CalendarEntryState, ConflictKind, Health};
use practice::{Practice, WEBHOOK, draft_in, moment};
use serde_json::{Value, json};
use support::fakes::Fake::Bitrix24;
use support::{call, refusal, shows};

#[tokio::test]
async fn a_consultation_appears_with_link_zone_reminder_and_whoever_is_invited() {
    let practice = Practice::open().await;
    let view = practice.view();
    let connection = view.connections.iter().find(|one| one.provider == "bitrix24").expect("a connection");
    assert_eq!(
        (connection.health, connection.account.as_ref().map(|one| one.name.as_str())),
        (Health::Works, Some("Анна Примерова"))
    );
    let abilities: Vec<_> = connection.abilities.iter().map(|one| (one.key.as_str(), one.allowed)).collect();
    assert_eq!(abilities, [("calendar", true), ("colleagues", true)]);
    assert!(!serde_json::to_string(&*view).expect("JSON").contains("examplesecret"));

    let invited = call(&practice.application, "colleagues", json!({ "text": "colleague008" })).await["items"].clone();
    assert_eq!(invited.as_array().map(Vec::len), Some(1));
    let mut draft = draft_in("Ivan", "15:00", "Europe/Moscow");
    draft["calendar"] = json!({ "on": true, "invited": invited });
    draft["note"] = json!("a secret note");
    let id = practice.plan(draft).await;
    practice.syncs().await;

    let entry = practice.entry().await;
    assert_eq!(entry["name"], json!("Ivan"));
    assert_eq!(
        (entry["starts"].as_f64(), entry["zone_from"].as_str()),
        (Some(moment("2026-12-23T12:00:00Z")), Some("Europe/Moscow"))
    );
    assert_eq!(entry["section"], json!(4));
    assert_eq!(entry["remind"], json!([{ "type": "min", "count": 15 }]));
    assert_eq!(entry["attendees"], json!({ "7": "H", "8": "Q" }));
    let link = practice.consultation(&id).link;
    assert_eq!(entry["location"], json!(link));
    let description = entry["description"].as_str().expect("a text");
    assert!(description.contains(&link) && !description.contains("note"), "{description}");
    let shown = practice.consultation(&id).calendar.expect("an entry");
    assert_eq!((shown.on, shown.state), (true, CalendarEntryState::Written));
    assert_eq!(shown.invited[0].email.as_deref(), Some("colleague008@org.example"));
    let calendar = practice.view().calendar.clone().expect("a calendar");
    assert!(calendar.last_success.is_some() && calendar.message.is_none());
    practice.close().await;
}

#[tokio::test]
async fn moving_renaming_and_cancelling_follow_on_the_other_side() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await["id"].clone();

    let mut moved = draft_in("Ivan", "17:00", "Europe/Moscow");
    moved["note"] = json!("kept here");
    practice.change(&id, moved).await;
    practice.syncs().await;
    assert_eq!(practice.entry().await["starts"].as_f64(), Some(moment("2026-12-23T14:00:00Z")));

    let set = json!({ "name": "Ivan P.", "from": "2026-12-23 18:30:00", "to": "2026-12-23 19:30:00", "timezone_from": "Europe/Moscow" });
    practice.edit("change", &entry, set).await;
    practice.syncs().await;
    let here = practice.consultation(&id);
    assert_eq!((here.client.as_deref(), here.minutes, here.note.as_str()), (Some("Ivan P."), 60, "kept here"));
    assert_eq!(here.starts_at.to_rfc3339(), "2026-12-23T15:30:00+00:00");

    call(&practice.application, "cancel_consultation", json!({ "id": id })).await;
    practice.syncs().await;
    assert_eq!(practice.entries().await.len(), 0);

    // It takes place after all, until somebody deletes it there.
    call(&practice.application, "restore_consultation", json!({ "id": id })).await;
    practice.syncs().await;
    let again = practice.entry().await["id"].clone();
    assert_ne!(again, entry);
    practice.edit("delete", &again, json!({})).await;
    practice.syncs().await;
    assert_eq!(practice.status(&id), "Cancelled");
    practice.close().await;
}

#[tokio::test]
async fn an_entry_with_a_link_that_can_be_opened_becomes_a_consultation_once() {
    let practice = Practice::open().await;
    let add = |name: &str, hour: u32, location: &str| {
        json!({ "name": name, "from": format!("2026-12-23 {hour}:00:00"), "to": format!("2026-12-23 {hour}:50:00"), "timezone_from": "Europe/Moscow",
            "section": 4, "location": location })
    };
    practice.add(add("Olga", 20, "https://telemost.yandex.ru/j/12345678901234")).await;
    practice.add(add("Консультация", 21, "https://meet.example.org/vtoraya-k7q2mxw4t9ab")).await;
    practice.add(add("Lunch", 22, "room 5, https://elsewhere.example/j/1")).await;
    practice.add(add("Over", 10, "https://telemost.yandex.ru/j/99999999999999")).await;
    practice.syncs().await;
    practice.syncs().await;
    let all = practice.consultations();
    let mut told: Vec<_> =
        all.iter().map(|one| (one.client.clone().expect("shown"), one.provider.as_str(), one.minutes)).collect();
    told.sort();
    assert_eq!(told, [(String::new(), "jitsi", 50), ("Olga".to_owned(), "telemost", 50)]);
    assert!(all.iter().all(|one| one.note.is_empty() && one.calendar.as_ref().is_some_and(|entry| entry.on)));
    assert_eq!(practice.asked("calendar.event.add").await + practice.asked("calendar.event.update").await, 0);
    practice.close().await;
}

#[tokio::test]
async fn a_conflict_is_shown_and_decided_by_a_person() {
    for (side, time) in [("ours", "2026-12-23T14:00:00+00:00"), ("theirs", "2026-12-23T16:00:00+00:00")] {
        let practice = Practice::open().await;
        let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
        practice.syncs().await;
        let entry = practice.entry().await["id"].clone();
        practice
            .edit(
                "change",
                &entry,
                json!({ "from": "2026-12-23 19:00:00", "to": "2026-12-23 19:50:00", "timezone_from": "Europe/Moscow" }),
            )
            .await;
        practice.change(&id, draft_in("Ivan", "17:00", "Europe/Moscow")).await;
        practice.syncs().await;

        let view = practice.view();
        assert_eq!(view.calendar.as_ref().expect("a calendar").conflicts, std::slice::from_ref(&id));
        assert_eq!(view.problems.iter().filter(|problem| problem.code == "calendar_conflict").count(), 1);
        let shown = practice.consultation(&id).calendar.expect("an entry");
        assert_eq!(shown.state, CalendarEntryState::Conflict);
        let conflict = shown.conflict.expect("a conflict");
        assert_eq!(conflict.reason, ConflictKind::BothChanged);
        let fields: Vec<_> =
            conflict.fields.iter().map(|one| (one.field.as_str(), one.ours.as_str(), one.theirs.as_str())).collect();
        assert_eq!(fields, [("time", "23 Dec 2026, 14:00–14:50", "23 Dec 2026, 16:00–16:50")]);

        call(&practice.application, "decide_conflict", json!({ "id": id, "side": side })).await;
        practice.syncs().await;
        assert_eq!(practice.consultation(&id).starts_at.to_rfc3339(), time);
        let there = practice.entry().await["starts"].as_f64();
        assert_eq!(there, Some(moment(&time.replace("+00:00", "Z"))));
        let view = practice.view();
        assert!(view.calendar.as_ref().is_some_and(|calendar| calendar.conflicts.is_empty()));
        assert!(view.problems.iter().all(|problem| problem.code != "calendar_conflict"));
        assert_eq!(refusal(&practice.application, "decide_conflict", json!({ "id": id, "side": side })).await.0, "no_conflict");
        practice.close().await;
    }
}

#[tokio::test]
async fn two_people_edit_the_attendees_and_nobody_is_lost() {
    let practice = Practice::open().await;
    let person = |id: &str| json!({ "id": id, "name": "", "email": null, "position": "" });
    let mut draft = draft_in("Ivan", "15:00", "Europe/Moscow");
    draft["calendar"] = json!({ "on": true, "invited": [person("8"), person("9")] });
    let id = practice.plan(draft.clone()).await;
    practice.syncs().await;
    let entry = practice.entry().await["id"].clone();

    // There 9 is taken off and 11 invited, while here 12 is invited and the time changes.
    practice.edit("change", &entry, json!({ "is_meeting": true, "attendees": [7, 8, 11] })).await;
    draft["time"] = json!("16:00");
    draft["calendar"]["invited"] = json!([person("8"), person("9"), person("12")]);
    practice.change(&id, draft).await;
    practice.syncs().await;
    let there = practice.entry().await;
    assert_eq!(there["attendees"].as_object().expect("a map").keys().collect::<Vec<_>>(), ["11", "12", "7", "8"]);
    let invited = practice.consultation(&id).calendar.expect("an entry").invited;
    assert_eq!(invited.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["11", "12", "8"]);
    assert!(invited.iter().all(|one| !one.name.is_empty()), "names are looked up");

    // An edit of the title alone empties nothing.
    practice.edit("change", &entry, json!({ "name": "Ivan and Olga" })).await;
    practice.syncs().await;
    assert_eq!(practice.entry().await["attendees"], there["attendees"]);
    practice.close().await;
}

#[tokio::test]
async fn a_lost_answer_makes_nothing_twice_over_a_restart_too() {
    let mut practice = Practice::open().await;
    // The writing is lost, and so is the search that would have found it.
    practice.next(json!({ "method": "calendar.event.add", "do": "lost" })).await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.next(json!({ "method": "calendar.event.get", "do": "refuse:denied", "skip": 2 })).await;
    practice.syncs().await;
    practice.settled(&id).await;
    assert_eq!(practice.entries().await.len(), 1);
    let shown = practice.consultation(&id).calendar.expect("an entry");
    assert!(matches!(shown.state, CalendarEntryState::Waiting | CalendarEntryState::Written), "{shown:?}");

    practice.restart().await;
    practice.syncs().await;
    assert_eq!((practice.entries().await.len(), practice.asked("calendar.event.add").await), (1, 1));
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Written);

    // What was agreed outlives the restart: a change there is known to be one.
    let entry = practice.entry().await["id"].clone();
    practice.edit("change", &entry, json!({ "name": "Ivan P." })).await;
    practice.restart().await;
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).client.as_deref(), Some("Ivan P."));
    practice.close().await;
}

#[tokio::test]
async fn a_portal_that_asks_to_wait_is_waited_for_and_nothing_is_lost() {
    let practice = Practice::open().await;
    practice.next(json!({ "method": "calendar.event.get", "do": "refuse:QUERY_LIMIT_EXCEEDED", "times": 2 })).await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Written);

    practice.next(json!({ "method": "calendar.event.get", "do": "refuse:OPERATION_TIME_LIMIT" })).await;
    practice.change(&id, draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    assert_eq!(refusal(&practice.application, "sync_calendar", json!({})).await.0, "calendar_busy");
    let calendar = practice.view().calendar.clone().expect("a calendar");
    assert_eq!(calendar.message.expect("told").code, "calendar_busy");
    assert!(calendar.last_success.is_some(), "what was known stays");
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Waiting);
    let asked = practice.asked("calendar.event.get").await;
    assert_eq!(refusal(&practice.application, "sync_calendar", json!({})).await.0, "calendar_busy");
    assert_eq!(practice.asked("calendar.event.get").await, asked, "not asked before its time");

    practice.computer.put_forward(&practice.application, 15);
    practice.syncs().await;
    assert_eq!(practice.entry().await["starts"].as_f64(), Some(moment("2026-12-23T13:00:00Z")));
    practice.close().await;
}

#[tokio::test]
async fn a_revoked_webhook_is_told_and_a_new_one_goes_on_where_it_was() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await["id"].clone();
    practice.edit_of("webhook", "change", json!({ "secret": "another0000000000" })).await;
    assert_eq!(refusal(&practice.application, "sync_calendar", json!({})).await.0, "calendar_sign_in_again");
    let view = shows(&practice.application, "a broken connection", |view| {
        view.connections.iter().any(|one| one.provider == "bitrix24" && one.health == Health::Broken)
    })
    .await;
    let connection = view.connections.iter().find(|one| one.provider == "bitrix24").expect("a connection");
    assert_eq!(connection.message.as_ref().expect("told").code, "calendar_sign_in_again");
    assert!(connection.last_success.is_some());

    practice.edit("change", &entry, json!({ "name": "Ivan P." })).await;
    let webhook = practice.fakes.at.webhook.replace("examplesecret0000", "another0000000000");
    practice.connect(&webhook).await;
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).client.as_deref(), Some("Ivan P."));
    assert_eq!(practice.entries().await.len(), 1);
    practice.close().await;
}

#[tokio::test]
async fn a_renamed_portal_is_followed_and_kept_under_its_new_name() {
    let mut practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let new = practice.edit_of("portal", "rename", json!({})).await;
    practice.change(&id, draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let kept = practice.secret(WEBHOOK).await.expect("kept");
    assert!(kept.starts_with(new.as_str().expect("an address")), "kept under the new name");
    assert_eq!(practice.entry().await["starts"].as_f64(), Some(moment("2026-12-23T13:00:00Z")));

    // The same account under another name: what was agreed is still true.
    practice.restart().await;
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Written);
    assert!(practice.view().calendar.as_ref().is_some_and(|calendar| calendar.calendar.is_some()));
    practice.close().await;
}

#[tokio::test]
async fn an_expired_token_is_renewed_kept_and_used_after_a_restart() {
    let mut practice = Practice::signed_in().await;
    let first = practice.secret("bitrix24/grant").await.expect("a grant");
    practice.fakes.put_forward(Bitrix24, 2 * 3600).await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let second = practice.secret("bitrix24/grant").await.expect("a grant");
    assert_ne!(first, second);
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Written);
    assert_eq!(practice.asked("oauth.token.refresh_token").await, 1);

    practice.restart().await;
    practice.syncs().await;
    assert_eq!(practice.asked("oauth.token.refresh_token").await, 1);
    practice.close().await;
}

#[tokio::test]
async fn another_date_format_another_zone_and_the_end_of_summer_time() {
    let practice = Practice::open().await;
    practice.fakes.set(Bitrix24, json!({ "date_format": "en", "language": "en", "time_zone": "America/New_York" })).await;
    // Summer time ends in Berlin in the night to the 31st of October 2027, and begins on the 28th of March.
    let far = |day: &str, time: &str| {
        let mut draft = draft_in("Ivan", time, "Europe/Berlin");
        draft["date"] = json!(day);
        draft
    };
    let before = practice.plan(far("2027-03-27", "15:00")).await;
    let after = practice.plan(far("2027-03-28", "15:00")).await;
    practice.syncs().await;
    let mut starts: Vec<_> = practice.entries().await.iter().map(|one| one["starts"].as_f64()).collect();
    starts.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
    assert_eq!(starts, [Some(moment("2027-03-27T14:00:00Z")), Some(moment("2027-03-28T13:00:00Z"))]);
    assert!(practice.entries().await.iter().all(|one| one["zone_from"] == json!("Europe/Berlin")));

    // Read again, nothing has changed.
    let written = practice.asked("calendar.event.update").await;
    practice.syncs().await;
    assert_eq!(practice.asked("calendar.event.update").await, written);
    for id in [&before, &after] {
        assert_eq!(practice.consultation(id).calendar.expect("an entry").state, CalendarEntryState::Written);
    }
    practice.close().await;
}

#[tokio::test]
async fn five_hundred_colleagues_are_read_once_and_found_by_any_word() {
    let practice = Practice::open().await;
    let found = |text: &str| call(&practice.application, "colleagues", json!({ "text": text }));
    let all = found("").await["items"].as_array().expect("a list").len();
    assert!(all > 480, "{all}");
    let pages = practice.asked("user.get").await;
    let count = |items: Value| items["items"].as_array().expect("a list").len();
    assert_eq!(count(found("colleague123@").await), 1);
    assert!(count(found("супервизор").await) > 100 && count(found("анна примерова").await) == 1);
    assert_eq!(count(found("nobody of this name").await), 0);
    assert_eq!(practice.asked("user.get").await, pages, "read once");

    // Without the wider right there are no addresses, and those of before serve on when they cannot be read.
    practice.next(json!({ "method": "user.get", "do": "refuse:insufficient_scope", "times": null })).await;
    practice.computer.put_forward(&practice.application, 60);
    assert_eq!(found("").await["items"].as_array().expect("a list").len(), all);
    practice.close().await;
}

#[tokio::test]
async fn missing_rights_are_told_apart() {
    let practice = Practice::unconnected().await;
    practice.edit_of("webhook", "change", json!({ "scopes": ["user"] })).await;
    let said = practice.connect(&practice.fakes.at.webhook).await;
    assert_eq!((said["health"].as_str(), said["message"]["code"].as_str()), (Some("check"), Some("calendar_right_missing")));
    let view = practice.view();
    let connection = view.connections.iter().find(|one| one.provider == "bitrix24").expect("a connection");
    let abilities: Vec<_> = connection.abilities.iter().map(|one| (one.key.as_str(), one.allowed)).collect();
    assert_eq!(abilities, [("calendar", false), ("colleagues", true)]);
    assert_eq!(refusal(&practice.application, "sync_calendar", json!({})).await.0, "no_calendar");
    practice.close().await;
}

#[tokio::test]
async fn titles_carry_no_names_unless_that_was_chosen() {
    let practice = Practice::open().await;
    practice.choose(false).await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await;
    assert_eq!(entry["name"], json!("Consultation"));
    practice.edit("change", &entry["id"], json!({ "name": "Group, first time" })).await;
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).client.as_deref(), Some("Ivan"));
    assert_eq!(practice.entry().await["name"], json!("Group, first time"));
    practice.close().await;
}

#[tokio::test]
async fn a_removed_connection_leaves_consultations_entries_and_no_secret() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    call(&practice.application, "remove_connection", json!({ "provider": "bitrix24" })).await;
    assert_eq!(practice.secret(WEBHOOK).await, None);
    let view = practice.view();
    assert!(view.calendar.is_none() && view.connections.iter().all(|one| one.provider != "bitrix24"));
    assert_eq!((practice.entries().await.len(), practice.status(&id).as_str()), (1, "Planned"));

    // Connected again, the entry is known by its marker.
    practice.connect(&practice.fakes.at.webhook).await;
    practice.choose(true).await;
    practice.syncs().await;
    assert_eq!(practice.entries().await.len(), 1);
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Written);
    practice.close().await;
}

#[tokio::test]
async fn a_change_made_here_goes_there_by_itself() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "15:00", "Europe/Moscow")).await;
    practice.settled(&id).await;
    practice.change(&id, draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.settled(&id).await;
    assert_eq!(practice.entry().await["starts"].as_f64(), Some(moment("2026-12-23T13:00:00Z")));
    practice.close().await;
}

#[tokio::test]
async fn what_one_side_deleted_and_the_other_changed_is_asked_about() {
    let practice = Practice::open().await;
    let deleted = practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await["id"].clone();
    practice.edit("delete", &entry, json!({})).await;
    practice.change(&deleted, draft_in("Ivan", "17:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let conflict = practice.consultation(&deleted).calendar.expect("an entry").conflict.expect("a conflict");
    assert_eq!((conflict.reason, conflict.fields.len()), (ConflictKind::DeletedThere, 0));
    call(&practice.application, "decide_conflict", json!({ "id": deleted, "side": "ours" })).await;
    practice.syncs().await;
    let entry = practice.entry().await;
    assert_eq!(entry["starts"].as_f64(), Some(moment("2026-12-23T14:00:00Z")));

    call(&practice.application, "cancel_consultation", json!({ "id": deleted })).await;
    practice.edit("change", &entry["id"], json!({ "name": "Ivan and Olga" })).await;
    practice.syncs().await;
    let conflict = practice.consultation(&deleted).calendar.expect("an entry").conflict.expect("a conflict");
    assert_eq!(conflict.reason, ConflictKind::CancelledHere);
    call(&practice.application, "decide_conflict", json!({ "id": deleted, "side": "theirs" })).await;
    practice.syncs().await;
    let here = practice.consultation(&deleted);
    assert_eq!((here.client.as_deref(), practice.status(&deleted).as_str()), (Some("Ivan and Olga"), "Planned"));
    assert_eq!(practice.entries().await.len(), 1);
    practice.close().await;
}

#[tokio::test]
async fn a_conflict_that_changed_meanwhile_is_shown_again_instead_of_decided() {
    let mut practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await["id"].clone();
    practice.edit("change", &entry, json!({ "name": "Olga" })).await;
    practice.change(&id, draft_in("Vera", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    practice.restart().await;
    let theirs = |practice: &Practice| {
        let conflict = practice.consultation(&id).calendar.and_then(|entry| entry.conflict).expect("a conflict");
        conflict.fields[0].theirs.clone()
    };
    assert_eq!(theirs(&practice), "Olga");
    practice.edit("change", &entry, json!({ "name": "Zoya" })).await;
    let error = practice.application.call("decide_conflict", json!({ "id": id, "side": "theirs" })).await;
    // The loop may have seen it first, and then it is the new one that is decided about.
    let again = error.is_err();
    if again {
        assert_eq!(theirs(&practice), "Zoya");
        call(&practice.application, "decide_conflict", json!({ "id": id, "side": "theirs" })).await;
    }
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).client.as_deref(), Some("Zoya"));
    practice.close().await;
}

#[tokio::test]
async fn another_account_is_noticed_and_nothing_is_done_to_its_calendar() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let set = json!({ "user": 8, "secret": "ofacolleague00000", "scopes": ["calendar", "user", "im"] });
    let webhook = practice.edit_of("webhook", "add", set).await;
    practice.connect(webhook.as_str().expect("an address")).await;
    assert_eq!(refusal(&practice.application, "sync_calendar", json!({})).await.0, "calendar_choose");
    let calendar = practice.view().calendar.clone().expect("a calendar");
    assert_eq!((calendar.calendar, calendar.message.map(|message| message.code)), (None, Some("calendar_choose".into())));
    assert_eq!(practice.entries().await.len(), 1);
    let written = practice.asked("calendar.event.add").await + practice.asked("calendar.event.delete").await;
    assert_eq!((practice.status(&id).as_str(), written), ("Planned", 1));
    practice.close().await;
}

#[tokio::test]
async fn a_locked_keychain_keeps_the_calendar_waiting_and_is_said() {
    let mut practice = Practice::open().await;
    practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    practice.application.shutdown().await;
    practice.computer.secrets.put_into(support::secrets::Keychain::Locked);
    practice.application = practice.computer.start("http://127.0.0.1:9").await;
    shows(&practice.application, "the trouble", |view| view.problems.iter().any(|one| one.code == "keychain_locked")).await;
    assert_eq!(refusal(&practice.application, "sync_calendar", json!({})).await.0, "keychain_locked");
    assert!(practice.view().calendar.is_some(), "still connected");

    practice.computer.secrets.put_into(support::secrets::Keychain::Open);
    call(&practice.application, "retry_keychain", json!({})).await;
    practice.syncs().await;
    assert_eq!(practice.entries().await.len(), 1);
    practice.close().await;
}

#[tokio::test]
async fn nothing_of_it_is_readable_on_the_disk() {
    let practice = Practice::open().await;
    call(&practice.application, "colleagues", json!({ "text": "" })).await;
    let mut draft = draft_in("Ivan Unusual", "16:00", "Europe/Moscow");
    draft["calendar"] =
        json!({ "on": true, "invited": [{ "id": "8", "name": "Vera Rare", "email": "vera.rare@org.example", "position": "" }] });
    practice.plan(draft).await;
    practice.syncs().await;
    practice.application.shutdown().await;
    let mut seen = Vec::new();
    for file in std::fs::read_dir(practice.computer.data().join("app")).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        seen.extend(String::from_utf8_lossy(&bytes).into_owned().into_bytes());
    }
    let text = String::from_utf8_lossy(&seen);
    for secret in ["Unusual", "vera.rare", "examplesecret0000", "meet.example.org/konsultaciya"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn signing_in_through_the_browser_takes_the_webhooks_place() {
    let mut computer = support::Computer::new();
    let fakes = support::fakes::Fakes::start().await;
    computer.operator = fakes.operator(computer.data());
    let practice = Practice::at(computer, fakes).await;
    practice.connect(&practice.fakes.at.webhook).await;
    let offer =
        practice.view().providers.iter().find(|one| one.id == "bitrix24").and_then(|one| one.sign_in.clone()).expect("an offer");
    assert!(offer.browser && !offer.device_code && offer.redirect.ends_with("/signed-in"));
    practice.fakes.set(Bitrix24, json!({ "consent": "allow", "redirect_uri": offer.redirect })).await;

    let form = json!({ "provider": "bitrix24", "values": {}, "secrets": {} });
    call(&practice.application, "begin_sign_in", json!({ "form": form, "way": "browser" })).await;
    let page = practice.computer.sees("the portal's page", |asked| asked.opened.last().cloned()).await;
    assert_eq!(support::fakes::visit(&page).await.0, 200);
    shows(&practice.application, "the end of signing in", |view| {
        let mut connections = view.connections.iter().filter(|one| one.provider == "bitrix24");
        view.sign_in.is_none() && connections.any(|one| one.secrets_kept.is_empty() && one.account.is_some())
    })
    .await;
    assert!(practice.secret("bitrix24/grant").await.is_some());
    assert_eq!(practice.secret(WEBHOOK).await, None);
    practice.choose(true).await;
    let id = practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    assert_eq!(practice.consultation(&id).calendar.expect("an entry").state, CalendarEntryState::Written);
    assert!(!serde_json::to_string(&*practice.view()).expect("JSON").contains("refresh_token"));

    // The other way round as well.
    practice.connect(&practice.fakes.at.webhook).await;
    assert_eq!(practice.secret("bitrix24/grant").await, None);
    practice.syncs().await;
    practice.close().await;
}

#[tokio::test]
async fn a_portal_that_takes_its_time_keeps_nobody_from_deciding() {
    let practice = Practice::open().await;
    let id = practice.plan(draft_in("Ivan", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let entry = practice.entry().await["id"].clone();
    practice.edit("change", &entry, json!({ "name": "Olga" })).await;
    practice.change(&id, draft_in("Vera", "16:00", "Europe/Moscow")).await;
    practice.syncs().await;
    let asked = practice.asked("calendar.event.get").await;
    practice.next(json!({ "method": "calendar.event.get", "do": "delay:60" })).await;
    let application = practice.application.clone();
    let slow = tokio::spawn(async move { application.call("sync_calendar", json!({})).await.is_ok() });
    practice.is_asked("calendar.event.get", asked).await;
    let decided = call(&practice.application, "decide_conflict", json!({ "id": id, "side": "theirs" }));
    tokio::time::timeout(std::time::Duration::from_secs(20), decided).await.expect("decided meanwhile");
    assert!(slow.await.expect("it ends"), "it is compared again");
    assert_eq!(practice.consultation(&id).client.as_deref(), Some("Olga"));
    practice.close().await;
}

#[tokio::test]
async fn a_portal_that_takes_its_time_keeps_nobody_from_disconnecting() {
    let practice = Practice::open().await;
    practice.next(json!({ "method": "calendar.event.get", "do": "delay:60", "times": null })).await;
    let application = practice.application.clone();
    let slow = tokio::spawn(async move { application.call("sync_calendar", json!({})).await.is_ok() });
    practice.is_asked("calendar.event.get", 0).await;
    let removed = call(&practice.application, "remove_connection", json!({ "provider": "bitrix24" }));
    tokio::time::timeout(std::time::Duration::from_secs(20), removed).await.expect("done meanwhile");
    assert!(!slow.await.expect("it ends"), "nothing was compared");
    practice.close().await;
}
