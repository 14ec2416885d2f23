//! What a client is given to come by.

use crate::StorageError;
use crate::client_side::ClientSide;
use crate::ports::Outbox;
use kabinet_api::Conference;
use kabinet_domain::{ConsultationId, Sensitive};

/// A client's way in.
#[derive(Debug, Clone)]
pub struct Link {
    pub address: Sensitive<String>,
    /// It leads to the page of their own, not straight into a room.
    pub is_page: bool,
}

/// The link that was set for the client, else their page, else the room's own; `None` while there is none of these.
///
/// # Errors
/// When storage fails.
pub async fn of(conference: &Conference, clients: &ClientSide, outbox: &dyn Outbox) -> Result<Option<Link>, StorageError> {
    let pages = format!("{}/w/", clients.public_url);
    let has_pages = !clients.public_url.is_empty();
    // A page's link that came back with an edit may have been replaced since.
    let own = conference.invite_link.as_ref().filter(|link| !(has_pages && link.starts_with(&pages)));
    if let Some(own) = own {
        return Ok(Some(Link { address: own.as_str().into(), is_page: false }));
    }
    if has_pages {
        let id = ConsultationId(conference.id);
        let token = clients.vault.page_token(id, outbox.page_generation(id).await?.unwrap_or_default());
        return Ok(Some(Link { address: format!("{pages}{}", token.reveal()).into(), is_page: true }));
    }
    Ok(conference.link.as_ref().map(|room| Link { address: room.as_str().into(), is_page: false }))
}
