//! A calendar's entry as the portal writes it, and as it wants it written.

use super::times::{moment, with_offset, written, zone};
use super::wire::{flag, id, id_of, list, number, some, text};
use crate::calendars::{CalendarError, CalendarId};
use chrono::Duration;
use chrono_tz::Tz;
use kabinet_domain::calendar::{AttendeeId, CalendarEvent, Details, EntryId, Invitation, marked, unmarked};
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Whose calendar it is, and which: `user/7/4`. The company's belongs to nobody, 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub kind: String,
    pub owner: u64,
    pub section: u64,
}

impl Place {
    pub(super) fn parse(id: &CalendarId) -> Result<Self, CalendarError> {
        let unfit = CalendarError::Unfit { field: "calendar" };
        let parts: Vec<&str> = id.0.split('/').collect();
        match parts.as_slice() {
            [kind @ ("user" | "group" | "company_calendar"), owner, section] => match (owner.parse(), section.parse()) {
                (Ok(owner), Ok(section)) => Ok(Self { kind: (*kind).to_owned(), owner, section }),
                _ => Err(unfit),
            },
            _ => Err(unfit),
        }
    }

    /// Where an entry that was read is.
    pub(super) fn of(entry: &Value) -> Option<Self> {
        let kind = text(entry, "CAL_TYPE");
        let section = id_of(entry, "SECTION_ID").or_else(|| id_of(entry, "SECT_ID"))?;
        let owner = id_of(entry, "OWNER_ID").and_then(|owner| owner.parse().ok()).unwrap_or_default();
        Some(Self { kind: kind.to_owned(), owner, section: section.parse().ok()? })
    }

    pub(super) fn id(&self) -> CalendarId {
        CalendarId(format!("{}/{}/{}", self.kind, self.owner, self.section))
    }

