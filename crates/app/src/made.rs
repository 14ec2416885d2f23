//! Rooms that a provider makes when asked, as data: what is wanted of one, what is kept of it, and how two sides of it differ.

use crate::command::{BroadcastWishes, CommandError, RoomWishes};
use crate::commands::{refuse_field, refuse_with};
use crate::record::{Broadcast, Made};
use kabinet_domain::draft::is_email;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{ProviderInfo, WaitingRoom};
use kabinet_domain::{
    BroadcastChange, BroadcastDraft, MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Sensitive, Viewers,
};
use std::collections::BTreeSet;

/// As the window and the backend count; the backend keeps no more people. A provider may be stricter, and says so itself.
const LONGEST_TITLE: usize = 1024;
const MOST_COHOSTS: usize = 200;

/// What can differ between two sides of a room, in the order in which a person reads it.
pub(crate) const WAITING_ROOM: &str = "waiting_room";
pub(crate) const COHOSTS: &str = "cohosts";
pub(crate) const SUMMARY: &str = "summary";
pub(crate) const TITLE: &str = "title";
pub(crate) const DESCRIPTION: &str = "description";
pub(crate) const VIEWERS: &str = "viewers";
const WATCH_LINK: &str = "watch_link";
const LINK: &str = "link";

/// What was typed, as far as the provider can do it; nothing has been asked of it yet.
pub(crate) fn drafted(info: &ProviderInfo, wishes: &RoomWishes) -> Result<RoomDraft, CommandError> {
    let capabilities = &info.capabilities;
    let not_offered = |field| Err(refuse_field("room_not_offered", field));
    if wishes.summary && !capabilities.summary {
        return not_offered(SUMMARY);
    }
    let cohosts = cohosts(&wishes.cohosts)?;
    if !cohosts.is_empty() && !capabilities.cohosts {
        return not_offered(COHOSTS);
    }
    if wishes.broadcast.is_some() && !capabilities.broadcasts {
        return not_offered(TITLE);
    }
    Ok(RoomDraft {
        waiting_room: level(info, wishes.waiting_room.as_deref())?,
        cohosts: cohosts.into_iter().map(Sensitive::new).collect(),
        broadcast: wishes.broadcast.as_ref().map(broadcast_drafted).transpose()?,
        summary: wishes.summary,
    })
}

fn level(info: &ProviderInfo, word: Option<&str>) -> Result<Option<WaitingRoom>, CommandError> {
    let levels = info.capabilities.waiting_room;
    match word.map(str::trim).filter(|word| !word.is_empty()) {
        None => Ok(levels.first().copied()),
        Some(word) => match WaitingRoom::from_word(word).filter(|level| levels.contains(level)) {
            Some(level) => Ok(Some(level)),
            None => Err(refuse_field("room_not_offered", WAITING_ROOM)),
        },
    }
}

/// Every address once, whatever its capitals.
fn cohosts(typed: &[String]) -> Result<Vec<String>, CommandError> {
    let mut known = BTreeSet::new();
    let addresses = typed.iter().map(|address| address.trim()).filter(|address| !address.is_empty());
    let once: Vec<&str> = addresses.filter(|address| known.insert(address.to_lowercase())).collect();
    let wrong: Vec<&str> = once.iter().copied().filter(|address| !is_email(address)).collect();
    if !wrong.is_empty() {
        return Err(refuse_with("bad_emails", &[("emails", &wrong.join(", "))], Some(COHOSTS)));
    }
    if once.len() > MOST_COHOSTS {
        return Err(refuse_field("room_field_bad", COHOSTS));
    }
    Ok(once.into_iter().map(str::to_owned).collect())
}

fn broadcast_drafted(wishes: &BroadcastWishes) -> Result<BroadcastDraft, CommandError> {
    let title: String = wishes.title.chars().filter(|c| !c.is_control()).collect();
    let description: String = wishes.description.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if title.trim().chars().count() > LONGEST_TITLE {
        return Err(refuse_field("room_field_bad", TITLE));
    }
    Ok(BroadcastDraft {
        title: title.trim().into(),
        description: description.trim().into(),
        viewers: if wishes.organisation_only { Viewers::Organisation } else { Viewers::Everyone },
    })
}

