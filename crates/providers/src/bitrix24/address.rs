//! Where a portal is. Its host names a practice and its webhook's path is a secret, so nothing here is ever shown.

use kabinet_domain::Sensitive;
use std::fmt;
use url::{Host, Url};

/// The ends of the cloud's hosts. Written out, since `bitrix24.` with any other ending is anybody's to register.
const CLOUD: [&str; 19] = [
    "bitrix24.com",
    "bitrix24.ru",
    "bitrix24.eu",
    "bitrix24.de",
    "bitrix24.fr",
    "bitrix24.es",
    "bitrix24.it",
    "bitrix24.pl",
    "bitrix24.by",
    "bitrix24.kz",
    "bitrix24.ua",
    "bitrix24.in",
    "bitrix24.cn",
    "bitrix24.com.br",
    "bitrix24.com.tr",
    "bitrix24.uk",
    "bitrix24.co",
    "bitrix24.tech",
    "bitrix24.vn",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum AddressError {
    #[error("not a web address")]
    NotAnAddress,
    #[error("the address must begin with https")]
    NotEncrypted,
    #[error("the address must hold neither a user name nor a password")]
    Credentials,
    #[error("the address is not of an inbound webhook: /rest/USER/CODE/")]
    NotAWebhook,
}

/// What methods are called under: `https://PORTAL/rest/` or `https://PORTAL/rest/USER/CODE/`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Base(Url);

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<portal>")
    }
}

