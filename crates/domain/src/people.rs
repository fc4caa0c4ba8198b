//! Customers, agents, administrators.

use crate::{AgentId, AgentKey, CustomerId, CustomerKey};
use serde::{Deserialize, Serialize};

/// The two sides of a conversation, as the wire names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The customer who owns the conversation.
    Customer,
    /// Whoever answers, administrators included.
    Agent,
}

impl Side {
    /// The word kept in the database and sent on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
        }
    }
}

/// A customer: somebody who has no account, only an identity in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The key inside the database.
    pub key: CustomerKey,
    /// The id outside.
    pub id: CustomerId,
    /// The name they gave.
    pub name: String,
    /// The address they typed, if any; a claim, not proof (A11).
    pub email: Option<String>,
    /// Whether the address was proven to be theirs.
    pub email_verified: bool,
}

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentRole {
    /// Answers customers.
    Agent,
    /// Answers customers and looks after the installation.
    Administrator,
}

impl AgentRole {
    /// The word kept in the database and sent on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Administrator => "administrator",
        }
    }
}

/// An agent or administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The key inside the database.
    pub key: AgentKey,
    /// The id outside.
    pub id: AgentId,
    /// The name customers see.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: AgentRole,
}

impl Agent {
    /// Whether this is an administrator.
    pub fn is_administrator(&self) -> bool {
        self.role == AgentRole::Administrator
    }

    /// The short form kept on what they hold or did.
    pub fn reference(&self) -> AgentRef {
        AgentRef { key: self.key, id: self.id, name: self.name.clone() }
    }
}

/// Who an agent is, without what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRef {
    /// The key inside the database.
    pub key: AgentKey,
    /// The id outside.
    pub id: AgentId,
    /// The name customers see.
    pub name: String,
}

/// Somebody who is signed in and does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A customer.
    Customer(Customer),
    /// An agent or administrator.
    Agent(Agent),
}

impl Actor {
    /// The side of the conversation they stand on.
    pub fn side(&self) -> Side {
        match self {
            Self::Customer(_) => Side::Customer,
            Self::Agent(_) => Side::Agent,
        }
    }

    /// The name the other side sees.
    pub fn name(&self) -> &str {
        match self {
            Self::Customer(customer) => &customer.name,
            Self::Agent(agent) => &agent.name,
        }
    }

    /// The key, as a customer or an agent.
    pub fn key(&self) -> i64 {
        match self {
            Self::Customer(customer) => customer.key.0,
            Self::Agent(agent) => agent.key.0,
        }
    }

    /// The agent, if they are one.
    pub fn agent(&self) -> Option<&Agent> {
        match self {
            Self::Agent(agent) => Some(agent),
            Self::Customer(_) => None,
        }
    }
}
