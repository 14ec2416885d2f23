//! What a person sees of the client's side: the page, how the client is reached, what went out, who answered what.

use crate::attended::Attended;
use crate::record::{Consultation, Contact};
use crate::state::State;
use crate::view::{AnswerView, Channel, ContactView, DeliveryView, LateView, PracticeView, ReachView};
use chrono::{DateTime, Utc};

pub(crate) fn practice(state: &State) -> Option<PracticeView> {
    let _ = state;
    None
}

pub(crate) fn reach(state: &State, now: DateTime<Utc>) -> Option<ReachView> {
    let _ = (state, now);
    None
}

pub(crate) fn door_open(consultation: &Consultation, attended: &Attended, now: DateTime<Utc>) -> bool {
    let _ = (consultation, attended, now);
    false
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

pub(crate) fn deliveries(state: &State, consultation: &str) -> Vec<DeliveryView> {
    let _ = (state, consultation);
    Vec::new()
}

pub(crate) fn unread(state: &State, consultation: &str) -> u32 {
    let _ = (state, consultation);
    0
}

pub(crate) fn can_message(state: &State, consultation: &Consultation) -> bool {
    let _ = (state, consultation);
    false
}

pub(crate) fn late(attended: &Attended, now: DateTime<Utc>) -> Option<LateView> {
    let _ = (attended, now);
    None
}

pub(crate) fn answer(attended: &Attended, now: DateTime<Utc>) -> Option<AnswerView> {
    let _ = (attended, now);
    None
}

/// A channel of a later version is handed over by hand.
pub(crate) fn channel(name: &str) -> Channel {
    match name {
        "whatsapp" => Channel::Whatsapp,
        "max" => Channel::Max,
        "telegram" => Channel::Telegram,
        "email" => Channel::Email,
        _ => Channel::Clipboard,
    }
}
