//! A calendar and a book in memory, on whose bad days answers are lost, calls fail and the computer is switched off.

use async_trait::async_trait;
use chrono::Duration;
use chrono_tz::Tz;
use kabinet_calendar::{Book, BookError};
use kabinet_domain::calendar::{
    Agreed, AttendeeId, CalendarEvent, Conflict, Details, EntryId, Invitation, Ours, marked, room_link, unmarked,
};
use kabinet_domain::{ConsultationId, Sensitive, Timestamp};
use kabinet_providers::calendars::{Calendar, CalendarError, CalendarId, CalendarProvider, Person};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use uuid::Uuid;

pub fn now() -> Timestamp {
    "2026-10-20T12:00:00Z".parse().expect("a time")
}

pub fn id(number: u32) -> ConsultationId {
    ConsultationId(Uuid::from_u128(number.into()))
}

pub fn which() -> CalendarId {
    CalendarId("mine".into())
}

pub fn details(title: &str, hours: i64) -> Details {
    let starts_at = now() + Duration::hours(hours);
    Details {
        title: title.into(),
        starts_at,
        ends_at: starts_at + Duration::minutes(50),
        zone: Tz::Europe__Moscow,
        location: "https://meet.example.org/r1".into(),
        description: "".into(),
        attendees: BTreeSet::new(),
        reminder: None,
    }
}

pub fn people(ids: &[u8]) -> BTreeSet<AttendeeId> {
    ids.iter().map(|id| AttendeeId(id.to_string())).collect()
}

/// What goes wrong, by the number of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is not done, and the connection is down.
    Down,
    /// It is done, and nobody hears of it.
    Lost,
    /// The server says to wait.
    Busy,
    /// It is not done, for this entry alone.
    Refused,
}

/// Calls counted over both sides, so that a round can be broken off at every point.
#[derive(Default)]
pub struct Days {
    calls: AtomicU32,
    bad: Mutex<BTreeMap<u32, Trouble>>,
    meanwhile: Mutex<Option<(u32, Deed)>>,
}

type Deed = Box<dyn FnOnce() + Send>;

impl fmt::Debug for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Days").field("calls", &self.calls).finish_non_exhaustive()
    }
}

impl Days {
    pub fn bad(&self, calls: impl IntoIterator<Item = (u32, Trouble)>) {
        self.calls.store(0, Ordering::SeqCst);
        *self.bad.lock().expect("whole") = calls.into_iter().collect();
    }

    /// Somebody does something just before a call of the next round.
    pub fn meanwhile(&self, call: u32, deed: impl FnOnce() + Send + 'static) {
        self.bad([]);
        *self.meanwhile.lock().expect("whole") = Some((call, Box::new(deed)));
    }

    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    fn next(&self) -> Option<Trouble> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let deed = self.meanwhile.lock().expect("whole").take_if(|(at, _)| *at == call);
        if let Some((_, deed)) = deed {
            deed();
        }
        self.bad.lock().expect("whole").get(&call).copied()
    }
}

fn down() -> CalendarError {
    CalendarError::Unreachable("switched off by the test".into())
}

#[derive(Debug)]
pub struct MemoryCalendar {
    pub days: Arc<Days>,
    entries: Mutex<BTreeMap<EntryId, Written>>,
    blind: AtomicBool,
    /// Titles are cut to so many letters.
    pub longest_title: usize,
}

/// As the calendar keeps it, with the marker in its description.
#[derive(Debug, Clone)]
struct Written {
    details: Details,
    deleted: bool,
    /// Not in the calendar that is read.
    elsewhere: bool,
    series: bool,
    declined: bool,
}

