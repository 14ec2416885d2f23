//! From a conference's words to what a provider is asked for.

use crate::http::Refusal;
use crate::people::hash;
use crate::planning::content;
use kabinet_api::{Conference, ConferenceType, ProviderRoom};
use kabinet_domain::draft::{BroadcastChange, BroadcastDraft, Viewers};
use kabinet_domain::provider::{Capabilities, WaitingRoom};
use kabinet_domain::{RoomChange, RoomDraft, Sensitive};
use std::collections::BTreeSet;

/// What is asked for to make a conference's room.
///
/// # Errors
/// Names the field that the provider has no such thing for.
pub fn draft(wanted: &Conference, can: &Capabilities) -> Result<RoomDraft, Refusal> {
    refuse_what_it_cannot(wanted, can)?;
    let broadcast = (wanted.kind == ConferenceType::Broadcast).then(|| {
        Ok::<_, Refusal>(BroadcastDraft {
            title: text(wanted.live_stream_title.as_ref()),
            description: text(wanted.live_stream_description.as_ref()),
            viewers: viewers(&wanted.at_provider)?.unwrap_or_default(),
        })
    });
    Ok(RoomDraft {
        waiting_room: waiting_room(&wanted.at_provider, can)?,
        cohosts: cohosts(wanted),
        broadcast: broadcast.transpose()?,
        summary: wanted.at_provider.summary,
    })
}

/// What has to change at the provider so that a conference's room is as wanted; `None` when nothing has.
///
/// # Errors
/// Names the field that the provider has no such thing for.
pub fn change(known: &Conference, wanted: &Conference, can: &Capabilities) -> Result<Option<RoomChange>, Refusal> {
    if known.kind != wanted.kind {
        return Err(Refusal::field("type", "cannot change once the room was made"));
    }
    refuse_what_it_cannot(wanted, can)?;
    let (before, after) = (&known.at_provider, &wanted.at_provider);
    let everybody = |conference: &Conference| -> BTreeSet<String> {
        conference.cohosts.iter().map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty()).collect()
    };
    let mut change = RoomChange {
        summary: (before.summary != after.summary).then_some(after.summary),
        cohosts: (everybody(known) != everybody(wanted)).then(|| cohosts(wanted)),
        ..RoomChange::default()
    };
    if before.waiting_room != after.waiting_room {
        change.waiting_room = waiting_room(after, can)?;
    }
    if wanted.kind == ConferenceType::Broadcast {
        let differs = |one: &Option<String>, other: &Option<String>| (one != other).then(|| text(other.as_ref()));
        let broadcast = BroadcastChange {
            title: differs(&known.live_stream_title, &wanted.live_stream_title),
            description: differs(&known.live_stream_description, &wanted.live_stream_description),
            viewers: if before.live_stream_viewers == after.live_stream_viewers { None } else { viewers(after)? },
        };
        change.broadcast = (broadcast != BroadcastChange::default()).then_some(broadcast);
    }
    Ok((change != RoomChange::default()).then_some(change))
}

/// A room that was made stays the conference's, also when a sender says nothing of it.
pub fn keep_room(known: &Conference, wanted: &mut Conference) {
    wanted.link.clone_from(&known.link);
    wanted.room.clone_from(&known.room);
    wanted.provider.clone_from(&known.provider);
    let (before, after) = (&known.at_provider, &mut wanted.at_provider);
    after.provider_room.clone_from(&before.provider_room);
    after.live_stream_link.clone_from(&before.live_stream_link);
    after.waiting_room = after.waiting_room.take().or_else(|| before.waiting_room.clone());
    after.live_stream_viewers = after.live_stream_viewers.take().or_else(|| before.live_stream_viewers.clone());
    wanted.live_stream_title = wanted.live_stream_title.take().or_else(|| known.live_stream_title.clone());
    wanted.live_stream_description = wanted.live_stream_description.take().or_else(|| known.live_stream_description.clone());
}

/// What was asked for, without what only the answer could say.
pub fn asked(conference: &Conference) -> Conference {
    let mut asked = conference.clone();
    (asked.link, asked.room) = (None, None);
    (asked.at_provider.provider_room, asked.at_provider.live_stream_link) = (None, None);
    asked
}

/// Tells whether the same is asked for again, and nothing else: names and addresses stand in the conference alone.
pub fn fingerprint(asked: &Conference) -> [u8; 32] {
    hash(&serde_json::to_string(&content(asked)).expect("plain values"))
}

fn refuse_what_it_cannot(wanted: &Conference, can: &Capabilities) -> Result<(), Refusal> {
    let not_offered = |field| Err(Refusal::field(field, "is not something that this provider offers"));
    if wanted.kind == ConferenceType::Broadcast && !can.broadcasts {
        return not_offered("type");
    }
    if !wanted.cohosts.is_empty() && !can.cohosts {
        return not_offered("cohosts");
    }
    if wanted.at_provider.summary && !can.summary {
        return not_offered("summary");
    }
    Ok(())
}

fn waiting_room(room: &ProviderRoom, can: &Capabilities) -> Result<Option<WaitingRoom>, Refusal> {
    let Some(word) = room.waiting_room.as_deref() else { return Ok(None) };
    can.offered_waiting_room(word)
        .map(Some)
        .ok_or_else(|| Refusal::field("waiting_room", "is not a level that this provider offers"))
}

fn viewers(room: &ProviderRoom) -> Result<Option<Viewers>, Refusal> {
    let Some(word) = room.live_stream_viewers.as_deref() else { return Ok(None) };
    let wrong = || Refusal::field("live_stream_viewers", "is neither `everyone` nor `organisation`");
    Viewers::from_word(word).map(Some).ok_or_else(wrong)
}

fn cohosts(conference: &Conference) -> Vec<Sensitive<String>> {
    let addresses = conference.cohosts.iter().map(|email| email.trim()).filter(|email| !email.is_empty());
    addresses.map(Sensitive::from).collect()
}

fn text(text: Option<&String>) -> Sensitive<String> {
    text.cloned().unwrap_or_default().into()
}
