//! Somebody who has a conversation open, through any number of connections, each of which resumes where the last
//! one ended. All they see is written down.

use super::chronicle::Chronicle;
use super::world::World;
use crate::cluster::{Person, Role};
use crate::history::{Answer, Body, Connection, Contents, Entry, Frame, Log, Request, View};
use crate::random::Backoff;
use crate::socket::{MessageFrame, NoteFrame, ServerFrame, Socket};
use serde_json::json;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// After this long without a word the client asks whether anybody is there …
const ASKS_AFTER: Duration = Duration::from_secs(1);
/// … and after so many questions without an answer it connects anew.
const QUESTIONS: u32 = 3;

/// What an agent opens a conversation for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Claims it.
    Work,
    /// Reads along. For customers there is no difference.
    View,
}

/// A participant's open view.
#[derive(Debug)]
pub struct Follower {
    world: Arc<World>,
    chronicle: Arc<Chronicle>,
    person: Person,
    mode: Mode,
    socket: Option<Socket>,
    view: View,
    after: u32,
    rev: u32,
    notes_after: u32,
    /// The messages it shows as edited or deleted.
    changed: HashSet<u32>,
}

/// What a view shows that has everything.
#[derive(Debug)]
pub struct Target {
    last_seq: u32,
    last_note_seq: u32,
    changed: Vec<u32>,
}

impl Target {
    /// All messages up to this one.
    pub fn up_to(last_seq: u32) -> Self {
        Self { last_seq, last_note_seq: 0, changed: Vec::new() }
    }

    /// And that this message was edited.
    pub fn edited(&mut self, seq: u32) {
        self.changed.push(seq);
    }

    /// Everything an agent reads at the end.
    pub fn new(contents: &Contents) -> Self {
        let last = |log| contents.log(log).last().map_or(0, |entry| entry.seq);
        let changed = contents.messages.iter().filter(|entry| entry.body != Body::Original);
        Self {
            last_seq: last(Log::Messages),
            last_note_seq: last(Log::Notes),
            changed: changed.map(|entry| entry.seq).collect(),
        }
    }
}

impl Follower {
    /// A view that begins with the first message.
    pub fn new(
        world: &Arc<World>,
        chronicle: &Arc<Chronicle>,
        person: &Person,
        mode: Mode,
        name: String,
    ) -> Self {
        let is_agent = matches!(person.role, Role::Agent(_));
        Self {
            world: Arc::clone(world),
            chronicle: Arc::clone(chronicle),
            person: person.clone(),
            mode,
            socket: None,
            view: View { name, is_agent, connections: Vec::new(), is_complete: false, late: Vec::new() },
            after: 0,
            rev: 0,
            notes_after: 0,
            changed: HashSet::new(),
        }
    }

    /// Whether there is a connection.
    pub fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Drops the connection without a word.
    pub fn disconnect(&mut self) {
        self.socket = None;
    }

    /// Tries once to connect to this node and be welcomed; whether that worked.
    pub async fn connect(&mut self, node: SocketAddr) -> bool {
        self.socket = None;
        let (after, rev, notes_after) = (self.after, self.rev, self.notes_after);
        let mut path = format!("/ws/chat/{}/?after={after}&rev={rev}", self.chronicle.id);
        if self.view.is_agent {
            let mode = if self.mode == Mode::Work { "work" } else { "view" };
            path.push_str(&format!("&notes_after={notes_after}&mode={mode}"));
        }
        let invoked = self.chronicle.now();
        let answer = match Socket::open(node, None, &path, &self.person.token).await {
            Ok(mut socket) => {
                let first = timeout(ASKS_AFTER * QUESTIONS, socket.next()).await.ok().flatten();
                let answer = self.answer(first);
                if matches!(answer, Some(Answer::Opened | Answer::IsResolved | Answer::Done)) {
                    self.socket = Some(socket);
                    if let Some(last) = self.view.connections.last_mut() {
                        last.frames.shrink_to_fit(); // A long run keeps hundreds of millions.
                    }
                    let frames = Vec::new();
                    self.view.connections.push(Connection { after, notes_after, frames });
                }
                answer
            }
            Err(_) => None,
        };
        if let (Role::Agent(number), Mode::Work) = (self.person.role, self.mode) {
            self.chronicle.claimed(invoked, Request::Open(number), answer);
        }
        self.socket.is_some()
    }

