//! The peer: a receiver that does nothing but commit each body to SQLite, in groups, and hand it to whoever follows.
//! What Kabinet does beyond that (verifying, understanding, attendance, deduplication, rights) is what the ratios measure.

use anyhow::Result;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use futures_util::stream;
use rusqlite::Connection;
use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex};
use tokio::sync::{broadcast, mpsc, oneshot};

struct Append {
    channel: String,
    body: String,
    done: oneshot::Sender<()>,
}

type Channel = broadcast::Sender<Arc<(i64, String)>>;

#[derive(Clone)]
struct Receiver {
    appends: mpsc::UnboundedSender<Append>,
    channels: Arc<Mutex<HashMap<String, Channel>>>,
    database: Arc<Mutex<Connection>>,
}

impl Receiver {
    fn channel(&self, name: &str) -> Channel {
        let mut channels = self.channels.lock().expect("no holder panics");
        channels.entry(name.to_owned()).or_insert_with(|| broadcast::channel(16).0).clone()
    }
}

/// Serves on `address` until the process is killed.
pub async fn serve(address: &str, folder: &FilePath) -> Result<()> {
    let file = folder.join("bare.sqlite");
    let (appends, inbox) = mpsc::unbounded_channel();
    let writer = open(&file)?;
    writer.execute_batch("CREATE TABLE IF NOT EXISTS log (position INTEGER PRIMARY KEY, channel TEXT NOT NULL, body TEXT NOT NULL); CREATE INDEX IF NOT EXISTS by_channel ON log (channel, position);")?;
    let receiver = Receiver { appends, channels: Arc::default(), database: Arc::new(Mutex::new(open(&file)?)) };
    let feeds = receiver.clone();
    std::thread::spawn(move || write(&writer, inbox, &feeds));
    let router =
        Router::new().route("/in/{channel}", post(accept)).route("/feed/{channel}/{after}", get(feed)).with_state(receiver);
    // As many may wait to be taken as with Kabinet: the length of the system's queue is not what is compared.
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address.parse()?)?;
    let listener = socket.listen(16_384)?;
    axum::serve(listener, router).await?;
    Ok(())
}

fn open(file: &FilePath) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;")?;
    Ok(connection)
}

fn write(database: &Connection, mut inbox: mpsc::UnboundedReceiver<Append>, receiver: &Receiver) {
    let mut batch = Vec::with_capacity(1024);
    while inbox.blocking_recv_many(&mut batch, 1024) > 0 {
        let committed = (|| -> rusqlite::Result<Vec<i64>> {
            database.execute_batch("BEGIN IMMEDIATE")?;
            let mut insert = database.prepare_cached("INSERT INTO log (channel, body) VALUES (?1, ?2)")?;
            let positions = batch.iter().map(|append: &Append| insert.insert((&append.channel, &append.body))).collect();
            database.execute_batch("COMMIT")?;
            positions
        })();
        let Ok(positions) = committed else { break };
        for (append, position) in batch.drain(..).zip(positions) {
            let _nobody_follows = receiver.channel(&append.channel).send(Arc::new((position, append.body)));
            let _sender_went = append.done.send(());
        }
    }
}

async fn accept(State(receiver): State<Receiver>, Path(channel): Path<String>, body: String) -> StatusCode {
    let (done, committed) = oneshot::channel();
    let sent = receiver.appends.send(Append { channel, body, done });
    if sent.is_err() || committed.await.is_err() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

async fn feed(
    State(receiver): State<Receiver>,
    Path((channel, after)): Path<(String, i64)>,
) -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    let live = receiver.channel(&channel).subscribe();
    let missed: Vec<Arc<(i64, String)>> = {
        let database = receiver.database.lock().expect("no holder panics");
        let mut select = database
            .prepare_cached("SELECT position, body FROM log WHERE channel = ?1 AND position > ?2 ORDER BY position")
            .expect("a statement");
        let rows = select.query_map((&channel, after), |row| Ok(Arc::new((row.get(0)?, row.get(1)?)))).expect("rows");
        rows.filter_map(Result::ok).collect()
    };
    let reached = missed.last().map_or(after, |row| row.0);
    let state = (missed.into_iter(), live, reached);
    Sse::new(stream::unfold(state, |(mut missed, mut live, mut reached)| async move {
        let row = match missed.next() {
            Some(row) => row,
            None => loop {
                match live.recv().await {
                    Ok(row) if row.0 > reached => break row,
                    Ok(_) => {}
                    Err(_) => return None,
                }
            },
        };
        reached = reached.max(row.0);
        let event = Event::default().id(row.0.to_string()).data(row.1.clone());
        Some((Ok(event), (missed, live, reached)))
    }))
}
