//! Signing in, and renewing what it gave.

use crate::calls::shown;
use crate::portal::{Ground, Reply, Server, fixture, ground};
use kabinet_providers::calendars::{CalendarError, GRANT, SignInAnswer, begin_sign_in, finish_sign_in};
use kabinet_providers::registry::{ConnectionError, ConnectionSettings};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const STATE: &str = "an-unguessable-state";

/// The authorisation server and the portal are one here.
fn settings(server: &Server, grant: Option<&Value>) -> ConnectionSettings {
    let mut fields = vec![
        ("portal", server.address.clone()),
        ("client_id", "app.0000000000000.00000000".to_owned()),
        ("client_secret", "EXAMPLE_SECRET".to_owned()),
        ("oauth_server", server.address.clone()),
    ];
    fields.extend(grant.map(|grant| (GRANT, grant.to_string())));
    fields.into_iter().collect()
}

/// A recorded answer, with this computer's portal in it.
fn answer(name: &str, server: &Server) -> Value {
    let mut body = fixture(name)["response"]["body"].clone();
    body["client_endpoint"] = format!("{}/rest/", server.address).into();
    body
}

async fn signed_in() -> (Server, Ground, ConnectionSettings) {
    let server = Server::start().await;
    let settings = settings(&server, Some(&answer("oauth_token_200", &server)));
    server.on("token", [Reply::Json(200, answer("oauth_refresh_200", &server))]);
    (server, ground(), settings)
}

async fn finish(server: &Server, query: &str) -> Result<ConnectionSettings, CalendarError> {
    let answer = SignInAnswer { query, state: STATE };
    finish_sign_in("bitrix24", &settings(server, None), &ground().surroundings, &answer).await
}

fn query() -> String {
    format!("code=examplecode&state={STATE}&domain=portal.example.bitrix24.ru&member_id=0123&scope=calendar")
}

#[tokio::test]
async fn signing_in_leads_to_the_portal_and_back_to_a_grant() {
    let server = Server::start().await;
    let address = begin_sign_in("bitrix24", &settings(&server, None), STATE).expect("an address").into_inner();
    assert_eq!(address, format!("{}/oauth/authorize/?client_id=app.0000000000000.00000000&state={STATE}", server.address));

    server.on("token", [Reply::Json(200, answer("oauth_token_200", &server))]);
    let gained = finish(&server, &query()).await.expect("a grant");
    let asked = &server.asked("token")[0];
    assert_eq!(asked.verb, "GET");
    let recorded = fixture("oauth_token_200")["request"]["url"].as_str().expect("an address").to_owned();
    assert_eq!(Some(asked.path.as_str()), recorded.strip_prefix("https://oauth.bitrix24.tech"));

    let mut opened = settings(&server, None);
    opened.0.extend(gained.0);
    let calendar = ground().open(&opened);
    assert_eq!(calendar.who_am_i().await.expect("a person").id.0, "7");
    let asked = &server.asked("user.current")[0];
    assert_eq!((asked.path.as_str(), &asked.body), ("/rest/user.current", &json!({"auth": "EXAMPLE_ACCESS"})));
}

#[rstest]
#[case::another_state(format!("code=examplecode&state=another"))]
#[case::no_state("code=examplecode".to_owned())]
#[case::no_code(format!("state={STATE}"))]
#[tokio::test]
async fn an_answer_to_another_question_is_not_taken(#[case] query: String) {
    let server = Server::start().await;
    let error = finish(&server, &query).await.expect_err("not ours");
    assert_eq!((error.code(), server.methods().len()), ("calendar_sign_in_broken", 0));
}

#[rstest]
#[case::too_late("invalid_grant", "calendar_sign_in_broken")]
#[case::wrong_secret("invalid_client", "calendar_unknown_application")]
#[case::not_paid("PAYMENT_REQUIRED", "calendar_not_in_plan")]
#[tokio::test]
async fn the_authorisation_servers_refusals_are_told_apart(#[case] error: &str, #[case] code: &str) {
    let server = Server::start().await;
    server.on("token", [Reply::Json(400, json!({"error": error, "error_description": "x"}))]);
    let error = finish(&server, &query()).await.expect_err("refused");
    assert_eq!(error.code(), code);
    assert!(!shown(&error).contains("EXAMPLE_SECRET"));
}

