//! `PUT /conversations/{id}/resolution`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::Reached;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use realtime::wire::ConversationView;

/// Resolve a conversation
///
/// Its owner, its holder or an administrator. Repeating changes nothing.
#[utoipa::path(
    put,
    path = "/conversations/{id}/resolution",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation, resolved", body = ConversationView),
        (status = 409, description = "`not_claimed`", body = ProblemDocument),
        (status = 429, description = "Too many messages and changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn put_resolution(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<ConversationView>> {
    state.rates.change(&session)?;
    let conversation = state.store.resolve(&session, conversation.id).await?;
    Ok(Json(ConversationView::new(&conversation, session.actor.side())))
}
