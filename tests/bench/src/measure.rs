//! The measurements, each the same for both receivers.

use crate::target::{Kind, Target, arrival, departure, now, room};
use crate::wire::{Follower, Sender};
use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

pub struct Ingest {
    pub per_second: f64,
    pub cpu_micros: f64,
    pub flushes: f64,
}

/// `senders` connections post arrivals and departures as fast as they are answered.
pub async fn ingest(kind: Kind, backend: &Path, senders: u64, seconds: u64) -> Result<Ingest> {
    let mut target = Target::start(kind, backend).await?;
    target.people(senders as usize).await?;
    let target = Arc::new(target);
    let cpu = target.cpu_seconds()?;
    let flushes = disk_flushes();
    let started = Instant::now();
    let until = started + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for sender in 0..senders {
        let target = Arc::clone(&target);
        tasks.spawn(async move {
            let mut connection = Sender::connect(&target.address, &target.webhook_headers()).await?;
            let mut sent = 0u64;
            while Instant::now() < until {
                // A consultation's room sees a few people; the next one is another room.
                let room = room((sender * 1_000_000 + sent / 8) as usize);
                let at = now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let guest = sender << 40 | (sent / 2);
                let body = if sent.is_multiple_of(2) { arrival(&room, guest, &at) } else { departure(&room, guest, &at) };
                let status = connection.post(&target.webhook_path(&room), &body).await?;
                ensure!(status == 200, "the webhook was answered with {status}");
                sent += 1;
            }
            Ok::<u64, anyhow::Error>(sent)
        });
    }
    let mut total = 0;
    while let Some(sent) = tasks.join_next().await {
        total += sent??;
    }
    let elapsed = started.elapsed().as_secs_f64();
    let total = total as f64;
    Ok(Ingest {
        per_second: total / elapsed,
        cpu_micros: (target.cpu_seconds()? - cpu) * 1e6 / total,
        flushes: (disk_flushes() - flushes) as f64 / total,
    })
}

/// Flush requests that all disks of this machine completed (`Documentation/admin-guide/iostats.rst`, field 16).
fn disk_flushes() -> u64 {
    let stats = std::fs::read_to_string("/proc/diskstats").unwrap_or_default();
    stats.lines().filter_map(|line| line.split_whitespace().nth(18)?.parse::<u64>().ok()).sum()
}

pub struct Fanout {
    pub p50: f64,
    pub p99: f64,
    pub lost: usize,
    pub doubled: usize,
    /// Bytes of memory for one idle stream.
    pub memory: f64,
    /// Seconds until all that were cut off had what they missed.
    pub back: f64,
    pub back_lost: usize,
}

