//! The practice's conferences as the calendar's rounds see them: those that asked to stand there, and no others.

use super::details::{ours, take_over};
use crate::StorageError;
use crate::connections::Portal;
use crate::planning::ends_at;
use crate::ports::{Agreements, Consultations, Reader, Selection};
use crate::writer::{Change, ChangeError, Changed, WriteError, WriterHandle};
use async_trait::async_trait;
use chrono::Duration;
use kabinet_api::{Conference, ConferenceStatus, DURATIONS};
use kabinet_calendar::{Book, BookError};
use kabinet_domain::calendar::{Agreed, CalendarEvent, Conflict, Details, Ours};
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use kabinet_providers::calendars::Person;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What was agreed is of no use so long after both sides' end.
const HISTORY: Duration = Duration::days(365);

#[derive(Debug)]
pub struct PracticeBook {
    pub portal: Arc<Portal>,
    pub consultations: Arc<dyn Consultations>,
    pub agreements: Arc<dyn Agreements>,
    pub writer: WriterHandle,
    /// Who can be invited, as this round knows it.
    people: Mutex<Option<Arc<Vec<Person>>>>,
    conflicts: Mutex<BTreeSet<ConsultationId>>,
}

impl PracticeBook {
    pub fn new(
        portal: Arc<Portal>,
        consultations: Arc<dyn Consultations>,
        agreements: Arc<dyn Agreements>,
        writer: WriterHandle,
    ) -> Self {
        Self { portal, consultations, agreements, writer, people: Mutex::default(), conflicts: Mutex::default() }
    }

    /// Conferences that nobody can bring in step but a person.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.conflicts.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there is anything to compare at all.
    pub async fn is_empty(&self, since: Timestamp) -> Result<bool, StorageError> {
        Ok(self.agreements.all().await?.is_empty() && self.wanted(since).await?.is_empty())
    }

    async fn wanted(&self, since: Timestamp) -> Result<Vec<Conference>, StorageError> {
        let from = since.checked_sub_signed(Duration::minutes(i64::from(*DURATIONS.end())));
        let mut all = self.consultations.list(Selection { reader: Reader::Administrator, from, to: None }).await?;
        all.retain(|conference| conference.create_calendar_event && ends_at(conference) > since);
        Ok(all)
    }

    fn people(&self) -> Option<Arc<Vec<Person>>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The conference as it is, if it still is as it was compared.
    async fn unchanged(&self, before: &Ours) -> Result<Conference, BookError> {
        let found = self.consultations.find(before.consultation).await.map_err(failed)?;
        let agreed = self.agreement(before.consultation).await?;
        let people = self.people();
        let same = |conference: &Conference| {
            ours(conference, agreed.as_ref(), people.as_ref().map(|people| people.as_slice())).as_ref() == Some(before)
        };
        found.filter(same).ok_or(BookError::ChangedMeanwhile)
    }

    async fn agreement(&self, id: ConsultationId) -> Result<Option<Agreed>, BookError> {
        Ok(self.agreements.all().await.map_err(failed)?.into_iter().find(|agreed| agreed.consultation == id))
    }

    async fn put(&self, conference: Conference) -> Result<Conference, BookError> {
        let seen = Some(conference.version);
        match self.writer.change(Change::Update { conference, seen }).await {
            Ok(Changed::Created(kept) | Changed::Updated(kept) | Changed::Same(kept)) => Ok(kept),
            Ok(Changed::Removed) | Err(ChangeError::Unknown | ChangeError::Lost | ChangeError::Taken) => {
                Err(BookError::ChangedMeanwhile)
            }
            Err(ChangeError::RoomTaken) => Err(BookError::Unfit { code: "room_taken" }),
            Err(ChangeError::Write(error)) => Err(unwritten(error)),
        }
    }

    async fn over(&self, mut conference: Conference, before: &Ours, after: &Details) -> Result<Details, BookError> {
        let people = self.people();
        let people = people.as_ref().map(|people| people.as_slice());
        take_over(&mut conference, &before.details, after, people)?;
        let kept = self.put(conference).await?;
        // The list is as both sides have it, also while nobody could be asked.
        let now = ours(&kept, None, people).map(|ours| ours.details).ok_or(BookError::Unfit { code: "damaged" })?;
        Ok(if people.is_some() { now } else { Details { attendees: after.attendees.clone(), ..now } })
    }
}

