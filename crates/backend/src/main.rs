//! `kabinet-backend`: the event backend on its own.

mod cli;

use clap::Parser;

fn main() -> std::process::ExitCode {
    cli::run(cli::Arguments::parse())
}
