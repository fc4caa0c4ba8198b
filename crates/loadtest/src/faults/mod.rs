//! `loadtest faults`: one fault at a time, each with what must hold while it lasts.

mod disk;
mod durability;
mod ledger;
mod pauses;
mod races;
mod stage;
mod strace;
mod trace;
mod volume;

use crate::cluster::{DatabaseArgs, DatabaseKind};
use anyhow::Result;
use clap::{Args, ValueEnum};
use disk::Failure;
use std::path::PathBuf;

/// A fault, and the rule that must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// D1: under a trace of system calls, a sync of the database ends between a message's coming and its ack; with every
    /// sync delayed by 200 ms no ack comes earlier
    Durability,
    /// D1: syncing fails (EIO): refused, told, mended without a restart, reading goes on
    FailingSync,
    /// D1: writing fails (EIO): the same
    FailingWrite,
    /// D1: the disk is full (ENOSPC): the same
    FullDisk,
    /// C1: agents on different nodes claim at the same moment; one gets it
    Races,
    /// C2: a node is stopped past its agents' leases; what they wrote meanwhile is refused
    Pauses,
}

/// Try out one fault after the other and see that what must hold holds
#[derive(Debug, Clone, Args)]
pub struct FaultsArgs {
    /// Which, in this order; all that the database allows when none is named
    #[arg(value_enum, env = "LOADTEST_FAULTS", value_delimiter = ',')]
    pub faults: Vec<Fault>,

    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// The program to try
    #[arg(long, value_name = "FILE", env = "FRONTDESK_BIN", default_value = "target/debug/frontdesk")]
    pub program: PathBuf,

    /// From it follows all chance
    #[arg(long, value_name = "NUMBER", env = "LOADTEST_SEED", default_value_t = 1)]
    pub seed: u64,

    /// races: how many
    #[arg(long, value_name = "COUNT", env = "LOADTEST_RACES", default_value_t = 100_000)]
    pub races: usize,

    /// pauses: how many
    #[arg(long, value_name = "COUNT", env = "LOADTEST_PAUSES", default_value_t = 1000)]
    pub pauses: usize,
}

impl FaultsArgs {
    /// How many nodes can share the database: two, or the one that the embedded one has.
    fn nodes(&self) -> u8 {
        if self.database.database == DatabaseKind::Postgres { 2 } else { 1 }
    }

    fn chosen(&self) -> Vec<Fault> {
        let is_possible = |fault: &Fault| *fault != Fault::Pauses || self.nodes() > 1;
        if self.faults.is_empty() {
            return Fault::value_variants().iter().copied().filter(is_possible).collect();
        }
        self.faults.clone()
    }
}

/// What was found while a fault lasted.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What was measured, in words.
    said: Vec<String>,
    /// What should not have been.
    found: Vec<String>,
}

/// Of what was found so much is printed.
const EXAMPLES: usize = 5;

impl Verdict {
    /// Something to report.
    fn say(&mut self, what: impl Into<String>) {
        self.said.push(what.into());
    }

    /// Broken promises.
    fn find(&mut self, faults: impl IntoIterator<Item = String>) {
        self.found.extend(faults);
    }
}

/// Tries each; whether everything held.
///
/// # Errors
/// When a fault cannot be tried: the program does not start, or something is missing that breaks things.
pub async fn run(args: FaultsArgs) -> Result<bool> {
    let mut all_held = true;
    for fault in args.chosen() {
        let mut verdict = Verdict::default();
        match fault {
            Fault::Durability => durability::run(&args, &mut verdict).await?,
            Fault::FailingSync => disk::run(&args, Failure::Sync, &mut verdict).await?,
            Fault::FailingWrite => disk::run(&args, Failure::Write, &mut verdict).await?,
            Fault::FullDisk => disk::run(&args, Failure::Full, &mut verdict).await?,
            Fault::Races => races::run(&args, &mut verdict).await?,
            Fault::Pauses => pauses::run(&args, &mut verdict).await?,
        }
        let name = fault.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        println!("{name}, {}:", args.database.database.name());
        verdict.said.iter().for_each(|what| println!("  {what}"));
        verdict.found.iter().take(EXAMPLES).for_each(|what| println!("  WRONG: {what}"));
        println!("{} anomalies", verdict.found.len());
        all_held &= verdict.found.is_empty();
    }
    Ok(all_held)
}
