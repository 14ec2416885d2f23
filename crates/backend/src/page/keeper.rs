//! The one task that decides who waits on a page, and has the log keep it.

use super::card::Card;
use super::{Ask, Pages, Wish, history};
use crate::StorageError;
use crate::feed::{Feed, Follower, Frame};
use crate::ports::{Audience, Consultations, History, PageToken, PageTokens, Reader, Row};
use crate::writer::{Append, Plain, Remember, WriteError, WriterHandle};
use chrono::SubsecRound;
use kabinet_domain::waiting::wait;
use kabinet_domain::{Clock, ConsultationId, EventKind, Proof, Side, Timestamp, Who};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// So much shares a commit.
const BATCH: usize = 1024;

/// With nothing to do, the keeper looks around this often.
const IDLE: Duration = Duration::from_secs(30);

/// What could not be kept is tried again.
const TRY_AGAIN: chrono::Duration = chrono::Duration::seconds(1);

/// What visitors did longer ago does not tell where they are.
const REMEMBERED: chrono::Duration = chrono::Duration::days(1);

/// What the page's own words are kept as.
pub(super) const PAGE: &str = "page";
const DESKTOP: &str = "desktop";

/// What a keeper works with.
#[derive(Debug)]
pub struct Parts {
    pub pages: Arc<Pages>,
    pub writer: WriterHandle,
    pub feed: Arc<Feed>,
    pub history: Arc<dyn History>,
    pub consultations: Arc<dyn Consultations>,
    pub tokens: Arc<dyn PageTokens>,
    pub clock: Arc<dyn Clock>,
}

/// Decides for all pages; see the module.
pub struct Keeper {
    parts: Parts,
    asks: mpsc::Receiver<Ask>,
    follower: Follower,
    /// When which page has to be looked at.
    agenda: BTreeSet<(Timestamp, ConsultationId)>,
    entries: HashMap<ConsultationId, Timestamp>,
}

/// What a page is told of, what that is about, and when it was.
type Took = (ConsultationId, EventKind, String, Timestamp);

/// What is to be appended, and what follows once it is.
#[derive(Default)]
struct Draft {
    append: Append,
    took: Vec<Took>,
    renewed: Vec<PageToken>,
    touched: BTreeSet<ConsultationId>,
}

