//! A conversation and its states.

use crate::{
    Actor, AgentRef, Claim, ClaimToken, ConversationId, ConversationKey, Customer, Rating, Side, Timestamp,
    Urgency, Words,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A state without its data, as the wire and the database name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody holds it; it is in the queue.
    Open,
    /// An agent holds it.
    Ongoing,
    /// Unheld and out of the queue until its time.
    Snoozed,
    /// Done, until somebody reopens it.
    Resolved,
}

impl Status {
    /// Every status, in the order people read them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Ongoing, Self::Snoozed, Self::Resolved];

    /// The word on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ongoing => "ongoing",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }
}

/// A word that is no status.
#[derive(Debug, thiserror::Error)]
#[error("status is one of open, ongoing, snoozed, resolved")]
pub struct UnknownStatus;

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(UnknownStatus)
    }
}

/// Who resolved a conversation, and from whom: what undoing it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// The agent who did, or none for the customer.
    pub by: Option<AgentRef>,
    /// Who held it then.
    pub former_holder: Option<AgentRef>,
}

/// What a conversation is in, with the data only that state has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// In the queue.
    Open,
    /// Held by an agent.
    Ongoing(Claim),
    /// Out of the queue until a time.
    Snoozed {
        /// When it returns to the queue.
        until: Timestamp,
    },
    /// Done.
    Resolved(Resolution),
}

/// A conversation between one customer and whoever holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// The key inside the database.
    pub key: ConversationKey,
    /// The id outside.
    pub id: ConversationId,
    /// The owner.
    pub customer: Customer,
    /// What it is in.
    pub state: State,
    /// The highest claim token given so far (C2).
    pub claim_token: ClaimToken,
    /// The number of the newest message; 0 when there is none.
    pub last_seq: i64,
    /// The number of the oldest message still kept.
    pub first_seq: i64,
    /// Counts edits and deletions.
    pub last_rev: i64,
    /// The number of the newest note or event.
    pub last_note_seq: i64,
    /// `last_seq` when it was last opened or reopened: where the present stage began (K1).
    pub opened_seq: i64,
    /// The number of the newest message of each side; 0 when there is none.
    pub last_customer_seq: i64,
    /// See [`last_customer_seq`](Self::last_customer_seq).
    pub last_agent_seq: i64,
    /// Up to which number the customer has read.
    pub customer_seen_seq: i64,
    /// Up to which number a holder has read.
    pub agent_seen_seq: i64,
    /// How urgent.
    pub urgency: Urgency,
    /// When the urgency changes if nothing else happens.
    pub urgency_due_at: Option<Timestamp>,
    /// What the strongest customer message since the last agent message says; none when there is none, or none was
    /// scored.
    pub words: Option<Words>,
    /// By which version of the rules that was scored.
    pub rules_version: i64,
    /// How many conversations the customer had shortly before this one.
    pub earlier: i64,
    /// Tags, in alphabetical order.
    pub tags: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When a message was last added.
    pub last_message_at: Timestamp,
    /// The first customer message with no agent message after it.
    pub waiting_since: Option<Timestamp>,
    /// What the customer says of the help.
    pub rating: Option<Rating>,
    /// Counts every change of the row; what compare-and-set compares.
    pub version: i64,
}

impl Conversation {
    /// The state's name.
    pub fn status(&self) -> Status {
        match self.state {
            State::Open => Status::Open,
            State::Ongoing(_) => Status::Ongoing,
            State::Snoozed { .. } => Status::Snoozed,
            State::Resolved(_) => Status::Resolved,
        }
    }

    /// The claim, while an agent holds it.
    pub fn current_claim(&self) -> Option<&Claim> {
        match &self.state {
            State::Ongoing(claim) => Some(claim),
            State::Open | State::Snoozed { .. } | State::Resolved(_) => None,
        }
    }

    /// Whether somebody may know of it at all: customers of their own, agents of all (A1).
    pub fn is_within_reach_of(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Customer(customer) => self.customer.key == customer.key,
            Actor::Agent(_) => true,
        }
    }

    /// Whether the agent holds it at `now`.
    pub fn is_held_by(&self, agent: crate::AgentKey, now: Timestamp) -> bool {
        self.current_claim().is_some_and(|claim| claim.holder.key == agent && !claim.is_expired(now))
    }

    /// Whether the other side wrote something this side has not seen.
    pub fn has_unread(&self, side: Side) -> bool {
        match side {
            Side::Customer => self.last_agent_seq > self.customer_seen_seq,
            Side::Agent => self.last_customer_seq > self.agent_seen_seq,
        }
    }
}
