//! Which notifications should stand on the screen now, as a pure function of state and time, and the difference to those that do.
//!
//! The rules:
//! - One notification for a consultation, under its own key: an arrival takes the place of a reminder, a departure that of an arrival.
//! - An arrival stands while the client is there, the specialist is not, and nobody has answered it. It is quiet for the whole
//!   visit once the specialist has been inside.
//! - *Join* and *In 5 minutes* answer it for a time. It rings again when the five minutes are over, or when the specialist has not
//!   been seen inside within the time that the way into the room takes.
//! - A client who left while the arrival stood is told quietly in its place; an arrival that was wrong is taken back without a word.
//! - "Do not disturb" keeps every notification off the screen, a client's arrival too: then the tray's icon alone tells of it.
//!   What still stands when it ends is shown then.
//! - An alert rings once. An arrival that something else took off the screen (another notification daemon, the end of this program,
//!   "do not disturb") stands there again as soon as it can, without a sound; whatever waits for no answer is shown once.

use crate::attended::{Place, Visit};
use crate::desktop::{Notification, NotificationAction};
use crate::present::{Known, from_today};
use crate::record::{Consultation, Handled, Status};
use crate::state::State;
use crate::view::Privacy;
use crate::words::Words;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;

/// "In 5 minutes".
pub const SNOOZE_MINUTES: u32 = 5;

/// Between the press on *Join* and the arrival in the room lie the browser, the name page and perhaps a login.
/// The backend looks for the specialist's arrival as long.
pub(crate) const ARRIVING: Duration = Duration::seconds(90);

/// A departure is news for so long.
const DEPARTURE_NEWS: Duration = Duration::minutes(10);

/// That a room is gone is news for so long; the list says it until there is another.
const GONE_NEWS: Duration = Duration::minutes(10);

const END_WARNING: Duration = Duration::minutes(5);

/// A notification that should stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub consultation: String,
    /// What it is about: a new one rings, the same one only changes its text.
    pub alert: String,
    pub notification: Notification,
}

/// What to do on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Show(Notice),
    Withdraw { consultation: String },
}

#[must_use]
pub fn key(consultation: &str) -> String {
    format!("consultation/{consultation}")
}

/// Everything that should stand now.
#[must_use]
pub fn standing(state: &State, words: &Words, now: DateTime<Utc>) -> Vec<Notice> {
    if !state.settings().notifications || !state.disturbs(now) {
        return Vec::new();
    }
    let nobody = Handled::default();
    from_today(state, now)
        .iter()
        .filter_map(|known| {
            let handled = state.handled.get(&known.consultation.id).unwrap_or(&nobody);
            let notice = Writer { state, words, known };
            arrival(&notice, handled, now)
                .or_else(|| departure(&notice, handled, now))
                .or_else(|| end_warning(&notice, handled, now))
                .or_else(|| gone_room(&notice, handled, now))
                .or_else(|| reminder(&notice, handled, now))
        })
        .collect()
}

/// What to show and what to take back, given what stands: consultation → its notification.
#[must_use]
pub fn difference(standing: &BTreeMap<String, Notice>, handled: &BTreeMap<String, Handled>, wanted: Vec<Notice>) -> Vec<Step> {
    let mut steps: Vec<Step> = standing
        .keys()
        .filter(|consultation| !wanted.iter().any(|notice| &notice.consultation == *consultation))
        .map(|consultation| Step::Withdraw { consultation: consultation.clone() })
        .collect();
    for mut notice in wanted {
        match standing.get(&notice.consultation) {
            Some(there) if there.alert == notice.alert => {
                // Only the text changed: no second ring. The sound does not count as a change.
                notice.notification.sound = there.notification.sound;
                if there.notification != notice.notification {
                    notice.notification.sound = false;
                    steps.push(Step::Show(notice));
                }
            }
            _ => {
                let shown = handled.get(&notice.consultation).and_then(|handled| handled.shown.as_ref());
                let rang = shown == Some(&notice.alert);
                if !rang || notice.notification.urgent {
                    notice.notification.sound &= !rang;
                    steps.push(Step::Show(notice));
                } else if standing.contains_key(&notice.consultation) {
                    steps.push(Step::Withdraw { consultation: notice.consultation });
                }
            }
        }
    }
    steps
}