/// What is kept of a room that was made a moment ago.
pub(crate) fn kept(draft: &RoomDraft, made: &MadeRoom) -> Made {
    let left_out = made.without.as_ref().map(|without| lower(&plain(&without.cohosts))).unwrap_or_default();
    Made {
        id: made.id.reveal().clone(),
        waiting_room: draft.waiting_room.map(|level| level.as_str().to_owned()),
        cohosts: plain(&draft.cohosts).into_iter().filter(|address| !left_out.contains(&address.to_lowercase())).collect(),
        summary: draft.summary,
        broadcast: draft.broadcast.as_ref().map(|broadcast| Broadcast {
            title: broadcast.title.reveal().clone(),
            description: broadcast.description.reveal().clone(),
            organisation_only: broadcast.viewers == Viewers::Organisation,
            watch_link: made.watch_link.as_ref().map(|link| link.reveal().clone()),
        }),
    }
}

/// What a room was made with, to have another like it.
pub(crate) fn wishes(made: &Made) -> RoomWishes {
    RoomWishes {
        waiting_room: made.waiting_room.clone(),
        cohosts: made.cohosts.clone(),
        summary: made.summary,
        broadcast: made.broadcast.as_ref().map(|broadcast| BroadcastWishes {
            title: broadcast.title.clone(),
            description: broadcast.description.clone(),
            organisation_only: broadcast.organisation_only,
        }),
    }
}

/// The room as it is to become. A level that is not said stays. What is a broadcast stays one, and nothing else becomes one:
/// a link that was handed on would mean another thing.
pub(crate) fn wished(info: &ProviderInfo, made: &Made, wishes: &RoomWishes) -> Result<Made, CommandError> {
    if wishes.broadcast.is_some() != made.broadcast.is_some() {
        return Err(refuse_field("room_not_offered", TITLE));
    }
    let draft = drafted(info, wishes)?;
    let level_said = wishes.waiting_room.as_deref().is_some_and(|word| !word.trim().is_empty());
    let broadcast = made.broadcast.as_ref().zip(draft.broadcast).map(|(broadcast, draft)| Broadcast {
        title: draft.title.into_inner(),
        description: draft.description.into_inner(),
        organisation_only: draft.viewers == Viewers::Organisation,
        watch_link: broadcast.watch_link.clone(),
    });
    Ok(Made {
        id: made.id.clone(),
        waiting_room: if level_said {
            draft.waiting_room.map(|level| level.as_str().to_owned())
        } else {
            made.waiting_room.clone()
        },
        cohosts: plain(&draft.cohosts),
        summary: draft.summary,
        broadcast,
    })
}

/// What has to be different for one side to become the other. Links cannot be changed by anybody.
pub(crate) fn change(from: &Made, to: &Made) -> RoomChange {
    let level = to.waiting_room.as_deref().and_then(WaitingRoom::from_word);
    let broadcast = from.broadcast.as_ref().zip(to.broadcast.as_ref()).map(|(from, to)| BroadcastChange {
        title: (from.title != to.title).then(|| to.title.as_str().into()),
        description: (from.description != to.description).then(|| to.description.as_str().into()),
        viewers: (from.organisation_only != to.organisation_only).then_some(if to.organisation_only {
            Viewers::Organisation
        } else {
            Viewers::Everyone
        }),
    });
    RoomChange {
        waiting_room: level.filter(|_| from.waiting_room != to.waiting_room),
        cohosts: (lower(&from.cohosts) != lower(&to.cohosts))
            .then(|| to.cohosts.iter().map(|address| address.as_str().into()).collect()),
        broadcast: broadcast.filter(|change| *change != BroadcastChange::default()),
        summary: (from.summary != to.summary).then_some(to.summary),
    }
}

/// The room as the provider says it is; what it does not say is as ours.
pub(crate) fn as_said(ours: &Made, state: &RoomState) -> Made {
    let broadcast = match (&ours.broadcast, &state.broadcast) {
        (ours, None) => ours.clone(),
        (ours, Some(said)) => {
            let ours = ours.clone().unwrap_or(Broadcast {
                title: String::new(),
                description: String::new(),
                organisation_only: false,
                watch_link: None,
            });
            Some(Broadcast {
                title: said.title.as_ref().map_or(ours.title, |title| title.reveal().clone()),
                description: said.description.as_ref().map_or(ours.description, |text| text.reveal().clone()),
                organisation_only: said.viewers.map_or(ours.organisation_only, |viewers| viewers == Viewers::Organisation),
                watch_link: said.watch_link.as_ref().map(|link| link.reveal().clone()).or(ours.watch_link),
            })
        }
    };
    let said = plain(&state.cohosts);
    Made {
        id: ours.id.clone(),
        waiting_room: state.waiting_room.map(|level| level.as_str().to_owned()).or_else(|| ours.waiting_room.clone()),
        // In another order, or in other capitals, they are the same people.
        cohosts: if lower(&said) == lower(&ours.cohosts) { ours.cohosts.clone() } else { said },
        summary: state.summary.unwrap_or(ours.summary),
        broadcast,
    }
}

