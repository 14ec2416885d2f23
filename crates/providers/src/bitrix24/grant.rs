//! What signing in gave: a pair of tokens, and where they are good for.

use super::wire::{id_of, text};
use kabinet_domain::Sensitive;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Both endpoints are kept as they were received: their hosts differ by region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub access_token: Sensitive<String>,
    /// Replaced at every renewal.
    pub refresh_token: Sensitive<String>,
    pub client_endpoint: Sensitive<String>,
    pub server_endpoint: Sensitive<String>,
    /// The portal's id, which stays when its address changes.
    pub member_id: String,
    pub user_id: Option<String>,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Written {
    access_token: String,
    refresh_token: String,
    client_endpoint: String,
    server_endpoint: String,
    member_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

impl Grant {
    /// Reads an answer of the authorisation server, or what a portal sends at an installation.
    pub(super) fn received(answer: &Value) -> Option<Self> {
        let field = |key: &str| Some(text(answer, key)).filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Self {
            access_token: field("access_token")?.into(),
            refresh_token: field("refresh_token")?.into(),
            client_endpoint: field("client_endpoint")?.into(),
            server_endpoint: field("server_endpoint")?.into(),
            member_id: field("member_id")?,
            user_id: id_of(answer, "user_id"),
        })
    }

    pub(super) fn written(&self) -> Sensitive<String> {
        let written = Written {
            access_token: self.access_token.reveal().clone(),
            refresh_token: self.refresh_token.reveal().clone(),
            client_endpoint: self.client_endpoint.reveal().clone(),
            server_endpoint: self.server_endpoint.reveal().clone(),
            member_id: self.member_id.clone(),
            user_id: self.user_id.clone(),
        };
        Sensitive::new(serde_json::to_string(&written).expect("texts are always JSON"))
    }

    /// Reads [`Self::written`].
    ///
    /// # Errors
    /// When it is something else; the error names places and no values.
    pub(super) fn read(kept: &str) -> Result<Self, GrantError> {
        let written: Written =
            serde_json::from_str(kept).map_err(|error| GrantError { line: error.line(), column: error.column() })?;
        Ok(Self {
            access_token: written.access_token.into(),
            refresh_token: written.refresh_token.into(),
            client_endpoint: written.client_endpoint.into(),
            server_endpoint: written.server_endpoint.into(),
            member_id: written.member_id,
            user_id: written.user_id,
        })
    }
}

/// The cause of the parser may quote a token, so only its place is kept.
#[derive(Debug, thiserror::Error)]
#[error("what signing in gave cannot be read at {line}:{column}")]
pub(super) struct GrantError {
    line: usize,
    column: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_grant_is_kept_and_read_back_and_never_shown() {
        let answer = json!({
            "access_token": "EXAMPLE_ACCESS", "refresh_token": "EXAMPLE_REFRESH", "member_id": "0123",
            "client_endpoint": "https://portal.example.bitrix24.ru/rest/",
            "server_endpoint": "https://oauth.bitrix24.tech/rest/", "user_id": 7,
        });
        let grant = Grant::received(&answer).expect("a grant");
        assert_eq!(Grant::read(grant.written().reveal()).expect("read back"), grant);
        let shown = format!("{grant:?}");
        assert!(!shown.contains("EXAMPLE") && !shown.contains("portal.example"), "{shown}");
        let error = Grant::read(r#"{"access_token": EXAMPLE}"#).expect_err("rubbish");
        assert!(!format!("{error:?} {error}").contains("EXAMPLE"));
    }
}
