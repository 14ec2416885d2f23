//! The client's side as the desktop does it, against a server that speaks the contract.

mod support;

#[path = "client_side/backend.rs"]
mod backend;

use backend::{Practice, fact};
use kabinet_app::desktop::{MenuAction, NotificationAction};
use kabinet_app::view::{AppView, ConsultationView, FeedState, Privacy, TelegramReach};
use kabinet_app::{Application, Spoken};
use serde_json::{Value, json};
use std::sync::Arc;
use support::desktop::Asked;
use support::{Computer, call, draft, refusal, settle_in, shows};

/// Connected, with one consultation at 12:30 whose client is reached by WhatsApp, and e-mail.
async fn with_client(computer: &Computer, practice: &Practice) -> (Arc<Application>, String) {
    let application = computer.start(&practice.url).await;
    settle_in(&application).await;
    shows(&application, "a live feed", |view| view.feed.state == FeedState::Live && view.reach.is_some()).await;
    let mut wanted = draft("Ivan", "12:30");
    wanted["client_side"] = json!({ "reminders": [60, 1440], "door": "when_admitted", "contact":
        { "channel": "whatsapp", "phone": "8 (900) 123-45-67", "email": "ivan@example.org", "language": "ru" } });
    let made = call(&application, "create_consultation", wanted).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    shows(&application, "the page", |view| hero(view).is_some_and(|hero| hero.page_link.is_some() && !hero.unsent)).await;
    (application, id)
}

fn hero(view: &AppView) -> Option<&ConsultationView> {
    view.hero.as_ref()
}

fn clipboard(computer: &Computer) -> String {
    computer.desktop.asked().clipboard.clone().unwrap_or_default()
}

fn opened(computer: &Computer) -> String {
    computer.desktop.asked().opened.last().cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_link_goes_by_the_clients_channel_or_another() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    let page = format!("https://k.example.org/w/{id}-1");
    assert_eq!(clipboard(&computer), page);
    let sent = practice.conference(&id);
    assert_eq!((&sent["contact"]["phone"], &sent["reminders"]), (&json!("79001234567"), &json!([1440, 60])));
    assert_eq!((&sent["door"], &sent["client"]), (&json!("when_admitted"), &json!("Ivan")));

    let send = async |channel: Value| call(&application, "send_link", json!({ "id": id, "channel": channel })).await;
    assert_eq!(send(Value::Null).await, json!({ "channel": "whatsapp", "how": "handed" }));
    let asked = practice.last("POST messages");
    assert_eq!((&asked["purpose"], &asked["channel"]), (&json!("link"), &json!("whatsapp")));
    assert_eq!(send(json!("email")).await["how"], "opened");
    let letter = opened(&computer);
    assert!(
        letter.starts_with("mailto:ivan@example.org?subject=") && letter.contains("w%2F") && !letter.contains('+'),
        "{letter}"
    );
    assert_eq!(send(json!("clipboard")).await["how"], "copied");
    assert!(clipboard(&computer).contains(&page));
    // The client has not met the bot: the specialist's own Telegram hands it over.
    practice.refuses("POST messages", 409, "not_bound");
    assert_eq!(send(json!("telegram")).await["how"], "opened");
    assert!(opened(&computer).starts_with("https://t.me/share/url?url=https%3A%2F%2Fk.example.org"));
    practice.refuses("POST messages", 409, "not_registered");
    let refused = refusal(&application, "send_link", json!({ "id": id, "channel": "whatsapp" })).await;
    assert_eq!(refused.0, "delivery_not_registered");
    assert_eq!(
        refusal(&application, "send_link", json!({ "id": id, "channel": "max" })).await.0,
        "delivery_channel_not_connected"
    );

    call(&application, "copy_room_link", json!({ "id": id })).await;
    assert!(clipboard(&computer).starts_with("https://meet.example.org/"));
    call(&application, "renew_link", json!({ "id": id })).await;
    call(&application, "copy_link", json!({ "id": id })).await;
    assert_eq!(clipboard(&computer), format!("https://k.example.org/w/{id}-2"));
    // A later change sends no page's link back, which would outlive its renewal.
    let mut noted = draft("Ivan", "12:30");
    noted["note"] = json!("brings papers");
    call(&application, "change_consultation", json!({ "id": id, "draft": noted })).await;
    fact("the change", || practice.conference(&id)["description"] == "brings papers").await;
    assert_eq!(
        (&practice.last("PUT conference")["invite_link"], &practice.last("PUT conference")["door"]),
        (&Value::Null, &json!("when_admitted"))
    );
    application.shutdown().await;
}

