//! Draws the tray as the application says it should look; decides nothing.

use crate::system::panel;
use kabinet_app::desktop::{MenuAction, MenuEntry, TrayView};
use kabinet_app::view::TrayState;
use std::collections::HashMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};
use tokio::sync::mpsc::UnboundedSender;

/// The tray icon and what it shows now.
#[derive(Clone)]
pub struct Tray {
    app: AppHandle,
    pressed: UnboundedSender<MenuAction>,
    pictures: PathBuf,
    drawn: Arc<Mutex<Drawn>>,
}

#[derive(Default)]
struct Drawn {
    icon: Option<TrayIcon>,
    view: Option<TrayView>,
    /// Of the panel, as far as it is known.
    dark: Option<bool>,
    /// What each item of the present menu means, by its id.
    meanings: HashMap<String, MenuAction>,
}

impl std::fmt::Debug for Tray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tray")
    }
}

impl Tray {
    /// Nothing is shown until the first drawing. `pictures`: a folder for this session's icon files.
    #[must_use]
    pub fn new(app: AppHandle, pressed: UnboundedSender<MenuAction>, pictures: PathBuf) -> Self {
        // The panel keeps a picture by its path: those of a run that was killed must not be taken for ours.
        let _ = std::fs::remove_dir_all(&pictures);
        Self { app, pressed, pictures, drawn: Arc::default() }
    }

    /// From any thread; the drawing itself happens on the main one.
    pub fn draw(&self, view: TrayView) {
        let tray = self.clone();
        let asked = self.app.run_on_main_thread(move || {
            if let Err(error) = tray.draw_here(&view) {
                tracing::error!(%error, "the tray could not be drawn");
            }
        });
        if let Err(error) = asked {
            tracing::debug!(%error, "no tray any more: the application ends");
        }
    }

    /// The panel turned out to be dark, or light.
    pub fn suit(&self, dark: bool) {
        let tray = self.clone();
        let _ = self.app.run_on_main_thread(move || {
            let mut drawn = tray.lock();
            let icon = drawn.icon.clone();
            if drawn.dark.replace(dark) != Some(dark)
                && let (Some(icon), Some(view)) = (icon, &drawn.view)
                && let Err(error) = picture(view.state, dark).and_then(|picture| icon.set_icon(Some(picture)))
            {
                tracing::error!(%error, "the tray could not be drawn");
            }
        });
    }

    fn draw_here(&self, view: &TrayView) -> tauri::Result<()> {
        let mut drawn = self.lock();
        let dark = *drawn.dark.get_or_insert_with(|| panel::habit().unwrap_or_else(panel::theme_is_dark));
        let before = drawn.view.replace(view.clone());
        let Some(icon) = drawn.icon.clone() else {
            let (menu, meanings) = self.build_menu(&view.menu)?;
            drawn.meanings = meanings;
            drawn.icon = Some(self.build_icon(view, &menu, dark)?);
            return Ok(());
        };
        let before = before.as_ref();
        if before.is_none_or(|before| before.state != view.state) {
            icon.set_icon(Some(picture(view.state, dark)?))?;
        }
        if before.is_none_or(|before| before.title != view.title) {
            icon.set_tooltip(Some(&view.title))?;
        }
        // An open menu closes when it is replaced, so it is only when it says something else.
        if before.is_none_or(|before| before.menu != view.menu) {
            let (menu, meanings) = self.build_menu(&view.menu)?;
            drawn.meanings = meanings;
            icon.set_menu(Some(menu))?;
        }
        Ok(())
    }

    fn build_icon(&self, view: &TrayView, menu: &Menu<Wry>, dark: bool) -> tauri::Result<TrayIcon> {
        let tray = self.clone();
        TrayIconBuilder::with_id("kabinet")
            .icon(picture(view.state, dark)?)
            .tooltip(&view.title)
            .menu(menu)
            .temp_dir_path(&self.pictures)
            .on_menu_event(move |_, event| tray.press(event.id().as_ref()))
            .build(&self.app)
    }

