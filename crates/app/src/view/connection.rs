//! What can be connected, what is, and an account on its way to be.

use super::Message;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// An account being connected.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignInView {
    pub provider: String,
    pub way: crate::command::SignInWay,
    pub state: SignInState,
    /// To be typed in on `page`.
    pub user_code: Option<String>,
    /// Where the code is typed in.
    pub page: Option<String>,
    pub ends_at: Option<DateTime<Utc>>,
    /// The service may show a code, or lead to a page that does not open: either is pasted here.
    pub may_paste: bool,
    /// Why it failed.
    pub message: Option<Message>,
}

logged!(SignInView: provider, way, state, ends_at, may_paste, message);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// For the person to finish elsewhere.
    Waiting,
    /// The service is being asked.
    Finishing,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderView {
    pub id: String,
    pub name: String,
    pub icon: String,
    pub fields: Vec<FieldView>,
    pub kind: ProviderKind,
    /// A room can be made here (else only a link can be pasted).
    pub makes_rooms: bool,
    /// A room is made when a person says so, so that its link cannot be shown before.
    pub by_request: bool,
    /// Who can be made to wait, the usual first; empty where there is no such thing.
    pub waiting_room: Vec<String>,
    pub cohosts: bool,
    pub broadcasts: bool,
    pub summary: bool,
    /// What a room was made with can be compared and changed later.
    pub changes_rooms: bool,
    /// An account is connected by signing in, instead of or beside the form.
    pub sign_in: Option<SignInOffer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    Rooms,
    Calendar,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignInOffer {
    pub browser: bool,
    pub device_code: bool,
    /// Fields that signing in needs, such as an application's id.
    pub fields: Vec<String>,
    /// Fields that make it unnecessary, such as a token that was got elsewhere.
    pub instead: Vec<String>,
    /// The address that the browser is led back to, to be registered at the service to the letter.
    pub redirect: String,
}

/// One field of a connection's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldView {
    /// Label key: `field-PROVIDER-KEY` in `ui.ftl`.
    pub key: String,
    pub kind: FieldKind,
    pub required: bool,
    pub placeholder: String,
    /// The operator's configuration has it already.
    pub given: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Address,
    /// Goes to the keychain, never comes back to the window.
    Secret,
    Switch,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    pub provider: String,
    /// It has what it needs to be used: where one signs in, an account, or what makes signing in unnecessary.
    pub connected: bool,
    /// Values of the fields that are not secret.
    pub values: BTreeMap<String, String>,
    /// Keys of the secrets that are kept in the keychain.
    pub secrets_kept: Vec<String>,
    pub health: Health,
    pub message: Option<Message>,
    pub last_success: Option<DateTime<Utc>>,
    /// Whose account is connected, where there is one.
    pub account: Option<AccountView>,
    /// What the account may do, as far as is known.
    pub abilities: Vec<Ability>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountView {
    pub name: String,
    /// Empty when it says no more than the name.
    pub login: String,
}

logged!(AccountView: );

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Ability {
    /// `rooms`, `broadcasts`, `calendar`, `colleagues`; its words are `ability-KEY` in `ui.ftl`.
    pub key: String,
    pub allowed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Unknown,
    Works,
    Check,
    Broken,
}
