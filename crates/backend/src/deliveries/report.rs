//! What the practice's own channel is told of sessions: who started, that a client came, what ended. A client is never named.

use super::id_of;
use crate::ports::{Audience, Row};
use chrono::{DateTime, Duration};
use kabinet_domain::{Channel, Delivery, Event, EventKind, Purpose, Timestamp};

/// News that is older interests nobody: it was missed while something was down.
const OF_USE: Duration = Duration::minutes(30);

/// What happened, as the delivery's row keeps it until it is put into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub what: What,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Started,
    Joined,
    /// With the minutes that both sides were there.
    Ended {
        minutes: u32,
    },
}

/// The row of an event that the channel is told.
pub fn of_event(event: &Event, audience: Audience, now: Timestamp) -> Option<Row> {
    let Audience::Specialist(specialist) = audience else { return None };
    let what = match event.kind {
        EventKind::SessionStarted => What::Started,
        // Who comes back is no news to the practice.
        EventKind::ClientJoined { again: false } => What::Joined,
        EventKind::SessionEnded { together } => What::Ended { minutes: together.div_ceil(60) },
        _ => return None,
    };
    if now - event.at >= OF_USE {
        return None;
    }
    Some(Row::Delivery(Box::new(Delivery {
        id: id_of(&format!("report/{}", event.id)),
        specialist,
        consultation: event.consultation,
        channel: Channel::Telegram,
        purpose: Purpose::Report,
        to: "".into(),
        text: Report { what, at: event.at }.write().into(),
        buttons: Vec::new(),
        due_at: now,
        expires_at: event.at + OF_USE,
    })))
}

impl Report {
    fn write(self) -> String {
        let (what, minutes) = match self.what {
            What::Started => ("started", 0),
            What::Joined => ("joined", 0),
            What::Ended { minutes } => ("ended", minutes),
        };
        format!("{what} {minutes} {}", self.at.timestamp_millis())
    }

    /// What [`of_event`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (what, minutes, at) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let what = match what {
            "started" => What::Started,
            "joined" => What::Joined,
            "ended" => What::Ended { minutes },
            _ => return None,
        };
        Some(Self { what, at: DateTime::from_timestamp_millis(at)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::{ConsultationId, Cursor, EventId, SpecialistId};
    use uuid::Uuid;

    const NOW: Timestamp = DateTime::UNIX_EPOCH;

    fn event(kind: EventKind, at: Timestamp) -> Event {
        Event {
            cursor: Cursor(1),
            id: EventId(Uuid::from_u128(1)),
            kind,
            specialist: None,
            consultation: Some(ConsultationId(Uuid::from_u128(2))),
            room: None,
            who: None,
            source: "jitsi".to_owned(),
            at,
            received_at: NOW,
            about: String::new(),
            inside: 0,
        }
    }

    fn told(kind: EventKind, at: Timestamp) -> Option<Report> {
        let row = of_event(&event(kind, at), Audience::Specialist(SpecialistId(Uuid::from_u128(3))), NOW)?;
        let Row::Delivery(delivery) = row else { panic!("a delivery") };
        assert_eq!((delivery.purpose, delivery.channel), (Purpose::Report, Channel::Telegram));
        Report::read(delivery.text.reveal())
    }

    #[test]
    fn the_channel_is_told_of_starts_arrivals_and_ends_while_they_are_news() {
        let at = NOW - Duration::minutes(29);
        assert_eq!(told(EventKind::SessionStarted, at), Some(Report { what: What::Started, at }));
        assert_eq!(told(EventKind::ClientJoined { again: false }, at), Some(Report { what: What::Joined, at }));
        assert_eq!(told(EventKind::SessionEnded { together: 61 }, at), Some(Report { what: What::Ended { minutes: 2 }, at }));
        assert_eq!(told(EventKind::ClientJoined { again: true }, at), None);
        assert_eq!(told(EventKind::LineUnstable, at), None);
        assert_eq!(told(EventKind::SessionStarted, NOW - OF_USE), None);
    }

    #[test]
    fn a_room_that_nobody_planned_is_no_business_of_the_channel() {
        assert!(of_event(&event(EventKind::SessionStarted, NOW), Audience::Operator, NOW).is_none());
    }
}
