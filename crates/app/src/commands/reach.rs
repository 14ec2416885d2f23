//! How the specialist is reached away from this computer, and the key that names are read with.

use super::refuse;
use crate::application::Application;
use crate::command::{CommandError, NamesKey, Nothing, ReachDraft, Switch};
use std::sync::Arc;

impl Application {
    pub(super) async fn save_reach(self: &Arc<Self>, _: ReachDraft) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn bind_telegram(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn confirm_telegram(self: &Arc<Self>, _: Switch) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn unbind_telegram(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn names_key(self: &Arc<Self>, _: Nothing) -> Result<NamesKey, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn enter_names_key(self: &Arc<Self>, _: NamesKey) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }
}
