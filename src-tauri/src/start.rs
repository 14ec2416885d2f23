//! Puts the parts together and hands them to the toolkit's loop.

use crate::clipboard::SharedClipboard;
use crate::commands;
use crate::life::{Running, Start};
use crate::notifications::Notifications;
use crate::places::Places;
use crate::problems::Problems;
use crate::shell::Shell;
use crate::system::{SessionBus, display, tray_host};
use crate::tray::Tray;
use crate::windows::Windows;
use crate::{log, verbs};
use kabinet_app::desktop::{MenuAction, MenuEntry, TrayView};
use kabinet_app::view::TrayState;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_autostart::MacosLauncher;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// After so long without being looked at, the window gives its memory back.
const WINDOW_IDLE: Duration = Duration::from_secs(10 * 60);

/// Runs the application until it is told to quit.
pub fn run(hidden: bool, link: Option<String>) -> ExitCode {
    if !display::opens() {
        return verbs::complain("no_display", &[]);
    }
    let places = Places::of_this_person();
    if let Err(error) = places.make().and_then(|()| log::start(&places.logs)) {
        return verbs::complain("no_folder", &[("reason", &error.to_string())]);
    }
    let quit = CancellationToken::new();
    let ended = quit.clone();
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, words, _| {
            // Somebody in such a hurry that we are not there yet gets the window that is being opened anyway.
            if let Some(running) = app.try_state::<Running>() {
                let running = running.inner().clone();
                tauri::async_runtime::spawn(async move { running.hear(words.into_iter().skip(1).collect()).await });
            }
        }))
        .plugin(tauri_plugin_autostart::init(MacosLauncher::LaunchAgent, Some(vec!["--hidden"])))
        .invoke_handler(tauri::generate_handler![commands::call])
        .setup(move |app| {
            set_up(app.handle(), places, hidden, link, quit);
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the toolkit does not start");
            return verbs::complain("no_start", &[("reason", &error.to_string())]);
        }
    };
    app.run(move |_, event| match event {
        // The last window was closed: the tray goes on.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => ended.cancel(),
        _ => {}
    });
    ExitCode::SUCCESS
}

/// On the main thread: what is to be seen at once. The rest starts beside it.
fn set_up(app: &AppHandle, places: Places, hidden: bool, link: Option<String>, quit: CancellationToken) {
    let bus = SessionBus::default();
    let (pressed, menu_presses) = mpsc::unbounded_channel();
    let tray = tray_host::library_is_installed().then(|| Tray::new(app.clone(), pressed, places.runtime.join("tray")));
    if let Some(tray) = &tray {
        tray.draw(before_start());
    }
    let shell = Shell {
        app: app.clone(),
        bus: bus.clone(),
        notifications: Notifications::new(bus, picture(&places), &places.runtime),
        clipboard: SharedClipboard::default(),
        windows: Windows::new(app.clone(), window_idle()),
        tray,
        problems: Problems::default(),
        quit,
    };
    let running = Running::new(shell);
    app.manage(running.clone());
    tauri::async_runtime::spawn(running.live(Start { places, hidden, link, menu_presses }));
}

/// Until the application knows better.
fn before_start() -> TrayView {
    let words = verbs::words_here();
    let item = |action, key| MenuEntry::Item { action, label: words.say(key, &[]), enabled: true, checked: None };
    TrayView {
        state: TrayState::Idle,
        title: words.say("app-name", &[]),
        menu: vec![item(MenuAction::Open, "menu-open"), item(MenuAction::Quit, "menu-quit")],
    }
}

/// `KABINET_WINDOW_IDLE_SECONDS` shortens the wait for whoever watches the memory.
fn window_idle() -> Duration {
    let chosen = std::env::var("KABINET_WINDOW_IDLE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    chosen.map_or(WINDOW_IDLE, Duration::from_secs)
}

/// The picture on notifications. Daemons want a file, since a program that is not installed has no icon of a name.
fn picture(places: &Places) -> Option<PathBuf> {
    let path = places.runtime.join("kabinet.png");
    std::fs::write(&path, include_bytes!("../../icons/app/128.png")).ok()?;
    Some(path)
}
