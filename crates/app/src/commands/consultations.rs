//! Making and changing consultations. All of it works without the backend; the outbox tells it.

use super::{refuse, refuse_field};
use crate::application::{Application, Save};
use crate::command::{
    ById, CommandError, ConsultationChange, ConsultationDraft, Nothing, Outcome, RoomPreview, RoomPreviewRequest,
};
use crate::history;
use crate::line::local_moment;
use crate::notices;
use crate::outbox;
use crate::present;
use crate::record::{Consultation, Status};
use crate::rooms;
use crate::view::ConsultationView;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use kabinet_domain::sensitive::clean_name;
use std::sync::Arc;

pub(super) const SHORTEST: u32 = 5;
pub(super) const LONGEST: u32 = 600;
const LONGEST_NOTE: usize = 2000;

/// What was typed, understood.
struct Planned {
    client: String,
    day: NaiveDate,
    starts_at: DateTime<Utc>,
    zone: Tz,
    minutes: u32,
    note: String,
}

impl Application {
    pub(super) async fn preview_room(self: &Arc<Self>, request: RoomPreviewRequest) -> Result<RoomPreview, CommandError> {
        let room = self.new_room(&request.provider, day(&request.date)?).await?;
        Ok(RoomPreview { link: room.link })
    }

    pub(super) async fn create_consultation(
        self: &Arc<Self>,
        draft: ConsultationDraft,
    ) -> Result<ConsultationView, CommandError> {
        self.make(draft).await
    }

    pub(crate) async fn make(&self, draft: ConsultationDraft) -> Result<ConsultationView, CommandError> {
        let planned = self.planned(&draft)?;
        rooms::provider(&draft.provider)?;
        let room = match pasted_link(&draft) {
            Some(link) => rooms::pasted(link)?,
            None => self.new_room(&draft.provider, planned.day).await?,
        };
        let consultation = Consultation {
            id: self.parts.ids.next().to_string(),
            client: planned.client,
            starts_at: planned.starts_at,
            minutes: planned.minutes,
            time_zone: planned.zone.name().into(),
            provider: draft.provider,
            link: room.link,
            room: room.name,
            note: planned.note,
            status: Status::Planned,
            made: None,
            version: None,
        };
        let id = consultation.id.clone();
        self.put(None, consultation).await;
        self.wish_for_calendar(&id, draft.calendar, true).await;
        // Made it is, whether or not there is a clipboard.
        if let Err(error) = self.copy_client_link(&id).await {
            self.trouble("no_clipboard", Some(error.message));
        }
        self.shown(&id)
    }

    pub(super) async fn change_consultation(
        self: &Arc<Self>,
        change: ConsultationChange,
    ) -> Result<ConsultationView, CommandError> {
        let ConsultationChange { id, draft } = change;
        let before = self.known_consultation(&id)?;
        let planned = self.planned(&draft)?;
        let room = match pasted_link(&draft) {
            Some(link) if link != before.link => Some(rooms::pasted(link)?),
            Some(_) => None,
            // Another place is another room; another time is not: the client has the link already.
            None if draft.provider != before.provider || before.link.is_empty() => {
                Some(self.new_room(&draft.provider, planned.day).await?)
            }
            None => None,
        };
        rooms::provider(&draft.provider)?;
        let (link, name) = room.map_or_else(|| (before.link.clone(), before.room.clone()), |room| (room.link, room.name));
        // A form that was not shown the name cannot give it back.
        let hidden = self.look().settings().hide_names && planned.client.is_empty();
        let now = Consultation {
            client: if hidden { before.client.clone() } else { planned.client },
            starts_at: planned.starts_at,
            minutes: planned.minutes,
            time_zone: planned.zone.name().into(),
            provider: draft.provider,
            link,
            room: name,
            note: planned.note,
            ..before.clone()
        };
        self.put(Some(before), now).await;
        self.wish_for_calendar(&id, draft.calendar, false).await;
        self.shown(&id)
    }

    pub(super) async fn cancel_consultation(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.decide(&by.id, Status::Cancelled).await
    }

    pub(super) async fn restore_consultation(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.decide(&by.id, Status::Planned).await
    }

    pub(super) async fn confirm_outcome(self: &Arc<Self>, outcome: Outcome) -> Result<Nothing, CommandError> {
        self.decide(&outcome.id, if outcome.came { Status::Finished } else { Status::NoShow }).await
    }

    pub(super) async fn consultation(self: &Arc<Self>, by: ById) -> Result<ConsultationView, CommandError> {
        self.shown(&by.id)
    }

    pub(crate) fn known_consultation(&self, id: &str) -> Result<Consultation, CommandError> {
        self.look().consultations.get(id).cloned().ok_or_else(|| refuse("no_such_consultation"))
    }

    fn shown(&self, id: &str) -> Result<ConsultationView, CommandError> {
        let consultation = self.known_consultation(id)?;
        let state = self.look();
        Ok(present::consultation_view(&state, &history::known(&state, &consultation), self.now()))
    }

    async fn decide(&self, id: &str, status: Status) -> Result<Nothing, CommandError> {
        let before = self.known_consultation(id)?;
        if before.status != status {
            let now = Consultation { status, ..before.clone() };
            self.put(Some(before), now).await;
        }
        Ok(Nothing {})
    }

    async fn put(&self, before: Option<Consultation>, now: Consultation) {
        if before.as_ref() == Some(&now) {
            return;
        }
        let moved = before.as_ref().is_none_or(|before| before.starts_at != now.starts_at);
        let rows: Vec<Save> = self.change(|state| {
            if moved {
                let passed = notices::reminders_passed(&now, &state.settings().reminders, self.now());
                let handled = state.handled.entry(now.id.clone()).or_default();
                passed.into_iter().for_each(|alert| handled.answer(alert));
            }
            let handled = Save::Handled(now.id.clone());
            let mut rows = outbox::put_in(state, before, now);
            rows.push(handled);
            rows
        });
        self.save(&rows).await;
        self.outgoing.notify_one();
    }

    fn planned(&self, draft: &ConsultationDraft) -> Result<Planned, CommandError> {
        let day = day(&draft.date)?;
        let time = NaiveTime::parse_from_str(&draft.time, "%H:%M").map_err(|_| refuse_field("bad_time", "time"))?;
        let zone = match draft.time_zone.as_deref().filter(|zone| !zone.is_empty()) {
            Some(zone) => zone.parse().map_err(|_| refuse_field("bad_time_zone", "time_zone"))?,
            None => self.look().place.zone,
        };
        let starts_at = local_moment(day, time, zone).ok_or_else(|| refuse_field("no_such_time", "time"))?;
        if !(SHORTEST..=LONGEST).contains(&draft.minutes) {
            return Err(refuse_field("bad_length", "minutes"));
        }
        if draft.note.chars().count() > LONGEST_NOTE {
            return Err(refuse_field("note_too_long", "note"));
        }
        let note = draft.note.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        Ok(Planned { client: clean_name(&draft.client), day, starts_at, zone, minutes: draft.minutes, note })
    }
}

fn pasted_link(draft: &ConsultationDraft) -> Option<&str> {
    draft.link.as_deref().map(str::trim).filter(|link| !link.is_empty())
}

fn day(text: &str) -> Result<NaiveDate, CommandError> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.filter(|day| (2000..=2100).contains(&day.year())).ok_or_else(|| refuse_field("bad_date", "date"))
}
