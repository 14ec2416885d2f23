//! One consultation as the log has it: who is there, what was said, and what of it may have to be told.

use super::{
    ARRIVALS_WITHIN, AWAY, Alert, AlertKind, Case, EARLY, Fate, Happened, JOINS_WITHIN, LATER_THAN_SAID, MOST_ARRIVALS,
    NO_DESKTOP_GRACE, NOT_AWAY, SAME_VISIT, Spot, TOO_OLD, What,
};
use crate::{ConsultationId, EventId, SpecialistAnswer, Timestamp};
use chrono::Duration;
use std::collections::BTreeMap;

/// Something that may have to be told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    pub cause: EventId,
    kind: AlertKind,
    since: Timestamp,
    /// Nearer than the page: in the room or at its door.
    entered_at: Option<Timestamp>,
    not_before: Option<Timestamp>,
    /// It was old when it became known.
    pub is_stale: bool,
    /// For how long nobody had been there; `None` for the first to come.
    away: Option<Duration>,
    pub end: Option<(Fate, Timestamp)>,
    /// Of one whose client has just left: who is back by then was not away, and it goes on.
    pub back_until: Option<Timestamp>,
}

impl Cause {
    pub fn due(&self, case: &Case<'_>, starts_at: Option<Timestamp>, busy_elsewhere: bool) -> Timestamp {
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

    /// When the next arrival may be told, after those that were.
    pub fn not_again_before(&self, arrivals: &[Timestamp]) -> Timestamp {
        let comes_and_goes = self.kind != AlertKind::StillWaits && self.away.is_some_and(|away| away < AWAY);
        let earliest = arrivals.iter().rev().nth(MOST_ARRIVALS - 1).filter(|_| comes_and_goes);
        earliest.map_or(Timestamp::MIN_UTC, |earliest| *earliest + ARRIVALS_WITHIN)
    }

    pub fn alert(&self, consultation: ConsultationId, due: Timestamp) -> Alert {
        Alert { cause: self.cause, consultation, kind: self.kind, expires_at: due + TOO_OLD }
    }
}

/// The specialist has said or done something: so long nothing is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence {
    until: Timestamp,
    then: Then,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    Nothing,
    /// It was said of this visit: whoever comes again has come anew.
    NothingOfThisVisit,
    /// What was not told by then is told.
    GoOn,
    /// Whoever waits then is told of once more, because this answer was not kept to.
    Remind(EventId),
}

/// One consultation at one moment of the log.
#[derive(Debug, Default)]
pub(super) struct Talk {
    on_page: bool,
    unreported: bool,
    /// Gone from the page, and on the way into the room until then.
    on_the_way_until: Option<Timestamp>,
    /// The stays in the room and in its lobby; `true` are inside.
    stays: BTreeMap<String, bool>,
    /// Since when nobody is there who was.
    empty_since: Option<Timestamp>,
    pub in_session: bool,
    silence: Option<Silence>,
    pub causes: Vec<Cause>,
}

impl Talk {
    fn somebody_is_there(&self) -> bool {
        self.on_page || self.unreported || self.on_the_way_until.is_some() || !self.stays.is_empty()
    }

    pub fn is_settled(&self) -> bool {
        let gone = self.causes.iter().all(|cause| cause.back_until.is_none());
        !self.somebody_is_there() && gone && !self.in_session && self.silence.is_none()
    }

    /// When arrivals of this consultation were told, in order of time.
    pub fn arrivals_told(&self, told: &BTreeMap<EventId, (ConsultationId, Timestamp)>) -> Vec<Timestamp> {
        let arrivals = self.causes.iter().filter(|cause| cause.kind != AlertKind::StillWaits);
        let mut at: Vec<Timestamp> = arrivals.filter_map(|cause| Some(told.get(&cause.cause)?.1)).collect();
        at.sort_unstable();
        at
    }

    /// When something ends by time alone.
    pub fn changes_at(&self) -> impl Iterator<Item = Timestamp> {
        let gone = self.causes.iter().filter_map(|cause| cause.back_until);
        self.on_the_way_until.into_iter().chain(self.silence.map(|silence| silence.until)).chain(gone)
    }

