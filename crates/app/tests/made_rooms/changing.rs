//! A room as it is here and at the service, moved, changed, left and lost.

use super::{Practice, broadcast, draft, of, problems, text, until};
use crate::support::fakes::Fake;
use crate::support::{call, refusal, shows};
use kabinet_domain::Clock;
use serde_json::{Value, json};

#[tokio::test]
async fn both_sides_of_a_room_are_compared_and_either_is_taken() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", broadcast())).await;
    let id = practice.only_conference().await["id"].clone();
    let compared = call(&application, "compare_room", of(&made)).await;
    assert_eq!((&compared["differs"], &compared["ours"]), (&json!([]), &compared["theirs"]));

    let stream = practice.only_conference().await["live_stream"].clone();
    let elsewhere = json!({ "waiting_room_level": "PUBLIC", "cohosts": ["clara@org.example"],
        "live_stream": { "watch_url": stream["watch_url"], "access_level": "ORGANIZATION", "title": "Dreams", "description": "Six questions" } });
    let change = json!({ "what": "conference", "do": "change", "id": id, "set": elsewhere });
    practice.fakes.edit(Fake::Telemost, change.clone()).await;
    let compared = call(&application, "compare_room", of(&made)).await;
    assert_eq!(compared["differs"], json!(["waiting_room", "cohosts", "title", "viewers"]));
    assert_eq!((&compared["ours"]["waiting_room"], &compared["theirs"]["waiting_room"]), (&json!("everyone"), &json!("nobody")));

    let taken = call(&application, "take_room", json!({ "id": made["id"], "side": "ours" })).await;
    assert_eq!(taken["differs"], json!([]));
    let there = practice.only_conference().await;
    assert_eq!((&there["waiting_room_level"], &there["cohosts"]), (&json!("ADMINS"), &json!(["boris@org.example"])));
    assert_eq!((&there["live_stream"]["title"], &there["live_stream"]["access_level"]), (&json!("Sleep"), &json!("PUBLIC")));

    practice.fakes.edit(Fake::Telemost, change).await;
    let taken = call(&application, "take_room", json!({ "id": made["id"], "side": "theirs" })).await;
    assert_eq!((&taken["differs"], &taken["ours"]["broadcast"]["title"]), (&json!([]), &json!("Dreams")));
    let kept = call(&application, "consultation", of(&made)).await;
    assert_eq!((&kept["made"], &kept["link"]), (&taken["theirs"], &made["link"]));
    application.shutdown().await;
}

#[tokio::test]
async fn what_the_service_does_not_say_counts_as_the_same() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.fakes.set(Fake::Telemost, json!({ "sparse": true, "unknown_values": true })).await;
    let made = call(&application, "create_consultation", draft("15:30", json!({ "summary": true }))).await;
    assert_eq!(call(&application, "compare_room", of(&made)).await["differs"], json!([]));
    application.shutdown().await;
}

