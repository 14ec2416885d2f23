//! The window's one command.

use crate::life::Running;
use kabinet_app::command::CommandError;
use serde_json::Value;
use tauri::State;

#[tauri::command]
pub async fn call(name: String, args: Value, running: State<'_, Running>) -> Result<Value, CommandError> {
    running.application().await.call(&name, args).await
}
