//! Rooms by name: the names we make, and the names providers send back.

use crate::Ids;
use chrono::{Datelike, NaiveDate};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// A room's name after Jitsi's own normalisation (web client, `getBackendSafeRoomName`; see `docs/attendance.md`):
/// percent-decoded, NFKC, lower case, percent-encoded in lower case, forbidden characters dropped.
/// Two links to the same room give equal names; a tenant stands in brackets, as Prosody has it: `[clinic]room-7`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomName(String);

/// A room's name is as good as a key to the room.
impl fmt::Debug for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<room>")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoomNameError {
    #[error("the room's name is empty")]
    Empty,
    #[error("the room's name is too long")]
    TooLong,
}

/// Longest name in bytes: a room's address must fit XMPP's 1023 bytes with room to spare.
const MAX_NAME_BYTES: usize = 500;

/// What stays readable when a name is encoded, as in the client's `encodeURIComponent`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Dropped by the web client.
const FORBIDDEN: &str = ":?#[]@!$&'()*+,;=></\"";

impl RoomName {
    /// Understands a name as it stands in a link or in a report, with an optional `[tenant]` in front.
    ///
    /// # Errors
    /// When nothing is left of the name, or it is longer than a room's address may be.
    pub fn parse(raw: &str) -> Result<Self, RoomNameError> {
        let (tenant, name) = raw
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .map_or((None, raw), |(tenant, name)| (Some(tenant), name));
        let name = normalised(name);
        if name.is_empty() {
            return Err(RoomNameError::Empty);
        }
        let full = match tenant.map(normalised) {
            Some(tenant) if !tenant.is_empty() => format!("[{tenant}]{name}"),
            _ => name,
        };
        if full.len() > MAX_NAME_BYTES { Err(RoomNameError::TooLong) } else { Ok(Self(full)) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn normalised(raw: &str) -> String {
    let decoded = percent_decode_str(raw).decode_utf8_lossy().nfkc().collect::<String>().to_lowercase();
    let kept: String = decoded.chars().filter(|c| !FORBIDDEN.contains(*c) && !c.is_control()).collect();
    utf8_percent_encode(kept.trim(), ENCODED).to_string().to_lowercase()
}

/// A link to a room, taken apart: `https://HOST/[TENANT/]ROOM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomLink {
    pub host: String,
    pub name: RoomName,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoomLinkError {
    #[error("not a web address")]
    NotAnAddress,
    #[error("the address names no room")]
    NoRoom(#[source] RoomNameError),
}

impl RoomLink {
    /// Reads a link as it was typed or received; the query and the fragment do not count.
    ///
    /// # Errors
    /// When it is not an http(s) address, or its path holds no room.
    pub fn parse(link: &str) -> Result<Self, RoomLinkError> {
        let url = Url::parse(link.trim()).map_err(|_| RoomLinkError::NotAnAddress)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(RoomLinkError::NotAnAddress);
        }
        let host = url.host_str().ok_or(RoomLinkError::NotAnAddress)?.to_owned();
        let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
        let (tenant, name) = match parts.as_slice() {
            [] => return Err(RoomLinkError::NoRoom(RoomNameError::Empty)),
            [.., tenant, name] => (Some(*tenant), *name),
            [name] => (None, *name),
        };
        let raw = tenant.map_or_else(|| name.to_owned(), |tenant| format!("[{tenant}]{name}"));
        RoomName::parse(&raw).map(|name| Self { host, name }).map_err(RoomLinkError::NoRoom)
    }
}

/// How rooms are named: text with `{date}` (`23dec`) and `{code}` (random) in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomTemplate {
    before: String,
    between: String,
    after: String,
    code_length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoomTemplateError {
    #[error("the template has no {{code}}")]
    NoCode,
    #[error("the template's {{date}} must stand before its {{code}}")]
    DateAfterCode,
    #[error("the code's length must be from {MIN_CODE} to {MAX_CODE}")]
    CodeLength,
    #[error("the template holds characters that a link does not carry")]
    Characters,
}

/// The guide's six; shorter ones can be guessed.
pub const MIN_CODE: usize = 6;
pub const MAX_CODE: usize = 32;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// What a name made by a template says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomNameParts {
    pub day: u32,
    pub month: u32,
    pub code: String,
}

impl Default for RoomTemplate {
    fn default() -> Self {
        Self { before: "konsultaciya-".into(), between: "-".into(), after: String::new(), code_length: 12 }
    }
}

impl RoomTemplate {
    /// # Errors
    /// Says what is wrong with the template.
    pub fn parse(template: &str, code_length: usize) -> Result<Self, RoomTemplateError> {
        if !(MIN_CODE..=MAX_CODE).contains(&code_length) {
            return Err(RoomTemplateError::CodeLength);
        }
        let (head, after) = template.split_once("{code}").ok_or(RoomTemplateError::NoCode)?;
        if after.contains("{date}") {
            return Err(RoomTemplateError::DateAfterCode);
        }
        let (before, between) = head.split_once("{date}").unwrap_or((head, ""));
        let literal = format!("{before}{between}{after}");
        if literal.chars().any(|c| FORBIDDEN.contains(c) || c.is_control() || c.is_whitespace() || "{}%\\".contains(c)) {
            return Err(RoomTemplateError::Characters);
        }
        Ok(Self { before: before.into(), between: between.into(), after: after.into(), code_length })
    }

    /// A new name for a room on `day`, with a code from the secure generator: 36 letters and digits,
    /// so 12 of them are 62 random bits.
    #[must_use]
    pub fn make(&self, day: NaiveDate, ids: &dyn Ids) -> String {
        let month = MONTHS[day.month0() as usize];
        let date = if self.between.is_empty() { String::new() } else { format!("{:02}{month}", day.day()) };
        format!("{}{date}{}{}{}", self.before, self.between, random_code(self.code_length, ids), self.after)
    }

    /// Whether a name looks as if this template had made it, with any code length from [`MIN_CODE`] on.
    #[must_use]
    pub fn made(&self, name: &str) -> bool {
        // Without anything between them the template's date is left out, so there is none to read back.
        let dateless = || {
            let code = name.strip_prefix(&self.before)?.strip_suffix(&self.after)?;
            Some((MIN_CODE..=MAX_CODE).contains(&code.len()) && code.bytes().all(|byte| ALPHABET.contains(&byte)))
        };
        if self.between.is_empty() { dateless() == Some(true) } else { self.read_back(name).is_some() }
    }

    /// Reads a name made by this template (of any code length from [`MIN_CODE`] on) back, without regard to case and
    /// percent-encoding; `None` when it was not made by it.
    #[must_use]
    pub fn read_back(&self, name: &str) -> Option<RoomNameParts> {
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().nfkc().collect::<String>().to_lowercase();
        let name = plain(name);
        let rest = name.strip_prefix(&plain(&self.before))?.strip_suffix(&plain(&self.after))?;
        let (date, code) = rest.split_at_checked(5)?;
        let code = code.strip_prefix(&plain(&self.between))?;
        let day: u32 = date.get(..2)?.parse().ok().filter(|day| (1..=31).contains(day))?;
        let month = MONTHS.iter().position(|month| Some(*month) == date.get(2..))?;
        let valid = (MIN_CODE..=MAX_CODE).contains(&code.len()) && code.bytes().all(|byte| ALPHABET.contains(&byte));
        valid.then(|| RoomNameParts { day, month: u32::try_from(month).unwrap_or(0) + 1, code: code.to_owned() })
    }
}

/// Letters and digits, evenly drawn: bytes that would favour the first letters are drawn again.
fn random_code(length: usize, ids: &dyn Ids) -> String {
    let mut code = String::with_capacity(length);
    let fair = u8::MAX - u8::MAX % 36;
    while code.len() < length {
        let mut bytes = [0u8; 16];
        ids.fill(&mut bytes);
        for byte in bytes.into_iter().filter(|byte| *byte < fair).take(length - code.len()) {
            code.push(char::from(ALPHABET[usize::from(byte % 36)]));
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemIds;

    #[test]
    fn names_follow_the_web_client() {
        let check = |raw: &str, name: &str| assert_eq!(RoomName::parse(raw).expect("a name").as_str(), name);
        check("Konsultaciya-ABC", "konsultaciya-abc");
        check("Консультация", "%d0%ba%d0%be%d0%bd%d1%81%d1%83%d0%bb%d1%8c%d1%82%d0%b0%d1%86%d0%b8%d1%8f");
        check(
            "%D0%9A%D0%BE%D0%BD%D1%81%D1%83%D0%BB%D1%8C%D1%82%D0%B0%D1%86%D0%B8%D1%8F",
            "%d0%ba%d0%be%d0%bd%d1%81%d1%83%d0%bb%d1%8c%d1%82%d0%b0%d1%86%d0%b8%d1%8f",
        );
        check("a b", "a%20b");
        check("[clinic]room-7", "[clinic]room-7");
        check("[Clinic]Room-7", "[clinic]room-7");
        check("ｒｏｏｍ", "room");
        check("r(o)o*m", "room");
        assert_eq!(RoomName::parse("??"), Err(RoomNameError::Empty));
        assert_eq!(RoomName::parse(&"a".repeat(501)), Err(RoomNameError::TooLong));
    }

    #[test]
    fn parsing_twice_changes_nothing() {
        for raw in ["Консультация", "a b", "[Clinic]Röom", "100%", "ﬁn"] {
            let once = RoomName::parse(raw).expect("a name");
            assert_eq!(RoomName::parse(once.as_str()).expect("a name"), once);
        }
    }

    #[test]
    fn links_are_taken_apart() {
        let link = RoomLink::parse(" https://meet.example.org/Clinic/Room-7?jwt=abc#config.x=1 ").expect("a link");
        assert_eq!((link.host.as_str(), link.name.as_str()), ("meet.example.org", "[clinic]room-7"));
        assert_eq!(RoomLink::parse("javascript:alert(1)"), Err(RoomLinkError::NotAnAddress));
        assert_eq!(RoomLink::parse("https://meet.example.org/"), Err(RoomLinkError::NoRoom(RoomNameError::Empty)));
        assert_eq!(RoomLink::parse("room"), Err(RoomLinkError::NotAnAddress));
    }

    #[test]
    fn a_made_name_is_told_from_one_of_a_persons_own() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 3).expect("a day");
        for template in ["konsultaciya-{date}-{code}", "room-{code}", "{code}.k"] {
            let template = RoomTemplate::parse(template, 12).expect("a template");
            assert!(template.made(&template.make(day, &SystemIds)));
            assert!(!template.made("elena") && !template.made("room-of-elena"));
        }
    }

    #[test]
    fn made_names_are_read_back() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 3).expect("a day");
        for template in ["konsultaciya-{date}-{code}", "консультация-{date}-{code}", "{date}x{code}-k"] {
            let template = RoomTemplate::parse(template, 12).expect("a template");
            let name = template.make(day, &SystemIds);
            let parts = template.read_back(&name.to_uppercase()).expect("read back");
            assert_eq!((parts.day, parts.month, parts.code.len()), (3, 12, 12));
            let normalised = RoomName::parse(&name).expect("a name");
            assert_eq!(template.read_back(normalised.as_str()), Some(parts));
        }
    }

    #[test]
    fn the_guides_names_are_read() {
        let parts = RoomTemplate::default().read_back("Konsultaciya-23dec-a1b2c3").expect("read back");
        assert_eq!(parts, RoomNameParts { day: 23, month: 12, code: "a1b2c3".into() });
        for foreign in
            ["konsultaciya-23dec-a1", "konsultaciya-99dec-a1b2c3", "konsultaciya-23foo-a1b2c3", "other", "konsultaciya-я"]
        {
            assert_eq!(RoomTemplate::default().read_back(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn templates_that_break_a_link_are_refused() {
        let check = |template: &str, length: usize, error| assert_eq!(RoomTemplate::parse(template, length), Err(error));
        check("room", 12, RoomTemplateError::NoCode);
        check("{code}{date}", 12, RoomTemplateError::DateAfterCode);
        check("a/b-{code}", 12, RoomTemplateError::Characters);
        check("a b-{code}", 12, RoomTemplateError::Characters);
        check("{code}", 5, RoomTemplateError::CodeLength);
    }
}