#[tokio::test]
async fn only_what_differs_from_the_service_is_sent() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", broadcast())).await;
    let wishes = json!({ "waiting_room": "nobody", "cohosts": ["BORIS@org.example"], "broadcast": { "title": "Sleep", "description": "Seven" } });
    let changed = call(&application, "change_room", json!({ "id": made["id"], "wishes": wishes })).await;
    assert_eq!((&changed["differs"], &changed["ours"]["broadcast"]["description"]), (&json!([]), &json!("Seven")));
    assert_eq!(practice.fakes.asked(Fake::Telemost, "cohosts.replace").await, 0);
    let state = practice.fakes.state(Fake::Telemost).await;
    let sent = state["requests"].as_array().expect("a list").iter().find(|one| one["method"] == "PATCH");
    let sent: Value = serde_json::from_str(sent.expect("a change")["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(sent, json!({ "waiting_room_level": "PUBLIC", "live_stream": { "description": "Seven" } }));

    let plain = json!({ "id": made["id"], "wishes": { "cohosts": ["boris@org.example"] } });
    assert_eq!(refusal(&application, "change_room", plain).await, ("room_not_offered".into(), Some("title".into())));
    let pasted = json!({ "client": "", "date": "2026-12-23", "time": "18:00", "minutes": 50, "provider": "link", "link": "https://a.example" });
    let pasted = call(&application, "create_consultation", pasted).await;
    assert_eq!(refusal(&application, "compare_room", of(&pasted)).await.0, "room_not_made_here");
    application.shutdown().await;
}

#[tokio::test]
async fn a_change_that_worked_in_part_says_which_and_keeps_it() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", json!({ "cohosts": ["boris@org.example"] }))).await;
    let wishes = json!({ "waiting_room": "nobody", "cohosts": ["nobody@org.example"] });
    let error =
        application.call("change_room", json!({ "id": made["id"], "wishes": wishes })).await.expect_err("a part is refused");
    assert_eq!((error.message.code.as_str(), error.field.as_deref()), ("room_partly_changed", Some("cohosts")));
    assert_eq!((&*error.message.facts["done"], &*error.message.facts["left"]), ("waiting room", "co-hosts"));
    assert!(error.message.facts["why"].contains("nobody@org.example"));
    let kept = call(&application, "consultation", of(&made)).await;
    assert_eq!((&kept["made"]["waiting_room"], &kept["made"]["cohosts"]), (&json!("nobody"), &json!(["boris@org.example"])));

    // One part alone is done or not.
    let alone = json!({ "id": made["id"], "wishes": { "cohosts": ["nobody@org.example"] } });
    assert_eq!(refusal(&application, "change_room", alone).await, ("unknown_cohosts".into(), Some("cohosts".into())));
    application.shutdown().await;
}

#[tokio::test]
async fn a_consultation_takes_its_room_along_and_leaves_it_with_its_link() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let first = json!({ "client": "Ivan", "date": "2026-12-23", "time": "15:30", "minutes": 50, "provider": "jitsi" });
    let planned = call(&application, "create_consultation", first).await;
    let change =
        async |draft: Value| application.call("change_consultation", json!({ "id": planned["id"], "draft": draft })).await;
    let there = change(draft("15:30", json!({ "waiting_room": "nobody" }))).await.expect("made there");
    assert_eq!((&there["made"]["waiting_room"], practice.made_times().await), (&json!("nobody"), 1));

    // Another time is the same room; what is wished of it is changed there first.
    let later = change(draft("17:00", Value::Null)).await.expect("moved");
    assert_eq!((&later["link"], &later["made"], practice.made_times().await), (&there["link"], &there["made"], 1));
    let shut = change(draft("17:00", json!({ "waiting_room": "everyone" }))).await.expect("changed");
    assert_eq!(shut["made"]["waiting_room"], "everyone");
    assert_eq!(practice.only_conference().await["waiting_room_level"], "ADMINS");

    // What is refused there is not done here either.
    practice.next("conference.update", "status:403").await;
    let refused = change(draft("19:00", json!({ "waiting_room": "nobody" }))).await.expect_err("refused");
    assert_eq!(refused.message.code, "provider_forbids");
    let kept = call(&application, "consultation", of(&planned)).await;
    assert_eq!((&kept["made"], &kept["starts_at"]), (&shut["made"], &later["starts_at"]));

    let mut pasted = draft("17:00", Value::Null);
    pasted["link"] = json!("https://meet.example.org/room-7");
    let pasted = change(pasted).await.expect("pasted");
    assert_eq!((&pasted["made"], &pasted["link"]), (&Value::Null, &json!("https://meet.example.org/room-7")));
    assert_eq!(practice.made_times().await, 1);
    application.shutdown().await;
}

#[tokio::test]
async fn a_pasted_link_gives_way_to_a_room_when_that_is_asked_for() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let mut typed = draft("15:30", Value::Null);
    typed["link"] = json!("https://telemost.yandex.ru/j/12345678901234");
    let made = call(&application, "create_consultation", typed.clone()).await;
    let change = async |link: Value| {
        let draft = json!({ "client": "Ivan", "date": "2026-12-23", "time": "16:00", "minutes": 50, "provider": "telemost", "link": link });
        call(&application, "change_consultation", json!({ "id": made["id"], "draft": draft })).await
    };
    assert_eq!((&change(Value::Null).await["link"], practice.made_times().await), (&typed["link"], 0));
    let anew = change(json!("")).await;
    assert_eq!((&anew["made"]["waiting_room"], practice.made_times().await), (&json!("everyone"), 1));
    assert_ne!(anew["link"], typed["link"]);
    application.shutdown().await;
}

