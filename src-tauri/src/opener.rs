//! Opens web addresses in the system's browser.

use crate::system::opener;
use kabinet_app::desktop::DesktopError;
use kabinet_domain::Sensitive;
use std::time::Duration;
use url::Url;

/// A launcher that cannot open anything says so within this time; one that still runs after it has become the browser.
const LAUNCHER_FAILS_WITHIN: Duration = Duration::from_secs(3);

/// Opens `address` if it is a web address; anything else could start a program.
pub async fn open(address: &Sensitive<String>) -> Result<(), DesktopError> {
    let Some(address) = web_address(address.reveal()) else {
        return Err(DesktopError { code: "not_a_web_address", cause: None });
    };
    let opened = tokio::task::spawn_blocking(move || {
        open::that_detached_with_timeout(address.as_str(), LAUNCHER_FAILS_WITHIN)?;
        if opener::has_browser() { Ok(()) } else { Err(std::io::Error::other("nothing here opens web pages")) }
    });
    match opened.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(DesktopError { code: "no_browser", cause: Some(Box::new(error)) }),
        Err(panicked) => Err(DesktopError { code: "no_browser", cause: Some(Box::new(panicked)) }),
    }
}

/// The address in its escaped form: `open` hands on what it is given, and some launchers cut it at a blank or lose Cyrillic.
fn web_address(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened_and_they_are_escaped() {
        let check = |address: &str, opened: Option<&str>| assert_eq!(web_address(address).as_ref().map(Url::as_str), opened);
        check("https://meet.example.org/konsultaciya", Some("https://meet.example.org/konsultaciya"));
        check(
            "https://meet.example.org/приём один",
            Some("https://meet.example.org/%D0%BF%D1%80%D0%B8%D1%91%D0%BC%20%D0%BE%D0%B4%D0%B8%D0%BD"),
        );
        check("file:///etc/passwd", None);
        check("javascript:alert(1)", None);
        check("--help", None);
        check("https://", None);
    }
}
