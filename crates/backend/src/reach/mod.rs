//! How specialists are reached when no desktop answers: their chats, their quiet hours, and what escalates.
//!
//! [`Reaches`] is what is known of everybody, in memory: the writer and the pages ask it. Each change goes through the writer, so that
//! it stands in the log with the event that tells of it, and is taken into memory afterwards. [`Watch`] is the task that has waiting
//! clients told of; `domain::escalation` decides which.

mod alerts;
mod binding;
mod cases;
mod clients;
mod following;
pub mod incoming;
mod known;
mod watch;

pub use crate::ports::reach::ChatOwner;
pub use binding::reach_json;
pub use clients::clients_of;
pub use known::Reaches;
pub use watch::Watch;

use crate::Status;
use crate::messengers::Messengers;
use crate::ports::Consultations;
use crate::ports::reach::ReachBook;
use crate::vault::Vault;
use kabinet_domain::{Clock, Ids};
use std::sync::Arc;

/// What reaching people works with, once storage is open.
#[derive(Debug)]
pub struct Parts {
    pub book: Arc<dyn ReachBook>,
    pub consultations: Arc<dyn Consultations>,
    pub status: Arc<Status>,
    pub vault: Vault,
    pub messengers: Messengers,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}
