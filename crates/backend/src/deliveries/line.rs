//! One channel's line: takes what is due, one at a time, hands it over, and records what came of it.

use super::Deliveries;
use super::outgoing::Held;
use super::retry::{self, Next};
use crate::StorageError;
use crate::ports::{Audience, DeliveryStep, KeptDelivery, Lease, Row};
use crate::writer::{Append, Plain, WriteError};
use kabinet_domain::delivery::DeliveryNews;
use kabinet_domain::{Channel, DeliveryState, EventKind, Purpose, Sensitive, Timestamp};
use kabinet_providers::messengers::{Messenger, Outgoing, SendError, Sent};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// For so long a row is its process's alone. Sending, and asking whether it was sent, end well before.
const LEASE: chrono::Duration = chrono::Duration::seconds(120);
/// A messenger that has not answered after this has not answered.
const SEND: Duration = Duration::from_secs(45);
const ASK: Duration = Duration::from_secs(30);
/// With nothing to do, a line looks again this often: another process may have put something there.
const IDLE: Duration = Duration::from_secs(30);
/// After storage has failed.
const TROUBLE: Duration = Duration::from_secs(5);
/// So often, with such pauses, it is tried to write down what was sent before its row is left to whoever takes it over.
const RECORD: (u32, Duration) = (20, Duration::from_secs(1));
/// What is being sent at a shutdown has so long to be taken.
const GRACE: Duration = Duration::from_secs(5);

type Prepared<'a> = (Outgoing, &'a Arc<dyn Messenger>);

/// How a channel is at the moment.
#[derive(Debug, Default)]
struct Standing {
    /// Nothing is sent before.
    pause_until: Option<Timestamp>,
    /// In a row.
    failures: u32,
}

