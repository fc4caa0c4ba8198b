//! How long a search with facets takes, by what is searched for, among messages that `generate` made.

use super::RunArgs;
use super::fleet::Fleet;
use super::questions::{Kind, questions};
use super::table::{Table, median, millis, quantile, sorted};
use crate::random;
use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Before its memory is read the server comes to rest.
const REST: Duration = Duration::from_secs(3);
/// Messages of one run that are sent and looked for.
const LOOKED_FOR: usize = 40;
/// Whoever is not found by then is lost.
const FOUND_WITHIN: Duration = Duration::from_secs(30);

/// Measures how long the program takes until it is ready, the memory it has then, and an agent's searches, one after the
/// other.
///
/// # Errors
/// When the server refuses.
pub async fn measure(args: &RunArgs, fleet: &mut Fleet, table: &mut Table) -> Result<()> {
    let mut starts = Vec::new();
    for _ in 0..args.runs {
        starts.push(millis(fleet.nodes[0].kill_and_restart().await?));
    }
    table.add("start to ready", "ms", starts, "");
    add_memory(table, "resident memory, just started", fleet).await?;
    add_found(args, fleet, table).await?;
    for kind in Kind::ALL {
        let mut runs = Vec::new();
        for run in 0..args.runs {
            runs.push(ask(args, fleet, kind, run).await?);
        }
        add(table, kind, &runs);
    }
    add_memory(table, "resident memory, after all searches", fleet).await
}

/// What the server has once it came to rest.
async fn add_memory(table: &mut Table, what: &str, fleet: &Fleet) -> Result<()> {
    tokio::time::sleep(REST).await;
    #[expect(clippy::cast_precision_loss, reason = "no server has 2^52 bytes")]
    let mib = fleet.nodes[0].resident_memory().await? as f64 / (1024.0 * 1024.0);
    table.add(what, "MiB", vec![mib], "");
    Ok(())
}

/// How long after its ack a message is found (S4).
async fn add_found(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (agent, desk) = fleet.agent(0);
    let (mut medians, mut worst) = (Vec::new(), 0.0_f64);
    for run in 0..args.runs {
        let pair = fleet.pairs(1).await?.pop().context("no conversation")?;
        let ((customer, node), path) =
            (pair.customer, format!("/conversations/{}/messages", pair.conversation));
        let (mut rng, mut took) = (random::source(run.into(), "looked for", 0), Vec::new());
        for _ in 0..LOOKED_FOR {
            let word = Uuid::new_v4().simple().to_string();
            let message =
                json!({"text": format!("I mean {word}."), "client_id": random::client_id(&mut rng)});
            fleet.rest.expect(node, Some(&customer), Method::POST, &path, Some(&message)).await?;
            let began = Instant::now();
            while total(
                &fleet
                    .rest
                    .expect(desk, Some(&agent), Method::GET, &format!("/search?q={word}"), None)
                    .await?,
            )? == 0
            {
                if began.elapsed() > FOUND_WITHIN {
                    bail!("a message was not found within {FOUND_WITHIN:?}");
                }
            }
            took.push(millis(began.elapsed()));
        }
        worst = worst.max(quantile(&sorted(took.clone()), 1.0));
        medians.push(median(&took));
    }
    table.add("ack → found: p50", "ms", medians, format!("worst {worst:.1} ms"));
    Ok(())
}

fn total(answer: &Value) -> Result<u64> {
    answer["total"].as_u64().context("no total")
}

/// How long the searches of one run took, in milliseconds, the fastest first, and what came of them.
struct Run {
    took: Vec<f64>,
    found: usize,
    approximate: usize,
    corrected: usize,
}

async fn ask(args: &RunArgs, fleet: &Fleet, kind: Kind, run: u8) -> Result<Run> {
    let (token, node) = fleet.agent(0);
    let mut result = Run { took: Vec::new(), found: 0, approximate: 0, corrected: 0 };
    for question in questions(kind, args.questions.into(), run) {
        let began = Instant::now();
        let path = format!("/search?{question}");
        let answer = fleet.rest.expect(node, Some(&token), Method::GET, &path, None).await?;
        result.took.push(millis(began.elapsed()));
        result.found += usize::from(total(&answer)? > 0);
        result.approximate += usize::from(answer["total_is_exact"] == Value::Bool(false));
        result.corrected += usize::from(answer["searched_for"].is_string());
    }
    result.took = sorted(result.took);
    Ok(result)
}

fn add(table: &mut Table, kind: Kind, runs: &[Run]) {
    let of = |share: f64| runs.iter().map(|run| quantile(&run.took, share)).collect::<Vec<_>>();
    let sum = |count: fn(&Run) -> usize| runs.iter().map(count).sum::<usize>();
    let (found, approximate, corrected) =
        (sum(|run| run.found), sum(|run| run.approximate), sum(|run| run.corrected));
    let remark = format!(
        "p50 {:.1}, worst {:.1} ms; of {} searches {found} found something, {approximate} past the limit for exact \
         counts, {corrected} corrected",
        median(&of(0.5)),
        of(1.0).into_iter().fold(0.0, f64::max),
        sum(|run| run.took.len()),
    );
    table.add(format!("search, {}: p95", kind.name()), "ms", of(0.95), remark);
}
