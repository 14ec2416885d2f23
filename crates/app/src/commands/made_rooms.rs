//! Rooms that a provider made when asked: what they are like there and here, and changing them.

use super::refuse;
use crate::application::Application;
use crate::command::{ById, CommandError, Nothing, RoomChanging, RoomComparison, SideChoice};
use std::sync::Arc;

impl Application {
    pub(super) async fn copy_watch_link(self: &Arc<Self>, _by: ById) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn compare_room(self: &Arc<Self>, _by: ById) -> Result<RoomComparison, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn change_room(self: &Arc<Self>, _changing: RoomChanging) -> Result<RoomComparison, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn take_room(self: &Arc<Self>, _choice: SideChoice) -> Result<RoomComparison, CommandError> {
        Err(refuse("unknown_command"))
    }
}
