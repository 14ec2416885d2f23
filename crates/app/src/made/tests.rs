use super::*;
use kabinet_domain::draft::{BroadcastState, Without};
use kabinet_domain::provider::{Capabilities, Rooms};
use rstest::rstest;

/// A room with everything that a room can have.
pub(crate) fn made() -> Made {
    Made {
        id: "12345678901234".into(),
        waiting_room: Some("everyone".into()),
        cohosts: vec!["anna@org.example".into()],
        summary: false,
        broadcast: Some(Broadcast {
            title: "Sleep".into(),
            description: "Six questions".into(),
            organisation_only: false,
            watch_link: Some("https://rooms.example.org/live/1".into()),
        }),
    }
}

const ALL: ProviderInfo = ProviderInfo {
    id: "rooms",
    name: "Rooms",
    icon: "rooms",
    capabilities: Capabilities {
        rooms: Rooms::ByRequest,
        waiting_room: &[WaitingRoom::Everyone, WaitingRoom::Nobody],
        cohosts: true,
        broadcasts: true,
        summary: true,
        changes_rooms: true,
        ..Capabilities::NONE
    },
    fields: &[],
    of_host: &[],
    addresses: &[],
};

const PLAIN: ProviderInfo = ProviderInfo { capabilities: Capabilities { rooms: Rooms::ByRequest, ..Capabilities::NONE }, ..ALL };

fn state_of(made: &Made) -> RoomState {
    RoomState {
        link: "https://rooms.example.org/j/1".into(),
        waiting_room: made.waiting_room.as_deref().and_then(WaitingRoom::from_word),
        cohosts: made.cohosts.iter().map(|address| address.as_str().into()).collect(),
        broadcast: made.broadcast.as_ref().map(|broadcast| BroadcastState {
            watch_link: broadcast.watch_link.as_deref().map(Sensitive::from),
            title: Some(broadcast.title.as_str().into()),
            description: Some(broadcast.description.as_str().into()),
            viewers: Some(if broadcast.organisation_only { Viewers::Organisation } else { Viewers::Everyone }),
        }),
        summary: Some(made.summary),
    }
}

#[test]
fn what_is_not_said_is_as_careful_as_the_provider_allows() {
    let draft = drafted(&ALL, &RoomWishes::default()).expect("a draft");
    assert_eq!(draft, RoomDraft { waiting_room: Some(WaitingRoom::Everyone), ..RoomDraft::default() });
    assert_eq!(drafted(&PLAIN, &RoomWishes::default()).expect("a draft"), RoomDraft::default());
}

#[test]
fn addresses_are_trimmed_and_counted_once() {
    let typed = [" anna@org.example ", "", "ANNA@org.example", "boris@org.example"].map(str::to_owned);
    let draft = drafted(&ALL, &RoomWishes { cohosts: typed.into(), ..RoomWishes::default() }).expect("a draft");
    assert_eq!(plain(&draft.cohosts), ["anna@org.example", "boris@org.example"]);
}

fn with_title(title: String) -> RoomWishes {
    RoomWishes { broadcast: Some(BroadcastWishes { title, ..BroadcastWishes::default() }), ..RoomWishes::default() }
}

#[rstest]
#[case::no_address(&ALL, RoomWishes { cohosts: vec!["anna".into(), "a@b.example".into(), "b c".into()], ..RoomWishes::default() }, "bad_emails", "cohosts", "anna, b c")]
#[case::too_many(&ALL, RoomWishes { cohosts: (0..201).map(|n| format!("a{n}@b.example")).collect(), ..RoomWishes::default() }, "room_field_bad", "cohosts", "")]
#[case::unknown_level(&ALL, RoomWishes { waiting_room: Some("ADMINS".into()), ..RoomWishes::default() }, "room_not_offered", "waiting_room", "")]
#[case::level_of_others(&ALL, RoomWishes { waiting_room: Some("outsiders".into()), ..RoomWishes::default() }, "room_not_offered", "waiting_room", "")]
#[case::long_title(&ALL, with_title("я".repeat(1025)), "room_field_bad", "title", "")]
#[case::no_cohosts_there(&PLAIN, RoomWishes { cohosts: vec!["a@b.example".into()], ..RoomWishes::default() }, "room_not_offered", "cohosts", "")]
#[case::no_summary_there(&PLAIN, RoomWishes { summary: true, ..RoomWishes::default() }, "room_not_offered", "summary", "")]
#[case::no_broadcasts_there(&PLAIN, with_title("Sleep".into()), "room_not_offered", "title", "")]
fn what_cannot_be_is_refused_at_its_field(
    #[case] info: &ProviderInfo,
    #[case] wishes: RoomWishes,
    #[case] code: &str,
    #[case] field: &str,
    #[case] emails: &str,
) {
    let refused = drafted(info, &wishes).expect_err("a refusal");
    assert_eq!((refused.message.code.as_str(), refused.field.as_deref()), (code, Some(field)));
    assert_eq!(refused.message.facts.get("emails").map_or("", String::as_str), emails);
}

#[test]
fn a_title_is_one_line_and_a_description_may_have_more() {
    let wishes = BroadcastWishes { title: " Sl\neep\u{7} ".into(), description: " a\nb\u{0} ".into(), organisation_only: true };
    let draft = broadcast_drafted(&wishes).expect("a draft");
    assert_eq!((draft.title.reveal().as_str(), draft.description.reveal().as_str()), ("Sleep", "a\nb"));
    assert_eq!(draft.viewers, Viewers::Organisation);
}

