//! How long the inbox takes, as a page with its facets and as JSON without, in a database that `generate` filled.

use super::RunArgs;
use super::fleet::Fleet;
use super::table::{Table, median, millis, quantile, sorted};
use crate::rest::Rest;
use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Instant;

/// How many conversations the agent who looks holds.
const HELD: usize = 30;
/// A deep page begins after so many conversations.
const DEEP: usize = 2_000;
/// Most conversations by REST at once.
const MOST: usize = 100;

/// What agents open: its name, and what it is narrowed to and ordered by, for the page and by REST.
const VIEWS: [(&str, &str, &str); 9] = [
    ("Queue", "", "status=open&sort=queue"),
    ("Queue, longest waiting", "sort=waiting", "status=open&sort=waiting"),
    ("Mine", "holder=me", "holder=me"),
    ("All", "status=all", ""),
    ("All by urgency", "status=all&sort=urgency", "sort=urgency"),
    ("Resolved", "status=resolved", "status=resolved"),
    ("a tag", "status=all&tag=delivery", "tag=delivery"),
    (
        "two tags, urgent, of the last week",
        "status=all&tag=vip,refund&urgency=high&age=1d-7d",
        "tag=vip,refund&urgency=high&age=1d-7d",
    ),
    ("a colleague's", "status=all&holder={colleague}", "holder={colleague}"),
];

/// Measures every view, one request after the other.
///
/// # Errors
/// When the server refuses.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (token, _) = fleet.agent(0);
    let agent = Agent { rest: &fleet.rest, node: fleet.nodes[0].address(), token: &token };
    for _ in 0..HELD {
        agent.rest.expect(agent.node, Some(agent.token), Method::POST, "/claims", None).await?;
    }
    let colleague = agent.colleague().await?;
    let (mut pages, mut lists) = (Vec::new(), Vec::new());
    for (name, page, list) in VIEWS {
        let [page, list] = [page, list].map(|query| query.replace("{colleague}", &colleague));
        let cursor = agent.deep_cursor(&list).await?;
        let deep = cursor.as_ref().map(|cursor| format!("cursor={cursor}"));
        for (depth, cursor) in [("", Some(String::new())), (", a deep page", deep)] {
            let Some(cursor) = cursor else { continue };
            let mut took = [Vec::new(), Vec::new()];
            for _ in 0..args.runs {
                took[0].push(agent.time(args.questions, || agent.page(format!("{page}&{cursor}"))).await?);
                took[1].push(agent.time(args.questions, || agent.list(format!("{list}&{cursor}"))).await?);
            }
            let [page, list] = took;
            add(table, &format!("inbox page with facets, {name}{depth}"), &page);
            add(table, &format!("inbox as JSON without facets, {name}{depth}"), &list);
            pages.extend(page);
            lists.extend(list);
        }
    }
    add(table, "inbox page with facets, all of these", &[joined(pages)]);
    add(table, "inbox as JSON without facets, all of these", &[joined(lists)]);
    Ok(())
}

/// An agent who looks at lists.
struct Agent<'f> {
    rest: &'f Rest,
    node: SocketAddr,
    token: &'f str,
}

impl Agent<'_> {
    async fn page(&self, query: String) -> Result<()> {
        self.rest.page(self.node, self.token, &format!("/support/agent/?{query}")).await
    }

    async fn list(&self, query: String) -> Result<()> {
        self.conversations(&query).await.map(|_| ())
    }

    async fn conversations(&self, query: &str) -> Result<Value> {
        let path = format!("/conversations?{query}");
        self.rest.expect(self.node, Some(self.token), Method::GET, &path, None).await
    }

    /// Somebody else who holds conversations.
    async fn colleague(&self) -> Result<String> {
        let ongoing = self.conversations("status=ongoing&limit=100").await?;
        let items = ongoing["items"].as_array().context("no items")?;
        let mut holders = items.iter().filter_map(|item| item["claim"]["agent"]["id"].as_str());
        holders.next_back().map(str::to_owned).context("nobody holds anything")
    }

    /// Where the page begins that comes after many conversations; none when there are fewer.
    async fn deep_cursor(&self, query: &str) -> Result<Option<String>> {
        let mut cursor = String::new();
        for _ in 0..DEEP / MOST {
            let page = self.conversations(&format!("{query}&limit={MOST}{cursor}")).await?;
            let Some(next) = page["next_cursor"].as_str() else { return Ok(None) };
            cursor = format!("&cursor={next}");
        }
        Ok(cursor.strip_prefix("&cursor=").map(str::to_owned))
    }

    /// How long each of so many requests took, in milliseconds, the fastest first.
    async fn time<F: Future<Output = Result<()>>>(
        &self,
        count: u16,
        request: impl Fn() -> F,
    ) -> Result<Vec<f64>> {
        let mut took = Vec::new();
        for _ in 0..count {
            let began = Instant::now();
            request().await?;
            took.push(millis(began.elapsed()));
        }
        Ok(sorted(took))
    }
}

fn add(table: &mut Table, what: &str, runs: &[Vec<f64>]) {
    let of = |share: f64| runs.iter().map(|run| quantile(run, share)).collect::<Vec<_>>();
    let worst = of(1.0).into_iter().fold(0.0, f64::max);
    let remark = format!("p50 {:.1}, worst {worst:.1} ms", median(&of(0.5)));
    table.add(format!("{what}: p95"), "ms", of(0.95), remark);
}

fn joined(runs: Vec<Vec<f64>>) -> Vec<f64> {
    sorted(runs.into_iter().flatten().collect())
}
