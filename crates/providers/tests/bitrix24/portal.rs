//! A portal on this computer: it answers each method from a list, and remembers what it was asked.

use kabinet_domain::{Clock, Ids, Sensitive, Timestamp};
use kabinet_providers::calendars::{self, CalendarProvider, KeepSettings, Surroundings};
use kabinet_providers::http::{HttpSettings, Reach};
use kabinet_providers::pace::{Pace, Pause};
use kabinet_providers::posting::PostingClient;
use kabinet_providers::registry::ConnectionSettings;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const SECRET: &str = "examplesecret0000";
/// The moment of the documented answers.
pub const NOW: i64 = 1_791_281_000;

/// One recorded exchange.
pub fn fixture(name: &str) -> Value {
    let path = format!("{}/../../tests/fixtures/bitrix24/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("a fixture")).expect("JSON")
}

#[derive(Debug, Clone)]
pub enum Reply {
    Json(u16, Value),
    Text(u16, &'static str),
    Redirect(String),
    /// The line breaks after the request was read.
    HangUp,
}

impl Reply {
    pub fn ok(result: impl Into<Value>) -> Self {
        Self::Json(200, json!({"result": result.into(), "time": {"operating_reset_at": NOW + 600}}))
    }

    /// As it was recorded.
    pub fn fixture(name: &str) -> Self {
        let response = &fixture(name)["response"];
        let status = u16::try_from(response["status"].as_u64().expect("a status")).expect("small");
        Self::Json(status, response["body"].clone())
    }
}

#[derive(Debug, Clone)]
pub struct Asked {
    pub verb: String,
    pub path: String,
    /// Last part of the path.
    pub method: String,
    pub headers: String,
    pub body: Value,
}

#[derive(Debug, Default)]
struct Book {
    asked: Vec<Asked>,
    /// The last of a method's replies stays.
    replies: HashMap<String, VecDeque<Reply>>,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub address: String,
    book: Arc<Mutex<Book>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let server = Self { address, book: Arc::default() };
        let book = server.book.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(serve(line, book.clone()));
            }
        });
        server.on("user.current", [Reply::fixture("user_current_200")]);
        server
    }

    /// Puts a method's replies in the place of those it had.
    pub fn on(&self, method: &str, replies: impl IntoIterator<Item = Reply>) {
        self.book.lock().expect("whole").replies.insert(method.to_owned(), replies.into_iter().collect());
    }

    pub fn asked(&self, method: &str) -> Vec<Asked> {
        let book = self.book.lock().expect("whole");
        book.asked.iter().filter(|asked| asked.method == method).cloned().collect()
    }

    /// Methods, in the order they were asked.
    pub fn methods(&self) -> Vec<String> {
        self.book.lock().expect("whole").asked.iter().map(|asked| asked.method.clone()).collect()
    }

    pub fn webhook(&self) -> ConnectionSettings {
        [("webhook_url", format!("{}/rest/7/{SECRET}/", self.address))].into_iter().collect()
    }
}

async fn serve(mut line: TcpStream, book: Arc<Mutex<Book>>) {
    let Some(asked) = read(&mut line).await else { return };
    let reply = {
        let mut book = book.lock().expect("whole");
        book.asked.push(asked.clone());
        let replies = book.replies.entry(asked.method.clone()).or_default();
        let reply = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
        reply.unwrap_or(Reply::Json(404, json!({"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"})))
    };
    let (status, kind, more, body) = match reply {
        Reply::Json(status, body) => (status, "application/json; charset=utf-8", String::new(), body.to_string()),
        Reply::Text(status, body) => (status, "text/html", String::new(), body.to_owned()),
        Reply::Redirect(to) => (302, "text/html", format!("location: {to}\r\n"), String::new()),
        Reply::HangUp => return,
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n");
    // The other side may have hung up; the test looks at what it made of it.
    let _ = line.write_all((head + &body).as_bytes()).await;
    let _ = line.shutdown().await;
}

async fn read(line: &mut TcpStream) -> Option<Asked> {
    let mut read = Vec::new();
    loop {
        let head = read.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(end) = head {
            let headers = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let length = headers
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |length| length.trim().parse::<usize>().expect("a length"));
            if read.len() >= end + 4 + length {
                let first = String::from_utf8_lossy(&read).lines().next()?.to_owned();
                let mut words = first.split(' ');
                let (verb, path) = (words.next()?.to_owned(), words.next()?.to_owned());
                let bare = path.split('?').next()?.trim_end_matches('/');
                let method = bare.rsplit('/').next()?.to_owned();
                let body = serde_json::from_slice(&read[end + 4..]).unwrap_or_default();
                return Some(Asked { verb, path, method, headers, body });
            }
        }
        let mut piece = [0; 4096];
        match line.read(&mut piece).await {
            Ok(count @ 1..) => read.extend_from_slice(&piece[..count]),
            _ => return None,
        }
    }
}

