//! Signing in at Yandex, as it was recorded and on its bad days, against a server on this computer.

mod replay;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kabinet_domain::{Ids, Sensitive, SystemIds, Timestamp};
use kabinet_providers::registry::{ConnectionError, ConnectionSettings};
use kabinet_providers::sign_in::{
    AccountSignIn, Application, Attempt, Device, DeviceAnswer, DeviceSignIn, LoopbackRedirect, SignInError, Tokens,
};
use kabinet_providers::yandex::{Addresses, Refusal, Renewal, Yandex, renewed};
use proptest::prelude::*;
use replay::{Fixture, Reply, Server, form, http, manners, manners_for, shown};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

const CLIENT_ID: &str = "0123456789abcdef0123456789abcdef";
const NOW: &str = "2026-11-21T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn device() -> Device {
    Device::new("example-device-0001", "Example PC").expect("a device")
}

fn yandex(server: &Server, secret: Option<&str>, reply: &Reply) -> Yandex {
    let application = Application { client_id: CLIENT_ID.into(), client_secret: secret.map(Sensitive::from), device: device() };
    let addresses = Addresses { oauth: server.url.clone(), login: server.url.clone() };
    Yandex::new(addresses, application, http(), manners_for(reply))
}

async fn serve(secret: Option<&str>, reply: Reply) -> (Server, Yandex) {
    let server = Server::start([reply.clone()]).await;
    let yandex = yandex(&server, secret, &reply);
    (server, yandex)
}

fn tokens() -> Tokens {
    Tokens {
        access: "y0_EXAMPLE_ACCESS".into(),
        refresh: Some("1:EXAMPLE_REFRESH".into()),
        expires_at: Some(at("2027-06-01T12:00:00Z")),
        renew_at: Some(at("2026-09-01T12:00:00Z")),
    }
}

async fn begun(user_code_answer: Reply) -> Result<DeviceSignIn, SignInError> {
    let (_server, yandex) = serve(None, user_code_answer).await;
    yandex.start_device(at(NOW)).await
}

async fn waiting_for_a_device() -> DeviceSignIn {
    begun(Fixture::read("oauth_device_code_200").reply()).await.expect("begun")
}

fn told(outcome: Result<Tokens, SignInError>) -> String {
    let say = |tokens: Tokens| {
        let refresh = tokens.refresh.as_ref().map(|token| token.reveal().as_str()).unwrap_or_default();
        format!("{} {refresh} until {:?}", tokens.access.reveal(), tokens.expires_at.map(|end| end.to_rfc3339()))
    };
    outcome.map_or_else(|error| error.code().to_owned(), say)
}

