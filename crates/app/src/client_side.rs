//! What a person sees of the client's side: the page, how the client is reached, what went out, who answered what.

use crate::attended::{Attended, Client, Place};
use crate::record::{Consultation, Contact, Event, Handled, Kind, Status};
use crate::state::State;
use crate::view::{
    AlertAnswerKind, AnswerView, Channel, ContactView, DeliveryPurpose, DeliveryState, DeliveryView, Door, LateView,
    PracticeView, ReachView, TelegramReach,
};
use chrono::{DateTime, Duration, Utc};
use kabinet_domain::SpecialistAnswer;
use kabinet_domain::waiting::{LATE, expected_at};
use std::collections::BTreeMap;

/// Why something cannot be sent, as far as there are words for it: `error-delivery_CODE`.
pub(crate) const REASONS: [&str; 13] = [
    "not_registered",
    "blocked",
    "quota",
    "not_authorised",
    "not_signed_in",
    "restricted",
    "rejected",
    "unreachable",
    "unsure",
    "expired",
    "not_bound",
    "no_phone",
    "channel_not_connected",
];

/// The word on the wire.
const TELEGRAM: &str = "telegram";

pub(crate) fn practice(state: &State) -> Option<PracticeView> {
    let practice = state.practice.as_ref()?;
    Some(PracticeView {
        name: practice.name.clone(),
        pages: practice.pages,
        channels: practice.channels.iter().map(|name| channel(name)).filter(|channel| *channel != Channel::Clipboard).collect(),
        telegram_bot: practice.telegram_bot.clone(),
        names_stay_here: practice.names_stay_here,
        names_key_kept: state.names_key.is_some(),
    })
}

pub(crate) fn reach(state: &State, now: DateTime<Utc>) -> Option<ReachView> {
    let reach = state.reach.as_ref()?;
    let has_bot = state
        .practice
        .as_ref()
        .is_some_and(|practice| practice.telegram_bot.is_some() || practice.channels.iter().any(|name| name == TELEGRAM));
    let telegram = match &reach.telegram {
        Some(chat) if chat.blocked => TelegramReach::Blocked,
        Some(chat) if chat.confirmed => TelegramReach::Bound,
        Some(_) => TelegramReach::Unconfirmed,
        None if has_bot => TelegramReach::Unbound,
        None => TelegramReach::Unavailable,
    };
    Some(ReachView {
        telegram,
        telegram_name: reach.telegram.as_ref().map(|chat| chat.name.clone()).unwrap_or_default(),
        telegram_next_name: reach.telegram_next.as_ref().map(|chat| chat.name.clone()),
        after_seconds: reach.after_seconds,
        quiet_from: reach.quiet_from.clone(),
        quiet_to: reach.quiet_to.clone(),
        quiet_even_clients: reach.quiet_even_clients,
        binding_until: state.binding_until.filter(|until| *until > now && reach.telegram.is_none()),
    })
}

/// What was said about a time goes on being so when the meeting is moved a little. Further away it is another meeting.
const SAME_MEETING: Duration = Duration::hours(1);

/// What was said longer before a meeting was about something else.
const AROUND: Duration = Duration::hours(12);

/// The same that the backend decides by: the room is open from its time on, or from being admitted, until some time after the planned
/// end.
pub(crate) fn door_open(consultation: &Consultation, attended: &Attended, now: DateTime<Utc>) -> bool {
    let there = consultation.page_link.is_some() && !consultation.link.is_empty() && consultation.status == Status::Planned;
    // Who is inside keeps the door open.
    let reported = |client: &Client| client.place == Place::Room && !client.unreported;
    let occupied = attended.specialist_inside_since.is_some() || attended.clients.iter().any(reported);
    let over = consultation.ends_at() + LATE < now && !occupied;
    let opened = match consultation.door {
        Door::AtOnce => true,
        Door::AtTime => consultation.starts_at <= now || admitted(consultation, attended),
        Door::WhenAdmitted => admitted(consultation, attended),
    };
    there && opened && !over
}

/// To this meeting: whoever was let in yesterday, and has another day since, waits before a closed door.
fn admitted(consultation: &Consultation, attended: &Attended) -> bool {
    attended.steps.iter().any(|event| {
        matches!(event.kind, Kind::ClientAdmitted { to } if to.is_none_or(|to| (to - consultation.starts_at).abs() <= SAME_MEETING))
    })
}

/// The client waits on the page before a door that somebody has to open.
pub(crate) fn waits_to_be_let_in(consultation: &Consultation, attended: &Attended, now: DateTime<Utc>) -> bool {
    let on_page = attended.foremost().is_some_and(|client| client.place == Place::Page);
    on_page && !door_open(consultation, attended, now)
}

