//! What stands in for the database and the client around sessions.

use super::*;

/// One conversation, as far as it is committed.
#[derive(Default)]
pub struct Database {
    pub messages: Vec<Message>,
    pub notes: Vec<Note>,
    pub last_rev: i64,
    pub version: i64,
    /// Counts changes of the conversation's own state, which clients are shown.
    pub state: i64,
    pub customer_seen: i64,
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap()
}

impl Database {
    /// The conversation now. Its one tag counts its states, so that clients can tell which they were shown.
    pub fn conversation(&self) -> Conversation {
        Conversation {
            last_seq: count(&self.messages),
            last_note_seq: count(&self.notes),
            last_rev: self.last_rev,
            customer_seen_seq: self.customer_seen,
            version: self.version,
            tags: vec![self.state.to_string()],
            ..conversation()
        }
    }

    pub fn add(&mut self) -> Arc<Message> {
        let message = message(count(&self.messages) + 1);
        self.messages.push(message.clone());
        Arc::new(message)
    }

    /// Edits one of the messages there are.
    pub fn edit(&mut self, which: usize) -> Arc<Message> {
        self.last_rev += 1;
        let which = which % self.messages.len();
        self.messages[which].rev = self.last_rev;
        Arc::new(self.messages[which].clone())
    }

    pub fn note(&mut self) -> Arc<Note> {
        let note = note(count(&self.notes) + 1);
        self.notes.push(note.clone());
        Arc::new(note)
    }

    pub fn page(&self, read: Read) -> Page {
        let page = |messages: &mut dyn Iterator<Item = &Message>| {
            Page::Messages(messages.take(PAGE as usize).cloned().collect())
        };
        match read {
            Read::Messages { after } => page(&mut self.messages.iter().filter(|m| m.seq > after)),
            Read::Changes { up_to, since } => {
                let mut changed: Vec<&Message> =
                    self.messages.iter().filter(|m| m.seq <= up_to && m.rev > since).collect();
                changed.sort_by_key(|m| m.rev);
                page(&mut changed.into_iter())
            }
            Read::Notes { after } => {
                let notes = self.notes.iter().filter(|n| n.note_seq > after);
                Page::Notes(notes.take(PAGE as usize).cloned().collect())
            }
        }
    }
}

/// What the client has; it resumes from the last `message_changed` it got, not from any other `rev`.
#[derive(Default)]
pub struct Client {
    pub messages: Vec<(i64, i64)>,
    notes: Vec<i64>,
    rev: i64,
    pub customer_seen: i64,
    /// The state of the conversation it shows.
    pub shows: i64,
}

impl Client {
    /// Opens a socket that goes on where the last one ended.
    pub fn resume(&self, conversation: &Conversation) -> Session {
        let actor = Actor::Agent(agent());
        let opening = Opening {
            after: Some(count(&self.messages)),
            rev: Some(self.rev),
            notes_after: Some(count(&self.notes)),
            ..opening(conversation, &actor)
        };
        Session::open(&opening, Instant::now())
    }

    pub fn take(&mut self, frame: &Value) {
        let number = |object: &str, key: &str| frame[object][key].as_i64().unwrap();
        match frame["type"].as_str().unwrap() {
            "message" => {
                let seq = number("message", "seq");
                assert_eq!(seq, count(&self.messages) + 1, "once and in order");
                self.messages.push((seq, number("message", "rev")));
            }
            "message_changed" => {
                let (seq, rev) = (number("message", "seq"), number("message", "rev"));
                let known = self.messages.iter_mut().find(|(known, _)| *known == seq);
                let known = known.expect("only messages the client has are changed");
                known.1 = known.1.max(rev);
                self.rev = self.rev.max(rev);
            }
            "note" => {
                let note_seq = number("note", "note_seq");
                assert_eq!(note_seq, count(&self.notes) + 1, "once and in order");
                self.notes.push(note_seq);
            }
            "seen" => self.customer_seen = frame["seq"].as_i64().unwrap(),
            "welcome" => {
                self.customer_seen = number("seen", "customer");
                self.shows = state(frame);
            }
            "conversation" => {
                assert!(state(frame) >= self.shows, "never back to an older state");
                self.shows = state(frame);
            }
            "suggestions" => {}
            other => panic!("unexpected {other}"),
        }
    }

    /// Every message and note once, in order, with its newest text.
    pub fn assert_has_all_of(&self, database: &Database) {
        let stored: Vec<_> = database.messages.iter().map(|message| (message.seq, message.rev)).collect();
        assert_eq!(self.messages, stored);
        assert_eq!(self.notes.len(), database.notes.len());
    }
}

fn state(frame: &Value) -> i64 {
    frame["conversation"]["tags"][0].as_str().unwrap().parse().unwrap()
}
