//! How a request is refused: one type, one look.

mod elsewhere;

use crate::StorageError;
use crate::feed::FollowError;
use crate::writer::{ChangeError, WriteError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kabinet_api::{ErrorBody, ErrorDetail};
use kabinet_providers::jitsi::DialectError;

#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    detail: Box<ErrorDetail>,
    retry_after: Option<u64>,
}

impl Refusal {
    #[must_use]
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let detail = Box::new(ErrorDetail { code: code.to_owned(), message: message.into(), ..ErrorDetail::default() });
        Self { status, detail, retry_after: None }
    }

    /// One field of the request is at fault.
    #[must_use]
    pub fn field(field: &str, reason: &str) -> Self {
        let mut refusal = Self::new(StatusCode::BAD_REQUEST, "invalid_field", format!("the field `{field}` {reason}"));
        refusal.detail.field = Some(field.to_owned());
        refusal
    }

    #[must_use]
    pub fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing here")
    }

    #[must_use]
    pub fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this method is not for this address")
    }

    #[must_use]
    pub fn unauthorized(code: &str, message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    #[must_use]
    pub fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// Not as things stand; the same again will not do.
    #[must_use]
    pub fn conflict(code: &str, message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// Some of a list mean nobody. The message counts them, since messages are logged; the answer names them.
    #[must_use]
    pub fn unknown_people(code: &str, field: &str, unknown: Vec<String>) -> Self {
        let mut refusal = Self::field(field, &format!("names {} whom nobody knows there", unknown.len()));
        code.clone_into(&mut refusal.detail.code);
        refusal.detail.unknown = unknown;
        refusal
    }

    /// Somebody else was asked too often.
    #[must_use]
    pub fn busy_elsewhere(code: &str, seconds: Option<u64>) -> Self {
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, code, "it was asked too often; wait a while");
        refusal.retry_after = Some(seconds.unwrap_or(60));
        refusal
    }

    #[must_use]
    pub fn too_often(seconds: u64) -> Self {
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "wrong too often; wait a while");
        refusal.retry_after = Some(seconds);
        refusal
    }

    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", format!("the body is larger than {limit} bytes"))
    }

    #[must_use]
    pub fn clock_skew(seconds: i64) -> Self {
        let mut refusal = Self::new(
            StatusCode::UNAUTHORIZED,
            "clock_skew",
            format!("the sender's clock differs by {seconds} s; set one of the clocks right"),
        );
        refusal.detail.skew_seconds = Some(seconds);
        refusal
    }

    /// Not now; nothing was kept.
    #[must_use]
    pub fn later(code: &str, message: &str) -> Self {
        let mut refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        refusal.retry_after = Some(5);
        refusal
    }

    /// Not ours to explain to a stranger: the log has the cause.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&ErrorBody { error: *self.detail }).expect("texts and numbers");
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DialectError> for Refusal {
    fn from(error: DialectError) -> Self {
        let code = match &error {
            DialectError::NotJson { .. } | DialectError::NotAnObject => "not_json",
            DialectError::Missing { .. } => "missing_field",
            DialectError::Wrong { .. } => "invalid_field",
        };
        let mut refusal = Self::bad_request(code, error.to_string());
        refusal.detail.field = error.field().map(str::to_owned);
        refusal
    }
}

impl From<WriteError> for Refusal {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Storage(cause) if matches!(*cause, StorageError::Full(_)) => {
                Self::later("disk_full", "the disk is full; nothing was kept")
            }
            WriteError::Storage(_) => Self::later("cannot_store", "nothing was kept"),
            WriteError::Overloaded => Self::later("overloaded", "too much is waiting; nothing was kept"),
            WriteError::Stopping => Self::later("stopping", "the backend is going down; nothing was kept"),
        }
    }
}

impl From<ChangeError> for Refusal {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown => Self::not_found(),
            ChangeError::Taken => Self::new(StatusCode::CONFLICT, "id_taken", "another consultation has this id"),
            // Whose and when is not told.
            ChangeError::RoomTaken => Self::new(
                StatusCode::CONFLICT,
                "room_taken",
                "the room is taken at this time; choose another room or another time",
            ),
            ChangeError::Lost => {
                Self::new(StatusCode::CONFLICT, "lost_update", "somebody else has changed it meanwhile; read it again")
            }
            ChangeError::Write(error) => error.into(),
        }
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot read the database");
        Self::later("cannot_read", "the database does not answer")
    }
}

impl From<FollowError> for Refusal {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Expired { oldest } => {
                let mut refusal = Self::new(
                    StatusCode::GONE,
                    "cursor_expired",
                    "the events after this cursor are forgotten; read the state anew",
                );
                refusal.detail.oldest = Some(oldest.0);
                refusal
            }
            FollowError::Ahead { end } => {
                let mut refusal = Self::new(
                    StatusCode::CONFLICT,
                    "cursor_ahead",
                    "the log ends before this cursor: it is another log; read the state anew",
                );
                refusal.detail.end = Some(end.0);
                refusal
            }
            FollowError::Storage(error) => error.into(),
        }
    }
}
