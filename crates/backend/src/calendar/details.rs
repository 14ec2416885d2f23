//! A conference as a calendar's entry, and back.

use crate::planning;
use chrono_tz::Tz;
use kabinet_api::{Conference, ConferenceStatus, DURATIONS};
use kabinet_calendar::BookError;
use kabinet_domain::calendar::{Agreed, AttendeeId, Details, Ours};
use kabinet_domain::{ConsultationId, Sensitive};
use kabinet_providers::calendars::Person;
use std::collections::BTreeSet;

/// Whoever writes by this interface has no wish of their own, and a calendar's own default differs from portal to portal.
const REMINDER: u32 = 15;

/// A calendar wants a title.
const NAMELESS: &str = "Kabinet";

/// Who can be invited, where the calendar could be asked.
pub type People<'a> = Option<&'a [Person]>;

/// As the conference should stand in the calendar. Its client is not told there.
#[must_use]
pub fn ours(conference: &Conference, agreed: Option<&Agreed>, people: People<'_>) -> Option<Ours> {
    Some(Ours {
        consultation: ConsultationId(conference.id),
        details: details(conference, agreed, people)?,
        in_calendar: conference.create_calendar_event && conference.status != ConferenceStatus::Cancelled,
    })
}

fn details(conference: &Conference, agreed: Option<&Agreed>, people: People<'_>) -> Option<Details> {
    let zone: Tz = conference.timezone.parse().ok()?;
    let name = conference.name.trim();
    let attendees = match (people, agreed) {
        (Some(people), _) => conference.invite_users.iter().filter_map(|one| meant(one, people)).collect(),
        // Nobody is taken off the list because the calendar could not be asked.
        (None, Some(agreed)) => agreed.details.attendees.clone(),
        (None, None) => {
            let ids = conference.invite_users.iter().map(|one| one.trim()).filter(|one| is_id(one));
            ids.map(|one| AttendeeId(one.to_owned())).collect()
        }
    };
    Some(Details {
        title: Sensitive::from(if name.is_empty() { NAMELESS } else { name }),
        starts_at: conference.starts_at,
        ends_at: planning::ends_at(conference),
        zone,
        location: Sensitive::new(conference.link.clone().unwrap_or_default()),
        description: Sensitive::new(conference.description.clone()),
        attendees,
        reminder: Some(REMINDER),
    })
}

/// Who is meant by an id or an e-mail address.
#[must_use]
pub fn meant(one: &str, people: &[Person]) -> Option<AttendeeId> {
    let one = one.trim();
    let has_address =
        |person: &Person| person.email.as_ref().is_some_and(|email| email.reveal().trim().to_lowercase() == one.to_lowercase());
    people.iter().find(|person| person.id.0 == one || has_address(person)).map(|person| person.id.clone())
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Puts what was changed in the calendar into a conference, as far as that makes sense: a room does not move because
/// somebody rewrote where its entry is, and nobody is reminded from here.
///
/// # Errors
/// When no conference can be like that.
pub fn take_over(conference: &mut Conference, before: &Details, after: &Details, people: People<'_>) -> Result<(), BookError> {
    let unfit = |code| BookError::Unfit { code };
    if before.title != after.title {
        after.title.reveal().trim().clone_into(&mut conference.name);
    }
    if before.description != after.description {
        conference.description.clone_from(after.description.reveal());
    }
    if (before.starts_at, before.ends_at, before.zone) != (after.starts_at, after.ends_at, after.zone) {
        let local = after.starts_at.with_timezone(&after.zone).naive_local();
        let minutes = (after.ends_at - after.starts_at).num_minutes();
        conference.duration =
            u32::try_from(minutes).ok().filter(|minutes| DURATIONS.contains(minutes)).ok_or(unfit("bad_duration"))?;
        (conference.start_date, conference.starts_at) = (local.date(), after.starts_at);
        conference.start_time = local.format("%H:%M").to_string();
        after.zone.name().clone_into(&mut conference.timezone);
    }
    if before.attendees != after.attendees {
        conference.invite_users = invited(&conference.invite_users, &before.attendees, &after.attendees, people);
    }
    if planning::too_long(conference) { Err(unfit("too_long")) } else { Ok(()) }
}

/// Those that were invited here, as they were written, without those who are not any more, and with those who are new.
fn invited(written: &[String], before: &BTreeSet<AttendeeId>, after: &BTreeSet<AttendeeId>, people: People<'_>) -> Vec<String> {
    let id = |one: &String| people.and_then(|people| meant(one, people)).unwrap_or_else(|| AttendeeId(one.trim().to_owned()));
    let gone: BTreeSet<_> = before.difference(after).collect();
    let mut kept: Vec<String> = written.iter().filter(|one| !gone.contains(&id(one))).cloned().collect();
    let known: BTreeSet<AttendeeId> = kept.iter().map(id).collect();
    kept.extend(after.difference(before).filter(|one| !known.contains(one)).map(|one| one.0.clone()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(of: &[&str]) -> BTreeSet<AttendeeId> {
        of.iter().map(|one| AttendeeId((*one).to_owned())).collect()
    }

    #[test]
    fn those_who_are_invited_stay_as_they_were_written() {
        let people = [Person {
            id: AttendeeId("9".into()),
            name: "".into(),
            email: Some("Nina@org.example".into()),
            position: "".into(),
            zone: None,
        }];
        let check = |before: &[&str], after: &[&str], expected: &[&str]| {
            let written = ["7".to_owned(), "nina@org.example".to_owned(), "gone@org.example".to_owned()];
            assert_eq!(invited(&written, &ids(before), &ids(after), Some(&people)), expected);
        };
        check(&["7", "9"], &["7", "9", "11"], &["7", "nina@org.example", "gone@org.example", "11"]);
        check(&["7", "9"], &["7"], &["7", "gone@org.example"]);
        check(&["7", "9"], &["9"], &["nina@org.example", "gone@org.example"]);
    }
}
