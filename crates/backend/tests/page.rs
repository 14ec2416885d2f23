//! The client's page, by a clock that the test moves.

mod house;

use house::{ADMIN, House, TOKEN};
use kabinet_api::{Conference, ConferenceBody, PagePhase, PageState};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

const PUBLIC: &str = "https://page.example.org/kab";

/// Its room is at a provider that reports nothing.
async fn elsewhere() -> House {
    House::open_with(|config| {
        config.practice.public_url = PUBLIC.to_owned();
        config.practice.name = "Практика «Тишина»".to_owned();
    })
    .await
}

async fn planned(house: &House, starts: &str, more: Value) -> Conference {
    let mut body = json!({"client": "Иван Тайный", "start_date": "2026-12-23", "start_time": starts, "timezone": "UTC", "duration": 50,
        "provider": "telemost", "link": "https://telemost.example/j/1234567890"});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let answer = house.ask(Method::POST, "/api/conferences", TOKEN).json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.expect("a consultation")
}

/// Where the page is here, since its public address is nobody's.
fn path(conference: &Conference) -> String {
    let link = conference.invite_link.as_deref().expect("a link");
    link.strip_prefix(PUBLIC).expect("the public address").to_owned()
}

async fn get(house: &House, path: &str) -> Response {
    house.http.get(house.url(path)).send().await.expect("an answer")
}

async fn post(house: &House, path: &str, body: Value) -> Response {
    house.http.post(house.url(path)).body(body.to_string()).send().await.expect("an answer")
}

