//! Which waiting clients a specialist must be told of elsewhere, because no desktop has brought an answer.
//!
//! [`escalate`] looks at *all* that happened in one specialist's consultations, as the log has it, and answers with what is to be told
//! now, what became of that which was told, and when to look again. It has no memory and no clock: what was told already stands among
//! the events, so however often it is asked, each cause is told once. `docs/reaching.md` explains the rules.

mod talk;

use crate::event::{EventKind, SpecialistAnswer};
use crate::reach::{Disturbance, Reach};
/// Whoever opens their page earlier than this before the time tries it out. It is what makes a client one who waits at all, and what
/// desktops announce from: a client who is told that they are waiting must not wait unheard because no desktop is there to say so.
pub use crate::waiting::EARLY;
use crate::{ConsultationId, Cursor, EventId, Place, Timestamp};
use chrono::{Days, Duration, TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use talk::Talk;

/// Desktops change their line now and then; so long nobody is called away because of it.
pub const NO_DESKTOP_GRACE: Duration = Duration::seconds(5);

/// "In five minutes" may take one more: the desktop rings first.
pub const LATER_THAN_SAID: Duration = Duration::minutes(1);

/// The browser, the name page and perhaps a login lie between the press on *Join* and the room.
pub const JOINS_WITHIN: Duration = Duration::seconds(90);

/// What is older wakes nobody: the backend was down, or the news came late.
pub const TOO_OLD: Duration = Duration::minutes(10);

/// Between the page and the room a client is in neither for a moment; who comes after a longer absence has come anew.
pub const SAME_VISIT: Duration = Duration::seconds(30);

/// Whoever is back so soon was not away: a page that is opened anew, a line that changes. The case goes on, and is told of once.
pub const NOT_AWAY: Duration = Duration::seconds(10);

/// Whoever comes and goes all the time is told of so often within so long; the next time waits. That is enough to be heard, and less
/// than what makes somebody turn the chat off.
pub const MOST_ARRIVALS: usize = 3;
pub const ARRIVALS_WITHIN: Duration = Duration::minutes(10);

/// After so long an absence a client's coming is news however often they came before.
pub const AWAY: Duration = Duration::minutes(3);

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
        let arrivals = talk.arrivals_told(&told);
        let lately = arrivals.last().map(|at| *at + ARRIVALS_WITHIN).filter(|until| *until > now);
        if talk.is_settled() {
            looks.extend(lately);
            found.settled.extend(lately.is_none().then_some(*consultation));
        }
        let busy_elsewhere = sessions > usize::from(talk.in_session);
        for open in talk.causes.iter().filter(|open| open.end.is_none() && !told.contains_key(&open.cause)) {
            let due =
                open.due(case, case.starts.get(consultation).copied(), busy_elsewhere).max(open.not_again_before(&arrivals));
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
        Some(known) if known.back_until.is_some() => return None,
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
