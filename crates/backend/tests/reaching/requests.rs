//! What a request about all this may hold, and that what it asks for is done and told whole.

use crate::house::{self, TOKEN};
use crate::practice::{KEY, OTHER_KEY, Practice, of_client};
use kabinet_api::Conference;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

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
