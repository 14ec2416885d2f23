//! Rooms that are made, or named, for a conference that comes without a link.
//!
//! A provider that makes rooms when asked makes another one when asked again, and may lose its answer. So a row that says "being made"
//! is on disk before the request leaves, and only one request for an id is under way at a time: a repetition finds the room,
//! waits for it, or is told that it may have been made. All of this happens beside the writer, which is never held up by a network.

mod draft;

use crate::connections::{Account, Connections};
use crate::http::Refusal;
use crate::planning::same_content;
use crate::ports::{Consultations, KeptRoom, Making, Makings};
use crate::status::{RoomOutcome, Status};
use crate::writer::{Change, ChangeError, Changed, WriterHandle};
use kabinet_api::{Conference, ConferenceStatus};
use kabinet_domain::provider::Rooms;
use kabinet_domain::{Clock, ConsultationId, Ids, MadeRoom, MakeRoomError, RoomLink, RoomTemplate, Sensitive, SpecialistId};
use kabinet_providers::providers;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// What makers work with.
#[derive(Debug)]
pub struct Parts {
    pub connections: Arc<Connections>,
    pub makings: Arc<dyn Makings>,
    pub consultations: Arc<dyn Consultations>,
    pub writer: WriterHandle,
    pub status: Arc<Status>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// In a desktop rooms are made by the desktop.
    pub embedded: bool,
}

#[derive(Debug)]
pub struct Maker {
    parts: Parts,
    /// One request at a time for each conference.
    busy: Mutex<HashMap<Uuid, Arc<tokio::sync::Mutex<()>>>>,
    /// What is under way goes on when its sender hangs up: a room is made by then.
    tasks: TaskTracker,
}

