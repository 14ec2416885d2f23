//! What happened in each specialist's consultations of late, as far as it may escalate: in memory, and from the log at a start.

use crate::ports::reach::Press;
use crate::ports::{Audience, LoggedEvent};
use kabinet_api::EventJson;
use kabinet_domain::escalation::{Happened, What};
use kabinet_domain::{ConsultationId, Cursor, DeliveryNews, EventId, EventKind, Purpose, SpecialistId, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// A consultation has tens of events; beyond this somebody plays.
const MOST_EVENTS: usize = 256;

/// The client's page, as events name it.
const PAGE: &str = "page";

#[derive(Debug, Default)]
pub struct Cases {
    by_specialist: HashMap<SpecialistId, Case>,
}

/// One specialist's.
#[derive(Debug, Default)]
pub struct Case {
    by_consultation: BTreeMap<ConsultationId, Vec<Happened>>,
    pub look_at: Option<Timestamp>,
    /// Alerts that are over, and of which nothing is left to be done.
    pub done: HashSet<EventId>,
}

/// What an event means to the watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// This specialist's case is another now.
    Changed(SpecialistId),
    /// A consultation may have another time.
    Moved(SpecialistId, ConsultationId),
    /// An alert did not reach the specialist.
    Failed(SpecialistId, DeliveryNews),
    Nothing,
}

impl Cases {
    /// Takes an event in; one that is known already changes nothing.
    pub fn hear(&mut self, event: &LoggedEvent, now: Timestamp) -> Meaning {
        let Audience::Specialist(specialist) = event.audience else { return Meaning::Nothing };
        let Ok(json) = serde_json::from_str::<EventJson>(&event.json) else { return Meaning::Nothing };
        let Some(kind) = json.understood() else { return Meaning::Nothing };
        let consultation = json.consultation.map(ConsultationId);
        let meaning = match &kind {
            EventKind::ConsultationChanged => {
                consultation.map_or(Meaning::Nothing, |consultation| Meaning::Moved(specialist, consultation))
            }
            EventKind::DeliveryFailed(news) if news.purpose == Purpose::Alert => Meaning::Failed(specialist, news.clone()),
            EventKind::DeliveryChanged(news) if news.purpose == Purpose::Alert => Meaning::Changed(specialist),
            _ => {
                let what = What::of(&kind, json.source == PAGE, &event.about, json.inside.unwrap_or_default());
                let (Some(what), Some(consultation)) = (what, consultation) else { return Meaning::Nothing };
                let (id, at, received_at) = (EventId(json.id), json.at, json.received_at);
                self.add(specialist, Happened { cursor: event.cursor, id, consultation, what, at, received_at });
                Meaning::Changed(specialist)
            }
        };
        if let Meaning::Changed(specialist) | Meaning::Moved(specialist, _) | Meaning::Failed(specialist, _) = &meaning {
            self.look(*specialist, now);
        }
        meaning
    }

    /// A press from before the start, at the place among the events that it had then.
    pub fn recall(&mut self, press: Press, now: Timestamp) {
        let Press { specialist, consultation, at, reports } = press;
        let case = self.by_specialist.entry(specialist).or_default();
        let before = case.by_consultation.values().flatten().filter(|event| event.received_at <= at);
        let cursor = before.map(|event| event.cursor).max().unwrap_or(Cursor(0));
        let (id, what) = (EventId(Uuid::nil()), What::PressedJoin { reports });
        self.add(specialist, Happened { cursor, id, consultation, what, at, received_at: at });
        self.look(specialist, now);
    }

    /// What no event tells.
    pub fn note(&mut self, specialist: SpecialistId, consultation: ConsultationId, what: What, now: Timestamp) {
        let case = self.by_specialist.entry(specialist).or_default();
        let cursor = case.by_consultation.values().flatten().map(|event| event.cursor).max().unwrap_or(Cursor(0));
        self.add(specialist, Happened { cursor, id: EventId(Uuid::nil()), consultation, what, at: now, received_at: now });
        self.look(specialist, now);
    }

    /// Has a case looked at, if there is one.
    pub fn look(&mut self, specialist: SpecialistId, at: Timestamp) {
        if let Some(case) = self.by_specialist.get_mut(&specialist) {
            case.look_at = Some(case.look_at.map_or(at, |known| known.min(at)));
        }
    }

    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<SpecialistId> {
        let due = self.by_specialist.iter().filter(|(_, case)| case.look_at.is_some_and(|at| at <= now));
        due.map(|(specialist, _)| *specialist).collect()
    }

