//! Linearizability of claims: some order of single steps must explain every answer (C1, C2). The conversation's claim is
//! the register, and a window of operations is searched at a time.

mod search;

use super::{
    Answer, Attempt, Author, ClaimOperation, Class, Conversation, Findings, Log, Micros, Outcome, Request,
    Write,
};
use search::{Order, Search};

/// Operations searched together. Between windows nothing is under way, so no order across them is given away.
const WINDOW: usize = 12;

/// Who holds a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    /// Not known yet: a window begins with whatever its first answer says.
    Unknown,
    Nobody,
    Agent(usize),
    Resolved,
}

/// The claim of a conversation: its holder, and a token that only rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Claim {
    holder: Holder,
    /// The token, or the least it can be.
    token: u64,
    is_exact: bool,
}

impl Claim {
    fn raise(&mut self) {
        self.token += 1;
    }

    /// An answer names the token: it must be what it was raised to.
    fn learn(&mut self, token: u64) -> bool {
        let fits = if self.is_exact { token == self.token } else { token >= self.token };
        (self.token, self.is_exact) = (token, true);
        fits
    }

    fn claim(&mut self, agent: usize) -> Answer {
        match self.holder {
            Holder::Resolved => Answer::IsResolved,
            Holder::Agent(holder) if holder != agent => Answer::HeldBy(holder),
            Holder::Agent(_) => Answer::Granted(self.token),
            Holder::Unknown => {
                self.holder = Holder::Agent(agent);
                Answer::Granted(self.token)
            }
            Holder::Nobody => {
                self.raise();
                self.holder = Holder::Agent(agent);
                Answer::Granted(self.token)
            }
        }
    }

    fn end(&mut self, agent: usize, after: Holder) -> Answer {
        match self.holder {
            Holder::Agent(holder) if holder != agent => Answer::NotClaimed,
            Holder::Nobody => Answer::NotClaimed,
            Holder::Resolved if after == Holder::Resolved => Answer::Done,
            Holder::Resolved => Answer::NotClaimed,
            Holder::Unknown => {
                self.holder = after;
                Answer::Done
            }
            Holder::Agent(_) => {
                self.holder = after;
                if after == Holder::Resolved {
                    self.raise();
                }
                Answer::Done
            }
        }
    }

    /// Before the first answer of a window the holder is whoever that answer implies. Until then a step that may or
    /// may not raise the token does not: what is known of it stays a least value.
    fn suppose(&mut self, request: Request, answer: Answer) {
        if self.holder != Holder::Unknown {
            return;
        }
        self.holder = match (request, answer) {
            (Request::Claim(agent) | Request::Open(agent), Answer::Granted(_) | Answer::Opened)
            | (Request::Release(agent), Answer::Done) => Holder::Agent(agent),
            (_, Answer::HeldBy(holder)) => Holder::Agent(holder),
            (_, Answer::IsResolved) => Holder::Resolved,
            _ => return,
        };
    }
}

impl Claim {
    /// Makes the step; what it is answered.
    fn invoke(&mut self, request: Request) -> Answer {
        match request {
            Request::Claim(agent) => self.claim(agent),
            Request::Open(agent) => match self.claim(agent) {
                Answer::Granted(_) => Answer::Opened,
                other => other,
            },
            Request::Release(agent) => self.end(agent, Holder::Nobody),
            Request::Resolve(agent) => self.end(agent, Holder::Resolved),
            Request::ResolveByOwner => {
                if matches!(self.holder, Holder::Nobody | Holder::Agent(_)) {
                    self.raise();
                }
                self.holder = Holder::Resolved;
                Answer::Done
            }
            Request::Reopen => {
                if self.holder == Holder::Resolved {
                    self.holder = Holder::Nobody;
                }
                Answer::Done
            }
        }
    }

    /// Makes the step; whether it can have been answered so.
    fn is_answered(&mut self, request: Request, answer: Answer) -> bool {
        self.suppose(request, answer);
        if self.holder == Holder::Unknown && answer == Answer::NotClaimed {
            return true;
        }
        match (self.invoke(request), answer) {
            (Answer::Granted(_), Answer::Granted(token)) => self.learn(token),
            (mine, theirs) => mine == theirs,
        }
    }
}

