//! The parts of the client's side, put together: what the practice is, clients' pages, messengers, deliveries, reaching a specialist.

use crate::deliveries::{Causes, practice_channel};
use crate::messengers::Messengers;
use crate::names::Names;
use crate::page::Pages;
use crate::reach::Reaches;
use crate::vault::Vault;
use crate::{Config, Error};
use kabinet_api::Practice;
use kabinet_domain::{Clock, Ids};
use std::sync::Arc;

#[derive(Debug)]
pub struct ClientSide {
    pub vault: Vault,
    /// Where clients find this backend; empty while they cannot.
    pub public_url: String,
    /// Of messages to people who chose none: `ru` or `en`.
    pub language: String,
    pub practice: Practice,
    pub names: Names,
    pub causes: Arc<Causes>,
    pub messengers: Messengers,
    pub pages: Arc<Pages>,
    pub reach: Arc<Reaches>,
}

impl ClientSide {
    /// # Errors
    /// Names the setting, or the file, that cannot be used.
    pub fn open(config: &Config, clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> Result<Self, Error> {
        let vault = Vault::open(&config.data, config.seal.clone(), Arc::clone(ids))?;
        let messengers = Messengers::open(config, clock)?;
        let practice = Practice {
            name: config.practice.name.clone(),
            names_stay_here: config.practice.names_stay_here,
            pages: !config.practice.public_url.is_empty(),
            channels: messengers.channels(),
            telegram_bot: None,
        };
        Ok(Self {
            names: Names::new(config.practice.names_stay_here, &vault),
            pages: Arc::new(Pages::new(vault.clone(), config.practice.public_url.clone())),
            vault,
            public_url: config.practice.public_url.clone(),
            language: config.practice.language.clone(),
            practice,
            causes: Arc::new(Causes::new(practice_channel(config).is_some())),
            messengers,
            reach: Arc::new(Reaches::new(config.practice.escalate_after_seconds)),
        })
    }

    /// The practice as its specialists' desktops are told of it, by what is known now.
    #[must_use]
    pub fn practice(&self) -> Practice {
        Practice { telegram_bot: self.messengers.bot_name(), ..self.practice.clone() }
    }
}
