//! Canned replies: filling in their placeholders, and which to suggest first (K2).

mod fill;
pub(crate) mod meanings;
mod rank;
mod spelling;
mod topics;

pub use fill::{PLACEHOLDERS, UnknownPlaceholder, Values, check_placeholders, fill};
pub use rank::{Reason, rank};

use crate::{CannedReplyId, Stage, Timestamp};

/// After how many days a use counts half.
const HALF_LIFE_DAYS: f64 = 30.0;

/// A text agents send again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct CannedReply {
    /// The id outside.
    pub id: CannedReplyId,
    /// The stage it is for.
    pub stage: Stage,
    /// What an agent types to pick it.
    pub short_code: Option<String>,
    /// The text, with placeholders.
    pub text: String,
    /// How much it is used.
    pub usage: Usage,
}

/// How often a reply was used, recent uses counting more.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// The decayed number of uses at `last`.
    pub count: f64,
    /// When it was last used.
    pub last: Option<Timestamp>,
}

impl Usage {
    /// The decayed number of uses at `now`: each counts half after 30 days.
    pub fn at(self, now: Timestamp) -> f64 {
        let days = self.last.map_or(0.0, |last| now.since(last).as_secs_f64() / 86_400.0);
        self.count * 0.5_f64.powf(days / HALF_LIFE_DAYS)
    }

    /// Used once more.
    #[must_use]
    pub fn used(self, now: Timestamp) -> Self {
        Self { count: self.at(now) + 1.0, last: Some(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn k2_a_use_counts_half_after_30_days() {
        let start = Timestamp::from_micros(0);
        let usage = Usage::default().used(start).used(start);
        assert_eq!(usage.at(start + 30 * DAY), 1.0);
        assert_eq!(usage.used(start + 30 * DAY).count, 2.0);
        assert_eq!(Usage::default().at(start), 0.0);
    }
}
