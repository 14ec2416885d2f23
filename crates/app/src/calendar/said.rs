//! What is said of a consultation in a calendar, and what of the calendar's words is taken here. Pure functions of the state.

use super::record::{AgreedRow, Row};
use crate::commands::consultations::{LONGEST, SHORTEST};
use crate::record::{Consultation, Status};
use crate::state::State;
use crate::view::{ColleagueView, Language};
use crate::words::{self, Words};
use chrono::{DateTime, Utc};
use kabinet_domain::ConsultationId;
use kabinet_domain::calendar::{AttendeeId, CalendarEvent, Details, Ours};
use kabinet_domain::sensitive::clean_name;
use sha2::{Digest, Sha256};

/// What stands in an entry where the client's name does not.
pub(super) fn standard_title(state: &State) -> String {
    spoken(state).say("consultation-name", &[])
}

pub(crate) fn spoken(state: &State) -> &'static Words {
    words::spoken(state.settings().language, &state.place.system_language)
}

/// In any language: somebody may have changed theirs.
pub(super) fn is_standard(title: &str) -> bool {
    let title = title.trim();
    [Language::En, Language::Ru].into_iter().any(|language| words::spoken(language, "").say("consultation-name", &[]) == title)
}

/// A consultation as it should stand in the calendar; `None` for one that has nothing to do with it.
pub(super) fn ours(state: &State, id: &str) -> Option<Ours> {
    let row = state.calendar.rows.get(id)?;
    let consultation: ConsultationId = id.parse().ok()?;
    // One that is not here is nobody's decision: a backend restored from an older copy knows nothing of it, and neither may this
    // computer yet. Its entry stays, with whoever is invited, and what was agreed is known again when it comes back.
    let one = state.consultations.get(id)?;
    let in_calendar = row.on && one.status != Status::Cancelled;
    (in_calendar || row.agreed.is_some()).then(|| Ours { consultation, details: details(state, one, row), in_calendar })
}

/// Whether a consultation ends after this moment, or did by what was agreed; asked of all rows there are, so it is quick.
pub(super) fn ends_after(state: &State, id: &str, row: &Row, since: DateTime<Utc>) -> bool {
    let here = state.consultations.get(id).map(Consultation::ends_at);
    here.or_else(|| row.agreed.as_ref().map(|agreed| agreed.details.ends_at)).is_some_and(|ends_at| ends_at > since)
}

fn details(state: &State, one: &Consultation, row: &Row) -> Details {
    let before = row.agreed.as_ref().map(|agreed| &agreed.details);
    let chosen = state.kept.calendar.as_ref();
    let broadcast = one.made.as_ref().and_then(|made| made.broadcast.as_ref()).map(|broadcast| broadcast.title.trim());
    let title = match broadcast.filter(|title| !title.is_empty()) {
        Some(title) => title.to_owned(),
        None if chosen.is_some_and(|chosen| chosen.with_names) && !one.client.is_empty() => one.client.clone(),
        // A word is not changed in every entry because another language was chosen.
        None => match before {
            Some(before) if is_standard(&before.title) => before.title.clone(),
            _ => standard_title(state),
        },
    };
    let description = match &row.agreed {
        _ if one.link.is_empty() => String::new(),
        Some(agreed) if agreed.details.description.contains(&one.link) => agreed.details.description.clone(),
        // What others wrote there stays around the new link; only what the calendar was seen to say holds their words.
        Some(AgreedRow { details: before, seen, .. }) if !before.location.is_empty() && !seen.description.is_empty() => {
            exchanged(&seen.description, &before.location, &one.link)
        }
        _ => spoken(state).say("calendar-about", &[("link", &one.link)]),
    };
    Details {
        title: title.into(),
        starts_at: one.starts_at,
        ends_at: one.ends_at(),
        zone: one.time_zone.parse().unwrap_or(state.place.zone),
        location: one.link.clone().into(),
        description: description.into(),
        attendees: row.invited.iter().map(|person| AttendeeId(person.id.clone())).collect(),
        reminder: chosen.and_then(|chosen| chosen.reminder),
    }
}

/// A text with another link in the place of one; longer links that only begin like it are others.
fn exchanged(text: &str, old: &str, new: &str) -> String {
    let mut parts = text.split(old).peekable();
    let mut result = String::with_capacity(text.len());
    while let Some(part) = parts.next() {
        result.push_str(part);
        if let Some(following) = parts.peek() {
            let goes_on = following.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '%'));
            result.push_str(if goes_on { old } else { new });
        }
    }
    result
}

/// Whether both sides say the same, as far as is known here.
pub(super) fn in_step(state: &State, id: &str) -> bool {
    let (Some(row), Some(ours)) = (state.calendar.rows.get(id), ours(state, id)) else { return true };
    match &row.agreed {
        Some(agreed) => ours.in_calendar && agreed.entry.is_some() && Details::from(&agreed.details) == ours.details,
        None => !ours.in_calendar,
    }
}

