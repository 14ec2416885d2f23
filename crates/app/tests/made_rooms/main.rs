//! Rooms and broadcasts that a service makes when asked, on its good and bad days, against the stand-in of one.

mod changing;
mod making;
mod refusals;
#[path = "../support/mod.rs"]
mod support;

use kabinet_app::Application;
use kabinet_app::view::Health;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use support::fakes::{Fake, Fakes};
use support::{Computer, PATIENCE, call, settle_in};

/// A backend that nobody is asked for.
const NOWHERE: &str = "http://127.0.0.1:9";

struct Practice {
    computer: Computer,
    fakes: Fakes,
}

impl Practice {
    async fn open() -> Self {
        let fakes = Fakes::start().await;
        let mut computer = Computer::new();
        computer.operator = fakes.operator(computer.data());
        Self { computer, fakes }
    }

    /// Everything that was answered, with an account that may do everything.
    async fn connected(&self) -> Arc<Application> {
        let application = self.computer.start(NOWHERE).await;
        settle_in(&application).await;
        // A verb waits for the store to be open: what is made before that is kept for this run alone.
        assert_eq!(application.shell_verb(&["list".to_owned()]).await.status, 0);
        let form = json!({ "provider": "telemost", "values": {}, "secrets": { "access_token": self.fakes.at.token } });
        assert_eq!(call(&application, "save_connection", form).await["health"], "works");
        application
    }

    async fn next(&self, method: &str, what: &str) {
        self.fakes.next(Fake::Telemost, json!({ "method": method, "do": what })).await;
    }

    async fn conferences(&self) -> Vec<Value> {
        self.fakes.state(Fake::Telemost).await["stored"]["conferences"].as_array().expect("a list").clone()
    }

    async fn only_conference(&self) -> Value {
        let mut all = self.conferences().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    async fn made_times(&self) -> usize {
        self.fakes.asked(Fake::Telemost, "conference.create").await
    }

    fn clipboard(&self) -> Option<String> {
        self.computer.desktop.asked().clipboard.clone()
    }
}

/// Waits for a fact that only asking tells.
async fn until(what: &str, fact: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !fact().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn draft(time: &str, room: Value) -> Value {
    let mut draft = json!({ "client": "Ivan", "date": "2026-12-23", "time": time, "minutes": 50, "provider": "telemost" });
    draft["room"] = room;
    draft
}

fn broadcast() -> Value {
    json!({ "cohosts": ["boris@org.example"], "broadcast": { "title": "Sleep", "description": "Six questions" } })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn of(made: &Value) -> Value {
    json!({ "id": made["id"] })
}

fn health(application: &Application) -> (Health, Option<String>, Vec<(String, bool)>) {
    let connection = application.view().connections.into_iter().find(|one| one.provider == "telemost").expect("connected");
    let abilities = connection.abilities.into_iter().map(|one| (one.key, one.allowed)).collect();
    (connection.health, connection.message.map(|message| message.code), abilities)
}

fn problems(application: &Application) -> Vec<String> {
    application.view().problems.into_iter().map(|problem| problem.code).filter(|code| !code.starts_with("backend")).collect()
}