pub(crate) fn contact_view(contact: &Contact, hidden: bool) -> ContactView {
    let text = |text: &Option<String>| text.clone().filter(|_| !hidden).unwrap_or_default();
    ContactView {
        channel: channel(&contact.channel),
        phone: text(&contact.phone),
        email: text(&contact.email),
        language: contact.language.clone().unwrap_or_default(),
    }
}

/// What was sent to the client of a consultation, or will be: of each delivery how far it got, in the order in which they went out.
/// What is heard of one later, as that it was delivered, does not make it newer than what went out since.
pub(crate) fn deliveries(state: &State, consultation: &str) -> Vec<DeliveryView> {
    let mut events: Vec<&Event> = state.events_of(consultation).iter().collect();
    events.sort_by_key(|event| event.cursor);
    let mut known: BTreeMap<&str, (DateTime<Utc>, DeliveryView)> = BTreeMap::new();
    for event in events {
        let Kind::Delivery { id, channel: way, purpose, state, code } = &event.kind else { continue };
        let (Some(purpose), Some(state)) = (delivery_purpose(purpose), delivery_state(state)) else { continue };
        let news = DeliveryView {
            id: id.clone(),
            channel: channel(way),
            purpose,
            state,
            message: code.as_deref().map(|code| crate::message(&format!("delivery_{code}"))),
            at: event.at,
        };
        let went = match known.get(id.as_str()) {
            Some((_, before)) if furthest(before.state) > furthest(state) && furthest(state).is_some() => continue,
            Some((went, before)) if !is_to_be_sent(before.state) && !is_to_be_sent(state) => *went,
            _ => event.at,
        };
        known.insert(id, (went, news));
    }
    let mut all: Vec<(DateTime<Utc>, DeliveryView)> = known.into_values().collect();
    all.sort_by(|(one_went, one), (other_went, other)| (one_went, &one.id).cmp(&(other_went, &other.id)));
    all.into_iter().map(|(_, view)| view).collect()
}

/// It has not gone out, or goes out anew.
fn is_to_be_sent(state: DeliveryState) -> bool {
    matches!(state, DeliveryState::Waiting | DeliveryState::Sending)
}

/// Receipts overtake each other on their way: the later of these counts, whichever is told last.
fn furthest(state: DeliveryState) -> Option<u8> {
    match state {
        DeliveryState::Sent => Some(0),
        DeliveryState::Delivered => Some(1),
        DeliveryState::Read => Some(2),
        _ => None,
    }
}

/// The client's messages that nobody has read here, the latest last.
pub(crate) fn unread_messages<'a>(state: &'a State, consultation: &str) -> impl Iterator<Item = (&'a str, &'a Event)> {
    let handled = state.handled.get(consultation);
    let events = state.events.get(consultation).map_or(&[][..], Vec::as_slice);
    events.iter().filter_map(move |event| match &event.kind {
        Kind::MessageReceived { message } if handled.is_none_or(|handled| !handled.read.contains(message)) => {
            Some((message.as_str(), event))
        }
        _ => None,
    })
}

pub(crate) fn unread(state: &State, consultation: &str) -> u32 {
    u32::try_from(unread_messages(state, consultation).count()).unwrap_or(u32::MAX)
}

/// There is a thread, or the practice can write to this client.
pub(crate) fn can_message(state: &State, consultation: &Consultation) -> bool {
    let wrote = |event: &Event| matches!(event.kind, Kind::MessageReceived { .. });
    let sends =
        |name: &str| state.practice.as_ref().is_some_and(|practice| practice.channels.iter().any(|channel| channel == name));
    let reachable = consultation.contact.as_ref().is_some_and(|contact| {
        sends(&contact.channel)
            && match channel(&contact.channel) {
                Channel::Whatsapp | Channel::Max => contact.phone.is_some(),
                Channel::Telegram => true,
                Channel::Email | Channel::Clipboard => false,
            }
    });
    reachable || state.events_of(&consultation.id).iter().any(wrote)
}

/// The client said so and has not come into the room since.
pub(crate) fn late(consultation: &Consultation, attended: &Attended, now: DateTime<Utc>) -> Option<LateView> {
    late_event(consultation, attended, now).map(|(_, late)| late)
}

