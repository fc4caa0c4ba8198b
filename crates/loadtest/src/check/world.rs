//! What everybody in a run shares.

use crate::cluster::{Person, Role};
use crate::history::Author;
use crate::random;
use crate::rest::Rest;
use rand::RngExt;
use rand::rngs::StdRng;
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The nodes, the agents, and the signs to stop.
#[derive(Debug)]
pub struct World {
    /// Where clients reach the nodes: their proxies.
    pub nodes: Vec<SocketAddr>,
    /// For REST calls.
    pub rest: Rest,
    /// All agents.
    pub agents: Vec<Person>,
    /// From it follows all chance.
    pub seed: u64,
    /// Nothing new is begun; what was begun is brought to its end.
    pub stop: CancellationToken,
    /// All faults are over and everybody had the time they may take: nobody waits for anything any more.
    pub give_up: CancellationToken,
}

impl World {
    /// A source of chance for one participant.
    pub fn random(&self, name: &str, number: usize) -> StdRng {
        random::source(self.seed, name, number)
    }

    /// Any node.
    pub fn any_node(&self, rng: &mut StdRng) -> SocketAddr {
        self.nodes[rng.random_range(0..self.nodes.len())]
    }

    /// The number of the agent with this id.
    pub fn agent_number(&self, id: Uuid) -> Option<usize> {
        self.agents.iter().position(|agent| agent.id == id)
    }
}

impl Person {
    /// How the history calls them.
    pub fn author(&self) -> Author {
        match self.role {
            Role::Customer => Author::Customer,
            Role::Agent(number) => Author::Agent(number),
        }
    }
}
