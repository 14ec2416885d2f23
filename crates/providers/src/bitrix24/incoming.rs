//! What a portal sends by itself: that an entry changed, that the application was installed or removed.
//!
//! A request is form-encoded with bracketed keys, and signed by nothing but a token in it. It is sent once, may be late or doubled,
//! and says only that something changed: whoever gets it reads the entry. Endpoints in it are not followed.

use super::PORTAL;
use super::address::Base;
use super::grant::Grant;
use super::oauth::same;
use super::wire::id;
use crate::calendars::{self, CalendarChanged, GRANT};
use crate::registry::ConnectionSettings;
use kabinet_domain::Sensitive;
use kabinet_domain::calendar::EntryId;
use serde_json::{Map, Value};
use std::fmt;
use url::form_urlencoded;

/// Far above any event.
const MAX_BYTES: usize = 64 * 1024;
/// Events have two levels.
const MAX_DEPTH: usize = 4;
const MAX_FIELDS: usize = 200;

/// Keys of the settings that make a [`KnownPortal`].
pub(super) const MEMBER_ID: &str = "member_id";
pub(super) const APPLICATION_TOKEN: &str = "application_token";

/// A portal that we are connected to.
#[derive(Debug, Clone)]
pub struct KnownPortal {
    /// Its id, which stays when its address changes.
    pub member_id: String,
    /// The outgoing webhook's, or the application's from its installation.
    pub application_token: Sensitive<String>,
}

impl KnownPortal {
    /// As a connection's settings name it; `None` when they do not say what proves its requests.
    #[must_use]
    pub fn of(settings: &ConnectionSettings) -> Option<Self> {
        let (member_id, token) = (settings.get(MEMBER_ID)?, settings.get(APPLICATION_TOKEN)?);
        Some(Self { member_id: member_id.to_owned(), application_token: token.into() })
    }
}

/// What a request comes to.
#[derive(Debug)]
pub enum Incoming {
    Changed(CalendarChanged),
    /// Nothing proves this one: it is believed after its settings were opened and asked who we are.
    Installed(Installation),
    Uninstalled {
        portal: String,
        /// What was kept of the portal is to be forgotten too.
        clean: bool,
    },
    /// Verified, and nothing to us.
    Other,
}

