//! Bitrix24: calendars and colleagues of a portal, by its REST interface.
//!
//! What is used, after <https://apidocs.bitrix24.com>:
//!
//! * An inbound webhook, whose address is a secret, or a local application by OAuth: `address`, `oauth`, `grant`.
//! * One call, with all that may come between: `client` and `errors`; the odd ways of its JSON: `wire`, `times`.
//! * `user.current`, `user.get`: `people`. `calendar.section.get`, `calendar.event.*`: `provider`, `entries`.
//! * Events of an outgoing webhook or an application, form-encoded: `incoming`.
//!
//! Limits: there is no "changed since", so a period is read and compared. Events are sent once and may be lost, late or doubled,
//! and say nothing but an id. Attendees are the portal's own people. An entry's organiser cannot be changed.
//! No key makes a write happen once: before an entry is added, one with our marker is looked for.
//! A series is read, never written, since its single days cannot be told apart for certain.
//! Two requests a second are allowed to all applications at one address together, after some at once.
//!
//! | Bitrix24 | here |
//! |---|---|
//! | portal | the calendar's server |
//! | section | calendar |
//! | event | entry, `CalendarEvent` |
//! | `NAME`, `LOCATION`, `DESCRIPTION` | title, location, description without the marker |
//! | `DATE_*_TS_UTC`, `TZ_FROM` | start, end, zone |
//! | `ATTENDEE_LIST` without the organiser | attendees |
//! | `REMIND`, its first | reminder |
//! | user, employee | person, colleague |
//!
//! What the test's server does not imitate: how a portal stores zones, and what a series looks like in a list.

mod address;
mod client;
mod entries;
mod errors;
mod grant;
pub mod incoming;
mod oauth;
mod people;
mod provider;
mod times;
mod wire;

use crate::calendars::{CalendarInfo, CalendarSignIn};
use kabinet_domain::provider::{Field, FieldKind};

pub(crate) use oauth::{FinishSignIn, begin_sign_in};
pub(crate) use provider::open;

const WEBHOOK_URL: &str = "webhook_url";
const PORTAL: &str = "portal";
const CLIENT_ID: &str = "client_id";
const CLIENT_SECRET: &str = "client_secret";
/// In no form: an operator or a test puts another server in the place of the two that are known.
const OAUTH_SERVER: &str = "oauth_server";

pub const INFO: CalendarInfo = CalendarInfo {
    id: "bitrix24",
    name: "Bitrix24",
    icon: "bitrix24",
    fields: &[
        Field {
            key: WEBHOOK_URL,
            kind: FieldKind::Secret,
            required: false,
            placeholder: "https://portal.bitrix24.com/rest/7/code/",
        },
        Field { key: PORTAL, kind: FieldKind::Address, required: false, placeholder: "https://portal.bitrix24.com" },
        Field { key: CLIENT_ID, kind: FieldKind::Text, required: false, placeholder: "local.0123456789abcd.01234567" },
        Field { key: CLIENT_SECRET, kind: FieldKind::Secret, required: false, placeholder: "" },
    ],
    addresses: &[OAUTH_SERVER],
    sign_in: Some(CalendarSignIn { fields: &[PORTAL, CLIENT_ID, CLIENT_SECRET], instead_of: &[WEBHOOK_URL] }),
    incoming: &[
        Field { key: incoming::MEMBER_ID, kind: FieldKind::Text, required: true, placeholder: "" },
        Field { key: incoming::APPLICATION_TOKEN, kind: FieldKind::Secret, required: true, placeholder: "" },
    ],
};
