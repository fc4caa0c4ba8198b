//! `DELETE /conversations/{id}/claim`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{ProblemDocument, Result};
use axum::extract::State;
use axum::http::StatusCode;

/// Return a conversation to the queue
///
/// Its holder may, and an administrator. It keeps its waiting time.
#[utoipa::path(
    delete,
    path = "/conversations/{id}/claim",
    tag = "Claims",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses(
        (status = 204, description = "It is in the queue"),
        (status = 409, description = "`not_claimed`", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn delete_claim(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode> {
    state.rates.change(&session)?;
    state.store.release_claim(&session, conversation.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
