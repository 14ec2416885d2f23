//! The typed commands: read the arguments, call one use case, answer.

mod calendar;
mod client_side;
mod connections;
pub(crate) mod consultations;
mod entering;
mod handing_over;
mod history;
mod made_rooms;
mod pairing;
mod reach;
mod settings;
mod sign_in;
mod since;
pub(crate) mod wishes;

pub(crate) use connections::fields as form_fields;

use crate::application::Application;
use crate::command::*;
use crate::view::{AppView, ConsultationView, Message};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

macro_rules! dispatch {
    ($($name:ident: $arguments:ty => $reply:ty,)*) => {
        impl Application {
            /// Calls a command by its name, as a window or a test does.
            ///
            /// # Errors
            /// What is wrong, as a code with its facts.
            pub async fn call(self: &Arc<Self>, name: &str, arguments: Value) -> Result<Value, CommandError> {
                match name {
                    $(stringify!($name) => {
                        let arguments: $arguments = read(arguments)?;
                        let reply: $reply = self.$name(arguments).await?;
                        Ok(written(&reply))
                    })*
                    _ => Err(refuse("unknown_command")),
                }
            }
        }
    };
}
crate::commands!(dispatch);

fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, CommandError> {
    let arguments = if arguments.is_null() { Value::Object(serde_json::Map::new()) } else { arguments };
    serde_json::from_value(arguments).map_err(|error| {
        // The cause names a field and a type, and may quote what was typed: not for the log.
        tracing::warn!(category = ?error.classify(), "a command's arguments cannot be read");
        refuse("bad_arguments")
    })
}

fn written(reply: &impl Serialize) -> Value {
    serde_json::to_value(reply).expect("replies are plain data")
}

pub(crate) fn refuse(code: &str) -> CommandError {
    CommandError { message: crate::message(code), field: None }
}

pub(crate) fn refuse_field(code: &str, field: &str) -> CommandError {
    CommandError { message: crate::message(code), field: Some(field.into()) }
}

pub(crate) fn refuse_with(code: &str, facts: &[(&str, &str)], field: Option<&str>) -> CommandError {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    CommandError { message: Message { code: code.into(), facts }, field: field.map(str::to_owned) }
}

impl From<Message> for CommandError {
    fn from(message: Message) -> Self {
        Self { message, field: None }
    }
}

impl From<crate::desktop::DesktopError> for CommandError {
    fn from(error: crate::desktop::DesktopError) -> Self {
        Message::from(error).into()
    }
}

impl Application {
    async fn state(self: &Arc<Self>, _: Nothing) -> Result<AppView, CommandError> {
        Ok(self.view())
    }

    async fn hide_window(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        self.parts.desktop.hide_window();
        Ok(Nothing {})
    }

    async fn quit(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        self.parts.desktop.quit();
        Ok(Nothing {})
    }
}