impl Base {
    /// Reads an inbound webhook as it was copied, perhaps with a method at its end.
    pub(super) fn webhook(typed: &str) -> Result<Self, AddressError> {
        let mut url = trusted(typed)?;
        let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
        let ["rest", user, code, ..] = parts.as_slice() else { return Err(AddressError::NotAWebhook) };
        let plain = |text: &str, fits: fn(&u8) -> bool| text.bytes().all(|byte| fits(&byte));
        if !plain(user, u8::is_ascii_digit) || !plain(code, u8::is_ascii_alphanumeric) || parts.len() > 4 {
            return Err(AddressError::NotAWebhook);
        }
        let path = format!("/rest/{user}/{code}/");
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// A `client_endpoint` as it was received.
    pub(super) fn endpoint(received: &str) -> Result<Self, AddressError> {
        let mut url = trusted(received)?;
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// A portal as it was typed, for its pages.
    pub(super) fn portal(typed: &str) -> Result<Self, AddressError> {
        let typed = typed.trim();
        let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let mut url = trusted(&with_scheme)?;
        url.set_path("/");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    pub(super) fn method(&self, method: &str) -> Url {
        let mut url = self.0.clone();
        let path = format!("{}{method}", url.path());
        url.set_path(&path);
        url
    }

    /// Host and port: what requests are counted by.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.host(), self.0.port_or_known_default().unwrap_or_default())
    }

    fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    pub(super) fn written(&self) -> Sensitive<String> {
        Sensitive::new(self.0.to_string())
    }

    /// As a person would type the portal.
    pub(super) fn origin(&self) -> Sensitive<String> {
        Sensitive::new(self.0.origin().ascii_serialization())
    }

    /// The same path at the host that a redirection leads to, if that host may be trusted with what this one was.
    /// Only the host is taken from it.
    pub(super) fn moved(&self, location: &str) -> Option<Self> {
        let target = self.0.join(location).ok()?;
        let target = trusted(target.as_str()).ok()?;
        if self.0.scheme() == "https" && target.scheme() != "https" {
            return None;
        }
        let mut url = target;
        url.set_path(self.0.path());
        url.set_query(None);
        url.set_fragment(None);
        let moved = Self(url);
        (moved != *self && self.is_kin(&moved)).then_some(moved)
    }

    pub(super) fn is_in_the_cloud(&self) -> bool {
        matches!(kind(&self.0), Kind::Cloud(_))
    }

    /// Whether another address may be the same portal's: in the cloud another name under the same end, elsewhere the same host.
    pub(super) fn is_kin(&self, other: &Self) -> bool {
        match (kind(&self.0), kind(&other.0)) {
            (Kind::Cloud(one), Kind::Cloud(another)) => one == another,
            (Kind::Loopback, Kind::Loopback) => true,
            (Kind::Own, Kind::Own) => self.place() == other.place(),
            _ => false,
        }
    }
}

enum Kind {
    Cloud(&'static str),
    /// A portal on the practice's own server.
    Own,
    Loopback,
}

fn kind(url: &Url) -> Kind {
    if is_loopback(url) {
        return Kind::Loopback;
    }
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let under = |end: &&&str| host.strip_suffix(**end).is_some_and(|name| name.len() > 1 && name.ends_with('.'));
    match CLOUD.iter().find(under) {
        // The cloud is reached at the usual port alone.
        Some(end) if url.port().is_none() => Kind::Cloud(end),
        _ => Kind::Own,
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Encrypted, or on the same computer.
fn trusted(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|_| AddressError::NotAnAddress)?;
    if url.host().is_none() {
        return Err(AddressError::NotAnAddress);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(AddressError::NotEncrypted),
        _ => return Err(AddressError::NotAnAddress),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const PORTAL: &str = "https://portal.example.bitrix24.ru";

    fn webhook(host: &str) -> Base {
        Base::webhook(&format!("{host}/rest/7/examplesecret0000/")).expect("a webhook")
    }

    #[rstest]
    #[case::as_copied("https://portal.example.bitrix24.ru/rest/7/examplesecret0000/")]
    #[case::with_a_method("https://portal.example.bitrix24.ru/rest/7/examplesecret0000/profile.json")]
    #[case::with_spaces("  https://portal.example.bitrix24.ru/rest/7/examplesecret0000 \n")]
    #[case::with_a_query("https://portal.example.bitrix24.ru/rest/7/examplesecret0000/?a=1#b")]
    fn webhooks_are_read_as_people_copy_them(#[case] typed: &str) {
        let base = Base::webhook(typed).expect("a webhook");
        let method = base.method("user.current");
        assert_eq!(method.as_str(), format!("{PORTAL}/rest/7/examplesecret0000/user.current"));
    }

    #[rstest]
    #[case("", AddressError::NotAnAddress)]
    #[case("http://portal.example.bitrix24.ru/rest/7/secret/", AddressError::NotEncrypted)]
    #[case("https://me:pass@portal.example.bitrix24.ru/rest/7/secret/", AddressError::Credentials)]
    #[case("https://portal.example.bitrix24.ru/", AddressError::NotAWebhook)]
    #[case("https://portal.example.bitrix24.ru/rest/", AddressError::NotAWebhook)]
    #[case("https://portal.example.bitrix24.ru/rest/anna/secret/", AddressError::NotAWebhook)]
    #[case("https://portal.example.bitrix24.ru/rest/7/se%2Fcret/", AddressError::NotAWebhook)]
    #[case("https://portal.example.bitrix24.ru/rest/7/secret/a/b", AddressError::NotAWebhook)]
    fn what_is_no_webhook_is_refused(#[case] typed: &str, #[case] error: AddressError) {
        assert_eq!(Base::webhook(typed), Err(error));
    }

    #[test]
    fn a_renamed_portal_is_followed_with_its_own_path() {
        let moved = webhook("https://b24-old000.bitrix24.ru").moved(&format!("{PORTAL}/evil/path?x=1"));
        assert_eq!(moved, Some(webhook(PORTAL)));
    }

    #[rstest]
    #[case::foreign("https://evil.example/rest/7/examplesecret0000/user.current")]
    #[case::looks_alike("https://bitrix24.ru.evil.example/")]
    #[case::looks_alike_at_the_end("https://portal.notbitrix24.ru/")]
    #[case::the_end_alone("https://bitrix24.ru/")]
    #[case::another_end("https://portal.bitrix24.com/")]
    #[case::unencrypted("http://portal.example.bitrix24.ru/")]
    #[case::another_port("https://portal.example.bitrix24.ru:8443/")]
    #[case::this_computer("http://127.0.0.1:8080/")]
    #[case::with_a_password("https://a:b@portal.example.bitrix24.ru/")]
    #[case::the_same("https://b24-old000.bitrix24.ru/auth/")]
    #[case::rubbish("https://")]
    fn other_hosts_never_see_the_secret(#[case] location: &str) {
        assert_eq!(webhook("https://b24-old000.bitrix24.ru").moved(location), None);
    }

    #[test]
    fn a_portal_of_ones_own_moves_nowhere() {
        assert_eq!(webhook("https://crm.clinic.example").moved("https://portal.clinic.example/"), None);
        assert_eq!(webhook("https://crm.clinic.example").moved("https://portal.example.bitrix24.ru/"), None);
    }

    #[test]
    fn nothing_of_an_address_is_shown() {
        assert_eq!(format!("{:?} {:?}", webhook(PORTAL), webhook(PORTAL).written()), "<portal> <redacted>");
    }
}
