//! The verbs of the shell: `kabinet join next` and the like. The binary carries the words here and the answer back.

mod doctor;

use crate::application::Application;
use crate::command::{BroadcastWishes, CommandError, ConsultationDraft, RoomWishes, SentHow};
use crate::notices::SNOOZE_MINUTES;
use crate::present;
use crate::record::Consultation;
use crate::view::{ConsultationStatus, ConsultationView, FeedState};
use crate::words::Words;
use chrono::Timelike;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum};
use kabinet_domain::provider::{Capabilities, Rooms};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// What a verb says, and the status that the process ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    pub text: String,
    pub status: u8,
}

/// How long a verb waits for an application that was started a moment ago.
const START_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, Parser)]
#[command(name = "kabinet", about = "Kabinet, the consulting room in the tray", disable_version_flag = true)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Open a room in the browser
    Join(Which),
    /// Copy the client's link
    Copy(Which),
    /// Let the waiting client in from their page
    Admit(Which),
    /// Say that one comes in so many minutes
    Late(Late),
    /// Send the client's link by the client's channel
    Send(Which),
    /// Make a consultation and copy its link
    New(New),
    /// Show the consultations from today on
    List {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Keep clients' names off the screen
    HideNames { switch: OnOff },
    /// Check what the application depends on
    Doctor,
}

#[derive(Debug, Args)]
struct Which {
    /// `next`, or the id of a consultation
    #[arg(default_value = "next")]
    consultation: String,
}

#[derive(Debug, Args)]
struct Late {
    /// `next`, or the id of a consultation
    #[arg(default_value = "next")]
    consultation: String,
    #[arg(default_value_t = SNOOZE_MINUTES)]
    minutes: u32,
}

#[derive(Debug, Args)]
struct New {
    /// Where the room is to be; the first that is connected when absent
    #[arg(long)]
    provider: Option<String>,
    /// Local time, as in 15:30; the next full five minutes when absent
    #[arg(long)]
    at: Option<String>,
    /// As in 2026-12-23; today when absent
    #[arg(long)]
    date: Option<String>,
    /// How long it is planned to last
    #[arg(long)]
    minutes: Option<u32>,
    #[arg(long, default_value = "")]
    client: String,
    /// A link to use instead of a new room
    #[arg(long)]
    link: Option<String>,
    /// Makes a broadcast of that title, where the provider has such a thing
    #[arg(long)]
    title: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnOff {
    On,
    Off,
}

/// What is wrong with these words, or the help they ask for; nothing when they can be done.
#[must_use]
pub fn refusal(words: &[String], speak: &Words) -> Option<Spoken> {
    read(words).err().map(|error| not_understood(&error, speak))
}

fn read(words: &[String]) -> Result<Line, clap::Error> {
    Line::try_parse_from(std::iter::once("kabinet").chain(words.iter().map(String::as_str)))
}

/// In the person's language, which clap does not speak.
fn not_understood(error: &clap::Error, speak: &Words) -> Spoken {
    let help = speak.say("verb-help", &[]);
    if error.kind() == ErrorKind::DisplayHelp {
        return Spoken { text: help, status: 0 };
    }
    let told = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        Some(ContextValue::Strings(words)) => Some(words.join(", ")),
        _ => None,
    };
    let value = told(ContextKind::InvalidValue).filter(|value| !value.is_empty());
    let word = told(ContextKind::InvalidSubcommand).or_else(|| told(ContextKind::InvalidArg));
    let complaint = match (error.kind(), value.or(word)) {
        (ErrorKind::MissingRequiredArgument, Some(word)) => speak.say("verb-missing", &[("word", &word)]),
        (_, Some(word)) => speak.say("verb-not-understood", &[("word", &word)]),
        (_, None) => return Spoken { text: help, status: 2 },
    };
    Spoken { text: format!("{complaint}\n\n{help}"), status: 2 }
}

