//! Measures the backend against a bare receiver in the same run, and writes what came out as a table.

#![allow(clippy::print_stdout, reason = "a program that reports")]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "figures for people")]

mod bare;
mod measure;
mod target;
mod wire;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use target::Kind;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The peer itself.
    Bare {
        #[arg(long)]
        listen: String,
        #[arg(long)]
        data: PathBuf,
    },
    /// Measures everything and prints a table in Markdown.
    Backend {
        /// The release build of kabinet-backend.
        #[arg(long)]
        backend: PathBuf,
        #[arg(long, default_value_t = 10_000)]
        subscribers: usize,
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().what {
        What::Bare { listen, data } => {
            rlimit::increase_nofile_limit(1 << 16)?;
            bare::serve(&listen, &data).await
        }
        What::Backend { backend, subscribers, seconds } => compare(&backend, subscribers, seconds).await,
    }
}

async fn compare(backend: &std::path::Path, subscribers: usize, seconds: u64) -> Result<()> {
    let limit = rlimit::increase_nofile_limit(1 << 16)?;
    let subscribers = subscribers.min((limit as usize).saturating_sub(200));
    println!("| What | bare receiver | Kabinet | ratio | target |\n|---|---|---|---|---|");

    let mut bare_runs = Vec::new();
    let mut own_runs = Vec::new();
    for _ in 0..3 {
        bare_runs.push(measure::ingest(Kind::Bare, backend, 64, seconds).await?);
        own_runs.push(measure::ingest(Kind::Kabinet, backend, 64, seconds).await?);
    }
    let best = |runs: &[measure::Ingest]| runs.iter().map(|run| run.per_second).fold(0.0, f64::max);
    let least = |values: Vec<f64>| values.into_iter().fold(f64::INFINITY, f64::min);
    let cpu = |runs: &[measure::Ingest]| least(runs.iter().map(|run| run.cpu_micros).collect());
    let flushes = |runs: &[measure::Ingest]| least(runs.iter().map(|run| run.flushes).collect());
    let (bare, own) = (best(&bare_runs), best(&own_runs));
    println!("| durable ingest, 64 senders, events a second | {bare:.0} | {own:.0} | {:.2} | ≥ 0.6 |", own / bare);
    println!(
        "| CPU of the receiver for one event, µs | {:.0} | {:.0} | {:.2} | |",
        cpu(&bare_runs),
        cpu(&own_runs),
        cpu(&own_runs) / cpu(&bare_runs)
    );
    println!("| disk flushes for one event | {:.3} | {:.3} | | ≤ 0.06 |", flushes(&bare_runs), flushes(&own_runs));

    let bare = measure::fanout(Kind::Bare, backend, subscribers, 1000, seconds.min(subscribers as u64 / 1000)).await?;
    let own = measure::fanout(Kind::Kabinet, backend, subscribers, 1000, seconds.min(subscribers as u64 / 1000)).await?;
    println!(
        "| POST to SSE read, {subscribers} streams, 1,000 events/s: p50, ms | {:.2} | {:.2} | {:.2} | ≤ 1.5 |",
        bare.p50,
        own.p50,
        own.p50 / bare.p50
    );
    println!("| the same, p99, ms | {:.2} | {:.2} | {:.2} | ≤ 1.5 |", bare.p99, own.p99, own.p99 / bare.p99);
    println!(
        "| the same, lost and doubled | {} and {} | {} and {} | | 0 and 0 |",
        bare.lost, bare.doubled, own.lost, own.doubled
    );
    println!(
        "| memory for one idle stream, kB | {:.1} | {:.1} | {:.2} | ≤ 10 kB |",
        bare.memory / 1000.0,
        own.memory / 1000.0,
        own.memory / bare.memory
    );
    println!(
        "| {subscribers} cut streams back with what they missed, s | {:.2} | {:.2} | {:.2} | ≤ 1 s |",
        bare.back,
        own.back,
        own.back / bare.back
    );
    println!("| the same, lost | {} | {} | | 0 |", bare.back_lost, own.back_lost);

    let (acknowledged, missing) = measure::kill(backend, 64).await?;
    println!("| acknowledged but missing or doubled after `kill -9` at full speed | | {missing} of {acknowledged} | | 0 |");
    Ok(())
}
