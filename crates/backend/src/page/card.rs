//! What the backend knows of one consultation, as far as its client's page is concerned.

use crate::planning;
use chrono::Duration;
use kabinet_api::{Conference, ConferenceStatus, EventJson, PageLate, PagePhase, PageSpecialist};
use kabinet_domain::waiting::{self, LATE, Meeting, Told, Visits};
use kabinet_domain::{ConsultationId, Door, EventKind, SpecialistAnswer, SpecialistId, Timestamp};
use std::sync::Arc;
use tokio::sync::Notify;

/// What was said about a time goes on being so when the meeting is moved a little. Further away it is another meeting.
const SAME_MEETING: Duration = Duration::hours(1);

/// What somebody said about a delay is shown for so long after it should be over.
const AFTER_A_DELAY: Duration = Duration::minutes(30);

/// What happened longer before or after a meeting was about something else.
const AROUND: Duration = Duration::hours(12);

/// Somebody who presses a button ten times is told once.
const SAME_PRESS: Duration = Duration::seconds(30);

/// So often a client can say that they are late; whoever goes on is playing.
const MOST_DELAYS: u32 = 12;

/// A consultation in the page's words.
#[derive(Debug, Clone)]
pub struct Plan {
    pub owner: SpecialistId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// IANA name.
    pub time_zone: String,
    status: ConferenceStatus,
    door: Door,
    room: Option<Room>,
    room_reports: bool,
    /// What the client reads.
    pub language: Option<String>,
}

/// Links must not reach a log.
type Room = kabinet_domain::Sensitive<String>;

#[derive(Debug)]
pub struct Card {
    pub plan: Plan,
    pub visits: Visits,
    pub told: Told,
    /// By the room's word a client is in it, as far as that was said then.
    inside: Option<Timestamp>,
    /// The start of the meeting that the client was admitted to.
    admitted_to: Option<Timestamp>,
    specialist: Option<(SpecialistAnswer, Timestamp)>,
    client_can_wait: Option<bool>,
    late: Option<(u32, Timestamp)>,
    delays: u32,
    /// Rings when the page may look different.
    pub changed: Arc<Notify>,
}

impl From<&Conference> for Plan {
    fn from(conference: &Conference) -> Self {
        let link = conference.invite_link.as_ref().or(conference.link.as_ref());
        Self {
            owner: SpecialistId(conference.owner.id),
            starts_at: conference.starts_at,
            ends_at: planning::ends_at(conference),
            time_zone: conference.timezone.clone(),
            status: conference.status,
            door: conference.door.into(),
            room: link.map(|link| Room::from(link.clone())),
            room_reports: conference.room.is_some(),
            language: conference.contact.as_ref().and_then(|contact| contact.language.clone()),
        }
    }
}

impl Plan {
    fn is_open(&self) -> bool {
        planning::is_planned(self.status)
    }

    /// From then on it is over, unless somebody is still inside.
    #[must_use]
    pub fn closes(&self) -> Timestamp {
        self.ends_at + LATE
    }
}

