//! `loadtest prove`: the checker itself is checked. A program that breaks one promise on purpose must be caught, with
//! every seed.

use crate::cluster::{DatabaseArgs, DatabaseKind};
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// The faults `FRONTDESK_DELIBERATE_FAULT` knows.
const FAULTS: [&str; 10] = [
    "ack-before-commit",
    "no-deduplication",
    "in-memory-deduplication",
    "number-outside-lock",
    "read-before-subscribe",
    "untold-edit",
    "silent-drop",
    "lost-bus-ignored",
    "second-holder",
    "unfenced-write",
];
/// Those that need a second node, which the embedded database never has.
const NEEDS_NODES: [&str; 2] = ["number-outside-lock", "lost-bus-ignored"];

/// Prove the checker: a program built with `--features deliberate-faults` breaks one promise after the other, and
/// every check of it must find that
#[derive(Debug, Clone, Args)]
pub struct ProveArgs {
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// The program, built with `cargo build -p frontdesk --features deliberate-faults`
    #[arg(long, value_name = "FILE", env = "FRONTDESK_BIN", default_value = "target/debug/frontdesk")]
    pub program: PathBuf,

    /// How many seeds each fault is checked with
    #[arg(long, value_name = "COUNT", env = "LOADTEST_SEEDS", default_value_t = 5)]
    pub seeds: u64,

    /// Only these faults
    #[arg(long, value_name = "FAULT", env = "LOADTEST_ONLY", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Messages of each check
    #[arg(long, value_name = "COUNT", env = "LOADTEST_MESSAGES", default_value_t = 20_000)]
    pub messages: usize,

    /// Kills of each check
    #[arg(long, value_name = "COUNT", env = "LOADTEST_KILLS", default_value_t = 20)]
    pub kills: usize,
}

/// Checks each fault with each seed; whether all were caught.
///
/// # Errors
/// When a check cannot be run.
pub async fn run(args: ProveArgs) -> Result<bool> {
    let directory = tempfile::tempdir()?;
    let is_embedded = args.database.database == DatabaseKind::Embedded;
    let mut all_caught = true;
    println!("| fault | caught | found as |\n|---|---|---|");
    for fault in
        FAULTS.iter().filter(|fault| args.only.is_empty() || args.only.iter().any(|only| only == *fault))
    {
        if is_embedded && NEEDS_NODES.contains(fault) {
            println!("| `{fault}` | cannot happen with one node | |");
            continue;
        }
        let (mut caught, mut found_as) = (0, Vec::new());
        for seed in 1..=args.seeds {
            let classes = check(&args, fault, seed, &directory.path().join("report.json")).await?;
            caught += u64::from(!classes.is_empty());
            found_as.extend(classes);
        }
        found_as.sort();
        found_as.dedup();
        println!("| `{fault}` | {caught} of {} | {} |", args.seeds, found_as.join(", "));
        all_caught &= caught == args.seeds;
    }
    Ok(all_caught)
}

/// One check of a program that commits this fault; gives the classes of what was found.
async fn check(args: &ProveArgs, fault: &str, seed: u64, report: &Path) -> Result<Vec<String>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["check", "--seed", &seed.to_string(), "--messages", &args.messages.to_string()]);
    command.args(["--kills", &args.kills.to_string()]).arg("--report").arg(report);
    command.arg("--program").arg(&args.program).env("FRONTDESK_DELIBERATE_FAULT", fault);
    command.arg("--database").arg(match args.database.database {
        DatabaseKind::Embedded => "embedded",
        DatabaseKind::Postgres => "postgres",
    });
    for (flag, url) in
        [("--database-url", &args.database.database_url), ("--redis-url", &args.database.redis_url)]
    {
        if let Some(url) = url {
            command.args([flag, url.as_str()]);
        }
    }
    let output = command.kill_on_drop(true).output().await.context("cannot run the check")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    let Ok(written) = std::fs::read(report) else {
        bail!("no report with {fault}, seed {seed}: {complaint}")
    };
    std::fs::remove_file(report)?;
    let report: Value = serde_json::from_slice(&written)?;
    let found = report["anomalies"].as_object().context("a report without anomalies")?;
    Ok(found.keys().cloned().collect())
}
