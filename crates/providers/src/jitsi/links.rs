//! Links to a Jitsi room: the client's and the specialist's.
//!
//! Everything that configures the page stands in the fragment, which a browser keeps to itself: neither a token nor a name reaches
//! a server's log. A link never switches the page before the room off, since then camera and microphone stay off too.

use kabinet_domain::{RoomName, Sensitive};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization;
use url::{Host, Url};

/// What stays as it is in a path and in the fragment's values; above all `=` does not, as it would cut a value.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Dropped by the web client, so that such a name would lead elsewhere; and what a path or an encoding gives a meaning of its own.
const BREAKING: &str = ":?#[]@!$&'()*+,;=></\"%\\";

/// Paths that the server answers itself (docker-jitsi-meet's and the Debian package's nginx).
const TAKEN: [&str; 19] = [
    "about",
    "colibri-ws",
    "config.js",
    "conference-request",
    "css",
    "etherpad",
    "external_api.js",
    "favicon.ico",
    "fonts",
    "http-bind",
    "images",
    "interface_config.js",
    "lang",
    "libs",
    "manifest.json",
    "sounds",
    "static",
    "whiteboard",
    "xmpp-websocket",
];

/// Keeps a phone's browser from asking for the application, and a desktop's from opening it. Older servers know the first name only.
const STAY_IN_BROWSER: &str = "config.disableDeepLinking=true&config.deeplinking.disabled=true";

/// Where a Jitsi server's rooms are: `https://HOST[:PORT]/[TENANT/]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// Ends with a slash.
    url: Url,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    #[error("not a web address")]
    NotAnAddress,
    /// Browsers give no camera to a page that came unencrypted.
    #[error("the address must begin with https")]
    NotEncrypted,
    #[error("the address must hold neither a user name nor a password")]
    Credentials,
    #[error("the address must end after the server or after a tenant")]
    TooMuch,
}

impl BaseUrl {
    /// Reads an address as it was typed; without a scheme it is `https`. Unencrypted is only the same computer.
    ///
    /// # Errors
    /// Says what is wrong with the address.
    pub fn parse(typed: &str) -> Result<Self, BaseUrlError> {
        let typed = typed.trim();
        let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let mut url = Url::parse(&with_scheme).map_err(|_| BaseUrlError::NotAnAddress)?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(BaseUrlError::NotAnAddress),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(BaseUrlError::NotEncrypted),
            _ => return Err(BaseUrlError::NotAnAddress),
        }
        // `meet..example` is well-formed to a browser and nobody's name.
        if url.domain().is_some_and(|name| name.trim_end_matches('.').split('.').any(str::is_empty)) {
            return Err(BaseUrlError::NotAnAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        let tenants: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
        if tenants.len() > 1 || url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::TooMuch);
        }
        let path = tenants.first().map_or_else(|| "/".to_owned(), |tenant| format!("/{tenant}/"));
        url.set_path(&path);
        Ok(Self { url })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// An address of the server itself, whatever the tenant.
    pub(super) fn at_root(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("the room has no name")]
    Empty,
    #[error("the room's name is too long")]
    TooLong,
    #[error("the room's name holds {0:?}, which a link does not carry")]
    Character(char),
    #[error("the room's name is one that the server keeps for itself")]
    Taken,
}

/// The link that is given to a client: nothing but the room.
///
/// # Errors
/// When the name would break the link, or lead to another room.
pub fn client_link(base: &BaseUrl, room: &str) -> Result<String, LinkError> {
    let encoded = encoded(room)?;
    Ok(format!("{}{encoded}", base.as_str()))
}

/// The same room as a page of ours opens it for a client: no question about an application comes in between.
///
/// # Errors
/// As [`client_link`].
pub fn client_entry(base: &BaseUrl, room: &str) -> Result<String, LinkError> {
    Ok(format!("{}#{STAY_IN_BROWSER}", client_link(base, room)?))
}

