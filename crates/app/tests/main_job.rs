//! From a consultation made to the client's arrival, against the real backend.

mod support;

use kabinet_app::desktop::NotificationAction;
use kabinet_app::view::{FeedState, TrayState};
use serde_json::json;
use support::{Computer, call, draft, refusal, settle_in, shows};

#[tokio::test]
async fn from_a_consultation_made_to_the_specialist_in_the_room() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live).await;
    settle_in(&application).await;

    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let (id, link, room) = (text(&made["id"]), text(&made["link"]), text(&made["room"]));
    assert!(link.starts_with("https://meet.example.org/konsultaciya-23dec-"));
    assert_eq!(computer.desktop.asked().clipboard.as_ref(), Some(&link));
    shows(&application, "the backend has it", |view| view.hero.as_ref().is_some_and(|hero| !hero.unsent)).await;

    // The server's own occupant is nobody.
    computer.report(&backend.url(), &room, "participant_joined", "focus").await;
    computer.report(&backend.url(), &room, "participant_joined", "68df73d4").await;
    let key = format!("consultation/{id}");
    let arrival = computer.sees("the arrival", |asked| asked.standing.get(&key).cloned()).await;
    assert_eq!(arrival.title.reveal(), "A client is in the room");
    computer.sees("the icon", |asked| (asked.tray.as_ref()?.state == TrayState::ClientThere).then_some(())).await;

    application.notification_action(NotificationAction::Join { consultation: id.clone() }).await;
    let opened = computer.sees("the browser", |asked| asked.opened.first().cloned()).await;
    assert!(opened.starts_with(&link) && opened.contains("userInfo.displayName=%22%D0%90%D0%BD%D0%BD%D0%B0%22"));
    computer.sees("the notification gone", |asked| (!asked.standing.contains_key(&key)).then_some(())).await;
    assert_eq!(computer.desktop.asked().log.iter().filter(|logged| logged.what == "show").count(), 1);

    // Whoever comes after the press is the specialist, though nothing else tells the two apart.
    computer.clock.advance(chrono::TimeDelta::seconds(5));
    computer.report(&backend.url(), &room, "participant_joined", "88df73d4").await;
    shows(&application, "the session", |view| view.tray == TrayState::InSession).await;
    assert!(computer.desktop.asked().standing.is_empty());
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn the_client_leaves_and_it_is_said_in_place_of_the_arrival() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let (key, room) = (format!("consultation/{}", text(&made["id"])), text(&made["room"]));
    shows(&application, "the backend has it", |view| view.hero.as_ref().is_some_and(|hero| !hero.unsent)).await;
    computer.report(&backend.url(), &room, "participant_joined", "68df73d4").await;
    computer.sees("the arrival", |asked| asked.standing.get(&key).cloned()).await;

    computer.report(&backend.url(), &room, "participant_left", "68df73d4").await;
    // Without a stated reason it may be a reload: the backend waits before it says so.
    computer.clock.advance(chrono::TimeDelta::seconds(20));
    backend.look_around().await;
    let left = computer
        .sees("the departure", |asked| asked.standing.get(&key).filter(|one| one.title.reveal().contains("left")).cloned())
        .await;
    assert!(!left.sound && !left.urgent && left.buttons.is_empty());
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn what_was_missed_comes_once_and_marked() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let (key, room) = (format!("consultation/{}", text(&made["id"])), text(&made["room"]));
    let other = call(&application, "create_consultation", draft("Olga", "13:30")).await;
    let (gone_key, gone_room) = (format!("consultation/{}", text(&other["id"])), text(&other["room"]));
    shows(&application, "the backend has them", |view| {
        view.hero.iter().chain(view.groups.iter().flat_map(|group| &group.items)).filter(|one| !one.unsent).count() == 2
    })
    .await;
    application.shutdown().await;

    computer.report(&backend.url(), &room, "participant_joined", "68df73d4").await;
    computer.report(&backend.url(), &gone_room, "participant_joined", "78df73d4").await;
    computer.clock.advance(chrono::TimeDelta::seconds(60));
    computer.report(&backend.url(), &gone_room, "participant_left", "78df73d4").await;
    computer.clock.advance(chrono::TimeDelta::seconds(60));
    backend.look_around().await;

    let application = computer.start(&backend.url()).await;
    let arrival = computer.sees("the missed arrival", |asked| asked.standing.get(&key).cloned()).await;
    assert!(arrival.body.reveal().contains("the news came late"), "{}", arrival.body.reveal());
    shows(&application, "the missed visit's steps", |view| {
        view.hero
            .iter()
            .chain(view.groups.iter().flat_map(|group| &group.items))
            .any(|one| one.steps.len() == 2 && one.steps[0].missed)
    })
    .await;
    assert!(!computer.desktop.asked().log.iter().any(|logged| logged.key == gone_key));
    application.shutdown().await;

    // Another start repeats nothing: it puts back what still waits, without a ring.
    computer.desktop.asked().log.clear();
    let application = computer.start(&backend.url()).await;
    computer.sees("what still waits", |asked| asked.standing.get(&key).cloned()).await;
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live && view.tray == TrayState::ClientThere).await;
    let shown: Vec<_> = computer.desktop.asked().log.iter().filter(|logged| logged.what == "show").cloned().collect();
    assert!(matches!(shown.as_slice(), [one] if one.key == key && !one.sound), "{shown:?}");
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn a_press_that_opens_nothing_is_taken_back() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let (id, room) = (text(&made["id"]), text(&made["room"]));
    let key = format!("consultation/{id}");
    shows(&application, "the backend has it", |view| view.hero.as_ref().is_some_and(|hero| !hero.unsent)).await;
    computer.desktop.asked().works.browser = false;
    assert_eq!(refusal(&application, "join", json!({ "id": id })).await.0, "no_browser");

    // Whoever comes now is the client.
    computer.clock.advance(chrono::TimeDelta::seconds(5));
    computer.report(&backend.url(), &room, "participant_joined", "68df73d4").await;
    computer.sees("the arrival", |asked| asked.standing.get(&key).cloned()).await;
    assert!(!application.view().hero.expect("a consultation").presence.specialist_inside);

    // The press on the notification takes it off the screen, and its failure puts it back.
    let action = computer.desktop.press(&key, Some(0)).expect("a button");
    application.notification_action(action).await;
    computer.sees("the arrival again", |asked| asked.standing.get(&key).cloned()).await;
    shows(&application, "why", |view| view.problems.iter().any(|problem| problem.code == "no_browser")).await;

    // What works from anywhere ends the complaint.
    computer.desktop.asked().works.browser = true;
    call(&application, "join", json!({ "id": id })).await;
    computer.sees("the notification gone", |asked| (!asked.standing.contains_key(&key)).then_some(())).await;
    assert!(application.view().problems.is_empty(), "{:?}", application.view().problems);

    // The specialist is not seen inside: the client is told of once more, sooner than the "coming" that Join said would have it.
    computer.desktop.asked().log.clear();
    computer.put_forward(&application, 2);
    let again = computer.sees("the arrival after all", |asked| asked.standing.get(&key).cloned()).await;
    assert!(again.sound);
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn another_notification_daemon_is_shown_what_stands() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    let key = format!("consultation/{}", text(&made["id"]));
    shows(&application, "the backend has it", |view| view.hero.as_ref().is_some_and(|hero| !hero.unsent)).await;
    computer.report(&backend.url(), &text(&made["room"]), "participant_joined", "68df73d4").await;
    computer.sees("the arrival", |asked| asked.standing.get(&key).cloned()).await;
    computer.desktop.asked().standing.clear();
    application.notifications_lost().await;
    let again = computer.sees("the arrival again", |asked| asked.standing.get(&key).cloned()).await;
    assert!(!again.sound);
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn made_offline_and_sent_when_the_line_is_back() {
    let computer = Computer::new();
    let application = computer.start("http://127.0.0.1:9").await;
    settle_in(&application).await;
    shows(&application, "no line", |view| view.feed.state == FeedState::Offline).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    assert_eq!(made["unsent"], json!(true));
    application.shutdown().await;

    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    let view = shows(&application, "the backend has it", |view| view.hero.as_ref().is_some_and(|hero| !hero.unsent)).await;
    let hero = view.hero.as_ref().expect("a consultation");
    assert_eq!(
        (json!(hero.id), json!(hero.link), hero.client.as_deref()),
        (made["id"].clone(), made["link"].clone(), Some("Ivan"))
    );

    // And the other way: a change, a cancellation, and back.
    let mut change = draft("Ivan Petrov", "14:00");
    change["note"] = json!("brings papers");
    call(&application, "change_consultation", json!({ "id": hero.id, "draft": change })).await;
    call(&application, "cancel_consultation", json!({ "id": hero.id })).await;
    call(&application, "restore_consultation", json!({ "id": hero.id })).await;
    shows(&application, "all sent", |view| {
        view.hero.as_ref().is_some_and(|hero| !hero.unsent && hero.minutes == 50 && hero.note == "brings papers")
    })
    .await;
    let found = call(&application, "search", json!({ "sought": { "text": "petrov" }, "offset": 0, "limit": 10 })).await;
    assert_eq!((found["total"].clone(), found["items"][0]["link"].clone()), (json!(1), made["link"].clone()));
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn nonsense_is_refused_by_its_field_and_changes_nothing() {
    let computer = Computer::new();
    let application = computer.start("http://127.0.0.1:9").await;
    assert_eq!(
        refusal(&application, "create_consultation", draft("Ivan", "12:30")).await,
        ("no_jitsi_address".into(), Some("provider".into()))
    );
    let first = async |address: &str| refusal(&application, "finish_first_run", json!({ "jitsi_address": address })).await;
    assert_eq!(first("https://meet.example.org/MyRoom").await, ("address_of_a_room".into(), Some("jitsi_address".into())));
    assert_eq!(first("meet..example").await, ("bad_address".into(), Some("jitsi_address".into())));
    settle_in(&application).await;
    let save = async |address: &str| {
        let draft = json!({ "provider": "jitsi", "values": { "base_url": address }, "secrets": {} });
        refusal(&application, "save_connection", draft).await
    };
    assert_eq!(save("https://meet.example.org/MyRoom").await, ("address_of_a_room".into(), Some("base_url".into())));
    assert_eq!(save("...").await, ("bad_address".into(), Some("base_url".into())));
    let check = async |key: &str, value: serde_json::Value, code: &str| {
        let mut draft = draft("Ivan", "12:30");
        draft[key] = value;
        let (refused, field) = refusal(&application, "create_consultation", draft).await;
        assert_eq!((refused.as_str(), field.as_deref()), (code, Some(key)));
    };
    check("date", json!("2026-02-30"), "bad_date").await;
    check("time", json!("25:00"), "bad_time").await;
    check("time_zone", json!("Mars/Olympus"), "bad_time_zone").await;
    check("minutes", json!(4), "bad_length").await;
    check("minutes", json!(601), "bad_length").await;
    check("provider", json!("smoke-signals"), "no_such_provider").await;
    check("link", json!("javascript:alert(1)"), "bad_link").await;
    check("note", json!("x".repeat(3000)), "note_too_long").await;
    let mut skipped = draft("Ivan", "02:30");
    (skipped["date"], skipped["time_zone"]) = (json!("2027-03-28"), json!("Europe/Berlin"));
    assert_eq!(refusal(&application, "create_consultation", skipped).await, ("no_such_time".into(), Some("time".into())));
    assert_eq!(refusal(&application, "create_consultation", json!({ "client": 7 })).await.0, "bad_arguments");
    assert_eq!(refusal(&application, "fly", json!({})).await.0, "unknown_command");
    assert!(application.view().hero.is_none());
    application.shutdown().await;
}

#[tokio::test]
async fn the_shells_verbs_do_what_the_window_does() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live).await;
    let say = async |words: &str| application.shell_verb(&words.split(' ').map(str::to_owned).collect::<Vec<_>>()).await;
    assert_eq!(say("join next").await.status, 1);
    assert_eq!(say("join xyz").await.text, "There is no consultation of that id. kabinet list --json shows the ids.");
    let made = say("new --provider jitsi --at 15:30 --client Ivan").await;
    let note = json!({ "id": application.view().hero.expect("made").id, "draft": { "note": "mother Maria", "client": "Ivan",
        "date": "2026-12-23", "time": "15:30", "minutes": 50, "provider": "jitsi" } });
    call(&application, "change_consultation", note).await;
    assert!(say("list --json").await.text.contains("mother Maria"));
    assert!(made.status == 0 && made.text.contains("https://meet.example.org/konsultaciya-23dec-"), "{}", made.text);
    assert_eq!(say("join next").await.text, "Opened the room of 15:30.");
    assert_eq!(computer.desktop.asked().opened.len(), 1);
    assert_eq!(say("copy next").await.status, 0);
    assert_eq!(say("hide-names on").await.text, "Names are hidden.");
    let list: serde_json::Value = serde_json::from_str(&say("list --json").await.text).expect("JSON");
    assert_eq!((list[0]["minutes"].clone(), list[0]["client"].clone()), (json!(50), json!(null)));
    assert!(!list.to_string().contains("Maria"));
    // Who sees neither name nor note and changes something else, changes neither.
    let longer = json!({ "id": list[0]["id"], "draft": { "note": "", "client": "",
        "date": "2026-12-23", "time": "15:30", "minutes": 60, "provider": "jitsi" } });
    let changed = call(&application, "change_consultation", longer).await;
    assert_eq!((&changed["minutes"], &changed["note"], &changed["note_hidden"]), (&json!(60), &json!(""), &json!(true)));
    let find = async |text: &str| {
        call(&application, "search", json!({ "sought": { "text": text }, "offset": 0, "limit": 9 })).await["total"].clone()
    };
    assert_eq!((find("ivan").await, find("maria").await, find("23.12.2026").await), (json!(0), json!(0), json!(1)));
    assert_eq!(say("hide-names off").await.status, 0);
    let list = say("list --json").await.text;
    assert!(list.contains("mother Maria") && list.contains("\"Ivan\""), "{list}");
    let refused = say("dance").await;
    assert_eq!(refused.status, 2);
    assert!(refused.text.starts_with("Not understood: dance\n\nKabinet"), "{}", refused.text);
    assert!(say("new --tomorrow").await.text.starts_with("Not understood: --tomorrow"));
    assert!(say("hide-names maybe").await.text.starts_with("Not understood: maybe"));
    assert!(say("hide-names").await.text.starts_with("Missing: <SWITCH>"));
    assert_eq!(say("join --help").await, say("--help").await);
    assert_eq!(say("--help").await.status, 0);
    application.shutdown().await;
    backend.shutdown().await;
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_form_that_was_opened_earlier_changes_what_was_touched_in_it_alone() {
    let computer = Computer::new();
    let application = computer.start("http://127.0.0.1:9").await;
    settle_in(&application).await;
    let mut opened = draft("Ivan", "15:00");
    let made = call(&application, "create_consultation", opened.clone()).await;
    opened["link"] = made["link"].clone();
    opened["time_zone"] = made["time_zone"].clone();
    let mut moved = opened.clone();
    moved["time"] = json!("18:00");
    let moved = call(&application, "change_consultation", json!({ "id": made["id"], "draft": moved })).await;

    let mut noted = opened.clone();
    noted["note"] = json!("Diary");
    let change = json!({ "id": made["id"], "draft": noted, "base": opened });
    let changed = call(&application, "change_consultation", change.clone()).await;
    assert_eq!((&changed["starts_at"], &changed["note"]), (&moved["starts_at"], &json!("Diary")));
    assert_eq!((&changed["client"], &changed["link"]), (&made["client"], &made["link"]));
    // Without what it was opened with, all of it is meant.
    let without = json!({ "id": made["id"], "draft": noted });
    assert_eq!(call(&application, "change_consultation", without).await["starts_at"], made["starts_at"]);
    application.shutdown().await;
}

#[tokio::test]
async fn a_choice_of_a_window_that_has_not_heard_yet_shows_no_hidden_name() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    let base = serde_json::to_value(&application.view().settings).expect("JSON");
    call(&application, "set_hide_names", json!({ "on": true })).await;
    let mut wanted = base.clone();
    (wanted["theme"], wanted["base"]) = (json!("dark"), base);
    call(&application, "save_settings", wanted).await;
    let settings = application.view().settings;
    assert!(settings.hide_names);
    assert_eq!(serde_json::to_value(settings.theme).expect("JSON"), "dark");
    application.shutdown().await;
    backend.shutdown().await;
}