impl Application {
    /// Does what was typed after the program's name.
    pub async fn shell_verb(self: &Arc<Self>, words: &[String]) -> Spoken {
        let line = match read(words) {
            Ok(line) => line,
            Err(error) => return not_understood(&error, &self.words()),
        };
        self.found_everything().await;
        let done = match line.verb {
            Verb::Join(which) => self.say_join(&which.consultation).await,
            Verb::Copy(which) => self.say_copy(&which.consultation).await,
            Verb::Admit(which) => self.say_admit(&which.consultation).await,
            Verb::Late(late) => self.say_late(&late).await,
            Verb::Send(which) => self.say_send(&which.consultation).await,
            Verb::New(new) => self.say_new(new).await,
            Verb::List { json } => Ok(self.say_list(json)),
            Verb::HideNames { switch } => self.say_hide_names(matches!(switch, OnOff::On)).await,
            Verb::Doctor => return self.say_doctor().await,
        };
        match done {
            Ok(text) => Spoken { text, status: 0 },
            Err(error) => Spoken { text: self.words().tell(&error.message), status: 1 },
        }
    }

    /// Returns when the store has been read and the backend asked: before, there is nothing to speak of.
    async fn found_everything(&self) {
        let (mut opened, mut views) = (self.opened.subscribe(), self.subscribe());
        let found = async {
            // Both end with the application alone.
            let _ = opened.wait_for(|opened| *opened).await;
            let _ = views.wait_for(|view| view.feed.state != FeedState::Connecting).await;
        };
        // A keychain may wait for its owner's password.
        let _ = tokio::time::timeout(START_WITHIN, found).await;
    }

    async fn say_join(self: &Arc<Self>, which: &str) -> Result<String, CommandError> {
        let consultation = self.meant(which)?;
        let note = self.join_room(&consultation.id).await?;
        let words = self.words();
        let joined = words.say("verb-joined", &[("time", &self.time_of(&consultation))]);
        Ok(note.map_or(joined.clone(), |note| format!("{joined}\n{}", words.tell(&note))))
    }

    async fn say_copy(&self, which: &str) -> Result<String, CommandError> {
        let consultation = self.meant(which)?;
        self.copy_client_link(&consultation.id).await?;
        Ok(self.words().say("verb-copied", &[("time", &self.time_of(&consultation))]))
    }

    async fn say_admit(&self, which: &str) -> Result<String, CommandError> {
        let consultation = self.meant(which)?;
        self.admit_client(&consultation.id).await?;
        Ok(self.words().say("verb-admitted", &[("time", &self.time_of(&consultation))]))
    }

    async fn say_late(&self, late: &Late) -> Result<String, CommandError> {
        let consultation = self.meant(&late.consultation)?;
        self.snooze_alert(&consultation.id, late.minutes).await?;
        let minutes = late.minutes.to_string();
        Ok(self.words().say("verb-late", &[("time", &self.time_of(&consultation)), ("minutes", &minutes)]))
    }

    async fn say_send(&self, which: &str) -> Result<String, CommandError> {
        let consultation = self.meant(which)?;
        let sent = self.hand_link_over(&consultation.id, None).await?;
        let (words, time) = (self.words(), self.time_of(&consultation));
        Ok(match sent.how {
            SentHow::Handed => words.say("verb-sent-handed", &[("time", &time)]),
            SentHow::Opened => words.say("verb-sent-opened", &[("time", &time)]),
            SentHow::Copied => words.say("verb-sent-copied", &[("time", &time)]),
        })
    }

