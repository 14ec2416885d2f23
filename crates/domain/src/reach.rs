//! How a specialist can be reached when the desktop is not enough, and when not at all.

use crate::{Sensitive, Timestamp};
use chrono::NaiveTime;
use chrono_tz::Tz;

/// What a specialist chose about being reached away from the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The chat that alerts go to, once it is bound and confirmed.
    pub telegram: Option<Sensitive<String>>,
    /// An alert that nobody answered goes there after so many seconds.
    pub after_seconds: u32,
    pub quiet: Quiet,
}

/// When a person does not want to be disturbed. A client who waits is another matter than a reminder: only `even_clients` and `until_even_clients` keep that back too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quiet {
    pub hours: Option<QuietHours>,
    /// "Do not disturb", until then.
    pub until: Option<Timestamp>,
    /// Waiting clients are kept quiet about too, whatever makes it quiet.
    pub even_clients: bool,
    /// The same of this "do not disturb" only.
    pub until_even_clients: bool,
}

/// From one time of day to another, over midnight where the end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    pub from: NaiveTime,
    pub to: NaiveTime,
    pub zone: Tz,
}

/// What a person is disturbed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// A reminder, a message, an opened link: it can be read later.
    CanWait,
    /// A client is there and nobody is with them.
    ClientWaits,
}

impl Quiet {
    /// Whether a person may be disturbed now.
    #[must_use]
    pub fn allows(&self, what: Disturbance, now: Timestamp) -> bool {
        let asked = self.until.is_some_and(|until| now < until);
        let quiet = asked || self.hours.is_some_and(|hours| hours.hold(now));
        let even_clients = self.even_clients || (asked && self.until_even_clients);
        !quiet || (what == Disturbance::ClientWaits && !even_clients)
    }
}

impl QuietHours {
    /// The same time twice means no hours at all.
    #[must_use]
    pub fn hold(&self, now: Timestamp) -> bool {
        let time = now.with_timezone(&self.zone).time();
        if self.from <= self.to { self.from <= time && time < self.to } else { time >= self.from || time < self.to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use chrono_tz::Europe::Moscow;

    fn at(hour: u32, minute: u32) -> Timestamp {
        Moscow.with_ymd_and_hms(2026, 12, 23, hour, minute, 0).single().expect("a moment").to_utc()
    }

    fn hours(from: (u32, u32), to: (u32, u32)) -> QuietHours {
        let time = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
        QuietHours { from: time(from), to: time(to), zone: Moscow }
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let night = hours((22, 0), (7, 30));
        assert!(night.hold(at(22, 0)) && night.hold(at(0, 5)) && night.hold(at(7, 29)));
        assert!(!night.hold(at(7, 30)) && !night.hold(at(21, 59)));
        let noon = hours((13, 0), (14, 0));
        assert!(noon.hold(at(13, 30)) && !noon.hold(at(14, 0)));
        assert!(!hours((9, 0), (9, 0)).hold(at(9, 0)));
    }

    #[test]
    fn a_waiting_client_is_another_matter_than_a_reminder() {
        let quiet = Quiet { until: Some(at(12, 0)), ..Quiet::default() };
        assert!(!quiet.allows(Disturbance::CanWait, at(11, 0)));
        assert!(quiet.allows(Disturbance::ClientWaits, at(11, 0)));
        assert!(quiet.allows(Disturbance::CanWait, at(12, 0)));
        let nothing = Quiet { even_clients: true, ..quiet };
        assert!(!nothing.allows(Disturbance::ClientWaits, at(11, 0)));
        // What was asked for an hour says nothing of the hours of every day.
        let hours = Some(hours((10, 0), (14, 0)));
        let asked = Quiet { hours, until_even_clients: true, ..quiet };
        assert!(!asked.allows(Disturbance::ClientWaits, at(11, 0)) && asked.allows(Disturbance::ClientWaits, at(13, 0)));
        let always = Quiet { hours, even_clients: true, ..Quiet::default() };
        assert!(!always.allows(Disturbance::ClientWaits, at(11, 0)) && always.allows(Disturbance::ClientWaits, at(14, 0)));
    }
}
