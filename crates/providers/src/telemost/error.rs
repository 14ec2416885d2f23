//! What Telemost says no with. Its code decides (`error`), never its texts.

use crate::http::manners::Answer;
use crate::http::{Status, retry_after};
use kabinet_domain::ports::PortError;
use kabinet_domain::{MakeRoomError, Sensitive};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

type Cause = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum TelemostError {
    #[error("the token is not accepted")]
    Unauthorized,
    /// Not an account of an organisation in Yandex 360: a normal state, in which links are pasted.
    #[error("the account may not use the API")]
    Restricted,
    #[error("the account may not do this with this conference")]
    Forbidden,
    #[error("the organisation's plan has no broadcasts")]
    PaymentRequired,
    #[error("there is no such conference")]
    NotFound,
    /// Nothing was made or changed.
    #[error("some co-hosts have no account")]
    UnknownCohosts { emails: Vec<Sensitive<String>> },
    /// Never sent.
    #[error("the field {field} is not usable")]
    Invalid { field: &'static str },
    #[error("asked too often")]
    RateLimited {
        /// Seconds.
        retry_after: Option<u64>,
    },
    #[error("the conference may have been made")]
    MayHaveBeenMade(#[source] Cause),
    #[error("refused")]
    Rejected(#[source] Answered),
    #[error("unavailable")]
    Unavailable(#[source] Cause),
    #[error("unexpected answer")]
    Unexpected(#[source] Cause),
}

/// A refusal that has no meaning of its own here, for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Answered {
    pub status: StatusCode,
    /// Its code, if that looks like one: what is anything else may quote what was sent.
    pub word: Option<String>,
    /// The server's own name of the request, which its support asks for.
    pub request: Option<String>,
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status.as_u16())?;
        self.word.iter().try_for_each(|word| write!(f, ", {word}"))?;
        self.request.iter().try_for_each(|request| write!(f, ", request {request}"))
    }
}

/// An answer that should have been a conference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not what the documentation describes")]
pub(super) struct Unreadable;

impl TelemostError {
    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "sign_in_again",
            Self::Restricted => "account_restricted",
            Self::Forbidden => "provider_forbids",
            Self::PaymentRequired => "plan_too_small",
            Self::NotFound => "room_gone",
            Self::UnknownCohosts { .. } => "unknown_cohosts",
            Self::Invalid { .. } => "room_field_bad",
            Self::RateLimited { .. } => "provider_busy",
            Self::MayHaveBeenMade(_) => "room_may_have_been_made",
            Self::Rejected(_) => "provider_rejects",
            Self::Unavailable(_) => "provider_unavailable",
            Self::Unexpected(_) => "provider_unexpected",
        }
    }

    /// A refusal, by its code first and its status where the code is new or absent.
    pub(super) fn of(answer: &Answer) -> Self {
        let refusal: Refusal = serde_json::from_slice(&answer.body.0).unwrap_or_default();
        let word = refusal.error.as_ref().and_then(Value::as_str);
        match (answer.status.as_u16(), word) {
            (401, _) => Self::Unauthorized,
            (402, _) => Self::PaymentRequired,
            (403, Some("ApiRestrictedToOrganizations")) => Self::Restricted,
            (403, _) => Self::Forbidden,
            (404, Some("NoSuchUserPrincipalsFound")) => Self::UnknownCohosts { emails: emails(refusal.details.as_ref()) },
            // A page that is not there at all, as of a wrong address, says nothing about the conference.
            (404 | 410, Some(_)) => Self::NotFound,
            (429, _) => Self::RateLimited { retry_after: retry_after(&answer.headers) },
            (408 | 500..=599, _) => Self::Unavailable(Box::new(Status(answer.status))),
            (400..=499, word) => Self::Rejected(answered(answer, word)),
            _ => Self::Unexpected(Box::new(Status(answer.status))),
        }
    }
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: Option<Value>,
    details: Option<Value>,
}

/// `details.emails`: addresses joined by `;`.
fn emails(details: Option<&Value>) -> Vec<Sensitive<String>> {
    let joined = details.and_then(|details| details.get("emails")).and_then(Value::as_str).unwrap_or_default();
    joined.split(';').map(str::trim).filter(|email| !email.is_empty()).map(Sensitive::from).collect()
}

