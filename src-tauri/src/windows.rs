//! The one window: made when it is first asked for, hidden when closed, destroyed after some idle
//! minutes, which gives back most of what the web view holds.

use crate::shell::system_language;
use crate::system::{panel, web_view};
use kabinet_app::desktop::Page;
use kabinet_app::view::{AppView, Theme};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::utils::config::Color;
use tauri::webview::WebviewWindowBuilder;
use tauri::{AppHandle, Emitter, Manager, PhysicalPosition, WebviewUrl, WebviewWindow, WindowEvent};
use tokio_util::sync::CancellationToken;
use url::Url;

const MAIN: &str = "main";
/// Never a name: titles are seen in task lists and shared screens.
const TITLE: &str = "Kabinet";
const SIZE: (f64, f64) = (404.0, 652.0);
const LEAST_SIZE: (f64, f64) = (360.0, 480.0);
/// The UI's `--bg`, so that nothing flashes before the page is painted.
const LIGHT: Color = Color(0xf6, 0xf5, 0xf2, 0xff);
const DARK: Color = Color(0x14, 0x18, 0x16, 0xff);

#[derive(Debug, Clone)]
pub struct Windows {
    app: AppHandle,
    idle: Duration,
    /// The last state, for a window that is shown again.
    latest: Arc<Mutex<Option<Arc<AppView>>>>,
    /// The coming destruction of a hidden window.
    end: Arc<Mutex<CancellationToken>>,
    /// Where the person had it: window managers place a window that is shown again as if it were new.
    place: Arc<Mutex<Option<PhysicalPosition<i32>>>>,
}

impl Windows {
    #[must_use]
    pub fn new(app: AppHandle, idle: Duration) -> Self {
        Self { app, idle, latest: Arc::default(), end: Arc::default(), place: Arc::default() }
    }

    /// Brings the window up, on `page` if one is named.
    pub fn show(&self, page: Page) {
        self.on_main_thread(move |windows| windows.show_here(&page));
    }

    pub fn hide(&self) {
        self.on_main_thread(|windows| match windows.window() {
            Some(window) => windows.hide_here(&window),
            None => Ok(()),
        });
    }

    /// Gives the window the new state. A hidden one gets it when it is shown.
    pub fn push(&self, view: Arc<AppView>) {
        let window = self.window().filter(|window| window.is_visible().unwrap_or(true));
        if let Some(window) = window {
            report("state", window.emit("state", &*view));
        }
        let theme = view.settings.theme;
        let before = lock(&self.latest).replace(view);
        // The title bar and the page's colour scheme follow the theme that was chosen.
        if before.map_or(Theme::System, |before| before.settings.theme) != theme {
            self.app.set_theme(tauri_theme(theme));
        }
    }

    fn window(&self) -> Option<WebviewWindow> {
        self.app.get_webview_window(MAIN)
    }

    fn show_here(&self, page: &str) -> tauri::Result<()> {
        lock(&self.end).cancel();
        let Some(window) = self.window() else { return self.make(page) };
        if !page.is_empty() {
            window.emit("open", format!("#/{page}"))?;
        }
        if let Some(view) = &*lock(&self.latest) {
            window.emit("state", &**view)?;
        }
        window.unminimize()?;
        window.show()?;
        self.put_back(&window)?;
        window.set_focus()
    }

    fn put_back(&self, window: &WebviewWindow) -> tauri::Result<()> {
        lock(&self.place).map_or(Ok(()), |place| window.set_position(place))
    }

    fn make(&self, page: &str) -> tauri::Result<()> {
        let theme = lock(&self.latest).as_ref().map_or(Theme::System, |view| view.settings.theme);
        let dark = match theme {
            Theme::Dark => true,
            Theme::Light => false,
            Theme::System => panel::theme_is_dark(),
        };
        let address = if page.is_empty() { "index.html".to_owned() } else { format!("index.html#/{page}") };
        let window = WebviewWindowBuilder::new(&self.app, MAIN, WebviewUrl::App(address.into()))
            .title(TITLE)
            .inner_size(SIZE.0, SIZE.1)
            .min_inner_size(LEAST_SIZE.0, LEAST_SIZE.1)
            .theme(tauri_theme(theme))
            .initialization_script(in_language(&system_language()))
            .background_color(if dark { DARK } else { LIGHT })
            .on_navigation(is_own)
            .build()?;
        self.put_back(&window)?;
        window.with_webview(|view| web_view::paint_plainly(&view))?;
        let windows = self.clone();
        window.clone().on_window_event(move |event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                report("hide", windows.hide_here(&window));
            }
        });
        Ok(())
    }

    fn hide_here(&self, window: &WebviewWindow) -> tauri::Result<()> {
        if window.is_visible()? {
            *lock(&self.place) = window.outer_position().ok();
        }
        window.hide()?;
        let end = CancellationToken::new();
        *lock(&self.end) = end.clone();
        let (windows, idle) = (self.clone(), self.idle);
        // Owned by `end`: showing the window again cancels it, and the application's end with it.
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = tokio::time::sleep(idle) => windows.on_main_thread(|windows| match windows.window() {
                    Some(window) if !window.is_visible()? => window.destroy(),
                    _ => Ok(()),
                }),
            }
        });
        Ok(())
    }

    fn on_main_thread(&self, work: impl FnOnce(&Self) -> tauri::Result<()> + Send + 'static) {
        let windows = self.clone();
        report("ask the main thread", self.app.run_on_main_thread(move || report("window", work(&windows))));
    }
}

/// Whether an address is of the application's own page: nothing else is ever shown here.
fn is_own(address: &Url) -> bool {
    // While the page is worked on, it comes from its own server.
    let worked_on = tauri::is_dev() && address.host_str() == Some("localhost");
    worked_on || address.scheme() == "tauri" || address.host_str() == Some("tauri.localhost")
}

/// The page's "language of the system" is the shell's, so that the tray and the window agree on it.
fn in_language(language: &str) -> String {
    format!("Object.defineProperty(navigator, 'language', {{ value: {} }})", serde_json::Value::from(language))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tauri_theme(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

fn report(what: &str, result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::error!(%error, what, "the window did not do it");
    }
}