#[tokio::test]
async fn what_was_made_by_an_attempt_without_an_answer_is_no_refusal() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    practice.loses_one();
    let (application, id) = with_client(&computer, &practice).await;
    let view = application.view();
    assert!(view.problems.iter().all(|problem| problem.code != "change_refused"), "{:?}", view.problems);
    assert_eq!(practice.conference(&id)["client"], "Ivan");

    // Somebody else's is told of as a refusal.
    practice.refuses("POST conferences", 409, "id_taken");
    practice.refuses("GET conference", 404, "not_found");
    call(&application, "create_consultation", draft("Olga", "13:30")).await;
    shows(&application, "the refusal", |view| view.problems.iter().any(|problem| problem.code == "change_refused")).await;
}

#[tokio::test]
async fn what_is_asked_for_twice_at_once_is_sent_once() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, _) = with_client(&computer, &practice).await;
    practice.refuses("POST conferences", 503, "busy");
    let mut wanted = draft("Olga", "14:00");
    wanted["client_side"] = json!({ "reminders": [], "door": "at_time", "contact": { "channel": "whatsapp", "phone": "+79001234568", "language": "ru" } });
    let made = call(&application, "create_consultation", wanted).await;
    assert_eq!(made["unsent"], true);
    // Neither waits for the other to begin, as when a window and the tray are pressed; the outbox may want to send it as well.
    let before = practice.allows("POST conferences");
    let send = || call(&application, "send_link", json!({ "id": made["id"] }));
    tokio::join!(send(), send());
    assert_eq!(practice.all("POST conferences").len() - before, 1, "the consultation");
    let links = practice.all("POST messages");
    assert!(links.len() == 2 && links[0]["id"] == links[1]["id"], "one link, whose backend knows it again: {links:?}");
    application.shutdown().await;
}

#[tokio::test]
async fn whoever_waits_is_told_that_the_specialist_goes_in() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    call(&application, "join", json!({ "id": id })).await;
    fact("a press before anybody came", || practice.all("POST pressed-join").len() == 1).await;
    assert!(practice.all("POST answer").is_empty(), "nobody waits");

    practice.tells(&id, "client_waiting", json!({ "where": "page" }));
    computer.put_forward(&application, 2);
    computer.sees("who waits", |asked| asked.standing.get(&format!("consultation/{id}")).cloned()).await;
    call(&application, "join", json!({ "id": id })).await;
    fact("the second press", || practice.all("POST pressed-join").len() == 2).await;
    assert_eq!(practice.all("POST answer").iter().map(|told| told["answer"].clone()).collect::<Vec<_>>(), ["coming"]);

    practice.tells(&id, "session_started", json!({}));
    shows(&application, "the specialist inside", |view| hero(view).is_some_and(|hero| hero.presence.specialist_inside)).await;
    practice.refuses("POST answer", 503, "busy");
    call(&application, "join", json!({ "id": id })).await;
    fact("the third press", || practice.all("POST pressed-join").len() == 3).await;
    assert_eq!(practice.all("POST answer").len(), 1, "who is inside is not coming");
    application.shutdown().await;
}

#[tokio::test]
async fn two_computers_that_were_connected_before_the_first_name_need_one_key() {
    let (computer, other, practice) = (Computer::new(), Computer::new(), Practice::start().await);
    practice.keeps_names_away();
    let second = other.start(&practice.url).await;
    settle_in(&second).await;
    shows(&second, "a live feed", |view| view.feed.state == FeedState::Live && view.practice.is_some()).await;
    assert_eq!(refusal(&second, "names_key", json!({})).await.0, "no_names_key");

    let (first, id) = with_client(&computer, &practice).await;
    assert_eq!(practice.conference(&id)["client"], "K-1");
    practice.tells(&id, "consultation_changed", json!({}));
    let asks = |view: &AppView| view.problems.iter().any(|problem| problem.code == "names_key_missing");
    shows(&second, "whose key is missing", |view| asks(view)).await;
    assert_eq!(second.view().hero.and_then(|hero| hero.client).as_deref(), Some("K-1"));
    let key = call(&first, "names_key", json!({})).await;
    call(&second, "enter_names_key", key).await;
    shows(&second, "the name", |view| !asks(view) && hero(view).is_some_and(|hero| hero.client.as_deref() == Some("Ivan"))).await;
    first.shutdown().await;
    second.shutdown().await;
}

