//! Reading and writing a calendar.

use crate::portal::{Reply, Server, fixture, portal};
use chrono::Duration;
use kabinet_domain::calendar::{AttendeeId, CalendarEvent, Details, EntryId, Invitation};
use kabinet_domain::{ConsultationId, Timestamp};
use kabinet_providers::calendars::{CalendarError, CalendarId, CalendarProvider};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

const ID: &str = "0198f1aa-0000-7000-8000-000000000001";

fn consultation() -> ConsultationId {
    ConsultationId(ID.parse().expect("an id"))
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn place() -> CalendarId {
    CalendarId("user/7/4".to_owned())
}

/// What the recorded entry says.
fn details() -> Details {
    Details {
        title: "Консультация".into(),
        starts_at: at("2026-10-06T12:00:00Z"),
        ends_at: at("2026-10-06T12:50:00Z"),
        zone: chrono_tz::Tz::Europe__Moscow,
        location: "https://telemost.yandex.ru/j/12345678901234".into(),
        description: "ref:consult-0001".into(),
        attendees: [].into(),
        reminder: Some(15),
    }
}

/// The recorded entry, with some fields changed.
fn entry(fields: &Value) -> Value {
    let mut entry = fixture("calendar_event_get_200")["response"]["body"]["result"][0].clone();
    for (key, value) in fields.as_object().expect("fields") {
        entry[key] = value.clone();
    }
    entry
}

fn marked(mut fields: Value) -> Value {
    fields["~DESCRIPTION"] = format!("ref:consult-0001\n\nkabinet:{ID}").into();
    entry(&fields)
}

async fn october(calendar: &dyn CalendarProvider) -> Vec<CalendarEvent> {
    calendar.events(&place(), at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")).await.expect("entries")
}

#[tokio::test]
async fn the_recorded_entry_is_read() {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::fixture("calendar_event_get_200")]);
    let expected = CalendarEvent {
        id: EntryId("1246".to_owned()),
        details: details(),
        marked: None,
        deleted: false,
        plannable: true,
        invitation: Invitation::Settled,
        version: "1".to_owned(),
    };
    assert_eq!(october(&*calendar).await, [expected]);
    let asked = &server.asked("calendar.event.get")[0].body;
    assert_eq!(*asked, json!({"type": "user", "ownerId": 7, "section": [4], "from": "2026-09-30", "to": "2026-11-02"}));
}

#[rstest]
#[case::american_without_unix_times(json!({
    "DATE_FROM": "10/06/2026 03:00:00 pm", "DATE_TO": "10/06/2026 03:50:00 pm", "DATE_FROM_TS_UTC": null, "DATE_TO_TS_UTC": "",
}))]
#[case::russian_in_the_accounts_zone(json!({"DATE_FROM_TS_UTC": false, "DATE_TO_TS_UTC": false, "TZ_FROM": "", "TZ_TO": null}))]
#[case::numbers_for_texts(json!({"ID": 1246, "DATE_FROM_TS_UTC": 1_791_288_000, "VERSION": 1, "OWNER_ID": 7, "SECTION_ID": 4}))]
#[case::nothing_in_other_words(json!({"RRULE": [], "MEETING": false, "ATTENDEES_CODES": "", "RECURRENCE_ID": false, "RELATIONS": {}}))]
#[tokio::test]
async fn an_entry_is_the_same_in_every_portal(#[case] fields: Value) {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(json!([entry(&fields)]))]);
    let events = october(&*calendar).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].details, details());
}

#[tokio::test]
async fn what_lies_outside_and_what_cannot_be_read_is_left_out() {
    let (server, _, calendar) = portal().await;
    let outside = entry(&json!({"ID": "1", "DATE_FROM_TS_UTC": "1793534400", "DATE_TO_TS_UTC": "1793536200"}));
    let broken = entry(&json!({"ID": "2", "DATE_FROM": "soon", "DATE_FROM_TS_UTC": ""}));
    let deleted = entry(&json!({"ID": "3", "DELETED": "Y"}));
    server.on("calendar.event.get", [Reply::ok(json!({"0": outside, "1": broken, "5": deleted}))]);
    let events = october(&*calendar).await;
    assert_eq!(events.iter().map(|event| (event.id.0.as_str(), event.deleted)).collect::<Vec<_>>(), [("3", true)]);
}

