//! What waits for one socket: a bounded queue of events, and why it is to close.

use crate::event::Event;
use crate::wire::CloseCode;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::deliberate::{self, Fault};
use tokio::sync::Notify;

/// Events that may wait for one socket; with more, the socket is too slow (D5). More than the store commits at once,
/// so that one batch never fills it.
pub const MAILBOX_LIMIT: usize = 1024;
/// An emptied queue keeps room for this many, so that a burst does not cost memory for ever.
const KEPT_CAPACITY: usize = 16;

/// The hub's end and the socket's end of what waits for one socket. Empty, it holds no memory of its own.
#[derive(Debug, Default)]
pub struct Mailbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Arc<Event>>,
    closing: Option<CloseCode>,
}

/// What a socket gets from its mailbox.
#[derive(Debug)]
pub enum Mail {
    /// Something happened.
    Event(Arc<Event>),
    /// The socket is to close; what waited before is gone.
    Close(CloseCode),
}

impl Mailbox {
    /// Adds an event without ever waiting. On a full mailbox the socket closes with [`CloseCode::TooSlow`] (D5); false
    /// when this was what filled it.
    pub fn push(&self, event: Arc<Event>) -> bool {
        let mut state = self.lock();
        if state.closing.is_some() {
            return true;
        }
        let drops = deliberate::is(Fault::SilentDrop);
        let limit = if drops { 1 } else { MAILBOX_LIMIT };
        let has_room = state.events.len() < limit;
        if has_room {
            state.events.push_back(event);
        } else if !drops {
            state.close(CloseCode::TooSlow);
        }
        drop(state);
        self.changed.notify_one();
        has_room
    }

    /// Has the socket closed, whatever waits. The first reason stands.
    pub fn close(&self, code: CloseCode) {
        self.lock().close(code);
        self.changed.notify_one();
    }

    /// The next event, or why to close. Safe to drop and call again.
    pub async fn next(&self) -> Mail {
        loop {
            let changed = self.changed.notified();
            if let Some(mail) = self.lock().take() {
                return mail;
            }
            changed.await;
        }
    }

    /// Waits until the socket is to close, leaving events where they are. Safe to drop and call again.
    pub async fn closed(&self) -> CloseCode {
        loop {
            let changed = self.changed.notified();
            if let Some(code) = self.lock().closing {
                return code;
            }
            changed.await;
        }
    }

    /// Whether anything waits.
    #[cfg(test)]
    pub(crate) fn waits(&self) -> bool {
        let state = self.lock();
        state.closing.is_some() || !state.events.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close(&mut self, code: CloseCode) {
        self.closing.get_or_insert(code);
        self.events = VecDeque::new();
    }

    fn take(&mut self) -> Option<Mail> {
        if let Some(code) = self.closing {
            return Some(Mail::Close(code));
        }
        let event = self.events.pop_front()?;
        if self.events.is_empty() {
            self.events.shrink_to(KEPT_CAPACITY);
        }
        Some(Mail::Event(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::What;

    fn event() -> Arc<Event> {
        Arc::new(Event::new(What::Erased))
    }

    #[tokio::test]
    async fn d5_a_full_mailbox_closes_its_socket() {
        let mailbox = Mailbox::default();
        for _ in 0..MAILBOX_LIMIT {
            mailbox.push(event());
        }
        assert!(matches!(mailbox.next().await, Mail::Event(_)));
        mailbox.push(event());
        mailbox.push(event());
        assert!(matches!(mailbox.next().await, Mail::Close(CloseCode::TooSlow)));
    }

    #[tokio::test]
    async fn the_first_reason_to_close_stands_and_comes_before_events() {
        let mailbox = Mailbox::default();
        mailbox.push(event());
        mailbox.close(CloseCode::SignedOut);
        mailbox.close(CloseCode::Restart);
        mailbox.push(event());
        assert!(matches!(mailbox.next().await, Mail::Close(CloseCode::SignedOut)));
        assert_eq!(mailbox.closed().await, CloseCode::SignedOut);
    }
}
