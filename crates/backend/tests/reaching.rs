//! A waiting client is told of elsewhere when no desktop brings an answer.

mod house;
#[path = "house/bot.rs"]
mod own_bot;

use house::{House, TOKEN};
use kabinet_api::{Conference, ConferenceBody, ReachJson};
use kabinet_backend::storage::Rows;
use kabinet_domain::SystemIds;
use kabinet_providers::messengers::What;
use kabinet_seal::StoreKey;
use own_bot::Bot;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::sync::Arc;
use std::time::Duration;

const CHAT: &str = "4711";

/// A house with a bot, and its database as it lies on the disk.
struct Practice {
    house: House,
    bot: Arc<Bot>,
    rows: Rows,
    key: StoreKey,
    database: SqlitePool,
}

impl Practice {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    async fn open_with(more: impl FnOnce(&mut kabinet_backend::Config)) -> Self {
        let (bot, key) = (Arc::new(Bot::default()), StoreKey::make(&SystemIds).0);
        let house = House::open_with(|config| {
            config.messengers = vec![bot.clone()];
            config.practice.language = "en".to_owned();
            config.seal = Some(key.clone());
            more(config);
        })
        .await;
        let file = SqliteConnectOptions::new().filename(house.config.data.join("kabinet.sqlite3"));
        let database = SqlitePool::connect_with(file.busy_timeout(Duration::from_secs(5))).await.expect("the database");
        Self { house, bot, rows: Rows::new(Some(key.clone()), Arc::new(SystemIds)), key, database }
    }

    /// With a chat that alerts go to.
    async fn reachable() -> Self {
        let practice = Self::open().await;
        practice.started(CHAT, Some(practice.code().await)).await;
        assert_eq!(practice.ask(Method::POST, "/api/reach/telegram/confirm").await.status(), StatusCode::OK);
        practice
    }

    async fn with_pages() -> Self {
        Self::open_with(|config| config.practice.public_url = "https://events.example.org".to_owned()).await
    }