/// `subscribers` streams; `rate` events a second, each for one of them; then all are cut, miss one event, and return.
pub async fn fanout(kind: Kind, backend: &Path, subscribers: usize, rate: u64, seconds: u64) -> Result<Fanout> {
    let mut target = Target::start(kind, backend).await?;
    target.people(subscribers).await?;
    let target = Arc::new(target);
    let before = target.memory()?;
    let followers = connect_all(&target, subscribers, &[]).await?;
    let memory = (target.memory()?.saturating_sub(before)) as f64 / subscribers as f64;

    let sent: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let latencies: Arc<Mutex<Vec<f64>>> = Arc::default();
    let doubled = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(tokio::sync::Notify::new());
    let mut readers = JoinSet::new();
    for (index, mut follower) in followers {
        let (sent, latencies, doubled, stop) =
            (Arc::clone(&sent), Arc::clone(&latencies), Arc::clone(&doubled), Arc::clone(&stop));
        readers.spawn(async move {
            loop {
                let data = tokio::select! {
                    data = follower.next() => match data { Ok(data) => data, Err(_) => break },
                    () = stop.notified() => break,
                };
                let arrived = Instant::now();
                if !data.contains(r#""participant_joined""#) && !data.contains(r#""client_joined""#) {
                    continue;
                }
                let posted = sent.lock().expect("no holder panics").remove(&room(index));
                match posted {
                    Some(posted) => latencies.lock().expect("no holder panics").push((arrived - posted).as_secs_f64() * 1000.0),
                    None => {
                        doubled.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            // Whoever had no event comes back to where its stream began, if that was told.
            (index, follower.last_id)
        });
    }

    let total = (rate * seconds) as usize;
    ensure!(total <= subscribers, "each subscriber gets one event at most");
    post_spread(&target, total, rate, &sent).await?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while latencies.lock().expect("no holder panics").len() < total && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Whoever already left the wait would miss a single notification.
    let mut cursors = vec![None; subscribers];
    while !readers.is_empty() {
        stop.notify_waiters();
        while let Some(done) = readers.try_join_next() {
            let (index, last) = done?;
            cursors[index] = last;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut sorted = latencies.lock().expect("no holder panics").clone();
    sorted.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        sorted.get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    };
    let (p50, p99) = (quantile(0.5), quantile(0.99));
    let lost = total.saturating_sub(sorted.len());
    let (back, back_lost) = return_of_all(&target, subscribers, &cursors).await?;
    Ok(Fanout { p50, p99, lost, doubled: doubled.load(Ordering::Relaxed) as usize, memory, back, back_lost })
}

async fn connect_all(target: &Arc<Target>, count: usize, cursors: &[Option<String>]) -> Result<Vec<(usize, Follower)>> {
    let mut followers = Vec::with_capacity(count);
    for start in (0..count).step_by(500) {
        let mut connecting = JoinSet::new();
        for index in start..(start + 500).min(count) {
            let target = Arc::clone(target);
            let after = cursors.get(index).cloned().flatten();
            connecting.spawn(async move {
                let path = target.feed_path(index, after.as_deref());
                let follower = Follower::connect(&target.address, &path, &target.feed_headers(index)).await?;
                Ok::<_, anyhow::Error>((index, follower))
            });
        }
        while let Some(follower) = connecting.join_next().await {
            followers.push(follower??);
        }
    }
    Ok(followers)
}

/// Posts one arrival for each of the first `total` rooms, evenly in time over eight connections.
async fn post_spread(target: &Arc<Target>, total: usize, rate: u64, sent: &Arc<Mutex<HashMap<String, Instant>>>) -> Result<()> {
    let lanes = 8;
    let started = Instant::now();
    let mut posting = JoinSet::new();
    for lane in 0..lanes {
        let (target, sent) = (Arc::clone(target), Arc::clone(sent));
        posting.spawn(async move {
            let mut connection = Sender::connect(&target.address, &target.webhook_headers()).await?;
            for index in (lane..total).step_by(lanes) {
                let due = started + Duration::from_secs_f64(index as f64 / rate as f64);
                tokio::time::sleep_until(due.into()).await;
                let at = now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let room = room(index);
                sent.lock().expect("no holder panics").insert(room.clone(), Instant::now());
                let status = connection.post(&target.webhook_path(&room), &arrival(&room, index as u64 + 1, &at)).await?;
                ensure!(status == 200, "the webhook was answered with {status}");
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(done) = posting.join_next().await {
        done??;
    }
    Ok(())
}

/// Everybody is away while one event happens to each; how long until all have it after they connect again.
async fn return_of_all(target: &Arc<Target>, subscribers: usize, cursors: &[Option<String>]) -> Result<(f64, usize)> {
    let mut connection = Sender::connect(&target.address, &target.webhook_headers()).await?;
    for index in 0..subscribers {
        let at = now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let room = room(index);
        let status = connection.post(&target.webhook_path(&room), &arrival(&room, 1 << 50 | index as u64, &at)).await?;
        ensure!(status == 200, "the webhook was answered with {status}");
    }
    let start: String = "0".into();
    let cursors: Vec<Option<String>> = cursors.iter().map(|cursor| cursor.clone().or_else(|| Some(start.clone()))).collect();
    let started = Instant::now();
    let mut returning = JoinSet::new();
    for (index, after) in cursors.into_iter().enumerate() {
        let target = Arc::clone(target);
        returning.spawn(async move {
            let path = target.feed_path(index, after.as_deref());
            let mut follower = Follower::connect(&target.address, &path, &target.feed_headers(index)).await?;
            loop {
                let data = follower.next_within(Duration::from_secs(20)).await?;
                if data.contains("joined") {
                    return Ok::<_, anyhow::Error>(());
                }
            }
        });
    }
    let mut lost = 0;
    while let Some(done) = returning.join_next().await {
        if done?.is_err() {
            lost += 1;
        }
    }
    Ok((started.elapsed().as_secs_f64(), lost))
}

/// Kills the receiver at full speed; how many acknowledged events are not in the feed afterwards exactly once.
pub async fn kill(backend: &Path, senders: u64) -> Result<(usize, usize)> {
    let mut target = Target::start(Kind::Kabinet, backend).await?;
    target.people(1).await?;
    let (address, headers, path) = (target.address.clone(), target.webhook_headers(), target.webhook_path(""));
    let acknowledged: Arc<Mutex<Vec<u64>>> = Arc::default();
    let mut tasks = JoinSet::new();
    for sender in 0..senders {
        let (address, headers, path, acknowledged) = (address.clone(), headers.clone(), path.clone(), Arc::clone(&acknowledged));
        tasks.spawn(async move {
            let Ok(mut connection) = Sender::connect(&address, &headers).await else { return };
            for number in 0.. {
                let guest = sender << 32 | number;
                let at = now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                // Rooms nobody planned: each arrival is an event of its own in the operator's feed.
                let body = arrival(&format!("kill-{guest}"), guest, &at);
                match connection.post(&path, &body).await {
                    Ok(200) => acknowledged.lock().expect("no holder panics").push(guest),
                    _ => return,
                }
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    target.kill();
    while tasks.join_next().await.is_some() {}
    target.restart().await?;
    let kept = rooms_kept(&target).await?;
    let acknowledged = acknowledged.lock().expect("no holder panics").clone();
    let times = |guest: &u64| kept.get(&format!("kill-{guest}")).copied().unwrap_or(0);
    let missing = acknowledged.iter().filter(|guest| times(guest) != 1).count();
    Ok((acknowledged.len(), missing))
}

/// The rooms in the operator's feed, with how often each is said to have been entered.
async fn rooms_kept(target: &Target) -> Result<HashMap<String, usize>> {
    let mut operator = Sender::connect(&target.address, &Target::operator_headers()).await?;
    let mut rooms = HashMap::new();
    let mut cursor = 0;
    loop {
        let (status, body) = operator.exchange("GET", &format!("/api/events?after={cursor}"), "").await?;
        ensure!(status == 200, "the feed answered {status}");
        let page: serde_json::Value = serde_json::from_str(&body)?;
        let events = page["events"].as_array().context("events")?;
        for event in events.iter().filter(|event| event["kind"] == "client_joined") {
            *rooms.entry(event["room"].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
        }
        if events.is_empty() {
            return Ok(rooms);
        }
        cursor = page["cursor"].as_u64().context("a cursor")?;
    }
}
