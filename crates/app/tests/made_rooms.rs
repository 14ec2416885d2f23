//! Rooms and broadcasts that a service makes when asked, on its good and bad days, against the stand-in of one.

mod support;

use kabinet_app::Application;
use kabinet_app::view::{FeedState, Health};
use kabinet_domain::Clock;
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use support::fakes::{Fake, Fakes};
use support::secrets::Keychain;
use support::{Computer, PATIENCE, call, refusal, settle_in, shows};

/// A backend that nobody is asked for.
const NOWHERE: &str = "http://127.0.0.1:9";

struct Practice {
    computer: Computer,
    fakes: Fakes,
}

impl Practice {
    async fn open() -> Self {
        let fakes = Fakes::start().await;
        let mut computer = Computer::new();
        computer.operator = fakes.operator(computer.data());
        Self { computer, fakes }
    }

    /// Everything that was answered, with an account that may do everything.
    async fn connected(&self) -> Arc<Application> {
        let application = self.computer.start(NOWHERE).await;
        settle_in(&application).await;
        let form = json!({ "provider": "telemost", "values": {}, "secrets": { "access_token": self.fakes.at.token } });
        assert_eq!(call(&application, "save_connection", form).await["health"], "works");
        application
    }

    async fn next(&self, method: &str, what: &str) {
        self.fakes.next(Fake::Telemost, json!({ "method": method, "do": what })).await;
    }

    async fn conferences(&self) -> Vec<Value> {
        self.fakes.state(Fake::Telemost).await["stored"]["conferences"].as_array().expect("a list").clone()
    }

