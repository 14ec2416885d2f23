//! Putting the parts together, starting them, and stopping them in order.

use crate::calendar::{self, News, Rounds};
use crate::client_side::ClientSide;
use crate::config::Login;
use crate::connections::Connections;
use crate::deliveries::{self, Causes, Deliveries};
use crate::feed::Feed;
use crate::http::{self, App};
use crate::making::{self, Maker};
use crate::messengers::{self, Handling, Listening};
use crate::page::{self, Keeper, Pages};
use crate::people::{self, People};
use crate::ports::{Device, Person, Specialists};
use crate::reach::{self, Watch, incoming};
use crate::storage::{Rows, Sqlite, lock_folder};
use crate::writer::{Parts, Settings, Writer, WriterHandle};
use crate::{Config, Error, Status, StorageError};
use kabinet_domain::{Clock, Cursor, DeviceId, Ids, SpecialistId, SystemClock, SystemIds};
use kabinet_providers::messengers::What;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Starts backends.
#[derive(Debug)]
pub struct Backend;

/// A backend that runs until it is shut down.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    writer: WriterHandle,
    stop_server: CancellationToken,
    stop_writer: CancellationToken,
    server: JoinHandle<()>,
    writing: JoinHandle<()>,
    watching: JoinHandle<()>,
    rounds: Option<JoinHandle<()>>,
    pages: Arc<Pages>,
    keeping: Option<JoinHandle<()>>,
    stop_pages: CancellationToken,
    sending: JoinHandle<()>,
    causes: Arc<Causes>,
    listening: JoinHandle<()>,
    handling: JoinHandle<()>,
    maker: Arc<Maker>,
    connections: Arc<Connections>,
    clients: Arc<ClientSide>,
    watch: Option<JoinHandle<()>>,
    storage: Sqlite,
    /// Held until the database is closed.
    lock: File,
}

/// The specialist of an embedded backend is always the same one.
const EMBEDDED: SpecialistId = SpecialistId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));

impl Backend {
    /// Opens the database, takes up what was open in it, and listens.
    ///
    /// # Errors
    /// Says what is wrong with the configuration, the folder, the database or the address.
    pub async fn start(config: Config) -> Result<Running, Error> {
        Self::start_with(config, Arc::new(SystemClock), Arc::new(SystemIds)).await
    }

