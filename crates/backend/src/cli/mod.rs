//! The verbs.

mod serve;
mod specialist;

use clap::{Parser, Subcommand};
use kabinet_backend::{Config, Error, Overrides};
use std::path::PathBuf;
use std::process::ExitCode;

/// The event backend of Kabinet: webhooks in, one durable log, feeds out.
#[derive(Debug, Parser)]
#[command(name = "kabinet-backend", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run until told to stop; prints one line when ready.
    Serve(serve::Serve),
    /// People and their devices; works while the backend is running.
    #[command(subcommand)]
    Specialist(specialist::Specialist),
    /// Print the commented default configuration.
    Defaults,
    /// Print the OpenAPI document.
    Openapi,
}

/// Where the configuration is.
#[derive(Debug, clap::Args)]
struct Source {
    /// The operator's file, over the defaults and under `KABINET_*`.
    #[arg(long, value_name = "FILE", env = "KABINET_CONFIG")]
    config: Option<PathBuf>,
    /// The folder of the database.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Source {
    fn read(self, listen: Option<String>, base_path: Option<String>) -> Result<Config, Error> {
        Config::read(self.config.as_deref(), &Overrides { listen, data: self.data, base_path })
    }
}

pub fn run(arguments: Arguments) -> ExitCode {
    let outcome = match arguments.verb {
        Verb::Serve(serve) => serve.run(),
        Verb::Specialist(specialist) => specialist.run(),
        Verb::Defaults => print(kabinet_backend::DEFAULTS.trim_end()),
        Verb::Openapi => kabinet_backend::openapi().to_pretty_json().map_err(Into::into).and_then(|json| print(&json)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is where a person reads it")]
fn complain(error: &anyhow::Error) {
    eprintln!("kabinet-backend: {error:#}");
}

/// A closed pipe is no failure of ours to explain.
fn print(line: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
