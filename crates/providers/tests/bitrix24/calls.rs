//! One call, and all that may come between.

use crate::portal::{Reply, SECRET, Server, fixture, ground, portal};
use kabinet_providers::calendars::CalendarError;
use kabinet_providers::registry::ConnectionSettings;
use rstest::rstest;
use serde_json::{Value, json};
use std::error::Error;

/// Everything that a log could show of an error.
pub fn shown(error: &dyn Error) -> String {
    let mut shown = format!("{error:?}");
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(current) = cause {
        shown.push_str(&current.to_string());
        cause = current.source();
    }
    shown
}

#[tokio::test]
async fn the_account_is_read_as_documented() {
    let (server, _, calendar) = portal().await;
    let me = calendar.who_am_i().await.expect("a person");
    assert_eq!((me.id.0.as_str(), me.name.reveal().as_str()), ("7", "Анна Примерова"));
    assert_eq!(me.email.map(kabinet_domain::Sensitive::into_inner).as_deref(), Some("specialist@org.example"));
    assert_eq!(me.zone, Some(chrono_tz::Tz::Europe__Moscow));

    let asked = &server.asked("user.current")[0];
    assert_eq!((asked.verb.as_str(), asked.path.as_str()), ("POST", "/rest/7/examplesecret0000/user.current"));
    for header in ["content-type: application/json", "accept: application/json", "user-agent: kabinet/"] {
        assert!(asked.headers.contains(header), "{}", asked.headers);
    }
    assert_eq!(asked.body, json!({}));
}

fn users(from: u32, count: u32, next: Option<u32>) -> Reply {
    let rows: Vec<Value> = (from..from + count).map(|id| json!({"ID": id.to_string(), "NAME": format!("N{id}")})).collect();
    let mut body = json!({"result": rows, "total": 120});
    if let Some(next) = next {
        body["next"] = next.into();
    }
    Reply::Json(200, body)
}

#[tokio::test]
async fn colleagues_are_read_page_by_page() {
    let (server, _, calendar) = portal().await;
    server.on("user.get", [users(1, 50, Some(50)), users(51, 50, Some(100)), users(101, 20, None)]);
    let colleagues = calendar.colleagues("").await.expect("people");
    assert_eq!(colleagues.len(), 120);
    assert_eq!(colleagues[119].id.0, "120");
    let starts: Vec<_> = server.asked("user.get").iter().map(|asked| asked.body["start"].clone()).collect();
    assert_eq!(starts, [json!(0), json!(50), json!(100)]);
    assert_eq!(server.asked("user.get")[0].body["FILTER"], json!({"ACTIVE": true, "USER_TYPE": "employee"}));
}

#[tokio::test]
async fn colleagues_are_searched_by_name_and_a_page_that_leads_back_ends_the_list() {
    let (server, _, calendar) = portal().await;
    server.on("user.get", [users(1, 2, Some(0))]);
    assert_eq!(calendar.colleagues(" Анна ").await.expect("people").len(), 2);
    assert_eq!(server.asked("user.get").len(), 1);
    assert_eq!(server.asked("user.get")[0].body["FILTER"]["NAME_SEARCH"], "Анна");
}

#[tokio::test]
async fn calendars_are_read_with_whatever_the_portal_leaves_out() {
    let (server, _, calendar) = portal().await;
    let sections = json!([
        {"ID": "4", "NAME": "Приём", "COLOR": "#9cbe1c", "CAL_TYPE": "user", "OWNER_ID": "7", "PERM": {"edit": true}},
        {"ID": 5, "NAME": "Чужой", "COLOR": null, "CAL_TYPE": "user", "OWNER_ID": 9, "PERM": {"edit": false, "add": false}},
        {"ID": "6", "NAME": "Без прав", "PERM": []},
        {"NAME": "Без номера"},
    ]);
    server.on("calendar.section.get", [Reply::ok(sections)]);
    let calendars = calendar.calendars().await.expect("calendars");
    let told: Vec<_> = calendars.iter().map(|one| (one.id.0.as_str(), one.colour.as_str(), one.writable)).collect();
    assert_eq!(told, [("user/7/4", "#9cbe1c", true), ("user/9/5", "", false), ("user/7/6", "", true)]);
}

#[tokio::test]
async fn too_many_requests_are_waited_out() {
    let (server, ground, calendar) = portal().await;
    let busy = || Reply::fixture("error_503_query_limit_exceeded");
    server.on("user.current", [busy(), busy(), Reply::fixture("user_current_200")]);
    calendar.who_am_i().await.expect("a person");
    assert_eq!(server.asked("user.current").len(), 3);
    assert!(ground.time.pauses() >= 2);

    server.on("user.current", [busy()]);
    let error = calendar.who_am_i().await.expect_err("still too many");
    assert!(matches!(error, CalendarError::Busy { until: None }), "{error:?}");
}

#[tokio::test]
async fn all_connections_to_a_portal_share_its_pace() {
    let (server, ground, one) = portal().await;
    let other = ground.open(&server.webhook());
    for _ in 0..20 {
        one.who_am_i().await.expect("a person");
        other.who_am_i().await.expect("a person");
    }
    assert_eq!(ground.time.pauses(), 0);
    other.who_am_i().await.expect("a person");
    one.who_am_i().await.expect("a person");
    assert_eq!(ground.time.pauses(), 2);
}

