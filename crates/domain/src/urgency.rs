//! How much a conversation matters now (U1), from four things an agent would look at too.
//!
//! 1. *Words.* Each customer message is scored once, by the [topics](Topic) it touches: `{not} {got} {money}` is worth
//!    +40, a promise to pay -25. Of those that raise, the heaviest counts whole, the next half, the next a quarter, and so
//!    on. If one that calms weighs more than all that, and the message asks nothing, that one counts instead. The
//!    strongest message since the last agent message stands for the conversation, so a later "ok" lowers nothing.
//! 2. *Waiting.* +2 after 15 min, +4 after 1 h, +8 after 4 h, +12 after a day, +16 after three.
//! 3. *Repeats.* +5 for the second message without an answer, +10 from the third on.
//! 4. *History.* +10 when they came back after it was resolved, +5 when they had another conversation in the 30 days before.
//!
//! `score = 20 + words + waiting + repeats + history`. Words that calm leave out waiting and history: a thank-you
//! does not grow urgent. From 50 on the level is high, below 10 low; a conversation nobody waits in is low with score 0.
//! Topics, weights and both limits can be [changed](Rules); the rest is fixed, so that a score can be explained.

mod assess;
mod circumstance;
mod language;
mod names;
mod near;
mod phrase;
mod rules;
mod scorer;

pub use assess::{EARLIER_WITHIN, Words};
pub use circumstance::Circumstance;
pub use rules::{MAX_PHRASE_CHARS, MAX_PHRASES, MAX_TOPICS, MAX_WEIGHT, Rules, RulesError, Topic};
pub use scorer::{MAX_SCORED_WORDS, Scorer};

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

#[cfg(test)]
mod labelled_tests;
#[cfg(test)]
mod tests;
