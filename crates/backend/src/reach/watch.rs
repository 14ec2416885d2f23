//! The watch over waiting clients: it hears what comes into the log, has the domain decide, and keeps what is to be told elsewhere
//! together with the event that says so. What was told and is over, is changed where it went.

use super::cases::{Cases, Meaning};
use super::{ChatOwner, Parts, Reaches, alerts};
use crate::client_side::ClientSide;
use crate::ports::reach::Press;
use crate::ports::{Audience, Dropped, History, LoggedEvent, Row};
use crate::words::words;
use crate::writer::{Append, Plain, WriteError, WriterHandle};
use kabinet_api::Conference;
use kabinet_domain::escalation::{Alert, Case, Escalation, Over, TOO_OLD, What, escalate};
use kabinet_domain::{Channel, ConsultationId, DeliveryState, EventId, EventKind, Purpose, SpecialistId, Timestamp};
use kabinet_providers::messengers::{Outgoing, SendError};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// So many of the last events are read at a start, as far as they are not older than this.
const READ_BACK: usize = 20_000;
const READ_BACK_HOURS: i64 = 12;

/// With nothing to do, it looks around this often: a computer's clock may jump.
const IDLE: Duration = Duration::from_secs(30);

/// After storage or a messenger failed.
const TRY_AGAIN: chrono::Duration = chrono::Duration::seconds(5);

/// A bot that did not tell its name is asked again after so long.
const NAME_AGAIN: Duration = Duration::from_secs(60);

/// A message that cannot be changed after so many attempts stays as it is.
const MOST_EDITS: u32 = 5;

/// Why the watch wakes up.
#[derive(Debug)]
pub enum Nudge {
    Heard(LoggedEvent),
    /// A specialist can be reached otherwise than before: a desktop follows now, or none any more; a chat, a choice.
    Changed(SpecialistId),
    PressedJoin(Press),
    /// Look now, and say when it is done.
    Look(oneshot::Sender<()>),
}

#[derive(Debug)]
pub struct Watch {
    clients: Arc<ClientSide>,
    writer: WriterHandle,
    history: Arc<dyn History>,
    nudges: mpsc::UnboundedReceiver<Nudge>,
    cases: Cases,
    /// As they were when they were last read; dropped when they change.
    talks: HashMap<ConsultationId, Option<Box<Conference>>>,
    /// What is being changed where it went. Beside the watch, since a slow messenger must not hold up anybody's alert.
    edits: JoinSet<(SpecialistId, EventId, Result<(), SendError>)>,
    editing: HashSet<EventId>,
    attempts: HashMap<EventId, u32>,
}

impl Watch {
    /// Listens from now on; `None` when there is no bot that anything could be told by.
    #[must_use]
    pub fn new(clients: Arc<ClientSide>, writer: WriterHandle, history: Arc<dyn History>) -> Option<Self> {
        clients.messengers.of(Channel::Telegram)?;
        let nudges = clients.reach.bell()?;
        let (cases, talks, edits) = (Cases::default(), HashMap::new(), JoinSet::new());
        let (editing, attempts) = (HashSet::new(), HashMap::new());
        Some(Self { clients, writer, history, nudges, cases, talks, edits, editing, attempts })
    }

    /// Runs until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let clients = Arc::clone(&self.clients);
        let reach = &clients.reach;
        let Some(parts) = reach.parts() else { return };
        // Clients' links carry the bot's name.
        let mut named = std::pin::pin!(async {
            while reach.bot(&clients).await.is_none() {
                tokio::time::sleep(NAME_AGAIN).await;
            }
        });
        let mut is_named = false;
        self.read_back(parts).await;
        let mut waiting = Vec::new();
        loop {
            self.look(reach, parts).await;
            for answer in waiting.drain(..) {
                let answer: oneshot::Sender<()> = answer;
                // Whoever asked may have gone.
                let _ = answer.send(());
            }
            let pause = self.pause(parts.now());
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                nudge = self.nudges.recv() => {
                    let Some(nudge) = nudge else { break };
                    waiting.extend(self.take(nudge, parts).await);
                    while let Ok(nudge) = self.nudges.try_recv() {
                        waiting.extend(self.take(nudge, parts).await);
                    }
                }
                Some(edited) = self.edits.join_next(), if !self.edits.is_empty() => self.edited(edited, parts.now()),
                () = named.as_mut(), if !is_named => is_named = true,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.edits.shutdown().await;
    }

