//! The local store as the book that a calendar's round reads and writes.

use super::record::{AgreedRow, ConflictRow};
use super::said::{self, Room};
use crate::application::{Application, Save};
use crate::record::{Consultation, Status};
use crate::state::State;
use crate::{history, notices, outbox, rooms};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kabinet_calendar::{Book, BookError};
use kabinet_domain::calendar::{Agreed, CalendarEvent, Conflict, Details, Ours, room_link};
use kabinet_domain::provider::Rooms;
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use kabinet_providers::registry::{LinkKind, known_link};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
#[error("the local store did not take it")]
struct NotKept;

/// This computer's consultations.
#[derive(Debug)]
pub(super) struct LocalBook {
    application: Arc<Application>,
    /// What the links of the person's own servers begin with, and whose they are.
    servers: Vec<(&'static str, Sensitive<String>)>,
}

impl LocalBook {
    pub(super) fn new(application: Arc<Application>) -> Self {
        let by_name = rooms::providers().iter().filter(|info| info.capabilities.rooms == Rooms::ByName);
        let beginning = |provider: &'static str| {
            let link = application.open_plainly(provider).ok()?.client_link("room").ok()?;
            Some((provider, Sensitive::new(link.strip_suffix("room")?.to_owned())))
        };
        let servers = by_name.filter_map(|info| beginning(info.id)).collect();
        Self { application, servers }
    }

    fn room(&self, link: &str) -> Option<Room> {
        let provider = self.provider(link)?;
        let room = rooms::pasted(link).ok()?;
        Some(Room { provider: provider.to_owned(), name: room.name, link: room.link })
    }

    fn provider(&self, link: &str) -> Option<&'static str> {
        let own = self.servers.iter().find(|(_, beginning)| {
            let room = link.strip_prefix(beginning.reveal().as_str()).unwrap_or_default();
            !room.is_empty() && !room.contains(['/', '?', '#'])
        });
        own.map(|(provider, _)| *provider).or_else(|| match known_link(link)? {
            (info, LinkKind::Room) => Some(info.id),
            // Whoever only watches meets nobody there.
            (_, LinkKind::Broadcast) => None,
        })
    }

    fn room_of(&self, details: &Details) -> Option<Room> {
        self.room(room_link(details, &|link| self.provider(link).is_some())?)
    }

    async fn save(&self, rows: &[Save]) -> Result<(), BookError> {
        if self.application.try_save(rows).await { Ok(()) } else { Err(BookError::Failed(Box::new(NotKept))) }
    }

    /// Changes the state and keeps what changed, all of it at once.
    async fn write<T>(
        &self,
        write: impl FnOnce(&mut State, DateTime<Utc>) -> Result<(T, Vec<Save>), BookError>,
    ) -> Result<T, BookError> {
        let now = self.application.now();
        let (done, rows) = self.application.change(|state| write(state, now))?;
        self.save(&rows).await?;
        if rows.iter().any(|row| matches!(row, Save::Unsent(_))) {
            self.application.outgoing.notify_one();
        }
        Ok(done)
    }

    /// Whether a room's link still stands in an entry, beside whatever others.
    fn stands_in(&self, link: &str, details: &Details) -> bool {
        let same = |one: &str| one == link || self.room(one).is_some_and(|room| room.link == link);
        room_link(details, &same).is_some()
    }

    async fn put(&self, before: &Ours, details: &Details, revive: bool) -> Result<Details, BookError> {
        let room = self.room_of(details);
        let put = self.write(|state, now| {
            let id = as_compared(state, before)?;
            let Some(old) = state.consultations.get(&id).cloned() else { return Err(BookError::ChangedMeanwhile) };
            let room = room.filter(|_| !self.stands_in(&old.link, details));
            // A room that was made at a provider is not given up for a link that somebody typed, unless a person says so.
            let of_made = room.is_some() && old.made.is_some();
            if of_made
                && !revive
                && let Some(rows) = doubt(state, &id)
            {
                return Ok((Err(BookError::ChangedMeanwhile), rows));
            }
            let keeps_room = of_made && revive;
            let room = room.filter(|_| !keeps_room);
            // What has taken place did so when it did, wherever somebody drags its entry.
            let lies_ahead = old.status == Status::Planned && old.ends_at() > now;
            let stays = !(revive || lies_ahead);
            let mut new = said::taken(state, &old, details, room, stays);
            if revive {
                new.status = Status::Planned;
            }
            let row = state.calendar.rows.get(&id).cloned().unwrap_or_default();
            let invited = said::invited(state, &row, details);
            let row = state.calendar.rows.entry(id.clone()).or_default();
            row.invited = invited;
            row.on |= revive;
            let mut rows = vec![Save::Calendar(id.clone())];
            if new != old {
                rows.extend(plan(state, Some(old), new, now));
            }
            let mut said = said::ours(state, &id).map_or_else(|| details.clone(), |ours| ours.details);
            if keeps_room {
                // Not agreed on, so the next comparison writes it there.
                said.location = Sensitive::default();
            }
            Ok((Ok(said), rows))
        });
        put.await?
    }
}

