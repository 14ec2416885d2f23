//! HTTP: the routes, who may come in, and how refusals look.

mod auth;
mod body;
mod conferences;
mod door;
mod events;
mod health;
mod limiter;
mod messengers;
pub mod openapi;
mod outgoing;
mod page;
mod people;
mod portal;
mod proxies;
mod reach;
mod refusal;
mod routes;
mod serve;
mod sse;
mod status_page;
mod talk;
mod webhooks;

pub use proxies::TrustedProxies;
pub use refusal::Refusal;
pub use serve::serve;

use crate::calendar::News;
use crate::client_side::ClientSide;
use crate::connections::Connections;
use crate::deliveries::Deliveries;
use crate::feed::Feed;
use crate::making::Maker;
use crate::people::People;
use crate::planning::Fallbacks;
use crate::ports::Consultations;
use crate::ports::inbox::Inbox;
use crate::writer::WriterHandle;
use crate::{Config, Status};
use auth::{AdminToken, WebhookSecrets};
use chrono::SubsecRound;
use kabinet_domain::{Clock, Ids, Timestamp};
use limiter::Limiter;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
pub struct Shared {
    pub writer: WriterHandle,
    pub feed: Arc<Feed>,
    pub people: Arc<People>,
    pub consultations: Arc<dyn Consultations>,
    pub inbox: Arc<dyn Inbox>,
    pub maker: Arc<Maker>,
    pub connections: Arc<Connections>,
    pub news: Arc<News>,
    pub clients: Arc<ClientSide>,
    pub deliveries: Arc<Deliveries>,
    pub status: Arc<Status>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub fallbacks: Fallbacks,
    pub secrets: WebhookSecrets,
    pub admin: AdminToken,
    pub proxies: TrustedProxies,
    pub limiter: Limiter,
    /// Of links that lead nowhere: an old one that is opened again must not keep a computer at the same address from being paired.
    pub page_limiter: Limiter,
    /// Where browsers find the pages' files, before `/w/`.
    pub page_path: String,
    pub base_path: String,
    pub body_bytes: usize,
    pub patience: Duration,
    pub keep_alive: Duration,
    pub lifetime: Duration,
    pub drain: Duration,
    /// Cancelled when followers are to be let go.
    pub draining: CancellationToken,
    pub started_at: Timestamp,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// To the millisecond, as storage keeps it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now().trunc_subsecs(3)
    }
}

impl App {
    #[expect(clippy::too_many_arguments, reason = "the one place where the parts meet")]
    pub fn new(
        config: &Config,
        writer: WriterHandle,
        feed: Arc<Feed>,
        people: Arc<People>,
        consultations: Arc<dyn Consultations>,
        inbox: Arc<dyn Inbox>,
        maker: Arc<Maker>,
        connections: Arc<Connections>,
        news: Arc<News>,
        clients: Arc<ClientSide>,
        deliveries: Arc<Deliveries>,
        status: Arc<Status>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        draining: CancellationToken,
    ) -> Self {
        let started_at = clock.now();
        Self(Arc::new(Shared {
            writer,
            feed,
            people,
            consultations,
            inbox,
            maker,
            connections,
            news,
            deliveries,
            status,
            clock,
            ids,
            fallbacks: Fallbacks { timezone: config.timezone, duration: config.duration },
            secrets: WebhookSecrets::read(config),
            admin: AdminToken::new(config.admin_token.reveal()),
            proxies: config.trusted_proxies.clone(),
            limiter: Limiter::new(config.limits.wrong_per_minute),
            page_limiter: Limiter::new(config.limits.wrong_per_minute),
            page_path: clients.pages.public_path(),
            clients,
            base_path: config.base_path.clone(),
            body_bytes: config.limits.body_bytes,
            patience: Duration::from_secs(config.limits.request_seconds),
            keep_alive: Duration::from_secs(config.feed.keep_alive_seconds),
            lifetime: Duration::from_secs(config.feed.lifetime_minutes * 60),
            drain: Duration::from_secs(config.shutdown.drain_seconds),
            draining,
            started_at,
        }))
    }
}