/// The customer's messages of a conversation: by when each was acknowledged, with when the soonest of this and all later
/// ones was first sent.
struct CustomerMessages(Vec<(Micros, Micros)>);

impl CustomerMessages {
    fn of(conversation: &Conversation) -> Self {
        let of_customer = |write: &&Write| write.author == Author::Customer && write.log == Log::Messages;
        let span = |write: &Write| {
            let sent = write.attempts.first()?.invoked;
            let is_ack = |attempt: &&Attempt| matches!(attempt.outcome, Outcome::Acknowledged(_));
            Some((write.attempts.iter().find(is_ack).map_or(Micros::MAX, |attempt| attempt.ended), sent))
        };
        let mut spans: Vec<_> = conversation.writes.iter().filter(of_customer).filter_map(span).collect();
        spans.sort_unstable();
        let mut soonest = Micros::MAX;
        for (_, sent) in spans.iter_mut().rev() {
            soonest = soonest.min(*sent);
            *sent = soonest;
        }
        Self(spans)
    }

    /// From when on one of them may have reopened what was resolved after this moment; none if none may have.
    fn reopen_after(&self, moment: Micros) -> Option<Micros> {
        let next = self.0.partition_point(|(acknowledged, _)| *acknowledged < moment);
        self.0.get(next).map(|(_, sent)| moment.max(*sent))
    }
}

/// Searches an order for each window of a conversation's claims.
pub(super) fn judge(conversation: &Conversation, longest_fault: Micros, findings: &mut Findings) {
    let mut operations: Vec<&ClaimOperation> = conversation.claims.iter().collect();
    operations.sort_by_key(|operation| operation.invoked);
    let mut start = Claim { holder: Holder::Nobody, token: 0, is_exact: false };
    let mut ghosts: Vec<&ClaimOperation> = Vec::new();
    let messages = CustomerMessages::of(conversation);
    for window in windows(&operations) {
        let began = window.first().map_or(0, |operation| operation.invoked);
        ghosts.retain(|ghost| ghost.settled(longest_fault) > began);
        let why = match search(window, &ghosts, &messages).order(start) {
            Order::Found => None,
            Order::Impossible => Some("no order of steps explains these claims"),
            Order::GaveUp => Some("there are too many orders to find one that explains these claims"),
        };
        if let Some(why) = why {
            findings.add(Class::Unexplained, Some(conversation.id), format!("{why}: {window:?}"));
        }
        ghosts.extend(window.iter().filter(|operation| operation.answer.is_none()));
        let newest = window.iter().filter_map(|operation| match operation.answer {
            Some(Answer::Granted(token)) => Some(token),
            _ => None,
        });
        let token = newest.max().unwrap_or(0).max(start.token);
        start = Claim { holder: Holder::Unknown, token, is_exact: false };
    }
}

/// Cuts operations, in the order they were made, where none is under way and enough are together.
fn windows<'a, 'b>(operations: &'b [&'a ClaimOperation]) -> Vec<&'b [&'a ClaimOperation]> {
    let mut windows = Vec::new();
    let (mut from, mut busy_until) = (0, 0);
    for (at, operation) in operations.iter().enumerate() {
        if at - from >= WINDOW && operation.invoked > busy_until {
            windows.push(&operations[from..at]);
            from = at;
        }
        if operation.answer.is_some() {
            busy_until = busy_until.max(operation.ended);
        }
    }
    windows.push(&operations[from..]);
    windows
}

/// Of one window, with what was never answered before it.
fn search(window: &[&ClaimOperation], ghosts: &[&ClaimOperation], messages: &CustomerMessages) -> Search {
    let mut search = Search::default();
    for operation in window {
        match operation.answer {
            Some(answer) => search.answered(operation, answer),
            None => search.unanswered(operation.request, operation.invoked),
        }
    }
    let began = window.first().map_or(0, |operation| operation.invoked);
    for ghost in ghosts {
        search.unanswered(ghost.request, began);
    }
    // What is resolved late, by a request long given up, the customer's next message reopens.
    for unanswered in window.iter().filter(|operation| operation.answer.is_none()).chain(ghosts) {
        if matches!(unanswered.request, Request::Resolve(_) | Request::ResolveByOwner)
            && let Some(since) = messages.reopen_after(unanswered.invoked.max(began))
        {
            search.unanswered(Request::Reopen, since);
        }
    }
    search
}
