//! Signing in as a local application, and renewing what it gave.
//!
//! The address that the browser is led back to is part of the application's registration, not of the request.
//! The code lives for 30 seconds. There is no PKCE, so the state is all that ties the answer to the question.
//! The application's secret goes to the authorisation server alone, in a query, as that server wants it.

use super::address::{Base, is_loopback};
use super::errors::{Refusal, lacking, refusal, unavailable};
use super::grant::Grant;
use super::{CLIENT_ID, CLIENT_SECRET, OAUTH_SERVER, PORTAL};
use crate::calendars::{CalendarError, GRANT, SignInAnswer, Surroundings};
use crate::posting::PostingClient;
use crate::registry::{ConnectionError, ConnectionSettings};
use async_trait::async_trait;
use kabinet_domain::Sensitive;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

/// The two that are documented, the newer one first.
const SERVERS: [&str; 2] = ["oauth.bitrix24.tech", "oauth.bitrix.info"];

/// The application as it is registered at the portal.
#[derive(Debug, Clone)]
pub(super) struct Application {
    id: String,
    secret: Sensitive<String>,
    /// Instead of the two that are known.
    server: Option<Url>,
}

impl Application {
    pub(super) fn of(settings: &ConnectionSettings) -> Result<Self, ConnectionError> {
        let id = settings.get(CLIENT_ID).ok_or(ConnectionError::Missing { key: CLIENT_ID })?.to_owned();
        let secret = settings.get(CLIENT_SECRET).ok_or(ConnectionError::Missing { key: CLIENT_SECRET })?;
        let server = settings.get(OAUTH_SERVER).map(Url::parse).transpose();
        let server = server.map_err(|cause| ConnectionError::Unusable { key: OAUTH_SERVER, cause: Box::new(cause) })?;
        Ok(Self { id, secret: secret.into(), server })
    }

    /// Where tokens are had: at the server that was named, if it is one of the known.
    fn token_address(&self, named: Option<&str>) -> Option<Url> {
        let mut url = match (&self.server, named) {
            (Some(server), _) => server.clone(),
            (None, None) => Url::parse(&format!("https://{}/", SERVERS[0])).ok()?,
            (None, Some(named)) => Url::parse(named).ok().filter(is_known)?,
        };
        if url.scheme() != "https" && !is_loopback(&url) {
            return None;
        }
        url.set_path("/oauth/token/");
        url.set_query(None);
        Some(url)
    }

    /// Asks for a new pair. `server_endpoint` is what came with the old one.
    pub(super) async fn renew(&self, http: &PostingClient, old: &Grant) -> Result<Grant, CalendarError> {
        let token = ("refresh_token", old.refresh_token.reveal().as_str());
        let grant = self.ask(http, Some(old.server_endpoint.reveal()), "refresh_token", token).await?;
        if grant.member_id == old.member_id { Ok(grant) } else { Err(CalendarError::LeadsElsewhere) }
    }

    async fn ask(
        &self,
        http: &PostingClient,
        server: Option<&str>,
        kind: &str,
        proof: (&str, &str),
    ) -> Result<Grant, CalendarError> {
        let mut url = self.token_address(server).ok_or(CalendarError::LeadsElsewhere)?;
        url.query_pairs_mut()
            .append_pair("grant_type", kind)
            .append_pair("client_id", &self.id)
            .append_pair("client_secret", self.secret.reveal())
            .append_pair(proof.0, proof.1);
        let unreachable = |error: reqwest::Error| CalendarError::Unreachable(Box::new(error.without_url()));
        let answer = http.get(url).header("Accept", "application/json").send().await.map_err(unreachable)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(unreachable)?;
        let Ok(body) = serde_json::from_slice::<Value>(&body) else {
            return Err(if status.is_server_error() { unavailable(status) } else { CalendarError::NotThere });
        };
        if body.get("error").is_some() || !status.is_success() {
            return Err(match refusal(status, &body) {
                Refusal::Expired => CalendarError::SignInAgain,
                Refusal::TooFast | Refusal::TooLong => CalendarError::Busy { until: None },
                Refusal::Stumbled(error) | Refusal::Final(error) => error,
            });
        }
        Grant::received(&body).ok_or_else(|| lacking("tokens"))
    }
}

fn is_known(url: &Url) -> bool {
    url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(|host| SERVERS.contains(&host))
}

fn portal(settings: &ConnectionSettings) -> Result<Base, ConnectionError> {
    let typed = settings.get(PORTAL).ok_or(ConnectionError::Missing { key: PORTAL })?;
    Base::portal(typed).map_err(|cause| ConnectionError::Unusable { key: PORTAL, cause: Box::new(cause) })
}

pub(crate) fn begin_sign_in(settings: &ConnectionSettings, state: &str) -> Result<Sensitive<String>, ConnectionError> {
    let application = Application::of(settings)?;
    let mut url = portal(settings)?.method("oauth/authorize/");
    url.query_pairs_mut().append_pair("client_id", &application.id).append_pair("state", state);
    Ok(Sensitive::new(url.into()))
}

