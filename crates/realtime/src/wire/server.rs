//! Frames the server sends, and the codes it closes with.

use super::{ConversationView, FacetsView, HolderView, MessageView, NoteView, SuggestionView};
use domain::{ClientId, ConversationId, Side};
use serde::Serialize;
use uuid::Uuid;

/// A frame to a client. Most are serialised once and shared by all sockets that get them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame of a chat socket.
    Welcome {
        /// The conversation as it was when the socket opened.
        conversation: Box<ConversationView>,
        /// Who the server takes the client for.
        you: You,
        /// The number of the newest message.
        last_seq: i64,
        /// The number of the oldest message still kept.
        first_seq: i64,
        /// Counts edits and deletions.
        last_rev: i64,
        /// Up to which message each side has read.
        seen: SeenUpTo,
    },
    /// A message, to every socket of the conversation.
    Message {
        /// The message.
        message: MessageView,
        /// To sockets opened with `html=1`: the entry as the page shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        html: Option<String>,
    },
    /// A message was edited or deleted.
    MessageChanged {
        /// The message as it is now.
        message: MessageView,
        /// To sockets opened with `html=1`: the entry as the page shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        html: Option<String>,
    },
    /// A note or event, to agents.
    Note {
        /// The note.
        note: NoteView,
        /// To sockets opened with `html=1`: the entry as the page shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        html: Option<String>,
    },
    /// What the client sent is durable (D1).
    Ack {
        /// The client's own id of it.
        client_id: ClientId,
        /// Its number: a message's `seq`, or a note's `note_seq`.
        seq: i64,
        /// Its id: a message's, or a note's.
        id: Uuid,
    },
    /// What the client sent was refused.
    Rejected(Rejection),
    /// Somebody else began or stopped typing.
    Typing {
        /// Their side.
        role: Side,
        /// Their name.
        name: String,
        /// Whether they type.
        on: bool,
    },
    /// Whether the customer is connected, to agents: on opening and when it changes.
    Presence {
        /// Null when it cannot be said.
        online: Option<bool>,
    },
    /// One side has read up to a message.
    Seen {
        /// Which side.
        role: Side,
        /// That message's number.
        seq: i64,
    },
    /// The conversation's state, claim, tags or urgency changed.
    Conversation {
        /// The conversation as it is now.
        conversation: Box<ConversationView>,
    },
    /// Canned replies that fit now, to agents (K2).
    Suggestions {
        /// The stage they are for (K1).
        stage: &'static str,
        /// Best first.
        items: Vec<SuggestionView>,
    },
    /// The customer's place in the queue.
    Queue(QueuePlace),
    /// Answers `ping`.
    Pong,
    /// Inbox: a conversation is new or changed.
    QueueChanged {
        /// The conversation as it is now.
        conversation: Box<ConversationView>,
    },
    /// Inbox: a conversation was erased.
    Removed {
        /// Which.
        id: ConversationId,
    },
    /// Inbox: how many conversations each facet's values have.
    Facets {
        /// The facets.
        facets: FacetsView,
    },
    /// Inbox: something for this agent.
    Notification {
        /// What: a stable word.
        kind: &'static str,
        /// In words.
        text: String,
        /// The conversation it is about.
        conversation: ConversationId,
        /// Its customer's name.
        customer: String,
        /// With `mentioned`: the name of the agent who did.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

impl ServerFrame {
    /// The frame's JSON.
    pub fn to_json(&self) -> String {
        #[expect(
            clippy::expect_used,
            reason = "views hold only strings, numbers and lists, which always serialise"
        )]
        serde_json::to_string(self).expect("a frame serialises")
    }
}

/// A customer's place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QueuePlace {
    /// How many are ahead.
    pub ahead: i64,
    /// For how many seconds the customer will wait, in whole minutes, if that can be said.
    pub estimate_s: Option<i64>,
    /// How many agents are connected, on all nodes.
    pub agents_online: usize,
}

/// Who the server takes the client for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct You {
    /// The side they stand on.
    pub role: Side,
    /// Their name.
    pub name: String,
    /// What an agent's socket may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

/// What an agent's socket may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Holds the claim and writes.
    Work,
    /// Reads along; writes notes at most.
    View,
}

/// Up to which message each side has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeenUpTo {
    /// The customer.
    pub customer: i64,
    /// Whoever held the conversation.
    pub agent: i64,
}

/// Why something the client sent was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The client's own id of what it sent, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The stable code; the same words as in REST.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub detail: String,
    /// With `already_claimed`: who holds the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<HolderView>,
    /// With `overloaded` and `rate_limited`: after which time to send it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// Why the server closes a socket, with the codes of `protocol.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// Another agent holds the conversation (C4).
    AlreadyClaimed,
    /// Not signed in, or signed out (A2).
    SignedOut,
    /// No such conversation, or not the caller's (A1).
    NotFound,
    /// The client reads too slowly or has too many sockets (D5): resume with `after`.
    TooSlow,
    /// The server restarts (D7): resume after a random wait.
    Restart,
    /// A binary frame.
    Binary,
    /// Text that is not UTF-8.
    NotUtf8,
    /// A frame over the limit.
    TooBig,
    /// Not a frame of the WebSocket protocol.
    Protocol,
    /// Ten malformed frames.
    Malformed,
    /// The server could not go on, for example without its database: resume with `after`.
    Failed,
}

impl CloseCode {
    /// The number on the wire (RFC 6455, section 7.4, and `protocol.md`).
    pub const fn code(self) -> u16 {
        match self {
            Self::AlreadyClaimed => 4000,
            Self::SignedOut => 4001,
            Self::NotFound => 4004,
            Self::TooSlow => 4008,
            Self::Restart => 1012,
            Self::Binary => 1003,
            Self::NotUtf8 => 1007,
            Self::TooBig => 1009,
            Self::Protocol => 1002,
            Self::Malformed => 1008,
            Self::Failed => 1011,
        }
    }

    /// The reason in words, sent along (at most 123 bytes).
    pub const fn reason(self) -> &'static str {
        match self {
            Self::AlreadyClaimed => "another agent holds this conversation",
            Self::SignedOut => "sign in again",
            Self::NotFound => "there is no such conversation",
            Self::TooSlow => "reading too slowly, or too many sockets: resume with after",
            Self::Restart => "the server restarts: resume after a random wait",
            Self::Binary => "send text frames",
            Self::NotUtf8 => "text frames must be UTF-8",
            Self::TooBig => "a frame is at most 128 KiB",
            Self::Protocol => "not a frame of the WebSocket protocol",
            Self::Malformed => "ten malformed frames",
            Self::Failed => "the server could not go on: resume with after",
        }
    }
}
