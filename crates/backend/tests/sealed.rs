//! The backend on a person's own computer: what names somebody stands sealed in its file.

mod house;

use house::{House, TOKEN, event, occupant};
use kabinet_backend::{Backend, Error};
use kabinet_domain::SystemIds;
use kabinet_seal::StoreKey;
use serde_json::json;

async fn sealed_house() -> House {
    House::open_with(|config| config.seal = Some(StoreKey::make(&SystemIds).0)).await
}

async fn a_visit(house: &House) {
    house.plan().await;
    let mut who = occupant("ivan");
    who["name"] = "Иван Петров".into();
    house.batch("boot", json!([event(house, 1, "occupant_joined", json!({"room": house::ROOM, "occupant": who}))])).await;
}

fn on_disk(house: &House) -> Vec<u8> {
    let files = std::fs::read_dir(&house.config.data).expect("the folder");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|part| part == word.as_bytes())
}

#[tokio::test]
async fn names_and_links_are_not_readable_on_disk_and_come_back_after_a_restart() {
    let mut house = sealed_house().await;
    a_visit(&house).await;
    let before = house.events(TOKEN).await;
    assert!(before.iter().any(|event| event.kind == "client_joined"), "{before:?}");
    house.restart().await;
    assert_eq!(house.events(TOKEN).await, before);
    a_visit(&house).await;
    house.stop().await;
    let bytes = on_disk(&house);
    assert!(!holds(&bytes, "Иван") && !holds(&bytes, "meet.example.org") && !holds(&bytes, house::ROOM));

    let mut open = House::open().await;
    a_visit(&open).await;
    open.stop().await;
    assert!(holds(&on_disk(&open), "Иван Петров"), "a server's own file is its operator's to protect");
}

#[tokio::test]
async fn another_key_or_none_is_refused_before_anything_is_written() {
    let mut house = sealed_house().await;
    a_visit(&house).await;
    house.stop().await;
    for seal in [None, Some(StoreKey::make(&SystemIds).0)] {
        let mut config = house.config.clone();
        config.seal = seal;
        let started = Backend::start(config).await;
        assert!(matches!(started, Err(Error::OtherKey)), "{started:?}");
    }
    house.restart().await;
    assert!(house.events(TOKEN).await.iter().any(|event| event.kind == "client_joined"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_nobody_elses_to_read_whatever_the_folder_allows() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::open_with(|config| {
        std::fs::create_dir_all(&config.data).expect("a folder");
        std::fs::set_permissions(&config.data, std::fs::Permissions::from_mode(0o755)).expect("set");
    })
    .await;
    a_visit(&house).await;
    for file in std::fs::read_dir(&house.config.data).expect("the folder").map(|file| file.expect("a file")) {
        if file.file_name().to_string_lossy().starts_with("kabinet.sqlite3") {
            assert_eq!(file.metadata().expect("it is there").permissions().mode() & 0o077, 0, "{:?}", file.file_name());
        }
    }
}
