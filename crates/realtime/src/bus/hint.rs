//! What one node tells the others.

use crate::event::Person;
use domain::{AgentKey, Conversation, ConversationId, CustomerKey, NoteKind, Side};
use serde::{Deserialize, Serialize};
use store::{Change, Position};
use uuid::Uuid;

/// Something that happened on another node, or seems to have: lost, doubled or late, it does no harm (D6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A conversation moved on.
    Moved {
        /// Its id.
        id: Uuid,
        /// Its key.
        key: i64,
        /// Where it stands now: `seq`, `note_seq`, `rev`, `version`, and how far customer and agent have read.
        at: [i64; 6],
        /// What its holder's inbox is to say of it.
        news: Option<News>,
    },
    /// One side has read up to a message.
    Seen {
        /// Which conversation.
        id: Uuid,
        /// Who read.
        side: Side,
        /// Up to which number.
        seq: i64,
    },
    /// Somebody began or stopped typing.
    Typing {
        /// Where.
        id: Uuid,
        /// Their side.
        side: Side,
        /// Their key as a customer or agent.
        key: i64,
        /// Their name.
        name: String,
        /// Whether they type.
        on: bool,
    },
    /// A note names agents.
    Mentioned {
        /// Which conversation.
        id: Uuid,
        /// Its key.
        key: i64,
        /// The note's number.
        note_seq: i64,
        /// The agents' keys.
        agents: Vec<i64>,
    },
    /// An agent has read a note that names them.
    MentionRead(i64),
    /// A customer has opened their first socket on the node, or closed their last.
    Customer {
        /// Their key.
        key: i64,
        /// Whether they are connected now.
        online: bool,
    },
    /// The customers who are connected to the node, of one part of all (see [`Roll`](super::Roll)).
    Customers {
        /// Which part.
        part: u16,
        /// Their keys.
        keys: Vec<i64>,
    },
    /// Conversations were erased.
    Erased(Vec<Uuid>),
    /// Sessions ended (A2).
    SessionsEnded(Vec<i64>),
    /// The node lives; the agents who are connected to it.
    Beat(Vec<i64>),
}

/// What an inbox says of a conversation in its agent's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// Its customer wrote.
    CustomerWrote,
    /// It was handed to the agent.
    HandedOver,
    /// The agent was warned that its customer waits.
    Warned,
}

impl News {
    /// What a change is to its conversation's holder, if anything.
    pub fn of(change: &Change) -> Option<Self> {
        match change {
            Change::Message { message, .. } if message.author.role == Side::Customer => {
                Some(Self::CustomerWrote)
            }
            Change::Note { note, .. } if note.kind == NoteKind::Event => {
                match note.data.as_ref()?["event"].as_str()? {
                    "handed_over" => Some(Self::HandedOver),
                    "warned" => Some(Self::Warned),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl Hint {
    /// What to tell the other nodes of a change.
    pub fn of(change: &Change) -> Self {
        match change {
            Change::Message { conversation, .. }
            | Change::MessageChanged { conversation, .. }
            | Change::Note { conversation, .. }
            | Change::Conversation(conversation) => Self::moved(conversation, News::of(change)),
            Change::Mentioned { conversation, note_seq, agents } => Self::Mentioned {
                id: conversation.id.0,
                key: conversation.key.0,
                note_seq: *note_seq,
                agents: agents.iter().map(|agent| agent.0).collect(),
            },
            Change::MentionRead(agent) => Self::MentionRead(agent.0),
            Change::Seen { conversation, side, seq } => {
                Self::Seen { id: conversation.0, side: *side, seq: *seq }
            }
            Change::Erased(ids) => Self::Erased(ids.iter().map(|id| id.0).collect()),
            Change::SessionsEnded(sessions) => {
                Self::SessionsEnded(sessions.iter().map(|key| key.0).collect())
            }
        }
    }

    fn moved(conversation: &Conversation, news: Option<News>) -> Self {
        let Position { seq, note_seq, rev, version, customer_seen, agent_seen } = Position::of(conversation);
        let at = [seq, note_seq, rev, version, customer_seen, agent_seen];
        Self::Moved { id: conversation.id.0, key: conversation.key.0, at, news }
    }

    /// That somebody types, or stopped.
    pub fn typing(id: ConversationId, by: Person, name: &str, on: bool) -> Self {
        let (side, key) = match by {
            Person::Customer(CustomerKey(key)) => (Side::Customer, key),
            Person::Agent(AgentKey(key)) => (Side::Agent, key),
        };
        Self::Typing { id: id.0, side, key, name: name.to_owned(), on }
    }

    /// The conversation it is about, if it is about one alone.
    pub fn conversation(&self) -> Option<Uuid> {
        match self {
            Self::Moved { id, .. }
            | Self::Seen { id, .. }
            | Self::Typing { id, .. }
            | Self::Mentioned { id, .. } => Some(*id),
            Self::MentionRead(_)
            | Self::Customer { .. }
            | Self::Customers { .. }
            | Self::Erased(_)
            | Self::SessionsEnded(_)
            | Self::Beat(_) => None,
        }
    }
}
