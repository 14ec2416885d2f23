//! Who waits on the client's page: a pure function of what the pages said, of what was told, and of time.
//!
//! Every opened page draws itself an id, its visit. While it is visible it says *here* every ten seconds, and *leave* when it is closed;
//! a phone that sleeps, or a line that is lost, says nothing at all. [`wait`] makes one person of all visits of a consultation,
//! however many devices they are on, compares that with what was told, and says the difference.
//!
//! Only our own clock is looked at. What was said is a set: said twice or in another order it means the same.

use crate::{EventKind, LeaveReason, Place, Timestamp};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// A page that is visible says so this often.
pub const HEARTBEAT: Duration = Duration::seconds(10);

/// Three heartbeats are missing: the line is silent. Quiet.
pub const SILENT_AFTER: Duration = Duration::seconds(35);

/// A phone that was put away for a moment is back by now, or is not going to be. So long a silence is one stay, too.
pub const LOST_AFTER: Duration = Duration::seconds(90);

/// A closed page may be a reload: so long it is not told.
pub const RELOADED_WITHIN: Duration = Duration::seconds(8);

/// A heartbeat that was on its way when its page was closed may come after the word that it is: so soon it opens nothing again.
const OVERTAKEN_WITHIN: Duration = Duration::seconds(1);

/// Whoever is on the page earlier than this waits for nobody yet: a link that is tried out, or a page that is left open overnight.
pub const EARLY: Duration = Duration::minutes(60);

/// So long after the planned end somebody on the page still waits, and the door is still open.
pub const LATE: Duration = Duration::minutes(30);

/// So many visits of one consultation are remembered. Nobody has so many devices; whoever makes up more has the link, and harms themselves.
const MOST_VISITS: usize = 32;

/// So often it is told that a link was opened. Whoever makes up visits would otherwise fill the log, one event for each.
const MOST_OPENED: usize = 100;

/// When to expect a client who said at `said_at` that they are so many minutes late: later than planned, or than now once the planned
/// time has passed.
#[must_use]
pub fn expected_at(starts_at: Timestamp, said_at: Timestamp, minutes: u32) -> Timestamp {
    starts_at.max(said_at) + Duration::minutes(i64::from(minutes))
}

/// What a page says of its visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    Here,
    Leave {
        /// The visitor went through the door.
        into_room: bool,
    },
}

/// Everything that the pages of one consultation said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visits(BTreeMap<String, Visit>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Visit {
    /// From the first to the last *here* without a long silence between, in order of time.
    heard: Vec<(Timestamp, Timestamp)>,
    left: BTreeMap<Timestamp, bool>,
}

/// What stands in the log of one consultation's client, as far as the page is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The visits that were told as the link being opened.
    opened: Vec<String>,
    /// Since when somebody was told as waiting who was not told as gone.
    pub waiting_since: Option<Timestamp>,
    line_lost: bool,
    /// When the visitor went into a room that reports nothing and was told as being there; until they were told as gone.
    pub joined_at: Option<Timestamp>,
    joined_before: bool,
    moved_at: Option<Timestamp>,
    gone_at: Option<Timestamp>,
}

/// What surrounds the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Neither finished nor cancelled.
    pub is_open: bool,
    /// Its room says itself who is in it.
    pub room_reports: bool,
    /// By the room's word a client is in it now.
    pub inside: bool,
}

/// An event of the page before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTelling {
    pub kind: EventKind,
    pub at: Timestamp,
    /// The visit.
    pub about: String,
}

/// What to say now, and when to look again although no page has said anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In the order to append.
    pub tellings: Vec<PageTelling>,
    pub look_again_at: Option<Timestamp>,
}

/// A time on the page without an absence, on any of the person's devices.
#[derive(Debug, Clone)]
struct Stay {
    from: Timestamp,
    /// Unless more is heard, they are gone from then on, for this reason, since that moment.
    until: Timestamp,
    reason: LeaveReason,
    gone_at: Timestamp,
    /// The line counts as silent from then on.
    silent_at: Timestamp,
    visits: Vec<String>,
}

impl Visits {
    /// Takes what a page said at a moment of our clock.
    pub fn hear(&mut self, visit: &str, word: Word, at: Timestamp) {
        if self.0.len() >= MOST_VISITS && !self.0.contains_key(visit) {
            let stalest = self.0.iter().min_by_key(|(_, visit)| visit.last()).map(|(id, _)| id.clone());
            stalest.map(|id| self.0.remove(&id));
        }
        let visit = self.0.entry(visit.to_owned()).or_default();
        match word {
            Word::Here => visit.heard_at(at),
            Word::Leave { into_room } => *visit.left.entry(at).or_default() |= into_room,
        }
    }

