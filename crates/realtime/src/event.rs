//! What the hub tells sockets. Each event's JSON is made once, by the first socket that sends it.

use crate::wire::{ConversationView, MessageView, NoteView, QueuePlace, ServerFrame};
use bytes::Bytes;
use domain::{Actor, AgentKey, Conversation, CustomerKey, Message, Note, Side};
use std::sync::{Arc, OnceLock};

/// Makes the HTML of frames, as the page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Render {
    /// Of a message; true when the reading agent wrote it.
    pub message: fn(&Message, bool) -> String,
    /// Of a note.
    pub note: fn(&Note) -> String,
}

/// Something that happened, shared by all sockets it concerns.
#[derive(Debug)]
pub struct Event {
    /// What happened.
    pub what: What,
    /// The frame in its forms: for customers and agents; or without HTML, with it, and with that of the author.
    frames: [OnceLock<Bytes>; 3],
}

/// What happened.
#[derive(Debug)]
pub enum What {
    /// A message was added.
    Message {
        /// The message as it was then.
        message: Arc<Message>,
        /// The conversation's `rev` then.
        last_rev: i64,
    },
    /// A message was edited or deleted.
    MessageChanged(Arc<Message>),
    /// A note or event was added to the agents' log.
    Note(Arc<Note>),
    /// The conversation's state, claim, tags or urgency changed.
    Conversation(Arc<Conversation>),
    /// The conversation was read from the database, because other nodes changed it: whoever has less reads on (D6).
    Stands(Arc<Conversation>),
    /// One side has read up to a message.
    Seen {
        /// Which side.
        side: Side,
        /// That message's number.
        seq: i64,
    },
    /// Somebody began or stopped typing.
    Typing {
        /// Who; they are not told themselves.
        by: Person,
        /// Their name.
        name: String,
        /// Whether they type.
        on: bool,
    },
    /// Whether the customer is connected; none when it cannot be said. Agents hear of it.
    Presence(Option<bool>),
    /// The customer's place in the queue.
    Queue(QueuePlace),
    /// The conversation is gone.
    Erased,
    /// Frames for inboxes, ready to send.
    Inbox(Vec<Bytes>),
}

/// A person, whatever session they use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Person {
    /// A customer.
    Customer(CustomerKey),
    /// An agent or administrator.
    Agent(AgentKey),
}

impl Person {
    /// Who acts.
    pub fn of(actor: &Actor) -> Self {
        match actor {
            Actor::Customer(customer) => Self::Customer(customer.key),
            Actor::Agent(agent) => Self::Agent(agent.key),
        }
    }

    /// Whether they are the agent who wrote a message; whose a customer's is, nobody has to be told.
    pub fn wrote(self, message: &Message) -> bool {
        matches!(self, Self::Agent(agent) if message.is_by(agent))
    }

    /// The side they are on.
    pub fn side(self) -> Side {
        match self {
            Self::Customer(_) => Side::Customer,
            Self::Agent(_) => Side::Agent,
        }
    }
}

impl Event {
    /// An event whose JSON is not made yet.
    pub fn new(what: What) -> Self {
        Self { what, frames: Default::default() }
    }

    /// The frame that tells `reader` of it, with HTML when `html` is given. None for what is not told as it stands, or
    /// not to their side (notes are the agents' alone).
    pub fn frame(&self, reader: Person, html: Option<Render>) -> Option<Bytes> {
        let (side, with_html) = (reader.side(), usize::from(html.is_some()));
        let (form, make): (usize, &dyn Fn() -> ServerFrame) = match &self.what {
            What::Message { message, .. } => {
                let own = reader.wrote(message);
                (with_html * (1 + usize::from(own)), &move || message_frame(message, html, own))
            }
            What::MessageChanged(message) => {
                let own = reader.wrote(message);
                (with_html * (1 + usize::from(own)), &move || message_changed_frame(message, html, own))
            }
            What::Note(note) if side == Side::Agent => (with_html, &|| note_frame(note, html)),
            What::Conversation(conversation) | What::Stands(conversation) => {
                (usize::from(side == Side::Agent), &|| {
                    let conversation = Box::new(ConversationView::new(conversation, side));
                    ServerFrame::Conversation { conversation }
                })
            }
            What::Seen { side, seq } => (0, &|| ServerFrame::Seen { role: *side, seq: *seq }),
            What::Typing { by, name, on } => {
                (0, &|| ServerFrame::Typing { role: by.side(), name: name.clone(), on: *on })
            }
            What::Queue(place) => (0, &|| ServerFrame::Queue(*place)),
            What::Presence(online) if side == Side::Agent => {
                (0, &|| ServerFrame::Presence { online: *online })
            }
            What::Note(_) | What::Presence(_) | What::Erased | What::Inbox(_) => return None,
        };
        Some(self.frames[form].get_or_init(|| make().to_json().into()).clone())
    }
}

pub(crate) fn message_frame(message: &Message, html: Option<Render>, own: bool) -> ServerFrame {
    let html = html.map(|render| (render.message)(message, own));
    ServerFrame::Message { message: MessageView::new(message), html }
}

pub(crate) fn message_changed_frame(message: &Message, html: Option<Render>, own: bool) -> ServerFrame {
    let html = html.map(|render| (render.message)(message, own));
    ServerFrame::MessageChanged { message: MessageView::new(message), html }
}

pub(crate) fn note_frame(note: &Note, html: Option<Render>) -> ServerFrame {
    let html = html.map(|render| (render.note)(note));
    ServerFrame::Note { note: NoteView::new(note), html }
}
