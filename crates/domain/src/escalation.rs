//! Which waiting clients a specialist must be told of elsewhere, because no desktop has brought an answer.
//!
//! [`escalate`] looks at *all* that happened in one specialist's consultations, as the log has it, and answers with what is to be told
//! now, what became of that which was told, and when to look again. It has no memory and no clock: what was told already stands among
//! the events, so however often it is asked, each cause is told once. `docs/reaching.md` explains the rules.

use crate::event::{EventKind, SpecialistAnswer};
use crate::reach::{Disturbance, Reach};
use crate::{ConsultationId, Cursor, EventId, Place, Timestamp};
use chrono::{Days, Duration, TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// Desktops change their line now and then; so long nobody is called away because of it.
pub const NO_DESKTOP_GRACE: Duration = Duration::seconds(5);

/// "I'm coming" is believed for so long.
pub const COMES_WITHIN: Duration = Duration::minutes(3);

/// "In five minutes" may take one more.
pub const LATER_THAN_SAID: Duration = Duration::minutes(1);

/// The browser, the name page and perhaps a login lie between the press on *Join* and the room.
pub const JOINS_WITHIN: Duration = Duration::seconds(90);

/// After "I can't", or where no room reports the specialist, nothing of this talk disturbs for so long.
pub const SETTLED_FOR: Duration = Duration::hours(2);

/// What is older wakes nobody: the backend was down, or the news came late.
pub const TOO_OLD: Duration = Duration::minutes(10);

/// Whoever opens their page earlier than this before the time tries it out.
pub const EARLY: Duration = Duration::minutes(15);

/// A client who goes from the page into the room is in neither for a moment.
const BETWEEN_PAGE_AND_ROOM: Duration = Duration::seconds(30);

/// Something in the log, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub cursor: Cursor,
    pub id: EventId,
    pub consultation: ConsultationId,
    pub what: What,
    pub at: Timestamp,
    /// When the backend learned of it, and everybody with it.
    pub received_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `who` tells the stays in one room apart.
    Came {
        spot: Spot,
        who: String,
    },
    /// `inside` are still in the room.
    Left {
        spot: Spot,
        who: String,
        inside: u32,
        moved: bool,
    },
    Withdrawn {
        of: EventId,
    },
    SessionStarted,
    SessionEnded,
    /// `reports`: the room will tell when the specialist is in.
    PressedJoin {
        reports: bool,
    },
    Answered(SpecialistAnswer),
    /// This was told elsewhere.
    Escalated {
        cause: EventId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Page,
    Lobby,
    Room,
    /// Gone from the page into a room that reports nobody.
    Unreported,
}

impl What {
    /// What an event means here, if anything. `from_page`: the client's page said so.
    #[must_use]
    pub fn of(kind: &EventKind, from_page: bool, about: &str, inside: u32) -> Option<Self> {
        let who = about.to_owned();
        Some(match kind {
            EventKind::ClientWaiting { place: Place::Page } => Self::Came { spot: Spot::Page, who },
            EventKind::ClientWaiting { place: Place::Lobby } => Self::Came { spot: Spot::Lobby, who },
            EventKind::ClientJoined { .. } => Self::Came { spot: if from_page { Spot::Unreported } else { Spot::Room }, who },
            EventKind::ClientLeft { reason } => {
                let spot = if from_page { Spot::Page } else { Spot::Room };
                Self::Left { spot, who, inside, moved: *reason == crate::LeaveReason::Moved }
            }
            EventKind::Withdrawn { of } => Self::Withdrawn { of: *of },
            EventKind::SessionStarted => Self::SessionStarted,
            EventKind::SessionEnded { .. } => Self::SessionEnded,
            EventKind::SpecialistAnswered { answer } => Self::Answered(*answer),
            EventKind::Escalated => Self::Escalated { cause: EventId(about.parse().ok()?) },
            _ => return None,
        })
    }
}

/// Everything that decides.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// In any order; the same twice is the same.
    pub events: &'a [Happened],
    /// The planned starts.
    pub starts: &'a BTreeMap<ConsultationId, Timestamp>,
    /// Since when no desktop follows; `None` while one does.
    pub alone_since: Option<Timestamp>,
    pub reach: &'a Reach,
}

