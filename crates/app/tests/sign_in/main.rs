//! Connecting an account by signing in, over the fakes.

mod account;
mod browser;
mod operator;
#[path = "../support/mod.rs"]
mod support;

use kabinet_app::Application;
use kabinet_app::view::{AppView, ConnectionView, Health, SignInState};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use support::fakes::{Fake, Fakes, visit};
use support::{Computer, call, shows};

const PROVIDER: &str = "telemost";
/// More than a quarter of a token's year, and less than the whole.
const DUE: i64 = 100 * 24 * 60;

/// A computer whose operator gives everything but the account, and a service that lets everybody in at once.
async fn at_work() -> (Fakes, Computer, Arc<Application>) {
    let fakes = Fakes::start().await;
    fakes.set(Fake::Yandex, json!({ "consent": "allow", "device_interval": 1 })).await;
    let mut computer = Computer::new();
    computer.operator = fakes.operator(computer.data());
    let application = start(&computer).await;
    (fakes, computer, application)
}

async fn start(computer: &Computer) -> Arc<Application> {
    computer.start("http://127.0.0.1:9").await
}

fn form(way: &str) -> Value {
    json!({ "form": { "provider": PROVIDER, "values": {}, "secrets": {} }, "way": way })
}

/// Begins, and gives the page that the browser was opened with.
async fn begin(computer: &Computer, application: &Arc<Application>) -> String {
    computer.desktop.asked().opened.clear();
    call(application, "begin_sign_in", form("browser")).await;
    computer.desktop.asked().opened.last().cloned().expect("the browser was opened")
}

async fn connect(computer: &Computer, application: &Arc<Application>) -> ConnectionView {
    let page = begin(computer, application).await;
    assert_eq!(visit(&page).await.0, 200);
    connected(application).await
}

async fn connected(application: &Application) -> ConnectionView {
    let view = shows(application, "a connected account", |view| {
        view.sign_in.is_none() && connection(view).is_some_and(|one| one.account.is_some() && one.health != Health::Unknown)
    });
    connection(&*view.await).expect("a connection").clone()
}

async fn failed(application: &Application) -> String {
    let view = shows(application, "a failed sign-in", |view| {
        view.sign_in.as_ref().is_some_and(|sign_in| sign_in.state == SignInState::Failed)
    });
    let view = view.await;
    let message = view.sign_in.as_ref().and_then(|sign_in| sign_in.message.as_ref());
    message.expect("a reason").code.clone()
}

fn connection(view: &AppView) -> Option<&ConnectionView> {
    view.connections.iter().find(|one| one.provider == PROVIDER)
}

async fn check(application: &Arc<Application>) -> (Value, Value) {
    let checked = call(application, "check_connection", json!({ "provider": PROVIDER })).await;
    (checked["health"].clone(), checked["message"]["code"].clone())
}

/// What the service has handed out, the latest last; the first was there before anybody came.
async fn grants(fakes: &Fakes) -> Vec<Value> {
    fakes.state(Fake::Yandex).await["stored"]["grants"].as_array().expect("a list")[1..].to_vec()
}

fn waiting(view: &AppView) -> bool {
    view.sign_in.as_ref().is_some_and(|sign_in| sign_in.state == SignInState::Waiting)
}

/// Whether some file of the folder holds the text.
fn on_disk(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).any(|path| {
        if path.is_dir() {
            return on_disk(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}
