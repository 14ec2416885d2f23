//! How a provider describes itself, as data, so that nobody else needs to know its name.

/// What a provider's rooms can do and which settings its connection wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderInfo {
    /// Stable id: `jitsi`.
    pub id: &'static str,
    pub name: &'static str,
    /// Key of the icon in the window.
    pub icon: &'static str,
    pub capabilities: Capabilities,
    pub fields: &'static [Field],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Makes rooms; else a link is pasted.
    pub makes_rooms: bool,
    /// Room events reach the backend.
    pub reports_attendance: bool,
    pub lobby: bool,
    /// The specialist's link can carry a signed identity.
    pub tokens: bool,
}

/// Key of the field with a host's login, for a server whose page asks for it. Nobody but the person ever types it in.
pub const LOGIN: &str = "login";
/// Key of the field with its password.
pub const PASSWORD: &str = "password";

/// One field of a connection's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    pub kind: FieldKind,
    pub required: bool,
    pub placeholder: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Address,
    Secret,
    Switch,
}
