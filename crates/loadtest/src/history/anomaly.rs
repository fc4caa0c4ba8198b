//! What can be wrong, and the count of it.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// How many of each class are kept as examples.
const EXAMPLES: usize = 5;

/// A way in which a run can break the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Acknowledged or seen, then not there, or not seen by somebody who read on (D1, D4).
    Lost,
    /// One `client_id` twice, or one reader got one number twice (D2, D4).
    Doubled,
    /// Numbers out of order, or two who disagree on what a number is (D3).
    Reordered,
    /// There, but never sent (D1).
    Phantom,
    /// Seen in a conversation it was not sent to (A1).
    Foreign,
    /// A reader who does not have the newest in time (D6).
    Stale,
    /// Numbers with a hole (D3).
    Gap,
    /// Neither acknowledged nor refused, in time over a connection that lived or ever (D8).
    Unanswered,
    /// Refused though nothing stood against it (D7).
    Refused,
    /// An agent's write accepted while they could not hold the claim (C2).
    StaleWrite,
    /// Two agents who held one conversation at once (C1).
    TwoHolders,
    /// Claims that no order of steps explains (C1, C2).
    Unexplained,
    /// Not ready in time after a restart.
    Unready,
}

impl Class {
    /// All of them, in the order they are reported.
    pub const ALL: [Self; 13] = [
        Self::Lost,
        Self::Doubled,
        Self::Reordered,
        Self::Phantom,
        Self::Foreign,
        Self::Stale,
        Self::Gap,
        Self::Unanswered,
        Self::Refused,
        Self::StaleWrite,
        Self::TwoHolders,
        Self::Unexplained,
        Self::Unready,
    ];
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Reordered => "reordered",
            Self::Phantom => "phantom",
            Self::Foreign => "foreign",
            Self::Stale => "stale",
            Self::Gap => "gap",
            Self::Unanswered => "unanswered",
            Self::Refused => "refused",
            Self::StaleWrite => "stale write",
            Self::TwoHolders => "two holders",
            Self::Unexplained => "unexplained claim",
            Self::Unready => "unready",
        })
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anomaly {
    /// In which conversation, if in one.
    pub conversation: Option<Uuid>,
    /// What, in words.
    pub what: String,
}

/// All that is wrong: how often, with examples.
#[derive(Debug, Default, Serialize)]
pub struct Findings(BTreeMap<Class, Found>);

/// What was found of one class.
#[derive(Debug, Default, Serialize)]
struct Found {
    count: usize,
    examples: Vec<Anomaly>,
}

impl Findings {
    /// Counts one more.
    pub fn add(&mut self, class: Class, conversation: Option<Uuid>, what: String) {
        let found = self.0.entry(class).or_default();
        found.count += 1;
        if found.examples.len() < EXAMPLES {
            found.examples.push(Anomaly { conversation, what });
        }
    }

    /// How many of one class.
    pub fn count(&self, class: Class) -> usize {
        self.0.get(&class).map_or(0, |found| found.count)
    }

    /// How many in all.
    pub fn total(&self) -> usize {
        self.0.values().map(|found| found.count).sum()
    }

    /// The first few of one class.
    pub fn examples(&self, class: Class) -> &[Anomaly] {
        self.0.get(&class).map_or(&[], |found| &found.examples)
    }
}
