//! What goes out to people: why, when, by which channel, and how far it got.

mod causes;

pub use causes::Causes;

use kabinet_domain::DeliveryId;
use sha2::{Digest, Sha256};

/// The id of what a cause makes go out: the same cause, the same id, so that it is sent once.
#[must_use]
pub fn id_of(cause: &str) -> DeliveryId {
    let digest = Sha256::digest(cause.as_bytes());
    let (bytes, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
    DeliveryId(uuid::Builder::from_custom_bytes(*bytes).into_uuid())
}
