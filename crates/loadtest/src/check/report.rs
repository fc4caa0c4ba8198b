//! What a check came to, for people and for programs.

use super::faults::Done;
use crate::history::{Class, Findings, History, Outcome};
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// The result of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The command that repeats it.
    pub command: String,
    /// The seed all chance came from.
    pub seed: u64,
    /// Which database.
    pub database: String,
    /// How many nodes.
    pub nodes: usize,
    /// How long people talked.
    pub seconds: u64,
    /// What was counted.
    pub counts: Counts,
    /// What was broken, and how often.
    pub faults: Done,
    /// The longest time from a restart until ready, in milliseconds.
    pub slowest_restart_ms: u128,
    /// What is wrong.
    pub anomalies: Findings,
}

/// What was counted in a history.
#[derive(Debug, Default, Serialize)]
pub struct Counts {
    /// Conversations.
    pub conversations: usize,
    /// Different messages and notes that were acknowledged.
    pub acknowledged: usize,
    /// All times something was sent.
    pub attempts: usize,
    /// Of these, how many were refused.
    pub refused: usize,
    /// Of these, how many were never answered.
    pub unknown: usize,
    /// Edits and deletions.
    pub changes: usize,
    /// Claims, releases, resolutions and reopenings.
    pub claims: usize,
    /// Participants' views.
    pub views: usize,
    /// Connections of all views.
    pub connections: usize,
    /// Frames of all views.
    pub frames: usize,
}

impl Counts {
    /// Counts a history.
    pub fn of(history: &History) -> Self {
        let mut counts = Self { conversations: history.conversations.len(), ..Self::default() };
        for conversation in &history.conversations {
            counts.claims += conversation.claims.len();
            counts.views += conversation.views.len();
            for write in &conversation.writes {
                counts.acknowledged += usize::from(write.acknowledged().is_some());
                counts.changes += usize::from(write.change.is_some());
                counts.attempts += write.attempts.len();
                for attempt in &write.attempts {
                    counts.refused += usize::from(matches!(attempt.outcome, Outcome::Refused(_)));
                    counts.unknown += usize::from(attempt.outcome == Outcome::Unknown);
                }
            }
            for connection in conversation.views.iter().flat_map(|view| &view.connections) {
                counts.connections += 1;
                counts.frames += connection.frames.len();
            }
        }
        counts
    }
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.anomalies.total() == 0
    }

    /// The longest of these, in milliseconds.
    pub fn slowest(restarts: &[Duration]) -> u128 {
        restarts.iter().max().map_or(0, Duration::as_millis)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { conversations, acknowledged, attempts, refused, unknown, .. } = self.counts;
        let Counts { changes, claims, views, connections, frames, .. } = self.counts;
        writeln!(f, "database     {}, {} node(s), {} s", self.database, self.nodes, self.seconds)?;
        writeln!(f, "acknowledged {acknowledged} in {conversations} conversations")?;
        writeln!(f, "sent         {attempts} times; {refused} refused, {unknown} never answered")?;
        writeln!(f, "changed      {changes} messages; {claims} claim requests")?;
        writeln!(f, "seen         {frames} frames in {views} views over {connections} connections")?;
        write!(f, "faults      ")?;
        for (kind, count) in &self.faults.counts {
            write!(f, " {} {count}", format!("{kind:?}").to_lowercase())?;
        }
        writeln!(f, "; slowest restart {} ms", self.slowest_restart_ms)?;
        writeln!(f, "seed         {}\ncommand      {}", self.seed, self.command)?;
        for class in Class::ALL.into_iter().filter(|class| self.anomalies.count(*class) > 0) {
            writeln!(f, "\n{class}: {}", self.anomalies.count(class))?;
            for anomaly in self.anomalies.examples(class) {
                let conversation = anomaly.conversation.map(|id| id.to_string()).unwrap_or_default();
                writeln!(f, "  {conversation} {}", anomaly.what)?;
            }
        }
        write!(f, "\n{} anomalies", self.anomalies.total())
    }
}