impl LocalBook {
    /// A consultation that is not here can be decided about by nobody.
    async fn ask_nothing_about_absent(&self) -> Result<(), BookError> {
        let rows = self.application.change(|state| {
            let here = &state.consultations;
            let absent = state.calendar.rows.iter_mut().filter(|(id, row)| row.conflict.is_some() && !here.contains_key(*id));
            let cleared = absent.map(|(id, row)| {
                row.conflict = None;
                Save::Calendar(id.clone())
            });
            cleared.collect::<Vec<_>>()
        });
        if rows.is_empty() { Ok(()) } else { self.save(&rows).await }
    }

    /// Whoever still has the link of a cancelled consultation does not get in unseen.
    fn guard_room(&self, consultation: ConsultationId) {
        let id = consultation.to_string();
        let made = self.application.look().consultations.get(&id).is_some_and(|one| one.made.is_some());
        if made {
            self.application.guard_room_soon(&id);
        }
    }
}

/// The id of a consultation that still is as it was compared.
fn as_compared(state: &State, before: &Ours) -> Result<String, BookError> {
    let id = before.consultation.to_string();
    let same = said::ours(state, &id).as_ref() == Some(before);
    if same { Ok(id) } else { Err(BookError::ChangedMeanwhile) }
}

/// Planned, and begun: by the clock, or because somebody is in the room.
fn goes_on(state: &State, one: &Consultation, now: DateTime<Utc>) -> bool {
    let known = history::known(state, one, now);
    known.open(now) && (one.starts_at <= now || known.occupied())
}

/// Has a person asked about what the calendar says; `None` when they were.
fn doubt(state: &mut State, id: &str) -> Option<Vec<Save>> {
    let agreed = state.calendar.rows.get_mut(id)?.agreed.as_mut().filter(|agreed| !agreed.is_doubted())?;
    agreed.doubt();
    Some(vec![Save::Calendar(id.to_owned())])
}

/// Puts a consultation in, for the backend too; reminders whose time is over are not shown for it.
fn plan(state: &mut State, before: Option<Consultation>, now: Consultation, at: DateTime<Utc>) -> Vec<Save> {
    let id = now.id.clone();
    if before.as_ref().is_none_or(|before| before.starts_at != now.starts_at) {
        let passed = notices::reminders_passed(&now, &state.settings().reminders, at);
        let handled = state.handled.entry(id.clone()).or_default();
        passed.into_iter().for_each(|alert| handled.answer(alert));
    }
    let mut rows = outbox::put_in(state, before, now);
    rows.push(Save::Handled(id));
    rows
}

#[async_trait]
impl Book for LocalBook {
    async fn ours(&self, since: Timestamp) -> Result<Vec<Ours>, BookError> {
        self.ask_nothing_about_absent().await?;
        let state = self.application.look();
        let recent = state.calendar.rows.iter().filter(|(id, row)| said::ends_after(&state, id, row, since));
        Ok(recent.filter_map(|(id, _)| said::ours(&state, id)).collect())
    }

    async fn agreements(&self) -> Result<Vec<Agreed>, BookError> {
        let state = self.application.look();
        let agreed = state.calendar.rows.iter().filter_map(|(id, row)| Some(row.agreed.as_ref()?.of(id.parse().ok()?)));
        Ok(agreed.collect())
    }

    fn knows_link(&self, link: &str) -> bool {
        self.provider(link).is_some()
    }

    async fn keep_agreement(&self, agreed: Agreed) -> Result<(), BookError> {
        self.write(|state, _| {
            let id = agreed.consultation.to_string();
            let row = state.calendar.rows.entry(id.clone()).or_default();
            row.agreed = Some(AgreedRow::from(&agreed));
            row.intended = None;
            Ok(((), vec![Save::Calendar(id)]))
        })
        .await
    }

    async fn intend(&self, agreed: Agreed) -> Result<(), BookError> {
        self.write(|state, _| {
            let id = agreed.consultation.to_string();
            state.calendar.rows.entry(id.clone()).or_default().intended = Some(AgreedRow::from(&agreed));
            Ok(((), vec![Save::Calendar(id)]))
        })
        .await
    }