/// What follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Escalation {
    pub tell: Vec<Alert>,
    /// What was told and does not stand any more.
    pub over: Vec<Over>,
    pub look_again_at: Option<Timestamp>,
    /// Nobody is there, nothing is expected: what happened in these so far will not matter again.
    pub settled: Vec<ConsultationId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alert {
    /// The arrival, or the answer that was not kept to: it names the alert.
    pub cause: EventId,
    pub consultation: ConsultationId,
    pub kind: AlertKind,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// On the page or in the lobby.
    Waits,
    /// In the room, alone.
    Inside,
    /// The specialist had answered and has not come.
    StillWaits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    pub cause: EventId,
    pub consultation: ConsultationId,
    pub fate: Fate,
    pub since: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Answered(SpecialistAnswer),
    /// The specialist is with the client.
    Met,
    Left,
    /// The arrival was none.
    Withdrawn,
}

/// What is to be told elsewhere now, and what of it is over.
#[must_use]
pub fn escalate(case: &Case<'_>, now: Timestamp) -> Escalation {
    let told = told(case.events);
    let mut talks: BTreeMap<ConsultationId, Talk> = BTreeMap::new();
    for event in in_order(case.events) {
        let talk = talks.entry(event.consultation).or_default();
        talk.pass(event.received_at);
        talk.follow(event);
    }
    talks.values_mut().for_each(|talk| talk.pass(now));
    let sessions = talks.values().filter(|talk| talk.in_session).count();

    let mut found = Escalation::default();
    let mut looks = Vec::new();
    for (consultation, talk) in &talks {
        looks.extend(talk.changes_at());
        if talk.is_settled() {
            found.settled.push(*consultation);
        }
        let busy_elsewhere = sessions > usize::from(talk.in_session);
        for open in talk.causes.iter().filter(|open| open.end.is_none() && !told.contains_key(&open.cause)) {
            let due = open.due(case, case.starts.get(consultation).copied(), busy_elsewhere);
            match (due <= now, may_tell_at(case.reach, now)) {
                _ if open.is_stale || due + TOO_OLD <= now || case.reach.telegram.is_none() => {}
                (false, _) => looks.push(due),
                (true, Some(at)) if at > now => looks.push(at),
                (true, Some(_)) => found.tell.push(open.alert(*consultation, due)),
                (true, None) => {}
            }
        }
    }
    found.over =
        told.iter().filter_map(|(cause, (consultation, at))| over(*cause, *consultation, *at, talks.get(consultation))).collect();
    found.look_again_at = looks.into_iter().filter(|at| *at > now).min();
    found
}

/// What was told elsewhere, and when.
fn told(events: &[Happened]) -> BTreeMap<EventId, (ConsultationId, Timestamp)> {
    let told = events.iter().filter_map(|event| match event.what {
        What::Escalated { cause } => Some((cause, (event.consultation, event.received_at))),
        _ => None,
    });
    told.collect()
}

/// As the log has them, once each, without what was taken back.
fn in_order(events: &[Happened]) -> Vec<&Happened> {
    let withdrawn: BTreeSet<EventId> = events
        .iter()
        .filter_map(|event| match event.what {
            What::Withdrawn { of } => Some(of),
            _ => None,
        })
        .collect();
    let mut valid: Vec<&Happened> = events.iter().filter(|event| !withdrawn.contains(&event.id)).collect();
    valid.sort_by_key(|event| (event.cursor, event.received_at, event.id));
    valid.dedup();
    valid
}

fn over(cause: EventId, consultation: ConsultationId, told_at: Timestamp, talk: Option<&Talk>) -> Option<Over> {
    let known = talk.and_then(|talk| talk.causes.iter().find(|known| known.cause == cause));
    let (fate, since) = match known {
        Some(known) => known.end?,
        None => (Fate::Withdrawn, told_at),
    };
    Some(Over { cause, consultation, fate, since })
}

