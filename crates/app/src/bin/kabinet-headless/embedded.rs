//! The real backend inside, on a free port, by the test's clock.

use super::clock::MovableClock;
use async_trait::async_trait;
use kabinet_app::view::Message;
use kabinet_app::{BackendAddress, BackendSwitch, Operator};
use kabinet_backend::{Backend, Config, Embedded, Error, Running};
use kabinet_domain::{Ids, SystemIds};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

#[derive(Debug)]
pub struct EmbeddedBackend {
    listen: SocketAddr,
    data: PathBuf,
    clock: Arc<MovableClock>,
    token: String,
    operator: Operator,
    running: Mutex<Option<Running>>,
}

impl EmbeddedBackend {
    pub fn new(listen: SocketAddr, data: PathBuf, clock: Arc<MovableClock>) -> Self {
        let (token, operator) = (SystemIds.next().to_string(), Operator::default());
        Self { listen, data, clock, token, operator, running: Mutex::new(None) }
    }

    /// With what the operator gives its practice.
    #[allow(dead_code, reason = "each test file uses its part")]
    pub fn of_practice(self, operator: Operator) -> Self {
        Self { operator, ..self }
    }

    pub async fn start(&self) -> Result<BackendAddress, Error> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            let mut config = Config::defaults();
            config.listen = self.listen;
            config.data.clone_from(&self.data);
            config.embedded =
                Some(Embedded { name: "Kabinet".into(), token: self.token.clone().into(), token_ids: Vec::new(), account: None });
            let (config, refused) = config.given(self.operator.for_backend());
            if !refused.is_empty() {
                tracing::error!(keys = refused.join(", "), "the operator's file has sections that the backend does not take");
            }
            *running = Some(Backend::start_with(config, self.clock.clone(), Arc::new(SystemIds)).await?);
        }
        let url = running.as_ref().map(Running::url).unwrap_or_default();
        Ok(BackendAddress { url: url.parse().expect("a socket's address makes an address"), token: self.token.clone().into() })
    }
}

#[async_trait]
impl BackendSwitch for EmbeddedBackend {
    async fn start_embedded(&self) -> Result<BackendAddress, Message> {
        self.start().await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the backend does not start");
            Message { code: "backend_failed".into(), facts: BTreeMap::new() }
        })
    }

    async fn stop_embedded(&self) {
        if let Some(running) = self.running.lock().await.take() {
            running.shutdown().await;
        }
    }
}
