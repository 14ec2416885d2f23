//! The messengers that are connected: who sends by which channel, and who listens to what comes in.

use kabinet_domain::Channel;
use kabinet_providers::messengers::Messenger;
use std::sync::Arc;

#[derive(Debug, Clone, Default)]
pub struct Messengers(Vec<Arc<dyn Messenger>>);

impl Messengers {
    /// Those that a program brings along.
    #[must_use]
    pub fn new(messengers: Vec<Arc<dyn Messenger>>) -> Self {
        Self(messengers)
    }

    /// Who sends by this channel, if anybody does.
    #[must_use]
    pub fn of(&self, channel: Channel) -> Option<&Arc<dyn Messenger>> {
        self.0.iter().find(|messenger| messenger.channel() == channel)
    }

    /// The channels that are sent by, as the contract names them.
    #[must_use]
    pub fn channels(&self) -> Vec<String> {
        self.0.iter().map(|messenger| messenger.channel().name().to_owned()).collect()
    }
}
