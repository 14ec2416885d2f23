//! The shell of Kabinet: a tray, a window, notifications, the keychain. All that is decided is decided in `kabinet_app`.

mod arguments;
mod autostart;
mod clipboard;
mod commands;
mod control;
mod downloads;
mod embedded;
mod keychain;
mod life;
mod log;
mod notifications;
mod opener;
mod places;
mod problems;
mod shell;
mod start;
mod system;
mod tray;
mod verbs;
mod windows;

use arguments::Arguments;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match arguments::read(words) {
        Arguments::Application { hidden, link } => start::run(hidden, link),
        Arguments::Verb(words) => verbs::run(words),
        Arguments::Version => verbs::say(concat!("kabinet ", env!("CARGO_PKG_VERSION"))),
        Arguments::Help => verbs::help(),
    }
}
