//! Asking a provider to make, change or show a room, and what is learned of the account by its answer.

use crate::application::Application;
use crate::command::{CommandError, RoomWishes};
use crate::commands::{refuse, refuse_field, refuse_with};
use crate::made;
use crate::record::{Consultation, Made, Status};
use crate::rooms::{self, Room};
use crate::state::GoneRoom;
use crate::view::Health;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{ProviderInfo, WaitingRoom};
use kabinet_domain::{MakeRoomError, RoomChange, RoomState, Sensitive};
use kabinet_providers::registry::{LinkKind, RoomProvider, known_link};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError};

/// Where a consultation is to be held.
pub(crate) struct Placed {
    pub provider: String,
    pub room: Room,
    pub made: Option<Made>,
    /// Co-hosts that the room could not be given, once it was there.
    pub without: Option<String>,
}

/// A room is being made; another press for the same is refused while this is held.
pub(crate) struct Press {
    application: Arc<Application>,
    which: u64,
}

impl Drop for Press {
    fn drop(&mut self) {
        self.application.being_made.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.which);
    }
}

impl Application {
    /// Asking twice makes two rooms, so what is asked for already is not asked for again.
    pub(crate) fn press(self: &Arc<Self>, what: &impl serde::Serialize) -> Result<Press, CommandError> {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(what).expect("drafts are plain data").hash(&mut hasher);
        let which = hasher.finish();
        let new = self.being_made.lock().unwrap_or_else(PoisonError::into_inner).insert(which);
        if new { Ok(Press { application: self.clone(), which }) } else { Err(refuse("room_is_being_made")) }
    }

    /// A link of a known provider is that provider's room, whatever was chosen beside it.
    pub(crate) fn place_of_link(&self, link: &str, chosen: &ProviderInfo) -> Result<Placed, CommandError> {
        let room = rooms::pasted(link)?;
        let provider = match known_link(&room.link) {
            Some((_, LinkKind::Broadcast)) => return Err(refuse_field("link_for_viewers", "link")),
            Some((info, LinkKind::Room)) => info.id,
            None => chosen.id,
        };
        Ok(Placed { provider: provider.to_owned(), room, made: None, without: None })
    }

    /// Has a room made. What comes back exists nowhere else: it is to be kept before anything else is done.
    pub(crate) async fn make_room(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
        wishes: &RoomWishes,
    ) -> Result<Placed, CommandError> {
        let draft = made::drafted(info, wishes)?;
        let opened = self.open_provider(info.id).await?;
        let answer = opened.make_room(&draft).await;
        self.learn_of_account(info, answer.as_ref().err(), draft.broadcast.is_some());
        let room = answer.map_err(|error| self.refused_by(info, &error))?;
        let kept = made::kept(&draft, &room);
        let without = room.without.map(|without| {
            tracing::warn!(error = &without.error as &dyn std::error::Error, "a room was made without some of its co-hosts");
            without.cohosts.iter().map(|address| address.reveal().as_str()).collect::<Vec<_>>().join(", ")
        });
        let link = room.link.into_inner();
        let name = if info.capabilities.reports_attendance {
            rooms::pasted(&link).map(|room| room.name).unwrap_or_default()
        } else {
            String::new()
        };
        Ok(Placed { provider: info.id.to_owned(), room: Room { name, link }, made: Some(kept), without })
    }

    /// Says who of the co-hosts is missing, until they were changed or another room was made.
    pub(crate) fn tell_without(&self, id: &str, without: Option<&str>) {
        self.change(|state| match without {
            Some(emails) => drop(state.without_cohosts.insert(id.to_owned(), Sensitive::from(emails))),
            None => drop(state.without_cohosts.remove(id)),
        });
    }

    /// A consultation's room with all that is needed to ask for it.
    pub(crate) async fn made_room(
        self: &Arc<Self>,
        consultation: &Consultation,
    ) -> Result<(&'static ProviderInfo, Made, Box<dyn RoomProvider>), CommandError> {
        let made = consultation.made.clone().ok_or_else(|| refuse("room_not_made_here"))?;
        let info = rooms::provider(&consultation.provider)?;
        if !info.capabilities.changes_rooms {
            return Err(refuse("room_not_offered"));
        }
        Ok((info, made, self.open_provider(info.id).await?))
    }

