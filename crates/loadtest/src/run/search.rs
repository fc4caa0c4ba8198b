//! How long a search with facets takes, by what is searched for, among messages that `generate` made.

use super::RunArgs;
use super::fleet::Fleet;
use super::questions::{Kind, questions};
use super::table::{Table, median};
use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Before its memory is read the server comes to rest.
const REST: Duration = Duration::from_secs(3);

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

/// How long the searches of one run took, in milliseconds, the fastest first, and what came of them.
struct Run {
    took: Vec<f64>,
    found: usize,
    approximate: usize,
    corrected: usize,
}

impl Run {
    fn quantile(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a short list"
        )]
        let place = (self.took.len() as f64 * share).ceil() as usize;
        self.took.get(place.clamp(1, self.took.len()) - 1).copied().unwrap_or(0.0)
    }
}

async fn ask(args: &RunArgs, fleet: &Fleet, kind: Kind, run: u8) -> Result<Run> {
    let (token, node) = fleet.agent(0);
    let mut result = Run { took: Vec::new(), found: 0, approximate: 0, corrected: 0 };
    for question in questions(kind, args.questions.into(), run) {
        let began = Instant::now();
        let path = format!("/search?{question}");
        let answer = fleet.rest.expect(node, Some(&token), Method::GET, &path, None).await?;
        result.took.push(millis(began.elapsed()));
        let total = answer["total"].as_u64().context("no total")?;
        result.found += usize::from(total > 0);
        result.approximate += usize::from(answer["total_is_exact"] == Value::Bool(false));
        result.corrected += usize::from(answer["searched_for"].is_string());
    }
    result.took.sort_by(f64::total_cmp);
    Ok(result)
}

fn add(table: &mut Table, kind: Kind, runs: &[Run]) {
    let of = |share: f64| runs.iter().map(|run| run.quantile(share)).collect::<Vec<_>>();
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

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}
