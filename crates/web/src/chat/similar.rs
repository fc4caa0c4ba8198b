//! `GET /chat/<external_id>/similar/`: earlier conversations about the same and what was answered, for an agent's panel.

use crate::AppState;
use crate::auth::ReachedByAgent;
use crate::error::Problem;
use crate::view::{Html, When};
use askama::Template;
use axum::extract::State;
use domain::ConversationId;
use domain::search::Segment;
use store::Similar;

/// Similar conversations, beside the open one.
#[derive(Template)]
#[template(path = "chat/similar.html")]
pub struct SimilarConversations {
    /// Most alike first.
    pub items: Vec<SimilarConversation>,
}

/// One of them.
pub struct SimilarConversation {
    /// It.
    pub id: ConversationId,
    /// What its customer said, with what is shared marked.
    pub snippet: Vec<Segment>,
    /// The last message's time.
    pub last_activity: When,
    /// The reply that closed it, with the names of another customer marked.
    pub reply: Vec<Segment>,
    /// Whether there are such names.
    pub names_another: bool,
}

pub(super) async fn show(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
) -> Result<Html<SimilarConversations>, Problem> {
    let similar = state.store.similar(&session, &conversation).await?;
    Ok(Html(SimilarConversations { items: similar.into_iter().map(SimilarConversation::from).collect() }))
}

impl From<Similar> for SimilarConversation {
    fn from(similar: Similar) -> Self {
        Self {
            id: similar.conversation.id,
            last_activity: When::ago(similar.conversation.last_message_at),
            names_another: similar.names_another(),
            snippet: similar.snippet,
            reply: similar.marked_reply,
        }
    }
}
