//! `PUT /conversations/{id}/claim`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{Code, Problem, ProblemDocument, Result};
use crate::texts::say;
use axum::Json;
use axum::extract::State;
use domain::{ClaimToken, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A claim that was granted or renewed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimGrant {
    /// The fencing token: writes may carry it (C2).
    #[schema(value_type = i64)]
    token: ClaimToken,
    /// When the claim ends unless it is renewed before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Claim a conversation
///
/// By its holder again: renews, with the same token.
#[utoipa::path(
    put,
    path = "/conversations/{id}/claim",
    tag = "Claims",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The caller holds it", body = ClaimGrant),
        (status = 409, description = "`already_claimed` with `holder`, `resolved`", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn put_claim(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<ClaimGrant>> {
    state.rates.change(&session)?;
    let conversation = state.store.claim(&session, conversation.id).await?;
    let claim = conversation
        .current_claim()
        .ok_or_else(|| Problem::new(Code::ClaimLost, say("refused-claim-ended")))?;
    Ok(Json(ClaimGrant { token: conversation.claim_token, expires_at: claim.expires_at }))
}