    fn pause(&self, now: Timestamp) -> Duration {
        let next = self.cases.next_look().map(|at| (at - now).to_std().unwrap_or(Duration::ZERO) + Duration::from_millis(1));
        next.unwrap_or(IDLE).min(IDLE)
    }

    /// What the log says of the last hours, and what stands beside it.
    async fn read_back(&mut self, parts: &Parts) {
        let now = parts.now();
        let from = now - chrono::Duration::hours(READ_BACK_HOURS);
        match self.history.last(READ_BACK).await {
            Ok(events) => {
                for event in events.iter().filter(|event| event.received_at >= from) {
                    self.cases.hear(event, now);
                }
            }
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot read back who waits"),
        }
        match parts.book.presses(from).await {
            Ok(presses) => presses.into_iter().for_each(|press| self.cases.recall(press, now)),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot read back who pressed Join"),
        }
    }

    async fn take(&mut self, nudge: Nudge, parts: &Parts) -> Option<oneshot::Sender<()>> {
        let now = parts.now();
        match nudge {
            Nudge::Heard(event) => match self.cases.hear(&event, now) {
                Meaning::Moved(_, consultation) => drop(self.talks.remove(&consultation)),
                Meaning::Failed(specialist, news) => {
                    if matches!(news.code.as_deref(), Some("blocked" | "not_registered")) {
                        self.blocked(specialist).await;
                    }
                }
                Meaning::Changed(_) | Meaning::Nothing => {}
            },
            Nudge::Changed(specialist) => self.cases.look(specialist, now),
            Nudge::PressedJoin(Press { specialist, consultation, at, reports }) => {
                self.cases.note(specialist, consultation, What::PressedJoin { reports }, at);
            }
            Nudge::Look(answer) => return Some(answer),
        }
        None
    }

