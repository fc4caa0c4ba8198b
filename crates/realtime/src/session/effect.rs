//! What a session wants done, and what it is given back.

use crate::wire::CloseCode;
use bytes::Bytes;
use domain::{ClaimToken, ClientId, Message, Note};

/// Entries of a log read at once (D4): a socket that resumes gets them page by page as it drains.
pub const PAGE: u32 = 200;

/// Something the session's driver is to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send a frame.
    Send(Bytes),
    /// Add a message, then call [`on_appended`](super::Session::on_appended). Several may be under way; they take
    /// their places in the store's queue in this order.
    Append {
        /// The sender's own id of it.
        client_id: ClientId,
        /// The text, fit to be a message.
        text: String,
        /// The fence of an agent (C2).
        claim_token: Option<ClaimToken>,
    },
    /// Add a note after those before it, then call [`on_noted`](super::Session::on_noted).
    AddNote {
        /// The sender's own id of it.
        client_id: ClientId,
        /// The text, fit to be a note.
        text: String,
    },
    /// Once everything before is sent, read a page, then call [`on_page`](super::Session::on_page).
    Read(Read),
    /// Renew the lease of a claim (C3), then call [`on_renewed`](super::Session::on_renewed).
    Renew {
        /// Which claim.
        token: ClaimToken,
        /// Whether the holder wrote or typed since the last renewal.
        is_active: bool,
    },
    /// Remember that the client has read up to this message.
    MarkSeen(i64),
    /// Remember that the client has read the notes up to this one.
    MarkNotesSeen(i64),
    /// Tell the conversation's other people that the client types, or stopped.
    TellTyping(bool),
    /// Find the customer's place in the queue, then call [`on_queue`](super::Session::on_queue).
    FindPlace,
    /// Find suggestions, then call [`on_suggestions`](super::Session::on_suggestions).
    FindSuggestions,
    /// Send what is due and close; nothing comes after.
    Close(CloseCode),
}

/// A page to read, of at most [`PAGE`] entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// Messages with a `seq` above this.
    Messages {
        /// That number.
        after: i64,
    },
    /// Messages with a `seq` up to one number that were changed since a `rev`, in `rev` order.
    Changes {
        /// The highest `seq`.
        up_to: i64,
        /// The `rev`.
        since: i64,
    },
    /// Notes with a `note_seq` above this.
    Notes {
        /// That number.
        after: i64,
    },
}

/// A page that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// For [`Read::Messages`] and [`Read::Changes`].
    Messages(Vec<Message>),
    /// For [`Read::Notes`].
    Notes(Vec<Note>),
}

/// Why something sent was not taken.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The store refused it.
    Store(store::Error),
    /// The client sends too fast.
    RateLimited,
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
