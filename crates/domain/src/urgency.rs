//! How much a conversation matters now (U1).

use serde::{Deserialize, Serialize};

/// How urgent, in three steps. The order is the queue's: most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrgencyLevel {
    /// Before all others.
    High,
    /// In turn.
    Normal,
    /// After all others.
    Low,
}

impl UrgencyLevel {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// The place in the queue: 0 comes first.
    pub const fn rank(self) -> i16 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }

    /// The level of a [`rank`](Self::rank); unknown ones are normal.
    pub const fn from_rank(rank: i16) -> Self {
        match rank {
            0 => Self::High,
            2 => Self::Low,
            _ => Self::Normal,
        }
    }
}

/// How urgent, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Urgency {
    /// The step the queue sorts by.
    pub level: UrgencyLevel,
    /// The figure behind the step.
    pub score: i32,
    /// Why, in words for agents.
    pub reasons: Vec<String>,
}

impl Default for Urgency {
    fn default() -> Self {
        Self { level: UrgencyLevel::Normal, score: 0, reasons: Vec::new() }
    }
}
