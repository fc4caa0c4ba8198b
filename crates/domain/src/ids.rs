//! Identifiers. What the outside sees is a UUID (`external_id`); what the database joins on is a 64-bit key.
//! Each has a type of its own, so that one can never stand in for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! external_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id. Version 7, so that neighbours in time are neighbours in the index (RFC 9562, section 5.7).
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);
    )+};
}

external_id! {
    /// A conversation, in addresses and JSON.
    ConversationId,
    /// A message.
    MessageId,
    /// A note or system event of a conversation.
    NoteId,
    /// A person, whatever their roles.
    UserId,
    /// A person in the role of a customer.
    CustomerId,
    /// A person in the role of an agent or administrator.
    AgentId,
    /// A canned reply.
    CannedReplyId,
    /// A tag.
    TagId,
    /// A saved view of the inbox.
    SavedViewId,
    /// The sender's own id of what they send; makes sending repeatable (D2).
    ClientId,
}

key! {
    /// A conversation's key inside the database.
    ConversationKey,
    /// A customer's key inside the database.
    CustomerKey,
    /// An agent's key inside the database.
    AgentKey,
    /// A session's key inside the database.
    SessionKey,
}
