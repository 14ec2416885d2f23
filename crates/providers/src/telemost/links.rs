//! Links to Telemost. They are kept as they came: the same conference answers at all four hosts.

pub use crate::registry::LinkKind;
use url::Url;

const HOSTS: [&str; 4] = ["telemost.yandex.ru", "telemost.yandex.com", "telemost.360.yandex.ru", "telemost.360.yandex.com"];

/// `None` for a link to elsewhere.
#[must_use]
pub fn kind(link: &str) -> Option<LinkKind> {
    let url = Url::parse(link.trim()).ok()?;
    let plain = url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none();
    if !plain || !HOSTS.contains(&url.host_str()?) {
        return None;
    }
    let mut steps = url.path_segments()?;
    let (page, name, rest) = (steps.next()?, steps.next()?, steps.next());
    // A slash at the end is no further step.
    if rest.is_some_and(|rest| !rest.is_empty()) || steps.next().is_some() {
        return None;
    }
    match page {
        "j" if is_id(name) => Some(LinkKind::Room),
        "live" if !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Some(LinkKind::Broadcast)
        }
        _ => None,
    }
}

/// The link of a conference known by its number alone.
pub(crate) fn of_id(id: &str) -> Option<String> {
    is_id(id).then(|| format!("https://{}/j/{id}", HOSTS[0]))
}

/// 10 to 14 digits were seen; the length is not documented.
fn is_id(text: &str) -> bool {
    (6..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://telemost.yandex.ru/j/12345678901234", Some(LinkKind::Room))]
    #[case(" https://telemost.yandex.com/j/1234567890/ ", Some(LinkKind::Room))]
    #[case("https://telemost.360.yandex.ru/j/1234567890?utm=1", Some(LinkKind::Room))]
    #[case("https://telemost.360.yandex.com/j/1234567890#a", Some(LinkKind::Room))]
    #[case("https://TELEMOST.yandex.ru/j/1234567890", Some(LinkKind::Room))]
    #[case("https://telemost.yandex.ru/live/0123456789abcdef0123456789abcdef", Some(LinkKind::Broadcast))]
    #[case("https://telemost.yandex.ru/live/nothex", None)]
    #[case("https://telemost.yandex.ru/j/12345", None)]
    #[case("https://telemost.yandex.ru/j/123456789a", None)]
    #[case("https://telemost.yandex.ru/j/1234567890/x", None)]
    #[case("https://telemost.yandex.ru/?browser-auto-create=1", None)]
    #[case("http://telemost.yandex.ru/j/1234567890", None)]
    #[case("https://telemost.yandex.ru:8443/j/1234567890", None)]
    #[case("https://telemost.yandex.ru@evil.example.org/j/1234567890", None)]
    #[case("https://user@telemost.yandex.ru/j/1234567890", None)]
    #[case("https://telemost.yandex.ru.example.org/j/1234567890", None)]
    #[case("1234567890", None)]
    fn only_telemosts_own_links_are_its(#[case] link: &str, #[case] expected: Option<LinkKind>) {
        assert_eq!(kind(link), expected);
    }
}
