//! How the specialist is reached away from this computer, and the key that names are read with.

use super::client_side::refused;
use super::{refuse, refuse_field};
use crate::application::{Application, Save};
use crate::command::{CommandError, NamesKey, Nothing, ReachDraft, Switch};
use crate::line::{self, Line, LineError};
use chrono::NaiveTime;
use kabinet_api::ReachJson;
use kabinet_domain::Sensitive;
use std::sync::Arc;
use url::Url;

const AFTER_SECONDS: std::ops::RangeInclusive<u32> = 10..=900;

/// What a link that binds a chat begins with: anything else is not opened.
const TELEGRAM: &str = "https://t.me/";

impl Application {
    pub(super) async fn save_reach(self: &Arc<Self>, draft: ReachDraft) -> Result<Nothing, CommandError> {
        if !AFTER_SECONDS.contains(&draft.after_seconds) {
            return Err(refuse_field("bad_after_seconds", "after_seconds"));
        }
        let hour =
            |typed: Option<String>, field| match typed.map(|typed| typed.trim().to_owned()).filter(|typed| !typed.is_empty()) {
                Some(typed) => match NaiveTime::parse_from_str(&typed, "%H:%M") {
                    Ok(time) => Ok(Some(time.format("%H:%M").to_string())),
                    Err(_) => Err(refuse_field("bad_time", field)),
                },
                None => Ok(None),
            };
        let (from, to) = (hour(draft.quiet_from, "quiet_from")?, hour(draft.quiet_to, "quiet_to")?);
        if from.is_some() != to.is_some() {
            return Err(refuse_field("quiet_hours_half", if from.is_some() { "quiet_to" } else { "quiet_from" }));
        }
        let line = self.connected()?;
        let zone = self.look().place.zone.name().to_owned();
        let changed = self.change_reach(&line, |reach| ReachJson {
            after_seconds: draft.after_seconds,
            quiet_from: from,
            quiet_to: to,
            timezone: Some(zone),
            quiet_even_clients: draft.quiet_even_clients,
            ..reach
        });
        changed.await.map_err(|error| refused(&error))?;
        Ok(Nothing {})
    }

    pub(super) async fn bind_telegram(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        let line = self.connected()?;
        let link = line.bind_telegram().await.map_err(|error| refused(&error))?;
        // A backend on this computer may be led to a stand-in on it.
        let stands_in = line::is_loopback(line.url()) && Url::parse(&link.link).is_ok_and(|url| line::is_loopback(&url));
        if !link.link.starts_with(TELEGRAM) && !stands_in {
            return Err(refuse("backend_unexpected"));
        }
        self.parts.desktop.open_address(&Sensitive::new(link.link)).await?;
        self.hear(&line, |state| state.binding_until = Some(link.expires_at));
        Ok(Nothing {})
    }

    /// Off: the chat that waits is somebody else's, and is let go.
    pub(super) async fn confirm_telegram(self: &Arc<Self>, switch: Switch) -> Result<Nothing, CommandError> {
        let line = self.connected()?;
        let done = if switch.on { line.confirm_telegram().await } else { line.refuse_telegram().await };
        done.map_err(|error| refused(&error))?;
        self.ask_reach(&line).await;
        Ok(Nothing {})
    }

    pub(super) async fn unbind_telegram(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        let line = self.connected()?;
        line.unbind_telegram().await.map_err(|error| refused(&error))?;
        self.ask_reach(&line).await;
        Ok(Nothing {})
    }

    pub(super) async fn names_key(self: &Arc<Self>, _: Nothing) -> Result<NamesKey, CommandError> {
        let key = self.names_key_text().await?.ok_or_else(|| refuse("no_names_key"))?;
        Ok(NamesKey { text: key.into_inner() })
    }

    pub(super) async fn enter_names_key(self: &Arc<Self>, key: NamesKey) -> Result<Nothing, CommandError> {
        let line = self.connected()?;
        if !self.take_names_key(&key.text.into(), &line).await? {
            return Err(refuse_field("not_a_names_key", "text"));
        }
        Ok(Nothing {})
    }

    fn connected(&self) -> Result<Line, CommandError> {
        self.line().ok_or_else(|| refuse("needs_connection"))
    }

    /// Changes what is meant and nothing else: another desktop may have changed the rest.
    async fn change_reach(&self, line: &Line, change: impl FnOnce(ReachJson) -> ReachJson) -> Result<(), LineError> {
        let _one = self.asking_reach.lock().await;
        let reach = change(line.reach().await?);
        line.put_reach(&line::reach_body(reach.clone())).await?;
        self.keep_reach(line, Some(&reach)).await;
        Ok(())
    }

