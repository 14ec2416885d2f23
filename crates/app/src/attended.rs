//! What the events of one consultation say about it now. A pure fold in the order of the log.
//!
//! Events carry no id of a person, so two clients in one room are told apart by name; where names do not help,
//! arrivals and departures are counted. Where the backend says how many are left and it is none, none it is.

use crate::record::{Event, Kind, Seen};
use chrono::{DateTime, Duration, Utc};
use kabinet_domain::escalation::SAME_VISIT;
use std::collections::BTreeSet;

/// The source that tells for rooms which report nothing.
const PAGE: &str = "page";

/// Why a page is left by whoever goes from it into the room.
const MOVED: &str = "moved";

/// A client who goes from the page into the room leaves the page on the way; that is one visit.
const BETWEEN_PAGE_AND_ROOM: Duration = SAME_VISIT;

/// Whoever pressed the page's way into the room first says there who they are, and which camera they use.
const ON_THE_WAY_IN: Duration = Duration::minutes(5);

/// A press on *Join* so long before a client comes still means that the specialist is there.
const PRESSED_BEFORE: Duration = Duration::minutes(30);

/// Where nothing reports that people have left, they are taken to be gone so long after the planned end.
const OVERTIME: Duration = Duration::minutes(15);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attended {
    pub clients: Vec<Client>,
    /// The present visit, or the last one.
    pub visit: Option<Visit>,
    pub opened_link_at: Option<DateTime<Utc>>,
    pub specialist_inside_since: Option<DateTime<Utc>>,
    pub line_unstable: bool,
    /// A client was seen in the room or at its door.
    pub came: bool,
    /// Both sides were in the room at some time.
    pub met: bool,
    together_done: Duration,
    together_now: Duration,
    both_since: Option<DateTime<Utc>>,
    /// The events that are still true, oldest first.
    pub steps: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub name: String,
    pub place: Place,
    pub since: DateTime<Utc>,
    pub line_lost: bool,
    pub unproven: bool,
    /// The page said that they went in; nothing will say that they left.
    pub unreported: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Page,
    Lobby,
    Room,
}

/// From the first client's coming until nobody is there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Id of the event that began it.
    pub id: String,
    pub began: DateTime<Utc>,
    pub ended: Option<DateTime<Utc>>,
    /// Of its latest arrival.
    pub missed: bool,
    /// The specialist was inside at some time of it.
    pub met: bool,
    from_page: bool,
    /// The client went from the page into the room.
    pub moved: bool,
}