impl MemoryCalendar {
    pub fn new(days: Arc<Days>) -> Self {
        Self { days, entries: Mutex::default(), blind: AtomicBool::new(false), longest_title: 100 }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<EntryId, Written>> {
        self.entries.lock().expect("whole")
    }

    fn stored(&self, details: &Details, consultation: ConsultationId) -> Details {
        let title: String = details.title.reveal().chars().take(self.longest_title).collect();
        let description = marked(details.description.reveal(), consultation);
        Details { title: title.into(), description: description.into(), ..details.clone() }
    }

    /// Everything that stands there.
    pub fn all(&self) -> Vec<CalendarEvent> {
        self.entries().iter().filter(|(_, one)| !one.deleted).map(|(id, one)| event(id, one)).collect()
    }

    pub fn of(&self, consultation: ConsultationId) -> Vec<CalendarEvent> {
        self.all().into_iter().filter(|event| event.marked == Some(consultation)).collect()
    }

    /// Somebody writes an entry.
    pub fn write(&self, details: Details) -> EntryId {
        let mut entries = self.entries();
        let id = EntryId(format!("e{}", entries.len()));
        entries.insert(id.clone(), Written { details, deleted: false, elsewhere: false, series: false, declined: false });
        id
    }

    /// Somebody changes an entry, and leaves the marker alone.
    pub fn edit(&self, entry: &EntryId, change: impl FnOnce(&mut Details)) {
        if let Some(one) = self.entries().get_mut(entry) {
            change(&mut one.details);
        }
    }

    pub fn strike(&self, entry: &EntryId) {
        if let Some(one) = self.entries().get_mut(entry) {
            one.deleted = true;
        }
    }

    /// Somebody makes it a series, or a single talk again.
    pub fn make_series(&self, entry: &EntryId, series: bool) {
        if let Some(one) = self.entries().get_mut(entry) {
            one.series = series;
        }
    }

    /// A writing that was given up arrives after all.
    pub fn double(&self, entry: &EntryId) {
        let written = self.entries()[entry].clone();
        self.write(written.details);
    }

    /// It answers, and the answers say nothing.
    pub fn goes_blind(&self) {
        self.blind.store(true, Ordering::SeqCst);
    }

    /// The calendar's owner declines it.
    pub fn decline(&self, entry: &EntryId) {
        if let Some(one) = self.entries().get_mut(entry) {
            one.declined = true;
        }
    }

    /// Somebody puts it into another calendar of theirs.
    pub fn put_elsewhere(&self, entry: &EntryId) {
        if let Some(one) = self.entries().get_mut(entry) {
            one.elsewhere = true;
        }
    }

    fn marked(&self, consultation: ConsultationId) -> Option<CalendarEvent> {
        self.of(consultation).into_iter().find(CalendarEvent::stands)
    }

    /// Whether a call gets through, and whether its answer does.
    fn call(&self) -> Result<bool, CalendarError> {
        match self.days.next() {
            None => Ok(true),
            Some(Trouble::Lost) => Ok(false),
            Some(Trouble::Down) => Err(down()),
            Some(Trouble::Busy) => Err(CalendarError::Busy { until: None }),
            Some(Trouble::Refused) => Err(CalendarError::Refused { said: "no".into() }),
        }
    }

    fn read<T>(&self, answer: T) -> Result<T, CalendarError> {
        if self.call()? { Ok(answer) } else { Err(down()) }
    }
}

fn event(id: &EntryId, one: &Written) -> CalendarEvent {
    let (description, consultation) = unmarked(one.details.description.reveal());
    CalendarEvent {
        id: id.clone(),
        details: Details { description: Sensitive::new(description.to_owned()), ..one.details.clone() },
        marked: consultation,
        deleted: one.deleted,
        plannable: !one.series,
        invitation: if one.declined { Invitation::Declined } else { Invitation::Settled },
        version: String::new(),
    }
}

#[async_trait]
impl CalendarProvider for MemoryCalendar {
    async fn who_am_i(&self) -> Result<Person, CalendarError> {
        Err(CalendarError::NotAllowed)
    }

