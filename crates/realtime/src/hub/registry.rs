//! The lists behind the hub.

use super::Hub;
use crate::event::Person;
use crate::mailbox::Mailbox;
use domain::{AgentKey, ConversationId, SessionKey};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

/// What a socket looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One conversation.
    Conversation(ConversationId),
    /// An agent's inbox.
    Inbox,
}

#[derive(Debug, Default)]
pub(super) struct Registry {
    conversations: Lists<ConversationId, (Person, Arc<Mailbox>)>,
    sessions: Lists<SessionKey, Arc<Mailbox>>,
    people: Lists<Person, Arc<Mailbox>>,
    inboxes: Vec<(Person, Arc<Mailbox>)>,
    sockets: usize,
    agents_online: usize,
    customers_online: usize,
}

impl Registry {
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
            Place::Conversation(id) => self.conversations.add(id, (person, Arc::clone(mailbox))),
            Place::Inbox => self.inboxes.push((person, Arc::clone(mailbox))),
        }
        self.sessions.add(session, Arc::clone(mailbox));
        self.people.add(person, Arc::clone(mailbox));
        self.sockets += 1;
        let sockets = self.people.get(&person);
        let came = usize::from(sockets.len() == 1);
        match person {
            Person::Agent(_) => {
                self.agents_online += came;
                None
            }
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
            Place::Conversation(id) => {
                self.conversations.remove(&id, |(_, other)| Arc::ptr_eq(other, mailbox));
            }
            Place::Inbox => self.inboxes.retain(|(_, other)| !Arc::ptr_eq(other, mailbox)),
        }
        self.sessions.remove(&session, |other| Arc::ptr_eq(other, mailbox));
        self.people.remove(&person, |other| Arc::ptr_eq(other, mailbox));
        self.sockets -= 1;
        let left = usize::from(self.people.get(&person).is_empty());
        match person {
            Person::Agent(_) => self.agents_online -= left,
            Person::Customer(_) => self.customers_online -= left,
        }
    }

    pub fn of_conversation(&self, id: ConversationId) -> impl Iterator<Item = &Arc<Mailbox>> {
        self.conversations.get(&id).iter().map(|(_, mailbox)| mailbox)
    }

    /// The sockets of a conversation's customer.
    pub fn of_customer(&self, id: ConversationId) -> impl Iterator<Item = &Arc<Mailbox>> {
        let sockets = self.conversations.get(&id).iter();
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

    pub fn agents_online(&self) -> usize {
        self.agents_online
    }

    pub fn customers_online(&self) -> usize {
        self.customers_online
    }

    pub fn is_online(&self, person: Person) -> bool {
        !self.people.get(&person).is_empty()
    }

    pub fn has_customer(&self, id: ConversationId) -> bool {
        self.of_customer(id).next().is_some()
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