#[tokio::test]
async fn a_client_before_the_door_is_let_in_and_answered() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    let key = format!("consultation/{id}");
    practice.tells(&id, "client_waiting", json!({ "where": "page" }));
    let notice = computer.sees("who waits", |asked| asked.standing.get(&key).cloned()).await;
    let listed = application.shell_verb(&["list".into(), "--json".into()]).await.text;
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!((&listed[0]["status"], &listed[0]["presence"]["place"]), (&json!("planned"), &json!("on_page")));
    assert_eq!(notice.buttons.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>(), ["Let in", "In 5 minutes", "Message"]);

    // "In 5 minutes" is quiet at once, and told until it was heard.
    practice.refuses("POST answer", 503, "busy");
    let action = computer.desktop.press(&key, Some(1)).expect("a button");
    application.notification_action(action).await;
    fact("a first attempt", || practice.all("POST answer").len() == 1).await;
    assert!(application.view().hero.expect("a consultation").snoozed_until.is_some());
    practice.allows("POST answer");
    fact("another", || practice.all("POST answer").len() > 1).await;
    let told = practice.all("POST answer");
    assert!(told.iter().all(|one| one["answer"] == "late" && one["minutes"] == 5 && one["id"] == told[0]["id"]), "{told:?}");

    // Somebody answered by Telegram: it is quiet here too, and then rings again.
    practice.tells(&id, "specialist_answered", json!({ "answer": "coming" }));
    shows(&application, "the answer", |view| hero(view).is_some_and(|hero| hero.answer.is_some())).await;
    assert!(!computer.desktop.asked().standing.contains_key(&key));
    computer.put_forward(&application, 3);
    computer.sees("the client again", |asked| asked.standing.get(&key).cloned()).await;

    application.notification_action(NotificationAction::Admit { consultation: id.clone() }).await;
    assert_eq!(practice.all("POST admit").len(), 1);
    application.menu_action(MenuAction::Admit { consultation: id.clone() }).await;
    assert_eq!(practice.all("POST admit").len(), 2);
    practice.tells(&id, "client_admitted", json!({}));
    shows(&application, "the door", |view| hero(view).is_some_and(|hero| hero.door_open)).await;
    computer.sees("the way in", |asked| asked.standing.get(&key).filter(|one| one.buttons[0].1 == "Join").map(drop)).await;
    call(&application, "answer_alert", json!({ "id": id, "answer": "cannot" })).await;
    computer.sees("quiet", |asked| (!asked.standing.contains_key(&key)).then_some(())).await;
    fact("it is told", || practice.last("POST answer")["answer"] == "cannot").await;
    assert_eq!(
        refusal(&application, "answer_alert", json!({ "id": id, "answer": "late", "minutes": 0 })).await,
        ("bad_minutes".into(), Some("minutes".into()))
    );
    application.shutdown().await;
}