async fn say(house: &House, page: &str, word: &str, visit: &str, more: Value) -> PageState {
    let mut body = json!({"visit": visit});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let answer = post(house, &format!("{page}/{word}"), body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("a state")
}

async fn here(house: &House, page: &str, visit: &str) -> PageState {
    say(house, page, "here", visit, json!({})).await
}

async fn state(house: &House, page: &str) -> PageState {
    get(house, &format!("{page}/state")).await.json().await.expect("a state")
}

/// Changes a consultation, and waits until its page has heard of it.
async fn change(house: &House, conference: &Conference, change: impl FnOnce(&mut ConferenceBody)) {
    let mut body = ConferenceBody::from(conference.clone());
    change(&mut body);
    let path = format!("/api/conferences/{}", conference.id);
    let answer = house.ask(Method::PUT, &path, TOKEN).json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    house.later(0).await;
}

#[tokio::test]
async fn a_link_is_the_same_over_restarts_and_is_not_kept_as_somebody_elses() {
    let mut house = elsewhere().await;
    let planned = planned(&house, "12:30", json!({})).await;
    let again = |house: &House| house.ask(Method::GET, &format!("/api/conferences/{}", planned.id), TOKEN);
    house.restart().await;
    let shown: Conference = again(&house).send().await.expect("an answer").json().await.expect("a consultation");
    assert_eq!(shown.invite_link, planned.invite_link);
    change(&house, &shown, |_| {}).await;
    let shown: Conference = again(&house).send().await.expect("an answer").json().await.expect("a consultation");
    assert_eq!((shown.version, &shown.invite_link), (planned.version, &planned.invite_link), "sent back, it changes nothing");
    change(&house, &shown, |body| body.invite_link = Some("https://other.example/door".to_owned())).await;
    let shown: Conference = again(&house).send().await.expect("an answer").json().await.expect("a consultation");
    assert_eq!(shown.invite_link.as_deref(), Some("https://other.example/door"));
    assert_eq!(get(&house, &path(&planned)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn without_a_public_address_there_are_no_pages() {
    let house = House::open().await;
    let planned = house.plan().await;
    assert_eq!(planned.invite_link, None);
    let admit = format!("/api/conferences/{}/admit", planned.id);
    let refused = house.ask(Method::POST, &admit, TOKEN).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(get(&house, "/w/whatever").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn fetching_is_nobody_and_a_visible_page_is_somebody() {
    let house = elsewhere().await;
    let page = path(&planned(&house, "12:05", json!({})).await);
    for method in [Method::GET, Method::HEAD] {
        let answer = house.http.request(method, house.url(&page)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
    }
    state(&house, &page).await;
    assert_eq!(house.told(TOKEN).await, Vec::<String>::new());
    let told = here(&house, &page, "visit-one").await;
    assert_eq!((told.phase, told.waiting_since), (PagePhase::Waiting, Some(house.now())));
    here(&house, &page, "visit-two").await;
    here(&house, &page, "visit-one").await;
    assert_eq!(house.told(TOKEN).await, ["client_opened_link", "client_waiting"]);
    let waiting = house.events(TOKEN).await.pop().expect("an event");
    assert_eq!((waiting.place.as_deref(), waiting.source.as_str()), (Some("page"), "page"));
    say(&house, &page, "leave", "visit-one", json!({})).await;
    house.later(9).await;
    assert_eq!(house.told(TOKEN).await, ["client_opened_link", "client_waiting"], "the other device is still there");
    say(&house, &page, "leave", "visit-two", json!({})).await;
    house.later(9).await;
    assert_eq!(house.told(TOKEN).await, ["client_opened_link", "client_waiting", "client_left"]);
    assert_eq!(house.events(TOKEN).await.pop().and_then(|event| event.reason).as_deref(), Some("closed"));
    assert_eq!(state(&house, &page).await.waiting_since, None);
}

#[tokio::test]
async fn whoever_waits_goes_on_waiting_over_a_restart() {
    let mut house = elsewhere().await;
    let page = path(&planned(&house, "12:05", json!({})).await);
    here(&house, &page, "visit-one").await;
    house.later(20).await;
    house.restart().await;
    assert!(state(&house, &page).await.waiting_since.is_some());
    house.later(20).await;
    here(&house, &page, "visit-one").await;
    assert_eq!(house.told(TOKEN).await, ["client_opened_link", "client_waiting"]);
    house.restart().await;
    house.later(40).await;
    house.later(60).await;
    assert_eq!(house.told(TOKEN).await, ["client_opened_link", "client_waiting", "client_line_lost", "client_left"]);
    house.restart().await;
    house.later(300).await;
    assert_eq!(house.told(TOKEN).await.len(), 4, "what is told is not told again");
}

#[tokio::test]
async fn what_was_said_of_another_time_is_not_found_again_at_a_restart() {
    let mut house = elsewhere().await;
    let conference = planned(&house, "12:05", json!({})).await;
    let page = path(&conference);
    let answer = house.ask(Method::POST, &format!("/api/conferences/{}/answer", conference.id), TOKEN);
    assert_eq!(answer.json(&json!({"answer": "cannot"})).send().await.expect("an answer").status(), StatusCode::OK);
    say(&house, &page, "late", "visit-one", json!({"minutes": 10})).await;
    house.restart().await;
    let same = state(&house, &page).await;
    assert!(same.specialist.is_some() && same.late.is_some());
    change(&house, &conference, |body| body.start_time = "15:00".to_owned()).await;
    house.restart().await;
    let moved = state(&house, &page).await;
    assert!(moved.specialist.is_none() && moved.late.is_none());
}

#[tokio::test]
async fn the_rooms_link_is_there_at_its_time_and_not_before() {
    let house = elsewhere().await;
    let page = path(&planned(&house, "12:05", json!({})).await);
    let source = get(&house, &page).await.text().await.expect("text");
    assert!(source.contains("Тишина") && source.contains("data-state="), "{source}");
    for secret in ["telemost", "Иван", "Анна"] {
        assert!(!source.contains(secret), "{source}");
    }
    house.later(299).await;
    assert_eq!(state(&house, &page).await.room, None);
    house.later(1).await;
    let open = state(&house, &page).await;
    assert_eq!((open.phase, open.room.as_deref()), (PagePhase::Open, Some("https://telemost.example/j/1234567890")));
    assert!(get(&house, &page).await.text().await.expect("text").contains("href=\"https://telemost.example/j/1234567890\""));
    house.later(51 * 60 + 30 * 60).await;
    let over = state(&house, &page).await;
    assert_eq!((over.phase, over.room), (PagePhase::Over, None));
}

#[tokio::test]
async fn going_in_is_told_where_the_room_tells_nothing() {
    let house = elsewhere().await;
    let page = path(&planned(&house, "12:00", json!({"door": "at_once"})).await);
    here(&house, &page, "visit-one").await;
    say(&house, &page, "leave", "visit-one", json!({"into_room": true})).await;
    assert_eq!(house.told(TOKEN).await, ["client_opened_link", "client_waiting", "client_left", "client_joined"]);
    house.later(81 * 60).await;
    assert_eq!(house.told(TOKEN).await.last().map(String::as_str), Some("client_left"));
}

#[tokio::test]
async fn the_door_opens_on_admission_and_for_this_meeting_alone() {
    let mut house = elsewhere().await;
    let planned = planned(&house, "12:05", json!({"door": "when_admitted"})).await;
    let page = path(&planned);
    let admit = format!("/api/conferences/{}/admit", planned.id);
    house.later(600).await;
    assert_eq!(state(&house, &page).await.phase, PagePhase::Waiting, "its time alone does not open it");
    for _ in 0..2 {
        let answer = house.ask(Method::POST, &admit, TOKEN).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(house.told(TOKEN).await, ["client_admitted"]);
    assert_eq!(state(&house, &page).await.phase, PagePhase::Open);
    house.restart().await;
    assert_eq!(state(&house, &page).await.phase, PagePhase::Open);
    change(&house, &planned, |body| body.start_date = "2026-12-24".parse().expect("a day")).await;
    assert_eq!(state(&house, &page).await.phase, PagePhase::Waiting);
    house.restart().await;
    house.later(24 * 3600).await;
    assert_eq!(state(&house, &page).await.phase, PagePhase::Waiting, "another meeting has its own admission");
    change(&house, &planned, |body| body.status = Some(kabinet_api::ConferenceStatus::Cancelled)).await;
    assert_eq!(state(&house, &page).await.phase, PagePhase::Cancelled);
    let refused = house.ask(Method::POST, &admit, TOKEN).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_waiting_page_moves_to_another_room_at_once() {
    let house = elsewhere().await;
    let planned = planned(&house, "12:00", json!({})).await;
    let page = path(&planned);
    let seen = state(&house, &page).await;
    assert!(seen.room.is_some_and(|room| room.contains("telemost")));
    let waiting = format!("{page}/state?after={}&wait=50", seen.revision);
    let waits = get(&house, &waiting);
    let moves = change(&house, &planned, |body| {
        body.provider = Some("jitsi".to_owned());
        body.link = Some("https://meet.example.org/another-room".to_owned());
    });
    let (answer, ()) = tokio::join!(waits, moves);
    let moved: PageState = answer.json().await.expect("a state");
    assert_eq!(moved.room.as_deref(), Some("https://meet.example.org/another-room"));
}

#[tokio::test]
async fn lateness_is_told_once_and_only_by_the_minutes_there_are_buttons_for() {
    let house = elsewhere().await;
    let conference = planned(&house, "12:05", json!({})).await;
    let page = path(&conference);
    for minutes in [json!(7), json!(-5), json!("5"), Value::Null] {
        let refused = post(&house, &format!("{page}/late"), json!({"visit": "visit-one", "minutes": minutes})).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    }
    for _ in 0..3 {
        let told = say(&house, &page, "late", "visit-one", json!({"minutes": 10})).await;
        assert_eq!(
            told.late.map(|late| (late.minutes, late.until)),
            Some((10, conference.starts_at + chrono::Duration::minutes(10)))
        );
    }
    say(&house, &page, "late", "visit-one", json!({"minutes": 15})).await;
    assert_eq!(house.told(TOKEN).await, ["client_late", "client_late"]);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_link_the_answer_is_the_same() {
    let house = elsewhere().await;
    let kept = planned(&house, "12:05", json!({})).await;
    let gone = planned(&house, "14:00", json!({"link": "https://telemost.example/j/2"})).await;
    let other =
        house.ask(Method::POST, &format!("/api/conferences/{}/new-link", kept.id), TOKEN).send().await.expect("an answer");
    let other: Conference = other.json().await.expect("a consultation");
    assert_ne!(other.invite_link, kept.invite_link);
    assert_eq!(get(&house, &path(&other)).await.status(), StatusCode::OK);
    let delete = house.ask(Method::DELETE, &format!("/api/conferences/{}", gone.id), TOKEN).send().await.expect("an answer");
    assert_eq!(delete.status(), StatusCode::NO_CONTENT);
    house.later(0).await;
    let revoked = path(&kept);
    let strange = [
        "/w/".to_owned(),
        "/w/x".into(),
        "/w/x/".into(),
        "/w".into(),
        "/w/%FF%00".into(),
        format!("/w/{}", "a".repeat(43)),
        format!("/w/{}", "я".repeat(40)),
    ];
    let mut bodies = Vec::new();
    for path in
        [revoked.clone(), path(&gone), format!("{}x", path(&other)), format!("{revoked}/state")].into_iter().chain(strange)
    {
        let answer = get(&house, &path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        bodies.push(answer.text().await.expect("text"));
    }
    let said = post(&house, &format!("{revoked}/here"), json!({"visit": "visit-one"})).await;
    assert_eq!(said.status(), StatusCode::NOT_FOUND);
    bodies.push(said.text().await.expect("text"));
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert!(!bodies[0].contains("Тишина"), "nothing of anybody");
    assert_eq!(house.told(ADMIN).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_new_link_ends_the_one_before_over_restarts_too() {
    let mut house = elsewhere().await;
    let planned = planned(&house, "12:05", json!({})).await;
    let seen = state(&house, &path(&planned)).await;
    let waiting = format!("{}/state?after={}&wait=50", path(&planned), seen.revision);
    let renew = async {
        let route = format!("/api/conferences/{}/new-link", planned.id);
        house
            .ask(Method::POST, &route, TOKEN)
            .send()
            .await
            .expect("an answer")
            .json::<Conference>()
            .await
            .expect("a consultation")
    };
    let (waited, renewed) = tokio::join!(get(&house, &waiting), renew);
    assert_eq!(waited.status(), StatusCode::NOT_FOUND);
    house.restart().await;
    assert_eq!(get(&house, &path(&planned)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get(&house, &path(&renewed)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_right_links_are_not() {
    let house = House::open_with(|config| {
        config.practice.public_url = PUBLIC.to_owned();
        config.limits.wrong_per_minute = 3;
    })
    .await;
    let page = path(&planned(&house, "12:05", json!({})).await);
    let mut seen = Vec::new();
    for path in ["/w/a", "/w/b/state", "/w/c", "/w/d", &page] {
        let answer = get(&house, path).await;
        seen.push((answer.status().as_u16(), answer.headers().contains_key("retry-after")));
    }
    assert_eq!(seen, [(404, false), (404, false), (404, false), (429, true), (200, false)]);
}

#[tokio::test]
async fn behind_a_proxy_each_client_is_slowed_down_alone_and_none_can_be_another() {
    // What three clients are answered who open a wrong link each, by what they or a proxy say of them.
    let ask = async |trusted: &str, said: [&'static str; 3]| {
        let house = House::open_with(|config| {
            config.practice.public_url = PUBLIC.to_owned();
            config.limits.wrong_per_minute = 1;
            config.trusted_proxies = trusted.parse().expect("proxies");
        })
        .await;
        let mut seen = Vec::new();
        for said in said {
            let asked = house.http.get(house.url("/w/wrong")).header("x-forwarded-for", said);
            seen.push(asked.send().await.expect("an answer").status().as_u16());
        }
        seen
    };
    let others = ["192.0.2.1", "192.0.2.2", "192.0.2.1"];
    assert_eq!(ask("127.0.0.1", others).await, [404, 404, 429]);
    assert_eq!(ask("", others).await, [404, 429, 429], "nobody is believed");
    assert_eq!(ask("192.0.2.0/24", others).await, [404, 429, 429], "this is no proxy of ours");
    let forged = ["203.0.113.1, 192.0.2.1", "203.0.113.2, 192.0.2.1", "203.0.113.3, 192.0.2.1"];
    assert_eq!(ask("127.0.0.1", forged).await, [404, 429, 429], "the proxy added whom it heard it from");
    let neighbours = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"];
    assert_eq!(ask("127.0.0.1", neighbours).await, [404, 429, 404]);
}

#[tokio::test]
async fn only_the_page_itself_speaks_and_only_in_its_own_words() {
    let house = elsewhere().await;
    let page = path(&planned(&house, "12:05", json!({})).await);
    let from = |name: &'static str, value: &'static str| {
        house.http.post(house.url(&format!("{page}/here"))).header(name, value).body(r#"{"visit":"visit-one"}"#)
    };
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(from(name, value).send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    }
    for body in [r#"{"visit":"short"}"#, r#"{"visit":"with a space"}"#, "{", "[]", "{}"] {
        let answer = house.http.post(house.url(&format!("{page}/here"))).body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let long = house.http.post(house.url(&format!("{page}/here"))).body("x".repeat(100_000)).send().await.expect("an answer");
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(house.told(TOKEN).await, Vec::<String>::new());
    assert_eq!(from("origin", "https://page.example.org").send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn every_answer_keeps_to_itself() {
    let house = elsewhere().await;
    let page = path(&planned(&house, "12:05", json!({})).await);
    for path in [page.clone(), format!("{page}/state"), "/w/nobody".to_owned(), "/w/page.js".to_owned()] {
        let answer = get(&house, &path).await;
        let headers = answer.headers();
        assert!(headers["content-security-policy"].to_str().expect("text").starts_with("default-src 'none'; script-src 'self'"));
        assert_eq!(
            (&headers["referrer-policy"], &headers["x-robots-tag"]),
            (&"no-referrer".parse().expect("a value"), &"noindex".parse().expect("a value"))
        );
        assert!(!headers.contains_key("set-cookie"));
        if !path.ends_with(".js") {
            assert_eq!(headers["cache-control"], "no-store");
        }
    }
    let english = get(&house, &format!("{page}?lang=en")).await.text().await.expect("text");
    assert!(english.contains("<html lang=\"en\">") && english.contains("Wednesday, 23 December"), "{english}");
}
