//! The lists behind the hub.

use super::Hub;
use crate::Metrics;
use crate::event::{Event, Person, What};
use crate::mailbox::Mailbox;
use domain::{AgentKey, Conversation, ConversationId, ConversationKey, CustomerKey, SessionKey, Side};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;
use store::{Position, Stand};

/// What a socket looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One conversation, and whose it is.
    Conversation(ConversationId, ConversationKey, CustomerKey),
    /// An agent's inbox.
    Inbox,
}

#[derive(Debug)]
pub(super) struct Registry {
    metrics: Metrics,
    conversations: HashMap<ConversationId, Open>,
    /// The conversations that are open, by their customer.
    customers: Lists<CustomerKey, ConversationId>,
    sessions: Lists<SessionKey, Arc<Mailbox>>,
    people: Lists<Person, Arc<Mailbox>>,
    inboxes: Vec<(Person, Arc<Mailbox>)>,
    sockets: usize,
    customers_online: usize,
}

/// A conversation somebody has open.
#[derive(Debug)]
struct Open {
    key: ConversationKey,
    /// Up to where all of its sockets have been told; none until the first has read it.
    known: Option<Position>,
    /// Up to where other nodes say it stands.
    heard: Position,
    sockets: Vec<(Person, Arc<Mailbox>)>,
}

impl Registry {
    /// Nobody there.
    pub fn new(metrics: Metrics) -> Self {
        Self {
            metrics,
            conversations: HashMap::new(),
            customers: Lists::default(),
            sessions: Lists::default(),
            people: Lists::default(),
            inboxes: Vec::new(),
            sockets: 0,
            customers_online: 0,
        }
    }

    /// Adds a socket; gives back the oldest of a customer who has more than `per_customer` now.
    pub fn add(
        &mut self,
        session: SessionKey,
        person: Person,
        place: Place,
        mailbox: &Arc<Mailbox>,
        per_customer: usize,
    ) -> Option<Arc<Mailbox>> {
        match place {
            Place::Conversation(id, key, customer) => {
                let open = self.conversations.entry(id).or_insert_with(|| {
                    self.customers.add(customer, id);
                    Open { key, known: None, heard: Position::default(), sockets: Vec::new() }
                });
                open.sockets.push((person, Arc::clone(mailbox)));
            }
            Place::Inbox => self.inboxes.push((person, Arc::clone(mailbox))),
        }
        self.sessions.add(session, Arc::clone(mailbox));
        self.people.add(person, Arc::clone(mailbox));
        self.sockets += 1;
        let sockets = self.people.get(&person);
        let came = usize::from(sockets.len() == 1);
        match person {
            Person::Agent(_) => None,
            Person::Customer(_) => {
                self.customers_online += came;
                // Those before it were told to close already.
                let oldest = sockets.len().checked_sub(per_customer.saturating_add(1));
                oldest.map(|oldest| Arc::clone(&sockets[oldest]))
            }
        }
    }

    pub fn remove(&mut self, session: SessionKey, person: Person, place: Place, mailbox: &Arc<Mailbox>) {
        match place {
            Place::Conversation(id, _, customer) => {
                if let Entry::Occupied(mut open) = self.conversations.entry(id) {
                    open.get_mut().sockets.retain(|(_, other)| !Arc::ptr_eq(other, mailbox));
                    if open.get().sockets.is_empty() {
                        open.remove();
                        self.customers.remove(&customer, |other| *other == id);
                    }
                }
            }
            Place::Inbox => self.inboxes.retain(|(_, other)| !Arc::ptr_eq(other, mailbox)),
        }
        self.sessions.remove(&session, |other| Arc::ptr_eq(other, mailbox));
        self.people.remove(&person, |other| Arc::ptr_eq(other, mailbox));
        self.sockets -= 1;
        if matches!(person, Person::Customer(_)) && self.people.get(&person).is_empty() {
            self.customers_online -= 1;
        }
    }

    /// Tells all sockets of a conversation.
    pub fn tell(&self, id: ConversationId, what: What) {
        let Some(open) = self.conversations.get(&id) else { return };
        let event = Arc::new(Event::new(what));
        for (_, mailbox) in &open.sockets {
            self.put(mailbox, &event);
        }
    }

    /// Puts an event into a mailbox.
    pub fn put(&self, mailbox: &Mailbox, event: &Arc<Event>) {
        self.metrics.events_told.inc();
        if !mailbox.push(Arc::clone(event)) {
            self.metrics.slow_readers.inc();
        }
    }

    /// All sockets of a conversation were told up to here.
    pub fn note_told(&mut self, id: ConversationId, told: Position) {
        if let Some(known) = self.conversations.get_mut(&id).and_then(|open| open.known.as_mut()) {
            *known = known.max(told);
        }
    }

    /// A change that made this version was told. Between it and the last one known, none may be missing.
    pub fn note_version(&mut self, id: ConversationId, version: i64) {
        if self.known(id).is_some_and(|known| known.version + 1 == version) {
            self.note_told(id, Position { version, ..Position::default() });
        }
    }

    /// A socket has read a conversation, after it was added: nobody is certain to know more than everybody does. Gives
    /// back where it stands by what was heard meanwhile, if that is further (D4).
    pub fn note_opened(&mut self, conversation: &Conversation) -> Option<Stand> {
        let open = self.conversations.get_mut(&conversation.id)?;
        let read = Position::of(conversation);
        let known = open.known.map_or(read, |known| known.min(read));
        open.known = Some(known);
        let behind = Stand { key: open.key, id: conversation.id, at: open.heard };
        (!known.covers(open.heard)).then_some(behind)
    }