/// A room that a link leads to.
pub(super) struct Room {
    pub provider: String,
    pub name: String,
    pub link: String,
}

/// What of `details` makes sense here. `room` is the one that the location leads to, where that can be opened.
/// A title is a client's name only where names are written there; the note and the reminder have no place in an entry, nor it in them.
/// A time is not when it `stays`.
pub(super) fn taken(state: &State, one: &Consultation, details: &Details, room: Option<Room>, stays: bool) -> Consultation {
    let mut now = one.clone();
    if !stays
        && (one.starts_at, one.ends_at(), one.time_zone.as_str()) != (details.starts_at, details.ends_at, details.zone.name())
    {
        now.starts_at = whole_minute(details.starts_at);
        now.minutes = minutes(details);
        now.time_zone = details.zone.name().to_owned();
    }
    let names = state.kept.calendar.as_ref().is_some_and(|chosen| chosen.with_names);
    let is_broadcast = one.made.as_ref().is_some_and(|made| made.broadcast.is_some());
    let title = clean_name(details.title.reveal());
    if names && !is_broadcast && !title.is_empty() && !is_standard(&title) {
        now.client = title;
    }
    if let Some(room) = room.filter(|room| room.link != one.link) {
        now = Consultation { provider: room.provider, room: room.name, link: room.link, made: None, ..now };
    }
    now
}

/// What a consultation of an entry that somebody else wrote is known by. Drawn by lot, two computers of one specialist would plan it
/// twice before they hear of each other; so it follows from the account and the entry, which are the same for both.
pub(super) fn derived(state: &State, event: &CalendarEvent) -> ConsultationId {
    let chosen = state.kept.calendar.as_ref().map(|chosen| (chosen.provider.as_str(), chosen.account.as_str()));
    let (provider, account) = chosen.unwrap_or_default();
    let mut hash = Sha256::new();
    for part in ["consultation of an entry", provider, account, &event.id.0] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, of_hash)| *byte = of_hash);
    ConsultationId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A consultation of an entry that somebody else wrote.
pub(super) fn planned(id: String, details: &Details, room: Room) -> Consultation {
    let title = clean_name(details.title.reveal());
    Consultation {
        id,
        client: if is_standard(&title) { String::new() } else { title },
        starts_at: whole_minute(details.starts_at),
        minutes: minutes(details),
        time_zone: details.zone.name().to_owned(),
        provider: room.provider,
        link: room.link,
        room: room.name,
        note: String::new(),
        status: Status::Planned,
        made: None,
        contact: None,
        reminders: Vec::new(),
        door: crate::view::Door::default(),
        page_link: None,
        code: None,
        version: None,
    }
}

/// As long as the form of a consultation allows.
fn minutes(details: &Details) -> u32 {
    let minutes = (details.ends_at - details.starts_at).num_minutes().clamp(SHORTEST.into(), LONGEST.into());
    u32::try_from(minutes).unwrap_or_default()
}

/// Forms know no seconds.
fn whole_minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at - chrono::Duration::seconds(at.timestamp().rem_euclid(60))
        - chrono::Duration::nanoseconds(at.timestamp_subsec_nanos().into())
}