/// What one side says otherwise than the other.
pub(crate) fn differing((ours, our_link): (&Made, &str), (theirs, their_link): (&Made, &str)) -> Vec<&'static str> {
    let of = |made: &Made| made.broadcast.clone();
    let (our_broadcast, their_broadcast) = (of(ours), of(theirs));
    fn field<T>(broadcast: &Option<Broadcast>, read: impl Fn(&Broadcast) -> T) -> Option<T> {
        broadcast.as_ref().map(read)
    }
    let differs_in = |read: &dyn Fn(&Broadcast) -> String| field(&our_broadcast, read) != field(&their_broadcast, read);
    let watch_link = |broadcast: &Option<Broadcast>| broadcast.as_ref().and_then(|broadcast| broadcast.watch_link.clone());
    let all = [
        (WAITING_ROOM, ours.waiting_room != theirs.waiting_room),
        (COHOSTS, lower(&ours.cohosts) != lower(&theirs.cohosts)),
        (SUMMARY, ours.summary != theirs.summary),
        (TITLE, differs_in(&|broadcast| broadcast.title.clone())),
        (DESCRIPTION, differs_in(&|broadcast| broadcast.description.clone())),
        (VIEWERS, differs_in(&|broadcast| broadcast.organisation_only.to_string())),
        (WATCH_LINK, watch_link(&our_broadcast) != watch_link(&their_broadcast)),
        (LINK, our_link != their_link),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// What a change is about.
pub(crate) fn parts(change: &RoomChange) -> Vec<&'static str> {
    let of_broadcast = |read: fn(&BroadcastChange) -> bool| change.broadcast.as_ref().is_some_and(read);
    let all = [
        (WAITING_ROOM, change.waiting_room.is_some()),
        (COHOSTS, change.cohosts.is_some()),
        (SUMMARY, change.summary.is_some()),
        (TITLE, of_broadcast(|broadcast| broadcast.title.is_some())),
        (DESCRIPTION, of_broadcast(|broadcast| broadcast.description.is_some())),
        (VIEWERS, of_broadcast(|broadcast| broadcast.viewers.is_some())),
    ];
    all.into_iter().filter(|(_, changes)| *changes).map(|(name, _)| name).collect()
}

/// One side with these parts of the other.
pub(crate) fn with_parts(from: &Made, there: &Made, parts: &[&str]) -> Made {
    let takes = |part| parts.contains(&part);
    fn pick<T: Clone>(takes: bool, from: &T, there: &T) -> T {
        if takes { there.clone() } else { from.clone() }
    }
    Made {
        id: from.id.clone(),
        waiting_room: pick(takes(WAITING_ROOM), &from.waiting_room, &there.waiting_room),
        cohosts: pick(takes(COHOSTS), &from.cohosts, &there.cohosts),
        summary: pick(takes(SUMMARY), &from.summary, &there.summary),
        broadcast: from.broadcast.as_ref().map(|from| {
            let there = there.broadcast.as_ref().unwrap_or(from);
            Broadcast {
                title: pick(takes(TITLE), &from.title, &there.title),
                description: pick(takes(DESCRIPTION), &from.description, &there.description),
                organisation_only: pick(takes(VIEWERS), &from.organisation_only, &there.organisation_only),
                watch_link: from.watch_link.clone(),
            }
        }),
    }
}

/// Why the provider did not do it, at the field where something can be done about it.
pub(crate) fn refused(error: &MakeRoomError) -> CommandError {
    let field = match error {
        MakeRoomError::UnknownCohosts { .. } => Some(COHOSTS),
        // Its own id of the room is nothing that was typed.
        MakeRoomError::Invalid { field } => Some(*field).filter(|field| *field != "room"),
        MakeRoomError::NotOffered | MakeRoomError::Port(PortError::Unauthorized | PortError::Restricted) => Some("provider"),
        MakeRoomError::Forbidden
        | MakeRoomError::PaymentRequired
        | MakeRoomError::MayHaveBeenMade(_)
        | MakeRoomError::Port(_) => None,
    };
    let emails = match error {
        MakeRoomError::UnknownCohosts { emails } => plain(emails).join(", "),
        _ => String::new(),
    };
    let facts = [("emails", emails.as_str())];
    refuse_with(error.code(), if emails.is_empty() { &[] } else { &facts }, field)
}

fn plain(secrets: &[Sensitive<String>]) -> Vec<String> {
    secrets.iter().map(|secret| secret.reveal().clone()).collect()
}

fn lower(addresses: &[String]) -> BTreeSet<String> {
    addresses.iter().map(|address| address.to_lowercase()).collect()
}

#[cfg(test)]
pub(crate) mod tests;
