//! One sign-in through the browser: its secrets, and the request by which the browser comes back.

use super::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kabinet_domain::{Ids, Sensitive};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

/// What only the one who began knows: the state that must come back, and the verifier behind the challenge (RFC 7636).
#[derive(Debug, Clone)]
pub struct Attempt {
    state: Sensitive<String>,
    verifier: Sensitive<String>,
}

impl Attempt {
    #[must_use]
    pub fn new(ids: &dyn Ids) -> Self {
        Self { state: drawn(ids), verifier: drawn(ids) }
    }

    pub(crate) fn state(&self) -> &str {
        self.state.reveal()
    }

    pub(crate) fn verifier(&self) -> &str {
        self.verifier.reveal()
    }

    /// By the method `S256`.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }
}

/// 256 bits as 43 characters that need no encoding.
fn drawn(ids: &dyn Ids) -> Sensitive<String> {
    let mut bytes = [0; 32];
    ids.fill(&mut bytes);
    Sensitive::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// Where the browser comes back to. The address is registered at the provider to the letter, so the port is fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopbackRedirect {
    port: u16,
    path: String,
}

/// Why a request to the redirect's address is not the end of this sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// Something else that a browser asks for, such as an icon: go on waiting.
    #[error("the request is for another page")]
    OtherPage,
    /// It carries another state than ours: of an older attempt, or forged. Go on waiting.
    #[error("the request belongs to another sign-in")]
    OtherAttempt,
    /// It is ours, and holds neither a code nor a refusal that can be read.
    #[error("the request cannot be understood")]
    Malformed,
    #[error("the sign-in was refused: {}", .0.code())]
    Refused(Refusal),
}

impl RedirectError {
    /// For the seam to a person: the words are chosen there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherPage | Self::OtherAttempt | Self::Malformed => "sign_in_again",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

impl LoopbackRedirect {
    /// `path` begins with a slash.
    #[must_use]
    pub fn new(port: u16, path: &str) -> Self {
        Self { port, path: format!("/{}", path.trim_start_matches('/')) }
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// As it must be registered.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.path)
    }

    /// The code in a request's target, `/PATH?QUERY`.
    ///
    /// # Errors
    /// See [`RedirectError`]. Nothing in the request is believed before its state is found to be ours.
    pub fn read(&self, target: &str, attempt: &Attempt) -> Result<Sensitive<String>, RedirectError> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            return Err(RedirectError::OtherPage);
        }
        let state = only(query, "state").map_err(|_| RedirectError::OtherAttempt)?.unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(attempt.state().as_bytes())) {
            return Err(RedirectError::OtherAttempt);
        }
        if let Some(word) = only(query, "error")? {
            return Err(RedirectError::Refused(Refusal::from_word(&word)));
        }
        only(query, "code")?.filter(|code| !code.is_empty()).map(Sensitive::new).ok_or(RedirectError::Malformed)
    }
}

/// A parameter of a query; said twice it is not to be trusted (RFC 6749, 3.1).
fn only(query: &str, name: &str) -> Result<Option<String>, RedirectError> {
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let first = found.next();
    if found.next().is_some() { Err(RedirectError::Malformed) } else { Ok(first) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::SystemIds;
    use rstest::rstest;

    fn attempt() -> Attempt {
        Attempt { state: "our+state".into(), verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into() }
    }

    #[test]
    fn the_challenge_is_that_of_the_specification() {
        // RFC 7636, appendix B.
        assert_eq!(attempt().challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn every_attempt_has_secrets_of_its_own_and_shows_none() {
        let (one, other) = (Attempt::new(&SystemIds), Attempt::new(&SystemIds));
        let all = [one.state(), one.verifier(), other.state(), other.verifier()];
        assert_eq!(std::collections::HashSet::from(all).len(), 4);
        assert!(all.iter().all(|secret| secret.len() == 43));
        let shown = format!("{one:?}");
        assert!(!shown.contains(one.state()) && !shown.contains(one.verifier()));
    }

    #[rstest]
    #[case::granted("/signed-in?state=our%2Bstate&code=1234567&cid=x", Ok("1234567"))]
    #[case::an_icon("/favicon.ico", Err(RedirectError::OtherPage))]
    #[case::below_the_page("/signed-in/?state=our%2Bstate&code=1", Err(RedirectError::OtherPage))]
    #[case::no_state("/signed-in?code=1234567", Err(RedirectError::OtherAttempt))]
    #[case::nothing("/signed-in", Err(RedirectError::OtherAttempt))]
    #[case::another_state("/signed-in?state=our%2Bstatf&code=1234567", Err(RedirectError::OtherAttempt))]
    #[case::state_cut("/signed-in?state=our&code=1234567", Err(RedirectError::OtherAttempt))]
    #[case::state_twice("/signed-in?state=our%2Bstate&state=x&code=1", Err(RedirectError::OtherAttempt))]
    #[case::a_forged_refusal("/signed-in?error=access_denied&state=x", Err(RedirectError::OtherAttempt))]
    #[case::refused(
        "/signed-in?error=access_denied&error_description=The+user+denied&state=our%2Bstate",
        Err(RedirectError::Refused(Refusal::AccessDenied))
    )]
    #[case::refused_in_new_words("/signed-in?error=new&state=our%2Bstate&code=1", Err(RedirectError::Refused(Refusal::Unknown)))]
    #[case::code_twice("/signed-in?state=our%2Bstate&code=1&code=2", Err(RedirectError::Malformed))]
    #[case::no_code("/signed-in?state=our%2Bstate", Err(RedirectError::Malformed))]
    #[case::empty_code("/signed-in?state=our%2Bstate&code=", Err(RedirectError::Malformed))]
    fn a_request_to_the_redirect_is_read(#[case] target: &str, #[case] expected: Result<&str, RedirectError>) {
        let redirect = LoopbackRedirect::new(17_248, "/signed-in");
        assert_eq!(redirect.read(target, &attempt()).map(Sensitive::into_inner).as_deref().map_err(|error| *error), expected);
    }

    #[test]
    fn the_address_is_exact() {
        assert_eq!(LoopbackRedirect::new(17_248, "signed-in").address(), "http://127.0.0.1:17248/signed-in");
    }
}
