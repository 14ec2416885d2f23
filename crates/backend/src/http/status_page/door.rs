//! Who may see the operator's page, and whose forms count.

use super::{page, render};
use crate::http::auth::Peer;
use crate::http::{App, Refusal};
use crate::words::Words;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// Lets the operator in, by the administrator's token as password; everybody else gets the page that asks for it.
///
/// # Errors
/// When it was tried too often from this address.
pub fn admit(app: &App, peer: Peer, headers: &HeaderMap, words: &Words) -> Result<Result<(), Response>, Refusal> {
    let given = password(headers);
    if given.as_deref().is_some_and(|password| app.admin.is(password)) {
        return Ok(Ok(()));
    }
    if given.is_some() {
        app.wrong(peer)?;
    }
    let mut refused = page(StatusCode::UNAUTHORIZED, words, &render::note(words, "status-sign-in"));
    // https://www.rfc-editor.org/rfc/rfc7617
    refused
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Kabinet\", charset=\"UTF-8\""));
    Ok(Err(refused))
}

fn password(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, given) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let given = String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok()?;
    given.split_once(':').map(|(_, password)| password.to_owned())
}

/// A browser says where a form came from; a program that says nothing has nobody's password but its own.
pub fn is_own_form(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else { return true };
    let Ok(origin) = Url::parse(origin) else { return false };
    let Some(host) = origin.host_str() else { return false };
    let authority = origin.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let ours = text("host").is_some_and(|own| own.eq_ignore_ascii_case(&authority));
    ours || Url::parse(public_url).is_ok_and(|own| own.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn only_a_form_of_our_own_page_counts() {
        let own = |pairs: &[(&'static str, &str)]| is_own_form(&headers(pairs), "https://k.example.org/kabinet");
        assert!(own(&[]));
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "https://k.example.org")]));
        assert!(own(&[("origin", "http://192.0.2.7:8787"), ("host", "192.0.2.7:8787")]));
        assert!(own(&[("origin", "https://k.example.org"), ("host", "127.0.0.1:8787")]), "behind a proxy");
        for site in ["cross-site", "same-site", "none"] {
            assert!(!own(&[("sec-fetch-site", site)]), "{site}");
        }
        assert!(!own(&[("origin", "https://evil.example"), ("host", "k.example.org")]));
        assert!(!own(&[("origin", "null"), ("host", "k.example.org")]));
        assert!(!own(&[("origin", "http://192.0.2.7:1"), ("host", "192.0.2.7:8787")]));
    }

    #[test]
    fn the_password_is_what_follows_the_first_colon() {
        let given = |text: &str| password(&headers(&[("authorization", &format!("Basic {}", STANDARD.encode(text)))]));
        assert_eq!(given("anybody:a:b").as_deref(), Some("a:b"));
        assert_eq!(given("nothing"), None);
        assert_eq!(password(&headers(&[("authorization", "Basic %%")])), None);
        assert_eq!(password(&headers(&[("authorization", "Bearer abc")])), None);
    }
}