    /// The same by a clock and a source of randomness of the caller's.
    ///
    /// # Errors
    /// As [`Backend::start`].
    pub async fn start_with(config: Config, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Running, Error> {
        let config = config.checked()?;
        let connections = Arc::new(Connections::open(&config, &clock, &ids)?);
        let listener = listen(config.listen)?;
        let address = listener.local_addr().map_err(|cause| Error::Listen { address: config.listen, cause })?;
        let lock = lock_folder(&config.data)?;
        let storage = Sqlite::open(&config.data, Rows::new(config.seal.clone(), Arc::clone(&ids))).await?;
        let clients = Arc::new(ClientSide::open(&config, &clock, &ids)?);
        let storage = storage.with_private(clients.vault.rows());
        storage.release_leases().await?;
        let store: Arc<dyn Specialists> = Arc::new(storage.clone());
        settle_in(&config, &*store, &*clock, &*ids).await?;
        let people = Arc::new(People::load(store).await?);
        let history: Arc<dyn crate::ports::History> = Arc::new(storage.clone());
        let feed = Arc::new(open_feed(&config, Arc::clone(&history)).await?);
        let status = Arc::new(Status::default());
        let parts = reach::Parts {
            book: Arc::new(storage.clone()),
            consultations: Arc::new(storage.clone()),
            status: Arc::clone(&status),
            vault: clients.vault.clone(),
            messengers: clients.messengers.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
        };
        clients.reach.open(parts).await?;
        feed.listen(Arc::clone(&clients.reach) as Arc<dyn crate::feed::Ear>);
        let writer = Writer::load(Parts {
            log: Box::new(storage.log().await?),
            history: Arc::clone(&history),
            consultations: Arc::new(storage.clone()),
            people: Arc::clone(&people),
            feed: Arc::clone(&feed),
            status: Arc::clone(&status),
            causes: Arc::clone(&clients.causes),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            settings: settings(&config),
        })
        .await?;
        let (handle, requests) = WriterHandle::new(config.limits.queue);
        let (stop_server, stop_writer) = (CancellationToken::new(), CancellationToken::new());
        // Before the writer begins, so that nothing is missed between what is read and what is heard.
        let watch = Watch::new(Arc::clone(&clients), handle.clone(), history);
        let watch = watch.map(|watch| tokio::spawn(watch.run(stop_server.clone())));
        let writing = tokio::spawn(writer.run(requests, stop_writer.clone()));
        let maker = Arc::new(Maker::new(making::Parts {
            connections: Arc::clone(&connections),
            makings: Arc::new(storage.clone()),
            consultations: Arc::new(storage.clone()),
            writer: handle.clone(),
            status: Arc::clone(&status),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            embedded: config.embedded.is_some(),
        }));
        let watching = tokio::spawn(Arc::clone(&connections).watch(stop_server.clone()));
        let news = Arc::new(News::default());
        let rounds = connections.calendar().map(|portal| {
            let rounds = Rounds::new(calendar::Parts {
                portal: Arc::clone(portal),
                consultations: Arc::new(storage.clone()),
                agreements: Arc::new(storage.clone()),
                writer: handle.clone(),
                status: Arc::clone(&status),
                clock: Arc::clone(&clock),
                news: Arc::clone(&news),
            });
            tokio::spawn(rounds.run(stop_server.clone()))
        });
        let listening = Listening {
            messengers: clients.messengers.clone(),
            writer: handle.clone(),
            clock: Arc::clone(&clock),
            public_url: clients.public_url.clone(),
        };
        let listening = tokio::spawn(listening.run(stop_server.clone()));
        let pages = Arc::clone(&clients.pages);
        let stop_pages = CancellationToken::new();
        let keeping = match pages.wishes() {
            None => None,
            Some(wishes) => {
                let keeper = Keeper::load(
                    page::Parts {
                        pages: Arc::clone(&pages),
                        writer: handle.clone(),
                        feed: Arc::clone(&feed),
                        history: Arc::new(storage.clone()),
                        consultations: Arc::new(storage.clone()),
                        tokens: Arc::new(storage.clone()),
                        clock: Arc::clone(&clock),
                    },
                    wishes,
                )
                .await?;
                Some(tokio::spawn(keeper.run(stop_pages.clone())))
            }
        };
        let consultations = Arc::new(storage.clone());
        let causes = Arc::clone(&clients.causes);
        let parts = deliveries::Parts {
            outbox: Arc::new(storage.clone()),
            consultations: Arc::new(storage.clone()),
            people: Arc::clone(&people),
            clients: Arc::clone(&clients),
            writer: handle.clone(),
            clock: Arc::clone(&clock),
        };
        let deliveries = Arc::new(Deliveries::new(&config, parts, &*ids));
        let sending = tokio::spawn(Arc::clone(&deliveries).run(stop_server.clone()));
        let handling = Handling::new(messengers::Parts {
            clients: Arc::clone(&clients),
            inbox: Arc::new(storage.clone()),
            consultations: Arc::new(storage.clone()),
            deliveries: Arc::clone(&deliveries),
            writer: handle.clone(),
            clock: Arc::clone(&clock),
            keep: chrono::Duration::days(config.retention.events_days.into()),
        });
        let handling = tokio::spawn(handling.run(stop_server.clone()));
        let app = App::new(
            &config,
            handle.clone(),
            feed,
            people,
            consultations,
            Arc::new(storage.clone()),
            Arc::clone(&maker),
            Arc::clone(&connections),
            news,
            Arc::clone(&clients),
            deliveries,
            status,
            clock,
            ids,
            stop_server.clone(),
        );
        let server = tokio::spawn(http::serve(listener, app, stop_server.clone()));
        Ok(Running {
            address,
            writer: handle,
            stop_server,
            stop_writer,
            server,
            writing,
            watching,
            rounds,
            pages,
            keeping,
            stop_pages,
            sending,
            causes,
            listening,
            handling,
            maker,
            connections,
            clients,
            watch,
            storage,
            lock,
        })
    }
}

impl Running {
    /// Where it can be reached from this computer.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// Has time-dependent rules looked at now; for clocks that jump.
    pub async fn look_around(&self) {
        self.writer.look_around().await;
        if self.keeping.is_some() {
            self.pages.look_around().await;
        }
        self.clients.reach.look_around().await;
        self.causes.kept();
    }

