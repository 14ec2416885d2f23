//! What goes to a specialist's chat: neutral words, since they lie on somebody else's servers. A time, never a name.

use crate::deliveries::id_of;
use crate::planning::zone;
use crate::words::Words;
use kabinet_api::Conference;
use kabinet_domain::delivery::{Button, Press};
use kabinet_domain::escalation::{Alert, AlertKind, Fate};
use kabinet_domain::{
    Channel, ConsultationId, Delivery, DeliveryId, EventId, Purpose, Sensitive, SpecialistAnswer, SpecialistId, Timestamp,
};
use uuid::Uuid;

/// What the button for being late offers.
const LATE_MINUTES: u32 = 5;

/// The delivery that tells of a cause.
#[must_use]
pub fn id(cause: EventId) -> DeliveryId {
    id_of(&format!("alert/{cause}"))
}

/// To be sent at once.
#[must_use]
pub fn delivery(
    alert: &Alert,
    specialist: SpecialistId,
    chat: Sensitive<String>,
    talk: Option<&Conference>,
    words: &Words,
    now: Timestamp,
) -> Delivery {
    let key = match alert.kind {
        AlertKind::Waits => "alert-waits",
        AlertKind::Inside => "alert-inside",
        AlertKind::StillWaits => "alert-still-waits",
    };
    Delivery {
        id: id(alert.cause),
        specialist,
        consultation: Some(alert.consultation),
        channel: Channel::Telegram,
        purpose: Purpose::Alert,
        to: chat,
        text: sentence(words, words.say(key, &[]), talk, now).into(),
        buttons: talk.map(|talk| buttons(words, alert.consultation, talk.starts_at)).unwrap_or_default(),
        due_at: now,
        expires_at: alert.expires_at,
    }
}

/// What stands in its place once it is over.
#[must_use]
pub fn over(fate: Fate, talk: Option<&Conference>, words: &Words, now: Timestamp) -> String {
    let said = match fate {
        Fate::Answered(answer) => answered(words, answer),
        Fate::Met => words.say("alert-met", &[]),
        Fate::Left => words.say("alert-left", &[]),
        Fate::Withdrawn => words.say("alert-withdrawn", &[]),
    };
    sentence(words, said, talk, now)
}

/// The specialist's answer, told back.
#[must_use]
pub fn answered(words: &Words, answer: SpecialistAnswer) -> String {
    match answer {
        SpecialistAnswer::Coming => words.say("alert-answered-coming", &[]),
        SpecialistAnswer::Late { minutes } => words.say("alert-answered-late", &[("minutes", &minutes.to_string())]),
        SpecialistAnswer::Cannot => words.say("alert-answered-cannot", &[]),
    }
}

fn sentence(words: &Words, said: String, talk: Option<&Conference>, now: Timestamp) -> String {
    let Some(talk) = talk else { return said };
    let (date, time) = date_and_time(talk);
    let key = if is_today(talk, now) { "alert-time" } else { "alert-date" };
    format!("{said} {}", words.say(key, &[("date", &date), ("time", &time)]))
}

/// As the consultation's own zone has them.
#[must_use]
pub fn date_and_time(talk: &Conference) -> (String, String) {
    let starts_at = talk.starts_at.with_timezone(&zone(talk));
    (starts_at.format("%d.%m").to_string(), starts_at.format("%H:%M").to_string())
}

fn is_today(talk: &Conference, now: Timestamp) -> bool {
    let zone = zone(talk);
    talk.starts_at.with_timezone(&zone).date_naive() == now.with_timezone(&zone).date_naive()
}

/// With the time that the alert is about: an old message stays in the chat, and may be pressed when the consultation has another.
fn buttons(words: &Words, consultation: ConsultationId, starts_at: Timestamp) -> Vec<Button> {
    let minutes = LATE_MINUTES.to_string();
    let button = |key, word: &str| Button {
        label: words.say(key, &[("minutes", &minutes)]),
        press: Press::Data(format!("a2:{word}:{}:{}", consultation.0.simple(), starts_at.timestamp())),
    };
    vec![
        button("alert-button-coming", "coming"),
        button("alert-button-late", &format!("late{LATE_MINUTES}")),
        button("alert-button-cannot", "cannot"),
    ]
}

/// What a button says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressed {
    pub answer: SpecialistAnswer,
    pub consultation: ConsultationId,
    /// When it was planned for, as the alert was written.
    pub starts_at: Timestamp,
}

/// What a button's press means; `None` for one that is not ours.
#[must_use]
pub fn read_press(data: &str) -> Option<Pressed> {
    let (word, rest) = data.strip_prefix("a2:")?.split_once(':')?;
    let (id, start) = rest.split_once(':')?;
    let answer = match word.strip_prefix("late") {
        Some(minutes) => SpecialistAnswer::Late { minutes: minutes.parse().ok().filter(|minutes| (1..=120).contains(minutes))? },
        None => SpecialistAnswer::from_name(word, None)?,
    };
    let consultation = ConsultationId(Uuid::try_parse(id).ok()?);
    Some(Pressed { answer, consultation, starts_at: Timestamp::from_timestamp(start.parse().ok()?, 0)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn a_button_comes_back_as_what_it_says_and_fits() {
        let (talk, starts_at) = (ConsultationId(Uuid::from_u128(7)), "2026-12-23T12:00:00Z".parse().expect("a time"));
        let data = buttons(words("en"), talk, starts_at).into_iter().map(|button| match button.press {
            Press::Data(data) => data,
            Press::Address(_) => String::new(),
        });
        let data: Vec<String> = data.collect();
        assert!(data.iter().all(|data| data.len() <= 64), "Telegram's callback_data");
        let read: Vec<_> = data.iter().map(|data| read_press(data)).collect();
        let late = SpecialistAnswer::Late { minutes: 5 };
        let said = |answer| Some(Pressed { answer, consultation: talk, starts_at });
        assert_eq!(read, [SpecialistAnswer::Coming, late, SpecialistAnswer::Cannot].map(said));
        let id = "00000000000000000000000000000007";
        for foreign in ["", "a2:coming", "a2:late0:00:0", "b2:coming:7:0"].map(str::to_owned).into_iter().chain([
            format!("a2:late999:{id}:0"),
            format!("a2:coming:{id}"),
            format!("a2:coming:{id}:soon"),
            format!("a2:coming:{id}:{}", i64::MAX),
        ]) {
            let foreign = foreign.as_str();
            assert_eq!(read_press(foreign), None, "{foreign}");
        }
    }
}
