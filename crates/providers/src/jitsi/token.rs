//! The specialist's token: a JWT (HS256) that makes its holder a moderator of one room, for the time of one consultation.
//!
//! It is made afresh for every entry and given to nobody else. A client never gets one: on a server whose focus checks accounts,
//! every valid token makes its holder an owner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use hmac::{Hmac, Mac};
use kabinet_domain::{RoomName, Sensitive, Timestamp};
use serde::Serialize;
use sha2::Sha256;

/// The token's first part never varies. A library for tokens would bring every other algorithm along, megabytes of it.
const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;

/// From when before the start a token is valid.
pub const EARLY: Duration = Duration::minutes(5);

/// Until when after the planned end: a talk that overruns must survive a page that is loaded anew.
/// Servers check the end only when a connection is made, so nobody is thrown out at it.
pub const MARGIN: Duration = Duration::minutes(60);

/// What the server and we have agreed on: `JWT_APP_ID` and the like.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    pub app_id: String,
    pub secret: Sensitive<String>,
    /// One of `JWT_ACCEPTED_AUDIENCES`; servers accept any by default.
    pub audience: String,
    /// The server's XMPP domain or the tenant; only compared with domain verification on, else `*` will do.
    pub subject: String,
}

impl TokenSettings {
    #[must_use]
    pub fn new(app_id: impl Into<String>, secret: Sensitive<String>) -> Self {
        Self { app_id: app_id.into(), secret, audience: "jitsi".into(), subject: "*".into() }
    }
}

/// Whom the token makes a moderator.
#[derive(Debug, Clone)]
pub struct Moderator {
    /// Comes back in reports, and is the strongest proof of who an occupant is.
    pub id: String,
    pub name: Sensitive<String>,
}

/// When the consultation is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Planned {
    /// When a token is valid from, and until.
    #[must_use]
    pub fn window(self) -> (Timestamp, Timestamp) {
        (self.starts_at - EARLY, self.ends_at + MARGIN)
    }
}

/// A token, or why there is none now. Without one the room still opens, the specialist just has to log in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModeratorToken {
    Token(Sensitive<String>),
    TooEarly { from: Timestamp },
    TooLate { until: Timestamp },
}

impl ModeratorToken {
    #[must_use]
    pub fn token(&self) -> Option<&Sensitive<String>> {
        match self {
            Self::Token(token) => Some(token),
            Self::TooEarly { .. } | Self::TooLate { .. } => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the application id is empty")]
    NoAppId,
    #[error("the application secret is empty")]
    NoSecret,
}

/// Makes a token for one room, unless it is too early or too late for it.
///
/// # Errors
/// When the settings are unfit.
pub fn moderator_token(
    settings: &TokenSettings,
    room: &RoomName,
    moderator: &Moderator,
    planned: Planned,
    now: Timestamp,
) -> Result<ModeratorToken, TokenError> {
    if settings.app_id.is_empty() {
        return Err(TokenError::NoAppId);
    }
    if settings.secret.reveal().is_empty() {
        return Err(TokenError::NoSecret);
    }
    let (from, until) = planned.window();
    if now < from {
        return Ok(ModeratorToken::TooEarly { from });
    }
    if now >= until {
        return Ok(ModeratorToken::TooLate { until });
    }
    let claims = Claims {
        iss: &settings.app_id,
        aud: &settings.audience,
        sub: &settings.subject,
        room: room.as_str(),
        iat: now.timestamp(),
        nbf: from.timestamp(),
        exp: until.timestamp(),
        context: Context {
            user: User { id: &moderator.id, name: moderator.name.reveal(), moderator: true, affiliation: "owner" },
        },
    };
    let claims = serde_json::to_vec(&claims).expect("texts and numbers make JSON");
    Ok(ModeratorToken::Token(Sensitive::new(signed(&claims, settings.secret.reveal()))))
}

/// The compact form of RFC 7515, section 3.1, signed by HS256 of RFC 7518, section 3.2.
fn signed(claims: &[u8], secret: &str) -> String {
    let mut token = URL_SAFE_NO_PAD.encode(HEADER);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length will do");
    mac.update(token.as_bytes());
    let tag = mac.finalize().into_bytes();
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(tag, &mut token);
    token
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    /// A text: Prosody refuses a list.
    aud: &'a str,
    sub: &'a str,
    /// Compared with the room's address in Prosody, so it is the name after the web client's normalisation, not the link's.
    room: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    context: Context<'a>,
}

#[derive(Serialize)]
struct Context<'a> {
    user: User<'a>,
}

/// `moderator` is read by `token_affiliation`, as is `affiliation` by its older version.
#[derive(Serialize)]
struct User<'a> {
    id: &'a str,
    name: &'a str,
    moderator: bool,
    affiliation: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::Value;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn planned() -> Planned {
        Planned { starts_at: at("2026-12-23T12:00:00Z"), ends_at: at("2026-12-23T12:50:00Z") }
    }