#[tokio::test]
async fn a_thread_is_read_and_written() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    let message = practice.wrote("Опаздываю");
    practice.tells(&id, "message_received", json!({ "message": message }));
    let view = shows(&application, "a message", |view| hero(view).is_some_and(|hero| hero.unread == 1)).await;
    assert!(hero(&view).is_some_and(|hero| hero.can_message));
    let key = format!("consultation/{id}");
    let notice = computer.sees("the news", |asked| asked.standing.get(&key).cloned()).await;
    assert_eq!(notice.title.reveal(), "A client wrote to you");
    // At the lowest level the same is a word and a way to the window.
    let chosen = serde_json::to_value(kabinet_app::view::Settings { privacy: Privacy::Discreet, ..view.settings.clone() });
    call(&application, "save_settings", chosen.expect("JSON")).await;
    let discreet = |asked: &Asked| asked.standing.get(&key).filter(|one| one.title.reveal() == "Kabinet").cloned();
    computer.sees("less", discreet).await;
    let open = computer.desktop.press(&key, Some(0)).expect("a button");
    application.notification_action(open).await;
    assert_eq!(computer.desktop.asked().window.as_deref(), Some(format!("consultation/{id}").as_str()));
    call(&application, "set_hide_names", json!({ "on": true })).await;
    assert_eq!(refusal(&application, "thread", json!({ "id": id })).await.0, "names_hidden");
    call(&application, "set_hide_names", json!({ "on": false })).await;
    assert_eq!(hero(&application.view()).map(|hero| hero.unread), Some(1), "what nobody saw is not read");
    let thread = call(&application, "thread", json!({ "id": id })).await;
    assert_eq!((&thread["items"][0]["text"], &thread["items"][0]["from_client"]), (&json!("Опаздываю"), &json!(true)));
    assert_eq!(hero(&application.view()).map(|hero| hero.unread), Some(1), "what was only fetched is not read");
    call(&application, "read_thread", json!({ "id": id, "messages": [thread["items"][0]["id"]] })).await;
    shows(&application, "it is read", |view| hero(view).is_some_and(|hero| hero.unread == 0)).await;
    computer.sees("the news gone", |asked| (!asked.standing.contains_key(&key)).then_some(())).await;

    let write = |text: String| json!({ "id": id, "text": text });
    assert_eq!(refusal(&application, "write_to_client", write(" \n".into())).await.0, "message_empty");
    assert_eq!(refusal(&application, "write_to_client", write("x".repeat(4001))).await.0, "message_too_long");
    // A lost answer and another press are one message.
    practice.refuses("POST messages", 503, "busy");
    assert_eq!(refusal(&application, "write_to_client", write("Жду".into())).await.0, "backend_busy");
    practice.allows("POST messages");
    call(&application, "write_to_client", write("Жду".into())).await;
    call(&application, "write_to_client", write("Жду".into())).await;
    let sent = practice.all("POST messages");
    assert_eq!(sent.len(), 3);
    assert!(sent[0]["id"] == sent[1]["id"] && sent[1]["id"] != sent[2]["id"]);
    assert_eq!((&sent[0]["purpose"], &sent[0]["text"]), (&json!("message"), &json!("Жду")));

    let delivery = json!({ "id": "0198f1c0-0000-7000-8000-00000000000d", "channel": "whatsapp", "purpose": "message", "state": "failed", "code": "quota" });
    practice.tells(&id, "delivery_failed", json!({ "delivery": delivery }));
    shows(&application, "the failure", |view| hero(view).is_some_and(|hero| !hero.deliveries.is_empty())).await;
    call(&application, "resend", json!({ "id": delivery["id"] })).await;
    assert_eq!(practice.all("POST resend").len(), 1);
    assert_eq!(refusal(&application, "resend", json!({ "id": "nonsense" })).await.0, "bad_arguments");

    let known = call(&application, "known_client", json!({ "client": " ivan " })).await;
    assert_eq!(known["client_side"]["contact"]["phone"], "79001234567");
    assert_eq!(call(&application, "known_client", json!({ "client": "Olga" })).await["client_side"], Value::Null);
    application.shutdown().await;
}

#[tokio::test]
async fn who_has_let_the_bot_write_to_them_is_offered_it_the_next_time() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    let channel =
        async || call(&application, "known_client", json!({ "client": "Ivan" })).await["client_side"]["contact"].clone();
    assert_eq!(channel().await["channel"], "whatsapp");
    practice.binds(&id);
    let mut known = channel().await;
    for _ in 0..400 {
        if known["channel"] == "telegram" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        known = channel().await;
    }
    assert_eq!((&known["channel"], &known["phone"]), (&json!("telegram"), &json!("79001234567")));

    // The backend is told who is the same client, by a key that says nothing else.
    for (name, contact) in [("ivan", known.clone()), ("Olga", known)] {
        let mut wanted = draft(name, "14:00");
        wanted["client_side"] = json!({ "reminders": [60], "door": "at_time", "contact": contact });
        call(&application, "create_consultation", wanted).await;
        fact("it is sent", || practice.all("POST conferences").iter().any(|sent| sent["client"] == name)).await;
    }
    let sent = practice.all("POST conferences");
    let keys = ["Ivan", "ivan", "Olga"].map(|name| {
        let sent = sent.iter().find(|sent| sent["client"] == name).expect("it is sent");
        sent["contact"]["client_key"].clone()
    });
    assert!(keys[0].as_str().is_some_and(|key| key.len() == 32), "{keys:?}");
    assert!(keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
    call(&application, "renew_link", json!({ "id": id })).await;
    fact("another key is drawn", || practice.conference(&id)["contact"]["client_key"] != keys[0]).await;
    application.shutdown().await;
}

