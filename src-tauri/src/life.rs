//! The application's life: everything that is started here ends here, in order.

use crate::arguments::{self, Arguments};
use crate::control::{self, Reply, Request};
use crate::embedded::EmbeddedBackend;
use crate::keychain::Keychain;
use crate::notifications::Heard;
use crate::places::Places;
use crate::shell::Shell;
use crate::system::{panel, tray_host};
use kabinet_app::desktop::{Desktop, MenuAction};
use kabinet_app::{Application, Backend, Parts};
use kabinet_domain::ports::SecretStore;
use kabinet_domain::{SystemClock, SystemIds};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, SetOnce, mpsc};
use tokio::task::JoinSet;

/// A panel may start later than we do; without one after this time the window is the only face there is.
const TRAY_PATIENCE: Duration = Duration::from_secs(5);
/// Longer than a room takes to be made, since one that is made is known nowhere until the answer is kept: new tokens may take 20 s,
/// the room 15 s and those of its co-hosts that it could not be made with 20 s. A system that logs the person out may end us sooner;
/// all else that is not finished by then is in the database.
const DRAIN: Duration = Duration::from_secs(60);

/// The running application, for the window's command, the verbs and a second start.
#[derive(Debug, Clone)]
pub struct Running {
    application: Arc<SetOnce<Arc<Application>>>,
    shell: Shell,
}

/// How it was started.
#[derive(Debug)]
pub struct Start {
    pub places: Places,
    pub hidden: bool,
    pub link: Option<String>,
    pub menu_presses: mpsc::UnboundedReceiver<MenuAction>,
}

impl Running {
    #[must_use]
    pub fn new(shell: Shell) -> Self {
        Self { application: Arc::default(), shell }
    }

    /// Waits while the application starts.
    pub async fn application(&self) -> &Arc<Application> {
        self.application.wait().await
    }

    /// A second process was started with these words.
    pub async fn hear(&self, words: Vec<String>) -> Reply {
        match arguments::read(words) {
            Arguments::Application { hidden, link } => {
                self.show(hidden, link);
                Reply::default()
            }
            Arguments::Verb(words) => {
                let spoken = self.application().await.shell_verb(&words).await;
                Reply { status: spoken.status, text: spoken.text }
            }
            Arguments::Version | Arguments::Help => Reply::default(),
        }
    }

    /// A link may come from any page in a browser: it is put into the form, and followed when the person says so.
    fn show(&self, hidden: bool, link: Option<String>) {
        match link {
            Some(link) => self.shell.show_window(format!("connections/{}", escaped(&link))),
            None if hidden => {}
            None => self.shell.show_window(String::new()),
        }
    }

