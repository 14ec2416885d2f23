//! What the events of one consultation say about it now. A pure fold in the order of the log.
//!
//! Events carry no id of a person, so two clients in one room are told apart by name; where names do not help,
//! arrivals and departures are counted. Where the backend says how many are left and it is none, none it is.

use crate::record::{Event, Kind, Seen};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

/// A client who goes from the page into the room leaves the page on the way; that is one visit.
const BETWEEN_PAGE_AND_ROOM: Duration = Duration::seconds(30);

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
            Kind::ClientLeft { .. } => self.goes(event),
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
            | Kind::ClientAdmitted
            | Kind::SpecialistAnswered { .. }
            | Kind::Escalated => {}
        }
        self.count_together(event.at);
        self.steps.push(event.clone());
    }

    fn comes(&mut self, event: &Event, place: Place) {
        self.came = true;
        self.line_unstable = false;
        let known = self.clients.iter_mut().find(|client| client.place < place && may_be_same(&client.name, &event.name));
        match known {
            Some(client) => {
                client.place = place;
                client.since = event.at;
                client.unproven = event.unproven;
                if !event.name.is_empty() {
                    client.name.clone_from(&event.name);
                }
            }
            None => self.clients.push(Client {
                name: event.name.clone(),
                place,
                since: event.at,
                line_lost: false,
                unproven: event.unproven,
            }),
        }
        let inside = self.specialist_inside_since.is_some();
        match self.visit.as_mut() {
            Some(visit) if visit.ended.is_none() => visit.met |= inside,
            Some(visit) if visit.from_page && visit.ended.is_some_and(|ended| event.at - ended <= BETWEEN_PAGE_AND_ROOM) => {
                visit.ended = None;
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
                });
            }
        }
        if let Some(visit) = self.visit.as_mut() {
            visit.missed &= event.missed;
        }
    }

    fn goes(&mut self, event: &Event) {
        let position = self
            .clients
            .iter()
            .position(|client| client.name == event.name)
            .or_else(|| self.clients.iter().position(|client| may_be_same(&client.name, &event.name)))
            .or_else(|| (!self.clients.is_empty()).then_some(0));
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

fn may_be_same(known: &str, told: &str) -> bool {
    known.is_empty() || told.is_empty() || known == told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, event, joined, left};

    #[test]
    fn a_client_comes_and_goes() {
        let attended = Attended::from_events(&[joined(1, "11:58", "Ivan"), left(2, "12:03", "Ivan")]);
        assert!(!attended.somebody_there());
        let visit = attended.visit.expect("a visit");
        assert_eq!((visit.began, visit.ended), (at("11:58"), Some(at("12:03"))));
    }

    #[test]
    fn events_given_twice_or_out_of_order_change_nothing() {
        let events = [joined(1, "11:58", ""), left(2, "12:03", ""), joined(3, "12:10", "")];
        let straight = Attended::from_events(&events);
        let shuffled = Attended::from_events([&events[2], &events[0], &events[1], &events[0]]);
        assert_eq!(straight, shuffled);
        assert_eq!(straight.clients.len(), 1);
    }

    #[test]
    fn one_of_two_clients_leaves_and_the_visit_goes_on() {
        let attended =
            Attended::from_events(&[joined(1, "11:58", "Olga"), joined(2, "11:59", "Pyotr"), left(3, "12:01", "Olga")]);
        assert_eq!(attended.clients.iter().map(|client| client.name.as_str()).collect::<Vec<_>>(), ["Pyotr"]);
        assert_eq!(attended.visit.and_then(|visit| visit.ended), None);
    }

    #[test]
    fn a_withdrawn_arrival_never_was() {
        let attended =
            Attended::from_events(&[joined(1, "11:58", "Anna"), event(2, "11:59", Kind::Withdrawn { of: "event-1".into() }, "")]);
        assert_eq!(attended, Attended::default());
    }

    #[test]
    fn from_the_page_through_the_lobby_into_the_room_is_one_visit() {
        let attended = Attended::from_events(&[
            event(1, "11:50", Kind::ClientWaiting { lobby: false }, ""),
            event(2, "11:55", Kind::ClientLeft { reason: "closed".into() }, ""),
            event(3, "11:55", Kind::ClientWaiting { lobby: true }, "Ivan"),
            joined(4, "11:58", "Ivan"),
        ]);
        assert_eq!(attended.clients.len(), 1);
        assert_eq!(attended.foremost().map(|client| client.place), Some(Place::Room));
        assert_eq!(attended.visit.map(|visit| visit.id), Some("event-1".into()));
    }

    #[test]
    fn time_together_counts_while_both_are_in_the_room() {
        let mut events = vec![joined(1, "12:00", "Ivan"), event(2, "12:02", Kind::SessionStarted, "")];
        assert_eq!(Attended::from_events(&events).together(at("12:12")), Duration::minutes(10));
        events.push(left(3, "12:22", "Ivan"));
        assert_eq!(Attended::from_events(&events).together(at("12:30")), Duration::minutes(20));
        events.push(event(4, "12:30", Kind::SessionEnded { together: 1201 }, ""));
        let attended = Attended::from_events(&events);
        assert_eq!(attended.together(at("13:00")), Duration::seconds(1201));
        assert!(attended.met && attended.visit.is_some_and(|visit| visit.met));
    }

    #[test]
    fn a_lost_line_is_not_a_departure() {
        let mut events = vec![joined(1, "12:00", "Ivan"), event(2, "12:05", Kind::ClientLineLost, "Ivan")];
        assert!(Attended::from_events(&events).clients[0].line_lost);
        events.push(event(3, "12:06", Kind::ClientLineBack, "Ivan"));
        assert!(!Attended::from_events(&events).clients[0].line_lost);
    }
}
