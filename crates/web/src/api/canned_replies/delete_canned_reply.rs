//! `DELETE /canned-replies/{canned_reply_id}`

use super::views::ChangeableReply;
use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::error::{ProblemDocument, Result};
use axum::extract::State;
use axum::http::StatusCode;

/// Delete a canned reply
///
/// Agents their own, administrators also the shared ones.
#[utoipa::path(
    delete,
    path = "/canned-replies/{canned_reply_id}",
    tag = "Canned replies",
    params(("canned_reply_id" = Uuid, Path, description = "The canned reply")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn delete_canned_reply(
    State(state): State<AppState>,
    ChangeableReply { session, reply, .. }: ChangeableReply,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode> {
    state.rates.change(&session)?;
    state.store.delete_canned_reply(&session, reply.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
