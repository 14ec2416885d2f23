//! Consultations: planned or running talks of a specialist with clients.

use crate::{ConsultationId, RoomName, Sensitive, SpecialistId, Timestamp};
use chrono::Duration;
use chrono_tz::Tz;

/// A planned or running talk of a specialist with clients; outlives its room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    pub id: ConsultationId,
    pub specialist: SpecialistId,
    pub client: Sensitive<String>,
    pub starts_at: Timestamp,
    /// Planned length in minutes.
    pub minutes: u32,
    /// The zone the time was given in; daylight saving moves the talk with it.
    pub time_zone: Tz,
    /// Id of the provider that the room is at.
    pub provider: String,
    pub link: Sensitive<String>,
    /// As the provider's reports name the room; `None` when the link is not of a room that reports.
    pub room: Option<RoomName>,
    pub status: ConsultationStatus,
}

impl Consultation {
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at + Duration::minutes(i64::from(self.minutes))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsultationStatus {
    Planned,
    Finished,
    Cancelled,
    /// Confirmed by a person; never decided by a machine.
    NoShow,
}

/// When a room is whose: what attendance needs to know of a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub consultation: ConsultationId,
    pub specialist: SpecialistId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Still to happen or happening: neither finished nor cancelled, nor one that nobody came to.
    pub is_open: bool,
}

/// How far from its planned time a consultation still claims what happens in its room.
const REACH: Duration = Duration::hours(12);

/// So long before and after its time an open consultation goes before those that are not open.
const NEARBY: Duration = Duration::minutes(30);

/// So long before its time people are expected, even while another consultation has the room.
const EARLY: Duration = Duration::minutes(10);

impl Slot {
    #[must_use]
    pub fn of(consultation: &Consultation) -> Self {
        Self {
            consultation: consultation.id,
            specialist: consultation.specialist,
            starts_at: consultation.starts_at,
            ends_at: consultation.ends_at(),
            is_open: consultation.status == ConsultationStatus::Planned,
        }
    }

    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// Anything that happened from one moment to another may belong to it.
    #[must_use]
    pub fn reaches(&self, from: Timestamp, to: Timestamp) -> bool {
        self.starts_at - REACH <= to && from <= self.ends_at + REACH
    }

    /// Its planned time is at most half an hour away.
    #[must_use]
    pub fn is_near(&self, at: Timestamp) -> bool {
        self.starts_at - NEARBY <= at && at <= self.ends_at + NEARBY
    }

    /// How strongly it claims an arrival: the least is the strongest, `None` is no claim at all.
    fn claim(&self, at: Timestamp, known: Known) -> Option<(u8, Duration)> {
        let (early, late) = ((self.starts_at - at).max(Duration::zero()), (at - self.ends_at).max(Duration::zero()));
        let (distance, now) = (early + late, self.starts_at <= at && at < self.ends_at);
        let rank = match self.is_open {
            true if now && known.was_there => 0,
            true if now && !known.is_taken => 1,
            true if known.was_there && early.is_zero() && late <= NEARBY => 2,
            true if !early.is_zero() && early <= EARLY => 3,
            true if now => 4,
            true if !early.is_zero() && early <= NEARBY => 5,
            true if early.is_zero() && late <= NEARBY => 6,
            _ => 7,
        };
        (distance <= REACH).then_some((rank, distance))
    }
}

/// What is known of somebody who arrives, as far as one consultation is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// The same person was in it before.
    pub was_there: bool,
    /// It has whom it waits for already: who comes now, may be early for the next.
    pub is_taken: bool,
}

/// Which of the consultations planned for one room an arrival belongs to.
///
/// Its own planned time decides; else the nearest. After the planned end of one, the next one within half an hour comes first,
/// unless the same person was in the earlier one. One that is not open any more only counts when no open one is nearby,
/// but it does count: a client who comes at a cancelled time must be seen.
pub fn owner_of(slots: &[Slot], at: Timestamp, known: impl Fn(&Slot) -> Known) -> Option<&Slot> {
    if let [only] = slots {
        return Some(only).filter(|slot| slot.claim(at, Known::default()).is_some());
    }
    let claims = slots.iter().filter_map(|slot| Some((slot.claim(at, known(slot))?, slot)));
    claims.min_by_key(|(claim, slot)| (*claim, slot.starts_at, slot.consultation)).map(|(_, slot)| slot)
}
