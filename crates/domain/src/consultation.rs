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

/// How far from its planned time a consultation still claims what happens in its room.
const REACH_HOURS: i64 = 12;

/// Which of the consultations planned for one room a moment belongs to: the one whose planned time is nearest,
/// so that a room used every week keeps its weeks apart. Cancelled ones only count when there is no other:
/// a client who comes all the same must be seen.
#[must_use]
pub fn consultation_at(planned: &[Consultation], at: Timestamp) -> Option<&Consultation> {
    let distance = |consultation: &Consultation| {
        if at < consultation.starts_at {
            consultation.starts_at - at
        } else if at > consultation.ends_at() {
            at - consultation.ends_at()
        } else {
            Duration::zero()
        }
    };
    planned.iter().filter(|consultation| distance(consultation) <= Duration::hours(REACH_HOURS)).min_by_key(|consultation| {
        (consultation.status == ConsultationStatus::Cancelled, distance(consultation), consultation.starts_at)
    })
}
