//! `loadtest check`: people talk while the program is killed and cut off; afterwards everything they were promised is
//! compared with what they saw and with what is there.

mod chronicle;
mod contents;
mod customer;
mod desk;
mod faults;
mod follower;
mod pen;
mod reader;
mod report;
mod stage;
mod world;

use crate::cluster::{Database, DatabaseArgs};
use crate::history::{self, Conversation, History};
use crate::proxy::Proxy;
use crate::random;
use anyhow::{Context, Result, ensure};
use chronicle::Tally;
use clap::{Args, ValueEnum};
use faults::{Breaker, Fault, Rig};
use follower::Target;
use futures_util::future::{join_all, try_join_all};
use report::{Counts, Report};
use stage::{Followers, Scene};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use world::World;

/// How long, beside the longest fault, nothing at all may be acknowledged before the run gives up on the program.
const STUCK_AFTER: Duration = Duration::from_secs(120);
/// How long those who write may take, after the last fault, until everything sent has an answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
/// How long what is written and looked at afterwards may take.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(300);
/// How often the run says how far it is.
const SAYS_EVERY: Duration = Duration::from_secs(30);
/// How long readers may take, after the last write, to see everything (D6).
const SEEN_WITHIN: Duration = Duration::from_secs(10);
/// Messages and kills of the long form.
const LONG: (usize, usize) = (1_000_000, 500);

/// Check that nothing is lost, doubled, reordered or made up, and that nobody is refused or let in wrongly, while the
/// program is killed, stopped and cut off
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// The program to check
    #[arg(long, value_name = "FILE", env = "FRONTDESK_BIN", default_value = "target/debug/frontdesk")]
    pub program: PathBuf,

    /// How many nodes share the database [default: 1 embedded, 2 on PostgreSQL]
    #[arg(long, value_name = "COUNT", env = "LOADTEST_NODES")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=9))]
    pub nodes: Option<u8>,

    /// From it follows all chance: who does what, and what is broken when
    #[arg(long, value_name = "NUMBER", env = "LOADTEST_SEED", default_value_t = 1)]
    pub seed: u64,

    /// Go on until so many messages and notes are acknowledged …
    #[arg(long, value_name = "COUNT", env = "LOADTEST_MESSAGES", default_value_t = 20_000)]
    pub messages: usize,

    /// … and so many nodes were killed
    #[arg(long, value_name = "COUNT", env = "LOADTEST_KILLS", default_value_t = 20)]
    pub kills: usize,

    /// 1,000,000 messages and 500 kills
    #[arg(long, env = "LOADTEST_LONG", conflicts_with_all = ["messages", "kills"])]
    pub long: bool,

    /// How many conversations go on at once
    #[arg(long, value_name = "COUNT", env = "LOADTEST_CONVERSATIONS", default_value_t = 16)]
    pub conversations: usize,

    /// On PostgreSQL: start one and a Redis for this run alone, which then may be broken, too
    #[arg(long, env = "LOADTEST_SERVICES")]
    pub services: bool,

    /// What may be broken, as far as it is there
    #[arg(long, value_name = "KIND", env = "LOADTEST_FAULT", value_enum, value_delimiter = ',')]
    #[arg(default_values_t = Fault::value_variants().to_vec())]
    pub fault: Vec<Fault>,

    /// The longest a node or the Redis is stopped, in milliseconds
    #[arg(long, value_name = "MS", env = "LOADTEST_LONGEST_STOP", default_value_t = 2000)]
    pub longest_stop: u64,

    /// libfaketime (Debian package faketime: /usr/lib/*/faketime/libfaketimeMT.so.1), to have clocks jump: those of the
    /// nodes, and with --services that of PostgreSQL, which decides claims
    #[arg(long, value_name = "FILE", env = "LOADTEST_FAKETIME")]
    pub faketime: Option<PathBuf>,

    /// Write the result as JSON, too
    #[arg(long, value_name = "FILE", env = "LOADTEST_REPORT")]
    pub report: Option<PathBuf>,
}

