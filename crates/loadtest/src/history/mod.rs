//! What happened during a run, as those who took part recorded it, and what is wrong with it. Nothing here does I/O.

mod anomaly;
mod claims;
mod contents;
mod holding;
mod register;
mod views;
mod writes;

#[cfg(test)]
mod tests;

pub use anomaly::{Anomaly, Class, Findings};
pub use claims::{Answer, ClaimOperation, Request};
pub use writes::UNANSWERED_AFTER;

use std::collections::{HashMap, HashSet};
use std::fmt;
use uuid::Uuid;

/// Microseconds since the run began, of a clock that never goes back.
pub type Micros = u64;

/// How long a program may take from its start until it is ready (budgets: 2 s).
pub const READY_WITHIN: Micros = 2_000_000;

/// Everything recorded in one run.
#[derive(Debug, Default)]
pub struct History {
    /// By conversation.
    pub conversations: Vec<Conversation>,
    /// Every start of the program after a kill: how long it took to be ready.
    pub restarts: Vec<Micros>,
    /// The longest that anything was stopped.
    pub longest_fault: Micros,
    /// Whether somebody waited for an answer, long after the last fault, until nobody could wait any more.
    pub gave_up: bool,
}

/// What happened in one conversation.
#[derive(Debug, Default)]
pub struct Conversation {
    /// Its id.
    pub id: Uuid,
    /// What was sent to it.
    pub writes: Vec<Write>,
    /// What those who had it open saw.
    pub views: Vec<View>,
    /// Who claimed, released, resolved and reopened it.
    pub claims: Vec<ClaimOperation>,
    /// What its customer reads at the end.
    pub owner: Contents,
    /// What an agent reads at the end.
    pub agent: Contents,
}

/// One of the two logs of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Log {
    /// What both sides see, numbered by `seq`.
    Messages,
    /// What agents alone see, numbered by `note_seq`.
    Notes,
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Messages => "message",
            Self::Notes => "note",
        })
    }
}

/// Who wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The conversation's customer.
    Customer,
    /// The agent of this number.
    Agent(usize),
}

/// One message or note, sent until its fate was known.
#[derive(Debug)]
pub struct Write {
    /// Into which log.
    pub log: Log,
    /// The sender's id of it; every attempt carries the same (D2).
    pub client_id: Uuid,
    /// Who sent it.
    pub author: Author,
    /// Each time it was sent.
    pub attempts: Vec<Attempt>,
    /// What its author made of it later, at most once.
    pub change: Option<Change>,
}

impl Write {
    /// The place it was acknowledged to have, by any attempt.
    pub fn acknowledged(&self) -> Option<u32> {
        self.attempts.iter().find_map(|attempt| match attempt.outcome {
            Outcome::Acknowledged(seq) => Some(seq),
            Outcome::Refused(_) | Outcome::Unknown => None,
        })
    }
}

/// One request and what became of it, as far as its sender knows.
#[derive(Debug)]
pub struct Attempt {
    /// When it was sent.
    pub invoked: Micros,
    /// When its outcome was known, or given up on.
    pub ended: Micros,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, at this number.
    Acknowledged(u32),
    /// It was refused, for this reason.
    Refused(String),
    /// The answer never came: it may have happened, and may still.
    Unknown,
}

/// An edit or deletion of a message by its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What it makes of the message: [`Body::Edited`] or [`Body::Deleted`].
    pub to: ChangeKind,
    /// Whether it was acknowledged; if not, it may have happened.
    pub acknowledged: bool,
}

/// What a change makes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Its other text.
    Edit,
    /// Nothing but its number.
    Delete,
}

impl ChangeKind {
    /// What the message says afterwards.
    pub fn body(self) -> Body {
        match self {
            Self::Edit => Body::Edited,
            Self::Delete => Body::Deleted,
        }
    }
}

/// What a message says. Texts follow from their `client_id`, so that a wrong one shows itself, and none has to be kept:
/// a long run has hundreds of millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// As first sent.
    Original,
    /// As edited by its author.
    Edited,
    /// Nothing any more.
    Deleted,
    /// Something that was never sent with this `client_id`.
    Other,
}

impl Body {
    /// The text as first sent.
    pub fn original(client_id: Uuid) -> String {
        format!("Where is my transfer {client_id}?")
    }

    /// The text as edited.
    pub fn edited(client_id: Uuid) -> String {
        format!("I meant the transfer {client_id}.")
    }

