//! What waits to be said to the other nodes.

use super::Hint;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Hints that may wait; past it the others are left to notice a gap (D8).
const MAX_WAITING: usize = 8192;

/// A bounded queue of hints, in order. Closed until a bus opens it: one node alone says nothing.
#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct State {
    is_open: bool,
    hints: VecDeque<Hint>,
    overflowed: bool,
}

impl Outbox {
    /// Lets hints in from now on.
    pub fn open(&self) {
        self.lock().is_open = true;
    }

    /// Puts a hint in line, without ever waiting; `make` is called only when somebody is there to hear it.
    pub fn put(&self, make: impl FnOnce() -> Hint) {
        let mut state = self.lock();
        if !state.is_open {
            return;
        }
        if state.hints.len() < MAX_WAITING {
            state.hints.push_back(make());
        } else {
            state.overflowed = true;
        }
        drop(state);
        self.filled.notify_one();
    }

    /// Waits for hints and takes up to `limit`. Safe to drop and call again.
    pub async fn take(&self, limit: usize) -> Vec<Hint> {
        loop {
            let filled = self.filled.notified();
            let hints = self.take_now(limit);
            if !hints.is_empty() {
                return hints;
            }
            filled.await;
        }
    }

    fn take_now(&self, limit: usize) -> Vec<Hint> {
        let hints = &mut self.lock().hints;
        let count = hints.len().min(limit);
        hints.drain(..count).collect()
    }

    /// Whether hints were left out since the last call.
    pub fn take_overflow(&self) -> bool {
        std::mem::take(&mut self.lock().overflowed)
    }

    /// Forgets what waits.
    pub fn clear(&self) {
        self.lock().hints.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn d8_hints_are_bounded_and_a_loss_is_remembered_once() {
        let outbox = Outbox::default();
        outbox.put(|| unreachable!("nobody hears"));
        outbox.open();
        for _ in 0..=MAX_WAITING {
            outbox.put(|| Hint::Beat(Vec::new()));
        }
        assert_eq!(outbox.take(usize::MAX).await.len(), MAX_WAITING);
        assert!(outbox.take_overflow());
        assert!(!outbox.take_overflow());
    }
}
