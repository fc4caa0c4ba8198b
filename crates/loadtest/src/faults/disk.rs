//! The disk fails or fills up: nothing is acknowledged that is not on it, everybody is told, reading goes on, and it
//! mends itself when the disk does (D1, D8).

use super::ledger::{ANSWERED_WITHIN, Answer, Ledger};
use super::stage::{Stage, scratch};
use super::strace::{Strace, family};
use super::volume::Volume;
use super::{FaultsArgs, Verdict};
use crate::cluster::DatabaseKind;
use anyhow::{Context, Result};
use rustix::process::Pid;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// Messages before the fault, and after it.
const WELL: usize = 20;
/// Messages while it lasts, by each of REST and socket, at least, and at most until one is refused.
const ILL: usize = 10;
const UNTIL_REFUSED: usize = 2000;
/// How long it may take after the fault until messages are taken again.
const MENDS_WITHIN: Duration = Duration::from_secs(20);
/// How often that is tried.
const TRIES_EVERY: Duration = Duration::from_millis(100);

/// Which way the disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// What was written cannot be synchronised: EIO.
    Sync,
    /// Nothing can be written: EIO.
    Write,
    /// Nothing more fits: ENOSPC, on a small file system of the run's own.
    Full,
}

impl Failure {
    /// What strace is to do to the calls of the database.
    fn injection(self, database: DatabaseKind) -> &'static str {
        match (self, database) {
            (Self::Sync, _) => "inject=fsync,fdatasync:error=EIO",
            (Self::Write, DatabaseKind::Embedded) => "inject=pwrite64,pwritev2,ftruncate,fallocate:error=EIO",
            // A backend talks by other calls than it writes files with.
            (Self::Write, DatabaseKind::Postgres) => "inject=pwrite64,pwritev,pwritev2:error=EIO",
            (Self::Full, _) => unreachable!("a full disk is made, not injected"),
        }
    }
}

/// Breaks the disk, mends it, kills the node, and compares.
///
/// # Errors
/// When the program does not start or does not come back, or the disk cannot be broken.
pub async fn run(args: &FaultsArgs, failure: Failure, verdict: &mut Verdict) -> Result<()> {
    let files = scratch()?;
    let volume = match failure {
        Failure::Full => Some(Volume::mount(&files.path().join("volume"), args.database.database)?),
        Failure::Sync | Failure::Write => None,
    };
    let place = volume.as_ref().map_or(files.path(), Volume::path).to_owned();
    let mut stage = Stage::own(args, &place).await?;
    let mut ledger = Ledger::open(&stage, 0).await?;
    send(&mut ledger, WELL, verdict).await?;

    if let Some(volume) = &volume {
        volume.fill()?;
        endure(&mut ledger, &stage, verdict).await?;
        volume.empty()?;
    } else {
        let injection = failure.injection(args.database.database);
        let strace = Strace::attach(&keepers(&stage)?, &["-o", "/dev/null", "-e", injection]).await?;
        endure(&mut ledger, &stage, verdict).await?;
        strace.detach().await?;
    }
    mend(&mut ledger, &mut stage, verdict).await?;
    verdict.find(ledger.compare().await?);
    let took = stage.nodes[0].kill_and_restart().await?;
    verdict.find(ledger.compare().await?);
    verdict.find(stage.integrity().await?);
    verdict.say(format!(
        "{} acknowledged, all there also after a kill (ready again after {} ms)",
        ledger.acknowledged(),
        took.as_millis()
    ));
    stage.end().await
}

/// The processes that write the database's files.
fn keepers(stage: &Stage) -> Result<Vec<Pid>> {
    match &stage.postgres {
        Some(postgres) => family(postgres.pid()?),
        None => Ok(vec![stage.nodes[0].pid()?]),
    }
}

/// While nothing is wrong every message is taken.
async fn send(ledger: &mut Ledger, count: usize, verdict: &mut Verdict) -> Result<()> {
    let mut socket = ledger.socket().await?;
    for _ in 0..count / 2 {
        for (client_id, answer) in [ledger.send().await, ledger.send_over(&mut socket).await] {
            if !matches!(answer, Answer::Acknowledged(_)) {
                verdict.find([format!("{client_id}, sent while all is well, is answered {answer:?}")]);
            }
        }
    }
    Ok(())
}

/// While the disk is broken every message is answered, and what was acknowledged can be read.
async fn endure(ledger: &mut Ledger, stage: &Stage, verdict: &mut Verdict) -> Result<()> {
    let mut refusals: Vec<String> = Vec::new();
    let (mut tried, mut slowest) = (0, Duration::ZERO);
    let mut socket = ledger.socket().await.ok();
    while tried < ILL || (refusals.is_empty() && tried < UNTIL_REFUSED) {
        let began = Instant::now();
        let (client_id, answer) = match &mut socket {
            Some(socket) if tried % 2 == 1 => ledger.send_over(socket).await,
            _ => ledger.send().await,
        };
        slowest = slowest.max(began.elapsed());
        tried += 1;
        match answer {
            Answer::Acknowledged(_) => {}
            Answer::Refused(why) => {
                if why == "closed" {
                    socket = ledger.socket().await.ok();
                }
                refusals.push(why);
            }
            Answer::Silence => verdict.find([format!("{client_id} is never answered")]),
        }
    }
    let count = refusals.len();
    refusals.sort();
    refusals.dedup();
    verdict.say(format!(
        "{count} of {tried} refused: {}; the slowest answer took {} ms",
        refusals.join(", "),
        slowest.as_millis()
    ));
    if count == 0 {
        verdict.find(["nothing was refused: the disk was never felt".to_owned()]);
    }
    // PostgreSQL itself stops reading, too, when it cannot write; then its loss must be told at once.
    match timeout(ANSWERED_WITHIN, ledger.compare()).await {
        Ok(Ok(wrong)) => {
            verdict.say("meanwhile everything acknowledged could be read".to_owned());
            verdict.find(wrong);
        }
        Ok(Err(error)) if stage.postgres.is_some() => {
            verdict.say(format!("meanwhile reading was refused: {error}"));
        }
        Ok(Err(error)) => verdict.find([format!("meanwhile nothing can be read: {error}")]),
        Err(_) => verdict.find(["reading is never answered".to_owned()]),
    }
    Ok(())
}

/// The disk is well: without a restart messages are taken again, those refused before, too.
async fn mend(ledger: &mut Ledger, stage: &mut Stage, verdict: &mut Verdict) -> Result<()> {
    let began = Instant::now();
    if let Some(postgres) = &mut stage.postgres
        && postgres.revive().await?
    {
        verdict.say("PostgreSQL had ended and was started again".to_owned());
    }
    let mending = async {
        while !matches!(ledger.send().await.1, Answer::Acknowledged(_)) {
            sleep(TRIES_EVERY).await;
        }
    };
    timeout(MENDS_WITHIN, mending).await.context("the node does not mend itself")?;
    verdict.say(format!("taken again {} ms after the disk was well", began.elapsed().as_millis()));
    verdict.find(ledger.send_the_rest().await);
    send(ledger, WELL, verdict).await
}