    /// What a text with this `client_id` is.
    pub fn of(client_id: Uuid, text: Option<&str>) -> Self {
        match text {
            None => Self::Deleted,
            Some(text) if text == Self::original(client_id) => Self::Original,
            Some(text) if text == Self::edited(client_id) => Self::Edited,
            Some(_) => Self::Other,
        }
    }
}

/// A message or note as somebody saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number in its log.
    pub seq: u32,
    /// The sender's id of it; none for what the server wrote itself, such as an event.
    pub client_id: Option<Uuid>,
    /// What it says.
    pub body: Body,
    /// Counts the changes of its conversation up to its own last one.
    pub rev: u32,
}

/// Both logs of a conversation, read from the first number to the last.
#[derive(Debug, Default)]
pub struct Contents {
    /// The messages.
    pub messages: Vec<Entry>,
    /// The notes; none for a customer.
    pub notes: Vec<Entry>,
}

impl Contents {
    /// One of the logs.
    pub fn log(&self, log: Log) -> &[Entry] {
        match log {
            Log::Messages => &self.messages,
            Log::Notes => &self.notes,
        }
    }
}

/// What one participant saw over all their connections.
#[derive(Debug)]
pub struct View {
    /// Who, in words.
    pub name: String,
    /// Whether they are an agent, who sees notes.
    pub is_agent: bool,
    /// One after the other.
    pub connections: Vec<Connection>,
    /// Whether they had time to see everything: the run waited for them.
    pub is_complete: bool,
    /// Messages they did not see in time while nothing was broken, though they may have seen them later.
    pub late: Vec<u32>,
}

/// One connection, from opening to loss.
#[derive(Debug)]
pub struct Connection {
    /// The last `seq` the client had.
    pub after: u32,
    /// The last `note_seq` the client had.
    pub notes_after: u32,
    /// What came, in order.
    pub frames: Vec<Frame>,
}

/// What a connection brought.
#[derive(Debug)]
pub enum Frame {
    /// A message.
    Message(Entry),
    /// A message that was edited or deleted.
    Changed(Entry),
    /// A note or event.
    Note(Entry),
}

/// Compares what was acknowledged, what everybody saw, and what is there.
pub fn judge(history: &History) -> Findings {
    let mut findings = Findings::default();
    let mut owners: HashMap<Uuid, Uuid> = HashMap::new();
    for conversation in &history.conversations {
        owners.extend(conversation.writes.iter().map(|write| (write.client_id, conversation.id)));
    }
    for conversation in &history.conversations {
        let sent = conversation.writes.iter().map(|write| (write.client_id, write)).collect();
        let scene = Scene { conversation, sent, owners: &owners };
        contents::judge(&scene, &mut findings);
        writes::judge(&scene, &mut findings);
        views::judge(&scene, &mut findings);
        holding::judge(&scene, history.longest_fault, &mut findings);
        register::judge(conversation, history.longest_fault, &mut findings);
    }
    if history.gave_up {
        findings.add(Class::Unanswered, None, "long after the last fault somebody had no answer".to_owned());
    }
    for &took in history.restarts.iter().filter(|&&took| took > READY_WITHIN) {
        findings.add(Class::Unready, None, format!("ready only {} ms after its restart", took / 1000));
    }
    findings
}

/// A conversation with what was sent to it at hand.
struct Scene<'a> {
    conversation: &'a Conversation,
    sent: HashMap<Uuid, &'a Write>,
    /// Where each `client_id` of the run belongs.
    owners: &'a HashMap<Uuid, Uuid>,
}

impl Scene<'_> {
    /// Whether this entry is something that was sent here. If not, says so, once for each.
    fn check_origin(
        &self,
        log: Log,
        entry: &Entry,
        seen_by: &str,
        told: &mut HashSet<Uuid>,
        findings: &mut Findings,
    ) -> bool {
        let Some(client_id) = entry.client_id else { return true };
        let Entry { seq, body, .. } = entry;
        let here = self.conversation.id;
        let class = match (self.sent.get(&client_id), self.owners.get(&client_id)) {
            (Some(write), _) if write.log == log && self.was_said(write, body) => return true,
            (None, Some(_)) => Class::Foreign,
            (Some(_) | None, _) => Class::Phantom,
        };
        if told.insert(client_id) {
            let what = format!("{seen_by} has {log} {seq} ({client_id}, {body:?}), which nobody sent here");
            findings.add(class, Some(here), what);
        }
        false
    }

    /// Whether the author of a write ever made it say this.
    fn was_said(&self, write: &Write, body: &Body) -> bool {
        match body {
            Body::Original => true,
            Body::Edited | Body::Deleted => write.change.is_some_and(|change| change.to.body() == *body),
            Body::Other => false,
        }
    }
}
