//! Clients' pages: whose a link is, what each page shows, and who waits there.
//!
//! [`Pages`] is what everybody asks; it answers from memory, so that a thousand pages which wait cost nothing.
//! What changes anything goes through [`Keeper`], one task, which decides by `domain::waiting`, has the log keep it,
//! and only then shows it. What a page showed is found again in the log after a restart.

mod assets;
mod card;
mod history;
mod html;
mod keeper;
mod state;

pub use assets::{Asset, SCRIPT, STYLE, STYLE_SOURCE};
pub use card::{meeting, same_meeting};
pub use html::{Reading, calm, page};
pub use keeper::{Keeper, Parts};
pub use state::{Around, state};

use crate::people;
use crate::vault::Vault;
use crate::writer::WriteError;
use card::{Card, Plan};
use kabinet_api::Conference;
use kabinet_domain::waiting::Word;
use kabinet_domain::{ConsultationId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Notify, mpsc, oneshot};

/// So much may wait for the keeper before pages are told to come back later.
const QUEUE: usize = 8192;

/// What is asked of the keeper.
#[derive(Debug)]
pub enum Wish {
    Say {
        visit: String,
        word: Word,
    },
    Late {
        minutes: u32,
    },
    Answer {
        can_wait: bool,
    },
    Admit,
    /// Another token, so that the link before leads nowhere.
    NewLink,
}

#[derive(Debug)]
pub enum Ask {
    Wish {
        consultation: ConsultationId,
        wish: Wish,
        answer: oneshot::Sender<Result<(), WriteError>>,
    },
    /// Look whether a time has come; for clocks that jump.
    Look(oneshot::Sender<()>),
}

/// All pages of this backend.
#[derive(Debug)]
pub struct Pages {
    vault: Vault,
    public_url: String,
    known: Mutex<Known>,
    asks: mpsc::Sender<Ask>,
    /// Until the keeper takes it.
    asked: Mutex<Option<mpsc::Receiver<Ask>>>,
}

#[derive(Debug, Default)]
struct Known {
    /// By the hashes of their tokens: to find one by its timing, one would have to guess hashes.
    links: HashMap<[u8; 32], ConsultationId>,
    generations: HashMap<ConsultationId, i64>,
    cards: HashMap<ConsultationId, Card>,
}

impl Pages {
    /// Without a public address there are none.
    #[must_use]
    pub fn new(vault: Vault, public_url: String) -> Self {
        let (asks, asked) = mpsc::channel(QUEUE);
        Self { vault, public_url, known: Mutex::default(), asks, asked: Mutex::new(Some(asked)) }
    }

    /// What is asked of the keeper, for the keeper; `None` where clients have no pages.
    pub fn wishes(&self) -> Option<mpsc::Receiver<Ask>> {
        self.asked.lock().expect("nobody panics while holding this").take().filter(|_| self.exist())
    }

    /// Clients have pages here.
    #[must_use]
    pub fn exist(&self) -> bool {
        !self.public_url.is_empty()
    }

    /// The link of a consultation's page, which leads there from now on; `None` where clients have no pages.
    #[must_use]
    pub fn link(&self, consultation: ConsultationId) -> Option<String> {
        if !self.exist() {
            return None;
        }
        let mut known = self.known();
        let generation = known.generations.get(&consultation).copied().unwrap_or_default();
        let token = self.vault.page_token(consultation, generation);
        known.links.insert(people::hash(token.reveal()), consultation);
        Some(format!("{}/w/{}", self.public_url, token.reveal()))
    }

    /// Which of a consultation's links leads to its page: it counts up with each new one.
    #[must_use]
    pub fn generation(&self, consultation: ConsultationId) -> i64 {
        self.known().generations.get(&consultation).copied().unwrap_or_default()
    }

