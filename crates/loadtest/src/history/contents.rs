//! What is there at the end, by itself: both sides read the same, numbered 1, 2, 3 …, each thing once.

use super::{Class, Contents, Entry, Findings, Log, Scene};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub(super) fn judge(scene: &Scene<'_>, findings: &mut Findings) {
    let conversation = scene.conversation;
    let id = Some(conversation.id);
    if conversation.owner.messages != conversation.agent.messages {
        let what = first_difference(&conversation.owner.messages, &conversation.agent.messages);
        findings.add(Class::Reordered, id, format!("at the end customer and agent read differently: {what}"));
    }
    for (name, contents) in [("the customer", &conversation.owner), ("the agent", &conversation.agent)] {
        judge_one(scene, name, contents, findings);
    }
}

fn judge_one(scene: &Scene<'_>, name: &str, contents: &Contents, findings: &mut Findings) {
    let id = Some(scene.conversation.id);
    let reader = format!("at the end {name}");
    for log in [Log::Messages, Log::Notes] {
        let mut seen: HashMap<Uuid, u32> = HashMap::new();
        let mut told = HashSet::new();
        let mut expected = 1;
        for entry in contents.log(log) {
            if entry.seq != expected {
                findings.add(
                    Class::Gap,
                    id,
                    format!("{reader} has {log} {} after {}", entry.seq, expected - 1),
                );
            }
            expected = entry.seq + 1;
            scene.check_origin(log, entry, &reader, &mut told, findings);
            if let Some(client_id) = entry.client_id
                && let Some(first) = seen.insert(client_id, entry.seq)
            {
                let what = format!("{reader} has {client_id} as {log} {first} and {}", entry.seq);
                findings.add(Class::Doubled, id, what);
            }
        }
    }
}

fn first_difference(one: &[Entry], other: &[Entry]) -> String {
    match one.iter().zip(other).find(|(a, b)| a != b) {
        Some((a, b)) => format!("{a:?} and {b:?}"),
        None => format!("{} and {} messages", one.len(), other.len()),
    }
}