    async fn only_conference(&self) -> Value {
        let mut all = self.conferences().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    async fn made_times(&self) -> usize {
        self.fakes.asked(Fake::Telemost, "conference.create").await
    }

    fn clipboard(&self) -> Option<String> {
        self.computer.desktop.asked().clipboard.clone()
    }
}

/// Waits for a fact that only asking tells.
async fn until(what: &str, fact: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !fact().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn draft(time: &str, room: Value) -> Value {
    json!({ "client": "Ivan", "date": "2026-12-23", "time": time, "minutes": 50, "provider": "telemost", "room": room })
}

fn broadcast() -> Value {
    json!({ "cohosts": ["boris@org.example"], "broadcast": { "title": "Sleep", "description": "Six questions" } })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn of(made: &Value) -> Value {
    json!({ "id": made["id"] })
}

fn health(application: &Application) -> (Health, Option<String>, Vec<(String, bool)>) {
    let connection = application.view().connections.into_iter().find(|one| one.provider == "telemost").expect("connected");
    let abilities = connection.abilities.into_iter().map(|one| (one.key, one.allowed)).collect();
    (connection.health, connection.message.map(|message| message.code), abilities)
}

fn problems(application: &Application) -> Vec<String> {
    application.view().problems.into_iter().map(|problem| problem.code).filter(|code| !code.starts_with("backend")).collect()
}

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
    assert_eq!(practice.computer.desktop.asked().opened, [link.clone()]);
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
async fn an_answer_that_is_lost_after_the_effect_is_told_and_not_asked_for_again() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.next("conference.create", "lost").await;
    let refused = refusal(&application, "create_consultation", draft("15:30", Value::Null)).await;
    assert_eq!(refused, ("room_may_have_been_made".into(), None));
    assert_eq!((practice.made_times().await, practice.conferences().await.len()), (1, 1));
    assert!(application.view().hero.is_none() && practice.clipboard().is_none());
    // Another press is the person's own word.
    call(&application, "create_consultation", draft("15:30", Value::Null)).await;
    assert_eq!(practice.made_times().await, 2);
    application.shutdown().await;
}

#[rstest]
#[case::too_often("status:429", "provider_busy", Health::Check)]
#[case::a_page_instead("html", "room_may_have_been_made", Health::Check)]
#[case::a_gateways_page("html:502", "room_may_have_been_made", Health::Check)]
#[case::broken("status:500", "room_may_have_been_made", Health::Check)]
#[case::forbidden("refuse:ForbiddenError", "provider_forbids", Health::Works)]
#[case::rejected("refuse:BadRequestError", "provider_rejects", Health::Works)]
#[case::token_ended("status:401", "sign_in_again", Health::Broken)]
#[tokio::test]
async fn a_bad_day_makes_no_consultation_and_no_second_request(#[case] what: &str, #[case] code: &str, #[case] expected: Health) {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    practice.next("conference.create", what).await;
    assert_eq!(refusal(&application, "create_consultation", draft("15:30", Value::Null)).await.0, code);
    assert_eq!((practice.made_times().await, practice.conferences().await.len()), (1, 0));
    assert!(application.view().hero.is_none());
    assert_eq!(health(&application).0, expected);
    call(&application, "create_consultation", draft("15:30", Value::Null)).await;
    assert_eq!(health(&application).0, Health::Works);
    application.shutdown().await;
}

#[tokio::test]
async fn an_account_that_may_not_and_one_that_ended_are_told_apart() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let may = async |what: Value| {
        practice.fakes.edit(Fake::Yandex, json!({ "what": "account", "do": "change", "login": "specialist", "set": what })).await;
    };
    may(json!({ "streams": false })).await;
    let refused = refusal(&application, "create_consultation", draft("15:30", broadcast())).await;
    assert_eq!(refused, ("plan_too_small".into(), None));
    assert_eq!(health(&application), (Health::Works, None, vec![("broadcasts".into(), false)]));

    may(json!({ "organization": null })).await;
    let refused = refusal(&application, "create_consultation", draft("15:30", Value::Null)).await;
    assert_eq!(refused, ("account_restricted".into(), Some("provider".into())));
    let abilities = vec![("broadcasts".into(), false), ("rooms".into(), false)];
    assert_eq!(health(&application), (Health::Check, Some("account_restricted".into()), abilities));
    // A link can be pasted all the same.
    let mut pasted = draft("15:30", Value::Null);
    pasted["link"] = json!("https://meet.example.org/room-7");
    call(&application, "create_consultation", pasted).await;

    practice.fakes.edit(Fake::Yandex, json!({ "what": "account", "do": "sign_out", "login": "specialist" })).await;
    let refused = refusal(&application, "create_consultation", draft("16:30", Value::Null)).await;
    assert_eq!(refused, ("sign_in_again".into(), Some("provider".into())));
    assert_eq!((health(&application).0, health(&application).1), (Health::Broken, Some("sign_in_again".into())));

    practice.computer.secrets.put_into(Keychain::Locked);
    assert_eq!(refusal(&application, "create_consultation", draft("16:30", Value::Null)).await.0, "keychain_locked");
    practice.computer.secrets.put_into(Keychain::Open);
    call(&application, "remove_connection", json!({ "provider": "telemost" })).await;
    let refused = refusal(&application, "create_consultation", draft("16:30", Value::Null)).await;
    assert_eq!(refused, ("no_account".into(), Some("provider".into())));
    assert!(practice.conferences().await.is_empty());
    application.shutdown().await;
}

#[tokio::test]
async fn what_was_typed_wrong_is_said_at_its_field_before_anything_is_asked() {
    let practice = Practice::open().await;
    let application = practice.connected().await;
    let refused = async |room: Value| {
        let error = application.call("create_consultation", draft("15:30", room)).await.expect_err("a refusal");
        (error.message.code, error.field.unwrap_or_default(), error.message.facts.get("emails").cloned().unwrap_or_default())
    };
    let tuple = |code: &str, field: &str, emails: &str| (code.to_owned(), field.to_owned(), emails.to_owned());
    assert_eq!(refused(json!({ "cohosts": ["anna"] })).await, tuple("bad_emails", "cohosts", "anna"));
    assert_eq!(refused(json!({ "waiting_room": "ADMINS" })).await, tuple("room_not_offered", "waiting_room", ""));
    let described = json!({ "broadcast": { "title": "", "description": "я".repeat(2049) } });
    assert_eq!(refused(described).await, tuple("room_field_bad", "description", ""));
    let titled = json!({ "broadcast": { "title": "я".repeat(501), "description": "" } });
    assert_eq!(refused(titled).await, tuple("room_field_bad", "title", ""));
    let mut late = draft("25:30", Value::Null);
    assert_eq!(refusal(&application, "create_consultation", late.clone()).await, ("bad_time".into(), Some("time".into())));
    late["time"] = json!("15:30");
    late["minutes"] = json!(1);
    assert_eq!(refusal(&application, "create_consultation", late).await.0, "bad_length");
    assert_eq!(practice.made_times().await, 0);

    // Whether a co-host has an account only the service knows.
    let unknown = json!({ "cohosts": ["anna@org.example", "nobody1@org.example", "x@elsewhere.example"] });
    assert_eq!(refused(unknown).await, tuple("unknown_cohosts", "cohosts", "nobody1@org.example, x@elsewhere.example"));
    assert!(practice.conferences().await.is_empty() && application.view().hero.is_none());
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

    call(&application, "change_room", json!({ "id": made["id"], "wishes": { "cohosts": many } })).await;
    assert_eq!(practice.only_conference().await["cohosts"].as_array().expect("a list").len(), 31);
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
    practice.next("conference.create", "delay:1").await;
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