/// See [`crate::calendars::finish_sign_in`].
#[derive(Debug)]
pub(crate) struct FinishSignIn;

#[async_trait]
impl crate::calendars::FinishSignIn for FinishSignIn {
    async fn finish(
        &self,
        settings: &ConnectionSettings,
        surroundings: &Surroundings,
        answer: &SignInAnswer<'_>,
    ) -> Result<ConnectionSettings, CalendarError> {
        let unusable = |error: ConnectionError| CalendarError::Unexpected(Box::new(error));
        let application = Application::of(settings).map_err(unusable)?;
        let portal = portal(settings).map_err(unusable)?;
        let said = |key: &str| {
            let mut pairs = form_urlencoded::parse(answer.query.as_bytes());
            pairs.find(|(name, _)| name == key).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
        };
        if answer.state.is_empty() || !same(said("state").unwrap_or_default().as_str(), answer.state) {
            return Err(CalendarError::SignInBroken);
        }
        let code = said("code").ok_or(CalendarError::SignInBroken)?;
        let server = said("server_domain").map(|host| format!("https://{host}/"));
        let grant = application.ask(&surroundings.http, server.as_deref(), "authorization_code", ("code", &code)).await.map_err(
            |error| match error {
                // The code was used, or its 30 seconds are over.
                CalendarError::SignInAgain => CalendarError::SignInBroken,
                error => error,
            },
        )?;
        let endpoint = Base::endpoint(grant.client_endpoint.reveal()).map_err(|_| CalendarError::LeadsElsewhere)?;
        let is_asked = endpoint.place() == portal.place() || portal.is_kin(&endpoint);
        if !is_asked {
            return Err(CalendarError::LeadsElsewhere);
        }
        Ok(ConnectionSettings::from_iter([(GRANT, grant.written().into_inner())]))
    }
}

/// Compares secrets in constant time, their lengths too.
pub(super) fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn settings(server: Option<&str>) -> ConnectionSettings {
        let fields = [
            (PORTAL, "portal.example.bitrix24.ru"),
            (CLIENT_ID, "local.0123456789abcd.01234567"),
            (CLIENT_SECRET, "EXAMPLE_SECRET"),
        ];
        fields.into_iter().chain(server.map(|server| (OAUTH_SERVER, server))).collect()
    }

    #[test]
    fn the_address_of_the_page_holds_the_id_and_the_state_and_no_secret() {
        let address = begin_sign_in(&settings(None), "a b&c").expect("an address").into_inner();
        assert_eq!(
            address,
            "https://portal.example.bitrix24.ru/oauth/authorize/?client_id=local.0123456789abcd.01234567&state=a+b%26c"
        );
    }

    #[rstest]
    #[case::nobody_named(None, Some("https://oauth.bitrix24.tech/oauth/token/"))]
    #[case::newer(Some("https://oauth.bitrix24.tech/rest/"), Some("https://oauth.bitrix24.tech/oauth/token/"))]
    #[case::older(Some("https://oauth.bitrix.info/rest/"), Some("https://oauth.bitrix.info/oauth/token/"))]
    #[case::foreign(Some("https://oauth.evil.example/rest/"), None)]
    #[case::under_a_known_one(Some("https://x.oauth.bitrix.info/rest/"), None)]
    #[case::another_port(Some("https://oauth.bitrix.info:8443/rest/"), None)]
    #[case::unencrypted(Some("http://oauth.bitrix.info/rest/"), None)]
    fn the_secret_goes_to_two_hosts_alone(#[case] named: Option<&str>, #[case] address: Option<&str>) {
        let application = Application::of(&settings(None)).expect("an application");
        assert_eq!(application.token_address(named).map(String::from).as_deref(), address);
    }

    #[rstest]
    #[case("http://127.0.0.1:8080", Some("http://127.0.0.1:8080/oauth/token/"))]
    #[case("http://oauth.example", None)]
    fn another_server_may_be_set_but_not_an_unencrypted_one(#[case] server: &str, #[case] address: Option<&str>) {
        let application = Application::of(&settings(Some(server))).expect("an application");
        let asked = application.token_address(Some("https://oauth.bitrix.info/rest/"));
        assert_eq!(asked.map(String::from).as_deref(), address);
    }

    #[test]
    fn a_missing_field_is_named_and_the_secret_never_shown() {
        let without = ConnectionSettings::from_iter([(PORTAL, "portal.example.bitrix24.ru"), (CLIENT_ID, "local")]);
        assert!(matches!(begin_sign_in(&without, "s"), Err(ConnectionError::Missing { key: CLIENT_SECRET })));
        let shown = format!("{:?}", Application::of(&settings(None)));
        assert!(!shown.contains("EXAMPLE_SECRET"), "{shown}");
    }
}
