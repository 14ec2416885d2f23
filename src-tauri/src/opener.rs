//! Opens web addresses in the system's browser.

use kabinet_app::desktop::DesktopError;
use kabinet_domain::Sensitive;
use url::Url;

/// Opens `address` if it is a web address; anything else could start a program.
pub async fn open(address: &Sensitive<String>) -> Result<(), DesktopError> {
    let Some(address) = web_address(address.reveal()) else {
        return Err(DesktopError { code: "not_a_web_address", cause: None });
    };
    // The launchers are given a moment to fail, which must not hold up anything else.
    match tokio::task::spawn_blocking(move || open::that_detached(address.as_str())).await {
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
