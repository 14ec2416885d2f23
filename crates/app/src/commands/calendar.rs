//! The connected calendar: which one, who is there, and what a person decides about a conflict.

use super::{refuse, refuse_field, refuse_with};
use crate::application::Application;
use crate::calendar::connecting::There;
use crate::command::{
    ByProvider, CalendarChoice, CalendarChoices, ColleagueSearch, Colleagues, CommandError, Nothing, OneCalendar, SideChoice,
    WhichSide,
};
use kabinet_domain::calendar::Side;
use std::sync::Arc;

/// Whether an id is a calendar's; else it is a provider's of rooms.
pub(crate) fn is_calendar(id: &str) -> bool {
    kabinet_providers::calendars::calendars().iter().any(|info| info.id == id)
}

/// A day before is the earliest that a person is reminded.
const EARLIEST_REMINDER: u32 = 24 * 60;

impl Application {
    pub(super) async fn calendar_choices(self: &Arc<Self>, by: ByProvider) -> Result<CalendarChoices, CommandError> {
        let application = self.clone();
        let calendars = self.answered_soon(async move { application.calendars_there(&by.provider).await }).await?;
        let one = |calendar: There| OneCalendar {
            id: calendar.id.0,
            name: calendar.name.into_inner(),
            colour: calendar.colour,
            writable: calendar.writable,
        };
        Ok(CalendarChoices { calendars: calendars.into_iter().map(one).collect() })
    }

    pub(super) async fn choose_calendar(self: &Arc<Self>, choice: CalendarChoice) -> Result<Nothing, CommandError> {
        if choice.reminder.is_some_and(|minutes| minutes > EARLIEST_REMINDER) {
            return Err(refuse_field("bad_minutes", "reminder"));
        }
        let application = self.clone();
        self.answered_soon(async move { application.choose_there(choice).await }).await
    }

    async fn choose_there(self: &Arc<Self>, choice: CalendarChoice) -> Result<Nothing, CommandError> {
        let there = self.calendars_there(&choice.provider).await?;
        let calendar = there.into_iter().find(|one| one.id.0 == choice.calendar);
        let calendar = calendar.ok_or_else(|| refuse_field("no_such_calendar", "calendar"))?;
        if !calendar.writable {
            let name = calendar.name.reveal().clone();
            return Err(refuse_with("calendar_read_only", &[("name", &name)], Some("calendar")));
        }
        self.write_to_calendar(choice, calendar).await?;
        Ok(Nothing {})
    }

    pub(super) async fn sync_calendar(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        let mut done = self.compare_calendars().await;
        if done.is_none() {
            // Something more urgent may have come between; after it there is a calendar, or none.
            done = self.compare_calendars().await;
        }
        match done {
            Some(Ok(_)) => Ok(Nothing {}),
            _ => {
                let why = self.look().calendar.message.clone();
                Err(why.map_or_else(|| refuse("no_calendar"), CommandError::from))
            }
        }
    }

    pub(super) async fn decide_conflict(self: &Arc<Self>, choice: SideChoice) -> Result<Nothing, CommandError> {
        let side = match choice.side {
            WhichSide::Ours => Side::Ours,
            WhichSide::Theirs => Side::Theirs,
        };
        let application = self.clone();
        self.answered_soon(async move { application.settle_conflict(&choice.id, side).await }).await?;
        Ok(Nothing {})
    }

    pub(super) async fn colleagues(self: &Arc<Self>, search: ColleagueSearch) -> Result<Colleagues, CommandError> {
        let application = self.clone();
        let items = self.answered_soon(async move { application.find_colleagues(&search.text).await }).await?;
        Ok(Colleagues { items })
    }
}
