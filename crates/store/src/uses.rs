//! Learning which canned replies are used: whoever sends the text of one has used it (K2).
//!
//! Done after the message's commit and apart from it, so that no message waits for it or is lost to it.

use crate::canned_replies::{CannedReplyRow, select_canned_replies};
use crate::db::{Time, execute, fetch_all, fetch_one};
use crate::suggestions::values;
use crate::{Appended, Clock, Db, Result};
use domain::canned::fill;
use domain::{Agent, CannedReply, Usage};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Messages that may wait to be learnt from; more go by unnoticed (D8).
const MAX_WAITING: usize = 1024;
/// Messages learnt from at once.
const MAX_BATCH: usize = 256;

/// What an agent sent.
struct Sent {
    agent: Agent,
    appended: Appended,
}

/// The queue to the learner.
#[derive(Debug, Clone)]
pub(crate) struct Uses(mpsc::Sender<Sent>);

impl Uses {
    /// Starts the learner; it ends when the last store is dropped.
    pub fn start(db: Db, clock: Clock) -> Self {
        let (sender, mut waiting) = mpsc::channel(MAX_WAITING);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
                if let Err(error) = learn(&db, &clock, &batch).await {
                    tracing::warn!(%error, "uses of canned replies were not counted");
                }
                batch.clear();
            }
        });
        Self(sender)
    }

    /// An agent's new message is durable.
    pub fn sent(&self, agent: &Agent, appended: &Appended) {
        let _ = self.0.try_send(Sent { agent: agent.clone(), appended: appended.clone() });
    }
}

async fn learn(db: &Db, clock: &Clock, batch: &[Sent]) -> Result<()> {
    let mut conn = db.read().await?;
    let rows = fetch_all!(conn, CannedReplyRow, select_canned_replies!("ORDER BY id"))?;
    drop(conn);
    let replies: Result<Vec<_>> =
        rows.into_iter().map(|row| Ok((row.id, row.agent_id, row.into_reply()?.0))).collect();
    let replies = replies?;
    let mut uses = BTreeMap::<i64, u32>::new();
    for sent in batch {
        let is_within_reach = |owner: &Option<i64>| owner.is_none_or(|owner| owner == sent.agent.key.0);
        let used = replies.iter().find(|(_, owner, reply)| is_within_reach(owner) && is_text_of(sent, reply));
        if let Some((key, ..)) = used {
            *uses.entry(*key).or_default() += 1;
        }
    }
    if uses.is_empty() { Ok(()) } else { count(db, clock, &uses).await }
}

fn is_text_of(sent: &Sent, reply: &CannedReply) -> bool {
    let Some(text) = &sent.appended.message.text else { return false };
    // Most replies differ from the first word on: filling them in is seldom needed.
    let beginning = reply.text.split("{{").next().unwrap_or_default().trim();
    text.trim_start().starts_with(beginning)
        && fill(&reply.text, &values(&sent.agent, &sent.appended.conversation.customer)).trim() == text.trim()
}

async fn count(db: &Db, clock: &Clock, uses: &BTreeMap<i64, u32>) -> Result<()> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    for (key, times) in uses {
        // Locks the row, so that nodes do not overwrite each other's counts. It may have been deleted meanwhile.
        if execute!(tx, "UPDATE canned_replies SET uses = uses WHERE id = $1", *key)? == 0 {
            continue;
        }
        let sql = "SELECT uses, last_used_at FROM canned_replies WHERE id = $1";
        let (count, last) = fetch_one!(tx, (f64, Option<Time>), sql, *key)?;
        let before = Usage { count, last: last.map(|at| at.0) };
        let usage = (0..*times).fold(before, |usage, _| usage.used(now));
        let sql = "UPDATE canned_replies SET uses = $2, last_used_at = $3 WHERE id = $1";
        execute!(tx, sql, *key, usage.count, usage.last.map(Time))?;
    }
    tx.commit().await
}