/// The same with the event that said it.
pub(crate) fn late_event<'a>(
    consultation: &Consultation,
    attended: &'a Attended,
    now: DateTime<Utc>,
) -> Option<(&'a Event, LateView)> {
    let (said, minutes) = attended.steps.iter().rev().find_map(|event| match event.kind {
        Kind::ClientLate { minutes } => Some((event, minutes)),
        _ => None,
    })?;
    let until = expected_at(consultation.starts_at, said.at, minutes);
    let came = attended.clients.iter().any(|client| client.place > Place::Page);
    (until > now && !came).then_some((said, LateView { minutes, until }))
}

/// What the specialist has said, wherever, as long as it is answer enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said<'a> {
    pub answer: AlertAnswerKind,
    pub at: DateTime<Utc>,
    /// With "late".
    pub until: Option<DateTime<Utc>>,
    pub event: &'a Event,
}

/// The latest of the specialist's answers that stand in the log.
pub(crate) fn said(attended: &Attended) -> Option<Said<'_>> {
    attended.steps.iter().rev().find_map(|event| {
        let Kind::SpecialistAnswered { answer, minutes } = &event.kind else { return None };
        let answer = match answer.as_str() {
            "late" => AlertAnswerKind::Late,
            "cannot" => AlertAnswerKind::Cannot,
            "coming" => AlertAnswerKind::Coming,
            _ => return None,
        };
        let until = minutes.map(|minutes| event.at + Duration::minutes(i64::from(minutes)));
        Some(Said { answer, at: event.at, until: until.filter(|_| answer == AlertAnswerKind::Late), event })
    })
}

pub(crate) fn answer(consultation: &Consultation, attended: &Attended, now: DateTime<Utc>) -> Option<AnswerView> {
    let said = said(attended).filter(|said| consultation.starts_at - AROUND <= said.at)?;
    let waits_still = attended.visit.as_ref().is_none_or(|visit| visit.ended.is_none() && visit.began <= said.at);
    let counts = match said.answer {
        AlertAnswerKind::Coming => SpecialistAnswer::Coming.holds_until(said.at) > now,
        AlertAnswerKind::Late => said.until.is_some_and(|until| until > now),
        AlertAnswerKind::Cannot => true,
    };
    let inside = attended.specialist_inside_since.is_some();
    (counts && waits_still && !inside).then(|| AnswerView {
        answer: said.answer,
        until: said.until,
        client_can_wait: client_answered(attended, &said).map(|(_, can_wait)| can_wait),
    })
}

/// Until when the specialist has said to be late, here or elsewhere, and has not pressed *Join* since.
pub(crate) fn snoozed_until(attended: &Attended, handled: Option<&Handled>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pressed = handled.and_then(|handled| handled.pressed_join_at);
    let elsewhere = said(attended).filter(|said| pressed.is_none_or(|pressed| pressed <= said.at)).and_then(|said| said.until);
    handled.and_then(|handled| handled.snoozed_until).max(elsewhere).filter(|until| *until > now)
}

/// What the client said to it.
pub(crate) fn client_answered<'a>(attended: &'a Attended, said: &Said<'_>) -> Option<(&'a Event, bool)> {
    let since = |event: &&Event| event.cursor > said.event.cursor;
    attended.steps.iter().rev().filter(since).find_map(|event| match event.kind {
        Kind::ClientAnswered { can_wait } => Some((event, can_wait)),
        _ => None,
    })
}

/// A channel of a later version is handed over by hand.
pub(crate) fn channel(name: &str) -> Channel {
    match name {
        "whatsapp" => Channel::Whatsapp,
        "max" => Channel::Max,
        TELEGRAM => Channel::Telegram,
        "email" => Channel::Email,
        _ => Channel::Clipboard,
    }
}

/// The word on the wire.
pub(crate) fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Whatsapp => "whatsapp",
        Channel::Max => "max",
        Channel::Telegram => TELEGRAM,
        Channel::Email => "email",
        Channel::Clipboard => "clipboard",
    }
}

pub(crate) fn delivery_state(name: &str) -> Option<DeliveryState> {
    Some(match name {
        "waiting" => DeliveryState::Waiting,
        "sending" => DeliveryState::Sending,
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "unsure" => DeliveryState::Unsure,
        "failed" => DeliveryState::Failed,
        "dropped" => DeliveryState::Dropped,
        _ => return None,
    })
}

/// What goes to the client; what goes to the specialist is nothing to look at here.
fn delivery_purpose(name: &str) -> Option<DeliveryPurpose> {
    match name {
        "link" => Some(DeliveryPurpose::Link),
        "reminder" => Some(DeliveryPurpose::Reminder),
        "message" => Some(DeliveryPurpose::Message),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