    /// What the page of a consultation gives its client to bind a chat with.
    async fn page_code(&self, talk: &Conference) -> String {
        let link = talk.invite_link.as_deref().expect("a page");
        let path = link.strip_prefix("https://events.example.org").expect("ours");
        for _ in 0..400 {
            let answer = self.house.ask(Method::GET, &format!("{path}/state"), "").send().await.expect("an answer");
            let state: Value = answer.json().await.expect("a state");
            if let Some(link) = state["remind_by_telegram"].as_str() {
                return link.strip_prefix("https://t.me/kabinet_bot?start=").expect("a deep link").to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the bot did not tell its name");
    }

    /// A consultation of the client with this key.
    async fn plan_for(&self, time: &str, key: &str) -> Conference {
        let answer = self.send(Method::POST, "/api/conferences", of_client(time, key)).await;
        answer.json().await.expect("a consultation")
    }

    /// Whether desktops are told that its client has bound a chat.
    async fn is_bound(&self, talk: &Conference) -> bool {
        let answer = self.ask(Method::GET, &format!("/api/conferences/{}", talk.id)).await;
        answer.json::<Conference>().await.expect("a consultation").contact.expect("a contact").telegram_bound
    }

    async fn renewed(&self, talk: &Conference) -> Conference {
        let answer = self.ask(Method::POST, &format!("/api/conferences/{}/new-link", talk.id)).await;
        answer.json().await.expect("a consultation")
    }

    async fn ask(&self, method: Method, path: &str) -> Response {
        self.house.ask(method, path, TOKEN).send().await.expect("an answer")
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Response {
        self.house.ask(method, path, TOKEN).json(&body).send().await.expect("an answer")
    }

    async fn reach(&self) -> ReachJson {
        self.ask(Method::GET, "/api/reach").await.json().await.expect("how one is reached")
    }

    async fn code(&self) -> String {
        let link: Value = self.ask(Method::POST, "/api/reach/telegram").await.json().await.expect("a link");
        let link = link["link"].as_str().expect("a link");
        link.strip_prefix("https://t.me/kabinet_bot?start=").expect("a deep link").to_owned()
    }

    async fn started(&self, chat: &str, code: Option<String>) {
        self.house.in_chat(What::Started { chat: chat.into(), name: "Anna in her chat".into(), code }).await;
    }

    async fn pressed(&self, chat: &str, press: &str, data: String) -> String {
        let message = "1".to_owned();
        self.house.in_chat(What::Pressed { chat: chat.into(), message, press: press.to_owned(), data }).await;
        let acknowledged = self.bot.acknowledged.lock().expect("answers");
        acknowledged.iter().rev().find(|(known, _)| known == press).expect("every press is acknowledged").1.clone()
    }

    async fn answer(&self, talk: &Conference, body: Value) -> StatusCode {
        self.send(Method::POST, &format!("/api/conferences/{}/answer", talk.id), body).await.status()
    }

    /// How often something was told of.
    async fn count(&self, kind: &str) -> usize {
        self.house.told(TOKEN).await.iter().filter(|told| *told == kind).count()
    }

    async fn alerts(&self) -> usize {
        self.count("escalated").await
    }

    /// The states of what goes out for a purpose, and the bodies.
    async fn deliveries(&self, purpose: &str) -> Vec<(String, Value)> {
        let kept: Vec<(String, String, String)> =
            sqlx::query_as("SELECT id, state, body FROM deliveries WHERE purpose = ?1 ORDER BY created_at, updated_at")
                .bind(purpose)
                .fetch_all(&self.database)
                .await
                .expect("deliveries");
        let read = |(id, state, body): (String, String, String)| {
            let body = self.rows.read(("deliveries", &id), &body).expect("sealed with our key").into_owned();
            (state, serde_json::from_str(&body).expect("JSON"))
        };
        kept.into_iter().map(read).collect()
    }

    async fn replies(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.deliveries("reply").await.iter().map(|(_, body)| (text(&body["to"]), text(&body["text"]))).collect()
    }

    /// Every alert has gone out, by whoever sends.
    async fn sent(&self) {
        for _ in 0..200 {
            let send = "UPDATE deliveries SET state = 'sent', sent_as = '1' WHERE purpose = 'alert' AND state = 'waiting'";
            sqlx::query(send).execute(&self.database).await.expect("sent");
            if self.deliveries("alert").await.iter().all(|(state, _)| state == "sent") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("an alert was not sent");
    }

    /// What an alert says since it is over.
    async fn changed(&self) -> String {
        for _ in 0..400 {
            if let Some(text) = self.bot.replaced.lock().expect("what was changed").last() {
                return text.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nothing was changed");
    }

    /// A desktop that follows as long as this is held.
    async fn desktop(&self) -> Response {
        self.ask(Method::GET, "/api/events/stream").await
    }
}

fn button(answer: &str, talk: &Conference) -> String {
    format!("a2:{answer}:{}:{}", talk.id.simple(), talk.starts_at.timestamp())
}

#[tokio::test]
async fn without_a_desktop_it_is_told_at_once_in_neutral_words() {
    let practice = Practice::reachable().await;
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(14).await;
    assert_eq!(practice.alerts().await, 0, "a desktop may be on its way");
    practice.house.later(2).await;
    practice.house.later(60).await;
    assert_eq!(practice.alerts().await, 1);
    let [(_, alert)] = &practice.deliveries("alert").await[..] else { panic!("one alert") };
    assert_eq!(alert["to"], CHAT);
    assert_eq!(alert["text"], "A client is in the room and waiting for you. The consultation is at 12:00.");
    let labels: Vec<&Value> = alert["buttons"].as_array().expect("buttons").iter().map(|button| &button["label"]).collect();
    assert_eq!(labels, ["I’m coming", "In 5 minutes", "I can’t"]);
}

#[tokio::test]
async fn a_silent_desktop_has_its_time() {
    let practice = Practice::reachable().await;
    let _desktop = practice.desktop().await;
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(59).await;
    assert_eq!(practice.alerts().await, 0);
    practice.house.later(1).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn an_answer_on_either_of_two_desktops_stops_it_for_a_while() {
    let practice = Practice::reachable().await;
    let _desktops = (practice.desktop().await, practice.desktop().await);
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(59).await;
    let coming = json!({"answer": "coming", "id": "0198f300-0000-7000-8000-000000000001"});
    for _ in 0..2 {
        assert_eq!(practice.answer(&talk, coming.clone()).await, StatusCode::OK);
    }
    assert_eq!(practice.count("specialist_answered").await, 1, "the same answer again is the same");
    practice.house.later(170).await;
    assert_eq!(practice.alerts().await, 0);
    practice.house.later(10).await;
    practice.house.later(600).await;
    assert_eq!(practice.alerts().await, 1, "whoever said they come and did not is told once more");
}

#[tokio::test]
async fn a_button_answers_once_and_the_alert_says_so() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    practice.sent().await;
    for _ in 0..2 {
        assert_eq!(practice.pressed(CHAT, "p1", button("late5", &talk)).await, "You answered: “In 5 min”.");
    }
    assert_eq!(practice.count("specialist_answered").await, 1);
    let events = practice.house.events(TOKEN).await;
    let answered = events.iter().find(|event| event.kind == "specialist_answered").expect("an answer");
    assert_eq!((answered.source.as_str(), answered.minutes), ("telegram", Some(5)));
    assert_eq!(practice.changed().await, "You answered: “In 5 min”. The consultation is at 12:00.");
    practice.house.later(300).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn a_button_of_a_consultation_that_is_over_changes_nothing() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    assert_eq!(practice.pressed("815", "p1", button("coming", &talk)).await, "This button is not for this chat.");
    practice.house.later(3 * 3600).await;
    assert_eq!(practice.pressed(CHAT, "p2", button("coming", &talk)).await, "This consultation is over.");
    assert_eq!(practice.pressed(CHAT, "p3", "something else".to_owned()).await, "");
    assert_eq!(practice.count("specialist_answered").await, 0);
}

#[tokio::test]
async fn a_button_of_another_time_changes_nothing() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    let [(_, alert)] = &practice.deliveries("alert").await[..] else { panic!("one alert") };
    let kept = alert["buttons"][0]["data"].as_str().expect("what the button says").to_owned();
    assert_eq!(kept, button("coming", &talk));
    let moved = async |start_time: &str| {
        let mut body = serde_json::to_value(ConferenceBody::from(talk.clone())).expect("JSON");
        body["start_time"] = start_time.into();
        let path = format!("/api/conferences/{}", talk.id);
        assert_eq!(practice.send(Method::PUT, &path, body).await.status(), StatusCode::OK);
    };
    moved("15:00").await;
    let said = practice.pressed(CHAT, "p1", kept.clone()).await;
    assert!(said.starts_with("This consultation has another time now."), "{said}");
    assert_eq!(practice.count("specialist_answered").await, 0);
    // Moved a little, it is the same meeting, and who waits for it is answered.
    moved("12:10").await;
    assert_eq!(practice.pressed(CHAT, "p2", kept).await, "You answered: “I’m coming”.");
    assert_eq!(practice.count("specialist_answered").await, 1);
}

#[tokio::test]
async fn the_specialists_coming_ends_it() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    practice.sent().await;
    practice.ask(Method::POST, &format!("/api/conferences/{}/pressed-join", talk.id)).await;
    practice.house.report("participant_joined", "anna").await;
    practice.house.later(2).await;
    assert_eq!(practice.count("session_started").await, 1);
    assert_eq!(practice.changed().await, "You are with the client. The consultation is at 12:00.");
    practice.house.later(900).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn a_client_who_left_is_told_of_no_more() {
    let practice = Practice::reachable().await;
    let _desktop = practice.desktop().await;
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(20).await;
    practice.house.report("participant_left", "ivan").await;
    practice.house.later(20).await;
    practice.house.later(60).await;
    assert_eq!(practice.alerts().await, 0, "gone before anybody was told");
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(60).await;
    practice.sent().await;
    practice.house.report("participant_left", "ivan").await;
    practice.house.later(20).await;
    assert_eq!(practice.changed().await, "The client has left. The consultation is at 12:00.");
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn what_waits_to_be_sent_is_not_sent_after_an_answer() {
    let practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    assert_eq!(practice.answer(&talk, json!({"answer": "cannot"})).await, StatusCode::OK);
    practice.house.later(10).await;
    practice.house.later(10).await;
    let states = practice.deliveries("alert").await;
    assert!(states.iter().all(|(state, _)| state != "waiting"), "dropped, or with its sender before");
    practice.house.later(900).await;
    assert_eq!(practice.alerts().await, 1);
}

#[tokio::test]
async fn a_blocked_bot_is_told_of_and_left_alone() {
    let practice = Practice::reachable().await;
    let before = practice.count("reach_changed").await;
    practice.house.in_chat(What::Stopped { chat: CHAT.into(), blocked: true }).await;
    assert!(practice.reach().await.telegram.expect("a chat").blocked);
    assert_eq!(practice.count("reach_changed").await, before + 1);
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(120).await;
    assert_eq!(practice.alerts().await, 0);
    practice.house.in_chat(What::Resumed { chat: CHAT.into() }).await;
    practice.house.later(1).await;
    assert_eq!(practice.alerts().await, 1, "who still waits is told of");
}

#[tokio::test]
async fn quiet_hours_keep_back_waiting_clients_only_where_it_was_chosen() {
    for (even_clients, alerts) in [(false, 1), (true, 0)] {
        let practice = Practice::reachable().await;
        let chosen = json!({"after_seconds": 30, "quiet_from": "11:00", "quiet_to": "13:00", "timezone": "UTC",
            "quiet_even_clients": even_clients});
        assert_eq!(practice.send(Method::PUT, "/api/reach", chosen).await.status(), StatusCode::OK);
        let _desktop = practice.desktop().await;
        practice.house.plan().await;
        practice.house.report("participant_joined", "ivan").await;
        practice.house.later(30).await;
        assert_eq!(practice.alerts().await, alerts, "{even_clients}");
    }
}

#[tokio::test]
async fn a_restart_between_the_alert_and_its_answer_changes_nothing() {
    let mut practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(30).await;
    practice.sent().await;
    practice.house.restart().await;
    practice.house.later(60).await;
    assert_eq!(practice.alerts().await, 1);
    assert_eq!(practice.pressed(CHAT, "p1", button("coming", &talk)).await, "You answered: “I’m coming”.");
    assert_eq!(practice.changed().await, "You answered: “I’m coming”. The consultation is at 12:00.");
    assert!(practice.reach().await.telegram.expect("a chat").confirmed);
}

/// A consultation at noon whose room reports nobody, and its client's page, which is open.
async fn waits_on_a_page(practice: &Practice, link: &str) -> (Conference, String) {
    let body = json!({"client": "Ivan", "start_date": "2026-12-23", "start_time": "12:00", "timezone": "UTC",
        "provider": "telemost", "link": link});
    let talk: Conference = practice.send(Method::POST, "/api/conferences", body).await.json().await.expect("a consultation");
    let link = talk.invite_link.clone().expect("a page");
    let page = link.strip_prefix("https://events.example.org").expect("ours").to_owned();
    is_here(practice, &page).await;
    (talk, page)
}

async fn is_here(practice: &Practice, page: &str) {
    let said =
        practice.house.http.post(practice.house.url(&format!("{page}/here"))).body(json!({"visit": "visit-one"}).to_string());
    assert_eq!(said.send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_press_on_join_outlives_a_restart() {
    let mut practice = Practice::reachable().await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(2).await;
    practice.ask(Method::POST, &format!("/api/conferences/{}/pressed-join", talk.id)).await;
    practice.house.restart().await;
    practice.house.later(30).await;
    practice.house.later(30).await;
    assert_eq!(practice.alerts().await, 0, "as before the restart");
    practice.house.later(30).await;
    assert_eq!(practice.alerts().await, 1, "whoever pressed and did not come is told");
}

#[tokio::test]
async fn a_press_on_the_join_of_a_room_that_reports_nobody_outlives_a_restart() {
    let mut practice = Practice::open_with(|config| config.practice.public_url = "https://events.example.org".to_owned()).await;
    practice.started(CHAT, Some(practice.code().await)).await;
    assert_eq!(practice.ask(Method::POST, "/api/reach/telegram/confirm").await.status(), StatusCode::OK);
    let (pressed, its_page) = waits_on_a_page(&practice, "https://telemost.example/j/1234567890").await;
    let (other, other_page) = waits_on_a_page(&practice, "https://telemost.example/j/1234567891").await;
    practice.house.later(2).await;
    practice.ask(Method::POST, &format!("/api/conferences/{}/pressed-join", pressed.id)).await;
    practice.house.restart().await;
    for page in [&its_page, &other_page] {
        is_here(&practice, page).await;
    }
    practice.house.later(30).await;
    let events = practice.house.events(TOKEN).await;
    let told: Vec<_> = events.iter().filter(|event| event.kind == "escalated").map(|event| event.consultation).collect();
    assert_eq!(told, [Some(other.id)]);
}

#[tokio::test]
async fn a_code_binds_once_and_not_for_ever() {
    let practice = Practice::open().await;
    let code = practice.code().await;
    practice.started(CHAT, Some(code.clone())).await;
    practice.started("815", Some(code)).await;
    let late = practice.code().await;
    practice.house.later(15 * 60).await;
    practice.started("816", Some(late)).await;
    practice.started("-100", Some(practice.code().await)).await;
    practice.started("817", None).await;
    let replies = practice.replies().await;
    let told = |chat: &str| replies.iter().find(|(to, _)| to == chat).map(|(_, text)| text.as_str());
    assert_eq!(told(CHAT), Some("Nearly done: confirm this chat in the Kabinet application."));
    assert_eq!(told("815"), told("816"));
    assert!(told("815").expect("a friendly answer").starts_with("This link has been used or is too old."));
    assert_eq!(told("-100"), None, "a group is nobody's chat");
    assert!(told("817").expect("what to do").starts_with("This is Kabinet’s bot."));
    let bound = practice.reach().await.telegram.expect("a chat");
    assert_eq!((bound.name.as_str(), bound.confirmed), ("Anna in her chat", false));
}

#[tokio::test]
async fn nothing_goes_to_a_chat_that_nobody_has_confirmed() {
    let practice = Practice::open().await;
    assert_eq!(practice.ask(Method::POST, "/api/reach/telegram/confirm").await.status(), StatusCode::CONFLICT);
    // The link was forwarded, and somebody else pressed it.
    practice.started("815", Some(practice.code().await)).await;
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(120).await;
    assert_eq!(practice.alerts().await, 0);
    assert_eq!(practice.pressed("815", "p1", button("coming", &talk)).await, "This button is not for this chat.");
    assert_eq!(practice.ask(Method::DELETE, "/api/reach/telegram").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(practice.reach().await.telegram, None);
    assert_eq!(practice.replies().await.len(), 1, "but that it is to be confirmed");
}

#[tokio::test]
async fn the_confirmed_chat_is_used_until_another_is_confirmed() {
    let mut practice = Practice::reachable().await;
    practice.started("815", Some(practice.code().await)).await;
    practice.house.restart().await;
    let reach = practice.reach().await;
    assert!(reach.telegram.expect("a chat").confirmed && !reach.telegram_next.expect("another").confirmed);
    practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(120).await;
    let [(_, alert)] = &practice.deliveries("alert").await[..] else { panic!("one alert") };
    assert_eq!(alert["to"], CHAT);
    // What the other chat's owner does concerns their chat alone.
    practice.house.in_chat(What::Stopped { chat: "815".into(), blocked: false }).await;
    let reach = practice.reach().await;
    assert!(reach.telegram.is_some_and(|chat| chat.confirmed) && reach.telegram_next.is_none());
    // A link that nobody presses in time, and one that somebody else did.
    let late = practice.code().await;
    practice.house.later(15 * 60).await;
    practice.started("816", Some(late)).await;
    assert_eq!(practice.reach().await.telegram_next, None);
    practice.started("817", Some(practice.code().await)).await;
    assert_eq!(practice.ask(Method::DELETE, "/api/reach/telegram/confirm").await.status(), StatusCode::NO_CONTENT);
    let reach = practice.reach().await;
    assert!(reach.telegram.is_some_and(|chat| chat.confirmed) && reach.telegram_next.is_none());
    // Whoever opens the chat in use again means that one.
    practice.started("818", Some(practice.code().await)).await;
    practice.started(CHAT, Some(practice.code().await)).await;
    assert_eq!(practice.reach().await.telegram_next, None);
}

#[tokio::test]
async fn a_chat_that_is_confirmed_takes_the_place_of_the_one_before() {
    let mut practice = Practice::reachable().await;
    practice.started("815", Some(practice.code().await)).await;
    assert_eq!(practice.ask(Method::POST, "/api/reach/telegram/confirm").await.status(), StatusCode::OK);
    practice.house.restart().await;
    let reach = practice.reach().await;
    assert!(reach.telegram.is_some_and(|chat| chat.confirmed) && reach.telegram_next.is_none());
    let talk = practice.house.plan().await;
    practice.house.report("participant_joined", "ivan").await;
    practice.house.later(120).await;
    let [(_, alert)] = &practice.deliveries("alert").await[..] else { panic!("one alert") };
    assert_eq!(alert["to"], "815");
    assert_eq!(practice.pressed(CHAT, "p1", button("coming", &talk)).await, "This button is not for this chat.");
    practice.started("816", Some(practice.code().await)).await;
    assert_eq!(practice.ask(Method::DELETE, "/api/reach/telegram").await.status(), StatusCode::NO_CONTENT);
    let reach = practice.reach().await;
    assert!(reach.telegram.is_none() && reach.telegram_next.is_none(), "both are let go");
}

#[tokio::test]
async fn a_client_binds_a_chat_for_one_consultation() {
    use base64::Engine;
    let practice = Practice::open().await;
    let talk = practice.house.plan().await;
    let proof = practice.key.mac("client-telegram", &format!("{}/0", talk.id));
    let code = |proof: &[u8]| {
        let bytes = [talk.id.as_bytes().as_slice(), &proof[..16]].concat();
        format!("c_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    };
    assert!(code(&proof).len() <= 64, "Telegram's deep links");
    practice.started("900", Some(code(&proof))).await;
    practice.started("901", Some(code(&[0; 32]))).await;
    practice.house.in_chat(What::Stopped { chat: "900".into(), blocked: false }).await;
    practice.house.in_chat(What::Stopped { chat: "900".into(), blocked: false }).await;
    let replies = practice.replies().await;
    let told = |chat: &str| replies.iter().filter(|(to, _)| to == chat).map(|(_, text)| text.as_str()).collect::<Vec<_>>();
    assert_eq!(told("900").len(), 2);
    assert!(told("900").iter().any(|text| text.contains("on 23.12 at 12:00")));
    assert!(told("900").contains(&"Nothing more will come here."), "and that once");
    assert!(told("901")[0].starts_with("This link is of no use any more."));
    assert_eq!(practice.count("reach_changed").await, 0, "that is nobody's news");
}

#[tokio::test]
async fn whoever_follows_hears_that_a_client_stops_and_blocks_and_comes_back() {
    let mut practice = Practice::with_pages().await;
    let body = of_client("11:59", KEY);
    let mut over = body.clone();
    over["start_date"] = "2026-12-20".into();
    practice.send(Method::POST, "/api/conferences", over).await;
    let mine = [practice.plan_for("15:00", KEY).await, practice.plan_for("16:00", KEY).await];
    practice.plan_for("17:00", OTHER_KEY).await;
    let cancelled = practice.plan_for("18:00", KEY).await;
    practice.ask(Method::DELETE, &format!("/api/conferences/{}", cancelled.id)).await;
    let mut expected: Vec<_> = mine.iter().map(|talk| talk.id).collect();
    expected.sort_unstable();
    practice.started("900", Some(practice.page_code(&mine[0]).await)).await;
    let mut after = practice.house.page(TOKEN, "after=0").await.cursor;
    let stop = |blocked| What::Stopped { chat: "900".into(), blocked };
    for (what, bound) in [(stop(true), false), (What::Resumed { chat: "900".into() }, true), (stop(false), false)] {
        practice.house.in_chat(what).await;
        let page = practice.house.page(TOKEN, &format!("after={after}")).await;
        let told = page.events.iter().filter(|event| event.kind == "consultation_changed");
        let mut told: Vec<_> = told.filter_map(|event| event.consultation).collect();
        told.sort_unstable();
        assert_eq!(told, expected, "each of this client's that is to come, once");
        assert_eq!(practice.is_bound(&mine[1]).await, bound);
        after = page.cursor;
    }
    practice.house.in_chat(stop(false)).await;
    // What the bot says to a client goes out on its own time, and how far it gets is told too.
    let page = practice.house.page(TOKEN, &format!("after={after}")).await;
    let told: Vec<&str> =
        page.events.iter().map(|event| event.kind.as_str()).filter(|kind| *kind != "delivery_changed").collect();
    assert!(told.is_empty(), "there is nothing to tell: {told:?}");
    practice.house.restart().await;
    assert!(!practice.is_bound(&mine[0]).await);
}

#[tokio::test]
async fn a_new_link_lets_the_chat_go_that_the_one_before_had_bound() {
    let practice = Practice::with_pages().await;
    let body = json!({"client": "Ivan", "start_date": "2026-12-23", "start_time": "15:00", "timezone": "UTC",
        "link": "https://meet.example.org/a-room-of-its-own"});
    let talk: Conference = practice.send(Method::POST, "/api/conferences", body).await.json().await.expect("a consultation");
    let bound = async || {
        let query = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM chats WHERE who LIKE 'consultation:%'");
        query.fetch_one(&practice.database).await.expect("chats")
    };
    let before = practice.page_code(&talk).await;
    practice.started("900", Some(before.clone())).await;
    assert_eq!(bound().await, 1);
    let renewed = practice.renewed(&talk).await;
    assert_eq!(bound().await, 0, "reminders carry the new link");
    practice.started("900", Some(before)).await;
    assert_eq!(bound().await, 0, "what came with the old link binds nothing");
    practice.started("901", Some(practice.page_code(&renewed).await)).await;
    assert_eq!(bound().await, 1);
}

const KEY: &str = "0198f1c0-a-client";
const OTHER_KEY: &str = "0198f1c0-another-client";

fn of_client(time: &str, key: &str) -> Value {
    json!({"client": "Ivan", "start_date": "2026-12-23", "start_time": time, "timezone": "UTC",
        "link": format!("https://meet.example.org/a-room-at-{}", &time[..2]), "contact": {"channel": "telegram", "client_key": key}})
}

#[tokio::test]
async fn a_chat_that_a_client_bound_once_serves_their_next_consultations() {
    let mut practice = Practice::with_pages().await;
    let (first, next) = (practice.plan_for("15:00", KEY).await, practice.plan_for("16:00", KEY).await);
    let others = practice.plan_for("17:00", OTHER_KEY).await;
    practice.started("900", Some(practice.page_code(&first).await)).await;
    for _ in 0..2 {
        assert!(practice.is_bound(&first).await && practice.is_bound(&next).await);
        assert!(!practice.is_bound(&others).await, "that is somebody else");
        practice.house.restart().await;
    }
    for (talk, status) in [(&next, StatusCode::CREATED), (&others, StatusCode::CONFLICT)] {
        let message = json!({"id": talk.id, "purpose": "message", "text": "Till four"});
        let sent = practice.send(Method::POST, &format!("/api/conferences/{}/messages", talk.id), message).await;
        assert_eq!(sent.status(), status);
    }
    assert_eq!(practice.bot.sent_to("Till four").await, "900");
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT who FROM chats WHERE who LIKE 'client:%'").fetch_all(&practice.database).await.expect("chats");
    assert!(kept.len() == 1 && !kept[0].contains(KEY), "a key lies there as its hash");
    practice.house.in_chat(What::Stopped { chat: "900".into(), blocked: false }).await;
    assert!(!practice.is_bound(&first).await && !practice.is_bound(&next).await);
}

#[tokio::test]
async fn a_renewed_link_is_not_reached_by_a_chat_that_another_of_the_clients_links_binds() {
    let practice = Practice::with_pages().await;
    let (first, next) = (practice.plan_for("15:00", KEY).await, practice.plan_for("16:00", KEY).await);
    let of_first = practice.page_code(&first).await;
    practice.started("900", Some(of_first.clone())).await;
    assert!(practice.is_bound(&next).await);
    let renewed = practice.renewed(&next).await;
    assert!(!practice.is_bound(&next).await && practice.is_bound(&first).await, "the first one's own link is as good as before");
    practice.started("900", Some(of_first)).await;
    let later = practice.plan_for("17:00", KEY).await;
    assert!(!practice.is_bound(&next).await && !practice.is_bound(&later).await);
    practice.started("901", Some(practice.page_code(&renewed).await)).await;
    assert!(practice.is_bound(&next).await && !practice.is_bound(&later).await, "for this one alone");
    // The desktop draws another key then, and all is as at first.
    let path = format!("/api/conferences/{}", next.id);
    assert_eq!(practice.send(Method::PUT, &path, of_client("16:00", OTHER_KEY)).await.status(), StatusCode::OK);
    practice.started("901", Some(practice.page_code(&renewed).await)).await;
    assert!(practice.is_bound(&practice.plan_for("18:00", OTHER_KEY).await).await);
    assert!(!practice.is_bound(&later).await);
}

#[tokio::test]
async fn who_has_not_come_for_half_a_year_is_forgotten() {
    let mut practice = Practice::with_pages().await;
    let first = practice.plan_for("15:00", KEY).await;
    practice.started("900", Some(practice.page_code(&first).await)).await;
    let kept = async |practice: &Practice| {
        let query = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM chats WHERE who LIKE 'client:%'");
        query.fetch_one(&practice.database).await.expect("chats")
    };
    practice.house.down_for(100 * 24 * 3600).await;
    assert_eq!(kept(&practice).await, 1);
    practice.house.down_for(100 * 24 * 3600).await;
    assert_eq!(kept(&practice).await, 0);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_field() {
    let practice = Practice::open().await;
    let talk = practice.house.plan().await;
    let answers = format!("/api/conferences/{}/answer", talk.id);
    for (method, path, body, field) in [
        (Method::PUT, "/api/reach", json!({"after_seconds": 9}), "after_seconds"),
        (Method::PUT, "/api/reach", json!({"after_seconds": 901}), "after_seconds"),
        (Method::PUT, "/api/reach", json!({}), "after_seconds"),
        (Method::PUT, "/api/reach", json!({"after_seconds": 60, "quiet_from": "22:00"}), "quiet_to"),
        (Method::PUT, "/api/reach", json!({"after_seconds": 60, "quiet_to": "22:00"}), "quiet_from"),
        (Method::PUT, "/api/reach", json!({"after_seconds": 60, "quiet_from": "22:00", "quiet_to": "07:00"}), "timezone"),
        (
            Method::PUT,
            "/api/reach",
            json!({"after_seconds": 60, "quiet_from": "25:00", "quiet_to": "07:00", "timezone": "UTC"}),
            "quiet_from",
        ),
        (Method::PUT, "/api/reach", json!({"after_seconds": 60, "timezone": "Atlantis"}), "timezone"),
        (Method::POST, answers.as_str(), json!({"answer": "perhaps"}), "answer"),
        (Method::POST, answers.as_str(), json!({"answer": "late"}), "minutes"),
        (Method::POST, answers.as_str(), json!({"answer": "late", "minutes": 121}), "minutes"),
    ] {
        let refused = practice.send(method, path, body).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{field}");
        assert_eq!(refused.json::<Value>().await.expect("why")["error"]["field"], field);
    }
    let chosen = json!({"after_seconds": 90, "quiet_from": "22:00", "quiet_to": "07:00", "timezone": "Europe/Moscow"});
    let kept: Value = practice.send(Method::PUT, "/api/reach", chosen).await.json().await.expect("as it is kept");
    assert_eq!(kept["quiet_from"], "22:00");
    assert_eq!(practice.reach().await.after_seconds, 90);
    let unknown = "/api/conferences/0198f300-0000-7000-8000-00000000000f/answer";
    assert_eq!(practice.send(Method::POST, unknown, json!({"answer": "coming"})).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_field_that_nobody_knows_is_passed_over_in_every_body() {
    let practice = Practice::with_pages().await;
    let talk = practice.plan_for("15:00", KEY).await;
    let page = talk.invite_link.as_deref().and_then(|link| link.strip_prefix("https://events.example.org")).expect("ours");
    let of = |what: &str| format!("/api/conferences/{}{what}", talk.id);
    let mut planned = of_client("15:00", KEY);
    planned["contact"]["pager"] = "12".into();
    for (method, path, body, token, status) in [
        (Method::POST, "/api/conferences".to_owned(), of_client("17:00", OTHER_KEY), TOKEN, 201),
        (Method::PUT, of(""), planned, TOKEN, 200),
        (Method::POST, of("/pressed-join"), json!({}), TOKEN, 200),
        (Method::POST, of("/answer"), json!({"answer": "coming"}), TOKEN, 200),
        (Method::POST, of("/messages"), json!({"id": talk.id, "purpose": "message", "text": "Till three"}), TOKEN, 409),
        (Method::PUT, "/api/reach".to_owned(), json!({"after_seconds": 60, "quiet_form": "22:00"}), TOKEN, 200),
        (Method::POST, format!("{page}/here"), json!({"visit": "visit-one"}), "", 200),
        (Method::POST, "/api/specialists".to_owned(), json!({"name": "Boris"}), house::ADMIN, 201),
        (Method::POST, "/api/devices/pair".to_owned(), json!({"code": "ABCD-EFGH", "device": "a desktop"}), "", 401),
    ] {
        let mut strange = body.clone();
        strange["of_tomorrow"] = json!({"any": ["thing"]});
        let answer = practice.house.ask(method, &path, token).json(&strange).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
    assert_eq!(practice.reach().await.quiet_from, None, "what was understood stands in the answer");
}

/// A desktop asks in the very moment that it hears.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_hears_of_a_change_finds_it_made() {
    let practice = Practice::with_pages().await;
    let talk = practice.plan_for("15:00", KEY).await;
    let (path, mut after) = (format!("/api/conferences/{}", talk.id), practice.house.page(TOKEN, "after=0").await.cursor);
    let hear = |after: u64| {
        let house = &practice.house;
        async move { house.page(TOKEN, &format!("after={after}&wait=10")).await.cursor }
    };
    for seconds in 100..200 {
        let reach = async {
            let cursor = hear(after).await;
            (cursor, practice.reach().await.after_seconds)
        };
        let choose = practice.send(Method::PUT, "/api/reach", json!({"after_seconds": seconds}));
        let ((cursor, found), _) = tokio::join!(reach, choose);
        assert_eq!(found, seconds);
        let link = async {
            hear(cursor).await;
            practice.ask(Method::GET, &path).await.json::<Conference>().await.expect("a consultation").invite_link
        };
        let (found, renewed) = tokio::join!(link, practice.renewed(&talk));
        assert_eq!(found, renewed.invite_link);
        after = practice.house.page(TOKEN, &format!("after={cursor}")).await.cursor;
    }
}

/// Were the link renewed and no more, whoever was given the one before by mistake would be sent the new one.
#[tokio::test]
async fn what_somebody_asked_for_is_done_whole_though_they_hang_up() {
    let practice = Practice::with_pages().await;
    let talk = practice.plan_for("15:00", KEY).await;
    practice.started("900", Some(practice.page_code(&talk).await)).await;
    assert!(practice.is_bound(&talk).await);
    // Nothing can be written down for a while.
    let busy = practice.database.begin_with("BEGIN IMMEDIATE").await.expect("the database");
    let path = format!("/api/conferences/{}", talk.id);
    let url = reqwest::Url::parse(&practice.house.url(&format!("{path}/new-link"))).expect("an address");
    let address = url.socket_addrs(|| None).expect("an address");
    let mut line = tokio::net::TcpStream::connect(address.as_slice()).await.expect("a line");
    let asked =
        format!("POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 0\r\n\r\n", url.path());
    tokio::io::AsyncWriteExt::write_all(&mut line, asked.as_bytes()).await.expect("sent");
    // Others are answered while it waits, and when nobody waits for it any more.
    practice.ask(Method::GET, &path).await;
    drop(line);
    practice.ask(Method::GET, &path).await;
    busy.rollback().await.expect("the database");
    for _ in 0..400 {
        let found: Conference = practice.ask(Method::GET, &path).await.json().await.expect("a consultation");
        if found.invite_link != talk.invite_link && !found.contact.expect("a contact").telegram_bound {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it was not done whole");
}

#[tokio::test]
async fn without_a_bot_there_is_no_link() {
    let house = House::open().await;
    let refused = house.ask(Method::POST, "/api/reach/telegram", TOKEN).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(refused.json::<Value>().await.expect("why")["error"]["code"], "no_bot");
}
