//! The newest of many values, passed on at most every so often.

use std::time::{Duration, Instant};

/// Lets a value through at once when none went lately, else the newest one when the time has come.
#[derive(Debug)]
pub(super) struct Throttle<T> {
    interval: Duration,
    passed_at: Option<Instant>,
    waiting: Option<T>,
}

impl<T> Throttle<T> {
    pub const fn new(interval: Duration) -> Self {
        Self { interval, passed_at: None, waiting: None }
    }

    /// Takes a new value in place of one that waits; gives back what may pass now.
    pub fn offer(&mut self, value: T, now: Instant) -> Option<T> {
        self.waiting = Some(value);
        self.due(now)
    }

    /// What may pass now.
    pub fn due(&mut self, now: Instant) -> Option<T> {
        if self.passed_at.is_some_and(|at| now < at + self.interval) {
            return None;
        }
        let value = self.waiting.take()?;
        self.passed_at = Some(now);
        Some(value)
    }

    /// When to ask again, while something waits.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.as_ref()?;
        self.passed_at.map(|at| at + self.interval)
    }
}
