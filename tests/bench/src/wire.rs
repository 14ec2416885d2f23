//! A thin HTTP/1.1 client: the load must cost less than what it measures.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// One kept-alive connection that posts.
pub struct Sender {
    stream: BufReader<TcpStream>,
    head: String,
    line: String,
}

impl Sender {
    /// `headers` are whole lines, each with its end.
    pub async fn connect(address: &str, headers: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!("Host: {address}\r\nContent-Type: application/json\r\n{headers}");
        Ok(Self { stream: BufReader::with_capacity(2048, stream), head, line: String::new() })
    }

    /// Sends one body and reads the whole answer; returns the status.
    pub async fn post(&mut self, path: &str, body: &str) -> Result<u16> {
        Ok(self.exchange("POST", path, body).await?.0)
    }

    pub async fn exchange(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
        self.exchange_as("", method, path, body).await
    }

    /// With `headers` for this one request.
    pub async fn exchange_as(&mut self, headers: &str, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
        let request = format!("{method} {path} HTTP/1.1\r\n{}{headers}Content-Length: {}\r\n\r\n{body}", self.head, body.len());
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let status = self.next_line().await?.split(' ').nth(1).and_then(|word| word.parse().ok()).context("a status line")?;
        let mut length = 0;
        loop {
            let line = self.next_line().await?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("a length")?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        Ok((status, String::from_utf8_lossy(&answer).into_owned()))
    }

    async fn next_line(&mut self) -> Result<String> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            bail!("the connection was closed");
        }
        Ok(self.line.trim_end().to_owned())
    }
}

/// One server-sent stream.
pub struct Follower {
    stream: BufReader<TcpStream>,
    line: String,
    pub last_id: Option<String>,
}

impl Follower {
    pub async fn connect(address: &str, path: &str, headers: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::with_capacity(1024, stream);
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n{headers}\r\n");
        stream.get_mut().write_all(request.as_bytes()).await?;
        let mut follower = Self { stream, line: String::new(), last_id: None };
        let status = follower.next_line().await?;
        if !status.contains(" 200 ") {
            bail!("the feed answered {status}");
        }
        while !follower.next_line().await?.is_empty() {}
        Ok(follower)
    }

    /// The next event's data; comments, names and chunk sizes are passed over.
    pub async fn next(&mut self) -> Result<String> {
        loop {
            let line = self.next_line().await?;
            if let Some(id) = line.strip_prefix("id:") {
                self.last_id = Some(id.trim().to_owned());
            } else if let Some(data) = line.strip_prefix("data:") {
                return Ok(data.trim().to_owned());
            }
        }
    }

    pub async fn next_within(&mut self, limit: Duration) -> Result<String> {
        timeout(limit, self.next()).await.context("no event in time")?
    }

    async fn next_line(&mut self) -> Result<String> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            bail!("the stream ended");
        }
        Ok(self.line.trim_end().to_owned())
    }
}
