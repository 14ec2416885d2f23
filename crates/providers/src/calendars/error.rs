//! Why a calendar did not do what was asked.

use kabinet_domain::ports::PortError;
use kabinet_domain::{Sensitive, Timestamp};

type Cause = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// The secret or the grant is not valid any more.
    #[error("the calendar does not know us any more")]
    SignInAgain,
    /// The way back from the sign-in page does not fit the way there, or came too late.
    #[error("signing in did not come to an end")]
    SignInBroken,
    /// The application's id or secret is wrong, or it is not installed there.
    #[error("the calendar does not know the application")]
    UnknownApplication,
    /// The secret or the application was given fewer rights than are needed.
    #[error("the connection lacks a right")]
    RightMissing,
    /// The person whose account it is may not.
    #[error("the account may not do this")]
    NotAllowed,
    /// What is paid for there does not include being asked from outside.
    #[error("the calendar's plan does not include this")]
    NotInPlan,
    #[error("asked too often")]
    Busy {
        /// When it may be asked again, if that is known.
        until: Option<Timestamp>,
    },
    /// Shut by the calendar's keepers; asking again makes it worse.
    #[error("the calendar has shut us out")]
    Blocked,
    /// The whole account is gone.
    #[error("the calendar is gone")]
    Gone,
    /// It leads to a place that is not to be trusted with the secret.
    #[error("the calendar leads elsewhere")]
    LeadsElsewhere,
    #[error("the calendar does not answer")]
    Unreachable(#[source] Cause),
    /// Something answers, but not this kind of calendar.
    #[error("there is no such calendar at this address")]
    NotThere,
    /// The calendar's own words, in its own language; they may quote what was sent.
    #[error("the calendar refuses")]
    Refused { said: Sensitive<String> },
    /// What was to be written would be refused; nothing was sent.
    #[error("{field} cannot be written to the calendar")]
    Unfit { field: &'static str },
    #[error("there is no such entry")]
    NoSuchEntry,
    /// Nothing was written: look at both sides again.
    #[error("the entry was changed meanwhile")]
    ChangedMeanwhile,
    /// The entry was made a series or a whole day there: writing would change other days, or its time means another thing.
    #[error("the entry is a series or a whole day")]
    Series,
    /// The answer was lost. It is found out the next time, by the marker.
    #[error("nobody knows whether it was done")]
    MaybeDone,
    /// The calendar made another time of the one that was sent.
    #[error("the calendar keeps another time than was sent")]
    OtherTime,
    #[error("unexpected answer")]
    Unexpected(#[source] Cause),
}

impl CalendarError {
    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignInAgain => "calendar_sign_in_again",
            Self::SignInBroken => "calendar_sign_in_broken",
            Self::UnknownApplication => "calendar_unknown_application",
            Self::RightMissing => "calendar_right_missing",
            Self::NotAllowed => "calendar_not_allowed",
            Self::NotInPlan => "calendar_not_in_plan",
            Self::Busy { .. } => "calendar_busy",
            Self::Blocked => "calendar_blocked",
            Self::Gone => "calendar_gone",
            Self::LeadsElsewhere => "calendar_leads_elsewhere",
            Self::Unreachable(_) => "calendar_unreachable",
            Self::NotThere => "calendar_not_there",
            Self::Refused { .. } => "calendar_refused",
            Self::Unfit { .. } => "calendar_unfit",
            Self::NoSuchEntry => "calendar_no_such_entry",
            Self::ChangedMeanwhile => "calendar_changed_meanwhile",
            Self::Series => "calendar_series",
            Self::MaybeDone => "calendar_maybe_done",
            Self::OtherTime => "calendar_other_time",
            Self::Unexpected(_) => "calendar_unexpected",
        }
    }
}

impl From<CalendarError> for PortError {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::SignInAgain
            | CalendarError::SignInBroken
            | CalendarError::UnknownApplication
            | CalendarError::RightMissing
            | CalendarError::NotAllowed => Self::Unauthorized,
            CalendarError::NoSuchEntry => Self::NotFound,
            CalendarError::Busy { .. } => Self::RateLimited { retry_after: None },
            CalendarError::Unreachable(cause) => Self::Unavailable(cause),
            CalendarError::MaybeDone | CalendarError::Blocked => Self::Unavailable(Box::new(error)),
            CalendarError::Unexpected(cause) => Self::Unexpected(cause),
            error => Self::Rejected { reason: error.code().to_owned() },
        }
    }
}
