//! Signatures of webhooks, after the Standard Webhooks specification, symmetric scheme `v1`
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use chrono::Duration;
use hmac::{Hmac, Mac};
use kabinet_domain::Timestamp;
use sha2::Sha256;
use std::fmt;

/// Header names, lower case as HTTP/2 has them.
pub const ID_HEADER: &str = "webhook-id";
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// How far the sender's clock may be off. The specification leaves the figure open; its own libraries use five minutes.
pub const TOLERANCE: Duration = Duration::minutes(5);

/// How a secret begins that is meant for signing; others are bearer words.
pub const SECRET_PREFIX: &str = "whsec_";

/// Secrets are copied by hand, and some tools drop the padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A secret that signs and verifies.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    #[error("the secret does not begin with {SECRET_PREFIX}")]
    Prefix,
    #[error("the secret is not base64 after its prefix")]
    Encoding,
    #[error("the secret must be 24 to 64 bytes long, it is {0}")]
    Length(usize),
}

impl SigningKey {
    /// Reads `whsec_` and base64.
    ///
    /// # Errors
    /// Says what is wrong with the secret, without showing it.
    pub fn parse(secret: &str) -> Result<Self, SigningKeyError> {
        let encoded = secret.trim().strip_prefix(SECRET_PREFIX).ok_or(SigningKeyError::Prefix)?;
        let key = LENIENT.decode(encoded).map_err(|_| SigningKeyError::Encoding)?;
        if (24..=64).contains(&key.len()) { Ok(Self(key)) } else { Err(SigningKeyError::Length(key.len())) }
    }

    /// Writes a new secret as it stands in configurations.
    #[must_use]
    pub fn write(random: &[u8; 32]) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(random))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// What stands in the three headers.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signature: &'a str,
}

