//! Why the rules refuse something.

use crate::AgentRef;

/// A refusal by the rules of a conversation. Each becomes a stable code on the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another agent holds the conversation.
    #[error("{} holds this conversation", .0.name)]
    AlreadyClaimed(AgentRef),
    /// The caller does not hold the conversation, and only the holder may do this.
    #[error("you do not hold this conversation: claim it first")]
    NotClaimed,
    /// The claim token given is no longer the current one (C2).
    #[error("your claim has ended: claim the conversation again")]
    ClaimLost,
    /// The conversation is resolved.
    #[error("this conversation is resolved: reopen it first")]
    Resolved,
    /// The conversation is not resolved.
    #[error("this conversation is not resolved yet: that comes first")]
    NotResolved,
    /// The time given is not in the future.
    #[error("the time to wake up must be in the future")]
    NotInTheFuture,
    /// The caller's role never may do this.
    #[error("your role does not allow this")]
    Forbidden,
}
