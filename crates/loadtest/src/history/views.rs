//! What each participant saw: every number once and in order over all their connections, the same as everybody else,
//! and everything in the end.

use super::{Body, Class, Connection, Entry, Findings, Frame, Log, Scene, View};
use std::collections::{BTreeMap, BTreeSet, HashSet};

pub(super) fn judge(scene: &Scene<'_>, findings: &mut Findings) {
    for view in &scene.conversation.views {
        judge_log(scene, view, Log::Messages, findings);
        if view.is_agent {
            judge_log(scene, view, Log::Notes, findings);
        }
        judge_changes(scene, view, findings);
        for seq in &view.late {
            let what = format!(
                "{} did not have everything up to message {seq} in time, though nothing was broken",
                view.name
            );
            findings.add(Class::Stale, Some(scene.conversation.id), what);
        }
    }
}

/// What a connection said of one log, after which number it began.
fn entries_of(connection: &Connection, log: Log) -> (u32, impl Iterator<Item = &Entry>) {
    let after = match log {
        Log::Messages => connection.after,
        Log::Notes => connection.notes_after,
    };
    let entries = connection.frames.iter().filter_map(move |frame| match (frame, log) {
        (Frame::Message(entry), Log::Messages) | (Frame::Note(entry), Log::Notes) => Some(entry),
        _ => None,
    });
    (after, entries)
}

fn judge_log(scene: &Scene<'_>, view: &View, log: Log, findings: &mut Findings) {
    let id = Some(scene.conversation.id);
    let stored = scene.conversation.agent.log(log);
    let mut told = HashSet::new();
    let mut seen = BTreeSet::new();
    let mut missing = BTreeMap::new();
    let mut last = 0;
    for (number, connection) in view.connections.iter().enumerate() {
        let (after, entries) = entries_of(connection, log);
        // A view that begins later than the first number has nothing to miss before it.
        if number == 0 {
            last = after;
        }
        for entry in entries {
            let seq = entry.seq;
            if !seen.insert(seq) {
                let what = format!("{} got {log} {seq} twice, again on connection {number}", view.name);
                findings.add(Class::Doubled, id, what);
            } else if missing.remove(&seq).is_some() {
                let what = format!("{} got {log} {seq} after {last}, on connection {number}", view.name);
                findings.add(Class::Reordered, id, what);
            }
            missing.extend((last + 1..seq).map(|missed| (missed, number)));
            last = last.max(seq);
            let is_known = scene.check_origin(log, entry, &view.name, &mut told, findings);
            if is_known {
                compare(scene, view, log, entry, stored, findings);
            }
        }
    }
    for (seq, number) in missing {
        let what = format!("{} never got {log} {seq}, passed over on connection {number}", view.name);
        findings.add(Class::Lost, id, what);
    }
    let newest = stored.last().map_or(0, |entry| entry.seq);
    if view.is_complete && last < newest {
        let what = format!("{} ends at {log} {last}, the newest is {newest}", view.name);
        findings.add(Class::Stale, id, what);
    }
}

/// What was seen at a number is what is there.
fn compare(
    scene: &Scene<'_>,
    view: &View,
    log: Log,
    entry: &Entry,
    stored: &[Entry],
    findings: &mut Findings,
) {
    let id = Some(scene.conversation.id);
    let at = stored.partition_point(|stored| stored.seq < entry.seq);
    match stored.get(at).filter(|stored| stored.seq == entry.seq) {
        None => {
            let what =
                format!("{} saw {log} {} ({:?}), which is not there", view.name, entry.seq, entry.client_id);
            findings.add(Class::Lost, id, what);
        }
        Some(stored) if stored.client_id != entry.client_id => {
            let what = format!(
                "{} saw {:?} as {log} {}, which is {:?}",
                view.name, entry.client_id, entry.seq, stored.client_id
            );
            findings.add(Class::Reordered, id, what);
        }
        Some(_) => {}
    }
}

/// Every change reached the view: of what it shows, each message says what it says at the end.
fn judge_changes(scene: &Scene<'_>, view: &View, findings: &mut Findings) {
    if !view.is_complete {
        return;
    }
    let mut shown: BTreeMap<u32, &Body> = BTreeMap::new();
    for connection in &view.connections {
        for frame in &connection.frames {
            if let Frame::Message(entry) | Frame::Changed(entry) = frame {
                shown.insert(entry.seq, &entry.body);
            }
        }
    }
    for stored in &scene.conversation.agent.messages {
        if let Some(body) = shown.get(&stored.seq)
            && **body != stored.body
        {
            let what =
                format!("{} shows message {} as {body:?}, it is {:?}", view.name, stored.seq, stored.body);
            findings.add(Class::Stale, Some(scene.conversation.id), what);
        }
    }
}
