//! Making and changing consultations. All of it works without the backend; the outbox tells it.

use super::{refuse, refuse_field, since, wishes};
use crate::application::{Application, Save};
use crate::command::{
    ById, CommandError, ConsultationChange, ConsultationDraft, Nothing, Outcome, RoomPreview, RoomPreviewRequest, RoomWishes,
};
use crate::history;
use crate::line::local_moment;
use crate::made;
use crate::making::Placed;
use crate::named;
use crate::notices;
use crate::outbox;
use crate::present;
use crate::record::{Consultation, Made, Status};
use crate::rooms::{self, Room};
use crate::same_client;
use crate::view::{ConsultationView, Door};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use kabinet_domain::provider::{ProviderInfo, Rooms};
use kabinet_domain::sensitive::clean_name;
use std::sync::Arc;

/// Minutes of a consultation, wherever it comes from.
pub(crate) const SHORTEST: u32 = 5;
pub(crate) const LONGEST: u32 = 600;
const LONGEST_NOTE: usize = 2000;

/// Nobody waits longer for the link of a new client's page: what was made is shown without.
const PAGE_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

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

    pub(crate) async fn make(self: &Arc<Self>, draft: ConsultationDraft) -> Result<ConsultationView, CommandError> {
        if pasted_link(&draft).is_some() || !by_request(rooms::provider(&draft.provider)?) {
            return self.make_now(draft).await;
        }
        let pressed = self.press(&draft)?;
        self.see_through(|application| async move {
            let made = application.make_now(draft).await;
            drop(pressed);
            made
        })
        .await
    }

    async fn make_now(self: &Arc<Self>, draft: ConsultationDraft) -> Result<ConsultationView, CommandError> {
        let planned = self.planned(&draft)?;
        // Refused before a room is made, which could not be unmade.
        wishes::check(draft.client_side.as_ref())?;
        let info = rooms::provider(&draft.provider)?;
        let Placed { provider, room, made, without } = match pasted_link(&draft) {
            Some(link) => self.place_of_link(link, info)?,
            None => self.place(info, &draft, planned.day).await?,
        };
        if made.is_none() {
            self.keeps_names(&room, &planned.client)?;
        }
        let consultation = Consultation {
            id: self.parts.ids.next().to_string(),
            client: planned.client,
            starts_at: planned.starts_at,
            minutes: planned.minutes,
            time_zone: planned.zone.name().into(),
            provider,
            link: room.link,
            room: room.name,
            note: planned.note,
            status: Status::Planned,
            made,
            contact: None,
            reminders: Vec::new(),
            door: Door::default(),
            page_link: None,
            code: None,
            version: None,
        }
        .wished(draft.client_side.as_ref(), false)?;
        let consultation =
            if draft.another_client { same_client::as_another(consultation, self.parts.ids.as_ref()) } else { consultation };
        let id = consultation.id.clone();
        let at_provider = consultation.made.is_some();
        self.put(None, consultation).await;
        self.wish_for_calendar(&id, draft.calendar, None, true).await;
        if at_provider {
            self.saw_room(&id);
            self.tell_without(&id, without.as_deref());
        }
        self.have_page_made(&id).await;
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
        let asks_for_room = change.draft.room.is_some() || by_request(rooms::provider(&change.draft.provider)?);
        if !asks_for_room {
            return self.change_now(change).await;
        }
        let pressed = self.press(&change.id)?;
        self.see_through(|application| async move {
            let changed = application.change_now(change).await;
            drop(pressed);
            changed
        })
        .await
    }

    async fn change_now(self: &Arc<Self>, change: ConsultationChange) -> Result<ConsultationView, CommandError> {
        let ConsultationChange { id, draft: typed, base } = change;
        let before = self.known_consultation(&id)?;
        let over =
            |known: &Consultation| base.as_ref().map_or_else(|| typed.clone(), |base| since::laid_over(&typed, base, known));
        let draft = over(&before);
        let planned = self.planned(&draft)?;
        let names_hidden = self.hides_names();
        before.clone().wished(draft.client_side.as_ref(), names_hidden)?;
        let info = rooms::provider(&draft.provider)?;
        let same_place = draft.provider == before.provider;
        // A link that was emptied, and not only left out, asks for another room: the one it led to may be gone.
        let anew = by_request(info) && draft.link.as_deref().is_some_and(|link| link.trim().is_empty());
        let placed = match pasted_link(&draft) {
            Some(link) if link != before.link => Some(self.place_of_link(link, info)?),
            Some(_) => None,
            // Another place is another room; another time is not: the client has the link already.
            None if !same_place || before.link.is_empty() || anew => Some(self.place(info, &draft, planned.day).await?),
            None => None,
        };
        // What stands so already is not refused to whoever changes something else.
        let room = placed.as_ref().filter(|placed| placed.made.is_none()).map(|placed| &placed.room);
        let client = if planned.client.is_empty() { &before.client } else { &planned.client };
        if room.is_some() || (*client != before.client && before.made.is_none()) {
            let kept = Room { link: before.link.clone(), name: before.room.clone() };
            self.keeps_names(room.unwrap_or(&kept), client)?;
        }
        let changed = match (&placed, &draft.room) {
            (None, Some(wishes)) if same_place && before.made.is_some() => {
                Some(self.change_made(&before, wishes, base.as_ref().and_then(|base| base.room.as_ref())).await?)
            }
            _ => None,
        };
        // The provider took its time; meanwhile something else may have changed, even the room.
        let before = self.known_consultation(&id).unwrap_or(before);
        let wished = before.clone().wished(over(&before).client_side.as_ref(), names_hidden).unwrap_or_else(|_| before.clone());
        let planned = self.planned(&over(&before)).unwrap_or(planned);
        let keeps_time = base.as_ref().is_some_and(|base| since::same_time(&typed, base));
        let changed = changed.filter(|changed| before.made.as_ref().is_some_and(|made| made.id == changed.id));
        let placed = placed.unwrap_or_else(|| Placed {
            provider: draft.provider,
            room: Room { link: before.link.clone(), name: before.room.clone() },
            made: changed.or_else(|| before.made.clone()).filter(|_| same_place),
            without: None,
        });
        let (moved, at_provider) = (placed.room.link != before.link, placed.made.is_some());
        // A form that was shown neither the name nor the note cannot give them back.
        let hidden = names_hidden && planned.client.is_empty();
        let now = Consultation {
            client: if hidden { before.client.clone() } else { planned.client },
            starts_at: if keeps_time { before.starts_at } else { planned.starts_at },
            minutes: planned.minutes,
            time_zone: planned.zone.name().into(),
            provider: placed.provider,
            link: placed.room.link,
            room: placed.room.name,
            note: if hidden && planned.note.is_empty() { before.note.clone() } else { planned.note },
            made: placed.made,
            ..wished
        };
        self.put(Some(before), now).await;
        let opened_with = base.as_ref().and_then(|base| base.calendar.as_ref());
        self.wish_for_calendar(&id, draft.calendar, opened_with, false).await;
        if moved {
            if at_provider {
                self.saw_room(&id);
            }
            self.tell_without(&id, placed.without.as_deref());
        }
        self.shown(&id)
    }

    /// Where clients have pages, the backend gives the link; it is worth a moment to copy the right one.
    async fn have_page_made(self: &Arc<Self>, id: &str) {
        let pages = self.look().practice.as_ref().is_some_and(|practice| practice.pages);
        let Some(line) = self.line().filter(|_| pages) else { return };
        let (application, id) = (self.clone(), id.to_owned());
        // Nobody waits longer, but what is under way goes on: given up, it would be sent again.
        let sending = self.tasks.spawn(async move {
            tokio::select! {
                () = application.stop.cancelled() => {}
                sent = application.send_one(&line, &id) => if let Err(error) = sent {
                    tracing::info!(error = &error as &dyn std::error::Error, "the client's page is made later");
                },
            }
        });
        let _ = tokio::time::timeout(PAGE_WITHIN, sending).await;
    }

    /// Where names stay on the specialist's own computers, no link takes one to the backend. The backend cannot see to it: it does not
    /// know the name.
    fn keeps_names(&self, room: &Room, client: &str) -> Result<(), CommandError> {
        let state = self.look();
        let stay_here = state.practice.as_ref().is_some_and(|practice| practice.names_stay_here);
        if stay_here && named::names_client(&state, &room.link, &room.name, client) {
            return Err(refuse_field("link_names_client", "link"));
        }
        Ok(())
    }

    /// A new room where none was pasted.
    async fn place(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
        draft: &ConsultationDraft,
        day: NaiveDate,
    ) -> Result<Placed, CommandError> {
        let wishes = draft.room.clone().unwrap_or_default();
        if by_request(info) {
            return self.make_room(info, &wishes).await;
        }
        // What else is wished of a room is a form's that has such a provider in it too; a broadcast is another thing than was asked for.
        if wishes.broadcast.is_some() {
            return Err(refuse_field("room_not_offered", "title"));
        }
        let room = self.new_room(info.id, day).await?;
        Ok(Placed { provider: info.id.to_owned(), room, made: None, without: None })
    }

    /// What is wished otherwise than the room was made with is changed there first.
    async fn change_made(
        self: &Arc<Self>,
        consultation: &Consultation,
        wishes: &RoomWishes,
        base: Option<&RoomWishes>,
    ) -> Result<Made, CommandError> {
        let made = consultation.made.as_ref().ok_or_else(|| refuse("room_not_made_here"))?;
        self.sees_texts(wishes)?;
        let wishes = base.map_or_else(|| wishes.clone(), |base| since::room_laid_over(wishes, base, &made::wishes(made)));
        let wanted = made::wished(rooms::provider(&consultation.provider)?, made, &wishes)?;
        if wanted != *made {
            let (info, _, opened) = self.made_room(consultation).await?;
            self.change_there(consultation, (info, opened.as_ref()), (made, &wanted)).await?;
        }
        Ok(wanted)
    }

    /// Goes on to its end when whoever asked has gone: a room's id that nobody takes in cannot be had again.
    async fn see_through<T: Send + 'static, F>(self: &Arc<Self>, work: impl FnOnce(Arc<Self>) -> F) -> Result<T, CommandError>
    where
        F: Future<Output = Result<T, CommandError>> + Send + 'static,
    {
        let done = self.tasks.spawn(work(self.clone())).await;
        done.unwrap_or_else(|_| Err(refuse("room_may_have_been_made")))
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
        Ok(present::consultation_view(&state, &history::known(&state, &consultation, self.now()), self.now()))
    }

    async fn decide(self: &Arc<Self>, id: &str, status: Status) -> Result<Nothing, CommandError> {
        let before = self.known_consultation(id)?;
        if before.status != status {
            let concerns_room = before.made.is_some() && [before.status, status].contains(&Status::Cancelled);
            let now = Consultation { status, ..before.clone() };
            self.put(Some(before), now).await;
            if concerns_room {
                self.guard_room_soon(id);
            }
        }
        Ok(Nothing {})
    }

    pub(crate) async fn put(&self, before: Option<Consultation>, now: Consultation) {
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

fn by_request(info: &ProviderInfo) -> bool {
    info.capabilities.rooms == Rooms::ByRequest
}

fn pasted_link(draft: &ConsultationDraft) -> Option<&str> {
    draft.link.as_deref().map(str::trim).filter(|link| !link.is_empty())
}

fn day(text: &str) -> Result<NaiveDate, CommandError> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.filter(|day| (2000..=2100).contains(&day.year())).ok_or_else(|| refuse_field("bad_date", "date"))
}