enum Asks {
    Exchange,
    StartDevice,
    PollDevice,
    Renew(&'static str),
    Revoke,
}

#[rstest]
#[case::code_for_tokens(
    "oauth_token_code_pkce_200",
    None,
    Asks::Exchange,
    "y0_EXAMPLE_ACCESS 1:EXAMPLE_REFRESH until Some(\"2027-11-21T12:00:00+00:00\")"
)]
#[case::a_code_to_type_in(
    "oauth_device_code_200",
    None,
    Asks::StartDevice,
    "abcd1234 at https://ya.ru/device, every 5s until 2026-11-21 12:05:00 UTC"
)]
#[case::not_typed_in_yet("oauth_device_token_400_pending", Some("EXAMPLE_SECRET"), Asks::PollDevice, "waiting 5s")]
#[case::renewed(
    "oauth_refresh_200",
    Some("EXAMPLE_SECRET"),
    Asks::Renew("1:EXAMPLE_REFRESH"),
    "y0_EXAMPLE_ACCESS_2 1:EXAMPLE_REFRESH_2 until Some(\"2027-11-21T12:00:00+00:00\")"
)]
#[case::ended("oauth_token_400_invalid_grant", Some("EXAMPLE_SECRET"), Asks::Renew("1:EXPIRED_EXAMPLE"), "invalid_grant")]
#[case::revoked("oauth_revoke_200", Some("EXAMPLE_SECRET"), Asks::Revoke, "revoked")]
#[tokio::test]
async fn every_recorded_exchange_is_asked_and_understood(
    #[case] name: &str,
    #[case] secret: Option<&str>,
    #[case] asks: Asks,
    #[case] expected: &str,
) {
    let fixture = Fixture::read(name);
    let (server, yandex) = serve(secret, fixture.reply()).await;
    let got = match asks {
        Asks::Exchange => told(yandex.exchange(&"1234567".into(), &Attempt::new(&SystemIds), at(NOW)).await),
        Asks::StartDevice => {
            let begun = yandex.start_device(at(NOW)).await.expect("begun");
            format!("{} at {}, every {:?} until {}", begun.user_code.reveal(), begun.page, begun.pause, begun.ends_at)
        }
        Asks::PollDevice => match yandex.poll_device(&waiting_for_a_device().await, at(NOW)).await.expect("an answer") {
            DeviceAnswer::Waiting { pause } => format!("waiting {pause:?}"),
            DeviceAnswer::Granted(tokens) => told(Ok(tokens)),
        },
        Asks::Renew(refresh) => told(yandex.renew(&Tokens { refresh: Some(refresh.into()), ..tokens() }, at(NOW)).await),
        Asks::Revoke => yandex.revoke(&tokens()).await.map_or_else(|error| error.code().to_owned(), |()| "revoked".into()),
    };
    assert_eq!(got, expected);
    let heard = &server.heard()[0];
    let mut sent = form(&heard.body);
    let mut recorded = fixture.form();
    // Every attempt draws its own.
    assert_eq!(sent.remove("code_verifier").is_some(), recorded.remove("code_verifier").is_some());
    assert_eq!((heard.asked.clone(), sent), (fixture.asked(), recorded));
    assert_eq!(heard.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn the_account_is_told_by_its_token() {
    let fixture = Fixture::read("login_info_200");
    let (server, yandex) = serve(None, fixture.reply()).await;
    let account = yandex.account(&tokens()).await.expect("an account");
    assert_eq!((account.id.reveal().as_str(), account.login.reveal().as_str()), ("1000034426", "specialist"));
    assert_eq!((account.name, account.email), (Some("Анна".into()), Some("specialist@org.example".into())));
    assert_eq!(server.heard()[0].asked, fixture.asked());
    assert_eq!(server.heard()[0].headers["authorization"], "OAuth y0_EXAMPLE_ACCESS");

    // Without the rights to name and address the short set comes.
    let (_server, yandex) = serve(None, Reply::of(200, json!({ "id": "1", "login": "x", "display_name": "" }))).await;
    let account = yandex.account(&tokens()).await.expect("an account");
    assert_eq!((account.name, account.email), (None, None));

    let (_server, yandex) = serve(None, Reply::of(401, "")).await;
    assert_eq!(yandex.account(&tokens()).await.expect_err("ended").code(), "sign_in_again");
}

#[tokio::test]
async fn through_the_browser_and_back() {
    let (server, yandex) = serve(None, Fixture::read("oauth_token_code_pkce_200").reply()).await;
    let attempt = Attempt::new(&SystemIds);
    let redirect = LoopbackRedirect::new(17_248, "/signed-in");
    let page = yandex.authorization(&attempt, &redirect, Some(&"anna@org.example".into()));
    let page = Url::parse(page.reveal()).expect("an address");
    assert_eq!(page.path(), "/authorize");
    let asked: BTreeMap<_, _> = page.query_pairs().into_owned().collect();
    let expected = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", "http://127.0.0.1:17248/signed-in"),
        ("code_challenge_method", "S256"),
        ("device_id", "example-device-0001"),
        ("device_name", "Example PC"),
        ("login_hint", "anna@org.example"),
    ];
    for (name, value) in expected {
        assert_eq!(asked[name], value, "{name}");
    }
    let code = redirect.read(&format!("/signed-in?code=1234567&state={}", asked["state"]), &attempt).expect("our code");
    yandex.exchange(&code, &attempt, at(NOW)).await.expect("tokens");
    let sent = form(&server.heard()[0].body);
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"])), asked["code_challenge"]);
    assert_eq!(sent["code"], "1234567");
    assert!(!sent.contains_key("client_secret"));
}

#[rstest]
#[case(json!({ "access_token": "y0_x" }), "y0_x 1:EXAMPLE_REFRESH until None")]
#[case(json!({ "access_token": "y0_x", "refresh_token": "", "expires_in": 60 }), "y0_x 1:EXAMPLE_REFRESH until Some(\"2026-11-21T12:01:00+00:00\")")]
#[case(json!({ "access_token": "y0_x", "expires_in": i64::MAX }), "y0_x 1:EXAMPLE_REFRESH until None")]
#[case(json!({ "access_token": "two words" }), "provider_unexpected")]
#[case(json!({ "access_token": "" }), "provider_unexpected")]
#[case(json!("y0_x"), "provider_unexpected")]
#[tokio::test]
async fn an_answer_is_taken_as_far_as_it_goes(#[case] answer: Value, #[case] expected: &str) {
    let (_server, yandex) = serve(None, Reply::of(200, answer)).await;
    assert_eq!(told(yandex.renew(&tokens(), at(NOW)).await), expected);
}

#[rstest]
#[case::denied(Reply::of(400, json!({ "error": "access_denied" })), "access_denied")]
#[case::mistyped(Reply::of(400, json!({ "error": "bad_verification_code" })), "bad_verification_code")]
#[case::unknown_application(Reply::of(401, json!({ "error": "invalid_client" })), "invalid_client")]
#[case::new_word(Reply::of(400, json!({ "error": "new_word", "error_description": "y0_secret" })), "sign_in_again")]
#[case::blocked(Reply::of(403, json!({ "error": "unauthorized_client" })), "unauthorized_client")]
#[case::too_often(Reply::of(429, "").with("retry-after", "3"), "provider_busy")]
#[case::down(Reply::html(502), "provider_unavailable")]
#[case::a_page(Reply::html(200), "provider_unexpected")]
#[case::elsewhere(Reply::html(404), "provider_unexpected")]
#[case::lost(Reply::HangUp, "provider_unavailable")]
#[case::cut(Reply::CutShort, "provider_unavailable")]
#[case::slow(Reply::FallSilent, "provider_unavailable")]
#[tokio::test]
async fn what_went_wrong_has_a_code_and_is_not_tried_again(#[case] reply: Reply, #[case] code: &str) {
    let server = Server::start([reply.clone(), reply.clone()]).await;
    let yandex = yandex(&server, None, &reply);
    let error = yandex.exchange(&"1234567".into(), &Attempt::new(&SystemIds), at(NOW)).await.expect_err("refused");
    assert_eq!(error.code(), code, "{error:?}");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_secret_does_not_follow_to_another_server() {
    let other = Server::start([Reply::of(200, json!({ "access_token": "y0_x" }))]).await;
    let (server, yandex) = serve(Some("EXAMPLE_SECRET"), Reply::of(307, "").with("location", other.url.as_str())).await;
    assert_eq!(told(yandex.renew(&tokens(), at(NOW)).await), "provider_unexpected");
    assert_eq!((server.heard().len(), other.heard().len()), (1, 0));
}

#[tokio::test]
async fn a_code_is_polled_as_the_server_wishes_and_no_longer_than_it_lives() {
    let answer = json!({ "device_code": "d", "user_code": "u", "verification_url": "https://ya.ru/device", "expires_in": 90, "interval": 7 });
    let begun_device = begun(Reply::of(200, answer)).await.expect("begun");
    assert_eq!((begun_device.pause, begun_device.ends_at), (Duration::from_secs(7), at("2026-11-21T12:01:30Z")));

    let (_server, yandex) = serve(None, Reply::of(400, json!({ "error": "slow_down" }))).await;
    let answer = yandex.poll_device(&begun_device, at(NOW)).await.expect("an answer");
    assert!(matches!(answer, DeviceAnswer::Waiting { pause } if pause == Duration::from_secs(12)));

    let (_server, yandex) = serve(None, Fixture::read("oauth_token_code_pkce_200").reply()).await;
    assert!(matches!(yandex.poll_device(&begun_device, at(NOW)).await, Ok(DeviceAnswer::Granted(_))));

    let (server, yandex) = serve(None, Reply::HangUp).await;
    let error = yandex.poll_device(&begun_device, begun_device.ends_at).await.expect_err("over");
    assert!(matches!(error, SignInError::Refused(Refusal::ExpiredCode)));
    assert_eq!(server.heard().len(), 0);

    let hasty = json!({ "device_code": "d", "user_code": "u", "verification_url": "https://ya.ru/device", "expires_in": 90, "interval": 0 });
    assert_eq!(begun(Reply::of(200, hasty)).await.expect("begun").pause, Duration::from_secs(1));
    let hostile = json!({ "device_code": "d", "user_code": "u", "verification_url": "file:///etc/passwd", "expires_in": 90 });
    assert_eq!(begun(Reply::of(200, hostile)).await.expect_err("no page").code(), "provider_unexpected");
}

#[tokio::test]
async fn tokens_are_renewed_in_time_and_a_bad_day_waits() {
    let due = at("2026-09-01T12:00:00Z");
    let (server, yandex) = serve(None, Fixture::read("oauth_refresh_200").reply()).await;
    let early = renewed(&yandex, &tokens(), due - chrono::TimeDelta::seconds(1)).await;
    assert!(matches!(early, Ok(Renewal::NotDue)) && server.heard().is_empty());
    let Ok(Renewal::Renewed(fresh)) = renewed(&yandex, &tokens(), due).await else { panic!("renewed") };
    // A quarter of a year on, as the documentation advises.
    assert_eq!(fresh.renew_at, Some(due + chrono::TimeDelta::seconds(31_536_000 / 4)));

    let (_server, yandex) = serve(None, Reply::html(503)).await;
    let later = renewed(&yandex, &tokens(), due).await;
    assert!(matches!(later, Ok(Renewal::Later(SignInError::Unavailable(_)))));
    let (_server, yandex) = serve(None, Reply::html(503)).await;
    let over = renewed(&yandex, &tokens(), at("2027-06-01T12:00:00Z")).await;
    assert!(matches!(over, Err(SignInError::Unavailable(_))));
    let (_server, yandex) = serve(None, Fixture::read("oauth_token_400_invalid_grant").reply()).await;
    let refused = renewed(&yandex, &tokens(), due).await;
    assert!(matches!(refused, Err(SignInError::Refused(Refusal::InvalidGrant))));
    let pasted = renewed(&yandex, &Tokens::pasted("y0_x".into()), due).await;
    assert!(matches!(pasted, Ok(Renewal::NotDue)));
}

#[tokio::test]
async fn the_registry_knows_how_to_sign_in() {
    let (server, _) = serve(None, Fixture::read("oauth_revoke_200").reply()).await;
    let url = server.url.as_str();
    let settings: ConnectionSettings =
        [("client_id", CLIENT_ID), ("client_secret", "hush"), ("oauth_address", url), ("login_address", url)]
            .into_iter()
            .collect();
    let open = |provider: &str, settings: &ConnectionSettings| kabinet_providers::sign_in(provider, settings, device(), http());
    let account = open("telemost", &settings).expect("opened").expect("it is signed in to");
    account.revoke(&tokens()).await.expect("revoked");
    assert!(server.heard()[0].body.ends_with("&client_secret=hush"));
    assert!(!format!("{account:?}").contains("hush"));
    assert!(open("link", &settings).expect("opened").is_none());
    let error = open("telemost", &ConnectionSettings::default()).expect_err("which application?");
    assert!(matches!(error, ConnectionError::Missing { key: "client_id" }));
}

#[rstest]
#[case("short", false)]
#[case("0198f3a0-1111-7222-8333-444455556666", true)]
#[case("with a space", false)]
#[case("имя-этого-компьютера", false)]
fn a_device_has_an_id_that_the_server_takes(#[case] id: &str, #[case] sound: bool) {
    assert_eq!(Device::new(id, &"я".repeat(500)).is_some(), sound);
}

const SECRETS: [&str; 5] = ["y0_EXAMPLE_ACCESS", "1:EXAMPLE_REFRESH", "1234567", "EXAMPLE_SECRET", "anna@org.example"];

/// Draws always the same, so that the verifier is known.
#[derive(Debug)]
struct Known;

impl Ids for Known {
    fn next(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_error_shows_a_secret(
        status in prop_oneof![200u16..=204, 400u16..=429, 500u16..=504],
        word in proptest::sample::select(vec!["invalid_grant", "new", SECRETS[0], SECRETS[4]]),
        echo in proptest::sample::select(SECRETS.to_vec()),
        key in proptest::sample::select(vec!["error_description", "access_token", "id", "device_code"]),
    ) {
        let reply = Reply::of(status, json!({ "error": word, key: echo, "expires_in": echo, "login": 1 }));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let errors = runtime.block_on(async {
            let server = Server::start(std::iter::repeat_n(reply.clone(), 12)).await;
            let application = Application { client_id: CLIENT_ID.into(), client_secret: Some(SECRETS[3].into()), device: device() };
            let addresses = Addresses { oauth: server.url.clone(), login: server.url.clone() };
            let yandex = Yandex::new(addresses, application, http(), manners());
            [
                yandex.exchange(&SECRETS[2].into(), &Attempt::new(&Known), at(NOW)).await.err(),
                yandex.start_device(at(NOW)).await.err(),
                yandex.renew(&tokens(), at(NOW)).await.err(),
                yandex.revoke(&tokens()).await.err(),
                yandex.account(&tokens()).await.err(),
            ]
        });
        let verifier = URL_SAFE_NO_PAD.encode([7; 32]);
        for error in errors.into_iter().flatten() {
            let shown = shown(&error);
            for secret in SECRETS.iter().copied().chain([verifier.as_str(), "127.0.0.1"]) {
                prop_assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}
