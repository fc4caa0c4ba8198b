//! Messages and notes in one order, parted by days, grouped by author and minute.

use super::message::{MessageItem, NoteItem};
use crate::view::When;
use askama::Template;
use domain::{Agent, Conversation, Message, Note, Timestamp};
use store::Store;

/// Messages on one page.
pub(super) const PAGE: u32 = 60;
/// Notes and events on one page at most; the page's socket brings what is left out.
const NOTES: u32 = 500;

/// A page of a conversation, and up to where it reaches.
pub(super) struct Stretch {
    pub transcript: Transcript,
    pub last_seq: i64,
    pub last_note_seq: i64,
}

impl Stretch {
    /// The newest messages before `before`, with the notes between them for an agent who reads.
    pub(super) async fn load(
        store: &Store,
        conversation: &Conversation,
        reader: Option<&Agent>,
        before: Option<i64>,
        limit: u32,
    ) -> store::Result<Self> {
        let before = before.unwrap_or(i64::MAX);
        let messages = store.messages_before(conversation.key, before, limit).await?;
        let first = messages.first().map(|message| message.seq);
        let earlier = first.filter(|first| *first > conversation.first_seq);
        let notes = match reader {
            None => Vec::new(),
            Some(_) => store.notes_between(conversation.key, earlier.unwrap_or(0), before, NOTES).await?,
        };
        Ok(Self {
            last_seq: messages.last().map_or(0, |message| message.seq),
            last_note_seq: notes.last().map_or(conversation.last_note_seq, |note| note.note_seq),
            transcript: Transcript::new(reader, &messages, &notes, earlier),
        })
    }
}

/// A stretch of a conversation, ready for a page.
#[derive(Template)]
#[template(path = "chat/transcript.html")]
pub struct Transcript {
    earlier: Option<i64>,
    entries: Vec<Entry>,
}
enum Entry {
    Day(When),
    Message(MessageItem),
    Note(NoteItem),
}

impl Transcript {
    /// Merges `messages` (by `seq`) with `notes` (by `after_seq`, `note_seq`; none for customers). Days and minutes are
    /// UTC; the page's script regroups them by the reader's clock.
    ///
    /// `reader`: the agent who reads, whose own messages are marked. `earlier`: the first message's number, when others stand before it.
    pub fn new(reader: Option<&Agent>, messages: &[Message], notes: &[Note], earlier: Option<i64>) -> Self {
        let mut transcript = Self { earlier, entries: Vec::with_capacity(messages.len() + notes.len()) };
        let mut day = None;
        let mut notes = notes.iter().peekable();
        let mut above: Option<&Message> = None;
        for message in messages {
            while let Some(note) = notes.next_if(|note| note.after_seq < message.seq) {
                transcript.add_note(note, &mut day);
                above = None;
            }
            let new_day = transcript.part_days(message.created_at, &mut day);
            let own = reader.is_some_and(|agent| message.is_by(agent.key));
            let continues = !new_day && above.is_some_and(|above| is_continued(above, message));
            transcript.entries.push(Entry::Message(MessageItem::new(message, own, continues)));
            above = Some(message);
        }
        for note in notes {
            transcript.add_note(note, &mut day);
        }
        transcript
    }

    fn add_note(&mut self, note: &Note, day: &mut Option<i64>) {
        self.part_days(note.created_at, day);
        self.entries.push(Entry::Note(NoteItem::new(note)));
    }

    fn part_days(&mut self, at: Timestamp, day: &mut Option<i64>) -> bool {
        let today = at.as_micros().div_euclid(24 * 60 * MINUTE);
        let is_new = day.replace(today) != Some(today);
        if is_new {
            self.entries.push(Entry::Day(When::day(at)));
        }
        is_new
    }
}

const MINUTE: i64 = 60_000_000;

fn is_continued(above: &Message, message: &Message) -> bool {
    let minute = |message: &Message| message.created_at.as_micros().div_euclid(MINUTE);
    let author = |message: &Message| (message.author.role, message.author_key);
    author(above) == author(message) && minute(above) == minute(message)
}