    /// The room as the provider has it. One that is gone is remembered, so that the list can say so.
    pub(crate) async fn read_room(
        &self,
        consultation: &Consultation,
        (info, opened): (&'static ProviderInfo, &dyn RoomProvider),
        room: &str,
    ) -> Result<RoomState, CommandError> {
        let answer = opened.read_room(&Sensitive::from(room)).await;
        self.learn_of_account(info, answer.as_ref().err(), false);
        self.learn_of_room(consultation, answer.as_ref().err());
        answer.map_err(|error| self.refused_by(info, &error))
    }

    /// Has the provider change a room to be as `wanted`. When only a part of it worked, that part is kept here and the error names both.
    pub(crate) async fn change_there(
        &self,
        consultation: &Consultation,
        (info, opened): (&'static ProviderInfo, &dyn RoomProvider),
        (from, wanted): (&Made, &Made),
    ) -> Result<(), CommandError> {
        let change = made::change(from, wanted);
        if change == RoomChange::default() {
            return Ok(());
        }
        let id = Sensitive::new(wanted.id.clone());
        let answer = opened.change_room(&id, &change).await;
        self.learn_of_account(info, answer.as_ref().err(), change.broadcast.is_some());
        self.learn_of_room(consultation, answer.as_ref().err());
        let Err(error) = answer else {
            if change.cohosts.is_some() {
                self.tell_without(&consultation.id, None);
            }
            return Ok(());
        };
        tracing::info!(error = &error as &dyn std::error::Error, "a room was not changed, or not wholly");
        let refused = self.refused_by(info, &error);
        // What was never sent, and what has one part, is not done by halves.
        let parts = made::parts(&change);
        if parts.len() < 2 || matches!(error, MakeRoomError::Invalid { .. } | MakeRoomError::Port(PortError::NotFound)) {
            return Err(refused);
        }
        let Ok(state) = opened.read_room(&id).await else { return Err(refused) };
        let there = made::as_said(from, &state);
        let left = made::parts(&made::change(&there, wanted));
        let done: Vec<&str> = parts.iter().copied().filter(|part| !left.contains(part)).collect();
        if done.is_empty() {
            return Err(refused);
        }
        self.keep_made(&consultation.id, made::with_parts(from, &there, &parts), None).await;
        let words = self.words();
        let named = |parts: &[&str]| parts.iter().map(|part| words.say(&format!("room-part-{part}"), &[])).collect::<Vec<_>>();
        let why = match &error {
            MakeRoomError::UnknownCohosts { .. } => {
                words.say("room-unknown-cohosts", &[("emails", refused.message.facts.get("emails").map_or("", String::as_str))])
            }
            _ => words.tell(&refused.message),
        };
        let facts = [("done", &*named(&done).join(", ")), ("left", &*named(&left).join(", ")), ("why", &*why)];
        Err(refuse_with("room_partly_changed", &facts, refused.field.as_deref()))
    }

    /// Keeps what a room is like now, and its link where the provider's counts. One that has gone elsewhere meanwhile stays as it is.
    pub(crate) async fn keep_made(&self, id: &str, made: Made, link: Option<String>) {
        let Ok(before) = self.known_consultation(id) else { return };
        if before.made.as_ref().is_none_or(|kept| kept.id != made.id) {
            return;
        }
        let link = link.unwrap_or_else(|| before.link.clone());
        let now = Consultation { made: Some(made), link, ..before.clone() };
        self.put(Some(before), now).await;
    }

    /// A room cannot be deleted, so when its consultation is cancelled everybody is made to wait: whoever still has the link does not
    /// get in unseen. Restored, it is as it was. Best effort: the consultation is cancelled all the same.
    pub(crate) async fn guard_room(self: &Arc<Self>, id: &str) {
        // One after the other, and by what is true then: cancelled and restored again, it must end up open.
        let _in_turn = self.guarding.lock().await;
        let Ok(consultation) = self.known_consultation(id) else { return };
        let Ok((info, made, opened)) = self.made_room(&consultation).await else { return };
        let strictest = info.capabilities.waiting_room.first();
        let usual = made.waiting_room.as_deref().and_then(WaitingRoom::from_word);
        let level = if consultation.status == Status::Cancelled { strictest.copied() } else { usual };
        if level.is_none() || usual == strictest.copied() {
            return;
        }
        let change = RoomChange { waiting_room: level, ..RoomChange::default() };
        let answer = opened.change_room(&Sensitive::new(made.id), &change).await;
        self.learn_of_account(info, answer.as_ref().err(), false);
    }

    /// The same beside whatever else is done.
    pub(crate) fn guard_room_soon(self: &Arc<Self>, id: &str) {
        let (application, id) = (self.clone(), id.to_owned());
        self.tasks.spawn(async move {
            tokio::select! {
                () = application.stop.cancelled() => {}
                () = application.guard_room(&id) => {}
            }
        });
    }

    /// Where no account was ever connected, "again" would be the wrong word; and a keychain that is locked may hold one.
    fn refused_by(&self, info: &ProviderInfo, error: &MakeRoomError) -> CommandError {
        tracing::info!(error = error as &dyn std::error::Error, "a provider of rooms refused");
        if matches!(error, MakeRoomError::Port(PortError::Unauthorized)) && !self.look().is_connected(info.id) {
            return self.keychain_trouble().map_or_else(|| refuse_field("no_account", "provider"), CommandError::from);
        }
        made::refused(error)
    }

    /// What an answer says of the account: that it works, that it does not, and what it may do.
    fn learn_of_account(&self, info: &ProviderInfo, error: Option<&MakeRoomError>, of_broadcast: bool) {
        let now = self.now();
        let told = |error: &PortError| Some(rooms::check_message(info, error));
        self.change(|state| {
            if !state.is_connected(info.id) {
                return;
            }
            let connection = state.connections.entry(info.id.into()).or_default();
            let (health, message) = match error {
                None => {
                    connection.last_success = Some(now);
                    connection.abilities.insert("rooms", true);
                    if of_broadcast {
                        connection.abilities.insert("broadcasts", true);
                    }
                    (Health::Works, None)
                }
                Some(MakeRoomError::PaymentRequired) => {
                    connection.abilities.insert("broadcasts", false);
                    return;
                }
                Some(MakeRoomError::Port(error @ PortError::Restricted)) => {
                    connection.abilities.insert("rooms", false);
                    (Health::Check, told(error))
                }
                Some(MakeRoomError::Port(error @ PortError::Unauthorized)) => (Health::Broken, told(error)),
                Some(MakeRoomError::Port(error @ (PortError::Unavailable(_) | PortError::RateLimited { .. }))) => {
                    (Health::Check, told(error))
                }
                Some(MakeRoomError::MayHaveBeenMade(_)) => (Health::Check, Some(crate::message("provider_unavailable"))),
                Some(MakeRoomError::Port(PortError::Unexpected(_))) => {
                    (Health::Check, Some(crate::message("provider_unexpected")))
                }
                // These are about one room, not about the account.
                Some(_) => return,
            };
            connection.health = health;
            connection.message = message;
        });
    }

    fn learn_of_room(&self, consultation: &Consultation, error: Option<&MakeRoomError>) {
        match error {
            None => self.saw_room(&consultation.id),
            Some(MakeRoomError::Port(PortError::NotFound)) => {
                let room = GoneRoom { link: consultation.link.clone().into(), found_at: self.now() };
                self.change(|state| match state.gone_rooms.get(&consultation.id) {
                    Some(known) if known.link == room.link => {}
                    _ => drop(state.gone_rooms.insert(consultation.id.clone(), room)),
                });
            }
            Some(_) => {}
        }
    }

    /// The provider has the room, as of now.
    pub(crate) fn saw_room(&self, id: &str) {
        let now = self.now();
        self.change(|state| {
            state.gone_rooms.remove(id);
            state.seen_rooms.insert(id.to_owned(), now);
        });
    }
}
