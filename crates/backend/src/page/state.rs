//! What a page is told.

use super::Pages;
use crate::Status;
use crate::people::People;
use crate::reach::Reaches;
use kabinet_api::{PagePhase, PageState};
use kabinet_domain::{ConsultationId, Timestamp};
use sha2::{Digest, Sha256};

/// What a page's state depends on beside what is known of its consultation.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub pages: &'a Pages,
    pub people: &'a People,
    pub status: &'a Status,
    pub reach: &'a Reaches,
    /// The practice's name; may be empty.
    pub practice: &'a str,
    pub now: Timestamp,
}

/// The page of a consultation as it should look now; `None` when there is none, or nobody whose it is.
#[must_use]
pub fn state(around: Around<'_>, consultation: ConsultationId) -> Option<PageState> {
    let Around { now, .. } = around;
    let running = around.status.is_running(consultation);
    let (mut state, owner) = around.pages.read(consultation, |card| {
        let phase = card.phase(running, now);
        let is_on = matches!(phase, PagePhase::Waiting | PagePhase::Open);
        let state = PageState {
            revision: String::new(),
            now,
            practice: around.practice.to_owned(),
            starts_at: card.plan.starts_at,
            ends_at: card.plan.ends_at,
            time_zone: card.plan.time_zone.clone(),
            phase,
            specialist_told: false,
            waiting_since: card.told.waiting_since,
            specialist: card.specialist(now).filter(|_| is_on),
            late: card.late(now).filter(|_| is_on),
            room: card.room(phase),
            remind_by_telegram: None,
        };
        (state, card.plan.owner)
    })?;
    let person = around.people.get(owner)?;
    if state.practice.is_empty() {
        person.name.reveal().clone_into(&mut state.practice);
    }
    state.specialist_told = around.reach.reachable(owner);
    if state.phase == PagePhase::Waiting {
        state.remind_by_telegram = around.reach.client_link(consultation, around.pages.generation(consultation));
    }
    state.revision = revision(&state);
    Some(state)
}

/// Made of everything but the time, so that it is the same after a restart, and again when a thing is as it was.
fn revision(state: &PageState) -> String {
    let timeless = PageState { now: Timestamp::UNIX_EPOCH, ..state.clone() };
    let digest = Sha256::digest(serde_json::to_vec(&timeless).expect("plain values"));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
