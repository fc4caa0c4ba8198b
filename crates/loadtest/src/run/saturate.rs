//! Closed loop: both sides of each conversation keep a few messages under way, as fast as they are answered.

use super::RunArgs;
use super::fleet::{Fleet, Pair, open};
use super::relay::Relay;
use super::table::{Table, median};
use crate::history::Body;
use crate::random;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use rand::rngs::StdRng;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Before it is counted, everything warms up.
const WARM_UP: Duration = Duration::from_secs(2);

/// Measures the program, then the relay with the same sockets, text and window.
///
/// # Errors
/// When a socket is refused or ends.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (mut delivered, mut relayed) = (Vec::new(), Vec::new());
    for run in 0..args.runs {
        let pairs = fleet.pairs(args.conversations).await?;
        delivered.push(saturate(args, &pairs, run).await?);
        let relay = Relay::start().await?;
        let anybody = ("nobody".to_owned(), relay.address);
        let pairs: Vec<Pair> = pairs
            .into_iter()
            .map(|pair| Pair { customer: anybody.clone(), agent: anybody.clone(), ..pair })
            .collect();
        relayed.push(saturate(args, &pairs, run).await?);
    }
    let what = format!("{} conversations, {} under way on each side", args.conversations, args.window);
    let ratio = median(&delivered) / median(&relayed);
    table.add(format!("bare relay: {what}"), "messages/s", relayed, "stores nothing");
    table.add(
        format!("delivered, durable: {what}"),
        "messages/s",
        delivered,
        format!("{ratio:.2} of the relay"),
    );
    Ok(())
}

/// Messages per second that reached the other side.
async fn saturate(args: &RunArgs, pairs: &[Pair], run: u8) -> Result<f64> {
    let delivered = Arc::new(AtomicU64::new(0));
    let mut talkers = tokio::task::JoinSet::new();
    let sockets = try_join_all(pairs.iter().enumerate().map(|(number, pair)| async move {
        let customer = open(&pair.customer, pair.conversation, 1, number).await?;
        let agent = open(&pair.agent, pair.conversation, 1, number).await?;
        anyhow::Ok([customer, agent])
    }));
    for (number, socket) in sockets.await?.into_iter().flatten().enumerate() {
        let rng = random::source(u64::from(run), "talker", number);
        talkers.spawn(talk(socket, args.window, rng, Arc::clone(&delivered)));
    }
    let measured = async {
        tokio::time::sleep(WARM_UP).await;
        let (before, began) = (delivered.load(Ordering::Relaxed), Instant::now());
        tokio::time::sleep(args.measures()).await;
        let count = delivered.load(Ordering::Relaxed) - before;
        #[expect(clippy::cast_precision_loss, reason = "no run delivers 2^52 messages")]
        let count = count as f64;
        count / began.elapsed().as_secs_f64()
    };
    tokio::select! {
        rate = measured => Ok(rate),
        Some(ended) = talkers.join_next() => Err(ended?.err().context("a talker ended")?),
    }
}

/// One side: sends a message for each that is acknowledged, and counts what the other side sent.
async fn talk(mut socket: Socket, window: usize, mut rng: StdRng, delivered: Arc<AtomicU64>) -> Result<()> {
    let mut own = HashSet::new();
    for _ in 0..window {
        own.insert(send(&mut socket, &mut rng).await?);
    }
    loop {
        match socket.next().await.context("the server ended a socket")? {
            ServerFrame::Ack { .. } => {
                own.insert(send(&mut socket, &mut rng).await?);
            }
            ServerFrame::Message { message } if !own.remove(&message.client_id) => {
                delivered.fetch_add(1, Ordering::Relaxed);
            }
            ServerFrame::Rejected { code, .. } => anyhow::bail!("rejected: {code}"),
            _ => {}
        }
    }
}

async fn send(socket: &mut Socket, rng: &mut StdRng) -> Result<Uuid> {
    let client_id = random::client_id(rng);
    let text = Body::original(client_id);
    socket.send(&json!({"type": "send", "client_id": client_id, "text": text})).await?;
    Ok(client_id)
}