    async fn say_new(self: &Arc<Self>, new: New) -> Result<String, CommandError> {
        let (zone, minutes, connected) = {
            let state = self.look();
            // A broadcast is made where there are any; everything else where nobody need be asked.
            let broadcast = new.title.is_some();
            let mut made = state.place.providers.iter().filter(|provider| {
                let Capabilities { rooms, broadcasts, .. } = provider.capabilities;
                if broadcast { broadcasts } else { rooms == Rooms::ByName }
            });
            let connected = made.clone().find(|provider| state.is_connected(provider.id)).or_else(|| made.next());
            (
                state.place.zone,
                state.settings().default_minutes,
                connected.map(|provider| provider.id.to_owned()).unwrap_or_default(),
            )
        };
        let soon = {
            let now = self.now().with_timezone(&zone);
            let past = i64::from(now.minute() % 5);
            now + chrono::Duration::minutes(if past == 0 { 0 } else { 5 - past })
        };
        let draft = ConsultationDraft {
            client: new.client,
            date: new.date.unwrap_or_else(|| soon.format("%Y-%m-%d").to_string()),
            time: new.at.unwrap_or_else(|| soon.format("%H:%M").to_string()),
            minutes: new.minutes.unwrap_or(minutes),
            time_zone: None,
            provider: new.provider.unwrap_or(connected),
            link: new.link,
            note: String::new(),
            room: new.title.map(|title| RoomWishes {
                broadcast: Some(BroadcastWishes { title, ..BroadcastWishes::default() }),
                ..RoomWishes::default()
            }),
            calendar: None,
            another_client: false,
            client_side: None,
        };
        let made = self.make(draft).await?;
        let starts_at = made.starts_at.with_timezone(&zone);
        let (day, time) = (starts_at.format("%Y-%m-%d").to_string(), starts_at.format("%H:%M").to_string());
        let words = self.words();
        let mut said = format!("{}\n{}", words.say("verb-made", &[("day", &day), ("time", &time)]), shown_link(&words, &made));
        if let Some(link) = made.made.and_then(|made| made.broadcast).and_then(|broadcast| broadcast.watch_link) {
            write!(said, "\n{}\n{link}", words.say("verb-made-watch", &[])).expect("a string takes everything");
        }
        Ok(said)
    }

    fn say_list(&self, json: bool) -> String {
        let view = self.view();
        let mut all: Vec<&ConsultationView> = view.hero.iter().chain(view.groups.iter().flat_map(|group| &group.items)).collect();
        all.sort_by_key(|one| (one.starts_at, one.id.clone()));
        if json {
            return serde_json::to_string_pretty(&all).expect("views are plain data");
        }
        let (words, zone) = (self.words(), self.look().place.zone);
        if all.is_empty() {
            return words.say("verb-nothing", &[]);
        }
        let line = |one: &&ConsultationView| {
            let client = one.client.clone().unwrap_or_else(|| words.say("verb-hidden-client", &[]));
            let mut line =
                format!("{}  {client}  {}", one.starts_at.with_timezone(&zone).format("%Y-%m-%d %H:%M"), shown_link(&words, one));
            if one.status == ConsultationStatus::Cancelled {
                write!(line, "  {}", words.say("verb-cancelled", &[])).expect("a string takes everything");
            }
            line
        };
        all.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    async fn say_hide_names(&self, on: bool) -> Result<String, CommandError> {
        self.hide_names(on).await?;
        Ok(self.words().say(if on { "verb-names-hidden" } else { "verb-names-shown" }, &[]))
    }

    /// The consultation that `next` means: the one to show large, else the first that lies ahead.
    fn meant(&self, which: &str) -> Result<Consultation, CommandError> {
        if which != "next" {
            return self.known_consultation(which).map_err(|_| crate::commands::refuse("no_consultation_of_that_id"));
        }
        let (state, now) = (self.look(), self.now());
        let known = present::from_today(&state, now);
        let next = present::hero(&state, &known, now).or_else(|| known.iter().find(|one| one.open(now)));
        next.map(|next| next.consultation.clone()).ok_or_else(|| crate::commands::refuse("nothing_next"))
    }

    fn time_of(&self, consultation: &Consultation) -> String {
        consultation.starts_at.with_timezone(&self.look().place.zone).format("%H:%M").to_string()
    }
}

/// The client's link, as far as it may be looked at.
fn shown_link(words: &Words, view: &ConsultationView) -> String {
    let room = || if view.link_hidden { words.say("verb-hidden-link", &[]) } else { view.link.clone() };
    view.page_link.clone().unwrap_or_else(room)
}
