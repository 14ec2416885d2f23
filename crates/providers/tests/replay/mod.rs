//! A server on this computer that answers what a test tells it to, and remembers what it was asked.
#![allow(dead_code, reason = "every test file is a program of its own and uses a part")]

use kabinet_providers::http::manners::Manners;
use kabinet_providers::http::{HttpSettings, Reach, client};
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::future::pending;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::{Url, form_urlencoded};

/// A recorded or documented exchange.
pub struct Fixture {
    pub request: Value,
    pub response: Value,
}

impl Fixture {
    pub fn read(name: &str) -> Self {
        Self::of("telemost", name)
    }

    pub fn of(folder: &str, name: &str) -> Self {
        let path: PathBuf =
            [env!("CARGO_MANIFEST_DIR"), "../../tests/fixtures", folder, &format!("{name}.json")].iter().collect();
        let text = std::fs::read_to_string(path).expect("the fixture");
        let mut all: Value = serde_json::from_str(&text).expect("JSON");
        Self { request: all["request"].take(), response: all["response"].take() }
    }

    pub fn reply(&self) -> Reply {
        let status = self.response["status"].as_u64().expect("a status");
        let json = self.response["headers"]["content-type"] == "application/json";
        let body = match &self.response["body"] {
            // Where the kind of a body is said, its absence is too.
            Value::Null if !json || status >= 201 => String::new(),
            Value::String(text) if !json => text.clone(),
            body => body.to_string(),
        };
        let headers = self.response["headers"].as_object().expect("headers").iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned())).collect();
        Reply::Answer { status: u16::try_from(status).expect("a status"), headers, body }
    }

    /// What somebody sent to us.
    pub fn sent(&self) -> Vec<u8> {
        self.request["body"].to_string().into_bytes()
    }

    /// Method, path and query.
    pub fn asked(&self) -> String {
        let url = Url::parse(self.request["url"].as_str().expect("an address")).expect("an address");
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{} {}{query}", self.request["method"].as_str().expect("a method"), url.path())
    }

    pub fn form(&self) -> BTreeMap<String, String> {
        form(self.request["body"].as_str().expect("a form"))
    }
}

pub fn form(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Hears it and hangs up.
    HangUp,
    /// Begins to answer and hangs up.
    CutShort,
    /// Begins to answer and says no more.
    FallSilent,
}

impl Reply {
    #[expect(clippy::needless_pass_by_value, reason = "what is said is made where it is said")]
    pub fn of(status: u16, body: impl ToString) -> Self {
        Self::Answer { status, headers: vec![("content-type".into(), "application/json".into())], body: body.to_string() }
    }

    pub fn with(self, name: &str, value: &str) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name.into(), value.into()));
                Self::Answer { status, headers, body }
            }
            other => other,
        }
    }

    pub fn html(status: u16) -> Self {
        let headers = vec![("content-type".into(), "text/html".into())];
        Self::Answer { status, headers, body: "<html><body><h1>nginx</h1></body></html>".into() }
    }
}

/// A request, as the server heard it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Method, path and query.
    pub asked: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

pub struct Server {
    pub url: Url,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    /// Every request gets the next reply; one too many is heard, and gets none.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let (remembers, mut replies) = (heard.clone(), replies.into_iter().collect::<Vec<_>>().into_iter());
        tokio::spawn(async move {
            while let Ok((mut line, _)) = listener.accept().await {
                let Some(request) = hear(&mut line).await else { continue };
                remembers.lock().expect("nobody panicked").push(request);
                let reply = replies.next().unwrap_or(Reply::HangUp);
                tokio::spawn(answer(line, reply));
            }
        });
        Self { url: Url::parse(&url).expect("an address"), heard }
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("nobody panicked").clone()
    }

    pub fn asked(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.asked).collect()
    }
}

async fn hear(line: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let asked = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
            let headers: BTreeMap<_, _> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(Heard { asked, headers, body: body.to_owned() });
            }
        }
        let mut piece = [0; 4096];
        match line.read(&mut piece).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&piece[..count]),
            _ => return None,
        }
    }
}

async fn answer(mut line: TcpStream, reply: Reply) {
    let text = match &reply {
        Reply::Answer { status, headers, body } => {
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            // An answer that means "nothing" has no length either.
            let length = if *status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            format!("HTTP/1.1 {status} X\r\n{headers}{length}connection: close\r\n\r\n{body}")
        }
        Reply::HangUp => String::new(),
        Reply::CutShort | Reply::FallSilent => "HTTP/1.1 201 X\r\ncontent-length: 500\r\n\r\n{\"id\":".into(),
    };
    // The other side may have hung up; the test looks at what it made of it.
    let _ = line.write_all(text.as_bytes()).await;
    if matches!(reply, Reply::FallSilent) {
        pending::<()>().await;
    }
    let _ = line.shutdown().await;
}

pub fn http() -> reqwest::Client {
    client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client")
}

/// Asks three times, with next to no waiting.
pub fn manners() -> Manners {
    Manners { first_wait: Duration::from_millis(1), ..Manners::default() }
}

/// The same, but gives up soon on a server that falls silent, and only on such a one: any other may be slow on a busy machine.
pub fn manners_for(reply: &Reply) -> Manners {
    match reply {
        Reply::FallSilent => Manners { call: Duration::from_secs(1), ..manners() },
        _ => manners(),
    }
}

/// Everything that an error shows, to its last cause.
pub fn shown(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error:?}");
    let mut cause = Some(error);
    while let Some(current) = cause {
        text = format!("{text}\n{current} {current:?}");
        cause = current.source();
    }
    text
}
