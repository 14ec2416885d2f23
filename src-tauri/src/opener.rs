//! Opens web addresses in the system's browser, and letters in its mail program.

use crate::system::opener;
use kabinet_app::desktop::DesktopError;
use kabinet_domain::Sensitive;
use std::time::Duration;
use url::Url;

const MAIL: &str = "mailto";

/// A launcher that cannot open anything says so within this time; one that still runs after it has become the browser.
const LAUNCHER_FAILS_WITHIN: Duration = Duration::from_secs(3);

/// Opens `address` if it is a web address or a letter to be written; anything else could start a program.
pub async fn open(address: &Sensitive<String>) -> Result<(), DesktopError> {
    let Some(address) = opened(address.reveal()) else {
        return Err(DesktopError { code: "not_a_web_address", cause: None });
    };
    let (code, scheme) = if address.scheme() == MAIL { ("no_mail_program", MAIL) } else { ("no_browser", "https") };
    let opened = tokio::task::spawn_blocking(move || {
        open::that_detached_with_timeout(address.as_str(), LAUNCHER_FAILS_WITHIN)?;
        if opener::has_program(scheme) { Ok(()) } else { Err(std::io::Error::other("nothing here opens such an address")) }
    });
    match opened.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(DesktopError { code, cause: Some(Box::new(error)) }),
        Err(panicked) => Err(DesktopError { code, cause: Some(Box::new(panicked)) }),
    }
}

/// The address in its escaped form: `open` hands on what it is given, and some launchers cut it at a blank or lose Cyrillic.
fn opened(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    // A letter to somebody: what else a mail program understands, such as a file to be added, is not for us to ask.
    let letter = url.scheme() == MAIL
        && url.path().contains('@')
        && url.query_pairs().all(|(key, _)| matches!(key.as_ref(), "subject" | "body"));
    (web || letter).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_and_letters_are_opened_and_they_are_escaped() {
        let check = |address: &str, expected: Option<&str>| assert_eq!(opened(address).as_ref().map(Url::as_str), expected);
        check("https://meet.example.org/konsultaciya", Some("https://meet.example.org/konsultaciya"));
        check(
            "https://meet.example.org/приём один",
            Some("https://meet.example.org/%D0%BF%D1%80%D0%B8%D1%91%D0%BC%20%D0%BE%D0%B4%D0%B8%D0%BD"),
        );
        check("file:///etc/passwd", None);
        check("javascript:alert(1)", None);
        check("--help", None);
        check("https://", None);
        let letter = "mailto:anna@example.org?subject=%D0%A7%D0%B0%D0%B9&body=a%0D%0Ab";
        check(letter, Some(letter));
        check("mailto:", None);
        check("mailto:?to=anna@example.org", None);
        check("mailto:anna@example.org?attach=/etc/passwd", None);
    }
}
