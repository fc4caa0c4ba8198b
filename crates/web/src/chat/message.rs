//! One entry of a transcript. The same templates serve page load, paging and live insert.

use super::text::{TextHtml, to_html};
use crate::texts::{self, Markup};
use crate::view::When;
use askama::Template;
use domain::{ClientId, Message, MessageId, Note, NoteKind};

/// A message: the style sheet puts those of the reader's side on the right.
#[derive(Template)]
#[template(path = "chat/message.html")]
pub struct MessageItem {
    id: MessageId,
    seq: i64,
    role: &'static str,
    author: String,
    client_id: ClientId,
    at: When,
    body: Option<TextHtml>,
    edited: bool,
    own: bool,
    continues: bool,
}

impl MessageItem {
    /// `own`: the reading agent wrote it and may change it. `continues`: it stands under one of the same author and minute,
    /// and needs no heading of its own.
    pub fn new(message: &Message, own: bool, continues: bool) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            role: message.author.role.as_str(),
            author: message.author.name.clone(),
            client_id: message.client_id,
            at: When::clock(message.created_at),
            body: message.text.as_deref().map(to_html),
            edited: message.edited_at.is_some() && !message.deleted,
            own,
            continues,
        }
    }
}

/// A private note, or what happened to the conversation (claimed, resolved …). Agents only.
#[derive(Template)]
#[template(path = "chat/note.html")]
pub struct NoteItem {
    event: bool,
    note_seq: i64,
    after_seq: i64,
    author: Option<String>,
    client_id: Option<ClientId>,
    at: When,
    /// What happened, of an event.
    what: Option<Markup>,
    body: TextHtml,
}

impl NoteItem {
    /// The note as it is shown to agents.
    pub fn new(note: &Note) -> Self {
        Self {
            event: note.kind == NoteKind::Event,
            note_seq: note.note_seq,
            after_seq: note.after_seq,
            author: note.author.as_ref().map(|author| author.name.clone()),
            client_id: note.client_id,
            at: When::clock(note.created_at),
            what: texts::event(note, When::moment),
            body: to_html(&note.text),
        }
    }
}

/// The `html` of a `message` or `message_changed` frame. The page's script sets day and grouping, which depend on the
/// reader's time zone and neighbours.
pub fn message_html(message: &Message, own: bool) -> String {
    MessageItem::new(message, own, false).to_string()
}

/// The `html` of a `note` frame.
pub fn note_html(note: &Note) -> String {
    NoteItem::new(note).to_string()
}