#[tokio::test]
async fn how_the_specialist_is_reached_is_asked_changed_and_told() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, _) = with_client(&computer, &practice).await;
    let reach = |view: &AppView| view.reach.clone().expect("known");
    assert_eq!(reach(&application.view()).telegram, TelegramReach::Unbound);
    call(&application, "bind_telegram", json!({})).await;
    assert_eq!(opened(&computer), "https://t.me/kabinet_bot?start=CODE");
    assert!(reach(&application.view()).binding_until.is_some());
    practice.reach(|reach| reach["telegram"] = json!({ "name": "Anna", "confirmed": false }));
    practice.tells_of_reach();
    shows(&application, "somebody", |view| reach(view).telegram == TelegramReach::Unconfirmed).await;
    call(&application, "confirm_telegram", json!({ "on": true })).await;
    assert_eq!(reach(&application.view()).telegram, TelegramReach::Bound);

    // Another chat answers; the one before is used until that one is confirmed, and stays when it is not.
    practice.reach(|reach| reach["telegram_next"] = json!({ "name": "Boris", "confirmed": false }));
    practice.tells_of_reach();
    shows(&application, "another", |view| reach(view).telegram_next_name.as_deref() == Some("Boris")).await;
    assert_eq!(reach(&application.view()).telegram, TelegramReach::Bound);
    call(&application, "confirm_telegram", json!({ "on": false })).await;
    let stays = reach(&application.view());
    assert_eq!((stays.telegram, stays.telegram_next_name), (TelegramReach::Bound, None));

    // What another desktop said of it stays as it is.
    practice.reach(|reach| reach["quiet_until"] = json!("2030-01-01T00:00:00Z"));
    let save = |after: u32, from: Option<&str>| json!({ "after_seconds": after, "quiet_from": from, "quiet_to": "07:30", "quiet_even_clients": true });
    assert_eq!(refusal(&application, "save_reach", save(9, Some("22:00"))).await.1.as_deref(), Some("after_seconds"));
    assert_eq!(refusal(&application, "save_reach", save(60, None)).await.1.as_deref(), Some("quiet_from"));
    assert_eq!(refusal(&application, "save_reach", save(60, Some("25:00"))).await.1.as_deref(), Some("quiet_from"));
    call(&application, "save_reach", save(60, Some("22:00"))).await;
    let kept = practice.last("PUT reach");
    assert_eq!((&kept["after_seconds"], &kept["quiet_from"], &kept["timezone"]), (&json!(60), &json!("22:00"), &json!("UTC")));
    assert_eq!((&kept["quiet_even_clients"], kept.get("telegram")), (&json!(true), None));
    assert_eq!(kept["quiet_until"], "2030-01-01T00:00:00Z");
    assert!(reach(&application.view()).quiet_even_clients);
    let off = json!({ "after_seconds": 60, "quiet_from": null, "quiet_to": null, "quiet_even_clients": false });
    call(&application, "save_reach", off).await;

    call(&application, "do_not_disturb", json!({ "minutes": 30, "everything": true })).await;
    let view = application.view();
    assert!(view.do_not_disturb_until.is_some() && view.do_not_disturb_everything);
    fact("it is told", || practice.last("PUT reach")["quiet_until_even_clients"] == true).await;
    let told = practice.last("PUT reach");
    assert_eq!((&told["quiet_until_even_clients"], &told["quiet_even_clients"]), (&json!(true), &json!(false)));
    assert!(!reach(&application.view()).quiet_even_clients, "the lasting choice stays");
    // By its time it is over for clients here and there.
    computer.put_forward(&application, 31);
    fact("it is over", || practice.last("PUT reach")["quiet_until"].is_null()).await;
    call(&application, "unbind_telegram", json!({})).await;
    assert_eq!(reach(&application.view()).telegram, TelegramReach::Unbound);
    application.shutdown().await;
}