impl Keeper {
    /// Reads what the log says of pages.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn load(parts: Parts, asks: mpsc::Receiver<Ask>) -> Result<Self, StorageError> {
        let now = parts.clock.now().trunc_subsecs(3);
        let end = history::load(&parts, now).await?;
        let follower = parts.feed.watch(Reader::Administrator, end);
        Ok(Self { parts, asks, follower, agenda: BTreeSet::new(), entries: HashMap::new() })
    }

    /// Runs until told to stop; whoever asks then is told to come back later.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut inbox = Vec::with_capacity(64);
        let everything: BTreeSet<ConsultationId> = self.parts.pages.known().cards.keys().copied().collect();
        self.judge(Draft { touched: everything, ..Draft::default() }).await.ok();
        loop {
            let pause = self.pause();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                received = self.asks.recv_many(&mut inbox, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    self.handle(&mut inbox).await;
                }
                page = self.follower.next() => match page {
                    Ok(page) => self.heed(&page.frames).await,
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "pages cannot read the log");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                },
                () = tokio::time::sleep(pause) => self.look().await,
            }
        }
    }

    async fn handle(&mut self, inbox: &mut Vec<Ask>) {
        let mut draft = Draft::default();
        let (mut answers, mut looks): (Vec<oneshot::Sender<_>>, Vec<oneshot::Sender<()>>) = (Vec::new(), Vec::new());
        for ask in inbox.drain(..) {
            match ask {
                Ask::Look(answer) => looks.push(answer),
                Ask::Wish { consultation, wish, answer } => {
                    self.grant(consultation, wish, &mut draft);
                    answers.push(answer);
                }
            }
        }
        let outcome = self.judge(draft).await;
        for answer in answers {
            // Whoever asked may have gone; it stands all the same.
            let _ = answer.send(outcome.clone());
        }
        if !looks.is_empty() {
            // What the rooms said meanwhile comes first, as it would have with the time that was jumped over.
            if let Ok(page) = self.follower.now().await {
                self.heed(&page.frames).await;
            }
            self.look().await;
            for answer in looks {
                let _ = answer.send(());
            }
        }
    }

    fn grant(&self, id: ConsultationId, wish: Wish, draft: &mut Draft) {
        let now = self.now();
        let mut known = self.parts.pages.known();
        let Some(card) = known.cards.get_mut(&id) else { return };
        draft.touched.insert(id);
        match wish {
            Wish::Say { visit, word } => card.visits.hear(&visit, word, now),
            Wish::Late { minutes } if card.may_be_late(minutes, now) => {
                draft.tell(id, card, EventKind::ClientLate { minutes }, PAGE, card.admission(), now);
            }
            Wish::Answer { can_wait } if card.may_answer(can_wait, now) => {
                draft.tell(id, card, EventKind::ClientAnswered { can_wait }, PAGE, card.admission(), now);
            }
            Wish::Admit if !card.is_admitted() => {
                draft.tell(id, card, EventKind::ClientAdmitted, DESKTOP, card.admission(), now);
            }
            Wish::Late { .. } | Wish::Answer { .. } | Wish::Admit => {}
            Wish::NewLink => {
                let audience = Audience::Specialist(card.plan.owner);
                drop(known);
                let token = self.parts.pages.next_token(id);
                draft.append.rows.push(Row::Page(token));
                draft.append.events.push(Plain {
                    kind: EventKind::ConsultationChanged,
                    audience,
                    consultation: Some(id),
                    who: None,
                    source: DESKTOP,
                    at: Some(now),
                    about: String::new(),
                });
                draft.renewed.push(token);
            }
        }
    }

    /// Decides what is to be told of the pages that something happened to, has it kept, and shows it.
    async fn judge(&mut self, mut draft: Draft) -> Result<(), WriteError> {
        let now = self.now();
        let mut looks = HashMap::new();
        {
            let known = self.parts.pages.known();
            for id in draft.touched.clone() {
                let Some(card) = known.cards.get(&id) else { continue };
                let waiting = wait(&card.meeting(now), &card.visits, &card.told, now);
                for telling in waiting.tellings {
                    draft.tell(id, card, telling.kind, PAGE, telling.about, telling.at);
                }
                looks.insert(id, waiting.look_again_at);
            }
        }
        let Draft { append, took, renewed, .. } = draft;
        let outcome = if append.events.is_empty() {
            Ok(())
        } else {
            let pages = Arc::clone(&self.parts.pages);
            let remember = Remember::new(move || show(&pages, &took, &renewed));
            self.parts.writer.append(Append { remember, ..append }).await.map(drop)
        };
        if outcome.is_err() {
            looks.values_mut().for_each(|look| *look = Some(now + TRY_AGAIN));
        }
        for (id, look) in looks {
            self.arm(id, look, now);
        }
        outcome
    }

    /// What others said in the log.
    async fn heed(&mut self, frames: &[Arc<Frame>]) {
        let mut draft = Draft::default();
        for frame in frames {
            let Some((id, kind, event)) = history::understood(frame.json()) else { continue };
            if kind == EventKind::ConsultationChanged {
                reread(&self.parts, id).await;
            } else if event.source == PAGE || kind == EventKind::ClientAdmitted {
                continue;
            } else if let Some(card) = self.parts.pages.known().cards.get_mut(&id) {
                card.heed(&kind, &event);
                card.changed.notify_waiters();
            }
            draft.touched.insert(id);
        }
        if !draft.touched.is_empty() {
            // What could not be kept is tried again.
            self.judge(draft).await.ok();
        }
    }

    /// Looks at the pages whose time has come.
    async fn look(&mut self) {
        let now = self.now();
        let mut draft = Draft::default();
        while let Some((at, id)) = self.agenda.first().copied().filter(|(at, _)| *at <= now) {
            self.agenda.remove(&(at, id));
            self.entries.remove(&id);
            if let Some(card) = self.parts.pages.known().cards.get_mut(&id) {
                card.visits.forget_before(now - REMEMBERED);
                card.changed.notify_waiters();
            }
            draft.touched.insert(id);
        }
        if !draft.touched.is_empty() {
            self.judge(draft).await.ok();
        }
        self.parts.pages.forget_past(now);
    }

    fn arm(&mut self, id: ConsultationId, look: Option<Timestamp>, now: Timestamp) {
        if let Some(before) = self.entries.remove(&id) {
            self.agenda.remove(&(before, id));
        }
        let next = self.parts.pages.read(id, |card: &Card| card.next(look, now)).flatten();
        if let Some(next) = next {
            self.agenda.insert((next, id));
            self.entries.insert(id, next);
        }
    }

    fn pause(&self) -> Duration {
        let now = self.now();
        let next = self.agenda.first().map(|(at, _)| (*at - now).to_std().unwrap_or(Duration::ZERO));
        next.map_or(IDLE, |pause| pause.saturating_add(Duration::from_millis(1)).min(IDLE))
    }

    /// To the millisecond, as storage keeps it.
    fn now(&self) -> Timestamp {
        self.parts.clock.now().trunc_subsecs(3)
    }
}

fn show(pages: &Pages, took: &[Took], renewed: &[PageToken]) {
    {
        let mut known = pages.known();
        for (id, kind, about, at) in took {
            if let Some(card) = known.cards.get_mut(id) {
                card.took(kind, about, *at);
                card.changed.notify_waiters();
            }
        }
    }
    for token in renewed {
        pages.renew(token);
    }
}

/// A consultation was changed, or is gone.
async fn reread(parts: &Parts, id: ConsultationId) {
    match parts.consultations.find(id).await {
        Ok(Some(conference)) => parts.pages.plan(&conference),
        Ok(None) => parts.pages.forget(id),
        Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "pages cannot read a consultation"),
    }
}

impl Draft {
    fn tell(&mut self, id: ConsultationId, card: &Card, kind: EventKind, source: &'static str, about: String, at: Timestamp) {
        let client = || Who { name: String::new().into(), side: Side::Client, proof: Proof::None };
        self.append.events.push(Plain {
            kind: kind.clone(),
            audience: Audience::Specialist(card.plan.owner),
            consultation: Some(id),
            who: (source == PAGE).then(client),
            source,
            at: Some(at),
            about: about.clone(),
        });
        self.took.push((id, kind, about, at));
    }
}