#[tokio::test]
async fn a_new_entry_is_written_as_documented() {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(json!([]))]);
    server.on("calendar.event.add", [Reply::fixture("calendar_event_add_200")]);
    server.on("calendar.event.getbyid", [Reply::ok(marked(json!({})))]);
    let event = calendar.add(&place(), consultation(), &details()).await.expect("added");
    assert_eq!((event.id.0.as_str(), event.marked, &event.details), ("1246", Some(consultation()), &details()));

    let sent = &server.asked("calendar.event.add")[0].body;
    let recorded = &fixture("calendar_event_add_200")["request"]["body"];
    for key in [
        "type",
        "ownerId",
        "name",
        "from",
        "to",
        "timezone_from",
        "timezone_to",
        "location",
        "accessibility",
        "private_event",
        "is_meeting",
        "remind",
    ] {
        assert_eq!(sent[key], recorded[key], "{key}");
    }
    assert_eq!(sent["description"], format!("ref:consult-0001\n\nkabinet:{ID}"));
    assert_eq!(server.methods(), ["user.current", "calendar.event.get", "calendar.event.add", "calendar.event.getbyid"]);
}

#[tokio::test]
async fn whoever_is_invited_is_so_beside_the_owner() {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(json!([]))]);
    server.on("calendar.event.add", [Reply::ok(1246)]);
    server
        .on("calendar.event.getbyid", [Reply::ok(marked(json!({"IS_MEETING": true, "ATTENDEE_LIST": [{"id": 7}, {"id": 5}]})))]);
    let details = Details { attendees: [AttendeeId("5".to_owned())].into(), ..details() };
    let event = calendar.add(&place(), consultation(), &details).await.expect("added");
    assert_eq!(event.details, details);
    let sent = &server.asked("calendar.event.add")[0].body;
    assert_eq!((&sent["is_meeting"], &sent["attendees"]), (&json!("Y"), &json!([5, 7])));
}

#[rstest]
#[case::a_broken_line(Reply::HangUp)]
#[case::a_gateway(Reply::Text(504, "<html>"))]
#[case::a_stumble(Reply::Json(500, json!({"error": "INTERNAL_SERVER_ERROR"})))]
#[tokio::test]
async fn after_a_lost_answer_the_marker_is_looked_for_and_nothing_is_added_twice(#[case] lost: Reply) {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.add", [lost]);
    // It was done, and is seen at once.
    server.on("calendar.event.get", [Reply::ok(json!([])), Reply::ok(json!([marked(json!({}))]))]);
    assert_eq!(calendar.add(&place(), consultation(), &details()).await.expect("found").id.0, "1246");

    // It was done, and is seen only later.
    server.on("calendar.event.get", [Reply::ok(json!([]))]);
    let error = calendar.add(&place(), consultation(), &details()).await.expect_err("nobody knows");
    assert!(matches!(error, CalendarError::MaybeDone), "{error:?}");
    let sent = server.asked("calendar.event.add").len();
    server.on("calendar.event.get", [Reply::ok(json!([entry(&json!({"ID": "9"})), marked(json!({}))]))]);
    assert_eq!(calendar.add(&place(), consultation(), &details()).await.expect("found").id.0, "1246");
    assert_eq!(server.asked("calendar.event.add").len(), sent, "not sent again");
}

#[tokio::test]
async fn a_refused_limit_is_no_lost_answer() {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(json!([]))]);
    server.on("calendar.event.add", [Reply::fixture("error_503_query_limit_exceeded"), Reply::ok(1246)]);
    server.on("calendar.event.getbyid", [Reply::ok(marked(json!({})))]);
    calendar.add(&place(), consultation(), &details()).await.expect("added");
    assert_eq!(server.asked("calendar.event.add").len(), 2);
}

#[tokio::test]
async fn the_portals_own_words_are_for_the_person_and_not_for_the_log() {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(json!([]))]);
    server.on("calendar.event.add", [Reply::fixture("calendar_event_add_400_missing_name")]);
    let error = calendar.add(&place(), consultation(), &details()).await.expect_err("refused");
    assert!(!crate::calls::shown(&error).contains("параметр"));
    let CalendarError::Refused { said } = error else { panic!("{error:?}") };
    assert!(said.reveal().contains("Не задан обязательный параметр"));
}

#[tokio::test]
async fn what_the_portal_would_refuse_is_not_sent() {
    let (server, _, calendar) = portal().await;
    let untitled = Details { title: "".into(), ..details() };
    let error = calendar.add(&place(), consultation(), &untitled).await.expect_err("unfit");
    assert!(matches!(error, CalendarError::Unfit { field: "title" }), "{error:?}");
    assert!(server.asked("calendar.event.add").is_empty());
}

