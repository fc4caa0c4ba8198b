//! From when until when an agent surely held a conversation, and when they possibly did: nobody else surely held it
//! meanwhile (C1), and outside of it nothing of theirs was accepted (C2).

use super::{Answer, Author, ClaimOperation, Class, Findings, Log, Micros, Outcome, Request, Scene};

/// A span of time in which one agent holds.
#[derive(Debug, Clone, Copy)]
struct Span {
    agent: usize,
    from: Micros,
    until: Micros,
}

pub(super) fn judge(scene: &Scene<'_>, longest_fault: Micros, findings: &mut Findings) {
    let id = Some(scene.conversation.id);
    let mut operations: Vec<&ClaimOperation> = scene.conversation.claims.iter().collect();
    operations.sort_by_key(|operation| operation.invoked);
    let sure = sure_spans(&operations, longest_fault);
    for (number, one) in sure.iter().enumerate() {
        for other in sure[number + 1..].iter().take_while(|other| other.from < one.until) {
            if one.agent != other.agent {
                let what = format!(
                    "agent {} holds it from {} to {} µs and agent {} from {} to {}",
                    one.agent, one.from, one.until, other.agent, other.from, other.until
                );
                findings.add(Class::TwoHolders, id, what);
            }
        }
    }
    let possible = possible_spans(&operations, longest_fault);
    for write in scene.conversation.writes.iter().filter(|write| write.log == Log::Messages) {
        let (Author::Agent(agent), Some(first), Some(last)) =
            (write.author, write.attempts.first(), write.attempts.last())
        else {
            continue;
        };
        let overlaps =
            |span: &Span| span.agent == agent && span.from <= last.ended && span.until >= first.invoked;
        if write.acknowledged().is_some() && !possible.iter().any(overlaps) {
            let what = format!("agent {agent}'s {} was accepted though they held no claim", write.client_id);
            findings.add(Class::StaleWrite, id, what);
        }
        for attempt in &write.attempts {
            let holds = |span: &Span| {
                span.agent == agent && span.from < attempt.invoked && attempt.ended < span.until
            };
            if let Outcome::Refused(code) = &attempt.outcome
                && matches!(code.as_str(), "not_claimed" | "claim_lost")
                && sure.iter().any(holds)
            {
                let what =
                    format!("agent {agent} holds the claim, yet {} was refused: {code}", write.client_id);
                findings.add(Class::Refused, id, what);
            }
        }
    }
}

/// Whether this request, if it took effect, ends the claim of that agent.
fn ends(request: Request, agent: usize) -> bool {
    match request {
        Request::Release(by) | Request::Resolve(by) => by == agent,
        Request::ResolveByOwner => true,
        Request::Claim(_) | Request::Open(_) | Request::Reopen => false,
    }
}

fn claimant(operation: &ClaimOperation) -> Option<usize> {
    match operation.request {
        Request::Claim(agent) | Request::Open(agent) => Some(agent),
        Request::Release(_) | Request::Resolve(_) | Request::ResolveByOwner | Request::Reopen => None,
    }
}

/// From the answer that grants until the first request that could end it; none while an unanswered earlier one still
/// could.
fn sure_spans(operations: &[&ClaimOperation], longest_fault: Micros) -> Vec<Span> {
    let mut spans = Vec::new();
    for operation in operations {
        let Some(agent) = claimant(operation) else { continue };
        if !matches!(operation.answer, Some(Answer::Granted(_) | Answer::Opened)) {
            continue;
        }
        let is_in_doubt = operations.iter().any(|other| {
            let is_over = other.settled(longest_fault) < operation.invoked;
            ends(other.request, agent) && other.invoked < operation.ended && !is_over
        });
        if is_in_doubt {
            continue;
        }
        let end = operations
            .iter()
            .filter(|other| ends(other.request, agent) && other.invoked >= operation.ended)
            .map(|other| other.invoked)
            .min();
        spans.push(Span { agent, from: operation.ended, until: end.unwrap_or(Micros::MAX) });
    }
    spans.sort_by_key(|span| span.from);
    spans
}

/// From the request that may have claimed until the answer that surely ended it.
fn possible_spans(operations: &[&ClaimOperation], longest_fault: Micros) -> Vec<Span> {
    let mut spans = Vec::new();
    for operation in operations {
        let Some(agent) = claimant(operation) else { continue };
        if !matches!(operation.answer, None | Some(Answer::Granted(_) | Answer::Opened)) {
            continue;
        }
        let end = operations
            .iter()
            .filter(|other| ends_surely(other, agent) && other.invoked >= operation.settled(longest_fault))
            .map(|other| other.ended)
            .min();
        spans.push(Span { agent, from: operation.invoked, until: end.unwrap_or(Micros::MAX) });
    }
    spans
}

/// Whether after this answer the agent surely holds no more: it ended the claim, or said that there is none.
fn ends_surely(operation: &ClaimOperation, agent: usize) -> bool {
    match (operation.request, operation.answer) {
        (request, Some(Answer::Done)) => ends(request, agent),
        (Request::Release(by) | Request::Resolve(by), Some(Answer::NotClaimed)) => by == agent,
        (Request::Claim(other) | Request::Open(other), Some(Answer::Granted(_) | Answer::Opened)) => {
            other != agent
        }
        (_, Some(Answer::HeldBy(holder))) => holder != agent,
        (_, Some(Answer::IsResolved)) => true,
        _ => false,
    }
}
