//! What a sign-in waits for: the browser's way back, or what a person pastes instead.

use kabinet_domain::{Ids, Sensitive};
use kabinet_providers::sign_in::{Attempt, LoopbackRedirect, RedirectError};
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

/// Registered at the services to the letter.
const PATH: &str = "/signed-in";

/// The address of this computer that the browser is led back to.
#[must_use]
pub(crate) fn redirect(port: u16) -> LoopbackRedirect {
    LoopbackRedirect::new(port, PATH)
}

/// One attempt, and how its answer is told from others.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub redirect: LoopbackRedirect,
    pub whose: Whose,
}

#[derive(Debug)]
pub(crate) enum Whose {
    /// A provider's of rooms.
    Account(Attempt),
    /// A calendar's; what comes back with it is the calendar's to understand.
    Calendar { state: Sensitive<String> },
}

/// What came back, for tokens.
#[derive(Debug)]
pub(crate) enum Answer {
    Code(Sensitive<String>),
    Query(Sensitive<String>),
}

/// 256 bits, in letters and digits.
#[must_use]
pub(crate) fn drawn_state(ids: &dyn Ids) -> Sensitive<String> {
    let mut bytes = [0; 32];
    ids.fill(&mut bytes);
    Sensitive::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Awaited {
    /// A request that reached this computer, as `/PATH?QUERY`.
    pub(crate) fn arrived(&self, target: &str) -> Result<Answer, RedirectError> {
        match &self.whose {
            Whose::Account(attempt) => self.redirect.read(target, attempt).map(Answer::Code),
            Whose::Calendar { state } => {
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                if path == PATH { of_calendar(query, state) } else { Err(RedirectError::OtherPage) }
            }
        }
    }

    /// What a person found in the browser: the whole address, or where that is enough a code alone.
    pub(crate) fn pasted(&self, text: &str) -> Result<Answer, RedirectError> {
        let text = text.trim();
        let address = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        match (&self.whose, address) {
            (Whose::Account(_), Some(url)) => self.arrived(&format!("{}?{}", url.path(), url.query().unwrap_or_default())),
            // The service chooses where it leads to, so the path says nothing.
            (Whose::Calendar { state }, Some(url)) => of_calendar(url.query().unwrap_or_default(), state),
            // Without the state nobody knows whose code it is; the calendar's is used up within half a minute.
            (Whose::Calendar { state }, None) if is_code(text) => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("code", text)
                    .append_pair("state", state.reveal())
                    .finish();
                Ok(Answer::Query(query.into()))
            }
            _ => Err(RedirectError::Malformed),
        }
    }
}

fn of_calendar(query: &str, state: &Sensitive<String>) -> Result<Answer, RedirectError> {
    let mut states = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "state").map(|(_, value)| value);
    match (states.next(), states.next()) {
        (Some(said), None) if bool::from(said.as_bytes().ct_eq(state.reveal().as_bytes())) => Ok(Answer::Query(query.into())),
        _ => Err(RedirectError::OtherAttempt),
    }
}

fn is_code(text: &str) -> bool {
    (1..=500).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::SystemIds;
    use rstest::rstest;

    fn calendar() -> Awaited {
        Awaited { redirect: redirect(17_248), whose: Whose::Calendar { state: "ours".into() } }
    }

    fn said(answer: Result<Answer, RedirectError>) -> String {
        match answer {
            Ok(Answer::Code(text)) => format!("code {}", text.reveal()),
            Ok(Answer::Query(text)) => format!("query {}", text.reveal()),
            Err(error) => format!("{error:?}"),
        }
    }

    #[rstest]
    #[case::ours("/signed-in?code=1&state=ours&domain=x", "query code=1&state=ours&domain=x")]
    #[case::forged("/signed-in?code=1&state=others", "OtherAttempt")]
    #[case::twice("/signed-in?state=ours&state=ours", "OtherAttempt")]
    #[case::none("/signed-in?code=1", "OtherAttempt")]
    #[case::an_icon("/favicon.ico?state=ours", "OtherPage")]
    fn a_calendars_answer_is_known_by_its_state(#[case] target: &str, #[case] expected: &str) {
        assert_eq!(said(calendar().arrived(target)), expected);
    }

    #[rstest]
    #[case::the_address("  https://portal.example.org/page?code=1&state=ours ", "query code=1&state=ours")]
    #[case::anothers_address("https://portal.example.org/page?code=1&state=x", "OtherAttempt")]
    #[case::a_code("a1b2/3&x", "query code=a1b2%2F3%26x&state=ours")]
    #[case::words("it did not work", "Malformed")]
    #[case::nothing(" ", "Malformed")]
    fn a_calendars_answer_is_pasted(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(said(calendar().pasted(text)), expected);
    }

    #[test]
    fn an_accounts_answer_is_pasted_as_a_whole() {
        let awaited = Awaited { redirect: redirect(17_248), whose: Whose::Account(Attempt::new(&SystemIds)) };
        let check = |text: &str, expected: &str| assert_eq!(said(awaited.pasted(text)), expected);
        check("1234567", "Malformed");
        check("http://127.0.0.1:17248/signed-in?code=1234567&state=x", "OtherAttempt");
        check("http://127.0.0.1:17248/elsewhere?code=1234567", "OtherPage");
    }

    #[test]
    fn states_are_not_drawn_twice() {
        let (one, other) = (drawn_state(&SystemIds), drawn_state(&SystemIds));
        assert!(one != other && one.reveal().len() == 64);
    }
}
