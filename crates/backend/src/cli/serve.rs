//! `serve`.

use super::{Source, print};
use anyhow::Context;
use clap::Args;
use kabinet_backend::{Backend, Config, LogFormat};
use tracing_subscriber::EnvFilter;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    source: Source,
    /// Where to listen: 127.0.0.1:8787; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Put before every route, when a proxy does not strip it: /worker.
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
}

impl Serve {
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.source.read(self.listen, self.base_path)?;
        log_to_stderr(&config)?;
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")?
            .block_on(serve(config))
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let mut stop = StopSignals::install()?;
    let running = Backend::start(config).await?;
    print(&format!("ready {}", running.url()))?;
    tracing::info!(address = %running.address, "ready");
    stop.wait().await;
    tracing::info!("going down");
    running.shutdown().await;
    Ok(())
}

fn log_to_stderr(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("the setting `log` is neither a level nor directives")?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// The ways in which a system asks a program to end.
struct StopSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn install() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl StopSignals {
    fn install() -> anyhow::Result<Self> {
        Ok(Self {})
    }

    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
