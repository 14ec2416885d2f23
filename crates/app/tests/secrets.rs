//! Secrets, the keychain's bad days, and what stands on the disk.

mod support;

use kabinet_app::Backend;
use kabinet_app::view::FeedState;
use kabinet_providers::http::{HttpSettings, Reach};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use support::embedded::EmbeddedBackend;
use support::secrets::Keychain;
use support::{ADMIN, Computer, call, draft, refusal, settle_in, shows};

#[tokio::test]
async fn a_locked_keychain_is_said_and_loses_nothing() {
    let computer = Computer::new();
    let backend = computer.backend().await;
    let application = computer.start(&backend.url()).await;
    settle_in(&application).await;
    call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    application.shutdown().await;

    computer.secrets.put_into(Keychain::Locked);
    let before = std::fs::read(computer.data().join("app/store.sqlite")).expect("the store");
    let application = computer.start("http://127.0.0.1:9").await;
    shows(&application, "the trouble", |view| view.problems.iter().any(|problem| problem.code == "keychain_locked")).await;
    call(&application, "create_consultation", draft("Olga", "13:30")).await;
    assert_eq!(refusal(&application, "retry_keychain", json!({})).await.0, "keychain_locked");
    assert_eq!(std::fs::read(computer.data().join("app/store.sqlite")).expect("the store"), before);
    assert!(!on_disk(&computer.data().join("app"), "Olga"));

    computer.secrets.put_into(Keychain::Open);
    call(&application, "retry_keychain", json!({})).await;
    let view = application.view();
    assert!(view.problems.iter().all(|problem| !problem.code.starts_with("keychain")), "{:?}", view.problems);
    assert_eq!(view.hero.iter().count() + view.groups.iter().map(|group| group.items.len()).sum::<usize>(), 2);
    application.shutdown().await;
    assert!(!on_disk(&computer.data().join("app"), "Olga"));

    // Both were kept once it could be.
    let application = computer.start("http://127.0.0.1:9").await;
    shows(&application, "both", |view| {
        view.hero.is_some() && view.groups.iter().map(|group| group.items.len()).sum::<usize>() == 1
    })
    .await;
    application.shutdown().await;
    backend.shutdown().await;
}

#[tokio::test]
async fn a_connections_secret_signs_the_link_and_is_in_no_file() {
    let computer = Computer::new();
    let application = computer.start("http://127.0.0.1:9").await;
    let values = json!({ "base_url": "http://127.0.0.1:9", "app_id": "kabinet" });
    assert_eq!(
        refusal(&application, "save_connection", json!({ "provider": "jitsi", "values": values, "secrets": {} })).await,
        ("connection_field_missing".into(), Some("app_secret".into()))
    );
    let saved = call(
        &application,
        "save_connection",
        json!({ "provider": "jitsi", "values": values, "secrets": { "app_secret": "hush-hush" } }),
    )
    .await;
    assert_eq!(saved["message"]["code"], json!("provider_unreachable"));
    let made = call(&application, "create_consultation", draft("Ivan", "12:04")).await;
    call(&application, "join", json!({ "id": made["id"] })).await;
    let opened = computer.desktop.asked().opened.clone();
    assert!(opened[0].contains("jwt=eyJ"), "{opened:?}");
    assert!(!made["link"].as_str().expect("a link").contains("jwt"));

    let view = serde_json::to_string(&application.view()).expect("JSON");
    assert!(!view.contains("hush-hush") && view.contains("app_secret"));
    application.shutdown().await;
    assert!(!on_disk(computer.data(), "hush-hush") && !on_disk(computer.data(), "Ivan"));
    assert!(on_disk(computer.data(), "kabinet"));

    // What the keychain withholds keeps nobody out, and neither a room nor a link from being made.
    computer.secrets.put_into(Keychain::Locked);
    let application = computer.start("http://127.0.0.1:9").await;
    shows(&application, "the trouble", |view| view.problems.iter().any(|problem| problem.code == "keychain_locked")).await;
    let made = call(&application, "create_consultation", draft("Olga", "12:04")).await;
    call(&application, "join", json!({ "id": made["id"] })).await;
    let opened = computer.desktop.asked().opened.last().cloned().expect("the browser");
    assert!(opened.contains("config.") && !opened.contains("jwt"), "{opened}");
    shows(&application, "the note", |view| view.problems.iter().any(|problem| problem.code == "entered_without_token")).await;
    assert_eq!(refusal(&application, "check_connection", json!({ "provider": "jitsi" })).await, ("keychain_locked".into(), None));
    application.shutdown().await;
    computer.secrets.put_into(Keychain::Open);

    // Too early for a token, which is said.
    let application = computer.start("http://127.0.0.1:9").await;
    shows(&application, "the secret is kept", |view| view.connections.iter().any(|one| one.secrets_kept == ["app_secret"])).await;
    let made = call(&application, "create_consultation", draft("Olga", "14:00")).await;
    call(&application, "join", json!({ "id": made["id"] })).await;
    let view = shows(&application, "the note", |view| view.problems.iter().any(|one| one.code == "entered_too_early")).await;
    assert_eq!(view.problems[0].facts["time"], "13:55");
    call(&application, "copy_link", json!({ "id": made["id"] })).await;
    assert!(application.view().problems.is_empty());
    application.shutdown().await;

    // Kept over a restart; removed, it signs no more.
    let application = computer.start("http://127.0.0.1:9").await;
    shows(&application, "the secret is kept", |view| view.connections.iter().any(|one| one.secrets_kept == ["app_secret"])).await;
    call(&application, "remove_connection", json!({ "provider": "jitsi" })).await;
    assert!(application.view().connections.is_empty());
    application.shutdown().await;
}

