//! What every answer under `/w` has, who asks, and in which language.

use super::super::App;
use super::super::auth::Peer;
use crate::page::{Reading, STYLE_SOURCE};
use crate::words::words;
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::LazyLock;

/// Nothing from anywhere else, and nothing of the address to anywhere else.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(self)"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STYLE_SOURCE.as_str();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src {style}; img-src 'self' data:; connect-src 'self'; \
         media-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).expect("plain letters")
});

/// Puts the page's headers on every answer.
pub(super) async fn kept(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Who asks for which page.
pub struct Wanted {
    /// Whatever stands in the address; one that is no text opens nothing.
    pub token: String,
    pub peer: Peer,
    pub takes_gzip: bool,
    asked: Option<&'static str>,
    accepted: Option<&'static str>,
    still: bool,
}

/// Tokens must not reach a log.
impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").finish_non_exhaustive()
    }
}

impl Wanted {
    /// How the page is to be shown: in the language that was asked for, else in `client`'s, else in one that the browser prefers.
    pub fn reading<'a>(&self, app: &'a App, client: Option<&str>) -> Reading<'a> {
        let known = |name: &str| spoken(name);
        let language = self.asked.or_else(|| client.and_then(known)).or(self.accepted);
        Reading { words: words(language.unwrap_or(&app.clients.language)), path: &app.page_path, still: self.still }
    }
}

impl FromRequestParts<App> for Wanted {
    type Rejection = super::Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let token = Path::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        let token = token.ok().and_then(|Path(parts)| parts.into_iter().find(|(name, _)| name == "token"));
        let peer = Peer::from_request_parts(parts, app).await?;
        let query = parts.uri.query().unwrap_or_default();
        let said = |wanted: &str| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        let asked = said("lang");
        Ok(Self {
            token: token.map(|(_, token)| token).unwrap_or_default(),
            peer,
            takes_gzip: takes_gzip(&parts.headers),
            asked: asked.and_then(|(_, language)| spoken(&language)),
            accepted: accepted(&parts.headers),
            still: said("still").is_some(),
        })
    }
}

/// A language that there are words in.
fn spoken(name: &str) -> Option<&'static str> {
    let name = name.trim().split(['-', '_']).next().unwrap_or_default();
    ["ru", "en"].into_iter().find(|known| name.eq_ignore_ascii_case(known))
}

/// The one that a browser likes best of those. Browsers list them in that order, so weights are not read.
fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    list.split(',').find_map(|language| spoken(language.split(';').next().unwrap_or_default()))
}

/// Every browser does; what wants none of it says so with a weight of nothing (<https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>).
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let Some(list) = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else { return false };
    list.split(',').any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused =
            weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// Whether another site has its reader's browser say something here.
///
/// `Sec-Fetch-Site` is the browser's own word (<https://www.w3.org/TR/fetch-metadata/>). Without it `Origin` counts, which is `null`
/// for a beacon of a page that sends no referrer (<https://fetch.spec.whatwg.org/#append-a-request-origin-header>), so that says nothing.
pub(super) fn from_elsewhere(headers: &HeaderMap, own: Option<&str>) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site != "same-origin";
    }
    let Some(origin) = text(header::ORIGIN).filter(|origin| *origin != "null") else { return false };
    let host = text(header::HOST).unwrap_or_default();
    Some(origin) != own && origin.split_once("://").is_none_or(|(_, rest)| rest != host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_itself_speaks() {
        let check = |given: &[(&'static str, &str)], elsewhere: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, HeaderValue::from_str(value).expect("a value"));
            }
            assert_eq!(from_elsewhere(&headers, Some("https://kab.example.org")), elsewhere, "{given:?}");
        };
        check(&[], false);
        check(&[("sec-fetch-site", "same-origin"), ("origin", "null")], false);
        check(&[("sec-fetch-site", "cross-site")], true);
        check(&[("sec-fetch-site", "same-site"), ("origin", "https://kab.example.org")], true);
        check(&[("origin", "https://kab.example.org"), ("host", "127.0.0.1:1")], false);
        check(&[("origin", "http://127.0.0.1:1"), ("host", "127.0.0.1:1")], false);
        check(&[("origin", "https://evil.example"), ("host", "127.0.0.1:1")], true);
        check(&[("origin", "null")], false);
    }

    #[test]
    fn the_browsers_language_is_one_that_is_spoken_here() {
        let check = |list: &'static str, language: Option<&str>| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(list))]);
            assert_eq!(accepted(&headers), language, "{list}");
        };
        check("ru-RU,ru;q=0.9,en;q=0.8", Some("ru"));
        check("de-DE,de;q=0.9,en-US;q=0.8", Some("en"));
        check("fr", None);
    }

    #[test]
    fn what_is_refused_by_its_weight_is_not_taken() {
        let check = |list: &'static str, takes: bool| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(list))]);
            assert_eq!(takes_gzip(&headers), takes, "{list}");
        };
        check("br, gzip", true);
        check("gzip;q=0.5", true);
        check("gzip; q=0, br", false);
        check("gzip;q=0.000", false);
        check("identity", false);
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