/// The identity of the alert for a visit. An answer whose time has passed makes another alert of it.
fn arrival_alert(visit: &Visit, handled: &Handled) -> String {
    match answered_until(handled) {
        Some(until) if until >= visit.began => format!("arrival/{}/{}", visit.id, until.timestamp()),
        _ => format!("arrival/{}", visit.id),
    }
}

/// Until when *Join* or *In 5 minutes* is answer enough.
fn answered_until(handled: &Handled) -> Option<DateTime<Utc>> {
    handled.snoozed_until.max(handled.pressed_join_at.map(|pressed| pressed + ARRIVING))
}

fn is_about_arrival(alert: &str, visit: &Visit) -> bool {
    alert
        .strip_prefix("arrival/")
        .and_then(|rest| rest.strip_prefix(&visit.id))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The specialist has dealt with this visit: is or was inside, or is on the way.
fn is_met(visit: &Visit, handled: &Handled, now: DateTime<Utc>) -> bool {
    visit.met || handled.pressed_join_at.is_some_and(|pressed| pressed + ARRIVING > now)
}

fn arrival(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let attended = &notice.known.attended;
    let visit = attended.visit.as_ref().filter(|visit| visit.ended.is_none())?;
    let client = attended.foremost()?;
    if is_met(visit, handled, now) || handled.snoozed_until.is_some_and(|until| until > now) {
        return None;
    }
    let alert = arrival_alert(visit, handled);
    if handled.answered.contains(&alert) {
        return None;
    }
    let id = &notice.known.consultation.id;
    let buttons = vec![
        (NotificationAction::Join { consultation: id.clone() }, notice.words.say("button-join", &[])),
        (
            NotificationAction::Snooze { consultation: id.clone(), minutes: SNOOZE_MINUTES },
            notice.words.say("button-snooze", &[("minutes", &SNOOZE_MINUTES.to_string())]),
        ),
    ];
    let (with_name, without) = match client.place {
        Place::Room => (notice.named("notice-in-room-named"), notice.words.say("notice-in-room", &[])),
        Place::Lobby => (notice.named("notice-in-lobby-named"), notice.words.say("notice-in-lobby", &[])),
        Place::Page => (notice.named("notice-on-page-named"), notice.words.say("notice-on-page", &[])),
    };
    let mut body = notice.planned_for();
    if visit.missed {
        body.push_str(". ");
        body.push_str(&notice.words.say("notice-missed", &[("time", &notice.time(visit.began))]));
    }
    Some(notice.write(alert, (with_name, without), body, buttons, Loudness::Urgent))
}

fn departure(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let visit = notice.known.attended.visit.as_ref()?;
    let left = visit.ended.filter(|left| *left + DEPARTURE_NEWS > now)?;
    let alert = format!("departure/{}/{}", visit.id, left.timestamp());
    // Only who was told of the arrival is told of the departure.
    let told = handled.shown.as_deref().is_some_and(|shown| shown == alert || is_about_arrival(shown, visit));
    if !told || is_met(visit, handled, now) || handled.answered.contains(&alert) {
        return None;
    }
    let left = notice.time(left);
    let name = notice.name();
    let named = notice.words.say("notice-left-named", &[("name", &name), ("time", &left)]);
    let plain = notice.words.say("notice-left", &[("time", &left)]);
    Some(notice.write(alert, (named, plain), notice.planned_for(), Vec::new(), Loudness::Quiet))
}

fn end_warning(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let consultation = notice.known.consultation;
    let ends_at = consultation.ends_at();
    let inside = notice.known.attended.specialist_inside_since.is_some();
    let alert = format!("end/{}", ends_at.timestamp());
    let due = now >= ends_at - END_WARNING && now < ends_at;
    if !notice.state.settings().warn_before_end || !inside || !due || handled.answered.contains(&alert) {
        return None;
    }
    let title = notice.words.say("notice-ends", &[("minutes", &END_WARNING.num_minutes().to_string())]);
    let body = notice.words.say("notice-ends-at", &[("time", &notice.time(ends_at))]);
    Some(notice.write(alert, (title.clone(), title), body, Vec::new(), Loudness::Quiet))
}

/// The room is not there any more. Said for some minutes, so that it keeps no reminder off the screen.
fn gone_room(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let consultation = notice.known.consultation;
    let found_at = notice.state.room_gone(consultation, now)?;
    let alert = format!("gone/{}", consultation.starts_at.timestamp());
    if consultation.starts_at <= now || found_at + GONE_NEWS <= now || handled.answered.contains(&alert) {
        return None;
    }
    let title = notice.words.say("notice-room-gone", &[("time", &notice.time(consultation.starts_at))]);
    let body = notice.words.say("notice-room-gone-body", &[]);
    Some(notice.write(alert, (title.clone(), title), body, Vec::new(), Loudness::Normal))
}

/// The reminders that are due already when a consultation is planned: whoever plans it knows.
#[must_use]
pub fn reminders_passed(consultation: &Consultation, reminders: &[u32], now: DateTime<Utc>) -> Vec<String> {
    let due = |minutes: &&u32| consultation.starts_at - Duration::minutes(i64::from(**minutes)) <= now;
    reminders.iter().filter(due).map(|minutes| reminder_alert(consultation, *minutes)).collect()
}

fn reminder_alert(consultation: &Consultation, minutes: u32) -> String {
    format!("reminder/{}/{minutes}", consultation.starts_at.timestamp())
}

fn reminder(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let consultation = notice.known.consultation;
    if consultation.status != Status::Planned || consultation.starts_at <= now || notice.known.occupied() {
        return None;
    }
    let due = |minutes: &&u32| consultation.starts_at - Duration::minutes(i64::from(**minutes)) <= now;
    let minutes = notice.state.settings().reminders.iter().filter(due).min()?;
    let alert = reminder_alert(consultation, *minutes);
    if handled.answered.contains(&alert) {
        return None;
    }
    let starts = notice.time(consultation.starts_at);
    let named = notice.words.say("notice-reminder-named", &[("name", &notice.name()), ("time", &starts)]);
    let plain = notice.words.say("notice-reminder", &[("time", &starts)]);
    let buttons =
        vec![(NotificationAction::Join { consultation: consultation.id.clone() }, notice.words.say("button-join", &[]))];
    let body = notice.words.say("notice-reminder-body", &[("minutes", &consultation.minutes.to_string())]);
    Some(notice.write(alert, (named, plain), body, buttons, Loudness::Normal))
}

#[derive(Clone, Copy, PartialEq)]
enum Loudness {
    /// Stays until answered.
    Urgent,
    Normal,
    Quiet,
}

/// Puts a notice about one consultation into words, as openly as the person chose.
struct Writer<'a> {
    state: &'a State,
    words: &'a Words,
    known: &'a Known<'a>,
}

