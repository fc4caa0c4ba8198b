//! `GET /conversations/{id}/similar`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::api::search::SegmentView;
use crate::auth::ReachedByAgent;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use domain::Side;
use realtime::wire::ConversationView;
use serde::Serialize;
use utoipa::ToSchema;

/// Earlier conversations about the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarConversations {
    /// At most 5, most alike first.
    items: Vec<SimilarView>,
}

/// An earlier conversation about the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimilarConversation)]
pub(super) struct SimilarView {
    /// It, resolved.
    conversation: ConversationView,
    /// An excerpt of what its customer said, with the shared words marked.
    snippet: Vec<SegmentView>,
    /// The agent's reply that closed it, exactly as it was sent.
    reply: String,
    /// Whether the reply has the name or part of the address of a customer who is not this conversation's.
    names_another: bool,
    /// How alike the conversations are, from 0 to 1.
    score: f64,
}

/// Find similar conversations
///
/// Resolved conversations whose customers said similar things, each with the reply that closed it. Words alone decide,
/// rare ones above all; notes have no part in it.
#[utoipa::path(
    get,
    path = "/conversations/{id}/similar",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses((status = 200, description = "What was answered to the same before", body = SimilarConversations)),
)]
pub(super) async fn list_similar(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<SimilarConversations>> {
    let similar = state.store.similar(&session, &conversation).await?;
    Ok(Json(SimilarConversations { items: similar.into_iter().map(SimilarView::from).collect() }))
}

impl From<store::Similar> for SimilarView {
    fn from(similar: store::Similar) -> Self {
        Self {
            names_another: similar.names_another(),
            conversation: ConversationView::new(&similar.conversation, Side::Agent),
            snippet: similar.snippet.into_iter().map(SegmentView::from).collect(),
            reply: similar.reply,
            score: similar.likeness,
        }
    }
}
