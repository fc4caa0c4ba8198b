//! Reconnect storm: the server is killed under all its clients, who come back by themselves, and miss nothing.

use super::RunArgs;
use super::fleet::{Fleet, Pair, open, open_idle};
use super::table::Table;
use crate::history::Body;
use crate::random;
use crate::rest::{Reply, Rest};
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Clients wait `random(0, min(cap, base·2ⁿ))` before they try again, as the contract says (D7).
const BASE: Duration = Duration::from_millis(500);
const CAP: Duration = Duration::from_secs(30);
/// One in so many gets a message while it is away.
const MISSES: usize = 20;
/// After this long it counts as lost.
const ARRIVES_WITHIN: Duration = Duration::from_secs(60);

/// Kills the first node; measures until the last of its clients is back and has what it missed.
///
/// # Errors
/// When a client does not come back, or misses a message.
pub async fn measure(args: &RunArgs, fleet: &mut Fleet, table: &mut Table) -> Result<()> {
    let pairs = fleet.pairs(args.clients * fleet.nodes.len()).await?;
    let first = fleet.nodes[0].address();
    let pairs: Vec<Pair> = pairs.into_iter().filter(|pair| pair.customer.1 == first).collect();
    let (mut ready, mut back) = (Vec::new(), Vec::new());
    // Each run adds a message to some of the conversations.
    for (have, run) in (1..).zip(0..args.runs) {
        let sockets = open_idle(&pairs).await?;
        let began = Instant::now();
        let clients = sockets
            .into_iter()
            .zip(&pairs)
            .enumerate()
            .map(|(number, (socket, pair))| come_back(socket, pair.clone(), number, have, run));
        let clients: Vec<_> = clients.map(tokio::spawn).collect();
        ready.push(fleet.nodes[0].kill_and_restart().await?.as_secs_f64());
        write_to_some(&fleet.rest, &pairs, run).await?;
        for client in try_join_all(clients).await? {
            client?;
        }
        back.push(began.elapsed().as_secs_f64());
    }
    table.add("SIGKILL until ready again", "s", ready, "");
    let what = format!("{} clients reconnect and resume after SIGKILL", pairs.len());
    table.add(what, "s", back, "the last of them, none lost");
    Ok(())
}

/// Waits for the end of the connection, then for the next one, and for what was missed.
async fn come_back(mut socket: Socket, pair: Pair, number: usize, have: u32, run: u8) -> Result<()> {
    while socket.next().await.is_some() {}
    let mut rng = random::source(u64::from(run), "storm", number);
    let mut longest = BASE;
    let mut socket = loop {
        tokio::time::sleep(random::up_to(&mut rng, longest)).await;
        match open(&pair.customer, pair.conversation, have, number).await {
            Ok(socket) => break socket,
            Err(_) => longest = (longest * 2).min(CAP),
        }
    };
    if !number.is_multiple_of(MISSES) {
        return Ok(());
    }
    let arrival = async {
        loop {
            match socket.next().await.context("a socket ended again")? {
                ServerFrame::Message { message } if message.seq == have + 1 => return Ok(()),
                ServerFrame::Message { message } => bail!("message {} after {have}", message.seq),
                _ => {}
            }
        }
    };
    timeout(ARRIVES_WITHIN, arrival).await.context("a message was lost")?
}

/// While they come back, some customers write from elsewhere.
async fn write_to_some(rest: &Rest, pairs: &[Pair], run: u8) -> Result<()> {
    for (number, pair) in pairs.iter().enumerate().step_by(MISSES) {
        let (token, server) = &pair.customer;
        let client_id = random::client_id(&mut random::source(u64::from(run), "missed", number));
        let body = json!({"client_id": client_id, "text": Body::original(client_id)});
        let path = format!("/conversations/{}/messages", pair.conversation);
        while let Reply::Lost = rest.call(*server, Some(token), Method::POST, &path, Some(&body)).await {
            tokio::time::sleep(BASE).await;
        }
    }
    Ok(())
}
