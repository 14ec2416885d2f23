//! What comes from the bot's chats: somebody opened one by a link, pressed a button, blocked us, let us in again.
//!
//! Each may come more than once, and does the same then. Whoever calls has seen to it that the chat is a person's own.

use crate::client_side::ClientSide;
use crate::writer::{WriteError, WriterHandle};
use kabinet_domain::Sensitive;

/// Somebody opened the chat; `code` is what their link carried.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn started(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    name: &Sensitive<String>,
    code: Option<&str>,
) -> Result<(), WriteError> {
    let _ = (clients, writer, chat, name, code);
    Ok(())
}

/// Somebody does not want to be written to any more, or has blocked the bot.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn stopped(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    blocked: bool,
) -> Result<(), WriteError> {
    let _ = (clients, writer, chat, blocked);
    Ok(())
}

/// They have let the bot write again.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn resumed(clients: &ClientSide, writer: &WriterHandle, chat: &Sensitive<String>) -> Result<(), WriteError> {
    let _ = (clients, writer, chat);
    Ok(())
}

/// A button under an alert was pressed; `press` is to be acknowledged.
///
/// # Errors
/// When nothing could be kept; then it is to be handled again.
pub async fn pressed(
    clients: &ClientSide,
    writer: &WriterHandle,
    chat: &Sensitive<String>,
    press: &str,
    data: &str,
) -> Result<(), WriteError> {
    let _ = (clients, writer, chat, press, data);
    Ok(())
}