impl CheckArgs {
    /// How many messages and kills the run goes on for.
    fn goal(&self) -> (usize, usize) {
        let kills = if self.fault.contains(&Fault::Kill) { self.kills } else { 0 };
        if self.long { LONG } else { (self.messages, kills) }
    }
}

/// Runs the check; whether nothing is wrong.
///
/// # Errors
/// When the program or its database cannot be started, or the program does not come back.
pub async fn run(mut args: CheckArgs) -> Result<bool> {
    let directory = tempfile::Builder::new().prefix("loadtest-").tempdir_in("/var/tmp")?;
    let rig = stage::start_services(&mut args, directory.path()).await?;
    let database = Database::create(&args.database, directory.path()).await?;
    let outcome = check(&args, &database, directory.path(), rig).await;
    if !args.services {
        database.remove().await?;
    }
    let report = outcome.with_context(|| {
        let kept = directory.path().display().to_string();
        format!("the run could not be finished; the nodes' logs were in {kept}")
    });
    let is_clean = report.as_ref().is_ok_and(Report::is_clean);
    if !is_clean {
        let kept = directory.keep();
        eprintln!("The nodes' logs are in {}", kept.display());
    }
    let report = report?;
    println!("{report}");
    if let Some(file) = &args.report {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(is_clean)
}

async fn check(args: &CheckArgs, database: &Database, directory: &Path, mut rig: Rig) -> Result<Report> {
    stage::start(args, database, directory, &mut rig).await?;
    let world = Arc::new(stage::gather(args, database, &rig).await?);
    let tally = Arc::new(Tally::new());
    let mut scenes = Vec::new();
    for number in 0..args.conversations {
        scenes.push(Scene::open(&world, &tally, number).await?);
    }

    let longest_stop = Duration::from_millis(args.longest_stop);
    let mut breaker = Breaker::new(rig, &args.fault, longest_stop, random::source(args.seed, "faults", 0));
    let began = Instant::now();
    let (messages, kills) = args.goal();
    let mut progress = Progress { said: began, grown: began, acknowledged: 0 };
    while tally.acknowledged() < messages || breaker.kills() < kills {
        let is_ahead = breaker.kills() * messages > tally.acknowledged() * kills;
        breaker.break_something(is_ahead).await?;
        progress.look(tally.acknowledged(), breaker.kills(), longest_stop)?;
    }
    let seconds = began.elapsed().as_secs();
    eprintln!(
        "{} acknowledged, {} kills in {seconds} s; now what is there is compared",
        tally.acknowledged(),
        breaker.kills()
    );

    let buses = if args.fault.contains(&Fault::BusNet) { &breaker.rig.buses[..] } else { &[] };
    let conversations = settle(&world, scenes, buses).await?;
    let nodes = breaker.rig.nodes.len();
    for node in breaker.rig.nodes {
        node.stop().await?;
    }
    let micros = |took: &Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let restarts = breaker.done.restarts.iter().map(micros).collect();
    let gave_up = world.give_up.is_cancelled();
    let history = History { conversations, restarts, longest_fault: micros(&longest_stop), gave_up };
    eprintln!("everybody has handed in what they saw; now it is judged");
    Ok(Report {
        command: std::env::args().collect::<Vec<_>>().join(" "),
        seed: args.seed,
        database: format!("{:?}", args.database.database).to_lowercase(),
        nodes,
        seconds,
        counts: Counts::of(&history),
        slowest_restart_ms: Report::slowest(&breaker.done.restarts),
        faults: breaker.done,
        anomalies: history::judge(&history),
    })
}

/// How far a run is.
struct Progress {
    said: Instant,
    grown: Instant,
    acknowledged: usize,
}

impl Progress {
    /// Says now and then how far it is.
    ///
    /// # Errors
    /// When nothing was acknowledged for too long.
    fn look(&mut self, acknowledged: usize, kills: usize, longest_stop: Duration) -> Result<()> {
        if acknowledged > self.acknowledged {
            (self.acknowledged, self.grown) = (acknowledged, Instant::now());
        }
        let stuck = self.grown.elapsed();
        ensure!(stuck < STUCK_AFTER + longest_stop, "nothing was acknowledged for {} s", stuck.as_secs());
        if self.said.elapsed() >= SAYS_EVERY {
            self.said = Instant::now();
            eprintln!("{acknowledged} acknowledged, {kills} kills");
        }
        Ok(())
    }
}

/// Nothing is broken any more: waits for everybody, reads what is there, and closes the books.
async fn settle(world: &Arc<World>, mut scenes: Vec<Scene>, buses: &[Proxy]) -> Result<Vec<Conversation>> {
    world.stop.cancel();
    let settled = try_join_all(scenes.iter_mut().map(Scene::settle));
    let followers = answered(world, ANSWERED_WITHIN, settled).await?;
    let after_faults = read_contents(world, &scenes).await?;
    let mut followers = catch_up(followers, &after_faults, SEEN_WITHIN).await;
    // By now the nodes, too, have had the time to find each other again.
    if !buses.is_empty() {
        // Nothing else is said in a conversation that could heal what nobody was told of (D6).
        let words = faults::unheard(buses, join_all(scenes.iter().map(Scene::one_more_word)));
        answered(world, ANSWERED_WITHIN, words).await;
        let unheard = read_contents(world, &scenes).await?;
        followers = catch_up(followers, &unheard, SEEN_WITHIN).await;
    }
    let last_words = scenes.iter().zip(followers).map(|(scene, followers)| scene.last_words(followers));
    let followers = answered(world, LAST_WORDS_WITHIN, join_all(last_words)).await;
    let mut conversations = read_contents(world, &scenes).await?;
    for follower in catch_up(followers, &conversations, SEEN_WITHIN).await.into_iter().flatten() {
        follower.1.finish(true);
    }
    for (scene, conversation) in scenes.iter().zip(&mut conversations) {
        let records = scene.chronicle.take();
        (conversation.writes, conversation.claims, conversation.views) =
            (records.writes, records.claims, records.views);
    }
    Ok(conversations)
}

/// Lets those who wait for an answer wait for so long, and then give up: that is judged with the rest.
async fn answered<T>(world: &World, within: Duration, waiting: impl Future<Output = T>) -> T {
    let mut waiting = pin!(waiting);
    match timeout(within, &mut waiting).await {
        Ok(done) => done,
        Err(_) => {
            world.give_up.cancel();
            waiting.await
        }
    }
}

/// What is there now: as the customers read it on the first node and as agents do on the last.
async fn read_contents(world: &World, scenes: &[Scene]) -> Result<Vec<Conversation>> {
    let (first, last) = (world.nodes[0], world.nodes[world.nodes.len() - 1]);
    let mut conversations = Vec::new();
    for scene in scenes {
        let id = scene.chronicle.id;
        let owner = contents::read(world, first, &scene.customer, id, false).await?;
        let agent = contents::read(world, last, &scene.agent, id, true).await?;
        conversations.push(Conversation { id, owner, agent, ..Conversation::default() });
    }
    Ok(conversations)
}

/// Gives every view the time it may take to see everything that is there.
async fn catch_up(
    followers: Vec<Followers>,
    conversations: &[Conversation],
    within: Duration,
) -> Vec<Followers> {
    let scenes = followers.into_iter().zip(conversations).map(|(mut followers, conversation)| async move {
        let target = Target::new(&conversation.agent);
        join_all(followers.iter_mut().map(|(node, follower)| follower.catch_up(*node, &target, within)))
            .await;
        followers
    });
    join_all(scenes).await
}