#[tokio::test]
async fn without_a_line_the_practice_is_known_and_what_needs_it_says_so() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    application.shutdown().await;
    let application = computer.start("http://127.0.0.1:9").await;
    let view = shows(&application, "no line", |view| view.feed.state == FeedState::Offline && view.hero.is_some()).await;
    assert!(view.practice.as_ref().is_some_and(|practice| practice.pages) && view.reach.is_some());
    for command in ["admit", "renew_link", "thread"] {
        assert_eq!(refusal(&application, command, json!({ "id": id })).await.0, "needs_connection", "{command}");
    }
    assert_eq!(refusal(&application, "bind_telegram", json!({})).await.0, "needs_connection");
    // The old page is known, in our own words; a new one is not there yet.
    let invitation = call(&application, "invitation", json!({ "id": id })).await;
    assert!(invitation["text"].as_str().is_some_and(|text| text.contains("/w/") && text.contains("12:30")), "{invitation}");
    let made = call(&application, "create_consultation", draft("Olga", "14:00")).await;
    assert_eq!(refusal(&application, "copy_link", json!({ "id": made["id"] })).await.0, "link_not_ready");
    assert!(application.view().problems.iter().any(|problem| problem.code == "link_not_ready"));
    call(&application, "copy_room_link", json!({ "id": made["id"] })).await;
    application.shutdown().await;
}

#[tokio::test]
async fn where_names_stay_here_no_link_takes_one_to_the_server() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    practice.keeps_names_away();
    let (application, id) = with_client(&computer, &practice).await;
    let with = |client: &str, time: &str, link: &str| {
        let mut draft = draft(client, time);
        draft["link"] = link.into();
        draft
    };
    let refused = ("link_names_client".to_owned(), Some("link".to_owned()));
    let (own, plain) = ("https://meet.example.org/for-ivan", "https://meet.example.org/room-7");
    for client in ["Ivan P.", "Иван"] {
        assert_eq!(refusal(&application, "create_consultation", with(client, "15:00", own)).await, refused);
    }
    let made = call(&application, "create_consultation", with("Olga", "15:00", own)).await;
    let change = |id: &Value, draft: Value| json!({ "id": id, "draft": draft, "base": null });
    let id = Value::from(id);
    assert_eq!(refusal(&application, "change_consultation", change(&id, with("Ivan", "12:30", own))).await, refused);
    call(&application, "change_consultation", change(&id, with("Ivan", "12:30", plain))).await;
    let renamed = |client: &str| change(&made["id"], with(client, "15:10", own));
    assert_eq!(refusal(&application, "change_consultation", renamed("Ivan")).await, refused);
    call(&application, "change_consultation", renamed("Olga P.")).await;
    fact("it is sent", || practice.conference(made["id"].as_str().unwrap_or_default())["start_time"] == "15:10").await;
    application.shutdown().await;
}

#[tokio::test]
async fn the_shells_verbs_let_in_answer_and_send() {
    let (computer, practice) = (Computer::new(), Practice::start().await);
    let (application, id) = with_client(&computer, &practice).await;
    let say =
        async |words: &str| -> Spoken { application.shell_verb(&words.split(' ').map(str::to_owned).collect::<Vec<_>>()).await };
    assert_eq!(say("admit next").await, Spoken { text: "The client of 12:30 is let in.".into(), status: 0 });
    assert_eq!(say("send next").await, Spoken { text: "The link of 12:30 is being sent.".into(), status: 0 });
    assert_eq!(say("late next 10").await.status, 0);
    fact("it is told", || practice.last("POST answer")["minutes"] == 10).await;
    assert_eq!(say("late next soon").await.status, 2);
    assert!(say("list --json").await.text.contains(&format!("/w/{id}-1")));
    assert_eq!((practice.all("POST admit").len(), practice.all("POST messages").len()), (1, 1));
    application.shutdown().await;
}