#[async_trait]
impl Book for PracticeBook {
    async fn ours(&self, since: Timestamp) -> Result<Vec<Ours>, BookError> {
        let wanted = self.wanted(since).await.map_err(failed)?;
        let mut agreed: BTreeMap<ConsultationId, Agreed> = BTreeMap::new();
        for one in self.agreements.all().await.map_err(failed)? {
            if one.details.ends_at.max(one.seen.ends_at) < since.checked_sub_signed(HISTORY).unwrap_or(since) {
                self.agreements.forget(one.consultation).await.map_err(failed)?;
            } else {
                agreed.insert(one.consultation, one);
            }
        }
        let invites = |conference: &Conference| !conference.invite_users.is_empty();
        let people = if wanted.iter().any(invites) || agreed.values().any(|one| !one.details.attendees.is_empty()) {
            self.portal.people().await.ok()
        } else {
            Some(Arc::default())
        };
        self.people.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&people);
        let people = people.as_ref().map(|people| people.as_slice());
        let mut all: Vec<Ours> = Vec::new();
        for conference in &wanted {
            let agreed = agreed.remove(&ConsultationId(conference.id));
            all.extend(ours(conference, agreed.as_ref(), people));
        }
        // What is left stands in the calendar, or did, and is not wanted there any more.
        for (id, agreed) in agreed {
            let known = self.consultations.find(id).await.map_err(failed)?;
            match &known {
                Some(conference) if ends_at(conference) <= since => {}
                Some(conference) => all.extend(ours(conference, Some(&agreed), people)),
                None if agreed.details.ends_at > since => {
                    all.push(Ours { consultation: id, details: agreed.details, in_calendar: false });
                }
                None => {}
            }
        }
        Ok(all)
    }

    async fn agreements(&self) -> Result<Vec<Agreed>, BookError> {
        self.agreements.all().await.map_err(failed)
    }

    /// Nobody here could be the owner of what somebody planned in the calendar, so none of it is taken over.
    fn knows_link(&self, _: &str) -> bool {
        false
    }

    async fn keep_agreement(&self, agreed: Agreed) -> Result<(), BookError> {
        self.agreements.keep(&agreed).await.map_err(failed)
    }

    async fn intend(&self, agreed: Agreed) -> Result<(), BookError> {
        self.agreements.intend(&agreed).await.map_err(failed)
    }

    async fn intentions(&self) -> Result<Vec<Agreed>, BookError> {
        self.agreements.intended().await.map_err(failed)
    }

    async fn forget(&self, consultation: ConsultationId) -> Result<(), BookError> {
        self.agreements.forget(consultation).await.map_err(failed)
    }

    async fn change(&self, before: &Ours, details: &Details) -> Result<Details, BookError> {
        let conference = self.unchanged(before).await?;
        self.over(conference, before, details).await
    }

    async fn cancel(&self, before: &Ours) -> Result<(), BookError> {
        let mut conference = self.unchanged(before).await?;
        if conference.status == ConferenceStatus::Planned {
            conference.status = ConferenceStatus::Cancelled;
        } else {
            // What took place did so, also when its entry is gone.
            conference.create_calendar_event = false;
        }
        self.put(conference).await?;
        self.forget(before.consultation).await
    }

    async fn revive(&self, before: &Ours, details: &Details) -> Result<Details, BookError> {
        let mut conference = self.unchanged(before).await?;
        conference.status = ConferenceStatus::Planned;
        conference.create_calendar_event = true;
        self.over(conference, before, details).await
    }

    async fn add(&self, _: &CalendarEvent, _: &Sensitive<String>) -> Result<(), BookError> {
        Err(BookError::Unfit { code: "nobodys" })
    }

    async fn set_conflict(&self, consultation: ConsultationId, conflict: Option<&Conflict>) -> Result<(), BookError> {
        let mut conflicts = self.conflicts.lock().unwrap_or_else(PoisonError::into_inner);
        match conflict {
            None => drop(conflicts.remove(&consultation)),
            Some(_) => {
                if conflicts.insert(consultation) {
                    tracing::warn!(%consultation, "a conference and its entry in the calendar were both changed; make one like the other");
                }
            }
        }
        Ok(())
    }

    async fn asked(&self) -> Result<BTreeSet<ConsultationId>, BookError> {
        Ok(self.conflicts.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect())
    }
}

fn failed(error: StorageError) -> BookError {
    BookError::Failed(Box::new(error))
}

fn unwritten(error: WriteError) -> BookError {
    BookError::Failed(Box::new(error))
}