impl<'a> Signed<'a> {
    /// Gathers the headers through `header`, which gives one's value by its lower-case name.
    /// `Ok(None)` when there is none of the three: then the request is not signed at all.
    ///
    /// # Errors
    /// When some are there and some are not.
    pub fn gather(header: impl Fn(&str) -> Option<&'a str>) -> Result<Option<Self>, WebhookAuthError> {
        let found = |name: &'static str| header(name).filter(|value| !value.is_empty()).ok_or(WebhookAuthError::Missing(name));
        match (found(ID_HEADER), found(TIMESTAMP_HEADER), found(SIGNATURE_HEADER)) {
            (Err(_), Err(_), Err(_)) => Ok(None),
            (id, timestamp, signature) => Ok(Some(Self { id: id?, timestamp: timestamp?, signature: signature? })),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookAuthError {
    #[error("the header {0} is missing")]
    Missing(&'static str),
    #[error("the header {TIMESTAMP_HEADER} is not a number of seconds")]
    Timestamp,
    /// The secret is another one, or the body was changed on the way.
    #[error("no signature fits the body and the secret")]
    Mismatch,
    /// Signed with the right secret, so it is a clock and not a secret that has to be put right; or an old request was replayed.
    #[error("the sender's clock differs by {seconds} s")]
    ClockSkew {
        /// Positive when the sender is ahead.
        seconds: i64,
    },
}

/// Checks a request's signature over the raw bytes of its body. Several keys are accepted while a secret is changed.
///
/// # Errors
/// Says why the request is not to be believed.
pub fn verify(keys: &[SigningKey], signed: Signed<'_>, body: &[u8], now: Timestamp) -> Result<(), WebhookAuthError> {
    let sent_at: i64 = signed.timestamp.parse().map_err(|_| WebhookAuthError::Timestamp)?;
    // The signature first: what the clocks differ by is only told to those who know the secret.
    let given = || signed.signature.split_ascii_whitespace().filter_map(|one| one.strip_prefix("v1,"));
    let fits = keys.iter().any(|key| {
        let mac = key.mac(signed.id, signed.timestamp, body);
        // `verify_slice` compares in constant time.
        given().filter_map(|one| STANDARD.decode(one).ok()).any(|tag| mac.clone().verify_slice(&tag).is_ok())
    });
    if !fits {
        return Err(WebhookAuthError::Mismatch);
    }
    let seconds = sent_at.saturating_sub(now.timestamp());
    if seconds.saturating_abs() > TOLERANCE.num_seconds() { Err(WebhookAuthError::ClockSkew { seconds }) } else { Ok(()) }
}

/// The value of the signature header, as a sender makes it.
#[must_use]
pub fn sign(key: &SigningKey, id: &str, sent_at: Timestamp, body: &[u8]) -> String {
    let tag = key.mac(id, &sent_at.timestamp().to_string(), body).finalize().into_bytes();
    format!("v1,{}", STANDARD.encode(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The example of the specification's own test suite.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SENT_AT: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn key() -> SigningKey {
        SigningKey::parse(SECRET).expect("a key")
    }

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(1_614_265_330 + seconds, 0).expect("a time")
    }

    fn signed(signature: &str) -> Signed<'_> {
        Signed { id: ID, timestamp: SENT_AT, signature }
    }

    #[test]
    fn the_published_example_holds() {
        assert_eq!(sign(&key(), ID, at(0), BODY), SIGNATURE);
        assert_eq!(verify(&[key()], signed(SIGNATURE), BODY, at(0)), Ok(()));
    }

    #[test]
    fn one_fitting_signature_of_several_is_enough() {
        let many = format!("v1a,bm9uc2Vuc2U= v1,AAAA v1,!! {SIGNATURE}");
        let other = SigningKey::parse(&SigningKey::write(&[7; 32])).expect("a key");
        assert_eq!(verify(&[other, key()], signed(&many), BODY, at(0)), Ok(()));
    }

    #[rstest]
    #[case::other_body(SIGNATURE, b"{}", 0, WebhookAuthError::Mismatch)]
    #[case::other_signature("v1,AAAA", BODY, 0, WebhookAuthError::Mismatch)]
    #[case::without_version("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, 0, WebhookAuthError::Mismatch)]
    #[case::empty("", BODY, 0, WebhookAuthError::Mismatch)]
    #[case::behind(SIGNATURE, BODY, 301, WebhookAuthError::ClockSkew { seconds: -301 })]
    #[case::ahead(SIGNATURE, BODY, -301, WebhookAuthError::ClockSkew { seconds: 301 })]
    #[case::skew_is_not_told_to_strangers("v1,AAAA", BODY, 301, WebhookAuthError::Mismatch)]
    fn what_does_not_fit_is_refused(
        #[case] signature: &str,
        #[case] body: &[u8],
        #[case] later: i64,
        #[case] error: WebhookAuthError,
    ) {
        assert_eq!(verify(&[key()], signed(signature), body, at(later)), Err(error));
    }

    #[rstest]
    #[case(300)]
    #[case(-300)]
    fn five_minutes_are_tolerated(#[case] later: i64) {
        assert_eq!(verify(&[key()], signed(SIGNATURE), BODY, at(later)), Ok(()));
    }

    #[rstest]
    #[case("")]
    #[case("1614265330.5")]
    #[case("yesterday")]
    #[case("99999999999999999999")]
    fn a_broken_time_is_named(#[case] timestamp: &str) {
        let signed = Signed { timestamp, ..signed(SIGNATURE) };
        assert_eq!(verify(&[key()], signed, BODY, at(0)), Err(WebhookAuthError::Timestamp));
    }

    #[test]
    fn the_farthest_times_do_not_overflow() {
        for timestamp in [i64::MIN, i64::MAX] {
            let timestamp = timestamp.to_string();
            let tag = key().mac(ID, &timestamp, BODY).finalize().into_bytes();
            let signature = format!("v1,{}", STANDARD.encode(tag));
            let signed = Signed { id: ID, timestamp: &timestamp, signature: &signature };
            assert!(matches!(verify(&[key()], signed, BODY, at(0)), Err(WebhookAuthError::ClockSkew { .. })));
        }
    }

    #[test]
    fn headers_come_together_or_not_at_all() {
        let all = Signed::gather(|name| {
            Some(match name {
                ID_HEADER => ID,
                TIMESTAMP_HEADER => SENT_AT,
                _ => SIGNATURE,
            })
        });
        assert!(matches!(all, Ok(Some(signed)) if signed.id == ID && signed.timestamp == SENT_AT));
        assert!(matches!(Signed::gather(|_| None), Ok(None)));
        let without = Signed::gather(|name| (name != TIMESTAMP_HEADER).then_some("x"));
        assert!(matches!(without, Err(WebhookAuthError::Missing(TIMESTAMP_HEADER))));
    }

    #[rstest]
    #[case("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SigningKeyError::Prefix)]
    #[case("whsec_not base64", SigningKeyError::Encoding)]
    #[case("whsec_c2hvcnQ=", SigningKeyError::Length(5))]
    fn unfit_secrets_are_refused(#[case] secret: &str, #[case] error: SigningKeyError) {
        assert_eq!(SigningKey::parse(secret).map(|_| ()), Err(error));
    }

    #[test]
    fn secrets_are_never_shown() {
        assert_eq!(format!("{:?}", key()), "<redacted>");
        assert!(SigningKey::parse(SigningKey::write(&[1; 32]).trim_end_matches('=')).is_ok());
    }
}
