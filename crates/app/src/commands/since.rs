//! A form is older than what is known by the time it is sent: what was not touched in it is nothing that a person wants.

use super::wishes;
use crate::command::{BroadcastWishes, CalendarWishes, ClientWishes, ConsultationDraft, RoomWishes};
use crate::record::Consultation;
use crate::view::ColleagueView;
use chrono_tz::Tz;

/// The draft with what is known in place of everything that it was opened with.
pub(super) fn laid_over(draft: &ConsultationDraft, base: &ConsultationDraft, known: &Consultation) -> ConsultationDraft {
    let zone: Tz = known.time_zone.parse().unwrap_or(Tz::UTC);
    let local = known.starts_at.with_timezone(&zone);
    let same_link = base.provider == draft.provider
        && base.link == draft.link
        // An emptied link asks for another room, also in a form that was opened for that.
        && draft.link.as_deref().is_some_and(|link| !link.trim().is_empty());
    ConsultationDraft {
        client: pick(&base.client, &draft.client, || known.client.clone()),
        date: pick(&base.date, &draft.date, || local.format("%Y-%m-%d").to_string()),
        time: pick(&base.time, &draft.time, || local.format("%H:%M").to_string()),
        minutes: pick(&base.minutes, &draft.minutes, || known.minutes),
        time_zone: pick(&base.time_zone, &draft.time_zone, || Some(known.time_zone.clone())),
        provider: if same_link { known.provider.clone() } else { draft.provider.clone() },
        link: if same_link { Some(known.link.clone()) } else { draft.link.clone() },
        note: pick(&base.note, &draft.note, || known.note.clone()),
        room: draft.room.clone(),
        calendar: draft.calendar.clone(),
        client_side: client_side_laid_over(draft.client_side.as_ref(), base.client_side.as_ref(), known),
        another_client: draft.another_client,
    }
}

/// The same for how a client is reached and let in. A form that says nothing of it leaves it as it is.
fn client_side_laid_over(
    draft: Option<&ClientWishes>,
    base: Option<&ClientWishes>,
    known: &Consultation,
) -> Option<ClientWishes> {
    let draft = draft?;
    let Some(base) = base else { return Some(draft.clone()) };
    let known = wishes::known(known);
    Some(ClientWishes {
        contact: pick(&base.contact, &draft.contact, || known.contact.clone()),
        reminders: pick(&base.reminders, &draft.reminders, || known.reminders.clone()),
        door: pick(&base.door, &draft.door, || known.door),
    })
}

/// When it is was not touched at all.
pub(super) fn same_time(draft: &ConsultationDraft, base: &ConsultationDraft) -> bool {
    (&base.date, &base.time, &base.time_zone) == (&draft.date, &draft.time, &draft.time_zone)
}

/// The same for a room that is there.
pub(super) fn room_laid_over(wishes: &RoomWishes, base: &RoomWishes, known: &RoomWishes) -> RoomWishes {
    let broadcast = match (&wishes.broadcast, &base.broadcast, &known.broadcast) {
        (Some(wishes), Some(base), Some(known)) => Some(BroadcastWishes {
            title: pick(&base.title, &wishes.title, || known.title.clone()),
            description: pick(&base.description, &wishes.description, || known.description.clone()),
            organisation_only: pick(&base.organisation_only, &wishes.organisation_only, || known.organisation_only),
        }),
        (wishes, base, known) => pick(base, wishes, || known.clone()),
    };
    RoomWishes {
        waiting_room: pick(&base.waiting_room, &wishes.waiting_room, || known.waiting_room.clone()),
        cohosts: people(&wishes.cohosts, &base.cohosts, &known.cohosts, |address| address.to_lowercase()),
        summary: pick(&base.summary, &wishes.summary, || known.summary),
        broadcast,
    }
}

impl CalendarWishes {
    /// Whether it is to stand there and who is to be invited, over what is known; all of them where nothing is said of them.
    pub(crate) fn laid_over(self, base: Option<&Self>, on: bool, invited: &[ColleagueView]) -> (bool, Vec<ColleagueView>) {
        let wished_on = base.map_or(self.on, |base| pick(&base.on, &self.on, || on));
        let of_base = base.and_then(|base| base.invited.as_deref());
        let wished = match (self.invited, of_base) {
            (None, _) => invited.to_vec(),
            (Some(wished), None) => wished,
            (Some(wished), Some(base)) => people(&wished, base, invited, |person| person.id.clone()),
        };
        (wished_on, wished)
    }
}

