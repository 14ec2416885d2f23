//! What a portal sends by itself.

use crate::portal::fixture;
use kabinet_providers::bitrix24::incoming::{Incoming, IncomingError, KnownPortal, understand};
use kabinet_providers::calendars::GRANT;
use rstest::rstest;

const MEMBER: &str = "0123456789abcdef0123456789abcdef";

fn body(name: &str) -> String {
    fixture(name)["request"]["body"].as_str().expect("a form").to_owned()
}

fn known(token: &str) -> Vec<KnownPortal> {
    vec![
        KnownPortal { member_id: "another".to_owned(), application_token: "another_token".into() },
        KnownPortal { member_id: MEMBER.to_owned(), application_token: token.into() },
    ]
}

#[rstest]
#[case::outgoing_webhook("incoming_event_delete_outgoing_webhook", "example_webhook_token")]
#[case::application("incoming_event_update_application", "example_application_token")]
fn a_change_is_known_by_its_token(#[case] name: &str, #[case] token: &str) {
    let check = |body: &str| match understand(body.as_bytes(), &known(token), None) {
        Ok(Incoming::Changed(changed)) => assert_eq!((changed.event_id.0.as_str(), changed.portal.as_str()), ("1246", MEMBER)),
        other => panic!("{other:?}"),
    };
    check(&body(name));
    check(&body(name).replace("%5B", "[").replace("%5D", "]"));
}

#[rstest]
#[case::wrong_token(known("another_token"))]
#[case::no_token_kept(known(""))]
#[case::unknown_portal(vec![])]
#[case::the_token_of_another_portal(vec![KnownPortal { member_id: "another".into(), application_token: "example_webhook_token".into() }])]
fn an_event_without_the_portals_own_token_is_refused(#[case] known: Vec<KnownPortal>) {
    let body = body("incoming_event_delete_outgoing_webhook");
    assert_eq!(understand(body.as_bytes(), &known, None).expect_err("refused"), IncomingError::Unverified);
}

#[rstest]
#[case::nothing("")]
#[case::json(r#"{"event": "ONCALENDARENTRYADD"}"#)]
#[case::no_id("event=ONCALENDARENTRYADD&auth[member_id]=0123456789abcdef0123456789abcdef&auth[application_token]=token")]
#[case::deep("event=X&a[b][c][d][e][f]=1&auth[member_id]=a&auth[application_token]=b")]
fn what_is_no_event_is_refused(#[case] body: &str) {
    assert_eq!(understand(body.as_bytes(), &known("token"), None).expect_err("refused"), IncomingError::NotAnEvent);
}

#[rstest]
#[case::no_token("event=ONCALENDARENTRYADD&data[id]=1&auth[member_id]=0123456789abcdef0123456789abcdef")]
#[case::no_portal("event=ONCALENDARENTRYADD&data[id]=1&auth[application_token]=token")]
#[case::scalar_and_map("auth=x&auth[member_id]=a&auth[application_token]=b&event=ONCALENDARENTRYADD")]
fn an_event_without_a_word_of_proof_is_refused_as_one_with_a_wrong_word(#[case] body: &str) {
    assert_eq!(understand(body.as_bytes(), &known("token"), None).expect_err("refused"), IncomingError::Unverified);
}

#[test]
fn too_much_is_refused() {
    let error = understand(&vec![b'a'; 70_000], &known("token"), None).expect_err("refused");
    assert_eq!(error, IncomingError::TooLarge);
}

fn of_app(event: &str, more: &str) -> String {
    format!("event={event}&auth[member_id]={MEMBER}&auth[application_token]=token{more}")
}

fn install(endpoint: &str) -> String {
    let tokens = "&auth[access_token]=EXAMPLE_ACCESS&auth[refresh_token]=EXAMPLE_REFRESH";
    let server = "&auth[server_endpoint]=https://oauth.bitrix24.tech/rest/";
    of_app("ONAPPINSTALL", &format!("&data[VERSION]=1{tokens}{server}&auth[client_endpoint]={endpoint}"))
}

#[test]
fn an_installation_brings_a_grant_and_the_token_of_later_events() {
    let body = install("https://portal.example.bitrix24.ru/rest/");
    let Ok(Incoming::Installed(installation)) = understand(body.as_bytes(), &[], None) else { panic!("not installed") };
    assert_eq!((installation.portal.as_str(), installation.application_token.reveal().as_str()), (MEMBER, "token"));
    assert!(installation.settings.0[GRANT].reveal().contains("EXAMPLE_REFRESH"));
    assert_eq!(installation.settings.0["portal"].reveal(), "https://portal.example.bitrix24.ru");
    let shown = format!("{installation:?}");
    assert!(!shown.contains("EXAMPLE") && !shown.contains("portal.example"), "{shown}");
}

#[rstest]
#[case::foreign("https://evil.example/rest/", None, false)]
#[case::unencrypted("http://portal.example.bitrix24.ru/rest/", None, false)]
#[case::ones_own("https://crm.clinic.example/rest/", Some("crm.clinic.example"), true)]
#[case::not_the_named_one("https://crm.evil.example/rest/", Some("crm.clinic.example"), false)]
fn an_installation_from_elsewhere_is_not_asked_back(#[case] endpoint: &str, #[case] named: Option<&str>, #[case] taken: bool) {
    let understood = understand(install(endpoint).as_bytes(), &[], named);
    assert_eq!(understood.is_ok(), taken, "{understood:?}");
}

#[test]
fn a_removal_is_proved_by_the_kept_token_alone() {
    let body = of_app("ONAPPUNINSTALL", "&data[LANGUAGE_ID]=ru&data[CLEAN]=1");
    let understood = understand(body.as_bytes(), &known("token"), None);
    assert!(matches!(&understood, Ok(Incoming::Uninstalled { portal, clean: true }) if portal == MEMBER), "{understood:?}");
    assert!(understand(body.as_bytes(), &known("another"), None).is_err());
}

#[test]
fn other_events_of_a_known_portal_are_nothing_to_us() {
    let body = of_app("ONCRMLEADADD", "&data[FIELDS][ID]=5");
    assert!(matches!(understand(body.as_bytes(), &known("token"), None), Ok(Incoming::Other)));
}