#[tokio::test]
async fn a_room_that_is_gone_is_told_and_another_one_made() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", broadcast())).await;
    let id = practice.only_conference().await["id"].clone();
    practice.fakes.edit(Fake::Telemost, json!({ "what": "conference", "do": "delete", "id": id })).await;
    assert_eq!(refusal(&application, "compare_room", of(&made)).await.0, "room_gone");
    assert_eq!(problems(&application), ["room_gone_before"]);

    let mut anew = call(&application, "repeat", of(&made)).await;
    (anew["date"], anew["time"], anew["link"]) = (json!("2026-12-23"), json!("15:30"), json!(""));
    let other = call(&application, "change_consultation", json!({ "id": made["id"], "draft": anew })).await;
    assert!(other["link"] != made["link"] && other["made"]["broadcast"]["title"] == "Sleep", "{other}");
    assert!(problems(&application).is_empty());
    assert_eq!(call(&application, "compare_room", of(&made)).await["differs"], json!([]));
    application.shutdown().await;
}

#[tokio::test]
async fn a_room_is_looked_at_once_shortly_before() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("13:00", Value::Null)).await;
    call(&application, "create_consultation", draft("13:05", Value::Null)).await;
    let gone = text(&made["link"]).rsplit('/').next().expect("an id").to_owned();
    practice.fakes.edit(Fake::Telemost, json!({ "what": "conference", "do": "delete", "id": gone })).await;
    practice.computer.put_forward(&application, 36);
    let view = shows(&application, "the trouble", |view| view.problems.iter().any(|one| one.code == "room_gone_before")).await;
    assert_eq!(view.problems[0].facts["consultation"], text(&made["id"]));
    let key = format!("consultation/{}", text(&made["id"]));
    let notice = practice.computer.sees("the notification", |asked| asked.standing.get(&key).cloned()).await;
    assert_eq!(notice.title.reveal(), "The room for 13:00 is gone");
    let reads = async || practice.fakes.asked(Fake::Telemost, "conference.read").await;
    // The account was checked once when it was connected.
    until("both looked at", async || reads().await == 3).await;
    practice.computer.put_forward(&application, 1);
    let now = practice.computer.clock.now();
    shows(&application, "a minute later", |view| view.now >= now).await;
    assert_eq!(reads().await, 3);
    application.shutdown().await;
}

#[tokio::test]
async fn nobody_comes_unseen_into_the_room_of_a_cancelled_consultation() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", json!({ "waiting_room": "nobody" }))).await;
    let becomes = async |level: &str| {
        until(level, async || practice.only_conference().await["waiting_room_level"] == level).await;
    };
    call(&application, "cancel_consultation", of(&made)).await;
    becomes("ADMINS").await;
    call(&application, "restore_consultation", of(&made)).await;
    becomes("PUBLIC").await;
    application.shutdown().await;
}

#[tokio::test]
async fn a_broadcasts_texts_are_hidden_with_the_names_and_not_written_over_unseen() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", broadcast())).await;
    call(&application, "set_hide_names", json!({ "on": true })).await;
    let texts = |room: &Value| [room["broadcast"]["title"].clone(), room["broadcast"]["description"].clone()];
    let shown = call(&application, "consultation", of(&made)).await;
    let compared = call(&application, "compare_room", of(&made)).await;
    for room in [&shown["made"], &compared["ours"], &compared["theirs"]] {
        assert_eq!(texts(room), [json!(""), json!("")]);
    }
    let blind = json!({ "waiting_room": "nobody", "broadcast": { "title": "", "description": "" } });
    assert_eq!(refusal(&application, "change_room", json!({ "id": made["id"], "wishes": blind })).await.0, "names_hidden");
    assert_eq!(practice.only_conference().await["live_stream"]["title"], json!("Sleep"));
    call(&application, "set_hide_names", json!({ "on": false })).await;
    assert_eq!(call(&application, "consultation", of(&made)).await["made"], made["made"]);
    application.shutdown().await;
}
