//! What providers and calendars say no with, in this interface's words. The codes are the same that a desktop is told.

use super::Refusal;
use axum::http::StatusCode;
use kabinet_domain::ports::PortError;
use kabinet_domain::{MakeRoomError, Sensitive};
use kabinet_providers::calendars::CalendarError;

impl From<MakeRoomError> for Refusal {
    fn from(error: MakeRoomError) -> Self {
        let code = error.code();
        match error {
            MakeRoomError::NotOffered => Self::field("provider", "does not offer this"),
            MakeRoomError::Forbidden => {
                Self::new(StatusCode::FORBIDDEN, code, "this backend's account may not do this with this room")
            }
            MakeRoomError::PaymentRequired => {
                Self::conflict(code, "what the account's organisation pays for does not include this; make it without")
            }
            MakeRoomError::UnknownCohosts { emails } => {
                Self::unknown_people(code, "cohosts", emails.into_iter().map(Sensitive::into_inner).collect())
            }
            MakeRoomError::Invalid { field } => Self::field(as_sent(field), "is not usable at this provider"),
            MakeRoomError::MayHaveBeenMade(_) => {
                Self::conflict(code, "the provider's answer was lost, and it may have been done")
            }
            MakeRoomError::Port(error) => port(code, &error),
        }
    }
}

fn port(code: &str, error: &PortError) -> Refusal {
    match error {
        PortError::Restricted => {
            Refusal::new(StatusCode::FORBIDDEN, code, "this backend's account may not use the interface; send a `link` instead")
        }
        PortError::NotFound => Refusal::conflict(code, "the room is gone at the provider"),
        PortError::RateLimited { retry_after } => Refusal::busy_elsewhere(code, *retry_after),
        PortError::Rejected { .. } => Refusal::bad_request(code, "the provider refuses this"),
        // The sender's own token is in order, so this is not a `401`.
        PortError::Unauthorized => {
            Refusal::later(code, "the provider does not take this backend's token; the operator must renew it")
        }
        PortError::Unavailable(_) => Refusal::later(code, "the provider does not answer; nothing was done"),
        PortError::Unexpected(_) => Refusal::later(code, "the provider gives an answer that cannot be read"),
    }
}

/// As the field is called in a request; ports call a broadcast's texts by what they are.
fn as_sent(field: &'static str) -> &'static str {
    match field {
        "title" => "live_stream_title",
        "description" => "live_stream_description",
        field => field,
    }
}

impl From<CalendarError> for Refusal {
    fn from(error: CalendarError) -> Self {
        let code = error.code();
        match error {
            CalendarError::Busy { .. } => Self::busy_elsewhere(code, None),
            _ => Self::later(code, "the calendar does not give an answer that can be used"),
        }
    }
}