/// When the specialist may be disturbed, now or later; `None` when nobody can say.
fn may_tell_at(reach: &Reach, now: Timestamp) -> Option<Timestamp> {
    let quiet = reach.quiet;
    let allows = |at: &Timestamp| quiet.allows(Disturbance::ClientWaits, *at);
    let end_of_hours = |after: Timestamp| {
        let hours = quiet.hours?;
        let today = after.with_timezone(&hours.zone).date_naive();
        let days = [Some(today), today.checked_add_days(Days::new(1))].into_iter().flatten();
        let mut ends = days.filter_map(|day| hours.zone.from_local_datetime(&day.and_time(hours.to)).latest());
        ends.find(|end| *end > after).map(|end| end.to_utc())
    };
    let moments = [Some(now), quiet.until, end_of_hours(now), quiet.until.and_then(end_of_hours)];
    moments.into_iter().flatten().filter(|at| *at >= now && allows(at)).min()
}

/// Something that may have to be told.
#[derive(Debug, Clone, Copy)]
struct Cause {
    cause: EventId,
    kind: AlertKind,
    since: Timestamp,
    /// Nearer than the page: in the room or at its door.
    entered_at: Option<Timestamp>,
    not_before: Option<Timestamp>,
    /// It was old when it became known.
    is_stale: bool,
    end: Option<(Fate, Timestamp)>,
}

impl Cause {
    fn due(&self, case: &Case<'_>, starts_at: Option<Timestamp>, busy_elsewhere: bool) -> Timestamp {
        if self.kind == AlertKind::StillWaits {
            return self.since;
        }
        let unanswered = self.since + Duration::seconds(case.reach.after_seconds.into());
        let alone = case.alone_since.map(|since| since.max(self.since) + NO_DESKTOP_GRACE);
        let mut due = alone.map_or(unanswered, |alone| alone.min(unanswered));
        if let Some(starts_at) = starts_at {
            let serious = self.entered_at.map_or(starts_at - EARLY, |entered| entered.min(starts_at - EARLY));
            // A session is not interrupted by the next client's coming early.
            due = due.max(if busy_elsewhere { starts_at } else { serious });
        }
        self.not_before.map_or(due, |earliest| earliest.max(due))
    }

    fn alert(&self, consultation: ConsultationId, due: Timestamp) -> Alert {
        Alert { cause: self.cause, consultation, kind: self.kind, expires_at: due + TOO_OLD }
    }
}

/// The specialist has said or done something: so long nothing is told.
#[derive(Debug, Clone, Copy)]
struct Silence {
    until: Timestamp,
    then: Then,
}

#[derive(Debug, Clone, Copy)]
enum Then {
    Nothing,
    /// What was not told by then is told.
    GoOn,
    /// Whoever waits then is told of once more, because this answer was not kept to.
    Remind(EventId),
}

/// One consultation at one moment of the log.
#[derive(Debug, Default)]
struct Talk {
    on_page: bool,
    unreported: bool,
    /// Gone from the page, and on the way into the room until then.
    on_the_way_until: Option<Timestamp>,
    /// The stays in the room and in its lobby; `true` are inside.
    stays: BTreeMap<String, bool>,
    in_session: bool,
    silence: Option<Silence>,
    causes: Vec<Cause>,
}

impl Talk {
    fn somebody_is_there(&self) -> bool {
        self.on_page || self.unreported || self.on_the_way_until.is_some() || !self.stays.is_empty()
    }

    fn is_settled(&self) -> bool {
        !self.somebody_is_there() && !self.in_session && self.silence.is_none()
    }

    /// When something ends by time alone.
    fn changes_at(&self) -> impl Iterator<Item = Timestamp> {
        self.on_the_way_until.into_iter().chain(self.silence.map(|silence| silence.until))
    }

    /// What ends by time alone, up to a moment.
    fn pass(&mut self, to: Timestamp) {
        while let Some(next) = self.changes_at().filter(|at| *at <= to).min() {
            if self.on_the_way_until == Some(next) {
                self.on_the_way_until = None;
                self.look_who_left(next);
            }
            let Some(silence) = self.silence.take_if(|silence| silence.until <= next) else { continue };
            if let Then::Remind(answer) = silence.then
                && self.somebody_is_there()
                && !self.in_session
            {
                self.begin(answer, AlertKind::StillWaits, silence.until, false);
            }
        }
    }

