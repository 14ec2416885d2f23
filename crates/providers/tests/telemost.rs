//! Telemost's API, as it is documented and on its bad days, against a server on this computer.

mod replay;

use kabinet_domain::ports::PortError;
use kabinet_domain::provider::WaitingRoom;
use kabinet_domain::{
    BroadcastChange, BroadcastDraft, MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Sensitive, Viewers,
};
use kabinet_providers::http::manners::Manners;
use kabinet_providers::registry::ConnectionSettings;
use kabinet_providers::telemost::{Telemost, TelemostError};
use proptest::prelude::*;
use replay::{Fixture, Reply, Server, http, manners, manners_for, shown};
use rstest::rstest;
use serde_json::json;

const ID: &str = "12345678901234";
const LINK: &str = "https://telemost.yandex.ru/j/12345678901234";

fn telemost(server: &Server, manners: Manners) -> Telemost {
    let api = server.url.join("/v1/telemost-api").expect("an address");
    Telemost::new(api, Some(&"y0_EXAMPLE_TOKEN".into()), http(), manners)
}

async fn serve(replies: impl IntoIterator<Item = Reply>) -> (Server, Telemost) {
    let server = Server::start(replies).await;
    let telemost = telemost(&server, manners());
    (server, telemost)
}

fn made() -> Reply {
    Reply::of(201, json!({ "id": ID, "join_url": LINK }))
}

fn emails(count: usize) -> Vec<Sensitive<String>> {
    (0..count).map(|number| format!("colleague{number}@org.example").into()).collect()
}

fn plain(secrets: &[Sensitive<String>]) -> Vec<&str> {
    secrets.iter().map(|secret| secret.reveal().as_str()).collect()
}

/// What the caller gets, in a line.
fn told_made(outcome: Result<MadeRoom, TelemostError>) -> String {
    outcome.map_or_else(|error| told(&error), |made| format!("{} {}", made.id.reveal(), made.link.reveal()))
}

fn told_state(outcome: Result<RoomState, TelemostError>) -> String {
    let say = |state: RoomState| format!("{} {:?} summary {:?}", state.link.reveal(), state.waiting_room, state.summary);
    outcome.map_or_else(|error| told(&error), say)
}

fn told_done(outcome: Result<(), TelemostError>) -> String {
    outcome.map_or_else(|error| told(&error), |()| "done".into())
}

fn told(error: &TelemostError) -> String {
    match error {
        TelemostError::UnknownCohosts { emails } => format!("{}: {}", error.code(), plain(emails).join(" ")),
        error => error.code().into(),
    }
}

enum Asks {
    Create(RoomDraft),
    Read(&'static str),
    Change(RoomChange),
    Add(Vec<Sensitive<String>>),
}

#[rstest]
#[case::made("conference_create_201", Asks::Create(RoomDraft { cohosts: vec!["assistant@org.example".into()], ..RoomDraft::default() }), "12345678901234 https://telemost.yandex.ru/j/12345678901234")]
#[case::token_ended("conference_create_401_unauthorized", Asks::Create(RoomDraft::default()), "sign_in_again")]
#[case::restricted("conference_create_403_api_restricted", Asks::Create(RoomDraft::default()), "account_restricted")]
#[case::read(
    "conference_get_200",
    Asks::Read(ID),
    "https://telemost.yandex.ru/j/12345678901234 Some(Everyone) summary Some(false)"
)]
#[case::deleted("conference_get_404_not_found", Asks::Read("99999999999999"), "room_gone")]
#[case::changed("conference_patch_waiting_room_200", Asks::Change(RoomChange { waiting_room: Some(WaitingRoom::Everyone), ..RoomChange::default() }), "done")]
#[case::cohosts_replaced("cohosts_put_204", Asks::Change(RoomChange { cohosts: Some(vec!["assistant@org.example".into()]), ..RoomChange::default() }), "done")]
#[case::unknown_cohosts("cohosts_patch_404_no_such_user", Asks::Add(vec!["nobody1@example.com".into(), "nobody2@example.com".into()]), "unknown_cohosts: nobody1@example.com nobody2@example.com")]
#[tokio::test]
async fn every_recorded_exchange_is_asked_and_understood(#[case] name: &str, #[case] asks: Asks, #[case] expected: &str) {
    let fixture = Fixture::read(name);
    let (server, telemost) = serve([fixture.reply(), Reply::of(200, json!({ "cohosts": [] }))]).await;
    let refused = fixture.response["status"].as_u64() >= Some(400);
    let careless = refused && matches!(asks, Asks::Create(_));
    let got = match asks {
        Asks::Create(draft) => told_made(telemost.create(&draft).await),
        Asks::Read(id) => told_state(telemost.read(id).await),
        Asks::Change(change) => told_done(telemost.change(ID, &change).await),
        Asks::Add(emails) => told_done(telemost.add_cohosts(ID, &emails).await),
    };
    assert_eq!(got, expected);
    let heard = &server.heard()[0];
    assert_eq!(heard.asked, fixture.asked());
    assert_eq!(heard.headers["authorization"], "OAuth y0_EXAMPLE_TOKEN");
    if careless {
        // The recorded requests left out what we always say.
        assert_eq!(heard.json(), json!({ "waiting_room_level": "ADMINS", "is_auto_summarization_enabled": false }));
    } else {
        assert_eq!(heard.json(), fixture.request["body"]);
    }
    assert_eq!(heard.headers.contains_key("content-type"), !fixture.request["body"].is_null());
}