#[tokio::test]
async fn a_grant_for_another_portal_is_not_taken() {
    let server = Server::start().await;
    server.on("token", [Reply::fixture("oauth_token_200")]);
    let error = finish(&server, &query()).await.expect_err("another portal");
    assert!(matches!(error, CalendarError::LeadsElsewhere), "{error:?}");
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_the_new_pair_is_handed_on() {
    let (server, ground, settings) = signed_in().await;
    server.on("user.current", [Reply::fixture("error_401_expired_token"), Reply::fixture("user_current_200")]);
    let calendar = ground.open(&settings);
    calendar.who_am_i().await.expect("a person");

    let recorded = fixture("oauth_refresh_200")["request"]["url"].as_str().expect("an address").to_owned();
    assert_eq!(Some(server.asked("token")[0].path.as_str()), recorded.strip_prefix("https://oauth.bitrix24.tech"));
    let used: Vec<_> = server.asked("user.current").iter().map(|asked| asked.body["auth"].clone()).collect();
    assert_eq!(used, [json!("EXAMPLE_ACCESS"), json!("EXAMPLE_ACCESS_2")]);
    let kept = ground.keeper.last(GRANT).expect("kept");
    assert!(
        kept.contains("EXAMPLE_ACCESS_2") && kept.contains("EXAMPLE_REFRESH_2") && !kept.contains("EXAMPLE_REFRESH\""),
        "{kept}"
    );

    // What was kept opens the connection anew.
    let mut again = settings.clone();
    again.0.insert(GRANT.to_owned(), kept.into());
    ground.open(&again).who_am_i().await.expect("a person");
    assert_eq!(server.asked("token").len(), 1, "nothing is renewed before it has expired");
}

#[tokio::test]
async fn many_calls_at_once_renew_once() {
    let (server, ground, settings) = signed_in().await;
    let calendar = ground.open(&settings);
    let expired = || Reply::fixture("error_401_expired_token");
    server.on("user.current", [expired(), expired(), expired(), Reply::fixture("user_current_200")]);
    let (one, two, three) = tokio::join!(calendar.who_am_i(), calendar.who_am_i(), calendar.who_am_i());
    for person in [one, two, three] {
        assert_eq!(person.expect("a person").id.0, "7");
    }
    assert_eq!(server.asked("token").len(), 1);
}

#[tokio::test]
async fn a_token_that_is_always_expired_ends_in_signing_in_again() {
    let (server, ground, settings) = signed_in().await;
    server.on("user.current", [Reply::fixture("error_401_expired_token")]);
    let error = ground.open(&settings).who_am_i().await.expect_err("always expired");
    assert_eq!((error.code(), server.asked("token").len()), ("calendar_sign_in_again", 1));
}

#[tokio::test]
async fn a_refused_renewal_ends_in_signing_in_again() {
    let (server, ground, settings) = signed_in().await;
    server.on("user.current", [Reply::fixture("error_401_expired_token")]);
    server.on("token", [Reply::Json(400, json!({"error": "invalid_grant"}))]);
    let error = ground.open(&settings).who_am_i().await.expect_err("refused");
    assert_eq!((error.code(), ground.keeper.times()), ("calendar_sign_in_again", 0));
}

#[tokio::test]
async fn a_pair_that_could_not_be_kept_is_used_and_offered_again() {
    let (server, ground, settings) = signed_in().await;
    server.on("user.current", [Reply::fixture("error_401_expired_token"), Reply::fixture("user_current_200")]);
    ground.keeper.refuses.store(true, Ordering::SeqCst);
    let calendar = ground.open(&settings);
    calendar.who_am_i().await.expect("a person");
    assert_eq!(ground.keeper.times(), 0);
    ground.keeper.refuses.store(false, Ordering::SeqCst);
    calendar.who_am_i().await.expect("a person");
    calendar.who_am_i().await.expect("a person");
    assert_eq!(ground.keeper.times(), 1, "offered again until it is kept, and not after");
    assert!(ground.keeper.last(GRANT).expect("kept").contains("EXAMPLE_REFRESH_2"));
}

#[tokio::test]
async fn a_renewal_that_names_a_foreign_portal_is_used_where_we_were() {
    let (server, ground, settings) = signed_in().await;
    server.on("token", [Reply::fixture("oauth_refresh_200")]);
    server.on("user.current", [Reply::fixture("error_401_expired_token"), Reply::fixture("user_current_200")]);
    ground.open(&settings).who_am_i().await.expect("a person");
    let kept = ground.keeper.last(GRANT).expect("kept");
    assert!(kept.contains(&server.address) && !kept.contains("portal.example"), "{kept}");
}

#[tokio::test]
async fn a_renamed_portal_is_kept_with_its_grant() {
    let (server, ground, settings) = signed_in().await;
    let new = Server::start().await;
    server.on("user.current", [Reply::Redirect(format!("{}/rest/user.current", new.address))]);
    ground.open(&settings).who_am_i().await.expect("a person");
    assert_eq!(new.asked("user.current")[0].body, json!({"auth": "EXAMPLE_ACCESS"}));
    assert_eq!(ground.keeper.last("portal"), Some(new.address.clone()));
    assert!(ground.keeper.last(GRANT).expect("kept").contains(&new.address));
}

#[tokio::test]
async fn neither_token_nor_secret_is_shown() {
    let (server, ground, settings) = signed_in().await;
    server.on("user.current", [Reply::fixture("error_401_expired_token")]);
    server.on("token", [Reply::HangUp]);
    let calendar = ground.open(&settings);
    let error = calendar.who_am_i().await.expect_err("no answer");
    let shown = format!("{} {calendar:?} {settings:?}", shown(&error));
    for secret in ["EXAMPLE_ACCESS", "EXAMPLE_REFRESH", "EXAMPLE_SECRET", "oauth/token"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[rstest]
#[case::nothing(&[], "missing webhook_url")]
#[case::a_page(&[("webhook_url", "https://portal.example.bitrix24.ru/stream/")], "unusable webhook_url")]
#[case::unencrypted(&[("webhook_url", "http://portal.example.bitrix24.ru/rest/7/secret/")], "unusable webhook_url")]
#[case::rubbish_for_a_grant(&[("grant", "{}")], "unusable grant")]
fn what_cannot_be_opened_is_named(#[case] fields: &[(&str, &str)], #[case] expected: &str) {
    let settings: ConnectionSettings = fields.iter().copied().collect();
    let error = kabinet_providers::calendars::open("bitrix24", &settings, &ground().surroundings).expect_err("not usable");
    let said = match error {
        ConnectionError::Missing { key } => format!("missing {key}"),
        ConnectionError::Unusable { key, .. } => format!("unusable {key}"),
        ConnectionError::UnknownProvider => "unknown".to_owned(),
    };
    assert_eq!(said, expected);
}
