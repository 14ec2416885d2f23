//! How specialists are reached when no desktop answers: their chats, their quiet hours, and what escalates.

pub mod incoming;

use kabinet_domain::reach::{Quiet, Reach};
use kabinet_domain::{ConsultationId, SpecialistId};

/// What is known of everybody's reach, in memory: the writer and the pages ask it.
#[derive(Debug)]
pub struct Reaches {
    after_seconds: u32,
}

impl Reaches {
    #[must_use]
    pub fn new(after_seconds: u32) -> Self {
        Self { after_seconds }
    }

    /// What a specialist chose, or what is so when they chose nothing.
    #[must_use]
    pub fn of(&self, specialist: SpecialistId) -> Reach {
        let _ = specialist;
        Reach { telegram: None, after_seconds: self.after_seconds, quiet: Quiet::default() }
    }

    /// Somebody or something is there to be told of a waiting client: a desktop that follows, or a messenger's chat.
    #[must_use]
    pub fn reachable(&self, specialist: SpecialistId) -> bool {
        let _ = specialist;
        true
    }

    /// Where a client can let a bot remind them of a consultation: a deep link.
    #[must_use]
    pub fn client_link(&self, consultation: ConsultationId) -> Option<String> {
        let _ = consultation;
        None
    }
}
