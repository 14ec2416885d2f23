//! The connected calendar: which one, who is there, and what a person decides about a conflict.

use super::refuse;
use crate::application::Application;
use crate::command::{
    ByProvider, CalendarChoice, CalendarChoices, CheckResult, ColleagueSearch, Colleagues, CommandError, ConnectionDraft,
    Nothing, SideChoice,
};
use kabinet_domain::Sensitive;
use std::sync::Arc;

/// Whether an id is a calendar's; else it is a provider's of rooms.
pub(crate) fn is_calendar(id: &str) -> bool {
    kabinet_providers::calendars::calendars().iter().any(|info| info.id == id)
}

impl Application {
    /// Keeps what the form says of a calendar, and asks it.
    pub(super) async fn save_calendar(self: &Arc<Self>, _draft: ConnectionDraft) -> Result<CheckResult, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn check_calendar(self: &Arc<Self>, _provider: &str) -> Result<CheckResult, CommandError> {
        Err(refuse("unknown_command"))
    }

    /// Forgets the connection and its secrets; consultations and entries stay as they are.
    pub(super) async fn remove_calendar(self: &Arc<Self>, _provider: &str) -> Result<(), CommandError> {
        Err(refuse("unknown_command"))
    }

    /// The page on which a person lets us in; `state` comes back with the answer.
    pub(crate) async fn calendar_sign_in_page(&self, _provider: &str, _state: &str) -> Result<Sensitive<String>, CommandError> {
        Err(refuse("unknown_command"))
    }

    /// Takes what the browser brought back, or the code that was copied, and keeps the grant.
    pub(crate) async fn finish_calendar_sign_in(
        self: &Arc<Self>,
        _provider: &str,
        _state: &str,
        _query: &str,
    ) -> Result<(), CommandError> {
        Err(refuse("unknown_command"))
    }

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