    /// Runs until the shell is told to quit.
    pub async fn live(self, start: Start) {
        let Start { places, hidden, link, mut menu_presses } = start;
        let shell = &self.shell;
        let mut tasks = JoinSet::new();
        self.show(hidden, link);
        self.serve_verbs(&places, &mut tasks);
        let (hearing, mut heard) = mpsc::unbounded_channel();
        let (notifications, stop) = (shell.notifications.clone(), shell.quit.clone());
        tasks.spawn(async move { notifications.listen(hearing, stop).await });
        tasks.spawn(quit_on_signal(shell.clone()));
        let (hosts_changed, mut host_changes) = mpsc::unbounded_channel();
        tasks.spawn(watch_the_tray(shell.clone(), hosts_changed));

        let application = Application::start(self.parts(&places)).await;
        let _ = self.application.set(Arc::clone(&application));
        tasks.spawn(push_views(shell.clone(), Arc::clone(&application)));
        loop {
            let work = tokio::select! {
                () = shell.quit.cancelled() => break,
                Some(action) = menu_presses.recv() => Work::Chosen(action),
                Some(heard) = heard.recv() => Work::Heard(heard),
                Some(()) = host_changes.recv() => Work::Heard(Heard::DesktopChanged),
                () = shell.problems.changed() => Work::Heard(Heard::DesktopChanged),
                Some(_) = tasks.join_next() => continue,
            };
            // Opening a room may wait for the network; the next press must not wait for that.
            tasks.spawn(work.go(Arc::clone(&application)));
        }
        let drained = tokio::time::timeout(DRAIN, async {
            application.shutdown().await;
            while tasks.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!("not everything ended in time");
        }
        shell.app.exit(0);
    }

    fn parts(&self, places: &Places) -> Parts {
        let secrets: Arc<dyn SecretStore> = Arc::new(Keychain::new(self.shell.bus.clone()));
        let operator = places.operator.read();
        let backend = EmbeddedBackend {
            folder: places.data.join("backend"),
            secrets: Arc::clone(&secrets),
            ids: Arc::new(SystemIds),
            problems: self.shell.problems.clone(),
            operator: operator.clone(),
            state: tokio::sync::Mutex::default(),
        };
        Parts {
            desktop: Arc::new(self.shell.clone()),
            secrets,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            data_dir: places.data.clone(),
            backend: Backend::Embedded(Arc::new(backend)),
            operator,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn serve_verbs(&self, places: &Places, tasks: &mut JoinSet<()>) {
        let running = self.clone();
        let answer = move |request: Request| {
            let running = running.clone();
            async move { running.hear(request.words).await }
        };
        match control::listen(&places.socket()) {
            Ok(listener) => drop(tasks.spawn(control::serve(listener, answer, self.shell.quit.clone()))),
            Err(error) => tracing::error!(%error, "verbs cannot reach this instance"),
        }
    }
}

/// Something came from the screen.
enum Work {
    Chosen(MenuAction),
    Heard(Heard),
}

impl Work {
    async fn go(self, application: Arc<Application>) {
        match self {
            Self::Chosen(action) => application.menu_action(action).await,
            Self::Heard(Heard::Pressed(action)) => application.notification_action(action).await,
            Self::Heard(Heard::Dismissed(key)) => application.notification_dismissed(&key).await,
            Self::Heard(Heard::NotificationsLost) => application.notifications_lost().await,
            Self::Heard(Heard::DesktopChanged) => application.desktop_changed().await,
        }
    }
}

/// Gives each new view to the window.
async fn push_views(shell: Shell, application: Arc<Application>) {
    let mut views = application.subscribe();
    loop {
        let view = views.borrow_and_update().clone();
        shell.windows.push(view);
        tokio::select! {
            () = shell.quit.cancelled() => return,
            changed = views.changed() => if changed.is_err() { return },
        }
    }
}

/// Suits the icon to the panel, and shows the window where no panel comes, or none comes back.
async fn watch_the_tray(shell: Shell, changed: mpsc::UnboundedSender<()>) {
    if let (Some(tray), Some(dark)) = (&shell.tray, panel::setting(&shell.bus).await) {
        tray.suit(dark);
    }
    let came_or_went = Notify::new();
    let tell = || {
        let _ = changed.send(());
        came_or_went.notify_one();
    };
    let follow = tray_host::follow(&shell.bus, tell, shell.quit.clone());
    let patience = async {
        loop {
            tokio::time::sleep(TRAY_PATIENCE).await;
            if shell.tray.is_none() || !tray_host::is_there(&shell.bus).await {
                shell.windows.show(String::new());
            }
            came_or_went.notified().await;
        }
    };
    tokio::join!(follow, async {
        tokio::select! {
            () = shell.quit.cancelled() => {}
            () = patience => {}
        }
    });
}

/// The end of the session, or of an operator's patience, is an orderly end too.
#[cfg(unix)]
async fn quit_on_signal(shell: Shell) {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
    let [Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)] = signals else {
        tracing::error!("signals are not heard");
        return;
    };
    tokio::select! {
        () = shell.quit.cancelled() => {}
        _ = terminate.recv() => shell.quit.cancel(),
        _ = interrupt.recv() => shell.quit.cancel(),
        _ = hangup.recv() => shell.quit.cancel(),
    }
}

#[cfg(not(unix))]
async fn quit_on_signal(shell: Shell) {
    tokio::select! {
        () = shell.quit.cancelled() => {}
        _ = tokio::signal::ctrl_c() => shell.quit.cancel(),
    }
}

/// As a part of an address's path.
fn escaped(link: &str) -> String {
    url::form_urlencoded::byte_serialize(link.as_bytes()).collect::<String>().replace('+', "%20")
}