    /// Whether an address is that of a page here, of whatever consultation.
    #[must_use]
    pub fn is_own(&self, link: &str) -> bool {
        self.exist() && link.trim().strip_prefix(&self.public_url).is_some_and(|rest| rest.starts_with("/w/"))
    }

    /// Where browsers find the pages' files: the path of the public address.
    #[must_use]
    pub fn public_path(&self) -> String {
        url::Url::parse(&self.public_url).map_or_else(|_| String::new(), |url| url.path().trim_end_matches('/').to_owned())
    }

    /// The public address without its path, as browsers name it in `Origin`.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        url::Url::parse(&self.public_url).ok().map(|url| url.origin().ascii_serialization())
    }

    /// Whose page a token opens. Whatever it is that does not open one, it is hashed and looked for alike.
    #[must_use]
    pub fn find(&self, token: &str) -> Option<ConsultationId> {
        self.known().links.get(&people::hash(token)).copied()
    }

    /// Something of what is known of a consultation.
    pub(crate) fn read<T>(&self, consultation: ConsultationId, read: impl FnOnce(&Card) -> T) -> Option<T> {
        self.known().cards.get(&consultation).map(read)
    }

    /// One that is long over, and was forgotten, or so new that the keeper has not heard of it.
    pub fn remember(&self, conference: &Conference) {
        self.known().cards.entry(card::id(conference)).or_insert_with(|| Card::new(Plan::from(conference)));
    }

    /// What rings when a page may look different.
    #[must_use]
    pub fn changes(&self, consultation: ConsultationId) -> Option<Arc<Notify>> {
        self.read(consultation, |card| Arc::clone(&card.changed))
    }

    /// Comes back when it stands in the log, or when there was nothing to be kept.
    ///
    /// # Errors
    /// When it could not be kept.
    pub async fn wish(&self, consultation: ConsultationId, wish: Wish) -> Result<(), WriteError> {
        let (answer, answered) = oneshot::channel();
        self.asks.try_send(Ask::Wish { consultation, wish, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => WriteError::Stopping,
        })?;
        answered.await.map_err(|_| WriteError::Stopping)?
    }

    /// Has the keeper look whether a time has come.
    pub async fn look_around(&self) {
        let (answer, answered) = oneshot::channel();
        if self.asks.send(Ask::Look(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nobody panics while holding what is known of pages")
    }

    /// The link before leads nowhere, and its pages are told.
    fn renew(&self, token: &crate::ports::PageToken) {
        let mut known = self.known();
        known.links.retain(|_, consultation| *consultation != token.consultation);
        known.links.insert(token.hash, token.consultation);
        known.generations.insert(token.consultation, token.generation);
        if let Some(card) = known.cards.get(&token.consultation) {
            card.changed.notify_waiters();
        }
    }

    /// The token after the present one.
    fn next_token(&self, consultation: ConsultationId) -> crate::ports::PageToken {
        let generation = self.known().generations.get(&consultation).copied().unwrap_or_default() + 1;
        let token = self.vault.page_token(consultation, generation);
        crate::ports::PageToken { consultation, generation, hash: people::hash(token.reveal()) }
    }

    /// A consultation as it now is.
    fn plan(&self, conference: &Conference) {
        let _ = self.link(card::id(conference));
        let plan = Plan::from(conference);
        let mut known = self.known();
        match known.cards.get_mut(&card::id(conference)) {
            Some(card) => {
                card.replan(plan);
                card.changed.notify_waiters();
            }
            None => {
                known.cards.insert(card::id(conference), Card::new(plan));
            }
        }
    }

    /// It was deleted, and its link with it.
    fn forget(&self, consultation: ConsultationId) {
        let mut known = self.known();
        known.links.retain(|_, other| *other != consultation);
        if let Some(card) = known.cards.remove(&consultation) {
            card.changed.notify_waiters();
        }
    }

    fn forget_past(&self, now: Timestamp) {
        self.known().cards.retain(|_, card| !card.is_past(now));
    }
}