#[tokio::test]
async fn a_method_that_used_up_its_time_is_left_alone_until_it_is_free() {
    let (server, ground, calendar) = portal().await;
    calendar.who_am_i().await.expect("a person");
    server.on("user.current", [Reply::fixture("error_429_operation_time_limit")]);
    let until = |error: CalendarError| match error {
        CalendarError::Busy { until } => until.expect("a time").timestamp(),
        error => panic!("{error:?}"),
    };
    // The last good answer said when.
    let resets_at = fixture("user_current_200")["response"]["body"]["time"]["operating_reset_at"].as_i64().expect("seconds");
    assert_eq!(until(calendar.who_am_i().await.expect_err("used up")), resets_at);
    assert_eq!(until(calendar.who_am_i().await.expect_err("used up")), resets_at);
    assert_eq!(server.asked("user.current").len(), 2, "not asked again meanwhile");

    ground.time.pass(601);
    server.on("user.current", [Reply::fixture("user_current_200")]);
    calendar.who_am_i().await.expect("a person");
}

#[tokio::test]
async fn a_renamed_portal_is_asked_by_its_new_name_which_is_handed_on() {
    let (old, ground, calendar) = portal().await;
    let new = Server::start().await;
    new.on("user.get", [users(1, 1, None)]);
    let recorded =
        fixture("redirect_302_portal_renamed")["response"]["headers"]["Location"].as_str().expect("a place").to_owned();
    let location = recorded.replace("https://portal.example.bitrix24.ru", &new.address).replace("user.current", "user.get");
    old.on("user.get", [Reply::Redirect(location)]);

    assert_eq!(calendar.colleagues("Анна").await.expect("people").len(), 1);
    let (before, after) = (&old.asked("user.get")[0], &new.asked("user.get")[0]);
    assert_eq!((&after.verb, &after.path, &after.body), (&before.verb, &before.path, &before.body));
    assert_eq!(ground.keeper.last("webhook_url"), Some(format!("{}/rest/7/{SECRET}/", new.address)));

    calendar.colleagues("").await.expect("people");
    assert_eq!((old.asked("user.get").len(), new.asked("user.get").len()), (1, 2), "the old name is not asked any more");
}

#[rstest]
#[case::a_foreign_host("https://portal.example.bitrix24.ru/rest/7/examplesecret0000/user.current")]
#[case::the_login_page("/auth/")]
#[case::rubbish("http://")]
#[tokio::test]
async fn nobody_else_is_asked(#[case] location: &str) {
    let (server, ground, calendar) = portal().await;
    server.on("user.current", [Reply::Redirect(location.to_owned())]);
    let error = calendar.who_am_i().await.expect_err("not followed");
    assert!(matches!(error, CalendarError::LeadsElsewhere), "{error:?}");
    assert_eq!((server.methods().len(), ground.keeper.times()), (1, 0));
}

#[tokio::test]
async fn two_portals_that_lead_to_each_other_are_not_asked_for_ever() {
    let (one, _, calendar) = portal().await;
    let other = Server::start().await;
    one.on("user.current", [Reply::Redirect(format!("{}/x", other.address))]);
    other.on("user.current", [Reply::Redirect(format!("{}/x", one.address))]);
    let error = calendar.who_am_i().await.expect_err("round in circles");
    assert!(matches!(error, CalendarError::LeadsElsewhere), "{error:?}");
}

#[rstest]
#[case::a_page(200, "<!doctype html><title>Авторизация</title>", "calendar_not_there", 1)]
#[case::a_page_not_found(404, "<html>", "calendar_not_there", 1)]
#[case::nothing(200, "", "calendar_not_there", 1)]
#[case::a_gateway(502, "<html>Bad gateway", "calendar_unreachable", 5)]
#[tokio::test]
async fn a_page_instead_of_an_answer_is_told(
    #[case] status: u16,
    #[case] page: &'static str,
    #[case] code: &str,
    #[case] asked: usize,
) {
    let (server, _, calendar) = portal().await;
    server.on("user.current", [Reply::Text(status, page)]);
    let error = calendar.who_am_i().await.expect_err("no answer");
    assert_eq!((error.code(), server.asked("user.current").len()), (code, asked));
}

#[tokio::test]
async fn a_reading_whose_answer_was_lost_is_repeated() {
    let (server, _, calendar) = portal().await;
    server.on(
        "user.current",
        [Reply::HangUp, Reply::Json(500, json!({"error": "INTERNAL_SERVER_ERROR"})), Reply::fixture("user_current_200")],
    );
    calendar.who_am_i().await.expect("a person");
    assert_eq!(server.asked("user.current").len(), 3);
}

#[tokio::test]
async fn an_answer_without_a_result_is_unexpected() {
    let (server, _, calendar) = portal().await;
    server.on("user.current", [Reply::Json(200, json!([]))]);
    assert_eq!(calendar.who_am_i().await.expect_err("nobody").code(), "calendar_unexpected");
    server.on("user.current", [Reply::ok(json!([]))]);
    assert_eq!(calendar.who_am_i().await.expect_err("nobody").code(), "calendar_unexpected");
}

#[tokio::test]
async fn errors_and_connections_show_neither_secret_nor_address() {
    let ground = ground();
    let settings: ConnectionSettings = [("webhook_url", format!("http://127.0.0.1:1/rest/7/{SECRET}/"))].into_iter().collect();
    let calendar = ground.open(&settings);
    let error = calendar.who_am_i().await.expect_err("nobody listens there");
    assert_eq!(error.code(), "calendar_unreachable");
    let shown = format!("{} {calendar:?}", shown(&error));
    assert!(!shown.contains(SECRET) && !shown.contains("127.0.0.1:1/"), "{shown}");
}
