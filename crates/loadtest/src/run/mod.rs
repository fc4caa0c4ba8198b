//! `loadtest run`: how fast and how small the program is, beside yardsticks measured in the same run.

mod fleet;
mod full_scan;
mod idle;
mod import;
mod lists;
mod never_read;
mod questions;
mod rate;
pub mod relay;
mod saturate;
mod search;
mod single;
mod storage;
mod storm;
mod table;
mod watched;

use crate::cluster::{Database, DatabaseArgs};
use crate::generate::{self, Amount};
use anyhow::Result;
use clap::{Args, ValueEnum};
use fleet::Fleet;
use std::path::PathBuf;
use std::time::Duration;
use table::Table;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Messages per second when everybody sends as fast as they are answered, beside a relay that stores nothing
    Saturate,
    /// From the moment a message was to be sent until it is on the other side's screen, at a fixed rate
    Rate,
    /// One message at a time while nothing else happens: until it is acknowledged, and until the other side has it
    Single,
    /// Resident memory per idle socket
    Idle,
    /// How long until all clients are back after the program was killed
    Storm,
    /// D5: how long messages take beside a busy conversation, and while 100 clients of that one never read
    NeverRead,
    /// What the database itself does: rows in batches, and one row per commit
    Storage,
    /// Old messages from a CSV file, by the program's own command
    Import,
    /// The inbox as a page with facets and as JSON without, by what is listed, among conversations made beforehand
    Lists,
    /// Messages at a fixed rate while many agents look at lists, and the renewals of these
    Watched,
    /// Searches with facets, by what is searched for, among conversations made beforehand
    Search,
}

/// Measure how fast and how small the program is, beside yardsticks measured in the same run
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// What to measure, in this order; everything when none is named
    #[arg(value_enum, env = "LOADTEST_MODES", value_delimiter = ',')]
    pub modes: Vec<Mode>,

    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// The program to measure
    #[arg(long, value_name = "FILE", env = "FRONTDESK_BIN", default_value = "target/release/frontdesk")]
    pub program: PathBuf,

    /// How many nodes share the database; customer and agent of a conversation are on different ones
    #[arg(long, value_name = "COUNT", env = "LOADTEST_NODES", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=9))]
    pub nodes: u8,

    /// How often each is measured; the median counts
    #[arg(long, value_name = "COUNT", env = "LOADTEST_RUNS", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..))]
    pub runs: u8,

    /// How long each measurement takes, in seconds
    #[arg(long, value_name = "SECONDS", env = "LOADTEST_SECONDS", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,

    /// saturate, rate, never-read, watched: how many conversations are talked in, each by a customer and an agent
    #[arg(long, value_name = "COUNT", env = "LOADTEST_CONVERSATIONS", default_value_t = 200)]
    pub conversations: usize,

    /// saturate: how many messages each side has under way
    #[arg(long, value_name = "COUNT", env = "LOADTEST_WINDOW", default_value_t = 4)]
    pub window: usize,

    /// rate, never-read, watched: messages per second
    #[arg(long, value_name = "COUNT", env = "LOADTEST_RATE", default_value_t = 1000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub rate: u64,

    /// rate: how many sockets are open, most of them idle
    #[arg(long, value_name = "COUNT", env = "LOADTEST_SOCKETS", default_value_t = 5000)]
    pub sockets: usize,

    /// idle, storm: how many clients are connected
    #[arg(long, value_name = "COUNT", env = "LOADTEST_CLIENTS", default_value_t = 10_000)]
    pub clients: usize,

    /// storage: rows per batch
    #[arg(long, value_name = "COUNT", env = "LOADTEST_BATCH", default_value_t = 200)]
    pub batch: usize,

    /// import: how many messages; lists, watched, search: how many there are
    #[arg(long, value_name = "COUNT", env = "LOADTEST_MESSAGES", default_value_t = 1_000_000)]
    pub messages: usize,

    /// lists, search: how many requests of each kind
    #[arg(long, value_name = "COUNT", env = "LOADTEST_QUESTIONS", default_value_t = 240)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    pub questions: u16,

    /// lists, watched, search: a data directory, or with `--database postgres` a URL, which `generate` filled before; what is measured
    /// stays in it
    #[arg(long, value_name = "DIR|URL", env = "LOADTEST_FILLED")]
    pub filled: Option<String>,

    /// watched: how many agents look at lists
    #[arg(long, value_name = "COUNT", env = "LOADTEST_WATCHERS", default_value_t = 200)]
    pub watchers: usize,
}

impl RunArgs {
    fn measures(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Measures and prints the table.
///
/// # Errors
/// When the program or its database cannot be started, or a client is refused.
pub async fn run(args: RunArgs) -> Result<bool> {
    let all = [
        Mode::Storage,
        Mode::Saturate,
        Mode::Rate,
        Mode::Single,
        Mode::NeverRead,
        Mode::Idle,
        Mode::Storm,
        Mode::Import,
        Mode::Lists,
        Mode::Watched,
        Mode::Search,
    ];
    let modes = if args.modes.is_empty() { &all[..] } else { &args.modes };
    let mut table = Table::new(args.database.database.name());
    for mode in modes {
        measure(&args, *mode, &mut table).await?;
    }
    println!("{table}");
    Ok(true)
}

/// One mode, on a fresh database.
async fn measure(args: &RunArgs, mode: Mode, table: &mut Table) -> Result<()> {
    let directory = tempfile::Builder::new().prefix("loadtest-").tempdir_in("/var/tmp")?;
    let database = Database::create(&args.database, directory.path()).await?;
    let measured = async {
        match mode {
            Mode::Storage => return storage::measure(args, &database, directory.path(), table).await,
            Mode::Import => return import::measure(args, &database, directory.path(), table).await,
            _ => {}
        }
        let database = match mode {
            Mode::Lists | Mode::Watched | Mode::Search => filled(args, &database).await?,
            _ => database.clone(),
        };
        let mut fleet = Fleet::start(args, &database, directory.path()).await?;
        match mode {
            Mode::Saturate => saturate::measure(args, &fleet, table).await?,
            Mode::Rate => rate::measure(args, &fleet, table).await?,
            Mode::Single => single::measure(args, &fleet, table).await?,
            Mode::NeverRead => never_read::measure(args, &fleet, table).await?,
            Mode::Idle => idle::measure(args, &fleet, table).await?,
            Mode::Lists => lists::measure(args, &fleet, table).await?,
            Mode::Watched => watched::measure(args, &fleet, table).await?,
            Mode::Search => {
                search::measure(args, &mut fleet, table).await?;
                full_scan::measure(args, &database, table).await?;
            }
            Mode::Storm | Mode::Storage | Mode::Import => storm::measure(args, &mut fleet, table).await?,
        }
        fleet.stop().await
    };
    let measured = measured.await;
    database.remove().await?;
    measured
}

/// A database with made-up conversations: one that is there, or this one once it is filled.
async fn filled(args: &RunArgs, database: &Database) -> Result<Database> {
    if let Some(filled) = &args.filled {
        return Database::existing(args.database.database, filled);
    }
    let conversations = (args.messages / 10).max(1);
    let amount = Amount { messages: args.messages, conversations, customers: (conversations / 3).max(1) };
    generate::fill(&database.config(), amount, 1).await?;
    Ok(database.clone())
}
