//! What is said: messages, which both sides see, and notes and system events, which only agents see.

use crate::{AgentKey, ClientId, MessageId, NoteId, Side, Timestamp};
use serde::Serialize;

/// Who wrote something, as it was when they wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// The side they stood on.
    pub role: Side,
    /// Their name then.
    pub name: String,
}

/// A message, numbered by `seq` without gaps (D3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id outside.
    pub id: MessageId,
    /// Its number in the conversation: 1, 2, 3 …
    pub seq: i64,
    /// Who wrote it.
    pub author: Author,
    /// Their key, as a customer or an agent.
    pub author_key: i64,
    /// The text exactly as sent; none when deleted.
    pub text: Option<String>,
    /// The sender's own id of it (D2).
    pub client_id: ClientId,
    /// When it was committed.
    pub created_at: Timestamp,
    /// The conversation's `rev` when it was last edited or deleted; 0 when never.
    pub rev: i64,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Whether it was deleted; its number stays.
    pub deleted: bool,
}

impl Message {
    /// Whether this agent wrote it, whatever they are called.
    pub fn is_by(&self, agent: AgentKey) -> bool {
        self.author.role == Side::Agent && self.author_key == agent.0
    }
}

/// What an entry of the agents' log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Written by an agent.
    Note,
    /// Something that happened: claimed, handed over, resolved …
    Event,
}

impl NoteKind {
    /// The word kept in the database and sent on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Event => "event",
        }
    }
}

/// An entry of the agents-only log, numbered by `note_seq` without gaps (D3).
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The id outside.
    pub id: NoteId,
    /// Its number in the log: 1, 2, 3 …
    pub note_seq: i64,
    /// The last message `seq` when it was committed; the two logs merge by (`after_seq`, `note_seq`).
    pub after_seq: i64,
    /// Note or event.
    pub kind: NoteKind,
    /// Who wrote or did it; none when the system did.
    pub author: Option<Author>,
    /// The note's text, or the event in words.
    pub text: String,
    /// An event's facts, for programs.
    pub data: Option<serde_json::Value>,
    /// The sender's own id of a note.
    pub client_id: Option<ClientId>,
    /// When it was committed.
    pub created_at: Timestamp,
}
