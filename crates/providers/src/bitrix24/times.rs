//! Times as a portal writes and reads them.

use super::wire::{id, number, text};
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use kabinet_domain::Timestamp;
use serde_json::Value;

/// How portals write a time in their own zone: the Russian and the American way, and the one of databases.
const FORMATS: [&str; 4] = ["%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M"];
const DAYS: [&str; 3] = ["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d"];

/// A moment of an entry: its Unix time, else the portal's own writing in the entry's zone.
/// `which` is `DATE_FROM` or `DATE_TO`.
pub(super) fn moment(entry: &Value, which: &str, zone: Tz) -> Option<Timestamp> {
    let seconds = entry.get(format!("{which}_TS_UTC")).filter(|value| id(value).is_some()).and_then(number);
    seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).filter(is_sound).or_else(|| {
        let local = local(text(entry, which))?;
        earliest(zone, local).filter(is_sound)
    })
}

/// The entry's zone, else the account's.
pub(super) fn zone(entry: &Value, fallback: Tz) -> Tz {
    text(entry, "TZ_FROM").parse().unwrap_or(fallback)
}

fn local(written: &str) -> Option<NaiveDateTime> {
    let written = written.trim();
    let with_time = FORMATS.iter().find_map(|format| NaiveDateTime::parse_from_str(written, format).ok());
    with_time.or_else(|| {
        let day = DAYS.iter().find_map(|format| NaiveDate::parse_from_str(written, format).ok())?;
        day.and_hms_opt(0, 0, 0)
    })
}

/// An hour that the clocks skip is the one after it.
fn earliest(zone: Tz, local: NaiveDateTime) -> Option<Timestamp> {
    let found = zone.from_local_datetime(&local).earliest();
    found.or_else(|| zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest()).map(|time| time.to_utc())
}

/// Far moments are broken numbers, and arithmetic with them could overflow.
fn is_sound(moment: &Timestamp) -> bool {
    (0..=253_402_300_799).contains(&moment.timestamp())
}

/// A moment to be sent beside its zone. In the hour that a zone has twice, only an offset tells which is meant.
pub(super) fn written(moment: Timestamp, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    match zone.from_local_datetime(&local.naive_local()) {
        LocalResult::Single(_) => local.format("%Y-%m-%d %H:%M:%S").to_string(),
        _ => with_offset(moment, zone),
    }
}

/// A moment that no zone can shift.
pub(super) fn with_offset(moment: Timestamp, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[rstest]
    #[case::unix_as_text(json!({"DATE_FROM_TS_UTC": "1791288000", "DATE_FROM": "rubbish"}))]
    #[case::unix_as_number(json!({"DATE_FROM_TS_UTC": 1_791_288_000}))]
    #[case::russian(json!({"DATE_FROM": "06.10.2026 15:00:00"}))]
    #[case::american(json!({"DATE_FROM": "10/06/2026 03:00:00 pm", "DATE_FROM_TS_UTC": ""}))]
    #[case::no_unix(json!({"DATE_FROM": "06.10.2026 15:00:00", "DATE_FROM_TS_UTC": false}))]
    fn a_moment_is_read_in_every_form(#[case] entry: Value) {
        assert_eq!(moment(&entry, "DATE_FROM", Tz::Europe__Moscow), Some(at("2026-10-06T12:00:00Z")));
    }

    #[rstest]
    #[case("10/06/2026 12:00:00 am", "2026-10-05T21:00:00Z")]
    #[case("10/06/2026 12:00:00 pm", "2026-10-06T09:00:00Z")]
    #[case("10/06/2026", "2026-10-05T21:00:00Z")]
    #[case("06.10.2026", "2026-10-05T21:00:00Z")]
    fn midnight_and_noon_are_told_apart(#[case] written: &str, #[case] expected: &str) {
        assert_eq!(moment(&json!({"DATE_FROM": written}), "DATE_FROM", Tz::Europe__Moscow), Some(at(expected)));
    }

    #[rstest]
    #[case(json!({}))]
    #[case(json!({"DATE_FROM": "tomorrow"}))]
    #[case(json!({"DATE_FROM_TS_UTC": "99999999999999999"}))]
    #[case(json!({"DATE_FROM_TS_UTC": -5}))]
    fn rubbish_is_no_moment(#[case] entry: Value) {
        assert_eq!(moment(&entry, "DATE_FROM", Tz::UTC), None);
    }

    #[test]
    fn a_time_is_sent_in_its_zone_and_with_an_offset_where_it_is_there_twice() {
        assert_eq!(written(at("2026-10-06T12:00:00Z"), Tz::Europe__Moscow), "2026-10-06 15:00:00");
        assert_eq!(written(at("2026-10-25T00:30:00Z"), Tz::Europe__Berlin), "2026-10-25T02:30:00+02:00");
        assert_eq!(written(at("2026-10-25T01:30:00Z"), Tz::Europe__Berlin), "2026-10-25T02:30:00+01:00");
        assert_eq!(written(at("2026-10-25T02:30:00Z"), Tz::Europe__Berlin), "2026-10-25 03:30:00");
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_the_next() {
        let entry = json!({"DATE_FROM": "29.03.2026 02:30:00"});
        assert_eq!(moment(&entry, "DATE_FROM", Tz::Europe__Berlin), Some(at("2026-03-29T01:30:00Z")));
    }
}