impl Maker {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts, busy: Mutex::default(), tasks: TaskTracker::new() }
    }

    /// Lets what is under way come to its end.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The account that a conference's room is to be had with; `None` for one that is kept as it came.
    ///
    /// # Errors
    /// When a room is wanted of a provider that nobody knows, or that nothing is configured for.
    pub fn wanted(&self, conference: &Conference) -> Result<Option<Arc<Account>>, Refusal> {
        let has_room = conference.link.is_some() || conference.room.is_some();
        if has_room || self.parts.embedded || conference.status != ConferenceStatus::Planned {
            return Ok(None);
        }
        let Some(provider) = conference.provider.as_deref().filter(|provider| !provider.trim().is_empty()) else {
            return Ok(None);
        };
        let unknown = || Refusal::field("provider", "names none that this backend knows; send a `link` instead");
        let info = providers().iter().find(|info| info.id == provider).ok_or_else(unknown)?;
        if !info.capabilities.makes_rooms() {
            return Ok(None);
        }
        let account = self.parts.connections.account(info).cloned();
        let none = || Refusal::field("provider", "names one that this backend has no connection to; send a `link` instead");
        account.map(Some).ok_or_else(none)
    }

    /// Makes a conference with its room.
    ///
    /// # Errors
    /// Says why there is none; see [`Refusal`].
    pub async fn create(self: &Arc<Self>, account: Arc<Account>, wanted: Conference) -> Result<Changed, Refusal> {
        let maker = Arc::clone(self);
        self.on_its_own(async move {
            let turn = maker.turn(wanted.id);
            let held = turn.lock().await;
            let outcome = match account.info().capabilities.rooms {
                Rooms::ByRequest => maker.by_request(&account, wanted).await,
                Rooms::ByName | Rooms::Pasted => maker.by_name(&account, wanted).await,
            };
            drop(held);
            outcome
        })
        .await
    }

    /// Changes a conference, and its room first if that was made here.
    ///
    /// # Errors
    /// Says why it stays as it was; see [`Refusal`].
    pub async fn update(self: &Arc<Self>, known: Conference, wanted: Conference, seen: Option<u64>) -> Result<Changed, Refusal> {
        if known.at_provider.provider_room.is_none() {
            return Ok(self.parts.writer.change(Change::Update { conference: wanted, seen }).await?);
        }
        let maker = Arc::clone(self);
        self.on_its_own(async move {
            let turn = maker.turn(wanted.id);
            let held = turn.lock().await;
            let outcome = maker.change(known, wanted, seen).await;
            drop(held);
            outcome
        })
        .await
    }

    async fn on_its_own<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Refusal>> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.tasks.spawn(work).await.unwrap_or_else(|_| Err(Refusal::internal()))
    }

    fn turn(&self, id: Uuid) -> Arc<tokio::sync::Mutex<()>> {
        // The map is whole after every statement, so a panic elsewhere has broken nothing.
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(busy.entry(id).or_default())
    }

    async fn by_request(&self, account: &Account, wanted: Conference) -> Result<Changed, Refusal> {
        let id = ConsultationId(wanted.id);
        let asked = draft::asked(&wanted);
        let fingerprint = draft::fingerprint(&asked);
        let known = self.parts.consultations.find(id).await?;
        if let Some(making) = self.parts.makings.find(id).await? {
            // Somebody else's is not told of.
            // An id whose room never came to be is free, so somebody else may have taken it since.
            let is_ours = known.as_ref().is_none_or(|known| known.owner.id == wanted.owner.id);
            return match (known, making.room) {
                _ if making.asked != fingerprint || !is_ours => Err(ChangeError::Taken.into()),
                (Some(known), _) => Ok(Changed::Same(known)),
                (None, Some(room)) => Ok(self.parts.writer.change(Change::Create(with_room(wanted, room))).await?),
                // Nobody is at it, or the turn would not be ours: its answer was lost, or we were stopped meanwhile.
                (None, None) => Err(may_have_been_made()),
            };
        }
        if let Some(known) = known {
            return if same_content(&draft::asked(&known), &asked) {
                Ok(Changed::Same(known))
            } else {
                Err(ChangeError::Taken.into())
            };
        }
        let draft = draft::draft(&wanted, &account.info().capabilities)?;
        let mut making = Making { specialist: SpecialistId(wanted.owner.id), asked: fingerprint, room: None };
        self.parts.makings.keep(id, &making, self.parts.clock.now()).await?;
        let room = match account.make_room(&draft).await {
            Ok(room) => room,
            Err(error) => return Err(self.not_made(account, id, error).await),
        };
        self.parts.status.count_room(RoomOutcome::Made);
        let room = to_keep(room, &wanted, account);
        making.room = Some(room.clone());
        // Id and link cannot be asked for again: should this fail, the conference itself keeps them.
        if let Err(error) = self.parts.makings.keep(id, &making, self.parts.clock.now()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot note that a room was made");
        }
        Ok(self.parts.writer.change(Change::Create(with_room(wanted, room))).await?)
    }

    async fn not_made(&self, account: &Account, id: ConsultationId, error: MakeRoomError) -> Refusal {
        account.log(&error, "a room was not made");
        if matches!(error, MakeRoomError::MayHaveBeenMade(_)) {
            self.parts.status.count_room(RoomOutcome::Unsure);
            return may_have_been_made();
        }
        self.parts.status.count_room(RoomOutcome::Refused);
        if let Err(error) = self.parts.makings.forget(id).await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot note that no room was made");
        }
        error.into()
    }

    async fn by_name(&self, account: &Account, mut wanted: Conference) -> Result<Changed, Refusal> {
        let id = ConsultationId(wanted.id);
        if let Some(known) = self.parts.consultations.find(id).await? {
            let same = same_content(&draft::asked(&known), &draft::asked(&wanted));
            return if same { Ok(Changed::Same(known)) } else { Err(ChangeError::Taken.into()) };
        }
        let name = RoomTemplate::default().make(wanted.start_date, &*self.parts.ids);
        let link = account.link_of(&name).ok_or_else(Refusal::internal)?;
        if account.info().capabilities.reports_attendance {
            wanted.room = RoomLink::parse(&link).ok().map(|link| link.name.as_str().to_owned());
        }
        wanted.link = Some(link);
        Ok(self.parts.writer.change(Change::Create(wanted)).await?)
    }

    async fn change(&self, known: Conference, mut wanted: Conference, seen: Option<u64>) -> Result<Changed, Refusal> {
        let id = ConsultationId(known.id);
        let known = self.parts.consultations.find(id).await?.ok_or(ChangeError::Unknown)?;
        if seen.is_some_and(|seen| seen != known.version) {
            return Err(ChangeError::Lost.into());
        }
        if !self.made_here(&known).await? || wanted.link.as_ref().is_some_and(|link| known.link.as_ref() != Some(link)) {
            return Ok(self.parts.writer.change(Change::Update { conference: wanted, seen }).await?);
        }
        draft::keep_room(&known, &mut wanted);
        let info = providers().iter().find(|info| Some(info.id) == known.provider.as_deref()).ok_or_else(Refusal::internal)?;
        if let Some(change) = draft::change(&known, &wanted, &info.capabilities)? {
            let gone = || Refusal::field("provider", "names one that this backend has no connection to any more");
            let account = self.parts.connections.account(info).ok_or_else(gone)?;
            let room = Sensitive::new(known.at_provider.provider_room.clone().unwrap_or_default());
            if let Err(error) = account.change_room(&room, &change).await {
                account.log(&error, "a room was not changed");
                return Err(error.into());
            }
        }
        // What was compared is what is changed.
        let seen = Some(known.version);
        Ok(self.parts.writer.change(Change::Update { conference: wanted, seen }).await?)
    }

    /// Rooms that a desktop had made belong to its person's account, and are changed from there.
    async fn made_here(&self, known: &Conference) -> Result<bool, Refusal> {
        let Some(room) = &known.at_provider.provider_room else { return Ok(false) };
        let making = self.parts.makings.find(ConsultationId(known.id)).await?;
        let made = making.filter(|making| making.specialist.0 == known.owner.id).and_then(|making| making.room);
        Ok(made.is_some_and(|made| made.id.reveal() == room && Some(made.provider) == known.provider))
    }
}

/// What is kept of a room that was made for a conference.
fn to_keep(room: MadeRoom, wanted: &Conference, account: &Account) -> KeptRoom {
    let mut without = Vec::new();
    if let Some(gone) = room.without {
        account.log(&gone.error, "a room was made without some of its co-hosts");
        let places = wanted.cohosts.iter().enumerate();
        without
            .extend(places.filter(|(_, email)| gone.cohosts.iter().any(|gone| gone.reveal() == email.trim())).map(|(at, _)| at));
    }
    KeptRoom { provider: account.info().id.to_owned(), id: room.id, link: room.link, watch_link: room.watch_link, without }
}

/// The conference with the room that was made for it, without those who could not be made co-hosts.
fn with_room(mut wanted: Conference, room: KeptRoom) -> Conference {
    wanted.link = Some(room.link.into_inner());
    wanted.at_provider.provider_room = Some(room.id.into_inner());
    wanted.at_provider.live_stream_link = room.watch_link.map(Sensitive::into_inner);
    let mut place = 0..;
    wanted.cohosts.retain(|_| place.next().is_some_and(|place| !room.without.contains(&place)));
    wanted
}

fn may_have_been_made() -> Refusal {
    Refusal::conflict(
        "room_may_have_been_made",
        "the provider's answer was lost, and a room may have been made; look there, and send its `link`, or ask for another under a new id",
    )
}