/// Until told to stop.
pub async fn run(deliveries: &Deliveries, channel: Channel, stop: &CancellationToken) {
    let mut told = deliveries.parts.clients.causes.listen();
    let mut standing = Standing::default();
    while !stop.is_cancelled() {
        told.mark_unchanged();
        let pause = match deliveries.turn(channel, &mut standing, stop).await {
            Ok(None) => continue,
            Ok(Some(pause)) => pause,
            Err(error) => {
                tracing::error!(channel = channel.name(), error = &error as &dyn std::error::Error, "cannot look for deliveries");
                TROUBLE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            // The sender of these lives as long as the backend.
            _ = told.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Deliveries {
    /// Does one thing, or says for how long there is nothing to do.
    async fn turn(
        &self,
        channel: Channel,
        standing: &mut Standing,
        stop: &CancellationToken,
    ) -> Result<Option<Duration>, StorageError> {
        let now = self.now();
        let until = |at: Timestamp| (at - now).to_std().unwrap_or_default().saturating_add(Duration::from_millis(1)).min(IDLE);
        if let Some(pause_until) = standing.pause_until.filter(|pause_until| now < *pause_until) {
            return Ok(Some(until(pause_until)));
        }
        let lease = Lease { owner: self.owner, now, until: now + LEASE };
        if let Some(left) = self.parts.outbox.abandoned(channel, lease).await? {
            self.settle(&left).await?;
        } else if let Some(kept) = self.parts.outbox.lease(channel, lease).await? {
            self.deliver(&kept, standing, stop).await?;
        } else {
            let next = self.parts.outbox.next_due(channel, now).await?;
            return Ok(Some(next.map_or(IDLE, until)));
        }
        Ok(None)
    }

    /// Nobody has come back to this one: whether it went out, only the channel can tell.
    async fn settle(&self, left: &KeptDelivery) -> Result<(), StorageError> {
        let began = left.updated_at;
        let outgoing = self.outgoing(left, began).await?;
        let messenger = self.parts.clients.messengers.of(left.delivery.channel);
        let found = match (outgoing, messenger) {
            (Ok(outgoing), Some(messenger)) => was_sent(messenger, &outgoing, began).await,
            _ => None,
        };
        match found {
            Some(sent) => self.sent(left, sent).await,
            None => self.unsure(left).await,
        }
        Ok(())
    }

    async fn deliver(&self, kept: &KeptDelivery, standing: &mut Standing, stop: &CancellationToken) -> Result<(), StorageError> {
        let (mut outgoing, messenger) = match self.prepared(kept).await {
            Ok(Ok(prepared)) => prepared,
            Ok(Err(step)) => {
                self.record(kept, step).await;
                return Ok(());
            }
            Err(error) => {
                // Nothing has been handed over: it waits as before.
                let again_at = Some(self.now() + TROUBLE);
                self.record(kept, DeliveryStep { again_at, ..step(kept, DeliveryState::Waiting, kept.code.as_deref()) }).await;
                return Err(error);
            }
        };
        let answer = tokio::select! {
            answer = self.hand_over(messenger, &mut outgoing, kept.delivery.purpose) => answer,
            // The row stays as one that is being sent, and the next start asks the channel about it.
            () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => return Ok(()),
        };
        self.count(kept.delivery.channel, answer.as_ref().map_or_else(|error| error.code(), |_| "sent"));
        standing.failures = if answer.is_ok() { 0 } else { standing.failures.saturating_add(1) };
        standing.pause_until = answer
            .as_ref()
            .err()
            .and_then(|error| retry::pause_of_channel(error, standing.failures))
            .and_then(|pause| Some(self.now() + chrono::Duration::from_std(pause).ok()?));
        match answer {
            Ok(sent) => self.sent(kept, sent).await,
            Err(SendError::Unsure) => match was_sent(messenger, &outgoing, kept.updated_at).await {
                Some(sent) => self.sent(kept, sent).await,
                None => self.unsure(kept).await,
            },
            Err(error) => self.refused(kept, &error).await,
        }
        Ok(())
    }

    /// What is handed over and to whom, or the step that is taken instead.
    async fn prepared(&self, kept: &KeptDelivery) -> Result<Result<Prepared<'_>, DeliveryStep>, StorageError> {
        let now = kept.updated_at;
        if now >= kept.delivery.expires_at {
            return Ok(Err(expired(kept)));
        }
        let failed = |code| step(kept, DeliveryState::Failed, Some(code));
        Ok(match (self.outgoing(kept, now).await?, self.parts.clients.messengers.of(kept.delivery.channel)) {
            (Err(Held::Dropped), _) => Err(step(kept, DeliveryState::Dropped, None)),
            (Err(Held::Failed(code)), _) => Err(failed(code)),
            (Ok(_), None) => Err(failed("channel_not_connected")),
            (Ok(outgoing), Some(messenger)) => Ok((outgoing, messenger)),
        })
    }

    /// The practice's channel is followed when it becomes another one; a client's chat is found by its owner's words alone.
    async fn hand_over(
        &self,
        messenger: &Arc<dyn Messenger>,
        outgoing: &mut Outgoing,
        purpose: Purpose,
    ) -> Result<Sent, SendError> {
        match in_time(messenger, outgoing).await {
            Err(SendError::Moved { to }) if purpose == Purpose::Report => {
                *self.channel.lock().unwrap_or_else(PoisonError::into_inner) = Some(to.clone());
                tracing::warn!("the practice's channel has another id now: set `practice_channel` anew");
                outgoing.to = to;
                in_time(messenger, outgoing).await
            }
            answer => answer,
        }
    }

    pub(super) fn channel(&self) -> Option<Sensitive<String>> {
        self.channel.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn sent(&self, kept: &KeptDelivery, sent: Sent) {
        let sent_as = Some(sent.id.clone()).filter(|id| !id.is_empty());
        self.record(kept, DeliveryStep { sent_as, attempted: true, ..step(kept, DeliveryState::Sent, None) }).await;
        self.catch_up(kept.delivery.channel, &sent.id).await;
    }

    /// A second message would be worse than none, but for an alert, where none would be worse.
    async fn unsure(&self, kept: &KeptDelivery) {
        let code = SendError::Unsure.code();
        let attempts = kept.attempts.saturating_add(1);
        let next = retry::after(&SendError::Unsure, kept.delivery.purpose, attempts);
        let step = match (kept.delivery.purpose, next) {
            (Purpose::Alert, Next::Again(pause)) => self.again(kept, code, pause),
            _ => step(kept, DeliveryState::Unsure, Some(code)),
        };
        self.record(kept, DeliveryStep { attempted: true, ..step }).await;
    }

    async fn refused(&self, kept: &KeptDelivery, error: &SendError) {
        match retry::after(error, kept.delivery.purpose, kept.attempts.saturating_add(1)) {
            Next::Again(pause) => {
                let step = self.again(kept, error.code(), pause);
                self.record(kept, DeliveryStep { attempted: true, ..step }).await;
            }
            Next::Never(code) => {
                self.record(kept, DeliveryStep { attempted: true, ..step(kept, DeliveryState::Failed, Some(code)) }).await;
            }
        }
    }

    /// Waits for another attempt, unless that would come too late.
    fn again(&self, kept: &KeptDelivery, code: &str, pause: Duration) -> DeliveryStep {
        let again_at = self.now() + chrono::Duration::from_std(pause).unwrap_or(LEASE);
        if again_at >= kept.delivery.expires_at {
            return step(kept, DeliveryState::Failed, Some(code));
        }
        DeliveryStep { again_at: Some(again_at), ..step(kept, DeliveryState::Waiting, Some(code)) }
    }

    /// Writes a step down, with some patience: what is not written, is asked about again.
    async fn record(&self, kept: &KeptDelivery, step: DeliveryStep) {
        let (times, pause) = RECORD;
        for _ in 0..times {
            match self.keep(kept, step.clone()).await {
                Ok(()) => return,
                Err(WriteError::Stopping) => return,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot write down what became of a delivery");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// A step, and the event that tells of it.
    pub(super) async fn keep(&self, kept: &KeptDelivery, step: DeliveryStep) -> Result<(), WriteError> {
        let event = told(kept, &step);
        let append = Append { events: event.into_iter().collect(), rows: vec![Row::DeliveryStep(step)], ..Append::default() };
        self.parts.writer.append(append).await.map(drop)
    }
}

/// The event that tells of a step, if anybody is to hear of it. The practice's channel is the operator's.
pub fn told(kept: &KeptDelivery, step: &DeliveryStep) -> Option<Plain> {
    let delivery = &kept.delivery;
    let news = DeliveryNews {
        id: delivery.id,
        channel: delivery.channel,
        purpose: delivery.purpose,
        state: step.state,
        code: step.code.clone(),
    };
    let report = delivery.purpose == Purpose::Report;
    let kind = match step.state {
        DeliveryState::Failed | DeliveryState::Unsure => EventKind::DeliveryFailed(news),
        // That it is still being tried is told once.
        DeliveryState::Waiting if kept.state == DeliveryState::Sending && (kept.attempts > 0 || !step.attempted) => return None,
        _ => EventKind::DeliveryChanged(news),
    };
    Some(Plain {
        kind,
        audience: if report { Audience::Operator } else { Audience::Specialist(delivery.specialist) },
        consultation: delivery.consultation,
        who: None,
        source: "kabinet",
        at: None,
        about: delivery.id.to_string(),
    })
}

/// What nobody tried to send in time is of no use any more; what was tried and not taken, somebody has to know of.
fn expired(kept: &KeptDelivery) -> DeliveryStep {
    match &kept.code {
        Some(code) if kept.attempts > 0 => step(kept, DeliveryState::Failed, Some(code)),
        _ => step(kept, DeliveryState::Dropped, Some("expired")),
    }
}

fn step(kept: &KeptDelivery, state: DeliveryState, code: Option<&str>) -> DeliveryStep {
    DeliveryStep { id: kept.delivery.id, state, code: code.map(str::to_owned), again_at: None, sent_as: None, attempted: false }
}

async fn in_time(messenger: &Arc<dyn Messenger>, outgoing: &Outgoing) -> Result<Sent, SendError> {
    tokio::time::timeout(SEND, messenger.send(outgoing)).await.unwrap_or(Err(SendError::Unsure))
}

async fn was_sent(messenger: &Arc<dyn Messenger>, outgoing: &Outgoing, since: Timestamp) -> Option<Sent> {
    tokio::time::timeout(ASK, messenger.was_sent(outgoing, since)).await.ok().flatten()
}