    fn made(now: &str) -> ModeratorToken {
        let settings = TokenSettings::new("kabinet", "correct horse battery staple".into());
        let room = RoomName::parse("Konsultaciya-23DEC-A1b2").expect("a name");
        let moderator = Moderator { id: "spec-17".into(), name: "Анна Петрова".into() };
        moderator_token(&settings, &room, &moderator, planned(), at(now)).expect("a token or a reason")
    }

    /// The example that every tool for tokens shows.
    #[test]
    fn a_token_is_what_other_programs_make_of_the_same() {
        let made = signed(br#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#, "your-256-bit-secret");
        let expected = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\
                        .eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ\
                        .SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
        assert_eq!(made, expected);
    }

    /// Taken apart and checked by hand.
    #[test]
    fn a_token_is_signed_and_says_what_servers_check() {
        let token = made("2026-12-23T11:57:00Z");
        let token = token.token().expect("a token").reveal().clone();
        let (signed, tag) = token.rsplit_once('.').expect("three parts");
        let mut mac = Hmac::<Sha256>::new_from_slice(b"correct horse battery staple").expect("a key");
        mac.update(signed.as_bytes());
        assert_eq!(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()), tag);

        let part =
            |encoded: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).expect("base64")).expect("JSON") };
        let (header, claims) = signed.split_once('.').expect("two parts");
        assert_eq!((&part(header)["alg"], &part(header)["typ"]), (&"HS256".into(), &"JWT".into()));
        insta::assert_json_snapshot!(part(claims), @r#"
        {
          "aud": "jitsi",
          "context": {
            "user": {
              "affiliation": "owner",
              "id": "spec-17",
              "moderator": true,
              "name": "Анна Петрова"
            }
          },
          "exp": 1798033800,
          "iat": 1798027020,
          "iss": "kabinet",
          "nbf": 1798026900,
          "room": "konsultaciya-23dec-a1b2",
          "sub": "*"
        }
        "#);
    }

    #[rstest]
    #[case::first_moment("2026-12-23T11:55:00Z")]
    #[case::last_moment("2026-12-23T13:49:59Z")]
    fn a_token_is_made_within_the_window(#[case] now: &str) {
        assert!(made(now).token().is_some());
    }

    #[test]
    fn outside_the_window_the_reason_is_told() {
        assert_eq!(made("2026-12-23T11:54:59Z"), ModeratorToken::TooEarly { from: at("2026-12-23T11:55:00Z") });
        assert_eq!(made("2026-12-23T13:50:00Z"), ModeratorToken::TooLate { until: at("2026-12-23T13:50:00Z") });
    }

    #[test]
    fn a_later_entry_gets_a_new_token() {
        assert_ne!(made("2026-12-23T12:00:00Z"), made("2026-12-23T12:00:01Z"));
    }

    #[test]
    fn unfit_settings_are_named() {
        let room = RoomName::parse("room").expect("a name");
        let moderator = Moderator { id: "1".into(), name: "A".into() };
        let make = |settings| moderator_token(&settings, &room, &moderator, planned(), planned().starts_at);
        assert!(matches!(make(TokenSettings::new("", "secret".into())), Err(TokenError::NoAppId)));
        assert!(matches!(make(TokenSettings::new("id", "".into())), Err(TokenError::NoSecret)));
    }

    #[test]
    fn neither_secret_nor_name_nor_token_is_shown() {
        let settings = TokenSettings::new("kabinet", "hush".into());
        let shown = format!("{settings:?} {:?}", made("2026-12-23T12:00:00Z"));
        assert!(!shown.contains("hush") && !shown.contains("eyJ"), "{shown}");
    }
}
