//! The connected calendar: which one, who is there, and what a person decides about a conflict.

use super::refuse;
use crate::application::Application;
use crate::command::{
    ByProvider, CalendarChoice, CalendarChoices, ColleagueSearch, Colleagues, CommandError, Nothing, SideChoice,
};
use std::sync::Arc;

impl Application {
    pub(super) async fn calendar_choices(self: &Arc<Self>, _by: ByProvider) -> Result<CalendarChoices, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn choose_calendar(self: &Arc<Self>, _choice: CalendarChoice) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn sync_calendar(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn decide_conflict(self: &Arc<Self>, _choice: SideChoice) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn colleagues(self: &Arc<Self>, _search: ColleagueSearch) -> Result<Colleagues, CommandError> {
        Err(refuse("unknown_command"))
    }
}
