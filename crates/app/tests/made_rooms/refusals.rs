//! What is refused, lost or wrong: it is told, and nothing is done twice.

use super::{Practice, broadcast, draft, health};
use crate::support::fakes::Fake;
use crate::support::secrets::Keychain;
use crate::support::{call, refusal};
use kabinet_app::view::Health;
use rstest::rstest;
use serde_json::{Value, json};

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
    assert_eq!(health(&application), (Health::Works, None, vec![("broadcasts".into(), false), ("rooms".into(), true)]));

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
    let titled = json!({ "broadcast": { "title": "я".repeat(1025), "description": "" } });
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