    /// What ends by time alone, up to a moment.
    pub fn pass(&mut self, to: Timestamp) {
        while let Some(next) = self.changes_at().filter(|at| *at <= to).min() {
            for gone in self.causes.iter_mut().filter(|cause| cause.back_until.is_some_and(|until| until <= next)) {
                gone.back_until = None;
            }
            if self.on_the_way_until == Some(next) {
                self.on_the_way_until = None;
                self.look_who_left(next, next);
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

    pub fn follow(&mut self, event: &Happened) {
        let at = event.received_at;
        match &event.what {
            What::Came { spot, who } => self.comes(*spot, who, event),
            What::Left { spot, who, inside, moved } => {
                self.leaves(*spot, who, *inside, *moved, at);
                // A reporter that is not sure waits before it tells.
                self.look_who_left(event.at.min(at), at);
            }
            What::SessionStarted => {
                self.in_session = true;
                self.silence = None;
                self.end(Fate::Met, at);
            }
            What::SessionEnded => self.in_session = false,
            What::PressedJoin { .. } | What::Answered(_) if self.in_session => {}
            What::PressedJoin { reports: false } => {
                self.silence = Some(Silence { until: at + SpecialistAnswer::SETTLED_FOR, then: Then::Nothing });
                self.end(Fate::Met, at);
            }
            What::PressedJoin { reports: true } => self.joins(at + JOINS_WITHIN),
            What::Answered(answer) => {
                let until = answer.holds_until(at);
                self.silence = Some(match answer {
                    SpecialistAnswer::Coming => Silence { until, then: Then::Remind(event.id) },
                    SpecialistAnswer::Late { .. } => Silence { until: until + LATER_THAN_SAID, then: Then::Remind(event.id) },
                    SpecialistAnswer::Cannot => Silence { until, then: Then::NothingOfThisVisit },
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
        let away = self.empty_since.take().map(|since| at - since);
        if !was_there && away.is_none_or(|away| away > SAME_VISIT) {
            self.silence.take_if(|silence| matches!(silence.then, Then::NothingOfThisVisit));
        }
        let goes_on = self.silence.is_none_or(|silence| matches!(silence.then, Then::GoOn));
        let taken_up = !was_there && goes_on && !self.in_session && self.take_up();
        let kind = if matches!(spot, Spot::Room | Spot::Unreported) { AlertKind::Inside } else { AlertKind::Waits };
        for open in self.open().filter(|_| spot != Spot::Page) {
            open.entered_at.get_or_insert(at);
            if open.kind == AlertKind::Waits {
                open.kind = kind;
            }
        }
        let is_news = !(was_there || taken_up) || self.open().next().is_none();
        if is_news && goes_on && !self.in_session {
            self.begin(event.id, kind, at, at - event.at > TOO_OLD);
            let not_before = self.silence.map(|silence| silence.until);
            let entered_at = (spot != Spot::Page).then_some(at);
            if let Some(begun) = self.causes.last_mut() {
                (begun.not_before, begun.entered_at, begun.away) = (not_before, entered_at, away);
            }
        }
    }

    fn leaves(&mut self, spot: Spot, who: &str, inside: u32, moved: bool, at: Timestamp) {
        if spot == Spot::Page {
            self.unreported &= moved;
            let on_the_way = self.on_page && moved && !self.unreported;
            self.on_page = false;
            if on_the_way {
                self.on_the_way_until = Some(at + SAME_VISIT);
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
        let (entered_at, not_before, away, end, back_until) = (None, None, None, None, None);
        self.causes.push(Cause { cause, kind, since, entered_at, not_before, is_stale, away, end, back_until });
    }

    fn open(&mut self) -> impl Iterator<Item = &mut Cause> {
        self.causes.iter_mut().filter(|cause| cause.end.is_none())
    }

    /// Also of those whose client may still be back.
    fn end(&mut self, fate: Fate, at: Timestamp) {
        for cause in self.causes.iter_mut().filter(|cause| cause.end.is_none() || cause.back_until.is_some()) {
            (cause.end, cause.back_until) = (Some((fate, at)), None);
        }
    }

    fn look_who_left(&mut self, left_at: Timestamp, heard_at: Timestamp) {
        if !self.somebody_is_there() {
            self.empty_since.get_or_insert(left_at);
            let back_until = Some(left_at + NOT_AWAY).filter(|until| *until > heard_at);
            self.open().for_each(|open| (open.end, open.back_until) = (Some((Fate::Left, heard_at)), back_until));
        }
    }

    /// What was left a moment ago goes on; whether anything does.
    fn take_up(&mut self) -> bool {
        let not_before = self.silence.map(|silence| silence.until);
        let mut goes_on = false;
        for cause in self.causes.iter_mut().filter(|cause| cause.back_until.is_some()) {
            (cause.end, cause.back_until, cause.not_before) = (None, None, cause.not_before.max(not_before));
            goes_on = true;
        }
        goes_on
    }
}