#[tokio::test]
async fn a_time_that_the_portal_shifts_is_said_with_its_offset() {
    let (server, _, calendar) = portal().await;
    let shifted = || Reply::ok(marked(json!({"DATE_FROM_TS_UTC": "1791284400", "DATE_TO_TS_UTC": "1791287400"})));
    server.on("calendar.event.get", [Reply::ok(json!([]))]);
    server.on("calendar.event.add", [Reply::ok(1246)]);
    server.on("calendar.event.update", [Reply::ok(1246)]);
    server.on("calendar.event.getbyid", [shifted(), Reply::ok(marked(json!({})))]);
    let event = calendar.add(&place(), consultation(), &details()).await.expect("put right");
    assert_eq!(event.details, details());
    let again = &server.asked("calendar.event.update")[0].body;
    assert_eq!((&again["from"], &again["id"]), (&json!("2026-10-06T15:00:00+03:00"), &json!(1246)));

    server.on("calendar.event.getbyid", [shifted()]);
    server.on("calendar.event.delete", [Reply::ok(true)]);
    let error = calendar.add(&place(), consultation(), &details()).await.expect_err("shifted again");
    assert!(matches!(error, CalendarError::OtherTime), "{error:?}");
    assert_eq!(server.asked("calendar.event.delete").len(), 1, "none is better than one at a wrong time");
}

/// The entry as it was read, with two people invited.
async fn meeting(server: &Server, calendar: &dyn CalendarProvider) -> (Value, CalendarEvent) {
    let raw = marked(
        json!({"IS_MEETING": true, "ATTENDEE_LIST": [{"id": 7, "status": "H"}, {"id": 5, "status": "Y"}, {"id": 6, "status": "Q"}]}),
    );
    server.on("calendar.event.get", [Reply::ok(json!([raw]))]);
    server.on("calendar.event.getbyid", [Reply::ok(raw.clone())]);
    server.on("calendar.event.update", [Reply::fixture("calendar_event_update_200")]);
    let event = october(calendar).await.remove(0);
    (raw, event)
}

#[tokio::test]
async fn a_change_says_everything_and_keeps_everybody_invited() {
    let (server, _, calendar) = portal().await;
    let (mut raw, read) = meeting(&server, &*calendar).await;
    let hour = Duration::hours(1);
    let details =
        Details { starts_at: read.details.starts_at + hour, ends_at: read.details.ends_at + hour, ..read.details.clone() };
    let before = raw.clone();
    raw["DATE_FROM_TS_UTC"] = "1791291600".into();
    raw["DATE_TO_TS_UTC"] = "1791294600".into();
    server.on("calendar.event.getbyid", [Reply::ok(before), Reply::ok(raw)]);
    let written = calendar.update(consultation(), &read, &details).await.expect("written");
    assert_eq!(written.details, details);

    let sent = &server.asked("calendar.event.update")[0].body;
    let recorded = &fixture("calendar_event_update_200")["request"]["body"];
    for key in [
        "id",
        "type",
        "ownerId",
        "name",
        "from",
        "to",
        "timezone_from",
        "timezone_to",
        "location",
        "accessibility",
        "private_event",
        "remind",
        "crm_fields",
    ] {
        assert_eq!(sent[key], recorded[key], "{key}");
    }
    assert_eq!((&sent["is_meeting"], &sent["attendees"]), (&json!("Y"), &json!([5, 6, 7])));
    assert_eq!(sent["description"], format!("ref:consult-0001\n\nkabinet:{ID}"));
}

#[tokio::test]
async fn somebody_invited_meanwhile_is_not_lost() {
    let (server, _, calendar) = portal().await;
    let (mut raw, read) = meeting(&server, &*calendar).await;
    raw["ATTENDEE_LIST"].as_array_mut().expect("a list").push(json!({"id": 8}));
    server.on("calendar.event.getbyid", [Reply::ok(raw)]);
    let details = Details { title: "Другое".into(), ..read.details.clone() };
    let error = calendar.update(consultation(), &read, &details).await.expect_err("changed");
    assert!(matches!(error, CalendarError::ChangedMeanwhile), "{error:?}");
    assert!(server.asked("calendar.event.update").is_empty());
}