fn answered(answer: &Answer, word: Option<&str>) -> Answered {
    let request = answer.headers.get("yandex-cloud-request-id").and_then(|value| value.to_str().ok());
    // Codes are words, and names of requests are as this host gives them, so that nothing else is taken for either.
    let is_word = |word: &&str| word.len() <= 64 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_request = |name: &&str| {
        let hyphened = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        name.starts_with("rest-") && name.len() <= 64 && hyphened
    };
    Answered {
        status: answer.status,
        word: word.filter(is_word).map(str::to_owned),
        request: request.filter(is_request).map(str::to_owned),
    }
}

impl From<TelemostError> for PortError {
    fn from(error: TelemostError) -> Self {
        match error {
            TelemostError::Unauthorized => Self::Unauthorized,
            TelemostError::Restricted => Self::Restricted,
            TelemostError::NotFound => Self::NotFound,
            TelemostError::RateLimited { retry_after } => Self::RateLimited { retry_after },
            TelemostError::Rejected(answered) => Self::Rejected { reason: answered.to_string() },
            TelemostError::Unavailable(cause) => Self::Unavailable(cause),
            TelemostError::Unexpected(cause) => Self::Unexpected(cause),
            TelemostError::Forbidden
            | TelemostError::PaymentRequired
            | TelemostError::UnknownCohosts { .. }
            | TelemostError::Invalid { .. }
            | TelemostError::MayHaveBeenMade(_) => Self::Rejected { reason: error.code().to_owned() },
        }
    }
}

impl From<TelemostError> for MakeRoomError {
    fn from(error: TelemostError) -> Self {
        match error {
            TelemostError::Forbidden => Self::Forbidden,
            TelemostError::PaymentRequired => Self::PaymentRequired,
            TelemostError::UnknownCohosts { emails } => Self::UnknownCohosts { emails },
            TelemostError::Invalid { field } => Self::Invalid { field },
            TelemostError::MayHaveBeenMade(cause) => Self::MayHaveBeenMade(cause),
            error => Self::Port(error.into()),
        }
    }
}

/// Whether a server that answered so may have done what it was asked: it, or one before it, lost hold of the request.
pub(super) fn leaves_open(status: StatusCode) -> bool {
    status.is_server_error() && !matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::NOT_IMPLEMENTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::manners::Body;
    use reqwest::header::{HeaderMap, HeaderValue};
    use rstest::rstest;

    fn answer(status: u16, body: &str) -> Answer {
        let headers =
            HeaderMap::from_iter([("yandex-cloud-request-id".parse().expect("a name"), HeaderValue::from_static("rest-1"))]);
        Answer { status: StatusCode::from_u16(status).expect("a status"), headers, body: Body(body.into()) }
    }

    #[rstest]
    #[case(402, r#"{"error":"PaymentRequiredToUseLiveStreams"}"#, "plan_too_small")]
    #[case(403, r#"{"error":"ForbiddenError"}"#, "provider_forbids")]
    #[case(403, "<html>", "provider_forbids")]
    #[case(404, "<html>", "provider_rejects")]
    #[case(404, r#"{"error":"SomethingNotFound"}"#, "room_gone")]
    #[case(404, r#"{"error":"NoSuchUserPrincipalsFound"}"#, "unknown_cohosts")]
    #[case(400, r#"{"error":null}"#, "provider_rejects")]
    #[case(418, r#"["tea"]"#, "provider_rejects")]
    #[case(429, "", "provider_busy")]
    #[case(503, "", "provider_unavailable")]
    #[case(302, "", "provider_unexpected")]
    fn refusals_have_one_code_for_words(#[case] status: u16, #[case] body: &str, #[case] code: &str) {
        let error = TelemostError::of(&answer(status, body));
        assert_eq!(error.code(), code);
        assert_eq!(MakeRoomError::from(error).code(), code, "the port's error says the same");
    }

    #[rstest]
    #[case(r#"{"error":"NewCode","message":"anna@org.example"}"#, "status 400, NewCode, request rest-1")]
    #[case(r#"{"error":"anna@org.example is unknown"}"#, "status 400, request rest-1")]
    fn a_new_refusal_is_named_and_never_quoted(#[case] body: &str, #[case] said: &str) {
        let TelemostError::Rejected(answered) = TelemostError::of(&answer(400, body)) else { panic!("refused") };
        assert_eq!(answered.to_string(), said);
        assert!(!format!("{answered:?}").contains("anna"));
    }
}
