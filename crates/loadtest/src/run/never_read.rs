//! What others feel of clients that never read: one busy conversation is open in many sockets nobody reads from, and
//! the time messages take in all other conversations is measured without and with them (D5).

use super::RunArgs;
use super::fleet::{Fleet, Pair, open};
use super::rate::{millis, talk_at_rate};
use super::table::Table;
use crate::random;
use crate::socket::ServerFrame;
use anyhow::{Result, bail};
use serde_json::json;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Clients that never read.
const IDLERS: usize = 100;
/// How often something is sent that they do not read, and how long it is: enough to fill what waits for each of them
/// within seconds.
const EVERY: Duration = Duration::from_millis(4);
const LENGTH: usize = 1000;
/// The close code for who reads too slowly (`protocol.md`).
const TOO_SLOW: u16 = 4008;

/// Measures send → other side's screen without and with them.
///
/// # Errors
/// When a socket of somebody who reads is refused or ends, or a message does not arrive.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (mut before, mut during, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..args.runs {
        before.push(p99(args, fleet, 0, run).await?.0);
        let (p99, too_slow) = p99(args, fleet, IDLERS, run).await?;
        during.push(p99);
        closed.push(too_slow);
    }
    let what = format!("send → other side, {} messages/s, p99, beside a busy conversation", args.rate);
    table.add(what.clone(), "ms", before, "");
    table.add(
        format!("{what} that {IDLERS} clients never read"),
        "ms",
        during,
        format!("of those clients the server closed {closed:?}"),
    );
    Ok(())
}

/// The others' p99 in milliseconds while so many never read, and how many sockets were closed as too slow by then, in all
/// runs.
async fn p99(args: &RunArgs, fleet: &Fleet, idlers: usize, run: u8) -> Result<(f64, usize)> {
    let pairs = fleet.pairs(args.conversations).await?;
    let busy = fleet.pairs(1).await?.swap_remove(0);
    let mut sockets = Vec::new();
    for number in 0..idlers {
        let socket = open(&busy.customer, busy.conversation, 1, number).await?;
        socket.narrow()?;
        sockets.push(socket);
    }
    let stop = CancellationToken::new();
    let writer = tokio::spawn(write(busy, stop.clone()));
    let latencies = talk_at_rate(args, &pairs, run).await?;
    stop.cancel();
    writer.await??;
    let mut closed = 0;
    for node in &fleet.nodes {
        closed += node.closed_sockets(TOO_SLOW).await?;
    }
    drop(sockets);
    Ok((millis(latencies.value_at_quantile(0.99)), closed))
}

/// Writes into the busy conversation, and reads it, until told to stop.
async fn write(busy: Pair, stop: CancellationToken) -> Result<()> {
    let mut socket = open(&busy.customer, busy.conversation, 1, 0).await?;
    let mut rng = random::source(0, "busy", 0);
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {
                let text = "x".repeat(LENGTH);
                let client_id = random::client_id(&mut rng);
                socket.send(&json!({"type": "send", "client_id": client_id, "text": text})).await?;
            }
            frame = socket.next() => match frame {
                Some(ServerFrame::Rejected { code, .. }) => bail!("rejected: {code}"),
                Some(_) => {}
                None => bail!("the server ended a socket that is read"),
            },
        }
    }
}
