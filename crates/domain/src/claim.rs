//! The claim: which agent holds a conversation, and until when (C1–C3).

use crate::{AgentRef, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// When the holder last did something in the conversation: took it, wrote, typed.
    pub active_at: Timestamp,
    /// When it ends because the customer waits and the holder does nothing; none unless they were warned (C3).
    pub returns_at: Option<Timestamp>,
}

impl Claim {
    /// A claim that begins now and lasts for `lease` unless renewed.
    pub fn new(holder: AgentRef, now: Timestamp, lease: Duration) -> Self {
        Self { holder, since: now, expires_at: now + lease, active_at: now, returns_at: None }
    }

    /// The holder's peer was heard of: the lease starts anew (C3).
    pub fn renew(&mut self, now: Timestamp, lease: Duration) {
        self.expires_at = self.expires_at.max(now + lease);
    }

    /// The holder did something: a warning is void.
    pub fn note_activity(&mut self, now: Timestamp) {
        self.active_at = now;
        self.returns_at = None;
    }

    /// Whether the lease had ended at `now`, the database's time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
