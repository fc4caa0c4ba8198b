//! How long a search with facets takes, by what is searched for, among messages that `generate` made.

use super::RunArgs;
use super::questions::{Kind, questions};
use super::table::{Table, median};
use crate::cluster::{self, Database, Node, NodeSettings, Person};
use crate::generate::{self, Amount};
use crate::rest::Rest;
use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Before its memory is read the server comes to rest.
const REST: Duration = Duration::from_secs(3);
/// Far longer than a measurement.
const CLAIM_GRACE: u32 = 3600;

/// Fills the database, unless another is filled already, starts the program on it, and measures an agent's searches, one
/// after the other; beforehand how long the program takes until it is ready, and the memory it has then.
///
/// # Errors
/// When the database or the server refuses.
pub async fn measure(args: &RunArgs, database: &Database, directory: &Path, table: &mut Table) -> Result<()> {
    let database = match &args.filled {
        Some(filled) => Database::existing(args.database.database, filled)?,
        None => {
            fill(args, database).await?;
            database.clone()
        }
    };
    let (name, email) = ("Searcher", format!("{}@example.com", Uuid::new_v4().simple()));
    cluster::add_agent_named(&args.program, &database, name, &email).await?;
    let settings = NodeSettings {
        program: args.program.clone(),
        database,
        database_proxy: None,
        redis: None,
        log: directory.join("node.log"),
        claim_grace: CLAIM_GRACE,
        clock: None,
    };
    let mut node = Node::start(settings).await?;
    let mut starts = Vec::new();
    for _ in 0..args.runs {
        starts.push(millis(node.kill_and_restart().await?));
    }
    table.add("start to ready", "ms", starts, "");
    add_memory(table, "resident memory, just started", &node).await?;
    let rest = Rest::new()?;
    let agent = cluster::sign_in(&rest, node.address(), 0, &email).await?;
    for kind in Kind::ALL {
        let mut runs = Vec::new();
        for run in 0..args.runs {
            runs.push(ask(args, &rest, &node, &agent, kind, run).await?);
        }
        add(table, kind, &runs);
    }
    add_memory(table, "resident memory, after all searches", &node).await?;
    node.stop().await
}

async fn fill(args: &RunArgs, database: &Database) -> Result<()> {
    let conversations = (args.messages / 10).max(1);
    let amount = Amount { messages: args.messages, conversations, customers: (conversations / 3).max(1) };
    generate::fill(&database.config(), amount, 1).await.map(|_| ())
}

/// What the server has once it came to rest.
async fn add_memory(table: &mut Table, what: &str, node: &Node) -> Result<()> {
    tokio::time::sleep(REST).await;
    #[expect(clippy::cast_precision_loss, reason = "no server has 2^52 bytes")]
    let mib = node.resident_memory().await? as f64 / (1024.0 * 1024.0);
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

async fn ask(args: &RunArgs, rest: &Rest, node: &Node, agent: &Person, kind: Kind, run: u8) -> Result<Run> {
    let mut result = Run { took: Vec::new(), found: 0, approximate: 0, corrected: 0 };
    for question in questions(kind, args.questions.into(), run) {
        let began = Instant::now();
        let path = format!("/search?{question}");
        let answer = rest.expect(node.address(), Some(&agent.token), Method::GET, &path, None).await?;
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
