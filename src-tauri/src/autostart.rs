//! Whether the application starts with the session: read from the system each time, never remembered.

use kabinet_app::desktop::DesktopError;
use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt;

pub async fn is_on(app: &AppHandle) -> Result<bool, DesktopError> {
    let app = app.clone();
    off_the_async_threads(move || app.autolaunch().is_enabled()).await
}

pub async fn switch(app: &AppHandle, on: bool) -> Result<(), DesktopError> {
    let app = app.clone();
    off_the_async_threads(move || {
        let autostart = app.autolaunch();
        if on { autostart.enable() } else { autostart.disable() }
    })
    .await
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, tauri_plugin_autostart::Error> + Send + 'static,
) -> Result<T, DesktopError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(DesktopError { code: "no_autostart", cause: Some(Box::new(error)) }),
        Err(panicked) => Err(DesktopError { code: "no_autostart", cause: Some(Box::new(panicked)) }),
    }
}
