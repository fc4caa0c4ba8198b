//! Where the time comes from.

use domain::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The machine's clock, which tests may move forward or back. Clones move together.
///
/// PostgreSQL's own clock decides claims (C1); there a clock adds only what it was moved by.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    moved_by: Arc<AtomicI64>,
}

impl Clock {
    /// Now, by this clock.
    pub fn now(&self) -> Timestamp {
        self.adjust(machine_time())
    }

    /// Moves the clock forward, for tests of what takes long.
    pub fn advance(&self, span: Duration) {
        self.moved_by.fetch_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Moves the clock back, as a wrongly set machine does.
    pub fn rewind(&self, span: Duration) {
        self.moved_by.fetch_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Another clock's reading, moved as this one was.
    pub(crate) fn adjust(&self, reading: Timestamp) -> Timestamp {
        Timestamp::from_micros(reading.as_micros().saturating_add(self.moved_by.load(Ordering::SeqCst)))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn machine_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(since_epoch.as_micros().try_into().unwrap_or(i64::MAX))
}
