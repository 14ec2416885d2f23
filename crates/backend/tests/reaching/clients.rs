//! A client's chat: for which consultations it is bound, and when it is let go.

use crate::house::TOKEN;
use crate::practice::{KEY, OTHER_KEY, Practice, of_client};
use kabinet_api::Conference;
use kabinet_providers::messengers::What;
use reqwest::{Method, StatusCode};
use serde_json::json;

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
