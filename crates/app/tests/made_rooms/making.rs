//! A room is made, kept, handed on and found again.

use super::{NOWHERE, Practice, broadcast, draft, health, of, problems, text, until};
use crate::support::{call, refusal, settle_in, shows};
use kabinet_app::view::{FeedState, Health};
use serde_json::{Value, json};

#[tokio::test]
async fn a_room_is_made_as_wished_and_kept_over_a_restart() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let preview = json!({ "provider": "telemost", "date": "2026-12-23" });
    assert_eq!(refusal(&application, "preview_room", preview).await.0, "room_made_on_request");
    let room = json!({ "waiting_room": "outsiders", "cohosts": [" anna@org.example ", ""], "summary": false });
    let made = call(&application, "create_consultation", draft("15:30", room)).await;

    let there = practice.only_conference().await;
    let link = text(&made["link"]);
    assert_eq!(link, format!("https://telemost.yandex.ru/j/{}", text(&there["id"])));
    assert_eq!(practice.clipboard(), Some(link.clone()));
    assert_eq!(there["waiting_room_level"], "ORGANIZATION");
    assert_eq!(there["cohosts"], json!(["anna@org.example"]));
    assert_eq!(there["is_auto_summarization_enabled"], false);
    assert_eq!(
        made["made"],
        json!({ "waiting_room": "outsiders", "cohosts": ["anna@org.example"], "summary": false, "broadcast": null })
    );
    assert_eq!(health(&application), (Health::Works, None, vec![("rooms".into(), true)]));

    call(&application, "join", of(&made)).await;
    assert_eq!(practice.computer.desktop.asked().opened.first(), Some(&link));
    application.shutdown().await;

    let application = practice.computer.start(NOWHERE).await;
    shows(&application, "the consultation", |view| view.hero.is_some()).await;
    let kept = call(&application, "consultation", of(&made)).await;
    assert_eq!((&kept["link"], &kept["made"]), (&made["link"], &made["made"]));
    // What finds the room at the service is kept too.
    assert_eq!(call(&application, "compare_room", of(&made)).await["differs"], json!([]));
    application.shutdown().await;
}

#[tokio::test]
async fn what_is_not_said_is_as_careful_as_it_can_be() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    call(&application, "create_consultation", draft("15:30", Value::Null)).await;
    let there = practice.only_conference().await;
    assert_eq!((&there["waiting_room_level"], &there["is_auto_summarization_enabled"]), (&json!("ADMINS"), &json!(false)));
    application.shutdown().await;
}

#[tokio::test]
async fn a_broadcast_has_a_link_for_speakers_and_one_for_viewers() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let made = call(&application, "create_consultation", draft("15:30", broadcast())).await;
    let there = practice.only_conference().await;
    let watch = text(&there["live_stream"]["watch_url"]);
    assert_eq!(there["live_stream"]["title"], "Sleep");
    assert_eq!(made["made"]["broadcast"]["watch_link"], watch);
    assert_eq!(practice.clipboard(), Some(text(&made["link"])));
    call(&application, "copy_watch_link", of(&made)).await;
    assert_eq!(practice.clipboard(), Some(watch.clone()));
    assert_eq!(health(&application).2, [("broadcasts".into(), true), ("rooms".into(), true)]);

    let plain = call(&application, "create_consultation", draft("17:00", Value::Null)).await;
    assert_eq!(refusal(&application, "copy_watch_link", of(&plain)).await.0, "no_watch_link");
    let search = async |sought: Value| call(&application, "search", json!({ "sought": sought, "offset": 0, "limit": 9 })).await;
    let found = search(json!({ "kind": "broadcast" })).await;
    assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &made["id"]));
    assert_eq!(search(json!({ "kind": "conference" })).await["items"][0]["id"], plain["id"]);
    assert_eq!(search(json!({ "text": "sleep" })).await["items"][0]["id"], made["id"]);
    call(&application, "export", json!({ "sought": {}, "format": "csv" })).await;
    let table = String::from_utf8(practice.computer.desktop.asked().saved[0].1.clone()).expect("a text");
    assert!(table.contains(&format!(",broadcast,{watch}\r\n")) && table.contains(",conference,\r\n"), "{table}");

    // The same again is made anew, with the same wishes.
    let again = call(&application, "repeat", of(&made)).await;
    assert_eq!((&again["link"], &again["room"]["broadcast"]["title"]), (&Value::Null, &json!("Sleep")));
    let second = call(&application, "create_consultation", again).await;
    assert!(second["link"] != made["link"] && second["made"]["broadcast"]["watch_link"] != json!(watch));
    application.shutdown().await;
}

