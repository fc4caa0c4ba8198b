//! Objects as both REST and sockets show them.

use super::schema;
use domain::{
    AgentId, AgentRef, Author, CannedReplyId, Claim, ClientId, Conversation, ConversationId, Customer,
    CustomerId, Message, MessageId, Note, NoteId, NoteKind, Rating, Side, State, Status, Timestamp, Urgency,
    UrgencyLevel,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A conversation, as one side sees it: for customers without urgency, tags, notes and the agent's id.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// The conversation's id.
    #[schema(value_type = Uuid)]
    pub id: ConversationId,
    /// What it is in.
    #[schema(schema_with = schema::status)]
    pub status: Status,
    /// Whose it is.
    pub customer: CustomerView,
    /// Who holds it; null when nobody does.
    pub claim: Option<ClaimView>,
    /// The number of the newest message; 0 when there is none.
    pub last_seq: i64,
    /// The number of the oldest message still kept.
    pub first_seq: i64,
    /// Counts edits and deletions.
    pub last_rev: i64,
    /// Agents only: how urgent it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<UrgencyView>,
    /// Agents only: its tags, in alphabetical order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Agents only: the number of the newest note or event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_note_seq: Option<i64>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The first customer message with no agent message after it; null when nobody waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<Timestamp>,
    /// When a snoozed conversation returns to the queue; else null.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub snoozed_until: Option<Timestamp>,
    /// What the customer says of the help; null until they do.
    pub rating: Option<RatingView>,
}

impl ConversationView {
    /// The conversation as `side` sees it.
    pub fn new(conversation: &Conversation, side: Side) -> Self {
        let for_agents = side == Side::Agent;
        Self {
            id: conversation.id,
            status: conversation.status(),
            customer: CustomerView::new(&conversation.customer),
            claim: conversation.current_claim().map(|claim| ClaimView::new(claim, side)),
            last_seq: conversation.last_seq,
            first_seq: conversation.first_seq,
            last_rev: conversation.last_rev,
            urgency: for_agents.then(|| UrgencyView::new(&conversation.urgency)),
            tags: for_agents.then(|| conversation.tags.clone()),
            last_note_seq: for_agents.then_some(conversation.last_note_seq),
            created_at: conversation.created_at,
            waiting_since: conversation.waiting_since,
            snoozed_until: match conversation.state {
                State::Snoozed { until } => Some(until),
                State::Open | State::Ongoing(_) | State::Resolved(_) => None,
            },
            rating: conversation.rating.as_ref().map(RatingView::new),
        }
    }
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerView {
    /// The customer's id.
    #[schema(value_type = Uuid)]
    pub id: CustomerId,
    /// The name they gave.
    pub name: String,
    /// The address they typed, if any: a claim, not proof (A11).
    pub email: Option<String>,
    /// Whether the address was proven to be theirs.
    pub email_verified: bool,
}

impl CustomerView {
    /// The customer as both sides see them.
    pub fn new(customer: &Customer) -> Self {
        Self {
            id: customer.id,
            name: customer.name.clone(),
            email: customer.email.clone(),
            email_verified: customer.email_verified,
        }
    }
}

/// What a customer says of the help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingView {
    /// From 1, very bad, to 5, very good.
    pub score: u8,
    /// In the customer's words, if they gave any.
    pub comment: Option<String>,
    /// When it was last given.
    #[schema(value_type = String, format = DateTime)]
    pub rated_at: Timestamp,
}

impl RatingView {
    fn new(rating: &Rating) -> Self {
        Self { score: rating.score, comment: rating.comment.clone(), rated_at: rating.at }
    }
}

/// Who holds a conversation; a customer sees the name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Claim)]
pub struct ClaimView {
    /// The holder.
    pub agent: ClaimAgentView,
    /// Agents only: when they took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Agents only: when it ends because the customer waits and the holder does nothing (C3).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub returns_at: Option<Timestamp>,
}

impl ClaimView {
    fn new(claim: &Claim, side: Side) -> Self {
        let for_agents = side == Side::Agent;
        Self {
            agent: ClaimAgentView {
                id: for_agents.then_some(claim.holder.id),
                name: claim.holder.name.clone(),
            },
            since: for_agents.then_some(claim.since),
            returns_at: claim.returns_at.filter(|_| for_agents),
        }
    }
}