    async fn intentions(&self) -> Result<Vec<Agreed>, BookError> {
        let state = self.application.look();
        let rows = state.calendar.rows.iter();
        Ok(rows.filter_map(|(id, row)| Some(row.intended.as_ref()?.of(id.parse().ok()?))).collect())
    }

    async fn forget(&self, consultation: ConsultationId) -> Result<(), BookError> {
        self.write(|state, _| {
            let id = consultation.to_string();
            let gone = !state.consultations.contains_key(&id);
            if let Some(row) = state.calendar.rows.get_mut(&id) {
                row.agreed = None;
                row.intended = None;
                row.failure = None;
                if gone || row.is_empty() {
                    state.calendar.rows.remove(&id);
                }
            }
            Ok(((), vec![Save::Calendar(id)]))
        })
        .await
    }

    async fn change(&self, before: &Ours, details: &Details) -> Result<Details, BookError> {
        self.put(before, details, false).await
    }

    async fn cancel(&self, before: &Ours) -> Result<(), BookError> {
        let cancelled = self.write(|state, now| {
            let id = as_compared(state, before)?;
            // Nobody is cancelled out of a running consultation, unless a person says so.
            if state.consultations.get(&id).is_some_and(|one| goes_on(state, one, now))
                && let Some(rows) = doubt(state, &id)
            {
                return Ok((Err(BookError::ChangedMeanwhile), rows));
            }
            let row = state.calendar.rows.entry(id.clone()).or_default();
            row.agreed = None;
            row.intended = None;
            let mut rows = vec![Save::Calendar(id.clone())];
            match state.consultations.get(&id).cloned() {
                // What took place did so, whatever somebody tidies up in the calendar afterwards.
                Some(old) if old.status == Status::Planned && old.ends_at() > now => {
                    rows.extend(plan(state, Some(old.clone()), Consultation { status: Status::Cancelled, ..old }, now));
                }
                _ => row.on = false,
            }
            Ok((Ok(()), rows))
        });
        cancelled.await??;
        self.guard_room(before.consultation);
        Ok(())
    }

    async fn revive(&self, before: &Ours, details: &Details) -> Result<Details, BookError> {
        let revived = self.put(before, details, true).await?;
        self.guard_room(before.consultation);
        Ok(revived)
    }

    async fn add(&self, event: &CalendarEvent, link: &Sensitive<String>) -> Result<(), BookError> {
        let room = self.room(link.reveal()).ok_or(BookError::Unfit { code: "bad_link" })?;
        self.write(|state, now| {
            let consultation = said::derived(state, event);
            if event.details.ends_at <= now {
                return Err(BookError::Unfit { code: "calendar_entry_over" });
            }
            let new = said::planned(consultation.to_string(), &event.details, room);
            // It is planned here already, and was not meant to stand in the calendar; or another computer was faster, and it may
            // have another time and another room by now.
            if state.consultations.contains_key(&new.id)
                || state.consultations.values().any(|one| one.link == new.link && one.starts_at == new.starts_at)
            {
                return Err(BookError::Unfit { code: "calendar_entry_known" });
            }
            let id = new.id.clone();
            let mut rows = plan(state, None, new, now);
            let row = state.calendar.rows.entry(id.clone()).or_default().clone();
            let invited = said::invited(state, &row, &event.details);
            let row = state.calendar.rows.entry(id.clone()).or_default();
            row.on = true;
            row.invited = invited;
            if let Some(ours) = said::ours(state, &id) {
                let agreed = Agreed::written(consultation, ours.details, event);
                state.calendar.rows.entry(id.clone()).or_default().agreed = Some(AgreedRow::from(&agreed));
            }
            rows.push(Save::Calendar(id));
            Ok(((), rows))
        })
        .await
    }

    async fn set_conflict(&self, consultation: ConsultationId, conflict: Option<&Conflict>) -> Result<(), BookError> {
        let id = consultation.to_string();
        let conflict = conflict.map(ConflictRow::from);
        if conflict.is_some() && !self.application.look().consultations.contains_key(&id) {
            // It is not here any more, so nobody can be asked; what somebody wrote there stays.
            return Ok(());
        }
        let known = self.application.look().calendar.rows.get(&id).and_then(|row| row.conflict.clone());
        if known == conflict {
            return Ok(());
        }
        self.write(|state, _| {
            state.calendar.rows.entry(id.clone()).or_default().conflict = conflict;
            Ok(((), vec![Save::Calendar(id)]))
        })
        .await
    }

    async fn asked(&self) -> Result<BTreeSet<ConsultationId>, BookError> {
        let state = self.application.look();
        let asked = state.calendar.rows.iter().filter(|(_, row)| row.conflict.is_some());
        Ok(asked.filter_map(|(id, _)| id.parse().ok()).collect())
    }
}