    /// Asks how the specialist is reached. A backend that cannot say is no reason to complain; one that cannot say now is asked later.
    pub(crate) async fn ask_reach(&self, line: &Line) {
        let _one = self.asking_reach.lock().await;
        self.hear(line, |state| state.reach_unread = false);
        match line.reach().await {
            Ok(reach) => self.keep_reach(line, Some(&reach)).await,
            Err(LineError::NotFound) => self.keep_reach(line, None).await,
            Err(error) => {
                tracing::info!(error = &error as &dyn std::error::Error, "how the specialist is reached is not known");
                if matches!(error, LineError::Unreachable(_) | LineError::Busy { .. } | LineError::Unexpected(_)) {
                    self.hear(line, |state| state.reach_unread = true);
                }
            }
        }
    }

    /// Reads what could not be read when it was told; `false` when another attempt may help.
    pub(crate) async fn read_unread(&self, line: &Line) -> bool {
        if self.look().reach_unread {
            self.ask_reach(line).await;
        }
        if let Err(error) = self.reread(line).await {
            tracing::info!(error = &error as &dyn std::error::Error, "what has changed is read later");
            return false;
        }
        !self.look().reach_unread
    }

    /// The same beside whatever else is done.
    pub(crate) fn ask_reach_soon(self: &Arc<Self>, line: &Line) {
        let (application, line) = (self.clone(), line.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = application.stop.cancelled() => {}
                () = application.ask_reach(&line) => {}
            }
            if application.look().reach_unread {
                application.outgoing.notify_one();
            }
        });
    }

    async fn keep_reach(&self, line: &Line, reach: Option<&ReachJson>) {
        let reach = reach.map(line::reach);
        let changed = self.hear(line, |state| {
            if reach.as_ref().is_some_and(|reach| reach.telegram.is_some()) {
                state.binding_until = None;
            }
            let changed = state.reach != reach;
            state.reach = reach;
            changed
        });
        if changed {
            self.save(&[Save::Reach]).await;
        }
    }

    /// Asks whom the backend takes us for, and what it says of its practice.
    pub(crate) async fn ask_practice(&self, line: &Line) -> Result<(), LineError> {
        let _one = self.asking_practice.lock().await;
        let user = line.current_user().await?;
        let practice = Some(line::practice(user.practice));
        let changed = self.hear(line, |state| {
            state.specialist_id = user.id.map(|id| id.to_string());
            let changed = state.practice != practice;
            state.practice = practice;
            changed
        });
        if changed {
            self.save(&[Save::Practice]).await;
        }
        Ok(())
    }

    /// The same beside whatever else is done.
    pub(crate) fn ask_practice_soon(self: &Arc<Self>, line: &Line) {
        let (application, line) = (self.clone(), line.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = application.stop.cancelled() => {}
                asked = application.ask_practice(&line) => if let Err(error) = asked {
                    tracing::info!(error = &error as &dyn std::error::Error, "what the practice is like by now is not known");
                }
            }
        });
    }

    /// "Do not disturb" of everything is over by its time: what is kept of it is tidied up, here and there.
    pub(crate) async fn end_quiet(&self) {
        let now = self.now();
        let over = {
            let kept = &mut self.look().kept;
            let over = kept.do_not_disturb_everything && kept.do_not_disturb_until.is_none_or(|until| until <= now);
            if over {
                (kept.do_not_disturb_until, kept.do_not_disturb_everything) = (None, false);
                kept.do_not_disturb_untold = true;
            }
            over
        };
        if over {
            self.outgoing.notify_one();
            // What is not kept now is noticed again at the next start.
            let _ = self.save_kept().await;
        }
    }

    /// Tells the backend of "do not disturb", so that messengers know it too; `false` when another attempt may help.
    pub(crate) async fn tell_quiet(&self, line: &Line) -> bool {
        let (untold, until, everything) = {
            let kept = &self.look().kept;
            (kept.do_not_disturb_untold, kept.do_not_disturb_until, kept.do_not_disturb_everything)
        };
        if !untold {
            return true;
        }
        let now = self.now();
        let told = self
            .change_reach(line, |reach| ReachJson {
                quiet_until: until.filter(|until| *until > now),
                quiet_until_even_clients: everything && until.is_some_and(|until| until > now),
                ..reach
            })
            .await;
        match told {
            Err(error @ (LineError::Unreachable(_) | LineError::Busy { .. } | LineError::Refused)) => {
                tracing::info!(error = &error as &dyn std::error::Error, "the backend hears of do not disturb later");
                return false;
            }
            Err(error) => tracing::info!(error = &error as &dyn std::error::Error, "the backend does not take do not disturb"),
            Ok(()) => {}
        }
        let done = self.hear(line, |state| {
            let same = (state.kept.do_not_disturb_until, state.kept.do_not_disturb_everything) == (until, everything);
            if same {
                state.kept.do_not_disturb_untold = false;
            }
            same
        });
        if done {
            // Told again after a restart it does no harm.
            let _ = self.save_kept().await;
        }
        done
    }
}
