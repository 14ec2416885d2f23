//! What the log says of pages: read at a start, and event by event from there.

use super::card::{self, Card, Plan};
use super::keeper::Parts;
use crate::StorageError;
use crate::ports::{Reader, Selection};
use kabinet_api::EventJson;
use kabinet_domain::{ConsultationId, Cursor, EventKind, Timestamp};

/// So many events are read at once.
const STRETCH: usize = 1000;

/// Kinds that a page depends on. The others are not even parsed: a busy room's would be most of the log.
const KINDS: [&str; 14] = [
    "consultation_changed",
    "client_opened_link",
    "client_waiting",
    "client_late",
    "client_line_lost",
    "client_line_back",
    "client_joined",
    "client_left",
    "client_answered",
    "client_admitted",
    "specialist_answered",
    "session_started",
    "session_ended",
    "withdrawn",
];

/// Remembers every link and what is known of the consultations that are not long over. Says up to where the log was read.
pub(super) async fn load(parts: &Parts, now: Timestamp) -> Result<Cursor, StorageError> {
    for token in parts.tokens.all().await? {
        parts.pages.renew(&token);
    }
    let end = parts.feed.end();
    let everything = Selection { reader: Reader::Administrator, from: None, to: None };
    for conference in parts.consultations.list(everything).await? {
        if card::is_kept(&conference, now) {
            parts.pages.known().cards.insert(card::id(&conference), Card::new(Plan::from(&conference)));
        }
        // Also of what is long over: its page says so.
        let _ = parts.pages.link(card::id(&conference));
    }
    let mut after = Cursor(0);
    while after < end {
        let events = parts.history.read(Reader::Administrator, after, end, STRETCH).await?;
        let Some(last) = events.last() else { break };
        after = last.cursor;
        let mut known = parts.pages.known();
        for logged in &events {
            let Some((id, kind, event)) = understood(logged.json.as_bytes()) else { continue };
            let Some(card) = known.cards.get_mut(&id).filter(|card| card.concerns(&kind, &logged.about)) else { continue };
            if event.source == super::keeper::PAGE || kind == EventKind::ClientAdmitted {
                card.took(&kind, &logged.about, event.at);
            } else {
                card.heed(&kind, &event);
            }
        }
    }
    for card in parts.pages.known().cards.values_mut() {
        card.visits = card.told.visits(now);
    }
    Ok(end)
}

/// An event about a consultation that its page depends on.
pub(super) fn understood(json: &[u8]) -> Option<(ConsultationId, EventKind, EventJson)> {
    const KEY: &[u8] = b"\"kind\":\"";
    let at = json.windows(KEY.len()).position(|part| part == KEY)? + KEY.len();
    let kind = json[at..].split(|byte| *byte == b'"').next()?;
    if !KINDS.iter().any(|known| known.as_bytes() == kind) {
        return None;
    }
    let event: EventJson = serde_json::from_slice(json).ok()?;
    Some((ConsultationId(event.consultation?), event.understood()?, event))
}