#[tokio::test]
async fn series_and_what_is_gone_are_not_written() {
    let (server, _, calendar) = portal().await;
    let (mut raw, read) = meeting(&server, &*calendar).await;
    raw["RRULE"] = json!({"FREQ": "WEEKLY", "BYDAY": {"MO": "MO"}, "INTERVAL": 1});
    let gone = [Reply::ok(Value::Null), Reply::ok(json!([])), Reply::ok(entry(&json!({"DELETED": "Y"})))];
    let whole_day = Reply::ok(marked(json!({"DT_SKIP_TIME": "Y"})));
    server.on("calendar.event.getbyid", [whole_day, Reply::ok(raw)].into_iter().chain(gone));
    let error = calendar.update(consultation(), &read, &details()).await.expect_err("not written");
    assert_eq!(error.code(), "calendar_series");
    let mut code = Vec::new();
    for _ in 0..4 {
        code.push(calendar.update(consultation(), &read, &details()).await.expect_err("not written").code());
    }
    assert_eq!(code, ["calendar_series", "calendar_no_such_entry", "calendar_no_such_entry", "calendar_no_such_entry"]);
    assert!(server.asked("calendar.event.update").is_empty());
}

#[tokio::test]
async fn a_series_that_was_split_answers_with_an_object() {
    let (server, _, calendar) = portal().await;
    let (_, read) = meeting(&server, &*calendar).await;
    server.on("calendar.event.update", [Reply::ok(json!({"originalDate": "", "recEventId": 1300, "id": "1246"}))]);
    let written = calendar.update(consultation(), &read, &read.details.clone()).await.expect("written");
    assert_eq!(written.id.0, "1246");
}

#[rstest]
#[case::deleted(Reply::fixture("calendar_event_delete_200"), Reply::ok(Value::Null), None)]
#[case::gone_already(refused(), Reply::ok(Value::Null), None)]
#[case::marked_as_gone(refused(), Reply::ok(entry(&json!({"DELETED": "Y"}))), None)]
#[case::still_there(refused(), Reply::ok(entry(&json!({}))), Some("calendar_not_allowed"))]
#[tokio::test]
async fn deleting_what_is_gone_is_done(#[case] answer: Reply, #[case] there: Reply, #[case] code: Option<&str>) {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.delete", [answer]);
    server.on("calendar.event.getbyid", [there]);
    let done = calendar.delete(&EntryId("1246".to_owned())).await;
    assert_eq!(done.err().map(|error| error.code()), code);
    assert_eq!(server.asked("calendar.event.delete")[0].body, fixture("calendar_event_delete_200")["request"]["body"]);
}

fn refused() -> Reply {
    Reply::Json(400, json!({"error": "", "error_description": "При удалении события произошла ошибка"}))
}

#[tokio::test]
async fn single_entries_are_looked_for_in_one_request() {
    let (server, _, calendar) = portal().await;
    // Two answers, one of them "gone", one refusal, and empty maps as lists, as recorded.
    let mut body = fixture("batch_200_partial_error")["response"]["body"].clone();
    let refusal = body["result"]["result_error"]["del"].take();
    body["result"]["result"] = json!({"c0": entry(&json!({})), "c1": null});
    body["result"]["result_error"] = json!({"c2": refusal});
    server.on("batch", [Reply::Json(200, body)]);
    let ids: Vec<EntryId> = ["1246", "1247", "1248"].map(|id| EntryId(id.to_owned())).into();
    let told = calendar.look(&ids).await.expect("told");
    let told: Vec<_> = told.iter().map(|(id, event)| (id.0.as_str(), event.is_some())).collect();
    assert_eq!(told, [("1246", true), ("1247", false)], "nothing can be read, so of the refused one nothing is known");
    let sent = &server.asked("batch")[0].body;
    assert_eq!((&sent["halt"], &sent["cmd"]["c1"]), (&json!(0), &json!("calendar.event.getbyid?id=1247")));
}

#[tokio::test]
async fn a_colleagues_copy_leads_to_the_organisers_entry() {
    let (server, _, calendar) = portal().await;
    let answer = |entry: Value| Reply::ok(json!({"result": {"c0": entry}, "result_error": []}));
    let copy = answer(entry(&json!({"ID": "1300", "PARENT_ID": "1246", "OWNER_ID": "8"})));
    server.on("batch", [copy.clone(), answer(entry(&json!({})))]);
    let asked = EntryId("1300".to_owned());
    let told = calendar.look(std::slice::from_ref(&asked)).await.expect("told");
    assert_eq!(told[0].0, asked);
    assert_eq!(told[0].1.as_ref().map(|event| event.id.0.as_str()), Some("1246"));
    assert_eq!(server.asked("batch")[1].body["cmd"], json!({"c0": "calendar.event.getbyid?id=1246"}));

    // The organiser deleted it, and the copy is still there.
    server.on("batch", [copy, answer(Value::Null)]);
    assert_eq!(calendar.look(std::slice::from_ref(&asked)).await.expect("told"), [(asked, None)]);
}

/// A batch whose only entry is refused.
fn refused_batch() -> Reply {
    let refusal = json!({"c0": {"error": "", "error_description": "Доступ запрещен"}});
    Reply::ok(json!({"result": [], "result_error": refusal}))
}