impl Card {
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            visits: Visits::default(),
            told: Told::default(),
            inside: None,
            admitted_to: None,
            specialist: None,
            client_can_wait: None,
            late: None,
            delays: 0,
            changed: Arc::new(Notify::new()),
        }
    }

    /// The consultation was changed. Moved to another time it is another meeting: nothing that was said about the first is true of it.
    pub fn replan(&mut self, plan: Plan) {
        if !same_meeting(plan.starts_at, self.plan.starts_at) {
            (self.specialist, self.client_can_wait, self.late, self.delays) = (None, None, None, 0);
        }
        self.plan = plan;
    }

    #[must_use]
    pub fn meeting(&self, now: Timestamp) -> Meeting {
        Meeting {
            starts_at: self.plan.starts_at,
            ends_at: self.plan.ends_at,
            is_open: self.plan.is_open(),
            room_reports: self.plan.room_reports,
            inside: self.is_inside(now),
        }
    }

    /// What was said of another day's meeting in the same room, by a server that has not said since that it is over, is not true for ever.
    fn is_near(&self, at: Timestamp) -> bool {
        self.plan.starts_at - AROUND <= at && at <= self.plan.closes() + AROUND
    }

    fn is_inside(&self, now: Timestamp) -> bool {
        self.inside.is_some_and(|at| self.is_near(at)) && self.is_near(now)
    }

    /// Takes an event that others caused.
    pub fn heed(&mut self, kind: &EventKind, event: &EventJson) {
        if event.room.is_some() {
            self.inside = event.inside.filter(|inside| *inside > 0).map(|_| event.at);
            if matches!(kind, EventKind::ClientJoined { .. }) {
                self.told.room_has_them();
            }
        }
        if let EventKind::SpecialistAnswered { answer } = kind {
            (self.specialist, self.client_can_wait) = (Some((*answer, event.at)), None);
        }
    }

    /// Takes an event that the page caused, or that concerns it alone.
    pub fn took(&mut self, kind: &EventKind, about: &str, at: Timestamp) {
        match kind {
            EventKind::ClientLate { minutes } => {
                self.late = Some((*minutes, at));
                self.delays += 1;
            }
            EventKind::ClientAnswered { can_wait } => self.client_can_wait = Some(*can_wait),
            EventKind::ClientAdmitted => self.admitted_to = about.parse().ok(),
            other => self.told.page(other, about, at),
        }
    }

    /// Saying so again a moment later says nothing new.
    #[must_use]
    pub fn may_be_late(&self, minutes: u32, now: Timestamp) -> bool {
        let repeated = self.late.is_some_and(|(known, at)| known == minutes && now - at < SAME_PRESS);
        !repeated && self.delays < MOST_DELAYS && self.plan.is_open()
    }

    /// There is a delay to be answered, and this is not the answer that stands.
    #[must_use]
    pub fn may_answer(&self, can_wait: bool, now: Timestamp) -> bool {
        self.specialist(now).is_some() && self.client_can_wait != Some(can_wait)
    }

    #[must_use]
    pub fn is_admitted(&self) -> bool {
        self.admitted_to.is_some_and(|to| same_meeting(to, self.plan.starts_at))
    }

    /// Admission belongs to this meeting: its start says which.
    #[must_use]
    pub fn admission(&self) -> String {
        meeting(self.plan.starts_at)
    }

    /// What was said stands, unless it was about another time that this meeting once had.
    #[must_use]
    pub fn concerns(&self, kind: &EventKind, about: &str) -> bool {
        let of_a_meeting = matches!(
            kind,
            EventKind::SpecialistAnswered { .. } | EventKind::ClientLate { .. } | EventKind::ClientAnswered { .. }
        );
        let other = |start: Timestamp| !same_meeting(start, self.plan.starts_at);
        !of_a_meeting || !about.parse().is_ok_and(other)
    }

    /// `running`: the specialist is in the room.
    #[must_use]
    pub fn phase(&self, running: bool, now: Timestamp) -> PagePhase {
        let occupied = (running && self.is_near(now)) || self.is_inside(now);
        match self.plan.status {
            ConferenceStatus::Cancelled => PagePhase::Cancelled,
            ConferenceStatus::Finished | ConferenceStatus::NoShow => PagePhase::Over,
            _ if now > self.plan.closes() && !occupied => PagePhase::Over,
            _ if self.door_is_open(now) && self.plan.room.is_some() => PagePhase::Open,
            _ => PagePhase::Waiting,
        }
    }

    fn door_is_open(&self, now: Timestamp) -> bool {
        match self.plan.door {
            Door::AtOnce => true,
            Door::AtTime => self.is_admitted() || now >= self.plan.starts_at,
            Door::WhenAdmitted => self.is_admitted(),
        }
    }

    /// The room's link, for whoever may go in.
    #[must_use]
    pub fn room(&self, phase: PagePhase) -> Option<String> {
        self.plan.room.as_ref().filter(|_| phase == PagePhase::Open).map(|room| room.reveal().clone())
    }

    /// The specialist's answer, as long as it matters.
    #[must_use]
    pub fn specialist(&self, now: Timestamp) -> Option<PageSpecialist> {
        let (answer, at) = self.specialist.filter(|(_, at)| *at >= self.plan.starts_at - AROUND)?;
        let until = match answer {
            SpecialistAnswer::Late { minutes } => Some(at + Duration::minutes(i64::from(minutes))),
            SpecialistAnswer::Coming | SpecialistAnswer::Cannot => None,
        };
        if until.is_some_and(|until| now > until + AFTER_A_DELAY) {
            return None;
        }
        let client = self.client_can_wait.map(|can_wait| if can_wait { "fine" } else { "cannot_wait" }.to_owned());
        Some(PageSpecialist { answer: answer.name().to_owned(), until, client })
    }

    #[must_use]
    pub fn late(&self, now: Timestamp) -> Option<PageLate> {
        let (minutes, at) = self.late?;
        let until = waiting::expected_at(self.plan.starts_at, at, minutes);
        (now <= until + AFTER_A_DELAY).then_some(PageLate { minutes, until })
    }

    /// When the page looks different by time alone; `look` is when its visitors have to be looked at again.
    #[must_use]
    pub fn next(&self, look: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let (starts, closes) = (self.plan.starts_at, self.plan.closes());
        let specialist = self.specialist.and_then(|(answer, at)| match answer {
            SpecialistAnswer::Late { minutes } => Some(at + Duration::minutes(i64::from(minutes)) + AFTER_A_DELAY),
            _ => None,
        });
        let late = self.late.map(|(minutes, at)| waiting::expected_at(starts, at, minutes) + AFTER_A_DELAY);
        let own = [Some(starts), Some(closes), Some(closes + AROUND), specialist, late];
        let own = own.into_iter().flatten().map(|at| at + Duration::milliseconds(1));
        own.chain(look).filter(|at| *at > now).min()
    }

    /// Long over: nobody looks at it any more.
    #[must_use]
    pub fn is_past(&self, now: Timestamp) -> bool {
        now > self.plan.closes() + Duration::days(1) && Arc::strong_count(&self.changed) == 1
    }
}

