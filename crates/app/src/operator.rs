//! What the operator of a practice has put into this computer's configuration: an application's id at a service, other addresses.

use kabinet_providers::registry::ConnectionSettings;
use std::collections::BTreeMap;

/// Where the browser is led back to when the operator says nothing. Registered at the services to the letter, so it is fixed.
const SIGN_IN_PORT: u16 = 47_318;

/// Settings of connections that a person need not type in; what a person types goes before them.
#[derive(Debug, Clone)]
pub struct Operator {
    connections: BTreeMap<String, ConnectionSettings>,
    /// The port of this computer that signing in leads back to.
    pub sign_in_port: u16,
}

impl Default for Operator {
    fn default() -> Self {
        Self { connections: BTreeMap::new(), sign_in_port: SIGN_IN_PORT }
    }
}

impl Operator {
    /// What is given for a provider or a calendar, by the keys of its fields and addresses.
    #[must_use]
    pub fn of(&self, provider: &str) -> ConnectionSettings {
        self.connections.get(provider).cloned().unwrap_or_default()
    }
}