/// The first contact of an application.
#[derive(Debug)]
pub struct Installation {
    pub portal: String,
    /// To be kept: later events are known by it.
    pub application_token: Sensitive<String>,
    /// To be added to the connection's.
    pub settings: ConnectionSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IncomingError {
    #[error("the request is too large")]
    TooLarge,
    #[error("the request is not an event")]
    NotAnEvent,
    /// Not a portal that we know, or not its token; which of the two is nobody's business.
    #[error("the event's token does not fit")]
    Unverified,
    #[error("the application was installed at an address that is not trusted")]
    UntrustedPortal,
}

/// The same for an operator's own connection, whose settings say all that there is to know of the portal: an installation,
/// which nothing proves, changes nothing there.
pub(crate) fn of_the_connected(
    settings: &ConnectionSettings,
    body: &[u8],
) -> Result<calendars::Incoming, calendars::IncomingError> {
    match understand(body, KnownPortal::of(settings).as_slice(), None) {
        Ok(Incoming::Changed(changed)) => Ok(calendars::Incoming::Changed(changed)),
        Ok(Incoming::Uninstalled { .. } | Incoming::Other) => Ok(calendars::Incoming::Other),
        Ok(Incoming::Installed(_)) | Err(IncomingError::Unverified | IncomingError::UntrustedPortal) => {
            Err(calendars::IncomingError::Unverified)
        }
        Err(IncomingError::TooLarge) => Err(calendars::IncomingError::TooLarge),
        Err(IncomingError::NotAnEvent) => Err(calendars::IncomingError::NotAnEvent),
    }
}

/// Takes a request's body apart and verifies it. `portal` is the address that the operator named,
/// for a portal that is not in the cloud.
///
/// # Errors
/// Says why the event is not to be believed.
pub fn understand(body: &[u8], known: &[KnownPortal], portal: Option<&str>) -> Result<Incoming, IncomingError> {
    if body.len() > MAX_BYTES {
        return Err(IncomingError::TooLarge);
    }
    let form = nested(body).ok_or(IncomingError::NotAnEvent)?;
    let at = |pointer: &str| form.0.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let event = at("/event").ok_or(IncomingError::NotAnEvent)?.to_ascii_uppercase();
    // Who says nothing of themselves proves nothing.
    let member_id = at("/auth/member_id").ok_or(IncomingError::Unverified)?;
    let token = at("/auth/application_token").ok_or(IncomingError::Unverified)?;
    if event == "ONAPPINSTALL" {
        return installation(&form.0, portal).map(Incoming::Installed);
    }
    // All are compared, so that the time taken tells nothing.
    let fits = known.iter().fold(false, |fits, known| {
        let is_kept = !known.application_token.reveal().is_empty();
        fits | (same(&known.member_id, member_id) & same(known.application_token.reveal(), token) & is_kept)
    });
    if !fits {
        return Err(IncomingError::Unverified);
    }
    let portal = member_id.to_owned();
    match event.as_str() {
        "ONCALENDARENTRYADD" | "ONCALENDARENTRYUPDATE" | "ONCALENDARENTRYDELETE" => {
            // Calendar events have the first; other events of the portal the second.
            let entry = ["/data/id", "/data/FIELDS/ID"].iter().find_map(|place| form.0.pointer(place).and_then(id));
            let event_id = EntryId(entry.ok_or(IncomingError::NotAnEvent)?);
            Ok(Incoming::Changed(CalendarChanged { event_id, portal }))
        }
        "ONAPPUNINSTALL" => {
            let clean = matches!(at("/data/CLEAN"), Some("1" | "Y" | "true"));
            Ok(Incoming::Uninstalled { portal, clean })
        }
        _ => Ok(Incoming::Other),
    }
}

/// The host is checked before anybody is asked there: in the cloud, or the one that was named.
fn installation(form: &Value, portal: Option<&str>) -> Result<Installation, IncomingError> {
    let auth = form.get("auth").ok_or(IncomingError::NotAnEvent)?;
    let grant = Grant::received(auth).ok_or(IncomingError::NotAnEvent)?;
    let token = auth.get("application_token").and_then(Value::as_str).ok_or(IncomingError::NotAnEvent)?;
    let base = Base::endpoint(grant.client_endpoint.reveal()).map_err(|_| IncomingError::UntrustedPortal)?;
    let named = portal.and_then(|typed| Base::portal(typed).ok());
    let trusted = named.map_or_else(|| base.is_in_the_cloud(), |named| named.place() == base.place() || named.is_kin(&base));
    if !trusted {
        return Err(IncomingError::UntrustedPortal);
    }
    let settings = [(GRANT, grant.written()), (PORTAL, base.origin())];
    Ok(Installation {
        portal: grant.member_id,
        application_token: token.into(),
        settings: settings.into_iter().map(|(key, value)| (key, value.into_inner())).collect(),
    })
}

/// A form with its tokens, which `Debug` does not show.
struct Form(Value);

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// `auth[member_id]=x` as `{"auth": {"member_id": "x"}}`, brackets encoded or not. The first of two values counts.
fn nested(body: &[u8]) -> Option<Form> {
    let mut form = Map::new();
    for (count, (key, value)) in form_urlencoded::parse(body).enumerate() {
        if count >= MAX_FIELDS {
            return None;
        }
        let mut parts = key.split('[').map(|part| part.trim_end_matches(']'));
        let first = parts.next().unwrap_or_default().to_owned();
        let path: Vec<&str> = parts.collect();
        if path.len() >= MAX_DEPTH {
            return None;
        }
        put(&mut form, first, &path, value.into_owned());
    }
    Some(Form(Value::Object(form)))
}

fn put(into: &mut Map<String, Value>, key: String, path: &[&str], value: String) {
    match path {
        [] => {
            into.entry(key).or_insert(Value::String(value));
        }
        [next, rest @ ..] => {
            let inner = into.entry(key).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, (*next).to_owned(), rest, value);
            }
        }
    }
}