/// The holder of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ClaimAgent)]
pub struct ClaimAgentView {
    /// Agents only: the holder's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub id: Option<AgentId>,
    /// The holder's name.
    pub name: String,
}

/// The holder in a refusal, for agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Holder)]
pub struct HolderView {
    /// The agent's id.
    #[schema(value_type = Uuid)]
    pub id: AgentId,
    /// The agent's name.
    pub name: String,
}

impl HolderView {
    /// The agent who holds.
    pub fn new(holder: &AgentRef) -> Self {
        Self { id: holder.id, name: holder.name.clone() }
    }
}

/// How urgent a conversation is, and why (U1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Urgency)]
pub struct UrgencyView {
    /// The step the queue sorts by.
    #[schema(schema_with = schema::urgency_level)]
    pub level: UrgencyLevel,
    /// The figure behind the step.
    pub score: i32,
    /// Why, in words.
    pub reasons: Vec<String>,
}

impl UrgencyView {
    fn new(urgency: &Urgency) -> Self {
        Self { level: urgency.level, score: urgency.score, reasons: urgency.reasons.clone() }
    }
}

/// Who wrote something, as it was when they wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Author)]
pub struct AuthorView {
    /// The side they stood on.
    #[schema(schema_with = schema::side)]
    pub role: Side,
    /// Their name then.
    pub name: String,
}

impl AuthorView {
    fn new(author: &Author) -> Self {
        Self { role: author.role, name: author.name.clone() }
    }
}

/// A message; both sides see the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    /// The message's id.
    #[schema(value_type = Uuid)]
    pub id: MessageId,
    /// Its number in the conversation: 1, 2, 3 …
    pub seq: i64,
    /// Who wrote it.
    pub author: AuthorView,
    /// The text exactly as sent; null when deleted.
    pub text: Option<String>,
    /// The sender's own id of it (D2).
    #[schema(value_type = Uuid)]
    pub client_id: ClientId,
    /// When it was committed.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The conversation's `rev` when it was last edited or deleted; 0 when never.
    pub rev: i64,
    /// When it was last edited.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub edited_at: Option<Timestamp>,
    /// Whether it was deleted; its number stays.
    pub deleted: bool,
}

impl MessageView {
    /// The message.
    pub fn new(message: &Message) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            author: AuthorView::new(&message.author),
            text: message.text.clone(),
            client_id: message.client_id,
            created_at: message.created_at,
            rev: message.rev,
            edited_at: message.edited_at,
            deleted: message.deleted,
        }
    }
}

/// A note or system event; agents only.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Note)]
pub struct NoteView {
    /// The note's id.
    #[schema(value_type = Uuid)]
    pub id: NoteId,
    /// Its number in the agents' log: 1, 2, 3 …
    pub note_seq: i64,
    /// The last message `seq` when it was committed; the two logs merge by (`after_seq`, `note_seq`).
    pub after_seq: i64,
    /// Note or event.
    #[schema(schema_with = schema::note_kind)]
    pub kind: NoteKind,
    /// Who wrote or did it; null when the system did.
    pub author: Option<AuthorView>,
    /// The note's text, or the event in words.
    pub text: String,
    /// An event's facts, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<serde_json::Value>,
    /// The sender's own id of a note; null for an event.
    #[schema(value_type = Option<Uuid>)]
    pub client_id: Option<ClientId>,
    /// When it was committed.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl NoteView {
    /// The note.
    pub fn new(note: &Note) -> Self {
        Self {
            id: note.id,
            note_seq: note.note_seq,
            after_seq: note.after_seq,
            kind: note.kind,
            author: note.author.as_ref().map(AuthorView::new),
            text: note.text.clone(),
            data: note.data.clone(),
            client_id: note.client_id,
            created_at: note.created_at,
        }
    }
}

/// A canned reply that fits now, filled in (K2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Suggestion)]
pub struct SuggestionView {
    /// The canned reply's id.
    #[schema(value_type = Uuid)]
    pub canned_reply: CannedReplyId,
    /// Its text with the placeholders filled in.
    pub text: String,
    /// Why it is suggested, in words.
    pub reason: String,
}

/// Facets by name (`status`, `holder` …), each with its values (S2).
pub type FacetsView = BTreeMap<&'static str, Vec<FacetValueView>>;

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FacetValue)]
pub struct FacetValueView {
    /// What the filter parameter takes.
    pub value: String,
    /// What people read.
    pub label: String,
    /// How many conversations have it.
    pub count: i64,
}