    /// Takes in what somebody did in a chat of the bot; `false` when it could not be kept. For programs that bring a messenger of their own.
    pub async fn did_in_chat(&self, what: &What) -> bool {
        let (clients, writer) = (&*self.clients, &self.writer);
        let outcome = match what {
            What::Started { chat, name, code } => incoming::started(clients, writer, chat, name, code.as_deref(), None).await,
            What::Stopped { chat, blocked } => incoming::stopped(clients, writer, chat, *blocked, None).await,
            What::Resumed { chat } => incoming::resumed(clients, writer, chat, None).await,
            What::Pressed { chat, press, data, .. } => match incoming::pressed(clients, writer, chat, press, data, None).await {
                Ok(said) => {
                    incoming::acknowledge(clients, press, &said).await;
                    Ok(())
                }
                Err(error) => Err(error),
            },
            What::Message { .. } | What::Status { .. } | What::Account { .. } | What::Other => Ok(()),
        };
        outcome.is_ok()
    }

    /// Lets followers go, answers what was asked, writes what is queued, closes the database.
    pub async fn shutdown(self) {
        self.stop_server.cancel();
        log_panic(self.server.await);
        log_panic(self.watching.await);
        if let Some(watch) = self.watch {
            log_panic(watch.await);
        }
        log_panic(self.sending.await);
        if let Some(rounds) = self.rounds {
            log_panic(rounds.await);
        }
        // Pages may say something as long as the server lets requests end.
        self.stop_pages.cancel();
        if let Some(keeping) = self.keeping {
            log_panic(keeping.await);
        }
        log_panic(self.listening.await);
        log_panic(self.handling.await);
        // A room that was asked for is kept, also when nobody waits for it any more.
        self.maker.finish().await;
        self.connections.finish().await;
        // Only now can nobody ask for anything any more.
        self.stop_writer.cancel();
        log_panic(self.writing.await);
        self.storage.close().await;
        drop(self.lock);
    }
}

fn log_panic(outcome: Result<(), tokio::task::JoinError>) {
    if let Err(error) = outcome {
        tracing::error!(error = &error as &dyn std::error::Error, "a task ended badly");
    }
}

/// So many connections may wait to be taken; the system has a limit of its own (`net.core.somaxconn`, 4096 on Linux).
/// After a cut all followers come back at once, and whoever finds the queue full tries again only after a second.
/// `TcpListener::bind` would let 128 wait.
const BACKLOG: u32 = 16_384;

fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    let listening = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // As `TcpListener::bind` does: a restart must not wait for the connections of the process before it.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listening().map_err(|cause| Error::Listen { address, cause })
}

async fn open_feed(config: &Config, history: Arc<dyn crate::ports::History>) -> Result<Feed, StorageError> {
    let ends = history.ends().await?;
    let pruned_to = ends.marks.iter().find(|(name, _)| name == "pruned_to").map_or(0, |(_, value)| value.unsigned_abs());
    let recent = history.last(config.feed.recent_events).await?;
    Ok(Feed::new(history, recent, ends.last_cursor, Cursor(pruned_to), config.feed.recent_events))
}

fn settings(config: &Config) -> Settings {
    Settings {
        first_is_host: config.jitsi.first_is_host,
        login: match config.jitsi.login {
            Login::Auto => None,
            Login::On => Some(true),
            Login::Off => Some(false),
        },
        silent_after: chrono::Duration::seconds(config.sources.silent_after_seconds.into()),
        keep_signals: chrono::Duration::days(config.retention.signals_days.into()),
        keep_events: chrono::Duration::days(config.retention.events_days.into()),
    }
}

/// An embedded backend knows its specialist and that specialist's own application.
async fn settle_in(config: &Config, store: &dyn Specialists, clock: &dyn Clock, ids: &dyn Ids) -> Result<(), StorageError> {
    let Some(embedded) = &config.embedded else { return Ok(()) };
    let now = clock.now();
    store
        .keep(&Person {
            id: EMBEDDED,
            name: embedded.name.clone(),
            email: None,
            token_ids: embedded.token_ids.clone(),
            account: embedded.account.clone(),
            created_at: now,
        })
        .await?;
    let token_hash = people::hash(embedded.token.reveal());
    let device = Device { id: DeviceId(ids.next()), specialist: EMBEDDED, name: "".into(), token_hash, created_at: now };
    store.keep_device(&device).await
}