    /// Forgets what can matter no more.
    pub fn forget_before(&mut self, before: Timestamp) {
        for visit in self.0.values_mut() {
            visit.heard.retain(|(_, to)| *to >= before);
            visit.left.retain(|at, _| *at >= before);
        }
        self.0.retain(|_, visit| visit.last().is_some());
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// When somebody last went through the door, and by which visit.
    fn moved(&self) -> Option<(Timestamp, &str)> {
        let through = |visit: &Visit| visit.left.iter().rev().find(|(_, into_room)| **into_room).map(|(at, _)| *at);
        self.0.iter().filter_map(|(id, visit)| Some((through(visit)?, id.as_str()))).max()
    }

    /// The latest stay of the person on any device. A page that was left behind elsewhere when they went into the room is no sign of them.
    fn last_stay(&self) -> Option<Stay> {
        let moved = self.moved();
        let mut stays: Vec<Stay> = self.0.iter().flat_map(|(id, visit)| visit.stays(id, moved)).collect();
        stays.sort_by_key(|stay| stay.from);
        stays.into_iter().reduce(|mut last, next| {
            if next.from > last.until {
                return next;
            }
            if next.until > last.until {
                (last.until, last.reason, last.gone_at) = (next.until, next.reason, next.gone_at);
            }
            last.silent_at = last.silent_at.max(next.silent_at);
            last.visits.extend(next.visits);
            last
        })
    }
}

impl Visit {
    /// Joins what no long silence parts, so that a page which is open for hours is two moments.
    fn heard_at(&mut self, at: Timestamp) {
        let (mut from, mut to) = (at, at);
        self.heard.retain(|(earlier, later)| {
            let joins = *earlier <= to + LOST_AFTER && from <= *later + LOST_AFTER;
            if joins {
                (from, to) = (from.min(*earlier), to.max(*later));
            }
            !joins
        });
        let place = self.heard.partition_point(|(earlier, _)| *earlier < from);
        self.heard.insert(place, (from, to));
    }

    fn last(&self) -> Option<Timestamp> {
        self.heard.last().map(|(_, to)| *to).max(self.left.keys().next_back().copied())
    }

    fn stays(&self, id: &str, moved: Option<(Timestamp, &str)>) -> Vec<Stay> {
        let stay = |(from, to): &(Timestamp, Timestamp)| {
            let mut from = *from;
            if let Some((moved_at, by)) = moved {
                if by == id && moved_at + OVERTAKEN_WITHIN < *to {
                    // The visitor came back to the same page.
                    from = from.max(moved_at + OVERTAKEN_WITHIN);
                } else if from <= moved_at {
                    return None;
                }
            }
            let visits = vec![id.to_owned()];
            let closed_at = self.left.keys().next_back().filter(|at| **at >= from && *to <= **at + OVERTAKEN_WITHIN);
            Some(match closed_at {
                Some(at) => {
                    let until = *at + RELOADED_WITHIN;
                    Stay { from, until, reason: LeaveReason::Closed, gone_at: *at, silent_at: until, visits }
                }
                None => {
                    let (until, silent_at) = (*to + LOST_AFTER, *to + SILENT_AFTER);
                    Stay { from, until, reason: LeaveReason::Lost, gone_at: *to, silent_at, visits }
                }
            })
        };
        self.heard.iter().filter_map(stay).collect()
    }
}

impl Told {
    /// Takes an event of the page that stands in the log.
    pub fn page(&mut self, kind: &EventKind, about: &str, at: Timestamp) {
        match kind {
            EventKind::ClientOpenedLink => {
                self.opened.push(about.to_owned());
            }
            EventKind::ClientWaiting { .. } => {
                self.waiting_since = Some(at);
                self.line_lost = false;
            }
            EventKind::ClientLineLost => self.line_lost = true,
            EventKind::ClientLineBack => self.line_lost = false,
            EventKind::ClientJoined { .. } => {
                self.gone();
                (self.joined_at, self.moved_at, self.joined_before) = (Some(at), Some(at), true);
            }
            EventKind::ClientLeft { reason } => {
                self.gone();
                self.gone_at = Some(at);
                if *reason == LeaveReason::Moved {
                    self.moved_at = Some(at);
                }
            }
            _ => {}
        }
    }

    /// The room says that the client is in it, so nobody waits on the page any more.
    pub fn room_has_them(&mut self) {
        self.gone();
    }

    fn knows_any(&self, visits: &[String]) -> bool {
        visits.iter().any(|visit| self.opened.contains(visit))
    }

    fn gone(&mut self) {
        (self.waiting_since, self.line_lost, self.joined_at) = (None, false, None);
    }

