//! The stand-ins of outside systems (`tests/fakes`), started for one test and ended with it.

use super::PATIENCE;
use kabinet_app::Operator;
use kabinet_providers::http::{HttpSettings, Purpose, Reach};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Every fake, each at a free port of this computer.
pub struct Fakes {
    pub at: Addresses,
    http: reqwest::Client,
    /// Ended with the test, also when that fails.
    _process: Child,
}

/// What the fakes say of themselves when they are ready.
#[derive(Debug, Clone, Deserialize)]
pub struct Addresses {
    /// OAuth and whose account it is; also where this fake is controlled.
    pub yandex_url: String,
    pub client_id: String,
    pub client_secret: String,
    /// Of the account `specialist`, for pasting.
    pub token: String,
    /// Where this fake is controlled.
    pub telemost_url: String,
    pub telemost_api: String,
    /// Where this fake is controlled.
    pub bitrix24_url: String,
    /// An inbound webhook of the person with the id 7.
    pub webhook: String,
    pub bitrix24_client_id: String,
    pub bitrix24_client_secret: String,
    pub server_endpoint: String,
}

/// One of the fakes, for its switches.
#[derive(Debug, Clone, Copy)]
pub enum Fake {
    Yandex,
    Telemost,
    Bitrix24,
}

impl Fakes {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more words for its command line, as in `--colleagues 12`.
    pub async fn start_with(words: &[&str]) -> Self {
        let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect();
        let mut process = Command::new("python3")
            .args(["-m", "tests.fakes", "--json"])
            .args(
                ["--yandex", "--telemost", "--bitrix24", "--green-api", "--telegram"]
                    .into_iter()
                    .flat_map(|service| [service, "0"]),
            )
            .args(words)
            .current_dir(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("the fakes are ready in time");
        let line = line.expect("readable").expect("the fakes say where they are");
        let at = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { at, http: browser(), _process: process }
    }

    /// What an operator would write so that these are used: applications' ids, secrets and servers.
    pub fn operator_text(&self) -> String {
        let Addresses { yandex_url, client_id, client_secret, telemost_api, server_endpoint, .. } = &self.at;
        let Addresses { bitrix24_url, bitrix24_client_id, bitrix24_client_secret, .. } = &self.at;
        let mut text = format!("sign_in_port = {}\n", free_port());
        let mut section = |name: &str, keys: &[(&str, &String)]| {
            writeln!(text, "[connections.{name}]").expect("a string takes everything");
            for (key, value) in keys {
                writeln!(text, "{key} = {}", json!(value)).expect("a string takes everything");
            }
        };
        section(
            "telemost",
            &[
                ("client_id", client_id),
                ("client_secret", client_secret),
                ("api_address", telemost_api),
                ("oauth_address", yandex_url),
                ("login_address", yandex_url),
            ],
        );
        section(
            "bitrix24",
            &[
                ("client_id", bitrix24_client_id),
                ("client_secret", bitrix24_client_secret),
                ("portal", bitrix24_url),
                ("oauth_server", server_endpoint),
            ],
        );
        text
    }

    /// The same, read from a file in this folder.
    pub fn operator(&self, folder: &Path) -> Operator {
        let file = folder.join("operator.toml");
        std::fs::write(&file, self.operator_text()).expect("written");
        Operator::read(&file)
    }

    /// Changes lasting options: `{"consent": "allow"}`.
    pub async fn set(&self, fake: Fake, options: Value) -> Value {
        self.control(fake, "set", options).await
    }

    /// A switch for the next requests of a kind: `{"method": "conference.create", "do": "lost"}`.
    pub async fn next(&self, fake: Fake, switch: Value) -> Value {
        self.control(fake, "next", switch).await
    }

    /// What somebody does past the API: `{"what": "account", "do": "sign_out", "login": "specialist"}`.
    pub async fn edit(&self, fake: Fake, change: Value) -> Value {
        self.control(fake, "edit", change).await["edited"].clone()
    }

    pub async fn put_forward(&self, fake: Fake, seconds: i64) {
        self.control(fake, "clock", json!({ "advance": seconds })).await;
    }

    /// Options, what is stored, and the requests received.
    pub async fn state(&self, fake: Fake) -> Value {
        let answer = self.http.get(format!("{}/_fake/state", self.url(fake))).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// How often something was asked, by the names of `tests/fakes/README.md`: `token.refresh_token`.
    pub async fn asked(&self, fake: Fake, name: &str) -> usize {
        let state = self.state(fake).await;
        let requests = state["requests"].as_array().expect("a list");
        requests.iter().filter(|request| request["names"].as_array().expect("names").iter().any(|known| known == name)).count()
    }

    async fn control(&self, fake: Fake, verb: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}/_fake/{verb}", self.url(fake))).json(&body).send().await.expect("an answer");
        let status = answer.status();
        let said: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{verb} {body}: {said}");
        said
    }

    fn url(&self, fake: Fake) -> &str {
        match fake {
            Fake::Yandex => &self.at.yandex_url,
            Fake::Telemost => &self.at.telemost_url,
            Fake::Bitrix24 => &self.at.bitrix24_url,
        }
    }
}

/// What a person's browser does with an address: it follows wherever it is led, and shows what comes.
pub async fn visit(address: &str) -> (u16, String) {
    let answer = browser().get(address).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

/// Where an address leads to, without going there.
pub async fn leads_to(address: &str) -> String {
    let settings =
        HttpSettings { reach: Reach::Loopback, purpose: Purpose::Posts { within: PATIENCE }, ..HttpSettings::default() };
    let http = kabinet_providers::http::client(&settings).expect("a client");
    let answer = http.get(address).send().await.expect("an answer");
    let location = answer.headers().get("location").unwrap_or_else(|| panic!("{} leads nowhere", answer.status()));
    location.to_str().expect("a text").to_owned()
}

fn browser() -> reqwest::Client {
    let settings = HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() };
    kabinet_providers::http::client(&settings).expect("a client")
}

/// One that nobody uses now, and that the system hands out to nobody: what listens there must be known before it listens.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(61);
    let mut ports = std::iter::repeat_with(|| 5_000 + begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 5_000);
    let port = ports.find_map(|port| u16::try_from(port).ok().filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()));
    port.expect("a port")
}