#[test]
fn those_who_could_not_be_added_are_not_kept_as_if_they_were() {
    let draft = RoomDraft { cohosts: vec!["anna@org.example".into(), "Boris@org.example".into()], ..RoomDraft::default() };
    let without = Without { cohosts: vec!["boris@org.example".into()], error: MakeRoomError::Forbidden };
    let room = MadeRoom { id: "1".into(), link: "https://a".into(), watch_link: None, without: Some(without) };
    assert_eq!(kept(&draft, &room).cohosts, ["anna@org.example"]);
}

#[test]
fn the_same_again_is_made_with_the_same() {
    let again = drafted(&ALL, &wishes(&made())).expect("a draft");
    let room = MadeRoom {
        id: "12345678901234".into(),
        link: "https://a".into(),
        watch_link: Some("https://rooms.example.org/live/1".into()),
        without: None,
    };
    assert_eq!(kept(&again, &room), made());
}

#[test]
fn only_what_differs_is_changed() {
    let same = wished(&ALL, &made(), &wishes(&made())).expect("wishes");
    assert_eq!(change(&made(), &same), RoomChange::default());
    let capitals = RoomWishes { cohosts: vec!["ANNA@org.example".into()], ..wishes(&made()) };
    assert_eq!(change(&made(), &wished(&ALL, &made(), &capitals).expect("wishes")), RoomChange::default());

    let mut other = wishes(&made());
    other.waiting_room = Some("nobody".into());
    other.broadcast = Some(BroadcastWishes { title: "Dreams".into(), ..other.broadcast.unwrap_or_default() });
    let change = change(&made(), &wished(&ALL, &made(), &other).expect("wishes"));
    let broadcast = BroadcastChange { title: Some("Dreams".into()), ..BroadcastChange::default() };
    assert_eq!(
        change,
        RoomChange { waiting_room: Some(WaitingRoom::Nobody), broadcast: Some(broadcast), ..RoomChange::default() }
    );
    assert_eq!(parts(&change), [WAITING_ROOM, TITLE]);
}

#[test]
fn a_level_that_is_not_said_stays() {
    let open = Made { waiting_room: Some("nobody".into()), ..made() };
    let unsaid = RoomWishes { waiting_room: None, ..wishes(&open) };
    assert_eq!(wished(&ALL, &open, &unsaid).expect("wishes"), open);
}

#[test]
fn a_room_becomes_no_broadcast_and_a_broadcast_no_room() {
    let plain = Made { broadcast: None, ..made() };
    for (made, other) in [(made(), wishes(&plain)), (plain.clone(), wishes(&made()))] {
        assert_eq!(wished(&ALL, &made, &other).expect_err("a refusal").message.code, "room_not_offered");
    }
}

#[test]
fn what_the_provider_does_not_say_is_as_ours() {
    let silent = RoomState {
        link: "https://rooms.example.org/j/1".into(),
        waiting_room: None,
        cohosts: vec!["Anna@org.example".into()],
        broadcast: None,
        summary: None,
    };
    assert_eq!(as_said(&made(), &silent), made());
    assert_eq!(as_said(&made(), &state_of(&made())), made());
}

#[test]
fn every_difference_has_its_name() {
    let link = "https://rooms.example.org/j/1";
    assert!(differing((&made(), link), (&as_said(&made(), &state_of(&made())), link)).is_empty());
    let other = Made {
        id: made().id,
        waiting_room: Some("nobody".into()),
        cohosts: Vec::new(),
        summary: true,
        broadcast: Some(Broadcast {
            title: "Dreams".into(),
            description: "None".into(),
            organisation_only: true,
            watch_link: Some("https://rooms.example.org/live/2".into()),
        }),
    };
    let there = as_said(&made(), &state_of(&other));
    assert_eq!(
        differing((&made(), link), (&there, "https://rooms.example.org/j/2")),
        ["waiting_room", "cohosts", "summary", "title", "description", "viewers", "watch_link", "link"]
    );
    // Somebody made a broadcast of it elsewhere.
    let plain = Made { broadcast: None, ..made() };
    let there = as_said(&plain, &state_of(&made()));
    assert_eq!(differing((&plain, link), (&there, link)), ["title", "description", "viewers", "watch_link"]);
}

#[test]
fn a_part_that_was_changed_is_kept_without_the_rest() {
    let there = Made { waiting_room: Some("nobody".into()), cohosts: Vec::new(), summary: true, ..made() };
    let kept = with_parts(&made(), &there, &[WAITING_ROOM, COHOSTS]);
    assert_eq!(kept, Made { waiting_room: Some("nobody".into()), cohosts: Vec::new(), ..made() });
}

#[rstest]
#[case(MakeRoomError::UnknownCohosts { emails: vec!["x@y.example".into()] }, "unknown_cohosts", Some("cohosts"))]
#[case(MakeRoomError::Invalid { field: "description" }, "room_field_bad", Some("description"))]
#[case(MakeRoomError::Invalid { field: "room" }, "room_field_bad", None)]
#[case(MakeRoomError::Port(PortError::Restricted), "account_restricted", Some("provider"))]
#[case(MakeRoomError::Port(PortError::Unauthorized), "sign_in_again", Some("provider"))]
#[case(MakeRoomError::PaymentRequired, "plan_too_small", None)]
#[case(MakeRoomError::Port(PortError::NotFound), "room_gone", None)]
fn a_refusal_stands_where_something_can_be_done_about_it(
    #[case] error: MakeRoomError,
    #[case] code: &str,
    #[case] field: Option<&str>,
) {
    let refused = refused(&error);
    assert_eq!((refused.message.code.as_str(), refused.field.as_deref()), (code, field));
    let emails = refused.message.facts.get("emails").map(String::as_str);
    assert_eq!(emails, matches!(error, MakeRoomError::UnknownCohosts { .. }).then_some("x@y.example"));
}