    #[must_use]
    pub fn next_look(&self) -> Option<Timestamp> {
        self.by_specialist.values().filter_map(|case| case.look_at).min()
    }

    pub fn get_mut(&mut self, specialist: SpecialistId) -> Option<&mut Case> {
        self.by_specialist.get_mut(&specialist)
    }

    fn add(&mut self, specialist: SpecialistId, event: Happened) {
        let events = self.by_specialist.entry(specialist).or_default().by_consultation.entry(event.consultation).or_default();
        if events.iter().rev().any(|known| *known == event) {
            return;
        }
        events.push(event);
        if events.len() > MOST_EVENTS {
            events.drain(..MOST_EVENTS / 4);
        }
    }
}

impl Case {
    #[must_use]
    pub fn events(&self) -> Vec<Happened> {
        self.by_consultation.values().flatten().cloned().collect()
    }

    #[must_use]
    pub fn consultations(&self) -> Vec<ConsultationId> {
        self.by_consultation.keys().copied().collect()
    }

    /// Forgets a consultation in which nothing is expected, unless something told of it is still to be changed.
    pub fn settle(&mut self, consultation: ConsultationId) {
        let told = self.by_consultation.get(&consultation).into_iter().flatten().filter_map(|event| match event.what {
            What::Escalated { cause } => Some(cause),
            _ => None,
        });
        let told: Vec<EventId> = told.collect();
        if told.iter().all(|cause| self.done.contains(cause)) {
            self.by_consultation.remove(&consultation);
            self.done.retain(|cause| !told.contains(cause));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::Event;
    use kabinet_domain::{Channel, DeliveryId, DeliveryState};

    const ANNA: SpecialistId = SpecialistId(Uuid::from_u128(1));
    const TALK: ConsultationId = ConsultationId(Uuid::from_u128(2));

    fn logged(cursor: u64, kind: EventKind, about: &str) -> LoggedEvent {
        let now = Timestamp::UNIX_EPOCH;
        let event = Event {
            cursor: Cursor(cursor),
            id: EventId(Uuid::from_u128(u128::from(cursor) + 100)),
            kind,
            specialist: None,
            consultation: Some(TALK),
            room: None,
            who: None,
            source: PAGE.to_owned(),
            at: now,
            received_at: now,
            about: about.to_owned(),
            inside: 0,
        };
        let json = serde_json::to_string(&EventJson::from(&event)).expect("JSON");
        let audience = Audience::Specialist(ANNA);
        LoggedEvent { cursor: event.cursor, audience, received_at: now, about: event.about, json }
    }

    #[test]
    fn what_is_heard_twice_is_kept_once_and_forgotten_when_nothing_is_left_to_be_done() {
        let (mut cases, now) = (Cases::default(), Timestamp::UNIX_EPOCH);
        let waits = logged(1, EventKind::ClientWaiting { place: kabinet_domain::Place::Page }, "");
        let told = logged(2, EventKind::Escalated, &Uuid::from_u128(101).to_string());
        for event in [&waits, &told, &waits, &told] {
            assert_eq!(cases.hear(event, now), Meaning::Changed(ANNA));
        }
        assert_eq!(cases.due(now), [ANNA]);
        let case = cases.get_mut(ANNA).expect("a case");
        assert_eq!(case.events().len(), 2);
        case.settle(TALK);
        assert_eq!(case.consultations(), [TALK], "the alert is still to be changed where it went");
        case.done.insert(EventId(Uuid::from_u128(101)));
        case.settle(TALK);
        assert_eq!(case.consultations(), []);
    }

    #[test]
    fn an_alert_that_did_not_arrive_is_told_apart_from_other_deliveries() {
        let mut cases = Cases::default();
        let failed = |purpose| {
            let (id, code) = (DeliveryId(Uuid::nil()), Some("blocked".to_owned()));
            DeliveryNews { id, channel: Channel::Telegram, purpose, state: DeliveryState::Failed, code }
        };
        let mut hear = |purpose| cases.hear(&logged(1, EventKind::DeliveryFailed(failed(purpose)), ""), Timestamp::UNIX_EPOCH);
        assert_eq!(hear(Purpose::Alert), Meaning::Failed(ANNA, failed(Purpose::Alert)));
        assert_eq!(hear(Purpose::Reminder), Meaning::Nothing);
    }
}