impl Attended {
    /// Reads the events of one consultation, in any order; an event given twice counts once.
    #[must_use]
    pub fn from_events<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut events: Vec<&Event> = events.into_iter().collect();
        events.sort_by_key(|event| event.cursor);
        events.dedup_by_key(|event| event.id.as_str());
        let withdrawn: BTreeSet<&str> = events
            .iter()
            .filter_map(|event| match &event.kind {
                Kind::Withdrawn { of } => Some(of.as_str()),
                _ => None,
            })
            .collect();
        let mut attended = Self::default();
        for event in events.into_iter().filter(|event| !withdrawn.contains(event.id.as_str())) {
            attended.follow(event);
        }
        attended.steps.sort_by_key(|event| event.at);
        attended
    }

    /// With what was kept of events that are forgotten by now.
    #[must_use]
    pub fn remembering(mut self, seen: Seen) -> Self {
        self.came |= seen.came;
        self.together_done = self.together_done.max(Duration::seconds(i64::from(seen.together)));
        self
    }

    /// Somebody is in the room or waits at its door.
    #[must_use]
    pub fn somebody_there(&self) -> bool {
        !self.clients.is_empty()
    }

    /// The client who came nearest, the longest there first.
    #[must_use]
    pub fn foremost(&self) -> Option<&Client> {
        self.clients.iter().min_by_key(|client| (std::cmp::Reverse(client.place), client.line_lost, client.since))
    }

    /// How long both sides were in the room, until `now`.
    #[must_use]
    pub fn together(&self, now: DateTime<Utc>) -> Duration {
        let running = self.both_since.map_or(Duration::zero(), |since| (now - since).max(Duration::zero()));
        self.together_done + self.together_now + running
    }

    /// For a room that reports nothing: the specialist who pressed *Join* is taken to be inside, and both are gone some time after
    /// the planned end.
    #[must_use]
    pub fn where_nothing_reports(mut self, pressed: Option<DateTime<Utc>>, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let Some(since) = self.clients.iter().filter(|client| client.unreported).map(|client| client.since).min() else {
            return self;
        };
        let over = ends_at.max(since) + OVERTIME;
        if over <= now {
            self.clients.retain(|client| !client.unreported);
            if self.clients.is_empty()
                && let Some(visit) = self.visit.as_mut()
            {
                visit.ended.get_or_insert(over);
            }
        }
        let Some(pressed) =
            pressed.filter(|pressed| self.specialist_inside_since.is_none() && *pressed + PRESSED_BEFORE >= since)
        else {
            return self;
        };
        if let Some(visit) = self.visit.as_mut() {
            visit.met = true;
        }
        let inside = pressed.max(since);
        self.met = true;
        if over <= now {
            self.together_done += (ends_at - inside).max(Duration::zero());
        } else {
            self.specialist_inside_since = Some(pressed);
            self.both_since = Some(inside);
        }
        self
    }

    fn follow(&mut self, event: &Event) {
        match &event.kind {
            Kind::ClientOpenedLink => self.opened_link_at = Some(event.at),
            Kind::ClientWaiting { lobby } => self.comes(event, if *lobby { Place::Lobby } else { Place::Page }),
            Kind::ClientJoined { .. } => self.comes(event, Place::Room),
            Kind::ClientNamed => {
                if let Some(client) = self.who(&event.name, |client| client.name.is_empty()) {
                    client.name.clone_from(&event.name);
                }
            }
            Kind::ClientLineLost => {
                if let Some(client) = self.who(&event.name, |client| client.place == Place::Room && !client.line_lost) {
                    client.line_lost = true;
                }
            }
            Kind::ClientLineBack => {
                if let Some(client) = self.who(&event.name, |client| client.line_lost) {
                    client.line_lost = false;
                }
            }
            Kind::ClientLeft { reason } => self.goes(event, went_in(event, reason)),
            Kind::SessionStarted => {
                self.specialist_inside_since.get_or_insert(event.at);
                if let Some(visit) = self.visit.as_mut().filter(|visit| visit.ended.is_none()) {
                    visit.met = true;
                }
            }
            Kind::SessionEnded { together } => {
                self.specialist_inside_since = None;
                self.both_since = None;
                self.together_now = Duration::zero();
                self.together_done += Duration::seconds(i64::from(*together));
            }
            Kind::LineUnstable => self.line_unstable = true,
            Kind::ClientLate { .. } => {}
            Kind::ConsultationChanged
            | Kind::Withdrawn { .. }
            | Kind::SourceSilent
            | Kind::SourceBack
            | Kind::CalendarChanged
            | Kind::ReachChanged
            | Kind::Delivery { .. }
            | Kind::Other => return,
            // Steps that change nobody's place.
            Kind::MessageReceived { .. }
            | Kind::ClientAnswered { .. }
            | Kind::ClientAdmitted { .. }
            | Kind::SpecialistAnswered { .. }
            | Kind::Escalated => {}
        }
        self.count_together(event.at);
        self.steps.push(event.clone());
    }

    fn comes(&mut self, event: &Event, place: Place) {
        self.came = true;
        self.line_unstable = false;
        let unreported = place == Place::Room && event.source == PAGE;
        // Whoever comes by the client's link is the client: only a room's server may not know who came in.
        let unproven = event.unproven && event.source != PAGE;
        let known = self.clients.iter_mut().find(|client| client.place < place && may_be_same(&client.name, &event.name));
        match known {
            Some(client) => {
                client.place = place;
                client.since = event.at;
                client.unproven = unproven;
                client.unreported = unreported;
                if !event.name.is_empty() {
                    client.name.clone_from(&event.name);
                }
            }
            None => self.clients.push(Client {
                name: event.name.clone(),
                place,
                since: event.at,
                line_lost: false,
                unproven,
                unreported,
            }),
        }
        let inside = self.specialist_inside_since.is_some();
        match self.visit.as_mut() {
            Some(visit) if visit.ended.is_none() => visit.met |= inside,
            Some(visit) if visit.continues(event.at) => {
                visit.ended = None;
                visit.moved = false;
                visit.from_page = place == Place::Page;
                visit.met |= inside;
            }
            _ => {
                self.visit = Some(Visit {
                    id: event.id.clone(),
                    began: event.at,
                    ended: None,
                    missed: event.missed,
                    met: inside,
                    from_page: place == Place::Page,
                    moved: false,
                });
            }
        }
        if let Some(visit) = self.visit.as_mut() {
            visit.missed &= event.missed;
        }
    }

    fn goes(&mut self, event: &Event, moved: bool) {
        // The page says who left the page; who is in the room already has not left by it.
        let fits = |client: &&Client| !moved || client.place == Place::Page;
        let named = |same: &dyn Fn(&Client) -> bool| self.clients.iter().position(|client| fits(&client) && same(client));
        let position = named(&|client| client.name == event.name)
            .or_else(|| named(&|client| may_be_same(&client.name, &event.name)))
            .or_else(|| named(&|_| true));
        let Some(position) = position else { return };
        let gone = self.clients.remove(position);
        if event.inside == Some(0) {
            self.clients.retain(|client| client.place != Place::Room);
        }
        if self.clients.is_empty()
            && let Some(visit) = self.visit.as_mut()
        {
            visit.ended = Some(event.at);
            visit.from_page = gone.place == Place::Page;
            visit.moved = moved;
        }
    }

    /// The client of this name, or else the first who `fits`, or else the only one.
    fn who(&mut self, name: &str, fits: impl Fn(&Client) -> bool) -> Option<&mut Client> {
        let position = self
            .clients
            .iter()
            .position(|client| client.name == name && fits(client))
            .or_else(|| self.clients.iter().position(&fits))
            .or_else(|| (self.clients.len() == 1).then_some(0))?;
        self.clients.get_mut(position)
    }

    fn count_together(&mut self, at: DateTime<Utc>) {
        let both = self.specialist_inside_since.is_some() && self.clients.iter().any(|client| client.place == Place::Room);
        match (both, self.both_since) {
            (true, None) => {
                self.both_since = Some(at);
                self.met = true;
            }
            (false, Some(since)) => {
                self.together_now += (at - since).max(Duration::zero());
                self.both_since = None;
            }
            _ => {}
        }
    }
}

impl Visit {
    /// Who comes now went on from where this visit was broken off.
    fn continues(&self, at: DateTime<Utc>) -> bool {
        let between = if self.moved { ON_THE_WAY_IN } else { BETWEEN_PAGE_AND_ROOM };
        self.from_page && self.ended.is_some_and(|ended| at - ended <= between)
    }
}

/// Leaving the page was going into the room.
pub(crate) fn went_in(event: &Event, reason: &str) -> bool {
    event.source == PAGE && reason == MOVED
}

fn may_be_same(known: &str, told: &str) -> bool {
    known.is_empty() || told.is_empty() || known == told
}

#[cfg(test)]
mod tests;