#[tokio::test]
async fn a_room_without_some_of_its_cohosts_is_kept_and_says_who_is_missing() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.next("cohosts.add", "refuse:ForbiddenError").await;
    let many: Vec<String> = (0..31).map(|number| format!("colleague{number}@org.example")).collect();
    let made = call(&application, "create_consultation", draft("15:30", json!({ "cohosts": many }))).await;
    assert_eq!(made["made"]["cohosts"].as_array().expect("a list").len(), 30);
    let view = application.view();
    let problem = view.problems.iter().find(|problem| problem.code == "room_without_cohosts").expect("told");
    assert_eq!((&problem.facts["emails"], &problem.facts["consultation"]), (&many[30], &text(&made["id"])));

    // Another one does not hide it, and goes with its consultation.
    practice.next("cohosts.add", "refuse:ForbiddenError").await;
    let other = call(&application, "create_consultation", draft("17:30", json!({ "cohosts": many }))).await;
    assert_eq!(problems(&application), ["room_without_cohosts", "room_without_cohosts"]);
    call(&application, "cancel_consultation", of(&other)).await;
    let view = application.view();
    let told: Vec<_> = view.problems.iter().map(|problem| &problem.facts["consultation"]).collect();
    assert_eq!(told, [&text(&made["id"])]);

    call(&application, "change_room", json!({ "id": made["id"], "wishes": { "cohosts": many } })).await;
    assert!(problems(&application).is_empty());
    application.shutdown().await;
}

#[tokio::test]
async fn two_presses_at_once_make_one_room() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.next("conference.create", "delay:1").await;
    let press = || application.call("create_consultation", draft("15:30", Value::Null));
    let (one, other) = tokio::join!(press(), press());
    let codes: Vec<String> = [one, other].into_iter().filter_map(|done| done.err().map(|error| error.message.code)).collect();
    assert_eq!(codes, ["room_is_being_made"]);
    assert_eq!((practice.made_times().await, practice.conferences().await.len()), (1, 1));
    // Once it is there, the same again is another wish.
    call(&application, "create_consultation", draft("15:30", Value::Null)).await;
    assert_eq!(practice.made_times().await, 2);
    application.shutdown().await;
}

#[tokio::test]
async fn a_room_is_kept_though_whoever_asked_has_gone() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.next("conference.create", "delay:4").await;
    let window = application.clone();
    let asking = tokio::spawn(async move { window.call("create_consultation", draft("15:30", Value::Null)).await });
    until("asked", async || practice.made_times().await == 1).await;
    asking.abort();
    assert!(asking.await.expect_err("ended").is_cancelled());
    let view = shows(&application, "the consultation", |view| view.hero.is_some()).await;
    let there = practice.only_conference().await;
    assert!(view.hero.as_ref().expect("made").link.ends_with(there["id"].as_str().expect("an id")));
    application.shutdown().await;
}

#[tokio::test]
async fn quitting_waits_for_a_room_that_is_being_made() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.next("conference.create", "delay:1").await;
    let window = application.clone();
    let asking = tokio::spawn(async move { window.call("create_consultation", draft("15:30", Value::Null)).await });
    until("asked", async || practice.made_times().await == 1).await;
    application.shutdown().await;
    let made = asking.await.expect("ended").expect("made");
    let application = practice.computer.start(NOWHERE).await;
    let view = shows(&application, "the consultation", |view| view.hero.is_some()).await;
    assert_eq!(view.hero.as_ref().expect("kept").link, text(&made["link"]));
    application.shutdown().await;
}