#[rstest]
#[case::nothing_at_all(Reply::ok(json!([])), true)]
#[case::others(Reply::ok(json!([entry(&json!({"ID": "9", "PARENT_ID": "9"}))])), true)]
#[case::only_as_deleted(Reply::ok(json!([entry(&json!({"DELETED": "Y"}))])), true)]
#[case::the_entry(Reply::ok(json!([entry(&json!({}))])), false)]
#[case::a_copy_of_it(Reply::ok(json!({"3": entry(&json!({"ID": "1300", "PARENT_ID": 1246}))})), false)]
#[case::something_unreadable(Reply::ok(json!([{"NAME": "?"}])), false)]
#[case::no_list(Reply::ok(true), false)]
#[case::nothing_to_read(Reply::ok(Value::Null), false)]
#[case::shut_out(refused(), false)]
#[tokio::test]
async fn a_refused_entry_is_gone_only_when_it_is_not_listed_either(#[case] listed: Reply, #[case] gone: bool) {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [listed]);
    server.on("calendar.event.getbyid", [refused()]);
    server.on("calendar.event.delete", [refused()]);
    server.on("batch", [refused_batch()]);
    let entry = EntryId("1246".to_owned());
    let told = calendar.look(std::slice::from_ref(&entry)).await.expect("told");
    assert_eq!(told, Vec::from_iter(gone.then(|| (entry.clone(), None))));
    let deleted = calendar.delete(&entry).await;
    assert_eq!(deleted.err().map(|error| error.code()), (!gone).then_some("calendar_refused"));
    let asked = &server.asked("calendar.event.get")[0].body;
    assert_eq!(*asked, json!({"type": "user", "ownerId": "7", "from": "2024-10-06", "to": "2028-10-05"}));
}

#[rstest]
#[case(json!(true))]
#[case(json!([]))]
#[case(json!(null))]
#[case(json!({"result": [], "result_error": []}))]
#[case(json!({"result": null}))]
#[case(json!({"result": {"c9": null}, "result_error": []}))]
#[case(json!({"result": {"c0": []}, "result_error": []}))]
#[case(json!({"result": {"c0": false}, "result_error": []}))]
#[tokio::test]
async fn of_what_a_rubbish_answer_leaves_out_nothing_is_known(#[case] rubbish: Value) {
    let (server, _, calendar) = portal().await;
    server.on("batch", [Reply::ok(rubbish)]);
    assert_eq!(calendar.look(&[EntryId("1246".to_owned())]).await.expect("told"), []);
}

#[rstest]
#[case(json!(true))]
#[case(json!(null))]
#[case(json!("no"))]
#[tokio::test]
async fn what_is_no_list_is_not_taken_for_an_empty_calendar(#[case] rubbish: Value) {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(rubbish)]);
    let error = calendar.add(&place(), consultation(), &details()).await.expect_err("nobody knows whether it is there");
    assert_eq!(error.code(), "calendar_unexpected");
    assert!(server.asked("calendar.event.add").is_empty());
}

#[tokio::test]
async fn more_entries_than_a_batch_holds_take_several() {
    let (server, _, calendar) = portal().await;
    let gone: serde_json::Map<String, Value> = (0..50).map(|key| (format!("c{key}"), Value::Null)).collect();
    server.on("batch", [Reply::ok(json!({"result": gone, "result_error": []}))]);
    let ids: Vec<EntryId> = (1..=101).map(|id| EntryId(id.to_string())).collect();
    assert_eq!(calendar.look(&ids).await.expect("told").len(), 101);
    assert_eq!(server.asked("batch").len(), 3);
}

#[tokio::test]
async fn a_marker_of_another_consultation_is_not_taken() {
    let (server, _, calendar) = portal().await;
    server.on("calendar.event.get", [Reply::ok(json!([marked(json!({}))]))]);
    let found = calendar.find_marked(&place(), ConsultationId(Uuid::from_u128(5)), &details()).await.expect("looked");
    assert_eq!(found, None);
    // Nor is one that was declined: whoever still wants the talk gets an entry of their own.
    let declined = marked(json!({"MEETING_STATUS": "N", "MEETING_HOST": "9"}));
    server.on("calendar.event.get", [Reply::ok(json!([declined])), Reply::ok(json!([marked(json!({}))]))]);
    assert_eq!(calendar.find_marked(&place(), consultation(), &details()).await.expect("looked"), None);
    assert!(calendar.find_marked(&place(), consultation(), &details()).await.expect("looked").is_some());
}
