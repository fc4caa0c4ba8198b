//! The claim: which agent holds a conversation, and until when (C1–C3).

use crate::{AgentRef, Timestamp};
use serde::{Deserialize, Serialize};

/// The fencing token of a claim (C2). Every new claim of a conversation has a higher one; renewing keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimToken(pub i64);

impl ClaimToken {
    /// The token of the claim after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// An agent's hold on a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who holds it.
    pub holder: AgentRef,
    /// When they took it.
    pub since: Timestamp,
    /// When it ends unless renewed before (C3).
    pub expires_at: Timestamp,
}

impl Claim {
    /// Whether the lease had ended at `now`, the database's time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
