//! What the store tells its listener after a commit.

use domain::{AgentKey, Conversation, ConversationId, Message, Note, SessionKey, Side};
use std::sync::Arc;

/// Something that was committed. A hint for live views: the database is the truth (D6).
#[derive(Debug, Clone)]
pub enum Change {
    /// A message was added.
    Message {
        /// The conversation as it was right after.
        conversation: Arc<Conversation>,
        /// The message.
        message: Arc<Message>,
    },
    /// A message was edited or deleted.
    MessageChanged {
        /// The conversation as it was right after.
        conversation: Arc<Conversation>,
        /// The message as it is now.
        message: Arc<Message>,
    },
    /// A note or event was added to the agents' log.
    Note {
        /// The conversation as it was right after.
        conversation: Arc<Conversation>,
        /// The entry.
        note: Arc<Note>,
    },
    /// A note names agents, whose inboxes are to say so.
    Mentioned {
        /// Where.
        conversation: Arc<Conversation>,
        /// The note's number.
        note_seq: i64,
        /// Whom it names.
        agents: Vec<AgentKey>,
    },
    /// An agent has read a note that names them.
    MentionRead(AgentKey),
    /// The conversation's own data changed: its state, claim, tags …
    Conversation(Arc<Conversation>),
    /// One side has read up to a message.
    Seen {
        /// Which conversation.
        conversation: ConversationId,
        /// Who read.
        side: Side,
        /// Up to which number.
        seq: i64,
    },
    /// Conversations were erased.
    Erased(Vec<ConversationId>),
    /// Sessions ended: their sockets close (A2).
    SessionsEnded(Vec<SessionKey>),
}
