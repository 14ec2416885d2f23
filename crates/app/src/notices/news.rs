//! What can wait until somebody may be disturbed: reminders, messages, what could not be sent.

use super::Notice;
use super::writer::{Loudness, Writer};
use crate::client_side;
use crate::record::{Consultation, Handled, Status};
use crate::view::{DeliveryPurpose, DeliveryState};
use chrono::{DateTime, Duration, Utc};

/// That a room is gone is news for so long; the list says it until there is another.
const GONE_NEWS: Duration = Duration::minutes(10);

const END_WARNING: Duration = Duration::minutes(5);

/// That something was not sent is news for so long; the consultation says it as long as it is so.
const NOT_SENT_NEWS: Duration = Duration::hours(1);

pub(super) fn end_warning(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
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
pub(super) fn gone_room(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
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

pub(super) fn reminder(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
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
    let body = notice.words.say("notice-reminder-body", &[("minutes", &consultation.minutes.to_string())]);
    Some(notice.write(alert, (named, plain), body, vec![notice.join()], Loudness::Normal))
}

/// What was written is read in the window alone.
pub(super) fn wrote(notice: &Writer<'_>, handled: &Handled) -> Option<Notice> {
    let (message, event) =
        client_side::unread_messages(notice.state, &notice.known.consultation.id).max_by_key(|(_, event)| event.cursor)?;
    let alert = format!("message/{message}");
    if handled.answered.contains(&alert) {
        return None;
    }
    let titles = (notice.named("notice-wrote-named"), notice.words.say("notice-wrote", &[]));
    let body = notice.words.say("notice-wrote-at", &[("time", &notice.time(event.at))]);
    let body = format!("{}. {body}", notice.planned_for());
    Some(notice.write(alert, titles, body, notice.message().into_iter().collect(), Loudness::Normal))
}

/// The client said so, and is not there yet.
pub(super) fn client_late(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let (event, late) = client_side::late_event(notice.known.consultation, &notice.known.attended, now)?;
    let alert = format!("late/{}", event.id);
    if handled.answered.contains(&alert) {
        return None;
    }
    let minutes = late.minutes.to_string();
    let named = notice.words.say("notice-late-named", &[("name", &notice.name()), ("minutes", &minutes)]);
    let plain = notice.words.say("notice-late", &[("minutes", &minutes)]);
    Some(notice.write(alert, (named, plain), notice.planned_for(), Vec::new(), Loudness::Quiet))
}

/// The latest thing that did not reach the client, with why.
pub(super) fn not_sent(notice: &Writer<'_>, handled: &Handled, now: DateTime<Utc>) -> Option<Notice> {
    let all = client_side::deliveries(notice.state, &notice.known.consultation.id);
    let failed = |state| matches!(state, DeliveryState::Failed | DeliveryState::Unsure);
    let delivery = all.into_iter().filter(|one| failed(one.state) && one.at + NOT_SENT_NEWS > now).max_by_key(|one| one.at)?;
    let alert = format!("not-sent/{}/{}", delivery.id, delivery.at.timestamp());
    if handled.answered.contains(&alert) {
        return None;
    }
    let time = notice.time(notice.known.consultation.starts_at);
    let title = match delivery.purpose {
        DeliveryPurpose::Link => notice.words.say("notice-link-not-sent", &[("time", &time)]),
        DeliveryPurpose::Reminder => notice.words.say("notice-reminder-not-sent", &[("time", &time)]),
        DeliveryPurpose::Message => notice.words.say("notice-message-not-sent", &[("time", &time)]),
    };
    let unsure = || crate::message("delivery_unsure");
    let body = notice.words.tell(&delivery.message.unwrap_or_else(unsure));
    Some(notice.write(alert, (title.clone(), title), body, Vec::new(), Loudness::Quiet))
}
