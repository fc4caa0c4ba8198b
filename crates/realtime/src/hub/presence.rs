//! Which agents are connected, here and elsewhere, and whether the other nodes can be heard.

use super::Hub;
use crate::event::Person;
use domain::{AgentKey, CustomerKey};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    agents: HashSet<AgentKey>,
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

    /// Whether a customer is connected; none when only other nodes could tell.
    pub fn is_customer_online(&self, customer: CustomerKey) -> Option<bool> {
        let is_here = self.registry().is_online(Person::Customer(customer));
        (is_here || self.bus() == BusState::None).then_some(is_here)
    }

    /// The agents who are connected to this node.
    pub fn agents_here(&self) -> Vec<AgentKey> {
        self.registry().agents().collect()
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