    fn press(&self, id: &str) {
        if let Some(action) = self.lock().meanings.get(id) {
            let _ = self.pressed.send(action.clone());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn build_menu(&self, entries: &[MenuEntry]) -> tauri::Result<(Menu<Wry>, HashMap<String, MenuAction>)> {
        let mut meanings = HashMap::new();
        let items = self.build_items(entries, &mut meanings)?;
        let items: Vec<&dyn IsMenuItem<Wry>> = items.iter().map(AsRef::as_ref).collect();
        Ok((Menu::with_items(&self.app, &items)?, meanings))
    }

    fn build_items(
        &self,
        entries: &[MenuEntry],
        meanings: &mut HashMap<String, MenuAction>,
    ) -> tauri::Result<Vec<Box<dyn IsMenuItem<Wry>>>> {
        let mut items: Vec<Box<dyn IsMenuItem<Wry>>> = Vec::new();
        for entry in entries {
            items.push(match entry {
                MenuEntry::Label(label) => Box::new(MenuItem::new(&self.app, literal(label), false, None::<&str>)?),
                MenuEntry::Item { action, label, enabled, checked } => {
                    // The same action has the same id in every menu, so that a press is understood even if the menu was just replaced.
                    let id = format!("{action:?}");
                    meanings.insert(id.clone(), action.clone());
                    match checked {
                        Some(on) => Box::new(CheckMenuItem::with_id(&self.app, id, literal(label), *enabled, *on, None::<&str>)?),
                        None => Box::new(MenuItem::with_id(&self.app, id, literal(label), *enabled, None::<&str>)?),
                    }
                }
                MenuEntry::Submenu { label, entries } => {
                    let inner = self.build_items(entries, meanings)?;
                    let inner: Vec<&dyn IsMenuItem<Wry>> = inner.iter().map(AsRef::as_ref).collect();
                    Box::new(Submenu::with_items(&self.app, literal(label), true, &inner)?)
                }
                MenuEntry::Separator => Box::new(PredefinedMenuItem::separator(&self.app)?),
            });
        }
        Ok(items)
    }
}

/// An ampersand of the text itself: a single one would underline the next letter.
fn literal(label: &str) -> String {
    label.replace('&', "&&")
}

macro_rules! pictures {
    ($($state:ident => $name:literal),+ $(,)?) => {
        /// The picture's file for a state, by the panel's colour and scale.
        fn picture_file(state: TrayState, dark: bool, double: bool) -> &'static [u8] {
            match (state, dark, double) {
                $(
                    (TrayState::$state, false, false) => include_bytes!(concat!("../../icons/tray/", $name, "-light-22.png")),
                    (TrayState::$state, false, true) => include_bytes!(concat!("../../icons/tray/", $name, "-light-44.png")),
                    (TrayState::$state, true, false) => include_bytes!(concat!("../../icons/tray/", $name, "-dark-22.png")),
                    (TrayState::$state, true, true) => include_bytes!(concat!("../../icons/tray/", $name, "-dark-44.png")),
                )+
            }
        }
    };
}

pictures! {
    Idle => "idle",
    Soon => "soon",
    ClientThere => "client_there",
    InSession => "in_session",
    NotConnected => "not_connected",
}

/// Each is drawn with eight bits for red, green, blue and alpha, which is what the tray takes.
fn picture(state: TrayState, dark: bool) -> tauri::Result<Image<'static>> {
    let unreadable = |error: png::DecodingError| tauri::Error::Io(error.into());
    let mut reader =
        png::Decoder::new(Cursor::new(picture_file(state, dark, panel::scale() > 1))).read_info().map_err(unreadable)?;
    let (width, height) = reader.info().size();
    let mut pixels = vec![0; reader.output_buffer_size().expect("an icon fits into the memory")];
    reader.next_frame(&mut pixels).map_err(unreadable)?;
    Ok(Image::new_owned(pixels, width, height))
}
