//! Claims as they were asked for and answered.

use super::Micros;

/// For how long, beside the longest fault of a run, a request whose answer never came may still take effect.
const GHOST: Micros = 30_000_000;

/// One request about a conversation's claim.
#[derive(Debug, Clone)]
pub struct ClaimOperation {
    /// When it was made.
    pub invoked: Micros,
    /// When the answer came.
    pub ended: Micros,
    /// What was asked for.
    pub request: Request,
    /// What was answered; none when no answer came, and it may or may not have happened.
    pub answer: Option<Answer>,
}

/// What can be asked for. Agents are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// An agent claims, by REST.
    Claim(usize),
    /// An agent claims by opening a `work` socket.
    Open(usize),
    /// An agent gives it back.
    Release(usize),
    /// An agent resolves it.
    Resolve(usize),
    /// The customer resolves it.
    ResolveByOwner,
    /// The customer writes to a resolved one.
    Reopen,
}

/// What can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The caller holds it, with this token.
    Granted(u64),
    /// The caller holds it; a socket is not told the token.
    Opened,
    /// Another agent holds it.
    HeldBy(usize),
    /// It is resolved, and nobody may hold it.
    IsResolved,
    /// It was done.
    Done,
    /// The caller does not hold it.
    NotClaimed,
}

impl ClaimOperation {
    /// When it has surely taken effect or never will.
    pub(super) fn settled(&self, longest_fault: Micros) -> Micros {
        if self.answer.is_some() { self.ended } else { self.invoked + GHOST + longest_fault }
    }
}
