//! Open loop: messages leave at fixed moments, whatever became of those before. Latency counts from the moment a message
//! was to be sent, so that a server that holds its senders up is not measured by fewer messages.

use super::RunArgs;
use super::fleet::{Fleet, Pair, open, open_idle};
use super::table::Table;
use crate::random;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rustix::thread::{ClockId, Timespec, clock_nanosleep_relative};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// After the last message so long is waited for those under way.
const REST: Duration = Duration::from_secs(2);

/// Latencies in microseconds, and the moment all others are told from.
struct Stopwatch {
    began: Instant,
    latencies: Mutex<Histogram<u64>>,
}

/// Measures send → other side's screen.
///
/// # Errors
/// When a socket is refused or ends, or a message does not arrive.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let idle = fleet.pairs(args.sockets.saturating_sub(2 * args.conversations)).await?;
    let idle_sockets = open_idle(&idle).await?;
    let quantiles = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];
    let mut runs = [Vec::new(), Vec::new(), Vec::new()];
    for run in 0..args.runs {
        let pairs = fleet.pairs(args.conversations).await?;
        let latencies = talk_at_rate(args, &pairs, run).await?;
        for ((_, quantile), runs) in quantiles.iter().zip(&mut runs) {
            runs.push(millis(latencies.value_at_quantile(*quantile)));
        }
    }
    drop(idle_sockets);
    for ((name, _), runs) in quantiles.iter().zip(runs) {
        let what = format!("send → other side, {} messages/s, {} sockets, {name}", args.rate, args.sockets);
        table.add(what, "ms", runs, "from the intended moment");
    }
    Ok(())
}

/// Talks for as long as a measurement takes; how long each message took, in microseconds.
///
/// # Errors
/// When a socket is refused or ends, or a message does not arrive.
pub(super) async fn talk_at_rate(args: &RunArgs, pairs: &[Pair], run: u8) -> Result<Histogram<u64>> {
    let watch = Arc::new(Stopwatch { began: Instant::now(), latencies: Mutex::new(Histogram::new(3)?) });
    let (mut talkers, mut lines) = (JoinSet::new(), Vec::new());
    for (number, pair) in pairs.iter().enumerate() {
        let customer = open(&pair.customer, pair.conversation, 1, number).await?;
        let agent = open(&pair.agent, pair.conversation, 1, number).await?;
        for (side, socket) in [customer, agent].into_iter().enumerate() {
            let (line, moments) = mpsc::unbounded_channel();
            lines.push(line);
            let rng = random::source(u64::from(run), "talker", 2 * number + side);
            talkers.spawn(talk(socket, moments, rng, Arc::clone(&watch)));
        }
    }
    // People do not answer within a millisecond: the two sides of a conversation are not next to each other.
    lines.shuffle(&mut random::source(u64::from(run), "turns", 0));
    let count = args.rate * args.seconds;
    let (began, step) = (watch.began.elapsed() + REST, Duration::from_secs(1).div_f64(rate_of(args)));
    let pacer = tokio::task::spawn_blocking({
        let watch = Arc::clone(&watch);
        move || pace(&watch, began, step, count, &lines)
    });
    let done = async {
        pacer.await?;
        tokio::time::sleep(REST).await;
        anyhow::Ok(())
    };
    tokio::select! {
        done = done => done?,
        Some(ended) = talkers.join_next() => ended?.context("a talker ended")?,
    }
    talkers.shutdown().await;
    let latencies = watch.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone();
    anyhow::ensure!(latencies.len() == count, "{} of {count} messages arrived", latencies.len());
    Ok(latencies)
}

/// Tells each side in turn when to send. In a thread of its own, because the runtime's timer counts in milliseconds.
fn pace(
    watch: &Stopwatch,
    began: Duration,
    step: Duration,
    count: u64,
    lines: &[mpsc::UnboundedSender<Duration>],
) {
    let mut moment = began;
    for (_, line) in (0..count).zip(lines.iter().cycle()) {
        while let Some(left) = moment.checked_sub(watch.began.elapsed()) {
            let Ok(left) = Timespec::try_from(left) else { return };
            // A signal may wake it early; then it sleeps again.
            let _ = clock_nanosleep_relative(ClockId::Monotonic, &left);
        }
        let _ = line.send(moment);
        moment += step;
    }
}

/// One side: sends when told, and takes the time of what the other side sent.
async fn talk(
    mut socket: Socket,
    mut moments: mpsc::UnboundedReceiver<Duration>,
    mut rng: StdRng,
    watch: Arc<Stopwatch>,
) -> Result<()> {
    let mut own = std::collections::HashSet::new();
    loop {
        tokio::select! {
            Some(moment) = moments.recv() => {
                let client_id = random::client_id(&mut rng);
                own.insert(client_id);
                let text = format!("Where is my transfer of minute {}?", moment.as_micros());
                socket.send(&json!({"type": "send", "client_id": client_id, "text": text})).await?;
            }
            frame = socket.next() => match frame.context("the server ended a socket")? {
                ServerFrame::Message { message } if !own.remove(&message.client_id) => {
                    let digits = message.text.unwrap_or_default().replace(|c: char| !c.is_ascii_digit(), "");
                    let latency = watch.began.elapsed().saturating_sub(Duration::from_micros(digits.parse()?));
                    let micros = u64::try_from(latency.as_micros())?;
                    watch.latencies.lock().unwrap_or_else(PoisonError::into_inner).record(micros)?;
                }
                ServerFrame::Rejected { code, .. } => anyhow::bail!("rejected: {code}"),
                _ => {}
            },
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates and latencies are far below 2^52")]
fn rate_of(args: &RunArgs) -> f64 {
    args.rate as f64
}

#[expect(clippy::cast_precision_loss, reason = "rates and latencies are far below 2^52")]
pub(super) fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