    pub(super) fn fields(&self) -> Map<String, Value> {
        let fields = [("type", json!(self.kind)), ("ownerId", json!(self.owner))];
        fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// Reads an entry; `None` for one without an id or a time. `zone` is the account's, for entries that name none.
pub(super) fn event(entry: &Value, fallback: Tz) -> Option<CalendarEvent> {
    let zone = zone(entry, fallback);
    let starts_at = moment(entry, "DATE_FROM", zone)?;
    let whole_day = flag(entry, "DT_SKIP_TIME");
    let ends_at = end(entry, starts_at, zone, whole_day);
    // The raw text, where the portal gives it: the other one may be HTML.
    let description = some(entry, "~DESCRIPTION").and_then(Value::as_str).unwrap_or_else(|| text(entry, "DESCRIPTION"));
    let description = plain(description);
    let (description, consultation) = unmarked(&description);
    let series = some(entry, "RRULE").is_some() || some(entry, "RECURRENCE_ID").is_some();
    Some(CalendarEvent {
        id: EntryId(id_of(entry, "ID")?),
        details: Details {
            title: Sensitive::new(plain(text(entry, "NAME"))),
            starts_at,
            ends_at,
            zone,
            location: Sensitive::new(plain(text(entry, "LOCATION"))),
            description: Sensitive::new(description.to_owned()),
            attendees: attendees(entry),
            reminder: reminders(entry).first().and_then(minutes),
        },
        marked: consultation,
        deleted: flag(entry, "DELETED"),
        plannable: !series && !whole_day,
        invitation: invitation(entry),
        version: entry.get("VERSION").and_then(number).map(|version| version.to_string()).unwrap_or_default(),
    })
}

fn end(entry: &Value, starts_at: Timestamp, zone: Tz, whole_day: bool) -> Timestamp {
    let end = moment(entry, "DATE_TO", zone).filter(|end| *end >= starts_at);
    let length = entry.get("DT_LENGTH").and_then(number).filter(|length| (0..=366 * 86_400).contains(length));
    let end = end.unwrap_or_else(|| starts_at + Duration::seconds(length.unwrap_or_default()));
    // A whole day begins and ends at the same midnight.
    if whole_day && end == starts_at { end + Duration::days(1) } else { end }
}

fn invitation(entry: &Value) -> Invitation {
    let own = text(entry, "CAL_TYPE") == "user"
        && id_of(entry, "OWNER_ID").is_some_and(|owner| id_of(entry, "MEETING_HOST") == Some(owner));
    match text(entry, "MEETING_STATUS") {
        "Q" if !own => Invitation::Open,
        "N" if !own => Invitation::Declined,
        _ => Invitation::Settled,
    }
}

/// Who is invited, without the one whose calendar it is. Three lists say it, in some portals not all of them.
fn attendees(entry: &Value) -> BTreeSet<AttendeeId> {
    if !flag(entry, "IS_MEETING") {
        return BTreeSet::new();
    }
    let with_status = list(some(entry, "ATTENDEE_LIST")).into_iter().filter_map(|one| id_of(one, "id"));
    let mut found: BTreeSet<String> = with_status.collect();
    if found.is_empty() {
        let of_kind = list(some(entry, "attendeesEntityList")).into_iter().filter(|one| text(one, "entityId") == "user");
        found.extend(of_kind.filter_map(|one| id_of(one, "id")));
    }
    if found.is_empty() {
        let codes = list(some(entry, "ATTENDEES_CODES")).into_iter().filter_map(Value::as_str);
        found.extend(codes.filter_map(|code| code.strip_prefix('U')).filter_map(|code| id(&json!(code))));
    }
    if let Some(owner) = owner(entry) {
        found.remove(&owner);
    }
    found.into_iter().map(AttendeeId).collect()
}

fn owner(entry: &Value) -> Option<String> {
    let of_a_person = text(entry, "CAL_TYPE") == "user";
    id_of(entry, if of_a_person { "OWNER_ID" } else { "MEETING_HOST" })
}

/// Those that can be written back; there are others, with moments of their own.
fn reminders(entry: &Value) -> Vec<Value> {
    let known = |reminder: &&Value| minutes(reminder).is_some();
    let all = list(some(entry, "REMIND"));
    all.into_iter().filter(known).map(|one| json!({"type": text(one, "type"), "count": one["count"]})).collect()
}

fn minutes(reminder: &Value) -> Option<u32> {
    let unit = match text(reminder, "type") {
        "min" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => return None,
    };
    u32::try_from(number(reminder.get("count")?)?).ok()?.checked_mul(unit)
}

/// How a time is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    /// In its zone, which is kept with it.
    InZone,
    /// With its offset, which leaves no doubt.
    WithOffset,
}

/// All that we say of an entry. `owner` is invited too, as whoever leads it.
pub(super) fn fields(
    details: &Details,
    consultation: ConsultationId,
    owner: &str,
    saying: Saying,
) -> Result<Map<String, Value>, CalendarError> {
    let unfit = |field| CalendarError::Unfit { field };
    if details.title.reveal().trim().is_empty() {
        return Err(unfit("title"));
    }
    if details.ends_at <= details.starts_at {
        return Err(unfit("time"));
    }
    let say = match saying {
        Saying::InZone => written,
        Saying::WithOffset => with_offset,
    };
    let invited = details.attendees.iter().map(|one| one.0.as_str()).chain([owner]);
    let invited: Option<BTreeSet<u64>> = invited.map(|id| id.parse().ok()).collect();
    let zone = details.zone.name();
    let mut fields = json!({
        "name": details.title.reveal().trim(),
        "from": say(details.starts_at, details.zone),
        "to": say(details.ends_at, details.zone),
        "timezone_from": zone,
        "timezone_to": zone,
        "location": details.location.reveal(),
        "description": marked(details.description.reveal(), consultation),
        "is_meeting": "N",
        "remind": details.reminder.map(|count| json!({"type": "min", "count": count})).into_iter().collect::<Vec<_>>(),
    });
    if !details.attendees.is_empty() {
        fields["is_meeting"] = "Y".into();
        fields["attendees"] = json!(invited.ok_or(unfit("attendees"))?);
    }
    match fields {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

/// What else stands in an entry, to be written over it again: older portals take what is left out for emptied.
pub(super) fn rest(entry: &Value, me: &str, details: &Details, fields: &mut Map<String, Value>) {
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    for (theirs, ours) in [("ACCESSIBILITY", "accessibility"), ("IMPORTANCE", "importance"), ("COLOR", "color")] {
        if let Some(value) = some(entry, theirs) {
            put(ours, value.clone());
        }
    }
    put("private_event", if flag(entry, "PRIVATE_EVENT") { "Y" } else { "N" }.into());
    if let Some(linked) = some(entry, "UF_CRM_CAL_EVENT") {
        put("crm_fields", linked.clone());
    }
    let remind = reminders(entry);
    if remind.first().and_then(minutes) == details.reminder && !remind.is_empty() {
        put("remind", remind.into());
    }
    // Nobody but the organiser is left: it stays a meeting, since an empty list would be taken for none given.
    if details.attendees.is_empty() && flag(entry, "IS_MEETING") {
        let leader = owner(entry).and_then(|owner| owner.parse::<u64>().ok());
        put("is_meeting", "Y".into());
        put("attendees", json!(Vec::from_iter(leader)));
    }
    // Whoever is not the organiser has to name them, or is refused.
    if let Some(host) = id_of(entry, "MEETING_HOST").filter(|host| host != me) {
        put("host", host.into());
    }
}

/// Text without the portal's markup.
fn plain(text: &str) -> String {
    let mut plain = text.replace("\r\n", "\n");
    for tag in ["<br>", "<br/>", "<br />", "<BR>", "[br]", "[BR]"] {
        if plain.contains(tag) {
            // The portal often puts a line's end behind the tag.
            plain = plain.replace(&format!("{tag}\n"), "\n").replace(tag, "\n");
        }
    }
    for (entity, sign) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#039;", "'"), ("&amp;", "&")]
    {
        if plain.contains(entity) {
            plain = plain.replace(entity, sign);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn entry() -> Value {
        json!({
            "ID": "1246", "CAL_TYPE": "user", "OWNER_ID": "7", "SECTION_ID": "4", "NAME": "Talk",
            "DATE_FROM_TS_UTC": "1791288000", "DATE_TO_TS_UTC": "1791291000", "TZ_FROM": "Europe/Moscow",
        })
    }

    fn with(fields: &Value) -> Value {
        let mut entry = entry();
        for (key, value) in fields.as_object().expect("fields") {
            entry[key] = value.clone();
        }
        entry
    }

    fn read(fields: &Value) -> CalendarEvent {
        event(&with(fields), Tz::UTC).expect("an entry")
    }

    fn people(event: &CalendarEvent) -> Vec<&str> {
        event.details.attendees.iter().map(|one| one.0.as_str()).collect()
    }

    #[rstest]
    #[case::with_status(json!({"IS_MEETING": true, "ATTENDEE_LIST": [{"id": 7, "status": "H"}, {"id": "5", "status": "Q"}]}))]
    #[case::as_a_map(json!({"IS_MEETING": "1", "ATTENDEE_LIST": {"0": {"id": 7}, "3": {"id": 5}}}))]
    #[case::by_kind(json!({"IS_MEETING": "Y", "ATTENDEE_LIST": [], "attendeesEntityList": [{"entityId": "user", "id": 5}]}))]
    #[case::by_code(json!({"IS_MEETING": true, "ATTENDEE_LIST": false, "ATTENDEES_CODES": ["U7", "U5", "DR1"]}))]
    fn attendees_are_read_from_any_list_without_the_owner(#[case] fields: Value) {
        assert_eq!(people(&read(&fields)), ["5"]);
    }

    #[rstest]
    #[case(json!({}))]
    #[case(json!({"IS_MEETING": false, "ATTENDEES_CODES": ["U5"]}))]
    #[case(json!({"IS_MEETING": true, "ATTENDEE_LIST": null, "ATTENDEES_CODES": ""}))]
    fn without_a_meeting_nobody_is_invited(#[case] fields: Value) {
        assert!(people(&read(&fields)).is_empty());
    }

    #[rstest]
    #[case(json!([{"type": "min", "count": 50}]), Some(50))]
    #[case(json!([{"type": "hour", "count": "2"}]), Some(120))]
    #[case(json!([{"type": "day", "count": 1}]), Some(1440))]
    #[case(json!([{"type": "daybefore", "before": 1}, {"type": "min", "count": 5}]), Some(5))]
    #[case(json!([{"type": "min", "count": -1}]), None)]
    #[case(json!(""), None)]
    #[case(json!(null), None)]
    fn reminders_are_minutes(#[case] remind: Value, #[case] minutes: Option<u32>) {
        assert_eq!(read(&json!({"REMIND": remind})).details.reminder, minutes);
    }

    #[rstest]
    #[case::single(json!({"RRULE": "", "RECURRENCE_ID": null}), true)]
    #[case::series(json!({"RRULE": {"FREQ": "WEEKLY"}}), false)]
    #[case::exception_of_a_series(json!({"RECURRENCE_ID": 1272}), false)]
    #[case::whole_day(json!({"DT_SKIP_TIME": "Y"}), false)]
    fn only_a_single_talk_can_be_a_consultation(#[case] fields: Value, #[case] plannable: bool) {
        assert_eq!(read(&fields).plannable, plannable);
    }

    #[rstest]
    #[case::no_meeting(json!({"MEETING_STATUS": null}), Invitation::Settled)]
    #[case::host(json!({"MEETING_STATUS": "H", "MEETING_HOST": 7}), Invitation::Settled)]
    #[case::host_by_the_id_alone(json!({"MEETING_STATUS": "Q", "MEETING_HOST": "7"}), Invitation::Settled)]
    #[case::accepted(json!({"MEETING_STATUS": "Y", "MEETING_HOST": "9"}), Invitation::Settled)]
    #[case::unanswered(json!({"MEETING_STATUS": "Q", "MEETING_HOST": "9"}), Invitation::Open)]
    #[case::declined(json!({"MEETING_STATUS": "N", "MEETING_HOST": "9"}), Invitation::Declined)]
    fn an_invitation_is_what_it_was_answered(#[case] fields: Value, #[case] invitation: Invitation) {
        assert_eq!(read(&fields).invitation, invitation);
    }

    #[test]
    fn markup_is_read_as_the_text_it_stands_for() {
        let id = "0198f1aa-0000-7000-8000-000000000001";
        let event = read(&json!({
            "NAME": "A &quot;talk&quot; &amp; more",
            "DESCRIPTION": format!("One<br />\r\nTwo<br>kabinet:{id}"),
        }));
        assert_eq!(event.details.title.reveal(), "A \"talk\" & more");
        assert_eq!(event.details.description.reveal(), "One\nTwo");
        assert_eq!(event.marked.map(|id| id.to_string()).as_deref(), Some(id));
    }

    #[test]
    fn an_entry_without_an_id_or_a_time_is_none() {
        assert_eq!(event(&with(&json!({"ID": ""})), Tz::UTC), None);
        assert_eq!(event(&with(&json!({"DATE_FROM_TS_UTC": null})), Tz::UTC), None);
    }

    #[test]
    fn a_missing_end_is_found_by_the_length() {
        let event = read(&json!({"DATE_TO_TS_UTC": "", "DT_LENGTH": 3000}));
        assert_eq!(event.details.ends_at - event.details.starts_at, Duration::minutes(50));
    }

    #[test]
    fn what_is_not_ours_is_written_back_as_it_was() {
        let entry = with(&json!({
            "ACCESSIBILITY": "free", "IMPORTANCE": "high", "COLOR": "", "PRIVATE_EVENT": "1", "UF_CRM_CAL_EVENT": ["C_275"],
            "REMIND": [{"type": "min", "count": 15}, {"type": "day", "count": 1}], "MEETING_HOST": "9",
            "IS_MEETING": true, "ATTENDEE_LIST": [{"id": 7}],
        }));
        let details = event(&entry, Tz::UTC).expect("an entry").details;
        let id = ConsultationId("0198f1aa-0000-7000-8000-000000000001".parse().expect("an id"));
        let mut written = fields(&details, id, "7", Saying::InZone).expect("fit");
        rest(&entry, "7", &details, &mut written);
        assert_eq!(
            Value::Object(written),
            json!({
                "name": "Talk", "from": "2026-10-06 15:00:00", "to": "2026-10-06 15:50:00",
                "timezone_from": "Europe/Moscow", "timezone_to": "Europe/Moscow", "location": "",
                "description": "kabinet:0198f1aa-0000-7000-8000-000000000001",
                "is_meeting": "Y", "attendees": [7], "accessibility": "free", "importance": "high", "private_event": "Y",
                "crm_fields": ["C_275"], "remind": [{"type": "min", "count": 15}, {"type": "day", "count": 1}], "host": "9",
            })
        );
    }

    #[test]
    fn what_would_be_refused_is_not_sent() {
        let details = read(&json!({})).details;
        let id = ConsultationId("0198f1aa-0000-7000-8000-000000000001".parse().expect("an id"));
        let unfit = |details: Details| match fields(&details, id, "7", Saying::InZone) {
            Err(CalendarError::Unfit { field }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(unfit(Details { title: "  ".into(), ..details.clone() }), "title");
        assert_eq!(unfit(Details { ends_at: details.starts_at, ..details.clone() }), "time");
        assert_eq!(unfit(Details { attendees: [AttendeeId("anna@org.example".into())].into(), ..details }), "attendees");
    }

    #[test]
    fn places_are_read_back() {
        let place = Place { kind: "user".into(), owner: 7, section: 4 };
        assert_eq!(Place::parse(&place.id()).expect("a place"), place);
        assert_eq!(Place::of(&entry()), Some(place));
        for rubbish in ["", "user", "user/7", "user/7/x", "user/7/4/5", "other/7/4"] {
            assert!(Place::parse(&CalendarId(rubbish.into())).is_err(), "{rubbish}");
        }
    }
}