#[rstest]
#[case::lost_answer(Reply::HangUp, "room_may_have_been_made")]
#[case::cut_answer(Reply::CutShort, "room_may_have_been_made")]
#[case::slow_answer(Reply::FallSilent, "room_may_have_been_made")]
#[case::gateway_lost_it(Reply::html(502), "room_may_have_been_made")]
#[case::gateway_gave_up(Reply::html(504), "room_may_have_been_made")]
#[case::failed_somewhere(Reply::of(500, json!({ "error": "InternalError" })), "room_may_have_been_made")]
#[case::answered_by_a_page(Reply::html(200), "room_may_have_been_made")]
#[case::no_link(Reply::of(201, json!({ "id": ID })), "room_may_have_been_made")]
#[case::no_web_link(Reply::of(201, json!({ "id": ID, "join_url": "javascript:alert(1)" })), "room_may_have_been_made")]
#[case::endless(Reply::of(201, "x".repeat(300_000)), "room_may_have_been_made")]
#[case::too_busy(Reply::html(503), "provider_unavailable")]
#[case::too_often(Reply::of(429, "").with("retry-after", "0"), "provider_busy")]
#[case::another_address(Reply::html(404), "provider_rejects")]
#[case::another_api(Reply::of(404, json!({ "error": "ConferenceNotFound" })), "provider_unexpected")]
#[case::no_broadcasts(Reply::of(402, json!({ "error": "PaymentRequiredToUseLiveStreams" })), "plan_too_small")]
#[case::forbidden(Reply::of(403, json!({ "error": "ForbiddenError" })), "provider_forbids")]
#[tokio::test]
async fn a_room_is_asked_for_once_whatever_comes_of_it(#[case] reply: Reply, #[case] code: &str) {
    let manners = manners_for(&reply);
    let server = Server::start([reply, made()]).await;
    let error = telemost(&server, manners).create(&RoomDraft::default()).await.expect_err("a bad day");
    assert_eq!(error.code(), code, "{error:?}");
    assert_eq!(server.asked(), ["POST /v1/telemost-api/conferences"]);
}

