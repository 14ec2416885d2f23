//! Connecting an account by signing in.

use super::refuse;
use crate::application::Application;
use crate::command::{CommandError, Nothing, SignInAnswer, SignInRequest};
use std::sync::Arc;

impl Application {
    pub(super) async fn begin_sign_in(self: &Arc<Self>, _request: SignInRequest) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn open_sign_in_page(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn finish_sign_in(self: &Arc<Self>, _answer: SignInAnswer) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }

    pub(super) async fn cancel_sign_in(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        Err(refuse("unknown_command"))
    }
}
