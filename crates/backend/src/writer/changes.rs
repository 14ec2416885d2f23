//! Consultations are changed here, so that the change and its event stand in the log together or not at all.

use super::judge::Draft;
use super::planned;
use super::{Change, ChangeError, Changed, Writer};
use crate::planning::same_content;
use crate::ports::{Audience, Batch, ConsultationChange};
use kabinet_api::Conference;
use kabinet_domain::{ConsultationId, EventKind, RoomName, SpecialistId};
use std::sync::Arc;

impl Writer {
    pub(super) async fn change(&mut self, change: Change) -> Result<Changed, ChangeError> {
        match change {
            Change::Create(conference) => self.create(conference).await,
            Change::Update { conference, seen } => self.update(conference, seen).await,
            Change::Remove { id, seen } => self.remove(id, seen).await,
        }
    }

    async fn create(&mut self, conference: Conference) -> Result<Changed, ChangeError> {
        if let Some(known) = self.find(ConsultationId(conference.id)).await? {
            // Somebody else's is not shown, nor is it told that it exists other than by its id being taken.
            return if same_content(&known, &conference) { Ok(Changed::Same(known)) } else { Err(ChangeError::Taken) };
        }
        self.room_is_free(&conference, None)?;
        self.put(conference.clone()).await?;
        Ok(Changed::Created(conference))
    }

    async fn update(&mut self, mut conference: Conference, seen: Option<u64>) -> Result<Changed, ChangeError> {
        let known = self.find(ConsultationId(conference.id)).await?.ok_or(ChangeError::Unknown)?;
        if seen.is_some_and(|seen| seen != known.version) {
            return Err(ChangeError::Lost);
        }
        if same_content(&known, &conference) {
            return Ok(Changed::Same(known));
        }
        self.room_is_free(&conference, Some(&known))?;
        conference.version = known.version + 1;
        conference.created_at = known.created_at;
        self.put(conference.clone()).await?;
        Ok(Changed::Updated(conference))
    }

    async fn remove(&mut self, id: ConsultationId, seen: Option<u64>) -> Result<Changed, ChangeError> {
        let known = self.find(id).await?.ok_or(ChangeError::Unknown)?;
        if seen.is_some_and(|seen| seen != known.version) {
            return Err(ChangeError::Lost);
        }
        self.commit_change(&ConsultationChange::Remove(id), id, SpecialistId(known.owner.id)).await?;
        let room = self.planned.remove(id);
        self.judge_again(room.into_iter().collect()).await;
        Ok(Changed::Removed)
    }

    async fn put(&mut self, conference: Conference) -> Result<(), ChangeError> {
        let (id, owner) = (ConsultationId(conference.id), SpecialistId(conference.owner.id));
        let change = ConsultationChange::Put(Box::new(conference));
        self.commit_change(&change, id, owner).await?;
        if let ConsultationChange::Put(conference) = change {
            let rooms = self.planned.put(&conference);
            self.judge_again(rooms).await;
        }
        Ok(())
    }

    /// One room cannot serve two specialists at a time: who comes could be either one's client, and neither may learn of the other's.
    /// What was so before this was a rule may still be changed in everything else.
    fn room_is_free(&self, wanted: &Conference, known: Option<&Conference>) -> Result<(), ChangeError> {
        let wanted = planned::slot(wanted);
        let Some((room, slot)) = wanted.as_ref().filter(|(_, slot)| slot.is_open) else { return Ok(()) };
        if known.is_some_and(|known| planned::slot(known) == wanted) {
            return Ok(());
        }
        let taken = self.planned.of(room).iter().any(|other| {
            let somebody_elses = other.specialist != slot.specialist && self.parts.people.get(other.specialist).is_some();
            somebody_elses && other.is_open && other.overlaps(slot)
        });
        if taken { Err(ChangeError::RoomTaken) } else { Ok(()) }
    }

    async fn find(&self, id: ConsultationId) -> Result<Option<Conference>, ChangeError> {
        let found = self.parts.consultations.find(id).await;
        found.map_err(|error| ChangeError::Write(super::WriteError::Storage(Arc::new(error))))
    }

    async fn commit_change(
        &mut self,
        change: &ConsultationChange,
        id: ConsultationId,
        owner: SpecialistId,
    ) -> Result<(), ChangeError> {
        let now = self.now();
        let mut draft = Draft::default();
        self.draft_plain(EventKind::ConsultationChanged, Audience::Specialist(owner), Some(id), String::new(), now, &mut draft);
        draft.rows.extend(self.parts.causes.of_change(change, now));
        let batch = Batch { events: &draft.events, change: Some(change), rows: &draft.rows, now, ..Batch::default() };
        let outcome = self.parts.log.append(batch).await;
        self.note_outcome(outcome)?;
        self.publish(draft);
        Ok(())
    }

    /// What is for everybody, and about nobody.
    pub(super) async fn tell(&mut self, kind: EventKind) -> Result<(), super::WriteError> {
        let now = self.now();
        let mut draft = Draft::default();
        self.draft_plain(kind, Audience::Everyone, None, String::new(), now, &mut draft);
        self.commit(&draft).await?;
        self.publish(draft);
        Ok(())
    }

    /// Somebody may be in the room already. Should this fail, the next signal or look does it.
    async fn judge_again(&mut self, rooms: Vec<RoomName>) {
        let now = self.now();
        let mut draft = Draft::default();
        for room in rooms {
            self.judge(&room, now, &mut draft);
        }
        if self.commit(&draft).await.is_ok() {
            self.publish(draft);
        }
    }
}
