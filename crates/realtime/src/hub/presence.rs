//! Who is connected, here and elsewhere, and whether the other nodes can be heard.

use super::{Hub, Registry};
use crate::bus::{Hint, Roll, Standing, part_of};
use crate::event::{Person, What};
use domain::{AgentKey, CustomerKey};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Whether nodes hear of each other at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BusState {
    /// There is one node alone, or each reads for itself.
    #[default]
    None,
    /// What this node says comes back to it on every channel.
    Up,
    /// It does not: changes on other nodes show a few seconds late.
    Down,
}

impl BusState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Presence(Mutex<Elsewhere>);

#[derive(Debug, Default)]
struct Elsewhere {
    bus: BusState,
    /// Without a bus: whether there may be nodes that are not heard.
    has_unheard: bool,
    agents: HashSet<AgentKey>,
    customers: Roll,
}

impl Elsewhere {
    /// Whether a customer is connected to another node, if that can be said.
    fn has(&self, customer: CustomerKey) -> Option<bool> {
        match self.bus {
            BusState::Up => self.customers.has(customer),
            BusState::None => (!self.has_unheard).then_some(false),
            BusState::Down => None,
        }
    }
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, Elsewhere> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// How many agents are connected, on all nodes.
    pub fn agents_online(&self) -> usize {
        let here = self.agents_here();
        let elsewhere = self.0.presence.lock();
        here.len() + elsewhere.agents.iter().filter(|agent| !here.contains(agent)).count()
    }

    /// Whether an agent is connected, on any node.
    pub fn is_online(&self, agent: AgentKey) -> bool {
        self.registry().is_online(Person::Agent(agent)) || self.0.presence.lock().agents.contains(&agent)
    }

    /// Whether a customer is connected, on any node; none when only nodes could tell that are not heard.
    pub fn is_customer_online(&self, customer: CustomerKey) -> Option<bool> {
        self.is_online_in(&self.registry(), customer)
    }

    fn is_online_in(&self, registry: &Registry, customer: CustomerKey) -> Option<bool> {
        if registry.is_online(Person::Customer(customer)) {
            return Some(true);
        }
        self.0.presence.lock().has(customer)
    }

    /// The agents who are connected to this node.
    pub fn agents_here(&self) -> Vec<AgentKey> {
        self.registry().agents().collect()
    }

    /// The customers of a part who are connected to this node.
    pub(crate) fn customers_here(&self, part: u16) -> Vec<CustomerKey> {
        self.registry().customers().filter(|customer| part_of(*customer) == part).collect()
    }

    /// A customer's first socket on this node opened, or their last one closed. Which of the two is looked at when the hint
    /// gets its place in line: so the last one says what holds, however a coming and a leaving cross.
    pub(super) fn tell_customer(&self, customer: CustomerKey) {
        self.0.outbox.put(|| {
            let online = self.registry().is_online(Person::Customer(customer));
            Hint::Customer { key: customer.0, online }
        });
        self.tell_presence(&[customer]);
    }

    pub(super) fn hear_of_customer(&self, node: Uuid, customer: CustomerKey, online: bool) {
        self.0.presence.lock().customers.hear_of(node, customer, online);
        self.tell_presence(&[customer]);
    }

    pub(super) fn hear_of_customers(&self, node: Uuid, part: u16, customers: HashSet<CustomerKey>) {
        let changed = self.0.presence.lock().customers.hear_part(node, part, customers);
        self.tell_presence(&changed);
    }

    /// Forgets what was said by nodes that fell silent.
    pub(crate) fn review_customers(&self, standing: impl Fn(Uuid) -> Standing) {
        let changed = self.0.presence.lock().customers.review(standing);
        self.tell_presence(&changed);
    }

    /// Tells the agents who have a conversation of one of these customers open whether they are there now.
    fn tell_presence(&self, customers: &[CustomerKey]) {
        let registry = self.registry();
        for customer in customers {
            for id in registry.conversations_of(*customer) {
                registry.tell(*id, What::Presence(self.is_online_in(&registry, *customer)));
            }
        }
    }

    /// Says whether other nodes may be at work that this one cannot hear.
    pub(crate) fn expect_unheard(&self, has_unheard: bool) {
        self.0.presence.lock().has_unheard = has_unheard;
    }

    /// Whether the other nodes are heard.
    pub fn bus(&self) -> BusState {
        self.0.presence.lock().bus
    }

    pub(crate) fn set_bus(&self, bus: BusState) {
        self.metrics().bus(bus);
        let before = std::mem::replace(&mut self.0.presence.lock().bus, bus);
        if bus == BusState::Up && before != bus {
            tracing::info!("the bus is up: nodes hear of each other at once");
        }
    }

    pub(crate) fn set_agents_elsewhere(&self, agents: HashSet<AgentKey>) {
        let mut elsewhere = self.0.presence.lock();
        if elsewhere.agents != agents {
            elsewhere.agents = agents;
            drop(elsewhere);
            self.recount();
        }
    }
}
