//! A client is there, has said something about waiting, or has gone again.

use super::writer::{Loudness, Writer};
use super::{ARRIVING, Notice};
use crate::attended::{Attended, Place, Visit};
use crate::client_side;
use crate::desktop::NotificationAction;
use crate::present::Known;
use crate::record::Handled;
use crate::view::AlertAnswerKind;
use chrono::{DateTime, Duration, Utc};
use kabinet_domain::SpecialistAnswer;

/// A departure is news for so long.
const DEPARTURE_NEWS: Duration = Duration::minutes(10);

/// So is that somebody cannot wait.
const CANNOT_WAIT_NEWS: Duration = Duration::minutes(10);

/// The identity of the alert for a visit. An answer whose time has passed makes another alert of it.
fn arrival_alert(visit: &Visit, attended: &Attended, handled: &Handled) -> String {
    match answered_until(attended, handled) {
        Some(until) if until >= visit.began => format!("arrival/{}/{}", visit.id, until.timestamp()),
        _ => format!("arrival/{}", visit.id),
    }
}

/// Until when the last answer is answer enough. A press on *Join* takes the place of what was said before it.
pub(super) fn answered_until(attended: &Attended, handled: &Handled) -> Option<DateTime<Utc>> {
    let said = client_side::said(attended).filter(|said| handled.pressed_join_at.is_none_or(|pressed| pressed <= said.at));
    // *Join* says "coming" to everybody else; here it is no more than itself.
    let by_joining = |said: DateTime<Utc>| handled.pressed_join_at.is_some_and(|pressed| said < pressed + ARRIVING);
    let elsewhere = said.and_then(|said| match said.answer {
        AlertAnswerKind::Coming if by_joining(said.at) => None,
        AlertAnswerKind::Coming => Some(SpecialistAnswer::Coming.holds_until(said.at)),
        AlertAnswerKind::Late => said.until,
        // Its time is the visit's.
        AlertAnswerKind::Cannot => None,
    });
    let joining = handled.pressed_join_at.map(|at| at + ARRIVING);
    let coming = handled.coming_at.map(|at| SpecialistAnswer::Coming.holds_until(at));
    handled.snoozed_until.max(joining).max(coming).max(elsewhere)
}

/// The identity of "I can't" for a visit, among what was answered.
#[must_use]
pub fn cannot(visit: &str) -> String {
    format!("cannot/{visit}")
}

/// The specialist has said that this visit cannot be met now.
fn is_declined(visit: &Visit, attended: &Attended, handled: &Handled, now: DateTime<Utc>) -> bool {
    let holds = |said: DateTime<Utc>| said >= visit.began && now < SpecialistAnswer::Cannot.holds_until(said);
    let said = client_side::said(attended).is_some_and(|said| said.answer == AlertAnswerKind::Cannot && holds(said.at));
    said || handled.answered.contains(&cannot(&visit.id))
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

pub(super) fn arrival(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let attended = &notice.known.attended;
    let visit = attended.visit.as_ref().filter(|visit| visit.ended.is_none())?;
    let client = attended.foremost()?;
    let silenced = answered_until(attended, handled).is_some_and(|until| until > now);
    if is_met(visit, handled, now) || silenced || is_declined(visit, attended, handled, now) {
        return None;
    }
    let alert = arrival_alert(visit, attended, handled);
    if handled.answered.contains(&alert) {
        return None;
    }
    let first = way_in(notice, now);
    // Most daemons show three.
    let buttons = [Some(first), Some(notice.snooze()), notice.message()].into_iter().flatten().collect();
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
    if let Some(late) = client_side::late(notice.known.consultation, attended, now) {
        body.push_str(". ");
        body.push_str(&notice.words.say("notice-says-late", &[("minutes", &late.minutes.to_string())]));
    }
    Some(notice.write(alert, (with_name, without), body, buttons, Loudness::Urgent))
}

/// Who waits before a closed door is let in, anybody else is joined.
fn way_in(notice: &Writer<'_>, now: DateTime<Utc>) -> (NotificationAction, String) {
    let Known { consultation, attended } = notice.known;
    if client_side::waits_to_be_let_in(consultation, attended, now) { notice.admit() } else { notice.join() }
}

/// The client was told to wait, and cannot.
pub(super) fn cannot_wait(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let attended = &notice.known.attended;
    let said = client_side::said(attended)?;
    let (event, can_wait) = client_side::client_answered(attended, &said)?;
    let alert = format!("cannot-wait/{}", event.id);
    let news = !can_wait && event.at + CANNOT_WAIT_NEWS > now && attended.specialist_inside_since.is_none();
    if !news || handled.answered.contains(&alert) || handled.pressed_join_at.is_some_and(|pressed| pressed >= event.at) {
        return None;
    }
    let titles = (notice.named("notice-cannot-wait-named"), notice.words.say("notice-cannot-wait", &[]));
    let buttons = [Some(way_in(notice, now)), notice.message()].into_iter().flatten().collect();
    Some(notice.write(alert, titles, notice.planned_for(), buttons, Loudness::Normal))
}

pub(super) fn departure(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let visit = notice.known.attended.visit.as_ref()?;
    let left = visit.ended.filter(|left| *left + DEPARTURE_NEWS > now && !visit.moved)?;
    let alert = format!("departure/{}/{}", visit.id, left.timestamp());
    // Only who was told of the arrival is told of the departure.
    let told = handled.alerts_shown().any(|shown| shown == alert || is_about_arrival(shown, visit));
    let declined = is_declined(visit, &notice.known.attended, handled, now);
    if !told || declined || is_met(visit, handled, now) || handled.answered.contains(&alert) {
        return None;
    }
    let left = notice.time(left);
    let name = notice.name();
    let named = notice.words.say("notice-left-named", &[("name", &name), ("time", &left)]);
    let plain = notice.words.say("notice-left", &[("time", &left)]);
    Some(notice.write(alert, (named, plain), notice.planned_for(), Vec::new(), Loudness::Quiet))
}