#[tokio::test]
async fn paired_with_a_practice_and_back() {
    let computer = Computer::new();
    let shared = computer.backend().await;
    let code = pairing_code(&shared.url()).await;
    let embedded = Arc::new(EmbeddedBackend::new(
        "127.0.0.1:0".parse().expect("an address"),
        computer.data().join("embedded"),
        computer.clock.clone(),
    ));
    let application = computer.start_with(Backend::Embedded(embedded)).await;
    settle_in(&application).await;
    let made = call(&application, "create_consultation", draft("Ivan", "12:30")).await;
    shows(&application, "sent to the embedded one", |view| {
        view.feed.embedded && view.hero.as_ref().is_some_and(|hero| !hero.unsent)
    })
    .await;

    let wrong = json!({ "link_or_code": "AAAA-AAAA", "address": shared.url() });
    assert_eq!(refusal(&application, "pair", wrong).await.0, "pairing_code_wrong");
    let link = format!("kabinet://pair?url={}&code={code}", shared.url());
    call(&application, "pair", json!({ "link_or_code": link })).await;
    let at_practice = shows(&application, "the practice's feed", |view| {
        !view.feed.embedded && view.feed.state == FeedState::Live && view.hero.as_ref().is_some_and(|hero| !hero.unsent)
    })
    .await;
    assert_eq!(at_practice.hero.as_ref().map(|hero| json!(hero.id)), Some(made["id"].clone()));
    application.shutdown().await;

    let again = Arc::new(EmbeddedBackend::new(
        "127.0.0.1:0".parse().expect("an address"),
        computer.data().join("embedded"),
        computer.clock.clone(),
    ));
    let application = computer.start_with(Backend::Embedded(again)).await;
    shows(&application, "the practice's feed after a restart", |view| !view.feed.embedded && view.feed.state == FeedState::Live)
        .await;
    call(&application, "unpair", json!({})).await;
    shows(&application, "the embedded feed", |view| view.feed.embedded && view.feed.state == FeedState::Live).await;
    application.shutdown().await;
    shared.shutdown().await;
}

async fn pairing_code(backend: &str) -> String {
    let http =
        kabinet_providers::http::client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client");
    let answer = http.post(format!("{backend}/api/specialists")).bearer_auth(ADMIN).json(&json!({ "name": "Anna" })).send().await;
    let made: Value = answer.expect("an answer").json().await.expect("JSON");
    made["pairing_code"].as_str().unwrap_or_else(|| panic!("no code in {made}")).to_owned()
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
