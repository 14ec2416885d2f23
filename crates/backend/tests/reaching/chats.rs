//! The specialist's own chat: how it is bound, confirmed and replaced.

use crate::house::{House, TOKEN};
use crate::practice::{CHAT, Practice, button};
use kabinet_providers::messengers::What;
use reqwest::{Method, StatusCode};
use serde_json::Value;

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
async fn without_a_bot_there_is_no_link() {
    let house = House::open().await;
    let refused = house.ask(Method::POST, "/api/reach/telegram", TOKEN).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(refused.json::<Value>().await.expect("why")["error"]["code"], "no_bot");
}
