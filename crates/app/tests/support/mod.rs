//! A running application over the real backend, with a desktop that remembers and a keychain in memory.

#![allow(dead_code, reason = "each test file uses its part")]

#[path = "../../src/bin/kabinet-headless/clock.rs"]
pub mod clock;
#[path = "../../src/bin/kabinet-headless/desktop.rs"]
pub mod desktop;
#[path = "../../src/bin/kabinet-headless/embedded.rs"]
pub mod embedded;
pub mod fakes;
#[path = "../../src/bin/kabinet-headless/secrets.rs"]
pub mod secrets;

use clock::MovableClock;
use desktop::{Asked, RecordingDesktop};
use kabinet_app::view::AppView;
use kabinet_app::{Application, Backend, BackendAddress, Operator, Parts};
use kabinet_backend::{Config, Embedded, Running};
use kabinet_domain::{Clock, SystemIds};
use kabinet_providers::http::{HttpSettings, Reach};
use secrets::MemorySecrets;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const TOKEN: &str = "a-token-for-tests";
pub const ADMIN: &str = "an-administrators-token";
/// Longer than anything here takes.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A computer: what stays when the application ends.
pub struct Computer {
    pub folder: tempfile::TempDir,
    pub clock: Arc<MovableClock>,
    pub secrets: Arc<MemorySecrets>,
    pub desktop: Arc<RecordingDesktop>,
    /// What the operator has put into its configuration; for the next start.
    pub operator: Operator,
}

impl Computer {
    /// On a day when no clock is changed, at noon in UTC.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(MovableClock::starting_at(Some("2026-12-23T12:00:00Z".parse().expect("a time")))),
            secrets: Arc::new(MemorySecrets::default()),
            desktop: Arc::new(RecordingDesktop::new("en".into(), "UTC".into())),
            operator: Operator::default(),
        }
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    pub async fn backend(&self) -> Running {
        let mut config = Config::defaults();
        config.listen = "127.0.0.1:0".parse().expect("an address");
        config.data = self.data().join("backend");
        config.admin_token = ADMIN.to_owned().into();
        config.embedded = Some(Embedded { name: "Анна".into(), token: TOKEN.into(), token_ids: Vec::new(), account: None });
        kabinet_backend::Backend::start_with(config, self.clock.clone(), Arc::new(SystemIds)).await.expect("a backend")
    }

    pub async fn start(&self, url: &str) -> Arc<Application> {
        self.start_with(Backend::At(BackendAddress { url: url.parse().expect("an address"), token: TOKEN.into() })).await
    }

    pub async fn start_with(&self, backend: Backend) -> Arc<Application> {
        let data_dir = self.data().join("app");
        std::fs::create_dir_all(&data_dir).expect("a folder");
        Application::start(Parts {
            desktop: self.desktop.clone(),
            secrets: self.secrets.clone(),
            clock: self.clock.clone(),
            ids: Arc::new(SystemIds),
            data_dir,
            backend,
            operator: self.operator.clone(),
            version: "0.0.0".into(),
        })
        .await
    }

    pub fn put_forward(&self, application: &Application, minutes: i64) {
        self.clock.advance(chrono::TimeDelta::minutes(minutes));
        application.look_again();
    }

    /// A client, or whoever, comes into or leaves a room, as the server's older module reports it.
    pub async fn report(&self, backend: &str, room: &str, what: &str, occupant: &str) {
        let http = kabinet_providers::http::client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() })
            .expect("a client");
        let body = json!({
            "event": what, "isHost": false, "roomName": room, "createdAt": self.clock.now(),
            "participantName": format!("{room}@muc.meet.jitsi/{occupant}"), "participantId": format!("{occupant}@guest.meet.jitsi/{occupant}"),
        });
        let answer = http.post(format!("{backend}/api/webhook/jitsi")).json(&body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Waits until the desktop was asked for something.
    pub async fn sees<T>(&self, what: &str, mut fact: impl FnMut(&Asked) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(found) = fact(&self.desktop.asked()) {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "never seen: {what}; {:?}", self.desktop.notifications());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Waits until the view says so.
pub async fn shows(application: &Application, what: &str, fact: impl FnMut(&Arc<AppView>) -> bool) -> Arc<AppView> {
    let mut views = application.subscribe();
    let found = tokio::time::timeout(PATIENCE, views.wait_for(fact)).await;
    found.unwrap_or_else(|_| panic!("never shown: {what}; {:?}", application.view())).expect("the application runs").clone()
}

pub async fn call(application: &Arc<Application>, name: &str, arguments: Value) -> Value {
    application.call(name, arguments).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

pub async fn refusal(application: &Arc<Application>, name: &str, arguments: Value) -> (String, Option<String>) {
    let error = application.call(name, arguments).await.expect_err("a refusal");
    (error.message.code, error.field)
}

/// A consultation of this day at `time`.
pub fn draft(client: &str, time: &str) -> Value {
    json!({ "client": client, "date": "2026-12-23", "time": time, "minutes": 50, "provider": "jitsi" })
}

/// The first questions answered, with a server that is never asked.
pub async fn settle_in(application: &Arc<Application>) {
    call(application, "finish_first_run", json!({ "name": "Анна", "jitsi_address": "https://meet.example.org" })).await;
}
