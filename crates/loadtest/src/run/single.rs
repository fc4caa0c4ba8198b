//! One message at a time on a system that does nothing else: what a commit costs, and all around it.

use super::RunArgs;
use super::fleet::{Fleet, open};
use super::table::{Table, median, millis, quantile, sorted};
use crate::history::Body;
use crate::random;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::time::Instant;

/// The first ones find nothing prepared.
const WARM_UP: usize = 50;

/// Measures how long a message takes until it is acknowledged, and until the other side has it.
///
/// # Errors
/// When a message is refused or a socket ends.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (mut acks, mut deliveries, mut slow) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..args.runs {
        let (acked, delivered) = talk(args, fleet, run).await?;
        acks.push(median(&acked));
        deliveries.push(median(&delivered));
        slow.push(quantile(&sorted(acked), 0.99));
    }
    table.add("one message at a time: send → ack, p50", "ms", acks, format!("p99 {:.2} ms", median(&slow)));
    table.add("… send → other side, p50", "ms", deliveries, "");
    Ok(())
}

/// In milliseconds, of each message.
async fn talk(args: &RunArgs, fleet: &Fleet, run: u8) -> Result<(Vec<f64>, Vec<f64>)> {
    let pair = fleet.pairs(1).await?.pop().context("no conversation")?;
    let mut customer = open(&pair.customer, pair.conversation, 1, 0).await?;
    let mut agent = open(&pair.agent, pair.conversation, 1, 1).await?;
    let mut rng = random::source(run.into(), "single", 0);
    let (mut acked, mut delivered, ends) = (Vec::new(), Vec::new(), Instant::now() + args.measures());
    while Instant::now() < ends {
        let client_id = random::client_id(&mut rng);
        let send = json!({"type": "send", "client_id": client_id, "text": Body::original(client_id)});
        let began = Instant::now();
        customer.send(&send).await?;
        let (ack, delivery) = tokio::try_join!(
            until(&mut customer, began, |frame| matches!(frame, ServerFrame::Ack { .. })),
            until(&mut agent, began, |frame| {
                matches!(frame, ServerFrame::Message { message } if message.client_id == client_id)
            }),
        )?;
        acked.push(ack);
        delivered.push(delivery);
    }
    if acked.len() <= WARM_UP {
        bail!("only {} messages in {:?}", acked.len(), args.measures());
    }
    Ok((acked.split_off(WARM_UP), delivered.split_off(WARM_UP)))
}

/// How long after a moment this comes.
async fn until(socket: &mut Socket, began: Instant, is_it: impl Fn(&ServerFrame) -> bool) -> Result<f64> {
    loop {
        let frame = socket.next().await.context("the server ended a socket")?;
        if let ServerFrame::Rejected { code, .. } = &frame {
            bail!("rejected: {code}");
        }
        if is_it(&frame) {
            return Ok(millis(began.elapsed()));
        }
    }
}
