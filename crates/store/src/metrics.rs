//! What the store counts for those who run it.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::LazyLock;

/// Statements and connections that failed, in this process: the conversion of the error counts it, wherever that is.
pub(crate) static DATABASE_ERRORS: LazyLock<Counter> = LazyLock::new(Counter::default);

/// What one store counts. Clones count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) committed: Counter,
    pub(crate) batch_messages: Histogram,
    pub(crate) commit_seconds: Histogram,
    pub(crate) waiting: Gauge,
    pub(crate) blocked: Gauge,
    pub(crate) refused: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            committed: Counter::default(),
            batch_messages: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            commit_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
            waiting: Gauge::default(),
            blocked: Gauge::default(),
            refused: Family::default(),
        }
    }
}

impl Metrics {
    /// Adds them to what is shown.
    pub fn register(&self, registry: &mut Registry) {
        let Self { committed, batch_messages, commit_seconds, waiting, blocked, refused } = self;
        registry.register("messages_committed", "Messages made durable", committed.clone());
        registry.register("append_batch_messages", "Messages in one commit", batch_messages.clone());
        registry.register("append_commit_seconds", "Time of one commit", commit_seconds.clone());
        registry.register("append_waiting", "Messages that wait for the writer", waiting.clone());
        registry.register(
            "append_blocked",
            "Messages that wait for a conversation somebody else has locked",
            blocked.clone(),
        );
        registry.register("append_refused", "Messages the store could not take, by reason", refused.clone());
        let errors = "Statements and connections to the database that failed";
        registry.register("database_errors", errors, DATABASE_ERRORS.clone());
    }
}