/// The link that the specialist's browser is opened with.
///
/// # Errors
/// As [`client_link`].
pub fn specialist_link(
    base: &BaseUrl,
    room: &str,
    display_name: Option<&Sensitive<String>>,
    token: Option<&Sensitive<String>>,
) -> Result<Sensitive<String>, LinkError> {
    let mut link = client_entry(base, room)?;
    if let Some(name) = display_name.map(Sensitive::reveal).filter(|name| !name.trim().is_empty()) {
        // The page reads values as JSON after decoding them.
        let json = serde_json::Value::from(name.trim()).to_string();
        write!(link, "&userInfo.displayName={}", utf8_percent_encode(&json, ENCODED)).expect("a string takes everything");
    }
    if let Some(token) = token {
        // Tokens are the exception: they are read as they stand. Their alphabet needs no encoding.
        write!(link, "&jwt={}", utf8_percent_encode(token.reveal(), ENCODED)).expect("a string takes everything");
    }
    Ok(Sensitive::new(link))
}

/// The room as one segment of a path. The spelling stays as it is; the web client makes its own of it.
fn encoded(room: &str) -> Result<String, LinkError> {
    let room = room.trim();
    // The web client composes look-alikes (NFKC) before it drops characters: `／` is a `/` to it.
    if let Some(breaking) = room.nfkc().find(|c| c.is_control() || BREAKING.contains(*c)) {
        return Err(LinkError::Character(breaking));
    }
    let name = RoomName::parse(room).map_err(|error| match error {
        kabinet_domain::room::RoomNameError::Empty => LinkError::Empty,
        kabinet_domain::room::RoomNameError::TooLong => LinkError::TooLong,
    })?;
    // A path swallows its dots.
    if matches!(room, "." | "..") || TAKEN.contains(&name.as_str()) {
        return Err(LinkError::Taken);
    }
    Ok(utf8_percent_encode(room, ENCODED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kabinet_domain::RoomLink;
    use rstest::rstest;

    fn base(typed: &str) -> BaseUrl {
        BaseUrl::parse(typed).expect("an address")
    }

    #[rstest]
    #[case("meet.example.org", "https://meet.example.org/")]
    #[case(" https://meet.example.org ", "https://meet.example.org/")]
    #[case("https://meet.example.org:8443/clinic/", "https://meet.example.org:8443/clinic/")]
    #[case("http://localhost:8000", "http://localhost:8000/")]
    #[case("http://127.0.0.1:8000", "http://127.0.0.1:8000/")]
    #[case("http://[::1]:8000", "http://[::1]:8000/")]
    #[case("localhost:8443", "https://localhost:8443/")]
    #[case("https://встреча.рф", "https://xn--80adj7beg1b.xn--p1ai/")]
    fn addresses_are_understood_as_typed(#[case] typed: &str, #[case] url: &str) {
        assert_eq!(base(typed).as_str(), url);
    }

    #[rstest]
    #[case("", BaseUrlError::NotAnAddress)]
    #[case("https://", BaseUrlError::NotAnAddress)]
    #[case("...", BaseUrlError::NotAnAddress)]
    #[case("meet..example", BaseUrlError::NotAnAddress)]
    #[case("ftp://meet.example.org", BaseUrlError::NotAnAddress)]
    #[case("javascript://alert", BaseUrlError::NotAnAddress)]
    #[case("http://meet.example.org", BaseUrlError::NotEncrypted)]
    #[case("http://localhost.example.org", BaseUrlError::NotEncrypted)]
    #[case("https://anna:secret@meet.example.org", BaseUrlError::Credentials)]
    #[case("https://meet.example.org/a/b", BaseUrlError::TooMuch)]
    #[case("https://meet.example.org/?x=1", BaseUrlError::TooMuch)]
    #[case("https://meet.example.org/#x", BaseUrlError::TooMuch)]
    fn unfit_addresses_are_refused(#[case] typed: &str, #[case] error: BaseUrlError) {
        assert_eq!(BaseUrl::parse(typed), Err(error));
    }

    #[rstest]
    #[case("meet.example.org", "konsultaciya-23dec-a1b2c3d4e5f6", "https://meet.example.org/konsultaciya-23dec-a1b2c3d4e5f6")]
    #[case("meet.example.org/clinic", "Room-7", "https://meet.example.org/clinic/Room-7")]
    #[case("meet.example.org", "a b", "https://meet.example.org/a%20b")]
    #[case("meet.example.org", "Комната", "https://meet.example.org/%D0%9A%D0%BE%D0%BC%D0%BD%D0%B0%D1%82%D0%B0")]
    fn clients_get_nothing_but_the_room(#[case] typed: &str, #[case] room: &str, #[case] link: &str) {
        assert_eq!(client_link(&base(typed), room).as_deref(), Ok(link));
        // And the link leads to the room that will be reported.
        let tenant = typed.split_once('/').map_or_else(String::new, |(_, tenant)| format!("[{tenant}]"));
        let reported = RoomName::parse(&format!("{tenant}{room}")).expect("a name");
        assert_eq!(RoomLink::parse(link).expect("a link").name, reported);
    }

    #[rstest]
    #[case("", LinkError::Empty)]
    #[case("  ", LinkError::Empty)]
    #[case("a/b", LinkError::Character('/'))]
    #[case("a／b", LinkError::Character('/'))]
    #[case("a?b", LinkError::Character('?'))]
    #[case("a#b", LinkError::Character('#'))]
    #[case("100%", LinkError::Character('%'))]
    #[case("a\\b", LinkError::Character('\\'))]
    #[case("a\nb", LinkError::Character('\n'))]
    #[case("..", LinkError::Taken)]
    #[case("Config.js", LinkError::Taken)]
    #[case("http-bind", LinkError::Taken)]
    fn names_that_break_a_link_are_refused(#[case] room: &str, #[case] error: LinkError) {
        assert_eq!(client_link(&base("meet.example.org"), room), Err(error));
    }

    #[test]
    fn the_longest_name_is_the_room_names_own() {
        assert_eq!(client_link(&base("meet.example.org"), &"a".repeat(501)), Err(LinkError::TooLong));
        assert!(client_link(&base("meet.example.org"), &"a".repeat(500)).is_ok());
    }

    #[test]
    fn the_specialists_link_carries_name_and_token_in_the_fragment() {
        let link =
            specialist_link(&base("meet.example.org"), "room", Some(&"Анна \"А=Б\" & Co".into()), Some(&"aa.bb-_.cc".into()));
        insta::assert_snapshot!(link.expect("a link").reveal(), @"https://meet.example.org/room#config.disableDeepLinking=true&config.deeplinking.disabled=true&userInfo.displayName=%22%D0%90%D0%BD%D0%BD%D0%B0%20%5C%22%D0%90%3D%D0%91%5C%22%20%26%20Co%22&jwt=aa.bb-_.cc");
    }

    #[test]
    fn the_fragment_reads_back_as_the_page_reads_it() {
        let typed = "O'Neil = \\ \u{202e}& \"x\" #+%";
        let link = specialist_link(&base("meet.example.org"), "room", Some(&typed.into()), None).expect("a link");
        let url = Url::parse(link.reveal()).expect("an address");
        let value = url.fragment().expect("a fragment").split('&').find_map(|pair| {
            let mut parts = pair.split('=');
            (parts.next() == Some("userInfo.displayName")).then(|| parts.collect::<Vec<_>>())
        });
        let [value] = value.expect("a name").try_into().expect("one value");
        let json = percent_encoding::percent_decode_str(value).decode_utf8().expect("text");
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), typed);
    }

    #[test]
    fn without_name_and_token_none_is_carried_and_nothing_is_switched_off() {
        let link = specialist_link(&base("meet.example.org"), "room", Some(&" ".into()), None).expect("a link");
        assert_eq!(
            link.reveal(),
            "https://meet.example.org/room#config.disableDeepLinking=true&config.deeplinking.disabled=true"
        );
        assert!(!link.reveal().contains("prejoin"));
    }
}
