//! Who hears of what: the open sockets by conversation, session and person.
//!
//! Telling never waits (D5): it puts events into bounded mailboxes, and a full one closes its socket. Events are
//! hints; whoever misses one reads the store (D6).

mod catch_up;
mod inbox;
mod presence;
mod registry;

pub use catch_up::Behind;
pub use inbox::{Told, run_inbox};
pub use presence::BusState;
pub use registry::{Attachment, Place};

use crate::Metrics;
use crate::bus::{Hint, Outbox};
use crate::event::{Event, Person, What};
use crate::mailbox::Mailbox;
use crate::wire::CloseCode;
use catch_up::Rumours;
use domain::{Conversation, ConversationId, SessionKey, Side};
use inbox::{Mention, Pending};
use presence::Presence;
use registry::Registry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Change, Position, Session};
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
    /// What the other nodes are to hear of.
    outbox: Outbox,
    /// What other nodes say has happened.
    rumours: Rumours,
    /// Who is connected to other nodes, and whether those are heard.
    presence: Presence,
    /// A socket was detached.
    left: Notify,
    metrics: Metrics,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(SOCKETS_PER_CUSTOMER)
    }
}

impl Hub {
    /// A hub without sockets. Past `sockets_per_customer` a customer's oldest socket closes (C5).
    pub fn new(sockets_per_customer: usize) -> Self {
        let metrics = Metrics::default();
        Self(Arc::new(Shared {
            sockets_per_customer,
            draining: AtomicBool::new(false),
            registry: Mutex::new(Registry::new(metrics.clone())),
            pending: Mutex::default(),
            inbox_moved: Notify::new(),
            outbox: Outbox::default(),
            rumours: Rumours::default(),
            presence: Presence::default(),
            left: Notify::new(),
            metrics,
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
        self.metrics().sockets(person, place).inc();
        let mut registry = self.registry();
        let came = !registry.is_online(person);
        let oldest = registry.add(session.key, person, place, &mailbox, limit);
        drop(registry);
        if let Some(oldest) = oldest {
            oldest.close(CloseCode::TooSlow);
        }
        // Looked at after the registry's lock: the drain either finds this socket in its list or is seen here.
        if self.0.draining.load(Ordering::SeqCst) {
            mailbox.close(CloseCode::Restart);
        }
        self.tell_person(person, came);
        Attachment::new(self.clone(), session.key, person, place, mailbox)
    }

    fn detach(&self, session: SessionKey, person: Person, place: Place, mailbox: &Arc<Mailbox>) {
        let mut registry = self.registry();
        registry.remove(session, person, place, mailbox);
        let left = !registry.is_online(person);
        drop(registry);
        self.metrics().sockets(person, place).dec();
        self.tell_person(person, left);
        self.0.left.notify_waiters();
    }

    /// Agents get the counts when they come, and customers hear how many agents are there. Agents hear of a customer
    /// who came or left.
    fn tell_person(&self, person: Person, came_or_left: bool) {
        match person {
            Person::Agent(_) => self.recount(),
            Person::Customer(customer) if came_or_left => self.tell_customer(customer),
            Person::Customer(_) => {}
        }
    }

    /// Tells this node's sockets and the other nodes of a committed change.
    pub fn publish(&self, change: Change) {
        self.0.outbox.put(|| Hint::of(&change));
        self.pending().note(&change, &self.0.inbox_moved);
        match change {
            Change::Message { conversation, message } => {
                let last_rev = conversation.last_rev;
                self.tell_change(&conversation, What::Message { message, last_rev });
            }
            Change::MessageChanged { conversation, message } => {
                self.tell_change(&conversation, What::MessageChanged(message));
            }
            Change::Note { conversation, note } => self.tell_change(&conversation, What::Note(note)),
            Change::Conversation(conversation) => {
                self.tell_change(&conversation, What::Conversation(Arc::clone(&conversation)));
            }
            Change::Mentioned { conversation, note_seq, agents } => {
                self.tell_mentioned(Mention { conversation: conversation.key, note_seq, agents });
            }
            Change::MentionRead(_) => self.recount(),
            Change::Seen { conversation, side, seq } => self.tell_seen(conversation, side, seq),
            Change::Erased(conversations) => self.tell_erased(&conversations),
            Change::SessionsEnded(sessions) => self.close_sessions(&sessions),
        }
    }

    /// Tells the sockets of a conversation, here and on the other nodes, that somebody types or stopped.
    pub fn tell_typing(&self, id: ConversationId, by: Person, name: &str, on: bool) {
        self.0.outbox.put(|| Hint::typing(id, by, name, on));
        self.tell(id, What::Typing { by, name: name.to_owned(), on });
    }

    /// Tells the sockets of a conversation.
    fn tell(&self, id: ConversationId, what: What) {
        self.registry().tell(id, what);
    }

    /// Tells the sockets of a conversation of a change, and notes how much they have been told by that: only the change
    /// itself, for the conversation may have moved on other nodes too.
    fn tell_change(&self, conversation: &Conversation, what: What) {
        let told = match &what {
            What::Message { message, .. } => Position { seq: message.seq, ..Position::default() },
            What::MessageChanged(message) => Position { rev: message.rev, ..Position::default() },
            What::Note(note) => Position { note_seq: note.note_seq, ..Position::default() },
            What::Conversation(state) => Position { version: state.version, ..Position::default() },
            _ => Position::default(),
        };
        let mut registry = self.registry();
        registry.tell(conversation.id, what);
        registry.note_told(conversation.id, told);
        registry.note_version(conversation.id, conversation.version);
    }

    fn tell_seen(&self, id: ConversationId, side: Side, seq: i64) {
        let (customer_seen, agent_seen) = if side == Side::Customer { (seq, 0) } else { (0, seq) };
        let mut registry = self.registry();
        registry.tell(id, What::Seen { side, seq });
        registry.note_told(id, Position { customer_seen, agent_seen, ..Position::default() });
        drop(registry);
        // What an agent has read is not unread any more, wherever else they look.
        if side == Side::Agent {
            self.recount();
        }
    }

    fn tell_mentioned(&self, mention: Mention) {
        self.pending().mentions.push(mention);
        self.recount();
    }

    fn tell_erased(&self, conversations: &[ConversationId]) {
        for conversation in conversations {
            self.tell(*conversation, What::Erased);
        }
    }

    fn close_sessions(&self, sessions: &[SessionKey]) {
        let registry = self.registry();
        for mailbox in sessions.iter().flat_map(|session| registry.of_session(*session)) {
            mailbox.close(CloseCode::SignedOut);
        }
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

    /// What it counts, and the bus and the repair with it.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What waits to be said to the other nodes.
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