/// Whoever is invited, with what is known of them.
pub(super) fn invited(state: &State, row: &Row, details: &Details) -> Vec<ColleagueView> {
    let known = |id: &str| row.invited.iter().find(|one| one.id == id).or_else(|| state.calendar.people.get(id)).cloned();
    let nobody = |id: &str| ColleagueView { id: id.into(), name: String::new(), email: None, position: String::new() };
    details.attendees.iter().map(|one| known(&one.0).unwrap_or_else(|| nobody(&one.0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Broadcast, Made};
    use crate::state::ChosenCalendar;
    use crate::testing::{at, consultation, state};
    use chrono::Duration;

    const ID: &str = "0198f1aa-0000-7000-8000-000000000001";

    fn known(with_names: bool) -> State {
        let mut state = state(&[consultation(ID, "15:00", 50)], &[]);
        state.kept.calendar = Some(ChosenCalendar { with_names, ..ChosenCalendar::default() });
        state.calendar.rows.insert(ID.into(), Row { on: true, ..Row::default() });
        state
    }

    fn title(state: &State) -> String {
        ours(state, ID).expect("ours").details.title.into_inner()
    }

    fn agree(state: &mut State) {
        let details = (&ours(state, ID).expect("ours").details).into();
        let agreed = AgreedRow { entry: Some("1".into()), details, seen: (&ours(state, ID).expect("ours").details).into() };
        state.calendar.rows.get_mut(ID).expect("a row").agreed = Some(agreed);
    }

    fn change(state: &mut State, change: impl FnOnce(&mut Consultation)) {
        let mut one = state.consultations[ID].clone();
        change(&mut one);
        state.consultations.insert(one);
    }

    #[test]
    fn a_title_is_the_clients_name_only_where_that_was_chosen_and_a_broadcasts_own() {
        assert_eq!(title(&known(false)), "Consultation");
        let mut named = known(true);
        assert_eq!(title(&named), format!("Client {ID}"));
        change(&mut named, |one| one.client.clear());
        assert_eq!(title(&named), "Consultation");
        let broadcast =
            Broadcast { title: "Open evening".into(), description: String::new(), organisation_only: false, watch_link: None };
        let made = Made { id: "1".into(), waiting_room: None, cohosts: Vec::new(), summary: false, broadcast: Some(broadcast) };
        change(&mut named, |one| one.made = Some(made));
        assert_eq!(title(&named), "Open evening");
    }

    #[test]
    fn another_language_rewrites_nothing_that_was_agreed() {
        let mut state = known(false);
        agree(&mut state);
        state.kept.settings.language = Language::Ru;
        assert!(in_step(&state, ID));
        state.calendar.rows.insert(ID.into(), Row { on: true, ..Row::default() });
        assert_ne!(title(&state), "Consultation");
        assert!(is_standard(&title(&state)) && is_standard(" Consultation ") && !is_standard("Ivan"));
    }

    #[test]
    fn the_note_is_never_said_and_the_link_is() {
        let mut state = known(true);
        change(&mut state, |one| one.note = "very private".into());
        let details = ours(&state, ID).expect("ours").details;
        let link = &state.consultations[ID].link;
        assert_eq!(details.location.reveal(), link);
        assert!(details.description.reveal().contains(link) && !details.description.reveal().contains("private"));
        // Another link is told anew.
        agree(&mut state);
        change(&mut state, |one| one.link = "https://meet.example.org/another".into());
        assert!(ours(&state, ID).expect("ours").details.description.reveal().contains("another"));
    }

    #[test]
    fn another_link_takes_the_old_ones_place_among_the_words_of_others() {
        let mut state = known(true);
        agree(&mut state);
        let (old, new) = (state.consultations[ID].link.clone(), "https://meet.example.org/another");
        let seen = |state: &mut State, description: &str| {
            let agreed = state.calendar.rows.get_mut(ID).and_then(|row| row.agreed.as_mut()).expect("agreed");
            agreed.seen.description = description.to_owned();
        };
        change(&mut state, |one| one.link = new.to_owned());
        let check = |state: &State, expected: &str| {
            assert_eq!(ours(state, ID).expect("ours").details.description.reveal(), expected);
        };
        seen(&mut state, &format!("Bring the diary. {old}, not {old}-2.\nVera"));
        check(&state, &format!("Bring the diary. {new}, not {old}-2.\nVera"));
        seen(&mut state, "Bring the diary");
        check(&state, "Bring the diary");
    }

    #[test]
    fn what_is_taken_fits_a_consultation() {
        let state = known(true);
        let one = &state.consultations[ID];
        let details = ours(&state, ID).expect("ours").details;
        let check = |details: Details, client: &str, start: &str, minutes: u32| {
            let taken = taken(&state, one, &details, None, false);
            assert_eq!((taken.client.as_str(), taken.starts_at, taken.minutes), (client, at(start), minutes));
            assert_eq!((taken.note, taken.link), (one.note.clone(), one.link.clone()));
        };
        let said = |title: &str, start: &str, minutes: i64| {
            let (starts_at, ends_at) = (at(start), at(start) + Duration::minutes(minutes));
            Details { title: title.into(), starts_at, ends_at, ..details.clone() }
        };
        check(details.clone(), &one.client, "15:00", 50);
        check(said("Ivan\u{202e}", "16:30:20", 45), "Ivan", "16:30", 45);
        check(said("Consultation", "15:00", 0), &one.client, "15:00", 5);
        check(said("  ", "15:00", 2000), &one.client, "15:00", 600);
        let stayed = taken(&state, one, &said("Ivan", "16:30", 45), None, true);
        assert_eq!((stayed.client.as_str(), stayed.starts_at, stayed.minutes), ("Ivan", at("15:00"), 50));
    }

    #[test]
    fn a_cancelled_one_leaves_the_calendar_and_one_that_is_not_here_is_left_there() {
        let mut state = known(false);
        agree(&mut state);
        assert!(in_step(&state, ID));
        change(&mut state, |one| one.status = Status::Cancelled);
        assert!(!ours(&state, ID).expect("ours").in_calendar && !in_step(&state, ID));
        state.consultations.remove(ID);
        assert!(ours(&state, ID).is_none() && in_step(&state, ID));
    }
}