    fn follow(&mut self, event: &Happened) {
        let at = event.received_at;
        match &event.what {
            What::Came { spot, who } => self.comes(*spot, who, event),
            What::Left { spot, who, inside, moved } => {
                self.leaves(*spot, who, *inside, *moved, at);
                self.look_who_left(at);
            }
            What::SessionStarted => {
                self.in_session = true;
                self.silence = None;
                self.end(Fate::Met, at);
            }
            What::SessionEnded => self.in_session = false,
            What::PressedJoin { .. } | What::Answered(_) if self.in_session => {}
            What::PressedJoin { reports: false } => {
                self.silence = Some(Silence { until: at + SETTLED_FOR, then: Then::Nothing });
                self.end(Fate::Met, at);
            }
            What::PressedJoin { reports: true } => self.joins(at + JOINS_WITHIN),
            What::Answered(answer) => {
                self.silence = Some(match answer {
                    SpecialistAnswer::Coming => Silence { until: at + COMES_WITHIN, then: Then::Remind(event.id) },
                    SpecialistAnswer::Late { minutes } => {
                        let until = at + Duration::minutes((*minutes).into()) + LATER_THAN_SAID;
                        Silence { until, then: Then::Remind(event.id) }
                    }
                    SpecialistAnswer::Cannot => Silence { until: at + SETTLED_FOR, then: Then::Nothing },
                });
                self.end(Fate::Answered(*answer), at);
            }
            What::Withdrawn { .. } | What::Escalated { .. } => {}
        }
    }

    fn comes(&mut self, spot: Spot, who: &str, event: &Happened) {
        let was_there = self.somebody_is_there();
        match spot {
            Spot::Page => self.on_page = true,
            Spot::Unreported => self.unreported = true,
            Spot::Lobby => drop(self.stays.entry(who.to_owned()).or_insert(false)),
            Spot::Room => drop(self.stays.insert(who.to_owned(), true)),
        }
        self.on_the_way_until = None;
        let at = event.received_at;
        let kind = if matches!(spot, Spot::Room | Spot::Unreported) { AlertKind::Inside } else { AlertKind::Waits };
        for open in self.open().filter(|_| spot != Spot::Page) {
            open.entered_at.get_or_insert(at);
            if open.kind == AlertKind::Waits {
                open.kind = kind;
            }
        }
        let is_news = !was_there || self.open().next().is_none();
        let goes_on = self.silence.is_none_or(|silence| matches!(silence.then, Then::GoOn));
        if is_news && goes_on && !self.in_session {
            self.begin(event.id, kind, at, at - event.at > TOO_OLD);
            let not_before = self.silence.map(|silence| silence.until);
            let entered_at = (spot != Spot::Page).then_some(at);
            if let Some(begun) = self.causes.last_mut() {
                (begun.not_before, begun.entered_at) = (not_before, entered_at);
            }
        }
    }

    fn leaves(&mut self, spot: Spot, who: &str, inside: u32, moved: bool, at: Timestamp) {
        if spot == Spot::Page {
            self.unreported &= moved;
            let on_the_way = self.on_page && moved && !self.unreported;
            self.on_page = false;
            if on_the_way {
                self.on_the_way_until = Some(at + BETWEEN_PAGE_AND_ROOM);
            }
            return;
        }
        let known = self.stays.remove(who).is_some();
        if inside == 0 {
            // A stay may be known by another name by now.
            self.stays.retain(|_, is_inside| known && !*is_inside);
        }
    }

    fn joins(&mut self, until: Timestamp) {
        let then = self.silence.map_or(Then::GoOn, |silence| silence.then);
        let until = self.silence.map_or(until, |silence| silence.until.max(until));
        self.silence = Some(Silence { until, then });
        self.open().for_each(|open| open.not_before = Some(until));
    }

    fn begin(&mut self, cause: EventId, kind: AlertKind, since: Timestamp, is_stale: bool) {
        self.causes.push(Cause { cause, kind, since, entered_at: None, not_before: None, is_stale, end: None });
    }

    fn open(&mut self) -> impl Iterator<Item = &mut Cause> {
        self.causes.iter_mut().filter(|cause| cause.end.is_none())
    }

    fn end(&mut self, fate: Fate, at: Timestamp) {
        self.open().for_each(|open| open.end = Some((fate, at)));
    }

    fn look_who_left(&mut self, at: Timestamp) {
        if !self.somebody_is_there() {
            self.end(Fate::Left, at);
        }
    }
}
