//! The disk is watched and slowed: no message is acknowledged, or shown to anybody, before it is on it (D1).

use super::ledger::{Answer, Ledger};
use super::stage::{Stage, scratch};
use super::strace::{Strace, family};
use super::trace::{CALLS, Trace};
use super::{FaultsArgs, Verdict};
use crate::history::Body;
use crate::random;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use rustix::process::Pid;
use serde_json::json;
use std::time::{Duration, Instant};

/// Messages that are traced, by each of REST and socket.
const TRACED: usize = 10;
/// How long every call that synchronises a file is made to take, longer than it would.
const DELAY: Duration = Duration::from_millis(200);
/// Conversations that send at once while the disk is slow, so that they share commits, and how much each sends.
const AT_ONCE: usize = 8;
const EACH: usize = 5;

/// Traces messages, then slows the disk.
///
/// # Errors
/// When the program does not start, or cannot be traced.
pub async fn run(args: &FaultsArgs, verdict: &mut Verdict) -> Result<()> {
    let files = scratch()?;
    let stage = Stage::own(args, files.path()).await?;
    let mut ledgers = Vec::new();
    for number in 0..AT_ONCE {
        ledgers.push(Ledger::open(&stage, number).await?);
    }
    trace(&stage, &mut ledgers[0], verdict).await?;
    delay(&stage, &ledgers, verdict).await?;
    stage.end().await
}

/// The node, and PostgreSQL with all it has started.
fn processes(stage: &Stage) -> Result<Vec<Pid>> {
    let mut processes = vec![stage.nodes[0].pid()?];
    if let Some(postgres) = &stage.postgres {
        processes.extend(family(postgres.pid()?)?);
    }
    Ok(processes)
}

/// One message after the other is sent under a trace.
async fn trace(stage: &Stage, ledger: &mut Ledger, verdict: &mut Verdict) -> Result<()> {
    let (directory, mut socket) = (scratch()?, ledger.socket().await?);
    let _reader = ledger.socket().await?;
    let log = directory.path().join("trace");
    let log_name = log.to_str().context("no path")?;
    let strace =
        Strace::attach(&processes(stage)?, &["-y", "-s", "4096", "-e", CALLS, "-o", log_name]).await?;
    let mut sent = Vec::new();
    for _ in 0..TRACED {
        for (client_id, answer) in [ledger.send().await, ledger.send_over(&mut socket).await] {
            if !matches!(answer, Answer::Acknowledged(_)) {
                bail!("a message is not taken under a trace: {answer:?}");
            }
            sent.push(client_id);
        }
    }
    strace.detach().await?;
    let text = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    let trace = Trace::read(&text);
    let file = if stage.postgres.is_some() { "pg_wal" } else { "frontdesk.sqlite" };
    let early = sent.iter().filter_map(|id| trace.check(&id.to_string(), file).err());
    let early: Vec<String> = early.map(|error| error.to_string()).collect();
    verdict.say(format!(
        "{} messages traced, {} with a sync of {file} between coming and being shown",
        sent.len(),
        sent.len() - early.len()
    ));
    verdict.find(early);
    Ok(())
}

/// Several send at once while every sync takes longer.
async fn delay(stage: &Stage, ledgers: &[Ledger], verdict: &mut Verdict) -> Result<()> {
    let mut sockets = Vec::new();
    for ledger in ledgers {
        sockets.push(ledger.socket().await?);
    }
    let inject = format!("inject=fsync,fdatasync:delay_exit={}", DELAY.as_micros());
    let strace = Strace::attach(&processes(stage)?, &["-o", "/dev/null", "-e", &inject]).await?;
    let senders = sockets.into_iter().enumerate().map(|(number, socket)| time(socket, stage.seed(), number));
    let mut times = try_join_all(senders).await?.concat();
    strace.detach().await?;
    times.sort();
    let (Some(fastest), Some(slowest)) = (times.first(), times.last()) else { bail!("nothing was sent") };
    verdict.say(format!(
        "with every sync delayed by {} ms, {} acks and messages came after {} to {} ms",
        DELAY.as_millis(),
        times.len(),
        fastest.as_millis(),
        slowest.as_millis()
    ));
    let early = times.iter().filter(|took| **took < DELAY);
    verdict.find(early.map(|took| format!("shown after {} ms", took.as_millis())));
    Ok(())
}

/// Sends one message after the other; when each was acknowledged and when it was shown, from its sending.
async fn time(mut socket: Socket, seed: u64, number: usize) -> Result<Vec<Duration>> {
    let mut rng = random::source(seed, "delayed", number);
    let mut times = Vec::new();
    for _ in 0..EACH {
        let client_id = random::client_id(&mut rng);
        let began = Instant::now();
        socket
            .send(&json!({"type": "send", "client_id": client_id, "text": Body::original(client_id)}))
            .await?;
        let (mut is_acknowledged, mut is_shown) = (false, false);
        while !(is_acknowledged && is_shown) {
            match socket.next().await.context("the server ended a socket")? {
                ServerFrame::Ack { client_id: this, .. } if this == client_id => is_acknowledged = true,
                ServerFrame::Message { message } if message.client_id == client_id => is_shown = true,
                ServerFrame::Rejected { code, .. } => bail!("rejected: {code}"),
                _ => continue,
            }
            times.push(began.elapsed());
        }
    }
    Ok(times)
}