    async fn colleagues(&self, _name: &str) -> Result<Vec<Person>, CalendarError> {
        Ok(Vec::new())
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, CalendarError> {
        Ok(Vec::new())
    }

    async fn events(&self, _: &CalendarId, from: Timestamp, until: Timestamp) -> Result<Vec<CalendarEvent>, CalendarError> {
        let entries = self.entries().clone();
        let blind = self.blind.load(Ordering::SeqCst);
        let read = entries.iter().filter(|(_, one)| !one.deleted && !one.elsewhere && !blind);
        let read = read.filter(|(_, one)| one.details.ends_at > from && one.details.starts_at < until);
        self.read(read.map(|(id, one)| event(id, one)).collect())
    }

    async fn look(&self, asked: &[EntryId]) -> Result<Vec<(EntryId, Option<CalendarEvent>)>, CalendarError> {
        let entries = self.entries().clone();
        let look = |id: &EntryId| entries.get(id).filter(|one| !one.deleted).map(|one| event(id, one));
        let blind = self.blind.load(Ordering::SeqCst);
        self.read(asked.iter().filter(|_| !blind).map(|id| (id.clone(), look(id))).collect())
    }

    async fn find_marked(
        &self,
        _: &CalendarId,
        consultation: ConsultationId,
        _: &Details,
    ) -> Result<Option<CalendarEvent>, CalendarError> {
        self.read(self.marked(consultation))
    }

    async fn add(
        &self,
        calendar: &CalendarId,
        consultation: ConsultationId,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError> {
        if let Some(there) = self.find_marked(calendar, consultation, details).await? {
            return Ok(there);
        }
        let heard = self.call()?;
        let id = self.write(self.stored(details, consultation));
        if !heard {
            let found = self.find_marked(calendar, consultation, details).await;
            return found.ok().flatten().ok_or(CalendarError::MaybeDone);
        }
        let written = self.entries()[&id].clone();
        Ok(event(&id, &written))
    }

    async fn update(
        &self,
        consultation: ConsultationId,
        over: &CalendarEvent,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError> {
        let heard = self.call()?;
        let mut entries = self.entries();
        let one = entries.get_mut(&over.id).filter(|one| !one.deleted).ok_or(CalendarError::NoSuchEntry)?;
        if event(&over.id, one).details != over.details {
            return Err(CalendarError::ChangedMeanwhile);
        }
        one.details = self.stored(details, consultation);
        if heard { Ok(event(&over.id, one)) } else { Err(down()) }
    }

    async fn delete(&self, entry: &EntryId) -> Result<(), CalendarError> {
        let heard = self.call()?;
        self.strike(entry);
        if heard { Ok(()) } else { Err(down()) }
    }
}

/// Consultations in memory; a bad day here is a computer that is switched off.
#[derive(Debug)]
pub struct MemoryBook {
    pub days: Arc<Days>,
    kept: Mutex<Kept>,
    /// Titles are kept to ourselves.
    pub private: bool,
}

#[derive(Debug, Default)]
struct Kept {
    ours: BTreeMap<ConsultationId, Ours>,
    agreed: BTreeMap<ConsultationId, Agreed>,
    intended: BTreeMap<ConsultationId, Agreed>,
    conflicts: BTreeMap<ConsultationId, Conflict>,
    made: u32,
}

impl MemoryBook {
    pub fn new(days: Arc<Days>) -> Self {
        Self { days, kept: Mutex::default(), private: false }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("whole")
    }

    pub fn plan(&self, number: u32, details: Details) {
        let consultation = id(number);
        self.kept().ours.insert(consultation, Ours { consultation, details, in_calendar: true });
    }

    pub fn edit(&self, number: u32, change: impl FnOnce(&mut Ours)) {
        if let Some(one) = self.kept().ours.get_mut(&id(number)) {
            change(one);
        }
    }

    pub fn all(&self) -> Vec<Ours> {
        self.kept().ours.values().cloned().collect()
    }

    pub fn one(&self, number: u32) -> Ours {
        self.kept().ours[&id(number)].clone()
    }

    pub fn agreed(&self) -> Vec<Agreed> {
        self.kept().agreed.values().cloned().collect()
    }

    pub fn conflicts(&self) -> Vec<Conflict> {
        self.kept().conflicts.values().cloned().collect()
    }

    /// Does it, or is switched off before or after.
    fn write<T>(&self, write: impl FnOnce(&mut Kept) -> Result<T, BookError>) -> Result<T, BookError> {
        let failed = || BookError::Failed("switched off by the test".into());
        match self.days.next() {
            Some(Trouble::Down | Trouble::Busy | Trouble::Refused) => Err(failed()),
            trouble => {
                let done = write(&mut self.kept())?;
                if trouble.is_some() { Err(failed()) } else { Ok(done) }
            }
        }
    }

    fn taken(&self, details: &Details, before: &Details) -> Details {
        let title = if self.private { before.title.clone() } else { details.title.clone() };
        Details { title, ..details.clone() }
    }
}

impl Kept {
    fn as_compared(&mut self, before: &Ours) -> Result<&mut Ours, BookError> {
        self.ours.get_mut(&before.consultation).filter(|now| *now == before).ok_or(BookError::ChangedMeanwhile)
    }
}

#[async_trait]
impl Book for MemoryBook {
    async fn ours(&self, since: Timestamp) -> Result<Vec<Ours>, BookError> {
        Ok(self.all().into_iter().filter(|one| one.details.ends_at > since).collect())
    }

    async fn agreements(&self) -> Result<Vec<Agreed>, BookError> {
        Ok(self.agreed())
    }

    fn knows_link(&self, link: &str) -> bool {
        link.starts_with("https://meet.example.org/")
    }

    async fn keep_agreement(&self, agreed: Agreed) -> Result<(), BookError> {
        self.write(|kept| {
            kept.intended.remove(&agreed.consultation);
            kept.agreed.insert(agreed.consultation, agreed);
            Ok(())
        })
    }

    async fn intend(&self, agreed: Agreed) -> Result<(), BookError> {
        self.write(|kept| {
            kept.intended.insert(agreed.consultation, agreed);
            Ok(())
        })
    }

    async fn intentions(&self) -> Result<Vec<Agreed>, BookError> {
        Ok(self.kept().intended.values().cloned().collect())
    }

    async fn forget(&self, consultation: ConsultationId) -> Result<(), BookError> {
        self.write(|kept| {
            kept.intended.remove(&consultation);
            kept.agreed.remove(&consultation);
            Ok(())
        })
    }

    async fn change(&self, before: &Ours, details: &Details) -> Result<Details, BookError> {
        let details = self.taken(details, &before.details);
        self.write(|kept| {
            kept.as_compared(before)?.details = details.clone();
            Ok(details)
        })
    }

    async fn cancel(&self, before: &Ours) -> Result<(), BookError> {
        self.write(|kept| {
            kept.as_compared(before)?.in_calendar = false;
            kept.agreed.remove(&before.consultation);
            Ok(())
        })
    }

    async fn revive(&self, before: &Ours, details: &Details) -> Result<Details, BookError> {
        let details = self.taken(details, &before.details);
        self.write(|kept| {
            *kept.as_compared(before)? = Ours { details: details.clone(), in_calendar: true, ..before.clone() };
            Ok(details)
        })
    }

    async fn add(&self, event: &CalendarEvent, link: &Sensitive<String>) -> Result<(), BookError> {
        assert_eq!(room_link(&event.details, &|link| self.knows_link(link)), Some(link.reveal().as_str()));
        self.write(|kept| {
            kept.made += 1;
            let consultation = id(1000 + kept.made);
            let details = event.details.clone();
            kept.ours.insert(consultation, Ours { consultation, details: details.clone(), in_calendar: true });
            kept.agreed.insert(consultation, Agreed::written(consultation, details, event));
            Ok(())
        })
    }

    async fn set_conflict(&self, consultation: ConsultationId, conflict: Option<&Conflict>) -> Result<(), BookError> {
        let known = self.kept().conflicts.contains_key(&consultation);
        match conflict {
            None if !known => Ok(()),
            None => self.write(|kept| {
                kept.conflicts.remove(&consultation);
                Ok(())
            }),
            Some(conflict) => self.write(|kept| {
                kept.conflicts.insert(consultation, conflict.clone());
                Ok(())
            }),
        }
    }

    async fn asked(&self) -> Result<BTreeSet<ConsultationId>, BookError> {
        Ok(self.kept().conflicts.keys().copied().collect())
    }
}