    /// What the first frame says of the claim; done for those who claim nothing.
    fn answer(&self, first: Option<ServerFrame>) -> Option<Answer> {
        match first? {
            ServerFrame::Welcome { .. } if self.mode == Mode::View => Some(Answer::Done),
            ServerFrame::Welcome { you, .. } if you.mode.as_deref() == Some("work") => Some(Answer::Opened),
            ServerFrame::Welcome { .. } => Some(Answer::IsResolved),
            ServerFrame::Rejected { holder: Some(holder), .. } => {
                self.world.agent_number(holder.id).map(Answer::HeldBy)
            }
            _ => None,
        }
    }

    /// Sends a frame; if that fails the connection is gone.
    pub async fn send(&mut self, frame: &serde_json::Value) {
        if let Some(socket) = &mut self.socket
            && socket.send(frame).await.is_err()
        {
            self.socket = None;
        }
    }

    /// The next frame, which is written down. None when the connection is gone, or silent for too long.
    pub async fn next(&mut self) -> Option<ServerFrame> {
        for _ in 0..QUESTIONS {
            match timeout(ASKS_AFTER, self.socket.as_mut()?.next()).await {
                Ok(Some(frame)) => {
                    self.record(&frame);
                    return Some(frame);
                }
                Ok(None) => break,
                Err(_) => self.send(&json!({"type": "ping"})).await,
            }
        }
        self.socket = None;
        None
    }

    fn record(&mut self, frame: &ServerFrame) {
        if let ServerFrame::Message { message } | ServerFrame::MessageChanged { message } = frame
            && Entry::from(message).body != Body::Original
        {
            self.changed.insert(message.seq);
        }
        let frame = match frame {
            ServerFrame::Message { message } => {
                self.after = self.after.max(message.seq);
                Frame::Message(Entry::from(message))
            }
            ServerFrame::MessageChanged { message } => {
                self.rev = self.rev.max(message.rev);
                Frame::Changed(Entry::from(message))
            }
            ServerFrame::Note { note } => {
                self.notes_after = self.notes_after.max(note.note_seq);
                Frame::Note(Entry::from(note))
            }
            _ => return,
        };
        if let Some(connection) = self.view.connections.last_mut() {
            connection.frames.push(frame);
        }
    }

    /// Follows, on this node, until everything that is there was seen, or the time is up; whether it was in time.
    pub async fn catch_up(&mut self, node: SocketAddr, target: &Target, within: Duration) -> bool {
        let mut rng = self.world.random(&self.view.name, 1);
        let mut backoff = Backoff::default();
        let all_seen = async {
            while !self.has(target) {
                if self.is_connected() {
                    self.next().await;
                } else if self.connect(node).await {
                    backoff.reset();
                } else {
                    backoff.wait(&mut rng).await;
                }
            }
        };
        let is_in_time = timeout(within, all_seen).await.is_ok();
        if !is_in_time {
            self.view.late.push(target.last_seq);
        }
        is_in_time
    }

    fn has(&self, target: &Target) -> bool {
        self.after >= target.last_seq
            && (self.notes_after >= target.last_note_seq || !self.view.is_agent)
            && target.changed.iter().all(|seq| self.changed.contains(seq))
    }

    /// Ends the view and hands it in; complete, when it had the time to see everything.
    pub fn finish(mut self, is_complete: bool) {
        self.view.is_complete = is_complete;
        self.chronicle.viewed(self.view);
    }
}

impl From<&MessageFrame> for Entry {
    fn from(message: &MessageFrame) -> Self {
        Self {
            seq: message.seq,
            client_id: Some(message.client_id),
            body: Body::of(message.client_id, message.text.as_deref()),
            rev: message.rev,
        }
    }
}

impl From<&NoteFrame> for Entry {
    fn from(note: &NoteFrame) -> Self {
        let body =
            note.client_id.map_or(Body::Original, |client_id| Body::of(client_id, note.text.as_deref()));
        Self { seq: note.note_seq, client_id: note.client_id, body, rev: 0 }
    }
}