pub(super) fn pick<T: Clone + PartialEq>(base: &T, draft: &T, known: impl FnOnce() -> T) -> T {
    if base == draft { known() } else { draft.clone() }
}

/// Those known, without those taken out and with those put in.
fn people<T: Clone, K: PartialEq>(wished: &[T], base: &[T], known: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let holds = |list: &[T], one: &T| list.iter().any(|other| key(other) == key(one));
    let stay = known.iter().filter(|one| holds(wished, one) || !holds(base, one));
    let come = wished.iter().filter(|one| !holds(base, one) && !holds(known, one));
    stay.chain(come).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::view::{Channel, ContactView, Door};

    fn person(id: &str) -> ColleagueView {
        ColleagueView { id: id.into(), name: String::new(), email: None, position: String::new() }
    }

    fn wishes(on: bool, ids: &[&str]) -> CalendarWishes {
        CalendarWishes { on, invited: Some(ids.iter().map(|id| person(id)).collect()) }
    }

    #[track_caller]
    fn check(draft: CalendarWishes, base: Option<&CalendarWishes>, expected: (bool, &[&str])) {
        let (on, invited) = draft.laid_over(base, true, &[person("5"), person("6")]);
        assert_eq!((on, invited.iter().map(|one| one.id.as_str()).collect::<Vec<_>>()), (expected.0, expected.1.to_vec()));
    }

    #[test]
    fn who_was_put_in_or_taken_out_is_laid_over_those_known_by_now() {
        check(wishes(true, &["5", "8"]), Some(&wishes(true, &["5"])), (true, &["5", "6", "8"]));
        check(wishes(true, &[]), Some(&wishes(true, &["5"])), (true, &["6"]));
        check(wishes(false, &["5"]), Some(&wishes(false, &["5"])), (true, &["5", "6"]));
        check(wishes(false, &["5"]), Some(&wishes(true, &["5"])), (false, &["5", "6"]));
        check(wishes(true, &["8"]), None, (true, &["8"]));
        check(CalendarWishes { on: false, invited: None }, None, (false, &["5", "6"]));
    }

    #[test]
    fn how_a_client_is_reached_is_laid_over_field_by_field() {
        let wishes = |phone: &str, reminders: &[u32], door: Door| {
            let contact =
                ContactView { channel: Channel::Whatsapp, phone: phone.into(), email: String::new(), language: "ru".into() };
            ClientWishes { contact: Some(contact), reminders: reminders.to_vec(), door }
        };
        let (base, draft) = (wishes("71", &[60], Door::AtTime), wishes("71", &[60, 10], Door::AtTime));
        let known = testing::consultation("c1", "15:00", 50);
        let contact = crate::record::Contact { channel: "max".into(), phone: Some("79001234567".into()), ..Default::default() };
        let known = Consultation { contact: Some(contact), door: Door::AtOnce, ..known };
        let over = client_side_laid_over(Some(&draft), Some(&base), &known).expect("wishes");
        assert_eq!((over.contact, over.reminders, over.door), (wishes::known(&known).contact, vec![60, 10], Door::AtOnce));
        assert_eq!(client_side_laid_over(Some(&draft), None, &known), Some(draft));
        assert_eq!(client_side_laid_over(None, Some(&base), &known), None);
    }

    #[test]
    fn what_a_room_is_like_is_laid_over_what_it_is_like_by_now() {
        let room = |level: &str, cohosts: &[&str], title: &str| RoomWishes {
            waiting_room: Some(level.into()),
            cohosts: cohosts.iter().map(|one| (*one).to_owned()).collect(),
            summary: false,
            broadcast: Some(BroadcastWishes { title: title.into(), ..BroadcastWishes::default() }),
        };
        let (base, known) = (room("everyone", &["a@x"], "Sleep"), room("nobody", &["a@x", "b@x"], "Dreams"));
        let wished = room_laid_over(&room("everyone", &["c@x"], "Sleep"), &base, &known);
        assert_eq!(wished, room("nobody", &["b@x", "c@x"], "Dreams"));
    }
}
