//! What it costs that many agents look at lists while much is written: how long their renewals take, and the messages.

use super::RunArgs;
use super::fleet::Fleet;
use super::rate::talk_at_rate;
use super::table::{Table, millis, quantile, sorted};
use crate::rest::Rest;
use crate::socket::Socket;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{Instant as Moment, sleep_until};
use tokio_util::sync::CancellationToken;

/// What the agents look at, in turn.
const LOOKED_AT: [&str; 4] = ["", "holder=me", "status=all", ""];
/// How often a page renews its list at most, and how long it waits for more to change.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
const SETTLES: Duration = Duration::from_millis(50);

/// Measures messages at a fixed rate without and with agents who look on, and the renewals of their lists.
///
/// # Errors
/// When the server refuses, or a message does not arrive.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (mut without, mut with, mut renewals, mut each_second) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for run in 0..args.runs {
        let pairs = fleet.pairs(args.conversations).await?;
        without.push(super::rate::millis(talk_at_rate(args, &pairs, run).await?.value_at_quantile(0.99)));

        let stop = CancellationToken::new();
        let mut watchers = JoinSet::new();
        for number in 0..args.watchers {
            let (token, node) = fleet.agent(number);
            let query = LOOKED_AT[number % LOOKED_AT.len()];
            watchers.spawn(watch(fleet.rest.clone(), node, token, query, stop.clone()));
        }
        let pairs = fleet.pairs(args.conversations).await?;
        let (began, latencies) = (Instant::now(), talk_at_rate(args, &pairs, run + args.runs).await?);
        stop.cancel();
        let seconds = began.elapsed().as_secs_f64();
        with.push(super::rate::millis(latencies.value_at_quantile(0.99)));
        let mut took = Vec::new();
        while let Some(watched) = watchers.join_next().await {
            took.extend(watched??);
        }
        each_second.push(f64::from(u32::try_from(took.len())?) / seconds);
        renewals.push(sorted(took));
    }
    let of = |share: f64| renewals.iter().map(|took| quantile(took, share)).collect::<Vec<_>>();
    let (rate, watchers) = (args.rate, args.watchers);
    table.add(format!("send → other side, {rate} messages/s, nobody looking on, p99"), "ms", without, "");
    table.add(format!("… {watchers} agents looking on, p99"), "ms", with, "");
    table.add(format!("renewals of {watchers} agents' lists"), "/s", each_second, "");
    table.add("… p50", "ms", of(0.5), "");
    table.add("… p95", "ms", of(0.95), "");
    Ok(())
}

/// Renews a list as the inbox's page does; how long each renewal took, in milliseconds.
async fn watch(
    rest: Rest,
    node: SocketAddr,
    token: String,
    query: &'static str,
    stop: CancellationToken,
) -> Result<Vec<f64>> {
    let mut socket = Socket::open(node, None, "/ws/agent/", &token).await?;
    let (mut took, mut renewed_at, mut due) = (Vec::new(), Moment::now(), None);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(took),
            frame = socket.next() => {
                frame.context("the server ended an inbox")?;
                due.get_or_insert_with(|| (renewed_at + AT_MOST_EVERY).max(Moment::now() + SETTLES));
            }
            () = sleep_until(due.unwrap_or_else(Moment::now)), if due.is_some() => {
                (due, renewed_at) = (None, Moment::now());
                rest.page(node, &token, &format!("/support/agent/list/?{query}")).await?;
                took.push(millis(renewed_at.elapsed()));
            }
        }
    }
}
