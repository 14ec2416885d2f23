//! `specialist`: people and their devices, straight in the database, also beside a running backend.

use super::{Source, print};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use kabinet_backend::ports::{Device, Person, Specialists};
use kabinet_backend::storage::{Rows, Sqlite};
use kabinet_backend::{CODE_MINUTES, new_code, new_token};
use kabinet_domain::{Clock, DeviceId, Ids, Sensitive, SpecialistId, SystemClock, SystemIds};

#[derive(Debug, Subcommand)]
pub enum Specialist {
    /// Add a specialist.
    Add(Add),
    /// List specialists.
    List(Where),
    /// Change by what a specialist is known at the room server.
    Change(Change),
    /// Remove a specialist, their devices and the consultations that are not over.
    Remove(Who),
    /// Print a link and a code that pair one device.
    Pair(Pair),
}

#[derive(Debug, Args)]
pub struct Where {
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
pub struct Who {
    /// Name or id.
    name: String,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
pub struct Add {
    name: String,
    #[arg(long)]
    email: Option<String>,
    /// Print a device token at once.
    #[arg(long)]
    token: bool,
    /// An id that the specialist's room tokens carry; may be given several times.
    #[arg(long = "token-id", value_name = "ID")]
    token_ids: Vec<String>,
    /// The specialist's account at the room server.
    #[arg(long)]
    account: Option<String>,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
pub struct Change {
    /// Name or id.
    name: String,
    /// An id that the specialist's room tokens carry, instead of all that were known; may be given several times. Empty for none.
    #[arg(long = "token-id", value_name = "ID")]
    token_ids: Option<Vec<String>>,
    /// The specialist's account at the room server, instead of the one that was known. Empty for none.
    #[arg(long)]
    account: Option<String>,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
pub struct Pair {
    /// Name or id.
    name: String,
    /// Where devices reach the backend; by default where it listens.
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    source: Source,
}

impl Specialist {
    pub fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
        runtime.block_on(async {
            match self {
                Self::Add(add) => add.run().await,
                Self::List(place) => list(place).await,
                Self::Change(change) => change.run().await,
                Self::Remove(who) => remove(who).await,
                Self::Pair(pair) => pair.run().await,
            }
        })
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.source.read(None, None)?;
        let name = self.name.trim();
        if name.is_empty() {
            bail!("the name is empty");
        }
        let storage = Sqlite::open(&config.data, Rows::default()).await?;
        let now = SystemClock.now();
        let person = Person {
            id: SpecialistId(SystemIds.next()),
            name: name.into(),
            email: self.email.map(Sensitive::new),
            token_ids: self.token_ids,
            account: self.account.map(Sensitive::new),
            created_at: now,
        };
        storage.keep(&person).await?;
        print(&format!("id {}", person.id))?;
        if self.token {
            let (token, token_hash) = new_token(&SystemIds);
            let device = Device {
                id: DeviceId(SystemIds.next()),
                specialist: person.id,
                name: "command line".into(),
                token_hash,
                created_at: now,
            };
            storage.keep_device(&device).await?;
            print(&format!("token {}", token.reveal()))?;
        }
        storage.close().await;
        Ok(())
    }
}

impl Change {
    async fn run(self) -> anyhow::Result<()> {
        if self.token_ids.is_none() && self.account.is_none() {
            bail!("nothing to change: give --token-id or --account");
        }
        let storage = Sqlite::open(&self.source.read(None, None)?.data, Rows::default()).await?;
        let mut person = find(&storage, &self.name).await?;
        if let Some(token_ids) = self.token_ids {
            person.token_ids = token_ids.into_iter().filter(|id| !id.is_empty()).collect();
        }
        if let Some(account) = self.account {
            person.account = Some(account).filter(|account| !account.is_empty()).map(Sensitive::new);
        }
        storage.keep(&person).await?;
        print(&format!("changed {}", person.id))?;
        storage.close().await;
        Ok(())
    }
}

impl Pair {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.source.read(None, None)?;
        let storage = Sqlite::open(&config.data, Rows::default()).await?;
        let person = find(&storage, &self.name).await?;
        let (code, code_hash) = new_code(&SystemIds);
        storage.keep_code(code_hash, person.id, SystemClock.now() + chrono::Duration::minutes(CODE_MINUTES)).await?;
        let url = self.url.unwrap_or_else(|| format!("http://{}{}", config.listen, config.base_path));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("url", &url)
            .append_pair("code", code.reveal())
            .finish();
        print(&format!("kabinet://pair?{query}"))?;
        print(&format!("code {} (good once, for {CODE_MINUTES} minutes)", code.reveal()))?;
        storage.close().await;
        Ok(())
    }
}

async fn list(place: Where) -> anyhow::Result<()> {
    let storage = Sqlite::open(&place.source.read(None, None)?.data, Rows::default()).await?;
    let roster = storage.roster().await?;
    for person in &roster.people {
        let devices = roster.devices.iter().filter(|device| device.specialist == person.id).count();
        let email = person.email.as_ref().map_or("-", |email| email.reveal());
        print(&format!("{}\t{}\t{email}\t{devices} devices", person.id, person.name.reveal()))?;
    }
    storage.close().await;
    Ok(())
}

async fn remove(who: Who) -> anyhow::Result<()> {
    let storage = Sqlite::open(&who.source.read(None, None)?.data, Rows::default()).await?;
    let person = find(&storage, &who.name).await?;
    Specialists::remove(&storage, person.id, SystemClock.now()).await?;
    print(&format!("removed {}", person.id))?;
    storage.close().await;
    Ok(())
}

async fn find(storage: &Sqlite, name: &str) -> anyhow::Result<Person> {
    let roster = storage.roster().await?;
    let mut found = roster.people.into_iter().filter(|person| person.name.reveal() == name || person.id.to_string() == name);
    let Some(person) = found.next() else { bail!("there is no specialist of this name or id") };
    if found.next().is_some() {
        bail!("several specialists have this name; use the id that `list` shows");
    }
    Ok(person)
}
