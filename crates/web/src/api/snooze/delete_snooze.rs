//! `DELETE /conversations/{id}/snooze`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use domain::Side;
use realtime::wire::ConversationView;

/// End a snooze early
///
/// Repeating changes nothing.
#[utoipa::path(
    delete,
    path = "/conversations/{id}/snooze",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation, in the queue", body = ConversationView),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn delete_snooze(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<ConversationView>> {
    state.rates.change(&session)?;
    let conversation = state.store.wake(&session, conversation.id).await?;
    Ok(Json(ConversationView::new(&conversation, Side::Agent)))
}
