//! The application behind HTTP, for browser tests: the window's own files, the same commands, and a desktop that writes down what it was asked.
//!
//! | Route | Does |
//! |---|---|
//! | `POST /command/NAME` | calls a command; a refusal is `422` with its code |
//! | `GET /state/stream` | every new view, as server-sent events named `state` |
//! | `POST /verb` | `["join", "next"]`: a verb of the shell |
//! | `GET /probe/opened` | addresses given to the browser, oldest first |
//! | `GET /probe/clipboard` | `{"text": …}` |
//! | `GET /probe/files` | `{"saved": [{"path": …, "text": …}], "shown": […]}` |
//! | `GET /probe/notifications` | `{"standing": […], "log": […]}` |
//! | `POST /probe/notifications/press` | `{"key": …, "button": 0}` presses a button, `{"key": …}` puts it away |
//! | `GET /probe/tray`, `GET /probe/window` | what the tray and the window show |
//! | `POST /probe/desktop` | `{"browser": false}`: parts of the desktop fail from now on |
//! | `POST /probe/keychain` | `{"state": "open" \| "locked" \| "absent" \| "full"}` |
//! | `POST /probe/clock` | `{"advance_seconds": 60}` |

mod clock;
mod desktop;
mod embedded;
mod routes;
mod secrets;

use anyhow::Context;
use clap::Parser;
use clock::MovableClock;
use desktop::RecordingDesktop;
use embedded::EmbeddedBackend;
use kabinet_app::{Application, Backend, BackendAddress, Operator, Parts};
use kabinet_domain::SystemIds;
use secrets::MemorySecrets;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder of the application's files
    #[arg(long)]
    data: PathBuf,
    /// Folder of the window's built files
    #[arg(long)]
    ui: Option<PathBuf>,
    /// A backend that runs already, instead of one inside
    #[arg(long, requires = "token")]
    backend: Option<url::Url>,
    #[arg(long)]
    token: Option<String>,
    /// Where the backend inside listens
    #[arg(long, default_value = "127.0.0.1:0")]
    backend_listen: SocketAddr,
    #[arg(long, env = "KABINET_LANG", default_value = "ru")]
    language: String,
    #[arg(long, default_value = "Europe/Moscow")]
    time_zone: String,
    /// What the operator of a practice gives, as TOML
    #[arg(long, value_name = "FILE")]
    operator: Option<PathBuf>,
    /// The time to begin at, as in 2026-12-23T12:00:00Z; the clock runs on from there
    #[arg(long)]
    now: Option<chrono::DateTime<chrono::Utc>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("KABINET_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    std::fs::create_dir_all(&arguments.data).context("making the data folder")?;

    let clock = Arc::new(MovableClock::starting_at(arguments.now));
    let desktop = Arc::new(RecordingDesktop::new(arguments.language, arguments.time_zone));
    let secrets = Arc::new(MemorySecrets::default());
    let operator = arguments.operator.as_deref().map(Operator::read).unwrap_or_default();
    let (backend, shown) = match (arguments.backend, arguments.token) {
        (Some(url), Some(token)) => {
            let shown = url.to_string();
            (Backend::At(BackendAddress { url, token: token.into() }), shown)
        }
        _ => {
            let embedded = EmbeddedBackend::new(arguments.backend_listen, arguments.data.join("backend"), clock.clone())
                .of_practice(operator.clone());
            let address = embedded.start().await.context("starting the backend")?;
            (Backend::Embedded(Arc::new(embedded)), address.url.to_string())
        }
    };
    let application = Application::start(Parts {
        desktop: desktop.clone(),
        secrets: secrets.clone(),
        clock: clock.clone(),
        ids: Arc::new(SystemIds),
        data_dir: arguments.data,
        backend,
        operator,
        version: env!("CARGO_PKG_VERSION").into(),
    })
    .await;

    let listener = tokio::net::TcpListener::bind(arguments.listen).await.context("listening")?;
    let address = listener.local_addr().context("listening")?;
    announce(&format!("ready http://{address} backend {}", shown.trim_end_matches('/')));
    let host = routes::Host { application: application.clone(), desktop, secrets, clock };
    let stopped = async move {
        let _ = terminated().await;
        application.shutdown().await;
    };
    // Streams of views end with the application, so the server can wait for its last connection.
    axum::serve(listener, routes::router(host, arguments.ui)).with_graceful_shutdown(stopped).await.context("serving")
}

#[expect(clippy::print_stdout, reason = "the line that whoever started this waits for")]
fn announce(line: &str) {
    println!("{line}");
}

async fn terminated() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done,
        _ = terminate.recv() => Ok(()),
    }
}
