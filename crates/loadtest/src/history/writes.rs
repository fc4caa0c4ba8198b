//! What became of each write: acknowledged ones are there, at their number, as their author left them; refused ones
//! are not.

use super::{Author, Body, Class, Entry, Findings, Log, Micros, Outcome, Scene, Write};
use std::collections::HashMap;
use uuid::Uuid;

/// How long a connection that lives may leave without an answer what was sent over it: much longer than any fault lasts
/// that does not end it.
pub const UNANSWERED_AFTER: Micros = 30_000_000;

pub(super) fn judge(scene: &Scene<'_>, findings: &mut Findings) {
    let mut stored = HashMap::new();
    for log in [Log::Messages, Log::Notes] {
        for entry in scene.conversation.agent.log(log) {
            if let Some(client_id) = entry.client_id {
                stored.entry((log, client_id)).or_insert(entry);
            }
        }
    }
    for write in &scene.conversation.writes {
        judge_one(scene.conversation.id, write, stored.get(&(write.log, write.client_id)).copied(), findings);
    }
}

fn judge_one(conversation: Uuid, write: &Write, stored: Option<&Entry>, findings: &mut Findings) {
    let Write { log, client_id, .. } = write;
    let mut add = |class, what: String| findings.add(class, Some(conversation), what);
    let mut acknowledged = None;
    for attempt in &write.attempts {
        let took = attempt.ended - attempt.invoked;
        if attempt.outcome == Outcome::Unknown && took >= UNANSWERED_AFTER {
            add(Class::Unanswered, format!("{client_id} had no answer after {} s", took / 1_000_000));
        }
        let Outcome::Acknowledged(seq) = attempt.outcome else { continue };
        if acknowledged.is_some_and(|first| first != seq) {
            add(
                Class::Doubled,
                format!("{client_id} was acknowledged as {log} {acknowledged:?} and as {seq}"),
            );
        }
        acknowledged = acknowledged.or(Some(seq));
    }
    match (acknowledged, stored) {
        (Some(seq), None) => {
            add(Class::Lost, format!("{client_id} was acknowledged as {log} {seq} and is not there"));
        }
        (Some(seq), Some(entry)) if entry.seq != seq => {
            add(
                Class::Reordered,
                format!("{client_id} was acknowledged as {log} {seq} and is {}", entry.seq),
            );
        }
        (None, Some(entry)) if write.attempts.iter().all(|a| matches!(a.outcome, Outcome::Refused(_))) => {
            add(Class::Phantom, format!("{client_id} was refused and is there as {log} {}", entry.seq));
        }
        _ => {}
    }
    if acknowledged.is_none()
        && matches!(write.attempts.last().map(|attempt| &attempt.outcome), None | Some(Outcome::Unknown))
    {
        add(Class::Unanswered, format!("{client_id} was sent again and again, and never had an answer"));
    }
    // A customer may always write, and the last attempt of a write is the one its author gave up after.
    if write.author == Author::Customer
        && acknowledged.is_none()
        && let Some(Outcome::Refused(code)) = write.attempts.last().map(|attempt| &attempt.outcome)
    {
        add(Class::Refused, format!("the customer's {client_id} was refused: {code}"));
    }
    if let (Some(change), Some(entry)) = (write.change, stored)
        && change.acknowledged
        && entry.body != change.to.body()
        && entry.body != Body::Other
    {
        add(
            Class::Lost,
            format!("{log} {}: its {:?} was acknowledged, it is {:?}", entry.seq, change.to, entry.body),
        );
    }
}
