//! Which of a client's consultations a message is about.

use crate::planning::ends_at;
use chrono::Duration;
use kabinet_api::{Conference, ConferenceStatus};
use kabinet_domain::Timestamp;

/// One that is longer over is not written about any more.
pub const LOOK_BACK: Duration = Duration::days(7);
/// So long before its start somebody is on the way, and after its end not quite gone.
const AROUND: Duration = Duration::minutes(30);

/// The one that is on, else the next, else the last within some days; one that takes place before one that was called off.
pub fn nearest(conferences: Vec<Conference>, now: Timestamp) -> Option<Conference> {
    let place = |conference: &Conference| {
        let starts_at = conference.starts_at;
        let ends_at = ends_at(conference);
        let (order, distance) = if now >= starts_at - AROUND && now < ends_at + AROUND {
            (0, (now - starts_at).abs())
        } else if now < starts_at {
            (1, starts_at - now)
        } else {
            (2, now - ends_at)
        };
        let off = matches!(conference.status, ConferenceStatus::Cancelled | ConferenceStatus::NoShow);
        // By the id at last, so that the same question always has the same answer.
        (off, order, distance, conference.id)
    };
    let over = |conference: &Conference| now - ends_at(conference) > LOOK_BACK;
    conferences.into_iter().filter(|conference| !over(conference)).min_by_key(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conference(number: u128, starts_at: &str, status: &str) -> Conference {
        serde_json::from_value(serde_json::json!({
            "id": uuid::Uuid::from_u128(number), "version": 1, "name": "", "start_date": "2026-12-23", "start_time": "15:00",
            "duration": 50, "timezone": "UTC", "starts_at": starts_at, "owner": {"id": uuid::Uuid::nil(), "name": ""},
            "status": status, "created_at": "2026-12-01T00:00:00Z", "updated_at": "2026-12-01T00:00:00Z"
        }))
        .expect("a consultation")
    }

    fn chosen(conferences: &[(u128, &str, &str)]) -> Option<u128> {
        let now = "2026-12-23T12:00:00Z".parse().expect("a time");
        let all = conferences.iter().map(|(number, starts_at, status)| conference(*number, starts_at, status)).collect();
        nearest(all, now).map(|conference| conference.id.as_u128())
    }

    #[test]
    fn the_one_that_is_on_comes_first_then_the_next_then_the_last() {
        let (on, next) = ((1, "2026-12-23T11:30:00Z", "running"), (2, "2026-12-24T12:00:00Z", "planned"));
        let (later, last) = ((3, "2026-12-30T12:00:00Z", "planned"), (4, "2026-12-22T12:00:00Z", "finished"));
        let old = (5, "2026-12-10T12:00:00Z", "finished");
        assert_eq!(chosen(&[old, last, later, next, on]), Some(1));
        assert_eq!(chosen(&[old, last, later, next]), Some(2));
        assert_eq!(chosen(&[old, last]), Some(4));
        assert_eq!(chosen(&[old]), None);
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn one_that_was_called_off_is_written_about_only_where_there_is_no_other() {
        let off = (1, "2026-12-23T12:10:00Z", "cancelled");
        assert_eq!(chosen(&[off, (2, "2026-12-29T12:00:00Z", "planned")]), Some(2));
        assert_eq!(chosen(&[off]), Some(1));
    }
}
