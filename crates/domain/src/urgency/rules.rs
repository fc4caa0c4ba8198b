//! The part of the formula that administrators change.

use super::language;
use crate::search::Language;
use serde::{Deserialize, Serialize};

/// Topics there may be.
pub const MAX_TOPICS: usize = 60;
/// Phrases a topic may have.
pub const MAX_PHRASES: usize = 200;
/// Characters a phrase, and a topic's reason, may have.
pub const MAX_PHRASE_CHARS: usize = 400;
/// The greatest weight, up and down, and the greatest limit of a level.
pub const MAX_WEIGHT: i32 = 100;

/// What raises or calms, and from where on a score is high or low.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The lowest score that is high.
    pub high_from: i32,
    /// The lowest score that is not low any more.
    pub low_below: i32,
    /// What messages may be about.
    pub topics: Vec<Topic>,
}

/// Something messages may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// What the agent reads, as in "cannot get in".
    pub reason: String,
    /// Above 0 it raises, below it calms; 0 keeps others from calming.
    pub weight: i32,
    /// The phrases it is known by; the lists in this folder say how they are written.
    pub phrases: Vec<String>,
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RulesError {
    #[error("a weight is a whole number from -{MAX_WEIGHT} to {MAX_WEIGHT}")]
    Weight,
    #[error("high begins above where low ends, both at most {MAX_WEIGHT} and at least -{MAX_WEIGHT}")]
    Limits,
    #[error("a reason has 1 to {MAX_PHRASE_CHARS} characters")]
    Reason,
    #[error("there is a topic with this reason already")]
    SameReason,
    #[error("a topic has 1 to {MAX_PHRASES} phrases")]
    Phrases,
    #[error("a phrase has at most {MAX_PHRASE_CHARS} characters and at least one word: {0}")]
    Phrase(String),
    #[error("nothing is called {{{0}}}")]
    Name(String),
    #[error("there are at most {MAX_TOPICS} topics")]
    Topics,
}

impl Rules {
    /// Those an installation starts with.
    pub fn of(language: Language) -> Self {
        language::rules(language::list(language))
    }

    /// Whether they keep to the limits; what is wrong with single phrases only a [`Scorer`](super::Scorer) sees.
    pub(super) fn check(&self) -> Result<(), RulesError> {
        let in_range = |figure: i32| (-MAX_WEIGHT..=MAX_WEIGHT).contains(&figure);
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_PHRASE_CHARS;
        if self.topics.len() > MAX_TOPICS {
            return Err(RulesError::Topics);
        }
        if !in_range(self.high_from) || !in_range(self.low_below) || self.high_from <= self.low_below {
            return Err(RulesError::Limits);
        }
        for (number, topic) in self.topics.iter().enumerate() {
            if !in_range(topic.weight) {
                return Err(RulesError::Weight);
            }
            if !fits(&topic.reason) {
                return Err(RulesError::Reason);
            }
            if self.topics[..number].iter().any(|other| other.reason == topic.reason) {
                return Err(RulesError::SameReason);
            }
            if topic.phrases.is_empty() || topic.phrases.len() > MAX_PHRASES {
                return Err(RulesError::Phrases);
            }
            if let Some(phrase) = topic.phrases.iter().find(|phrase| !fits(phrase)) {
                return Err(RulesError::Phrase(phrase.clone()));
            }
        }
        Ok(())
    }
}
