//! Draws: the tray, the notifications, the view for windows. One task, so that what stands on the screen has one owner.

use crate::application::{Application, Save};
use crate::desktop::TrayView;
use crate::notices::{self, Notice, Step};
use crate::state::State;
use crate::tray;
use crate::view::Message;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A notification daemon that does not answer must not keep the tray from being drawn.
const DAEMON_WITHIN: Duration = Duration::from_secs(5);

/// How often the clocks are compared, and how far apart they are after a sleep.
const COMPARE_CLOCKS: Duration = Duration::from_secs(5);
const SLEPT: TimeDelta = TimeDelta::seconds(10);

pub(crate) async fn run(application: Arc<Application>) {
    let mut screen = Screen::default();
    screen.draw(&application).await;
    ask_the_desktop(&application).await;
    loop {
        let look_again = screen.draw(&application).await;
        application.end_quiet().await;
        tokio::select! {
            () = application.stop.cancelled() => break,
            () = application.changed.notified() => {}
            () = tokio::time::sleep(look_again) => ask_the_desktop(&application).await,
        }
    }
    // Buttons of a program that has ended do nothing. A slow daemon keeps nobody from quitting: the next run takes back what stands.
    let _ = tokio::time::timeout(DAEMON_WITHIN, async {
        for notice in screen.standing.into_values() {
            application.parts.desktop.withdraw(&notice.notification.key).await;
        }
    })
    .await;
}

/// Timers stand still while the computer sleeps; the clock on the wall does not.
pub(crate) async fn notice_sleep(application: Arc<Application>) {
    loop {
        let (wall, timer) = (application.now(), tokio::time::Instant::now());
        if !application.pause(COMPARE_CLOCKS).await {
            return;
        }
        let awake = TimeDelta::from_std(timer.elapsed()).unwrap_or(TimeDelta::zero());
        if application.now() - wall - awake > SLEPT {
            tracing::info!("the computer has slept");
            application.woken.send_modify(|times| *times += 1);
            application.changed.notify_one();
        }
    }
}

#[derive(Debug, Default)]
struct Screen {
    tray: Option<TrayView>,
    /// Consultation → its notification, as far as this run has shown it.
    standing: BTreeMap<String, Notice>,
}

impl Screen {
    /// Shows the present; says when to look again although nothing has changed.
    async fn draw(&mut self, application: &Arc<Application>) -> Duration {
        let words = application.words();
        let gone = std::mem::take(&mut application.look().gone);
        for consultation in gone.into_iter().filter(|gone| self.standing.contains_key(gone)).collect::<Vec<_>>() {
            // Not every daemon closes what was pressed.
            self.take(application, Step::Withdraw { consultation }).await;
        }
        let (now, steps, tray, view, look_again) = {
            let state = application.look();
            let now = application.now();
            let wanted = notices::standing(&state, &words, now);
            let steps = notices::difference(&self.standing, &state.handled, wanted);
            (now, steps, tray::tray_view(&state, &words, now), application.view_of(&state, now), look_again_at(&state, now))
        };
        for step in steps {
            self.take(application, step).await;
        }
        if self.tray.as_ref() != Some(&tray) {
            application.parts.desktop.draw_tray(tray.clone());
            self.tray = Some(tray);
        }
        application.publish(view);
        (look_again - now).to_std().unwrap_or(Duration::from_secs(1))
    }

    async fn take(&mut self, application: &Application, step: Step) {
        let desktop = &application.parts.desktop;
        match step {
            Step::Withdraw { consultation } => {
                self.standing.remove(&consultation);
                let _ = tokio::time::timeout(DAEMON_WITHIN, desktop.withdraw(&notices::key(&consultation))).await;
            }
            Step::Show(notice) => {
                let shown = tokio::time::timeout(DAEMON_WITHIN, desktop.notify(notice.notification.clone())).await;
                let problem = match shown {
                    Ok(Ok(())) => None,
                    Ok(Err(error)) => Some(error.code),
                    Err(_) => Some("no_notifications"),
                };
                if let Some(code) = problem {
                    let known = application.look().problems.contains_key("no_notifications");
                    if !known {
                        application.trouble("no_notifications", Some(crate::message(code)));
                    }
                    return;
                }
                if application.look().problems.contains_key("no_notifications") {
                    application.trouble("no_notifications", None);
                }
                // First shown, then written down: a crash in between shows it again, which is better than never.
                let id = notice.consultation.clone();
                application.look().handled.entry(id.clone()).or_default().show(notice.alert.clone());
                self.standing.insert(id.clone(), notice);
                application.save(&[Save::Handled(id)]).await;
            }
        }
    }
}

/// The system's own state, which changes without us.
pub(crate) async fn ask_the_desktop(application: &Application) {
    let desktop = &application.parts.desktop;
    let autostart = desktop.autostart().await.unwrap_or(false);
    let problems: Vec<Message> = desktop.problems().await.into_iter().map(|(code, facts)| Message { code, facts }).collect();
    let mut state = application.look();
    state.autostart = autostart;
    state.desktop_problems = problems;
}

/// The next moment at which something changes by itself: at the latest the next full minute.
fn look_again_at(state: &State, now: DateTime<Utc>) -> DateTime<Utc> {
    let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now) + TimeDelta::minutes(1);
    let of_handled = state
        .handled
        .values()
        .flat_map(|handled| [handled.snoozed_until, handled.pressed_join_at.map(|at| at + notices::ARRIVING)]);
    let of_answers = notices::next_moments(state, now).into_iter().map(Some);
    of_handled
        .chain(of_answers)
        .chain([state.kept.do_not_disturb_until])
        .flatten()
        .filter(|at| *at > now)
        .fold(minute, DateTime::min)
}
