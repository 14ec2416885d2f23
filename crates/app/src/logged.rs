//! What of a value may stand in a log.

/// `Debug` with these fields alone: names, links, addresses and codes stay out of logs.
macro_rules! logged {
    ($kind:ident: $($field:ident),*) => {
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($kind))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::calendar::record::Row;
    use crate::command::{
        CalendarWishes, ClientName, ClientWishes, ConsultationDraft, Invitation, RoomWishes, SignInAnswer, Writing,
    };
    use crate::record::{Chat, Contact, Reach};
    use crate::state::Account;
    use crate::view::{AccountView, ColleagueView, ContactView, RoomView, SignInView};
    use serde_json::json;
    use std::fmt::Debug;

    fn shown<T: Debug + serde::de::DeserializeOwned>(value: serde_json::Value) -> String {
        format!("{:?}", serde_json::from_value::<T>(value).expect("a value"))
    }

    #[test]
    fn nothing_of_a_person_stands_in_a_log() {
        let colleague = json!({ "id": "7", "name": "PRIVATE", "email": "PRIVATE", "position": "PRIVATE" });
        let broadcast =
            json!({ "title": "PRIVATE", "description": "PRIVATE", "organisation_only": true, "watch_link": "PRIVATE" });
        let room = json!({ "waiting_room": null, "cohosts": ["PRIVATE"], "summary": true, "broadcast": broadcast });
        let consultation = json!({
            "client": "PRIVATE", "date": "2026-12-23", "time": "15:30", "minutes": 50, "provider": "rooms", "link": "PRIVATE",
            "note": "PRIVATE", "room": room,
        });
        let signing = json!({
            "provider": "rooms", "way": "device_code", "state": "waiting", "user_code": "PRIVATE", "page": "PRIVATE",
            "ends_at": null, "may_paste": false, "message": null,
        });
        let contact = json!({ "channel": "max", "phone": "PRIVATE", "email": "PRIVATE", "language": "ru" });
        let all = [
            shown::<ColleagueView>(colleague.clone()),
            shown::<Row>(json!({ "on": true, "invited": [colleague] })),
            shown::<CalendarWishes>(json!({ "on": true, "invited": [colleague] })),
            shown::<Account>(json!({ "name": "PRIVATE", "login": "PRIVATE" })),
            shown::<AccountView>(json!({ "name": "PRIVATE", "login": "PRIVATE" })),
            shown::<RoomWishes>(room.clone()),
            shown::<RoomView>(room),
            shown::<ConsultationDraft>(consultation),
            shown::<SignInView>(signing),
            shown::<SignInAnswer>(json!({ "text": "PRIVATE" })),
            shown::<ContactView>(contact.clone()),
            shown::<ClientWishes>(json!({ "contact": contact, "reminders": [], "door": "at_time" })),
            shown::<Contact>(contact),
            shown::<Chat>(json!({ "name": "PRIVATE" })),
            shown::<Reach>(json!({ "telegram": { "name": "PRIVATE" } })),
            shown::<Invitation>(json!({ "subject": "PRIVATE", "text": "PRIVATE", "link": "PRIVATE" })),
            shown::<Writing>(json!({ "id": "1", "text": "PRIVATE" })),
            shown::<ClientName>(json!({ "client": "PRIVATE" })),
        ];
        for shown in all {
            assert!(!shown.contains("PRIVATE"), "{shown}");
        }
    }
}