#[tokio::test]
async fn what_was_never_sent_was_not_made() {
    let server = Server::start([]).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let telemost = Telemost::new(nobody.parse().expect("an address"), Some(&"y0_EXAMPLE_TOKEN".into()), http(), manners());
    assert_eq!(told_made(telemost.create(&RoomDraft::default()).await), "provider_unavailable");

    let signed_out = Telemost::new(server.url.clone(), None, http(), manners());
    assert_eq!(told_made(signed_out.create(&RoomDraft::default()).await), "sign_in_again");
    for (draft, field) in [
        (RoomDraft { cohosts: vec!["Anna".into()], ..RoomDraft::default() }, "cohosts"),
        (
            RoomDraft {
                broadcast: Some(BroadcastDraft { title: "x".repeat(1025).into(), ..BroadcastDraft::default() }),
                ..RoomDraft::default()
            },
            "title",
        ),
    ] {
        let error = Telemost::new(server.url.clone(), Some(&"t".into()), http(), manners()).create(&draft).await;
        assert!(matches!(error, Err(TelemostError::Invalid { field: found }) if found == field));
    }
    for id in ["", "..", "1/../2", "1?x"] {
        assert_eq!(told_state(telemost.read(id).await), "room_field_bad");
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_broadcast_has_texts_and_a_link_of_its_own() {
    let watch = "https://telemost.yandex.ru/live/0123456789abcdef0123456789abcdef";
    let answer = json!({ "id": ID, "join_url": LINK, "live_stream": { "watch_url": watch } });
    let (server, telemost) = serve([Reply::of(201, answer)]).await;
    let broadcast =
        BroadcastDraft { title: "Лекция".into(), description: "О сне".into(), viewers: Viewers::Organisation };
    let draft = RoomDraft {
        waiting_room: Some(WaitingRoom::Outsiders),
        broadcast: Some(broadcast),
        summary: true,
        ..RoomDraft::default()
    };
    let made = telemost.create(&draft).await.expect("made");
    assert_eq!(made.watch_link, Some(watch.into()));
    assert_eq!(
        server.heard()[0].json(),
        json!({
            "waiting_room_level": "ORGANIZATION",
            "live_stream": { "access_level": "ORGANIZATION", "title": "Лекция", "description": "О сне" },
            "is_auto_summarization_enabled": true,
        })
    );
}

#[rstest]
#[case::nothing_but_the_promised(json!({}), None, None)]
#[case::new_words(json!({ "waiting_room_level": "FRIENDS", "access_level": 7, "is_auto_summarization_enabled": "perhaps", "new": {} }), None, None)]
#[case::nulls(json!({ "waiting_room_level": null, "live_stream": null, "is_auto_summarization_enabled": null }), None, None)]
#[case::unknown_by_name(json!({ "waiting_room_level": "UNKNOWN", "is_auto_summarization_enabled": true }), None, Some(true))]
#[case::open(json!({ "waiting_room_level": "PUBLIC" }), Some(WaitingRoom::Nobody), None)]
#[tokio::test]
async fn what_is_new_or_absent_is_not_known(
    #[case] mut conference: serde_json::Value,
    #[case] waiting_room: Option<WaitingRoom>,
    #[case] summary: Option<bool>,
) {
    conference["id"] = json!(ID);
    conference["join_url"] = json!(LINK);
    let (_server, telemost) = serve([Reply::of(200, conference), Reply::of(200, json!({ "cohosts": [] }))]).await;
    let state = telemost.read(ID).await.expect("read");
    let expected = RoomState { link: LINK.into(), waiting_room, cohosts: Vec::new(), broadcast: None, summary };
    assert_eq!(state, expected);
}

#[tokio::test]
async fn a_broadcast_is_read_and_changed_as_far_as_it_is_told() {
    let stream = json!({ "watch_url": "javascript:alert(1)", "access_level": "FRIENDS", "title": "Лекция" });
    let (server, telemost) = serve([
        Reply::of(200, json!({ "id": ID, "join_url": LINK, "live_stream": stream })),
        Reply::of(200, json!({ "cohosts": [{ "email": "anna@org.example" }, { "name": "nobody" }] })),
        Reply::html(200),
    ])
    .await;
    let state = telemost.read(ID).await.expect("read");
    assert_eq!(plain(&state.cohosts), ["anna@org.example"]);
    let broadcast = state.broadcast.expect("a broadcast");
    assert_eq!((broadcast.title, broadcast.description), (Some("Лекция".into()), None));
    assert_eq!((broadcast.watch_link, broadcast.viewers), (None, None));

    let texts = BroadcastChange { title: Some("Новая".into()), ..BroadcastChange::default() };
    telemost.change(ID, &RoomChange { broadcast: Some(texts), ..RoomChange::default() }).await.expect("its answer is not read");
    assert_eq!(server.heard()[2].json(), json!({ "live_stream": { "title": "Новая" } }));

    let nothing = RoomChange { broadcast: Some(BroadcastChange::default()), ..RoomChange::default() };
    telemost.change(ID, &nothing).await.expect("nothing to do");
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn many_cohosts_come_after_the_room_and_cannot_lose_it() {
    let unknown = json!({ "error": "NoSuchUserPrincipalsFound", "details": { "emails": "colleague60@org.example" } });
    let (server, telemost) = serve([made(), Reply::of(204, ""), Reply::of(404, unknown)]).await;
    let made = telemost.create(&RoomDraft { cohosts: emails(65), ..RoomDraft::default() }).await.expect("made");
    assert_eq!(made.link, LINK.into());
    let without = made.without.expect("five are missing");
    assert_eq!(without.cohosts, emails(65)[60..]);
    assert!(matches!(without.error, MakeRoomError::UnknownCohosts { emails } if plain(&emails) == ["colleague60@org.example"]));
    let counts: Vec<_> = server.heard().iter().map(|heard| heard.json()["cohosts"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(counts, [30, 30, 5]);
    let asked = server.asked();
    assert_eq!(asked[0], "POST /v1/telemost-api/conferences");
    assert!(asked[1..].iter().all(|asked| asked == "PATCH /v1/telemost-api/conferences/12345678901234/cohosts"), "{asked:?}");
}

fn page(emails: &[Sensitive<String>]) -> Reply {
    let listed: Vec<_> = emails.iter().map(|email| json!({ "email": email.reveal() })).collect();
    Reply::of(200, json!({ "cohosts": listed }))
}

#[tokio::test]
async fn cohosts_are_read_page_by_page() {
    let all = emails(103);
    let (server, telemost) = serve([page(&all[..50]), page(&all[50..100]), page(&all[100..])]).await;
    assert_eq!(telemost.cohosts(ID).await.expect("listed"), all);
    let list = "GET /v1/telemost-api/conferences/12345678901234/cohosts";
    assert_eq!(server.asked(), [0, 50, 100].map(|offset| format!("{list}?offset={offset}&limit=50")));

    // One that does not know pages gives the same again.
    let (server, telemost) = serve([page(&all[..50]), page(&all[..50])]).await;
    assert_eq!(telemost.cohosts(ID).await.expect("listed"), all[..50]);
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn many_cohosts_are_replaced_by_adding_first() {
    let mut there = emails(40);
    there.extend(["Old+One@org.example".into(), "old,two".into()]);
    let done = || Reply::of(204, "");
    let (server, telemost) = serve([page(&there[..41]), done(), done()]).await;
    let mut wanted = emails(40);
    wanted[0] = "COLLEAGUE0@org.example".into();
    wanted.push("new@org.example".into());
    telemost.replace_cohosts(ID, &wanted).await.expect("replaced");
    let heard = server.heard();
    assert_eq!(heard[1].json(), json!({ "cohosts": [{ "email": "new@org.example" }] }));
    assert_eq!(heard[2].asked, "DELETE /v1/telemost-api/conferences/12345678901234/cohosts?cohost_emails=Old%2BOne@org.example");

    let (server, telemost) = serve([done(), done(), done()]).await;
    telemost.remove_cohosts(ID, &emails(31)).await.expect("removed");
    let commas: Vec<_> = server.asked().iter().map(|asked| asked.matches(',').count()).collect();
    assert_eq!(commas, [29, 0]);

    let (server, telemost) = serve([done()]).await;
    telemost.change(ID, &RoomChange { cohosts: Some(Vec::new()), ..RoomChange::default() }).await.expect("nobody left");
    assert_eq!(server.heard()[0].json(), json!({ "cohosts": [] }));
    assert!(server.heard()[0].asked.starts_with("PUT "));
}

#[rstest]
#[case::gateway([Reply::html(502), Reply::html(503)])]
#[case::lost([Reply::HangUp, Reply::CutShort])]
#[case::slow([Reply::FallSilent, Reply::FallSilent])]
#[case::asked_to_wait([Reply::of(429, "").with("retry-after", "0"), Reply::of(503, "").with("retry-after", "0")])]
#[tokio::test]
async fn what_may_be_repeated_is_repeated(#[case] bad: [Reply; 2]) {
    let change = RoomChange { waiting_room: Some(WaitingRoom::Nobody), ..RoomChange::default() };
    let manners = manners_for(&bad[0]);
    let server = Server::start(bad.into_iter().chain([Reply::of(200, "{}")])).await;
    telemost(&server, manners).change(ID, &change).await.expect("the third time");
    assert_eq!(server.asked(), ["PATCH /v1/telemost-api/conferences/12345678901234"; 3]);
}

#[tokio::test]
async fn patience_has_an_end() {
    let (server, telemost) = serve([Reply::html(502), Reply::html(502), Reply::html(502), made()]).await;
    assert_eq!(told_state(telemost.read(ID).await), "provider_unavailable");
    assert_eq!(server.heard().len(), 3);

    for seconds in [3600, u64::MAX] {
        let (server, telemost) = serve([Reply::of(429, "").with("retry-after", &seconds.to_string())]).await;
        let error = telemost.read(ID).await.expect_err("too often");
        assert!(matches!(error, TelemostError::RateLimited { retry_after: Some(asked) } if asked == seconds));
        assert_eq!(server.heard().len(), 1);
    }

    let (server, telemost) = serve([Reply::of(200, "x".repeat(300_000))]).await;
    assert_eq!(told_state(telemost.read(ID).await), "provider_unexpected");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn the_registrys_provider_makes_reads_and_changes() {
    let restricted = Fixture::read("conference_create_403_api_restricted").reply();
    let gone = Fixture::read("conference_get_404_not_found").reply();
    let (server, _) = serve([made(), gone.clone(), gone, restricted, Reply::of(401, "{}")]).await;
    let settings = |token: &str| -> ConnectionSettings {
        [("api_address", server.url.as_str()), ("access_token", token)].into_iter().collect()
    };
    let open = |token| kabinet_providers::open("telemost", &settings(token), http());
    let rooms = open("y0_EXAMPLE_TOKEN").expect("opened");
    let made = rooms.make_room(&RoomDraft::default()).await.expect("made");
    assert_eq!(rooms.client_link(made.id.reveal()).expect("a link"), *made.link.reveal());
    assert_eq!(
        rooms.client_link("https://telemost.360.yandex.com/j/1234567890?a=1").expect("a link"),
        "https://telemost.360.yandex.com/j/1234567890?a=1"
    );
    assert!(rooms.client_link("https://meet.example.org/room").is_err());
    let error = rooms.read_room(&made.id).await.expect_err("it is gone");
    assert!(matches!(error, MakeRoomError::Port(PortError::NotFound)));

    rooms.check().await.expect("that there is no such conference is an answer");
    assert!(matches!(rooms.check().await, Err(PortError::Restricted)));
    assert!(matches!(rooms.check().await, Err(PortError::Unauthorized)));
    assert!(open("two words").is_err());
    assert!(matches!(open("").expect("links work without").check().await, Err(PortError::Unauthorized)));
    assert_eq!(server.heard().len(), 5);
}

/// What must never be shown, put where a server may echo it.
const SECRETS: [&str; 5] = ["y0_EXAMPLE_TOKEN", "anna@org.example", "Лекция Анны", LINK, "98765432109876"];

fn a_bad_answer() -> impl Strategy<Value = Reply> {
    let echo = proptest::sample::select(SECRETS.to_vec());
    let status = prop_oneof![200u16..=204, 300u16..=308, 400u16..=431, 500u16..=504];
    let words = ["ConferenceNotFound", "NoSuchUserPrincipalsFound", "ApiRestrictedToOrganizations", "New"];
    let word = prop_oneof![proptest::sample::select(words.to_vec()), echo.clone()];
    let said = (status, word, echo).prop_map(|(status, word, echo)| {
        let body = json!({ "error": word, "description": echo, "message": echo, "details": { "emails": echo }, "id": echo, "join_url": echo });
        Reply::of(status, body).with("yandex-cloud-request-id", &format!("rest {}", SECRETS[0])).with("retry-after", "7")
    });
    prop_oneof![6 => said, 1 => Just(Reply::HangUp), 1 => Just(Reply::CutShort), 1 => Just(Reply::html(502))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_error_shows_a_token_a_person_or_a_link(reply in a_bad_answer()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let errors = runtime.block_on(async {
            let server = Server::start(std::iter::repeat_n(reply, 8)).await;
            let telemost = telemost(&server, Manners { tries: 1, ..manners() });
            let broadcast = BroadcastDraft { title: SECRETS[2].into(), ..BroadcastDraft::default() };
            let draft = RoomDraft { cohosts: vec![SECRETS[1].into()], broadcast: Some(broadcast), ..RoomDraft::default() };
            let cohosts: Vec<Sensitive<String>> = vec![SECRETS[1].into()];
            [
                telemost.create(&draft).await.err(),
                telemost.read(SECRETS[4]).await.err(),
                telemost.change(SECRETS[4], &RoomChange { summary: Some(true), ..RoomChange::default() }).await.err(),
                telemost.remove_cohosts(SECRETS[4], &cohosts).await.err(),
            ]
        });
        for error in errors.into_iter().flatten() {
            let first = shown(&error);
            let both = format!("{first}{}", shown(&MakeRoomError::from(error)));
            for secret in SECRETS.iter().chain(&["127.0.0.1"]) {
                prop_assert!(!both.contains(secret), "{secret} in {both}");
            }
        }
    }
}
