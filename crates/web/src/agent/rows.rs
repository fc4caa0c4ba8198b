//! The rows of the inbox.

use crate::AppState;
use crate::error::Problem;
use crate::view::{StatusView, When, initials};
use domain::search::Segment;
use domain::{Conversation, ConversationId, Side, UrgencyLevel};
use store::{Found, Hit};

/// A conversation in the list.
pub struct Row {
    /// The conversation.
    pub id: ConversationId,
    /// The customer's name.
    pub customer: String,
    /// Two letters of it.
    pub initials: String,
    /// The last line, or the line that matched with the matches marked.
    pub line: Vec<Piece>,
    /// The message that matched.
    pub hit_seq: Option<i64>,
    /// Where it stands.
    pub status: StatusView,
    /// Who holds it.
    pub holder: Option<String>,
    /// How long the customer waits, or the last activity.
    pub at: When,
    /// Whether the customer wrote something no agent has read.
    pub unread: bool,
    /// Whether its urgency is high.
    pub urgent: bool,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A stretch of a line.
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether they matched.
    pub hit: bool,
}

/// Rows with the last line of each.
pub(super) async fn load(state: &AppState, conversations: &[Conversation]) -> Result<Vec<Row>, Problem> {
    let wanted = conversations.iter().map(|conversation| (conversation.key, conversation.last_seq));
    let mut lines = state.store.lines(wanted).await?;
    let rows = conversations.iter().map(|conversation| {
        let text = lines.remove(&conversation.key).unwrap_or_else(|| "(deleted)".into());
        Row::new(conversation, vec![Piece { text, hit: false }], None)
    });
    Ok(rows.collect())
}

impl Row {
    pub(super) fn found(found: Found) -> Self {
        let hit_seq = match &found.hit {
            Hit::Message(message) => Some(message.seq),
            Hit::Note(_) | Hit::Customer => None,
        };
        let line = found.snippet.into_iter().map(|Segment { text, hit }| Piece { text, hit });
        Self::new(&found.conversation, line.collect(), hit_seq)
    }

    fn new(conversation: &Conversation, line: Vec<Piece>, hit_seq: Option<i64>) -> Self {
        let status = StatusView(conversation.status());
        let waiting = conversation.waiting_since.filter(|_| !status.is_resolved());
        Self {
            id: conversation.id,
            customer: conversation.customer.name.clone(),
            initials: initials(&conversation.customer.name),
            line,
            hit_seq,
            status,
            holder: conversation.current_claim().map(|claim| claim.holder.name.clone()),
            at: waiting.map_or_else(|| When::ago(conversation.last_message_at), When::waiting),
            unread: conversation.has_unread(Side::Agent),
            urgent: conversation.urgency.level == UrgencyLevel::High,
            tags: conversation.tags.clone(),
        }
    }
}