/// A clock that moves when somebody waits.
#[derive(Debug)]
pub struct Time(Mutex<(i64, Vec<Duration>)>);

impl Time {
    pub fn pauses(&self) -> usize {
        self.0.lock().expect("whole").1.len()
    }

    pub fn pass(&self, seconds: i64) {
        self.0.lock().expect("whole").0 += seconds * 1000;
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        chrono::DateTime::from_timestamp_millis(self.0.lock().expect("whole").0).expect("a time")
    }
}

#[async_trait::async_trait]
impl Pause for Time {
    async fn pause(&self, how_long: Duration) {
        let mut time = self.0.lock().expect("whole");
        time.0 += i64::try_from(how_long.as_millis()).expect("short");
        time.1.push(how_long);
    }
}

/// Remembers what it was to keep, and may refuse.
#[derive(Debug, Default)]
pub struct Keeper {
    pub kept: Mutex<Vec<ConnectionSettings>>,
    pub refuses: std::sync::atomic::AtomicBool,
}

impl Keeper {
    pub fn last(&self, key: &str) -> Option<String> {
        let kept = self.kept.lock().expect("whole");
        kept.last().and_then(|changed| changed.0.get(key)).map(Sensitive::reveal).cloned()
    }

    pub fn times(&self) -> usize {
        self.kept.lock().expect("whole").len()
    }
}

#[async_trait::async_trait]
impl KeepSettings for Keeper {
    async fn keep(&self, changed: &ConnectionSettings) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if self.refuses.load(std::sync::atomic::Ordering::SeqCst) {
            return Err("the disk is full".into());
        }
        self.kept.lock().expect("whole").push(changed.clone());
        Ok(())
    }
}

#[derive(Debug)]
struct Zeros;

impl Ids for Zeros {
    fn next(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// All that a connection stands on.
#[derive(Debug)]
pub struct Ground {
    pub time: Arc<Time>,
    pub keeper: Arc<Keeper>,
    pub surroundings: Surroundings,
}

pub fn ground() -> Ground {
    let time = Arc::new(Time(Mutex::new((NOW * 1000, Vec::new()))));
    let keeper = Arc::new(Keeper::default());
    let settings = HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() };
    let surroundings = Surroundings {
        http: PostingClient::new(&settings, Duration::from_secs(10)).expect("a client"),
        pace: Arc::new(Pace::new(time.clone(), time.clone())),
        ids: Arc::new(Zeros),
        keeper: keeper.clone(),
    };
    Ground { time, keeper, surroundings }
}

impl Ground {
    pub fn open(&self, settings: &ConnectionSettings) -> Box<dyn CalendarProvider> {
        calendars::open("bitrix24", settings, &self.surroundings).expect("a calendar")
    }
}

/// A server, what stands around it, and a connection by webhook.
pub async fn portal() -> (Server, Ground, Box<dyn CalendarProvider>) {
    let (server, ground) = (Server::start().await, ground());
    let calendar = ground.open(&server.webhook());
    (server, ground, calendar)
}