    /// The chat takes nothing: the specialist's desktops are told, and nothing goes there until it does again.
    async fn blocked(&mut self, specialist: SpecialistId) {
        let reach = &self.clients.reach;
        let Some(chat) = reach.kept_chat(ChatOwner::Specialist(specialist)) else { return };
        if let Err(error) = reach.set_blocked(&self.writer, chat.hash, true, Vec::new()).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot keep that a chat is blocked");
        }
    }

    /// Has every case judged whose time has come.
    async fn look(&mut self, reach: &Reaches, parts: &Parts) {
        let now = parts.now();
        for specialist in self.cases.due(now) {
            if let Err(error) = self.judge(specialist, reach, parts, now).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot keep an alert yet");
                self.cases.look(specialist, now + TRY_AGAIN);
            }
        }
    }

    async fn judge(
        &mut self,
        specialist: SpecialistId,
        reach: &Reaches,
        parts: &Parts,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let Some(case) = self.cases.get_mut(specialist) else { return Ok(()) };
        case.look_at = None;
        let (events, consultations) = (case.events(), case.consultations());
        let starts = self.starts(&consultations, parts).await?;
        let chosen = reach.of(specialist);
        let found =
            escalate(&Case { events: &events, starts: &starts, alone_since: reach.alone_since(specialist), reach: &chosen }, now);
        let Escalation { tell, over, look_again_at, settled } = found;
        for alert in tell {
            // A consultation that was deleted has nobody to be told of, whatever its page may have said last.
            let is_known = self.talk(alert.consultation).is_some();
            if let Some(chat) = chosen.telegram.clone().filter(|_| is_known) {
                self.tell(specialist, alert, chat, now).await?;
            }
        }
        for over in over {
            self.end(specialist, over, parts, now).await?;
        }
        if let Some(case) = self.cases.get_mut(specialist) {
            for consultation in settled {
                case.settle(consultation);
                self.talks.remove(&consultation);
            }
        }
        if let Some(at) = look_again_at {
            self.cases.look(specialist, at);
        }
        Ok(())
    }

    async fn starts(
        &mut self,
        consultations: &[ConsultationId],
        parts: &Parts,
    ) -> Result<BTreeMap<ConsultationId, Timestamp>, WriteError> {
        self.talks.retain(|_, talk| talk.is_some());
        for id in consultations.iter().filter(|id| !self.talks.contains_key(id)).copied().collect::<Vec<_>>() {
            let talk = parts.consultations.find(id).await.map_err(|error| WriteError::Storage(Arc::new(error)))?;
            self.talks.insert(id, talk.map(Box::new));
        }
        let start = |id: &ConsultationId| Some((*id, self.talk(*id)?.starts_at));
        Ok(consultations.iter().filter_map(start).collect())
    }

    fn talk(&self, id: ConsultationId) -> Option<&Conference> {
        self.talks.get(&id)?.as_deref()
    }

    /// Keeps the alert and the event that says so: both or neither, and once.
    async fn tell(
        &mut self,
        specialist: SpecialistId,
        alert: Alert,
        chat: kabinet_domain::Sensitive<String>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let words = words(&self.clients.language);
        let delivery = alerts::delivery(&alert, specialist, chat, self.talk(alert.consultation), words, now);
        let event = Plain {
            kind: EventKind::Escalated,
            audience: Audience::Specialist(specialist),
            consultation: Some(alert.consultation),
            who: None,
            source: "kabinet",
            at: None,
            about: alert.cause.to_string(),
        };
        let rows = vec![Row::Seen(format!("alert/{}", alert.cause)), Row::Delivery(Box::new(delivery))];
        self.writer.append(Append { events: vec![event], rows, ..Append::default() }).await?;
        // The event comes back by the log; until then nobody may tell it again.
        self.cases.note(specialist, alert.consultation, What::Escalated { cause: alert.cause }, now);
        Ok(())
    }

    /// What waits to be sent is dropped; what was sent says how it ended, and has no buttons any more.
    async fn end(&mut self, specialist: SpecialistId, over: Over, parts: &Parts, now: Timestamp) -> Result<(), WriteError> {
        let cause = over.cause;
        let Some(case) = self.cases.get_mut(specialist) else { return Ok(()) };
        if case.done.contains(&cause) || self.editing.contains(&cause) {
            return Ok(());
        }
        // Nobody looks at it any more.
        if over.since + TOO_OLD < now {
            case.done.insert(cause);
            return Ok(());
        }
        let id = alerts::id(cause);
        let read = || async { parts.book.alert(id).await.map_err(|error| WriteError::Storage(Arc::new(error))) };
        let mut sent = read().await?;
        if sent.as_ref().is_some_and(|sent| sent.state == DeliveryState::Waiting) {
            let standing = case.events().into_iter().filter_map(|event| match event.what {
                What::Escalated { cause: other } if other != cause => Some(alerts::id(other)),
                _ => None,
            });
            let dropped = Dropped { consultation: over.consultation, purpose: Some(Purpose::Alert), except: standing.collect() };
            self.writer.append(Append { rows: vec![Row::DropDeliveries(dropped)], ..Append::default() }).await?;
            sent = read().await?;
        }
        match sent {
            // It is with its sender: the log will tell how that ended.
            Some(sent) if matches!(sent.state, DeliveryState::Waiting | DeliveryState::Sending) => {
                self.cases.look(specialist, now + TRY_AGAIN);
            }
            Some(sent) if matches!(sent.state, DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read) => {
                match sent.sent_as {
                    Some(sent_as) => self.edit(specialist, over, sent.to, sent_as, now),
                    None => self.done(specialist, cause),
                }
            }
            _ => self.done(specialist, cause),
        }
        Ok(())
    }

    fn edit(
        &mut self,
        specialist: SpecialistId,
        over: Over,
        to: kabinet_domain::Sensitive<String>,
        sent_as: String,
        now: Timestamp,
    ) {
        let Some(messenger) = self.clients.messengers.of(Channel::Telegram).cloned() else { return };
        let text = alerts::over(over.fate, self.talk(over.consultation), words(&self.clients.language), now);
        let message = Outgoing { to: to.clone(), text: text.into(), buttons: Vec::new(), silent: true };
        let cause = over.cause;
        self.editing.insert(cause);
        self.edits.spawn(async move { (specialist, cause, messenger.replace(&to, &sent_as, &message).await) });
    }

    fn edited(&mut self, edited: Result<(SpecialistId, EventId, Result<(), SendError>), tokio::task::JoinError>, now: Timestamp) {
        let Ok((specialist, cause, outcome)) = edited else { return };
        self.editing.remove(&cause);
        let attempts = self.attempts.entry(cause).or_default();
        *attempts += 1;
        match outcome {
            Err(SendError::Later { .. } | SendError::Unreachable | SendError::Unsure) if *attempts < MOST_EDITS => {
                self.cases.look(specialist, now + TRY_AGAIN * i32::try_from(*attempts).unwrap_or(1));
            }
            outcome => {
                if let Err(error) = outcome {
                    tracing::info!(error = &error as &dyn std::error::Error, "an alert stays as it was sent");
                }
                self.done(specialist, cause);
            }
        }
    }

    fn done(&mut self, specialist: SpecialistId, cause: EventId) {
        self.attempts.remove(&cause);
        if let Some(case) = self.cases.get_mut(specialist) {
            case.done.insert(cause);
        }
    }
}
