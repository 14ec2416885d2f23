//! The portal's errors in our words. The first table is of <https://apidocs.bitrix24.com>, "System errors";
//! the second of the authorisation server, whose statuses are not documented, so that only its codes count.

use crate::calendars::CalendarError;
use crate::http::Status;
use kabinet_domain::Sensitive;
use reqwest::StatusCode;
use serde_json::Value;

/// What an answer that says no comes to.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The access token is to be renewed, and the call repeated.
    Expired,
    /// Asked too often: nothing was done, and it may be asked again soon.
    TooFast,
    /// This method has used up its time.
    TooLong,
    /// The portal stumbled. A write may have been done.
    Stumbled(CalendarError),
    Final(CalendarError),
}

/// Reads `{"error": …, "error_description": …}`. Calendar methods leave the code empty and speak the portal's language.
pub(super) fn refusal(status: StatusCode, body: &Value) -> Refusal {
    let code = body.get("error").and_then(Value::as_str).unwrap_or_default();
    let said = || Sensitive::new(body.get("error_description").and_then(Value::as_str).unwrap_or_default().to_owned());
    Refusal::Final(match code.to_ascii_uppercase().as_str() {
        "EXPIRED_TOKEN" => return Refusal::Expired,
        "QUERY_LIMIT_EXCEEDED" => return Refusal::TooFast,
        "OPERATION_TIME_LIMIT" => return Refusal::TooLong,
        "INTERNAL_SERVER_ERROR" | "ERROR_UNEXPECTED_ANSWER" => return Refusal::Stumbled(unavailable(status)),
        "NO_AUTH_FOUND" | "INVALID_GRANT" => CalendarError::SignInAgain,
        "INVALID_CLIENT" => CalendarError::UnknownApplication,
        "INSUFFICIENT_SCOPE" | "INVALID_SCOPE" | "ERROR_METHOD_NOT_FOUND" => CalendarError::RightMissing,
        "INVALID_CREDENTIALS" | "USER_ACCESS_ERROR" => CalendarError::NotAllowed,
        "ACCESS_DENIED" | "PAYMENT_REQUIRED" => CalendarError::NotInPlan,
        "OVERLOAD_LIMIT" => CalendarError::Blocked,
        "PORTAL_DELETED" => CalendarError::Gone,
        _ if status.is_server_error() => return Refusal::Stumbled(unavailable(status)),
        _ if status == StatusCode::UNAUTHORIZED => CalendarError::SignInAgain,
        _ => CalendarError::Refused { said: said() },
    })
}

pub(super) fn unavailable(status: StatusCode) -> CalendarError {
    CalendarError::Unreachable(Box::new(Status(status)))
}

/// An answer that is not what the documentation says.
#[derive(Debug, thiserror::Error)]
#[error("the portal's answer has no {0}")]
pub(super) struct Lacking(pub &'static str);

pub(super) fn lacking(what: &'static str) -> CalendarError {
    CalendarError::Unexpected(Box::new(Lacking(what)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(401, "NO_AUTH_FOUND", "calendar_sign_in_again")]
    #[case(403, "insufficient_scope", "calendar_right_missing")]
    #[case(404, "ERROR_METHOD_NOT_FOUND", "calendar_right_missing")]
    #[case(403, "INVALID_CREDENTIALS", "calendar_not_allowed")]
    #[case(403, "user_access_error", "calendar_not_allowed")]
    #[case(403, "ACCESS_DENIED", "calendar_not_in_plan")]
    #[case(400, "PAYMENT_REQUIRED", "calendar_not_in_plan")]
    #[case(503, "OVERLOAD_LIMIT", "calendar_blocked")]
    #[case(500, "PORTAL_DELETED", "calendar_gone")]
    #[case(400, "invalid_client", "calendar_unknown_application")]
    #[case(401, "invalid_grant", "calendar_sign_in_again")]
    #[case(401, "", "calendar_sign_in_again")]
    #[case(400, "", "calendar_refused")]
    #[case(400, "ERROR_BATCH_LENGTH_EXCEEDED", "calendar_refused")]
    fn codes_are_put_in_our_words(#[case] status: u16, #[case] code: &str, #[case] ours: &str) {
        let status = StatusCode::from_u16(status).expect("a status");
        let refusal = refusal(status, &json!({"error": code, "error_description": "Встреча с Иваном"}));
        let Refusal::Final(error) = refusal else { panic!("{refusal:?}") };
        assert_eq!(error.code(), ours);
        assert!(!format!("{error:?} {error}").contains("Иван"));
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        let kind = |status: u16, code: &str| refusal(StatusCode::from_u16(status).expect("a status"), &json!({"error": code}));
        assert!(matches!(kind(401, "expired_token"), Refusal::Expired));
        assert!(matches!(kind(503, "QUERY_LIMIT_EXCEEDED"), Refusal::TooFast));
        assert!(matches!(kind(429, "OPERATION_TIME_LIMIT"), Refusal::TooLong));
        assert!(matches!(kind(500, "INTERNAL_SERVER_ERROR"), Refusal::Stumbled(_)));
        assert!(matches!(kind(502, ""), Refusal::Stumbled(_)));
    }
}
