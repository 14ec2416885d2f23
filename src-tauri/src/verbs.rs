//! The verbs a person types: they are carried to the running instance, which knows them.

use crate::control::{self, Reply, Request};
use crate::places::Places;
use crate::shell;
use kabinet_app::cli;
use kabinet_app::view::{Language, Message};
use kabinet_app::words::Words;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// Nothing runs that could answer.
const NOT_RUNNING: u8 = 3;
/// Verbs that are worth starting the application for; the others only ask about a running one.
const STARTING: [&str; 7] = ["join", "copy", "new", "hide-names", "admit", "late", "send"];
const START_TIME: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

pub fn run(words: Vec<String>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let replied = runtime.and_then(|runtime| runtime.block_on(carry(words)));
    match replied {
        Ok(reply) => print(&reply),
        Err(error) if control::is_absent(&error) => {
            print(&Reply { status: NOT_RUNNING, text: words_here().say("verb-not-running", &[]) })
        }
        Err(error) => {
            print(&Reply { status: NOT_RUNNING, text: words_here().say("verb-no-answer", &[("reason", &error.to_string())]) })
        }
    }
}

pub fn say(text: &str) -> ExitCode {
    print(&Reply { status: 0, text: text.to_owned() })
}

pub fn help() -> ExitCode {
    say(&words_here().say("verb-help", &[]))
}

/// Says why the application does not start.
pub fn complain(code: &str, facts: &[(&str, &str)]) -> ExitCode {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let text = words_here().tell(&Message { code: code.to_owned(), facts });
    tracing::error!(code, "the application does not start");
    print(&Reply { status: 1, text })
}

/// The words of the system's language: what a person chose is known to the running instance alone.
#[must_use]
pub fn words_here() -> Words {
    Words::new(Language::System, &shell::system_language())
}

async fn carry(words: Vec<String>) -> io::Result<Reply> {
    let socket = Places::of_this_person().socket();
    let starts = words.first().is_some_and(|verb| STARTING.contains(&verb.as_str()));
    let request = Request { words };
    match control::ask(&socket, &request).await {
        Err(error) if control::is_absent(&error) => {
            // What is not understood needs nobody to say so.
            if let Some(refused) = cli::refusal(&request.words, &words_here()) {
                return Ok(Reply { status: refused.status, text: refused.text });
            }
            if !starts {
                return Err(error);
            }
        }
        answered => return answered,
    }
    let mut application = start_in_tray()?;
    let deadline = tokio::time::Instant::now() + START_TIME;
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        match control::ask(&socket, &request).await {
            Err(error) if control::is_absent(&error) && tokio::time::Instant::now() < deadline => {}
            answered => return answered,
        }
        if let Some(ended) = application.try_wait()?
            && !ended.success()
        {
            let mut complaint = String::new();
            application.stderr.take().map(|mut stderr| stderr.read_to_string(&mut complaint)).transpose()?;
            return Ok(Reply { status: 1, text: complaint });
        }
    }
}

/// Outlives this process: its output goes nowhere, so that nobody waits for its end, and Ctrl-C is not for it.
fn start_in_tray() -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--hidden").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// Words to the standard output, complaints to the error output.
fn print(reply: &Reply) -> ExitCode {
    let text = reply.text.trim_end();
    // A reader that went away (`kabinet list | head -1`) is no reason to fail.
    let _ = if reply.status == 0 { writeln!(io::stdout(), "{text}") } else { writeln!(io::stderr(), "{text}") };
    ExitCode::from(reply.status)
}
