//! The words of what goes out. They are made when it is sent, from what is true by then.

use super::report::{Report, What};
use crate::client_side::ClientSide;
use crate::people::People;
use crate::planning::zone;
use crate::words::{Words, words};
use chrono::{Datelike, Offset};
use chrono_tz::Tz;
use kabinet_api::{Conference, Invitation};
use kabinet_domain::{Sensitive, SpecialistId, Timestamp};

/// Nearer than this, the minutes are said instead of the day.
const SOON: i64 = 90;

/// What a client is told with: their language, and whom the consultation is with.
#[derive(Debug)]
pub struct Phrases<'a> {
    words: &'static Words,
    conference: &'a Conference,
    with: String,
}

impl<'a> Phrases<'a> {
    /// In the client's language, else in the practice's.
    #[must_use]
    pub fn new(conference: &'a Conference, clients: &ClientSide, people: &People) -> Self {
        let chosen = conference.contact.as_ref().and_then(|contact| contact.language.as_deref());
        let words = words(chosen.unwrap_or(&clients.language));
        let person = || people.get(SpecialistId(conference.owner.id)).map(|person| person.name.reveal().clone());
        let who = if clients.practice.name.is_empty() { person().unwrap_or_default() } else { clients.practice.name.clone() };
        let with = if who.is_empty() { who } else { words.say("message-with", &[("who", &who)]) };
        Self { words, conference, with }
    }

    /// Time and link, to be sent by whatever way.
    #[must_use]
    pub fn invitation(&self, link: Sensitive<String>, is_page: bool) -> Invitation {
        let when = self.when();
        let facts = [("when", when.as_str()), ("with", &self.with), ("link", link.reveal())];
        let key = if is_page { "invitation-text-page" } else { "invitation-text-room" };
        Invitation {
            subject: self.words.say("invitation-subject", &facts),
            text: self.words.say(key, &facts),
            link: link.into_inner(),
        }
    }

    /// How soon it is, said as it is true at this moment.
    #[must_use]
    pub fn reminder(&self, now: Timestamp, link: Option<&Sensitive<String>>) -> String {
        let minutes = ((self.conference.starts_at - now).num_seconds() + 59).div_euclid(60).max(0);
        let (when, time, count) = (self.when(), self.time(), minutes.to_string());
        let facts = [("when", when.as_str()), ("time", &time), ("with", &self.with), ("minutes", &count)];
        let zone = zone(self.conference);
        let days =
            (self.conference.starts_at.with_timezone(&zone).date_naive() - now.with_timezone(&zone).date_naive()).num_days();
        let key = match days {
            _ if minutes <= SOON => "reminder-soon",
            0 => "reminder-today",
            1 => "reminder-tomorrow",
            _ => "reminder-later",
        };
        let text = self.words.say(key, &facts);
        match link {
            Some(link) => format!("{text}\n\n{}", self.words.say("reminder-link", &[("link", link.reveal())])),
            None => text,
        }
    }

    /// Day and time where the consultation is planned, with the zone: the client may be in another one.
    fn when(&self) -> String {
        let day = self.conference.starts_at.with_timezone(&zone(self.conference));
        let (weekday, day, month) =
            (day.weekday().number_from_monday().to_string(), day.day().to_string(), day.month().to_string());
        let date = self.words.say("message-date", &[("weekday", &weekday), ("day", &day), ("month", &month)]);
        self.words.say("message-when", &[("date", &date), ("time", &self.time())])
    }

    fn time(&self) -> String {
        let zone = zone(self.conference);
        let at = self.conference.starts_at.with_timezone(&zone);
        let minutes = at.offset().fix().local_minus_utc() / 60;
        let offset = match (minutes.abs() / 60, minutes.abs() % 60, if minutes < 0 { '−' } else { '+' }) {
            (0, 0, _) => "UTC".to_owned(),
            (hours, 0, sign) => format!("UTC{sign}{hours}"),
            (hours, minutes, sign) => format!("UTC{sign}{hours}:{minutes:02}"),
        };
        let time = at.format("%H:%M").to_string();
        if zone.name() == offset {
            return self.words.say("message-time-utc", &[("time", &time)]);
        }
        self.words.say("message-time", &[("time", &time), ("offset", &offset), ("zone", zone.name())])
    }
}

/// For the practice's channel: the specialist's name where the practice wants it, the client's never.
#[must_use]
pub fn report(report: Report, clients: &ClientSide, name: Option<&str>, zone: Tz) -> String {
    let words = words(&clients.language);
    let time = report.at.with_timezone(&zone).format("%H:%M").to_string();
    let (key, minutes) = match report.what {
        What::Started => ("report-started", 0),
        What::Joined => ("report-joined", 0),
        What::Ended { minutes: 0 } => ("report-ended-alone", 0),
        What::Ended { minutes } => ("report-ended", minutes),
    };
    let minutes = minutes.to_string();
    let text = words.say(key, &[("time", &time), ("minutes", &minutes)]);
    match name.filter(|name| !name.is_empty()) {
        Some(name) => words.say("report-of", &[("report", &text), ("who", name)]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
