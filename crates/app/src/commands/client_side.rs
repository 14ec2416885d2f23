//! What a specialist does for a client: lets them in, answers, hands the link over, writes.

use super::refuse;
use crate::application::Application;
use crate::command::{
    AlertAnswer, ByDelivery, ById, ClientName, CommandError, Invitation, KnownClient, LinkSent, Nothing, SendLink, Thread,
    Writing,
};
use std::sync::Arc;

impl Application {
    pub(super) async fn admit(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.admit_client(&by.id).await.map(|()| Nothing {})
    }

    pub(crate) async fn admit_client(&self, id: &str) -> Result<(), CommandError> {
        self.known_consultation(id)?;
        Err(refuse("unknown_command"))
    }

    pub(super) async fn answer_alert(self: &Arc<Self>, _: AlertAnswer) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn send_link(self: &Arc<Self>, _: SendLink) -> Result<LinkSent, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn invitation(self: &Arc<Self>, _: ById) -> Result<Invitation, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn copy_room_link(self: &Arc<Self>, _: ById) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn renew_link(self: &Arc<Self>, _: ById) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn resend(self: &Arc<Self>, _: ByDelivery) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn thread(self: &Arc<Self>, _: ById) -> Result<Thread, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn write_to_client(self: &Arc<Self>, _: Writing) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn known_client(self: &Arc<Self>, _: ClientName) -> Result<KnownClient, CommandError> {
        Err(refuse("unknown_command"))
    }
}