    /// What the pages must have said for this to be told. After a restart nothing else is known of them: whoever was told as waiting has
    /// as long to be heard again as after any silence.
    #[must_use]
    pub fn visits(&self, now: Timestamp) -> Visits {
        let mut visits = Visits::default();
        let visit = self.opened.last().map_or("", String::as_str);
        if let Some(at) = self.moved_at {
            visits.hear(visit, Word::Leave { into_room: true }, at);
        }
        if let Some(since) = self.waiting_since {
            let to = if self.line_lost { now - SILENT_AFTER } else { now };
            let heard = (since.min(to), to);
            visits.0.entry(visit.to_owned()).or_default().heard.push(heard);
        }
        visits
    }
}

impl Meeting {
    /// Whoever is on the page now is waiting.
    fn is_near(&self, now: Timestamp) -> bool {
        self.is_open && self.opens() <= now && now <= self.closes()
    }

    fn opens(&self) -> Timestamp {
        self.starts_at - EARLY
    }

    fn closes(&self) -> Timestamp {
        self.ends_at + LATE
    }
}

/// Judges what the pages of a consultation said.
///
/// The steps between "away", "waits" and "in the room" are told once each, however often this is asked.
#[must_use]
pub fn wait(meeting: &Meeting, visits: &Visits, told: &Told, now: Timestamp) -> Waiting {
    let mut out = Waiting::default();
    let mut next = BTreeSet::new();
    let stay = visits.last_stay();
    match &stay {
        Some(stay) if now < stay.until => {
            present(meeting, stay, told, now, &mut out);
            next.extend([stay.silent_at, stay.until, meeting.opens(), meeting.closes()]);
        }
        _ => {
            absent(meeting, stay.as_ref(), visits.moved(), told, now, &mut out);
            next.insert(meeting.closes());
        }
    }
    // `closes` itself still belongs to the meeting.
    out.look_again_at = next.into_iter().map(|at| at + Duration::milliseconds(1)).find(|at| *at > now);
    out
}

fn present(meeting: &Meeting, stay: &Stay, told: &Told, now: Timestamp, out: &mut Waiting) {
    let visit = stay.visits.first().cloned().unwrap_or_default();
    let mut tell = |kind, at| out.tellings.push(PageTelling { kind, at, about: visit.clone() });
    if told.joined_at.is_some() {
        // Back on the page: what became of the visit to the room, nobody knows.
        tell(EventKind::ClientLeft { reason: LeaveReason::Unknown }, stay.from);
    }
    if told.opened.len() < MOST_OPENED && !told.knows_any(&stay.visits) {
        tell(EventKind::ClientOpenedLink, stay.from);
    }
    let waits = told.waiting_since.is_some();
    let silent = now >= stay.silent_at;
    if waits && !meeting.is_near(now) {
        tell(EventKind::ClientLeft { reason: LeaveReason::Ended }, now);
    } else if waits && silent != told.line_lost {
        let (kind, at) = if silent { (EventKind::ClientLineLost, stay.gone_at) } else { (EventKind::ClientLineBack, now) };
        tell(kind, at);
    } else if !waits && !silent && !meeting.inside && meeting.is_near(now) {
        tell(
            EventKind::ClientWaiting { place: Place::Page },
            stay.from.max(meeting.opens()).max(told.gone_at.unwrap_or(stay.from)),
        );
    }
}

fn absent(
    meeting: &Meeting,
    stay: Option<&Stay>,
    moved: Option<(Timestamp, &str)>,
    told: &Told,
    now: Timestamp,
    out: &mut Waiting,
) {
    let mut tell = |kind, at, about: &str| out.tellings.push(PageTelling { kind, at, about: about.to_owned() });
    let moved = moved.filter(|_| stay.is_none());
    if told.waiting_since.is_some() {
        let (reason, at, about) = match (moved, stay) {
            (Some((at, about)), _) => (LeaveReason::Moved, at, about),
            (None, Some(stay)) => (stay.reason, stay.gone_at, stay.visits.first().map_or("", String::as_str)),
            (None, None) => (LeaveReason::Lost, now, ""),
        };
        tell(EventKind::ClientLeft { reason }, at, about);
    }
    match (moved, told.joined_at) {
        (_, Some(_)) if !meeting.is_open || now > meeting.closes() => {
            tell(EventKind::ClientLeft { reason: LeaveReason::Ended }, now, "");
        }
        (Some((at, about)), None)
            if !meeting.room_reports
                && meeting.is_open
                && now <= meeting.closes()
                && told.moved_at.is_none_or(|told| told < at) =>
        {
            tell(EventKind::ClientJoined { again: told.joined_before }, at, about);
        }
        _ => {}
    }
}
