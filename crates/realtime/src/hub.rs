//! Who hears of what: the open sockets by conversation, session and person.
//!
//! Telling never waits (D5): it puts events into bounded mailboxes, and a full one closes its socket. Events are
//! hints; whoever misses one reads the store (D6).

mod inbox;
mod registry;

pub use inbox::run_inbox;
pub use registry::{Attachment, Place};

use crate::event::{Event, Person, What};
use crate::mailbox::Mailbox;
use crate::wire::CloseCode;
use domain::{AgentKey, ConversationId, SessionKey};
use inbox::Pending;
use registry::Registry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Change, Session};
use tokio::sync::Notify;

/// Sockets one customer may have by default (C5); with more, the oldest closes.
pub const SOCKETS_PER_CUSTOMER: usize = 50;

/// The open sockets of this node. Cheap to clone; clones are the same hub.
#[derive(Debug, Clone)]
pub struct Hub(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sockets_per_customer: usize,
    draining: AtomicBool,
    registry: Mutex<Registry>,
    /// What the inboxes are to hear of next.
    pending: Mutex<Pending>,
    inbox_moved: Notify,
    /// A socket was detached.
    left: Notify,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(SOCKETS_PER_CUSTOMER)
    }
}

impl Hub {
    /// A hub without sockets. Past `sockets_per_customer` a customer's oldest socket closes (C5).
    pub fn new(sockets_per_customer: usize) -> Self {
        Self(Arc::new(Shared {
            sockets_per_customer,
            draining: AtomicBool::new(false),
            registry: Mutex::default(),
            pending: Mutex::default(),
            inbox_moved: Notify::new(),
            left: Notify::new(),
        }))
    }

    /// What to give [`Store::open`](store::Store::open) as its listener.
    pub fn listener(&self) -> impl Fn(Change) + Send + Sync + use<> {
        let hub = self.clone();
        move |change| hub.publish(change)
    }

    /// Adds a socket at its place. Dropping the attachment removes it.
    pub fn attach(&self, session: &Session, place: Place) -> Attachment {
        let (person, mailbox) = (Person::of(&session.actor), Arc::new(Mailbox::default()));
        let limit = self.0.sockets_per_customer;
        let oldest = self.registry().add(session.key, person, place, &mailbox, limit);
        if let Some(oldest) = oldest {
            oldest.close(CloseCode::TooSlow);
        }
        // Looked at after the registry's lock: the drain either finds this socket in its list or is seen here.
        if self.0.draining.load(Ordering::SeqCst) {
            mailbox.close(CloseCode::Restart);
        }
        self.recount_for(person);
        Attachment::new(self.clone(), session.key, person, place, mailbox)
    }

    fn detach(&self, session: SessionKey, person: Person, place: Place, mailbox: &Arc<Mailbox>) {
        self.registry().remove(session, person, place, mailbox);
        self.recount_for(person);
        self.0.left.notify_waiters();
    }

    /// Agents get the counts when they come, and customers hear how many agents are there.
    fn recount_for(&self, person: Person) {
        if matches!(person, Person::Agent(_)) {
            self.pending().recount(&self.0.inbox_moved);
        }
    }

    /// Tells of a committed change.
    pub fn publish(&self, change: Change) {
        self.pending().note(&change, &self.0.inbox_moved);
        match change {
            Change::Message { conversation, message } => {
                let last_rev = conversation.last_rev;
                self.tell(conversation.id, What::Message { message, last_rev });
            }
            Change::MessageChanged { conversation, message } => {
                self.tell(conversation.id, What::MessageChanged(message));
            }
            Change::Note { conversation, note } => self.tell(conversation.id, What::Note(note)),
            Change::Conversation(conversation) => {
                self.tell(conversation.id, What::Conversation(conversation));
            }
            Change::Seen { conversation, side, seq } => self.tell(conversation, What::Seen { side, seq }),
            Change::Erased(conversations) => {
                for conversation in conversations {
                    self.tell(conversation, What::Erased);
                }
            }
            Change::SessionsEnded(sessions) => {
                let registry = self.registry();
                for mailbox in sessions.iter().flat_map(|session| registry.of_session(*session)) {
                    mailbox.close(CloseCode::SignedOut);
                }
            }
        }
    }

    /// Tells the sockets of a conversation.
    pub fn tell(&self, conversation: ConversationId, what: What) {
        let event = Arc::new(Event::new(what));
        for mailbox in self.registry().of_conversation(conversation) {
            mailbox.push(Arc::clone(&event));
        }
    }

    /// How many agents are connected to this node.
    pub fn agents_online(&self) -> usize {
        self.registry().agents_online()
    }

    /// Whether an agent is connected to this node.
    pub fn is_online(&self, agent: AgentKey) -> bool {
        self.registry().is_online(Person::Agent(agent))
    }

    /// Whether a conversation's customer has it open on this node.
    pub fn customer_is_connected(&self, conversation: ConversationId) -> bool {
        self.registry().has_customer(conversation)
    }

    /// How many sockets are open on this node.
    pub fn sockets(&self) -> usize {
        self.registry().sockets()
    }

    /// Closes all sockets with 1012, evenly over a time (D7). Returns when the last is gone.
    pub async fn drain(&self, over: Duration) {
        self.0.draining.store(true, Ordering::SeqCst);
        let open = self.registry().all();
        let pause = over / u32::try_from(open.len()).unwrap_or(u32::MAX).max(1);
        let mut next = tokio::time::Instant::now();
        for mailbox in open {
            tokio::time::sleep_until(next).await;
            mailbox.close(CloseCode::Restart);
            next += pause;
        }
        loop {
            let left = self.0.left.notified();
            if self.sockets() == 0 {
                return;
            }
            left.await;
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
