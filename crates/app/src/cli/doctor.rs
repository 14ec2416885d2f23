//! `kabinet doctor`: every hop from here to the backend, and what this computer lacks.

use super::Spoken;
use crate::application::Application;
use crate::view::{AppView, FeedState, Message};
use crate::words::Words;
use std::fmt::Write;
use std::sync::Arc;

impl Application {
    /// Every hop from here to the backend, and what this computer lacks.
    pub(super) async fn say_doctor(self: &Arc<Self>) -> Spoken {
        let words = self.words();
        let mut report = Report { words: &words, text: String::new(), broken: false };
        let view: AppView = self.view();
        report.line("doctor-version", &view.version);
        match self.backend_answers().await {
            Ok(took) => {
                let time = words.say("doctor-milliseconds", &[("time", &took.as_millis().to_string())]);
                report.line("doctor-backend", &format!("{} ({}, {time})", words.say("doctor-works", &[]), view.feed.address));
            }
            Err(error) => report.broken("doctor-backend", &words.tell(&error.message)),
        }
        let feed = match view.feed.state {
            FeedState::Live => words.say("doctor-feed-live", &[]),
            FeedState::Polling => words.say("doctor-feed-polling", &[]),
            FeedState::Connecting => words.say("doctor-feed-connecting", &[]),
            FeedState::Offline => words.say("doctor-feed-offline", &[]),
            FeedState::Refused => words.say("doctor-feed-refused", &[]),
        };
        if matches!(view.feed.state, FeedState::Live | FeedState::Polling) {
            report.line("doctor-feed", &feed);
        } else {
            report.broken("doctor-feed", &feed);
        }
        self.say_reports(&mut report).await;
        match self.look_for_secrets().await {
            Ok(()) => report.line("doctor-keychain", &words.say("doctor-works", &[])),
            Err(message) => report.broken("doctor-keychain", &words.tell(&message)),
        }
        if self.store.lock().await.is_some() {
            report.line("doctor-store", &words.say("doctor-works", &[]));
        } else {
            report.broken("doctor-store", &words.say("doctor-broken", &[]));
        }
        for connection in &view.connections {
            let known = view.providers.iter().find(|provider| provider.id == connection.provider);
            let name = known.map_or("", |provider| provider.name.as_str());
            match self.check_one(&connection.provider).await {
                Ok(None) => report.plain(name, &words.say("doctor-works", &[])),
                Ok(Some(message)) => report.plain_broken(name, &words.tell(&message)),
                Err(error) => report.plain_broken(name, &words.tell(&error.message)),
            }
        }
        for (code, facts) in self.parts.desktop.problems().await {
            report.plain_broken("", &words.tell(&Message { code, facts }));
        }
        if !report.broken {
            report.text.push_str(&words.say("doctor-all-well", &[]));
        }
        Spoken { status: u8::from(report.broken), text: report.text.trim_end().to_owned() }
    }

    /// Whether the servers of the rooms report. None ever having done so is no fault: there may be none that can.
    async fn say_reports(&self, report: &mut Report<'_>) {
        let Some(line) = self.line() else { return };
        // A backend that does not answer has its line already.
        let Ok(health) = line.health().await else { return };
        let words = report.words;
        if health.sources.is_empty() {
            report.line("doctor-reports", &words.say("doctor-reports-none", &[]));
        }
        for source in health.sources {
            let minutes = (source.age_seconds / 60).to_string();
            let facts = [("source", source.source.as_str()), ("minutes", minutes.as_str())];
            if source.silent {
                report.broken("doctor-reports", &words.say("doctor-reports-silent", &facts));
            } else {
                report.line("doctor-reports", &words.say("doctor-reports-last", &facts));
            }
        }
    }
}

struct Report<'a> {
    words: &'a Words,
    text: String,
    broken: bool,
}

impl Report<'_> {
    fn line(&mut self, key: &str, state: &str) {
        let name = self.words.say(key, &[]);
        self.plain(&name, state);
    }

    fn broken(&mut self, key: &str, state: &str) {
        let name = self.words.say(key, &[]);
        self.plain_broken(&name, state);
    }

    fn plain(&mut self, name: &str, state: &str) {
        writeln!(self.text, "✓ {name}: {state}").expect("a string takes everything");
    }

    fn plain_broken(&mut self, name: &str, state: &str) {
        self.broken = true;
        let colon = if name.is_empty() { "" } else { ": " };
        writeln!(self.text, "✗ {name}{colon}{state}").expect("a string takes everything");
    }
}
