//! The portal's people: `user.current` and `user.get`, 50 at a time.

use super::client::{Client, Repeat};
use super::errors::lacking;
use super::wire::{id_of, text};
use crate::calendars::{CalendarError, Person};
use kabinet_domain::Sensitive;
use kabinet_domain::calendar::AttendeeId;
use kabinet_domain::sensitive::clean_name;
use serde_json::{Value, json};

pub(super) async fn current(client: &Client) -> Result<Person, CalendarError> {
    let answer = client.call("user.current", json!({}), Repeat::Harmless).await?;
    person(&answer.result).ok_or_else(|| lacking("person"))
}

/// Employees who were not dismissed; all of them when the name is blank.
pub(super) async fn colleagues(client: &Client, name: &str) -> Result<Vec<Person>, CalendarError> {
    let mut filter = json!({"ACTIVE": true, "USER_TYPE": "employee"});
    let name = name.trim();
    if !name.is_empty() {
        filter["NAME_SEARCH"] = name.into();
    }
    let rows = client.pages("user.get", json!({"FILTER": filter, "sort": "ID", "order": "ASC"})).await?;
    Ok(rows.iter().filter_map(person).collect())
}

/// The e-mail is there only with the wider of two rights, and other fields may be an empty text, `false` or `{}`.
fn person(user: &Value) -> Option<Person> {
    let email = text(user, "EMAIL");
    Some(Person {
        id: AttendeeId(id_of(user, "ID")?),
        name: Sensitive::new(clean_name(&format!("{} {}", text(user, "NAME"), text(user, "LAST_NAME")))),
        email: (!email.is_empty()).then(|| email.into()),
        position: Sensitive::new(clean_name(text(user, "WORK_POSITION"))),
        zone: text(user, "TIME_ZONE").parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_with_whatever_is_missing() {
        let user = json!({"ID": 7, "NAME": "Анна", "LAST_NAME": false, "EMAIL": [], "TIME_ZONE": "", "TIMESTAMP_X": {}});
        let read = person(&user).expect("a person");
        assert_eq!((read.id.0.as_str(), read.name.reveal().as_str()), ("7", "Анна"));
        assert_eq!((read.email, read.zone), (None, None));
        assert_eq!(person(&json!({"NAME": "Nobody"})), None);
    }

    #[test]
    fn names_and_addresses_are_not_shown() {
        let user = json!({"ID": "7", "NAME": "Анна", "EMAIL": "specialist@org.example", "WORK_POSITION": "Психолог"});
        let shown = format!("{:?}", person(&user).expect("a person"));
        assert!(!shown.contains("Анна") && !shown.contains('@') && !shown.contains("Психолог"), "{shown}");
    }
}
