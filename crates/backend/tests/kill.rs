//! `kill -9` amid appends: what was acknowledged is there afterwards, once.

mod house;

use kabinet_api::EventPage;
use kabinet_providers::http::{HttpSettings, Reach, client};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const SENDERS: usize = 8;
const ROUNDS: usize = 3;
/// Acknowledged in each round before the axe falls.
const ENOUGH: usize = 200;

struct Killed(Child, String);

impl Killed {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kabinet-backend"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("KABINET_ADMIN_TOKEN", house::ADMIN)
            .env("KABINET_WEBHOOK_SECRET", house::SECRET)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("ready ").expect("the ready line").to_owned();
        Self(child, url)
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        // On Unix this is SIGKILL.
        self.0.kill().expect("killed");
        self.0.wait().expect("gone");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_webhook_survives_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let http = client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client");
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let backend = Killed::start(&data);
        let count = Arc::new(AtomicUsize::new(0));
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                tokio::spawn(send_until_refused(http.clone(), backend.1.clone(), format!("r{round}-{sender}"), count.clone()))
            })
            .collect();
        let enough = async {
            while count.load(Ordering::Relaxed) < ENOUGH {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), enough).await.expect("reports are taken");
        drop(backend);
        for sender in senders {
            acknowledged.extend(sender.await.expect("a sender"));
        }
    }
    assert!(acknowledged.len() >= ROUNDS * ENOUGH);
    let backend = Killed::start(&data);
    let mut told: HashMap<String, usize> = HashMap::new();
    let (mut after, mut last) = (0, 0);
    loop {
        let url = format!("{}/api/events?after={after}", backend.1);
        let page: EventPage =
            http.get(url).bearer_auth(house::ADMIN).send().await.expect("an answer").json().await.expect("a page");
        if page.events.is_empty() {
            break;
        }
        for event in page.events {
            assert!(event.cursor > last, "cursors rise");
            last = event.cursor;
            *told.entry(event.room.expect("a room")).or_default() += 1;
        }
        after = page.cursor;
    }
    let lost: Vec<_> = acknowledged.iter().filter(|room| !told.contains_key(*room)).collect();
    assert!(lost.is_empty(), "{} of {} lost", lost.len(), acknowledged.len());
    assert!(told.values().all(|count| *count == 1), "told twice");
}

/// One client in a room of its own after the other; the rooms that were acknowledged.
async fn send_until_refused(http: reqwest::Client, url: String, name: String, count: Arc<AtomicUsize>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let room = format!("{name}-{number}");
        let body = serde_json::json!({"event": "participant_joined", "roomName": room, "participantName": format!("{room}@muc.meet.jitsi/a"),
            "participantId": format!("{room}@guest.meet.jitsi/b"), "createdAt": house::system_now().format("%Y-%m-%dT%H:%M:%SZ").to_string()});
        let sent = http.post(format!("{url}/api/webhook/jitsi")).bearer_auth(house::SECRET).json(&body).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => {
                acknowledged.push(room);
                count.fetch_add(1, Ordering::Relaxed);
            }
            _ => break,
        }
    }
    acknowledged
}
