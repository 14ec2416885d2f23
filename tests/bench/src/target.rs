//! The two receivers under the same load, each a process of its own.

use crate::wire::Sender;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bare,
    Kabinet,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare receiver",
            Self::Kabinet => "Kabinet",
        }
    }
}

pub struct Target {
    pub kind: Kind,
    pub address: String,
    pub folder: TempDir,
    child: Child,
    binary: PathBuf,
    /// Device tokens of the specialists, by index; Kabinet only.
    pub tokens: Vec<String>,
}

const SECRET: &str = "bench-webhook-secret";
const ADMIN: &str = "bench-administrator-token-0123456789";

impl Target {
    pub async fn start(kind: Kind, backend: &Path) -> Result<Self> {
        let folder = TempDir::new()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let binary = match kind {
            Kind::Bare => std::env::current_exe()?,
            Kind::Kabinet => backend.to_owned(),
        };
        let child = spawn(kind, &binary, &address, folder.path())?;
        let target = Self { kind, address, folder, child, binary, tokens: Vec::new() };
        target.wait_until_up().await?;
        Ok(target)
    }

    /// The same database again, after a kill.
    pub async fn restart(&mut self) -> Result<()> {
        self.child = spawn(self.kind, &self.binary, &self.address, self.folder.path())?;
        self.wait_until_up().await
    }

    async fn wait_until_up(&self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while tokio::net::TcpStream::connect(&self.address).await.is_err() {
            ensure!(Instant::now() < deadline, "{} did not come up", self.kind.name());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }

    pub fn operator_headers() -> String {
        format!("Authorization: Bearer {ADMIN}\r\n")
    }

    pub fn webhook_headers(&self) -> String {
        format!("Authorization: Bearer {SECRET}\r\n")
    }

    pub fn webhook_path(&self, room: &str) -> String {
        match self.kind {
            Kind::Bare => format!("/in/{room}"),
            Kind::Kabinet => "/api/webhook/jitsi".into(),
        }
    }

    pub fn feed_path(&self, index: usize, after: Option<&str>) -> String {
        match (self.kind, after) {
            (Kind::Bare, after) => format!("/feed/{}/{}", room(index), after.unwrap_or("0")),
            (Kind::Kabinet, Some(after)) => format!("/api/events/stream?after={after}"),
            (Kind::Kabinet, None) => "/api/events/stream".into(),
        }
    }

    pub fn feed_headers(&self, index: usize) -> String {
        self.tokens.get(index).map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"))
    }

    /// Makes `count` specialists with one paired device and one consultation each, over a few connections at once.
    pub async fn people(&mut self, count: usize) -> Result<()> {
        if self.kind == Kind::Bare {
            return Ok(());
        }
        let lanes = 32;
        let mut making = JoinSet::new();
        for lane in 0..lanes {
            let address = self.address.clone();
            making.spawn(async move {
                let mut connection = Sender::connect(&address, "").await?;
                let mut made = Vec::new();
                for index in (lane..count).step_by(lanes) {
                    made.push((index, specialist(&mut connection, index).await?));
                }
                Ok::<_, anyhow::Error>(made)
            });
        }
        self.tokens = vec![String::new(); count];
        while let Some(made) = making.join_next().await {
            for (index, token) in made?? {
                self.tokens[index] = token;
            }
        }
        Ok(())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Seconds of CPU the process has used.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        let fields: Vec<&str> = stat.rsplit_once(')').context("a stat line")?.1.split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
        Ok(ticks / 100.0)
    }

    /// Proportional set size in bytes.
    pub fn memory(&self) -> Result<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid()))?;
        let line = rollup.lines().find(|line| line.starts_with("Pss:")).context("a Pss line")?;
        let kilobytes: u64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
        Ok(kilobytes * 1024)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(kind: Kind, binary: &Path, address: &str, folder: &Path) -> Result<Child> {
    let mut command = Command::new(binary);
    match kind {
        Kind::Bare => command.args(["bare", "--listen", address, "--data"]).arg(folder),
        Kind::Kabinet => command.args(["serve", "--listen", address, "--data"]).arg(folder),
    };
    command.env("KABINET_WEBHOOK_SECRET", SECRET).env("KABINET_ADMIN_TOKEN", ADMIN).env("KABINET_LOG", "error");
    command.stdout(Stdio::null()).spawn().with_context(|| format!("starting {}", binary.display()))
}

/// A specialist who has paired a device and planned a consultation for now; the device's token.
async fn specialist(connection: &mut Sender, index: usize) -> Result<String> {
    let new = format!(r#"{{"name":"Specialist {index}"}}"#);
    let (status, body) = connection.exchange_as(&Target::operator_headers(), "POST", "/api/specialists", &new).await?;
    ensure!(status < 300, "a specialist: {status} {body}");
    let pairing = format!(r#"{{"code":"{}","device":"bench"}}"#, field(&body, "pairing_code")?);
    let (status, body) = connection.exchange("POST", "/api/devices/pair", &pairing).await?;
    ensure!(status < 300, "a device: {status} {body}");
    let token = field(&body, "token")?;
    let (now, room) = (now(), room(index));
    let (date, time) = (now.format("%Y-%m-%d"), now.format("%H:%M"));
    let conference = format!(
        r#"{{"name":"Client","client":"Client","type":"conference","start_date":"{date}","start_time":"{time}","timezone":"UTC","duration":50,"provider":"jitsi","link":"https://meet.example.org/{room}"}}"#
    );
    let own = format!("Authorization: Bearer {token}\r\n");
    let (status, body) = connection.exchange_as(&own, "POST", "/api/conferences", &conference).await?;
    ensure!(status < 300, "a consultation: {status} {body}");
    Ok(token)
}

pub fn room(index: usize) -> String {
    format!("konsultaciya-23dec-{index:012}")
}

#[expect(clippy::disallowed_methods, reason = "a benchmark runs in real time")]
pub fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

pub fn field(body: &str, name: &str) -> Result<String> {
    let value: serde_json::Value = serde_json::from_str(body)?;
    value[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in the answer"))
}

/// A webhook as the guide's module sends it: a guest enters a room.
pub fn arrival(room: &str, guest: u64, at: &str) -> String {
    let page = format!("{:08x}-9b54-4d56-a4d5-{:012x}", guest & 0xffff_ffff, guest);
    format!(
        r#"{{"event":"participant_joined","roomName":"{room}","participantName":"{room}@muc.meet.jitsi/{}","participantId":"{page}@guest.meet.jitsi/zWYjKxHdgJrv","isHost":false,"createdAt":"{at}"}}"#,
        &page[..8]
    )
}

pub fn departure(room: &str, guest: u64, at: &str) -> String {
    arrival(room, guest, at).replace("participant_joined", "participant_left").replace(r#""isHost":false,"#, "")
}
