//! From words to a conversation's urgency: waiting, repeats, history.

use super::{Circumstance, Rules, Urgency, UrgencyLevel};
use crate::{Conversation, Status, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a message that touches no topic scores.
pub(super) const ORDINARY: i32 = 20;
/// How long ago an earlier conversation of the customer counts.
pub const EARLIER_WITHIN: Duration = hours(30 * 24);
const EARLIER: i32 = 5;
const REOPENED: i32 = 10;
const SECOND_MESSAGE: i32 = 5;
const MORE_MESSAGES: i32 = 10;

/// From which waiting time on how much is added.
const WAITING: [(Duration, i32, Circumstance); 5] = [
    (Duration::from_secs(15 * 60), 2, Circumstance::Waiting15Minutes),
    (hours(1), 4, Circumstance::Waiting1Hour),
    (hours(4), 8, Circumstance::Waiting4Hours),
    (hours(24), 12, Circumstance::Waiting1Day),
    (hours(72), 16, Circumstance::Waiting3Days),
];

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

/// What a customer's messages say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// What they add to the score; below 0 they calm.
    pub score: i32,
    /// Why, in words for agents.
    pub reasons: Vec<String>,
}

impl Conversation {
    /// Takes in what the customer's newest message says, by this version of the rules. The strongest counts: a later
    /// "ok" lowers nothing (U1).
    pub fn hear(&mut self, words: Words, rules_version: i64) {
        match &mut self.words {
            Some(strongest) if strongest.score >= words.score => {}
            Some(strongest) => *strongest = words,
            None => {
                self.words = Some(words);
                self.rules_version = rules_version;
            }
        }
    }

    /// Works out the urgency at `now`, and when it changes next if nothing happens (U1).
    pub fn assess(&mut self, rules: &Rules, now: Timestamp) {
        let waiting_since = self.waiting_since.filter(|_| self.status() != Status::Resolved);
        let Some(waiting_since) = waiting_since else {
            self.urgency = Urgency { level: UrgencyLevel::Low, score: 0, reasons: Vec::new() };
            self.urgency_due_at = None;
            return;
        };
        let words = self.words.clone().unwrap_or_default();
        let (mut score, mut reasons) = (ORDINARY + words.score, words.reasons);
        let mut add = |points: i32, reason: Circumstance| {
            score += points;
            reasons.push(reason.to_string());
        };
        match self.unanswered() {
            ..=1 => {}
            2 => add(SECOND_MESSAGE, Circumstance::Wrote(2)),
            times => add(MORE_MESSAGES, Circumstance::Wrote(times)),
        }
        self.urgency_due_at = None;
        if words.score >= 0 {
            let waited = now.since(waiting_since);
            if let Some((_, points, reason)) = WAITING.iter().rfind(|(from, ..)| *from <= waited) {
                add(*points, *reason);
            }
            let next = WAITING.iter().find(|(from, ..)| *from > waited);
            self.urgency_due_at = next.map(|(from, ..)| waiting_since + *from);
            if self.opened_seq > 0 {
                add(REOPENED, Circumstance::CameBack);
            }
            match self.earlier {
                ..=0 => {}
                count => add(EARLIER, Circumstance::Earlier(count)),
            }
        }
        self.urgency = Urgency { level: level(rules, score), score, reasons };
    }

    /// How many messages the customer wrote since the last answer, or since it was reopened.
    fn unanswered(&self) -> i64 {
        self.last_seq - self.last_agent_seq.max(self.opened_seq)
    }
}

pub(super) fn level(rules: &Rules, score: i32) -> UrgencyLevel {
    match score {
        score if score >= rules.high_from => UrgencyLevel::High,
        score if score < rules.low_below => UrgencyLevel::Low,
        _ => UrgencyLevel::Normal,
    }
}
