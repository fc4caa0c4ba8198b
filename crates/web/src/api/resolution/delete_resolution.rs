//! `DELETE /conversations/{id}/resolution`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::Reached;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use realtime::wire::ConversationView;

/// Reopen a conversation
///
/// By its owner it goes to the queue, by an agent into their hands. Undone within 30 s by who resolved it, the former
/// holder has it again if they are connected. Repeating changes nothing.
#[utoipa::path(
    delete,
    path = "/conversations/{id}/resolution",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation, open or held", body = ConversationView),
        (status = 429, description = "Too many messages and changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn delete_resolution(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<ConversationView>> {
    state.rates.change(&session)?;
    let is_connected = |agent: &domain::AgentRef| state.hub.is_online(agent.key);
    let conversation = state.store.reopen(&session, conversation.id, is_connected).await?;
    Ok(Json(ConversationView::new(&conversation, session.actor.side())))
}