#[tokio::test]
async fn a_pasted_link_is_its_services_and_never_the_viewers() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let paste = |link: &str| json!({ "client": "", "date": "2026-12-23", "time": "15:30", "minutes": 50, "provider": "link", "link": link });
    let link = "https://telemost.yandex.ru/j/12345678901234";
    let made = call(&application, "create_consultation", paste(link)).await;
    assert_eq!((&made["provider"], &made["link"], &made["made"]), (&json!("telemost"), &json!(link), &Value::Null));
    call(&application, "join", of(&made)).await;
    assert_eq!(practice.computer.desktop.asked().opened, [link]);
    let watch = "https://telemost.yandex.ru/live/0123456789abcdef0123456789abcdef";
    let refused = refusal(&application, "create_consultation", paste(watch)).await;
    assert_eq!(refused, ("link_for_viewers".into(), Some("link".into())));
    // There is no other link to be had for a room that was made elsewhere.
    assert_eq!(call(&application, "repeat", of(&made)).await["link"], link);
    assert_eq!(practice.made_times().await, 0);
    application.shutdown().await;
}

#[tokio::test]
async fn a_made_room_goes_to_the_backend_and_comes_from_it() {
    let practice = Practice::open().await;
    let backend = practice.computer.backend().await;
    let application = practice.computer.start(&backend.url()).await;
    settle_in(&application).await;
    let form = json!({ "provider": "telemost", "values": {}, "secrets": { "access_token": practice.fakes.at.token } });
    call(&application, "save_connection", form).await;
    let made = call(&application, "create_consultation", draft("15:30", broadcast())).await;
    shows(&application, "the backend has it", |view| view.hero.as_ref().is_some_and(|hero| !hero.unsent)).await;
    assert_eq!(call(&application, "consultation", of(&made)).await["made"], made["made"]);
    application.shutdown().await;

    // On a computer whose own copy is lost, it is all there again.
    std::fs::remove_file(practice.computer.data().join("app/store.sqlite")).expect("a store");
    let application = practice.computer.start(&backend.url()).await;
    shows(&application, "what the backend has", |view| view.feed.state == FeedState::Live && view.hero.is_some()).await;
    assert_eq!(call(&application, "consultation", of(&made)).await["made"], made["made"]);
    assert_eq!(call(&application, "compare_room", of(&made)).await["differs"], json!([]));
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn a_room_is_made_from_a_shell() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let say =
        async |words: &[&str]| application.shell_verb(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).await;
    let made = say(&["new", "--provider", "telemost", "--at", "15:30", "--client", "Ivan"]).await;
    assert!(made.status == 0 && made.text.contains("https://telemost.yandex.ru/j/"), "{}", made.text);
    let broadcast = say(&["new", "--title", "Sleep", "--at", "17:00"]).await;
    assert!(broadcast.text.contains("The link for viewers:\nhttps://telemost.yandex.ru/live/"), "{}", broadcast.text);
    assert_eq!(say(&["new", "--provider", "jitsi", "--title", "Sleep", "--at", "17:00"]).await.status, 1);
    let list: Value = serde_json::from_str(&say(&["list", "--json"]).await.text).expect("JSON");
    assert_eq!((&list[0]["made"]["waiting_room"], &list[1]["made"]["broadcast"]["title"]), (&json!("everyone"), &json!("Sleep")));
    assert_eq!(say(&["hide-names", "on"]).await.status, 0);
    assert!(!say(&["list", "--json"]).await.text.contains("Sleep"));
    practice.next("conference.create", "lost").await;
    let lost = say(&["new", "--provider", "telemost", "--at", "18:30"]).await;
    assert!(lost.status == 1 && lost.text.starts_with("The room may have been made"), "{}", lost.text);
    application.shutdown().await;
}