    /// Another node said where a conversation stands.
    pub fn note_heard(&mut self, stand: Stand) {
        if let Some(open) = self.conversations.get_mut(&stand.id) {
            open.heard = open.heard.max(stand.at);
        }
    }

    /// Up to where all sockets of a conversation have been told; none when it is not open.
    pub fn known(&self, id: ConversationId) -> Option<Position> {
        self.conversations.get(&id).and_then(|open| open.known)
    }

    /// Whether nobody here has heard yet that a side has read this far.
    pub fn is_news_of(&self, id: ConversationId, side: Side, seq: i64) -> bool {
        self.known(id).is_some_and(|known| match side {
            Side::Customer => known.customer_seen < seq,
            Side::Agent => known.agent_seen < seq,
        })
    }

    pub fn is_open(&self, id: ConversationId) -> bool {
        self.conversations.contains_key(&id)
    }

    pub fn open_conversations(&self) -> impl Iterator<Item = (ConversationKey, ConversationId)> {
        self.conversations.iter().map(|(id, open)| (open.key, *id))
    }

    pub fn open_sessions(&self) -> impl Iterator<Item = SessionKey> {
        self.sessions.0.keys().copied()
    }

    /// The sockets of a conversation's customer.
    pub fn of_customer(&self, id: ConversationId) -> impl Iterator<Item = &Arc<Mailbox>> {
        let sockets = self.conversations.get(&id).into_iter().flat_map(|open| &open.sockets);
        sockets.filter(|(person, _)| matches!(person, Person::Customer(_))).map(|(_, mailbox)| mailbox)
    }

    pub fn of_session(&self, key: SessionKey) -> impl Iterator<Item = &Arc<Mailbox>> {
        self.sessions.get(&key).iter()
    }

    pub fn has_inboxes(&self) -> bool {
        !self.inboxes.is_empty()
    }

    pub fn inboxes(&self) -> impl Iterator<Item = &Arc<Mailbox>> {
        self.inboxes.iter().map(|(_, mailbox)| mailbox)
    }

    pub fn inboxes_of(&self, agent: AgentKey) -> impl Iterator<Item = &Arc<Mailbox>> {
        let theirs = self.inboxes.iter().filter(move |(person, _)| *person == Person::Agent(agent));
        theirs.map(|(_, mailbox)| mailbox)
    }

    pub fn agents(&self) -> impl Iterator<Item = AgentKey> {
        self.people.0.keys().filter_map(|person| match person {
            Person::Agent(agent) => Some(*agent),
            Person::Customer(_) => None,
        })
    }

    pub fn customers(&self) -> impl Iterator<Item = CustomerKey> {
        self.people.0.keys().filter_map(|person| match person {
            Person::Customer(customer) => Some(*customer),
            Person::Agent(_) => None,
        })
    }

    /// The conversations of a customer that somebody has open.
    pub fn conversations_of(&self, customer: CustomerKey) -> &[ConversationId] {
        self.customers.get(&customer)
    }

    pub fn customers_online(&self) -> usize {
        self.customers_online
    }

    pub fn is_online(&self, person: Person) -> bool {
        !self.people.get(&person).is_empty()
    }

    pub fn all(&self) -> Vec<Arc<Mailbox>> {
        self.sessions.0.values().flatten().cloned().collect()
    }

    pub fn sockets(&self) -> usize {
        self.sockets
    }
}

/// Short lists by key; an empty one takes no memory.
#[derive(Debug)]
struct Lists<K, V>(HashMap<K, Vec<V>>);

impl<K, V> Default for Lists<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V> Lists<K, V> {
    fn add(&mut self, key: K, value: V) {
        match self.0.entry(key) {
            Entry::Occupied(mut list) => list.get_mut().push(value),
            // Most lists stay at one entry, so room for more is made when it is needed.
            Entry::Vacant(place) => {
                place.insert(vec![value]);
            }
        }
    }

    fn remove(&mut self, key: &K, is_it: impl Fn(&V) -> bool) {
        if let Some(list) = self.0.get_mut(key) {
            list.retain(|value| !is_it(value));
            if list.is_empty() {
                self.0.remove(key);
            }
        }
    }

    fn get(&self, key: &K) -> &[V] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }
}

/// A socket's place in the hub, left when this is dropped.
#[derive(Debug)]
pub struct Attachment {
    hub: Hub,
    session: SessionKey,
    person: Person,
    place: Place,
    mailbox: Arc<Mailbox>,
}

impl Attachment {
    pub(super) fn new(
        hub: Hub,
        session: SessionKey,
        person: Person,
        place: Place,
        mailbox: Arc<Mailbox>,
    ) -> Self {
        Self { hub, session, person, place, mailbox }
    }

    /// What waits for the socket.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The socket has read its conversation, which it is told of from there on (D4).
    pub fn opened(&self, conversation: &Conversation) {
        let behind = self.hub.registry().note_opened(conversation);
        if let Some(stand) = behind {
            self.hub.hear_of(stand, None);
        }
    }

    /// The hub it is attached to.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.hub.detach(self.session, self.person, self.place, &self.mailbox);
    }
}