impl Writer<'_> {
    /// A title with the client's name and one without it.
    fn write(
        &self,
        alert: String,
        (named, plain): (String, String),
        body: String,
        buttons: Vec<(NotificationAction, String)>,
        loudness: Loudness,
    ) -> Notice {
        let settings = self.state.settings();
        let privacy = if settings.hide_names && settings.privacy == Privacy::Full { Privacy::NoName } else { settings.privacy };
        let (title, body) = match privacy {
            Privacy::Full if !self.name().is_empty() => (named, body),
            Privacy::Full | Privacy::NoName => (plain, body),
            Privacy::Discreet => (self.words.say("app-name", &[]), self.words.say("notice-discreet", &[])),
        };
        let id = self.known.consultation.id.clone();
        let notification = Notification {
            key: key(&id),
            title: title.into(),
            body: body.into(),
            buttons,
            urgent: loudness == Loudness::Urgent,
            sound: settings.sound && loudness != Loudness::Quiet,
        };
        Notice { consultation: id, alert, notification }
    }

    /// As the specialist wrote it down; else as typed at the door.
    fn name(&self) -> String {
        let planned = &self.known.consultation.client;
        let at_the_door = self.known.attended.foremost().map(|client| client.name.as_str());
        if planned.is_empty() { at_the_door.unwrap_or_default().to_owned() } else { planned.clone() }
    }

    fn named(&self, key: &str) -> String {
        self.words.say(key, &[("name", &self.name())])
    }

    fn planned_for(&self) -> String {
        self.words.say("notice-planned-for", &[("time", &self.time(self.known.consultation.starts_at))])
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.state.place.zone).format("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests;