/// A meeting, as events name the one that they are about: by its start.
#[must_use]
pub fn meeting(starts_at: Timestamp) -> String {
    starts_at.to_rfc3339()
}

/// Whether what was said about a meeting at one time is said about one at another.
#[must_use]
pub fn same_meeting(one: Timestamp, other: Timestamp) -> bool {
    (one - other).abs() <= SAME_MEETING
}

/// Whether a consultation is near enough to be kept in memory.
#[must_use]
pub fn is_kept(conference: &Conference, now: Timestamp) -> bool {
    now < Plan::from(conference).closes() + Duration::days(1)
}

#[must_use]
pub fn id(conference: &Conference) -> ConsultationId {
    ConsultationId(conference.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_api::Owner;
    use serde_json::json;

    const START: &str = "2026-12-23T12:00:00Z";

    fn at(minutes: i64) -> Timestamp {
        START.parse::<Timestamp>().expect("a time") + Duration::minutes(minutes)
    }

    fn card(door: &str) -> Card {
        let conference: Conference = serde_json::from_value(json!({
            "id": "0198f100-0000-7000-8000-000000000001", "version": 1, "name": "", "type": "conference", "start_date": "2026-12-23", "start_time": "12:00", "duration": 50,
            "timezone": "UTC", "starts_at": START, "link": "https://meet.example.org/a", "door": door, "status": "planned",
            "owner": Owner { id: uuid::Uuid::nil(), name: String::new() }, "created_at": START, "updated_at": START,
        }))
        .expect("a conference");
        Card::new(Plan::from(&conference))
    }

    #[expect(clippy::needless_pass_by_value, reason = "the call stays readable")]
    fn event(kind: &str, minutes: i64, more: serde_json::Value) -> EventJson {
        let mut event = json!({"cursor": 1, "id": uuid::Uuid::nil(), "kind": kind, "source": "x", "at": at(minutes), "received_at": at(minutes)});
        for (name, value) in more.as_object().expect("an object") {
            event[name] = value.clone();
        }
        serde_json::from_value(event).expect("an event")
    }

    fn heed(card: &mut Card, event: &EventJson) {
        card.heed(&event.understood().expect("a known kind"), event);
    }

    #[test]
    fn each_door_opens_in_its_own_way() {
        let check = |door: &str, admitted: bool, minutes: i64, phase: PagePhase| {
            let mut card = card(door);
            if admitted {
                let admission = card.admission();
                card.took(&EventKind::ClientAdmitted, &admission, at(-10));
            }
            assert_eq!(card.phase(false, at(minutes)), phase, "{door} {admitted} {minutes}");
            assert_eq!(card.room(phase).is_some(), phase == PagePhase::Open);
        };
        check("at_time", false, -1, PagePhase::Waiting);
        check("at_time", false, 0, PagePhase::Open);
        check("at_time", true, -5, PagePhase::Open);
        check("when_admitted", false, 10, PagePhase::Waiting);
        check("when_admitted", true, -5, PagePhase::Open);
        check("at_once", false, -5000, PagePhase::Open);
        check("at_once", false, 81, PagePhase::Over);
    }

    #[test]
    fn nothing_is_over_while_somebody_is_inside() {
        let mut card = card("at_time");
        heed(&mut card, &event("client_joined", 5, json!({"room": "a", "inside": 1})));
        assert_eq!(card.phase(false, at(90)), PagePhase::Open);
        heed(&mut card, &event("client_left", 91, json!({"room": "a", "inside": 0, "reason": "hung_up"})));
        assert_eq!(card.phase(true, at(91)), PagePhase::Open);
        assert_eq!(card.phase(true, at(3 * 24 * 60)), PagePhase::Over, "a server that fell silent keeps no door open for ever");
        assert_eq!(card.phase(false, at(91)), PagePhase::Over);
    }

    #[test]
    fn the_specialists_word_is_shown_as_long_as_it_matters() {
        let mut card = card("at_time");
        assert!(!card.may_answer(true, at(0)), "there is nothing to answer");
        heed(&mut card, &event("specialist_answered", -1, json!({"answer": "late", "minutes": 5})));
        let shown = card.specialist(at(0)).expect("an answer");
        assert_eq!((shown.answer.as_str(), shown.until, shown.client), ("late", Some(at(4)), None));
        assert!(card.may_answer(false, at(0)));
        card.took(&EventKind::ClientAnswered { can_wait: false }, "visit", at(0));
        assert_eq!(card.specialist(at(0)).and_then(|shown| shown.client).as_deref(), Some("cannot_wait"));
        assert!(!card.may_answer(false, at(0)) && card.may_answer(true, at(0)));
        assert_eq!(card.specialist(at(35)), None);
        heed(&mut card, &event("specialist_answered", 1, json!({"answer": "coming"})));
        assert_eq!(card.specialist(at(2)).map(|shown| (shown.answer, shown.client)), Some(("coming".to_owned(), None)));
    }

    #[test]
    fn who_is_late_is_expected_later_than_planned_whenever_they_say_so() {
        let late = |said: i64| {
            let mut card = card("at_time");
            card.took(&EventKind::ClientLate { minutes: 10 }, "visit", at(said));
            card.late(at(said)).map(|late| late.until)
        };
        assert_eq!((late(-20), late(-1), late(5)), (Some(at(10)), Some(at(10)), Some(at(15))));
    }

    #[test]
    fn another_time_is_another_meeting() {
        let mut card = card("at_time");
        heed(&mut card, &event("specialist_answered", -1, json!({"answer": "cannot"})));
        card.took(&EventKind::ClientLate { minutes: 10 }, "visit", at(-1));
        let admission = card.admission();
        card.took(&EventKind::ClientAdmitted, &admission, at(-1));
        let moved = |by: i64| Plan { starts_at: at(by), ends_at: at(by + 50), ..self::card("at_time").plan };
        card.replan(moved(15));
        assert!(card.is_admitted() && card.late(at(0)).is_some() && card.specialist(at(0)).is_some());
        card.replan(moved(24 * 60));
        assert!(!card.is_admitted() && card.late(at(0)).is_none() && card.specialist(at(0)).is_none());
    }
}
