use super::*;
use crate::made::tests::made;
use kabinet_api::Owner;

const ID: &str = "0198f1c0-0000-7000-8000-000000000001";

fn mine() -> Consultation {
    Consultation {
        id: ID.into(),
        provider: "rooms".into(),
        link: "https://rooms.example.org/j/1".into(),
        room: String::new(),
        made: Some(made()),
        ..crate::testing::consultation("a", "12:30", 50)
    }
}

/// What the backend makes of a body, as its answer reads here.
pub(crate) fn stored(body: ConferenceBody) -> Conference {
    let starts_at = mine().starts_at;
    Conference {
        id: body.id.expect("an id"),
        version: 1,
        name: body.name,
        kind: body.kind,
        description: body.description,
        start_date: body.start_date,
        start_time: body.start_time,
        duration: body.duration.expect("a length"),
        timezone: body.timezone.expect("a zone"),
        starts_at,
        client: body.client,
        room: body.room,
        link: body.link,
        provider: body.provider,
        invite_link: body.invite_link,
        cohosts: body.cohosts,
        create_calendar_event: body.create_calendar_event,
        invite_users: body.invite_users,
        live_stream_title: body.live_stream_title,
        live_stream_description: body.live_stream_description,
        at_provider: body.at_provider,
        contact: body.contact,
        reminders: body.reminders,
        door: body.door,
        sealed: body.sealed,
        owner: Owner { id: Uuid::nil(), name: String::new() },
        status: ConferenceStatus::Planned,
        created_at: starts_at,
        updated_at: starts_at,
    }
}

/// Over the wire and back, with somebody else's words in what is there already.
fn sent(consultation: &Consultation, theirs: Option<Conference>) -> Conference {
    let body = serde_json::to_value(body(consultation, theirs, "Consultation")).expect("JSON");
    stored(serde_json::from_value(body).expect("a body"))
}

#[test]
fn a_made_room_comes_back_as_it_was_sent() {
    let plain = Made { broadcast: None, summary: true, waiting_room: Some("nobody".into()), ..made() };
    let of_organisation =
        Made { broadcast: made().broadcast.map(|broadcast| Broadcast { organisation_only: true, ..broadcast }), ..made() };
    for made in [Some(made()), Some(plain), Some(of_organisation), None] {
        let mine = Consultation { made, ..mine() };
        assert_eq!(consultation(sent(&mine, None)).made, mine.made);
    }
    let body = body(&mine(), None, "Consultation");
    assert_eq!((body.kind, body.at_provider.live_stream_viewers.as_deref()), (ConferenceType::Broadcast, Some("everyone")));
}

#[test]
fn a_room_that_was_left_leaves_nothing_behind() {
    let elsewhere = Consultation { made: None, link: "https://meet.example.org/b".into(), ..mine() };
    let there = sent(&elsewhere, Some(sent(&mine(), None)));
    assert_eq!((there.kind, there.cohosts.len(), there.live_stream_title.as_deref()), (ConferenceType::Conference, 0, None));
    assert_eq!(there.at_provider, ProviderRoom::default());
}

#[test]
fn what_others_wrote_about_a_room_that_was_not_made_here_stays() {
    let plain = Consultation { made: None, ..mine() };
    let theirs = Conference { cohosts: vec!["assistant".into()], kind: ConferenceType::Broadcast, ..sent(&plain, None) };
    let there = sent(&Consultation { note: "changed".into(), ..plain }, Some(theirs.clone()));
    assert_eq!((there.kind, &there.cohosts), (ConferenceType::Broadcast, &theirs.cohosts));
}

#[test]
fn a_made_room_goes_with_its_link_when_two_changed_the_consultation() {
    let base = mine();
    let fewer = Made { cohosts: Vec::new(), ..made() };
    let other = Made { id: "2".into(), ..made() };
    let moved = |made: Option<Made>| Consultation { link: "https://rooms.example.org/j/2".into(), made, ..mine() };
    let changed = Consultation { made: Some(fewer.clone()), ..mine() };
    let noted = Consultation { note: "theirs".into(), ..mine() };
    let room_of = |mine: &Consultation, theirs: &Consultation| {
        let merged = merged(mine, &base, theirs);
        (merged.link, merged.made)
    };
    // One changed the room, the other something else.
    assert_eq!(room_of(&changed, &noted), (base.link.clone(), Some(fewer.clone())));
    assert_eq!(room_of(&noted, &changed), (base.link.clone(), Some(fewer)));
    // One went to another room, the other changed the one that was left.
    assert_eq!(room_of(&moved(Some(other.clone())), &changed), (moved(None).link, Some(other.clone())));
    assert_eq!(room_of(&changed, &moved(Some(other.clone()))), (moved(None).link, Some(other)));
    assert_eq!(room_of(&changed, &moved(None)), (moved(None).link, None));
}
